"""Why each shipment of a plan is left unserved, with numbers that can be re-derived and a remedy that was tried.

First the shipment is sent alone, with every vehicle type (``optimizer.explain.alone``); then it is
put into the plan wherever it may go (``optimizer.explain.insertion``). The referee judges each
step: a reason says only what was tried, a remedy only what was seen to work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.explain.alone import why_not_alone
from optimizer.explain.insertion import insert_best
from optimizer.explain.obstacle import lock_text
from optimizer.explain.remedies import cheapest_remedy
from optimizer.plan import Unserved

if TYPE_CHECKING:
    from optimizer.explain.insertion import Insertion, Search
    from optimizer.explain.obstacle import Numbers
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem

MOST_WORK = 50_000
"""Work of one call, see ``insertion.Search``, some ten seconds; what is left when it is spent keeps the code U100."""


def explain(problem: Problem, plan: Plan, *, most_work: int = MOST_WORK) -> Plan:
    """Return ``plan`` with reason, numbers and remedy of everything it leaves unserved.

    Routes and cost are untouched. Each shipment is looked at for itself, the others
    staying as they are. Work is bounded by ``most_work``, and the same each time.

    Parameters
    ----------
    plan
        As accepted by ``optimizer.check.check``.
    """
    study = _Study(problem, plan, most_work)
    answers: dict[Shipment, Unserved] = {}  # goods alike in all that matters have the same answer
    unserved = []
    for shipment in (problem.shipment_of[u.shipment] for u in plan.unserved):
        alike = shipment if study.is_named_by_locks(shipment) else replace(shipment, id="-", pieces=0, brand="")
        if alike not in answers:
            answers[alike] = study.why(shipment)
        unserved.append(replace(answers[alike], shipment=shipment.id))
    return replace(plan, unserved=tuple(unserved))


@dataclass(slots=True)
class _Study:
    """The plan under study, and what is left of the work allowed."""

    problem: Problem
    plan: Plan
    left: int

    def is_named_by_locks(self, shipment: Shipment) -> bool:
        """Tell whether a lock speaks of this shipment, so that no other is like it."""
        return any(shipment.id in (lock.shipment, lock.after) for lock in self.problem.locks)

    def why(self, shipment: Shipment) -> Unserved:
        """Return the first reason that holds: not alone, shelf full, too dear, locked, no room."""
        reason = why_not_alone(self.problem, shipment) or self._shelf(shipment)
        if reason is not None:
            return reason
        search = self._insert(self.problem, shipment)
        if search.best is not None:
            return _possible(shipment, search.best)
        if not search.is_complete:
            return Unserved(shipment=shipment.id, reason="U100")
        return self._locked(shipment) or self._no_room(shipment)

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
        if not own:
            return None
        others = tuple(lock for lock in self.problem.locks if lock.shipment != shipment.id)
        best = self._insert(replace(self.problem, locks=others), shipment).best
        if best is None:
            return None
        numbers: Numbers = {"lock": lock_text(own), "vehicle": best.route.vehicle, "marginal_fen": best.marginal_fen}
        return Unserved(shipment=shipment.id, reason="U151", numbers=numbers, remedy="R115")

    def _no_room(self, shipment: Shipment) -> Unserved:
        """Say so, with the cheapest remedy that was seen to work."""
        numbers: Numbers = {"num_routes": len(self.plan.routes)}
        remedy = cheapest_remedy(self.problem, self.plan, shipment, most_work=max(0, self.left))
        self.left -= remedy.work
        return Unserved(shipment=shipment.id, reason="U160", numbers={**numbers, **remedy.numbers}, remedy=remedy.code)


def _possible(shipment: Shipment, best: Insertion) -> Unserved:
    """Say that it could ride: either for more than leaving it costs, or the search has not got round to it."""
    numbers: Numbers = {"vehicle": best.route.vehicle, "marginal_fen": best.marginal_fen}
    if best.marginal_fen < shipment.penalty_fen:
        return Unserved(shipment=shipment.id, reason="U162", numbers=numbers, remedy="R162")
    numbers |= {"penalty_fen": shipment.penalty_fen, "needed_fen": best.marginal_fen}
    return Unserved(shipment=shipment.id, reason="U161", numbers=numbers, remedy="R161")
