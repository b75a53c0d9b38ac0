"""One island of the search: a day that gets better round by round, in one process.

A round is a stretch of its searcher (``optimizer.searchers``), or a master: vehicles' whole
days combined, or the day composed from the pool of trips.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import numpy as np

from optimizer.combine import RoutePool, combine_days
from optimizer.day import compose_day
from optimizer.parts import ALL_PARTS, Parts
from optimizer.pool import TripPool
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.searchers import searcher_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.engines import Budget
    from optimizer.plan import Plan
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

UNKNOWN_ROUNDS = 20
"""Rounds of one cooling where nobody knows how many there will be."""

MASTER_EVERY = 40
"""Every so many rounds a master has its turn, where rounds are counted."""

MASTER_MARKS = (0.8,)
"""Shares of the time after which a master has its turn, where time is counted."""

COMPOSE_WORK = 1.5
"""Deterministic time of one composition, about as many seconds."""

COMBINE_WORK = 0.5
"""Deterministic time of each half of combining vehicles' days, about as many seconds."""

CLOSE = 0.01
"""An island whose cost is within this share of the best keeps its own plan at an exchange; less and less towards the
end, when a plan that is behind has no time left to catch up."""


class Island:
    """A search with its own seed; ``report`` hears of every better plan and the phase that found it.

    ``rounds`` is how many there will be, None when nobody knows.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        seed: int,
        index: int,
        budget: Budget,
        report: Callable[[Plan, str], None],
        rounds: int | None = None,
        parts: Parts = ALL_PARTS,
    ) -> None:
        self.problem = problem
        self.index = index
        self.best = complete(problem, {}, insert=False)
        self.pool = TripPool(problem)
        self.routes = RoutePool(problem)
        self._budget = budget
        self._report = report
        self._rounds = rounds
        self._rng = np.random.default_rng([seed, index])
        self._masters_done = 0
        self._masters = [self._combine] * parts.combining + [self._compose] * parts.composing
        self._searcher = searcher_for(problem, index=index, parts=parts, rng=self._rng, budget=budget)

    def start(self, given: Plan | None) -> None:
        """Have a first plan at once: the given one, mended, or one built by insertion."""
        if given is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in given.routes}
            self.offer(complete(self.problem, trips), "start")
        for plan in self._searcher.start(self.best if given is not None else None):
            self.offer(plan, "first")

    def round(self, k: int) -> None:
        """Do round ``k``: a master when it is its turn, else a stretch of the search."""
        if self._is_for_masters(k):
            master = self._masters[(self.index + self._masters_done) % len(self._masters)]  # islands take turns
            self._masters_done += 1
            master()
            return
        share = self._share_done(k), self._share_done(k + 1)
        for plan in self._searcher.round(k, self.best, share):
            self.offer(plan, self._searcher.phase)

    def offer(self, plan: Plan, phase: str) -> bool:
        """Keep ``plan`` if it is better than the best so far; its trips are pooled all the same."""
        self.pool.add_plan(plan)
        self.routes.add_plan(plan)
        if plan.cost.total_fen >= self.best.cost.total_fen:
            return False
        self.best = plan
        self._report(plan, phase)
        return True

    def adopt(self, others: Sequence[Plan], done: int = 0) -> None:
        """Take over another island's plan if the own one is clearly worse; pool all of their trips.

        ``done`` is how many rounds there were.
        """
        for plan in others:
            self.pool.add_plan(plan)
            self.routes.add_plan(plan)
            self._searcher.hear_of(plan)
        best = min(others, key=lambda plan: plan.cost.total_fen, default=self.best)
        if self.best.cost.total_fen > (1 + CLOSE * (1 - self._share_done(done)) ** 2) * best.cost.total_fen:
            self.best = best
            self._searcher.stand_at(best)

    def _share_done(self, k: int) -> float:
        """Return the share of the whole search that is done before round ``k``, from 0 to 1."""
        shares = []
        if self._rounds is not None:
            shares.append(k / max(1, self._rounds))
        if self._budget.seconds is not None:
            shares.append((time.monotonic() - self._budget.started) / max(1e-9, self._budget.seconds))
        return min(1.0, max(shares, default=k % UNKNOWN_ROUNDS / UNKNOWN_ROUNDS))

    def _is_for_masters(self, k: int) -> bool:
        if not self._masters:
            return False
        if self._budget.seconds is None:
            return k % MASTER_EVERY == MASTER_EVERY - 1
        marks = MASTER_MARKS[self._masters_done : self._masters_done + 1]
        return any(self._share_done(k) >= mark for mark in marks)

    def _compose(self) -> None:
        hint = self.pool.add_plan(self.best)
        plan = compose_day(
            self.problem,
            self.pool.trips,
            deterministic_time=COMPOSE_WORK,
            seconds=self._budget.left_s(),
            seed=self._seed(),
            hint=hint,
        )
        if plan is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in plan.routes}
            best = min((plan, complete(self.problem, trips)), key=lambda p: p.cost.total_fen)
            if self.offer(best, "compose"):
                self._searcher.stand_at(self.best)

    def _combine(self) -> None:
        plan = combine_days(
            self.problem,
            self.routes.routes,
            deterministic_time=COMBINE_WORK,
            seconds=self._budget.left_s(),
            seed=self._seed(),
            hint=self.best,
        )
        if plan is not None and self.offer(plan, "combine"):
            self._searcher.stand_at(self.best)

    def _seed(self) -> int:
        return int(self._rng.integers(1 << 31))
