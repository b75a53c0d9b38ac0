"""Walks in processes: the same work gives the same plan, a wish to stop is heard, baselines are named."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from optimizer.stop import Stop
from optimizer.tiers.search import BASELINES, solve_tiers
from tests.optimizer.tiers.towns import BEHIND, EITHER, assert_clean, back, tiers, to

if TYPE_CHECKING:
    from optimizer.solve import Progress
    from optimizer.tiers.model import Tiers


def county() -> Tiers:
    """N1 lies beside the hub, the others behind the station; goods down and up."""
    return tiers([*(to(v) for v in ("N1", *BEHIND)), back("V2")], modes=dict.fromkeys(("N1", *BEHIND), EITHER))


@pytest.mark.slow
def test_two_walks_that_meet_give_the_same_plan_for_the_same_work() -> None:
    """Moves are counted and walks meet in the order of their numbers; the plan is clean and no baseline is cheaper."""
    first, second = (solve_tiers(county(), stop=Stop(iterations=10), seed=3, workers=2) for _ in range(2))
    assert first.plan == second.plan
    assert_clean(county(), first.plan)
    assert set(first.baselines) == set(BASELINES)
    costs = [fen for fen in first.baselines.values() if fen is not None]
    assert len(costs) == 3
    assert first.plan.plan.cost.total_fen <= min(costs)
    assert first.history[-1].cost_fen == first.plan.plan.cost.total_fen
    assert first.iterations == 10


def test_a_wish_to_stop_is_heard_and_the_best_plan_kept() -> None:
    """An hour is granted; the wish comes with the first plan."""
    cancel = threading.Event()
    told: list[Progress] = []

    def hear(progress: Progress) -> None:
        told.append(progress)
        cancel.set()

    result = solve_tiers(county(), stop=Stop(seconds=3_600), seed=1, progress=hear, cancel=cancel)
    assert result.stopped
    assert told[0].phase == "first"
    assert result.plan.plan.cost.total_fen == told[-1].cost_fen
    assert result.seconds < 600
