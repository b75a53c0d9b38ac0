"""The front door: solve a problem within a stopping criterion; the answer is always a refereed plan.

Solver processes search, the parent judges: each plan that arrives is checked, the best
that breaks no rule is kept. The plan that serves nothing is the answer of last resort.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing import connection, get_context
from typing import TYPE_CHECKING, Any

from optimizer.bounds import lower_bound_fen
from optimizer.check import check
from optimizer.errors import SolverFailed
from optimizer.explain import explain
from optimizer.fallback import unserved_plan
from optimizer.parts import ALL_PARTS, Parts
from optimizer.plan import Incumbent, Plan, Result
from optimizer.worker import Done, Found, Job, Meeting, run

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from optimizer.problem import Problem
    from optimizer.stop import Stop

logger = logging.getLogger(__name__)

PACKAGES = ("gongpei", "numpy", "ortools", "pyvrp")
"""Whose versions a result names."""

CLOSING_S = 0.3
"""Seconds before the end at which the islands stop by themselves."""

HURRIED_WORK = 300
"""Insertions that explanations may try once the user has asked to stop: about a tenth of a second."""

TICK_S = 0.1
"""How often a wish to stop is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a solve stands: ``left_s`` is None where time does not end it."""

    phase: str
    cost_fen: int
    num_unserved: int
    left_s: float | None


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
    crew = _Crew(problem=problem, stop=stop, seed=seed, progress=progress, parts=parts)
    crew.begin(workers, start)
    bound_fen = None
    try:
        bound_fen = lower_bound_fen(problem)  # while the processes start, so that stopping does not wait for it
        crew.listen(cancel)
    except KeyboardInterrupt:
        crew.is_stopped = True
    finally:
        crew.end()
    work = {"most_work": HURRIED_WORK} if crew.is_stopped else {}
    return Result(
        plan=explain(problem, crew.best, **work),
        history=tuple(crew.history),
        seed=seed,
        workers=workers,
        iterations=crew.iterations,
        seconds=time.monotonic() - crew.began_at,
        bound_fen=bound_fen,
        stopped=crew.is_stopped,
        versions={name: version(name) for name in PACKAGES},
    )


@dataclass(kw_only=True)
class _Member:
    process: SpawnProcess
    pipe: Connection
    meeting: Meeting | None = None
    is_done: bool = False


@dataclass(kw_only=True)
class _Crew:
    """The solver processes and what has come from them."""

    problem: Problem
    stop: Stop
    seed: int
    progress: Callable[[Progress], None] | None
    parts: Parts
    began_at: float = field(default_factory=time.monotonic)
    members: list[_Member] = field(default_factory=list)
    history: list[Incumbent] = field(default_factory=list)
    iterations: int = 0
    is_stopped: bool = False
    best: Plan = field(init=False)
    _rank: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._keep(unserved_plan(self.problem))

    @property
    def ends_at(self) -> float | None:
        return None if self.stop.seconds is None else self.began_at + self.stop.seconds

    def begin(self, workers: int, start: Plan | None) -> None:
        if start is not None and start.cost.total_fen < self.best.cost.total_fen and not check(self.problem, start):
            self._keep(start)  # an answer, should no process have one in time
        context = get_context("spawn")
        ends_at = None if self.ends_at is None else self.ends_at - CLOSING_S
        for index in range(workers):
            ours, theirs = context.Pipe()
            job = Job(
                problem=self.problem,
                seed=self.seed,
                index=index,
                workers=workers,
                iterations=self.stop.iterations,
                ends_at=ends_at,
                start=start,
                parts=self.parts,
            )
            process = context.Process(target=run, args=(theirs, job), name=f"island-{index}", daemon=True)
            process.start()
            theirs.close()  # so that a dead child reads as the end of the pipe
            self.members.append(_Member(process=process, pipe=ours))

    def listen(self, cancel: threading.Event | None) -> None:
        """Take what comes until all are done, time is up, or the user has had enough."""
        while any(not m.is_done for m in self.members):
            if cancel is not None and cancel.is_set():
                self.is_stopped = True
                return
            if self.ends_at is not None and time.monotonic() >= self.ends_at:
                return
            waiting = {m.pipe: i for i, m in enumerate(self.members) if not m.is_done}
            for pipe in connection.wait(list(waiting), timeout=TICK_S):
                self._take(waiting[pipe])  # type: ignore[index]  # wait returns what it was given
            self._meet()

    def end(self) -> None:
        """Leave no process behind."""
        for member in self.members:
            member.process.kill()
        for member in self.members:
            member.process.join()
            member.pipe.close()

    def _take(self, index: int) -> None:
        member = self.members[index]
        try:
            message: Any = member.pipe.recv()
        except (EOFError, OSError):
            logger.error("%s", SolverFailed("E190", detail=f"island {index}"))
            member.is_done = True
            return
        if isinstance(message, Found):
            self.iterations = max(self.iterations, message.iteration)
            self._judge(index, message)
        elif isinstance(message, Meeting):
            member.meeting = message
        elif isinstance(message, Done):
            member.is_done = True
            self.iterations = max(self.iterations, message.iterations)
            if message.error:
                logger.error("%s", SolverFailed("E190", detail=f"island {index}: {message.error}"))

    def _keep(self, plan: Plan) -> None:
        """Hold a plan that no island made."""
        self.best, self._rank = plan, (plan.cost.total_fen, -1, -1)

    def _judge(self, index: int, found: Found) -> None:
        """Accept a better plan if the referee does; equal costs go to the earlier round, then the lower island."""
        rank = (found.plan.cost.total_fen, found.iteration, index)
        if rank >= self._rank:
            return
        violations = check(self.problem, found.plan)
        if violations:
            logger.error("%s", SolverFailed("E191", detail=f"{found.phase}: {violations[0].render('en')}"))
            return
        self._rank, self.best = rank, found.plan
        wall_s = time.monotonic() - self.began_at
        cost_fen, num_unserved = found.plan.cost.total_fen, len(found.plan.unserved)
        self.history.append(
            Incumbent(
                wall_s=wall_s,
                iteration=found.iteration,
                worker=index,
                engine=found.phase,
                cost_fen=cost_fen,
                num_unserved=num_unserved,
            )
        )
        if self.progress is not None:
            left_s = None if self.ends_at is None else max(0.0, self.ends_at - time.monotonic())
            self.progress(Progress(phase=found.phase, cost_fen=cost_fen, num_unserved=num_unserved, left_s=left_s))

    def _meet(self) -> None:
        """When all islands still at work have come to the meeting, give each the plans of all, in island order."""
        present = [m for m in self.members if not m.is_done]
        if not present or any(m.meeting is None for m in present):
            return
        plans = [m.meeting.plan for m in present if m.meeting is not None]
        for member in present:
            member.meeting = None
            try:
                member.pipe.send(plans)
            except (BrokenPipeError, OSError):
                logger.error("%s", SolverFailed("E190", detail=member.process.name))
                member.is_done = True
