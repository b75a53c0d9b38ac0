"""Whether a shipment could be carried on a trip of its own, and if not, which limits stand in the way.

For each vehicle type a problem is cut out that holds this shipment, this type and the
two or three places concerned. The smallest set of limits whose lifting gives a trip that the
referee accepts is the reason; the numbers are found by moving a limit just as far as
is needed, the referee judging each time.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.explain.limits import LIMITS
from optimizer.explain.obstacle import Obstacle, explained
from optimizer.explain.solo import cut_out, has_paths, solo_plan
from optimizer.plan import Unserved

if TYPE_CHECKING:
    from optimizer.explain.limits import Limit
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem

MOST_LIMITS = 2
"""Limits lifted at once; beyond that the data is to be doubted, not the limits."""


def why_not_alone(problem: Problem, shipment: Shipment) -> Unserved | None:
    """Return why no vehicle type can carry the shipment even on a trip of its own, or None if one can.

    At most one trip is scheduled and judged for each vehicle type and pair of limits.
    """
    reachable = [kind for kind in problem.vehicle_types if has_paths(problem, kind, shipment)]
    if not reachable:
        return _unreachable(problem, shipment)

    obstacles = []
    for kind in reachable:
        cut = cut_out(problem, kind, shipment)
        obstacle = _obstacle(cut)
        if obstacle is not None and not obstacle.limits:
            return None
        if obstacle is not None:
            obstacles.append(obstacle)
    if not obstacles:
        types = ", ".join(kind.id for kind in reachable)
        return Unserved(shipment=shipment.id, reason="U141", numbers={"types": types})

    least = min(o.rank for o in obstacles)
    return min((explained(o) for o in obstacles if o.rank == least), key=_shortfall)


def _unreachable(problem: Problem, shipment: Shipment) -> Unserved:
    """Name the end that no vehicle type reaches from its home and comes back from, or else the destination."""

    def is_reached(place: str) -> bool:
        return any(
            has_paths(problem, kind, replace(shipment, origin=kind.depot, destination=place))
            for kind in problem.vehicle_types
            if kind.depot != place
        )

    ends = [p for p in (shipment.origin, shipment.destination) if p not in problem.depot_of]
    place = next((p for p in ends if not is_reached(p)), shipment.destination)
    types = ", ".join(kind.id for kind in problem.vehicle_types) or "-"
    return Unserved(shipment=shipment.id, reason="U110", numbers={"place": place, "types": types}, remedy="R110")


def _obstacle(cut: Problem) -> Obstacle | None:
    """Return the smallest, most suspected set of limits that stands in the way, empty when none does."""
    for size in range(MOST_LIMITS + 1):
        for limits in combinations(LIMITS, size):
            lifted = cut
            for limit in limits:
                lifted = limit.lift(lifted)
            plan = solo_plan(lifted)
            if plan is not None and _is_confirmed(cut, plan, limits):
                return Obstacle(cut, limits, plan)
    return None


def _is_confirmed(cut: Problem, plan: Plan, limits: tuple[Limit, ...]) -> bool:
    """Under the real limits the referee finds these broken and nothing else."""
    broken = {v.rule for v in check(cut, plan)}
    return broken <= {rule for limit in limits for rule in limit.rules} and bool(broken) == bool(limits)


def _shortfall(unserved: Unserved) -> int:
    """How far from being carried, for choosing among vehicle types with the same limits in the way."""
    found = (unserved.numbers.get(key) for key in ("short_s", "parts"))
    return next((number for number in found if isinstance(number, int)), 0)
