"""Laws of ranking: each vehicle's cheapest way to carry a shipment is what the slow oracle finds by trying them all."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations_with_replacement, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.check import check
from optimizer.explain.ranking import rank_ways
from optimizer.model import DrivingRule, Lock, TimeWindow
from optimizer.plan import Plan, Route
from optimizer.repair import complete
from tests.helpers import assert_clean, line_matrix, problem, shipment, vehicle
from tests.helpers import plan as stated
from tests.oracle import Day, Stay, timed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem

ENDS = (("H", "V1"), ("H", "V2"), ("H", "V3"), ("V1", "H"), ("V3", "H"), ("V1", "V3"), ("V3", "V2"))


def planned_day(seed: int) -> tuple[Problem, Plan]:
    """Return a day of up to six shipments with rules that bind now and then, and a plan that stands."""
    rng = random.Random(seed)
    goods = [_goods(f"S{k}", *rng.choice(ENDS), rng) for k in range(rng.randint(2, 6))]
    kinds = [_vehicle("van", rng), _vehicle("trike", rng)][: rng.randint(1, 2)]
    matrix = line_matrix(4)
    county = problem(goods, kinds, villages=3, matrices={"road": matrix})
    places = tuple(replace(p, windows=_windows(rng) if rng.random() < 0.3 else ()) for p in county.places)
    shelved = tuple(replace(p, shelf=(60,)) if p.id == "V3" and rng.random() < 0.3 else p for p in places)
    locks = _locks(rng, len(goods)) if rng.random() < 0.3 else ()
    county = replace(county, places=shelved, locks=locks)
    plan = complete(county, {})
    assert_clean(county, plan)
    return county, plan


def _goods(id_: str, origin: str, destination: str, rng: random.Random) -> Shipment:
    return shipment(
        id_,
        origin,
        destination,
        rng.choice([10, 30, 60]),
        service_s=rng.choice([0, 30]),
        pieces=rng.choice([1, 4]),
        handling_fen=rng.choice([0, 40]),
        ready_s=rng.choice([0, 0, 3_000]),
        due_s=rng.choice([6_000, 100_000, 100_000]),
        max_on_board_s=rng.choice([None, None, 1_800]),
        delivery_windows=_windows(rng) if destination != "H" and rng.random() < 0.2 else (),
        penalty_fen=rng.choice([3_000, 100_000]),
    )


def _vehicle(id_: str, rng: random.Random) -> VehicleType:
    return vehicle(
        id_,
        capacity=(rng.choice([60, 100, 200]),),
        shift=TimeWindow(early_s=rng.choice([0, 1_000]), late_s=rng.choice([8_000, 20_000])),
        regular_s=rng.choice([3_000, 20_000]),
        max_overtime_s=2_000,
        overtime_fen_per_h=1_800,
        max_trips=rng.choice([None, None, 1, 2]),
        range_m=rng.choice([None, None, 40_000]),
        driving_rule=rng.choice([None, None, DrivingRule(max_driving_s=7_000, rest_s=300)]),
        count=rng.choice([1, 1, 2]),
        piece_fen=rng.choice([0, 0, 35]),
        min_pay_fen=rng.choice([0, 200]),
    )


def _windows(rng: random.Random) -> tuple[TimeWindow, ...]:
    early_s = rng.choice([0, 2_000, 4_000])
    return (TimeWindow(early_s=early_s, late_s=early_s + rng.choice([1_500, 6_000])),)


def _locks(rng: random.Random, count: int) -> tuple[Lock, ...]:
    first, second = rng.sample(range(count), 2)
    return rng.choice(
        [(Lock(shipment=f"S{first}", after=f"S{second}"),), (Lock(shipment=f"S{first}", vehicle_type="van"),)]
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_each_vehicles_cheapest_way_is_that_of_the_oracle(seed: int) -> None:
    """Whatever the plan carries or leaves is taken out and put back in every way; ranks and costs hold to the fen."""
    county, plan = planned_day(seed)
    for goods in county.shipments:
        found = rank_ways(county, plan, goods.id, most=20, most_work=10**6)
        assert found.is_complete
        costs = [way.plan.cost.total_fen for way in found.ways]
        assert costs == sorted(costs)
        for way in found.ways:
            assert_clean(county, way.plan)
            assert way.is_new_trip == (len(way.route.trips) > len(_trips_without(plan, way.route, goods.id)))
        assert {way.route.vehicle: way.plan.cost.total_fen for way in found.ways} == dict(_oracle(county, plan, goods))
        if found.left_out is not None:
            assert_clean(county, found.left_out)
            assert goods.id in {u.shipment for u in found.left_out.unserved}
        else:
            assert any(lock.after == goods.id for lock in county.locks)


def _oracle(county: Problem, plan: Plan, goods: Shipment) -> Iterator[tuple[str, int]]:
    """Yield every vehicle that can carry the shipment, one idle one a type, and the least that the plan then costs."""
    carrier = next((r for r in plan.routes if any(goods.id in t.shipments for t in r.trips)), None)
    others = [route for route in plan.routes if route is not carrier]
    if carrier is not None and (rest := _trips_without(plan, carrier, goods.id)):
        unordered = replace(county, locks=tuple(lock for lock in county.locks if not lock.after))
        smaller = _cheapest(unordered, others, carrier, [rest])
        assert smaller is not None
        others.append(next(route for route in smaller.routes if route.vehicle == carrier.vehicle))
    used = {route.vehicle for route in others}
    for kind in county.vehicle_types:
        idle = [n for n in range(1, kind.count + 1) if f"{kind.id}#{n}" not in used][:1]
        for route in (*others, *(Route(vehicle_type=kind.id, number=n, trips=()) for n in idle)):
            if route.vehicle_type == kind.id:
                beside = [each for each in others if each is not route]
                best = _cheapest(county, beside, route, _days(kind, _stays(route), goods))
                if best is not None:
                    yield route.vehicle, best.cost.total_fen


def _cheapest(county: Problem, others: list[Route], route: Route, days: Iterable[Day]) -> Plan | None:
    """Return the cheapest plan that the referee accepts, one vehicle having one of these days."""
    kind, best = county.vehicle_type_of[route.vehicle_type], None
    for day in dict.fromkeys(days):
        for made in timed(county, kind, route.number, day):
            grown = stated(county, *others, made)
            if (best is None or grown.cost.total_fen < best.cost.total_fen) and not check(county, grown):
                best = grown
    return best


def _stays(route: Route) -> Day:
    return tuple(tuple(Stay(v.place, v.deliver, v.collect) for v in trip.visits) for trip in route.trips)


def _trips_without(plan: Plan, route: Route, gone: str) -> Day:
    """Return what the vehicle had to do in the plan, but for one shipment."""
    was = next((r for r in plan.routes if r.vehicle == route.vehicle), None)
    return () if was is None else tuple(stays for trip in _stays(was) if (stays := _cut(trip, gone)))


def _cut(trip: tuple[Stay, ...], gone: str) -> tuple[Stay, ...]:
    def kept(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(i for i in ids if i != gone)

    cut = (Stay(stay.place, kept(stay.deliver), kept(stay.collect)) for stay in trip)
    return tuple(stay for stay in cut if stay.deliver or stay.collect)


def _days(kind: VehicleType, trips: Day, goods: Shipment) -> Iterator[Day]:
    """Yield the trips with the shipment on one of them, or on one of its own at any hour."""
    calls = [Stay(goods.origin, (), (goods.id,))] if goods.origin != kind.depot else []
    calls += [Stay(goods.destination, (goods.id,), ())] if goods.destination != kind.depot else []
    for k, trip in enumerate(trips):
        for changed in _on_trip(trip, calls):
            yield (*trips[:k], changed, *trips[k + 1 :])
    for k in range(len(trips) + 1):
        yield (*trips[:k], tuple(calls), *trips[k:])


def _on_trip(trip: tuple[Stay, ...], calls: list[Stay]) -> Iterator[tuple[Stay, ...]]:
    """Yield the trip with the calls anywhere in their order, each by itself or joined to a neighbour at its place."""
    for spots in combinations_with_replacement(range(len(trip) + 1), len(calls)):
        longer = list(trip)
        for number, (spot, call) in enumerate(zip(spots, calls, strict=True)):
            longer.insert(spot + number, call)
        yield from _joined(tuple(longer), calls)


def _joined(trip: tuple[Stay, ...], calls: list[Stay]) -> Iterator[tuple[Stay, ...]]:
    yield trip
    for k, (first, second) in enumerate(pairwise(trip)):
        if first.place == second.place and (first in calls or second in calls):
            both = Stay(first.place, first.deliver + second.deliver, first.collect + second.collect)
            rest = [call for call in calls if call not in (first, second)]
            yield from _joined((*trip[:k], both, *trip[k + 2 :]), rest)
