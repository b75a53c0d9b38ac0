"""Trucks for given freighters' routes where a satellite's goods may be split among trucks: a small exact programme.

A column is a group of satellites that one truck calls at, in its cheapest order; loads are poured over the trucks
(split delivery: Dror and Trudeau 1989, "Savings by split delivery routing", Transportation Science 23).
"""

from __future__ import annotations

from itertools import combinations, pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.two_echelon.instance import Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.two_echelon.instance import Haul, Loop, TwoEchelon

MOST_CALLS = 4
"""Most satellites that one truck calls at here; more are seldom worth it, and are left out."""

SECONDS = 2.0
"""Most time for one programme."""


def poured(instance: TwoEchelon, loops: Sequence[Loop]) -> tuple[Haul, ...] | None:
    """Return the cheapest trucks' routes that bring what the freighters take, None where none were found in time."""
    loads: dict[int, int] = {}
    for loop in loops:
        loads[loop.satellite] = loads.get(loop.satellite, 0) + sum(int(instance.delivery[c]) for c in loop.customers)
    used = sorted(loads)
    if not used:
        return ()
    paths = [_shortest(instance, group) for k in range(1, MOST_CALLS + 1) for group in combinations(used, k)]
    cost = np.array([_fen(instance, path) for path in paths])
    calls = [(r, s) for r, path in enumerate(paths) for s in path]
    m, n = len(paths), len(paths) + len(calls)
    rows = np.zeros((len(used) + m + 1, n))
    for c, (r, s) in enumerate(calls, start=m):
        rows[used.index(s), c] = 1
        rows[len(used) + r, c] = 1
    rows[len(used) : len(used) + m, :m] = -instance.trucks.capacity * np.eye(m)
    rows[-1, :m] = 1
    wanted = [loads[s] for s in used]
    trucks = np.inf if instance.trucks.count is None else instance.trucks.count
    low, high = [*wanted, *[-np.inf] * m, 0], [*wanted, *[0] * m, trucks]
    found = milp(
        np.r_[cost, np.zeros(len(calls))],
        integrality=np.r_[np.ones(m, int), np.zeros(len(calls), int)],
        bounds=Bounds(0, np.inf),
        constraints=LinearConstraint(rows, low, high),
        options={"time_limit": SECONDS},
    )
    if found.x is None:
        return None
    times = np.rint(found.x[:m]).astype(int)
    return tuple(_shared(instance, [paths[r] for r in range(m) for _ in range(times[r])], loads))


def _shortest(instance: TwoEchelon, group: tuple[int, ...]) -> tuple[int, ...]:
    return min(permutations(group), key=lambda path: _fen(instance, path))


def _fen(instance: TwoEchelon, path: tuple[int, ...]) -> float:
    length = sum(float(instance.length[a, b]) for a, b in pairwise((0, *path, 0)))
    return instance.trucks.fixed + instance.trucks.per_length * length


def _shared(instance: TwoEchelon, paths: Sequence[tuple[int, ...]], loads: Mapping[int, int]) -> list[Haul]:
    """Return whole loads for every call of the trucks on ``paths``: a flow from trucks to satellites."""
    calls = [(k, s) for k, path in enumerate(paths) for s in path]
    used = sorted(loads)
    rows = np.zeros((len(used) + len(paths), len(calls)))
    for c, (k, s) in enumerate(calls):
        rows[used.index(s), c] = 1
        rows[len(used) + k, c] = 1
    wanted = [loads[s] for s in used]
    low, high = [*wanted, *[0] * len(paths)], [*wanted, *[instance.trucks.capacity] * len(paths)]
    constraints = LinearConstraint(rows, low, high)
    found = milp(
        np.ones(len(calls)), integrality=np.ones(len(calls), int), constraints=constraints, bounds=Bounds(0, np.inf)
    )
    assert found.x is not None  # the first programme has such a flow
    share = dict(zip(calls, np.rint(found.x).astype(int).tolist(), strict=True))
    return [
        tuple(Call(satellite=s, load=share[k, s]) for s in path if share[k, s])
        for k, path in enumerate(paths)
        if any(share[k, s] for s in path)
    ]
