"""Why is this shipment not carried, why not on that vehicle, why not before ten: asked of a plan that stands.

The shipment is taken out if it is carried, then put in again under the question as a lock. Where
that fails, each class of rules is released, alone and in pairs; the smallest sets
with which the referee accepts the plan, and without which it does not, are the answer,
each with what would have to change, re-checked, and what that costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.cost import plan_cost, route_cost
from optimizer.explain.alone import why_not_alone
from optimizer.explain.insertion import JUDGING, Insertion, insert_best, settled
from optimizer.explain.mending import mended, worst
from optimizer.explain.releases import Lifts
from optimizer.explain.solo import has_paths
from optimizer.model import Lock, TimeWindow
from optimizer.plan import Plan, Route, Unserved
from optimizer.repair import without
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.explain.releases import Release
    from optimizer.model import Shipment
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft
    from optimizer.violations import Violation

MOST_CLASSES = 2
"""Classes released at once; beyond that the data is to be doubted, not the rules."""

MOST_WORK = 100_000
"""Work of one question as ``insertion.Search`` counts it: about half a minute at the worst."""

FIXED = frozenset({"driving", "conflict", "capacity", "range"})
"""Rules that are reported but never to be relaxed: what the law says, and what a vehicle holds and how far it goes."""

EARLY = ("ready", "shift_start")
"""Rules that a trip breaks by beginning earlier than it has to."""

WORK_A_TRIAL = 4_000
"""Work spent on one set of classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """About one shipment: on this vehicle (type and number) only, with its service beginning by then; None is free."""

    shipment: str
    vehicle: tuple[str, int] | None = None
    before_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A smallest set of classes that stand in the way, and the cheapest remedy for them.

    With ``limits`` released the referee accepts ``insertion``; under the real rules it finds
    ``violations``, at least one of each class and none of another (of several against one
    limit the worst is kept). With every limit moved just as far as these say, which is what
    ``optimizer.explain.mending`` does, the referee accepts the plan: ``is_mended``.
    The remedy costs ``insertion.marginal_fen`` more than leaving the shipment.
    """

    limits: tuple[str, ...]
    violations: tuple[Violation, ...]
    insertion: Insertion
    is_mended: bool

    @property
    def is_remedy(self) -> bool:
        """Whether it may be done: re-checked, and neither the law nor a vehicle would have to be another."""
        return self.is_mended and not any(v.rule in FIXED for v in self.violations)


class Confirmed(NamedTuple):
    """Classes that stand in the way, as the referee confirms them both ways; see ``Blocker``."""

    classes: tuple[Release, ...]
    violations: tuple[Violation, ...]
    insertion: Insertion


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question.

    ``carried_by``: the route that has the shipment now, or None. ``now_fen``: what it costs there.
    ``best``: the cheapest way as asked, if there is one. Otherwise ``alone`` is why it could not even ride
    by itself, or None, and ``blockers`` are the smallest sets in the way in this plan, cheapest first.
    ``is_complete``: nothing was left untried for lack of work.
    """

    question: Question
    carried_by: Route | None = None
    now_fen: int = 0
    best: Insertion | None = None
    alone: Unserved | None = None
    blockers: tuple[Blocker, ...] = ()
    is_complete: bool = True


def why_not(problem: Problem, plan: Plan, question: Question, *, most_work: int = MOST_WORK) -> Answer:
    """Answer a question about one shipment of ``plan``, the others staying as they are.

    Parameters
    ----------
    plan
        As accepted by ``optimizer.check.check``.
    question
        Names a shipment, and a vehicle if any, that the problem knows.
    most_work
        Bounds the time; see ``Answer.is_complete``.
    """
    id_ = question.shipment
    carrier = next((r for r in plan.routes if any(id_ in t.shipments for t in r.trips)), None)
    problem = replace(problem, locks=tuple(lock for lock in problem.locks if lock.after != id_))
    base = plan if carrier is None else taken_out(problem, plan, id_)
    if base is None:
        return Answer(question=question, carried_by=carrier, is_complete=False)
    now_fen = 0 if carrier is None else plan.cost.operating_fen - base.cost.operating_fen
    known = Answer(question=question, carried_by=carrier, now_fen=now_fen)

    trials = Trials(problem, base, problem.shipment_of[id_], _asked(question), most_work)
    best = trials.insert(())
    if best is not None:
        return replace(known, best=best)
    alone = _alone(problem, trials.shipment, question)
    blockers = trials.blockers()
    return replace(known, alone=alone, blockers=blockers, is_complete=trials.is_complete)


def _alone(problem: Problem, shipment: Shipment, question: Question) -> Unserved | None:
    """Return why it cannot even ride by itself; of a vehicle in question only whether it gets there."""
    if question.vehicle is None:
        return None if question.before_s is not None else why_not_alone(problem, shipment)
    kind = problem.vehicle_type_of[question.vehicle[0]]
    if has_paths(problem, kind, shipment):
        return None
    place = shipment.origin if shipment.destination in problem.depot_of else shipment.destination
    return Unserved(shipment=shipment.id, reason="U110", numbers={"place": place, "types": kind.id}, remedy="R110")


def taken_out(problem: Problem, plan: Plan, shipment: str) -> Plan | None:
    """Return ``plan`` without one shipment that it carries, timed anew and accepted, or None."""
    route = next(r for r in plan.routes if any(shipment in t.shipments for t in r.trips))
    drafts = [without(draft_of(trip), {shipment}) for trip in route.trips]
    stowage = [tuple(pair for pair in trip.stowage if pair[0] != shipment) for trip in route.trips]
    kept = tuple(replace(d, stowage=s) for d, s in zip(drafts, stowage, strict=True) if d.visits)
    smaller = replace(plan, unserved=(*plan.unserved, Unserved(shipment=shipment, reason="U100")))
    if not kept:
        from_home = replace(smaller, routes=tuple(r for r in plan.routes if r.vehicle != route.vehicle))
        return _priced(problem, from_home)
    return settled(problem, smaller, _Day(route, kept))


class _Day(NamedTuple):
    route: Route
    drafts: tuple[TripDraft, ...]


def _priced(problem: Problem, plan: Plan) -> Plan | None:
    priced = replace(plan, cost=plan_cost(problem, plan))
    return None if check(problem, priced) else priced


def _asked(question: Question) -> tuple[Lock, ...]:
    """Return the question as a lock; none where nothing is asked but whether it can go at all."""
    if question.vehicle is None and question.before_s is None:
        return ()
    kind, number = question.vehicle or (None, None)
    window = None if question.before_s is None else TimeWindow(late_s=question.before_s)
    return (Lock(shipment=question.shipment, vehicle_type=kind, number=number, window=window),)


class Trials:
    """Insertions of one shipment into a plan, with classes of rules released; counts the work."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        shipment: Shipment,
        asked: tuple[Lock, ...],
        most_work: int,
        *,
        lifts: Lifts | None = None,
    ) -> None:
        self.lifts = lifts or Lifts(problem)
        self.plan = plan
        self.shipment = shipment
        self.asked = asked
        self.left = most_work
        self.is_complete = True
        self.real = self._under_question(problem)

    def blockers(self) -> tuple[Blocker, ...]:
        """Return the smallest sets of classes that stand in the way, the cheapest first; work bounds the search."""
        classes = self.lifts.binding(self.shipment.id)
        for size in range(1, MOST_CLASSES + 1):
            found = [b for some in combinations(classes, size) if (b := self.blocker(some)) is not None]
            if found:
                return tuple(sorted(found, key=lambda b: b.insertion.marginal_fen))
        return ()

    def blocker(self, classes: tuple[Release, ...]) -> Blocker | None:
        """Return what the referee says of the cheapest insertion with these classes released, if that is the cause."""
        found = self._confirmed(classes, self.insert(classes))
        if found is None:
            return None
        names = tuple(each.name for each in classes)
        changed = mended(self.real, found.violations)
        is_mended = changed is not None and not check(changed, found.insertion.plan)
        return Blocker(limits=names, violations=found.violations, insertion=found.insertion, is_mended=is_mended)

    def first(self, likely: Sequence[Release] = ()) -> Confirmed | None:
        """Return the first smallest set, those ``likely`` by themselves tried first, then in the order of suspicion.

        None when there is none, or when the work ends before it is known.
        """
        singles = [(each,) for each in likely]
        found = self._first(singles)
        if found is not None or self.left <= 0:
            return found
        classes = self.lifts.binding(self.shipment.id)
        found = self._first([(each,) for each in classes if (each,) not in singles])
        if found is not None or not self.is_complete:
            return found
        return self._first(list(combinations(classes, MOST_CLASSES)))

    def _first(self, sets: Sequence[tuple[Release, ...]]) -> Confirmed | None:
        for some in sets:
            if self.left <= 0:
                self.is_complete = False
                return None
            found = self._confirmed(some, self.insert(some))
            if found is not None:
                return found
        return None

    def again(self, known: Confirmed, other: str) -> Confirmed | None:
        """Return the same for this shipment in the place of ``other``, the same way, if the referee confirms it."""
        made = known.insertion.route
        before = next((r for r in self.plan.routes if r.vehicle == made.vehicle), replace(made, trips=()))
        drafts = tuple(_instead(draft_of(trip), other, self.shipment.id) for trip in made.trips)
        left = tuple(u for u in self.plan.unserved if u.shipment != self.shipment.id)
        self.left -= 2 * JUDGING
        lifted = self._lifted(known.classes)
        day = settled(lifted, replace(self.plan, unserved=left), _Day(before, drafts))
        if day is None:
            return None
        after = next(r for r in day.routes if r.vehicle == made.vehicle)
        return self._confirmed(known.classes, Insertion(day, after, _dearer(self.real, after, before)))

    def _confirmed(self, classes: tuple[Release, ...], insertion: Insertion | None) -> Confirmed | None:
        """Return the classes as the cause if real rules of each are broken by the insertion, and of no other."""
        if insertion is None:
            return None
        broken = check(self.real, insertion.plan)
        early = [v for v in broken if v.rule in EARLY]
        if early:
            insertion = self._latest(insertion, early)
            broken = check(self.real, insertion.plan)
        rules = {v.rule for v in broken}
        if not all(rules & each.rules for each in classes) or not rules <= _rules(classes):
            return None
        return Confirmed(classes, worst(broken), insertion)

    def _latest(self, insertion: Insertion, broken: Sequence[Violation]) -> Insertion:
        """Return the same insertion, goods loaded and shifts begun no earlier than they must be.

        Released from a ready time or a shift, a trip goes out as early as it can; how early it has
        to is found by bisection, the referee judging each try.
        """
        for early in broken:
            low, high = early.amount or 0, early.limit or 0  # accepted with low, refused with high
            while high - low > 1:
                middle = (low + high) // 2
                tried = self._moved(insertion, replace(early, amount=middle))
                low, high, insertion = (low, middle, insertion) if tried is None else (middle, high, tried)
        return insertion

    def _moved(self, insertion: Insertion, limit: Violation) -> Insertion | None:
        """Return the same drafts under the real rules, all limits moved as the insertion needs and one only so far."""
        wrong = [v for v in check(self.real, insertion.plan) if (v.rule, v.shipment) != (limit.rule, limit.shipment)]
        changed = mended(self.real, (*wrong, limit))
        route = next((r for r in self.plan.routes if r.vehicle == insertion.route.vehicle), None)
        route = route or replace(insertion.route, trips=())
        left = tuple(u for u in self.plan.unserved if u.shipment != self.shipment.id)
        drafts = tuple(draft_of(trip) for trip in insertion.route.trips)
        day = None if changed is None else settled(changed, replace(self.plan, unserved=left), _Day(route, drafts))
        if day is None:
            return None
        at = next(r for r in day.routes if r.vehicle == route.vehicle)
        return replace(insertion, plan=day, route=at, marginal_fen=_dearer(self.real, at, route))

    def insert(self, classes: tuple[Release, ...]) -> Insertion | None:
        """Return the cheapest insertion under the question with these classes released."""
        lifted = self._lifted(classes)
        search = insert_best(
            lifted, self.plan, lifted.shipment_of[self.shipment.id], most_work=max(0, min(self.left, WORK_A_TRIAL))
        )
        self.left -= search.work
        self.is_complete = self.is_complete and search.is_complete
        return search.best

    def _lifted(self, classes: tuple[Release, ...]) -> Problem:
        return self._under_question(self.lifts.released(classes, self.shipment.id)) if classes else self.real

    def _under_question(self, problem: Problem) -> Problem:
        return replace(problem, locks=(*problem.locks, *self.asked)) if self.asked else problem


def _instead(draft: TripDraft, old: str, new: str) -> TripDraft:
    """Return the trip with one shipment in the place of another, not stowed where it changes."""
    if old not in {i for visit in draft.visits for i in (*visit.deliver, *visit.collect)}:
        return draft
    visits = (
        replace(
            visit,
            deliver=tuple(new if i == old else i for i in visit.deliver),
            collect=tuple(new if i == old else i for i in visit.collect),
        )
        for visit in draft.visits
    )
    return replace(draft, visits=tuple(visits), stowage=())


def _dearer(problem: Problem, after: Route, before: Route) -> int:
    return route_cost(problem, after).operating_fen - route_cost(problem, before).operating_fen


def _rules(classes: tuple[Release, ...]) -> frozenset[str]:
    return frozenset().union(*(each.rules for each in classes))
