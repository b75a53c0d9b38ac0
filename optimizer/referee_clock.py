"""Referee: every moment of one route, from the first loading to the last return.

Legs, loading, service and cleaning take as long as they take; service begins within
all windows; goods are ready, in time and not too long on board; the driver's shift,
hours and rests, and the vehicle's range, are kept.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.model import HORIZON_S
from optimizer.problem import UNREACHABLE
from optimizer.referee_plan import carriages
from optimizer.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.model import DrivingRule, TimeWindow
    from optimizer.plan import Route, Trip, Visit
    from optimizer.problem import Problem
    from optimizer.referee_plan import Carriage


class _Drive(NamedTuple):
    """One leg as the plan has it and as the matrix has it."""

    origin: str
    destination: str
    depart_s: int
    arrive_s: int
    driving_s: int
    metres: int


def judge_clock(problem: Problem, route: Route) -> Iterator[Violation]:
    """Judge all rules about when, for one vehicle; its places and type are known to exist."""
    for trip in route.trips:
        yield from _trip_times(problem, route, trip)
        for visit in trip.visits:
            yield from _visit_times(problem, route, visit)
        for c in carriages(problem, trip):
            yield from _shipment_times(route, trip, c)
    yield from _between_trips(problem, route)
    if route.trips:
        yield from _day(problem, route)


def _drives(problem: Problem, route: Route, trip: Trip) -> list[_Drive]:
    matrix = problem.matrices[problem.vehicle_type_of[route.vehicle_type].profile]
    origin, depart_s = trip.start, trip.depart_s
    ends = [(v.place, v.arrive_s, v.depart_s) for v in trip.visits] + [(trip.end, trip.return_s, 0)]
    drives = []
    for place, arrive_s, leave_s in ends:
        a, b = problem.index(origin), problem.index(place)
        drives.append(
            _Drive(origin, place, depart_s, arrive_s, int(matrix.duration_s[a, b]), int(matrix.distance_m[a, b]))
        )
        origin, depart_s = place, leave_s
    return drives


def _trip_times(problem: Problem, route: Route, trip: Trip) -> Iterator[Violation]:
    """Judge loading, depot windows, and that legs exist and take exactly as long as they take."""
    loading_s = problem.depot_of[trip.start].loading_s if trip.start in problem.depot_of else 0
    left_s = trip.depart_s - trip.load_start_s
    if left_s < loading_s:
        yield Violation(
            rule="loading_time",
            vehicle=route.vehicle,
            place=trip.start,
            time_s=trip.load_start_s,
            amount=left_s,
            limit=loading_s,
        )
    ends = (("loading_window", trip.start, trip.load_start_s), ("return_window", trip.end, trip.return_s))
    for rule, place, at_s in ends:
        if not _is_within(problem.place(place).windows, at_s):
            yield Violation(rule=rule, vehicle=route.vehicle, place=place, time_s=at_s)
    for drive in _drives(problem, route, trip):
        yield from _leg(route, drive)


def _leg(route: Route, drive: _Drive) -> Iterator[Violation]:
    broken = partial(Violation, vehicle=route.vehicle, place=drive.destination, detail=drive.origin)
    if UNREACHABLE in (drive.driving_s, drive.metres):
        yield broken(rule="unreachable", time_s=drive.depart_s)
    elif drive.arrive_s - drive.depart_s != drive.driving_s:
        taken_s = drive.arrive_s - drive.depart_s
        yield broken(rule="travel_time", time_s=drive.depart_s, amount=taken_s, limit=drive.driving_s)


def _visit_times(problem: Problem, route: Route, visit: Visit) -> Iterator[Violation]:
    """Judge that moments are in order, and service is as long as its goods ask, from within the place's windows."""
    order = (("arrive", visit.arrive_s), ("start", visit.start_s), ("end", visit.end_s), ("depart", visit.depart_s))
    for (first, first_s), (second, second_s) in pairwise(order):
        if second_s < first_s:
            yield Violation(
                rule="time_order",
                vehicle=route.vehicle,
                place=visit.place,
                time_s=visit.start_s,
                amount=second_s,
                limit=first_s,
                detail=f"{second} < {first}",
            )
    place = problem.place(visit.place)
    service_s = place.visit_s + sum(problem.shipment_of[i].service_s for i in (*visit.deliver, *visit.collect))
    if visit.end_s - visit.start_s != service_s:
        yield Violation(
            rule="service_time",
            vehicle=route.vehicle,
            place=visit.place,
            time_s=visit.start_s,
            amount=visit.end_s - visit.start_s,
            limit=service_s,
        )
    if not _is_within(place.windows, visit.start_s):
        yield Violation(rule="place_window", vehicle=route.vehicle, place=visit.place, time_s=visit.start_s)


def _shipment_times(route: Route, trip: Trip, c: Carriage) -> Iterator[Violation]:
    """Judge one shipment's windows, ready and due times, and its time on board."""
    goods = c.shipment
    broken = partial(Violation, shipment=c.shipment.id, vehicle=route.vehicle)
    loading, handing = (None if at is None else trip.visits[at] for at in (c.loaded, c.handed))
    loaded_s, from_place = (loading.start_s, loading.place) if loading else (trip.load_start_s, trip.start)
    handed_s, to_place = (handing.start_s, handing.place) if handing else (trip.return_s, trip.end)
    if loaded_s < goods.ready_s:
        yield broken(rule="ready", place=from_place, time_s=loaded_s, amount=loaded_s, limit=goods.ready_s)
    if handed_s > goods.due_s:
        yield broken(rule="due", place=to_place, time_s=handed_s, amount=handed_s, limit=goods.due_s)
    if loading and not _is_within(goods.pickup_windows, loaded_s):
        yield broken(rule="pickup_window", place=from_place, time_s=loaded_s)
    if handing and not _is_within(goods.delivery_windows, handed_s):
        yield broken(rule="delivery_window", place=to_place, time_s=handed_s)
    on_board_s = handed_s - (loading.depart_s if loading else trip.depart_s)
    if goods.max_on_board_s is not None and on_board_s > goods.max_on_board_s:
        limit = goods.max_on_board_s
        yield broken(rule="time_on_board", place=to_place, time_s=handed_s, amount=on_board_s, limit=limit)


def _between_trips(problem: Problem, route: Route) -> Iterator[Violation]:
    """Judge that the next loading begins after the last return and the cleaning between."""
    for (before, after), needed_s in zip(pairwise(route.trips), _cleanings(problem, route), strict=True):
        gap_s = after.load_start_s - before.return_s
        broken = partial(Violation, vehicle=route.vehicle, place=after.start, time_s=after.load_start_s)
        if gap_s < 0:
            yield broken(rule="trip_overlap", amount=after.load_start_s, limit=before.return_s)
        elif gap_s < needed_s:
            goods = ", ".join(sorted({problem.shipment_of[i].commodity for i in after.shipments}))
            yield broken(rule="cleaning", amount=gap_s, limit=needed_s, detail=goods)


def _cleanings(problem: Problem, route: Route) -> list[int]:
    """Seconds of cleaning before each trip but the first.

    Each soil that matters to the coming trip is cleaned off once, for as long as the
    strictest rule between it and the coming goods asks; soils add up.
    """
    soils: set[str] = set()
    needed = []
    for before, after in pairwise(route.trips):
        soils |= _unsealed_commodities(problem, route, before)
        coming = {problem.shipment_of[i].commodity for i in after.shipments}
        seconds: dict[str, int] = {}
        for rule in problem.cleanings:
            if rule.after in soils and rule.before in coming:
                seconds[rule.after] = max(seconds.get(rule.after, 0), rule.duration_s)
        soils -= set(seconds)
        needed.append(sum(seconds.values()))
    return needed


def _unsealed_commodities(problem: Problem, route: Route, trip: Trip) -> set[str]:
    """Commodities that rode outside sealed compartments; unknown compartments count as unsealed."""
    boxes = problem.vehicle_type_of[route.vehicle_type].compartments
    sealed = {box.id for box in boxes if box.sealed}
    stowed = dict(trip.stowage) if len(boxes) > 1 else dict.fromkeys(trip.shipments, boxes[0].id)
    return {problem.shipment_of[i].commodity for i in trip.shipments if stowed.get(i) not in sealed}


def _day(problem: Problem, route: Route) -> Iterator[Violation]:
    """Judge shift, overtime, range and driving of the whole route, which has at least one trip."""
    kind, first, last = problem.vehicle_type_of[route.vehicle_type], route.trips[0], route.trips[-1]
    begin_s, end_s = min(t.load_start_s for t in route.trips), max(t.return_s for t in route.trips)
    broken = partial(Violation, vehicle=route.vehicle)
    if begin_s < kind.shift.early_s:
        yield broken(rule="shift_start", time_s=begin_s, amount=begin_s, limit=kind.shift.early_s)
    latest_s = min(kind.shift.late_s, HORIZON_S)
    if end_s > latest_s:
        yield broken(rule="shift_end", time_s=end_s, amount=end_s, limit=latest_s)
    over_s = last.return_s - first.load_start_s - kind.regular_s
    if over_s > kind.max_overtime_s:
        yield broken(rule="overtime", time_s=last.return_s, amount=over_s, limit=kind.max_overtime_s)
    metres = sum(max(0, d.metres) for trip in route.trips for d in _drives(problem, route, trip))
    if kind.range_m is not None and metres > kind.range_m:
        yield broken(rule="range", amount=metres, limit=kind.range_m)
    if kind.trip_range_m is not None:
        yield from _charges(problem, route, kind.trip_range_m)
    if kind.driving_rule is not None:
        yield from _driving(problem, route, kind.driving_rule)


def _charges(problem: Problem, route: Route, limit_m: int) -> Iterator[Violation]:
    """Judge that each trip is driven on one charge."""
    for trip in route.trips:
        metres = sum(d.metres for d in _drives(problem, route, trip) if d.metres != UNREACHABLE)
        if metres > limit_m:
            at_s = trip.depart_s
            yield Violation(rule="trip_range", vehicle=route.vehicle, time_s=at_s, amount=metres, limit=limit_m)


def _driving(problem: Problem, route: Route, rule: DrivingRule) -> Iterator[Violation]:
    """Judge the driving since the last rest on every arrival, and of the whole day."""
    since_rest_s, total_s, free_s = 0, 0, 0
    for trip, cleaning_s in zip(route.trips, [0, *_cleanings(problem, route)], strict=True):
        loading_s = problem.depot_of[trip.start].loading_s if trip.start in problem.depot_of else 0
        idle_s = trip.load_start_s - free_s - cleaning_s
        waits_s = trip.depart_s - trip.load_start_s - loading_s
        if max(idle_s, waits_s) >= rule.rest_s:
            since_rest_s = 0
        pauses = [(v.start_s - v.arrive_s, v.depart_s - v.end_s) for v in trip.visits]
        for drive, pause in zip(_drives(problem, route, trip), [*pauses, (-1, -1)], strict=True):
            since_rest_s += max(0, drive.driving_s)
            total_s += max(0, drive.driving_s)
            if since_rest_s > rule.max_driving_s:
                yield Violation(
                    rule="driving",
                    vehicle=route.vehicle,
                    place=drive.destination,
                    time_s=drive.arrive_s,
                    amount=since_rest_s,
                    limit=rule.max_driving_s,
                )
            if max(pause) >= rule.rest_s:
                since_rest_s = 0
        free_s = trip.return_s
    if rule.max_daily_driving_s is not None and total_s > rule.max_daily_driving_s:
        yield Violation(rule="daily_driving", vehicle=route.vehicle, amount=total_s, limit=rule.max_daily_driving_s)


def _is_within(windows: Sequence[TimeWindow], at_s: int) -> bool:
    return not windows or any(w.early_s <= at_s <= w.late_s for w in windows)
