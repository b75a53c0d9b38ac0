"""Driving a plan again: a quiet day gives the plan itself, and what goes wrong costs what a hand reckons.

Villages lie 600 s apart, a visit takes 60 s (``tests.helpers``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.random_counties import random_county
from optimizer.model import Depot, DrivingRule, TimeWindow
from optimizer.repair import complete
from optimizer.schedule import draft_of, schedule_route
from optimizer.stress.disturbance import CALM, Breakdown, Disturbance
from optimizer.stress.execute import drive
from optimizer.stress.script import script_of
from tests.helpers import (
    HOUR_S,
    Call,
    assert_clean,
    down,
    four_village_problem,
    plan,
    problem,
    route,
    run,
    solve_checked,
    up,
    vehicle,
    with_place,
    with_shipment,
    with_vehicle,
)

if TYPE_CHECKING:
    from optimizer.plan import Plan, Route
    from optimizer.problem import Matrix, Problem
    from optimizer.stress.disturbance import LegKey
    from optimizer.stress.execute import Driven

TO_V1, TO_V2, HOME = ("road", "H", "V1"), ("road", "V1", "V2"), ("road", "V2", "H")


def _moments(driven: Driven, day: int = 0) -> list[float]:
    """Return the beginning of the work at every step of all vehicles, on one day."""
    return [float(step.start_s[day]) for vehicle_day in driven.vehicles for step in vehicle_day.steps]


def _planned(made: Plan) -> list[int]:
    return [
        at
        for each in made.routes
        for trip in each.trips
        for at in (trip.load_start_s, *(v.start_s for v in trip.visits), trip.return_s)
    ]


def _two_stops(**changes: object) -> tuple[Problem, Plan]:
    """Return H, V1 (at 600), V2 (at 1,260) and home (at 2,520), loaded at 0."""
    county = problem([down(1), down(2)], **changes)
    return county, plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))))


def test_a_quiet_day_is_the_plan_that_the_solver_made() -> None:
    """Docks, ready times, windows and a break at noon: every moment as the referee has accepted it, to the second."""
    county = with_place(four_village_problem(), "V3", windows=(TimeWindow(early_s=9 * HOUR_S, late_s=10 * HOUR_S),))
    made = solve_checked(county).plan
    assert _moments(drive(script_of(county, made), CALM)) == _planned(made)


def test_a_quiet_day_keeps_rests_and_several_trips() -> None:
    """A van that may drive 20 min at a stretch, then rests 10, carries one village a trip."""
    van = vehicle(capacity=(10,), driving_rule=DrivingRule(max_driving_s=1_200, rest_s=600))
    county = problem([down(1), down(2, service_s=30), up(1)], (van,))
    made = solve_checked(county).plan
    driven = drive(script_of(county, made), CALM)
    assert _moments(driven) == _planned(made)
    assert not any(day.breaks_driving.any() for day in driven.vehicles)


def test_delays_add_up_along_the_trip() -> None:
    """Legs take 600 x 1.5 and 600 x 2: V1 at 900, V2 at 960 + 1,200 = 2,160, home at 2,220 + 1,200."""
    county, made = _two_stops()
    disturbed = Disturbance(days=1, legs={TO_V1: np.array([1.5]), TO_V2: np.array([2.0])})
    assert _moments(drive(script_of(county, made), disturbed)) == [0, 900, 2_160, 3_420]


def test_waiting_for_a_window_takes_up_a_delay() -> None:
    """V2 opens at 2,000; a first leg of 900 s is 300 late at V1 and on time at V2."""
    county, _ = _two_stops()
    county = with_place(county, "V2", windows=(TimeWindow(early_s=2_000, late_s=3_000),))
    made = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",), start_s=2_000))))
    driven = drive(script_of(county, made), Disturbance(days=1, legs={TO_V1: np.array([1.5])}))
    assert _moments(driven) == [0, 900, 2_000, 3_260]


def test_who_comes_after_closing_hands_nothing_over() -> None:
    """V1 closes at 700; a leg of 900 s finds it closed, one of 690 s does not."""
    county, _ = _two_stops()
    county = with_place(county, "V1", windows=(TimeWindow(late_s=700),))
    made = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))))
    (day,) = drive(script_of(county, made), Disturbance(days=2, legs={TO_V1: np.array([1.5, 1.15])})).vehicles
    assert day.steps[1].is_closed.tolist() == [True, False]


def test_a_trip_waits_for_late_goods_only_so_long() -> None:
    """Goods 500 s late are waited for; goods 1,500 s late are left behind after 1,000 s."""
    county, made = _two_stops()
    disturbed = Disturbance(days=2, late_s={"D1": np.array([500.0, 1_500.0])}, wait_s=1_000)
    driven = drive(script_of(county, made), disturbed)
    assert _moments(driven, 0)[:2] == [500, 1_100]
    assert _moments(driven, 1)[:2] == [1_000, 1_600]
    assert driven.goods["D1"].is_missed.tolist() == [False, True]


def test_a_breakdown_stops_the_vehicle_on_the_leg_that_it_falls_on() -> None:
    """Of 2,400 s of driving half is over at the end of the second leg: 0.49 falls on it, 0.5 on the third."""
    county, made = _two_stops()
    broken = Breakdown(np.array([True, True, False]), np.array([0.49, 0.5, 0.49]))
    driven = drive(script_of(county, made), Disturbance(days=3, breakdowns={"van#1": broken}, stopped_s=3_600))
    assert [_moments(driven, k) for k in range(3)] == [
        [0, 600, 1_260 + 3_600, 2_520 + 3_600],
        [0, 600, 1_260, 2_520 + 3_600],
        [0, 600, 1_260, 2_520],
    ]


def test_the_next_trip_waits_for_the_vehicle_and_its_planned_hour() -> None:
    """A first trip planned back at 1,260: 240 s late moves the second loading from 1,260, a second one at 2,000 not."""
    county = problem([down(1), down(2)])
    for begin_s, late in ((1_260, 1_500), (2_000, 2_000)):
        trips = (run(county, Call("V1", ("D1",))), run(county, Call("V2", ("D2",)), load_start_s=begin_s))
        driven = drive(
            script_of(county, plan(county, route(*trips))), Disturbance(days=1, legs={TO_V1: np.array([1.4])})
        )
        assert _moments(driven)[3] == late


def test_a_late_vehicle_leaves_the_dock_to_others() -> None:
    """One dock, 600 s each: van#1 is back late for its second loading, van#2 loads in the gap and not after it."""
    county = problem(
        [down(1), down(2), down(3)], (vehicle(count=2),), depots=(Depot(place="H", loading_s=600, docks=1),)
    )
    first = run(county, Call("V1", ("D1",)))  # loads 0-600, back at 1,860
    again = run(county, Call("V2", ("D2",)), load_start_s=1_860)
    other = run(county, Call("V3", ("D3",)), load_start_s=2_460)
    made = plan(county, route(first, again), route(other, number=2))
    assert_clean(county, made)
    assert _moments(drive(script_of(county, made), CALM)) == _planned(made)
    for factor, second, third in ((1.5, 2_160, 2_760), (3.0, 3_060, 2_460)):
        driven = drive(script_of(county, made), Disturbance(days=1, legs={TO_V1: np.array([factor])}))
        moments = _moments(driven)
        assert (moments[3], moments[6]) == (second, third)


def test_driving_beyond_the_rule_is_told() -> None:
    """1,200 s to V2 under a rule of 1,250 s at a stretch: kept at 1.04 times, broken at 1.05 times."""
    county = problem([down(2)], (vehicle(driving_rule=DrivingRule(max_driving_s=1_250, rest_s=600)),))
    made = plan(county, route(run(county, Call("V2", ("D2",), rest_s=600))))
    assert_clean(county, made)
    (day,) = drive(
        script_of(county, made), Disturbance(days=2, legs={("road", "H", "V2"): np.array([1.04, 1.05])})
    ).vehicles
    assert day.breaks_driving.tolist() == [False, True]


def test_people_come_earlier_as_far_as_goods_and_shifts_let_them() -> None:
    """A loading at 1,000 is 600 earlier, or as early as the goods at 700 or the shift at 800."""
    for changes, begin in (({}, 400), ({"ready_s": 700}, 700), ({"shift_s": 800}, 800)):
        county = problem([down(1)])
        if "ready_s" in changes:
            county = with_shipment(county, "D1", ready_s=changes["ready_s"])
        if "shift_s" in changes:
            county = with_vehicle(county, shift=TimeWindow(early_s=changes["shift_s"], late_s=20_000))
        made = plan(county, route(run(county, Call("V1", ("D1",)), load_start_s=1_000)))
        assert _moments(drive(script_of(county, made), CALM, earlier_s=600))[0] == begin


@pytest.mark.parametrize("shift_s", [0, 500])
def test_a_planned_wait_that_no_window_explains_is_kept(shift_s: int) -> None:
    """The plan leaves V1 only at 2,000, whenever it came there."""
    county, _ = _two_stops()
    trip = run(county, Call("V1", ("D1",), rest_s=1_340), Call("V2", ("D2",)))
    driven = drive(
        script_of(county, plan(county, route(trip))), Disturbance(days=1, legs={TO_V1: np.array([1 + shift_s / 600])})
    )
    assert float(driven.vehicles[0].steps[1].depart_s[0]) == 2_000


@pytest.mark.parametrize("seed", range(8))
def test_a_quiet_day_is_the_plan_under_all_rules_at_once(seed: int) -> None:
    """Random counties with docks, rests, split windows, goods both ways and between villages, limits on board."""
    county = random_county(villages=25, seed=seed, full_rules=True)
    made = complete(county, {})
    assert_clean(county, made)
    driven = drive(script_of(county, made), CALM)
    assert _moments(driven) == _planned(made)
    assert not any(aboard.is_lost.any() for aboard in driven.goods.values())
    assert not any(day.breaks_driving.any() for day in driven.vehicles)


def test_a_slow_day_is_what_the_solvers_clock_makes_of_slower_roads() -> None:
    """Every leg takes up to a quarter longer; routes that still keep all rules have the clock's moments, to the second.

    The clock knows neither docks shared with others nor what the plan keeps, so docks, rests and limits on board go.
    """
    assert sum(_agreeing(seed) for seed in range(6)) >= 6


def _agreeing(seed: int) -> int:
    """Compare the routes of one random county; return how many there were to compare."""
    county = random_county(villages=20, seed=seed, full_rules=True)
    county = replace(
        county,
        depots=tuple(replace(depot, docks=None) for depot in county.depots),
        vehicle_types=tuple(replace(kind, driving_rule=None) for kind in county.vehicle_types),
        shipments=tuple(replace(s, max_on_board_s=None) for s in county.shipments),
    )
    made = complete(county, {})
    rng = np.random.default_rng(seed)
    slow = replace(county, matrices={name: _slower(matrix, rng) for name, matrix in county.matrices.items()})
    steps = [each.step for day in drive(script_of(county, made), CALM).vehicles for each in day.steps]
    legs = {s.leg: np.array([_seconds(slow, s.leg) / max(1, s.travel_s)]) for s in steps if s.leg is not None}
    compared = 0
    for day in drive(script_of(county, made), Disturbance(days=1, legs=legs)).vehicles:
        clock = _by_the_clock(slow, day.planned.route)
        if clock is not None:
            found = [float(step.start_s[0]) for step in day.steps]
            assert found == pytest.approx(_planned(plan(slow, clock)), abs=1e-6)
            compared += 1
    return compared


def _by_the_clock(slow: Problem, planned: Route) -> Route | None:
    """Return the route on slower roads: loadings at their planned hours or later, all else as early as can be."""
    loads, drafts = [trip.load_start_s for trip in planned.trips], [draft_of(trip) for trip in planned.trips]
    fixed = [loads[0], *(None for _ in loads[1:])]
    kind, number = planned.vehicle_type, planned.number
    return schedule_route(slow, kind, number, drafts, earliest_loads=loads, fixed_loads=fixed)


def _slower(matrix: Matrix, rng: np.random.Generator) -> Matrix:
    more = rng.integers(0, 26, matrix.duration_s.shape)
    return replace(matrix, duration_s=matrix.duration_s * (100 + more) // 100)


def _seconds(county: Problem, leg: LegKey) -> int:
    profile, origin, destination = leg
    return int(county.matrices[profile].duration_s[county.index(origin), county.index(destination)])
