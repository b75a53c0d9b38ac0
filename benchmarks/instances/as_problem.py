"""A public instance as an ``optimizer.Problem``, and its solutions as plans and back.

Metres are the set's units of length and one costs one fen, seconds are the set's scaled
time (all zero where time does not count), so that a plan's cost is the published one times
``Instance.cost_scale``. What the mapping has to say besides:

- *Several depots*: a shipment knows where it starts, a multi-depot customer does not mind. So
  there is one hub H, and the vehicles of each depot see it where their depot lies: one
  travel matrix a depot.
- *One visit a customer*: delivery and pickup of one customer are two shipments, and two
  vehicles may be cheaper than one; the set forbids that. Every drive to a customer is
  longer by ``visit_price``, a constant as long as nobody is called at twice, which makes
  most splits too dear; ``unsplit`` joins what is left, at the cheapest place.
- *Backhauls*: ``deliveries_first``; where every route must deliver something, there is no road
  from the depot to a customer that only gives. Where the published routes are exactly so many,
  ``route_reward`` makes it cheapest to use them all.
- *Everything is served*: being left behind costs more than twenty of the longest detours
  and vehicles.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import route_reward
from optimizer.cost import plan_cost, trip_loads
from optimizer.model import HORIZON_S, Compartment, Depot, Place, Shipment, TimeWindow, VehicleType
from optimizer.plan import Plan, Route, Unserved
from optimizer.problem import UNREACHABLE, Matrix, Problem
from optimizer.schedule import TripDraft, VisitDraft, schedule_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.instances.instance import Instance, Routes, Vehicles

HUB = "H"

FEN_PER_KM = 1_000
"""One fen a metre."""

DETOURS = 20
"""A shipment left behind costs so many of the longest detours and dearest vehicles."""


def visit_price(instance: Instance) -> int:
    """Return the metres added to every drive to a customer; 0 where nobody can be called at twice.

    Half the mean way to the nearest other customer: small beside the cost of a plan, so that a
    search that thinks in shares of the cost is not led astray, and more than most splits
    can save.
    """
    if instance.is_split_free:
        return 0
    rows = instance.length[np.ix_(instance.customers, instance.customers)].astype(float)  # (m, m)
    np.fill_diagonal(rows, np.inf)
    return int(rows.min(axis=1).mean() / 2)


def problem_of(instance: Instance) -> Problem:
    """Return ``instance`` as a problem; O(n^2 depots)."""
    shipments = tuple(_shipments(instance))
    return Problem(
        places=(_hub(instance), *(_place(instance, row) for row in instance.customers)),
        depots=(Depot(place=HUB),),
        vehicle_types=tuple(_kind(instance, k, vehicles) for k, vehicles in enumerate(instance.fleet)),
        shipments=shipments,
        matrices={f"depot{d}": _matrix(instance, d) for d in range(instance.num_depots)},
        load_dimensions=("load",),
        name=f"{instance.family}-{instance.name}",
    )


def plan_of(instance: Instance, problem: Problem, routes: Routes) -> Plan:
    """Return a solution as a plan with every moment as early as can be; a route that no timing allows is left out."""
    numbers = [0] * len(instance.fleet)
    timed = []
    for k, trips in routes:
        numbers[k] += 1
        drafts = [_draft(instance, trip) for trip in trips if trip]
        route = schedule_route(problem, f"v{k}", numbers[k], drafts)
        if route is not None:
            timed.append(route)
    return _whole(problem, timed)


def routes_of(plan: Plan) -> Routes:
    """Return the customers of each trip in order of visit; calls in a row at one place are one visit."""
    out = []
    for route in plan.routes:
        trips = []
        for trip in route.trips:
            rows = [int(v.place[1:]) for v in trip.visits]
            trips.append(tuple(row for i, row in enumerate(rows) if i == 0 or rows[i - 1] != row))
        out.append((int(route.vehicle_type[1:]), tuple(trips)))
    return tuple(out)


def published_cost(instance: Instance, plan: Plan) -> float:
    """Return the cost in the set's own unit: without prices of visits, rewards of routes and penalties."""
    routes, price = routes_of(plan), visit_price(instance)
    reward = route_reward(instance)
    extra = sum(
        (len(trip) * price + (len(trip) - 1) * reward) * instance.fleet[k].per_thousand / FEN_PER_KM
        for k, trips in routes
        for trip in trips
    )
    if instance.counts_vehicles:
        extra += sum(instance.fleet[k].fixed for k, _ in routes)
    return (plan.cost.operating_fen - extra) / instance.cost_scale


def split_customers(plan: Plan) -> tuple[int, ...]:
    """Return the customers that a plan calls at more than once."""
    rows = [row for _, trips in routes_of(plan) for trip in trips for row in trip]
    return tuple(sorted({row for row in rows if rows.count(row) > 1}))


def unsplit(instance: Instance, problem: Problem, plan: Plan) -> Plan:
    """Return the plan with every customer called at once: those called at twice go where it costs least.

    Greedy, one customer after the other, idle vehicles included. Who fits nowhere is left
    unserved. O(customers split x visits x visits of a route).
    """
    for row in split_customers(plan):
        bare = _without(plan, row)
        options = (plan_of(instance, problem, routes) for routes in _insertions(instance, bare, row))
        fitting = (p for p in options if _fits(problem, p))
        plan = min(fitting, key=lambda p: p.cost.total_fen, default=plan_of(instance, problem, bare))
    return plan


def _hub(instance: Instance) -> Place:
    return Place(id=HUB, tier="hub", windows=_windows(instance, 0))


def _place(instance: Instance, row: int) -> Place:
    return Place(id=f"C{row}", windows=_windows(instance, row), visit_s=int(instance.service_s[row]))


def _windows(instance: Instance, row: int) -> tuple[TimeWindow, ...]:
    if instance.windows_s is None:
        return ()
    early, late = (int(x) for x in instance.windows_s[row])
    return (TimeWindow(early_s=early, late_s=late),)


def _kind(instance: Instance, k: int, vehicles: Vehicles) -> VehicleType:
    late_s = HORIZON_S if instance.windows_s is None else int(instance.windows_s[0, 1])
    return VehicleType(
        id=f"v{k}",
        count=vehicles.count,
        profile=f"depot{vehicles.depot}",
        depot=HUB,
        compartments=(Compartment(capacity=(vehicles.capacity,)),),
        shift=TimeWindow(late_s=late_s),
        regular_s=HORIZON_S if vehicles.longest_s is None else vehicles.longest_s,
        fixed_fen=vehicles.fixed,
        distance_fen_per_km=vehicles.per_thousand,
        max_trips=None if instance.reloads else 1,
        deliveries_first=instance.has_backhauls,
    )


def _shipments(instance: Instance) -> Iterator[Shipment]:
    dearest = max(v.fixed + 2 * int(instance.length.max()) * v.per_thousand // FEN_PER_KM for v in instance.fleet)
    penalty_fen = DETOURS * dearest
    for first, second in instance.pairs:
        load = (int(instance.pickup[first]),)
        yield Shipment(id=f"P{first}", origin=f"C{first}", destination=f"C{second}", load=load, penalty_fen=penalty_fen)
    for row in instance.customers if not instance.pairs else ():
        down, up, place = int(instance.delivery[row]), int(instance.pickup[row]), f"C{row}"
        if down or not up:  # a customer who wants nothing is still called at
            ready_s = int(instance.release_s[row])
            yield Shipment(
                id=f"D{row}", origin=HUB, destination=place, load=(down,), ready_s=ready_s, penalty_fen=penalty_fen
            )
        if up:
            yield Shipment(id=f"U{row}", origin=place, destination=HUB, load=(up,), penalty_fen=penalty_fen)


def _matrix(instance: Instance, depot: int) -> Matrix:
    at = [depot, *instance.customers]
    metres = instance.length[np.ix_(at, at)].copy()  # (m + 1, m + 1)
    metres[:, 1:] += visit_price(instance)
    metres[1:, 1:] += route_reward(instance)
    seconds = instance.duration_s[np.ix_(at, at)].copy()  # (m + 1, m + 1)
    if instance.must_deliver:
        gives_only = [i for i, row in enumerate(at) if i and not instance.delivery[row]]
        metres[0, gives_only], seconds[0, gives_only] = UNREACHABLE, UNREACHABLE
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    return Matrix(duration_s=seconds, distance_m=metres)


def _draft(instance: Instance, trip: tuple[int, ...]) -> TripDraft:
    drops = {second: f"P{first}" for first, second in instance.pairs}
    visits = []
    for row in trip:
        if instance.pairs:
            deliver, collect = ((drops[row],), ()) if row in drops else ((), (f"P{row}",))
        else:
            deliver = (f"D{row}",) if instance.delivery[row] or not instance.pickup[row] else ()
            collect = (f"U{row}",) if instance.pickup[row] else ()
        visits.append(VisitDraft(place=f"C{row}", deliver=deliver, collect=collect))
    return TripDraft(visits=tuple(visits))


def _whole(problem: Problem, routes: list[Route]) -> Plan:
    carried = {i for route in routes for trip in route.trips for i in trip.shipments}
    left = tuple(Unserved(shipment=s.id, reason="U100") for s in problem.shipments if s.id not in carried)
    bare = Plan(routes=tuple(routes), unserved=left)
    return replace(bare, cost=plan_cost(problem, bare))


def _without(plan: Plan, row: int) -> Routes:
    routes = [
        (k, tuple(trip for trip in (tuple(c for c in t if c != row) for t in trips) if trip))
        for k, trips in routes_of(plan)
    ]
    return tuple((k, trips) for k, trips in routes if trips)


def _insertions(instance: Instance, routes: Routes, row: int) -> Iterator[Routes]:
    """Yield ``routes`` with ``row`` at every place of every trip, and on an idle vehicle of each kind."""
    for r, (k, trips) in enumerate(routes):
        for t, trip in enumerate(trips):
            for i in range(len(trip) + 1):
                longer = (*trips[:t], (*trip[:i], row, *trip[i:]), *trips[t + 1 :])
                yield (*routes[:r], (k, longer), *routes[r + 1 :])
    used = [k for k, _ in routes]
    for k, vehicles in enumerate(instance.fleet):
        if used.count(k) < vehicles.count:
            yield (*routes, (k, ((row,),)))


def _fits(problem: Problem, plan: Plan) -> bool:
    """Tell whether all loads fit; times were looked after when the plan was made, except by leaving routes out."""
    for route, trip in plan.trips():
        room = problem.vehicle_type_of[route.vehicle_type].capacity
        if (trip_loads(problem, trip) > room).any():
            return False
    return True
