"""Solver processes: what they send, and what happens when one dies."""

from __future__ import annotations

import os
from importlib import import_module
from multiprocessing import Pipe, get_context
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.crew import Done, Found
from optimizer.parts import ALL_PARTS
from optimizer.solve import solve
from optimizer.stop import Stop
from optimizer.worker import Job, run
from tests.helpers import assert_clean, four_village_problem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

pytestmark = pytest.mark.slow


def job(**changes: Any) -> Job:
    fields: dict[str, Any] = {
        "problem": four_village_problem(),
        "seed": 0,
        "index": 0,
        "workers": 1,
        "iterations": 1,
        "ends_at": None,
        "start": None,
        "parts": ALL_PARTS,
    }
    return Job(**{**fields, **changes})


def messages(work: Job) -> list[Any]:
    """Run a solver process and return all it sends."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=run, args=(theirs, work), daemon=True)
    process.start()
    theirs.close()
    found = []
    try:
        while True:
            found.append(ours.recv())
    except EOFError:
        process.join()
    return found


def test_sends_plans_as_they_are_found_and_then_its_end() -> None:
    """Each plan better than the one before, the last word is Done."""
    *plans, last = messages(job())
    costs = [m.answer.cost.total_fen for m in plans if isinstance(m, Found)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == 19_670
    assert last == Done(steps=1)
    for message in plans:
        assert_clean(four_village_problem(), message.answer)


def test_a_failure_is_told_and_not_raised() -> None:
    """A start that is no plan at all: the process says so and ends."""
    (last,) = messages(job(start="not a plan"))
    assert isinstance(last, Done)
    assert "AttributeError" in last.error


def dies(pipe: Connection, work: Job) -> None:
    """Stand in for the entry of a process: island 0 falls dead, the others work."""
    if work.index == 0:
        os._exit(3)
    run(pipe, work)


def test_when_one_dies_the_others_go_on(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Island 0 dies at birth; island 1 meets nobody and finds the optimum."""
    monkeypatch.setattr(import_module("optimizer.solve"), "run", dies)
    result = solve(four_village_problem(), stop=Stop(iterations=4), workers=2)
    assert_clean(four_village_problem(), result.plan)
    assert result.plan.cost.total_fen == 19_670
    assert "ended unexpectedly" in caplog.text


def test_when_all_die_there_is_still_an_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is served, and every shipment has a reason."""
    monkeypatch.setattr(import_module("optimizer.solve"), "run", dies)
    result = solve(four_village_problem(), stop=Stop(iterations=4), workers=1)
    assert_clean(four_village_problem(), result.plan)
    assert len(result.plan.unserved) == 6
    assert "ended unexpectedly" in caplog.text
