"""What would make room in the fleet for one shipment: the cheapest change after which the referee lets it on board.

Tried are one more vehicle of each type, more overtime or a longer shift for a type, and
a later due time; each alone, the plan's other shipments staying where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.cost import route_duration_s
from optimizer.explain.insertion import insert_best
from optimizer.model import HORIZON_S, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.explain.insertion import Insertion
    from optimizer.explain.obstacle import Numbers
    from optimizer.model import Shipment, VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem

LATER_S = (900, 1_800, 3_600, 7_200, 14_400)
"""By how much later due times are tried, the first that helps is taken."""


@dataclass(frozen=True, slots=True)
class Found:
    """A remedy's ``code`` and ``numbers``, both empty when nothing tried has helped; and the ``work`` it took."""

    code: str = ""
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    work: int = 0


def cheapest_remedy(problem: Problem, plan: Plan, shipment: Shipment, *, most_work: int) -> Found:
    """Return the remedy with the least marginal cost, the first tried among equals."""
    trial = _Trial(problem, plan, shipment, most_work)
    tried = [*trial.more_overtime(), *trial.longer_shift(), *trial.later_due(), *trial.one_more_vehicle()]
    best = min(tried, key=lambda found: found[0], default=None)
    if best is None:
        return Found(work=most_work - trial.left)
    marginal_fen, code, numbers = best
    return Found(code, {**numbers, "marginal_fen": marginal_fen}, most_work - trial.left)


_Remedy = tuple[int, str, "Numbers"]
"""Marginal cost in fen, code and numbers."""


@dataclass(slots=True)
class _Trial:
    """One shipment's trials, and how much work is left."""

    problem: Problem
    plan: Plan
    shipment: Shipment
    left: int

    def more_overtime(self) -> Iterator[_Remedy]:
        """Yield as much overtime as it takes, for one type at a time."""
        for kind in self.problem.vehicle_types:
            best = self._insert(_with_type(self.problem, replace(kind, max_overtime_s=HORIZON_S)))
            if best is not None:
                over_s = route_duration_s(best.route) - kind.regular_s
                changed = _with_type(self.problem, replace(kind, max_overtime_s=max(0, over_s)))
                yield from self._confirmed(best, "R163", over_s - kind.max_overtime_s, changed)

    def longer_shift(self) -> Iterator[_Remedy]:
        """Yield a later end of the shift, for one type at a time."""
        for kind in self.problem.vehicle_types:
            best = self._insert(_with_type(self.problem, _until(kind, HORIZON_S)))
            if best is not None:
                end_s = max(trip.return_s for trip in best.route.trips)
                changed = _with_type(self.problem, _until(kind, max(end_s, kind.shift.late_s)))
                yield from self._confirmed(best, "R165", end_s - kind.shift.late_s, changed)

    def later_due(self) -> Iterator[_Remedy]:
        """Yield a later due time, as late as the first of ``LATER_S`` that helps makes it."""
        if self.shipment.due_s >= HORIZON_S:
            return
        for more_s in LATER_S:
            best = self._insert(self._due(self.shipment.due_s + more_s))
            if best is not None:
                arrive_s = _handed_over_s(best, self.shipment.id)
                yield from self._confirmed(best, "R164", arrive_s - self.shipment.due_s, self._due(arrive_s))
                return

    def _due(self, due_s: int) -> Problem:
        late = replace(self.shipment, due_s=due_s)
        return replace(self.problem, shipments=tuple(late if s.id == late.id else s for s in self.problem.shipments))

    def one_more_vehicle(self) -> Iterator[_Remedy]:
        """Yield one more of each type, sent out with this shipment alone."""
        for kind in self.problem.vehicle_types:
            best = self._insert(_with_type(self.problem, replace(kind, count=kind.count + 1)))
            if best is not None:
                yield best.marginal_fen, "R160", {"vehicle_type": kind.id, "vehicle": best.route.vehicle}

    def _insert(self, changed: Problem) -> Insertion | None:
        if self.left <= 0:
            return None
        goods = changed.shipment_of[self.shipment.id]
        search = insert_best(changed, self.plan, goods, most_work=self.left)
        self.left -= search.work
        return search.best

    def _confirmed(self, best: Insertion, code: str, short_s: int, changed: Problem) -> Iterator[_Remedy]:
        """Yield the remedy if the referee finds nothing wrong with so much and no more."""
        if short_s > 0 and not set(check(changed, best.plan)) - set(check(self.problem, self.plan)):
            kind = best.route.vehicle_type
            numbers: Numbers = {"short_s": short_s, "vehicle": best.route.vehicle, "vehicle_type": kind}
            yield best.marginal_fen, code, numbers


def _handed_over_s(best: Insertion, shipment: str) -> int:
    """Return when service begins at its delivery, or its trip returns."""
    trip = next(t for t in best.route.trips if shipment in t.shipments)
    return next((v.start_s for v in trip.visits if shipment in v.deliver), trip.return_s)


def _with_type(problem: Problem, kind: VehicleType) -> Problem:
    """Return the problem with another version of one vehicle type."""
    return replace(problem, vehicle_types=tuple(kind if v.id == kind.id else v for v in problem.vehicle_types))


def _until(kind: VehicleType, end_s: int) -> VehicleType:
    return replace(kind, shift=TimeWindow(early_s=kind.shift.early_s, late_s=end_s))
