"""The pool: what a trip costs, how far it may be moved in time, and which of two rivals stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.cost import plan_cost
from optimizer.model import Depot, Lock, Place, TimeWindow
from optimizer.plan import Plan, Route, Trip
from optimizer.pool import TripPool, pooled_trip, shifted
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from tests.helpers import HOUR_S, assert_clean, down, problem, up, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.problem import Problem


def trip_of(county: Problem, *visits: VisitDraft, vehicle_type: str = "van") -> Trip:
    """Return the one trip of a route, timed by the solver's clock."""
    route = schedule_route(county, vehicle_type, 1, [TripDraft(visits=visits)])
    assert route is not None
    return route.trips[0]


def day_of(county: Problem, *trips: Trip) -> Plan:
    """Return the plan of one van with these trips."""
    plan = Plan(routes=(Route(vehicle_type="van", number=1, trips=trips),))
    return replace(plan, cost=plan_cost(county, plan))


SHIFT = TimeWindow(early_s=6 * HOUR_S, late_s=18 * HOUR_S)

V1 = VisitDraft(place="V1", deliver=("D1",))


def test_a_trip_moves_within_shift_readiness_and_windows() -> None:
    """Goods ready at 07:00, village open to 12:00, 10 min to drive: loading from 07:00 to 11:50."""
    county = problem([down(1, ready_s=7 * HOUR_S)], [vehicle(shift=SHIFT)])
    county = with_place(county, "V1", windows=(TimeWindow(early_s=6 * HOUR_S, late_s=12 * HOUR_S),))
    pooled = pooled_trip(county, "van", trip_of(county, V1))
    assert (pooled.early_s, pooled.late_s) == (7 * HOUR_S, 12 * HOUR_S - 600)
    assert pooled.duration_s == 600 + 60 + 600
    for load_start_s in (pooled.early_s, pooled.late_s):
        assert_clean(county, day_of(county, pooled.at(load_start_s)))


def test_a_due_time_at_the_hub_limits_how_late_a_trip_may_leave() -> None:
    """Back by 09:00, 21 min in all: loading at 08:39 at the latest."""
    county = problem([up(1, due_s=9 * HOUR_S)], [vehicle(shift=SHIFT)])
    pooled = pooled_trip(county, "van", trip_of(county, VisitDraft(place="V1", collect=("U1",))))
    assert pooled.late_s == 9 * HOUR_S - 1_260


def test_waiting_on_the_road_moves_to_the_depot() -> None:
    """Leaving at 06:00 for a village that opens at 08:00: the pool leaves at 07:50 instead."""
    county = problem([down(1)], [vehicle(shift=SHIFT)])
    county = with_place(county, "V1", windows=(TimeWindow(early_s=8 * HOUR_S, late_s=9 * HOUR_S),))
    early = trip_of(county, V1)
    waiting = shifted(early, 6 * HOUR_S - early.load_start_s)
    visit = replace(waiting.visits[0], start_s=8 * HOUR_S, end_s=8 * HOUR_S + 60, depart_s=8 * HOUR_S + 60)
    waiting = replace(waiting, visits=(visit,), return_s=8 * HOUR_S + 660)
    assert_clean(county, day_of(county, waiting))
    pooled = pooled_trip(county, "van", waiting)
    assert pooled.trip.load_start_s == 8 * HOUR_S - 600
    assert pooled.duration_s == 1_260


def test_a_vehicle_may_load_early_and_wait_loaded() -> None:
    """With loading at 06:00 for a village that opens at 08:00 it leaves at 07:50 all the same."""
    county = problem([down(1)], [vehicle(shift=SHIFT)], depots=(Depot(place="H", loading_s=300),))
    county = with_place(county, "V1", windows=(TimeWindow(early_s=8 * HOUR_S, late_s=9 * HOUR_S),))
    pooled = pooled_trip(county, "van", trip_of(county, V1))
    assert pooled.load_from_s == 6 * HOUR_S
    moved = pooled.at(6 * HOUR_S)
    assert (moved.load_start_s, moved.depart_s) == (6 * HOUR_S, 8 * HOUR_S - 600)
    assert_clean(county, day_of(county, moved))


def test_a_locked_time_pins_the_trip() -> None:
    """Service at V1 between 10:00 and 10:05 and nowhere else in the day."""
    lock = Lock(shipment="D1", window=TimeWindow(early_s=10 * HOUR_S, late_s=10 * HOUR_S + 300))
    county = problem([down(1)], [vehicle(shift=SHIFT)], locks=(lock,))
    pooled = pooled_trip(county, "van", trip_of(county, V1))
    assert (pooled.early_s, pooled.late_s) == (10 * HOUR_S - 600, 10 * HOUR_S - 300)


@pytest.mark.parametrize("noon", [12 * HOUR_S, 12 * HOUR_S + 60])
def test_a_trip_moves_within_one_of_two_windows(noon: int) -> None:
    """Open to noon and again from 14:00: a morning trip stays in the morning."""
    county = problem([down(1)], [vehicle(shift=SHIFT)])
    windows = (TimeWindow(early_s=0, late_s=noon), TimeWindow(early_s=14 * HOUR_S, late_s=18 * HOUR_S))
    county = with_place(county, "V1", windows=windows)
    assert pooled_trip(county, "van", trip_of(county, V1)).late_s == noon - 600


def test_the_price_is_metres_and_hours() -> None:
    """V2 and back: 20 km at 100 fen, 2,460 s at 3,600 fen an hour, so 2,000 + 2,460."""
    county = problem([down(2)])
    pooled = pooled_trip(county, "van", trip_of(county, VisitDraft(place="V2", deliver=("D2",))))
    assert (pooled.running_fen, pooled.distance_m, pooled.driving_s) == (4_460, 20_000, 2_400)


def test_the_cheaper_of_two_trips_with_the_same_goods_stays() -> None:
    """V1 and V3 make 30 km; a detour over V4 makes 40 and is forgotten, other goods make a trip of their own."""
    county = problem([down(1), down(3)], places=(Place(id="H"), *(Place(id=f"V{k}") for k in (1, 2, 3, 4))))
    direct = trip_of(county, V1, VisitDraft(place="V3", deliver=("D3",)))
    detour = trip_of(county, V1, VisitDraft(place="V4"), VisitDraft(place="V3", deliver=("D3",)))
    pool = TripPool(county)
    pool.add_plan(day_of(county, detour))
    assert pool.add(pooled_trip(county, "van", direct))
    assert not pool.add(pooled_trip(county, "van", detour))
    assert [t.distance_m for t in pool.trips] == [30_000]
    assert pool.merge([pooled_trip(county, "van", trip_of(county, V1))]) == 1
    assert len(pool) == 2
