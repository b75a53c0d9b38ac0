"""Combining vehicles' days of several plans into one plan that is better than each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.combine import RoutePool, combine_days
from optimizer.cost import plan_cost
from optimizer.model import Depot, Lock
from optimizer.plan import Plan, Unserved
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from tests.helpers import assert_clean, down, problem, vehicle

if TYPE_CHECKING:
    from optimizer.problem import Problem


def plan_of(county: Problem, *days: tuple[int, ...], numbers: tuple[int, ...] = (1, 2, 3)) -> Plan:
    """Return the plan in which each van calls at its villages on one trip."""
    routes = []
    for number, villages in zip(numbers, days, strict=False):
        visits = tuple(VisitDraft(place=f"V{k}", deliver=(f"D{k}",)) for k in villages)
        route = schedule_route(county, "van", number, [TripDraft(visits=visits)])
        assert route is not None
        routes.append(route)
    carried = {f"D{k}" for day in days for k in day}
    left = tuple(Unserved(shipment=s.id, reason="") for s in county.shipments if s.id not in carried)
    plan = Plan(routes=tuple(routes), unserved=left)
    return replace(plan, cost=plan_cost(county, plan))


def combined(county: Problem, *plans: Plan) -> Plan:
    """Return what the pooled days of the plans make, after the referee has seen it."""
    pool = RoutePool(county)
    for plan in plans:
        pool.add_plan(plan)
    found = combine_days(county, pool.routes, deterministic_time=1.0, hint=plans[0])
    assert found is not None
    assert_clean(county, found)
    return found


def days(plan: Plan) -> list[tuple[str, ...]]:
    """Return the shipments of each vehicle, sorted."""
    return sorted(tuple(sorted(s for t in route.trips for s in t.shipments)) for route in plan.routes)


def test_the_good_day_of_each_plan_is_kept() -> None:
    """Vans of 40: {1 2}{3 4} is cheapest, and each of two plans has half of it beside two bad days."""
    county = problem([down(k, 20) for k in (1, 2, 3, 4)], [vehicle(count=3, capacity=(40,), max_trips=1)])
    found = combined(county, plan_of(county, (1, 2), (3,), (4,)), plan_of(county, (3, 4), (1,), (2,)))
    assert days(found) == [("D1", "D2"), ("D3", "D4")]


def test_what_two_chosen_days_carry_is_carried_once() -> None:
    """Days {1 2} and {2 3 4} cover all four; V2 is called at by one of them."""
    county = problem([down(k, 10) for k in (1, 2, 3, 4)], [vehicle(count=2)])
    found = combined(county, plan_of(county, (1, 2)), plan_of(county, (2, 3, 4)))
    assert found.unserved == ()
    assert sorted(s for day in days(found) for s in day) == ["D1", "D2", "D3", "D4"]


def test_no_more_days_than_vehicles_are_chosen() -> None:
    """One van, two days that do not overlap: the one with the dearer goods drives."""
    county = problem([down(1), down(2, penalty_fen=2_000_000)], [vehicle()])
    found = combined(county, plan_of(county, (1,)), plan_of(county, (2,)))
    assert days(found) == [("D2",)]


def test_a_locked_vehicle_keeps_its_day() -> None:
    """Van 2 is named by a lock, so its day goes to it and to no other van."""
    locks = (Lock(shipment="D1", vehicle_type="van", number=2),)
    county = problem([down(1), down(2)], [vehicle(count=2, max_trips=1)], locks=locks)
    found = combined(county, plan_of(county, (1,), numbers=(2,)), plan_of(county, (2,), numbers=(1,)))
    assert [(r.number, r.trips[0].shipments) for r in found.routes] == [(1, ("D2",)), (2, ("D1",))]


def test_docks_are_shared_out_again() -> None:
    """Both days begin with loading at midnight in their own plans; with one dock one of them must move."""
    county = problem(
        [down(1), down(2)],
        [vehicle(count=2, capacity=(10,), max_trips=1)],
        depots=(Depot(place="H", loading_s=1_800, docks=1),),
    )
    found = combined(county, plan_of(county, (1,), numbers=(1,)), plan_of(county, (2,), numbers=(2,)))
    first, second = sorted(t.load_start_s for _, t in found.trips())
    assert second - first >= 1_800


def test_the_cheaper_of_two_days_with_the_same_goods_stays() -> None:
    """The detour over V3 and back costs more; the pool remembers the straight day only."""
    county = problem([down(1), down(2), down(3)], [vehicle()])
    pool = RoutePool(county)
    pool.add_plan(plan_of(county, (2, 1, 3)))
    pool.add_plan(plan_of(county, (1, 2, 3)))
    pool.add_plan(plan_of(county, (1, 3, 2)))
    assert [r.route.trips[0].shipments for r in pool.routes] == [("D1", "D2", "D3")]
