"""Annealing over periodic plans with the compiled search, stretch by stretch.

Kirkpatrick, Gelatt and Vecchi (1983), "Optimization by simulated annealing", Science 220.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from optimizer.periodic.native import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.engines import Budget
    from optimizer.periodic.model import PeriodicPlan, PeriodicProblem

STEPS = 20_000
"""Steps of one round, where rounds are counted: a third of a second for 100 places."""

ROUND_S = 0.25
"""Length of a round where time is counted."""

HOT, COLD = 0.4, 0.003
"""Temperature at the beginning and at the end, as a share of what one visit costs on average."""

MEAN_TAKEN = 12.0
"""Places taken out in one step."""

SHARE_ONE_DAY = 0.4
"""Chance of a step that changes one day only and leaves all patterns."""


def annealed(
    problem: PeriodicProblem, start: PeriodicPlan, *, seed: int, rounds: int | None, budget: Budget
) -> Iterator[PeriodicPlan | None]:
    """Yield after each round the best plan within all limits if it became better, else None."""
    walk = Walk(problem, start, seed=seed)
    visits = sum(len(route) for day in start.routes for route in day)
    each = max(1.0, start.cost / max(1, visits))
    steps, done = STEPS, 0
    while not budget.is_spent(done) and (rounds is None or done < rounds):
        asked_at = time.monotonic()
        now, then = _share(done, rounds, budget), _share(done + 1, rounds, budget, ROUND_S)
        hot, cold = (each * HOT * (COLD / HOT) ** share for share in (now, max(now, then)))
        is_better = walk.run(steps, hot=hot, cold=cold, mean_taken=MEAN_TAKEN, share_one_day=SHARE_ONE_DAY)
        done += 1
        yield walk.best() if is_better else None
        if budget.seconds is not None:
            rate = steps / max(1e-6, time.monotonic() - asked_at)
            steps = max(100, int(rate * min(ROUND_S, budget.left_s() or ROUND_S)))


def _share(done: int, rounds: int | None, budget: Budget, later_s: float = 0.0) -> float:
    """Return the share of the search that is over after ``done`` rounds, and ``later_s`` from now."""
    shares = [done / rounds] if rounds else []
    if budget.seconds:
        shares.append(1 - ((budget.left_s() or 0.0) - later_s) / budget.seconds)
    return min(1.0, max(shares, default=0.0))
