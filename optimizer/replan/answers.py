"""Three ways to go on with a day that has gone wrong: the smallest change, a balanced one and the cheapest.

The old plan, mended, is the first candidate; then the rest of the day is solved with less and
less of it kept (times, sequence, vehicles, nothing), each solve starting from the last one's plan;
last, vehicles of the cheapest plan go back to their old days one by one. Every candidate is
refereed. The answers are chosen from the same candidates: the smallest has the least weighed
changes and penalties, the cheapest the least cost, the balanced one the least sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.errors import SolverFailed
from optimizer.explain import explain
from optimizer.model import Lock, TimeWindow
from optimizer.repair import complete
from optimizer.replan.changes import compare
from optimizer.replan.pinned import pin
from optimizer.replan.settle import settled, truly_named
from optimizer.schedule import draft_of
from optimizer.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.daybook import Unit
    from optimizer.plan import Plan, Route
    from optimizer.problem import Problem
    from optimizer.replan.changes import Changes, Weights
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Situation
    from optimizer.schedule import TripDraft
    from optimizer.stop import Stop

KEEPS = ("none", "vehicle", "sequence", "time")
"""How much of the old plan the rest of the day keeps, each including those before: nothing, who carries a shipment,
in which order, and when, give or take ``Weights.free_shift_s``."""

OPTIONS = ("smallest", "balanced", "cheapest")
"""The answers, in the order in which they disturb."""

MOST_MIXES = 60
"""Plans between the smallest and the cheapest that are tried for the balanced answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to go on: a refereed plan of the whole day and how it differs from the old one."""

    name: str
    plan: Plan
    changes: Changes

    @property
    def disturbance_fen(self) -> int:
        """Weighed changes and penalties: what the smallest change has least of."""
        return self.changes.weighed_fen + self.plan.cost.penalty_fen

    @property
    def balance_fen(self) -> int:
        """Weighed changes and cost: what the balanced answer has least of."""
        return self.changes.weighed_fen + self.plan.cost.total_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """The answers, in the order of ``OPTIONS``; ``judged`` is the problem whose referee accepted them.

    ``is_stopped``: the user ended the search early.
    """

    options: tuple[Option, ...]
    judged: Problem
    num_candidates: int
    is_stopped: bool = False


def replan(
    before: Problem,
    after: Problem,
    plan: Plan,
    situation: Situation,
    *,
    weights: Weights,
    stop: Stop,
    keep: str = "none",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Replanned:
    """Return three ways to go on with the day of ``plan``.

    Under ``stop.iterations`` the same arguments give the same answers: so many rounds for each
    level of keeping. ``stop.seconds`` are shared out among the levels.

    Parameters
    ----------
    before
        What ``plan`` was made for; without violations.
    after
        The same fleet and places after the events. Shipments that ``begun_shipments`` names are unchanged.
    keep
        One of ``KEEPS``: what no answer may change, beyond what the events themselves force.
    progress
        Called with the name of each level before it is solved.

    Raises
    ------
    SolverFailed
        E192, when what has been driven cannot be told again within the rules.
    """
    pinned = pin(before, after, plan, situation)
    work = _Work(pinned=pinned, plan=plan, weights=weights, seed=seed, workers=workers)
    first = work.mended()
    levels = [level for level in reversed(KEEPS) if KEEPS.index(level) >= KEEPS.index(keep)]
    share = replace(stop, seconds=None if stop.seconds is None else stop.seconds / len(levels))
    for level in levels:
        if work.is_stopped:
            break
        if progress is not None:
            progress(level)
        work.solve(level, first, share)
    if keep == "none":
        work.mix(first)
    return Replanned(
        options=tuple(work.answer(name) for name in OPTIONS),
        judged=pinned.judged,
        num_candidates=len(work.found),
        is_stopped=work.is_stopped,
    )


@dataclass(kw_only=True)
class _Work:
    """Candidates found so far, under the names of the pinned problem, and as options."""

    pinned: Pinned
    plan: Plan
    weights: Weights
    seed: int
    workers: int
    is_stopped: bool = False

    def __post_init__(self) -> None:
        self.found: list[tuple[Plan, Option]] = []

    def mended(self) -> Plan:
        """Return the old plan as far as it can stand, with the rest inserted; the first candidate."""
        mended = complete(self.pinned.problem, self.pinned.drafts)
        if self.offer(mended):
            return mended
        # what stands is kept in any case: without what is new, then without what has not begun
        begun = {unit: self.pinned.drafts[unit][: len(was)] for unit, was in self.pinned.begun.items()}
        for drafts in (self.pinned.drafts, begun):
            less = complete(self.pinned.problem, drafts, insert=False)
            if self.offer(less):
                return less
        raise SolverFailed("E192")

    def offer(self, plan: Plan) -> bool:
        """Keep the plan if it is accepted, with the past as it was."""
        whole = settled(self.pinned, plan)
        if whole is None:
            return False
        named = truly_named(self.pinned, whole)
        changes = compare(self.plan, named, self.weights)
        self.found.append((whole, Option(name="", plan=named, changes=changes)))
        return True

    def solve(self, level: str, kept: Plan, stop: Stop) -> None:
        """Solve the rest of the day with as much of ``kept`` locked as the level says."""
        problem = self.pinned.problem
        locks = (*problem.locks, *kept_locks(problem, kept, level, self.weights.free_shift_s, self.stands()))
        locked = replace(problem, locks=locks)
        start = min((plan for plan, _ in self.found), key=lambda p: p.cost.total_fen)
        result = solve(locked, stop=stop, seed=self.seed, workers=self.workers, start=start)
        self.is_stopped = self.is_stopped or result.stopped
        self.offer(result.plan)

    def stands(self) -> frozenset[str]:
        """Return what has been handed over and needs no more locks."""
        return frozenset(i for begun in self.pinned.begun.values() for was in begun for i in was.handed)

    def mix(self, kept: Plan) -> None:
        """Let vehicles of the cheapest plan go back to their old days, one by one, while that improves the balance."""
        best, option = min(self.found, key=lambda each: each[1].plan.cost.total_fen)
        old, units = _days(kept.routes), _days(kept.routes).keys() | _days(best.routes).keys()
        days, tried = _days(best.routes), 0
        for unit in sorted(units):
            if old.get(unit) == days.get(unit) or tried >= MOST_MIXES:
                continue
            tried += 1
            rest = {u: trips for u, trips in days.items() if u != unit}
            mixed = complete(self.pinned.problem, {unit: old.get(unit, []), **rest})
            if self.offer(mixed) and self.found[-1][1].balance_fen < option.balance_fen:
                option, days = self.found[-1][1], _days(mixed.routes)

    def answer(self, name: str) -> Option:
        """Return the best candidate in the sense of ``name``, with reasons for what it leaves."""
        whole, option = min(self.found, key=lambda each: _rank(name, each[1]))
        explained = truly_named(self.pinned, explain(self.pinned.judged, whole))
        return replace(option, name=name, plan=explained)


def _rank(name: str, option: Option) -> tuple[int, int]:
    if name == "smallest":
        return option.disturbance_fen, option.plan.cost.operating_fen
    if name == "balanced":
        return option.balance_fen, option.disturbance_fen
    return option.plan.cost.total_fen, option.disturbance_fen


def _days(routes: Iterable[Route]) -> dict[Unit, list[TripDraft]]:
    return {(route.vehicle_type, route.number): [draft_of(trip) for trip in route.trips] for route in routes}


def kept_locks(problem: Problem, kept: Plan, level: str, free_shift_s: int, stands: frozenset[str]) -> Iterator[Lock]:
    """Yield the locks that keep a plan to a level of ``KEEPS``; what stands already has its own."""
    rank = KEEPS.index(level)
    for route in kept.routes:
        visits = [(v.start_s, _bound(problem, v.deliver, v.collect)) for trip in route.trips for v in trip.visits]
        rows = [(at_s, ids) for at_s, ids in visits if ids]
        for (_, earlier), (at_s, ids) in pairwise([(0, ()), *rows]):
            for id_ in (i for i in ids if i not in stands):
                if rank >= KEEPS.index("vehicle"):
                    yield Lock(shipment=id_, vehicle_type=route.vehicle_type, number=route.number)
                if rank >= KEEPS.index("sequence") and earlier:
                    yield Lock(shipment=id_, after=earlier[0])
                if rank >= KEEPS.index("time"):
                    window = TimeWindow(early_s=max(0, at_s - free_shift_s), late_s=at_s + free_shift_s)
                    yield Lock(shipment=id_, window=window)


def _bound(problem: Problem, deliver: tuple[str, ...], collect: tuple[str, ...]) -> tuple[str, ...]:
    """Return the shipments whose handover at a place is this visit: local goods count where they are delivered."""
    return (*deliver, *(i for i in collect if problem.direction(problem.shipment_of[i]) != "local"))
