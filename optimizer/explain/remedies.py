"""What would make room in the fleet for one shipment: the cheapest change after which the referee lets it on board.

Tried are one more vehicle that takes as much as it can of all that is left, one more of each type for the one shipment,
more overtime or a longer shift for a type, and a later due time; each alone, the plan's other shipments staying
where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.cost import route_duration_s
from optimizer.explain.fill import filled
from optimizer.explain.insertion import insert_best
from optimizer.explain.ways import candidates
from optimizer.model import HORIZON_S, TimeWindow
from optimizer.plan import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from optimizer.explain.fill import Filled
    from optimizer.explain.insertion import Insertion
    from optimizer.explain.obstacle import Numbers
    from optimizer.model import Shipment, VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem

LATER_S = (1_800, 7_200, 28_800)
"""By how much later due times are tried, the first that helps is taken."""

SOLO_WORK = 100
"""Enough for a trip of its own on an empty vehicle, be it judged some times over."""

MOST_WORK = 300
"""Work spent on one kind of change, as ``insertion.Search`` counts it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A remedy's ``code`` and ``numbers``, both empty when nothing tried has helped; and the ``work`` it took."""

    code: str = ""
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    work: int = 0

    @property
    def vehicle(self) -> str:
        """The vehicle that would take it; "" where none would."""
        return str(self.numbers.get("vehicle", ""))


class Remedies:
    """Remedies for the shipments that one plan leaves; the changed problems are made once and kept."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        kinds = problem.vehicle_types
        self._grown = {v.id: _with_type(problem, replace(v, count=v.count + 1)) for v in kinds}
        self._tireless = {v.id: _with_type(problem, replace(v, max_overtime_s=HORIZON_S)) for v in kinds}
        self._open_ended = {v.id: _with_type(problem, _until(v, HORIZON_S)) for v in kinds}
        self._filled: dict[str, Filled] = {}

    def fill(self, left: Iterable[Shipment], most_work: int) -> int:
        """Find for what is left one more vehicle each that takes many, for ``cheapest`` to name; return the work."""
        rest, total = tuple(left), 0
        while total < most_work and len(rest) > 1:
            best, work = filled(self._grown, self.plan, rest, most_work - total)
            total += work
            if best is None:
                break
            self._filled |= dict.fromkeys(best.shipments, best)
            rest = tuple(s for s in rest if s.id not in best.shipments)
        return total

    def cheapest(self, shipment: Shipment, *, most_work: int, like: Found | None = None) -> Found:
        """Return the remedy with the least marginal cost, the first tried among equals.

        One more vehicle is always tried, it takes little work; the others as long as ``most_work`` in all, and
        ``MOST_WORK`` each, are not spent. A vehicle that takes many costs each of them its share. Where what
        helps goods ``like`` these helps here too, on the same vehicle, nothing else is tried.
        """
        shared = list(self._shared(shipment))
        if like is not None and not shared and like.code in self._changes:
            trial = _Trial(self.plan, shipment, None, min(MOST_WORK, most_work), like.vehicle)
            same = min(self._changes[like.code](trial), key=_marginal_fen, default=None)
            if same is not None:
                return _found(same, trial.work)
            most_work -= trial.work
        best = min(shared or self._one_more_vehicle(shipment), key=_marginal_fen, default=None)
        work = 0
        for find in self._changes.values():
            below_fen = None if best is None else best[0]
            trial = _Trial(self.plan, shipment, below_fen, min(MOST_WORK, most_work - work))
            best = min((r for r in (best, *find(trial)) if r is not None), key=_marginal_fen, default=None)
            work += trial.work
        return Found(work=work) if best is None else _found(best, work)

    @property
    def _changes(self) -> Mapping[str, Callable[[_Trial], Iterator[_Remedy]]]:
        return {"R163": self._more_overtime, "R165": self._longer_shift, "R164": self._later_due}

    def _shared(self, shipment: Shipment) -> Iterator[_Remedy]:
        """Yield the one more vehicle that takes many, this among them."""
        day = self._filled.get(shipment.id)
        if day is not None:
            numbers: Numbers = {"vehicle_type": day.vehicle_type, "vehicle": day.route.vehicle}
            yield day.share_fen, "R166", {**numbers, "num_served": len(day.shipments), "total_fen": day.total_fen}

    def _one_more_vehicle(self, shipment: Shipment) -> Iterator[_Remedy]:
        """Yield one more of each type, sent out with this shipment alone; idle ones have been tried before."""
        below_fen: int | None = None
        for kind in self.problem.vehicle_types:
            new = Route(vehicle_type=kind.id, number=kind.count + 1, trips=())
            grown = self._grown[kind.id]
            best = insert_best(grown, self.plan, shipment, among=(new,), below_fen=below_fen, most_work=SOLO_WORK).best
            if best is not None:
                below_fen = best.marginal_fen
                yield best.marginal_fen, "R160", {"vehicle_type": kind.id, "vehicle": best.route.vehicle}

    def _more_overtime(self, trial: _Trial) -> Iterator[_Remedy]:
        """Yield as much overtime as it takes, for one type at a time."""
        for kind in self.problem.vehicle_types:
            best = trial.insert(self._tireless[kind.id], kind)
            if best is not None:
                over_s = route_duration_s(best.route) - kind.regular_s
                changed = _with_type(self.problem, replace(kind, max_overtime_s=max(0, over_s)))
                yield from _confirmed(changed, best, "R163", over_s - kind.max_overtime_s)

    def _longer_shift(self, trial: _Trial) -> Iterator[_Remedy]:
        """Yield a later end of the shift, for one type at a time."""
        for kind in self.problem.vehicle_types:
            best = trial.insert(self._open_ended[kind.id], kind)
            if best is not None:
                end_s = max(trip.return_s for trip in best.route.trips)
                changed = _with_type(self.problem, _until(kind, max(end_s, kind.shift.late_s)))
                yield from _confirmed(changed, best, "R165", end_s - kind.shift.late_s)

    def _later_due(self, trial: _Trial) -> Iterator[_Remedy]:
        """Yield a later due time, as late as the first of ``LATER_S`` that helps makes it."""
        due_s = trial.shipment.due_s
        for more_s in LATER_S if due_s < HORIZON_S else ():
            best = trial.insert(_with_due(self.problem, trial.shipment, due_s + more_s))
            if best is not None:
                arrive_s = _handed_over_s(best, trial.shipment.id)
                changed = _with_due(self.problem, trial.shipment, arrive_s)
                yield from _confirmed(changed, best, "R164", arrive_s - due_s)
                return


_Remedy = tuple[int, str, "Numbers"]
"""Marginal cost in fen, code and numbers."""


def _marginal_fen(remedy: _Remedy) -> int:
    return remedy[0]


def _found(remedy: _Remedy, work: int) -> Found:
    marginal_fen, code, numbers = remedy
    return Found(code, {**numbers, "marginal_fen": marginal_fen}, work)


@dataclass(slots=True)
class _Trial:
    """One kind of change tried for one shipment: the price to beat, the work that is left and that is done.

    ``vehicle``: the only one it may ride on; "" for any.
    """

    plan: Plan
    shipment: Shipment
    below_fen: int | None
    left: int
    vehicle: str = ""
    work: int = 0

    def insert(self, changed: Problem, kind: VehicleType | None = None) -> Insertion | None:
        """Insert the shipment under changed rules, on vehicles of ``kind`` only if they alone have changed."""
        if self.left <= 0:
            return None
        goods = changed.shipment_of[self.shipment.id]
        among = [r for r in candidates(changed, self.plan, goods) if kind is None or r.vehicle_type == kind.id]
        among = [r for r in among if self.vehicle in ("", r.vehicle)]
        search = insert_best(changed, self.plan, goods, among=among, below_fen=self.below_fen, most_work=self.left)
        self.left -= search.work
        self.work += search.work
        return search.best


def _confirmed(changed: Problem, best: Insertion, code: str, short_s: int) -> Iterator[_Remedy]:
    """Yield the remedy if the referee finds nothing wrong with so much and no more."""
    if short_s > 0 and not check(changed, best.plan):
        kind, vehicle = best.route.vehicle_type, best.route.vehicle
        yield best.marginal_fen, code, {"short_s": short_s, "vehicle": vehicle, "vehicle_type": kind}


def _with_type(problem: Problem, kind: VehicleType) -> Problem:
    """Return the problem with another version of one vehicle type."""
    return replace(problem, vehicle_types=tuple(kind if v.id == kind.id else v for v in problem.vehicle_types))


def _until(kind: VehicleType, end_s: int) -> VehicleType:
    return replace(kind, shift=TimeWindow(early_s=kind.shift.early_s, late_s=end_s))


def _with_due(problem: Problem, shipment: Shipment, due_s: int) -> Problem:
    late = replace(shipment, due_s=due_s)
    return replace(problem, shipments=tuple(late if s.id == late.id else s for s in problem.shipments))


def _handed_over_s(best: Insertion, shipment: str) -> int:
    """Return when service begins at its delivery, or its trip returns."""
    trip = next(t for t in best.route.trips if shipment in t.shipments)
    return next((v.start_s for v in trip.visits if shipment in v.deliver), trip.return_s)
