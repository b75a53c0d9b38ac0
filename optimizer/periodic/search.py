"""The front door of periodic routing: walks in processes, every plan judged, the best one kept.

Each process is one annealing walk with a seed of its own; they meet nobody, so counted work is repeatable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.crew import Crew, Found, time_left_s, work_through
from optimizer.engines import Budget
from optimizer.periodic.annealing import annealed
from optimizer.periodic.check import check_periodic
from optimizer.periodic.first import first_plan
from optimizer.periodic.native import library
from optimizer.plan import Cost, Plan

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from optimizer.crew import Progress
    from optimizer.periodic.model import PeriodicPlan, PeriodicProblem
    from optimizer.plan import Incumbent
    from optimizer.stop import Stop

BROKEN = 10**15
"""What a first plan that breaks a limit costs besides, so that any plan within them is better."""


@dataclass(frozen=True, kw_only=True)
class PeriodicResult:
    """The best plan found; ``faults`` is empty unless no plan within all limits was met."""

    plan: PeriodicPlan
    faults: tuple[str, ...]
    history: tuple[Incumbent, ...]
    iterations: int
    seconds: float
    stopped: bool


def solve_periodic(
    problem: PeriodicProblem,
    *,
    stop: Stop,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> PeriodicResult:
    """Return the best periodic plan found until ``stop``, refereed.

    Runs ``workers`` processes (spawned: call from under ``if __name__ == "__main__"``). ``stop.iterations`` counts
    rounds of each; alone it makes the search repeatable for the same seed and workers. Without a compiler the first
    plan, by cheapest insertion, is the answer.

    Parameters
    ----------
    progress
        Called in this thread at each better plan.
    cancel
        Ends the search, best plan kept, within half a second of being set; so does ``KeyboardInterrupt``.
    """
    crew = _Walks(problem=problem, stop=stop, progress=progress, best=first_plan(problem))

    def job(index: int, ends_at: float | None) -> _Job:
        return _Job(
            problem=problem,
            start=crew.best,
            seed=seed * 1_000 + index,
            rounds=stop.iterations,
            ends_at=ends_at,
        )

    if problem.num_places > 1 and library() is not None:
        with crew.at_work(_run, workers, job):
            crew.listen(cancel)
    return PeriodicResult(
        plan=crew.best,
        faults=tuple(check_periodic(problem, crew.best)),
        history=tuple(crew.history),
        iterations=crew.steps,
        seconds=crew.seconds,
        stopped=crew.is_stopped,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    problem: PeriodicProblem
    start: PeriodicPlan
    seed: int
    rounds: int | None
    ends_at: float | None


def _run(pipe: Connection, job: _Job) -> None:
    """Entry of a solver process."""
    work_through(pipe, _rounds(pipe, job), f"periodic walk {job.seed}")


def _rounds(pipe: Connection, job: _Job) -> Iterator[int]:
    budget = Budget(seconds=time_left_s(job.ends_at))
    found = annealed(job.problem, job.start, seed=job.seed, rounds=job.rounds, budget=budget)
    for done, plan in enumerate(found, start=1):
        if plan is not None:
            pipe.send(Found(answer=plan, step=done, phase="days"))
        yield done


@dataclass(kw_only=True)
class _Walks(Crew["PeriodicPlan"]):
    problem: PeriodicProblem

    def plan_of(self, answer: PeriodicPlan) -> Plan:
        """Return a plan with nothing but the cost, by which the crew ranks answers."""
        is_broken = bool(check_periodic(self.problem, answer))
        return Plan(cost=Cost(distance_fen=answer.cost, penalty_fen=BROKEN * is_broken))

    def fault_of(self, answer: PeriodicPlan) -> str | None:
        return next(iter(check_periodic(self.problem, answer)), None)
