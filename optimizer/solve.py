"""The front door: solve a problem within a stopping criterion; the answer is always a refereed plan.

Solver processes search, the parent judges: each plan that arrives is checked, the best
that breaks no rule is kept. The plan that serves nothing is the answer of last resort.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from optimizer.bounds import lower_bound_fen
from optimizer.check import check
from optimizer.crew import Crew, Progress
from optimizer.explain import explain
from optimizer.fallback import unserved_plan
from optimizer.parts import ALL_PARTS, Parts
from optimizer.plan import Plan, Result
from optimizer.worker import Job, run

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from optimizer.problem import Problem
    from optimizer.stop import Stop

__all__ = ["Progress", "solve"]

PACKAGES = ("gongpei", "numpy", "ortools", "pyvrp")
"""Whose versions a result names."""

HURRIED_WORK = 300
"""Insertions that explanations may try once the user has asked to stop: about a tenth of a second."""


def solve(
    problem: Problem,
    *,
    stop: Stop,
    seed: int = 0,
    workers: int = 1,
    start: Plan | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    parts: Parts = ALL_PARTS,
) -> Result:
    """Return the best plan found, refereed, with a reason for everything unserved.

    Runs ``workers`` processes (spawned: call from under ``if __name__ == "__main__"``).
    Under ``stop.iterations`` alone, the same problem, seed and workers give the same
    plan. A process that crashes is logged and the others go on; should all of them
    fail, the best plan so far, if only the one that serves nothing, is returned.

    Parameters
    ----------
    start
        A plan to begin with; what breaks a rule in it is mended.
    progress
        Called in this thread at each better plan.
    cancel
        Ends the solve, best plan kept, within half a second of being set; so does
        ``KeyboardInterrupt``.
    parts
        What takes part in the search.
    """
    crew = _Islands(problem=problem, stop=stop, progress=progress, best=unserved_plan(problem))
    if start is not None and start.cost.total_fen < crew.best.cost.total_fen and crew.fault_of(start) is None:
        crew.keep(start)  # an answer, should no process have one in time

    def job(index: int, ends_at: float | None) -> Job:
        return Job(
            problem=problem,
            seed=seed,
            index=index,
            workers=workers,
            iterations=stop.iterations,
            ends_at=ends_at,
            start=start,
            parts=parts,
        )

    bound_fen = None
    with crew.at_work(run, workers, job):
        bound_fen = lower_bound_fen(problem)  # while the processes start, so that stopping does not wait for it
        crew.listen(cancel)
    work = {"most_work": HURRIED_WORK} if crew.is_stopped else {}
    return Result(
        plan=explain(problem, crew.best, **work),
        history=tuple(crew.history),
        seed=seed,
        workers=workers,
        iterations=crew.steps,
        seconds=crew.seconds,
        bound_fen=bound_fen,
        stopped=crew.is_stopped,
        versions={name: version(name) for name in PACKAGES},
    )


@dataclass(kw_only=True)
class _Islands(Crew[Plan]):
    problem: Problem

    def plan_of(self, answer: Plan) -> Plan:
        return answer

    def fault_of(self, answer: Plan) -> str | None:
        violations = check(self.problem, answer)
        return violations[0].render("en") if violations else None
