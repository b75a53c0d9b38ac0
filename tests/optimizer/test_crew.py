"""Processes that are begun whole: a parent that is told to end meanwhile ends afterwards."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from optimizer.crew import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends_by_exit() -> Iterator[None]:
    """Have SIGTERM raise ``SystemExit``, as it does in a process that computes one plan of many."""

    def end(*_: object) -> None:
        raise SystemExit(1)

    before = signal.signal(signal.SIGTERM, end)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("ends_by_exit")
def test_a_wish_to_end_waits_until_a_process_has_its_job() -> None:
    """What the block does is done, then the process ends; before, the child got half a pickle and a traceback."""
    done = []

    def hand_over() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("job")

    with pytest.raises(SystemExit):
        hand_over()
    assert done == ["job"]
