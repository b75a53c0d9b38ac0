"""What a plan costs in fen, and what lies on board on each leg.

The one price list of solver, KPIs and report. Times of the plan are taken as they
stand; whether they are possible is the referee's business, which has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.plan import Cost

if TYPE_CHECKING:
    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem

METRES_PER_KM = 1_000
SECONDS_PER_H = 3_600

ROUTE_PARTS = ("fixed_fen", "distance_fen", "time_fen", "overtime_fen", "pay_fen", "handling_fen")
"""Parts of a cost that belong to one vehicle's day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One drive of a trip, from place to place; both lengths are 0 where the matrix knows no path."""

    origin: str
    destination: str
    depart_s: int
    arrive_s: int
    duration_s: int
    distance_m: int


def plan_cost(problem: Problem, plan: Plan, *, accepted: Plan | None = None) -> Cost:
    """Return what the plan's routes cost, plus the penalties of what it lists as unserved.

    ``plan.cost`` is not read. O(visits + shipments).

    Parameters
    ----------
    accepted
        A plan of the same problem that states what its routes cost: those that are the very same objects are not
        priced again.
    """
    stand, start = frozenset[int](), Cost()
    if accepted is not None:
        stand, start = frozenset(map(id, accepted.routes)), accepted.cost
    staying = frozenset(map(id, plan.routes))
    came = [route_cost(problem, route) for route in plan.routes if id(route) not in stand]
    gone = [route_cost(problem, route) for route in (accepted.routes if accepted else ()) if id(route) not in staying]
    parts = {
        name: getattr(start, name) + sum(getattr(c, name) for c in came) - sum(getattr(c, name) for c in gone)
        for name in ROUTE_PARTS
    }
    return Cost(**parts, penalty_fen=sum(problem.shipment_of[u.shipment].penalty_fen for u in plan.unserved))


def route_cost(problem: Problem, route: Route) -> Cost:
    """Return the cost of one vehicle's day; a route without trips costs nothing.

    Distance, time and overtime are each rounded half up to fen once for the whole
    route. Time runs from the first trip's loading to the last trip's return.
    """
    if not route.trips:
        return Cost()

    kind = problem.vehicle_type_of[route.vehicle_type]
    metres = sum(leg.distance_m for trip in route.trips for leg in trip_legs(problem, route, trip))
    duration_s = route_duration_s(route)
    overtime_s = max(0, duration_s - kind.regular_s)
    carried = [i for trip in route.trips for i in trip.shipments]
    return Cost(
        fixed_fen=kind.fixed_fen,
        distance_fen=half_up(metres * kind.distance_fen_per_km, METRES_PER_KM),
        time_fen=half_up(duration_s * kind.time_fen_per_h, SECONDS_PER_H),
        overtime_fen=half_up(overtime_s * kind.overtime_fen_per_h, SECONDS_PER_H),
        pay_fen=kind.pay_fen(sum(problem.shipment_of[i].pieces for i in carried)),
        handling_fen=sum(problem.shipment_of[i].handling_fen for i in carried),
    )


def route_duration_s(route: Route) -> int:
    """Return the seconds from the first loading to the last return; 0 without trips."""
    return route.trips[-1].return_s - route.trips[0].load_start_s if route.trips else 0


def trip_legs(problem: Problem, route: Route, trip: Trip) -> tuple[Leg, ...]:
    """Return the drives of a trip in order, one more than it has visits.

    Moments are the plan's own; seconds and metres are those of the vehicle's matrix.
    """
    matrix = problem.matrices[problem.vehicle_type_of[route.vehicle_type].profile]
    places = [trip.start, *(v.place for v in trip.visits), trip.end]
    departs = [trip.depart_s, *(v.depart_s for v in trip.visits)]
    arrives = [*(v.arrive_s for v in trip.visits), trip.return_s]
    legs = []
    for (origin, destination), depart_s, arrive_s in zip(pairwise(places), departs, arrives, strict=True):
        cell = problem.index(origin), problem.index(destination)
        leg = Leg(
            origin=origin,
            destination=destination,
            depart_s=depart_s,
            arrive_s=arrive_s,
            duration_s=max(0, int(matrix.duration_s[cell])),
            distance_m=max(0, int(matrix.distance_m[cell])),
        )
        legs.append(leg)
    return tuple(legs)


def trip_loads(problem: Problem, trip: Trip) -> np.ndarray:
    """Return the load on each leg of a trip, (num_visits + 1, d) int64.

    What is delivered but never collected on the trip lies on board from its start;
    what is collected but never delivered stays on board to its end.
    """
    collected = {i for v in trip.visits for i in v.collect}
    delivered = [i for v in trip.visits for i in v.deliver]
    loads = np.zeros((len(trip.visits) + 1, len(problem.load_dimensions)), dtype=np.int64)  # (legs, d)
    for i in delivered:
        if i not in collected:
            loads[0] += problem.shipment_of[i].load
    for leg, visit in enumerate(trip.visits, start=1):
        loads[leg] = loads[leg - 1]
        for i in visit.collect:
            loads[leg] += problem.shipment_of[i].load
        for i in visit.deliver:
            loads[leg] -= problem.shipment_of[i].load
    return loads


def half_up(amount: int, unit: int) -> int:
    """Return ``amount / unit`` rounded half up, for amounts >= 0, without leaving integers."""
    return (2 * amount + unit) // (2 * unit)
