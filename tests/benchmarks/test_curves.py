"""Curves of cost over time: the gap at each moment, and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.curves import best_known, draw, gap_at
from tests.benchmarks.rows import row

if TYPE_CHECKING:
    from pathlib import Path

RUN = row("ours", 100, history=((1.0, 150), (4.0, 110), (9.0, 100)))


def test_the_gap_at_a_moment_is_that_of_the_last_plan_before() -> None:
    """150, 110 and 100 from 1, 4 and 9 s on, against 100; before the first plan there is none."""
    gaps = gap_at(RUN, np.array([0.5, 1.0, 3.9, 4.0, 20.0]), 100)
    assert np.isnan(gaps[0])
    assert gaps[1:] == pytest.approx([50.0, 50.0, 10.0, 0.0])


def test_a_run_without_any_plan_has_no_gap() -> None:
    """Its history is empty."""
    assert np.isnan(gap_at(row("ours", 100), np.array([1.0, 10.0]), 100)).all()


def test_the_best_known_is_the_least_of_all_runs_on_the_same_county() -> None:
    """A peer's 90 counts for ``c``; the other county, and ``c`` of another generator, have their own."""
    rows = [RUN, row("pyvrp", 90), row("ours", 70, county="other"), row("ours", 60, digest="new")]
    assert best_known(rows) == {("c", "d"): 90, ("other", "d"): 70, ("c", "new"): 60}


def test_draws_runs_with_and_without_plans_and_a_peer_far_above_the_scale(tmp_path: Path) -> None:
    """A picture comes out whatever the rows hold."""
    rows = [RUN, row("ours", 5_000, seed=1), row("ours", 99, seconds=30.0, history=((2.0, 99),))]
    rows += [row("pyvrp", 100_000_000), row("ours -combining", 120)]
    draw(rows, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_draws_peers_alone(tmp_path: Path) -> None:
    """No run of ours."""
    draw([row("ortools", 100)], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 1_000
