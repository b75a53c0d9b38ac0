"""The front door of the search across tiers: walkers in processes, every plan judged, the best one kept.

Each process is one walk (``optimizer.tiers.walk``) with its own seed and its share of the first plans. Walks meet
after the first plans and after every ``EXCHANGE_MOVES`` moves, in the order of their numbers, so that counted work
is repeatable; who begins the last cooling meets nobody any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.crew import Crew, Found, Meeting, time_left_s, work_through
from optimizer.engines import Budget
from optimizer.fallback import unserved_plan
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.walk import Walk

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection

    from optimizer.crew import Progress
    from optimizer.plan import Incumbent, Plan
    from optimizer.stop import Stop
    from optimizer.tiers.model import Tiers
    from optimizer.tiers.walk import Stand

EXCHANGE_MOVES = 8
"""Walks meet after each so many moves."""

BASELINES = ("direct", "through", "two_stage")
"""First plans whose costs a result names."""


@dataclass(frozen=True, kw_only=True)
class TieredResult:
    """The best plan found and how it came about.

    ``baselines``: cost of the short first plans where everything goes direct, all through its nearest station, and
    loops first, then line-haul; None for one that was not made. ``baselines_left``: how many shipments those that
    were made leave behind. ``iterations`` are moves.
    """

    plan: TieredPlan
    history: tuple[Incumbent, ...]
    seed: int
    workers: int
    iterations: int
    seconds: float
    stopped: bool
    baselines: Mapping[str, int | None]
    baselines_left: Mapping[str, int]


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
    nobody = TieredPlan(choice={}, plan=unserved_plan(tiers.problem))
    crew = _Walks(tiers=tiers, stop=stop, progress=progress, best=nobody)

    def job(index: int, ends_at: float | None) -> _Job:
        return _Job(tiers=tiers, seed=seed, index=index, workers=workers, moves=stop.iterations, ends_at=ends_at)

    with crew.at_work(_run, workers, job):
        crew.listen(cancel)
    return TieredResult(
        plan=crew.best,
        history=tuple(crew.history),
        seed=seed,
        workers=workers,
        iterations=crew.steps,
        seconds=crew.seconds,
        stopped=crew.is_stopped,
        baselines={name: crew.baselines[name][0] if name in crew.baselines else None for name in BASELINES},
        baselines_left={name: left for name, (_, left) in crew.baselines.items()},
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


def _run(pipe: Connection, job: _Job) -> None:
    """Entry of a solver process."""
    work_through(pipe, _walk(pipe, job), f"walk {job.index}")


def _walk(pipe: Connection, job: _Job) -> Iterator[int]:
    """Do one walk, meet the others on the way, and yield how many moves there were."""
    moves = 0

    def report(stand: Stand, phase: str) -> None:
        pipe.send(Found(answer=stand.tiered, step=moves, phase=phase))

    walk = Walk(
        job.tiers,
        seed=job.seed,
        budget=Budget(seconds=time_left_s(job.ends_at)),
        report=report,
        moves=job.moves,
        index=job.index,
        walkers=job.workers,
    )
    for moves, is_last in _moves(walk, job.moves):
        if is_last:
            pipe.send(Meeting(brought=None))
        elif job.workers > 1 and moves % EXCHANGE_MOVES == 0:
            pipe.send(Meeting(brought=(walk.best.tiered, walk.best.legs.clocks)))
            walk.adopt(pipe.recv(), moves)
        yield moves


@dataclass(kw_only=True)
class _Walks(Crew[TieredPlan]):
    tiers: Tiers
    baselines: dict[str, tuple[int, int]] = field(default_factory=dict)

    def plan_of(self, answer: TieredPlan) -> Plan:
        return answer.plan

    def fault_of(self, answer: TieredPlan) -> str | None:
        violations = check_tiers(self.tiers, answer)
        return violations[0].render("en") if violations else None

    def is_noted(self, found: Found[TieredPlan]) -> bool:
        return found.phase in BASELINES

    def note(self, found: Found[TieredPlan]) -> None:
        if self.is_noted(found):
            plan = found.answer.plan
            made = plan.cost.total_fen, len(plan.unserved)
            self.baselines[found.phase] = min(self.baselines.get(found.phase, made), made)
