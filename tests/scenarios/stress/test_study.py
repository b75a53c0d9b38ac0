"""A stress test of a small county on one straight road, where a hand can follow it.

H ---- V1 ---- V2 ---- V3        10 km and 15 min a step; the road is its own bridge at every step
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.check import check
from optimizer.model import TimeWindow
from optimizer.stress.script import script_of
from optimizer.tiers.model import TieredPlan
from scenarios.errors import InvalidInput
from scenarios.stress.buffers import AS_IT_IS, Buffer, Slack, cheapest, frontier, slack_problem, stressed
from scenarios.stress.draws import deadlines_of, disturbance_of, leg_spreads
from scenarios.stress.noise import PLACEHOLDERS, QUIET
from scenarios.stress.roads import closed_roads
from scenarios.stress.study import Question, study
from tests.api.tiered import tiered_county, tiered_plan
from tests.helpers import HOUR_S, Call, plan, route, run
from tests.scenarios.small_county import county, order, place, scenario, van

if TYPE_CHECKING:
    from optimizer.stress.script import Script
    from scenarios.build import County


def _day(**changes: Any) -> County:
    """Return three villages with a piece each from one brand, ready at 08:00, and one up from V3 due at 16:30."""
    orders = (
        *(order(f"o{k}", "H", f"V{k}", brand="中通", pieces=1) for k in (1, 2, 3)),
        order("u3", "V3", "H", pieces=1),
    )
    return county(scenario(orders=orders, **changes))


def _along(made: County) -> Script:
    """Return the one trip H, V1, V2, V3 and back, loaded at 08:00."""
    goods = {s.destination if s.origin == "H" else s.origin + "+": s.id for s in made.problem.shipments}
    calls = [Call(f"V{k}", (goods[f"V{k}"],), (goods["V3+"],) if k == 3 else ()) for k in (1, 2, 3)]
    return script_of(made.problem, plan(made.problem, route(run(made.problem, *calls, load_start_s=8 * HOUR_S))))


def test_a_quiet_day_is_on_time_and_costs_what_the_plan_does() -> None:
    """No noise, one day: every piece as announced."""
    made = _day()
    trip = _along(made)
    assert not check(made.problem, trip.plan)
    found = stressed(made, trip, QUIET, days=1, seed=0)
    assert found.on_time == 1
    assert found.cost_fen[0] == pytest.approx(trip.plan.cost.operating_fen, abs=1)
    assert [s.handed.p50_s for s in found.shipments] == [s.handed.planned_s for s in found.shipments]


def test_chance_is_keyed_by_what_it_happens_to() -> None:
    """Another plan meets the same leg, brand and breakdown; another seed does not."""
    made = _day()
    whole = disturbance_of(made, _along(made), PLACEHOLDERS, days=50, seed=3)
    goods = next(s.id for s in made.problem.shipments if s.destination == "V1")
    trip = run(made.problem, Call("V1", (goods,)), load_start_s=8 * HOUR_S)
    short = script_of(made.problem, plan(made.problem, route(trip)))
    part, other = (disturbance_of(made, short, PLACEHOLDERS, days=50, seed=seed) for seed in (3, 4))
    key = ("van", "H", "V1")
    assert np.array_equal(part.legs[key], whole.legs[key])
    assert not np.array_equal(part.legs[key], other.legs[key])
    assert np.array_equal(part.late_s[goods], whole.late_s[goods])
    assert np.array_equal(part.breakdowns["van#1"].share, whole.breakdowns["van#1"].share)


def test_goods_of_one_brand_and_hour_are_late_together() -> None:
    """Three down shipments of one brand share their delay, its mean is near 10 min; up goods have none."""
    made = _day()
    late = disturbance_of(made, _along(made), PLACEHOLDERS, days=4_000, seed=0).late_s
    first, *others = late.values()
    assert len(late) == 3
    assert all(each is first for each in others)
    assert first.mean() == pytest.approx(600, rel=0.1)


def test_a_leg_has_the_spread_of_its_roads() -> None:
    """All roads are of class X here."""
    made = _day()
    assert list(leg_spreads(made, _along(made).plan, PLACEHOLDERS).values()) == pytest.approx([PLACEHOLDERS.x] * 4)


def test_a_spare_vehicle_shortens_what_a_breakdown_costs() -> None:
    """120 min without, 60 with; a spare that takes longer than the repair helps nobody."""
    made = _day()
    slow = replace(PLACEHOLDERS, spare_after_min=200.0)
    stops = [
        disturbance_of(made, _along(made), noise, days=2, seed=0, has_spare=has_spare).stopped_s
        for noise, has_spare in ((PLACEHOLDERS, False), (PLACEHOLDERS, True), (slow, True))
    ]
    assert stops == [7_200, 3_600, 7_200]


def test_the_deadline_is_the_promise_or_what_the_plan_announces() -> None:
    """V1 at 08:15 has until the promise at 08:20 only where that is later than 08:15 and the tolerance."""
    made = _day()
    policy = replace(made.scenario.policy, promise_s=8 * HOUR_S + 20 * 60)
    made = replace(made, scenario=replace(made.scenario, policy=policy))
    trip = _along(made)
    by_place = {v.place: v.deliver[0] for v in trip.plan.routes[0].trips[0].visits}
    starts = {v.place: v.start_s for v in trip.plan.routes[0].trips[0].visits}
    found = deadlines_of(made, trip, replace(PLACEHOLDERS, tolerance_min=2.0))
    assert found[by_place["V1"]] == policy.promise_s
    assert found[by_place["V2"]] == starts["V2"] + 120
    assert set(found) == set(by_place.values())


def test_every_step_of_a_straight_road_cuts_off_what_lies_behind() -> None:
    """V3 has a piece each way: closing H-V1 cuts off 4 pieces, V1-V2 3, V2-V3 2."""
    made = _day()
    found = closed_roads(made, _along(made), {})
    assert [(road.edges, road.isolated, road.isolated_pieces) for road in found] == [
        ((0,), ("V1", "V2", "V3"), 4),
        ((1,), ("V2", "V3"), 3),
        ((2,), ("V3",), 2),
    ]
    assert [road.like for road in found] == [0, 0, 0]


def test_slack_makes_driving_longer_and_deadlines_earlier() -> None:
    """900 s become 990; due at 16:30 becomes 16:10; a shop closing at noon is left by 11:40."""
    windows = (TimeWindow(early_s=8 * HOUR_S, late_s=12 * HOUR_S),)
    made = _day(places=(place(0), place(1, windows=windows), place(2), place(3)))
    slower = slack_problem(made.problem, Slack(more_percent=10))
    assert slower.matrices["van"].duration_s[0].tolist() == [0, 990, 1_980, 2_970]
    sooner = slack_problem(made.problem, Slack(reserve_min=20))
    assert sooner.place("V1").windows == (TimeWindow(early_s=8 * HOUR_S, late_s=11 * HOUR_S + 2_400),)
    (before,) = (s.due_s for s in made.problem.shipments if s.destination == "H")
    (after,) = (s.due_s for s in sooner.shipments if s.destination == "H")
    assert before - after == 1_200


def _buffer(cost_fen: float, on_time: float, *, has_spare: bool = True) -> Buffer:
    outcome = stressed(made := _day(), _along(made), QUIET, days=1, seed=0)
    return Buffer(
        slack=AS_IT_IS,
        earlier_min=0,
        has_spare=has_spare,
        on_time=on_time,
        half_width=0,
        cost_fen=cost_fen,
        breaks_hours=outcome.breaks_hours,
        trunk_missed_pieces=0,
        unserved=0,
    )


def test_the_cheapest_that_reaches_what_is_wanted_is_named_or_none() -> None:
    """Of 100 at 80 %, 120 at 90 % and 130 at 85 % the last is beaten; 95 % is reached by none."""
    buffers = (_buffer(130, 0.85), _buffer(100, 0.8), _buffer(120, 0.9))
    assert [b.cost_fen for b in frontier(buffers)] == [100, 120]
    best = cheapest(buffers, 0.85)
    assert best is not None
    assert best.cost_fen == 120
    assert cheapest(buffers, 0.95) is None


def test_a_study_has_all_its_parts_and_ends_early_when_asked() -> None:
    """Six slacks of six ways each; ended at once, what is left are the ways of the plan as it is."""
    made = _day()

    def again(slack: County) -> TieredPlan:
        return TieredPlan(choice={}, plan=_along(slack).plan)

    asked = Question(noise=PLACEHOLDERS, days=20, seed=1)
    found = study(made, again(made), asked, plan_again=again)
    assert found.is_whole
    assert len(found.buffers) == 36
    assert sum(b.is_none for b in found.buffers) == 1
    assert len({b.name for b in found.buffers}) == 36
    ended = study(made, again(made), asked, plan_again=again, is_ended=lambda: True)
    assert not ended.is_whole
    assert len(ended.buffers) == 6
    assert ended.outcome.on_time == found.outcome.on_time


def test_a_plan_that_was_cut_short_is_no_buffer() -> None:
    """The second plan is interrupted: the plan as it is and the first slack are left, six ways of each."""
    made, asked = _day(), 0

    def again(slack: County) -> TieredPlan:
        nonlocal asked
        asked += 1
        return TieredPlan(choice={}, plan=_along(slack).plan)

    first = TieredPlan(choice={}, plan=_along(made).plan)
    found = study(made, first, Question(days=2), plan_again=again, is_ended=lambda: asked > 1)
    assert len(found.buffers) == 12
    assert not found.is_whole


def test_a_plan_that_drives_nothing_is_refused() -> None:
    """There is nothing to be late."""
    made = _day(fleet=(van(),))
    nothing = TieredPlan(choice={}, plan=plan(made.problem))
    with pytest.raises(InvalidInput, match=r"^E531 "):
        study(made, nothing, Question(days=2), plan_again=lambda _: nothing)


def test_a_day_with_a_station_and_a_bus_is_stressed_as_a_whole() -> None:
    """Every shipment once, legs never; on a quiet day all that the plan carries is on time."""
    bare, tiers = tiered_county()
    made, plan_ = replace(bare, tiers=tiers), tiered_plan()
    found = study(made, plan_, Question(days=20), plan_again=lambda _: plan_, cache=None)
    left = {u.shipment for u in plan_.plan.unserved}
    assert sorted(s.shipment.id for s in found.outcome.shipments) == sorted(
        s.id for s in tiers.problem.shipments if s.id not in left
    )
    assert found.quiet.on_time == 1
    assert found.quiet.cost_fen[0] == pytest.approx(plan_.plan.cost.operating_fen, abs=2)
    assert [b.on_time for b in found.buffers[:6]] == [b.on_time for b in found.buffers[6:12]]
