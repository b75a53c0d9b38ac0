"""Searchers over PyVRP's local search, for problems that PyVRP can say: one long walk, or a population."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from optimizer.annealing import Annealing
from optimizer.engines import Budget
from optimizer.engines.genetic import Genetic
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import days_of, numbered
from optimizer.repair import complete
from optimizer.search.native import library

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem

ROUND_S = 0.25
"""Length of a round where time is counted."""

STEPS = 500
"""Steps of the long walk in one round where rounds are counted."""

COMBINE_MARKS = (0.4, 0.6, 0.8, 0.93)
"""Shares of the search after which the pooled routes are combined, where time is counted."""

COMBINE_EVERY = 100
"""Rounds between two of them, where rounds are counted."""

COMBINE_WORK = 1.0
"""Deterministic time of one of them, about as many seconds."""

TRIALS = 40
"""Rounds without a plan that serves everything until goods may be left behind."""


class LongWalk:
    """One walk that cools from the beginning to the end of the search: for large problems the best."""

    phase = "walk"

    def __init__(
        self, problem: Problem, *, rng: np.random.Generator, budget: Budget, is_combining: bool = True
    ) -> None:
        self.problem = problem
        self._rng = rng
        self._budget = budget
        self._is_combining = is_combining
        self._marks_passed = 0
        self._trials = 0
        self._genetic = self._made(is_required=_is_worth_it(problem))

    def start(self, given: Plan | None) -> Iterator[Plan]:
        """Yield the first plan of annealing, where that can run: PyVRP's own may break rules for long."""
        if given is not None:
            self.hear_of(given)
        if library() is not None:
            for plan in Annealing(self.problem, rng=self._rng, budget=self._budget).start(given):
                self.hear_of(plan)
                yield plan

    def round(self, k: int, best: Plan, share: tuple[float, float]) -> Iterator[Plan]:
        """Search for ``ROUND_S``, or a fixed amount where rounds are counted; or combine the pool."""
        if self._is_combining and self._is_for_combining(k, share[0]):
            self._marks_passed += 1
            is_better = self._genetic.combine(deterministic_time=COMBINE_WORK, seconds=self._budget.left_s())
        else:
            is_better = self._search(self._round_budget(), share[0])
        if is_better:
            yield complete(self.problem, numbered(self.problem, self._genetic.days()))
        elif self._genetic.best is None:
            self._trials += 1
            if self._trials == TRIALS:
                self._genetic = self._made(is_required=False)
                self.hear_of(best)

    def stand_at(self, plan: Plan) -> None:
        """Go on from ``plan``."""
        self._genetic.stand_at(days_of(self.problem, plan))

    def hear_of(self, plan: Plan) -> None:
        """Take ``plan`` into the population, from which the walk begins."""
        self._genetic.add(days_of(self.problem, plan))

    def _search(self, budget: Budget, done: float) -> bool:
        """Search within ``budget`` and tell whether the best got better; ``done`` as in ``Genetic.walk``."""
        is_better = self._stretch(budget, done)
        while budget.seconds is not None and not budget.is_spent():
            is_better |= self._stretch(budget, done)
        return is_better

    def _stretch(self, budget: Budget, done: float) -> bool:
        return self._genetic.walk(STEPS, budget, done)

    def _made(self, *, is_required: bool) -> Genetic:
        adapter = adapt(self.problem, is_coarse=True, is_required=is_required)
        return Genetic(adapter, int(self._rng.integers(1 << 31)))

    def _round_budget(self) -> Budget:
        left_s = self._budget.left_s()
        seconds = None if left_s is None else min(ROUND_S, left_s)
        return Budget(seconds=seconds, should_stop=self._budget.should_stop)

    def _is_for_combining(self, k: int, done: float) -> bool:
        if self._budget.seconds is None:
            return k % COMBINE_EVERY == COMBINE_EVERY - 1
        return any(done >= mark for mark in COMBINE_MARKS[self._marks_passed : self._marks_passed + 1])


def _is_worth_it(problem: Problem) -> bool:
    """Tell whether each shipment is worth more than a vehicle of its own, so that all are served if they can be."""
    return all(s.penalty_fen > _alone_fen(problem, s) for s in problem.shipments)


def _alone_fen(problem: Problem, shipment: Shipment) -> float:
    """Return a price above that of carrying ``shipment`` alone, by the cheapest vehicle that finds the way."""
    stops = [problem.index(shipment.origin), problem.index(shipment.destination)]
    found = [inf]
    for kind in problem.vehicle_types:
        matrix = problem.matrices[kind.profile]
        way = [problem.index(kind.depot), *stops, problem.index(kind.depot)]
        metres, seconds = ([int(a[i, j]) for i, j in pairwise(way)] for a in (matrix.distance_m, matrix.duration_s))
        if min(seconds) >= 0:
            running = sum(metres) * kind.distance_fen_per_km / 1_000
            hours = kind.shift.late_s - kind.shift.early_s if kind.time_fen_per_h else 0
            found.append(kind.fixed_fen + running + hours * (kind.time_fen_per_h + kind.overtime_fen_per_h) / 3_600)
    return shipment.handling_fen + min(found)


class Memetic(LongWalk):
    """A population: slower at first, and in the end the best on small problems."""

    phase = "genetic"

    def _stretch(self, budget: Budget, done: float) -> bool:  # noqa: ARG002 - a population does not cool
        return self._genetic.generation(budget)
