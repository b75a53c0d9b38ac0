"""2E-VRPTWSPD solved to proven optimality for a dozen customers, by dynamic programmes over sets of customers.

First every freighter's route worth having: of the orders of one set of customers from one
satellite those that no other beats in length, in the last moment to set out and in the most
load on the way. Then every truck's day: satellites in turn, at each one freighter's goods
more, of the days to the same set only those that no other beats in cost and time. Last,
all customers are parted among trucks; what comes back must fit one truck, whose shortest
tour through the satellites that have some is added. Rules as in ``zhou``. Sets are numbers
whose bit i stands for the i-th customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.two_echelon.enumerate_loops import TooLargeError
from benchmarks.two_echelon.exact import Proof
from benchmarks.two_echelon.instance import Call, Loop, TwoEchelonPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.two_echelon.instance import Haul, TwoEchelon

MOST_CUSTOMERS = 12
"""Beyond, three to the power of their number steps take too long."""

SLACK = 1e-9
"""Units of time and cost below which two days count as equal."""


@dataclass(frozen=True, slots=True)
class Path:
    """Customers in driving order to the end of a route: its cost, the last moment to arrive at the first of them.

    ``peak``: most load from there on, without what has been collected before.
    """

    cost: float
    last: float
    peak: int
    loop: Loop


@dataclass(frozen=True, slots=True)
class Day:
    """A truck after its last call: cost so far, when it is free, where, satellites with goods to collect, calls."""

    cost: float
    time: float
    at: int
    back: frozenset[int]
    loops: tuple[Loop, ...]


Best = dict[frozenset[int], tuple[float, tuple[Day, ...]]]
"""For each set of satellites with goods to collect the cheapest trucks."""


def solve_timed_exactly(instance: TwoEchelon) -> Proof:
    """Return a cheapest plan and its cost as the bound; both infinite where there is no plan. O(3^n) label steps.

    Raises ``TooLargeError`` for more than ``MOST_CUSTOMERS``, fleets with limits, an instance without
    windows, or more goods to collect than one truck holds.
    """
    if not instance.is_timed or len(instance.customers) > MOST_CUSTOMERS:
        raise TooLargeError(f"{instance.name}: no windows, or more than {MOST_CUSTOMERS} customers")
    if (instance.trucks.count, instance.freighters.count, instance.per_satellite) != (None, None, None):
        raise TooLargeError(f"{instance.name}: fleets have limits")
    if instance.pickup.sum() > instance.trucks.capacity:
        raise TooLargeError(f"{instance.name}: one truck cannot collect everything")
    best = _parted(instance, _days(instance, _routes(instance)))
    if not best:
        return Proof(plan=None, cost=np.inf, bound=np.inf)
    back = min(best, key=lambda rows: best[rows][0] + _tour(instance, rows)[0])
    cost = best[back][0] + _tour(instance, back)[0]
    return Proof(plan=_plan(instance, best[back][1], _tour(instance, back)[1]), cost=cost, bound=cost)


def _routes(instance: TwoEchelon) -> dict[int, list[Path]]:
    """Return the routes worth having of every set; ``last`` is when they must set out at the satellite."""
    found: dict[int, list[Path]] = {}
    for satellite in instance.satellites:
        for mask, paths in _paths(instance, satellite).items():
            kept: list[Path] = []
            for path in paths:
                way = float(instance.length[satellite, path.loop.customers[0]])
                cost = instance.freighters.fixed + path.cost + instance.freighters.per_length * way
                kept = _kept(kept, Path(cost, path.last - way, 0, path.loop))
            found.setdefault(mask, []).extend(kept)
    return found


def _paths(instance: TwoEchelon, satellite: int) -> dict[int, list[Path]]:
    """Return paths to ``satellite`` by set, grown at their front."""
    empty = Path(0.0, np.inf, 0, Loop(satellite=satellite, customers=()))
    layer = {(0, satellite): [empty]}
    result: dict[int, list[Path]] = {}
    while layer:
        longer: dict[tuple[int, int], list[Path]] = {}
        for (mask, _), paths in layer.items():
            for row, bit in _others(instance, mask):
                news = [_ahead(instance, path, row, mask | bit) for path in paths]
                for new in filter(None, news):
                    longer[mask | bit, row] = _kept(longer.get((mask | bit, row), []), new)
        for (mask, _), paths in longer.items():
            result.setdefault(mask, []).extend(paths)
        layer = longer
    return result


def _ahead(instance: TwoEchelon, path: Path, row: int, mask: int) -> Path | None:
    """Return ``path`` with customer ``row`` ahead; None where load, window or the first truck's arrival forbid it."""
    assert instance.windows is not None
    assert instance.service is not None
    after = path.loop.customers[0] if path.loop.customers else path.loop.satellite
    load = _sum(instance, instance.delivery, mask)
    peak = max(load, int(instance.pickup[row]) + path.peak)
    way, satellite = float(instance.length[row, after]), path.loop.satellite
    last = min(float(instance.windows[row, 1]), path.last - way - float(instance.service[row]))
    there = instance.length[0, satellite] + instance.handling * load + instance.length[satellite, row]
    if peak > instance.freighters.capacity or last < max(there, instance.windows[row, 0]) - SLACK:
        return None
    cost = path.cost + instance.freighters.per_length * way
    return Path(cost, last, peak, Loop(satellite=satellite, customers=(row, *path.loop.customers)))


def _days(instance: TwoEchelon, routes: dict[int, list[Path]]) -> dict[int, list[Day]]:
    """Return trucks' days by the set that they serve; sets grow, so each is complete when its number comes."""
    days = {0: [Day(0.0, 0.0, 0, frozenset(), ())]}
    loads = {mask: _sum(instance, instance.delivery, mask) for mask in routes}
    full = (1 << len(instance.customers)) - 1
    for mask in range(full):
        for more in _subsets(full ^ mask) if mask in days else ():
            fits = more in routes and _sum(instance, instance.delivery, mask) + loads[more] <= instance.trucks.capacity
            for day in days[mask] if fits else ():
                for path in routes[more]:
                    new = _further(instance, day, path, loads[more], more)
                    if new is not None:
                        days[mask | more] = _worthwhile(days.get(mask | more, []), new)
    return days


def _further(instance: TwoEchelon, day: Day, path: Path, load: int, mask: int) -> Day | None:
    """Return the day after one freighter's goods more; None where that freighter would set out too late."""
    satellite = path.loop.satellite
    way = float(instance.length[day.at, satellite])
    time = day.time + way + instance.handling * load
    if time > path.last + SLACK:
        return None
    back = day.back | {satellite} if _sum(instance, instance.pickup, mask) else day.back
    cost = day.cost + instance.trucks.per_length * way + path.cost
    return Day(cost, time, satellite, back, (*day.loops, path.loop))


def _parted(instance: TwoEchelon, days: dict[int, list[Day]]) -> Best:
    """Return the cheapest trucks for all customers; the first customer left always rides on the next truck."""
    home = {mask: _home(instance, found) for mask, found in days.items() if mask}
    full = (1 << len(instance.customers)) - 1
    table: dict[int, Best] = {0: {frozenset(): (0.0, ())}}
    for mask in range(1, full + 1):
        low = mask & -mask
        here: Best = {}
        for part in _subsets(mask):
            if part & low and part in home and mask ^ part in table:
                _join(here, home[part], table[mask ^ part])
        if here:
            table[mask] = here
    return table.get(full, {})


def _join(here: Best, first: Best, rest: Best) -> None:
    """Add to ``here`` what comes out cheaper by one truck of ``first`` and those of ``rest``."""
    for back, (cost, days) in first.items():
        for other, (more, trucks) in rest.items():
            both = back | other
            if both not in here or cost + more < here[both][0]:
                here[both] = (cost + more, (*days, *trucks))


def _home(instance: TwoEchelon, days: list[Day]) -> Best:
    """Return the cheapest of a set's days with the way home and the truck itself."""
    best: Best = {}
    for day in days:
        cost = day.cost + instance.trucks.fixed + instance.trucks.per_length * float(instance.length[day.at, 0])
        if day.back not in best or cost < best[day.back][0]:
            best[day.back] = (cost, (day,))
    return best


def _tour(instance: TwoEchelon, rows: frozenset[int]) -> tuple[float, tuple[int, ...]]:
    """Return cost and order of the cheapest tour that collects at ``rows``; nothing where there are none."""
    if not rows:
        return 0.0, ()
    paths = [(0, *order, 0) for order in permutations(sorted(rows))]
    length, path = min((sum(float(instance.length[a, b]) for a, b in pairwise(path)), path) for path in paths)
    return instance.trucks.fixed + instance.trucks.per_length * length, path[1:-1]


def _plan(instance: TwoEchelon, days: tuple[Day, ...], tour: tuple[int, ...]) -> TwoEchelonPlan:
    loops: list[Loop] = []
    hauls: list[Haul] = []
    for day in days:
        calls = []
        for loop in day.loops:
            load = sum(int(instance.delivery[row]) for row in loop.customers)
            calls.append(Call(satellite=loop.satellite, load=load, loops=(len(loops),)))
            loops.append(loop)
        hauls.append(tuple(calls))
    back = tuple(_collection(instance, loops, satellite) for satellite in tour)
    return TwoEchelonPlan(hauls=tuple(hauls), loops=tuple(loops), collections=(back,) if back else ())


def _collection(instance: TwoEchelon, loops: list[Loop], satellite: int) -> Call:
    """Return the call that collects at ``satellite`` whatever its freighters bring home."""
    loads = {
        k: sum(int(instance.pickup[row]) for row in loop.customers)
        for k, loop in enumerate(loops)
        if loop.satellite == satellite
    }
    return Call(satellite=satellite, load=sum(loads.values()), loops=tuple(k for k, load in loads.items() if load))


def _kept(paths: list[Path], new: Path) -> list[Path]:
    """Return ``paths`` with ``new`` and without those beaten in cost, last moment and most load."""
    if any(x.cost <= new.cost and x.last >= new.last and x.peak <= new.peak for x in paths):
        return paths
    return [x for x in paths if x.cost < new.cost or x.last > new.last or x.peak < new.peak] + [new]


def _worthwhile(days: list[Day], new: Day) -> list[Day]:
    """Return ``days`` with ``new`` and without those at the same place, dearer, later, with more to collect."""
    if any(x.at == new.at and x.cost <= new.cost and x.time <= new.time and x.back <= new.back for x in days):
        return days
    return [
        x for x in days if not (x.at == new.at and new.cost <= x.cost and new.time <= x.time and new.back <= x.back)
    ] + [new]


def _others(instance: TwoEchelon, mask: int) -> list[tuple[int, int]]:
    """Return row and bit of the customers outside ``mask``."""
    return [(row, 1 << k) for k, row in enumerate(instance.customers) if not mask >> k & 1]


def _subsets(mask: int) -> Iterator[int]:
    """Yield the subsets of ``mask`` but the empty one."""
    part = mask
    while part:
        yield part
        part = (part - 1) & mask


def _sum(instance: TwoEchelon, loads: np.ndarray, mask: int) -> int:
    first = instance.customers.start
    return sum(int(loads[first + k]) for k in range(mask.bit_length()) if mask >> k & 1)
