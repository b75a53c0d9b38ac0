"""Going on with a day: what stands stays to the second, what changes is listed and weighed, all of it refereed.

The road: H V1 V2 V3 V4, 600 s and 5,000 m a step; 60 s a visit and 5 s a shipment; loading takes 600 s at H.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.model import HORIZON_S, Lock, TimeWindow
from optimizer.plan import Plan, Unserved
from optimizer.problem import Matrix
from optimizer.repair import complete
from optimizer.replan import (
    KEEPS,
    Breakdown,
    Situation,
    Weights,
    begun_shipments,
    compare,
    handed_shipments,
    remembering,
    replan,
)
from optimizer.replan.answers import kept_locks
from optimizer.replan.pinned import pin
from optimizer.replan.settle import settled, truly_named
from optimizer.stop import Stop
from tests.helpers import (
    HOUR_S,
    Call,
    assert_clean,
    four_village_problem,
    plan,
    route,
    run,
    shipment,
    with_shipment,
)

if TYPE_CHECKING:
    from optimizer.plan import Trip
    from optimizer.problem import Problem
    from optimizer.replan import Replanned

WEIGHTS = Weights(vehicle_fen=1_000, swap_fen=500, shift_fen_per_min=20, free_shift_s=900, unserved_fen=20_000)
LOAD_S = 7 * HOUR_S
"""The van of the day loads at 07:00, leaves at 07:10, is at V1 07:20, V2 08:00, V3 08:11:10, V4 08:22:15."""


def day() -> tuple[Problem, Plan]:
    """Return the four-village county and a plan by hand: van#1 calls at V1, V2 (at 08:00), V3, V4; van#2 is idle."""
    county = four_village_problem()
    calls = (
        Call("V1", ("D1",)),
        Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S),
        Call("V3", ("D3",)),
        Call("V4", ("D4",), ("U4",)),
    )
    made = plan(county, route(run(county, *calls, load_start_s=LOAD_S)))
    assert_clean(county, made)
    return county, made


def trip_of(made: Plan, vehicle: str) -> Trip:
    """Return the first trip of a vehicle."""
    return next(r for r in made.routes if r.vehicle == vehicle).trips[0]


def replanned(after: Problem, situation: Situation, **options: object) -> Replanned:
    """Replan the day of ``day`` with one round, times kept; every answer must be clean and keep the past."""
    county, made = day()
    found = replan(
        county,
        after,
        made,
        situation,
        **{"weights": WEIGHTS, "stop": Stop(iterations=1), "keep": "time", **options},  # type: ignore[arg-type]
    )
    assert [option.name for option in found.options] == ["smallest", "balanced", "cheapest"]
    for option in found.options:
        assert_clean(after, option.plan)
        assert_past_is_kept(made, option.plan, situation)
        assert option.changes == compare(made, option.plan, WEIGHTS)
    return found


def assert_past_is_kept(before: Plan, after: Plan, situation: Situation) -> None:
    """Compare all visits begun before now, by hand and not by the code under test."""
    cut = {f"{b.vehicle_type}#{b.number}": b.at_s for b in situation.breakdowns}
    for was in before.routes:
        until_s = min(situation.now_s, cut.get(was.vehicle, situation.now_s))
        old = [v for t in was.trips for v in t.visits if v.start_s < until_s]
        now = [v for r in after.routes if r.vehicle == was.vehicle for t in r.trips for v in t.visits]
        assert [(v.place, v.start_s, set(v.deliver)) for v in old] == [
            (v.place, v.start_s, set(v.deliver)) for v in now[: len(old)]
        ]
    for made in after.routes:
        begun = [t.load_start_s for r in before.routes if r.vehicle == made.vehicle for t in r.trips]
        assert all(t.load_start_s >= situation.now_s or t.load_start_s in begun for t in made.trips)


@pytest.mark.parametrize(
    ("now_s", "handed", "begun"),
    [
        (LOAD_S, set(), set()),
        (LOAD_S + 1, set(), {"D1", "D2", "D3", "D4"}),
        (LOAD_S + 601, {"D1"}, {"D1", "D2", "D3", "D4"}),
        (8 * HOUR_S + 66, {"D1", "D2", "U2"}, {"D1", "D2", "U2", "D3", "D4"}),
        (8 * HOUR_S + 71, {"D1", "D2", "U2", "D3"}, {"D1", "D2", "U2", "D3", "D4"}),
    ],
)
def test_what_stands_is_what_the_vehicle_has_left_for(now_s: int, handed: set[str], begun: set[str]) -> None:
    """Loading begins at 07:00; it leaves for V1 at 07:10; service at V2 takes 70 s, after which it leaves for V3."""
    _, made = day()
    situation = Situation(now_s=now_s)
    assert handed_shipments(made, situation) == handed
    assert begun_shipments(made, situation) == begun


def test_of_a_broken_vehicle_only_begun_services_stand_and_nothing_stays_on_board() -> None:
    """At 08:00:30 it stands at V2; at 08:05 it is on its way to V3, which it never reaches."""
    _, made = day()
    for at_s in (8 * HOUR_S + 30, 8 * HOUR_S + 300):
        broken = Situation(now_s=at_s, breakdowns=(Breakdown(vehicle_type="van", number=1, at_s=at_s),))
        assert begun_shipments(made, broken) == handed_shipments(made, broken) == {"D1", "D2", "U2"}


def test_the_pinned_problem_accepts_the_old_plan_and_gives_it_back_to_the_second() -> None:
    """At every quarter of an hour, with nothing else changed."""
    county, made = day()
    for now_s in range(6 * HOUR_S, 10 * HOUR_S, 900):
        pinned = pin(county, county, made, Situation(now_s=now_s))
        result = settled(pinned, complete(pinned.problem, pinned.drafts, insert=False))
        assert result.plan is not None, now_s
        back = truly_named(pinned, result.plan)
        if now_s > LOAD_S:
            assert trip_of(back, "van#1").visits[0].start_s == trip_of(made, "van#1").visits[0].start_s
            assert back.cost.total_fen <= made.cost.total_fen
        assert [v.place for v in trip_of(back, "van#1").visits] == ["V1", "V2", "V3", "V4"]


def test_a_plan_that_changes_the_past_is_refused() -> None:
    """At 08:01 V1 and V2 stand; a day that begins with V4, or that leaves D4 to a second trip, does not keep it."""
    county, made = day()
    pinned = pin(county, county, made, Situation(now_s=8 * HOUR_S + 60))
    other = run(county, Call("V4", ("D4",)), Call("V3", ("D3",)), Call("V1", ("D1",)), load_start_s=8 * HOUR_S + 60)
    assert settled(pinned, plan(county, route(other))).plan is None
    first = run(
        county,
        Call("V1", ("D1",)),
        Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S),
        Call("V3", ("D3",)),
        load_start_s=LOAD_S,
    )
    second = run(county, Call("V4", ("D4",), ("U4",)), load_start_s=10 * HOUR_S)
    split = plan(county, route(first, second))
    assert_clean(county, split)
    result = settled(pinned, split)
    assert (result.plan, result.offender) == (None, ("van", 1))


def test_nothing_happens_and_nothing_changes() -> None:
    """No event before the day: the old plan is at most made cheaper; the smallest change is none."""
    county, made = day()
    smallest, _, cheapest = replanned(county, Situation()).options
    assert smallest.changes.items == ()
    assert cheapest.plan.cost.total_fen <= made.cost.total_fen


@pytest.mark.slow
def test_a_new_order_on_the_way_joins_the_vehicle_that_is_there() -> None:
    """At 08:01 the van is at V2 and comes back past V1, V2 and V3: U3 costs it 5 s at V3, where it stops anyway."""
    county, made = day()
    after = replace(county, shipments=(*county.shipments, shipment("N3", "V3", "H", 5, service_s=5)))
    for option in replanned(after, Situation(now_s=8 * HOUR_S + 60)).options:
        assert option.plan.unserved == ()
        assert option.plan.cost.total_fen == made.cost.total_fen + 5
        assert [c.kind for c in option.changes.items] == ["added"]


@pytest.mark.slow
def test_goods_for_a_vehicle_on_the_road_go_on_another() -> None:
    """At 08:01 new parcels for V3 are at the hub: van#1 has left, van#2 takes them after 08:01."""
    county, _ = day()
    after = replace(county, shipments=(*county.shipments, shipment("N3", "H", "V3", 5)))
    for option in replanned(after, Situation(now_s=8 * HOUR_S + 60)).options:
        carrier = next(r for r in option.plan.routes if any("N3" in t.shipments for t in r.trips))
        trip = next(t for t in carrier.trips if "N3" in t.shipments)
        assert trip.load_start_s >= 8 * HOUR_S + 60


@pytest.mark.slow
def test_a_broken_van_is_brought_home_and_its_goods_go_out_again() -> None:
    """It breaks at 08:05 after V2: home is 1,200 s away, so D3 and D4 are back at 08:25 and can be loaded at 08:35."""
    county, _ = day()
    at_s = 8 * HOUR_S + 300
    broken = (Breakdown(vehicle_type="van", number=1, at_s=at_s),)
    found = replanned(county, Situation(now_s=at_s, breakdowns=broken, recovery_s=600))
    for option in found.options:
        assert option.plan.unserved == ()
        (towed,) = next(r for r in option.plan.routes if r.vehicle == "van#1").trips
        assert [v.place for v in towed.visits] == ["V1", "V2"]
        assert (towed.visits[-1].depart_s, towed.return_s) == (at_s, at_s + 1_200)
        again = trip_of(option.plan, "van#2")
        assert set(again.shipments) == {"D3", "D4", "U4"}
        assert again.load_start_s >= at_s + 1_200 + 600
    # towed home: 10,000 + 2,000 for 20 km; loading at 07:00 to 08:25 are 5,100 s.
    # again to V4 and back: 10,000 + 4,000 for 40 km + 600 + 4,800 + 65 + 70 s
    assert found.options[-1].plan.cost.total_fen == 17_100 + 19_535


@pytest.mark.slow
def test_a_van_that_is_broken_in_the_morning_hands_its_day_to_the_spare_one() -> None:
    """Before the day begins: the same visits at the same times, six shipments on van#2."""
    county, _ = day()
    broken = (Breakdown(vehicle_type="van", number=1, at_s=0),)
    smallest = replanned(county, Situation(breakdowns=broken)).options[0]
    assert [route.vehicle for route in smallest.plan.routes] == ["van#2"]
    assert (smallest.changes.count("vehicle"), smallest.changes.count("swap")) == (6, 0)


@pytest.mark.slow
def test_a_village_that_is_cut_off_is_left_and_the_rest_goes_on() -> None:
    """At 08:01 the road beyond V3 closes: D4 comes back, U4 stays, V3 is served as planned."""
    county, _ = day()
    road = county.matrices["road"]
    arrays = [road.duration_s.copy(), road.distance_m.copy()]
    for array in arrays:
        array[4, :4] = array[:4, 4] = -1
    after = replace(county, matrices={"road": Matrix(duration_s=arrays[0], distance_m=arrays[1])})
    for option in replanned(after, Situation(now_s=8 * HOUR_S + 60)).options:
        assert {u.shipment for u in option.plan.unserved} == {"D4", "U4"}
        assert {u.reason for u in option.plan.unserved} == {"U110"}
        assert option.changes.count("unserved") == 2
        assert [v.place for v in trip_of(option.plan, "van#1").visits] == ["V1", "V2", "V3"]


@pytest.mark.slow
def test_a_road_driven_before_it_closed_may_not_be_driven_again() -> None:
    """The first leg H to V1 took 600 s; at 08:01 it takes 3,000: the past stays, another trip would be slower."""
    county, made = day()
    road = county.matrices["road"]
    duration_s = road.duration_s.copy()
    duration_s[0, 1] = 3_000
    slow = Matrix(duration_s=duration_s, distance_m=road.distance_m)
    after = replace(county, matrices={"road": slow}, shipments=(*county.shipments, shipment("N1", "H", "V1", 5)))
    situation = Situation(now_s=8 * HOUR_S + 60)
    found = replan(county, after, made, situation, weights=WEIGHTS, stop=Stop(iterations=1), keep="sequence")
    for option in found.options:
        assert_past_is_kept(made, option.plan, situation)
        carrier, trip = next((r, t) for r, t in option.plan.trips() if "N1" in t.shipments)
        rank = [v.place for v in trip.visits].index("V1")
        if rank == 0:
            assert trip.visits[0].arrive_s - trip.depart_s == 3_000
        assert carrier.vehicle in ("van#1", "van#2")
        broken = check(after, option.plan)
        assert {v.rule for v in broken} <= {"travel_time"}, "only what was driven before the closure"
        assert all((v.time_s or 0) < situation.now_s for v in broken)


@pytest.mark.slow
def test_the_answers_keep_what_they_are_told_to_keep() -> None:
    """An urgent new order at V4, due at 08:00, before the day: the second van takes it, or the first turns round."""
    county, _ = day()
    after = replace(county, shipments=(*county.shipments, shipment("N4", "H", "V4", 5, due_s=8 * HOUR_S)))
    free, timely = (replanned(after, Situation(), keep=keep).options for keep in ("none", "time"))
    assert free[-1].changes.count("swap") > 0, "the cheapest does turn round"
    for option in timely:
        assert option.plan.unserved == ()
        assert [option.changes.count(kind) for kind in ("vehicle", "swap", "shift")] == [0, 0, 0]
    assert free[-1].plan.cost.total_fen < timely[-1].plan.cost.total_fen


@pytest.mark.slow
def test_smaller_changes_cost_no_less_and_cheaper_ones_change_no_less() -> None:
    """Chosen from the same candidates: cost falls and disturbance rises from the smallest to the cheapest."""
    county, _ = day()
    late = with_shipment(county, "D1", ready_s=9 * HOUR_S)
    smallest, balanced, cheapest = replanned(late, Situation(now_s=6 * HOUR_S), keep="none").options
    assert smallest.disturbance_fen <= balanced.disturbance_fen <= cheapest.disturbance_fen
    assert cheapest.plan.cost.total_fen <= min(balanced.plan.cost.total_fen, smallest.plan.cost.total_fen)
    assert balanced.balance_fen <= min(smallest.balance_fen, cheapest.balance_fen)


@pytest.mark.slow
def test_the_same_iterations_give_the_same_answers() -> None:
    """Twice, with a broken van."""
    county, _ = day()
    broken = (Breakdown(vehicle_type="van", number=1, at_s=8 * HOUR_S + 300),)
    situation = Situation(now_s=8 * HOUR_S + 300, breakdowns=broken)
    first, second = (replanned(county, situation, seed=3) for _ in range(2))
    assert first.options == second.options


def test_changes_are_listed_and_weighed_as_a_hand_would() -> None:
    """D1 changes vehicle, V3 and V4 swap, V2 moves by 30 min, U4 is dropped: 1,000 + 500 + 600 + 20,000 and shifts."""
    county, made = day()
    calls = (Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S + 1_800), Call("V4", ("D4",)), Call("V3", ("D3",)))
    new = plan(
        county,
        route(run(county, *calls, load_start_s=LOAD_S)),
        route(run(county, Call("V1", ("D1",)), load_start_s=LOAD_S), number=2),
    )
    changes = compare(made, new, WEIGHTS)
    by_kind = {kind: [c.shipment for c in changes.items if c.kind == kind] for kind in ("vehicle", "swap", "unserved")}
    assert by_kind == {"vehicle": ["D1"], "swap": ["D3"], "unserved": ["U4"]}
    shifts = {c.place: (c.after_s or 0) - (c.before_s or 0) for c in changes.items if c.kind == "shift"}
    # V2 30 min later; V4 after V2: 08:31:10 + 20 min = 08:51:10, was 08:22:15; V3 09:02:15, was 08:11:10
    assert shifts == {"V2": 1_800, "V4": 1_735, "V3": 3_065}
    assert changes.shift_s == 1_800 + 1_735 + 3_065
    weighed = 1_000 + 500 + 20_000 + 1_800 * 20 // 60 + 1_735 * 20 // 60 + 3_065 * 20 // 60
    assert changes.weighed_fen == weighed


def test_shifts_that_are_free_are_not_listed() -> None:
    """15 min are free, a second more is not."""
    _, made = day()
    for by_s, count in ((900, 0), (901, 1)):
        visits = trip_of(made, "van#1").visits
        later = (replace(visits[0], start_s=visits[0].start_s + by_s), *visits[1:])
        moved = replace(made, routes=(route(replace(trip_of(made, "van#1"), visits=later)),))
        assert compare(made, moved, WEIGHTS).count("shift") == count


def test_what_was_added_cancelled_or_taken_up_again_weighs_nothing() -> None:
    """They follow from the events, or are good news."""
    county, made = day()
    less = replace(made, unserved=(Unserved(shipment="X", reason="U100"),))
    grown = run(county, Call("V1", ("D1",)), load_start_s=LOAD_S)
    first = replace(grown.visits[0], deliver=("D1", "X", "N"))
    new = Plan(routes=(route(replace(grown, visits=(first,))),))
    changes = compare(less, new, replace(WEIGHTS, unserved_fen=1))
    assert [c.shipment for c in changes.items if c.kind == "served"] == ["X"]
    assert [c.shipment for c in changes.items if c.kind == "added"] == ["N"]
    assert {c.shipment for c in changes.items if c.kind == "cancelled"} == {"D2", "U2", "D3", "D4", "U4"}
    assert changes.weighed_fen == 0


def test_levels_of_keeping_lock_more_and_more() -> None:
    """Nothing; six vehicles; besides that the order of the later three visits' goods; besides that six windows."""
    county, made = day()

    def at(_: str, at_s: int) -> TimeWindow:
        return TimeWindow(early_s=at_s, late_s=at_s)

    locks = {level: tuple(kept_locks(county, made, level, at, frozenset())) for level in KEEPS}
    counts = {level: len(some) for level, some in locks.items()}
    assert counts == {"none": 0, "vehicle": 6, "sequence": 6 + 5, "time": 6 + 5 + 6}
    for some in locks.values():
        assert_clean(replace(county, locks=some), made)


def test_the_next_replan_knows_when_goods_of_a_broken_vehicle_are_back() -> None:
    """Broken at 07:45 at V1, home at 07:55, loaded again from 08:25 on: at 07:50 too, when van#2 is to take them.

    Past bug: the plan that had them on van#2 told nothing of van#1, and they were ready at 07:50.
    """
    county, made = day()
    at_s, home_s = 7 * HOUR_S + 45 * 60, 600
    first = Situation(now_s=at_s, breakdowns=(Breakdown(vehicle_type="van", number=1, at_s=at_s),), recovery_s=1_800)
    (option, *_) = replanned(county, first).options
    assert {t.load_start_s for r in option.plan.routes if r.vehicle == "van#2" for t in r.trips} == {30_300}
    second = replace(remembering(county, made, first), now_s=at_s + 300, recovery_s=0)
    ready = {s.id: s.ready_s for s in pin(county, county, option.plan, second).judged.shipments}
    assert {i: ready[i] for i in ("D2", "D3", "D4")} == dict.fromkeys(("D2", "D3", "D4"), at_s + home_s + 1_800)
    assert remembering(county, option.plan, second) == second


def test_the_next_replan_knows_which_goods_a_broken_vehicle_has_kept() -> None:
    """L was collected at V1 for V4 by van#1, which broke down at 07:45: nobody collects it at V1 once more.

    Past bug: after the plan that leaves L, L was at V1 again.
    """
    county, _ = day()
    county = replace(county, shipments=(*county.shipments, shipment("L", "V1", "V4", 5)))
    calls = (Call("V1", ("D1",), ("L",)), Call("V4", ("D4", "L"), start_s=8 * HOUR_S))
    made = plan(county, route(run(county, *calls, load_start_s=LOAD_S)))
    at_s = 7 * HOUR_S + 45 * 60
    broken = Situation(now_s=at_s, breakdowns=(Breakdown(vehicle_type="van", number=1, at_s=at_s),))
    first = pin(county, county, made, broken)
    assert first.lost == {"L": "van#1"}
    left = settled(first, complete(first.problem, first.drafts)).plan
    assert left is not None
    assert [u.shipment for u in left.unserved] == ["L"]
    again = pin(county, county, truly_named(first, left), replace(remembering(county, made, broken), now_s=at_s + 300))
    assert again.lost == first.lost
    (kept,) = (s for s in again.judged.shipments if s.id == "L")
    assert kept.ready_s == HORIZON_S


def test_a_lock_to_a_broken_vehicle_is_dropped() -> None:
    """D3 was locked to van#1, which is broken before it leaves."""
    county, made = day()
    locked = replace(county, locks=(Lock(shipment="D3", vehicle_type="van", number=1),))
    broken = Situation(breakdowns=(Breakdown(vehicle_type="van", number=1, at_s=0),))
    pinned = pin(locked, locked, made, broken)
    assert [(lock.shipment, lock.vehicle_type) for lock in pinned.judged.locks] == [("D3", None)]
    assert [kind.count for kind in pinned.judged.vehicle_types] == [1]
    assert pinned.unit_of == {("van", 1): ("van", 2)}


def test_goods_on_board_stay_on_the_trip_even_where_it_takes_longer_than_told() -> None:
    """The way home from V4 is slower now, so that nothing else bounds D4: a second trip for it is still refused."""
    county, made = day()
    road = county.matrices["road"]
    duration_s = road.duration_s.copy()
    duration_s[4, 0] += 600
    after = replace(county, matrices={"road": Matrix(duration_s=duration_s, distance_m=road.distance_m)})
    pinned = pin(county, after, made, Situation(now_s=8 * HOUR_S + 60))
    calls = (Call("V1", ("D1",)), Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S), Call("V3", ("D3",)))
    first = run(after, *calls, load_start_s=LOAD_S)
    second = run(after, Call("V4", ("D4",), ("U4",)), load_start_s=10 * HOUR_S)
    split = plan(after, route(first, second))
    assert_clean(after, split)
    own = replace(split, routes=tuple(replace(r, vehicle_type="van*") for r in split.routes))
    assert pinned.unit_of["van*", 1] == ("van", 1)
    assert check(pinned.judged, own) == ()
    assert settled(pinned, own) == (None, ("van*", 1))


def test_a_trip_that_is_over_is_not_made_longer_after_the_fact() -> None:
    """At 11:00 the van has been home since 09:10; parcels from V4 are fetched on a trip of their own, from 11:00 on."""
    county, made = day()
    over_s = trip_of(made, "van#1").return_s
    assert over_s < 11 * HOUR_S
    after = replace(county, shipments=(*county.shipments, shipment("N4", "V4", "H", 5)))
    pinned = pin(county, after, made, Situation(now_s=11 * HOUR_S))
    result = settled(pinned, complete(pinned.problem, pinned.drafts))
    assert result.plan is not None, "at the first attempt, without sending a vehicle back to its old day"
    trip = next(t for _, t in result.plan.trips() if "N4" in t.shipments)
    assert trip.load_start_s >= 11 * HOUR_S
    assert trip.shipments == ("N4",)
