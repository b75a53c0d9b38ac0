"""A short search in this very process, where another would take longer to begin than it would search."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.fallback import unserved_plan
from optimizer.parts import ALL_PARTS
from optimizer.worker import Job, rounds

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.stop import Stop

MOST_S = 5.0
"""Longest search that is made here: Ctrl-C may have to wait for it, and native code that fails takes all along."""


class Here(NamedTuple):
    """A plan that the referee accepts, its reasons not looked for; ``is_stopped``: the user ended the search early."""

    plan: Plan
    is_stopped: bool


def is_short(stop: Stop, workers: int) -> bool:
    """Tell whether a search is to be made here: one worker, for some seconds or some rounds."""
    return workers == 1 and (stop.seconds is None or stop.seconds <= MOST_S)


def search_here(problem: Problem, *, stop: Stop, seed: int, start: Plan) -> Here:
    """Return the best plan found, as ``optimizer.solve.solve`` with one worker would find it in as many rounds.

    Without its process, its proven bound and its explanations, which cost seconds. ``start`` is mended where it
    breaks a rule.
    """
    job = Job(
        problem=problem,
        seed=seed,
        index=0,
        workers=1,
        iterations=stop.iterations,
        ends_at=None,
        start=start,
        parts=ALL_PARTS,
    )
    found, is_stopped = [unserved_plan(problem)], False
    if start.cost.total_fen < found[0].cost.total_fen and not check(problem, start):
        found.append(start)

    def report(plan: Plan, phase: str, step: int) -> None:  # noqa: ARG001 - as called
        if plan.cost.total_fen < found[-1].cost.total_fen:
            found.append(plan)

    try:
        for _ in rounds(job, lambda: stop.seconds, report):
            pass
    except KeyboardInterrupt:
        is_stopped = True
    plan = next(plan for plan in reversed(found) if not check(problem, plan))
    return Here(plan, is_stopped)
