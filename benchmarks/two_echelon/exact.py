"""2E-VRP solved to proven optimality where all freighters' routes can be listed (some 20 customers).

One programme for each way to send the trucks, as in Baldacci, Mingozzi, Roberti and Calvo
(2013), "An exact algorithm for the two-echelon capacitated vehicle routing problem",
Operations Research 61: satellites' loads suit given trucks if and only if every group of
satellites gets no more than the trucks that call at one of the group can hold (Hall). What
remains is set partitioning over the listed routes: its linear programme, by adding the
routes of least reduced cost, is a bound; routes whose reduced cost exceeds the distance from
the bound to the best plan are in no better one, the others go to a whole-number programme.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csc_array, hstack

from benchmarks.two_echelon.enumerate_loops import MOST_SETS, Loops, TooLargeError, bits, cheapest_loops, loop_of
from benchmarks.two_echelon.instance import Call, TwoEchelonPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.two_echelon.instance import Haul, Loop, TwoEchelon

SLACK = 1e-6
"""Cost below which two plans count as equal."""

FIRST_WIDTH = 0.01
"""Reduced cost, as a share of the bound, up to which routes are tried while no plan is known."""

BATCH = 400
"""Routes added to a linear programme at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The best plan found (None: there is none, or none was found in time), its cost, and a proven bound."""

    plan: TwoEchelonPlan | None
    cost: float
    bound: float

    @property
    def is_optimal(self) -> bool:
        """Tell whether nothing cheaper exists."""
        return self.plan is not None and self.bound >= self.cost - SLACK


@dataclass(frozen=True, eq=False)
class Columns:
    """All routes as columns: cost (m,), constraint matrix (rows, m), right side and kind of each row.

    Rows: every customer once (the first ``num_equal``); freighters of each satellite and in
    all; load of every group of satellites, whose right side depends on the trucks.
    """

    cost: np.ndarray
    matrix: csc_array
    right: np.ndarray
    num_equal: int
    groups: tuple[tuple[int, ...], ...]
    origin: tuple[tuple[int, int], ...]


Trucks = tuple[tuple[int, ...], ...]
"""Satellites of each truck, in driving order."""


def solve_exactly(instance: TwoEchelon, seconds: float = 60.0) -> Proof:
    """Return the best plan of an instance without windows or pickups, and the bound proven within ``seconds``.

    Raises ``TooLargeError`` where windows, pickups or too many routes are given.
    """
    if instance.is_timed or instance.pickup.any():
        raise TooLargeError(f"{instance.name}: has windows or pickups")
    until = time.monotonic() + seconds
    share = MOST_SETS // instance.num_satellites
    listed = [cheapest_loops(instance, satellite, share) for satellite in instance.satellites]
    columns = _columns(instance, listed)
    best: tuple[float, Trucks, np.ndarray] | None = None
    unsettled = np.inf  # least bound of the ways that were not searched to the end
    for base, trucks in sorted(_ways(instance)):
        bound = float(_relaxed(columns, _with_trucks(columns, trucks))[0])
        known = best[0] if best else np.inf
        if base + bound >= known - SLACK:
            continue
        found, proven = _partition(columns, _with_trucks(columns, trucks), known - base, until)
        if found is not None:
            best = (base + float(columns.cost[found].sum()), trucks, found)
        unsettled = min(unsettled, base + proven)
    if best is None:
        return Proof(plan=None, cost=np.inf, bound=unsettled)
    loops = [loop_of(instance, listed[s], mask) for s, mask in (columns.origin[k] for k in best[2])]
    return Proof(plan=_plan(instance, best[1], loops), cost=best[0], bound=min(best[0], unsettled))


def _columns(instance: TwoEchelon, listed: list[Loops]) -> Columns:
    count, stations, groups = len(instance.customers), len(listed), _groups(instance)
    blocks = []
    for k, loops in enumerate(listed):
        ones, load = np.ones(len(loops.masks)), loops.load / instance.trucks.capacity
        at = [ones * (k == other) for other in range(stations)]
        weights = [load * (loops.satellite in group) for group in groups]
        blocks.append(csc_array(np.vstack([bits(loops.masks, count).T, *at, ones, *weights])))
    most = [count if instance.per_satellite is None else instance.per_satellite] * stations
    most.append(count if instance.freighters.count is None else instance.freighters.count)
    return Columns(
        cost=np.concatenate([loops.cost for loops in listed]),
        matrix=csc_array(hstack(blocks)),
        right=np.array([1.0] * count + [float(x) for x in most] + [0.0] * len(groups)),
        num_equal=count,
        groups=groups,
        origin=tuple((k, int(mask)) for k, loops in enumerate(listed) for mask in loops.masks),
    )


def _groups(instance: TwoEchelon) -> tuple[tuple[int, ...], ...]:
    """Return every group of satellites but the empty one."""
    rows = instance.satellites
    return tuple(group for size in range(1, len(rows) + 1) for group in combinations(rows, size))


def _ways(instance: TwoEchelon) -> Iterator[tuple[float, Trucks]]:
    """Yield the cost and the satellites of each set of trucks that can hold everything."""
    trucks = instance.trucks
    total = int(instance.delivery.sum())
    least = -(-total // trucks.capacity)
    most = least + instance.num_satellites if trucks.count is None else trucks.count
    tours = [
        _tour(instance, g) for n in range(1, instance.num_satellites + 1) for g in combinations(instance.satellites, n)
    ]
    for number in range(least, most + 1):
        for chosen in combinations_with_replacement(tours, number):
            length = sum(cost for cost, _ in chosen)
            yield number * trucks.fixed + trucks.per_length * length, tuple(tour for _, tour in chosen)


def _tour(instance: TwoEchelon, group: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
    """Return the shortest tour from the depot through a group of satellites, by trying all."""
    paths = [(0, *order, 0) for order in permutations(group)]
    return min((sum(float(instance.length[a, b]) for a, b in pairwise(p)), p[1:-1]) for p in paths)


def _with_trucks(columns: Columns, trucks: Trucks) -> np.ndarray:
    """Return the right sides: a group's load, in truckloads, is at most the number of trucks that call there."""
    right = columns.right.copy()
    callers = [sum(bool(set(group) & set(tour)) for tour in trucks) for group in columns.groups]
    right[len(right) - len(callers) :] = callers
    return right


def _relaxed(columns: Columns, right: np.ndarray) -> tuple[float, np.ndarray]:
    """Return a bound for the linear programme and the reduced cost of every column.

    A customer may be left out for a price ten times that of any plan, so that there is always
    an answer: a bound still, and infinite where it is above every plan.
    """
    equal = columns.num_equal
    dearest = equal * float(columns.cost.max()) + 1.0  # a plan has no more routes than customers
    chosen = np.zeros(len(columns.cost), dtype=bool)
    chosen[: 2 * equal] = True
    while True:
        part = columns.matrix[:, np.flatnonzero(chosen)]
        cost = np.concatenate([columns.cost[chosen], np.full(equal, 10 * dearest)])
        spare = np.vstack([np.eye(equal), np.zeros((len(right) - equal, equal))])
        whole = np.hstack([part.toarray(), spare])
        value, prices = _priced(cost, whole, right, equal)
        reduced = columns.cost - columns.matrix.T @ prices
        worst = np.argsort(reduced)[:BATCH]
        worst = worst[(reduced[worst] < -1e-7) & ~chosen[worst]]
        if not len(worst):
            return (value if value < dearest else np.inf), reduced
        chosen[worst] = True


def _priced(cost: np.ndarray, matrix: np.ndarray, right: np.ndarray, equal: int) -> tuple[float, np.ndarray]:
    """Return the value of a linear programme, its first ``equal`` rows equations, and the price of each row."""
    answer = linprog(
        cost, A_eq=matrix[:equal], b_eq=right[:equal], A_ub=matrix[equal:], b_ub=right[equal:], method="highs"
    )
    if answer.status or answer.fun is None:
        raise RuntimeError(f"HiGHS: {answer.message}")
    return float(answer.fun), np.concatenate([answer.eqlin.marginals, answer.ineqlin.marginals])


def _partition(columns: Columns, right: np.ndarray, limit: float, until: float) -> tuple[np.ndarray | None, float]:
    """Return the cheapest columns below ``limit`` (None: there are none) and a bound for this way to send trucks."""
    bound, reduced = _relaxed(columns, right)
    width = FIRST_WIDTH * bound + SLACK
    best, found = limit, None
    while np.isfinite(bound):
        kept = np.flatnonzero(reduced <= min(width, best - bound) + SLACK)
        left = until - time.monotonic()
        if left <= 0:
            return found, bound
        answer = _whole(columns, right, kept, left)
        if answer.x is not None and answer.fun < best - SLACK:
            best, found = float(answer.fun), kept[answer.x > 0.5]
        if answer.status == 1:
            return found, min(best, bound)
        if width >= best - bound or len(kept) == len(reduced):
            return found, best
        width *= 2
    return found, np.inf


def _whole(columns: Columns, right: np.ndarray, kept: np.ndarray, seconds: float) -> OptimizeResult:
    lower = np.where(np.arange(len(right)) < columns.num_equal, right, -np.inf)
    return milp(
        columns.cost[kept],
        integrality=np.ones(len(kept), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(columns.matrix[:, kept], lower, right),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )


def _plan(instance: TwoEchelon, trucks: Trucks, loops: list[Loop]) -> TwoEchelonPlan:
    """Share satellites' loads among the trucks: a flow, found by augmenting paths."""
    room = [instance.trucks.capacity] * len(trucks)
    need = dict.fromkeys(instance.satellites, 0)
    for loop in loops:
        need[loop.satellite] += sum(int(instance.delivery[row]) for row in loop.customers)
    given: dict[tuple[int, int], int] = {}
    for satellite, load in need.items():
        left = load
        while left and (moved := _augment(trucks, room, given, satellite, left)):
            left -= moved
    hauls: tuple[Haul, ...] = tuple(
        tuple(Call(satellite=s, load=given[k, s]) for s in tour if given.get((k, s))) for k, tour in enumerate(trucks)
    )
    return TwoEchelonPlan(hauls=tuple(haul for haul in hauls if haul), loops=tuple(loops))


def _augment(trucks: Trucks, room: list[int], given: dict[tuple[int, int], int], satellite: int, most: int) -> int:
    """Give up to ``most`` of a satellite's load to a truck, moving other loads to make room; return how much."""
    queue: list[tuple[int, ...]] = [(satellite,)]  # satellite, truck, satellite, truck, ...
    seen: set[int] = set()
    for path in queue:
        for k in (k for k, tour in enumerate(trucks) if path[-1] in tour and k not in seen):
            seen.add(k)
            if room[k]:
                return _shift((*path, k), room, given, most)
            queue.extend(
                (*path, k, s) for (truck, s), load in given.items() if truck == k and load and s not in path[::2]
            )
    return 0


def _shift(path: tuple[int, ...], room: list[int], given: dict[tuple[int, int], int], most: int) -> int:
    """Move load along satellite, truck, satellite, ..., truck: each satellite's goes on to the next truck."""
    stations, carriers = path[::2], path[1::2]
    amount = min([most, room[carriers[-1]], *(given[k, s] for k, s in zip(carriers, stations[1:], strict=False))])
    for s, k in zip(stations, carriers, strict=True):
        given[k, s] = given.get((k, s), 0) + amount
    for k, s in zip(carriers, stations[1:], strict=False):
        given[k, s] -= amount
    room[carriers[-1]] -= amount
    return amount
