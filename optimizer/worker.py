"""A solver process: runs one island and sends its plans home through a pipe.

The heavy libraries are imported in the child only. A child ignores Ctrl-C (its parent
decides), ends with its parent, and keeps to its deadline by itself.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from optimizer.parts import Parts
    from optimizer.plan import Plan
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

EXCHANGE_ROUNDS = 4
"""Islands meet after each so many rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process has to do; ``ends_at`` is on the clock of ``time.monotonic``, None means never."""

    problem: Problem
    seed: int
    index: int
    workers: int
    iterations: int | None
    ends_at: float | None
    start: Plan | None
    parts: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A better plan of one island, found in ``iteration`` (0: the first plan)."""

    plan: Plan
    iteration: int
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An island has done ``iteration`` rounds and waits for the others' plans."""

    plan: Plan
    iteration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An island has ended after ``iterations`` rounds; ``error`` tells why if it failed."""

    iterations: int
    error: str = ""


def run(pipe: Connection, job: Job) -> None:
    """Entry of a solver process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    rounds = 0
    try:
        for rounds in _rounds(pipe, job):
            logger.debug("island %d: round %d", job.index, rounds)
    except (BrokenPipeError, EOFError):
        return  # the parent has enough
    except Exception as error:
        logger.exception("island %d failed", job.index)
        pipe.send(Done(iterations=rounds, error=f"{type(error).__name__}: {error}"))
        return
    pipe.send(Done(iterations=rounds))


def _rounds(pipe: Connection, job: Job) -> Iterator[int]:
    from optimizer.engines import Budget  # noqa: PLC0415 - in the child only
    from optimizer.island import Island  # noqa: PLC0415 - in the child only
    from optimizer.searchers import kinds  # noqa: PLC0415 - in the child only

    left_s = None if job.ends_at is None else max(0.0, job.ends_at - time.monotonic())
    budget = Budget(seconds=left_s)
    done = 0

    def report(plan: Plan, phase: str) -> None:
        pipe.send(Found(plan=plan, iteration=done, phase=phase))

    # a worker that is alone is two islands by turns, where there are two kinds of them
    indices = range(min(2, len(kinds(job.problem, job.parts)))) if job.workers == 1 else (job.index,)
    islands = [
        Island(
            job.problem, seed=job.seed, index=k, budget=budget, report=report, rounds=job.iterations, parts=job.parts
        )
        for k in indices
    ]
    for island in islands:
        island.start(job.start)
    yield 0
    while not budget.is_spent() and (job.iterations is None or done < job.iterations):
        done += 1
        for island in islands:
            island.round(done - 1)
        if done % EXCHANGE_ROUNDS == 0:
            plans = [island.best for island in islands]
            if job.workers > 1:
                pipe.send(Meeting(plan=plans[0], iteration=done))
                plans = pipe.recv()
            for island in islands:
                island.adopt(plans, done)
        yield done


def _end_with_parent() -> None:
    """Leave at once when the parent is gone, whatever native code is running."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
