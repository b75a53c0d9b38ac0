"""The periodic set: its format, its rules, and a row of the benchmark."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import quality
from benchmarks.instances import periodic
from benchmarks.instances.instance import DamagedInstanceError
from optimizer.periodic import PeriodicPlan, search

if TYPE_CHECKING:
    from pathlib import Path

LINE = """1 1 2 2
0 10
0 10
0 0 0 0 0 0 0
1 3 4 0 6 1 2 2 1
2 6 8 0 4 2 1 3
"""
"""Depot at the origin; 1 lies 5 out, wants 6 on the first (code 2) or second day (code 1); 2 lies 10 out, 4 on both."""

BEST = PeriodicPlan(chosen=(-1, 0, 0), routes=(((1, 2),), ((2,),)), cost=0)
"""Out to 2 on both days, 1 on the way of the first: 20 + 20, loads 10 and 4."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the family."""
    (tmp_path / "pvrp").mkdir()
    (tmp_path / "pvrp" / "p00.txt").write_text(LINE, "utf-8")
    (tmp_path / "pvrp" / "bks.json").write_text(json.dumps({"p00": {"bks": 40.0}}), "utf-8")
    return tmp_path


def test_bits_of_a_code_are_days_the_first_day_highest(root: Path) -> None:
    """Of two days, 2 is the first, 1 the second, 3 both."""
    instance = periodic.load(root, "p00")
    assert [place.patterns for place in instance.places] == [(), ((0,), (1,)), ((0, 1),)]
    assert (instance.vehicles, instance.days, instance.capacity, instance.best_known) == (1, 2, 10, 40.0)


def test_the_judge_measures_exactly_and_names_what_is_broken(root: Path) -> None:
    """40 for the best; then a place that nobody visits, one route too many, too much load, too long a way."""
    instance = periodic.load(root, "p00")
    assert periodic.judge(instance, BEST) == (pytest.approx(40.0), [])
    _, faults = periodic.judge(instance, replace(BEST, routes=(((2,),), ((2,),))))
    assert faults == ["place 1 is visited on days ()"]
    _, faults = periodic.judge(instance, replace(BEST, routes=(((1, 2), (2,)), ((2,),))))
    assert "2 routes on day 0, there are 1 vehicles" in faults
    assert "place 2 is visited on days (0, 0, 1)" in faults
    _, faults = periodic.judge(replace(instance, capacity=9, longest=19.0), BEST)
    assert faults == [
        "load 10 over 9 on day 0",
        "a route of 20.00 over 19 on day 0",
        "a route of 20.00 over 19 on day 1",
    ]


@pytest.mark.parametrize(
    ("right", "wrong"), [("1 1 2 2", "2 1 2 2"), ("0 10\n0 10", "0 10\n0 11"), (" 2 1 3", " 1 1 3")]
)
def test_damaged_files_are_named(right: str, wrong: str, root: Path) -> None:
    """Another kind of problem, days that differ, a pattern of other days than it says."""
    (root / "pvrp" / "p00.txt").write_text(LINE.replace(right, wrong, 1), "utf-8")
    with pytest.raises(DamagedInstanceError, match=r"^p00\.txt: "):
        periodic.load(root, "p00")


def test_the_command_prints_a_row_and_says_that_no_peer_can(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first plan is the best here; nobody has to search."""
    monkeypatch.setattr(search, "library", lambda: None)
    options = ["--family", "pvrp", "--instances", str(root), "--seconds", "1", "--peers", "pyvrp"]
    assert quality.main([*options, "--json", str(root / "out.json")]) == 0
    said = capsys.readouterr().out
    assert "no pyvrp, it cannot choose days of visit" in said
    assert "mean gap 0.000 %" in said
    (row,) = json.loads((root / "out.json").read_text("utf-8"))["rows"]
    assert (row["cost"], row["gap"], row["violations"], row["customers"]) == (40.0, 0.0, 0, 2)
