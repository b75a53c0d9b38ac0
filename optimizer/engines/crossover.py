"""A child of two solutions: routes of one parent where they meet routes of the other.

Nagata and Braysy (2009), "Edge assembly-based memetic algorithm for the capacitated vehicle routing
problem", Networks 54(4), and Nagata, Braysy and Dullaert (2010), "A penalty-based edge assembly memetic
algorithm for the vehicle routing problem with time windows", Computers & Operations Research 37(4),
section 3.5, exchange sets of routes; here the set is a neighbourhood on the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyvrp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Goods = tuple[bool, int]
"""What a child carries once: a client (False; of alternatives the first) or a shipment (True), by number."""

Call = tuple[pyvrp.ActivityType, int]
"""One activity of a route, as (type, number)."""


class Crossover:
    """Exchange of routes between solutions of ``data``; O(n^2 log n) to set up."""

    def __init__(self, data: pyvrp.ProblemData, rng: np.random.Generator) -> None:
        self._data = data
        self._rng = rng
        firsts = {c: group.clients[0] for group in data.groups() for c in group.clients}
        self._first = [firsts.get(c, c) for c in range(data.num_clients)]
        self._goods = [(False, c) for c in self._first] + [(True, s) for s in range(data.num_shipments)]
        self._near = self._nearest()  # (goods, goods)

    def __call__(self, first: pyvrp.Solution, second: pyvrp.Solution) -> pyvrp.Solution:
        """Return ``first`` with some neighbouring routes replaced by those of ``second`` that carry most of the same.

        What would be carried twice rides where it was first put; what fits on no vehicle is left out.
        """
        ours, theirs = self._loaded(first), self._loaded(second)
        if not ours or not theirs:
            return first
        gone = self._neighbourhood(ours, 1 + int(self._rng.integers(max(1, min(len(ours), len(theirs)) // 2))))
        lost = {goods for k in gone for goods in ours[k][1]}
        kept = [route for k, (route, _) in enumerate(ours) if k not in gone]
        shared = [len(lost & goods) / len(goods) for _, goods in theirs]
        order = sorted(range(len(theirs)), key=lambda k: -shared[k])[: len(gone)]
        taken = [theirs[k][0] for k in order]
        return self.put_together(taken + kept if self._rng.random() < 0.5 else kept + taken)

    def put_together(self, routes: Sequence[pyvrp.Route]) -> pyvrp.Solution:
        """Return the routes as one solution; what an earlier one carries, and what no vehicle is left for, goes."""
        data = self._data
        free = [data.vehicle_type(k).num_available for k in range(data.num_vehicle_types)]
        done: set[Goods] = set()
        out = []
        for route in routes:
            calls = list(self._without(route, done))
            k = self._vehicle(route.vehicle_type(), free)
            if not calls or k is None:
                continue
            done.update(goods for goods, _ in calls if goods is not None)
            free[k] -= 1
            out.append(pyvrp.Route(data, [pyvrp.Activity(*call) for _, call in calls], k))
        return pyvrp.Solution(data, out)

    def _nearest(self) -> np.ndarray:
        """Goods of each goods' neighbourhood, nearest first: (n, n), itself in front."""
        data = self._data
        at = [data.client(c).location for c in range(data.num_clients)]
        at += [data.shipment(s).pickup.location for s in range(data.num_shipments)]
        profiles = range(data.num_profiles)
        metres = np.min([data.distance_matrix(p)[np.ix_(at, at)] for p in profiles], axis=0)  # (n, n)
        metres = np.minimum(metres, metres.T).astype(float)
        np.fill_diagonal(metres, -1)
        return np.argsort(metres, axis=1, kind="stable")

    def _neighbourhood(self, routes: Sequence[tuple[pyvrp.Route, frozenset[Goods]]], size: int) -> list[int]:
        """Return ``size`` routes: those of the goods nearest to random goods."""
        home = {goods: k for k, (_, carried) in enumerate(routes) for goods in carried}
        found: dict[int, None] = {}
        for j in self._near[int(self._rng.integers(len(self._goods)))].tolist():
            k = home.get(self._goods[j])
            if k is not None:
                found[k] = None
            if len(found) == size:
                break
        return list(found)

    def _vehicle(self, wanted: int, free: Sequence[int]) -> int | None:
        """Return ``wanted`` if one is free, else the free type from the same depot with the most similar room."""
        if free[wanted]:
            return wanted
        kind = self._data.vehicle_type(wanted)
        others = [(k, self._data.vehicle_type(k)) for k, count in enumerate(free) if count]
        alike = [
            (sum(abs(a - b) for a, b in zip(other.capacity, kind.capacity, strict=True)), k)
            for k, other in others
            if other.start_depot == kind.start_depot
        ]
        return min(alike)[1] if alike else None

    def _loaded(self, solution: pyvrp.Solution) -> list[tuple[pyvrp.Route, frozenset[Goods]]]:
        found = [(route, frozenset(goods for goods, _ in self._calls(route) if goods)) for route in solution.routes()]
        return [(route, goods) for route, goods in found if goods]

    def _calls(self, route: pyvrp.Route) -> Iterator[tuple[Goods | None, Call]]:
        """Yield what each activity hands over, None at a depot, and the activity."""
        for activity in route:
            call = (activity.type, activity.idx)
            if activity.is_depot():
                yield None, call
            elif activity.is_client():
                yield (False, self._first[activity.idx]), call
            else:
                yield (True, activity.idx), call

    def _without(self, route: pyvrp.Route, done: set[Goods]) -> Iterator[tuple[Goods | None, Call]]:
        """Yield the calls of ``route`` but for what is ``done``; trips that are left empty go, too."""
        waiting: Call | None = None
        has_calls = False
        for goods, call in self._calls(route):
            if goods is None:
                waiting = call if has_calls else None
            elif goods not in done:
                if waiting is not None:
                    yield None, waiting
                waiting, has_calls = None, True
                yield goods, call
