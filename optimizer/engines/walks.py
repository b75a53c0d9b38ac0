"""Walks over PyVRP's perturbed local search, step by step: late acceptance, and cooling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyvrp
    from pyvrp.PenaltyManager import PenaltyManager
    from pyvrp.search import LocalSearch


class Walk(ABC):
    """A walk from ``start``; ``now`` is where it stands, ``top`` the best it met, penalties counted."""

    def __init__(self, search: LocalSearch, penalties: PenaltyManager, start: pyvrp.Solution) -> None:
        self.now = self.top = start
        self._search = search
        self._penalties = penalties

    def step(self) -> pyvrp.Solution:
        """Perturb, search, and take the result or not; return it."""
        evaluator = self._penalties.cost_evaluator()
        tried = self._search(self.now, evaluator, exhaustive=False)
        self._penalties.register(tried)
        cost = evaluator.penalised_cost(tried)
        if self._takes(cost, evaluator.penalised_cost(self.now)):
            self.now = tried
        if cost < evaluator.penalised_cost(self.top):
            self.top = tried
        return tried

    def stand_at(self, solution: pyvrp.Solution) -> None:
        """Go on from ``solution``, which is better than ``top``."""
        self.now = self.top = solution

    @abstractmethod
    def _takes(self, cost: float, stands: float) -> bool:
        """Tell whether a result of ``cost`` is taken where the walk stands at one of ``stands``."""


class LateAcceptance(Walk):
    """Takes what is no worse than now, or than ``memory`` steps ago; the memory only ever gets better.

    Burke and Bykov (2017), "The late acceptance hill-climbing heuristic", European Journal of Operational
    Research 258(1), section 4.2.
    """

    def __init__(self, search: LocalSearch, penalties: PenaltyManager, start: pyvrp.Solution, memory: int) -> None:
        super().__init__(search, penalties, start)
        self._late = [float(penalties.cost_evaluator().penalised_cost(start))] * memory
        self._steps = 0

    def _takes(self, cost: float, stands: float) -> bool:
        k = self._steps % len(self._late)
        self._steps += 1
        is_taken = cost <= max(stands, self._late[k])
        self._late[k] = min(self._late[k], cost if is_taken else stands)
        return is_taken


class Cooling(Walk):
    """Takes what is worse by no more than an exponential deviate of mean ``heat``, which the caller lets fall.

    Kirkpatrick, Gelatt and Vecchi (1983), "Optimization by simulated annealing", Science 220.
    """

    def __init__(
        self, search: LocalSearch, penalties: PenaltyManager, start: pyvrp.Solution, rng: np.random.Generator
    ) -> None:
        super().__init__(search, penalties, start)
        self.heat = 0.0
        self._rng = rng

    def _takes(self, cost: float, stands: float) -> bool:
        return cost <= stands + self.heat * self._rng.standard_exponential()
