"""The classes of rules that may keep a shipment off a plan, and the problem with one of them released.

Other than ``optimizer.explain.limits``, which cuts a problem down to one shipment and one vehicle
type, these act on a whole county: what then goes in shows which rule stood in the way. Due times, ready
times, times on board and windows are released for the shipment in question, or, as classes of
their own, for all others, which it might push beyond theirs. To release is to make another
problem; nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.model import HORIZON_S, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.model import Place, Shipment
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class Release:
    """One class of rules: ``rules`` are those of the referee that may be broken once it is released.

    ``name`` is a key of ``reasons.LIMIT_WORDS``. ``lift`` takes the problem and the id of the shipment in question;
    ``is_general``: whichever that is, the problem is the same.
    """

    name: str
    rules: frozenset[str]
    lift: Callable[[Problem, str], Problem]
    is_general: bool = True


def released(problem: Problem, classes: tuple[Release, ...], shipment: str) -> Problem:
    """Return the problem with all these classes released; O(n^2) for the checks of a new problem."""
    for each in classes:
        problem = each.lift(problem, shipment)
    return problem


def binding(problem: Problem, shipment: str) -> tuple[Release, ...]:
    """Return the classes that this problem has at all, in the order in which they are suspected."""
    return Lifts(problem).binding(shipment)


class Lifts:
    """The released problems of one problem; what does not depend on the shipment is made once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._made: dict[tuple[str, ...], Problem] = {(): problem}
        self._binds: dict[str, bool] = {}

    def released(self, classes: tuple[Release, ...], shipment: str) -> Problem:
        """Return the problem with all these classes released."""
        general = tuple(each for each in classes if each.is_general)
        names = tuple(each.name for each in general)
        if names not in self._made:
            self._made[names] = released(self.problem, general, shipment)
        return released(self._made[names], tuple(each for each in classes if not each.is_general), shipment)

    def binding(self, shipment: str) -> tuple[Release, ...]:
        """Return what ``binding`` does."""
        return tuple(each for each in RELEASES if self._is_binding(each, shipment))

    def _is_binding(self, each: Release, shipment: str) -> bool:
        if not each.is_general:
            return _facts(each.lift(self.problem, shipment)) != _facts(self.problem)
        if each.name not in self._binds:
            self._binds[each.name] = _facts(self.released((each,), shipment)) != _facts(self.problem)
        return self._binds[each.name]


def _facts(problem: Problem) -> tuple[object, ...]:
    rules = (problem.conflicts, problem.cleanings, problem.locks)
    return (problem.places, problem.depots, problem.vehicle_types, problem.shipments, *rules)


def _goods(problem: Problem, is_meant: Callable[[Shipment], bool], **changes: Any) -> Problem:
    return replace(problem, shipments=tuple(replace(s, **changes) if is_meant(s) else s for s in problem.shipments))


def _own(**changes: Any) -> Callable[[Problem, str], Problem]:
    return lambda problem, id_: _goods(problem, lambda s: s.id == id_, **changes)


def _others(**changes: Any) -> Callable[[Problem, str], Problem]:
    return lambda problem, id_: _goods(problem, lambda s: s.id != id_, **changes)


def _vehicles(problem: Problem, **changes: Any) -> Problem:
    return replace(problem, vehicle_types=tuple(replace(v, **changes) for v in problem.vehicle_types))


def _places(problem: Problem, **changes: Any) -> Problem:
    return replace(problem, places=tuple(replace(p, **changes) for p in problem.places))


def _lift_capacity(problem: Problem) -> Problem:
    """Give every compartment room for all there is."""
    total = tuple(sum(amounts) for amounts in zip(*(s.load for s in problem.shipments), strict=True))
    return _boxes(problem, capacity=total)


def _boxes(problem: Problem, **changes: Any) -> Problem:
    kinds = (
        replace(v, compartments=tuple(replace(c, **changes) for c in v.compartments)) for v in problem.vehicle_types
    )
    return replace(problem, vehicle_types=tuple(kinds))


def _lift_windows(problem: Problem, id_: str) -> Problem:
    """Drop the windows of the shipment and of its ends, other than homes of vehicles, which have hours of their own."""
    goods = problem.shipment_of[id_]
    opened = _open(problem, lambda p: p.id in (goods.origin, goods.destination))
    return _own(pickup_windows=(), delivery_windows=())(opened, id_)


def _lift_other_windows(problem: Problem, id_: str) -> Problem:
    goods = problem.shipment_of[id_]
    opened = _open(problem, lambda p: p.id not in (goods.origin, goods.destination))
    return _others(pickup_windows=(), delivery_windows=())(opened, id_)


def _open(problem: Problem, is_meant: Callable[[Place], bool]) -> Problem:
    homes = {v.depot for v in problem.vehicle_types}
    places = (replace(p, windows=()) if p.id not in homes and is_meant(p) else p for p in problem.places)
    return replace(problem, places=tuple(places))


def _lift_depot_windows(problem: Problem) -> Problem:
    homes = {v.depot for v in problem.vehicle_types}
    return replace(problem, places=tuple(replace(p, windows=()) if p.id in homes else p for p in problem.places))


def _lift_count(problem: Problem) -> Problem:
    return replace(problem, vehicle_types=tuple(replace(v, count=v.count + 1) for v in problem.vehicle_types))


def _lift_max_trips(problem: Problem) -> Problem:
    """Let vehicles drive as many trips as they like; one that ends its day elsewhere has only one."""
    kinds = (v if v.end else replace(v, max_trips=None) for v in problem.vehicle_types)
    return replace(problem, vehicle_types=tuple(kinds))


def _lift_docks(problem: Problem) -> Problem:
    return replace(problem, depots=tuple(replace(d, docks=None) for d in problem.depots))


def _release(name: str, rules: str, lift: Callable[[Problem], Problem]) -> Release:
    return Release(name, frozenset(rules.split()), lambda problem, _: lift(problem))


def _of_goods(name: str, rules: str, lift: Callable[[Problem, str], Problem]) -> Release:
    return Release(name, frozenset(rules.split()), lift, is_general=False)


RELEASES: tuple[Release, ...] = (
    _release("lock", "lock_vehicle lock_window lock_after", lambda p: replace(p, locks=())),
    _release("conflict", "conflict", lambda p: replace(p, conflicts=())),
    _release("cleaning", "cleaning", lambda p: replace(p, cleanings=())),
    _release("commodity", "stowage_commodity", lambda p: _boxes(p, commodities=None)),
    _release("size", "capacity stowage_missing", _lift_capacity),
    _release("shelf", "shelf", lambda p: _places(p, shelf=())),
    _release("deliveries_first", "deliveries_first", lambda p: _vehicles(p, deliveries_first=False)),
    _release("max_trips", "max_trips", _lift_max_trips),
    _release("driving", "driving daily_driving", lambda p: _vehicles(p, driving_rule=None)),
    _of_goods("on_board", "time_on_board", _own(max_on_board_s=None)),
    _of_goods("due", "due", _own(due_s=HORIZON_S)),
    _of_goods("ready", "ready", _own(ready_s=0)),
    _of_goods("windows", "place_window pickup_window delivery_window", _lift_windows),
    _of_goods("on_board_others", "time_on_board", _others(max_on_board_s=None)),
    _of_goods("due_others", "due", _others(due_s=HORIZON_S)),
    _of_goods("windows_others", "place_window pickup_window delivery_window", _lift_other_windows),
    _release("docks", "docks", _lift_docks),
    _release("depot_windows", "loading_window return_window place_window", _lift_depot_windows),
    _release("shift", "shift_start shift_end", lambda p: _vehicles(p, shift=TimeWindow(early_s=0, late_s=HORIZON_S))),
    _release("overtime", "overtime", lambda p: _vehicles(p, max_overtime_s=HORIZON_S)),
    _release("range", "range trip_range", lambda p: _vehicles(p, range_m=None, trip_range_m=None)),
    _release("access", "vehicle_access", lambda p: _places(p, vehicle_types=None)),
    _release("count", "vehicle_number", _lift_count),
)
"""In the order in which they are suspected: decisions and goods first, hours later, range, access and fleet last."""
