"""Goods that cannot be back in time used to end the OR-Tools model with "CP Solver fail"."""

from __future__ import annotations

import pytest

from optimizer.engines import Budget
from optimizer.engines.ortools_routing import OrToolsRouting
from optimizer.model import TimeWindow
from tests.helpers import assert_clean, down, problem, up


@pytest.mark.parametrize(
    "late",
    [
        up(4, due_s=1_000),  # 2,400 s from the hub
        up(4, due_s=5_000, pickup_windows=(TimeWindow(early_s=4_000, late_s=9_000),)),  # 6,460 s at the earliest
        down(4, due_s=1_000, ready_s=500),
    ],
)
def test_goods_that_cannot_be_in_time_are_left_out_and_the_rest_is_planned(late: object) -> None:
    """D1 alone costs 10,000 + 2,200 + 60, the other its penalty."""
    county = problem([late, down(1)])  # type: ignore[list-item]
    plan = OrToolsRouting().search(county, Budget(iterations=50), 0, None, lambda _: None)
    assert_clean(county, plan)
    assert plan.cost.total_fen == 1_000_000 + 12_260
