"""Days of visit chosen for each village by periodic routing, so that days and routes fit together.

The choice is made on a typical week: every day brings the county's orders as they stand, one kind of vehicle (the
one that serves a single such day at least cost) goes straight from the hub, as many a day as the county has, and a
route keeps the regular hours and the room for down and for up goods, each by itself. Windows, stations, lines and
mixed fleets are not seen here: the days that come of it are planned by the ordinary solver under all rules, and only
that plan counts. Half of the time goes to the least days by turns of townships, which are taken where nothing
cheaper was found: a short search among all days must not end behind a plain rule.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.periodic import Call, Pattern, PeriodicProblem, solve_periodic
from optimizer.problem import UNREACHABLE
from optimizer.stop import Stop
from scenarios.build import build_problem
from scenarios.frequency.gather import Patience, waiting_places
from scenarios.frequency.model import DAILY, LEAST, RULES, Cycle, Frequency
from scenarios.frequency.policies import spread, visit_days
from scenarios.resolve import Resolver
from scenarios.stations import DRONE
from scenarios.variants.cells import hash_of, plan_cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.model import VehicleType
    from optimizer.periodic import PeriodicResult
    from scenarios.build import County
    from scenarios.scenario import Scenario
    from scenarios.variants.cells import Limit
    from scenarios.variants.store import Store

UNEVEN_DAYS = 1
"""How much longer than needed the longest gap between two visits may be."""

FEW, PLACES_A_ROUTE = 40, 3
"""Where the county's vehicles are too few: one a place up to ``FEW`` places, one for three beyond."""

COMMON = 2
"""A kind of vehicle counts as common with half as many vehicles as the most common one."""

TRIAL = Stop(iterations=2)
"""How long a single day is planned with each kind of vehicle, to see which is cheapest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceCell:
    """Days of visit to be chosen under ``policy``; a task of ``scenarios.variants``."""

    key: str
    scenario: Scenario
    policy: Frequency
    days: int
    limit: Limit
    cache: Path | None = None
    needs: tuple[str, ...] = ()

    def run(self, store: Store) -> dict[str, Any]:  # noqa: ARG002 - needs no earlier results
        """Return the days by place, and what the periodic plan costs."""
        began = time.monotonic()
        county = build_problem(self.scenario, cache=self.cache)
        typical = Typical(county, self.policy, self.days, cheapest_vehicle(county))
        found = [(problem, self._solved(problem)) for problem in (typical.problem, typical.in_turns())]
        if all(result.faults for _, result in found):
            found = [(typical.problem, self._solved(replace(typical.problem, vehicles=typical.plenty)))]
        problem, result = min(found, key=lambda each: (bool(each[1].faults), each[1].plan.cost))
        return {
            "visits": {place: list(days) for place, days in typical.visits(problem, result.plan.chosen).items()},
            "cost_fen": result.plan.cost,
            "is_within_limits": not result.faults,
            "seconds": round(time.monotonic() - began, 3),
        }

    def _solved(self, problem: PeriodicProblem) -> PeriodicResult:
        """Solve within half of the limit."""
        seconds, rounds = self.limit.stop.seconds, self.limit.stop.iterations
        half = Stop(
            seconds=None if seconds is None else seconds / 2, iterations=None if rounds is None else (rounds + 1) // 2
        )
        return solve_periodic(problem, stop=half, seed=self.limit.seed, workers=self.limit.workers)


def choice_cell(
    scenario: Scenario, policy: Frequency, days: int, limit: Limit, cache: Path | None = None
) -> ChoiceCell:
    """Return the task of choosing days for a cycle of ``days``."""
    how = (policy.floor, policy.daily_above, policy.wait_fen, days)
    key = hash_of("days of visit", plan_cell(scenario, limit, cache).key, how)
    return ChoiceCell(key=key, scenario=scenario, policy=policy, days=days, limit=limit, cache=cache)


class Typical:
    """The typical week of a county as a periodic problem; places that no road leads to keep their least days."""

    def __init__(self, county: County, policy: Frequency, days: int, vehicle: VehicleType) -> None:
        self._county, self._policy, self._days, self._vehicle = county, policy, days, vehicle
        self._goods = _Goods(county.scenario)
        self._hub = county.problem.index(self._vehicle.depot)
        self._all = waiting_places(county.scenario)
        self._rows = [row for p in self._all if self._is_reached(row := county.problem.index(p))]
        self.problem = self._problem()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Places that the vehicle cannot reach."""
        reached = {self._county.problem.places[row].id for row in self._rows}
        return tuple(place for place in self._all if place not in reached)

    @property
    def plenty(self) -> int:
        """Vehicles a day that are enough for any days of visit."""
        count = len(self._rows)
        return max(1, min(count, max(FEW, count // PLACES_A_ROUTE)))

    def in_turns(self) -> PeriodicProblem:
        """Return the problem in which places have the least days by turns of townships, where these are allowed."""
        scenario, rule = self._county.scenario, replace(self._policy, rule=LEAST)
        turns = visit_days(scenario, rule, Cycle(id="", dates=(scenario.date,) * self._days))
        patterns = [self.problem.patterns[0]]
        for row, free in zip(self._rows, self.problem.patterns[1:], strict=True):
            wanted = turns[self._county.problem.places[row].id]
            patterns.append(tuple(p for p in free if frozenset(p.days) == wanted) or free)
        return replace(self.problem, patterns=tuple(patterns))

    def visits(self, problem: PeriodicProblem, chosen: Sequence[int]) -> dict[str, tuple[int, ...]]:
        """Return the days of every place that may wait, by the pattern of ``problem`` chosen for each of its places."""
        found = {place: tuple(sorted(spread(self._days, self._policy.floor)[0])) for place in self._all}
        for k, row in enumerate(self._rows, start=1):
            found[self._county.problem.places[row].id] = problem.patterns[k][chosen[k]].days
        return found

    def _is_reached(self, row: int) -> bool:
        seconds = self._county.problem.matrices[self._vehicle.profile].duration_s
        return bool(seconds[self._hub, row] != UNREACHABLE and seconds[row, self._hub] != UNREACHABLE)

    def _problem(self) -> PeriodicProblem:
        matrix = self._county.problem.matrices[self._vehicle.profile]
        rows = np.ix_([self._hub, *self._rows], [self._hub, *self._rows])
        seconds, metres = matrix.duration_s[rows].astype(np.int64), matrix.distance_m[rows].astype(np.int64)
        far = int(4 * max(seconds.max(initial=0), 1))  # where no road leads on: back over the hub and more
        seconds = np.where(seconds == UNREACHABLE, far, seconds)
        metres = np.where(metres == UNREACHABLE, int(4 * max(metres.max(initial=0), 1)), metres)
        vehicle = self._vehicle
        fen = metres * vehicle.distance_fen_per_km / 1_000 + seconds * vehicle.time_fen_per_h / 3_600
        patterns = ((), *(self._patterns(row) for row in self._rows))
        needed = [int(seconds[0, k] + seconds[k, 0]) + _longest_stay(patterns[k]) for k in range(1, len(patterns))]
        return PeriodicProblem(
            days=self._days,
            vehicles=min(self.plenty, sum(v.count for v in own_vehicles(self._county))),
            room=tuple(max(1, amount) for amount in vehicle.capacity) * 2,
            patterns=patterns,
            cost=np.floor(fen + 0.5).astype(np.int64),
            duration=seconds,
            longest=max([vehicle.regular_s, *needed]),
            fixed=vehicle.fixed_fen,
        )

    def _patterns(self, row: int) -> tuple[Pattern, ...]:
        place = self._county.problem.places[row]
        pieces, is_bound = self._goods.pieces[place.id], place.id in self._goods.bound
        above = self._policy.daily_above
        least = self._days if is_bound or (above is not None and pieces >= above) else self._policy.floor
        choices = even_days(self._days, least)
        fitting = [days for days in choices if self._fits(row, max(gaps_before(days, self._days)))]
        return tuple(self._pattern(row, days) for days in fitting or choices[-1:])

    def _fits(self, row: int, gap: int) -> bool:
        """Tell whether one vehicle can hold, and hand over within its hours, what ``gap`` days bring to a place."""
        loads = self._goods.loads(self._county.problem.places[row].id)
        is_held = all(gap * a <= most for way in loads for a, most in zip(way, self._vehicle.capacity, strict=True))
        return is_held and self._stay_s(row, gap) <= self._vehicle.regular_s

    def _stay_s(self, row: int, gap: int) -> int:
        place = self._county.problem.places[row]
        return place.visit_s + gap * self._goods.service_s[place.id]

    def _pattern(self, row: int, days: tuple[int, ...]) -> Pattern:
        """Return the calls on ``days``; what no vehicle holds is cut to a vehicle's worth, others will have to come."""
        place, room = self._county.problem.places[row].id, self._vehicle.capacity
        calls, waited = [], 0
        for day, gap in zip(days, gaps_before(days, self._days), strict=True):
            ways = self._goods.loads(place)
            load = tuple(min(gap * a, most) for way in ways for a, most in zip(way, room, strict=True))
            calls.append(Call(day=day, load=load, duration=min(self._stay_s(row, gap), self._vehicle.regular_s)))
            waited += self._goods.pieces[place] * gap * (gap - 1) // 2
        return Pattern(calls=tuple(calls), price=self._policy.wait_fen * waited)


class _Goods:
    """What each place that may wait gets and gives on a typical day."""

    def __init__(self, scenario: Scenario) -> None:
        resolver, patience, dimensions = Resolver(scenario), Patience(scenario), scenario.policy.load_dimensions
        self._down: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(dimensions))
        self._up: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(dimensions))
        self.service_s: defaultdict[str, int] = defaultdict(int)
        self.pieces: defaultdict[str, int] = defaultdict(int)
        self.bound: set[str] = set()
        for order in scenario.orders:
            lot = resolver.lot(order)
            for end in patience.ends(order):
                load = self._down[end] if end == order.destination else self._up[end]
                load[:] = [a + b for a, b in zip(load, lot.load.of(dimensions), strict=True)]
                self.service_s[end] += lot.service_s
                self.pieces[end] += order.pieces
                if patience.is_urgent(order):
                    self.bound.add(end)

    def loads(self, place: str) -> tuple[list[int], list[int]]:
        """Return what goes there and what comes from there."""
        return self._down[place], self._up[place]


def even_days(days: int, least: int) -> tuple[tuple[int, ...], ...]:
    """Return every choice of at least ``least`` days of a cycle with gaps about even, fewest days first. O(2^days)."""
    return tuple(
        chosen
        for count in range(min(max(1, least), days), days + 1)
        for chosen in combinations(range(days), count)
        if max(gaps_before(chosen, days)) <= -(-days // count) + (UNEVEN_DAYS if count < days else 0)
    )


def gaps_before(chosen: Sequence[int], days: int) -> list[int]:
    """Return how many days' goods each visit takes: those since the visit before it, its own day included."""
    return [(day - chosen[k - 1]) % days or days for k, day in enumerate(chosen)]


def _longest_stay(patterns: Sequence[Pattern]) -> int:
    return max(call.duration for pattern in patterns for call in pattern.calls)


def own_vehicles(county: County) -> tuple[VehicleType, ...]:
    """Return the vehicle types that live at hubs: the county's own, else any, else whatever there is."""
    hubs = {place.id for place in county.scenario.places if place.tier == "hub"}
    kind_of = {v.id: v.kind for v in county.scenario.fleet if v.kind != DRONE}
    at_hubs = [v for v in county.problem.vehicle_types if v.count and v.depot in hubs and v.id in kind_of]
    own = [v for v in at_hubs if kind_of[v.id] == "own"]
    return tuple(own or at_hubs or county.problem.vehicle_types)


def cheapest_vehicle(county: County) -> VehicleType:
    """Return the common type with which a typical day alone costs least, by a short search; the first of equals."""
    daily = Frequency(id=DAILY, name=RULES[DAILY], rule=DAILY)

    def cost(vehicle: VehicleType) -> tuple[int, int]:
        day = Typical(county, daily, 1, vehicle)
        result = solve_periodic(replace(day.problem, vehicles=day.plenty), stop=TRIAL)
        return len(day.left_out), result.plan.cost

    most = max(v.count for v in own_vehicles(county))
    kinds = [v for v in own_vehicles(county) if COMMON * v.count >= most]
    return kinds[0] if len(kinds) == 1 else min(kinds, key=cost)
