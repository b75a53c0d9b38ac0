"""Referee: the cost that a plan states is the cost that it has; an own price list in exact fractions."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from optimizer.plan import Cost, Plan
from optimizer.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plan import Route
    from optimizer.problem import Problem

PARTS = ("fixed", "distance", "time", "overtime", "pay", "handling")
"""What one vehicle's day costs."""


def judge_cost(problem: Problem, plan: Plan, accepted: Plan | None = None) -> Iterator[Violation]:
    """Judge that every part of the stated cost equals the re-derived one, to the fen; ``accepted`` as in ``check``."""
    derived = _plan_cost(problem, plan, accepted)
    for part in fields(Cost):
        stated, true = getattr(plan.cost, part.name), getattr(derived, part.name)
        if stated != true:
            yield Violation(rule="cost", amount=stated, limit=true, detail=part.name)


def _plan_cost(problem: Problem, plan: Plan, accepted: Plan | None) -> Cost:
    before = accepted or Plan()
    stands = {id(route) for route in before.routes} & {id(route) for route in plan.routes}
    parts = {name: getattr(before.cost, f"{name}_fen") for name in PARTS}
    for routes, sign in ((plan.routes, 1), (before.routes, -1)):
        for route in routes:
            if route.trips and id(route) not in stands:
                for name, fen in _route_parts(problem, route).items():
                    parts[name] += sign * fen
    return Cost(
        **{f"{name}_fen": fen for name, fen in parts.items()},
        penalty_fen=sum(problem.shipment_of[u.shipment].penalty_fen for u in plan.unserved),
    )


def _route_parts(problem: Problem, route: Route) -> dict[str, int]:
    kind = problem.vehicle_type_of[route.vehicle_type]
    duration_s = route.trips[-1].return_s - route.trips[0].load_start_s
    over_s = max(0, duration_s - kind.regular_s)
    carried = [problem.shipment_of[i] for trip in route.trips for i in trip.shipments]
    by_piece = sum(s.pieces * kind.piece_fen for s in carried)
    return {
        "fixed": kind.fixed_fen,
        "distance": _half_up(Fraction(_metres(problem, route) * kind.distance_fen_per_km, 1000)),
        "time": _half_up(Fraction(duration_s * kind.time_fen_per_h, 3600)),
        "overtime": _half_up(Fraction(over_s * kind.overtime_fen_per_h, 3600)),
        "pay": by_piece if by_piece > kind.min_pay_fen else kind.min_pay_fen,
        "handling": sum(s.handling_fen for s in carried),
    }


def _metres(problem: Problem, route: Route) -> int:
    """Sum of the legs; a leg without a path counts nothing and is named by the clock."""
    metres = problem.matrices[problem.vehicle_type_of[route.vehicle_type].profile].distance_m
    total = 0
    for trip in route.trips:
        at = problem.index(trip.start)
        for place in (*(v.place for v in trip.visits), trip.end):
            to = problem.index(place)
            total += max(0, int(metres[at, to]))
            at = to
    return total


def _half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))
