"""The rules of the public sets, by themselves: what a solution costs there and what it breaks.

Slow and plain, from the arrays of the instance; shares nothing with the mapping to a
problem nor with any solver, so that both can be held against it. Times are as rounded
by the reader: half a second a drive at most (``Instance.time_scale`` seconds a unit).
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance, Routes, Vehicles


def judge(instance: Instance, routes: Routes) -> tuple[float, list[str]]:
    """Return the published cost of ``routes`` and a sentence for each rule they break. O(visits)."""
    units, faults = 0.0, _coverage(instance, routes)
    for k, trips in routes:
        vehicles = instance.fleet[k]
        driven = [leg for trip in trips for leg in _legs(vehicles, trip)]
        units += 0 if instance.counts_vehicles else vehicles.fixed
        units += sum(int(instance.length[a, b]) for a, b in driven) * vehicles.per_thousand / 1_000
        faults += [fault for trip in trips for fault in _loads(instance, vehicles, trip)]
        faults += _clock(instance, vehicles, trips)
        if len(trips) > 1 and not instance.reloads:
            faults.append(f"a vehicle makes {len(trips)} trips")
    return units / instance.cost_scale, faults


def _coverage(instance: Instance, routes: Routes) -> list[str]:
    calls = Counter(row for _, trips in routes for trip in trips for row in trip)
    used = Counter(k for k, _ in routes)
    faults = [f"customer {row} is visited {calls[row]} times" for row in instance.customers if calls[row] != 1]
    faults += [
        f"{used[k]} vehicles of type {k}, there are {v.count}"
        for k, v in enumerate(instance.fleet)
        if used[k] > v.count
    ]
    if instance.exact_vehicles not in (None, len(routes)):
        faults.append(f"{len(routes)} routes, the set wants {instance.exact_vehicles}")
    route_of = {row: (r, t, i) for r, (_, ts) in enumerate(routes) for t, x in enumerate(ts) for i, row in enumerate(x)}
    for first, second in instance.pairs:
        if first in route_of and second in route_of:
            a, b = route_of[first], route_of[second]
            if a[:2] != b[:2] or a[2] > b[2]:
                faults.append(f"{first} is not before {second} on one trip")
    return faults


def _legs(vehicles: Vehicles, trip: tuple[int, ...]) -> list[tuple[int, int]]:
    path = [vehicles.depot, *trip, vehicles.depot]
    return list(pairwise(path))


def _loads(instance: Instance, vehicles: Vehicles, trip: tuple[int, ...]) -> list[str]:
    load = 0 if instance.pairs else sum(int(instance.delivery[row]) for row in trip)
    most = load
    for row in trip:
        load += int(instance.pickup[row]) - int(instance.delivery[row])
        most = max(most, load)
    faults = [f"load {most} over {vehicles.capacity}"] if most > vehicles.capacity else []
    if instance.has_backhauls:
        gives = [not instance.delivery[row] for row in trip]
        faults += ["a route collects before its last delivery"] if gives != sorted(gives) else []
        faults += ["a route delivers nothing"] if instance.must_deliver and all(gives) else []
    return faults


def _clock(instance: Instance, vehicles: Vehicles, trips: tuple[tuple[int, ...], ...]) -> list[str]:
    """Drive every trip as early as can be."""
    windows, faults = instance.windows_s, []
    now = 0 if windows is None else int(windows[vehicles.depot, 0])
    busy = 0
    for trip in trips:
        now = max([now, *(int(instance.release_s[row]) for row in trip)])
        for a, b in _legs(vehicles, trip):
            step = int(instance.duration_s[a, b])
            now, busy = now + step, busy + step
            if windows is not None:
                now = max(now, int(windows[b, 0]))
                if now > int(windows[b, 1]):
                    faults.append(f"reaches {b} at {now}, which closes at {int(windows[b, 1])}")
            if b >= instance.num_depots:
                now, busy = now + int(instance.service_s[b]), busy + int(instance.service_s[b])
    if vehicles.longest_s is not None and busy > vehicles.longest_s:
        faults.append(f"a route lasts {busy}, longest is {vehicles.longest_s}")
    return faults
