"""Three ways to go on with a day that has gone wrong: the smallest change, a balanced one and the cheapest.

The old plan, mended, is the first candidate; then the rest of the day is solved with less and
less of it kept (times, sequence, vehicles, nothing), each solve starting from the last one's plan;
last, vehicles of the cheapest plan go back to their old days one by one. Every candidate is
refereed. The answers are chosen from the same candidates: the smallest has the least weighed
changes and penalties, the cheapest the least cost, the balanced one the least sum.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.daybook import DayBook
from optimizer.errors import SolverFailed
from optimizer.explain import explain
from optimizer.explain.insertion import insert_best
from optimizer.explain.ways import candidates
from optimizer.here import is_short, search_here
from optimizer.model import Lock, TimeWindow
from optimizer.plan import Plan, Unserved
from optimizer.repair import complete
from optimizer.replan.changes import compare, handings
from optimizer.replan.pinned import pin
from optimizer.replan.settle import settled, truly_named
from optimizer.schedule import draft_of
from optimizer.solve import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from optimizer.daybook import Unit
    from optimizer.plan import Route
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

MOST_FROZEN = 8
"""Vehicles that may go back to their old day to make one plan acceptable."""

INSERTION_WORK = 400
"""Work on one shipment that must leave a vehicle, as ``explain.insertion`` counts it."""

REASONS_WORK = 5_000
"""Work on the reasons of all answers together, as ``optimizer.explain`` counts it: a second or two."""

INSERTIONS_WORK = 2_000
"""Work on all of them together, about a second: a plan that leaves much would take half a minute each time."""

MIXING = 2
"""So many times the seconds of the search may be over before no more plans are mixed: a day with much left is slow."""

MOST_MIXES = 40
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
    ends_at = None if stop.seconds is None else time.monotonic() + MIXING * stop.seconds
    pinned = pin(before, after, plan, situation)
    work = _Work(pinned=pinned, plan=plan, weights=weights, seed=seed, workers=workers)
    first = work.mended(keep)
    levels = [level for level in reversed(KEEPS) if KEEPS.index(level) >= KEEPS.index(keep)]
    share = replace(stop, seconds=None if stop.seconds is None else stop.seconds / len(levels))
    for level in levels:
        if work.is_stopped:
            break
        if progress is not None:
            progress(level)
        work.solve(level, first, share)
    if keep == "none":
        work.mix(first, ends_at)
    return Replanned(
        options=tuple(work.answers()),
        judged=pinned.judged,
        num_candidates=len(work.found),
        is_stopped=work.is_stopped,
    )


class _Candidate(NamedTuple):
    """An accepted plan: as the pinned problem has it, as the whole day, and under true names."""

    plan: Plan
    whole: Plan
    option: Option


@dataclass(kw_only=True)
class _Work:
    """Candidates found so far, and the work on them.

    ``base``: the old plan, as far as it can stand, with nothing new.
    """

    pinned: Pinned
    plan: Plan
    weights: Weights
    seed: int
    workers: int
    is_stopped: bool = False

    def __post_init__(self) -> None:
        self.found: list[_Candidate] = []
        self.base = Plan()
        self.old = handings(self.plan)

    def mended(self, keep: str) -> Plan:
        """Return the old plan as far as it can stand, with the rest inserted; the first candidates.

        Before that comes the old plan with nothing new, the day to which vehicles go back.
        """
        self.base = complete(self.pinned.problem, self.pinned.drafts, insert=False)
        if not self.offer(self.base):  # what has not begun may have become impossible
            begun = {unit: self.pinned.drafts[unit][: len(was)] for unit, was in self.pinned.begun.items()}
            self.base = complete(self.pinned.problem, begun, insert=False)
            if not self.offer(self.base):
                raise SolverFailed("E192")
        days = _days(self.base.routes)
        self.offer(complete(replace(self.pinned.problem, locks=self._timely()), days))
        if keep != "time":
            self.offer(complete(self.pinned.problem, days))
        for drafts in self.replacements():
            self.offer(complete(self.pinned.problem, drafts))
        return min(self.found, key=lambda each: rank("smallest", each.option)).plan

    def _timely(self) -> tuple[Lock, ...]:
        """Return the pinned locks, and those that hold every vehicle to its old times that can still keep them."""
        problem, stands = self.pinned.problem, self.stands()
        own = [
            tuple(kept_locks(problem, replace(self.base, routes=(route,)), "time", self._old_window, stands))
            for route in self.base.routes
        ]
        book = DayBook(replace(problem, locks=(*problem.locks, *chain.from_iterable(own))))
        kept = (
            locks
            for route, locks in zip(self.base.routes, own, strict=True)
            if book.tried((route.vehicle_type, route.number), [draft_of(t) for t in route.trips]) is not None
        )
        return (*problem.locks, *chain.from_iterable(kept))

    def _old_window(self, shipment: str, at_s: int) -> TimeWindow:
        """Return when a handover is where people were told; near ``at_s`` where they were not told."""
        was = self.old.get(shipment)
        return _around(at_s if was is None else was.start_s, self.weights.free_shift_s)

    def _window(self, shipment: str, at_s: int) -> TimeWindow:
        """Return when a handover keeps its time: near the old moment if ``at_s`` is, else near ``at_s``."""
        old = self._old_window(shipment, at_s)
        return old if old.early_s <= at_s <= old.late_s else _around(at_s, self.weights.free_shift_s)

    def replacements(self) -> Iterator[dict[Unit, list[TripDraft]]]:
        """Yield the old plan with an idle vehicle in the place of a broken one, for each type that has one."""
        for own, trips in self.pinned.orphaned:
            for kind in sorted(self.pinned.problem.vehicle_types, key=lambda v: v.id != own):
                unit = self.pinned.idle(kind.id)
                if unit is not None:
                    yield {**self.pinned.drafts, unit: trips}

    def offer(self, plan: Plan) -> bool:
        """Keep the plan if it is accepted, with the past as it was.

        A vehicle that would change the past goes back to its old day, to the second, and the others take its new goods.
        """
        frozen: dict[Unit, list[TripDraft]] = {}
        result = settled(self.pinned, plan)
        while result.plan is None:
            unit = result.offender
            if unit is None or unit in frozen or len(frozen) == MOST_FROZEN:
                return False
            frozen[unit] = _days(self.base.routes).get(unit, [])
            days = {**frozen, **{u: day for u, day in _days(plan.routes).items() if u not in frozen}}
            plan = self._inserted(complete(self.pinned.problem, days, insert=False), frozen)
            result = settled(self.pinned, plan)
        named = truly_named(self.pinned, result.plan)
        changes = compare(self.plan, named, self.weights)
        self.found.append(_Candidate(plan, result.plan, Option(name="", plan=named, changes=changes)))
        return True

    def _inserted(self, plan: Plan, frozen: Container[Unit]) -> Plan:
        """Return the plan with what it leaves inserted where it costs less than leaving it, on other vehicles."""
        problem = self.pinned.problem
        left = sorted((problem.shipment_of[u.shipment] for u in plan.unserved), key=lambda s: (-s.penalty_fen, s.id))
        work = INSERTIONS_WORK
        for goods in left:
            among = [r for r in candidates(problem, plan, goods) if (r.vehicle_type, r.number) not in frozen]
            most_fen = goods.penalty_fen
            most_work = max(0, min(INSERTION_WORK, work))
            found = insert_best(problem, plan, goods, among=among, below_fen=most_fen, most_work=most_work)
            plan, work = plan if found.best is None else found.best.plan, work - found.work
        return plan

    def solve(self, level: str, kept: Plan, stop: Stop) -> None:
        """Solve the rest of the day with as much of ``kept`` locked as the level says."""
        problem = self.pinned.problem
        locks = (*problem.locks, *kept_locks(problem, kept, level, self._window, self.stands()))
        locked = replace(problem, locks=locks)
        start = min(self.found, key=lambda each: each.whole.cost.total_fen).plan
        if is_short(stop, self.workers):
            plan, is_stopped = search_here(locked, stop=stop, seed=self.seed, start=start)
        else:
            result = solve(locked, stop=stop, seed=self.seed, workers=self.workers, start=start)
            plan, is_stopped = result.plan, result.stopped
        self.is_stopped = self.is_stopped or is_stopped
        self.offer(plan)

    def stands(self) -> frozenset[str]:
        """Return what has been handed over and needs no more locks."""
        return frozenset(i for begun in self.pinned.begun.values() for was in begun for i in was.handed)

    def mix(self, kept: Plan, ends_at: float | None) -> None:
        """Let vehicles of the cheapest plan go back to their old days, one by one, while that improves the balance.

        No longer than to ``ends_at`` on the clock of ``time.monotonic``; None: as many as there are.
        """
        best = min(self.found, key=lambda each: each.whole.cost.total_fen)
        option, old, days, tried = best.option, _days(kept.routes), _days(best.plan.routes), 0
        for unit in sorted(old.keys() | days.keys()):
            if old.get(unit) == days.get(unit) or tried >= MOST_MIXES:
                continue
            if ends_at is not None and time.monotonic() > ends_at:
                break
            tried += 1
            rest = {u: trips for u, trips in days.items() if u != unit}
            mixed = complete(self.pinned.problem, {unit: old.get(unit, []), **rest})
            if self.offer(mixed) and self.found[-1].option.balance_fen < option.balance_fen:
                option, days = self.found[-1].option, _days(self.found[-1].plan.routes)

    def answers(self) -> Iterator[Option]:
        """Yield the best candidate in the sense of each name, with reasons for what it leaves."""
        chosen = {name: min(self.found, key=lambda each: rank(name, each.option)) for name in OPTIONS}
        plans = {id(best): best.whole for best in chosen.values()}
        work = REASONS_WORK // len(plans)  # most often the three are one or two
        explained = {key: explain(self.pinned.judged, plan, most_work=work) for key, plan in plans.items()}
        for name, best in chosen.items():
            named = truly_named(self.pinned, explained[id(best)])
            left = tuple(self._lost(unserved) for unserved in named.unserved)
            yield replace(best.option, name=name, plan=replace(named, unserved=left))

    def _lost(self, unserved: Unserved) -> Unserved:
        vehicle = self.pinned.lost.get(unserved.shipment)
        if vehicle is None:
            return unserved
        return Unserved(shipment=unserved.shipment, reason="U180", numbers={"vehicle": vehicle})


def rank(name: str, option: Option) -> tuple[int, int]:
    """Return what the answer of a name has least of, and what decides between equals."""
    if name == "smallest":
        return option.disturbance_fen, option.plan.cost.operating_fen
    if name == "balanced":
        return option.balance_fen, option.disturbance_fen
    return option.plan.cost.total_fen, option.disturbance_fen


def _days(routes: Iterable[Route]) -> dict[Unit, list[TripDraft]]:
    return {(route.vehicle_type, route.number): [draft_of(trip) for trip in route.trips] for route in routes}


def _around(at_s: int, free_s: int) -> TimeWindow:
    return TimeWindow(early_s=max(0, at_s - free_s), late_s=at_s + free_s)


def kept_locks(
    problem: Problem, kept: Plan, level: str, window: Callable[[str, int], TimeWindow], stands: Container[str]
) -> Iterator[Lock]:
    """Yield the locks that keep a plan to a level of ``KEEPS``; what stands already has its own.

    ``window`` gives the window of a shipment that is handed over at a moment of the plan.
    """
    kept_rank = KEEPS.index(level)
    for route in kept.routes:
        made = [v for trip in route.trips for v in trip.visits]
        later = {i for v in made for i in v.deliver}  # goods from depot to depot may have a visit at both ends
        visits = [(v.start_s, _bound(problem, v.deliver, tuple(i for i in v.collect if i not in later))) for v in made]
        known = problem.shipment_of
        both = {i for v in made for i in v.collect if i in later and problem.direction(known[i]) != "local"}
        rows = [(at_s, ids) for at_s, ids in visits if ids]
        for (_, earlier), (at_s, ids) in pairwise([(0, ()), *rows]):
            for id_ in (i for i in ids if i not in stands):
                if kept_rank >= KEEPS.index("vehicle"):
                    yield Lock(shipment=id_, vehicle_type=route.vehicle_type, number=route.number)
                if kept_rank >= KEEPS.index("sequence") and earlier:
                    yield Lock(shipment=id_, after=earlier[0])
                if kept_rank >= KEEPS.index("time") and id_ not in both:  # its window would hold at both ends
                    yield Lock(shipment=id_, window=window(id_, at_s))


def _bound(problem: Problem, deliver: tuple[str, ...], collect: tuple[str, ...]) -> tuple[str, ...]:
    """Return the shipments whose handover at a place is this visit: local goods count where they are delivered."""
    return (*deliver, *(i for i in collect if problem.direction(problem.shipment_of[i]) != "local"))
