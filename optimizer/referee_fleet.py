"""Referee: which vehicles there are and where they may go, docks shared between them, and decisions already taken."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from optimizer.referee_plan import carriages
from optimizer.violations import Violation, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.model import Lock, VehicleType
    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem


def judge_fleet(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Judge that every route has a vehicle of its own that exists, goes out from home and calls where it may."""
    for vehicle, times in Counter(route.vehicle for route in plan.routes).items():
        if times > 1:
            yield Violation(rule="vehicle_twice", vehicle=vehicle, amount=times, limit=1)
    for route in plan.routes:
        kind = problem.vehicle_type_of[route.vehicle_type]
        if not 1 <= route.number <= kind.count:
            yield Violation(rule="vehicle_number", vehicle=route.vehicle, amount=route.number, limit=kind.count)
        if kind.max_trips is not None and len(route.trips) > kind.max_trips:
            yield Violation(rule="max_trips", vehicle=route.vehicle, amount=len(route.trips), limit=kind.max_trips)
        for trip in route.trips:
            yield from _home(route, trip, kind)
            yield from _access(problem, route, trip)


def _home(route: Route, trip: Trip, kind: VehicleType) -> Iterator[Violation]:
    """Judge that a trip starts at the home depot, and ends there or where the vehicle has its own end."""
    if trip.start != kind.depot:
        at_s = trip.depart_s
        yield Violation(rule="home_depot", vehicle=route.vehicle, place=trip.start, time_s=at_s, detail=kind.depot)
    if kind.end and trip.end != kind.end:
        at_s = trip.return_s
        yield Violation(rule="end_place", vehicle=route.vehicle, place=trip.end, time_s=at_s, detail=kind.end)
    if not kind.end and trip.end != kind.depot:
        at_s = trip.return_s
        yield Violation(rule="home_depot", vehicle=route.vehicle, place=trip.end, time_s=at_s, detail=kind.depot)


def _access(problem: Problem, route: Route, trip: Trip) -> Iterator[Violation]:
    for visit in trip.visits:
        allowed = problem.place(visit.place).vehicle_types
        if allowed is not None and route.vehicle_type not in allowed:
            yield Violation(rule="vehicle_access", vehicle=route.vehicle, place=visit.place, time_s=visit.start_s)


def judge_docks(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Judge that at no moment more vehicles load at a depot than it has docks.

    A sweep over the beginnings of loading: each occupies a dock for half-open [start, start + loading_s).
    """
    loadings: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for route, trip in plan.trips():
        loadings[trip.start].append((trip.load_start_s, route.vehicle))
    for depot in problem.depots:
        if depot.docks is None or depot.loading_s == 0:
            continue
        busy: list[int] = []
        for start_s, vehicle in sorted(loadings[depot.place]):
            busy = [since_s for since_s in busy if since_s + depot.loading_s > start_s]
            busy.append(start_s)
            if len(busy) > depot.docks:
                yield Violation(
                    rule="docks",
                    vehicle=vehicle,
                    place=depot.place,
                    time_s=start_s,
                    amount=len(busy),
                    limit=depot.docks,
                )


def judge_locks(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Judge that what is carried is carried as locked: by whom, when, and after what on the same route."""
    for route in plan.routes if problem.locks else ():
        handed = _handover_positions(problem, route)
        for shipment in handed:
            for lock in problem.locks_of.get(shipment, ()):
                yield from _lock(lock, route, handed)


def _handover_positions(problem: Problem, route: Route) -> dict[str, tuple[int, int]]:
    """(trip, visit) of the handover at a place of each shipment on the route."""
    return {
        c.shipment.id: (rank, c.binding_visit)
        for rank, trip in enumerate(route.trips)
        for c in carriages(problem, trip)
    }


def _lock(lock: Lock, route: Route, handed: dict[str, tuple[int, int]]) -> Iterator[Violation]:
    rank, position = handed[lock.shipment]
    visit = route.trips[rank].visits[position]
    broken = partial(Violation, shipment=lock.shipment, vehicle=route.vehicle, place=visit.place, time_s=visit.start_s)
    is_other_type = lock.vehicle_type is not None and lock.vehicle_type != route.vehicle_type
    if is_other_type or (lock.number is not None and lock.number != route.number):
        number = "" if lock.number is None else f"#{lock.number}"
        yield broken(rule="lock_vehicle", detail=f"{lock.vehicle_type}{number}")
    own = handed[lock.shipment]
    if lock.after is not None and handed.get(lock.after, own) >= own:  # not on the route counts as not before
        yield broken(rule="lock_after", detail=lock.after)
    if lock.window is not None and not lock.window.early_s <= visit.start_s <= lock.window.late_s:
        window = f"{clock(lock.window.early_s)}-{clock(lock.window.late_s)}"
        yield broken(rule="lock_window", detail=window)
