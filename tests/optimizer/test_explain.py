"""Reasons for what is left: the code, numbers redone by hand, and remedies that work by no more than they say.

The road: H V1 V2 V3 V4, 600 s and 5,000 m a step, 60 s a visit; the van holds 100.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.explain import REASONS, REMEDIES, explain, reason_text, remedy_text
from optimizer.model import Compartment, Depot, DrivingRule, Lock, Shipment, TimeWindow, VehicleType
from optimizer.plan import Plan, Unserved
from optimizer.problem import Matrix, Problem
from tests.helpers import (
    Call,
    assert_clean,
    down,
    line_matrix,
    plan,
    problem,
    route,
    run,
    shipment,
    up,
    vehicle,
    with_place,
    with_shipment,
    with_vehicle,
)
from tests.oracle import cheapest_plan

SIX, EIGHTEEN = 21_600, 64_800
SHIFT = TimeWindow(early_s=SIX, late_s=EIGHTEEN)


def only_reason(county: Problem, day: Plan | None = None) -> Unserved:
    """Return what is said of the only shipment left, having made sure that nothing else was touched."""
    day = plan(county) if day is None else day
    assert_clean(county, day)
    explained = explain(county, day)
    assert (explained.routes, explained.cost) == (day.routes, day.cost)
    assert_clean(county, explained)
    (left,) = explained.unserved
    assert left.reason in REASONS
    assert left.remedy in (*REMEDIES, "")
    return left


def of_one(goods: Shipment, *vehicles: VehicleType, **changes: object) -> tuple[Problem, Unserved]:
    """Return the county of one shipment and what is said of it when it is left behind."""
    county = problem([goods], vehicles or [vehicle(shift=SHIFT)], **changes)
    return county, only_reason(county)


def is_servable(county: Problem) -> bool:
    """Ask the slow oracle whether the cheapest plan carries everything."""
    return not cheapest_plan(county).unserved


def without_path(row: int, column: int) -> Matrix:
    """Return the line with one leg missing."""
    line = line_matrix(5)
    arrays = [line.duration_s.copy(), line.distance_m.copy()]
    for array in arrays:
        array[row, column] = -1
    return Matrix(duration_s=arrays[0], distance_m=arrays[1])


@pytest.mark.parametrize(("row", "column"), [(0, 3), (3, 0)])
def test_a_village_that_nobody_reaches_or_leaves_is_named(row: int, column: int) -> None:
    """No way to V3, or none back: both types were tried."""
    roads = {"road": without_path(row, column)}
    _, left = of_one(down(3), vehicle(), vehicle("trike"), matrices=roads)
    assert (left.reason, left.remedy) == ("U110", "R110")
    assert left.numbers == {"place": "V3", "types": "van, trike"}


def test_a_local_shipment_names_the_end_that_is_cut_off() -> None:
    """V1 to V3, of which V1 has no road from the hub."""
    _, left = of_one(shipment("L", "V1", "V3"), matrices={"road": without_path(0, 1)})
    assert (left.reason, left.numbers["place"]) == ("U110", "V1")


def test_a_type_that_could_reach_is_named_when_those_allowed_cannot() -> None:
    """V3 lets only trikes in, which have no path; the van has one and would be the remedy."""
    roads = {"road": line_matrix(5), "lanes": without_path(0, 3)}
    types = [vehicle(), vehicle("trike", profile="lanes")]
    county = with_place(problem([down(3)], types, matrices=roads), "V3", vehicle_types=frozenset({"trike"}))
    left = only_reason(county)
    assert (left.reason, left.remedy) == ("U111", "R111")
    assert left.numbers == {"vehicle_type": "van", "place": "V3"}
    assert not is_servable(county)
    assert is_servable(with_place(county, "V3", vehicle_types=None))


def test_a_load_larger_than_any_compartment_is_to_be_split() -> None:
    """250 on a van of 100: at least 3 parts; the trike of 20 is no help."""
    county, left = of_one(down(3, 250), vehicle("trike", capacity=(20,)), vehicle())
    assert (left.reason, left.remedy) == ("U112", "R112")
    assert left.numbers == {"vehicle_type": "van", "dimension": "load_g", "load": 250, "room": 100, "parts": 3}
    assert is_servable(with_shipment(county, "D3", load=(84,)))


@pytest.mark.parametrize(("load", "reason"), [(60, "U162"), (61, "U112")])
def test_the_largest_compartment_counts_not_their_sum(load: int, reason: str) -> None:
    """Two compartments of 60 and 40: a shipment lies in one of them."""
    boxes = Compartment(id="a", capacity=(60,)), Compartment(id="b", capacity=(40,))
    _, left = of_one(down(1, load), vehicle(compartments=boxes))
    assert left.reason == reason


def test_goods_that_no_compartment_may_hold_are_named() -> None:
    """A cold van takes produce only."""
    cold = vehicle(compartments=(Compartment(capacity=(100,), commodities=frozenset({"produce"})),))
    _, left = of_one(down(1), cold)
    assert (left.reason, left.remedy) == ("U113", "R113")
    assert left.numbers == {"vehicle_type": "van", "commodity": "parcel"}


def test_a_shelf_too_small_even_when_empty_is_told_from_one_that_is_full() -> None:
    """10 on a shelf of 9 never fits; on a shelf of 25 with 20 delivered, 5 are left."""
    small = with_place(problem([down(1)]), "V1", shelf=(9,))
    left = only_reason(small)
    assert (left.reason, left.remedy, left.numbers["missing"]) == ("U114", "R114", 1)

    full = with_place(problem([down(1, 20), shipment("E1", "H", "V1", 10)]), "V1", shelf=(25,))
    left = only_reason(full, plan(full, route(run(full, Call("V1", ("D1",))))))
    assert (left.reason, left.remedy) == ("U150", "R114")
    assert left.numbers == {"place": "V1", "dimension": "load_g", "left": 5, "load": 10, "missing": 5}
    assert is_servable(with_place(full, "V1", shelf=(30,)))
    assert not is_servable(with_place(full, "V1", shelf=(29,)))


def test_a_lock_to_a_vehicle_that_cannot_is_the_reason() -> None:
    """Locked to the trike of 5; the van could."""
    types = [vehicle(), vehicle("trike", capacity=(5,))]
    county, left = of_one(down(1), *types, locks=(Lock(shipment="D1", vehicle_type="trike"),))
    assert (left.reason, left.remedy) == ("U115", "R115")
    assert left.numbers == {"vehicle_type": "van", "lock": "trike"}
    assert is_servable(replace(county, locks=()))


def test_a_lock_to_a_moment_that_cannot_be_kept_is_the_reason() -> None:
    """V3 is reached at 06:30 at the earliest, the lock says 06:00 to 06:10."""
    lock = Lock(shipment="D3", window=TimeWindow(early_s=SIX, late_s=SIX + 600))
    _, left = of_one(down(3), locks=(lock,))
    assert (left.reason, left.numbers["lock"]) == ("U115", "06:00-06:10")


def test_a_fleet_of_none_is_the_reason() -> None:
    """All vans are broken today."""
    _, left = of_one(down(1), vehicle(count=0))
    assert (left.reason, left.remedy, left.numbers) == ("U116", "R116", {"vehicle_type": "van"})


def test_range_too_short_even_alone() -> None:
    """V3 and back is 30 km."""
    for range_m, reason in ((29_999, "U117"), (30_000, "U162")):
        _, left = of_one(down(3), vehicle(range_m=range_m))
        assert left.reason == reason
    _, left = of_one(down(3), vehicle(range_m=20_000))
    assert left.numbers == {"vehicle_type": "van", "needed_m": 30_000, "range_m": 20_000}


def test_a_leg_longer_than_the_driving_rule_allows() -> None:
    """1,800 s to V3 at a stretch: no rest helps on the way."""
    for most, reason in ((1_799, "U118"), (1_800, "U162")):
        _, left = of_one(down(3), vehicle(driving_rule=DrivingRule(max_driving_s=most, rest_s=300)))
        assert left.reason == reason


@pytest.mark.parametrize(("goods", "needed_s"), [(up(3), 1_800), (down(2), 1_200), (shipment("L", "V1", "V3"), 1_200)])
def test_time_on_board_too_short_even_directly(goods: Shipment, needed_s: int) -> None:
    """The direct drive; exactly as much more is enough and a second less is not."""
    county, left = of_one(replace(goods, max_on_board_s=needed_s - 300))
    assert (left.reason, left.remedy) == ("U119", "R119")
    assert left.numbers == {"vehicle_type": "van", "needed_s": needed_s, "limit_s": needed_s - 300, "short_s": 300}
    assert is_servable(with_shipment(county, goods.id, max_on_board_s=needed_s))
    assert not is_servable(with_shipment(county, goods.id, max_on_board_s=needed_s - 1))


@pytest.mark.parametrize(
    ("goods", "earliest_at_s", "place"),
    [
        (down(3), SIX + 600 + 1_800, "V3"),  # loading takes 600 s
        (up(3), SIX + 600 + 3_660, "H"),
        (down(3, ready_s=SIX + 1_000), SIX + 1_000 + 600 + 1_800, "V3"),
    ],
)
def test_late_even_when_sent_alone(goods: Shipment, earliest_at_s: int, place: str) -> None:
    """The earliest possible arrival against the due time, and the difference as the remedy, to the second."""
    depots = (Depot(place="H", loading_s=600),)
    county, left = of_one(replace(goods, due_s=SIX + 900), depots=depots)
    assert (left.reason, left.remedy) == ("U120", "R120")
    assert left.numbers == {
        "vehicle_type": "van",
        "place": place,
        "earliest_at_s": earliest_at_s,
        "due_at_s": SIX + 900,
        "short_s": earliest_at_s - SIX - 900,
    }
    assert is_servable(with_shipment(county, goods.id, due_s=earliest_at_s))
    assert not is_servable(with_shipment(county, goods.id, due_s=earliest_at_s - 1))


def test_the_fastest_type_speaks_for_the_fleet() -> None:
    """The trike takes twice as long; the van is 300 s short, and that is what is said."""
    slow = line_matrix(5, step_s=1_200)
    types = [vehicle("trike", profile="slow", shift=SHIFT), vehicle(shift=SHIFT)]
    _, left = of_one(down(3, due_s=SIX + 1_500), *types, matrices={"road": line_matrix(5), "slow": slow})
    assert (left.reason, left.numbers["vehicle_type"], left.numbers["short_s"]) == ("U120", "van", 300)


def test_ready_too_late_for_the_shift() -> None:
    """Back from V3 by 18:00 takes 3,660 s: loading by 16:59, ready at 17:30, 31 min short."""
    county, left = of_one(down(3, ready_s=EIGHTEEN - 1_800))
    assert (left.reason, left.remedy) == ("U121", "R121")
    expected = {"ready_at_s": EIGHTEEN - 1_800, "latest_at_s": EIGHTEEN - 3_660, "short_s": 1_860}
    assert left.numbers == {"vehicle_type": "van", **expected}
    assert is_servable(with_shipment(county, "D3", ready_s=EIGHTEEN - 3_660))
    assert not is_servable(with_shipment(county, "D3", ready_s=EIGHTEEN - 3_659))


def test_windows_that_close_too_early() -> None:
    """V3 is open until 06:20, the van could begin at 06:30."""
    county = with_place(problem([down(3)], [vehicle(shift=SHIFT)]), "V3", windows=(TimeWindow(late_s=SIX + 1_200),))
    left = only_reason(county)
    assert (left.reason, left.remedy) == ("U122", "R122")
    assert left.numbers == {"vehicle_type": "van", "place": "V3", "earliest_at_s": SIX + 1_800}
    assert is_servable(with_place(county, "V3", windows=(TimeWindow(late_s=SIX + 1_800),)))


def test_a_depot_that_closes_too_early() -> None:
    """Open from 06:00 to 07:00; V3 and back takes 3,660 s."""
    hours = (TimeWindow(early_s=SIX, late_s=SIX + 3_600),)
    county = with_place(problem([down(3)], [vehicle(shift=SHIFT)]), "H", windows=hours)
    left = only_reason(county)
    assert (left.reason, left.numbers["back_at_s"]) == ("U123", SIX + 3_660)
    assert is_servable(with_place(county, "H", windows=(TimeWindow(early_s=SIX, late_s=SIX + 3_660),)))


def test_a_shift_too_short_even_for_one_trip() -> None:
    """06:00 to 07:00 for 3,660 s: it would have to end a minute later."""
    short = TimeWindow(early_s=SIX, late_s=SIX + 3_600)
    county, left = of_one(down(3), vehicle(shift=short))
    assert (left.reason, left.remedy) == ("U124", "R124")
    assert (left.numbers["leave_at_s"], left.numbers["back_at_s"]) == (SIX, SIX + 3_660)
    assert is_servable(with_vehicle(county, shift=TimeWindow(early_s=SIX, late_s=SIX + 3_660)))


def test_hours_of_work_too_short_even_for_one_trip() -> None:
    """3,660 s with 3,000 regular and 100 of overtime: 560 s more are needed."""
    county, left = of_one(down(3), vehicle(regular_s=3_000, max_overtime_s=100))
    assert (left.reason, left.remedy) == ("U125", "R125")
    assert left.numbers == {"vehicle_type": "van", "needed_s": 3_660, "limit_s": 3_100, "short_s": 560}
    assert is_servable(with_vehicle(county, max_overtime_s=660))
    assert not is_servable(with_vehicle(county, max_overtime_s=659))


def test_two_limits_at_once_are_both_named() -> None:
    """Too heavy and too late: neither alone is to blame."""
    county, left = of_one(down(3, 250, due_s=SIX))
    assert (left.reason, left.remedy) == ("U140", "R140")
    assert left.numbers == {"vehicle_type": "van", "first": "size", "second": "due"}
    assert reason_text(left, "en").count("the capacity and the due time") == 1
    assert not is_servable(with_shipment(county, "D3", load=(10,)))
    assert not is_servable(with_shipment(county, "D3", due_s=EIGHTEEN))
    assert is_servable(with_shipment(county, "D3", load=(10,), due_s=EIGHTEEN))


def test_three_limits_at_once_are_too_many_to_name() -> None:
    """Too heavy, too late, too far."""
    _, left = of_one(down(3, 250, due_s=SIX), vehicle(shift=SHIFT, range_m=1))
    assert (left.reason, left.numbers) == ("U141", {"types": "van"})


def test_what_costs_more_than_it_is_worth_is_said_with_both_prices() -> None:
    """V3 alone: 10,000 + 3,000 + 3,660 = 16,660 against a penalty of 16,660, and of a fen more."""
    _, left = of_one(down(3, penalty_fen=16_660))
    assert (left.reason, left.remedy) == ("U161", "R161")
    assert left.numbers == {"vehicle": "van#1", "marginal_fen": 16_660, "penalty_fen": 16_660, "needed_fen": 16_660}
    _, left = of_one(down(3, penalty_fen=16_661))
    assert (left.reason, left.remedy) == ("U162", "R162")


def test_the_price_of_going_on_from_the_last_village_is_the_detour() -> None:
    """The van goes to V3 anyway; V4 is 10 km, 1,200 s and 60 s more: 2,260."""
    county = problem([down(3), down(4, penalty_fen=2_000)])
    left = only_reason(county, plan(county, route(run(county, Call("V3", ("D3",))))))
    assert (left.reason, left.numbers["vehicle"], left.numbers["marginal_fen"]) == ("U161", "van#1", 2_260)


def test_goods_for_a_village_already_visited_join_the_visit() -> None:
    """U3 rides home from V3 with 5 s of handling: 5 fen."""
    county = problem([down(3), up(3, service_s=5)])
    left = only_reason(county, plan(county, route(run(county, Call("V3", ("D3",))))))
    assert (left.reason, left.numbers["marginal_fen"]) == ("U162", 5)


def test_no_room_by_weight_asks_for_one_more_van() -> None:
    """80 and 80 on a van of 100 that may go out once; another van costs 16,660 for V3."""
    county = problem([down(3, 80), down(4, 80)], [vehicle(max_trips=1)])
    left = only_reason(county, plan(county, route(run(county, Call("V4", ("D4",))))))
    assert (left.reason, left.remedy) == ("U170", "R160")
    remedy = {"num_routes": 1, "vehicle_type": "van", "vehicle": "van#2", "marginal_fen": 16_660}
    assert left.numbers == {**remedy, "first": "size", "tried": "van#1", "has": 160, "allowed": 100}
    assert reason_text(left, "en").endswith("the capacity (160, the rule says 100); without it van#1 could take it")
    assert is_servable(with_vehicle(county, count=2))


def test_one_more_van_that_takes_all_that_is_left_is_named_as_such() -> None:
    """D2 and D3 ride together for 10,000 + 30 km + 3,720 s = 16,720, 8,360 each; V2 alone would cost 14,460."""
    county = problem([down(2, 40), down(3, 40), down(4, 80)], [vehicle(max_trips=1)])
    day = plan(county, route(run(county, Call("V4", ("D4",)))))
    remedy = {"vehicle_type": "van", "vehicle": "van#2", "num_served": 2, "total_fen": 16_720, "marginal_fen": 8_360}
    for left in explain(county, day).unserved:
        assert (left.reason, left.remedy) == ("U170", "R166")
        assert remedy.items() <= left.numbers.items()
        assert remedy_text(left, "en") == "add one van: it takes 2 of the shipments left (about CNY 167.20 in all)"
    assert cheapest_plan(with_vehicle(county, count=2)).unserved == ()


def test_a_reason_holds_for_its_neighbour_only_if_the_referee_says_so() -> None:
    """Both for V2 by 2,000, where the van can only be after V4, at 3,660: due for D2; M2 also weighs too much.

    With its own due time released the 80 of D4 and 30 are still more than 100: what helps M2 is another van.
    """
    heavy = shipment("M2", "H", "V2", 30, due_s=2_000)
    goods = [down(2, 5, due_s=2_000), heavy, down(4, 80, due_s=2_400)]
    county = problem(goods, [vehicle(max_trips=1)])
    left = explain(county, plan(county, route(run(county, Call("V4", ("D4",)))))).unserved
    assert [(each.shipment, each.reason, each.numbers["first"]) for each in left] == [
        ("D2", "U170", "due"),
        ("M2", "U170", "count"),
    ]


def test_no_room_by_hours_asks_for_overtime_if_that_is_cheaper() -> None:
    """V4 takes 4,860 s and V3 3,660 s, 8,520 in all, with 7,000 allowed: 1,520 s more.

    They cost 3,000 + 3,660 and 2,520 s of overtime at 100 an hour, 70: 6,730 fen.
    """
    van = vehicle(regular_s=6_000, max_overtime_s=1_000, overtime_fen_per_h=100)
    county = problem([down(3, 80), down(4, 80)], [van])
    left = only_reason(county, plan(county, route(run(county, Call("V4", ("D4",))))))
    assert (left.reason, left.remedy, left.numbers["first"]) == ("U170", "R163", "size")
    assert (left.numbers["short_s"], left.numbers["marginal_fen"]) == (1_520, 6_730)
    assert is_servable(with_vehicle(county, max_overtime_s=2_520))
    assert not is_servable(with_vehicle(county, max_overtime_s=2_519))


def test_no_room_before_the_shift_ends_asks_for_a_longer_one() -> None:
    """V4 and V3 take 8,520 s from 06:00; the shift ends after 8,000: 520 s later."""
    van = vehicle(shift=TimeWindow(early_s=SIX, late_s=SIX + 8_000))
    county = problem([down(3, 80), down(4, 80)], [van])
    first = run(county, Call("V4", ("D4",)), load_start_s=SIX)
    left = only_reason(county, plan(county, route(first)))
    assert (left.reason, left.remedy, left.numbers["short_s"]) == ("U170", "R165", 520)


def test_no_room_before_the_due_time_asks_for_a_later_one() -> None:
    """V4's trip is back at 4,860, D3 could be at V3 at 6,660: 4,660 s after it is due."""
    van = vehicle(shift=TimeWindow(late_s=20_000), fixed_fen=50_000)
    county = problem([down(3, 80, due_s=2_000), down(4, 80, due_s=2_400)], [van])
    left = only_reason(county, plan(county, route(run(county, Call("V4", ("D4",))))))
    assert (left.reason, left.remedy, left.numbers["short_s"]) == ("U170", "R164", 4_660)
    assert is_servable(with_shipment(county, "D3", due_s=6_660))
    assert not is_servable(with_shipment(county, "D3", due_s=6_659))


def test_a_lock_that_this_plan_cannot_keep_is_told_from_a_lack_of_room() -> None:
    """D2 is locked to come after D1, which is not carried; unlocked, the van could take it."""
    goods = [down(1, penalty_fen=0), down(2), down(3)]
    county = problem(goods, locks=(Lock(shipment="D2", after="D1"),))
    day = plan(county, route(run(county, Call("V3", ("D3",)))))
    reasons = {u.shipment: u for u in explain(county, day).unserved}
    assert (reasons["D2"].reason, reasons["D2"].numbers["lock"]) == ("U151", "> D1")
    assert reasons["D1"].reason == "U161"


def test_a_vehicle_waits_for_a_dock_rather_than_being_refused() -> None:
    """One dock, 600 s of loading; the second van can only load from 600 on, and D2 is due at V2 at 2,400."""
    county = replace(
        problem([down(1, 80, due_s=1_200), down(2, 80)], [vehicle(count=2, max_trips=1)]),
        depots=(Depot(place="H", loading_s=600, docks=1),),
    )
    day = plan(county, route(run(county, Call("V1", ("D1",)))))
    for due_s, reason in ((2_400, "U162"), (2_399, "U170")):
        assert only_reason(with_shipment(county, "D2", due_s=due_s), day).reason == reason


def test_goods_alike_have_like_answers_under_their_own_ids() -> None:
    """Two loads that differ in id and brand only."""
    county = problem([down(3, 250), shipment("E3", "H", "V3", 250, brand="邮政")])
    first, second = explain(county, plan(county)).unserved
    assert (first.shipment, second.shipment) == ("D3", "E3")
    assert (first.reason, first.numbers) == (second.reason, second.numbers)


def test_work_that_runs_out_is_admitted() -> None:
    """With no work left there is no answer, and no guess."""
    county = problem([down(3)])
    (left,) = explain(county, plan(county), most_work=0).unserved
    assert (left.reason, left.remedy, dict(left.numbers)) == ("U100", "", {})


def test_a_plan_that_leaves_nothing_is_returned_as_it_is() -> None:
    """Nothing to explain."""
    county = problem([down(1)])
    day = plan(county, route(run(county, Call("V1", ("D1",)))))
    assert explain(county, day) == day


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sentence_can_be_said_without_any_number(lang: str) -> None:
    """Old plan files may lack numbers; what is missing shows as "-", and unknown codes as themselves."""
    for reason in REASONS:
        bare = Unserved(shipment="D1", reason=reason)
        assert not set("{}") & set(reason_text(bare, lang) + remedy_text(bare, lang))
    for remedy in REMEDIES:
        assert remedy_text(Unserved(shipment="D1", reason="U100", remedy=remedy), lang)
    assert reason_text(Unserved(shipment="D1", reason="U999"), lang) == "U999"
    assert remedy_text(Unserved(shipment="D1", reason="U999"), lang) == ""


def test_numbers_are_shown_as_a_reader_writes_them() -> None:
    """Moments as clock times, seconds as lengths, metres as km, fen as yuan."""
    late = Unserved(
        shipment="D3",
        reason="U120",
        numbers={"vehicle_type": "van", "place": "V3", "earliest_at_s": 23_400, "due_at_s": 21_900, "short_s": 1_500},
        remedy="R120",
    )
    assert reason_text(late, "en") == (
        "late even when sent alone: van reaches V3 at 06:30 at the earliest, due 06:05, 25 min short"
    )
    assert remedy_text(late, "zh") == "期限推迟 25分"
    far = Unserved(shipment="D3", reason="U117", numbers={"vehicle_type": "van", "needed_m": 30_000, "range_m": 500})
    assert reason_text(far, "en").endswith("van needs 30.0 km, its range is 0.5 km")
    dear = Unserved(shipment="D3", reason="U161", numbers={"vehicle": "van#1", "marginal_fen": 1_234, "penalty_fen": 5})
    assert "CNY 12.34 more" in reason_text(dear, "en")
    assert "12.34 元" in reason_text(dear, "zh")
