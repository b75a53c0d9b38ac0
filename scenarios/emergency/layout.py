"""Where relays and drones stand in the county, and which vehicles are on which side of the break.

Both ends of a relay are one place with two positions: vehicles of an isolated area have a profile of their own
(``van~7``), in whose matrix the relays of that area lie at their far ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from networks.points import Points
from scenarios.emergency.areas import NOWHERE
from scenarios.flights import air_matrix
from scenarios.scenario import FleetVehicle, Load, ScenarioCompartment, ScenarioPlace
from scenarios.stations import DRONE, ScenarioStation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from networks.matrix import TravelMatrix
    from scenarios.build import County
    from scenarios.emergency.areas import Ground
    from scenarios.emergency.crossing import Crossing
    from scenarios.emergency.model import DroneBase, Emergency
    from scenarios.scenario import Scenario

LOADING_S = 600
"""Loading a vehicle at the far end of a relay; a placeholder."""


def far_profile(profile: str, area: int) -> str:
    """Return the name of a road profile for vehicles inside an isolated area."""
    return f"{profile}~{area}"


def drone_type(base: DroneBase) -> str:
    """Return the id of the vehicle type that a base's drones are."""
    return f"drone@{base.id}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """The county with its relays and drone bases; ``isolated``: area of every place that is cut off."""

    base: County
    ground: Ground
    emergency: Emergency
    crossings: tuple[Crossing, ...]
    isolated: Mapping[str, int]

    def scenario(self) -> Scenario:
        """Return the scenario with relays and drone bases as places, and the vehicles there."""
        base = self.base.scenario
        places = [_relay_place(c) for c in self.crossings]
        places += [self._base_place(b) for b in self.emergency.drones]
        stations = [ScenarioStation(place=c.relay.id, handling_s=c.tote_s) for c in self.crossings]
        stations += [
            ScenarioStation(place=b.id, handling_s=b.handling_s) for b in self.emergency.drones if b.lon is not None
        ]
        fleet = [*map(self._moved, base.fleet), *self._far_vehicles(), *map(_drone, self.emergency.drones)]
        return replace(
            base,
            places=(*base.places, *places),
            fleet=tuple(fleet),
            stations=(*base.stations, *stations),
            locks=(),
        )

    def _base_place(self, drones: DroneBase) -> ScenarioPlace:
        hub = next(p for p in self.base.scenario.places if p.tier == "hub")
        lon, lat = (drones.lon, drones.lat) if drones.lon is not None and drones.lat is not None else (hub.lon, hub.lat)
        return ScenarioPlace(
            id=drones.id,
            tier="station",
            name=f"无人机点 {drones.id}",
            lon=lon,
            lat=lat,
            windows=(drones.hours,),
            loading_s=drones.turnaround_s,
            is_administrative=False,
        )

    def _crossing_of(self, place: str) -> Crossing | None:
        return next((c for c in self.crossings if c.area == self.isolated.get(place)), None)

    def _moved(self, vehicle: FleetVehicle) -> FleetVehicle:
        """Return a vehicle of the county, at the relay of its area where it is cut off."""
        crossing = self._crossing_of(vehicle.depot)
        if crossing is None or vehicle.kind == DRONE:
            return vehicle
        return _there(vehicle, crossing)

    def _far_vehicles(self) -> Iterator[FleetVehicle]:
        known = {v.id: v for v in self.base.scenario.fleet}
        by_relay = {c.relay.id: c for c in self.crossings}
        taken: dict[str, int] = {}
        for each in self.emergency.vehicles:
            like = known[each.like]
            name = f"{like.id}@{each.relay}"
            taken[name] = taken.get(name, 0) + 1
            name = name if taken[name] == 1 else f"{name}.{taken[name]}"
            fixed_fen = like.fixed_fen if each.fixed_fen is None else each.fixed_fen
            yield replace(_there(like, by_relay[each.relay]), id=name, count=each.count, fixed_fen=fixed_fen)

    @staticmethod
    def far_types(scenario: Scenario, crossing: Crossing) -> list[str]:
        """Return the vehicle types that live at the far end of a relay."""
        return [v.id for v in scenario.fleet if v.depot == crossing.relay.id and v.kind != DRONE]

    def points(self, scenario: Scenario) -> tuple[Points, np.ndarray]:
        """Return all places as vehicles of the hub see them, and the area (n,) of each."""
        lon, lat = (np.array([getattr(p, end) for p in scenario.places]) for end in ("lon", "lat"))
        new = len(scenario.places) - len(self.base.scenario.places)
        areas = np.concatenate([self.ground.area_of, np.full(new, min(self.ground.hubs))])
        return Points(tuple(p.id for p in scenario.places), lon, lat), areas

    def far_points(self, points: Points, area: int) -> Points:
        """Return the points with the relays of an area at their far ends."""
        lon, lat = points.lon.copy(), points.lat.copy()
        for c in self.crossings:
            if c.area == area:
                row = points.ids.index(c.relay.id)
                lon[row], lat[row] = c.far
        return Points(points.ids, lon, lat)

    def matrices(
        self, scenario: Scenario, points: Points, areas: np.ndarray, far_side: Mapping[int, Points]
    ) -> dict[str, TravelMatrix]:
        """Return the matrix of every profile, those of isolated areas among them, and that of the air."""
        found = {name: self.ground.matrix(name, points, areas) for name in self.base.profiles}
        for area, seen in far_side.items():
            relays = [c.relay.id for c in self.crossings if c.area == area]
            inside = np.where(np.isin(points.ids, relays) | (areas == area), area, NOWHERE)
            for name in self.base.profiles:
                if any(v.profile == far_profile(name, area) for v in scenario.fleet):
                    found[far_profile(name, area)] = self.ground.matrix(name, seen, inside)
        if any(v.kind == DRONE for v in scenario.fleet):
            found[DRONE] = air_matrix(scenario, self.ground.after, points)
        return found


def _relay_place(crossing: Crossing) -> ScenarioPlace:
    return ScenarioPlace(
        id=crossing.relay.id,
        tier="station",
        name=crossing.relay.name or f"接驳点 {crossing.relay.id}",
        lon=crossing.near[0],
        lat=crossing.near[1],
        windows=(crossing.relay.hours,),
        loading_s=LOADING_S,
        is_administrative=False,
    )


def _there(vehicle: FleetVehicle, crossing: Crossing) -> FleetVehicle:
    """Return the vehicle as one that lives at the far end of a crossing."""
    name = far_profile(vehicle.profile, crossing.area)
    return replace(vehicle, depot=crossing.relay.id, profile=name, kind="own", end="", detour_m=None)


def drone_room(drones: DroneBase) -> Load:
    """Return what one drone carries; a tote for each 60 L, one at least."""
    return Load(load_g=drones.payload_g, load_ml=drones.payload_ml, totes=drones.payload_ml // 60_000 or 1)


def _drone(drones: DroneBase) -> FleetVehicle:
    return FleetVehicle(
        id=drone_type(drones),
        name=f"无人机 {drones.id}",
        count=drones.count,
        profile=DRONE,
        depot=drones.id,
        compartments=(ScenarioCompartment(room=drone_room(drones)),),
        shift=drones.hours,
        regular_s=24 * 3_600,
        max_overtime_s=0,
        fixed_fen=drones.fixed_fen,
        distance_fen_per_km=drones.distance_fen_per_km,
        time_fen_per_h=0,
        overtime_fen_per_h=0,
        trip_range_m=drones.range_m,
        energy_source="electric",
        energy_per_100km=0.0,
        kind=DRONE,
    )
