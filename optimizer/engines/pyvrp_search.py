"""PyVRP's iterated local search as an engine: the fast searcher for the rules it can express.

Its routes are completed under the full rules by ``optimizer.repair``; what it cannot
express is mended there. Penalties start near the price of what they stand for, which
saves the thousands of iterations PyVRP's defaults spend on finding it.
"""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import (
    IteratedLocalSearch,
    IteratedLocalSearchCallbacks,
    IteratedLocalSearchParams,
)
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from optimizer.bundles import fleet_units
from optimizer.engines.pyvrp_data import adapt
from optimizer.repair import complete
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.daybook import Unit
    from optimizer.engines import Budget
    from optimizer.engines.pyvrp_data import Adapter, Days
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Knobs of the local search; the defaults are for whole counties."""

    neighbours: int = 40
    perturbations: int = 25
    history: int = 300


class PyVrpSearch:
    """The engine; see the module's docstring."""

    name = "pyvrp"

    def __init__(self, *, is_coarse: bool = True) -> None:
        self._is_coarse = is_coarse

    def search(
        self, problem: Problem, budget: Budget, seed: int, start: Plan | None, report: Callable[[Plan], None]
    ) -> Plan:
        """Return the best completed plan found within ``budget``, ``start`` included."""
        adapter = adapt(problem, is_coarse=self._is_coarse)
        best = start if start is not None else complete(problem, {})

        def offer(days: Days) -> None:
            nonlocal best
            plan = complete(problem, numbered(problem, days))
            if plan.cost.total_fen < best.cost.total_fen:
                best = plan
                report(plan)

        first = None if start is None else days_of(problem, start)
        improve(adapter, budget, seed, first, offer=offer)
        return best


def days_of(problem: Problem, plan: Plan) -> Days:
    """Return the routes of ``plan`` as drafts, each under the unit it counts as (``bundles.fleet_units``)."""
    units = set(fleet_units(problem))
    days: Days = []
    for route in plan.routes:
        named = (route.vehicle_type, route.number)
        days.append((named if named in units else (route.vehicle_type, 0), [draft_of(t) for t in route.trips]))
    return days


def numbered(problem: Problem, days: Days) -> dict[Unit, list[TripDraft]]:
    """Give each anonymous vehicle (number 0) a number that no lock names; longest days first."""
    taken = {(lock.vehicle_type or "", lock.number or 0) for lock in problem.locks}
    out: dict[Unit, list[TripDraft]] = {unit: trips for unit, trips in days if unit[1]}
    last: dict[str, int] = defaultdict(int)
    for (type_id, number), trips in days:
        if number:
            continue
        last[type_id] += 1
        while (type_id, last[type_id]) in taken:
            last[type_id] += 1
        out[type_id, last[type_id]] = trips
    return out


class _Watch(IteratedLocalSearchCallbacks):
    """Remembers where the search stands, and passes on each better solution."""

    def __init__(self, adapter: Adapter, offer: Callable[[Days], None] | None) -> None:
        self.current: pyvrp.Solution | None = None
        self._adapter, self._offer = adapter, offer

    def on_best(self, best: pyvrp.Solution) -> None:
        if self._offer is not None and best.is_feasible():
            self._offer(self._adapter.days(best))

    def on_iteration(
        self,
        current: pyvrp.Solution,
        candidate: pyvrp.Solution,  # noqa: ARG002
        best: pyvrp.Solution,  # noqa: ARG002
        cost_evaluator: pyvrp.CostEvaluator,  # noqa: ARG002
    ) -> None:
        self.current = current


def improve(
    adapter: Adapter,
    budget: Budget,
    seed: int,
    start: Days | None,
    *,
    offer: Callable[[Days], None] | None = None,
    tuning: Tuning = Tuning(),
) -> Days:
    """Run the search from ``start`` (None: from scratch) and return the best days found.

    Where no solution keeps PyVRP's own rules, the one the search stands at is returned.
    Repeatable when ``budget`` counts iterations only.
    """
    data = adapter.data
    if data.num_clients + data.num_shipments == 0 or not data.vehicle_types():
        return []
    rng = pyvrp.RandomNumberGenerator(seed=seed)
    search = local_search(data, rng, tuning)
    loads, time, distance = fair_penalties(data)
    penalties = PenaltyManager((loads, time, distance), PenaltyParams(min_penalty=0.01, max_penalty=1e8))
    first = pyvrp.Solution.make_random(data, rng) if start is None else adapter.solution(start)
    if start is None or not first.is_feasible() or first.unplanned():
        strict = pyvrp.CostEvaluator([10 * x for x in loads], 10 * time, 10 * distance)
        first = search(first, strict, exhaustive=True)
    if offer is not None and first.is_feasible():
        offer(adapter.days(first))
    watch = _Watch(adapter, offer)
    params = IteratedLocalSearchParams(history_length=tuning.history, callbacks=watch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = IteratedLocalSearch(data, penalties, search, first, params).run(_Stop(budget), False, False)
    logger.debug("pyvrp: %d clients, %d iterations", data.num_clients, result.num_iterations)
    best = result.best if result.best.is_feasible() or watch.current is None else watch.current
    return adapter.days(best)


class _Stop:
    """Counts iterations and asks the budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._done = budget, 0

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 - PyVRP's signature
        spent = self._budget.is_spent(self._done)
        self._done += 1
        return spent


def local_search(data: pyvrp.ProblemData, rng: pyvrp.RandomNumberGenerator, tuning: Tuning) -> LocalSearch:
    """Return PyVRP's local search over ``data`` with every operator that it supports."""
    neighbours = compute_neighbours(data, NeighbourhoodParams(num_neighbours=tuning.neighbours))
    perturbation = PerturbationManager(PerturbationParams(1, tuning.perturbations))
    search = LocalSearch(data, rng, neighbours, perturbation)
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    return search


def fair_penalties(data: pyvrp.ProblemData) -> tuple[list[float], float, float]:
    """Price of a unit of load, second and metre too much: several times what honest room costs."""
    kinds = data.vehicle_types()
    dear = max(v.fixed_cost for v in kinds) + 3600 * max(v.unit_duration_cost for v in kinds)
    dear += 10_000 * max(v.unit_distance_cost for v in kinds)
    room = np.max([v.capacity for v in kinds], axis=0)  # (d,)
    loads = [10 * dear / max(1, int(x)) for x in room]
    time = 5 * max(1, *(v.unit_duration_cost + v.unit_overtime_cost for v in kinds))
    return loads, float(max(time, dear / 3600)), float(max(1, *(v.unit_distance_cost for v in kinds)))
