"""What an island searches with, behind one protocol, and which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from optimizer.annealing import Annealing
from optimizer.engines.sayable import is_sayable
from optimizer.over_pyvrp import LongWalk, Memetic
from optimizer.search.native import library
from optimizer.sweeps import Sweeps

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from optimizer.engines import Budget
    from optimizer.parts import Parts
    from optimizer.plan import Plan
    from optimizer.problem import Problem

MOST_FOR_POPULATION = 300
"""Places up to which a population has enough generations to be worth its worker."""


class Searcher(Protocol):
    """A search by rounds; each yields the plans it finds on the way, better or not. Mutable, for one process."""

    phase: str

    def start(self, given: Plan | None) -> Iterator[Plan]:
        """Yield a first plan; ``given`` is one to begin with."""

    def round(self, k: int, best: Plan, share: tuple[float, float]) -> Iterator[Plan]:
        """Yield the plans of round ``k``, during which the share done of the whole search grows as in ``share``."""

    def stand_at(self, plan: Plan) -> None:
        """Go on from a plan that was found elsewhere and is clearly better than the own one."""

    def hear_of(self, plan: Plan) -> None:
        """Take note of a plan that was found elsewhere."""


def kinds(problem: Problem, parts: Parts) -> list[type[Annealing | LongWalk | Sweeps]]:
    """Return what islands search with, in turn; annealing under the full rules wherever PyVRP lacks a rule.

    Where it lacks none its long walk helps (measured on public sets), and up to ``MOST_FOR_POPULATION``
    places, with one trip a vehicle, a population even more.
    """
    found: list[type[Annealing | LongWalk | Sweeps]] = []
    if parts.annealing and library() is not None:
        found.append(Annealing)
    if parts.genetic and is_sayable(problem):
        found.append(LongWalk)
        has_one_trip = all(kind.max_trips == 1 for kind in problem.vehicle_types)
        if has_one_trip and len(problem.places) <= MOST_FOR_POPULATION:
            found = [LongWalk, Memetic, *(kind for kind in found if kind is Annealing)]
    return found or [Sweeps]


def searcher_for(problem: Problem, *, index: int, parts: Parts, rng: np.random.Generator, budget: Budget) -> Searcher:
    """Return what island ``index`` searches with."""
    known = kinds(problem, parts)
    kind = known[index % len(known)]
    if issubclass(kind, LongWalk):
        return kind(problem, rng=rng, budget=budget, is_combining=parts.combining)
    if issubclass(kind, Sweeps):
        return kind(problem, rng=rng, budget=budget, is_queued=index % 2 == 0)
    return kind(problem, rng=rng, budget=budget)
