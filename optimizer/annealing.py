"""Annealing over the whole county under the full rules, stretch by stretch, with the compiled search.

Kirkpatrick, Gelatt and Vecchi (1983), "Optimization by simulated annealing", Science 220; the moves are
those of ``optimizer.search``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from optimizer.search.day_search import DaySearch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from optimizer.engines import Budget
    from optimizer.plan import Plan
    from optimizer.problem import Problem

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

COARSE_SHARE = 0.3
"""Share of the search after which goods of one place are parted, if some are still left behind."""


class Annealing:
    """The searcher; needs the compiled search (``optimizer.search.native.library``)."""

    phase = "search"

    def __init__(self, problem: Problem, *, rng: np.random.Generator, budget: Budget) -> None:
        self.problem = problem
        self._rng = rng
        self._budget = budget
        self._steps = STEPS
        self._is_coarse = True
        self._search = DaySearch(problem, is_coarse=True)

    def start(self, given: Plan | None) -> Iterator[Plan]:
        """Yield a first plan at once: ``given`` bettered, or one built by insertion."""
        self._search.start(given)
        steps = 1 + int(FIRST_STEPS_PER_NODE * len(self._search.nodes.heads))
        yield from self._anneal(steps, (1.0, 1.0), given)

    def round(self, k: int, best: Plan, share: tuple[float, float]) -> Iterator[Plan]:  # noqa: ARG002 - the protocol's
        """Anneal for one round, and for about ``ROUND_S`` where time counts."""
        now, then = share
        if self._is_coarse and best.unserved and now > COARSE_SHARE:
            self._is_coarse = False
            self._search = DaySearch(self.problem, is_coarse=False)
            self.stand_at(best)
        count = max(1, len(self._search.nodes.heads))
        price = sum(self.problem.shipment_of[u.shipment].penalty_fen for u in best.unserved)
        each = max(1.0, (best.cost.total_fen - price) / count)
        hot, cold = (each * HOT * (COLD / HOT) ** done for done in (now, max(now, then)))
        started = time.monotonic()
        yield from self._anneal(self._steps, (hot, cold), best, pull=PULL * (1 - now))
        if self._budget.seconds is not None:
            rate = self._steps / max(1e-6, time.monotonic() - started)
            self._steps = max(1, min(MOST_STEPS, int(rate * min(ROUND_S, self._budget.left_s() or ROUND_S))))

    def stand_at(self, plan: Plan) -> None:
        """Go on from ``plan``."""
        self._search.start(plan)

    def hear_of(self, plan: Plan) -> None:
        """Do nothing: the search stands at one plan alone."""

    def _anneal(self, steps: int, heat: tuple[float, float], best: Plan | None, *, pull: float = 0.0) -> Iterator[Plan]:
        search, (hot_fen, cold_fen) = self._search, heat
        seed = int(self._rng.integers(1 << 31))
        if not search.run(steps, seed=seed, hot_fen=hot_fen, cold_fen=cold_fen, mean_stops=MEAN_STOPS, pull=pull):
            return
        plan = search.plan()
        is_better = best is None or plan.cost.total_fen < best.cost.total_fen
        kept = plan if is_better or best is None else best
        if plan.cost.total_fen != search.best_fen and (is_better or search.best_fen < kept.cost.total_fen):
            self.stand_at(kept)  # what it counted cannot be stowed or timed: begin again from what can
        yield plan
