"""How many vehicles a county needs, from a rough estimate of the day's work.

The estimate is a rule of thumb for a first fleet that can serve everything, with some
to spare: it counts visits, handovers, the way between neighbours and the way out and
back. The solver then uses fewer. Prices are placeholders: none were published.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.model import TimeWindow
from scenarios.goods import COMMODITIES
from scenarios.policy import VisitTimes
from scenarios.scenario import FleetVehicle, Load, ScenarioCompartment
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import Order, ScenarioPlace

WAY_OUT = {"plain": 1.4, "hill": 1.6, "mountain": 2.1, "pastoral": 1.4, "": 1.7}
"""Road distance from the hub over straight distance, in generated counties."""

WAY_ROUND = {"plain": 2.0, "hill": 2.9, "mountain": 3.8, "pastoral": 2.7, "": 3.2}
"""Road length of one tour of all places over that on open ground: roads that are trees are driven twice."""

SPEED_KMH = 26
"""Of a van over a whole trip; generated counties give 25 to 27 on every terrain."""

DAY_H = 7.0
"""Hours that a vehicle works between 08:00, when the last goods are ready, and the last trunk departure."""

MOST_VISITS = 16
"""Places on one trip; more would last longer than half a day."""

FILL = 0.8
"""Share of a van that a trip fills before another is needed."""

SLACK = 1.25
"""Vehicles per vehicle that the estimate asks for."""

TRUCK_ROOM = Load(load_g=1_500_000, load_ml=14_000_000)
TRUCK = FleetVehicle(
    id="truck42",
    name="4.2米厢式货车",
    profile="truck",
    depot="H",
    compartments=(ScenarioCompartment(room=TRUCK_ROOM),),
    fixed_fen=22_000,
    distance_fen_per_km=180,
    time_fen_per_h=3_500,
    overtime_fen_per_h=1_800,
    energy_source="diesel",
    energy_per_100km=13.0,
)
LEAST_VANS = 0.7
"""Share of vans, which reach what trucks do not, however many trucks farm inputs ask for."""

VAN_ROOM = Load(load_g=800_000, load_ml=4_500_000)
VAN = FleetVehicle(
    id="van",
    name="微型面包车",
    profile="van",
    depot="H",
    compartments=(ScenarioCompartment(room=VAN_ROOM),),
    fixed_fen=12_000,
    distance_fen_per_km=90,
    time_fen_per_h=3_000,
    overtime_fen_per_h=1_500,
    energy_source="petrol",
    energy_per_100km=8.0,
)
THREE_WHEELER = FleetVehicle(
    id="ebike3",
    name="电动三轮车",
    profile="three_wheeler",
    depot="H",
    compartments=(ScenarioCompartment(room=Load(load_g=300_000, load_ml=1_800_000)),),
    shift=TimeWindow(early_s=6 * 3_600, late_s=18 * 3_600 + 1_800),
    fixed_fen=5_000,
    distance_fen_per_km=20,
    time_fen_per_h=2_500,
    overtime_fen_per_h=1_200,
    range_m=60_000,
    energy_source="electric",
    energy_per_100km=5.0,
)

PLACEHOLDERS = (
    Text("车辆费用（出车费、每公里、每小时、加班）为占位值", "vehicle costs (day, km, hour, overtime) are assumed"),
    Text(
        "能耗和电动三轮车载重（300 kg、60 km）为占位值", "energy use and the three-wheeler (300 kg, 60 km) are assumed"
    ),
    Text("车辆数按工作量粗估，留有余量", "the fleet is sized by a rough estimate of the work, with some to spare"),
)
"""What this module assumes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The day in rough figures: hours on the road and at places, and tonnes of farm inputs."""

    hours: float
    bulk_g: int


def size_fleet(
    places: Sequence[ScenarioPlace], orders: Sequence[Order], *, terrain: str = "", hub: str = "H"
) -> tuple[FleetVehicle, ...]:
    """Return trucks, vans and three-wheelers at the hub, enough for the orders; O(places + orders).

    ``terrain`` "" takes figures between those of hills and mountains.
    """
    work = estimate_work(places, orders, terrain)
    vehicles = max(3, math.ceil(SLACK * work.hours / DAY_H))
    three_wheelers = max(1, round(0.12 * vehicles))
    trucks = max(1, round(0.25 * vehicles), math.ceil(work.bulk_g / (2.5 * TRUCK_ROOM.load_g)) + 1)
    vans = max(2, vehicles - trucks, math.ceil(LEAST_VANS * vehicles))
    fleet = ((TRUCK, trucks), (VAN, vans), (THREE_WHEELER, three_wheelers))
    return tuple(replace(vehicle, count=count, depot=hub) for vehicle, count in fleet)


def estimate_work(places: Sequence[ScenarioPlace], orders: Sequence[Order], terrain: str) -> Work:
    """Return hours of driving and service if every place with orders is visited about once.

    On open ground a tour of n places in an area A is about 0.7124 sqrt(n A) long (Beardwood,
    Halton and Hammersley 1959); each trip goes out and comes back besides.
    """
    called = {o.origin for o in orders} | {o.destination for o in orders}
    visited = [p for p in places if p.id in called]
    if not visited:
        return Work(hours=0.0, bulk_g=0)
    area_km2, out_km = _extent(visited)
    trips = max(len(visited) / MOST_VISITS, sum(o.load.load_ml for o in orders) / (FILL * VAN_ROOM.load_ml))
    tour_km = WAY_ROUND[terrain] * 0.7124 * math.sqrt(area_km2 * len(visited))
    stem_km = WAY_OUT[terrain] * 2 * out_km * trips
    handover_s = {c.id: c.service_s_per_piece for c in COMMODITIES}
    service_s = sum(o.pieces * handover_s.get(o.commodity, 2) for o in orders) + len(visited) * VisitTimes().village
    bulk_g = sum(o.load.load_g for o in orders if o.load.load_g > VAN_ROOM.load_g / 4)
    return Work(hours=(tour_km + stem_km) / SPEED_KMH + service_s / 3_600, bulk_g=bulk_g)


def _extent(visited: Sequence[ScenarioPlace]) -> tuple[float, float]:
    """Area of the places' hull in km2 and their mean distance from the middle in km, on a flat county."""
    lon, lat = np.array([p.lon for p in visited]), np.array([p.lat for p in visited])
    xy = np.column_stack(((lon - lon.mean()) * np.cos(np.radians(lat.mean())), lat - lat.mean())) * 111.2
    return float(shapely.area(shapely.convex_hull(shapely.multipoints(xy)))), float(np.hypot(*xy.T).mean())
