"""Which pooled trips make the day: carry every shipment or pay its penalty, within fleet and docks.

Nothing gets a start time here. Vehicles are bought by the work that must fall into each
stretch of the day, a linear relaxation of who drives what and when: on 680 trips of 150
villages it ends 30 % below a model with an interval for every trip in a tenth of the time
(measured). Who drives, and when, is for ``optimizer.packing``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from optimizer.model import VehicleType
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

STRETCHES = 10
"""Equal parts of the day; every run of consecutive parts limits the trips that must be under way in it."""

KEEP_COLUMNS = 1_500
"""Trips left for the integer search; over 7,000 unfiltered ones it found nothing in 7 s (measured)."""


def choose_trips(
    problem: Problem,
    trips: Sequence[PooledTrip],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
    hint: Iterable[PooledTrip] = (),
    duty_share: float = 1.0,
) -> list[PooledTrip]:
    """Return trips that together make the cheapest day; empty when nothing is found in time.

    A linear relaxation keeps the ``KEEP_COLUMNS`` most promising trips, then CP-SAT
    searches with one worker, warm-started with ``hint``: repeatable unless ``seconds``
    ends it. Fixed, distance and time costs of trips and penalties are weighed; idle
    time between trips is not. Trips may overlap where that is cheaper than a dearer pair that
    does not; ``optimizer.thinning`` then takes each doubly carried shipment off all but one.

    Parameters
    ----------
    duty_share
        Share of a vehicle's day that its trips can be expected to fill, above 0 and up to 1.

    References
    ----------
    Subramanian, Uchoa and Ochi (2013), "A hybrid algorithm for a class of vehicle
    routing problems", Computers & Operations Research 40(10), the set partitioning step.
    Baptiste, Le Pape and Nuijten (2001), "Constraint-Based Scheduling", ch. 3, energetic reasoning.
    """
    hint = tuple(hint)
    hinted = {trip.key for trip in hint}
    shares = [t.duration_s / day_s(problem.vehicle_type_of[t.vehicle_type]) for t in trips]
    model = _Master(problem, promising(problem, trips, hinted, shares), duty_share)
    model.hint(hint)
    solver = repeatable_solver(deterministic_time, seconds, seed)
    if solver.solve(model.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return model.chosen(solver)


def repeatable_solver(deterministic_time: float, seconds: float | None, seed: int) -> cp_model.CpSolver:
    """Return CP-SAT with one worker and limited work, so that it gives the same unless ``seconds`` ends it."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_time
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    return solver


class Column(Protocol):
    """What a linear program sees of a trip, or of a vehicle's day."""

    @property
    def vehicle_type(self) -> str:
        """Whose it is."""

    @property
    def shipments(self) -> frozenset[str]:
        """What it carries."""

    @property
    def running_fen(self) -> int:
        """What it costs besides the vehicle."""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same as another."""


C = TypeVar("C", bound=Column)


def promising(
    problem: Problem, columns: Sequence[C], keep: Collection[tuple[object, ...]], shares: Sequence[float]
) -> list[C]:
    """Return at most ``KEEP_COLUMNS`` columns of least reduced cost, and those with keys in ``keep``, in given order.

    The linear program covers shipments, pays penalties, and buys vehicles, of each of which a
    column takes its share; all columns are kept when there are few.
    """
    if len(columns) <= KEEP_COLUMNS:
        return list(columns)
    reduced = _reduced_costs(problem, columns, shares)
    forced = np.array([column.key in keep for column in columns])  # (t,)
    reduced[forced] = -np.inf
    best = np.sort(np.argsort(reduced, kind="stable")[: max(KEEP_COLUMNS, int(forced.sum()))])
    return [columns[j] for j in best]


def _reduced_costs(problem: Problem, columns: Sequence[Column], shares: Sequence[float]) -> np.ndarray:
    """Reduced costs (t,) in the linear relaxation; plain costs a shipment when it cannot be solved."""
    rows = {s.id: i for i, s in enumerate(problem.shipments)}
    kinds = {v.id: len(rows) + k for k, v in enumerate(problem.vehicle_types)}
    num_columns, num_rows = len(columns), len(rows) + len(kinds)
    cost = np.array([column.running_fen for column in columns], dtype=float)  # (t,)
    waive = np.array([net_penalty(problem, s.id) for s in problem.shipments], dtype=float)  # (s,)
    fixed = np.array([v.fixed_fen for v in problem.vehicle_types], dtype=float)  # (v,)
    entries: list[tuple[int, int, float]] = []
    for j, column in enumerate(columns):
        entries += [(rows[i], j, -1.0) for i in column.shipments]
        entries.append((kinds[column.vehicle_type], j, shares[j]))
    entries += [(row, num_columns + row, -1.0) for row in range(num_rows)]
    at, to, value = (np.array(part) for part in zip(*entries, strict=True))
    matrix = csr_matrix((value, (at, to)), shape=(num_rows, num_columns + num_rows))
    limit = np.concatenate([-np.ones(len(rows)), np.zeros(len(kinds))])  # (rows,)
    upper = [1.0] * (num_columns + len(rows)) + [float(v.count) for v in problem.vehicle_types]
    prices = np.concatenate([cost, waive, fixed])  # (t + rows,)
    bounds = [(0.0, u) for u in upper]
    solved = linprog(prices, A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")  # type: ignore[call-overload]  # sparse
    if solved.status != 0:
        return np.asarray(cost / np.array([max(1, len(column.shipments)) for column in columns]))
    reduced: np.ndarray = cost - (matrix.T @ solved.ineqlin.marginals)[:num_columns]  # (t,)
    return reduced


def vehicles_of(trips: Sequence[PooledTrip]) -> Counter[str]:
    """Return, by vehicle type, how many of ``trips`` are under way at once at most, at their own times."""
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    events = [(t.trip.load_start_s, 1, t.vehicle_type) for t in trips]
    events += [(at + t.duration_s, -1, t.vehicle_type) for t, (at, _, _) in zip(trips, events, strict=True)]
    for _, step, kind in sorted(events):
        under_way[kind] += step
        most[kind] = max(most[kind], under_way[kind])
    return most


def day_s(kind: VehicleType) -> int:
    """Seconds that one vehicle of this type may be on duty, at least 1."""
    return max(1, min(kind.shift.late_s - kind.shift.early_s, kind.regular_s + kind.max_overtime_s))


def net_penalty(problem: Problem, shipment: str) -> int:
    """Return what leaving the shipment behind costs above carrying it for nothing."""
    goods = problem.shipment_of[shipment]
    return goods.penalty_fen - goods.handling_fen


def standing_fen(kind: VehicleType) -> int:
    """Return what a vehicle costs for going out at all, besides ``PooledTrip.running_fen`` of its trips.

    The least pay of a vehicle with several trips paid by the piece is left out: their pieces mostly exceed it.
    """
    return kind.fixed_fen + (kind.min_pay_fen if kind.max_trips != 1 and kind.piece_fen == 0 else 0)


class _Master:
    """The CP-SAT model of the choice; all costs in fen."""

    def __init__(self, problem: Problem, trips: Sequence[PooledTrip], duty_share: float) -> None:
        self.problem = problem
        self.trips = trips
        self.duty_share = duty_share
        self.cp = cp_model.CpModel()
        self.taken = [self.cp.new_bool_var(f"x{j}") for j in range(len(trips))]
        self.rows: dict[tuple[int, ...], cp_model.IntVar] = {}
        self.left = self._carry_or_pay()
        self.used = {v.id: self._fleet(v) for v in problem.vehicle_types}
        self._limit_docks()
        self._limit_shelves()
        self.cp.minimize(self._cost())

    def hint(self, trips: Iterable[PooledTrip]) -> None:
        """Start the search from these trips, everything else left behind, with the vehicles they were driven by."""
        together = list(trips)
        if not together:
            return
        keys = {trip.key for trip in together}
        on = {j for j, trip in enumerate(self.trips) if trip.key in keys}
        for j, var in enumerate(self.taken):
            self.cp.add_hint(var, j in on)
        for row, left in self.rows.items():
            self.cp.add_hint(left, not on & set(row))
        vehicles = vehicles_of(together)
        for kind, used in self.used.items():
            self.cp.add_hint(used, vehicles[kind])

    def chosen(self, solver: cp_model.CpSolver) -> list[PooledTrip]:
        """Return the chosen trips."""
        return [trip for trip, var in zip(self.trips, self.taken, strict=True) if solver.boolean_value(var)]

    def _carry_or_pay(self) -> dict[str, cp_model.IntVar]:
        """Carry each shipment at least once or leave it; shipments that always ride together share a row."""
        carriers: dict[str, list[int]] = defaultdict(list)
        for j, trip in enumerate(self.trips):
            for id_ in trip.shipments:
                carriers[id_].append(j)
        left = {}
        for shipment in self.problem.shipments:
            row = tuple(carriers[shipment.id])
            if row not in self.rows:
                self.rows[row] = self.cp.new_bool_var(f"u{len(self.rows)}")
                self.cp.add_bool_or([self.rows[row], *(self.taken[j] for j in row)])
            left[shipment.id] = self.rows[row]
        return left

    def _fleet(self, kind: VehicleType) -> cp_model.IntVar:
        """Vehicles of one type in use: enough for the hours, the trips and the metres of all of them together."""
        used = self.cp.new_int_var(0, kind.count, f"k_{kind.id}")
        own = [j for j, trip in enumerate(self.trips) if trip.vehicle_type == kind.id]
        self.cp.add(
            sum(self.trips[j].duration_s * self.taken[j] for j in own) <= int(self.duty_share * day_s(kind)) * used
        )
        if kind.max_trips is not None:
            self.cp.add(sum(self.taken[j] for j in own) <= kind.max_trips * used)
        if kind.range_m is not None:
            self.cp.add(sum(self.trips[j].distance_m * self.taken[j] for j in own) <= kind.range_m * used)
        spans = [(t.early_s, t.late_s, t.duration_s) for t in (self.trips[j] for j in own)]
        self._limit_stretches(own, spans, used)
        return used

    def _limit_stretches(
        self, own: Sequence[int], spans: Sequence[tuple[int, int, int]], servers: cp_model.IntVar | int
    ) -> None:
        """Work of (earliest start, latest start, seconds) that must fall into a stretch fits its servers' seconds."""
        if not own:
            return
        begin, end = min(s[0] for s in spans), max(s[1] + s[2] for s in spans)
        marks = [begin + (end - begin) * k // STRETCHES for k in range(STRETCHES + 1)]
        early, late, lasting = (np.array(column) for column in zip(*spans, strict=True))  # (own,) each
        for a, b in combinations(marks, 2):
            inside = np.minimum(_overlap(early, lasting, a, b), _overlap(late, lasting, a, b))  # (own,)
            bound = [(own[i], int(inside[i])) for i in np.flatnonzero(inside).tolist()]
            if bound:
                self.cp.add(sum(work * self.taken[j] for j, work in bound) <= (b - a) * servers)

    def _limit_docks(self) -> None:
        for depot in self.problem.depots:
            own = [j for j, trip in enumerate(self.trips) if trip.trip.start == depot.place]
            if depot.docks is not None and depot.loading_s > 0:
                spans = [(self.trips[j].load_from_s, self.trips[j].late_s, depot.loading_s) for j in own]
                self._limit_stretches(own, spans, depot.docks)

    def _limit_shelves(self) -> None:
        for place in self.problem.places:
            bound = [s for s in self.problem.shipments if place.shelf and s.destination == place.id]
            for dimension, room in enumerate(place.shelf):
                self.cp.add(sum(s.load[dimension] * (1 - self.left[s.id]) for s in bound) <= room)

    def _cost(self) -> cp_model.LinearExprT:
        fleet = sum(standing_fen(v) * self.used[v.id] for v in self.problem.vehicle_types)
        running = sum(trip.running_fen * x for trip, x in zip(self.trips, self.taken, strict=True))
        pays: Mapping[int, int] = self._penalties()
        left = {var.index: var for var in self.left.values()}
        return fleet + running + sum(fen * left[at] for at, fen in pays.items())

    def _penalties(self) -> dict[int, int]:
        """Net penalty of each row of shipments, by the index of its variable."""
        pays: dict[int, int] = defaultdict(int)
        for shipment_id, var in self.left.items():
            pays[var.index] += net_penalty(self.problem, shipment_id)
        return pays


def _overlap(start: np.ndarray, lasting: np.ndarray, a: int, b: int) -> np.ndarray:
    """Seconds (n,) of work from ``start`` on that fall into [a, b]."""
    inside: np.ndarray = np.minimum(start + lasting, b) - np.maximum(start, a)  # (n,)
    return inside.clip(min=0)
