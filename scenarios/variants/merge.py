"""Plans of parts of a day put together, as one plan that is measured and not driven.

Parts know nothing of each other: a vehicle, a departure or a station that two of them use is used by both, so the
whole may hold more than there is room for. What each part pays, it pays.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from optimizer.plan import Cost, Plan
from optimizer.tiers.model import DIRECT, TieredPlan, Tiers
from optimizer.tiers.plan import whole_shipment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.plan import Route
    from optimizer.tiers.model import Way

WAYS = ("direct", "station", "line")
"""Kinds of ways: past all stations by vehicle, through a station by vehicle, and wherever a departure takes a leg."""


def merged(tiers: Tiers, plans: Sequence[TieredPlan]) -> TieredPlan:
    """Return plans of parts as one over the ``tiers`` of the whole day. O(shipments + routes).

    Vehicles are numbered on, so that none is counted as another's. A place goes the way of the first part that
    chooses one for it; goods of parts that send it another way are exceptions.
    """
    choice: dict[str, Way] = {}
    for plan in plans:
        choice = {**plan.choice, **choice}
    exceptions: dict[str, Way] = {}
    for plan in plans:
        exceptions |= dict(_exceptions(tiers, plan, choice))
    return TieredPlan(
        choice=choice,
        plan=_together([plan.plan for plan in plans]),
        handovers=tuple(handover for plan in plans for handover in plan.handovers),
        exceptions=exceptions,
        rides=tuple(ride for plan in plans for ride in plan.rides),
    )


def told(tiers: Tiers, plan: TieredPlan) -> frozenset[str]:
    """Return the whole shipments that a plan carries or leaves.

    Raises ``KeyError`` for one that the day does not have.
    """
    legs = {i for _, trip in plan.plan.trips() for i in trip.shipments} | {ride.shipment for ride in plan.rides}
    left = {u.shipment for u in plan.plan.unserved}
    return frozenset(whole_shipment(tiers, i).id for i in legs | left)


def pieces_by_way(tiers: Tiers, plan: TieredPlan) -> dict[str, int]:
    """Return the carried pieces of every kind of way."""
    pieces = dict.fromkeys(WAYS, 0)
    left = {u.shipment for u in plan.plan.unserved}
    for s in tiers.problem.shipments:
        if s.id not in left:
            way = tiers.way(s, plan.choice, plan.exceptions)
            pieces["line" if way.is_lined else "station" if way.station else "direct"] += s.pieces
    return pieces


def _exceptions(tiers: Tiers, plan: TieredPlan, choice: dict[str, Way]) -> Iterator[tuple[str, Way]]:
    """Yield the goods of one part that do not go as ``choice`` says for their place."""
    for i in sorted(told(tiers, plan)):
        far = tiers.far_end(tiers.problem.shipment_of[i])
        if far is None:
            continue
        way = plan.exceptions.get(i, plan.choice.get(far, DIRECT))
        if way != choice.get(far, DIRECT):
            yield i, way


def _together(plans: Sequence[Plan]) -> Plan:
    numbers: dict[str, int] = {}
    routes: list[Route] = []
    for route in (route for plan in plans for route in plan.routes if route.trips):
        numbers[route.vehicle_type] = numbers.get(route.vehicle_type, 0) + 1
        routes.append(replace(route, number=numbers[route.vehicle_type]))
    costs = [asdict(plan.cost) for plan in plans]
    cost = Cost(**{name: sum(each[name] for each in costs) for name in asdict(Cost())})
    return Plan(routes=tuple(routes), unserved=tuple(u for plan in plans for u in plan.unserved), cost=cost)
