"""Lower bounds, so that a reported bound gap is honest.

A bound never exceeds the cost of any plan that the referee accepts. What is left out
(loads, windows, all other rules, overtime, waiting, the number of vehicles) can only
make plans dearer. Tiny problems: the cheapest division of the shipments among closed walks.
Others: half of the cheapest drive into and out of every place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from optimizer.cost import METRES_PER_KM, SECONDS_PER_H

if TYPE_CHECKING:
    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem

UNIT = 2 * METRES_PER_KM * SECONDS_PER_H
"""Parts of a fen in which drives are counted, so that halves stay whole numbers."""

MOST_DIVIDED = 8
"""Most shipments whose divisions among vehicles are all tried."""

NO_PATH = 1 << 50
"""Cost of a drive that does not exist, in parts; above every cost of a day."""


def lower_bound_fen(problem: Problem) -> int:
    """Return a proven lower bound on the cost in fen of every plan that the referee accepts.

    0 without shipments. Up to ``MOST_DIVIDED`` shipments O(3^n + 2^n n^2 k) and an O(p^3 k)
    closure of the matrices, otherwise O(p^2 k), for n shipments, p places and k vehicle types.
    """
    bound = _bound_by_places(problem)
    if len(problem.shipments) <= MOST_DIVIDED:
        bound = max(bound, _bound_by_division(problem))
    return bound


def _drives(problem: Problem, kind: VehicleType) -> np.ndarray:
    """Return the cost of every drive of this vehicle type in parts of a fen, (p, p)."""
    matrix = problem.matrices[kind.profile]
    metres, seconds = matrix.distance_m, matrix.duration_s  # (p, p)
    parts = metres * kind.distance_fen_per_km * (UNIT // METRES_PER_KM) + _seconds(kind, 1) * seconds
    return np.where((metres < 0) | (seconds < 0), NO_PATH, parts)


def _seconds(kind: VehicleType, seconds: int) -> int:
    return seconds * kind.time_fen_per_h * (UNIT // SECONDS_PER_H)


def _ends(problem: Problem, goods: Shipment) -> list[str]:
    """Return the ends of a shipment where a visit is unavoidable."""
    return [p for p in (goods.origin, goods.destination) if p not in problem.depot_of]


def _bound_by_places(problem: Problem) -> int:
    """Charge each place its cheapest way in and out, or the penalties of what it leaves behind.

    Half of a drive belongs to either of its ends. The penalty and handling of a shipment
    are shared by its ends. Rounding saves less than 1 fen a route.
    """
    penalties = sum(s.penalty_fen for s in problem.shipments)
    if not problem.vehicle_types:
        return penalties
    calls = _cheapest_calls(problem)
    slowest = min((k.time_fen_per_h for k in problem.vehicle_types), default=0) * (UNIT // SECONDS_PER_H)
    left, served = dict.fromkeys(calls, 0), dict.fromkeys(calls, 0)
    for goods in problem.shipments:
        ends = _ends(problem, goods)
        for place in ends:
            penalty = goods.penalty_fen * UNIT // len(ends)
            left[place] += penalty
            served[place] += min(penalty, goods.handling_fen * UNIT // len(ends) + goods.service_s * slowest)
    parts = sum(min(left[p], calls[p] + served[p]) for p in calls)
    fixed = min(k.fixed_fen for k in problem.vehicle_types)
    routes = min(sum(k.count for k in problem.vehicle_types), len(problem.shipments))
    return max(0, min(penalties, parts // UNIT + fixed - routes))


def _cheapest_calls(problem: Problem) -> dict[str, int]:
    """Return, for each place that is no depot and has goods, the least cost of calling there at all."""
    cheapest = np.min([_drives(problem, k) for k in problem.vehicle_types], axis=0)  # (p, p)
    np.fill_diagonal(cheapest, NO_PATH)
    rate = min(k.time_fen_per_h for k in problem.vehicle_types) * (UNIT // SECONDS_PER_H)
    places = dict.fromkeys(p for s in problem.shipments for p in _ends(problem, s))
    rows = {p: problem.index(p) for p in places}
    return {
        p: (int(cheapest[:, i].min()) + int(cheapest[i].min())) // 2 + problem.place(p).visit_s * rate
        for p, i in rows.items()
    }


def _bound_by_division(problem: Problem) -> int:
    """Return the least cost over all divisions of the shipments among walks and what is left behind."""
    shipments = problem.shipments
    walks = [_walks(problem, kind) for kind in problem.vehicle_types]
    route = [min((w[some] for w in walks), default=NO_PATH) for some in range(1 << len(shipments))]
    best = [0] * len(route)
    for some in range(1, len(route)):
        first = some & -some
        best[some] = best[some ^ first] + shipments[first.bit_length() - 1].penalty_fen
        part = some
        while part:
            if part & first:
                best[some] = min(best[some], best[some ^ part] + route[part])
            part = (part - 1) & some
    return best[-1]


def _walks(problem: Problem, kind: VehicleType) -> list[int]:
    """Return the least cost in fen of a day that carries each set of shipments, by bit mask.

    Distance and time, each rounded half up, are together never below the whole fen of their sum.
    """
    ends = [_ends(problem, s) for s in problem.shipments]
    places = list(dict.fromkeys(p for some in ends for p in some))
    tours = _tours(problem, kind, places)
    costs = []
    for some in range(1 << len(ends)):
        chosen = [k for k in range(len(ends)) if some >> k & 1]
        called = {p for k in chosen for p in ends[k]}
        busy_s = problem.depot_of[kind.depot].loading_s + sum(problem.place(p).visit_s for p in called)
        busy_s += sum(problem.shipments[k].service_s * len(ends[k]) for k in chosen)
        handling = sum(problem.shipments[k].handling_fen for k in chosen)
        drive = tours(sum(1 << places.index(p) for p in called))
        costs.append(kind.fixed_fen + handling + (drive + _seconds(kind, busy_s)) // UNIT)
    return costs


class _Tours:
    """The cheapest closed walks from a depot; Held and Karp (1962) over the shortest drives."""

    def __init__(self, drives: np.ndarray, home: int, rows: list[int]) -> None:
        self._drives, self._home, self._rows = drives.tolist(), home, rows
        self._path = lru_cache(maxsize=None)(self._shortest)

    def __call__(self, called: int) -> int:
        """Return the cost in parts of calling at these places, a bit mask, and coming home; 0 for none."""
        ends = [k for k in range(len(self._rows)) if called >> k & 1]
        return min((self._path(called, k) + self._drives[self._rows[k]][self._home] for k in ends), default=0)

    def _shortest(self, called: int, last: int) -> int:
        rest, row = called ^ (1 << last), self._rows[last]
        if not rest:
            return int(self._drives[self._home][row])
        ends = [k for k in range(len(self._rows)) if rest >> k & 1]
        return min(self._path(rest, k) + int(self._drives[self._rows[k]][row]) for k in ends)


def _tours(problem: Problem, kind: VehicleType, places: list[str]) -> _Tours:
    drives = _drives(problem, kind)
    for via in range(len(drives)):  # calling elsewhere on the way may be cheaper than the direct drive
        drives = np.minimum(drives, drives[:, [via]] + drives[[via]])
    return _Tours(drives, problem.index(kind.depot), [problem.index(p) for p in places])
