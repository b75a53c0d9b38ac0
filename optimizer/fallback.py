"""The answer of last resort: a plan that serves nothing and breaks no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.plan import Cost, Plan, Unserved

if TYPE_CHECKING:
    from optimizer.problem import Problem

UNEXPLAINED = "U100"
"""Reason of what is left behind, until ``optimizer.explain`` finds the true one."""


def unserved_plan(problem: Problem) -> Plan:
    """Return the plan in which every vehicle stays at home and every penalty is paid."""
    return Plan(
        unserved=tuple(Unserved(shipment=s.id, reason=UNEXPLAINED) for s in problem.shipments),
        cost=Cost(penalty_fen=sum(s.penalty_fen for s in problem.shipments)),
    )
