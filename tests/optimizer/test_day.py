"""Composing a day: trips chosen from a pool, packed on vehicles, timed, and accepted by the referee."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest

from optimizer.cost import plan_cost
from optimizer.day import compose_day
from optimizer.master import promising
from optimizer.model import Cleaning, Compartment, Depot, DrivingRule, Lock, TimeWindow
from optimizer.plan import Plan, Unserved
from optimizer.pool import PooledTrip, TripPool, pooled_trip
from optimizer.schedule import TripDraft, VisitDraft, draft_of, schedule_route
from tests.helpers import HOUR_S, assert_clean, down, four_village_problem, problem, vehicle, with_place, with_vehicle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.problem import Problem

SHIFT = TimeWindow(early_s=6 * HOUR_S, late_s=18 * HOUR_S)


def trip(county: Problem, *villages: int, vehicle_type: str = "van") -> PooledTrip:
    """Return the pooled trip that delivers to these villages in order."""
    visits = tuple(VisitDraft(place=f"V{k}", deliver=(f"D{k}",)) for k in villages)
    boxes = county.vehicle_type_of[vehicle_type].compartments
    stowage = tuple((f"D{k}", boxes[0].id) for k in villages) if len(boxes) > 1 else ()
    route = schedule_route(county, vehicle_type, 1, [TripDraft(visits=visits, stowage=stowage)])
    assert route is not None
    return pooled_trip(county, vehicle_type, route.trips[0])


def compose(county: Problem, *trips: PooledTrip) -> Plan:
    """Return the composed day after the referee has seen it."""
    plan = compose_day(county, trips, deterministic_time=2.0)
    assert plan is not None
    assert_clean(county, plan)
    return plan


def carried(plan: Plan) -> list[list[tuple[str, ...]]]:
    """Return the shipments of each trip of each vehicle."""
    return [[t.shipments for t in route.trips] for route in plan.routes]


def test_two_trips_ride_on_one_van_where_the_day_is_long_enough() -> None:
    """Two trips of 21 and 41 min in a 12 h shift: a second van for 10,000 fen is not worth it."""
    county = problem([down(1), down(2)], [vehicle(count=2, shift=SHIFT)])
    plan = compose(county, trip(county, 1), trip(county, 2))
    assert [len(route) for route in carried(plan)] == [2]
    assert plan.cost.total_fen == 10_000 + 3_000 + 1_260 + 2_460


def test_a_second_van_goes_out_where_the_day_is_too_short() -> None:
    """Both trips take 3,720 s together, the shift lasts 3,660 s."""
    county = problem([down(1), down(2)], [vehicle(count=2, shift=TimeWindow(early_s=0, late_s=3_660))])
    assert len(compose(county, trip(county, 1), trip(county, 2)).routes) == 2


def test_the_cheapest_cover_wins_and_nothing_is_carried_twice() -> None:
    """One trip to both villages costs less than two; mixing them would deliver V1 twice."""
    county = problem([down(1), down(2)], [vehicle(count=2, shift=SHIFT)])
    plan = compose(county, trip(county, 1), trip(county, 2), trip(county, 1, 2))
    assert carried(plan) == [[("D1", "D2")]]


def test_what_costs_more_than_its_penalty_stays() -> None:
    """Carrying D4 costs 4,460 and more, leaving it 500; D1 is worth its van."""
    county = problem([down(1), down(4, penalty_fen=500)], [vehicle(shift=SHIFT)])
    plan = compose(county, trip(county, 1), trip(county, 4))
    assert [u.shipment for u in plan.unserved] == ["D4"]
    assert plan.cost.penalty_fen == 500


def test_one_dock_loads_one_van_at_a_time() -> None:
    """Both villages open for ten minutes only; loading takes 30 min, so one van loads early and waits."""
    county = problem(
        [down(1), down(2)], [vehicle(count=2, shift=SHIFT)], depots=(Depot(place="H", loading_s=1_800, docks=1),)
    )
    for village in ("V1", "V2"):
        county = with_place(county, village, windows=(TimeWindow(early_s=8 * HOUR_S, late_s=8 * HOUR_S + 600),))
    plan = compose(county, trip(county, 1), trip(county, 2))
    starts = sorted(t.load_start_s for _, t in plan.trips())
    assert len(plan.routes) == 2
    assert starts[1] - starts[0] >= 1_800


def test_the_box_is_cleaned_between_pesticide_and_food() -> None:
    """Pesticide by 08:00, food not before: an hour of cleaning lies between the two trips of the one van."""
    goods = [down(1, commodity="pesticide", due_s=8 * HOUR_S), down(2, commodity="food", ready_s=8 * HOUR_S)]
    rule = Cleaning(after="pesticide", before="food", duration_s=HOUR_S)
    county = problem(goods, [vehicle(shift=SHIFT)], cleanings=(rule,))
    first, second = compose(county, trip(county, 1), trip(county, 2)).routes[0].trips
    assert second.load_start_s - first.return_s >= HOUR_S


def test_a_sealed_box_needs_no_cleaning() -> None:
    """The pesticide lay in the safe: a shift that leaves no time for cleaning is long enough."""
    boxes = (Compartment(id="safe", capacity=(50,), sealed=True), Compartment(id="box", capacity=(50,)))
    goods = [down(1, commodity="pesticide"), down(2, commodity="food")]
    rule = Cleaning(after="pesticide", before="food", duration_s=HOUR_S)
    van = vehicle(shift=TimeWindow(early_s=0, late_s=4_000), compartments=boxes)
    county = problem(goods, [van], cleanings=(rule,))
    assert [len(route) for route in carried(compose(county, trip(county, 1), trip(county, 2)))] == [2]


@pytest.mark.parametrize(
    ("changes", "vans"),
    [({}, 1), ({"max_trips": 1}, 2), ({"range_m": 29_999}, 2), ({"range_m": 30_000}, 1), ({"regular_s": 3_700}, 2)],
)
def test_limits_of_one_vehicle_send_out_a_second(changes: dict[str, int], vans: int) -> None:
    """Trips of 10 and 20 km, 21 and 41 min: one van does both unless trips, metres or hours forbid it."""
    county = problem([down(1), down(2)], [vehicle(count=2, shift=SHIFT, **changes)])
    assert len(compose(county, trip(county, 1), trip(county, 2)).routes) == vans


@pytest.mark.parametrize(("latest_s", "vans"), [(6_119, 2), (6_180, 1)])
def test_a_rest_lies_between_two_long_trips(latest_s: int, vans: int) -> None:
    """40 min of driving each, an hour allowed: 2 x 2,460 s and a rest of 1,200 s make 6,120 s."""
    van = vehicle(
        count=2,
        shift=TimeWindow(early_s=0, late_s=latest_s),
        driving_rule=DrivingRule(max_driving_s=HOUR_S, rest_s=1_200),
    )
    county = problem([down(2), replace(down(2), id="E2")], [van])
    visits = [VisitDraft(place="V2", deliver=(id_,)) for id_ in ("D2", "E2")]
    routes = [schedule_route(county, "van", 1, [TripDraft(visits=(v,))]) for v in visits]
    plan = compose(county, *(pooled_trip(county, "van", r.trips[0]) for r in routes if r is not None))
    assert len(plan.routes) == vans


def test_trips_that_overlap_are_thinned() -> None:
    """V1, V2 and V2, V3 cover all three villages best; V2 is called at once, on the trip that goes there anyway."""
    county = problem([down(k) for k in (1, 2, 3)], [vehicle(count=2, shift=SHIFT)])
    plan = compose(county, trip(county, 1, 2), trip(county, 2, 3))
    assert sorted(s for _, t in plan.trips() for s in t.shipments) == ["D1", "D2", "D3"]
    assert sorted(t.shipments for _, t in plan.trips()) == [("D1",), ("D2", "D3")]


def test_overtime_is_taken_when_it_is_cheaper_than_a_van() -> None:
    """20 s over the regular hour costs little; at 10,000,000 fen an hour the second van is cheaper."""
    for price, vans in ((3_600, 1), (10_000_000, 2)):
        van = vehicle(count=2, shift=SHIFT, regular_s=3_700, max_overtime_s=600, overtime_fen_per_h=price)
        county = problem([down(1), down(2)], [van])
        assert len(compose(county, trip(county, 1), trip(county, 2)).routes) == vans


def test_locks_hold_the_vehicle_and_the_order() -> None:
    """D1 rides on the second van, and D2 after it, so both do."""
    locks = (Lock(shipment="D1", vehicle_type="van", number=2), Lock(shipment="D2", after="D1"))
    county = problem([down(1), down(2)], [vehicle(count=2, shift=SHIFT)], locks=locks)
    plan = compose(county, trip(county, 2), trip(county, 1))
    assert [(r.number, [t.shipments for t in r.trips]) for r in plan.routes] == [(2, [("D1",), ("D2",)])]


def test_a_shelf_takes_no_more_than_it_holds() -> None:
    """V1 has room for 10 of the 20 that two vans would bring."""
    goods = [down(1), replace(down(1), id="E1")]
    county = with_place(problem(goods, [vehicle(count=2, shift=SHIFT)]), "V1", shelf=(10,))
    visits = [VisitDraft(place="V1", deliver=(id_,)) for id_ in ("D1", "E1")]
    routes = [schedule_route(county, "van", 1, [TripDraft(visits=(v,))]) for v in visits]
    plan = compose(county, *(pooled_trip(county, "van", r.trips[0]) for r in routes if r is not None))
    assert len(plan.unserved) == 1


def test_the_same_work_and_seed_give_the_same_day() -> None:
    """Wall time plays no part without ``seconds``."""
    county = _busy_county()
    trips = [trip(county, *v) for v in ((1,), (2,), (3,), (4,), (1, 2), (3, 4), (2, 3))]
    first, second = (compose_day(county, trips, deterministic_time=0.5, seed=3) for _ in range(2))
    assert first == second


def test_composing_from_a_plans_own_trips_is_no_dearer() -> None:
    """The hint is a day already: the composer starts there."""
    county = four_village_problem()
    visits = tuple(VisitDraft(place=f"V{k}", deliver=(f"D{k}",)) for k in (1, 2, 3, 4))
    route = schedule_route(county, "van", 1, [TripDraft(visits=visits)])
    assert route is not None
    plan = Plan(routes=(route,), unserved=tuple(Unserved(shipment=s, reason="") for s in ("U2", "U4")))
    plan = replace(plan, cost=plan_cost(county, plan))
    own = TripPool(county).add_plan(plan)
    again = compose_day(county, own, deterministic_time=1.0, hint=own)
    assert again is not None
    assert again.cost.total_fen <= plan.cost.total_fen


def test_the_filter_keeps_the_incumbent_and_the_promising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two columns may stay: the cheap cover of both villages, and the hinted trip whatever it costs."""
    monkeypatch.setattr("optimizer.master.KEEP_COLUMNS", 2)
    county = problem([down(1), down(2)], [vehicle(count=2, shift=SHIFT)])
    trips = [trip(county, 1), trip(county, 2), trip(county, 1, 2)]
    kept = promising(county, trips, {trips[1].key}, shares=[0.1] * 3)
    assert [t.shipments for t in kept] == [trips[1].shipments, trips[2].shipments]


def test_the_day_costs_what_trying_every_day_finds() -> None:
    """Every choice of seven trips, on every van in every order, against the composer; a minute's grid apart."""
    county = _busy_county()
    trips = [trip(county, *v) for v in ((1,), (2,), (3,), (4,), (1, 2), (3, 4), (2, 3))]
    best = min(_all_days(county, trips))
    assert best <= compose(county, *trips).cost.total_fen <= best + 60 * 4


def _busy_county() -> Problem:
    """Four villages, two vans with a short day, V4 open late only."""
    county = problem([down(k, 40) for k in (1, 2, 3, 4)], [vehicle(count=2)])
    county = with_vehicle(county, shift=TimeWindow(early_s=6 * HOUR_S, late_s=6 * HOUR_S + 7_500))
    late = TimeWindow(early_s=6 * HOUR_S + 4_000, late_s=18 * HOUR_S)
    return with_place(county, "V4", windows=(late,))


def _all_days(county: Problem, trips: Sequence[PooledTrip]) -> list[int]:
    """Costs of all days that two vans can make of the trips, each trip on van 1, van 2 or nowhere."""
    costs = []
    for choice in product((0, 1, 2), repeat=len(trips)):
        goods = [s for van, t in zip(choice, trips, strict=True) if van for s in t.shipments]
        if len(goods) != len(set(goods)):
            continue
        days = [[t for van, t in zip(choice, trips, strict=True) if van == number] for number in (1, 2)]
        routes = []
        for number, day in enumerate(days, start=1):
            orders = [schedule_route(county, "van", number, [draft_of(t.trip) for t in o]) for o in permutations(day)]
            found = [r for r in orders if r is not None]
            routes.append(min(found, key=lambda r: r.trips[-1].return_s - r.trips[0].load_start_s, default=None))
        if all(bool(day) == (route is not None) for day, route in zip(days, routes, strict=True)):
            left = [Unserved(shipment=s.id, reason="") for s in county.shipments if s.id not in goods]
            plan = Plan(routes=tuple(r for r in routes if r is not None), unserved=tuple(left))
            costs.append(plan_cost(county, plan).total_fen)
    return costs
