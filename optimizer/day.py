"""The day's composer: from a pool of trips to a plan, by choosing, packing and timing.

First the master chooses trips, then they are packed on vehicles, then seconds replace
the grid's minutes. Every step keeps within the rules, so the referee accepts the plan.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.cost import plan_cost, route_cost
from optimizer.master import choose_trips
from optimizer.packing import pack_trips
from optimizer.plan import Plan, Route, Unserved
from optimizer.schedule import draft_of, schedule_route

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.packing import Packed
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

CHOICE_SHARE = 0.7
"""Share of the work spent on choosing trips; the rest packs them on vehicles."""

NOT_CHOSEN = "U100"
"""Reason given to what the composer leaves behind, until ``optimizer.explain`` finds the true one."""


def compose_day(
    problem: Problem,
    trips: Sequence[PooledTrip],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
    hint: Iterable[PooledTrip] = (),
) -> Plan | None:
    """Return the best day found from pooled ``trips``, or None when the search finds none in time.

    Every shipment rides on one trip or is left at its penalty. ``hint`` is a set of trips
    known to make a day, such as the incumbent's; the search starts there.

    Parameters
    ----------
    deterministic_time
        Work of both searches together, about as many seconds on one core; the same work
        and ``seed`` give the same plan.
    seconds
        Limit on the clock besides, which costs repeatability.
    """
    share = None if seconds is None else seconds * CHOICE_SHARE
    chosen = choose_trips(
        problem, trips, deterministic_time=deterministic_time * CHOICE_SHARE, seconds=share, seed=seed, hint=hint
    )
    if not chosen:
        return None

    rest = None if seconds is None else seconds * (1 - CHOICE_SHARE)
    packed = pack_trips(
        problem, chosen, deterministic_time=deterministic_time * (1 - CHOICE_SHARE), seconds=rest, seed=seed
    )
    return lay_out(problem, packed) if packed else None


def lay_out(problem: Problem, packed: Iterable[Packed]) -> Plan:
    """Return the plan of the ``packed`` trips, with everything else unserved and the cost stated.

    Where no dock binds, a vehicle's day is timed anew to the second and the cheaper timing kept.
    """
    days: dict[tuple[str, int], list[Packed]] = defaultdict(list)
    for one in sorted(packed, key=lambda p: p.load_start_s):
        days[one.trip.vehicle_type, one.number].append(one)
    routes = tuple(_route(problem, *vehicle, day) for vehicle, day in sorted(days.items()))
    carried = {i for route in routes for trip in route.trips for i in trip.shipments}
    left = tuple(Unserved(shipment=s.id, reason=NOT_CHOSEN) for s in problem.shipments if s.id not in carried)
    plan = Plan(routes=routes, unserved=left)
    return Plan(routes=routes, unserved=left, cost=plan_cost(problem, plan))


def _route(problem: Problem, vehicle_type: str, number: int, day: Sequence[Packed]) -> Route:
    trips = tuple(one.trip.at(one.load_start_s) for one in day)
    route = Route(vehicle_type=vehicle_type, number=number, trips=trips)
    if any(problem.depot_of[trip.start].docks is not None for trip in trips):
        return route
    timed = schedule_route(problem, vehicle_type, number, [draft_of(trip) for trip in trips])
    if timed is None:
        return route
    return min(timed, route, key=lambda r: route_cost(problem, r).total_fen)
