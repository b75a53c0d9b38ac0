"""What a variant does to stations, lines and service modes.

Modes are narrowed, never widened: what the county's rules refuse to a place stays refused. Vehicles that live at a
station stay there when it is closed, and drive as any others do.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.errors import Fault, InvalidInput
from scenarios.service import Service
from scenarios.stations import NO_TIMETABLE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scenarios.scenario import Scenario
    from scenarios.timetables.model import Carriage, Line, Timetable
    from scenarios.variants.model import Variant

STATIONS, LINES = Text("服务站", "stations"), Text("班线", "lines")

SHOWN = 10
"""Places that a fault names at most."""


def with_tier(day: Scenario, variant: Variant) -> Scenario:
    """Return the day with the stations, lines, modes and fares of the variant; the day itself where all stay.

    Modes that leave every place as it was change nothing. O(places + departures).

    Raises
    ------
    InvalidInput
        E300 with E365 for a mode without means, E398 for places that are left without a mode, E399 for
        stations or lines that are closed and do not exist.
    """
    _refuse_nothing_to_close(day, variant)
    changed = _refared(day, variant.prices.fares)
    closed = _closed(variant)
    if not (closed or variant.modes or variant.forced_mode):
        return changed
    _refuse_bare(day, variant)
    narrowed = replace(changed, **_narrowed(day, variant))
    is_same = not closed and _served(narrowed) == _served(day)
    return changed if is_same else narrowed


def _closed(variant: Variant) -> frozenset[str]:
    """Return the modes whose means are taken away."""
    means = {"station": variant.has_stations, "bus": variant.has_lines}
    return frozenset(mode for mode, has_means in means.items() if not has_means)


def _refuse_nothing_to_close(day: Scenario, variant: Variant) -> None:
    missing = []
    if not variant.has_stations and not day.stations:
        missing.append(Fault(code="E399", file="stations.csv", value="stations", values={"what": STATIONS}))
    if not variant.has_lines and day.timetable is None:
        values = {"what": LINES}
        missing.append(Fault(code="E399", file="scenario.toml", column="timetable", value="lines", values=values))
    if missing:
        raise InvalidInput("E300", faults=tuple(missing), count=len(missing))


def _left(day: Scenario, variant: Variant) -> Iterable[tuple[str, frozenset[str]]]:
    """Yield the places that are served, with the modes that the variant leaves them."""
    before = Service(replace(day, policy=replace(day.policy, forced_mode="")))
    stations = before.stations if variant.has_stations else frozenset()
    for place in day.places:
        if place.tier != "hub" and place.id not in stations:
            modes = before.modes(place)
            if modes:
                modes -= _closed(variant)
                yield place.id, modes & frozenset(variant.modes) if variant.modes else modes


def _refuse_bare(day: Scenario, variant: Variant) -> None:
    unknown = set(variant.modes) - Service(day).means - _closed(variant)
    bare = [] if unknown else [place for place, modes in _left(day, variant) if not modes]
    if bare:
        shown = ", ".join(bare[:SHOWN]) + (" ..." if len(bare) > SHOWN else "")
        fault = Fault(code="E398", file="modes.csv", column="modes", value=shown, values={"count": len(bare)})
        raise InvalidInput("E300", faults=(fault,), count=1)


def _narrowed(day: Scenario, variant: Variant) -> dict[str, Any]:
    closed, policy = _closed(variant), day.policy

    def kept(modes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(m for m in modes if m not in closed and (not variant.modes or m in variant.modes))

    rules = [replace(rule, modes=kept(rule.modes)) for rule in day.modes]
    forced = variant.forced_mode or ("" if policy.forced_mode in closed else policy.forced_mode)
    usual = kept(policy.modes) if policy.modes else variant.modes
    found: dict[str, Any] = {
        "modes": tuple(rule if variant.has_stations else replace(rule, station="") for rule in rules if rule.modes),
        "policy": replace(policy, modes=usual, forced_mode=forced),
    }
    if not variant.has_stations:
        found["stations"] = ()
    if not variant.has_lines:
        found |= {"timetable": None, "timetable_file": NO_TIMETABLE, "carriages": ()}
    return found


def _served(day: Scenario) -> tuple[frozenset[str], ...]:
    """Return the modes of every place; those of the hub's own vehicles, "direct" and "line", are one."""
    service, own = Service(day), {"direct", "line"}
    return tuple(modes - own | ({"direct"} if modes & own else set()) for modes in map(service.modes, day.places))


def _refared(day: Scenario, factor: float) -> Scenario:
    if factor == 1 or day.timetable is None:
        return day

    def priced(carriage: Carriage) -> Carriage:
        fares = {n: math.floor(getattr(carriage, n) * factor + 0.5) for n in ("fen_per_piece", "fen_per_trip")}
        return replace(carriage, **fares)

    carriages = tuple(replace(each, carriage=priced(each.carriage)) for each in day.carriages)
    return replace(day, timetable=_with_fares(day.timetable, priced), carriages=carriages)


def _with_fares(table: Timetable, priced: Callable[[Carriage], Carriage]) -> Timetable:
    def line(one: Line) -> Line:
        return replace(one, departures=tuple(replace(d, carriage=priced(d.carriage)) for d in one.departures))

    return replace(table, lines=tuple(map(line, table.lines)))
