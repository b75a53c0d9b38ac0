"""Judges a plan across tiers for the rest of a day: the past and every trip, then ways, rides and handovers.

The ordinary referee with the past that nobody can change (``optimizer.replan.past``) looks at all legs by road, the
referee of tiers at what joins them. Goods that stay at a station, as nobody could take them on, are unserved though
their first leg is driven.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from optimizer.cost import plan_cost
from optimizer.fallback import UNEXPLAINED
from optimizer.plan import Cost, Unserved
from optimizer.replan.past import judge
from optimizer.replan.pinned import pin, remembering
from optimizer.tiers.beside import beside
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import leg_id
from optimizer.tiers.plan import driven, with_lines
from optimizer.tiers.restate import LEGS
from optimizer.tiers.violations import HandoverViolation
from optimizer.violations import Violation

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.replan.past import Lapse
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Situation
    from optimizer.tiers.model import TieredPlan, Tiers


@dataclass(frozen=True, kw_only=True)
class TieredPast:
    """A day across tiers that has gone wrong: the county before and after, the old plan, and how far it had come."""

    before: Tiers
    after: Tiers
    plan: TieredPlan
    situation: Situation

    def judge(self, plan: TieredPlan) -> tuple[Violation | HandoverViolation | Lapse, ...]:
        """Return everything wrong with a plan of the whole day; () accepts it. O(visits), one look of each referee."""
        legs = self._legs(plan)
        pinned = pin(driven(self.before, self.plan), legs, self.plan.plan, self.situation)
        carried = {i for _, trip in plan.plan.trips() for i in trip.shipments}
        left = tuple(Unserved(shipment=s.id, reason=UNEXPLAINED) for s in legs.shipments if s.id not in carried)
        whole = replace(plan.plan, unserved=left)
        of_trips = judge(pinned, replace(whole, cost=self._cost_of_trips(pinned, whole)))
        return (*of_trips, *self._stated(pinned, plan, whole), *self.joints(plan))

    def remembered(self) -> Situation:
        """Return the situation for who goes on from a later plan, see ``optimizer.replan.pinned.remembering``."""
        legs = replace(driven(self.before, self.plan), matrices=self.after.problem.matrices)
        return remembering(legs, self.plan.plan, self.situation)

    def joints(self, plan: TieredPlan) -> tuple[HandoverViolation, ...]:
        """Return what the referee of tiers has against ways, rides and handovers."""
        stuck = {leg_id(u.shipment, index) for u in plan.plan.unserved for index in LEGS}
        seen = replace(plan, rides=tuple(r for r in plan.rides if r.shipment not in stuck))
        return tuple(v for v in check_tiers(self.after, seen) if isinstance(v, HandoverViolation))

    def _legs(self, plan: TieredPlan) -> Problem:
        """Return the legs without any handover, with those driven of goods that stay at their station."""
        legs = beside(self.after, plan, {})
        moved = {i for _, trip in plan.plan.trips() for i in trip.shipments}
        stays = driven(self.before, self.plan).shipment_of
        left = {u.shipment for u in plan.plan.unserved}
        stuck = [leg_id(i, index) for i in sorted(left) for index in LEGS if leg_id(i, index) in moved]
        return replace(legs, shipments=(*legs.shipments, *(stays[i] for i in stuck if i in stays)))

    def _stated(self, pinned: Pinned, plan: TieredPlan, whole: Plan) -> tuple[Violation, ...]:
        """Return where the stated cost is not that of trips, rides and whole penalties."""
        known = self.after.problem.shipment_of
        penalty_fen = sum(known[u.shipment].penalty_fen for u in plan.plan.unserved if u.shipment in known)
        of_trips = replace(self._cost_of_trips(pinned, whole), penalty_fen=0)
        right = replace(with_lines(self.after, of_trips, plan.rides), penalty_fen=penalty_fen)
        pairs = ((f.name, getattr(plan.plan.cost, f.name), getattr(right, f.name)) for f in fields(Cost))
        return tuple(Violation(rule="cost", amount=a, limit=b, detail=name) for name, a, b in pairs if a != b)

    def _cost_of_trips(self, pinned: Pinned, plan: Plan) -> Cost:
        """Return what the trips cost by the roads as they were driven; of unknown goods or vehicles what is stated."""
        inner = {true: name for name, true in pinned.unit_of.items()}
        units = [inner.get((r.vehicle_type, r.number), ("", 0)) for r in plan.routes]
        goods = {i for _, trip in plan.trips() for i in trip.shipments}
        if ("", 0) in units or not goods <= set(pinned.judged.shipment_of):
            return plan.cost
        routes = (
            replace(r, vehicle_type=kind, number=number) for r, (kind, number) in zip(plan.routes, units, strict=True)
        )
        return plan_cost(pinned.judged, replace(plan, routes=tuple(routes)))
