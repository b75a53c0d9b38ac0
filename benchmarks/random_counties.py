"""Seeded county-days without roads: a hub, townships as clusters of villages, several trips a day per vehicle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.model import Compartment, Conflict, Depot, DrivingRule, Place, Shipment, TimeWindow, VehicleType
from optimizer.problem import Matrix, Problem

HOUR_S = 3_600

DAY_END_S = 18 * HOUR_S
"""When vehicles must be back."""

DETOUR = 1.4
"""Road over straight-line distance."""

PENALTY_FEN = 100_000
"""Price of a bag left behind: more than any sensible way of carrying it."""


def random_county(
    *, villages: int, seed: int, full_rules: bool = False, is_due_early: bool = True, fixed_share: float = 1.0
) -> Problem:
    """Return one county-day; the same arguments give the same county.

    Two vehicle types reload at one hub. Each village gets a bag from each of 1 to 3
    brands, which reach the hub in waves; three in ten villages send goods back, due at
    16:30 (with ``is_due_early`` false, when the vehicles' day ends, which PyVRP can say).
    ``fixed_share`` scales the fixed costs of vehicles. ``full_rules`` adds what a
    plain route search lacks: pesticide that must not meet food, a sealed compartment in
    one vehicle type, produce with little time on board, due times by shipment, docks
    and drivers' rests.
    """
    rng = np.random.default_rng(seed)
    xy_km = _coordinates(villages, rng)  # (n, 2)
    places = (
        Place(id="H", tier="hub"),
        *(Place(id=f"V{i:03d}", visit_s=300, windows=_opening(rng)) for i in range(1, villages + 1)),
    )
    shipments = [s for i in range(1, villages + 1) for s in _shipments(f"V{i:03d}", rng, full_rules=full_rules)]
    if not is_due_early:
        shipments = [replace(s, due_s=DAY_END_S) for s in shipments]
    return Problem(
        places=places,
        depots=(Depot(place="H", loading_s=1_200, docks=max(8, villages // 40) if full_rules else None),),
        vehicle_types=_fleet(villages, fixed_share, full_rules=full_rules),
        shipments=tuple(shipments),
        matrices={"truck": _matrix(xy_km, 30), "van": _matrix(xy_km, 35)},
        conflicts=(Conflict(first="pesticide", second="food"),) if full_rules else (),
        name=f"county-{villages}-{seed}{'-full' if full_rules else ''}{'' if is_due_early else '-reload'}",
    )


def _coordinates(villages: int, rng: np.random.Generator) -> np.ndarray:
    """Kilometres from the hub (n + 1, 2): townships 8 to 35 km out, villages 4 km around them."""
    townships = max(3, villages // 20)
    angle, radius = rng.uniform(0, 2 * np.pi, townships), rng.uniform(8, 35, townships)
    centres = np.c_[radius * np.cos(angle), radius * np.sin(angle)]  # (townships, 2)
    around = centres[rng.integers(0, townships, villages)] + rng.normal(0, 4, (villages, 2))
    return np.vstack([[0.0, 0.0], around])


def _matrix(xy_km: np.ndarray, speed_kmh: float) -> Matrix:
    km = np.linalg.norm(xy_km[:, None] - xy_km[None], axis=2) * DETOUR  # (n, n)
    return Matrix(duration_s=np.ceil(km / speed_kmh * 3_600), distance_m=np.ceil(km * 1_000))


def _opening(rng: np.random.Generator) -> tuple[TimeWindow, ...]:
    """Most village points open from 07:00 to 17:00, one in five closes over noon."""
    if rng.random() < 0.8:
        return (TimeWindow(early_s=7 * HOUR_S, late_s=17 * HOUR_S),)
    return (TimeWindow(early_s=7 * HOUR_S, late_s=12 * HOUR_S), TimeWindow(early_s=14 * HOUR_S, late_s=17 * HOUR_S))


def _shipments(village: str, rng: np.random.Generator, *, full_rules: bool) -> list[Shipment]:
    down = [_bag(f"{village}-D{brand}", village, rng, full_rules=full_rules) for brand in range(rng.integers(1, 4))]
    up = [_produce(f"{village}-U", village, rng, full_rules=full_rules)] if rng.random() < 0.3 else []
    return down + up


def _bag(id_: str, village: str, rng: np.random.Generator, *, full_rules: bool) -> Shipment:
    draw = rng.random()
    commodity = "parcel"
    if full_rules:
        commodity = "pesticide" if draw < 0.08 else "food" if draw < 0.4 else "parcel"
    return Shipment(
        id=id_,
        origin="H",
        destination=village,
        load=(int(rng.integers(10, 100)),),
        pieces=int(rng.integers(3, 15)),
        commodity=commodity,
        ready_s=int(rng.choice([6, 6.5, 7.5], p=[0.5, 0.3, 0.2]) * HOUR_S),
        due_s=14 * HOUR_S if full_rules and rng.random() < 0.2 else DAY_END_S,
        service_s=60,
        penalty_fen=PENALTY_FEN,
    )


def _produce(id_: str, village: str, rng: np.random.Generator, *, full_rules: bool) -> Shipment:
    return Shipment(
        id=id_,
        origin=village,
        destination="H",
        load=(int(rng.integers(50, 400)),),
        commodity="food" if full_rules else "parcel",
        ready_s=int(rng.choice([7, 9]) * HOUR_S),
        due_s=int(16.5 * HOUR_S),
        max_on_board_s=int(rng.choice([2, 3]) * HOUR_S) if full_rules else None,
        service_s=120,
        penalty_fen=PENALTY_FEN,
    )


def _fleet(villages: int, fixed_share: float, *, full_rules: bool) -> tuple[VehicleType, ...]:
    """Trucks of 1,600 and vans of 900, enough for the day; the truck has a sealed compartment under full rules."""
    common = {"depot": "H", "shift": TimeWindow(early_s=6 * HOUR_S, late_s=DAY_END_S), "max_trips": 4}
    rule = DrivingRule() if full_rules else None
    boxes: tuple[Compartment, ...] = (Compartment(capacity=(1_600,)),)
    if full_rules:
        boxes = (Compartment(capacity=(1_400,)), Compartment(id="sealed", capacity=(200,), sealed=True))
    truck = VehicleType(
        id="truck",
        count=villages // 12 + 2,
        profile="truck",
        compartments=boxes,
        fixed_fen=int(30_000 * fixed_share),
        distance_fen_per_km=250,
        time_fen_per_h=3_000,
        driving_rule=rule,
        **common,  # type: ignore[arg-type]  # mypy does not look into the mapping
    )
    van = VehicleType(
        id="van",
        count=villages // 10 + 2,
        profile="van",
        compartments=(Compartment(capacity=(900,)),),
        fixed_fen=int(20_000 * fixed_share),
        distance_fen_per_km=160,
        time_fen_per_h=2_500,
        driving_rule=rule,
        **common,  # type: ignore[arg-type]  # as above
    )
    return (truck, van)
