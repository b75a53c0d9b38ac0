"""Seeded counties with stations, drawn without roads: mountains with valleys, and grassland with villages far out.

Roads are trees, so that the way between two villages of different valleys leads through their townships: a
station is on the way of whoever drives there. Fares, speeds and costs are placeholders of the size that
``shared/domain.md`` gives; the same arguments give the same county.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import Compartment, Depot, Place, Shipment, TimeWindow, VehicleType
from optimizer.problem import Matrix, Problem
from optimizer.tiers.lines import ScheduledDeparture
from optimizer.tiers.model import DIRECT, Station, Tiers, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOUR_S = 3_600

DAY = TimeWindow(early_s=6 * HOUR_S, late_s=19 * HOUR_S)
"""Shift of all vehicles."""

PENALTY_FEN = 60_000
"""Price of one village's goods left behind: above that of any sensible way of carrying them."""

VAN_KMH, WHEELER_KMH = (42, 22), (30, 24)
"""Speeds on the roads of the valleys and on the villages' own, of vans and of the stations' three-wheelers."""


BUS_KMH, BUS_DWELL_S, BUS_ROOM, BUS_FEN = 28, 180, 40, 80
"""Buses: speed, wait at each stop, room in pieces, fare of a piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What kind of county: ``town_km`` and ``village_km`` are ranges along the road, from hub and from township."""

    towns: int
    villages: int
    town_km: tuple[float, float]
    village_km: tuple[float, float]
    pieces: tuple[int, int]


SHAPES = {
    "mountain": Shape(towns=11, villages=187, town_km=(8, 45), village_km=(2, 14), pieces=(6, 30)),
    "pastoral": Shape(towns=5, villages=60, town_km=(20, 55), village_km=(3, 25), pieces=(2, 4)),
}
"""By name; 187 villages and villages 60 km and more out with 2 to 3 parcels are counties of ``domain.md``."""


def names(seeds: Sequence[int]) -> list[str]:
    """Return the names of the counties with these seeds: one of each shape a seed."""
    return [f"{shape}-{seed}" for seed in seeds for shape in SHAPES]


def county(name: str) -> Tiers:
    """Return the county called ``<shape>-<seed>``."""
    word, _, seed = name.partition("-")
    shape, rng = SHAPES[word], np.random.default_rng([int(seed), *word.encode()])
    town_km = rng.uniform(*shape.town_km, shape.towns)
    valley = rng.integers(0, max(2, shape.towns // 3), shape.towns)
    home = np.sort(rng.integers(0, shape.towns, shape.villages))
    side = rng.integers(0, 3, shape.villages)
    village_km = rng.uniform(*shape.village_km, shape.villages)
    km = _road_km(town_km, valley, home, side, village_km)
    side_km = _road_km(np.zeros_like(town_km), valley, home, side, village_km)
    villages = [f"V{i:03d}" for i in range(1, shape.villages + 1)]
    towns = [f"T{i:02d}" for i in range(1, shape.towns + 1)]
    loops = tuple(_wheeler(town, count=2 + int((home == k).sum()) // 12) for k, town in enumerate(towns))
    outwards = np.argsort(village_km).tolist()
    lines = [
        _stops(k, towns, villages, [i for i in outwards if home[i] == k and side[i] == 0]) for k in range(shape.towns)
    ]
    by_bus = {stop for line in lines for stop, _ in line[2:]}
    problem = Problem(
        places=(
            Place(id="H", tier="hub"),
            *(Place(id=t, tier="station", visit_s=300) for t in towns),
            *(Place(id=v, visit_s=240, vehicle_types=_callers(towns[home[i]])) for i, v in enumerate(villages)),
        ),
        depots=(Depot(place="H", loading_s=1_200), *(Depot(place=t, loading_s=600) for t in towns)),
        vehicle_types=(_truck(shape), _van(shape), *loops),
        shipments=tuple(s for v in villages for s in _goods(v, shape, rng)),
        matrices={"van": _matrix(km, side_km, VAN_KMH), "wheeler": _matrix(km, side_km, WHEELER_KMH)},
        load_dimensions=("pieces",),
        name=name,
    )
    return Tiers(
        problem=problem,
        stations=tuple(Station(place=t, handling_s=900, pieces_per_quarter_h=600) for t in towns),
        departures=tuple(d for line in lines for d in _buses(line, km)),
        modes={v: _ways(towns[home[i]], is_by_bus=v in by_bus) for i, v in enumerate(villages)},
    )


def _road_km(
    town_km: np.ndarray, valley: np.ndarray, home: np.ndarray, side: np.ndarray, village_km: np.ndarray
) -> np.ndarray:
    """(n, n) kilometres along the tree of roads: hub, townships on their valleys, villages on three side roads each."""
    along = np.abs(town_km[:, None] - town_km[None])
    towns = np.where(valley[:, None] == valley[None], along, town_km[:, None] + town_km[None])
    is_same = (home[:, None] == home[None]) & (side[:, None] == side[None])
    apart = village_km[:, None] + village_km[None]
    beside = np.abs(village_km[:, None] - village_km[None]) + 0.6  # each a short way off its road
    villages = np.where(is_same, beside, towns[np.ix_(home, home)] + apart)
    np.fill_diagonal(villages, 0)
    out = towns[:, home] + village_km[None]  # (towns, villages)
    hub = np.r_[0.0, town_km, town_km[home] + village_km]
    n, m = 1 + len(town_km), len(hub)
    km = np.zeros((m, m))
    km[0], km[:, 0] = hub, hub
    km[1:n, 1:n], km[1:n, n:], km[n:, 1:n], km[n:, n:] = towns, out, out.T, villages
    return km


def _matrix(km: np.ndarray, side_km: np.ndarray, speeds_kmh: tuple[float, float]) -> Matrix:
    """Return the drives, of whose ``km`` (n, n) so many are ``side_km`` on villages' own roads."""
    valley_kmh, side_kmh = speeds_kmh
    hours = (km - side_km) / valley_kmh + side_km / side_kmh
    return Matrix(duration_s=np.ceil(hours * HOUR_S), distance_m=np.ceil(km * 1_000))


def _callers(town: str) -> frozenset[str]:
    """Return who may call at a village of ``town``."""
    return frozenset({"truck", "van", f"wheeler-{town}"})


def _goods(village: str, shape: Shape, rng: np.random.Generator) -> list[Shipment]:
    pieces = int(rng.integers(shape.pieces[0], shape.pieces[1] + 1))
    down = Shipment(
        id=f"{village}-D",
        origin="H",
        destination=village,
        load=(pieces,),
        pieces=pieces,
        ready_s=int(rng.choice([6, 7.5], p=[0.7, 0.3]) * HOUR_S),
        due_s=18 * HOUR_S,
        service_s=6 * pieces,
        penalty_fen=PENALTY_FEN,
    )
    if rng.random() > 0.35:
        return [down]
    pieces = max(1, pieces // 3)
    up = Shipment(
        id=f"{village}-U",
        origin=village,
        destination="H",
        load=(pieces,),
        pieces=pieces,
        ready_s=8 * HOUR_S,
        due_s=18 * HOUR_S,
        service_s=10 * pieces,
        penalty_fen=PENALTY_FEN,
    )
    return [down, up]


def _truck(shape: Shape) -> VehicleType:
    return VehicleType(
        id="truck",
        count=2 + shape.towns // 3,
        depot="H",
        profile="van",
        compartments=(Compartment(capacity=(900,)),),
        shift=DAY,
        regular_s=8 * HOUR_S,
        max_overtime_s=3 * HOUR_S,
        fixed_fen=20_000,
        distance_fen_per_km=220,
        time_fen_per_h=3_000,
        overtime_fen_per_h=1_500,
        max_trips=3,
    )


def _van(shape: Shape) -> VehicleType:
    return VehicleType(
        id="van",
        count=4 + shape.villages // 8,
        depot="H",
        profile="van",
        compartments=(Compartment(capacity=(300,)),),
        shift=DAY,
        regular_s=8 * HOUR_S,
        max_overtime_s=3 * HOUR_S,
        fixed_fen=12_000,
        distance_fen_per_km=130,
        time_fen_per_h=2_600,
        overtime_fen_per_h=1_300,
        max_trips=3,
    )


def _wheeler(town: str, count: int) -> VehicleType:
    return VehicleType(
        id=f"wheeler-{town}",
        count=count,
        depot=town,
        profile="wheeler",
        compartments=(Compartment(capacity=(120,)),),
        shift=DAY,
        regular_s=8 * HOUR_S,
        fixed_fen=4_000,
        distance_fen_per_km=45,
        time_fen_per_h=2_200,
        max_trips=5,
        range_m=140_000,
    )


def _ways(town: str, *, is_by_bus: bool) -> frozenset[Way]:
    return frozenset({DIRECT, Way(town)} | ({Way(last="line")} if is_by_bus else set()))


def _stops(k: int, towns: Sequence[str], villages: Sequence[str], rows: Sequence[int]) -> list[tuple[str, int]]:
    """Return the stops of the ``k``-th township's bus and their places' rows: hub, township, then villages."""
    first = 1 + len(towns)  # the villages' rows are behind those of the hub and all townships
    return [("H", 0), (towns[k], 1 + k), *((villages[i], first + i) for i in rows)]


def _buses(line: Sequence[tuple[str, int]], km: np.ndarray) -> Iterator[ScheduledDeparture]:
    """Yield two round trips a day, outwards at 07:40 and 13:00, back an hour after the last stop."""
    if len(line) < 3:
        return
    town = line[1][0]
    for number, leaves_h in enumerate((7 + 2 / 3, 13), start=1):
        out = _bus(f"{town}-{number}-out", line, km, int(leaves_h * HOUR_S))
        yield out
        yield _bus(f"{town}-{number}-back", line[::-1], km, out.arrive_s[-1] + HOUR_S)


def _bus(name: str, line: Sequence[tuple[str, int]], km: np.ndarray, leaves_s: int) -> ScheduledDeparture:
    arrive_s = [leaves_s - BUS_DWELL_S]
    for (_, a), (_, b) in pairwise(line):
        arrive_s.append(arrive_s[-1] + BUS_DWELL_S + int(km[a, b] / BUS_KMH * HOUR_S))
    return ScheduledDeparture(
        id=name,
        line=name.partition("-")[0],
        stops=tuple(stop for stop, _ in line),
        arrive_s=tuple(arrive_s),
        depart_s=tuple(at_s + BUS_DWELL_S for at_s in arrive_s),
        room=(BUS_ROOM,),
        dwell_s=BUS_DWELL_S,
        fen_per_piece=BUS_FEN,
    )
