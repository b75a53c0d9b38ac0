"""One island of the search: a day that gets better round by round, in one process.

A round is a stretch of annealing over the whole county under the full rules
(``optimizer.search``), or a master: vehicles' whole days combined, or the day composed from the
pool of trips. Where there is no compiled search, rounds over PyVRP take its place.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import numpy as np

from optimizer.combine import RoutePool, combine_days
from optimizer.day import compose_day
from optimizer.pool import TripPool
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.search.day_search import DaySearch, is_available
from optimizer.sweeps import Sweeps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.engines import Budget
    from optimizer.plan import Plan
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

STEPS = 1_000
"""Steps of annealing in one round, where rounds are counted."""

ROUND_S = 0.25
"""Length of a round where time is counted."""

MOST_STEPS = 50_000
"""Most steps of one round."""

FIRST_STEPS_PER_NODE = 0.3
"""Steps that make the first plan, for each thing to be carried: ten are put in at each."""

HOT, COLD = 0.4, 0.004
"""Temperature at the beginning and at the end, as a share of what carrying one thing costs on average."""

MEAN_STOPS = 10.0
"""Stops taken out in one step."""

PULL = 0.5
"""How much full days are favoured at the beginning, so that vehicles fall idle; nothing of it is left at the end."""

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

COARSE_SHARE = 0.3
"""Share of the search after which goods of one place are parted, if some are still left behind."""

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
        self._steps = STEPS
        self._is_coarse = True
        self._search = DaySearch(problem, is_coarse=True) if is_available() else None
        self._sweeps = Sweeps(problem, rng=self._rng, is_queued=index % 2 == 0, budget=budget)

    def start(self, given: Plan | None) -> None:
        """Have a first plan at once: the given one, mended, or one built by insertion."""
        if given is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in given.routes}
            self.offer(complete(self.problem, trips), "start")
        if self._search is None:
            for plan in self._sweeps.start(None if given is None else self.best):
                self.offer(plan, "first")
            return
        self._search.start(self.best)
        steps = 1 + int(FIRST_STEPS_PER_NODE * len(self._search.nodes.heads))
        self._anneal(self._search, steps, (1.0, 1.0), "first")

    def round(self, k: int) -> None:
        """Do round ``k``: masters when it is their turn, else a stretch of the search."""
        if self._is_for_masters(k):
            self._masters_done += 1
            if self._masters_done % 2:
                self._combine()
            else:
                self._compose()
        elif self._search is not None:
            self._walk(self._search, k)
        else:
            for plan in self._sweeps.round(k, self.best):
                self.offer(plan, "neighbourhoods")

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
        best = min(others, key=lambda plan: plan.cost.total_fen, default=self.best)
        if self.best.cost.total_fen > (1 + CLOSE * (1 - self._share_done(done)) ** 2) * best.cost.total_fen:
            self.best = best
            self._stand_at_best()

    def _share_done(self, k: int) -> float:
        """Return the share of the whole search that is done before round ``k``, from 0 to 1."""
        shares = []
        if self._rounds is not None:
            shares.append(k / max(1, self._rounds))
        if self._budget.seconds is not None:
            shares.append((time.monotonic() - self._budget.started) / max(1e-9, self._budget.seconds))
        return min(1.0, max(shares, default=k % UNKNOWN_ROUNDS / UNKNOWN_ROUNDS))

    def _is_for_masters(self, k: int) -> bool:
        if self._budget.seconds is None:
            return k % MASTER_EVERY == MASTER_EVERY - 1
        marks = MASTER_MARKS[self._masters_done : self._masters_done + 1]
        return any(self._share_done(k) >= mark for mark in marks)

    def _walk(self, search: DaySearch, k: int) -> None:
        """Anneal for one round, and for about ``ROUND_S`` where time counts."""
        if self._is_coarse and self.best.unserved and self._share_done(k) > COARSE_SHARE:
            self._is_coarse = False
            search = self._search = DaySearch(self.problem, is_coarse=False)
            self._stand_at_best()
        count = max(1, len(search.nodes.heads))
        price = sum(s.penalty_fen for s in self.problem.shipments if s.id in {u.shipment for u in self.best.unserved})
        each = max(1.0, (self.best.cost.total_fen - price) / count)
        now, then = self._share_done(k), self._share_done(k + 1)
        hot, cold = (each * HOT * (COLD / HOT) ** share for share in (now, max(now, then)))
        started = time.monotonic()
        self._anneal(search, self._steps, (hot, cold), "search", pull=PULL * (1 - now))
        if self._budget.seconds is not None:
            rate = self._steps / max(1e-6, time.monotonic() - started)
            self._steps = max(1, min(MOST_STEPS, int(rate * min(ROUND_S, self._budget.left_s() or ROUND_S))))

    def _anneal(
        self, search: DaySearch, steps: int, heat: tuple[float, float], phase: str, *, pull: float = 0.0
    ) -> None:
        hot_fen, cold_fen = heat
        is_new = search.run(
            steps, seed=self._seed(), hot_fen=hot_fen, cold_fen=cold_fen, mean_stops=MEAN_STOPS, pull=pull
        )
        if is_new:
            plan = search.plan()
            is_better = self.offer(plan, phase)
            if plan.cost.total_fen != search.best_fen and (is_better or search.best_fen < self.best.cost.total_fen):
                self._stand_at_best()  # what it counted cannot be stowed or timed: begin again from what can

    def _stand_at_best(self) -> None:
        if self._search is not None:
            self._search.start(self.best)

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
                self._stand_at_best()

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
            self._stand_at_best()

    def _seed(self) -> int:
        return int(self._rng.integers(1 << 31))
