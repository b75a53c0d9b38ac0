"""Why a plan across tiers leaves goods unserved, and the cheapest remedy, beside trips and handovers as they are.

Goods that go direct are studied as on an ordinary day (``optimizer.explain``), with every leg of other goods held
to its handover. What a station or a line has refused keeps that reason; for it a direct trip is tried.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.cost import plan_cost
from optimizer.explain.insertion import insert_best
from optimizer.explain.study import MOST_WORK, explain
from optimizer.tier_reasons import TIER_REASONS
from optimizer.tiers.model import DIRECT, leg_id
from optimizer.tiers.plan import movements, whole_shipment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.model import Shipment
    from optimizer.plan import Plan, Unserved
    from optimizer.problem import Problem
    from optimizer.tiers.model import TieredPlan, Tiers


def explain_tiers(tiers: Tiers, plan: TieredPlan, *, most_work: int = MOST_WORK) -> TieredPlan:
    """Return ``plan`` with reason, numbers and remedy of everything that it leaves unserved; all else is untouched.

    A remedy has been seen to work: the shipment went direct beside all other trips, with no handover later or
    sooner than it may be. ``most_work`` bounds the time as in ``optimizer.explain.explain``.
    """
    left = plan.plan.unserved
    if not left:
        return plan
    known = tiers.problem.shipment_of
    direct = [u for u in left if _is_direct(tiers, plan, u)]
    problem = held(tiers, plan, [known[u.shipment] for u in direct])
    done = {u.shipment: u for u in explain(problem, _stated(problem, plan.plan, direct), most_work=most_work).unserved}
    told = tuple(done.get(u.shipment) or _with_remedy(tiers, plan, u, most_work) for u in left)
    return replace(plan, plan=replace(plan.plan, unserved=told))


def _is_direct(tiers: Tiers, plan: TieredPlan, unserved: Unserved) -> bool:
    """Tell whether goods that were left would have gone direct: by their place's way, or as an exception to it."""
    s = tiers.problem.shipment_of[unserved.shipment]
    if tiers.way(s, plan.choice) == DIRECT:
        return True
    is_refused = unserved.reason in TIER_REASONS
    return not is_refused and DIRECT in tiers.ways(tiers.far_end(s) or "")


def held(tiers: Tiers, plan: TieredPlan, left: Iterable[Shipment]) -> Problem:
    """Return the problem of the plan's trips with each leg held to its handover, and some goods left behind.

    Fresh goods are held to their very moments, so that their time on board cannot grow.
    """
    handovers = {h.shipment: h for h in plan.handovers}
    goods = {s.id: s for s in left}
    moved, lined = movements(plan), {ride.shipment for ride in plan.rides}
    for leg, carried in moved.items():
        s = whole_shipment(tiers, leg)
        if leg in lined:
            continue
        if leg == s.id:
            goods[leg] = s
            continue
        h, loose = handovers[s.id], replace(s, id=leg, max_on_board_s=None)
        is_fresh = s.max_on_board_s is not None
        if leg == leg_id(s.id, 1):
            ready_s = carried.loaded_s if is_fresh else s.ready_s
            due_s = h.ready_s - tiers.station_of[h.station].handling_s
            ends = replace(loose, destination=h.station, delivery_windows=(), ready_s=ready_s, due_s=due_s)
        else:
            due_s = carried.handed_s if is_fresh else s.due_s
            ends = replace(loose, origin=h.station, pickup_windows=(), ready_s=h.ready_s, due_s=due_s)
        goods[leg] = ends
    return replace(tiers.problem, shipments=tuple(goods.values()), locks=())


def _stated(problem: Problem, plan: Plan, left: Iterable[Unserved]) -> Plan:
    whole = replace(plan, unserved=tuple(left))
    return replace(whole, cost=plan_cost(problem, whole))


def _with_remedy(tiers: Tiers, plan: TieredPlan, unserved: Unserved, most_work: int) -> Unserved:
    """Return what a station or a line refused, with a direct trip as the remedy where one is possible."""
    s = tiers.problem.shipment_of[unserved.shipment]
    problem = held(tiers, plan, [s])
    best = insert_best(problem, _stated(problem, plan.plan, [unserved]), s, most_work=most_work).best
    if best is None:
        return unserved
    return replace(unserved, remedy="R190", numbers={**unserved.numbers, "extra_fen": best.marginal_fen})
