"""A day with another set of stations: who is open, which villages belong to whom, where vehicles live.

Rules about modes stand: what they refuse to a place stays refused. A station that is open today keeps its hours,
handling and commodities; a closed one sends its vehicles to the hub, where they are for all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.new_tiers import HANDLING_S, STATION_LOADING_S
from scenarios.stations import ScenarioStation
from scenarios.text import Text
from scenarios.variants.model import Variant
from scenarios.variants.second_tier import with_tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.scenario import FleetVehicle, Scenario, ScenarioPlace
    from scenarios.siting.model import Candidate, SiteSet, Siting

ASSUMED = (
    Text(
        f"新开服务站换装 {HANDLING_S // 60} 分钟（未填时），驻站车辆装车 {STATION_LOADING_S // 60} 分钟，为占位值",
        f"a new station hands over in {HANDLING_S // 60} min unless stated, and loads a trip of its own vehicles in "
        f"{STATION_LOADING_S // 60}: assumed",
    ),
    Text(
        "每个村归行车时间最近的开放服务站；关闭的站把车辆交回县级中心",
        "each village belongs to the open station that is nearest by road; a closed one sends its vehicles to the hub",
    ),
)
"""What days with another set of stations assume."""

WITHOUT = Variant(id="none", name=Text("不设站", "no stations"), has_stations=False)


def with_sites(day: Scenario, chosen: SiteSet, siting: Siting) -> Scenario:
    """Return the day with the stations of ``chosen``; today's set leaves it as it is. O(places + fleet).

    Raises
    ------
    InvalidInput
        E300 with E398, when no station is open and some places may be served through one only.
    """
    if chosen.is_today:
        return day
    if not chosen.sites:
        return _at_hub(with_tier(day, WITHOUT) if day.stations else day, frozenset(s.place for s in day.stations))
    today = {station.place: station for station in day.stations}
    opened = [each for each in siting.candidates if each.place in chosen.sites]
    kept = _at_hub(day, frozenset(today) - chosen.sites)
    added = tuple(_vehicles(kept, opened))
    homes = frozenset(vehicle.depot for vehicle in added)
    return replace(
        kept,
        stations=tuple(_station(each, today.get(each.place)) for each in opened),
        places=tuple(_place(place, chosen, added, homes) for place in kept.places),
        modes=tuple(replace(rule, station="") for rule in kept.modes),
        fleet=(*kept.fleet, *added),
    )


def _station(candidate: Candidate, today: ScenarioStation | None) -> ScenarioStation:
    stated = {name: getattr(candidate, name) for name in ("handling_s", "pieces_per_quarter_h")}
    before = today or ScenarioStation(place=candidate.place, handling_s=HANDLING_S)
    return replace(before, **{name: value for name, value in stated.items() if value is not None})


def _place(
    place: ScenarioPlace, chosen: SiteSet, added: tuple[FleetVehicle, ...], homes: frozenset[str]
) -> ScenarioPlace:
    """Give a place its station, let new vehicles call where their type may, and let trips begin at their homes."""
    kept = place.station if place.station in chosen.sites else ""
    callers = place.vehicle_types
    if callers is not None:
        callers |= {vehicle.id for vehicle in added if vehicle.id.rpartition("@")[0] in callers}
    loading_s = place.loading_s or (STATION_LOADING_S if place.id in homes else 0)
    station = "" if place.id in chosen.sites else chosen.assigned.get(place.id, kept)
    return replace(place, station=station, vehicle_types=callers, loading_s=loading_s)


def _vehicles(day: Scenario, opened: list[Candidate]) -> Iterator[FleetVehicle]:
    known = {vehicle.id: vehicle for vehicle in day.fleet}
    for each in opened:
        if each.vehicle:
            alike = known[each.vehicle]
            yield replace(alike, id=f"{each.vehicle}@{each.place}", depot=each.place, count=each.vehicles)


def _at_hub(day: Scenario, closed: frozenset[str]) -> Scenario:
    """Return the day with the own vehicles of closed stations at the first hub."""
    if not closed:
        return day
    hub = next(place.id for place in day.places if place.tier == "hub")
    fleet = (
        replace(vehicle, depot=hub) if vehicle.kind == "own" and vehicle.depot in closed else vehicle
        for vehicle in day.fleet
    )
    return replace(day, fleet=tuple(fleet))
