"""Time to a fixed gap: halving, interpolating, fitting; memory of all processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import scaling
from benchmarks.scaling import Memory, Run, fitted_exponent, halved, resident_kb, time_to_gap
from tests.benchmarks.rows import solve_by_rounds


def run(seconds: float, cost_fen: int, *, first_s: float | None = 0.5) -> Run:
    """Return a run of this length that ended at this cost."""
    return Run(
        seconds=seconds,
        wall_s=seconds,
        cost_fen=cost_fen,
        unserved=0,
        violations=0,
        first_s=first_s,
        first_fen=2 * cost_fen,
        peak_mb=None,
    )


def test_the_time_is_halved_until_a_run_ends_beyond_the_gap() -> None:
    """100, 101 and 102 are within 3 % of the long run's 100, 108 after 2 s is not."""
    costs = {16.0: 100, 8.0: 101, 4.0: 102, 2.0: 108}
    assert [r.seconds for r in halved(lambda s: run(s, costs[s]), 16.0, 3.0)] == [16.0, 8.0, 4.0, 2.0]


def test_halving_ends_where_there_is_no_time_for_a_plan() -> None:
    """All runs cost the same, but after 2 s there was no plan."""
    found = halved(lambda s: run(s, 100, first_s=None if s < 4 else 0.5), 8.0, 3.0)
    assert [r.seconds for r in found] == [8.0, 4.0, 2.0]


def test_halving_ends_where_only_the_start_of_processes_would_be_measured() -> None:
    """Every run is as good as the long one; one of less than a second is not tried."""
    assert [r.seconds for r in halved(lambda s: run(s, 100), 4.0, 3.0)] == [4.0, 2.0, 1.0]


def test_the_time_to_the_gap_lies_between_two_runs_by_the_logarithm_of_time() -> None:
    """2 % after 4 s, 6 % after 1 s: 4 % is half way, at the geometric mean of 2 s."""
    assert time_to_gap([(8, 0.0), (4, 2.0), (1, 6.0)], 4.0) == pytest.approx(2.0)


def test_half_the_time_may_already_be_too_little() -> None:
    """6 % after 4 s, the long run itself after 16 s: 3 % after 8 s."""
    assert time_to_gap([(16, 0.0), (4, 6.0)], 3.0) == pytest.approx(8.0)


def test_a_shorter_run_may_be_better_than_the_long_one() -> None:
    """-1 % after 4 s and 3 % after 1 s: 1 % is half way."""
    assert time_to_gap([(8, 0.0), (4, -1.0), (1, 3.0)], 1.0) == pytest.approx(2.0)


@pytest.mark.parametrize("exponent", [1.0, 1.2])
def test_the_exponent_of_times_by_a_power_is_that_power(exponent: float) -> None:
    """0.01 n^e at three sizes, two seeds at one of them."""
    sizes = [500, 1_000, 4_000, 4_000]
    assert fitted_exponent([(n, 0.01 * n**exponent) for n in sizes]) == pytest.approx(exponent)


def test_one_size_has_no_exponent() -> None:
    """Two seeds do not make two sizes."""
    assert fitted_exponent([(500, 1.0), (500, 2.0)]) is None


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_memory_counts_children_and_their_children() -> None:
    """A child of a child that holds 64 MB shows as at least as much more."""
    hold = "import sys; held = bytearray(64 << 20); print('ready', flush=True); sys.stdin.read()"
    starter = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    before = resident_kb(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", starter, hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        during = resident_kb(os.getpid())
        child.communicate(b"")
    assert during - before > 60 * 1_024


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
def test_the_peak_outlives_what_caused_it() -> None:
    """64 MB that are gone when the block ends; the watch looks while they are held."""
    with Memory() as memory:
        held = np.ones(8 << 20)
        while memory.peak_mb is None or memory.peak_mb * 1_024 < held.nbytes >> 10:
            pass
        del held
    assert memory.peak_mb is not None
    assert memory.peak_mb >= 64


@pytest.mark.slow
def test_the_command_prints_a_row_a_size_and_writes_all_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tiny counties; the long run of the larger has all the time, and all is carried."""
    monkeypatch.setattr(scaling, "solve", solve_by_rounds)
    out = tmp_path / "out.json"
    options = ["--sizes", "8,16", "--workers", "1", "--gap", "3", "--seconds", "6"]
    assert scaling.main([*options, "--json", str(out)]) == 0
    whole = json.loads(out.read_text("utf-8"))
    assert [size["villages"] for size in whole["sizes"]] == [8, 16]
    assert [size["runs"][0]["seconds"] for size in whole["sizes"]] == [3.0, 6.0]
    assert all(size["runs"][0]["unserved"] == 0 for size in whole["sizes"])
    assert "grows with exponent" in capsys.readouterr().out
