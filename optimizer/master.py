"""Which pooled trips make the day: carry every shipment once or pay its penalty, within fleet and docks.

Time is counted in minutes, rounded so that what fits here fits in seconds too.
Vehicles of one type are alike here: at no minute may more trips be under way than
there are vehicles. Who drives which trip is for ``optimizer.packing``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.model import VehicleType
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

MINUTE_S = 60
"""The master's grid: starts rounded up, lasting rounded up, latest starts rounded down."""

KEEP_COLUMNS = 1_500
"""Trips left for the integer search; over 7,000 unfiltered ones it found nothing in 7 s (measured)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A pooled trip on the grid, in minutes: loading begins within [first, late], the trip is back by ``back``.

    It takes ``minutes`` from loading to return, and returns no earlier than
    ``early + minutes``: a vehicle loaded before ``early`` waits at the depot.
    ``fixed_s``: the only moment of loading when no grid minute lies in the trip's
    range; the vehicle then counts as busy from the minute before to the minute after.
    """

    first: int
    early: int
    late: int
    minutes: int
    fixed_s: int | None = None

    @classmethod
    def of(cls, pooled: PooledTrip, *, wait_loaded: bool) -> Span:
        """Round ``pooled`` so that the grid is never more hopeful than the clock.

        ``wait_loaded``: whether loading long before leaving is worth considering, as it is where docks are few.
        """
        early, late = -(-pooled.early_s // MINUTE_S), pooled.late_s // MINUTE_S
        if early <= late:
            first = -(-pooled.load_from_s // MINUTE_S) if wait_loaded else early
            return cls(min(first, early), early, late, -(-pooled.duration_s // MINUTE_S))
        start = pooled.late_s // MINUTE_S
        minutes = -(-(pooled.late_s + pooled.duration_s) // MINUTE_S) - start
        return cls(start, start, start, minutes, pooled.late_s)

    def second(self, minute: int) -> int:
        """Return the moment of loading that grid minute ``minute`` stands for."""
        return minute * MINUTE_S if self.fixed_s is None else self.fixed_s

    def loading_minutes(self, loading_s: int) -> int:
        """Return for how many minutes of the grid loading occupies a dock."""
        odd_s = 0 if self.fixed_s is None else self.fixed_s % MINUTE_S
        return -(-(odd_s + loading_s) // MINUTE_S)

    def lasting(self, model: cp_model.CpModel, start: cp_model.IntVar) -> tuple[cp_model.IntVar | int, cp_model.IntVar]:
        """Return (minutes, minute of return) of a trip loaded at ``start``, as variables of ``model``."""
        end = model.new_int_var(self.early + self.minutes, self.late + self.minutes, "")
        if self.first == self.early:
            model.add(end == start + self.minutes)
            return self.minutes, end
        lasting = model.new_int_var(self.minutes, self.early - self.first + self.minutes, "")
        model.add(start + lasting == end)
        model.add_max_equality(end, [start + self.minutes, self.early + self.minutes])
        return lasting, end


def spans_of(problem: Problem, trips: Sequence[PooledTrip]) -> list[Span]:
    """Return the span of each trip; waiting loaded is considered only where docks are limited."""
    few_docks = {d.place for d in problem.depots if d.docks is not None and d.loading_s > 0}
    return [Span.of(trip, wait_loaded=trip.trip.start in few_docks) for trip in trips]


def choose_trips(
    problem: Problem,
    trips: Sequence[PooledTrip],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
    hint: Iterable[PooledTrip] = (),
) -> list[tuple[PooledTrip, int]]:
    """Return trips that carry each shipment at most once, with loading starts in seconds.

    A linear relaxation keeps the ``KEEP_COLUMNS`` most promising trips, then CP-SAT
    searches with one worker, warm-started with ``hint``: repeatable unless ``seconds``
    ends it. Fixed, distance and time costs of trips and penalties are weighed; idle
    time between trips is not. Empty when nothing is found in time.

    References
    ----------
    Subramanian, Uchoa and Ochi (2013), "A hybrid algorithm for a class of vehicle
    routing problems", Computers & Operations Research 40(10), the set partitioning step.
    """
    hinted = {trip.key for trip in hint}
    kept = promising(problem, trips, hinted)
    model = _Master(problem, kept)
    model.hint(hinted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_time
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return model.chosen(solver)


def promising(problem: Problem, trips: Sequence[PooledTrip], keep: set[tuple[str, frozenset[str]]]) -> list[PooledTrip]:
    """Return at most ``KEEP_COLUMNS`` trips of least reduced cost, and those with keys in ``keep``, in given order.

    The linear program covers shipments, pays penalties, and buys vehicles for the
    hours of driving only; all trips are kept when there are few or when it fails.
    """
    if len(trips) <= KEEP_COLUMNS:
        return list(trips)
    reduced = _reduced_costs(problem, trips)
    forced = np.array([trip.key in keep for trip in trips])  # (t,)
    reduced[forced] = -np.inf
    best = np.sort(np.argsort(reduced, kind="stable")[: max(KEEP_COLUMNS, int(forced.sum()))])
    return [trips[j] for j in best]


def _reduced_costs(problem: Problem, trips: Sequence[PooledTrip]) -> np.ndarray:
    """Reduced costs (t,) in the linear relaxation; plain costs a shipment when it cannot be solved."""
    rows = {s.id: i for i, s in enumerate(problem.shipments)}
    kinds = {v.id: len(rows) + k for k, v in enumerate(problem.vehicle_types)}
    num_trips, num_rows = len(trips), len(rows) + len(kinds)
    cost = np.array([trip.running_fen for trip in trips], dtype=float)  # (t,)
    waive = np.array([net_penalty(problem, s.id) for s in problem.shipments], dtype=float)  # (s,)
    fixed = np.array([v.fixed_fen for v in problem.vehicle_types], dtype=float)  # (v,)
    entries: list[tuple[int, int, float]] = []
    for j, trip in enumerate(trips):
        entries += [(rows[i], j, -1.0) for i in trip.shipments]
        entries.append(
            (kinds[trip.vehicle_type], j, trip.duration_s / day_s(problem.vehicle_type_of[trip.vehicle_type]))
        )
    entries += [(i, num_trips + i, -1.0) for i in range(len(rows))]
    entries += [(row, num_trips + row, -1.0) for row in kinds.values()]
    at, to, value = (np.array(column) for column in zip(*entries, strict=True))
    matrix = csr_matrix((value, (at, to)), shape=(num_rows, num_trips + num_rows))
    limit = np.concatenate([-np.ones(len(rows)), np.zeros(len(kinds))])  # (rows,)
    upper = [1.0] * (num_trips + len(rows)) + [float(v.count) for v in problem.vehicle_types]
    prices = np.concatenate([cost, waive, fixed])  # (columns,)
    bounds = [(0.0, u) for u in upper]
    solved = linprog(prices, A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")  # type: ignore[call-overload]  # sparse
    if solved.status != 0:
        return np.asarray(cost / np.array([len(trip.shipments) for trip in trips]))
    reduced: np.ndarray = cost - (matrix.T @ solved.ineqlin.marginals)[:num_trips]  # (t,)
    return reduced


def day_s(kind: VehicleType) -> int:
    """Seconds that one vehicle of this type may be on duty, at least 1."""
    return max(1, min(kind.shift.late_s - kind.shift.early_s, kind.regular_s + kind.max_overtime_s))


def net_penalty(problem: Problem, shipment: str) -> int:
    """Return what leaving the shipment behind costs above carrying it for nothing."""
    goods = problem.shipment_of[shipment]
    return goods.penalty_fen - goods.handling_fen


class _Master:
    """The CP-SAT model of the choice; costs in sixtieths of a fen, so that fen an hour times minutes is whole."""

    def __init__(self, problem: Problem, trips: Sequence[PooledTrip]) -> None:
        self.problem = problem
        self.trips = trips
        self.cp = cp_model.CpModel()
        self.spans = spans_of(problem, trips)
        self.taken = [self.cp.new_bool_var(f"x{j}") for j in range(len(trips))]
        self.starts = [self.cp.new_int_var(s.first, s.late, f"l{j}") for j, s in enumerate(self.spans)]
        self.left = self._carry_or_pay()
        self.used = {v.id: self._fleet(v) for v in problem.vehicle_types}
        self._limit_docks()
        self._limit_shelves()
        self.cp.minimize(self._cost())

    def hint(self, keys: set[tuple[str, frozenset[str]]]) -> None:
        """Start the search from these trips."""
        if keys:
            for trip, var in zip(self.trips, self.taken, strict=True):
                self.cp.add_hint(var, trip.key in keys)

    def chosen(self, solver: cp_model.CpSolver) -> list[tuple[PooledTrip, int]]:
        """Return the chosen trips and their loading starts in seconds."""
        return [
            (trip, self.spans[j].second(solver.value(self.starts[j])))
            for j, trip in enumerate(self.trips)
            if solver.boolean_value(self.taken[j])
        ]

    def _carry_or_pay(self) -> dict[str, cp_model.IntVar]:
        """Each shipment rides on one chosen trip or is left; shipments that always ride together share a row."""
        carriers: dict[str, list[int]] = defaultdict(list)
        for j, trip in enumerate(self.trips):
            for id_ in trip.shipments:
                carriers[id_].append(j)
        rows: dict[tuple[int, ...], cp_model.IntVar] = {}
        left = {}
        for shipment in self.problem.shipments:
            row = tuple(carriers[shipment.id])
            if row not in rows:
                rows[row] = self.cp.new_bool_var(f"u{len(rows)}")
                self.cp.add_exactly_one([rows[row], *(self.taken[j] for j in row)])
            left[shipment.id] = rows[row]
        return left

    def _fleet(self, kind: VehicleType) -> cp_model.IntVar:
        """Vehicles of one type in use: enough for every minute, for all minutes and for all trips together."""
        used = self.cp.new_int_var(0, kind.count, f"k_{kind.id}")
        own = [j for j, trip in enumerate(self.trips) if trip.vehicle_type == kind.id]
        self.cp.add_cumulative([self._busy(j) for j in own], [1] * len(own), used)
        minutes = -(-day_s(kind) // MINUTE_S) + 1
        self.cp.add(sum(self.spans[j].minutes * self.taken[j] for j in own) <= (minutes + len(own)) * used)
        if kind.max_trips is not None:
            self.cp.add(sum(self.taken[j] for j in own) <= kind.max_trips * used)
        if kind.range_m is not None:
            self.cp.add(sum(self.trips[j].distance_m * self.taken[j] for j in own) <= kind.range_m * used)
        return used

    def _limit_docks(self) -> None:
        for depot in self.problem.depots:
            own = [j for j, trip in enumerate(self.trips) if trip.trip.start == depot.place]
            if depot.docks is None or depot.loading_s == 0 or len(own) <= depot.docks:
                continue
            loading = [self._loading(j, depot.loading_s) for j in own]
            self.cp.add_cumulative(loading, [1] * len(own), depot.docks)

    def _busy(self, j: int) -> cp_model.IntervalVar:
        """From the start of loading to the return, if trip ``j`` is taken."""
        minutes, end = self.spans[j].lasting(self.cp, self.starts[j])
        return self.cp.new_optional_interval_var(self.starts[j], minutes, end, self.taken[j], "")

    def _loading(self, j: int, loading_s: int) -> cp_model.IntervalVar:
        minutes = self.spans[j].loading_minutes(loading_s)
        return self.cp.new_optional_fixed_size_interval_var(self.starts[j], minutes, self.taken[j], "")

    def _limit_shelves(self) -> None:
        for place in self.problem.places:
            bound = [s for s in self.problem.shipments if place.shelf and s.destination == place.id]
            for dimension, room in enumerate(place.shelf):
                self.cp.add(sum(s.load[dimension] * (1 - self.left[s.id]) for s in bound) <= room)

    def _cost(self) -> cp_model.LinearExprT:
        fleet = sum(60 * v.fixed_fen * self.used[v.id] for v in self.problem.vehicle_types)
        running = sum(60 * trip.running_fen * x for trip, x in zip(self.trips, self.taken, strict=True))
        pays: Mapping[int, int] = self._penalties()
        left = {var.index: var for var in self.left.values()}
        return fleet + running + sum(60 * fen * left[at] for at, fen in pays.items())

    def _penalties(self) -> dict[int, int]:
        """Net penalty of each row of shipments, by the index of its variable."""
        pays: dict[int, int] = defaultdict(int)
        for shipment_id, var in self.left.items():
            pays[var.index] += net_penalty(self.problem, shipment_id)
        return pays
