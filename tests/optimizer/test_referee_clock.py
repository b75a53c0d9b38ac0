"""Referee, times: each rule on both sides of its boundary. The road: H V1 V2 V3 V4, 600 s and 5,000 m a step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.check import check
from optimizer.model import HORIZON_S, Cleaning, Compartment, Depot, DrivingRule, Shipment, TimeWindow
from optimizer.plan import Plan, Trip
from optimizer.problem import Matrix, Problem
from tests.helpers import Call, down, line_matrix, plan, problem, route, rules, run, shipment, up, vehicle, with_place


def day(*trips: Trip) -> Plan:
    """Return a plan of one van, with its cost left at zero: only the clock is looked at."""
    return Plan(routes=(route(*trips),))


def clock_rules(county: Problem, judged: Plan) -> list[str]:
    """Return broken rules other than those about coverage and cost."""
    return [rule for rule in rules(county, judged) if rule not in ("cost", "not_served")]


def to_v3(county: Problem, **options: int) -> Trip:
    """Return the trip that takes D3 to V3: there from 1,800, served until 1,860, back at 3,660."""
    return run(county, Call("V3", ("D3",)), **options)


@pytest.mark.parametrize(("by_s", "broken"), [(0, []), (1, ["travel_time"]), (-1, ["travel_time"])])
def test_a_leg_takes_exactly_as_long_as_the_matrix_says(by_s: int, broken: list[str]) -> None:
    """V3 back to H is 3 x 600 = 1,800 s; a return a second off is noticed either way."""
    county = problem([down(3)])
    trip = to_v3(county)
    assert clock_rules(county, day(replace(trip, return_s=trip.return_s + by_s))) == broken


def test_a_leg_violation_names_both_ends_and_both_lengths() -> None:
    """Arriving at 1,700 instead of 1,800 s after leaving H."""
    county = problem([down(3)])
    trip = to_v3(county)
    early = replace(trip, visits=(replace(trip.visits[0], arrive_s=1_700),))
    found = next(v for v in check(county, day(early)) if v.rule == "travel_time")
    assert (found.vehicle, found.detail, found.place, found.time_s) == ("van#1", "H", "V3", 0)
    assert (found.amount, found.limit) == (1_700, 1_800)


@pytest.mark.parametrize("which", ["duration_s", "distance_m"])
def test_a_leg_without_a_path_is_named_whatever_its_times(which: str) -> None:
    """The way back from V3 does not exist; the stated 1,800 s are not measured against anything."""
    line = line_matrix(5)
    arrays = {name: getattr(line, name).copy() for name in ("duration_s", "distance_m")}
    county = problem([down(3)])
    trip = to_v3(county)
    arrays[which][3, 0] = -1
    cut = replace(county, matrices={"road": Matrix(**arrays)})
    found = [v for v in check(cut, day(trip)) if v.rule == "unreachable"]
    assert [(v.detail, v.place) for v in found] == [("V3", "H")]
    assert "travel_time" not in rules(cut, day(trip))


@pytest.mark.parametrize(("depart_s", "broken"), [(600, []), (599, ["loading_time"])])
def test_loading_takes_its_time_before_departure(depart_s: int, broken: list[str]) -> None:
    """Loading takes 600 s from 0."""
    county = problem([down(3)])
    slow = replace(county, depots=(Depot(place="H", loading_s=600),))
    assert clock_rules(slow, day(to_v3(county, depart_s=depart_s))) == broken


@pytest.mark.parametrize(("end_s", "broken"), [(1_895, []), (1_894, ["service_time"]), (1_896, ["service_time"])])
def test_service_lasts_exactly_the_visit_and_its_goods(end_s: int, broken: list[str]) -> None:
    """60 s for the visit, 30 s for D3 and 5 s for U3 from 1,800: until 1,895."""
    county = problem([down(3, service_s=30), up(3, service_s=5)])
    trip = run(county, Call("V3", ("D3",), ("U3",)))
    off = end_s - 1_895
    visit = replace(trip.visits[0], end_s=end_s, depart_s=end_s)
    assert clock_rules(county, day(replace(trip, visits=(visit,), return_s=trip.return_s + off))) == broken


@pytest.mark.parametrize(
    ("moments", "broken"),
    [
        ({"start_s": 1_800, "end_s": 1_860, "depart_s": 1_860}, []),
        ({"start_s": 1_799, "end_s": 1_859, "depart_s": 1_860}, ["time_order"]),
        ({"start_s": 1_801, "end_s": 1_861, "depart_s": 1_860}, ["time_order"]),
    ],
)
def test_moments_of_a_visit_do_not_run_backwards(moments: dict[str, int], broken: list[str]) -> None:
    """Arrival at 1,800: service a second before it, or departure a second before the end of service, is wrong."""
    county = problem([down(3)])
    trip = to_v3(county)
    visit = replace(trip.visits[0], **moments)
    assert clock_rules(county, day(replace(trip, visits=(visit,)))) == broken


@pytest.mark.parametrize(("early_s", "late_s", "broken"), [(1_800, 1_800, []), (0, 1_799, ["place_window"])])
def test_service_begins_within_a_window_of_the_place(early_s: int, late_s: int, broken: list[str]) -> None:
    """Service at V3 begins at 1,800 and may end after the window."""
    county = with_place(problem([down(3)]), "V3", windows=(TimeWindow(early_s=early_s, late_s=late_s),))
    assert clock_rules(county, day(to_v3(county))) == broken


def test_any_of_several_windows_will_do() -> None:
    """Closed from 1,000 to 1,700 for lunch; 1,800 is in the afternoon window."""
    windows = (TimeWindow(early_s=0, late_s=1_000), TimeWindow(early_s=1_700, late_s=9_000))
    county = with_place(problem([down(3)]), "V3", windows=windows)
    assert clock_rules(county, day(to_v3(county))) == []


@pytest.mark.parametrize(("late_s", "broken"), [(1_800, []), (1_799, ["delivery_window"])])
def test_a_delivery_window_binds_the_beginning_of_service(late_s: int, broken: list[str]) -> None:
    """Service at V3 begins at 1,800."""
    county = problem([down(3, delivery_windows=(TimeWindow(late_s=late_s),))])
    assert clock_rules(county, day(to_v3(county))) == broken


@pytest.mark.parametrize(("early_s", "broken"), [(1_800, []), (1_801, ["pickup_window"])])
def test_a_pickup_window_binds_the_beginning_of_service(early_s: int, broken: list[str]) -> None:
    """Service at V3 begins at 1,800."""
    county = problem([up(3, pickup_windows=(TimeWindow(early_s=early_s),))])
    assert clock_rules(county, day(run(county, Call("V3", (), ("U3",))))) == broken


def test_windows_of_goods_do_not_bind_at_the_depot() -> None:
    """D3's pickup window and U3's delivery window lie in the evening, both at the depot: nobody waits for them."""
    evening = (TimeWindow(early_s=70_000, late_s=80_000),)
    county = problem([down(3, pickup_windows=evening), up(3, delivery_windows=evening)])
    assert clock_rules(county, day(run(county, Call("V3", ("D3",), ("U3",))))) == []


@pytest.mark.parametrize(
    ("early_s", "late_s", "broken"),
    [(100, 3_760, []), (101, 3_760, ["loading_window"]), (100, 3_759, ["return_window"])],
)
def test_loading_begins_and_trips_return_while_the_depot_is_open(early_s: int, late_s: int, broken: list[str]) -> None:
    """Loading at 100, back at 100 + 3,660 = 3,760."""
    county = with_place(problem([down(3)]), "H", windows=(TimeWindow(early_s=early_s, late_s=late_s),))
    assert clock_rules(county, day(to_v3(county, load_start_s=100))) == broken


@pytest.mark.parametrize(("ready_s", "broken"), [(100, []), (101, ["ready"])])
def test_goods_at_the_depot_are_ready_when_loading_begins(ready_s: int, broken: list[str]) -> None:
    """Loading begins at 100 though the vehicle leaves at 500 only: readiness binds the loading."""
    county = problem([down(3, ready_s=ready_s)])
    assert clock_rules(county, day(to_v3(county, load_start_s=100, depart_s=500))) == broken


@pytest.mark.parametrize(("ready_s", "broken"), [(1_800, []), (1_801, ["ready"])])
def test_goods_at_a_village_are_ready_when_service_begins(ready_s: int, broken: list[str]) -> None:
    """Service at V3 begins at 1,800."""
    county = problem([up(3, ready_s=ready_s)])
    assert clock_rules(county, day(run(county, Call("V3", (), ("U3",))))) == broken


@pytest.mark.parametrize(("due_s", "broken"), [(1_800, []), (1_799, ["due"])])
def test_due_at_a_village_binds_the_beginning_of_service(due_s: int, broken: list[str]) -> None:
    """Service at V3 begins at 1,800."""
    county = problem([down(3, due_s=due_s)])
    assert clock_rules(county, day(to_v3(county))) == broken


@pytest.mark.parametrize(("due_s", "broken"), [(3_660, []), (3_659, ["due"])])
def test_due_at_the_depot_binds_the_return(due_s: int, broken: list[str]) -> None:
    """V3 at 1,800, 60 s of service, back at 3,660."""
    county = problem([up(3, due_s=due_s)])
    assert clock_rules(county, day(run(county, Call("V3", (), ("U3",))))) == broken


@pytest.mark.parametrize(
    ("goods", "call", "on_board_s"),
    [
        (down(3), Call("V3", ("D3",)), 1_800),  # leaves H at 500 after waiting loaded, service from 2,300
        (up(3), Call("V3", (), ("U3",), 4_000, 40), 1_800),  # leaves V3 at 4,100 after a rest, back at 5,900
    ],
)
def test_time_on_board_runs_from_leaving_the_origin(goods: Shipment, call: Call, on_board_s: int) -> None:
    """Three steps of 600 s, whatever the waiting before; a second less is too little."""
    for limit_s, broken in ((on_board_s, []), (on_board_s - 1, ["time_on_board"])):
        county = problem([replace(goods, max_on_board_s=limit_s)])
        assert clock_rules(county, day(run(county, call, depart_s=500))) == broken


@pytest.mark.parametrize(("limit_s", "broken"), [(1_320, []), (1_319, ["time_on_board"])])
def test_time_on_board_of_a_local_shipment_ends_when_its_service_begins(limit_s: int, broken: list[str]) -> None:
    """Leaves V1 at 660, serves V2 for 60 s, is at V3 at 660 + 600 + 60 + 600 = 1,920 and waits 60 s: 1,320."""
    county = problem([shipment("L", "V1", "V3", max_on_board_s=limit_s), down(2)])
    trip = run(county, Call("V1", (), ("L",)), Call("V2", ("D2",)), Call("V3", ("L",), start_s=1_980))
    assert clock_rules(county, day(trip)) == broken


@pytest.mark.parametrize(
    ("early_s", "late_s", "broken"),
    [
        (100, 3_760, []),
        (101, 3_760, ["shift_start"]),
        (100, 3_759, ["shift_end"]),
    ],
)
def test_the_day_lies_within_the_shift(early_s: int, late_s: int, broken: list[str]) -> None:
    """Loading at 100, back at 3,760."""
    county = problem([down(3)], [vehicle(shift=TimeWindow(early_s=early_s, late_s=late_s))])
    assert clock_rules(county, day(to_v3(county, load_start_s=100))) == broken


@pytest.mark.parametrize(("load_start_s", "broken"), [(HORIZON_S - 3_660, []), (HORIZON_S - 3_659, ["shift_end"])])
def test_no_day_ends_after_the_horizon(load_start_s: int, broken: list[str]) -> None:
    """A shift without end still ends with the day after."""
    county = problem([down(3)], [vehicle(shift=TimeWindow(late_s=10 * HORIZON_S))])
    late = replace(county, shipments=(replace(county.shipments[0], due_s=10 * HORIZON_S),))
    assert clock_rules(late, day(to_v3(late, load_start_s=load_start_s))) == broken


@pytest.mark.parametrize(("regular_s", "broken"), [(3_000, []), (2_999, ["overtime"])])
def test_overtime_is_capped(regular_s: int, broken: list[str]) -> None:
    """3,660 s of duty: 660 s over 3,000, and 660 are allowed."""
    county = problem([down(3)], [vehicle(regular_s=regular_s, max_overtime_s=660)])
    assert clock_rules(county, day(to_v3(county, load_start_s=100))) == broken


@pytest.mark.parametrize(("range_m", "broken"), [(50_000, []), (49_999, ["range"])])
def test_range_caps_the_metres_of_all_trips_together(range_m: int, broken: list[str]) -> None:
    """30,000 m to V3 and back, then 20,000 m to V2 and back."""
    county = problem([down(3), down(2)], [vehicle(range_m=range_m)])
    second = run(county, Call("V2", ("D2",)), load_start_s=3_660)
    assert clock_rules(county, day(to_v3(county), second)) == broken


@pytest.mark.parametrize(("trip_range_m", "broken"), [(30_000, []), (29_999, ["trip_range"])])
def test_a_charge_caps_the_metres_of_each_trip(trip_range_m: int, broken: list[str]) -> None:
    """30,000 m to V3 and back, then 20,000 m to V2 and back: the longer one counts."""
    county = problem([down(3), down(2)], [vehicle(trip_range_m=trip_range_m)])
    second = run(county, Call("V2", ("D2",)), load_start_s=3_660)
    assert clock_rules(county, day(to_v3(county), second)) == broken


@pytest.mark.parametrize(("load_start_s", "broken"), [(3_660, []), (3_659, ["trip_overlap"])])
def test_the_next_loading_begins_after_the_return(load_start_s: int, broken: list[str]) -> None:
    """Back from V3 at 3,660."""
    county = problem([down(3), down(2)])
    assert (
        clock_rules(county, day(to_v3(county), run(county, Call("V2", ("D2",)), load_start_s=load_start_s))) == broken
    )


SOILED = (Cleaning(after="pesticide", before="produce", duration_s=900),)


def soiled_county(*, sealed: bool = False, cleanings: tuple[Cleaning, ...] = SOILED) -> Problem:
    """Return a day with pesticide for V1 and produce for V2, in one compartment."""
    goods = [down(1, commodity="pesticide"), down(2, commodity="produce"), down(3, commodity="produce"), down(4)]
    box = Compartment(capacity=(100,), sealed=sealed)
    return problem(goods, [vehicle(compartments=(box,))], cleanings=cleanings)


@pytest.mark.parametrize(("gap_s", "broken"), [(900, []), (899, ["cleaning"])])
def test_cleaning_comes_between_soiling_goods_and_produce(gap_s: int, broken: list[str]) -> None:
    """Back from V1 at 1,260; produce is loaded 900 s of cleaning later."""
    county = soiled_county()
    trips = run(county, Call("V1", ("D1",))), run(county, Call("V2", ("D2",)), load_start_s=1_260 + gap_s)
    assert clock_rules(county, day(*trips)) == broken


def test_cleaning_is_not_asked_for_behind_a_sealed_wall() -> None:
    """The only compartment is sealed, so nothing is soiled."""
    county = soiled_county(sealed=True)
    trips = run(county, Call("V1", ("D1",))), run(county, Call("V2", ("D2",)), load_start_s=1_260)
    assert clock_rules(county, day(*trips)) == []


def test_soil_stays_until_it_is_cleaned_and_one_cleaning_is_enough() -> None:
    """Pesticide, parcels at once, produce after 900 s, produce at once: clean. Without the pause: named once."""
    county = soiled_county()
    first, second = run(county, Call("V1", ("D1",))), run(county, Call("V4", ("D4",)), load_start_s=1_260)
    for pause_s, broken in ((900, []), (0, ["cleaning"])):
        third = run(county, Call("V2", ("D2",)), load_start_s=second.return_s + pause_s)
        fourth = run(county, Call("V3", ("D3",)), load_start_s=third.return_s)
        found = [v.rule for v in check(county, day(first, second, third, fourth)) if v.rule == "cleaning"]
        assert found == broken


@pytest.mark.parametrize(("gap_s", "broken"), [(1_000, []), (999, ["cleaning"])])
def test_cleanings_of_several_soils_add_up(gap_s: int, broken: list[str]) -> None:
    """900 s after pesticide and 100 s after fertiliser; back from V2 at 600 + 60 + 600 + 60 + 1,200 = 2,520."""
    rules_ = (*SOILED, Cleaning(after="fertiliser", before="produce", duration_s=100))
    goods = [down(1, commodity="pesticide"), down(2, commodity="fertiliser"), down(3, commodity="produce")]
    county = problem(goods, cleanings=rules_)
    first = run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))
    assert first.return_s == 2_520
    assert clock_rules(county, day(first, run(county, Call("V3", ("D3",)), load_start_s=2_520 + gap_s))) == broken


def tired_county(max_driving_s: int, *, daily_s: int | None = None, loading_s: int = 0) -> Problem:
    """Return a day with goods for all villages and a rest of 300 s asked for."""
    rule = DrivingRule(max_driving_s=max_driving_s, rest_s=300, max_daily_driving_s=daily_s)
    county = problem([down(k) for k in (1, 2, 3, 4)], [vehicle(driving_rule=rule)])
    return replace(county, depots=(Depot(place="H", loading_s=loading_s),))


@pytest.mark.parametrize(("max_driving_s", "broken"), [(3_600, []), (3_599, ["driving"])])
def test_driving_adds_up_over_service(max_driving_s: int, broken: list[str]) -> None:
    """1,800 s out and 1,800 s back; 60 s of service between are no rest."""
    county = tired_county(max_driving_s)
    assert clock_rules(county, day(to_v3(county))) == broken


@pytest.mark.parametrize(
    ("start_s", "rest_s", "broken"),
    [
        (2_100, 0, []),
        (2_099, 0, ["driving"]),
        (0, 300, []),
        (0, 299, ["driving"]),
        (1_950, 150, ["driving"]),
    ],
)
def test_waiting_before_or_resting_after_service_ends_a_stretch_of_driving(
    start_s: int, rest_s: int, broken: list[str]
) -> None:
    """Arrival at 1,800: 300 s of waiting at a stretch are a rest, twice 150 s are not."""
    county = tired_county(1_800)
    assert clock_rules(county, day(run(county, Call("V3", ("D3",), (), start_s, rest_s)))) == broken


@pytest.mark.parametrize(("wait_s", "broken"), [(300, []), (299, ["driving"])])
def test_waiting_loaded_at_the_depot_is_a_rest_and_loading_is_not(wait_s: int, broken: list[str]) -> None:
    """Trips to V1 (1,200 s of driving) and V2 (2,400 s); the second is loaded for 600 s, then waits."""
    county = tired_county(2_400, loading_s=600)
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s, depart_s=first.return_s + 600 + wait_s)
    assert clock_rules(county, day(first, second)) == broken


@pytest.mark.parametrize(("idle_s", "broken"), [(300, []), (299, ["driving"])])
def test_idling_at_the_depot_between_trips_is_a_rest(idle_s: int, broken: list[str]) -> None:
    """Trips to V1 and V2 with 2,400 s of driving allowed at a stretch."""
    county = tired_county(2_400)
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s + idle_s)
    assert clock_rules(county, day(first, second)) == broken


@pytest.mark.parametrize(("idle_s", "broken"), [(1_200, []), (1_199, ["driving"])])
def test_cleaning_is_work_and_no_rest(idle_s: int, broken: list[str]) -> None:
    """900 s of cleaning leave 300 s of the 1,200 s between the trips."""
    soiled = soiled_county()
    county = replace(
        soiled,
        vehicle_types=(replace(soiled.vehicle_types[0], driving_rule=DrivingRule(max_driving_s=2_400, rest_s=300)),),
    )
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s + idle_s)
    assert clock_rules(county, day(first, second)) == broken


@pytest.mark.parametrize(("daily_s", "broken"), [(3_600, []), (3_599, ["daily_driving"])])
def test_daily_driving_is_capped_whatever_the_rests(daily_s: int, broken: list[str]) -> None:
    """1,800 s out, a long rest, 1,800 s back."""
    county = tired_county(1_800, daily_s=daily_s)
    assert clock_rules(county, day(run(county, Call("V3", ("D3",), (), 0, 5_000)))) == broken


def test_a_vehicle_without_trips_has_no_clock() -> None:
    """An empty route is judged and found harmless."""
    county = problem([])
    assert check(county, plan(county, route())) == ()
