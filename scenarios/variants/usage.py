"""How much of each vehicle type a plan uses: the quantities that its prices multiply.

Vehicles x price of a day + km x price of a km + hours x wage + overtime hours x surcharge is what vehicles cost, but
for the rounding of each route to the fen and what is paid by the piece.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from optimizer.cost import route_duration_s, trip_legs

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Vehicles of one type that went out, and their metres, paid seconds and seconds beyond the regular ones."""

    vehicles: int = 0
    distance_m: int = 0
    duration_s: int = 0
    overtime_s: int = 0


def usage_of(problem: Problem, plan: Plan) -> dict[str, Usage]:
    """Return the usage by vehicle type, without types that stay at home. O(visits)."""
    found: dict[str, Usage] = {}
    for route in plan.routes:
        if not route.trips:
            continue
        before = found.get(route.vehicle_type, Usage())
        duration_s = route_duration_s(route)
        regular_s = problem.vehicle_type_of[route.vehicle_type].regular_s
        metres = sum(leg.distance_m for trip in route.trips for leg in trip_legs(problem, route, trip))
        found[route.vehicle_type] = Usage(
            vehicles=before.vehicles + 1,
            distance_m=before.distance_m + metres,
            duration_s=before.duration_s + duration_s,
            overtime_s=before.overtime_s + max(0, duration_s - regular_s),
        )
    return found


def pack_usage(usage: dict[str, Usage]) -> dict[str, Any]:
    """Return the usage as JSON values."""
    return {name: asdict(each) for name, each in usage.items()}


def unpack_usage(values: dict[str, Any]) -> dict[str, Usage]:
    """Return the usage that ``pack_usage`` gave."""
    return {name: Usage(**each) for name, each in values.items()}
