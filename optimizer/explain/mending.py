"""What a rule would have to say for a plan to be allowed: each limit moved just as far as the plan needs.

From what the referee finds broken follows, limit by limit, another problem in which nothing is;
the caller lets the referee judge it. A limit is moved for the one shipment, place or
vehicle type that it speaks of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.model import Conflict, DrivingRule, TimeWindow
from optimizer.violations import clock, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from optimizer.model import Compartment, VehicleType
    from optimizer.problem import Problem
    from optimizer.violations import Violation


def mended(problem: Problem, violations: Iterable[Violation]) -> Problem | None:
    """Return the problem in which these are no violations any more, or None where a rule is beyond mending."""
    for violation in violations:
        mend = _MENDS.get(violation.rule)
        if mend is None:
            return None
        problem = mend(problem, violation)
    return problem


def worst(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return one violation for each limit that would have to move, the farthest; the first of each rule in front."""
    found: dict[tuple[str, ...], Violation] = {}
    for v in violations:
        limit = (v.rule, _kind_of(v), v.detail) if v.rule in _OF_VEHICLES else (v.rule, v.shipment, v.place, v.detail)
        before = found.get(limit)
        if before is None or (v.amount or 0) > (before.amount or 0):
            found[limit] = v
    firsts = {v.rule: v for v in reversed(found.values())}
    kept = [v for v in found.values() if firsts[v.rule] is v]
    return (*kept, *(v for v in found.values() if firsts[v.rule] is not v))


_OF_VEHICLES = (
    "driving",
    "daily_driving",
    "overtime",
    "range",
    "trip_range",
    "max_trips",
    "vehicle_number",
    "capacity",
)
"""Rules about vehicles: broken several times, they are moved once."""


def mend_text(violation: Violation, lang: str) -> str:
    """Return what to change in words, in ``lang`` ("zh" or "en"); the bare rule when it has no words."""
    words = MEND_WORDS.get(violation.rule)
    if words is None:
        return violation.rule
    amount, limit = violation.amount or 0, violation.limit or 0
    values = {
        "shipment": violation.shipment,
        "vehicle": violation.vehicle,
        "kind": _kind_of(violation),
        "place": violation.place,
        "at": clock(violation.time_s),
        "detail": violation.detail,
        "amount": amount,
        "amount_at": clock(amount),
        "amount_s": duration(amount, lang),
        "more": amount - limit,
        "more_s": duration(abs(amount - limit), lang),
        "km": f"{amount / 1000:.1f} km",
    }
    return words[lang != "zh"].format_map(values)


def _kind_of(violation: Violation) -> str:
    return violation.vehicle.rpartition("#")[0]


def _kind(problem: Problem, violation: Violation, **changes: Any) -> Problem:
    name = _kind_of(violation)
    kinds = tuple(replace(v, **changes) if v.id == name else v for v in problem.vehicle_types)
    return replace(problem, vehicle_types=kinds)


def _goods(problem: Problem, violation: Violation, **changes: Any) -> Problem:
    shipments = tuple(replace(s, **changes) if s.id == violation.shipment else s for s in problem.shipments)
    return replace(problem, shipments=shipments)


def _place(problem: Problem, violation: Violation, **changes: Any) -> Problem:
    places = tuple(replace(p, **changes) if p.id == violation.place else p for p in problem.places)
    return replace(problem, places=places)


def _opened(windows: tuple[TimeWindow, ...], at_s: int | None) -> tuple[TimeWindow, ...]:
    moment = TimeWindow(early_s=at_s or 0, late_s=at_s or 0)
    return (*windows, moment)


def _open_place(problem: Problem, v: Violation) -> Problem:
    return _place(problem, v, windows=_opened(problem.place(v.place).windows, v.time_s))


def _open_pickup(problem: Problem, v: Violation) -> Problem:
    return _goods(problem, v, pickup_windows=_opened(problem.shipment_of[v.shipment].pickup_windows, v.time_s))


def _open_delivery(problem: Problem, v: Violation) -> Problem:
    return _goods(problem, v, delivery_windows=_opened(problem.shipment_of[v.shipment].delivery_windows, v.time_s))


def _shift(problem: Problem, v: Violation) -> Problem:
    shift = problem.vehicle_type_of[_kind_of(v)].shift
    if v.rule == "shift_start":
        return _kind(problem, v, shift=replace(shift, early_s=v.amount or 0))
    return _kind(problem, v, shift=replace(shift, late_s=v.amount or 0))


def _overtime(problem: Problem, v: Violation) -> Problem:
    return _kind(problem, v, max_overtime_s=v.amount)


def _driving(problem: Problem, v: Violation) -> Problem:
    rule = problem.vehicle_type_of[_kind_of(v)].driving_rule or DrivingRule()
    if v.rule == "driving":
        longer = replace(rule, max_driving_s=max(rule.max_driving_s, v.amount or 0))
    else:
        longer = replace(rule, max_daily_driving_s=v.amount)
    return _kind(problem, v, driving_rule=longer)


def _capacity(problem: Problem, v: Violation) -> Problem:
    """Widen the compartment that the referee names as ``box/dimension``."""
    name, _, dimension = v.detail.rpartition("/")
    rank = problem.load_dimensions.index(dimension)

    def wide(box: Compartment) -> Compartment:
        room = tuple(max(r, v.amount or 0) if d == rank else r for d, r in enumerate(box.capacity))
        return replace(box, capacity=room) if box.id == name else box

    kind: VehicleType = problem.vehicle_type_of[_kind_of(v)]
    return _kind(problem, v, compartments=tuple(wide(box) for box in kind.compartments))


def _commodity(problem: Problem, v: Violation) -> Problem:
    goods = frozenset({problem.shipment_of[v.shipment].commodity})
    boxes = problem.vehicle_type_of[_kind_of(v)].compartments
    wider = (
        replace(b, commodities=b.commodities | goods) if b.id == v.detail and b.commodities is not None else b
        for b in boxes
    )
    return _kind(problem, v, compartments=tuple(wider))


def _shelf(problem: Problem, v: Violation) -> Problem:
    rank = problem.load_dimensions.index(v.detail)
    shelf = problem.place(v.place).shelf
    return _place(problem, v, shelf=tuple(v.amount or 0 if d == rank else room for d, room in enumerate(shelf)))


def _access(problem: Problem, v: Violation) -> Problem:
    allowed = problem.place(v.place).vehicle_types or frozenset()
    return _place(problem, v, vehicle_types=allowed | {_kind_of(v)})


def _conflict(problem: Problem, v: Violation) -> Problem:
    pair = {problem.shipment_of[i].commodity for i in (v.shipment, v.detail)}

    def is_other(conflict: Conflict) -> bool:
        return {conflict.first, conflict.second} != pair

    return replace(problem, conflicts=tuple(c for c in problem.conflicts if is_other(c)))


def _cleaning(problem: Problem, v: Violation) -> Problem:
    """Let every cleaning take no longer than the time there is, shared out alike when several soils meet."""
    goods = set(v.detail.split(", "))
    most_s = (v.amount or 0) // max(1, len({c.after for c in problem.cleanings}))
    shorter = (replace(c, duration_s=min(c.duration_s, most_s)) if c.before in goods else c for c in problem.cleanings)
    return replace(problem, cleanings=tuple(shorter))


def _locks(problem: Problem, v: Violation) -> Problem:
    return replace(problem, locks=tuple(lock for lock in problem.locks if lock.shipment != v.shipment))


def _docks(problem: Problem, v: Violation) -> Problem:
    depots = (replace(d, docks=max(d.docks or 0, v.amount or 0)) if d.place == v.place else d for d in problem.depots)
    return replace(problem, depots=tuple(depots))


_MENDS: Mapping[str, Callable[[Problem, Violation], Problem]] = {
    "due": lambda p, v: _goods(p, v, due_s=v.amount),
    "ready": lambda p, v: _goods(p, v, ready_s=v.amount),
    "time_on_board": lambda p, v: _goods(p, v, max_on_board_s=v.amount),
    "pickup_window": _open_pickup,
    "delivery_window": _open_delivery,
    "place_window": _open_place,
    "loading_window": _open_place,
    "return_window": _open_place,
    "shift_start": _shift,
    "shift_end": _shift,
    "overtime": _overtime,
    "driving": _driving,
    "daily_driving": _driving,
    "range": lambda p, v: _kind(p, v, range_m=v.amount),
    "trip_range": lambda p, v: _kind(p, v, trip_range_m=v.amount),
    "max_trips": lambda p, v: _kind(p, v, max_trips=v.amount),
    "vehicle_number": lambda p, v: _kind(p, v, count=v.amount),
    "deliveries_first": lambda p, v: _kind(p, v, deliveries_first=False),
    "capacity": _capacity,
    "stowage_commodity": _commodity,
    "shelf": _shelf,
    "vehicle_access": _access,
    "conflict": _conflict,
    "cleaning": _cleaning,
    "lock_vehicle": _locks,
    "lock_window": _locks,
    "lock_after": _locks,
    "docks": _docks,
}
"""Rule of the referee -> the problem in which it is kept."""

MEND_WORDS: Mapping[str, tuple[str, str]] = {
    "due": (
        "{shipment} 的期限推迟 {more_s}（到 {amount_at}）",
        "set the due time of {shipment} {more_s} later ({amount_at})",
    ),
    "ready": (
        "{shipment} 提早 {more_s} 备好（{amount_at}）",
        "have {shipment} ready {more_s} earlier ({amount_at})",
    ),
    "time_on_board": (
        "{shipment} 的在车时限放宽 {more_s}（到 {amount_s}）",
        "allow {shipment} {more_s} more on board ({amount_s})",
    ),
    "pickup_window": ("允许 {at} 取 {shipment}", "allow {shipment} to be collected at {at}"),
    "delivery_window": ("允许 {at} 交付 {shipment}", "allow {shipment} to be delivered at {at}"),
    "place_window": ("{place} 在 {at} 可以服务", "let {place} be served at {at}"),
    "loading_window": ("{place} 在 {at} 开门装车", "open {place} for loading at {at}"),
    "return_window": ("{place} 在 {at} 开门收车", "open {place} for the return at {at}"),
    "shift_start": (
        "{kind} 的班次提早 {more_s} 开始（{amount_at}）",
        "start the shift of {kind} {more_s} earlier ({amount_at})",
    ),
    "shift_end": (
        "{kind} 的班次延长 {more_s}（到 {amount_at}）",
        "end the shift of {kind} {more_s} later ({amount_at})",
    ),
    "overtime": ("{kind} 的加班上限增加 {more_s}", "allow {kind} {more_s} more of overtime"),
    "driving": (
        "{kind} 的连续驾驶上限放宽 {more_s}（仅说明差多少，法定上限不可放宽）",
        "{kind} would drive {more_s} over the limit without a rest (a measure only: the law allows no more)",
    ),
    "daily_driving": ("{kind} 的每日驾驶上限放宽 {more_s}", "allow {kind} {more_s} more of driving a day"),
    "range": ("{kind} 的续航提高到 {km}", "a range of {km} for {kind}"),
    "trip_range": ("{kind} 每趟的续航提高到 {km}", "a range of {km} on one charge for {kind}"),
    "max_trips": ("{kind} 的趟数上限提高到 {amount}", "allow {kind} {amount} trips"),
    "vehicle_number": ("{kind} 增加到 {amount} 辆", "have {amount} vehicles of type {kind}"),
    "deliveries_first": ("{kind} 不必先送后取", "let {kind} collect before its last delivery"),
    "capacity": (
        "{kind} 的 {detail} 容量提高 {more}（到 {amount}）",
        "{more} more room of {detail} on {kind} ({amount})",
    ),
    "stowage_commodity": ("允许 {kind} 的货厢 {detail} 装该货品", "let compartment {detail} of {kind} hold the goods"),
    "shelf": (
        "{place} 的货架（{detail}）扩大 {more}（到 {amount}）",
        "enlarge the shelf of {place} ({detail}) by {more} (to {amount})",
    ),
    "vehicle_access": ("允许 {kind} 进入 {place}", "let {kind} call at {place}"),
    "conflict": (
        "{shipment} 与 {detail} 之间加密封隔离（法规不可放宽）",
        "put a sealed wall between {shipment} and {detail} (the rule itself is law)",
    ),
    "cleaning": ("清洗在 {amount_s} 内完成", "clean within {amount_s}"),
    "lock_vehicle": ("取消 {shipment} 的锁定", "drop the lock of {shipment}"),
    "lock_window": ("取消 {shipment} 的锁定", "drop the lock of {shipment}"),
    "lock_after": ("取消 {shipment} 的锁定", "drop the lock of {shipment}"),
    "docks": ("{place} 的装车位增加到 {amount} 个", "have {amount} docks at {place}"),
}
"""Rule -> what to change, in Chinese and English."""
