"""Why not: each reason is confirmed by the referee, each remedy applied and judged again, each price redone by hand.

The road: H V1 V2 V3 V4, 600 s and 5,000 m a step, 60 s a visit; the van holds 100 and costs
10,000 a day, 100 a km and 1 a second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.explain import LIMIT_WORDS, Question, mend_text, why_not
from optimizer.explain.mending import MEND_WORDS, mended
from optimizer.explain.releases import RELEASES, binding, released
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, Lock, TimeWindow
from optimizer.violations import RULES
from tests.helpers import Call, assert_clean, down, plan, problem, route, run, shipment, up, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.explain import Answer
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def asked(county: Problem, day: Plan, goods: str, **options: object) -> Answer:
    """Return the answer, having made sure that the plan was sound and every blocker is confirmed."""
    assert_clean(county, day)
    question = Question(shipment=goods, **options)  # type: ignore[arg-type]
    answer = why_not(county, day, question)
    for blocker in answer.blockers:
        classes = tuple(each for each in RELEASES if each.name in blocker.limits)
        locks = _lock_of(question)
        real = replace(county, locks=(*county.locks, *locks))
        freed = released(county, classes, goods)
        assert check(replace(freed, locks=(*freed.locks, *locks)), blocker.insertion.plan) == ()
        broken = check(real, blocker.insertion.plan)
        assert all({v.rule for v in broken} & each.rules for each in classes)
        changed = mended(real, broken)
        assert changed is not None
        assert blocker.is_mended == (check(changed, blocker.insertion.plan) == ())
    return answer


def _lock_of(question: Question) -> tuple[Lock, ...]:
    if question.vehicle is None and question.before_s is None:
        return ()
    kind, number = question.vehicle or (None, None)
    window = None if question.before_s is None else TimeWindow(late_s=question.before_s)
    return (Lock(shipment=question.shipment, vehicle_type=kind, number=number, window=window),)


def prices(answer: Answer) -> dict[tuple[str, ...], int]:
    """Return the cost of each smallest set of rules."""
    return {b.limits: b.insertion.marginal_fen for b in answer.blockers}


def test_every_single_rule_that_would_do_is_listed_with_its_price() -> None:
    """80 and 80 on one van of 100 that goes out once.

    On the way to V4 it costs a visit of 60; alone 3,000 + 3,660; on another van 10,000 more.
    """
    county = problem([down(3, 80), down(4, 80)], [vehicle(max_trips=1)])
    answer = asked(county, plan(county, route(run(county, Call("V4", ("D4",))))), "D3")
    assert prices(answer) == {("size",): 60, ("max_trips",): 6_660, ("count",): 16_660}
    assert [b.limits for b in answer.blockers] == [("size",), ("max_trips",), ("count",)], "the cheapest first"
    assert all(b.is_mended for b in answer.blockers)
    assert [b.is_remedy for b in answer.blockers] == [False, True, True], "no van can be made larger"
    (size, *_) = answer.blockers
    assert (size.violations[0].amount, size.violations[0].limit) == (160, 100)


def test_goods_that_are_not_ready_cannot_be_there_before() -> None:
    """V2 is 1,200 s away: to begin there at 1,500 they must be loaded at 300, and are ready at 1,000."""
    county = problem([down(2, ready_s=1_000)])
    day = plan(county, route(run(county, Call("V2", ("D2",)), load_start_s=1_000)))
    answer = asked(county, day, "D2", before_s=1_500)
    assert prices(answer) == {("ready",): 10_000 + 2_000 + 2_460}
    (violation,) = answer.blockers[0].violations
    assert (violation.amount, violation.limit) == (300, 1_000)
    assert mend_text(violation, "en") == "have D2 ready 11 min 40 s earlier (00:05)"
    assert asked(county, day, "D2", before_s=2_200).best is not None
    assert asked(county, day, "D2", before_s=2_199).best is None


def test_a_vehicle_that_is_too_small_is_told_so_though_another_carries_it_already() -> None:
    """The van has D4; leaving it out would save 2,260; the trike holds 5."""
    county = problem([down(3), down(4)], [vehicle(), vehicle("trike", capacity=(5,))])
    day = plan(county, route(run(county, Call("V3", ("D3",)), Call("V4", ("D4",)))))
    answer = asked(county, day, "D4", vehicle=("trike", 1))
    assert answer.carried_by is not None
    assert (answer.carried_by.vehicle, answer.now_fen) == ("van#1", 2_260)
    assert prices(answer) == {("size",): 10_000 + 4_000 + 4_860}


def test_a_vehicle_that_could_take_it_says_for_how_much() -> None:
    """A second van to V4 and back: 10,000 + 4,000 + 4,860."""
    county = problem([down(3), down(4)], [vehicle(count=2)])
    day = plan(county, route(run(county, Call("V3", ("D3",)), Call("V4", ("D4",)))))
    answer = asked(county, day, "D4", vehicle=("van", 2))
    assert answer.best is not None
    assert (answer.best.route.vehicle, answer.best.marginal_fen, answer.blockers) == ("van#2", 18_860, ())


def test_other_goods_that_would_be_late_are_the_reason() -> None:
    """D4 is due at V4 at 2,400, when the van gets there; calling at V3 first makes it 60 s late, calling later D3."""
    county = problem([down(3, due_s=1_800), down(4, due_s=2_400)], [vehicle(max_trips=1)])
    answer = asked(county, plan(county, route(run(county, Call("V4", ("D4",))))), "D3")
    assert (prices(answer)["due_others",], prices(answer)["due",]) == (60, 60)
    (blocker,) = (b for b in answer.blockers if b.limits == ("due_others",))
    (violation,) = blocker.violations
    assert (violation.shipment, violation.amount, violation.limit) == ("D4", 2_460, 2_400)


def test_two_rules_are_named_only_where_no_single_one_will_do() -> None:
    """150 on a van of 100, due at 1,700 at V3, which is 1,800 s away."""
    county = problem([down(3, 150, due_s=1_700)])
    answer = asked(county, plan(county), "D3")
    assert prices(answer) == {("size", "due"): 16_660}
    assert answer.alone is not None
    assert answer.alone.reason == "U140"


def test_a_place_out_of_reach_of_the_vehicle_is_no_rule_to_be_released() -> None:
    """No path to V3 for anybody."""
    roads = problem([down(3)]).matrices["road"]
    seconds = roads.duration_s.copy()
    seconds[0, 3] = -1
    county = problem([down(3)], matrices={"road": replace(roads, duration_s=seconds)})
    answer = asked(county, plan(county), "D3", vehicle=("van", 1))
    assert answer.blockers == ()
    assert answer.alone is not None
    assert answer.alone.reason == "U110"


def test_what_the_law_forbids_is_reported_but_is_no_remedy() -> None:
    """Pesticide and greens on one van: apart, another trip would do if one were allowed."""
    goods = [down(1, commodity="greens"), down(2, commodity="pesticide")]
    county = problem(goods, [vehicle(max_trips=1)], conflicts=(Conflict(first="greens", second="pesticide"),))
    answer = asked(county, plan(county, route(run(county, Call("V1", ("D1",))))), "D2")
    remedies = {b.limits: b.is_remedy for b in answer.blockers}
    assert remedies == {("conflict",): False, ("max_trips",): True, ("count",): True}


def test_a_shipment_can_be_taken_out_though_another_waits_for_it() -> None:
    """D4 is locked to come after D3; asked about, D3 is looked at without that lock."""
    county = problem([down(3), down(4)], locks=(Lock(shipment="D4", after="D3"),))
    day = plan(county, route(run(county, Call("V3", ("D3",)), Call("V4", ("D4",)))))
    answer = asked(county, day, "D3", before_s=1_800)
    assert answer.best is not None
    assert answer.now_fen == 60


def _binding_county() -> Problem:
    """Return a county that has every class of rules, none of them in the way of the empty plan."""
    boxes = (Compartment(capacity=(100,), commodities=frozenset({"parcel", "greens"})),)
    van = vehicle(
        compartments=boxes,
        deliveries_first=True,
        max_trips=3,
        range_m=10**6,
        driving_rule=DrivingRule(),
        shift=TimeWindow(late_s=50_000),
    )
    county = problem(
        [
            down(1, max_on_board_s=9_000, due_s=9_000, ready_s=60, delivery_windows=(TimeWindow(),)),
            up(2, max_on_board_s=9_000, due_s=9_000, pickup_windows=(TimeWindow(),)),
        ],
        [van],
        depots=(Depot(place="H", docks=1),),
        conflicts=(Conflict(first="a", second="b"),),
        cleanings=(Cleaning(after="a", before="b", duration_s=60),),
        locks=(Lock(shipment="D1", vehicle_type="van"),),
    )
    county = with_place(county, "V1", shelf=(100,), vehicle_types=frozenset({"van"}))
    return with_place(county, "H", windows=(TimeWindow(),))


def test_every_class_of_rules_is_looked_at_where_the_county_has_it() -> None:
    """A county with all of them, and one with next to none."""
    assert {each.name for each in binding(_binding_county(), "D1")} == {each.name for each in RELEASES}
    bare = problem([down(1)])
    assert {each.name for each in binding(bare, "D1")} == {"size", "shift", "overtime", "count"}


def test_classes_and_rules_all_have_their_words() -> None:
    """Names of classes, and what to change for every rule that a class speaks of."""
    assert {each.name for each in RELEASES} <= set(LIMIT_WORDS)
    rules = {rule for each in RELEASES for rule in each.rules} - {"stowage_missing"}
    assert rules == set(MEND_WORDS) <= set(RULES)


@pytest.mark.parametrize("name", [each.name for each in RELEASES])
def test_releasing_a_class_changes_the_problem_and_never_forbids_what_was_allowed(name: str) -> None:
    """A plan that was clean stays clean."""
    county = _binding_county()
    (each,) = (r for r in RELEASES if r.name == name)
    day = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", (), ("U2",)), load_start_s=60)))
    assert_clean(county, day)
    assert_clean(released(county, (each,), "D1"), day)


def test_goods_of_a_depot_between_are_local_questions_too() -> None:
    """L from V1 to V3 before 1,800: the van is at V1 at 600, leaves at 660, is at V3 at 1,860."""
    county = problem([shipment("L", "V1", "V3")])
    answer = asked(county, plan(county), "L", before_s=1_860)
    assert answer.best is not None
    late = asked(county, plan(county), "L", before_s=1_859)
    assert late.best is None
    assert late.blockers == (), "no rule but the question itself stands against it"
