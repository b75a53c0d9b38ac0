"""What may ride together on one trip: access, sizes, order of handling, goods that must not meet.

The quick test for searchers: plain integers for vehicles of one compartment,
``optimizer.stow`` for the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.stow import stow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import VehicleType
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft, VisitDraft


def loaded(problem: Problem, kind: VehicleType, draft: TripDraft) -> TripDraft | None:
    """Return ``draft`` with its stowage, or None when its goods cannot ride on one trip of ``kind``.

    O(visits x load dimensions) with one compartment.
    """
    if not draft.visits or not _may_call(problem, kind, draft) or not _in_order(kind, draft):
        return None
    if len(kind.compartments) > 1:
        stowage = stow(problem, kind, draft.visits)
        return None if stowage is None else replace(draft, stowage=stowage)
    if not _fits(problem, kind, draft.visits) or not _may_meet(problem, kind, draft):
        return None
    return draft if not draft.stowage else replace(draft, stowage=())


def _may_call(problem: Problem, kind: VehicleType, draft: TripDraft) -> bool:
    for visit in draft.visits:
        allowed = problem.place(visit.place).vehicle_types
        if allowed is not None and kind.id not in allowed:
            return False
    return True


def _in_order(kind: VehicleType, draft: TripDraft) -> bool:
    """Deliveries first where the vehicle asks for it; one visit may do both."""
    if not kind.deliveries_first:
        return True
    last = max((i for i, v in enumerate(draft.visits) if v.deliver), default=0)
    return not any(v.collect for v in draft.visits[:last])


def _fits(problem: Problem, kind: VehicleType, visits: Sequence[VisitDraft]) -> bool:
    """Tell whether the only compartment holds what is on board on every leg."""
    shipment_of, box = problem.shipment_of, kind.compartments[0]
    collected = {i for v in visits for i in v.collect}
    for d, room in enumerate(box.capacity):
        load = sum(shipment_of[i].load[d] for v in visits for i in v.deliver if i not in collected)
        if load > room:
            return False
        for v in visits:
            for i in v.deliver:
                load -= shipment_of[i].load[d]
            for i in v.collect:
                load += shipment_of[i].load[d]
            if load > room:
                return False
    return True


def _may_meet(problem: Problem, kind: VehicleType, draft: TripDraft) -> bool:
    """Tell whether the only compartment may hold all of it, and none of it must be kept apart."""
    allowed = kind.compartments[0].commodities
    if allowed is None and not problem.conflicts:
        return True
    shipment_of = problem.shipment_of
    goods = {shipment_of[i].commodity for i in draft.shipments}
    if allowed is not None and not goods <= allowed:
        return False
    return not any({c.first, c.second} <= goods and c.first != c.second for c in problem.conflicts)
