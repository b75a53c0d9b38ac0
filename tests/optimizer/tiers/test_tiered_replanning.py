"""A day across tiers goes on after events: what is done stays, whoever takes goods on waits for them, all is judged.

D-V1 and D-V2 through S for 24,652 fen: the van loads at 06:00, is at S at 07:00 and back at 08:00; the wheeler leaves S
at 09:10, is at V1 at 09:20, at V2 at 09:31 and back at 09:52.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.model import TimeWindow
from optimizer.replan import Breakdown, Situation, Weights, begun_shipments
from optimizer.stop import Stop
from optimizer.tiers.model import DIRECT, Way
from optimizer.tiers.past import TieredPast
from optimizer.tiers.plan import movements
from optimizer.tiers.replanning import replan_tiers
from optimizer.tiers.rest import as_one_tier
from tests.helpers import HOUR_S, with_shipment, with_vehicle
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, back, bus, clocks, fleet, home, planned, tiers, to

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.plan import Route
    from optimizer.problem import Problem
    from optimizer.replan import Option
    from optimizer.tiers.model import TieredPlan, Tiers
    from optimizer.tiers.replanning import TieredReplanned

LINE = Way(last="line")
MODES = {**dict.fromkeys(BEHIND, frozenset({DIRECT, S})), "V3": frozenset({LINE})}
COST_FEN = 24_652


@lru_cache(maxsize=1)
def day() -> tuple[Tiers, TieredPlan]:
    """Return the county, with a bus at 08:00 by which alone goods come to V3, and the plan."""
    county = tiers([to("V1"), to("V2")], departures=[bus("B1", 8)], modes=MODES)
    plan = planned(county, {**dict.fromkeys(BEHIND, S), "V3": LINE}, clocks())
    assert_clean(county, plan)
    assert plan.plan.cost.total_fen == COST_FEN
    loads = [(r.vehicle_type, t.load_start_s) for r, t in plan.plan.trips()]
    assert loads == [("van", 6 * HOUR_S), ("wheeler", 9 * HOUR_S + 600)]
    return county, plan


def past(now_s: int, *goods: Shipment, problem: Problem | None = None, **situation: Any) -> TieredPast:
    """Return the day at an hour, with some goods more or with another problem."""
    county, plan = day()
    after = problem or county.problem
    after = replace(after, shipments=(*after.shipments, *goods))
    whole = Situation(now_s=now_s, **situation)
    return TieredPast(before=county, after=replace(county, problem=after), plan=plan, situation=whole)


def broken(now_s: int, kind: str, recovery_s: int = 600) -> TieredPast:
    """Return the day on which the first vehicle of a type has just broken down."""
    _, plan = day()
    (number,) = {r.number for r in plan.plan.routes if r.vehicle_type == kind}
    breakdown = Breakdown(vehicle_type=kind, number=number, at_s=now_s)
    return past(now_s, breakdowns=(breakdown,), recovery_s=recovery_s)


def gone_on(situation: TieredPast, **options: Any) -> TieredReplanned:
    """Replan with one round a level; each answer is accepted, and they are ordered as they should be."""
    found = replan_tiers(situation, weights=Weights(), stop=Stop(iterations=1), **options)
    for option in found.answers.options:
        wrong = situation.judge(found.plans[option.name])
        assert not wrong, "\n".join(each.render("en") for each in wrong)
        assert found.plans[option.name].plan == option.plan
    smallest, balanced, cheapest = found.answers.options
    assert smallest.disturbance_fen <= min(balanced.disturbance_fen, cheapest.disturbance_fen)
    assert balanced.balance_fen <= min(smallest.balance_fen, cheapest.balance_fen)
    assert cheapest.plan.cost.total_fen <= min(smallest.plan.cost.total_fen, balanced.plan.cost.total_fen)
    return found


def named(option: Option, kind: str) -> set[str]:
    return {change.shipment for change in option.changes.items if change.kind == kind}


def test_where_nothing_has_happened_nothing_changes() -> None:
    """At 07:30 the goods wait at S; the smallest change is none, at no cost."""
    smallest = gone_on(past(7 * HOUR_S + 1_800)).answers.options[0]
    assert (smallest.changes.items, smallest.plan.cost.total_fen) == ((), COST_FEN)


def test_goods_of_a_van_that_breaks_down_come_later_and_the_wheeler_still_meets_them() -> None:
    """Broken 30 min out, back 30 min later, loaded again 10 min after that: 07:10, so at S at 08:10.

    Handled by 08:20, before the wheeler leaves: in the villages nothing changes.
    """
    found = gone_on(broken(6 * HOUR_S + 1_800, "van"))
    smallest = found.answers.options[0]
    assert named(smallest, "vehicle") == {"D-V1/1", "D-V2/1"}
    assert not named(smallest, "shift") & {"D-V1", "D-V2"}
    moved = movements(found.plans["smallest"])
    assert moved["D-V1/1"].loaded_s >= 7 * HOUR_S + 600
    assert smallest.plan.cost.total_fen == COST_FEN


def test_the_next_replan_knows_when_goods_of_a_broken_van_can_be_loaded_again() -> None:
    """As above 07:10, for whoever goes on at 06:40 and frees no goods before.

    Past bug: the plan that had them on another van told nothing of the first one, and they were ready at 06:40.
    """
    first = broken(6 * HOUR_S + 1_800, "van")
    told, back_s = first.remembered(), 7 * HOUR_S + 600
    assert told.back_s == dict.fromkeys(("D-V1/1", "D-V2/1"), back_s)
    plan = gone_on(first).plans["cheapest"]
    told = replace(told, now_s=6 * HOUR_S + 2_400, recovery_s=0)
    second = TieredPast(before=first.after, after=first.after, plan=plan, situation=told)
    for again in gone_on(second).plans.values():
        moved = movements(again)
        assert min(moved[leg].loaded_s for leg in told.back_s) >= back_s


def test_the_wheeler_waits_for_goods_that_come_after_it_should_have_left() -> None:
    """D-V1 is ready at 10:00: at S at 11:00, handled at 11:10, where the wheeler was to leave at 09:10."""
    county, _ = day()
    late = with_shipment(county.problem, "D-V1", ready_s=10 * HOUR_S)
    found = gone_on(past(5 * HOUR_S, problem=late))
    for plan in found.plans.values():
        moved = movements(plan)
        assert not plan.plan.unserved
        if "D-V1/2" in moved:
            assert moved["D-V1/1"].loaded_s >= 10 * HOUR_S
            assert moved["D-V1/2"].loaded_s >= 11 * HOUR_S + 600


def test_what_a_broken_wheeler_still_had_is_fetched_at_the_station_by_a_van() -> None:
    """It breaks down at 09:25 behind V1 and is back at S at 09:35; D-V2 can be loaded there again at 09:45."""
    found = gone_on(broken(9 * HOUR_S + 1_500, "wheeler"))
    for plan in found.plans.values():
        moved = movements(plan)
        assert moved["D-V1/2"].vehicle.startswith("wheeler")
        assert moved["D-V2/2"].vehicle.startswith("van")
        assert moved["D-V2/2"].origin == "S"
        assert moved["D-V2/2"].loaded_s >= 9 * HOUR_S + 2_700


def test_goods_that_nobody_can_take_on_stay_at_the_station_and_cost_their_penalty_once() -> None:
    """As before, but vans end their day at 09:00: D-V2 is left with both its drives so far paid for."""
    county, plan = day()
    short = replace(county, problem=with_vehicle(county.problem, "van", shift=TimeWindow(early_s=0, late_s=9 * HOUR_S)))
    now = broken(9 * HOUR_S + 1_500, "wheeler")
    stuck = TieredPast(before=short, after=short, plan=plan, situation=now.situation)
    for left in gone_on(stuck).plans.values():
        assert [(u.shipment, u.reason) for u in left.plan.unserved] == [("D-V2", "U198")]
        assert left.plan.cost.penalty_fen == 1_000_000
        assert "D-V2/1" in movements(left)
        assert [h.shipment for h in left.handovers] == ["D-V1"]


def test_new_goods_for_a_village_with_a_bus_ride_it_and_nothing_else_changes() -> None:
    """At 07:30 the bus of 08:00 is still to come; one piece for 100 fen."""
    found = gone_on(past(7 * HOUR_S + 1_800, to("V3")))
    for plan in found.plans.values():
        assert [(r.shipment, r.departure) for r in plan.rides] == [("D-V3", "B1")]
    assert found.answers.options[0].plan.cost.total_fen == COST_FEN + 100
    assert [change.kind for change in found.answers.options[0].changes.items] == ["added"]


def test_new_goods_that_have_missed_their_bus_are_left_with_the_reason() -> None:
    """At 08:30 no departure is in time any more: U203."""
    for plan in gone_on(past(8 * HOUR_S + 1_800, to("V3"))).plans.values():
        assert [(u.shipment, u.reason) for u in plan.plan.unserved] == [("D-V3", "U203")]


def test_new_goods_go_through_the_station_or_direct_whichever_is_better() -> None:
    """One more for V2 at 05:00 rides along to S and on: no drive and no visit is longer, as nothing takes time."""
    found = gone_on(past(5 * HOUR_S, to("V2", "N-V2")))
    assert found.plans["cheapest"].plan.cost.total_fen == COST_FEN
    assert {"N-V2/1", "N-V2/2"} <= set(movements(found.plans["cheapest"]))


def test_a_cancelled_order_takes_its_visit_with_it() -> None:
    """Without D-V1 the wheeler does not stop at V1: 60 s less, 6 fen."""
    county, _ = day()
    less = replace(county.problem, shipments=tuple(s for s in county.problem.shipments if s.id != "D-V1"))
    found = gone_on(past(5 * HOUR_S, problem=less))
    assert found.answers.options[0].plan.cost.total_fen == COST_FEN - 6
    assert named(found.answers.options[0], "cancelled") >= {"D-V1"}


def test_the_judge_names_what_is_wrong_and_nothing_else() -> None:
    """The old plan at 09:25 with one thing changed: its cost, a handover, a trip that has begun."""
    now, (_, plan) = past(9 * HOUR_S + 1_500), day()
    assert now.judge(plan) == ()
    dearer = replace(plan.plan, cost=replace(plan.plan.cost, fixed_fen=plan.plan.cost.fixed_fen + 1))
    assert [v.rule for v in now.judge(replace(plan, plan=dearer)) if hasattr(v, "rule")] == ["cost"]
    fewer = replace(plan, handovers=plan.handovers[1:])
    assert [v.rule for v in now.judge(fewer) if hasattr(v, "rule")] == ["handover_count"]
    moved = tuple(_later(r) if r.vehicle_type == "wheeler" else r for r in plan.plan.routes)
    wrong = now.judge(replace(plan, plan=replace(plan.plan, routes=moved)))
    assert "past_trip" in {getattr(v, "name", "") for v in wrong}


def _later(route: Route) -> Route:
    """Return a day a minute later."""
    trips = []
    for trip in route.trips:
        visits = tuple(
            replace(v, **{name: getattr(v, name) + 60 for name in ("arrive_s", "start_s", "end_s", "depart_s")})
            for v in trip.visits
        )
        moments = {name: getattr(trip, name) + 60 for name in ("load_start_s", "depart_s", "return_s")}
        trips.append(replace(trip, visits=visits, **moments))
    return replace(route, trips=tuple(trips))


@pytest.mark.parametrize("seed", range(5))
def test_every_answer_of_a_random_day_is_accepted_by_both_referees(seed: int) -> None:
    """Goods both ways, by every way; one vehicle breaks down, one shipment is late, one is new."""
    rng = np.random.default_rng(seed)
    ways = frozenset({DIRECT, S, LINE, Way("S", "line"), Way("S", last="line")})
    goods = [*(to(v, f"D{k}-{v}", load=5) for k, v in enumerate(rng.choice(BEHIND, 4))), back("V3", load=5), to("N1")]
    own = {"departures": [bus("B1", 8), home("R1", 15)], "modes": dict.fromkeys(BEHIND, ways)}
    county = tiers(goods, vehicle_types=fleet(), **own)
    plan = planned(county, dict.fromkeys(BEHIND, sorted(ways)[int(rng.integers(len(ways)))]), clocks())
    assert_clean(county, plan)
    now_s = int(rng.integers(5 * HOUR_S, 12 * HOUR_S))
    route = plan.plan.routes[int(rng.integers(len(plan.plan.routes)))]
    stops = (Breakdown(vehicle_type=route.vehicle_type, number=route.number, at_s=now_s),)
    begun = begun_shipments(as_one_tier(county, plan, is_whole=True), Situation(now_s=now_s, breakdowns=stops))
    fresh = [s for s in county.problem.shipments if s.id not in begun]
    late = {s.id: replace(s, ready_s=now_s + HOUR_S) for s in fresh[:1]}
    shipments = (*(late.get(s.id, s) for s in county.problem.shipments), to("V1", "NEW", load=5))
    after = replace(county, problem=replace(county.problem, shipments=shipments))
    situation = Situation(now_s=now_s, breakdowns=stops, recovery_s=1_800)
    gone_on(TieredPast(before=county, after=after, plan=plan, situation=situation))
