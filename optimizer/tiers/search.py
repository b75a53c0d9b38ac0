"""The front door of the search across tiers: walkers in processes, every plan judged, the best one kept.

Each process is one walk (``optimizer.tiers.walk``) with its own seed and its share of the first plans. Walks meet
after the first plans and after every ``EXCHANGE_MOVES`` moves, in the order of their numbers, so that counted work
is repeatable; who begins the last cooling meets nobody any more.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING, Any

from optimizer.engines import Budget
from optimizer.errors import SolverFailed
from optimizer.fallback import unserved_plan
from optimizer.plan import Incumbent
from optimizer.solve import CLOSING_S, TICK_S, Progress
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from optimizer.stop import Stop
    from optimizer.tiers.model import Clocks, Tiers
    from optimizer.tiers.walk import Stand

logger = logging.getLogger(__name__)

EXCHANGE_MOVES = 8
"""Walks meet after each so many moves."""

BASELINES = ("direct", "through", "two_stage")
"""First plans whose costs a result names."""


@dataclass(frozen=True, kw_only=True)
class TieredResult:
    """The best plan found and how it came about.

    ``baselines``: cost of the short first plans where everything goes direct, all through its nearest station, and
    loops first, then line-haul; None for one that was not made. ``iterations`` are moves.
    """

    plan: TieredPlan
    history: tuple[Incumbent, ...]
    seed: int
    workers: int
    iterations: int
    seconds: float
    stopped: bool
    baselines: Mapping[str, int | None]


def solve_tiers(
    tiers: Tiers,
    *,
    stop: Stop,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> TieredResult:
    """Return the best plan across tiers found until ``stop``, refereed; never dearer than its first plans.

    Runs ``workers`` processes (spawned: call from under ``if __name__ == "__main__"``). ``stop.iterations`` counts
    moves of each; alone it makes the search repeatable for the same seed and workers. A process that fails is
    logged and the others go on; the plan that serves nobody is the answer of last resort. Without a compiler plans
    are made by cheapest insertion only.

    Parameters
    ----------
    progress
        Called in this thread at each better plan; its phases are "first", "direct", "two_stage", "through",
        "joint", "lines", "moves", "cooling" and "rides".
    cancel
        Ends the search, best plan kept, within half a second of being set; so does ``KeyboardInterrupt``.
    """
    crew = _Crew(tiers=tiers, stop=stop, progress=progress)
    crew.begin(workers, seed)
    try:
        crew.listen(cancel)
    except KeyboardInterrupt:
        crew.is_stopped = True
    finally:
        crew.end()
    return TieredResult(
        plan=crew.best,
        history=tuple(crew.history),
        seed=seed,
        workers=workers,
        iterations=crew.moves,
        seconds=time.monotonic() - crew.began_at,
        stopped=crew.is_stopped,
        baselines={name: crew.baselines.get(name) for name in BASELINES},
    )


def walked(
    tiers: Tiers, *, stop: Stop, seed: int = 0, report: Callable[[Stand, str], None] = lambda *_: None
) -> TieredPlan:
    """Return the best plan of one walk in this process, as ``solve_tiers`` with one worker would."""
    walk = Walk(tiers, seed=seed, budget=Budget(seconds=stop.seconds), report=report, moves=stop.iterations)
    for _ in _moves(walk, stop.iterations):
        pass
    return walk.best.tiered


def _moves(walk: Walk, most: int | None) -> Iterator[tuple[int, bool]]:
    """Do a whole walk; yield how many moves there were, none at first, and whether the last cooling comes next."""
    walk.start()
    done = 0
    while not (is_last := walk.is_over() or done == most):
        yield done, is_last
        walk.move(done)
        done += 1
    yield done, is_last
    walk.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    tiers: Tiers
    seed: int
    index: int
    workers: int
    moves: int | None
    ends_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    tiered: TieredPlan
    clocks: Clocks
    phase: str
    moves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """A walk waits for the others' plans; ``plan`` None: it will wait no more."""

    plan: tuple[TieredPlan, Clocks] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    moves: int = 0
    error: str = ""


def _run(pipe: Connection, job: _Job) -> None:
    """Walk in a process of its own; leaves with its parent, which alone heeds Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        moves = _walk(pipe, job)
    except (BrokenPipeError, EOFError):
        return  # the parent has enough
    except Exception as error:
        logger.exception("walk %d failed", job.index)
        pipe.send(_Done(error=f"{type(error).__name__}: {error}"))
        return
    pipe.send(_Done(moves=moves))


def _walk(pipe: Connection, job: _Job) -> int:
    """Do one walk, meet the others on the way, and return how many moves there were."""
    left_s = None if job.ends_at is None else max(0.0, job.ends_at - time.monotonic())
    moves = 0

    def report(stand: Stand, phase: str) -> None:
        pipe.send(_Found(tiered=stand.tiered, clocks=stand.legs.clocks, phase=phase, moves=moves))

    walk = Walk(
        job.tiers,
        seed=job.seed,
        budget=Budget(seconds=left_s),
        report=report,
        moves=job.moves,
        index=job.index,
        walkers=job.workers,
    )
    for moves, is_last in _moves(walk, job.moves):
        if is_last:
            pipe.send(_Meeting(plan=None))
        elif job.workers > 1 and moves % EXCHANGE_MOVES == 0:
            pipe.send(_Meeting(plan=(walk.best.tiered, walk.best.legs.clocks)))
            walk.adopt(pipe.recv(), moves)
    return moves


def _end_with_parent() -> None:
    """Leave at once when the parent is gone, whatever native code is running."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@dataclass(kw_only=True)
class _Member:
    process: SpawnProcess
    pipe: Connection
    meeting: _Meeting | None = None
    is_apart: bool = False
    is_done: bool = False


@dataclass(kw_only=True)
class _Crew:
    """The processes and what has come from them."""

    tiers: Tiers
    stop: Stop
    progress: Callable[[Progress], None] | None
    began_at: float = field(default_factory=time.monotonic)
    members: list[_Member] = field(default_factory=list)
    history: list[Incumbent] = field(default_factory=list)
    baselines: dict[str, int] = field(default_factory=dict)
    moves: int = 0
    is_stopped: bool = False
    best: TieredPlan = field(init=False)
    _rank: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        nobody = unserved_plan(self.tiers.problem)
        self.best = TieredPlan(choice={}, plan=nobody)
        self._rank = (nobody.cost.total_fen, -1, -1)

    @property
    def ends_at(self) -> float | None:
        return None if self.stop.seconds is None else self.began_at + self.stop.seconds

    def begin(self, workers: int, seed: int) -> None:
        context = get_context("spawn")
        ends_at = None if self.ends_at is None else self.ends_at - CLOSING_S
        for index in range(workers):
            ours, theirs = context.Pipe()
            job = _Job(
                tiers=self.tiers,
                seed=seed,
                index=index,
                workers=workers,
                moves=self.stop.iterations,
                ends_at=ends_at,
            )
            process = context.Process(target=_run, args=(theirs, job), name=f"walk-{index}", daemon=True)
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
            message = _Done(error="ended by itself")
        if isinstance(message, _Found):
            self.moves = max(self.moves, message.moves)
            self._judge(index, message)
        elif isinstance(message, _Meeting):
            member.meeting = message
            member.is_apart |= message.plan is None
        elif isinstance(message, _Done):
            member.is_done = True
            self.moves = max(self.moves, message.moves)
            if message.error:
                logger.error("%s", SolverFailed("E190", detail=f"walk {index}: {message.error}"))

    def _judge(self, index: int, found: _Found) -> None:
        """Accept a better plan if the referee does; equal costs go to fewer moves, then the lower number."""
        plan = found.tiered.plan
        rank = (plan.cost.total_fen, found.moves, index)
        is_baseline = found.phase in BASELINES
        if rank >= self._rank and not is_baseline:
            return
        violations = check_tiers(self.tiers, found.tiered)
        if violations:
            logger.error("%s", SolverFailed("E191", detail=f"{found.phase}: {violations[0].render('en')}"))
            return
        if is_baseline:
            known = self.baselines.get(found.phase, plan.cost.total_fen)
            self.baselines[found.phase] = min(known, plan.cost.total_fen)
        if rank >= self._rank:
            return
        self._rank, self.best = rank, found.tiered
        self._tell(index, found)

    def _tell(self, index: int, found: _Found) -> None:
        now, cost_fen = time.monotonic(), found.tiered.plan.cost.total_fen
        num_unserved = len(found.tiered.plan.unserved)
        self.history.append(
            Incumbent(
                wall_s=now - self.began_at,
                iteration=found.moves,
                worker=index,
                engine=found.phase,
                cost_fen=cost_fen,
                num_unserved=num_unserved,
            )
        )
        if self.progress is not None:
            left_s = None if self.ends_at is None else max(0.0, self.ends_at - now)
            self.progress(Progress(phase=found.phase, cost_fen=cost_fen, num_unserved=num_unserved, left_s=left_s))

    def _meet(self) -> None:
        """When all that still meet have come, give each the plans of all, in the order of their numbers."""
        present = [m for m in self.members if not m.is_done and not m.is_apart]
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
