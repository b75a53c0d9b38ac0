"""How stations, modes, vehicles of others and the timetable must fit the rest of a scenario; every fault is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.errors import Fault
from scenarios.stations import DRONE
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.policy import Policy
    from scenarios.relations import Item, Parts

NEEDS = {
    "station": Text("stations.csv 中的服务站", "a station in stations.csv"),
    "bus": Text("scenario.toml [timetable] 中的时刻表", "a timetable under [timetable] in scenario.toml"),
    "idle": Text("vehicles.csv 中类别为 idle 的车型", "a vehicle type of kind idle in vehicles.csv"),
    "drone": Text("vehicles.csv 中类别为 drone 的车型", "a vehicle type of kind drone in vehicles.csv"),
    "unmanned": Text("vehicles.csv 中类别为 unmanned 的车型", "a vehicle type of kind unmanned in vehicles.csv"),
}
"""What a mode needs; the other modes need nothing that every county does not have."""


def tier_faults(parts: Parts, policy: Policy, *, has_timetable: bool) -> tuple[Fault, ...]:
    """Return every fault of the second tier, sorted; O(rows)."""
    found = [*_doubles(parts), *_modes(parts, policy, has_timetable), *_through(parts), *_hired(parts)]
    return tuple(sorted(found, key=lambda fault: fault.order))


def means_of(parts: Parts, *, has_timetable: bool) -> frozenset[str]:
    """Return the service modes that there are means for; of a faulty row its kind counts all the same."""
    kinds = {item.values.get("kind", "own") if item.thing is None else item.thing.kind for item in parts["vehicles"]}
    there = {"direct", "line"} | (kinds & {"idle", "unmanned", DRONE})
    there |= {"station"} if parts["stations"] else set()
    return frozenset(there | ({"bus"} if has_timetable else set()))


def _doubles(parts: Parts) -> Iterator[Fault]:
    for name in ("stations", "modes"):
        first: dict[str, int] = {}
        for item in (item for item in parts[name] if item.thing is not None):
            if item.thing.place in first:
                yield item.fault("E320", "place", item.thing.place, first=first[item.thing.place])
            first.setdefault(item.thing.place, item.row)


def _modes(parts: Parts, policy: Policy, has_timetable: bool) -> Iterator[Fault]:
    names = {item.ident for item in parts["places"]}
    names |= {item.thing.township for item in parts["places"] if item.thing is not None and item.thing.township}
    there = means_of(parts, has_timetable=has_timetable)
    for item in (item for item in parts["modes"] if item.thing is not None):
        if item.thing.place not in names:
            yield item.fault("E364", "place", item.thing.place)
        for mode in sorted(set(item.thing.modes) - there):
            yield item.fault("E365", "modes", mode, needs=NEEDS[mode])
    stated = {"policy.modes": set(policy.modes), "policy.forced_mode": {policy.forced_mode} - {""}}
    for column, modes in stated.items():
        for mode in sorted(modes - there):
            values = {"needs": NEEDS[mode]}
            yield Fault(code="E365", file="scenario.toml", column=column, value=mode, values=values)


def _through(parts: Parts) -> Iterator[Fault]:
    """Yield rules that lead through a station that stations.csv does not have."""
    known = {item.values.get("place") if item.thing is None else item.thing.place for item in parts["stations"]}
    own = {item.thing.id: item.thing.station for item in parts["places"] if item.thing is not None}
    for item in (item for item in parts["modes"] if item.thing is not None):
        rule = item.thing
        station = rule.station or (own.get(rule.place, "") if "station" in rule.modes else "")
        if known and station and station not in known:
            yield item.fault("E366", "station", station, place=rule.place)


def _hired(parts: Parts) -> Iterator[Fault]:
    for item in (item for item in parts["vehicles"] if item.thing is not None):
        if item.thing.kind != "idle" and item.thing.detour_m is not None:
            yield item.fault("E368", "detour_m", item.thing.id, field=item.header.get("detour_m", "detour_m"))
        if (item.thing.kind == DRONE) != (item.thing.profile == DRONE):
            yield item.fault("E397", "profile", item.thing.profile, vehicle=item.thing.id)


def on_roads(vehicles: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the vehicles that need a road profile: all but drones; of a faulty row its kind counts all the same."""
    kinds = [item.values.get("kind", "own") if item.thing is None else item.thing.kind for item in vehicles]
    return tuple(item for item, kind in zip(vehicles, kinds, strict=True) if kind != DRONE)
