"""The numbers behind an obstacle: how far a limit would have to move for a shipment to be carried alone.

A limit that is a number is moved just as far as is needed, found by bisection with the
referee judging each try; so each remedy given here has been tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.cost import trip_legs
from optimizer.explain.limits import (
    LIMITS,
    admitted_room,
    set_due,
    set_load,
    set_on_board,
    set_overtime,
    set_ready,
    set_shift,
)
from optimizer.explain.solo import solo_plan
from optimizer.model import HORIZON_S, TimeWindow
from optimizer.plan import Unserved
from optimizer.violations import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.explain.limits import Limit
    from optimizer.model import Lock
    from optimizer.plan import Plan, Route
    from optimizer.problem import Problem

Numbers = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """The ``limits`` that stand against one vehicle type, and the ``plan`` that carries the shipment without them."""

    problem: Problem
    limits: tuple[Limit, ...]
    plan: Plan

    @property
    def rank(self) -> tuple[int, tuple[int, ...]]:
        """Fewer limits first, then those suspected earlier."""
        return len(self.limits), tuple(LIMITS.index(limit) for limit in self.limits)

    @property
    def route(self) -> Route:
        """The only route of the plan."""
        return self.plan.routes[0]


def explained(obstacle: Obstacle) -> Unserved:
    """Return reason, numbers and remedy of an obstacle of one or two limits."""
    goods, kind = obstacle.problem.shipments[0], obstacle.problem.vehicle_types[0]
    numbers: Numbers = {"vehicle_type": kind.id}
    if len(obstacle.limits) > 1:
        first, second = (limit.name for limit in obstacle.limits)
        numbers |= {"first": first, "second": second}
        return Unserved(shipment=goods.id, reason="U140", numbers=numbers, remedy="R140")
    limit = obstacle.limits[0]
    numbers |= _NUMBERS[limit.name](obstacle)
    remedy = "" if numbers.get("parts") == 0 else f"R{limit.code[1:]}"
    return Unserved(shipment=goods.id, reason=limit.code, numbers=numbers, remedy=remedy)


def _lock(obstacle: Obstacle) -> Numbers:
    return {"lock": lock_text(obstacle.problem.locks)}


def lock_text(locks: tuple[Lock, ...]) -> str:
    """Return locks in signs that need no language, such as "van#2; > D1; 08:00-09:00"."""
    parts = []
    for lock in locks:
        if lock.vehicle_type is not None:
            parts.append(lock.vehicle_type + ("" if lock.number is None else f"#{lock.number}"))
        if lock.after is not None:
            parts.append(f"> {lock.after}")
        if lock.window is not None:
            parts.append(f"{clock(lock.window.early_s)}-{clock(lock.window.late_s)}")
    return "; ".join(parts)


def _size(obstacle: Obstacle) -> Numbers:
    """Name the load dimension that is over by the largest factor, and the parts to split it into; 0 if none helps."""
    problem = obstacle.problem
    goods = problem.shipments[0]
    room = admitted_room(problem, goods)
    over = [d for d, load in enumerate(goods.load) if load > room[d]]
    worst = max(over or range(len(room)), key=lambda d: goods.load[d] / max(1, room[d]))
    parts = -(-goods.load[worst] // room[worst]) if room[worst] else 0
    if parts and solo_plan(set_load(problem, tuple(-(-load // parts) for load in goods.load))) is None:
        parts = 0
    name = problem.load_dimensions[worst]
    return {"dimension": name, "load": goods.load[worst], "room": room[worst], "parts": parts}


def _commodity(obstacle: Obstacle) -> Numbers:
    return {"commodity": obstacle.problem.shipments[0].commodity}


def _shelf(obstacle: Obstacle) -> Numbers:
    broken = next(v for v in check(obstacle.problem, obstacle.plan) if v.rule == "shelf")
    load, shelf = broken.amount or 0, broken.limit or 0
    return {"place": broken.place, "dimension": broken.detail, "load": load, "shelf": shelf, "missing": load - shelf}


def _count(_: Obstacle) -> Numbers:
    return {}


def _range(obstacle: Obstacle) -> Numbers:
    legs = [leg for trip in obstacle.route.trips for leg in trip_legs(obstacle.problem, obstacle.route, trip)]
    kind = obstacle.problem.vehicle_types[0]
    limits = [limit for limit in (kind.range_m, kind.trip_range_m) if limit is not None]
    return {"needed_m": sum(leg.distance_m for leg in legs), "range_m": min(limits, default=0)}


def _driving(obstacle: Obstacle) -> Numbers:
    broken = (v for v in check(obstacle.problem, obstacle.plan) if v.rule in ("driving", "daily_driving"))
    worst = max(broken, key=lambda v: v.amount or 0)
    return {"driving_s": worst.amount or 0, "limit_s": worst.limit or 0}


def _on_board(obstacle: Obstacle) -> Numbers:
    limit = obstacle.problem.shipments[0].max_on_board_s or 0
    short = _least(lambda more: solo_plan(set_on_board(obstacle.problem, limit + more)) is not None)
    return {"needed_s": limit + short, "limit_s": limit, "short_s": short}


def _due(obstacle: Obstacle) -> Numbers:
    goods = obstacle.problem.shipments[0]
    short = _least(lambda more: solo_plan(set_due(obstacle.problem, goods.due_s + more)) is not None)
    earliest = goods.due_s + short
    return {"place": goods.destination, "earliest_at_s": earliest, "due_at_s": goods.due_s, "short_s": short}


def _ready(obstacle: Obstacle) -> Numbers:
    ready = obstacle.problem.shipments[0].ready_s
    short = _least(lambda less: solo_plan(set_ready(obstacle.problem, max(0, ready - less))) is not None)
    return {"ready_at_s": ready, "latest_at_s": ready - short, "short_s": short}


def _windows(obstacle: Obstacle) -> Numbers:
    broken = next(v for v in check(obstacle.problem, obstacle.plan) if v.rule.endswith("_window"))
    return {"place": broken.place, "earliest_at_s": broken.time_s or 0}


def _shift(obstacle: Obstacle) -> Numbers:
    """Name a later end alone if that is enough, else the hours that the earliest trip takes."""
    shift = obstacle.problem.vehicle_types[0].shift
    longer = solo_plan(set_shift(obstacle.problem, TimeWindow(early_s=shift.early_s, late_s=HORIZON_S)))
    return _hours(obstacle if longer is None else replace(obstacle, plan=longer))


def _hours(obstacle: Obstacle) -> Numbers:
    trip, kind = obstacle.route.trips[0], obstacle.problem.vehicle_types[0]
    return {
        "place": kind.depot,
        "leave_at_s": trip.load_start_s,
        "back_at_s": trip.return_s,
        "early_at_s": kind.shift.early_s,
        "late_at_s": kind.shift.late_s,
    }


def _overtime(obstacle: Obstacle) -> Numbers:
    kind = obstacle.problem.vehicle_types[0]
    short = _least(lambda more: solo_plan(set_overtime(obstacle.problem, kind.max_overtime_s + more)) is not None)
    limit = kind.regular_s + kind.max_overtime_s
    return {"needed_s": limit + short, "limit_s": limit, "short_s": short}


def _access(obstacle: Obstacle) -> Numbers:
    barred = (v for v in check(obstacle.problem, obstacle.plan) if v.rule == "vehicle_access")
    return {"place": ", ".join(dict.fromkeys(v.place for v in barred))}


_NUMBERS: Mapping[str, Callable[[Obstacle], Numbers]] = {
    "lock": _lock,
    "size": _size,
    "commodity": _commodity,
    "shelf": _shelf,
    "count": _count,
    "range": _range,
    "driving": _driving,
    "on_board": _on_board,
    "due": _due,
    "ready": _ready,
    "windows": _windows,
    "depot_windows": _hours,
    "shift": _shift,
    "overtime": _overtime,
    "access": _access,
}


def _least(is_enough: Callable[[int], bool]) -> int:
    """Return the least amount that is enough, up to the horizon; enough must stay enough when it grows."""
    low, high = 0, HORIZON_S
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
