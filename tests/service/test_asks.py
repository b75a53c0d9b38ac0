"""The benchmarks of questions that somebody waits for, in short: they get their answers, whatever the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.service import asks
from benchmarks.service.harness import ground

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_every_order_can_be_asked_about(tmp_path: Path) -> None:
    """Twenty villages, two orders of the plan and two new ones: each has ways, and none was cut short."""
    with ground(None, tmp_path) as where:
        found = asks.candidates(where, asks=2, villages=20, solve_s=1)
    assert (found["places"], found["asks"], found["incomplete"]) == (22, 4, 0)
    assert found["ways_each"] >= 1


def test_a_day_goes_on_after_a_breakdown_in_three_ways(tmp_path: Path) -> None:
    """One vehicle breaks down in the middle of its day: the cheapest answer is never dearer than the smallest."""
    with ground(None, tmp_path) as where:
        found = asks.replans(where, breakdowns=1, villages=20, solve_s=1)
    assert found["breakdowns"] == 1
    assert found["cheapest"]["cost_fen"] <= found["smallest"]["cost_fen"]


@pytest.mark.parametrize(
    ("after", "moved"),
    [
        ([("van", 1, ["A", "B", "C"]), ("van", 2, ["D"])], set()),
        ([("van", 1, ["X", "A", "B", "C"]), ("van", 2, ["D"])], set()),
        ([("van", 1, ["C", "A", "B"]), ("van", 2, ["D"])], {"C"}),
        ([("van", 1, ["A", "C"]), ("van", 2, ["D", "B"])], {"B"}),
        ([("van", 1, ["A", "B"]), ("van", 2, ["D"])], {"C"}),
    ],
)
def test_moved_is_what_rides_elsewhere_or_out_of_its_order(
    after: list[tuple[str, int, list[str]]], moved: set[str]
) -> None:
    """Planned: van#1 hands over A, B, C, van#2 D. One that comes in between moves nobody; C first moves C alone."""
    old = {"A": ("van#1", 0), "B": ("van#1", 1), "C": ("van#1", 2), "D": ("van#2", 0)}
    routes = [
        {
            "vehicle_type": kind,
            "number": number,
            "trips": [{"visits": [{"start_s": 0, "deliver": [name], "collect": []} for name in names]}],
        }
        for kind, number, names in after
    ]
    assert asks.moved(old, {"routes": routes}) == moved
