"""A solver process: runs one island and sends its plans home through a pipe.

The heavy libraries are imported in the child only. It keeps to its deadline by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.crew import Found, Meeting, time_left_s, work_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from optimizer.parts import Parts
    from optimizer.plan import Plan
    from optimizer.problem import Problem

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


def run(pipe: Connection, job: Job) -> None:
    """Entry of a solver process."""
    work_through(pipe, _sent_home(pipe, job), f"island {job.index}")


def _sent_home(pipe: Connection, job: Job) -> Iterator[int]:
    def report(plan: Plan, phase: str, step: int) -> None:
        pipe.send(Found(answer=plan, step=step, phase=phase))

    def meet(plan: Plan) -> list[Plan]:
        pipe.send(Meeting(brought=plan))
        others: list[Plan] = pipe.recv()
        return others

    yield from rounds(job, lambda: time_left_s(job.ends_at), report, meet)


def rounds(
    job: Job,
    left_s: Callable[[], float | None],
    report: Callable[[Plan, str, int], None],
    meet: Callable[[Plan], list[Plan]] | None = None,
) -> Iterator[int]:
    """Yield the number of each round once it is done, 0 once there is a first plan.

    ``left_s`` is asked how long there is once all is imported. ``report`` hears of every better plan, its phase and its
    round; ``meet`` gives the others' plans for one's own.
    """
    from optimizer.engines import Budget  # noqa: PLC0415 - in the child only
    from optimizer.island import Island  # noqa: PLC0415 - in the child only
    from optimizer.searchers import kinds  # noqa: PLC0415 - in the child only

    budget, done = Budget(seconds=left_s()), 0
    # a worker that is alone is two islands by turns, where there are two kinds of them
    indices = range(min(2, len(kinds(job.problem, job.parts)))) if job.workers == 1 else (job.index,)
    islands = [
        Island(
            job.problem,
            seed=job.seed,
            index=k,
            budget=budget,
            report=lambda plan, phase: report(plan, phase, done),
            rounds=job.iterations,
            parts=job.parts,
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
            if job.workers > 1 and meet is not None:
                plans = meet(plans[0])
            for island in islands:
                island.adopt(plans, done)
        yield done
