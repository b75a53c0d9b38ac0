"""Standing lines on one straight road: what is usual, who is bound to which line, and what sets goods free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import Lock, TimeWindow
from optimizer.repair import complete
from optimizer.schedule import draft_of
from scenarios.errors import InvalidInput
from scenarios.standing.consistency import consistency
from scenarios.standing.day_by_lines import deviations, plan_by_lines
from scenarios.standing.days import sampled_problems
from scenarios.standing.design import Step, design_lines, lines_of, retimed
from scenarios.standing.follow import follow, line_locks
from scenarios.standing.model import Kind, LineStop, LineTrip, StandingLine, StandingLines
from scenarios.standing.typical import ranked, typical_day, usual_kinds
from tests.helpers import Call, assert_clean, down, plan, problem, route, run, shipment, up, vehicle
from tests.scenarios import small_county

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem

NINE = 9 * 3_600
TWO_VANS = (vehicle(count=2, capacity=(100,)),)


def greedy(day: Problem, start: Plan | None) -> Plan:
    """Solve by cheapest insertion into ``start``: weak, but at once, and within all rules."""
    routes = () if start is None else start.routes
    return complete(day, {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in routes})


def to(village: int) -> Kind:
    """Return the kind of goods from the hub to a village."""
    return Kind("H", f"V{village}", "parcel")


def line(number: int, *stops: tuple[int, int]) -> StandingLine:
    """Return the line of a van that brings parcels to (village, hour) one after the other, on one trip."""
    made = tuple(LineStop(place=f"V{k}", at_s=at_s, kinds=(to(k),)) for k, at_s in stops)
    trip = LineTrip(depart_s=made[0].at_s - 600, return_s=made[-1].at_s + 3_000, stops=made)
    return StandingLine(vehicle_type="van", number=number, trips=(trip,))


def carriers(followed: Plan) -> dict[str, tuple[str, int]]:
    """Return vehicle and beginning of service of every shipment."""
    return {i: (r.vehicle, v.start_s) for r, t in followed.trips() for v in t.visits for i in (*v.deliver, *v.collect)}


# --- the typical day


def test_a_typical_load_is_the_median_of_the_days_that_have_any() -> None:
    """10, 20 and 90 on three days: 20."""
    days = [problem([down(1, load)]) for load in (10, 90, 20)]
    (typical,) = typical_day(days).shipments
    assert (typical.load, typical.origin, typical.destination) == ((20,), "H", "V1")


def test_a_higher_quantile_leaves_room() -> None:
    """At least 65 % of the loads 10, 20, 30, 40 are not above 30."""
    days = [problem([down(1, load)]) for load in (40, 10, 30, 20)]
    assert typical_day(days, quantile=0.65).shipments[0].load == (30,)


def test_goods_of_one_day_in_three_are_not_usual() -> None:
    """V2 has goods on one day of three, V1 on two."""
    days = [problem([down(1), down(2)]), problem([down(1)]), problem([])]
    assert usual_kinds(days) == {to(1)}
    assert [s.destination for s in typical_day(days).shipments] == ["V1"]


def test_brands_that_take_turns_are_usual_together() -> None:
    """Brand A on the first day, B on the second and C on the third: one shipment of all, 20 at the median."""
    loads = {"A": 10, "B": 20, "C": 30}
    days = [problem([down(1, load, brand=brand)]) for brand, load in loads.items()]
    (typical,) = typical_day(days).shipments
    assert typical.load == (20,)


def test_what_is_split_on_a_median_day_is_split_on_the_typical_one() -> None:
    """Two parts on each day, larger ones of 90 and 80, smaller ones of 30 and 10: 80 and 10 at the median."""
    days = [
        problem([shipment("a/1", "H", "V1", 90), shipment("a/2", "H", "V1", 10)]),
        problem([shipment("a/1", "H", "V1", 30), shipment("a/2", "H", "V1", 80)]),
    ]
    assert [s.load for s in typical_day(days).shipments] == [(80,), (10,)]


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 1000))
def test_a_quantile_is_the_least_amount_that_enough_do_not_exceed(amounts: list[int], per_mille: int) -> None:
    """By definition: enough are not above it, and not enough are not above anything less."""
    found = ranked(amounts, per_mille / 1000)
    needed = per_mille * len(amounts)
    assert 1000 * sum(a <= found for a in amounts) >= needed
    assert 1000 * sum(a < found for a in amounts) < needed


# --- lines from a plan


def test_a_line_has_the_visits_of_its_vehicle_at_their_hours() -> None:
    """The van leaves at 09:00 and reaches V1 600 s later, V2 after 60 s of service and 600 s more."""
    day = problem([down(1, 2), down(2, 2)])
    planned = plan(day, route(run(day, Call("V1", ("D1",)), Call("V2", ("D2",)), depart_s=NINE)))
    (made,) = lines_of(day, planned).lines
    assert [(s.place, s.at_s, s.kinds) for s in made.stops] == [
        ("V1", NINE + 600, (to(1),)),
        ("V2", NINE + 1_260, (to(2),)),
    ]


def test_bulky_goods_have_no_place_on_a_line() -> None:
    """V1's parcels of two brands are its main goods; of the feed 5 of 100 is not bulky, 6 is."""
    for load, kinds in ((5, {"parcel", "feed"}), (6, {"parcel"})):
        day = problem([down(1, brand="A"), shipment("D9", "H", "V1", brand="B"), feed(load)])
        made = lines_of(day, plan(day, route(run(day, Call("V1", ("D1", "D9", "F"))))))
        assert {kind.commodity for _, s in made.stops() for kind in s.kinds} == kinds


def test_the_main_goods_of_a_place_have_their_line_up_to_half_a_vehicle() -> None:
    """Two brands bring 25 each of 100: half of the van. One more, and they go as they fit."""
    for load, places in ((25, ["V1"]), (26, [])):
        day = problem([down(1, load, brand="A"), shipment("D9", "H", "V1", 25, brand="B")])
        made = lines_of(day, plan(day, route(run(day, Call("V1", ("D1", "D9"))))))
        assert [s.place for _, s in made.stops()] == places


def test_the_main_goods_are_those_of_most_pieces_where_shipments_are_equal() -> None:
    """Ten parcels and one sack, either a tenth of the van: the parcels have the line."""
    day = problem([down(1, 10, pieces=10), feed(10)])
    made = lines_of(day, plan(day, route(run(day, Call("V1", ("D1", "F"))))))
    assert [s.kinds for _, s in made.stops()] == [(to(1),)]


def feed(load: int) -> Shipment:
    """Return one sack of feed for V1."""
    return shipment("F", "H", "V1", load, commodity="feed")


def test_a_line_binds_what_is_brought_and_only_elsewhere_what_is_fetched() -> None:
    """V1 gets and gives goods: the line brings. V2 only gives: the line fetches there."""
    day = problem([down(1, 2), up(1, 2), up(2, 2)])
    planned = plan(day, route(run(day, Call("V1", ("D1",), ("U1",)), Call("V2", (), ("U2",)))))
    kinds = {s.place: s.kinds for _, s in lines_of(day, planned).stops()}
    assert kinds == {"V1": (to(1),), "V2": (Kind("V2", "H", "parcel"),)}


def test_hours_move_to_the_median_of_the_arrivals_and_stops_follow_their_hours() -> None:
    """V1 is reached 600 s after departures at 0, 1,200 and 6,000: 1,800, which is after V2's hour of 900."""
    day = problem([down(1, 2)])
    days = [(day, plan(day, route(run(day, Call("V1", ("D1",)), depart_s=at)))) for at in (6_000, 0, 1_200)]
    lines = StandingLines(lines=(line(1, (1, 600), (2, 900)),))
    assert [(s.place, s.at_s) for _, s in retimed(lines, days).stops()] == [("V2", 900), ("V1", 1_800)]


# --- a day by the lines


def test_a_day_keeps_vehicle_and_hour_of_the_line() -> None:
    """One van alone would be cheaper, but V1 and V2 have each its own, a quarter of an hour around their hours."""
    day = problem([down(1), down(2)], TWO_VANS)
    lines = StandingLines(lines=(line(1, (1, NINE)), line(2, (2, NINE))))
    followed = follow(lines, day, greedy)
    assert_clean(day, followed.plan)
    assert followed.freed == ()
    for id_, van in (("D1", "van#1"), ("D2", "van#2")):
        who, at_s = carriers(followed.plan)[id_]
        assert who == van
        assert abs(at_s - NINE) <= 900


def test_only_what_does_not_fit_leaves_its_line() -> None:
    """The van holds 100 and makes one trip: of V1's 60 and V2's 50 one goes with the idle van, V3's 30 stays."""
    vans = (vehicle(count=2, capacity=(100,), max_trips=1),)
    day = problem([down(1, 60), down(2, 50), down(3, 30)], vans)
    followed = follow(StandingLines(lines=(line(1, (1, NINE), (2, NINE + 660), (3, NINE + 1_320)),)), day, greedy)
    assert_clean(day, followed.plan)
    assert not followed.plan.unserved
    assert followed.freed in (("D1",), ("D2",))
    moved = {id_ for id_, (van, _) in carriers(followed.plan).items() if van == "van#2"}
    assert moved == set(followed.freed)


def test_goods_that_are_ready_after_the_hour_keep_the_vehicle_only() -> None:
    """Ready at 09:15 can still make the hour of 09:00 give or take a quarter; a second later it cannot."""
    kind = Kind("V1", "H", "parcel")
    trip = LineTrip(depart_s=0, return_s=NINE, stops=(LineStop(place="V1", at_s=NINE, kinds=(kind,)),))
    lines = StandingLines(lines=(StandingLine(vehicle_type="van", number=1, trips=(trip,)),))
    hour = TimeWindow(early_s=NINE - 900, late_s=NINE + 900)
    for ready_s, window in ((NINE + 900, hour), (NINE + 901, None)):
        locks = line_locks(lines, problem([up(1, ready_s=ready_s)]), hour_s=1_800)
        assert locks == (Lock(shipment="U1", vehicle_type="van", number=1, window=window),)


def test_a_decision_of_the_day_itself_stands_above_the_line() -> None:
    """The scenario locks V1's goods to the second van: the line does not."""
    day = problem([down(1)], TWO_VANS, locks=(Lock(shipment="D1", vehicle_type="van", number=2),))
    lines = StandingLines(lines=(line(1, (1, NINE)),))
    assert line_locks(lines, day, hour_s=1_800) == ()
    assert carriers(follow(lines, day, greedy).plan)["D1"][0] == "van#2"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=4, max_size=4))
def test_whatever_the_loads_only_freed_goods_are_on_another_vehicle_or_at_another_hour(loads: list[int]) -> None:
    """Two vans of 100 with two villages each."""
    day = problem([down(k, load) for k, load in enumerate(loads, start=1)], TWO_VANS)
    lines = StandingLines(lines=(line(1, (1, NINE), (2, NINE + 660)), line(2, (3, NINE), (4, NINE + 660))))
    followed = follow(lines, day, greedy)
    assert_clean(day, followed.plan)
    other = {i for d in deviations(lines, day, followed.plan) for i in d.shipments}
    assert other <= set(followed.freed)


def test_local_goods_are_collected_on_the_trip_that_brings_them() -> None:
    """From V1 to V2 by the line's own van."""
    day = problem([shipment("L", "V1", "V2", 3), down(1, 3)])
    planned = plan(day, route(run(day, Call("V1", ("D1",), ("L",)), Call("V2", ("L",)), depart_s=NINE)))
    lines = lines_of(day, planned)
    again = follow(lines, day, greedy).plan
    assert [(v.place, v.deliver, v.collect) for _, t in again.trips() for v in t.visits] == [
        ("V1", ("D1",), ("L",)),
        ("V2", ("L",), ()),
    ]


# --- what differs from every other day


def test_deviations_name_another_driver_another_hour_and_stops_with_nothing_to_do() -> None:
    """V1 comes with the other van, V2 an hour late, V3 has nothing, V4 is left."""
    day = problem([down(1), down(2), down(4)], TWO_VANS)
    late = run(day, Call("V2", ("D2",), start_s=NINE + 3_600))
    other = run(day, Call("V1", ("D1",), start_s=NINE))
    planned = plan(day, route(late), route(other, number=2))
    lines = StandingLines(lines=(line(1, (1, NINE), (2, NINE), (3, NINE), (4, NINE)),))
    found = [(d.kind, d.place, d.vehicle, d.at_s) for d in deviations(lines, day, planned)]
    assert found == [
        ("driver", "V1", "van#2", NINE),
        ("hour", "V2", "van#1", NINE + 3_600),
        ("idle", "V3", "", None),
        ("unserved", "V4", "", None),
    ]


def test_a_day_by_lines_counts_what_is_as_always_and_names_what_is_on_no_line() -> None:
    """V1 as always, V2's stop has nothing, V3 is new."""
    day = problem([down(1), down(3)], TWO_VANS)
    found = plan_by_lines(StandingLines(lines=(line(1, (1, NINE), (2, NINE + 660)),)), day, greedy)
    assert found.num_as_always == 1
    assert [d.kind for d in found.deviations] == ["idle"]
    assert found.off_lines == ("D3",)


def test_lines_of_another_county_are_refused_by_name() -> None:
    """There is no V9 and no third van."""
    lines = StandingLines(lines=(line(3, (9, NINE)),))
    with pytest.raises(InvalidInput, match=r"^E379 .*V9, van#3"):
        plan_by_lines(lines, problem([down(1)], TWO_VANS), greedy)


# --- consistency


def test_consistency_counts_places_days_and_spreads() -> None:
    """V1 with van#1 at 600 and 1,600; V2 with van#1, then van#2, always at 1,200."""
    day = problem([down(1), down(2)], TWO_VANS)
    call1, call2 = Call("V1", ("D1",)), Call("V2", ("D2",), start_s=1_260)
    first = plan(day, route(run(day, call1, call2)))
    second = plan(
        day,
        route(run(day, replace_start(call1, 1_600))),
        route(run(day, replace_start(call2, 1_260)), number=2),
    )
    found = consistency([(day, first), (day, second)])
    assert found.keep_share == 0.5
    assert found.alone_share == 0.5
    assert found.own_share == 0.75
    assert [(v.place, v.spread_s) for v in found.villages] == [("V1", 1_000), ("V2", 0)]
    assert (found.spread_s(0.5), found.spread_s(0.9)) == (0, 1_000)


def replace_start(call: Call, start_s: int) -> Call:
    """Return the call with service beginning then."""
    return call._replace(start_s=start_s)


def test_the_driver_is_who_brings_most_and_a_second_vehicle_is_counted() -> None:
    """On both days van#1 brings two bags and van#2 one large one: van#1 is the driver, but not alone."""
    day = problem([down(1), shipment("E", "H", "V1", pieces=2), shipment("F", "H", "V1", pieces=50)], TWO_VANS)
    planned = plan(day, route(run(day, Call("V1", ("D1", "E")))), route(run(day, Call("V1", ("F",))), number=2))
    found = consistency([(day, planned), (day, planned)])
    assert [(v.vehicle, v.num_own, v.num_others) for v in found.villages] == [("van#1", 2, 2)]
    assert (found.keep_share, found.alone_share) == (1.0, 0.0)


def test_who_brings_counts_before_who_fetches() -> None:
    """van#1 brings one shipment, van#2 fetches two: van#1 is the driver; where nothing is brought it is van#2."""
    day = problem([down(1), up(1), shipment("E", "V1", "H")], TWO_VANS)
    fetching = route(run(day, Call("V1", (), ("U1", "E"))), number=2)
    both = plan(day, route(run(day, Call("V1", ("D1",)))), fetching)
    for planned, driver in ((both, "van#1"), (plan(day, fetching), "van#2")):
        assert consistency([(day, planned), (day, planned)]).villages[0].vehicle == driver


def test_no_place_called_at_twice_has_no_consistency() -> None:
    """One day says nothing."""
    day = problem([down(1)])
    found = consistency([(day, plan(day, route(run(day, Call("V1", ("D1",))))))])
    assert (found.villages, found.keep_share, found.spread_s(0.9)) == ((), None, None)


# --- the design as a whole


def some_days() -> list[Problem]:
    """Return three days of four villages, loads a little different each day."""
    return [problem([down(k, k + extra) for k in (1, 2, 3, 4)], (vehicle(count=2),)) for extra in (0, 1, 0)]


def test_a_design_serves_every_day_by_its_lines_and_tells_the_price() -> None:
    """One van does it all on every day: nothing is dearer, everybody keeps driver and hour."""
    found = design_lines(some_days(), greedy)
    assert [each.vehicle for each in found.lines.lines] == ["van#1"]
    assert [(day.num_unserved, day.num_freed) for day in found.outcomes] == [(0, 0)] * 3
    assert found.kept.keep_share == 1.0
    assert (found.kept.spread_s(1.0) or 0) <= found.lines.hour_s
    assert found.dearer == pytest.approx(0, abs=0.02)


def test_a_design_is_repeatable_and_tells_each_step() -> None:
    """Three typical days with three trials each, three days twice: 18 steps."""
    steps: list[Step] = []
    assert design_lines(some_days(), greedy) == design_lines(some_days(), greedy, progress=steps.append)
    assert [step.done for step in steps] == list(range(18))
    assert {step.total for step in steps} == {18}
    assert steps[-1].what == "free"


def test_one_day_or_days_without_anything_usual_are_refused() -> None:
    """A line needs a day to differ from, and goods that go often."""
    with pytest.raises(InvalidInput, match=r"^E378 1 "):
        design_lines(some_days()[:1], greedy)
    with pytest.raises(InvalidInput, match=r"^E378 3 "):
        design_lines([problem([]), problem([]), problem([down(1)])], greedy)


def test_sampled_days_share_roads_and_fleet_and_differ_in_orders() -> None:
    """The very same matrices, other pieces."""
    order = small_county.order("O1", "H", "V1", pieces=40)
    county = small_county.county(small_county.scenario(orders=(order,)))
    days = sampled_problems(county, 4, seed=3)
    assert all(day.matrices is county.problem.matrices for day in days)
    assert len({day.shipments[0].pieces for day in days}) > 1
    assert {day.shipments[0].id for day in days} == {"H>V1:-:parcel"}
