"""Timing: the least return, the latest start, and every rule about when.

Four villages on one road, 600 s and 5,000 m a step, 60 s a visit, loading takes no time.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING
from weakref import ref

import pytest

from optimizer.model import Cleaning, Compartment, Depot, DrivingRule, Lock, TimeWindow
from optimizer.plan import Plan, Route
from optimizer.schedule import TripDraft, VisitDraft, draft_of, schedule_route, time_route
from tests.helpers import HOUR_S, assert_clean, down, plan, problem, shipment, up, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.problem import Problem


def trip(*visits: VisitDraft, stowage: tuple[tuple[str, str], ...] = ()) -> TripDraft:
    return TripDraft(visits=visits, stowage=stowage)


def drop(village: int) -> VisitDraft:
    return VisitDraft(place=f"V{village}", deliver=(f"D{village}",))


def fetch(village: int) -> VisitDraft:
    return VisitDraft(place=f"V{village}", collect=(f"U{village}",))


def clean(county: Problem, *drafts: TripDraft, kind: str = "van") -> Route:
    """Schedule, let the referee judge the route, and return it."""
    route = schedule_route(county, kind, 1, drafts)
    assert route is not None
    assert_clean(county, plan(county, route))
    return route


def test_goes_and_comes_back_without_waiting() -> None:
    """600 s out, 60 s of service, 600 s back: 1,260 s from loading to return."""
    route = clean(problem([down(1)]), trip(drop(1)))
    assert route.trips[0].return_s - route.trips[0].load_start_s == 1_260


def test_a_problem_whose_days_were_timed_is_let_go() -> None:
    """Past bug: its clock held it, so that each question about a changed problem cost memory for good."""
    county = problem([down(1)])
    clean(county, trip(drop(1)))
    timed = ref(county)
    del county
    gc.collect()
    assert timed() is None


def test_starts_as_late_as_the_earliest_return_allows() -> None:
    """V1 opens at 08:00 and lies 600 s out: loading at 07:50, not at midnight, and no wait is paid."""
    county = with_place(problem([down(1)]), "V1", windows=(TimeWindow(early_s=8 * HOUR_S, late_s=9 * HOUR_S),))
    assert clean(county, trip(drop(1))).trips[0].load_start_s == 8 * HOUR_S - 600


def test_waits_where_windows_leave_no_choice() -> None:
    """V1 closes at 08:00, V2 opens at 10:00: leave to reach V1 at its last moment, wait at V2 for 6,540 - 600 s."""
    county = with_place(problem([down(1), down(2)]), "V1", windows=(TimeWindow(early_s=0, late_s=8 * HOUR_S),))
    county = with_place(county, "V2", windows=(TimeWindow(early_s=10 * HOUR_S, late_s=11 * HOUR_S),))
    first, second = clean(county, trip(drop(1), drop(2))).trips[0].visits
    assert (first.start_s, second.start_s) == (8 * HOUR_S, 10 * HOUR_S)


def test_takes_the_later_of_two_windows_when_that_pays_fewer_hours() -> None:
    """V1 opens 07:00-08:00 and 10:30-11:00, V2 from 10:00: waiting from 08:00 costs more than returning later."""
    first, second = TimeWindow(early_s=7 * HOUR_S, late_s=8 * HOUR_S), TimeWindow(early_s=37_800, late_s=39_600)
    county = with_place(problem([down(1), down(2)]), "V1", windows=(first, second))
    county = with_place(county, "V2", windows=(TimeWindow(early_s=10 * HOUR_S, late_s=12 * HOUR_S),))
    route = clean(county, trip(drop(1), drop(2)))
    assert route.trips[0].visits[0].start_s == 37_800
    assert route.trips[0].return_s - route.trips[0].load_start_s == 4 * 600 + 2 * 60


def test_refuses_a_window_that_closes_too_early() -> None:
    """V2 is 1,200 s out: a window to 1,200 can be reached, one to 1,199 cannot."""
    for late_s, is_possible in ((1_200, True), (1_199, False)):
        county = with_place(problem([down(2)]), "V2", windows=(TimeWindow(early_s=0, late_s=late_s),))
        assert (schedule_route(county, "van", 1, [trip(drop(2))]) is not None) is is_possible


def test_loads_when_everything_is_ready() -> None:
    """D1 is ready at 07:00, D2 at 08:00: the trip loads at 08:00."""
    county = problem([down(1, ready_s=7 * HOUR_S), down(2, ready_s=8 * HOUR_S)])
    assert clean(county, trip(drop(1), drop(2))).trips[0].load_start_s == 8 * HOUR_S


def test_keeps_the_due_time_at_the_depot() -> None:
    """U2 ready at 10:00 is back at 10:00 + 60 + 1,200 s: due then is possible, a second earlier is not."""
    back_s = 10 * HOUR_S + 60 + 1_200
    for due_s, is_possible in ((back_s, True), (back_s - 1, False)):
        county = problem([up(2, ready_s=10 * HOUR_S, due_s=due_s)])
        assert (schedule_route(county, "van", 1, [trip(fetch(2))]) is not None) is is_possible


def test_leaves_late_when_time_on_board_is_short() -> None:
    """D2 may ride 1,260 s, which V1 on the way needs exactly; V2 opens at 10:00, so the van leaves at 09:39."""
    county = problem([down(1), down(2, max_on_board_s=1_260)])
    county = with_place(county, "V1", windows=(TimeWindow(early_s=0, late_s=24 * HOUR_S),))
    county = with_place(county, "V2", windows=(TimeWindow(early_s=10 * HOUR_S, late_s=11 * HOUR_S),))
    assert clean(county, trip(drop(1), drop(2))).trips[0].depart_s == 10 * HOUR_S - 1_260


def test_refuses_when_time_on_board_cannot_be_kept() -> None:
    """Past V1 it takes 600 + 60 + 600 s to V2: 1,259 s on board is one too few."""
    county = problem([down(1), down(2, max_on_board_s=1_259)])
    assert schedule_route(county, "van", 1, [trip(drop(1), drop(2))]) is None


def test_waits_loaded_between_two_closed_doors_for_goods_in_a_hurry() -> None:
    """U1 collected by 08:00 may ride 2 h; V2 opens at 10:00: wait at V1, since leaving starts the clock.

    Leaving V1 at 09:50 reaches V2 at 10:00, the hub at 10:00 + 60 + 1,200 s: 1,860 s on board.
    """
    county = problem([up(1, max_on_board_s=2 * HOUR_S), down(2)])
    county = with_place(county, "V1", windows=(TimeWindow(early_s=0, late_s=8 * HOUR_S),))
    county = with_place(county, "V2", windows=(TimeWindow(early_s=10 * HOUR_S, late_s=11 * HOUR_S),))
    visit = clean(county, trip(fetch(1), drop(2))).trips[0].visits[0]
    assert visit.depart_s > visit.end_s


def test_rests_before_driving_too_long() -> None:
    """8 steps of 600 s with a rest of 1,200 s due after 3,000 s: one rest, 4,800 + 4 x 60 + 1,200 s in all."""
    van = vehicle(driving_rule=DrivingRule(max_driving_s=3_000, rest_s=1_200))
    county = problem([down(k) for k in (1, 2, 3, 4)], (van,))
    route = clean(county, trip(*(drop(k) for k in (1, 2, 3, 4))))
    assert route.trips[0].return_s - route.trips[0].load_start_s == 4_800 + 240 + 1_200


def test_counts_waiting_as_a_rest() -> None:
    """V4 opens an hour after V3 closes: the wait is the rest, and nothing is added."""
    van = vehicle(driving_rule=DrivingRule(max_driving_s=3_000, rest_s=1_200))
    county = problem([down(3), down(4)], (van,))
    county = with_place(county, "V3", windows=(TimeWindow(early_s=0, late_s=7 * HOUR_S),))
    county = with_place(county, "V4", windows=(TimeWindow(early_s=8 * HOUR_S, late_s=9 * HOUR_S),))
    route = clean(county, trip(drop(3), drop(4)))
    assert route.trips[0].return_s == 8 * HOUR_S + 60 + 2_400


def test_refuses_a_leg_longer_than_any_stretch() -> None:
    """V4 is 2,400 s away without a place to rest: 2,400 s at a stretch will do, 2,399 s will not."""
    for stretch_s, is_possible in ((2_400, True), (2_399, False)):
        van = vehicle(driving_rule=DrivingRule(max_driving_s=stretch_s, rest_s=60))
        county = problem([down(4)], (van,))
        assert (schedule_route(county, "van", 1, [trip(drop(4))]) is not None) is is_possible


def test_refuses_more_driving_than_a_day_allows() -> None:
    """To V1 and back is 1,200 s of driving."""
    for daily_s, is_possible in ((1_200, True), (1_199, False)):
        van = vehicle(driving_rule=DrivingRule(max_daily_driving_s=daily_s))
        assert (time_route(problem([down(1)], (van,)), "van", [trip(drop(1))]) is not None) is is_possible


def test_cleans_between_trips() -> None:
    """Pesticide first, greens after: 900 s of cleaning at the depot between the trips."""
    goods = (down(1, commodity="pesticide"), down(2, commodity="greens"))
    cleaning = Cleaning(after="pesticide", before="greens", duration_s=900)
    first, second = clean(problem(goods, cleanings=(cleaning,)), trip(drop(1)), trip(drop(2))).trips
    assert second.load_start_s - first.return_s == 900


def test_needs_no_cleaning_after_a_sealed_compartment() -> None:
    """The same goods behind a sealed wall soil nothing."""
    boxes = (Compartment(id="safe", capacity=(100,), sealed=True), Compartment(id="box", capacity=(100,)))
    goods = (down(1, commodity="pesticide"), down(2, commodity="greens"))
    cleaning = Cleaning(after="pesticide", before="greens", duration_s=900)
    county = problem(goods, (vehicle(compartments=boxes),), cleanings=(cleaning,))
    first = trip(drop(1), stowage=(("D1", "safe"),))
    trips = clean(county, first, trip(drop(2), stowage=(("D2", "box"),))).trips
    assert trips[1].load_start_s == trips[0].return_s


@pytest.mark.parametrize(
    ("changes", "is_possible"),
    [
        ({"range_m": 10_000}, True),
        ({"range_m": 9_999}, False),
        ({"regular_s": 1_200, "max_overtime_s": 60}, True),
        ({"regular_s": 1_200, "max_overtime_s": 59}, False),
        ({"shift": TimeWindow(early_s=0, late_s=1_260)}, True),
        ({"shift": TimeWindow(early_s=0, late_s=1_259)}, False),
        ({"max_trips": 1}, True),
    ],
)
def test_keeps_the_limits_of_a_day(changes: dict[str, object], is_possible: bool) -> None:
    """To V1 and back: 10 km and 1,260 s."""
    county = problem([down(1)], (vehicle(**changes),))
    assert (schedule_route(county, "van", 1, [trip(drop(1))]) is not None) is is_possible


def test_refuses_more_trips_than_allowed() -> None:
    """Two trips where one is allowed."""
    county = problem([down(1), down(2)], (vehicle(max_trips=1),))
    assert schedule_route(county, "van", 1, [trip(drop(1)), trip(drop(2))]) is None


def test_loads_within_the_depots_windows_and_not_before_told() -> None:
    """The hub opens at 07:00; told not to load before 07:30, the van loads then, at a fixed 07:40 exactly then."""
    county = problem([down(1)], depots=(Depot(place="H", loading_s=600),))
    county = with_place(county, "H", windows=(TimeWindow(early_s=7 * HOUR_S, late_s=12 * HOUR_S),))
    route = clean(county, trip(drop(1)))
    assert route.trips[0].load_start_s == 7 * HOUR_S
    told = time_route(county, "van", [trip(drop(1))], earliest_loads=[27_000])
    fixed = time_route(county, "van", [trip(drop(1))], fixed_loads=[27_600])
    assert told is not None
    assert fixed is not None
    assert (told.loads, fixed.loads) == ((27_000,), (27_600,))


def test_keeps_the_window_of_a_lock() -> None:
    """D1 is promised between 14:00 and 14:10."""
    lock = Lock(shipment="D1", window=TimeWindow(early_s=14 * HOUR_S, late_s=14 * HOUR_S + 600))
    assert clean(problem([down(1)], locks=(lock,)), trip(drop(1))).trips[0].visits[0].start_s == 14 * HOUR_S


def test_carries_local_goods_from_place_to_place() -> None:
    """V1 to V3, ready at 09:00, at most 1,200 s on board, which is the way itself."""
    county = problem([shipment("L", "V1", "V3", ready_s=9 * HOUR_S, max_on_board_s=1_200)])
    route = clean(county, trip(VisitDraft(place="V1", collect=("L",)), VisitDraft(place="V3", deliver=("L",))))
    assert route.trips[0].visits[0].start_s == 9 * HOUR_S


def test_times_drafts_of_its_own_trips_alike() -> None:
    """Scheduling what a schedule decided changes nothing."""
    county = problem([down(1), up(2), down(3)])
    route = clean(county, trip(drop(1), fetch(2)), trip(drop(3)))
    again = schedule_route(county, "van", 1, [draft_of(t) for t in route.trips])
    assert again == route
    assert isinstance(plan(county, route), Plan)


def test_unreachable_places_have_no_times() -> None:
    """A leg without a path cannot be driven."""
    county = problem([down(1)])
    seconds = county.matrices["road"].duration_s.copy()
    seconds[0, 1] = -1
    cut = problem([down(1)], matrices={"road": type(county.matrices["road"])(duration_s=seconds, distance_m=seconds)})
    assert schedule_route(cut, "van", 1, [trip(drop(1))]) is None


def test_a_vehicle_that_would_find_the_depot_closed_waits_at_its_last_visit() -> None:
    """V1 needs by 01:20 what comes at 00:50, the hub is closed from 01:00 to 03:00: back at 03:00."""
    county = with_place(
        problem([down(1, ready_s=3_000, due_s=4_800)]),
        "H",
        windows=(TimeWindow(early_s=0, late_s=HOUR_S), TimeWindow(early_s=3 * HOUR_S, late_s=5 * HOUR_S)),
    )
    only = clean(county, trip(drop(1))).trips[0]
    assert only.return_s == 3 * HOUR_S
    assert only.visits[0].depart_s == 3 * HOUR_S - 600
