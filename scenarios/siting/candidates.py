"""Candidate sites: read from a CSV or TOML file, or taken from the places of the county, every fault at once.

What a file leaves out is a placeholder, and is named as one. Whether a candidate can be driven to is judged here too,
so that no bad input survives until something is planned.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.assembly import items
from scenarios.columns import default_of
from scenarios.errors import Fault, InvalidInput
from scenarios.relations import KINDS as THINGS
from scenarios.siting.columns import SITE_SETTINGS, SITES
from scenarios.siting.model import ROOM, ROOM_DEFAULTS, STATION, Candidate, Figures, Siting
from scenarios.siting.produce import is_perishable
from scenarios.tables import Findings, Rows, read_rows
from scenarios.text import Text
from scenarios.toml_rows import read_list, read_tree, read_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scenarios.columns import Column
    from scenarios.relations import Item
    from scenarios.scenario import Scenario

KIND_NAMES = {STATION: Text("服务站", "station"), ROOM: Text("预冷间", "pre-cool room")}


def read_siting(
    scenario: Scenario,
    kind: str,
    path: Path | None = None,
    *,
    count: int | None = None,
    cover_s: int | None = None,
    unreached: frozenset[str] = frozenset(),
) -> Siting:
    """Return what is to be decided, candidates from ``path`` or, where it is None, those of the county.

    Today's stations are candidates whether or not the file has them.

    ``unreached``: places to which no vehicle can drive from a hub and back. O(rows + orders).

    Raises
    ------
    InvalidInput
        E520 with ``faults``: every fault of file and options together.
    """
    findings = Findings()
    today = frozenset(s.place for s in scenario.stations) if kind == STATION else frozenset[str]()
    if path is None:
        rows, settings = Rows(table=SITES, file="places.csv"), dict[str, Any]()
        there = (name for name in _of_county(scenario, kind) if name not in unreached)
        found = [Candidate(**_with_defaults(kind, {"place": name})) for name in there]
        given: list[dict[str, Any]] = [{} for _ in found]
    else:
        rows, settings = _read(path, findings)
        named = {row.values.get("place") for row in rows.rows}
        given = [row.values for row in rows.rows if row.is_sound]
        given += [{"place": name} for name in sorted(today - named)]
        found = [Candidate(**_with_defaults(kind, values)) for values in given]
    findings.faults += _faults(items(rows), scenario, unreached)
    if not findings.is_broken(rows.file):
        findings.faults += _too_few(rows.file, len(found) + sum(not row.is_sound for row in rows.rows), count)
    if kind == ROOM and not any(is_perishable(scenario, order) for order in scenario.orders):
        findings.fault("E527", "commodities.csv", column="max_on_board_h")
    if findings.faults:
        faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
        raise InvalidInput("E520", faults=faults, count=len(faults))
    return Siting(
        kind=kind,
        candidates=tuple(found),
        today=today,
        figures=Figures(**settings),
        count=count,
        cover_s=cover_s,
        days_per_week=scenario.policy.service_days_per_week,
        placeholders=tuple(_assumed(kind, found, given, settings, is_limit_given=cover_s is not None)),
    )


def _with_defaults(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return {**(ROOM_DEFAULTS if kind == ROOM else {}), **values}


def _of_county(scenario: Scenario, kind: str) -> list[str]:
    """Return the places that may be opened where nobody says which: townships; for rooms also where produce grows."""
    towns = [place.id for place in scenario.places if place.tier == "station"]
    if kind == STATION:
        return towns
    growers = {order.origin for order in scenario.orders if is_perishable(scenario, order)}
    return [p.id for p in scenario.places if p.id in towns or p.id in growers or p.tier == "farm"]


def _read(path: Path, findings: Findings) -> tuple[Rows, dict[str, Any]]:
    table = replace(SITES, file=path.name)
    if path.suffix.lower() != ".toml":
        return read_rows(path, table, findings), {}
    tree = read_tree(path, findings)
    if tree is None:
        return Rows(table=table, file=path.name), {}
    rows = read_list(tree.pop(SITES.name, []), table, findings)
    return rows, read_values(tree, SITE_SETTINGS, path.name, findings)


def _faults(rows: Sequence[Item], scenario: Scenario, unreached: frozenset[str]) -> Iterator[Fault]:
    """Yield what is wrong with rows: doubles, places and vehicles that there are not, hubs, places off the roads."""
    places = {place.id for place in scenario.places}
    vehicles = {vehicle.id: vehicle for vehicle in scenario.fleet}
    hubs = {place.id for place in scenario.places if place.tier == "hub"}
    seen: dict[str, int] = {}
    for item in rows:
        place, vehicle = item.values.get("place"), item.values.get("vehicle")
        if place is not None and place not in places:
            yield _unknown(item, "place", place, "places")
        elif place in hubs:
            yield item.fault("E521", "place", place)
        elif place in unreached:
            yield item.fault("E523", "place", place)
        if place in seen:
            yield item.fault("E320", "place", place, first=seen[place])
        if place is not None:
            seen.setdefault(place, item.row)
        if vehicle is not None and vehicle not in vehicles:
            yield _unknown(item, "vehicle", vehicle, "vehicles")
        elif vehicle is not None and (vehicles[vehicle].kind != "own" or vehicles[vehicle].depot not in hubs):
            yield item.fault("E525", "vehicle", vehicle)


def _unknown(item: Item, field: str, value: str, things: str) -> Fault:
    kind, table = THINGS[things]
    return item.fault("E321", field, value, kind=kind, table=table)


def _too_few(file: str, most: int, count: int | None) -> Iterator[Fault]:
    if not most:
        yield Fault(code="E524", file=file)
    elif count is not None and count > most:
        yield Fault(code="E522", file="--open", value=str(count), values={"most": most})


def _assumed(
    kind: str,
    found: Sequence[Candidate],
    given: Sequence[dict[str, Any]],
    settings: dict[str, Any],
    *,
    is_limit_given: bool,
) -> Iterator[Text]:
    """Say which placeholders stand in, columns that the same candidates lack together."""
    columns: dict[tuple[str, ...], list[Column]] = {}
    for column in SITES.columns:
        lacking = tuple(c.place for c, values in zip(found, given, strict=True) if column.field not in values)
        if column.is_placeholder and lacking:
            columns.setdefault(lacking, []).append(column)
    for lacking, some in columns.items():
        shown = _shown(some, {c.field: _default(kind, c.field) for c in some})
        who = Text("全部备选点", "all candidates") if len(lacking) == len(found) else _named(lacking)
        name = KIND_NAMES[kind]
        yield Text(
            f"{name.zh}的费用未填，{who.zh}取占位值：{shown.zh}", f"{name.en} costs assumed for {who.en}: {shown.en}"
        )
    figures = [c for c in SITE_SETTINGS if c.field not in settings and (kind == ROOM or c.field == "cover_s")]
    if is_limit_given:
        figures = [c for c in figures if c.field != "cover_s"]
    if figures:
        shown = _shown(figures, {c.field: default_of(Figures, c.field) for c in figures})
        yield Text(f"选址取占位值：{shown.zh}", f"siting assumes {shown.en}")


def _default(kind: str, field: str) -> Any:
    return ROOM_DEFAULTS[field] if kind == ROOM and field in ROOM_DEFAULTS else default_of(Candidate, field)


def _shown(columns: Iterable[Column], values: dict[str, Any]) -> Text:
    pairs = [(column, column.cell.show(values[column.field])) for column in columns]
    return Text("、".join(f"{c.zh}={v}" for c, v in pairs), ", ".join(f"{c.name}={v}" for c, v in pairs))


def _named(places: Sequence[str]) -> Text:
    names = ", ".join(places[:10]) + (" ..." if len(places) > 10 else "")
    return Text(f"{len(places)} 个备选点（{names}）", names)
