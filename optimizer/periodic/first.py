"""A first periodic plan by cheapest insertion: heaviest places first, each with the pattern that costs least.

Where no route has room left the one with the least excess takes the place, so every place is visited, and the
search (or nobody) mends it. All positions of a day are weighed at once; O(calls x visits a day).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.periodic.model import PeriodicPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.periodic.model import Call, PeriodicProblem

EXCESS_FACTOR = 20.0
"""What a full vehicle's worth of excess costs, in drives to the place and back: enough to be the last choice."""


class _Spot(NamedTuple):
    cost: float
    route: int
    at: int


def first_plan(problem: PeriodicProblem) -> PeriodicPlan:
    """Return a plan that visits every place by one of its patterns; it may break limits of load and duration."""
    build = _Build(problem)
    chosen = [-1] * problem.num_places
    for place in sorted(range(1, problem.num_places), key=lambda p: (-_heaviness(problem, p), p)):
        offers = build.offers(place)
        chosen[place] = min(range(len(offers)), key=lambda k: (offers[k][0], k))
        pattern = problem.patterns[place][chosen[place]]
        for call, spot in zip(pattern.calls, offers[chosen[place]][1], strict=True):
            build.days[call.day].put(place, call, spot)
    return plan_of(problem, chosen, [day.stops for day in build.days])


def plan_of(problem: PeriodicProblem, chosen: Sequence[int], stops: Sequence[Sequence[Sequence[int]]]) -> PeriodicPlan:
    """Return the plan with its cost; empty routes are left out."""
    routes = tuple(tuple(tuple(map(int, route)) for route in day if len(route)) for day in stops)
    cost = sum(problem.fixed for day in routes for _ in day)
    cost += sum(int(problem.cost[leg]) for day in routes for route in day for leg in pairwise((0, *route, 0)))
    cost += sum(problem.patterns[place][chosen[place]].price for place in range(1, problem.num_places))
    return PeriodicPlan(chosen=(-1, *map(int, chosen[1:])), routes=routes, cost=cost)


class _Build:
    """Routes that grow."""

    def __init__(self, problem: PeriodicProblem) -> None:
        self.problem = problem
        self.days = [_Day(problem) for _ in range(problem.days)]

    def offers(self, place: int) -> list[tuple[float, list[_Spot]]]:
        """Return what each pattern of a place costs, and the cheapest spot for each of its calls."""
        patterns = self.problem.patterns[place]
        calls = dict.fromkeys(call for pattern in patterns for call in pattern.calls)
        spots = {call: self.days[call.day].cheapest(place, call) for call in calls}
        found = [[spots[call] for call in pattern.calls] for pattern in patterns]
        return [(p.price + sum(spot.cost for spot in own), own) for p, own in zip(patterns, found, strict=True)]


class _Day:
    """The routes of one day, and every position where a place may go: before which, after which, on which route."""

    def __init__(self, problem: PeriodicProblem) -> None:
        self._problem = problem
        self.stops: list[list[int]] = [[] for _ in range(problem.vehicles)]
        self._load = np.zeros((problem.vehicles, len(problem.room)))  # (vehicles, d)
        self._lasts = np.zeros(problem.vehicles)  # (vehicles,)
        self._room = np.maximum(1, np.array(problem.room))  # (d,)
        self._note()

    def cheapest(self, place: int, call: Call) -> _Spot:
        """Return the cheapest position of all; of equals the first."""
        cost = self._problem.cost
        detour = self._detours(cost, place) + self._problem.fixed * self._is_empty
        over = np.maximum(0.0, self._load + np.array(call.load) - self._room) / self._room  # (vehicles, d)
        excess = over.sum(axis=1)[self._route] + self._late(place, call)
        total = detour + EXCESS_FACTOR * excess * (1 + int(cost[0, place]) + int(cost[place, 0]))
        k = int(np.argmin(total))
        return _Spot(float(total[k]), int(self._route[k]), int(self._at[k]))

    def put(self, place: int, call: Call, spot: _Spot) -> None:
        """Visit ``place`` there."""
        k = int(np.flatnonzero((self._route == spot.route) & (self._at == spot.at))[0])
        self._lasts[spot.route] += self._longer(place, call)[k]
        self._load[spot.route] += np.array(call.load)
        self.stops[spot.route].insert(spot.at, place)
        self._note()

    def _note(self) -> None:
        """List the positions; one empty route stands for all."""
        used = [r for r, stops in enumerate(self.stops) if stops]
        empty = next((r for r, stops in enumerate(self.stops) if not stops), None)
        rows = [
            (r, at, a, b)
            for r in (*used, *(() if empty is None else (empty,)))
            for at, (a, b) in enumerate(pairwise((0, *self.stops[r], 0)))
        ]
        self._route, self._at, self._before, self._after = np.array(rows, dtype=np.int64).T
        self._is_empty = self._route == (-1 if empty is None else empty)

    def _detours(self, table: np.ndarray, place: int) -> np.ndarray:
        a, b = self._before, self._after
        more: np.ndarray = table[a, place] + table[place, b] - table[a, b]
        return more

    def _longer(self, place: int, call: Call) -> np.ndarray:
        duration = self._problem.duration
        extra = np.zeros(len(self._at)) if duration is None else self._detours(duration, place)
        return extra + call.duration

    def _late(self, place: int, call: Call) -> np.ndarray:
        longest = self._problem.longest
        if longest is None:
            return np.zeros(len(self._at))
        lasts = self._lasts[self._route] + self._longer(place, call)
        late: np.ndarray = np.maximum(0.0, lasts - longest) / max(1, longest)
        return late


def _heaviness(problem: PeriodicProblem, place: int) -> float:
    """Return the largest share of a vehicle that one call of the place may fill."""
    calls = (call for pattern in problem.patterns[place] for call in pattern.calls)
    return max(load / max(1, room) for call in calls for load, room in zip(call.load, problem.room, strict=True))
