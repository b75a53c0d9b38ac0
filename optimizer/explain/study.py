"""Why each shipment of a plan is left unserved, with numbers that can be re-derived and a remedy that was tried.

First the shipment is sent alone, with every vehicle type (``optimizer.explain.alone``); then it is
put into the plan wherever it may go (``optimizer.explain.insertion``). The referee judges each
step: a reason says only what was tried, a remedy only what was seen to work.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.explain.alone import why_not_alone
from optimizer.explain.insertion import insert_best
from optimizer.explain.obstacle import lock_text
from optimizer.explain.question import Trials
from optimizer.explain.releases import Lifts
from optimizer.explain.remedies import Remedies
from optimizer.plan import Unserved
from optimizer.violations import RULES

if TYPE_CHECKING:
    from optimizer.explain.insertion import Insertion, Search
    from optimizer.explain.obstacle import Numbers
    from optimizer.explain.question import Confirmed
    from optimizer.explain.releases import Release
    from optimizer.explain.remedies import Found
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem

MOST_WORK = 10_000
"""Work of one call as ``insertion.Search`` counts it, a few seconds; what it does not reach keeps the code U100."""


def explain(problem: Problem, plan: Plan, *, most_work: int = MOST_WORK) -> Plan:
    """Return ``plan`` with reason, numbers and remedy of everything it leaves unserved.

    Routes and cost are untouched. Each shipment is looked at for itself, the others
    staying as they are: first all for their reasons, then, while work is left, those
    without room for the rules that take the room (U170, U171), and last for their remedies.
    What was found for goods between the same places is tried first, and judged again.
    The same work gives the same answers.

    Parameters
    ----------
    plan
        As accepted by ``optimizer.check.check``.
    most_work
        Bounds the time beyond the millisecond or so that sending a shipment alone takes.
    """
    if not plan.unserved:
        return plan
    study = _Study(problem, plan, most_work)
    left = [problem.shipment_of[u.shipment] for u in plan.unserved]
    reasons = [study.reason(shipment) for shipment in left]
    reasons = [study.with_blocker(s, r) for s, r in zip(left, reasons, strict=True)]
    study.fill([s for s, r in zip(left, reasons, strict=True) if r.reason in NO_ROOM])
    return replace(plan, unserved=tuple(study.with_remedy(s, r) for s, r in zip(left, reasons, strict=True)))


NO_ROOM = ("U160", "U170", "U171")
"""Reasons that the fleet gives, for which a remedy is sought."""

MOST_LIKELY = 3
"""Classes that took the room last, tried before all others."""

FOR_REMEDIES = 3
"""One part in so many of the work is kept back for remedies."""


@dataclass(slots=True)
class _Study:
    """The plan under study, the work that is left, and what has been found out already."""

    problem: Problem
    plan: Plan
    left: int
    solo: dict[Shipment, Unserved | None] = field(default_factory=dict)
    no_room: list[Shipment] = field(default_factory=list)
    found: dict[Shipment, Found] = field(default_factory=dict)
    blocked: dict[Shipment, Confirmed | None] = field(default_factory=dict)
    blockers: dict[Shipment, Confirmed] = field(default_factory=dict)
    likely: list[Release] = field(default_factory=list)
    remedies: Remedies | None = None
    lifts: Lifts | None = None

    def reason(self, shipment: Shipment) -> Unserved:
        """Return the first reason that holds: not alone, shelf full, too dear, locked, no room."""
        reason = self._not_alone(shipment) or self._shelf(shipment)
        if reason is not None:
            return reason
        if not self._is_hopeless(shipment):
            search = self._insert(self.problem, shipment)
            if search.best is not None:
                return _possible(shipment, search.best)
            if not search.is_complete:
                return Unserved(shipment=shipment.id, reason="U100")
            if self._is_locked(shipment):
                locked = self._locked(shipment)
                if locked is not None:
                    return locked
            else:
                self.no_room.append(shipment)
        return Unserved(shipment=shipment.id, reason="U160", numbers={"num_routes": len(self.plan.routes)})

    def with_blocker(self, shipment: Shipment, reason: Unserved) -> Unserved:
        """Return the reason with the fewest rules in the way, as the referee confirms them, where work is left."""
        if reason.reason != "U160" or self.left <= MOST_WORK // FOR_REMEDIES:
            return reason
        alike = self._alike(shipment)
        if alike not in self.blocked:
            self.blocked[alike] = self._blocker(shipment)
        blocker = self.blocked[alike]
        if blocker is None:
            return reason
        numbers = {**reason.numbers, **_numbers(blocker)}
        return replace(reason, reason="U170" if len(blocker.classes) == 1 else "U171", numbers=numbers)

    def _blocker(self, shipment: Shipment) -> Confirmed | None:
        """Return what stands in the way: that of goods between the same places if it holds here too, else look."""
        if self.lifts is None:
            self.lifts = Lifts(self.problem)
        trials = Trials(self.problem, self.plan, shipment, (), self.left, lifts=self.lifts)
        found = self._known_blocker(trials, shipment) or trials.first(self.likely)
        self.left = trials.left
        if found is not None:
            self.blockers[shipment] = found
            self.likely = [found.classes[0], *(c for c in self.likely if c not in found.classes)][:MOST_LIKELY]
        return found

    def _known_blocker(self, trials: Trials, shipment: Shipment) -> Confirmed | None:
        """Return what stands in the way of goods between the same places, on the same vehicle, if it does so here.

        A pair is the least there is only where these goods are no easier to carry than those.
        """
        ends = shipment.origin, shipment.destination
        known = [(s, b) for s, b in self.blockers.items() if (s.origin, s.destination) == ends]
        for other, blocker in known[-1:]:
            if len(blocker.classes) == 1 or _is_no_harder(other, shipment):
                return trials.again(blocker, other.id)
        return None

    def fill(self, left: list[Shipment]) -> None:
        """See how many of these one more vehicle would take."""
        self.remedies = Remedies(self.problem, self.plan)
        if len(left) > 1 and self.left > 0:
            self.left -= self.remedies.fill(left, self.left)

    def with_remedy(self, shipment: Shipment, reason: Unserved) -> Unserved:
        """Return the reason with the cheapest remedy that was seen to work, where it lacks room and work is left."""
        if reason.reason not in NO_ROOM or self.remedies is None:
            return reason
        ends = shipment.origin, shipment.destination
        like = next((f for s, f in self.found.items() if (s.origin, s.destination) == ends), None)
        found = self.remedies.cheapest(shipment, most_work=self.left, like=like)
        self.found[shipment] = found
        self.left -= found.work
        return replace(reason, numbers={**reason.numbers, **found.numbers}, remedy=found.code)

    def _alike(self, shipment: Shipment) -> Shipment:
        """Return what stands for all goods like this one in everything that matters; itself when locks name it."""
        return shipment if self._is_locked(shipment) else replace(shipment, id="-", pieces=0, brand="", penalty_fen=0)

    def _is_locked(self, shipment: Shipment) -> bool:
        return any(shipment.id in (lock.shipment, lock.after) for lock in self.problem.locks)

    def _not_alone(self, shipment: Shipment) -> Unserved | None:
        alike = self._alike(shipment)
        if alike not in self.solo:
            self.solo[alike] = why_not_alone(self.problem, shipment)
        known = self.solo[alike]
        return None if known is None else replace(known, shipment=shipment.id)

    def _is_hopeless(self, shipment: Shipment) -> bool:
        """Tell whether something no harder to carry has found no room already."""
        return not self._is_locked(shipment) and any(_is_no_harder(known, shipment) for known in self.no_room)

    def _insert(self, problem: Problem, shipment: Shipment) -> Search:
        search = insert_best(problem, self.plan, shipment, most_work=max(0, self.left))
        self.left -= search.work
        return search

    def _shelf(self, shipment: Shipment) -> Unserved | None:
        """Judge what the plan leaves of the shelf at the destination."""
        place = self.problem.place(shipment.destination)
        carried = [self.problem.shipment_of[i] for _, trip in self.plan.trips() for i in trip.shipments]
        there = [s for s in carried if s.destination == place.id]
        for d, room in enumerate(place.shelf):
            left, load = room - sum(s.load[d] for s in there), shipment.load[d]
            if load > left:
                numbers: Numbers = {"place": place.id, "dimension": self.problem.load_dimensions[d]}
                numbers |= {"left": left, "load": load, "missing": load - left}
                return Unserved(shipment=shipment.id, reason="U150", numbers=numbers, remedy="R114")
        return None

    def _locked(self, shipment: Shipment) -> Unserved | None:
        """Judge whether it would go in without its own locks."""
        own = tuple(lock for lock in self.problem.locks if lock.shipment == shipment.id)
        others = tuple(lock for lock in self.problem.locks if lock.shipment != shipment.id)
        best = self._insert(replace(self.problem, locks=others), shipment).best if own else None
        if best is None:
            return None
        numbers: Numbers = {"lock": lock_text(own), "vehicle": best.route.vehicle, "marginal_fen": best.marginal_fen}
        return Unserved(shipment=shipment.id, reason="U151", numbers=numbers, remedy="R115")


def _is_no_harder(known: Shipment, other: Shipment) -> bool:
    """Tell whether any day that can carry ``other`` could carry ``known`` in its stead."""
    same = ("origin", "destination", "commodity", "pickup_windows", "delivery_windows")
    no_more = known.ready_s <= other.ready_s and known.due_s >= other.due_s and known.service_s <= other.service_s
    stays = known.max_on_board_s is None or known.max_on_board_s >= (other.max_on_board_s or known.max_on_board_s + 1)
    lighter = all(a <= b for a, b in zip(known.load, other.load, strict=True))
    return no_more and stays and lighter and all(getattr(known, n) == getattr(other, n) for n in same)


def _numbers(blocker: Confirmed) -> Numbers:
    """Return the classes, the vehicle tried, and how far the first rule would be broken, in its unit."""
    names = (each.name for each in blocker.classes)
    numbers: Numbers = {"tried": blocker.insertion.route.vehicle, **dict(zip(_RANKS, names, strict=False))}
    broken = blocker.violations[0]
    if broken.amount is not None and broken.limit is not None:
        unit = _SUFFIX.get(RULES[broken.rule].unit, "")
        unit = "_m" if broken.rule in {"range", "trip_range"} else unit
        numbers |= {f"has{unit}": broken.amount, f"allowed{unit}": broken.limit}
    return numbers


_RANKS = ("first", "second")
_SUFFIX = {"clock": "_at_s", "duration": "_s"}
"""Unit of a rule's figures -> ending of their names, by which they are shown."""


def _possible(shipment: Shipment, best: Insertion) -> Unserved:
    """Say that it could ride: either for more than leaving it costs, or the search has not got round to it."""
    numbers: Numbers = {"vehicle": best.route.vehicle, "marginal_fen": best.marginal_fen}
    if best.marginal_fen < shipment.penalty_fen:
        return Unserved(shipment=shipment.id, reason="U162", numbers=numbers, remedy="R162")
    numbers |= {"penalty_fen": shipment.penalty_fen, "needed_fen": best.marginal_fen}
    return Unserved(shipment=shipment.id, reason="U161", numbers=numbers, remedy="R161")
