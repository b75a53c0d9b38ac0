"""A memetic layer over PyVRP's local search: a population, an exchange of routes, and short searches as education.

For problems that PyVRP can say completely (``is_sayable``) and that are small enough for many
generations. Each educated solution's routes go into a pool, from which set covering takes
the best together (``optimizer.combine``).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams

from optimizer.combine import cover
from optimizer.engines.crossover import Crossover
from optimizer.engines.day_pool import DayPool
from optimizer.engines.population import FEWEST, Population
from optimizer.engines.pyvrp_search import Tuning, fair_penalties, local_search
from optimizer.engines.walks import Cooling, LateAcceptance

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.engines import Budget
    from optimizer.engines.pyvrp_data import Adapter, Days
    from optimizer.engines.walks import Walk

BURST = 150
"""Perturbed searches that educate one child."""

HISTORY = 50
"""Memory of late acceptance while a child is educated."""

HOT, COLD = 1.0, 0.05
"""Heat of the long walk at the beginning and at the end, as a share of the mean cost of a client."""

POOL_EVERY = 8
"""Every so manieth step whose solution is close to the best goes into the pool."""

CLOSE = 1.01
"""Cost up to which a solution is close to the best, as a multiple of it."""

LOOK_EVERY = 16
"""Perturbed searches between two looks at the clock."""

TUNING = Tuning(neighbours=50, perturbations=25)


class Genetic:
    """The search over ``adapter``'s data; mutable, for one process.

    ``best`` is the cheapest feasible solution met, None at first.
    """

    def __init__(self, adapter: Adapter, seed: int) -> None:
        self.adapter = adapter
        self.best: pyvrp.Solution | None = None
        self._pool = DayPool(adapter)
        self._rng = np.random.default_rng(seed)
        self._data = adapter.data
        self._random = pyvrp.RandomNumberGenerator(seed=int(self._rng.integers(1 << 31)))
        self._search = local_search(self._data, self._random, TUNING)
        self._penalties = PenaltyManager(fair_penalties(self._data), PenaltyParams(min_penalty=0.01, max_penalty=1e8))
        self._cross = Crossover(self._data, self._rng)
        self._population = Population(self._data)
        self._walk: Cooling | None = None

    def add(self, days: Days) -> None:
        """Take a solution from elsewhere into the population."""
        solution = self.adapter.solution(days)
        self._offer(solution)
        self._population.add(solution, self._cost())

    def generation(self, budget: Budget) -> bool:
        """Bring one child into the population, a random one while there are few; tell whether the best got better."""
        before = self.best
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            if len(self._population) < FEWEST:
                child = pyvrp.Solution.make_random(self._data, self._random)
            else:
                child = self._cross(*self._population.parents(self._cost(), self._rng))
            self._population.add(self._educated(child, budget), self._cost())
        return self.best is not before

    def walk(self, steps: int, budget: Budget, done: float) -> bool:
        """Take ``steps`` steps of one long walk, begun from the best; tell whether the best got better.

        ``done`` is the share of the whole search that lies behind, from 0 to 1: the walk cools as it grows.
        """
        before = self.best
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            if self._walk is None:
                start = pyvrp.Solution.make_random(self._data, self._random) if before is None else before
                self._walk = Cooling(self._search, self._penalties, self._searched(start), self._rng)
            each = _plain(self._walk.now) / max(1, self._data.num_clients + self._data.num_shipments)
            self._walk.heat = each * HOT * (COLD / HOT) ** done
            self._go(self._walk, steps, budget)
        return self.best is not before

    def stand_at(self, days: Days) -> None:
        """Let the long walk go on from a solution found elsewhere."""
        solution = self.adapter.solution(days)
        self._offer(solution)
        if self._walk is not None and solution.is_feasible():
            self._walk.stand_at(solution)

    def combine(self, *, deterministic_time: float, seconds: float | None) -> bool:
        """Put together the pooled routes that cover the goods most cheaply; tell whether the best got better.

        ``deterministic_time`` and ``seconds`` as in ``optimizer.combine.cover``.
        """
        if self.best is None:
            return False
        before = self.best
        hinted = set(self._pool.add(self.best))
        seed = int(self._rng.integers(1 << 31))
        chosen = cover(
            self.adapter.problem,
            self._pool.columns,
            hinted,
            deterministic_time=deterministic_time,
            seconds=seconds,
            seed=seed,
        )
        if chosen:
            together = self._cross.put_together([day.route for day in chosen])
            mended = self._search(together, self._penalties.cost_evaluator(), exhaustive=True)
            self._offer(mended)
            self._population.add(mended, self._cost())
        return self.best is not before

    def days(self) -> Days:
        """Return the best solution as days."""
        return [] if self.best is None else self.adapter.days(self.best)

    def _cost(self) -> Callable[[pyvrp.Solution], float]:
        return self._penalties.cost_evaluator().penalised_cost

    def _educated(self, child: pyvrp.Solution, budget: Budget) -> pyvrp.Solution:
        """Return the best of a short walk from ``child``."""
        walk = LateAcceptance(self._search, self._penalties, self._searched(child), HISTORY)
        self._go(walk, BURST, budget)
        self._offer(walk.top)
        return walk.top

    def _searched(self, start: pyvrp.Solution) -> pyvrp.Solution:
        searched = self._search(start, self._penalties.cost_evaluator(), exhaustive=True)
        self._penalties.register(searched)
        self._offer(searched)
        return searched

    def _go(self, walk: Walk, steps: int, budget: Budget) -> None:
        """Take so many steps within ``budget``; a new best is searched to the end before the walk goes on from it."""
        for k in range(steps):
            if k % LOOK_EVERY == 0 and budget.is_spent():
                return
            tried = walk.step()
            if self._is_best(tried):
                self._offer(tried)
                searched = self._search(tried, self._penalties.cost_evaluator(), exhaustive=True)
                if self._is_best(searched):
                    self._offer(searched)
                    walk.stand_at(searched)
            elif k % POOL_EVERY == 0 and self._is_close(tried):
                self._pool.add(tried)

    def _is_close(self, solution: pyvrp.Solution) -> bool:
        return self.best is not None and solution.is_feasible() and _plain(solution) <= CLOSE * _plain(self.best)

    def _is_best(self, solution: pyvrp.Solution) -> bool:
        return solution.is_feasible() and (self.best is None or _plain(solution) < _plain(self.best))

    def _offer(self, solution: pyvrp.Solution) -> None:
        if self._is_best(solution):
            self.best = solution
        self._pool.add(solution)


def _plain(solution: pyvrp.Solution) -> int:
    """Return the cost of a feasible solution: where all limits are kept, penalties weigh nothing."""
    return (
        solution.distance_cost()
        + solution.duration_cost()
        + solution.fixed_vehicle_cost()
        + solution.uncollected_prizes()
    )
