"""Tiny periodic problems, and a slow oracle for them: every choice of patterns, every division of every day."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np

from optimizer.periodic import Call, Pattern, PeriodicProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def on_a_line(
    places: Sequence[int],
    days: Sequence[Sequence[tuple[int, ...]]],
    *,
    load: Sequence[int],
    room: int,
    num_days: int = 2,
    vehicles: int = 1,
    fixed: int = 0,
    longest: int | None = None,
) -> PeriodicProblem:
    """Return a problem with the depot at 0 and places at these distances along a road; a unit of way takes a unit."""
    at = np.array([0, *places])
    way = np.abs(at[:, None] - at[None, :])
    patterns = tuple(
        tuple(Pattern(calls=tuple(Call(day=day, load=(amount,)) for day in chosen)) for chosen in choices)
        for choices, amount in zip(days, load, strict=True)
    )
    return PeriodicProblem(
        days=num_days,
        vehicles=vehicles,
        room=(room,),
        patterns=((), *patterns),
        cost=way,
        duration=way,
        longest=longest,
        fixed=fixed,
    )


def scattered(
    seed: int, *, places: int, days: int, vehicles: int, room: int, longest: int | None = None
) -> PeriodicProblem:
    """Return a seeded problem in the plane with one to three patterns a place, of different loads and stays."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 100, (places + 1, 2))
    cost = np.rint(np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=2))).astype(np.int64)

    def pattern() -> Pattern:
        chosen = sorted(rng.choice(days, size=int(rng.integers(1, days + 1)), replace=False).tolist())
        amount = int(rng.integers(1, 4))
        calls = tuple(Call(day=day, load=(amount,), duration=int(rng.integers(0, 5))) for day in chosen)
        return Pattern(calls=calls, price=int(rng.integers(0, 20)))

    return PeriodicProblem(
        days=days,
        vehicles=vehicles,
        room=(room,),
        patterns=((), *(tuple(pattern() for _ in range(int(rng.integers(1, 4)))) for _ in range(places))),
        cost=cost,
        duration=cost,
        longest=longest,
        fixed=int(rng.integers(0, 30)),
    )


def least_cost(problem: PeriodicProblem) -> int | None:
    """Return the cost of the best plan of all; None where there is none. For up to five places."""
    choices = product(*(range(len(patterns)) for patterns in problem.patterns[1:]))
    found = [cost for chosen in choices if (cost := _cost_of_choice(problem, (-1, *chosen))) is not None]
    return min(found, default=None)


def _cost_of_choice(problem: PeriodicProblem, chosen: tuple[int, ...]) -> int | None:
    total = sum(problem.patterns[k][chosen[k]].price for k in range(1, problem.num_places))
    for day in range(problem.days):
        calls = {
            k: call
            for k in range(1, problem.num_places)
            for call in problem.patterns[k][chosen[k]].calls
            if call.day == day
        }
        cost = _cost_of_day(problem, calls)
        if cost is None:
            return None
        total += cost
    return total


def _cost_of_day(problem: PeriodicProblem, calls: dict[int, Call]) -> int | None:
    @cache
    def route(places: frozenset[int]) -> int | None:
        if sum(calls[k].load[0] for k in places) > problem.room[0]:
            return None
        stays = sum(calls[k].duration for k in places)
        ways = [
            sum(int(problem.cost[a, b]) for a, b in zip((0, *o), (*o, 0), strict=True)) for o in permutations(places)
        ]
        longest = problem.longest
        fitting = [way for way in ways if longest is None or way + stays <= longest]  # a unit of way takes a unit
        return min(fitting) + problem.fixed if fitting else None

    costs = [
        sum(cost for cost in parts if cost is not None)
        for division in _divisions(sorted(calls))
        if len(division) <= problem.vehicles and None not in (parts := [route(part) for part in division])
    ]
    return min(costs, default=None)


def _divisions(items: list[int]) -> Iterator[list[frozenset[int]]]:
    if not items:
        yield []
        return
    first, *rest = items
    for division in _divisions(rest):
        yield [frozenset({first}), *division]
        for k, part in enumerate(division):
            yield [*division[:k], part | {first}, *division[k + 1 :]]
