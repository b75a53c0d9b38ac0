"""A first periodic plan by cheapest insertion: heaviest places first, each with the pattern that costs least.

Where no route has room left the one with the least excess takes the place, so every place is visited, and the
search (or nobody) mends it. O(visits^2 patterns), in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.periodic.model import PeriodicPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.periodic.model import Call, Pattern, PeriodicProblem

EXCESS_FACTOR = 20.0
"""What a full vehicle's worth of excess costs, in drives to the place and back: enough to be the last choice."""


@dataclass(frozen=True, slots=True, order=True)
class _Spot:
    cost: float
    route: int
    at: int


def first_plan(problem: PeriodicProblem) -> PeriodicPlan:
    """Return a plan that visits every place by one of its patterns; it may break limits of load and duration."""
    build = _Build(problem)
    chosen = [-1] * problem.num_places
    for place in sorted(range(1, problem.num_places), key=lambda p: (-_heaviness(problem, p), p)):
        offers = [build.offer(place, pattern) for pattern in problem.patterns[place]]
        chosen[place] = min(range(len(offers)), key=lambda k: (offers[k][0], k))
        pattern = problem.patterns[place][chosen[place]]
        for call, spot in zip(pattern.calls, offers[chosen[place]][1], strict=True):
            build.put(place, call, spot)
    return plan_of(problem, chosen, build.stops)


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
        self.stops = [[[] for _ in range(problem.vehicles)] for _ in range(problem.days)]  # type: list[list[list[int]]]
        self._load = [[[0] * len(problem.room) for _ in range(problem.vehicles)] for _ in range(problem.days)]
        self._lasts = [[0] * problem.vehicles for _ in range(problem.days)]

    def offer(self, place: int, pattern: Pattern) -> tuple[float, list[_Spot]]:
        """Return what a pattern costs and the cheapest spot on each of its days."""
        spots = [self._cheapest(place, call) for call in pattern.calls]
        return pattern.price + sum(spot.cost for spot in spots), spots

    def put(self, place: int, call: Call, spot: _Spot) -> None:
        """Visit ``place`` there."""
        self._lasts[call.day][spot.route] += self._longer(place, call, spot.route, spot.at)
        self.stops[call.day][spot.route].insert(spot.at, place)
        load = self._load[call.day][spot.route]
        load[:] = [a + b for a, b in zip(load, call.load, strict=True)]

    def _cheapest(self, place: int, call: Call) -> _Spot:
        found: list[_Spot] = []
        for r, stops in enumerate(self.stops[call.day]):
            found += [_Spot(self._price(place, call, r, at), r, at) for at in range(len(stops) + 1)]
            if not stops:
                break  # one empty route stands for all
        return min(found)

    def _price(self, place: int, call: Call, r: int, at: int) -> float:
        cost, stops = self.problem.cost, self.stops[call.day][r]
        a, b = self._beside(stops, at)
        more = float(cost[a, place] + cost[place, b] - cost[a, b]) + (0 if stops else self.problem.fixed)
        return more + EXCESS_FACTOR * self._excess(place, call, r, at) * float(1 + cost[0, place] + cost[place, 0])

    def _excess(self, place: int, call: Call, r: int, at: int) -> float:
        load = self._load[call.day][r]
        over = (
            max(0, a + b - room) / max(1, room) for a, b, room in zip(load, call.load, self.problem.room, strict=True)
        )
        return sum(over) + self._late(place, call, r, at)

    def _late(self, place: int, call: Call, r: int, at: int) -> float:
        longest = self.problem.longest
        if longest is None:
            return 0.0
        lasts = self._lasts[call.day][r] + self._longer(place, call, r, at)
        return max(0, lasts - longest) / max(1, longest)

    def _longer(self, place: int, call: Call, r: int, at: int) -> int:
        duration = self.problem.duration
        if duration is None:
            return call.duration
        a, b = self._beside(self.stops[call.day][r], at)
        return int(duration[a, place] + duration[place, b] - duration[a, b]) + call.duration

    def _beside(self, stops: list[int], at: int) -> tuple[int, int]:
        return (stops[at - 1] if at else 0), (stops[at] if at < len(stops) else 0)


def _heaviness(problem: PeriodicProblem, place: int) -> float:
    """Return the largest share of a vehicle that one call of the place may fill."""
    calls = (call for pattern in problem.patterns[place] for call in pattern.calls)
    return max(load / max(1, room) for call in calls for load, room in zip(call.load, problem.room, strict=True))
