"""Lower bounds, so that a reported bound gap is honest.

A bound never exceeds the cost of any plan that the referee accepts. What is left out
(windows, most other rules, overtime, waiting, the number of vehicles) can only
make plans dearer. Small problems: the cheapest division of the shipments among closed walks that the
hours of work allow. Others: trees over all places, or half of the cheapest drive into and out of each, every
second of work bearing its share of the vehicle's day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.cost import METRES_PER_KM, SECONDS_PER_H
from optimizer.tree_bounds import tree_bound

if TYPE_CHECKING:
    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem

UNIT = 2 * METRES_PER_KM * SECONDS_PER_H
"""Parts of a fen in which drives are counted, so that halves stay whole numbers."""

MOST_DIVIDED = 13
"""Most shipments whose divisions among vehicles are all tried, and most places that they call at."""

MOST_JOINED = 400
"""Most places of a problem whose trees are looked at."""

NO_PATH = 1 << 50
"""Cost of a drive that does not exist, in parts; above every cost of a day."""


def lower_bound_fen(problem: Problem) -> int:
    """Return a proven lower bound on the cost in fen of every plan that the referee accepts.

    0 without shipments. Up to ``MOST_DIVIDED`` shipments O(3^n + 2^n n^2 k) and an O(p^3 k)
    closure of the matrices, about half a second; otherwise O(p^2 k), and O(p^3) up to
    ``MOST_JOINED`` places, for n shipments, p places and k vehicle types.
    """
    bound = _bound_by_places(problem)
    num_places = len({p for s in problem.shipments for p in _ends(problem, s)})
    if max(num_places, len(problem.shipments)) <= MOST_DIVIDED:
        bound = max(bound, _bound_by_division(problem))
    return bound


def _drives(problem: Problem, kind: VehicleType, second: int) -> np.ndarray:
    """Return the cost of every drive of this vehicle type in parts of a fen, ``second`` for each of them, (p, p)."""
    matrix = problem.matrices[kind.profile]
    metres, seconds = matrix.distance_m, matrix.duration_s  # (p, p)
    parts = metres * kind.distance_fen_per_km * (UNIT // METRES_PER_KM) + second * seconds
    return np.where((metres < 0) | (seconds < 0), NO_PATH, parts)


def _second(kind: VehicleType, *, with_day: bool = False) -> int:
    """Return what a second of work costs in parts of a fen, rounded down.

    ``with_day``: with its share of the day's fixed cost. No day is longer than its hours, so the shares of a day never
    come to more than the day.
    """
    share = kind.fixed_fen * UNIT // _hours_s(kind) if with_day else 0
    return kind.time_fen_per_h * (UNIT // SECONDS_PER_H) + share


def _ends(problem: Problem, goods: Shipment) -> list[str]:
    """Return the ends of a shipment where a visit is unavoidable."""
    return [p for p in (goods.origin, goods.destination) if p not in problem.depot_of]


def _bound_by_places(problem: Problem) -> int:
    """Charge each place its calls and drives, or the penalties of what it leaves behind.

    Half of a drive belongs to either of its ends. The penalty and handling of a shipment
    are shared by its ends. Rounding saves less than 1 fen a route. Of fixed costs either one day counts in
    full, or every second of work bears its share of a day.
    """
    penalties = sum(s.penalty_fen for s in problem.shipments)
    if not problem.vehicle_types:
        return penalties
    fixed = min(k.fixed_fen + k.min_pay_fen for k in problem.vehicle_types)
    routes = min(sum(k.count for k in problem.vehicle_types), len(problem.shipments))
    whole, shared = (_Relaxed(problem, with_day=with_day) for with_day in (False, True))
    best = max(whole.halves() + fixed, shared.halves())
    if len(problem.places) <= MOST_JOINED:
        best = max(best, shared.tree(), whole.tree() + fixed)
    return max(0, min(penalties, best - routes))


class _Relaxed:
    """What calls and drives cost at least, whichever vehicle makes them, and what it costs not to call, by place.

    ``with_day``: as in ``_second``.
    """

    def __init__(self, problem: Problem, *, with_day: bool) -> None:
        second = {k.id: _second(k, with_day=with_day) for k in problem.vehicle_types}
        drives = [_drives(problem, k, second[k.id]) for k in problem.vehicle_types]
        self.drives = np.min(drives, axis=0)  # (p, p)
        self.rows: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.call: dict[str, int] = {}
        self.depots = [problem.index(p) for k in problem.vehicle_types for p in (k.depot, k.last_place)]
        self.ends = {k.end for k in problem.vehicle_types}
        slowest = min(second.values())
        for goods in problem.shipments:
            ends = _ends(problem, goods)
            for place in ends:
                if place not in self.rows:
                    self.rows[place] = problem.index(place)
                    self.left[place], self.call[place] = 0, problem.place(place).visit_s * slowest
                penalty = goods.penalty_fen * UNIT // len(ends)
                self.left[place] += penalty
                self.call[place] += min(penalty, goods.handling_fen * UNIT // len(ends) + goods.service_s * slowest)

    def halves(self) -> int:
        """Return in fen what all places cost: half of the cheapest drives in and out and the call, or the penalties."""
        drives = self.drives.copy()
        np.fill_diagonal(drives, NO_PATH)
        half = {p: (int(drives[:, i].min()) + int(drives[i].min())) // 2 for p, i in self.rows.items()}
        half |= dict.fromkeys(self.ends & set(half), 0)  # who ends there need not drive on
        return sum(min(self.left[p], half[p] + self.call[p]) for p in self.rows) // UNIT

    def tree(self) -> int:
        """Return in fen what a tree over the places costs, each with its call.

        Places that a trip of their own would not be worth are left out of the tree. Any other that a plan leaves
        costs no less than such a trip: to add it makes no plan dearer, so the bound holds for plans that leave some.
        """
        drives = _closed(self.drives)
        drives = np.minimum(drives, drives.T)
        out = drives[self.depots].min(axis=0)  # (p,)
        worth = [p for p, i in self.rows.items() if 2 * int(out[i]) + self.call[p] <= self.left[p]]
        rows = [self.rows[p] for p in worth]
        ways = np.zeros((len(rows) + 1, len(rows) + 1), dtype=np.int64)
        ways[1:, 1:] = drives[np.ix_(rows, rows)]
        ways[0, 1:] = ways[1:, 0] = out[rows]
        ways[1:, 1:] = np.minimum(ways[1:, 1:], ways[1:, :1] + ways[:1, 1:])
        calls = sum(self.call[p] if p in set(worth) else min(self.left[p], self.call[p]) for p in self.rows)
        return (tree_bound(ways) + calls) // UNIT


def _bound_by_division(problem: Problem) -> int:
    """Return the least cost over all divisions of the shipments among days and what is left behind."""
    shipments = problem.shipments
    route = np.full(1 << len(shipments), NO_PATH, dtype=np.int64)  # (2^n,)
    for kind in problem.vehicle_types:
        route = np.minimum(route, _days(problem, kind))
    penalty = [s.penalty_fen for s in shipments]
    best = np.zeros_like(route)
    for some in range(1, len(route)):
        first = some & -some
        parts = first | _subsets(some ^ first)  # whatever rides with the first of them
        left = best[some ^ first] + penalty[first.bit_length() - 1]
        best[some] = min(int(left), int((best[some ^ parts] + route[parts]).min()))
    return int(best[-1])


def _subsets(some: int) -> np.ndarray:
    """Return every subset of a bit mask, the empty one first, (2^bits,)."""
    found = np.zeros(1, dtype=np.int64)
    while some:
        low = some & -some
        found = np.concatenate((found, found | low))
        some ^= low
    return found


def _days(problem: Problem, kind: VehicleType) -> np.ndarray:
    """Return the least cost in fen of a day that carries each set of shipments, by bit mask, (2^n,).

    ``NO_PATH`` where the hours of work, access or the size of a shipment forbid it. Distance and time, each
    rounded half up, are together never below the whole fen of their sum.
    """
    ends = [_ends(problem, s) for s in problem.shipments]
    places = list(dict.fromkeys(p for some in ends for p in some))
    rows = [problem.index(p) for p in places]
    masks = [sum(1 << places.index(p) for p in some) for some in ends]
    called = _sums(masks, np.bitwise_or)
    visit_s = _sums([problem.place(p).visit_s for p in places])[called]
    service_s = _sums([s.service_s * len(some) for s, some in zip(problem.shipments, ends, strict=True)])
    busy_s = problem.depot_of[kind.depot].loading_s + visit_s + service_s  # once: who calls at home need not load anew
    way, seconds = (
        (problem.index(kind.depot), problem.index(kind.last_place)),
        problem.matrices[kind.profile].duration_s,
    )
    drive = _tours(_drives(problem, kind, _second(kind)), way, rows)[called]
    drive_s = _tours(np.where(seconds < 0, NO_PATH, seconds), way, rows)[called]
    handling = _sums([s.handling_fen for s in problem.shipments])
    pay = np.maximum(_sums([s.pieces * kind.piece_fen for s in problem.shipments]), kind.min_pay_fen)
    cost = kind.fixed_fen + handling + pay + (drive + _second(kind) * busy_s) // UNIT
    barred = sum(1 << k for k, p in enumerate(places) if not _may_call(problem, kind, p))
    too_large = _sums([_is_too_large(kind, s) for s in problem.shipments])
    is_out = (drive_s + busy_s > _hours_s(kind)) | (called & barred != 0) | (too_large > 0)
    return np.where(is_out | (drive >= NO_PATH), NO_PATH, cost)


def _hours_s(kind: VehicleType) -> int:
    """Return the longest day of a vehicle; at least a second, so that it can be divided by."""
    return max(1, min(kind.regular_s + kind.max_overtime_s, kind.shift.late_s - kind.shift.early_s))


def _may_call(problem: Problem, kind: VehicleType, place: str) -> bool:
    allowed = problem.place(place).vehicle_types
    return allowed is None or kind.id in allowed


def _is_too_large(kind: VehicleType, goods: Shipment) -> bool:
    return any(load > room for load, room in zip(goods.load, kind.capacity, strict=True))


def _sums(values: list[int], add: np.ufunc = np.add) -> np.ndarray:
    """Return the sum of every subset of some numbers, by bit mask, (2^n,)."""
    total = np.zeros(1, dtype=np.int64)
    for value in values:
        total = np.concatenate((total, add(total, value)))
    return total


def _tours(drives: np.ndarray, way: tuple[int, int], rows: list[int]) -> np.ndarray:
    """Return the cost of the cheapest walk from the first of ``way`` to the other that calls at each set of ``rows``.

    (2^p,).
    Held and Karp (1962) over the shortest drives; 0 for none, ``NO_PATH`` or more where there is no way.
    """
    drives = _closed(drives)
    inner = drives[np.ix_(rows, rows)]  # (p, p)
    path = np.full((1 << len(rows), len(rows)), NO_PATH, dtype=np.int64)  # by set called at and last place
    for k, row in enumerate(rows):
        path[1 << k, k] = drives[way[0], row]
    for k in range(len(rows) and 1 << len(rows)):
        ends = [e for e in range(len(rows)) if k >> e & 1]
        if len(ends) > 1:
            before = path[[k ^ (1 << e) for e in ends]] + inner[:, ends].T  # (ends, p)
            path[k, ends] = np.minimum(before.min(axis=1), NO_PATH)
    tours: np.ndarray = np.minimum((path + drives[rows, way[1]]).min(axis=1, initial=NO_PATH), NO_PATH)
    tours[0] = 0
    return tours


def _closed(drives: np.ndarray) -> np.ndarray:
    """Return the cheapest ways, calling elsewhere if that is cheaper than the direct drive; O(p^3)."""
    for via in range(len(drives)):
        drives = np.minimum(drives, drives[:, [via]] + drives[[via]])
    found: np.ndarray = np.minimum(drives, NO_PATH)
    return found
