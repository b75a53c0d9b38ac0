"""What vehicles were worth to a plan across tiers: what the best day found without each of them costs more.

Ways, rides and the moments of handing over stay as they are, so that only trips are planned again; a day that
retimes its stations too might miss the vehicle less.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.cost import plan_cost
from optimizer.plan import Plan
from optimizer.tiers.check import check_tiers
from optimizer.tiers.legs import Leg, Legs, leg_locks
from optimizer.tiers.model import DIRECT, leg_id
from optimizer.tiers.plan import settle
from optimizer.tiers.reasons import held
from optimizer.worth import STEPS, Worth, worths

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from optimizer.model import Shipment
    from optimizer.tiers.model import TieredPlan, Tiers


def tiered_worths(
    tiers: Tiers, plan: TieredPlan, vehicle_types: Collection[str], *, steps: int = STEPS, seed: int = 0
) -> tuple[Worth, ...]:
    """Return the worth of every vehicle of these types that is on the road in a refereed plan, in its order.

    ``Worth.without`` names legs on its trips and whole shipments as unserved. One search each, as
    ``optimizer.worth``; the same steps and seed give the same answer.
    """
    legs = held_legs(tiers, plan)
    trips = Plan(routes=plan.plan.routes, unserved=tuple(u for u in plan.plan.unserved if _is_loose(legs, u.shipment)))
    trips = replace(trips, cost=plan_cost(legs.problem, trips))
    found = worths(legs.problem, trips, vehicle_types, steps=steps, seed=seed)
    return tuple(_of_whole(legs, plan, each) for each in found)


def held_legs(tiers: Tiers, plan: TieredPlan) -> Legs:
    """Return the legs of a plan with each held to its own handover in place of a clock; O(shipments + visits).

    ``settle`` turns the plan's own trips back into the plan. Penalties and handling are shared out as ``expand``
    does. Goods left behind that would go direct are part of the problem, others that are left are refused.
    """
    known = tiers.problem.shipment_of
    left = {u.shipment: u for u in plan.plan.unserved}
    loose = [known[i] for i in left if tiers.way(known[i], plan.choice) == DIRECT]
    problem = held(tiers, plan, loose)
    parts = dict(_parts(tiers, plan))
    by_road = {s.id for s in problem.shipments}
    refused = tuple(u for i, u in left.items() if i not in by_road)
    locks = leg_locks(tiers, {part.shipment: part.wave[1] for part in parts.values()}, {u.shipment: u for u in refused})
    goods = tuple(_priced(s, parts.get(s.id), by_road) for s in problem.shipments)
    return Legs(
        tiers=tiers,
        choice=plan.choice,
        clocks={},
        problem=replace(problem, shipments=goods, locks=tuple(locks)),
        parts={leg: part for leg, part in parts.items() if leg in by_road},
        refused=refused,
        rides=plan.rides,
        exceptions=plan.exceptions,
    )


def _parts(tiers: Tiers, plan: TieredPlan) -> Iterator[tuple[str, Leg]]:
    """Yield both legs of everything that is handed over."""
    for h in plan.handovers:
        direction = tiers.direction(tiers.problem.shipment_of[h.shipment])
        for index in (1, 2):
            yield leg_id(h.shipment, index), Leg(shipment=h.shipment, index=index, wave=(h.station, direction, 0))


def _priced(s: Shipment, part: Leg | None, by_road: Collection[str]) -> Shipment:
    """Return a leg that bears half of the penalty, and no handling where the other one does."""
    if part is None or leg_id(part.shipment, 3 - part.index) not in by_road:
        return s
    half_fen = s.penalty_fen // 2
    if part.index == 1:
        return replace(s, penalty_fen=half_fen)
    return replace(s, penalty_fen=s.penalty_fen - half_fen, handling_fen=0)


def _is_loose(legs: Legs, shipment: str) -> bool:
    return shipment in legs.problem.shipment_of


def _of_whole(legs: Legs, plan: TieredPlan, found: Worth) -> Worth:
    """Return a worth of legs as one of whole shipments.

    Should stations or freshness not bear the day that was found, it is the plan's own with the vehicle taken out.
    """
    without = settle(legs, found.without)
    if check_tiers(legs.tiers, without):
        others = [r for r in plan.plan.routes if (r.vehicle_type, r.number) != (found.vehicle_type, found.number)]
        without = settle(legs, Plan(routes=tuple(others)))
    before = {u.shipment for u in plan.plan.unserved}
    return replace(
        found,
        fen=without.plan.cost.total_fen - plan.plan.cost.total_fen,
        unserved=tuple(u.shipment for u in without.plan.unserved if u.shipment not in before),
        without=without.plan,
    )
