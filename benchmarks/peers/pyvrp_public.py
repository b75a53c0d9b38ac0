"""Plain PyVRP on a public instance: its own search on its own data, with every feature it has for the set.

One client has both directions, several depots are depots, reloading and release times
are its own; backhauls are said by arcs.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

import pyvrp
from pyvrp.stop import MaxRuntime

from benchmarks.peers.barred import lengths

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance, Routes, Vehicles

MAX_PENALTY = 1e8
"""Ceiling of PyVRP's own penalties; with the default of 1e5 an overloaded vehicle is cheap at these scales."""


def run(instance: Instance, seconds: float, seed: int) -> Routes:
    """Return PyVRP's best solution after ``seconds``; one that breaks a rule where it found no other."""
    params = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=MAX_PENALTY))
    found = pyvrp.solve(data_of(instance), MaxRuntime(seconds), seed=seed, collect_stats=False, params=params)
    return tuple((r.vehicle_type(), _trips(instance, r)) for r in found.best.routes())


def data_of(instance: Instance) -> pyvrp.ProblemData:
    """Return the instance in PyVRP's terms; costs in thousandths over their largest common factor."""
    factor = gcd(*(v.per_thousand for v in instance.fleet), *(1_000 * v.fixed for v in instance.fleet))
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(len(instance.length))],
        [] if instance.pairs else [_client(instance, row) for row in instance.customers],
        [pyvrp.Depot(d, **_window(instance, d)) for d in range(instance.num_depots)],
        [_kind(instance, v, factor) for v in instance.fleet],
        [lengths(instance)],  # type: ignore[list-item]  # PyVRP's stubs take ndarray's first parameter for its dtype
        [instance.duration_s],  # type: ignore[list-item]  # same
        [],
        [_shipment(instance, *pair) for pair in instance.pairs],
    )


def _window(instance: Instance, row: int, prefix: str = "") -> dict[str, Any]:
    if instance.windows_s is None:
        return {}
    early, late = (int(x) for x in instance.windows_s[row])
    return {f"{prefix}tw_early": early, f"{prefix}tw_late": late}


def _client(instance: Instance, row: int) -> pyvrp.Client:
    return pyvrp.Client(
        row,
        delivery=[int(instance.delivery[row])],
        pickup=[int(instance.pickup[row])],
        service_duration=int(instance.service_s[row]),
        release_time=int(instance.release_s[row]),
        **_window(instance, row),
    )


def _shipment(instance: Instance, first: int, second: int) -> pyvrp.Shipment:
    return pyvrp.Shipment(
        first,
        second,
        pickup_service_duration=int(instance.service_s[first]),
        delivery_service_duration=int(instance.service_s[second]),
        amount=[int(instance.pickup[first])],
        **_window(instance, first, "pickup_"),
        **_window(instance, second, "delivery_"),
    )


def _kind(instance: Instance, vehicles: Vehicles, factor: int) -> pyvrp.VehicleType:
    limits: dict[str, Any] = {} if vehicles.longest_s is None else {"shift_duration": vehicles.longest_s}
    return pyvrp.VehicleType(
        vehicles.count,
        [vehicles.capacity],
        vehicles.depot,
        vehicles.depot,
        fixed_cost=1_000 * vehicles.fixed // factor,
        unit_distance_cost=vehicles.per_thousand // factor,
        reload_depots=[vehicles.depot] if instance.reloads else [],
        **limits,
    )


def _trips(instance: Instance, route: pyvrp.Route) -> tuple[tuple[int, ...], ...]:
    trips: list[list[int]] = [[]]
    for activity in route:
        if activity.is_depot():
            trips.append([])
        elif activity.is_client():
            trips[-1].append(activity.idx + instance.num_depots)
        else:
            first, second = instance.pairs[activity.idx]
            trips[-1].append(first if activity.is_pickup() else second)
    return tuple(tuple(trip) for trip in trips if trip)
