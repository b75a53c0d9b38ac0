"""Progress on a terminal and off it."""

from __future__ import annotations

import io

import pytest

from api.progress import SEARCHES, ProgressView
from optimizer.annealing import Annealing
from optimizer.over_pyvrp import LongWalk, Memetic
from optimizer.sweeps import Sweeps


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the moment that was set."""
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Claim it."""
        return True


def test_plain_lines_are_one_a_phase_and_few_in_between() -> None:
    """Improvements at 0, 1, 6 and 7 s after the phase began: those at 6 s and, on leaving, 7 s are printed."""
    clock, stream = Clock(), io.StringIO()
    with ProgressView("en", stream=stream, clock=clock) as view:
        view.phase("read")
        view.phase("solve", seconds=30)
        for now in (0, 1, 6, 7):
            clock.now = now
            view.best(100_000 - now, 2)
    lines = stream.getvalue().splitlines()
    assert lines == [
        "reading the scenario",
        "solving · 0:30 left",
        "solving · best 999.94 yuan, unserved 2 · 0:24 left",
        "solving · best 999.93 yuan, unserved 2 · 0:23 left",
    ]


def test_chinese_is_spoken_by_default() -> None:
    """Yuan and fen: 12,345 fen are 123.45 yuan."""
    stream = io.StringIO()
    view = ProgressView("zh", stream=stream, clock=Clock())
    view.phase("solve")
    view.best(12_345, 0, "compose")
    assert view.text() == "求解 · 组合行程 · 最好 123.45 元，未服务 0"


def test_time_left_never_runs_below_zero() -> None:
    """A solve may take a moment longer than allowed."""
    clock = Clock()
    view = ProgressView("en", stream=io.StringIO(), clock=clock)
    view.phase("solve", seconds=5)
    clock.now = 9
    assert view.text() == "solving · 0:00 left"


def test_a_phase_told_twice_is_shown_once() -> None:
    """The solver repeats itself with every message."""
    stream = io.StringIO()
    view = ProgressView("en", stream=stream, clock=Clock())
    view.phase("solve")
    view.phase("solve")
    assert len(stream.getvalue().splitlines()) == 1


def test_a_terminal_gets_one_line_that_changes() -> None:
    """Nothing stays behind when the work is done."""
    stream = Terminal()
    with ProgressView("en", stream=stream, clock=Clock()) as view:
        view.phase("solve")
        view.best(100, 0)
    assert "solving" in stream.getvalue()
    assert not stream.getvalue().endswith("solving\n")


def test_the_view_closes_when_the_work_fails() -> None:
    """An exception passes through."""
    with pytest.raises(ValueError, match="broken"), ProgressView("en", stream=Terminal()):
        raise ValueError("broken")


def test_every_searcher_has_a_name_in_both_languages() -> None:
    assert {kind.phase for kind in (Annealing, LongWalk, Memetic, Sweeps)} <= set(SEARCHES)
