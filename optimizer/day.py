"""The day's composer: from a pool of trips to a plan, by choosing, packing and timing.

First the master chooses trips, then what they carry twice is taken off, then they are packed
on vehicles, then seconds replace the grid's minutes. Every step keeps within the rules, so that
the referee accepts the plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.cost import plan_cost
from optimizer.daybook import UNEXPLAINED
from optimizer.master import choose_trips, day_s, vehicles_of
from optimizer.packing import pack_trips
from optimizer.plan import Plan, Unserved
from optimizer.schedule import draft_of, schedule_route
from optimizer.thinning import thinned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.packing import Packed
    from optimizer.plan import Route
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

CHOICE_SHARE = 0.5
"""Share of the work spent on choosing trips; the rest packs them on vehicles."""

ROUNDS = 2
"""How often trips are chosen and packed; each time with the vehicles' days as full as packing could make them."""


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
    known to make a day, such as the incumbent's from ``TripPool.add_plan``; the search
    starts there.

    Parameters
    ----------
    deterministic_time
        Work of both searches together, about as many seconds on one core; the same work
        and ``seed`` give the same plan.
    seconds
        Limit on the clock besides, which costs repeatability.
    """
    best, hint = None, tuple(hint)
    duty_share = _filled(problem, hint, vehicles_of(hint)) if hint else 1.0
    for _ in range(ROUNDS):
        packed = _round(
            problem,
            trips,
            hint,
            work=deterministic_time / ROUNDS,
            seconds=None if seconds is None else seconds / ROUNDS,
            seed=seed,
            duty_share=duty_share,
        )
        plan = lay_out(problem, packed) if packed else None
        if plan is not None and (best is None or plan.cost.total_fen < best.cost.total_fen):
            best = plan
        driven = Counter(kind for kind, _ in {(p.trip.vehicle_type, p.number) for p in packed})
        duty_share = _filled(problem, [p.trip for p in packed], driven)
    return best


def _round(
    problem: Problem,
    trips: Sequence[PooledTrip],
    hint: Iterable[PooledTrip],
    *,
    work: float,
    seconds: float | None,
    seed: int,
    duty_share: float,
) -> list[Packed]:
    """Choose, thin and pack once."""
    share = None if seconds is None else seconds * CHOICE_SHARE
    chosen = choose_trips(
        problem,
        trips,
        deterministic_time=work * CHOICE_SHARE,
        seconds=share,
        seed=seed,
        hint=hint,
        duty_share=duty_share,
    )
    rest = None if seconds is None else seconds * (1 - CHOICE_SHARE)
    standing = {trip.key: trip for trip in hint}
    placed = [standing.get(trip.key, replace(trip, number=0, loaded_s=0)) for trip in chosen]
    once = thinned(problem, placed)
    return pack_trips(problem, once, deterministic_time=work * (1 - CHOICE_SHARE), seconds=rest, seed=seed)


def _filled(problem: Problem, trips: Sequence[PooledTrip], vehicles: Mapping[str, int]) -> float:
    """Return the share of the vehicles' days that the trips fill, at least a half."""
    day = sum(count * day_s(problem.vehicle_type_of[kind]) for kind, count in vehicles.items())
    return max(0.5, min(1.0, sum(trip.duration_s for trip in trips) / max(1, day)))


def lay_out(problem: Problem, packed: Iterable[Packed]) -> Plan:
    """Return the plan of the ``packed`` trips, with everything else unserved and the cost stated.

    Every vehicle's day is timed to the second; where docks are limited, loading keeps its
    moment. A day that needs more rests than the grid left room for loses its last trips.
    """
    days: dict[Unit, list[Packed]] = defaultdict(list)
    for one in sorted(packed, key=lambda p: p.load_start_s):
        days[one.trip.vehicle_type, one.number].append(one)
    timed = [_route(problem, unit, day) for unit, day in sorted(days.items())]
    routes = tuple(route for route in timed if route is not None)
    carried = {i for route in routes for trip in route.trips for i in trip.shipments}
    left = tuple(Unserved(shipment=s.id, reason=UNEXPLAINED) for s in problem.shipments if s.id not in carried)
    plan = Plan(routes=routes, unserved=left)
    return Plan(routes=routes, unserved=left, cost=plan_cost(problem, plan))


def _route(problem: Problem, unit: Unit, day: Sequence[Packed]) -> Route | None:
    docks = problem.depot_of[problem.vehicle_type_of[unit[0]].depot].docks
    for last in range(len(day), 0, -1):
        drafts = [draft_of(one.trip.trip) for one in day[:last]]
        loads = [] if docks is None else [one.load_start_s for one in day[:last]]
        route = schedule_route(problem, *unit, drafts, fixed_loads=loads)
        if route is not None:
            return route
    return None
