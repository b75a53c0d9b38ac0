"""Solutions that live together: good ones and different ones stay.

Vidal, Crainic, Gendreau, Lahrichi and Rei (2012), "A hybrid genetic algorithm for multidepot and periodic
vehicle routing problems", Operations Research 60(3), section 4.3: biased fitness from the ranks in cost
and in distance to the nearest others; distance counts the clients that another one follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyvrp

FEWEST = 6
"""Solutions left when the weakest have gone."""

MOST = 18
"""Solutions at which the weakest go."""

ELITE = 4
"""So many of the cheapest are never the weakest."""

NEAREST = 3
"""A solution is as different as it is from so many nearest others, on average."""


class Population:
    """Up to ``MOST`` solutions of ``data``; mutable."""

    def __init__(self, data: pyvrp.ProblemData) -> None:
        self.solutions: list[pyvrp.Solution] = []
        self._data = data
        self._next = np.zeros((0, data.num_clients + 2 * data.num_shipments), np.int32)  # (solutions, nodes)

    def __len__(self) -> int:
        return len(self.solutions)

    def add(self, solution: pyvrp.Solution, cost: Callable[[pyvrp.Solution], float]) -> None:
        """Take ``solution`` in, unless it is there; at ``MOST`` the weakest by ``cost`` and likeness go."""
        follower = self._followers(solution)
        if (self._next == follower).all(axis=1).any():
            return
        self.solutions.append(solution)
        self._next = np.vstack([self._next, follower])
        if len(self) > MOST:
            while len(self) > FEWEST:
                weakest = int(np.argmax(self.fitness(cost)))
                self.solutions.pop(weakest)
                self._next = np.delete(self._next, weakest, axis=0)

    def parents(
        self, cost: Callable[[pyvrp.Solution], float], rng: np.random.Generator
    ) -> tuple[pyvrp.Solution, pyvrp.Solution]:
        """Return two solutions, each the fitter of two random ones; different ones where there are any."""
        fitness = self.fitness(cost)
        first, second = (min(rng.integers(len(self), size=2).tolist(), key=lambda i: fitness[i]) for _ in range(2))
        if first == second:
            second = (first + 1 + int(rng.integers(max(1, len(self) - 1)))) % len(self)
        return self.solutions[first], self.solutions[second]

    def fitness(self, cost: Callable[[pyvrp.Solution], float]) -> np.ndarray:
        """Return the biased fitness of each solution (n,), smaller is fitter."""
        costs = np.array([cost(solution) for solution in self.solutions])  # (n,)
        apart = (self._next[:, None, :] != self._next[None, :, :]).mean(axis=2)  # (n, n)
        np.fill_diagonal(apart, np.inf)
        nearest = np.sort(apart, axis=1)[:, : min(NEAREST, max(1, len(self) - 1))].mean(axis=1)  # (n,)
        rank_cost = costs.argsort(kind="stable").argsort(kind="stable")
        rank_apart = (-nearest).argsort(kind="stable").argsort(kind="stable")
        fitness: np.ndarray = rank_cost + (1 - min(ELITE, len(self)) / len(self)) * rank_apart
        return fitness

    def _followers(self, solution: pyvrp.Solution) -> np.ndarray:
        """Return what follows each client, pickup and delivery on its trip, -1 for the depot or nothing: (nodes,)."""
        clients, shipments = self._data.num_clients, self._data.num_shipments
        follower = np.full(clients + 2 * shipments, -1, np.int32)
        for route in solution.routes():
            last = -1
            for activity in route:
                node = -1
                if activity.is_client():
                    node = activity.idx
                elif not activity.is_depot():
                    node = clients + activity.idx + (0 if activity.is_pickup() else shipments)
                if last >= 0:
                    follower[last] = node
                last = node
        return follower
