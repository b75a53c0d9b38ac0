"""The day as an OR-Tools routing model: every vehicle has one path for each trip it may make.

A path is a trip. The trips of one vehicle are chained in time, and only its first bears
the fixed cost, so that a trip's own rules (readiness at loading, due times at the return,
goods that must not meet, time on board, docks) are rules of a path:

- what holds for a whole trip is a dimension that never changes along the path, equal to
  the path's first or last moment, so that a node reads it where it stands;
- goods that must not meet read a colour of the trip, 0 or 1, and only vehicles with a
  sealed wall may take colour 2, which admits both;
- goods delivered before any are collected need no dimension: the arcs from a collection
  to a delivery are barred;
- fixed minutes of a visit lie on the arcs that enter the place, so that several nodes of
  one place pay them once.

All transits are registered matrices and vectors. Costs are counted in 1/3600 fen, so
that fen an hour times seconds is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.constraint_solver import pywrapcp

from optimizer.model import HORIZON_S
from optimizer.problem import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.engines.ortools_nodes import Node
    from optimizer.model import VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem

SCALE = 3_600
"""Cost units in a fen."""

BARRED_S = 4 * HORIZON_S
"""Transit of an arc that must not be used: longer than any plan."""

MOST_TRIPS = 4
"""Most trips a day that the model offers a vehicle without a limit of its own."""


SPARE_VEHICLES = 2
"""Vehicles of each type offered besides those of the plan to start from; a path more costs time at every step."""


@dataclass(frozen=True, slots=True)
class PathOf:
    """The ``rank``-th trip (from 0) of vehicle ``number`` of a type."""

    kind: VehicleType
    number: int
    rank: int


class RoutingDay:
    """The routing model of a problem's nodes; ``routing`` is closed by whoever solves it."""

    def __init__(self, problem: Problem, nodes: Sequence[Node], start: Plan | None = None) -> None:
        self.problem = problem
        self.nodes = nodes
        self.depots = list(dict.fromkeys(p for v in problem.vehicle_types for p in (v.depot, v.last_place)))
        self.paths = [
            PathOf(kind, number, rank)
            for kind in problem.vehicle_types
            for number in range(1, vehicles_offered(problem, kind, nodes, start) + 1)
            for rank in range(trips_offered(problem, kind, nodes))
        ]
        starts = [len(nodes) + self.depots.index(p.kind.depot) for p in self.paths]
        ends = [len(nodes) + self.depots.index(p.kind.last_place) for p in self.paths]
        self.manager = pywrapcp.RoutingIndexManager(len(nodes) + len(self.depots), len(self.paths), starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.solver = self.routing.solver()
        self.at = [self.manager.NodeToIndex(i) for i in range(len(nodes))]
        self.starts = [self.routing.Start(k) for k in range(len(self.paths))]
        self.ends = [self.routing.End(k) for k in range(len(self.paths))]
        self.rows = np.array([problem.index(n.place) for n in nodes] + [problem.index(d) for d in self.depots])
        self.clocks = {v.id: self._clock(v) for v in problem.vehicle_types}
        self.time = self._add_time()
        self._add_costs()
        self._add_nodes()

    def per_path(self, of: Callable[[VehicleType], int]) -> list[int]:
        """Return ``of`` the vehicle type, path by path."""
        return [of(p.kind) for p in self.paths]

    def chain(self) -> list[tuple[int, int]]:
        """Return pairs of paths that follow each other on one vehicle."""
        return [(k - 1, k) for k, p in enumerate(self.paths) if p.rank > 0]

    def vehicles(self) -> list[list[int]]:
        """Return the paths of each vehicle, in order."""
        firsts = [k for k, p in enumerate(self.paths) if p.rank == 0]
        return [list(range(a, b)) for a, b in zip(firsts, [*firsts[1:], len(self.paths)], strict=True)]

    def legs(self, kind: VehicleType, table: str) -> np.ndarray:
        """Return seconds or metres (N, N) between nodes and depots of the model, ``BARRED_S`` where unreachable."""
        matrix: np.ndarray = getattr(self.problem.matrices[kind.profile], table)[np.ix_(self.rows, self.rows)]
        legs = np.where(matrix == UNREACHABLE, BARRED_S, matrix)
        legs[len(self.nodes) :, len(self.nodes) :] = 0  # of vehicles that stay at home
        return legs

    def total(self, name: str, transits: dict[str, int], capacity: list[int]) -> Any:
        """Add and return a dimension without slack that counts from 0 along each path; one transit a vehicle type."""
        evaluators = [transits[p.kind.id] for p in self.paths]
        self.routing.AddDimensionWithVehicleTransitAndCapacity(evaluators, 0, capacity, True, name)
        return self.routing.GetDimensionOrDie(name)

    def constant(self, name: str, capacity: list[int]) -> Any:
        """Add and return a dimension that keeps one free value along each path, from 0 to the path's capacity."""
        still = self.routing.RegisterUnaryTransitVector([0] * len(self.rows))
        self.routing.AddDimensionWithVehicleCapacity(still, 0, capacity, False, name)
        return self.routing.GetDimensionOrDie(name)

    def _clock(self, kind: VehicleType) -> np.ndarray:
        """Seconds (N, N) from the beginning of handling at one node to that at the next, loading included."""
        n = len(self.nodes)
        service = np.array([node.service_s for node in self.nodes] + [0] * len(self.depots))  # (N,)
        visit = np.array([self.problem.place(node.place).visit_s for node in self.nodes] + [0] * len(self.depots))
        loading = self.problem.depot_of[kind.depot].loading_s
        clock = self.legs(kind, "duration_s") + service[:, None]
        clock += np.where(self.rows[:, None] != self.rows[None, :], visit[None, :], 0)
        clock[n:, :n] += loading
        clock[n:, n:] = 0
        if kind.deliveries_first:
            collects = np.array([bool(node.collect) for node in self.nodes])
            delivers = np.array([bool(node.deliver) for node in self.nodes])
            clock[:n, :n][collects[:, None] & delivers[None, :]] = BARRED_S
        return np.asarray(np.minimum(clock, BARRED_S))

    def _add_time(self) -> Any:
        """Clock of the day; at a node it shows the moment when the fixed part of the visit is over."""
        clocks = self.clocks.items()
        self.time_transits = {kind: self.routing.RegisterTransitMatrix(clock.tolist()) for kind, clock in clocks}
        evaluators = [self.time_transits[p.kind.id] for p in self.paths]
        self.routing.AddDimensionWithVehicleTransits(evaluators, HORIZON_S, HORIZON_S, False, "time")
        time = self.routing.GetDimensionOrDie("time")
        for k, path in enumerate(self.paths):
            shift = path.kind.shift
            for index, place in ((self.starts[k], path.kind.depot), (self.ends[k], path.kind.last_place)):
                windows = self.problem.place(place).windows
                spans = [(w.early_s, w.late_s) for w in windows] or [(0, HORIZON_S)]
                _keep_to(time.CumulVar(index), spans, shift.early_s, min(shift.late_s, HORIZON_S))
        for before, after in self.chain():
            self.solver.Add(time.CumulVar(self.starts[after]) >= time.CumulVar(self.ends[before]))
        return time

    def _add_costs(self) -> None:
        """Metres and hours on the arcs, the fixed cost on the first trip of each vehicle."""
        costs = {}
        for kind in self.problem.vehicle_types:
            clock = self.clocks[kind.id]
            price = self.legs(kind, "distance_m") * (kind.distance_fen_per_km * SCALE / 1_000)
            price = np.rint(price + clock * (kind.time_fen_per_h * SCALE / 3_600)).astype(np.int64)
            price[clock >= BARRED_S] = price[clock < BARRED_S].max(initial=0)
            costs[kind.id] = self.routing.RegisterTransitMatrix(price.tolist())
        for k, path in enumerate(self.paths):
            self.routing.SetArcCostEvaluatorOfVehicle(costs[path.kind.id], k)
            if path.rank == 0:
                self.routing.SetFixedCostOfVehicle((path.kind.fixed_fen + path.kind.min_pay_fen) * SCALE, k)
        for before, after in self.chain():
            self.solver.Add(self.routing.ActiveVehicleVar(after) <= self.routing.ActiveVehicleVar(before))

    def _add_nodes(self) -> None:
        """Windows, access and the price of leaving out, node by node; local nodes in pairs."""
        for i, node in enumerate(self.nodes):
            visit_s = self.problem.place(node.place).visit_s
            spans = [(early + visit_s, late + visit_s) for early, late in node.windows]
            _keep_to(self.time.CumulVar(self.at[i]), spans, 0, HORIZON_S)
            barred = [k for k, path in enumerate(self.paths) if not _may_call(path, node)]
            if barred:  # SetAllowedVehiclesForIndex takes no list from Python in OR-Tools 9.15
                self.routing.VehicleVar(self.at[i]).RemoveValues(barred)
            self.routing.AddDisjunction([self.at[i]], max(0, node.penalty_fen) * SCALE)
            if node.collect and node.partner is not None:
                self._add_pair(self.at[i], self.at[node.partner])

    def _add_pair(self, first: int, second: int) -> None:
        self.routing.AddPickupAndDelivery(first, second)
        self.solver.Add(self.routing.VehicleVar(first) == self.routing.VehicleVar(second))
        self.solver.Add(self.time.CumulVar(first) <= self.time.CumulVar(second))


def vehicles_offered(problem: Problem, kind: VehicleType, nodes: Sequence[Node], start: Plan | None) -> int:
    """Return how many vehicles of this type the model has: all that could be of use, or some more than in ``start``."""
    most = min(kind.count, max(1, len(nodes)))
    if start is None or not start.routes:
        return most
    used = max((route.number for route in start.routes if route.vehicle_type == kind.id), default=0)
    named = max((k.number or 0 for k in problem.locks if k.vehicle_type == kind.id), default=0)
    return min(most, max(used + SPARE_VEHICLES + used // 4, named))


def trips_offered(problem: Problem, kind: VehicleType, nodes: Sequence[Node]) -> int:
    """Return how many trips a day the model offers a vehicle of this type: at least 1, no more than fit its shift."""
    seconds = problem.matrices[kind.profile].duration_s
    home = problem.index(kind.depot)
    rows = [problem.index(n.place) for n in nodes if kind.id in n.vehicle_types]
    there_and_back = [
        int(seconds[home, r] + seconds[r, home]) for r in rows if seconds[home, r] >= 0 <= seconds[r, home]
    ]
    shortest = min(there_and_back, default=HORIZON_S) + problem.depot_of[kind.depot].loading_s
    fitting = (kind.shift.late_s - kind.shift.early_s) // max(1, shortest)
    limit = MOST_TRIPS if kind.max_trips is None else kind.max_trips
    return max(1, min(limit, MOST_TRIPS, fitting, len(rows)))


def _may_call(path: PathOf, node: Node) -> bool:
    return path.kind.id in node.vehicle_types and node.number in (None, path.number)


def _keep_to(var: Any, spans: Sequence[tuple[int, int]], early_s: int, late_s: int) -> None:
    """Restrict a time variable to the union of intervals within [early, late]; the first one if none is left."""
    cut = [(max(a, early_s), min(b, late_s)) for a, b in spans]
    cut = sorted((a, b) for a, b in cut if a <= b) or [(early_s, early_s)]
    var.SetRange(cut[0][0], max(b for _, b in cut))
    until = cut[0][1]
    for early, late in cut[1:]:
        if early > until + 1:
            var.RemoveInterval(until + 1, early - 1)
        until = max(until, late)
