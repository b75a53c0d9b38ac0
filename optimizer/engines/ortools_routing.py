"""OR-Tools routing as an engine: for the rules that a plain route search does not know.

It knows goods that must not meet, time on board, due times at the depot, rests, docks,
cleaning and locks; compartments it knows only by their sums. Best on pieces of up to
about 40 visits. Trips are timed and completed by ``optimizer.repair``.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from optimizer.day import lay_out
from optimizer.engines.ortools_model import RoutingDay
from optimizer.engines.ortools_nodes import bundle
from optimizer.engines.ortools_rules import add_rules
from optimizer.errors import InvalidInput
from optimizer.loading import loaded
from optimizer.packing import pack_trips
from optimizer.pool import pooled_trip
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft, schedule_route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.engines import Budget
    from optimizer.engines.ortools_nodes import Node
    from optimizer.plan import Plan
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

SOLUTIONS_PER_ITERATION = 1
"""Accepted neighbours that count as one iteration of the search: about 100 a second at 50 nodes."""

BRANCHES_PER_ITERATION = 1_000
"""Search steps after which an iteration counts as done; ends the search where no neighbour is ever accepted."""

SPARE_ITERATIONS = 100
"""Iterations' worth of search steps granted on top, for finding a first plan."""

PACKING_WORK = 1.0
"""Deterministic time for sharing out the docks at the end of a search, about as many seconds."""

WORTH_A_LOOK = 0.995
"""An incumbent is completed when its cost is below this share of the last one completed."""

Paths = list[list[int]]
"""Node positions in visiting order, path by path."""


class OrToolsRouting:
    """The engine; see the module's docstring for what it knows."""

    name = "ortools"

    def search(
        self, problem: Problem, budget: Budget, seed: int, start: Plan | None, report: Callable[[Plan], None]
    ) -> Plan:
        """Return the best plan found within ``budget``, ``start`` included.

        Guided local search from ``start`` if the model accepts it, else from cheapest
        insertion. ``seed`` draws the order of the nodes. With iterations only, the same
        arguments give the same plan.

        Raises
        ------
        InvalidInput
            E140, when the budget has neither seconds nor iterations.
        """
        if budget.seconds is None and budget.iterations is None:
            raise InvalidInput("E140")
        # a first plan of our own is there at once; insertion takes seconds where vehicles make several trips
        first = complete(problem, {}) if start is None else start
        nodes = bundle(problem, _trip_of(first), seed)
        if not nodes:
            return first

        day = RoutingDay(problem, nodes, first)
        add_rules(day)
        watch = Watch(day, budget, report)
        search_paths(day, budget, seed, first, watch)

        drafts = as_drafts(day, watch.paths)
        plans = [complete(problem, drafts), first, *watch.reported[-1:]]
        if any(depot.docks is not None for depot in problem.depots):
            plans += _docked(problem, drafts)
        return min(plans, key=lambda plan: plan.cost.total_fen)


def as_drafts(day: RoutingDay, paths: Paths) -> dict[Unit, list[TripDraft]]:
    """Return the trips of each vehicle that has any; consecutive nodes of one place become one visit."""
    drafts: dict[Unit, list[TripDraft]] = {}
    for path, positions in zip(day.paths, paths, strict=True):
        if positions:
            trip = TripDraft(visits=_visits([day.nodes[i] for i in positions]))
            drafts.setdefault((path.kind.id, path.number), []).append(trip)
    return drafts


def _docked(problem: Problem, drafts: Mapping[Unit, Sequence[TripDraft]]) -> list[Plan]:
    """Share out the docks among the trips anew, which completing a plan vehicle by vehicle cannot."""
    chosen = []
    for (kind, number), trips in drafts.items():
        for draft in trips:
            stowed = loaded(problem, problem.vehicle_type_of[kind], draft)
            route = schedule_route(problem, kind, number, [stowed]) if stowed is not None else None
            if route is not None:
                chosen.append(pooled_trip(problem, kind, route.trips[0]))
    packed = pack_trips(problem, chosen, deterministic_time=PACKING_WORK)
    return [lay_out(problem, packed)] if packed else []


def _visits(nodes: Sequence[Node]) -> tuple[VisitDraft, ...]:
    """Join neighbours of one place, unless what is collected first would be delivered in the same visit."""
    visits: list[VisitDraft] = []
    for node in nodes:
        last = visits[-1] if visits else None
        if last is not None and last.place == node.place and not set(last.collect) & set(node.deliver):
            visits[-1] = VisitDraft(
                place=node.place, deliver=last.deliver + node.deliver, collect=last.collect + node.collect
            )
        else:
            visits.append(VisitDraft(place=node.place, deliver=node.deliver, collect=node.collect))
    return tuple(visits)


class Watch:
    """Remembers the cheapest paths as the search finds them, reports some, and passes on the wish to stop."""

    def __init__(self, day: RoutingDay, budget: Budget, report: Callable[[Plan], None]) -> None:
        self.day = day
        self.paths: Paths = [[] for _ in day.paths]
        self.reported: list[Plan] = []
        self._budget, self._report = budget, report
        self._cost = self._looked_at = float("inf")

    def __call__(self) -> None:
        """Look at the solution that the search stands at."""
        routing = self.day.routing
        cost = routing.CostVar().Value()
        if cost < self._cost:
            self._cost = cost
            self.paths = [_path(self.day, start) for start in self.day.starts]
            if cost < self._looked_at * WORTH_A_LOOK:
                self._looked_at = cost
                self._offer(complete(self.day.problem, as_drafts(self.day, self.paths)))
        if self._budget.should_stop():
            routing.CancelSearch()

    def _offer(self, plan: Plan) -> None:
        """Report ``plan`` if it is the best completed one; the model's own cost leaves out idle hours."""
        if not self.reported or plan.cost.total_fen < self.reported[-1].cost.total_fen:
            self.reported.append(plan)
            self._report(plan)


def _path(day: RoutingDay, start: int) -> list[int]:
    """Node positions from ``start`` on, read from the search's variables."""
    index, found = day.routing.NextVar(start).Value(), []
    while not day.routing.IsEnd(index):
        found.append(day.manager.IndexToNode(index))
        index = day.routing.NextVar(index).Value()
    return found


def search_paths(day: RoutingDay, budget: Budget, seed: int, start: Plan, watch: Watch) -> None:
    """Run one search, from ``start`` if it has routes and the model accepts them, else from cheapest insertion.

    Closes the model of ``day``: one search a model. What is found lies in ``watch``.
    """
    parameters = _parameters(budget)
    day.solver.ReSeed(seed)
    day.routing.AddAtSolutionCallback(watch)
    if budget.iterations is not None:
        branches = (budget.iterations + SPARE_ITERATIONS) * BRANCHES_PER_ITERATION
        day.routing.AddSearchMonitor(day.solver.BranchesLimit(branches))
    day.routing.CloseModelWithParameters(parameters)
    first = day.routing.ReadAssignmentFromRoutes(_paths_of(day, start), True) if start.routes else None
    if first is None:
        logger.debug("the routing model starts by insertion: no plan to start from, or it does not accept it")
        day.routing.SolveWithParameters(parameters)
    else:
        day.routing.SolveFromAssignmentWithParameters(first, parameters)


def _parameters(budget: Budget) -> pywrapcp.DefaultRoutingSearchParameters:
    """Cheapest insertion, then guided local search, within the budget."""
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    seconds = budget.left_s()
    if seconds is not None:
        parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1_000)))
    if budget.iterations is not None:
        parameters.solution_limit = budget.iterations * SOLUTIONS_PER_ITERATION
    return parameters


def _trip_of(plan: Plan) -> dict[str, int]:
    """Return the rank of the trip that carries each shipment."""
    return {shipment: rank for rank, (_, trip) in enumerate(plan.trips()) for shipment in trip.shipments}


def _paths_of(day: RoutingDay, plan: Plan) -> Paths:
    """Return the plan as node positions, path by path; what the model offers no path for is left out.

    So are goods of another depot than the vehicle's, which the model knows only with vehicles of that one.
    """
    position = {}
    for i, node in enumerate(day.nodes):
        position.update({(shipment, "deliver"): i for shipment in node.deliver})
        position.update({(shipment, "collect"): i for shipment in node.collect})
    path_at = {(p.kind.id, p.number, p.rank): k for k, p in enumerate(day.paths)}
    paths: Paths = [[] for _ in day.paths]
    for route in plan.routes:
        for rank, trip in enumerate(route.trips):
            k = path_at.get((route.vehicle_type, route.number, rank))
            for visit in trip.visits if k is not None else ():
                named = [(s, "deliver") for s in visit.deliver] + [(s, "collect") for s in visit.collect]
                found = dict.fromkeys(position[key] for key in named if key in position)
                may_be = [i for i in found if route.vehicle_type in day.nodes[i].vehicle_types]
                paths[k or 0] += [i for i in may_be if i not in paths[k or 0]]
    return paths
