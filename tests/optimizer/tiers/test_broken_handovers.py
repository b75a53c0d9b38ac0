"""One broken handover in each of 200 random plans with stations, loops and lines: found, it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.model import Place
from optimizer.repair import complete
from optimizer.tiers.check import check_tiers
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT, Station, Tiers, Way, leg_id
from optimizer.tiers.plan import settle
from tests.helpers import HOUR_S, shipment
from tests.optimizer.tiers.towns import AT, BEHIND, S, assert_clean, bus, clocks, fleet, home, restated, town

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import TieredPlan

LINE = Way(last="line")
TRUNK = Way("S", "line")
WAYS = (DIRECT, S, LINE, TRUNK, Way("S", last="line"), Way("S", "line", "line"))

SPARE = "spare"
"""A late departure that is too dear to be taken, and takes all goods."""

PICKY = "picky"
"""A departure as dear that takes food only."""

BULKY = 30
"""Load of each of two shipments to V2; with room for 50 they ride on two departures."""

Found = set[tuple[str, str, str]]
"""Rules, and the shipment and departure that they name."""


def goods(rng: np.random.Generator) -> list[Shipment]:
    """Draw up to six shipments both ways beside three that always go: one over S, two bulky ones to V2 by line."""
    fixed = [
        shipment("first", "H", "V1", 5, pieces=2, service_s=10),
        *(shipment(i, "H", "V2", BULKY, due_s=18 * HOUR_S) for i in ("bulky", "other")),
    ]
    for k in range(int(rng.integers(0, 7))):
        far = str(rng.choice(["N1", "V1", "V3"]))
        ends = ("H", far) if rng.random() < 0.6 else (far, "H")
        load, pieces = (int(x) for x in rng.integers(1, 8, 2))
        fresh_s = 8 * HOUR_S if rng.random() < 0.3 else None
        fixed.append(shipment(f"s{k}", *ends, load, pieces=pieces, service_s=5, max_on_board_s=fresh_s))
    return fixed


def random_plan(seed: int) -> tuple[Tiers, TieredPlan]:
    """Return a random county with a plan that the referee accepts.

    "first" comes to S by line and goes on with a loop.
    """
    rng = np.random.default_rng(seed)
    hours = np.sort(rng.uniform(6, 9, 3))
    dear = {"fen_per_trip": 10**7, "room": (500,), "dwell_s": 600}
    runs = [bus(f"B{k}", float(h), fen_per_trip=int(rng.integers(1, 900))) for k, h in enumerate(hours)]
    runs += [home(f"R{k}", float(h)) for k, h in enumerate(rng.uniform(12, 16, 2))]
    runs += [bus(SPARE, 17, **dear), bus(PICKY, 16.8, barred=frozenset({"parcel"}), **dear)]
    van, wheeler = fleet()
    places = tuple(Place(id=p, visit_s=0 if p in ("H", "S") else 60) for p in AT)
    kinds = (replace(van, count=3), replace(wheeler, count=2))
    county = Tiers(
        problem=town(goods(rng), places=places, vehicle_types=kinds),
        stations=(Station(place="S", handling_s=600),),
        departures=tuple(runs),
        modes=dict.fromkeys(("N1", *BEHIND), frozenset(WAYS)),
    )
    choice = {p: WAYS[int(rng.integers(len(WAYS)))] for p in ("N1", *BEHIND)} | {"V1": TRUNK, "V2": LINE}
    legs = expand(county, choice, clocks(float(rng.integers(8, 11)), float(rng.integers(11, 13))))
    plan = settle(legs, complete(legs.problem, {}))
    assert_clean(county, plan)
    return county, plan


def found(county: Tiers, plan: TieredPlan) -> Found:
    return {(v.rule, v.shipment, getattr(v, "departure", "")) for v in check_tiers(county, plan)}


def with_rides(county: Tiers, plan: TieredPlan, *rides: Ride) -> TieredPlan:
    """Return the plan with other rides, and what it costs then."""
    return restated(county, replace(plan, rides=rides))


def on(county: Tiers, ride: Ride, name: str) -> Ride:
    """Return the ride on another departure of the same stops."""
    d = county.departure_of[name]
    board_s, alight_s = d.depart_s[d.stops.index(ride.origin)], d.arrive_s[d.stops.index(ride.destination)]
    return replace(ride, departure=name, board_s=board_s, alight_s=alight_s)


def late(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Let "first" come to S at half past five, when its loop has long gone; the handover says so."""
    moved = [on(county, r, SPARE) if r.shipment == leg_id("first", 1) else r for r in plan.rides]
    arrived_s = next(r.alight_s for r in moved if r.shipment == leg_id("first", 1))
    handovers = tuple(
        replace(h, arrived_s=arrived_s, ready_s=arrived_s + 600) if h.shipment == "first" else h for h in plan.handovers
    )
    return replace(with_rides(county, plan, *moved), handovers=handovers), {("left_before_ready", "first", "")}


def lost(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Nobody brings "first" to S, though its loop takes it on."""
    kept = [r for r in plan.rides if r.shipment != leg_id("first", 1)]
    return with_rides(county, plan, *kept), {("lost", "first", "")}


def doubled(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Two buses bring "first" to S."""
    extra = next(on(county, r, SPARE) for r in plan.rides if r.shipment == leg_id("first", 1))
    return with_rides(county, plan, *plan.rides, extra), {("doubled", "first", "")}


def over_capacity(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Put both bulky shipments on one bus."""
    name = next(r.departure for r in plan.rides if r.shipment == "bulky")
    moved = [on(county, r, name) if r.shipment == "other" else r for r in plan.rides]
    return with_rides(county, plan, *moved), {("ride_room", "", name)}


def wrong_commodity(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Put one of them on the bus that takes food only."""
    moved = [on(county, r, PICKY) if r.shipment == "other" else r for r in plan.rides]
    return with_rides(county, plan, *moved), {("ride_commodity", "other", PICKY)}


FAULTS = (late, lost, doubled, over_capacity, wrong_commodity)


@pytest.mark.parametrize("tens", range(20))
def test_one_broken_handover_is_found_and_nothing_else(tens: int) -> None:
    """Ten plans each, clean as they are; every fault is put into every plan by itself."""
    for seed in range(10 * tens, 10 * tens + 10):
        county, plan = random_plan(seed)
        for break_one in FAULTS:
            broken, expected = break_one(county, plan)
            assert found(county, broken) == expected, (seed, break_one.__name__)
