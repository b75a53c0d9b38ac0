"""All ways in which one more shipment could ride on the vehicles of a plan, with the least each could cost.

Ways are drafts without times: on an old trip, joined to a visit at its place or as a
visit of its own, or on a trip of its own between two others or on an idle vehicle. Only what
plainly cannot be is left out: locks to vehicles, access, paths, weight at the depot, hours of work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.cost import METRES_PER_KM, SECONDS_PER_H, route_duration_s
from optimizer.explain.solo import solo_draft
from optimizer.plan import Route
from optimizer.schedule import TripDraft, VisitDraft, draft_of
from optimizer.stow import legs_on_board

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.model import Shipment, VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem


ROUNDING_FEN = 4
"""Distance, time and overtime are rounded before and after, here once for all: so much may be lost on the way."""


class Way(NamedTuple):
    """One way to carry the shipment: what it costs at least, its rank among equals, the day before and after.

    ``road_fen`` is what it costs without the hours: distance, handling, a new vehicle's
    day; less ``ROUNDING_FEN``.
    """

    least_fen: int
    rank: int
    road_fen: int
    kind: VehicleType
    route: Route
    drafts: tuple[TripDraft, ...]

    def least_fen_for(self, duration_s: int) -> int:
        """Return what it costs at least when the day lasts so long."""
        return self.road_fen + _hours_fen(self.kind, duration_s) - _hours_fen(self.kind, route_duration_s(self.route))


class _Visits(NamedTuple):
    """Visits of a trip with handovers added, the last of them at position ``at``; what that adds to drive and serve."""

    visits: tuple[VisitDraft, ...]
    at: int
    metres: int
    seconds: int


def candidates(problem: Problem, plan: Plan, shipment: Shipment) -> tuple[Route, ...]:
    """Return the plan's routes and an empty one for an idle vehicle of each type and for those that locks name."""
    used = {(route.vehicle_type, route.number) for route in plan.routes}
    idle = []
    for kind in problem.vehicle_types:
        numbers = [n for n in range(1, kind.count + 1) if (kind.id, n) not in used]
        named = {k.number for k in problem.locks_of.get(shipment.id, ()) if k.vehicle_type == kind.id}
        wanted = dict.fromkeys((*numbers[:1], *(n for n in numbers if n in named)))
        idle += [Route(vehicle_type=kind.id, number=number, trips=()) for number in wanted]
    return (*plan.routes, *idle)


def ways_to_carry(problem: Problem, shipment: Shipment, among: Sequence[Route]) -> Iterator[Way]:
    """Yield every way on these routes; O(visits) for down and up shipments, O(visits^2) a trip for local ones."""
    rank = 0
    for route in among:
        kind = problem.vehicle_type_of[route.vehicle_type]
        if not _may_ride(problem, shipment, route, kind):
            continue
        drafts = [draft_of(trip) for trip in route.trips]
        most_s = min(kind.regular_s + kind.max_overtime_s, kind.shift.late_s - kind.shift.early_s)
        work_s = sum(_work_s(problem, kind, draft.visits) for draft in drafts)
        base_fen = shipment.handling_fen - ROUNDING_FEN + (0 if route.trips else kind.fixed_fen)
        before_fen = _hours_fen(kind, route_duration_s(route))
        for day, metres, seconds in _days(problem, kind, drafts, shipment):
            if work_s + seconds <= most_s:
                road_fen = base_fen + metres * kind.distance_fen_per_km // METRES_PER_KM
                hours_fen = _hours_fen(kind, work_s + seconds) - before_fen
                yield Way(road_fen + hours_fen, rank, road_fen, kind, route, day)
                rank += 1


def _hours_fen(kind: VehicleType, duration_s: int) -> int:
    """Return what a day of this length costs in time and overtime, rounded down."""
    over_s = max(0, duration_s - kind.regular_s)
    return (duration_s * kind.time_fen_per_h + over_s * kind.overtime_fen_per_h) // SECONDS_PER_H


def _may_ride(problem: Problem, shipment: Shipment, route: Route, kind: VehicleType) -> bool:
    """Judge locks to vehicles and access to both ends."""
    for lock in problem.locks_of.get(shipment.id, ()):
        if lock.vehicle_type not in (None, route.vehicle_type) or lock.number not in (None, route.number):
            return False
    called_at = (problem.place(p) for p in (shipment.origin, shipment.destination) if p != kind.depot)
    return all(p.vehicle_types is None or kind.id in p.vehicle_types for p in called_at)


def _days(
    problem: Problem, kind: VehicleType, drafts: Sequence[TripDraft], shipment: Shipment
) -> Iterator[tuple[tuple[TripDraft, ...], int, int]]:
    """Yield the vehicle's day with the shipment on an old trip or a new one; added metres and seconds of work."""
    for k, draft in enumerate(drafts):
        for done in _on_trip(problem, kind, draft, shipment):
            day = (*drafts[:k], TripDraft(visits=done.visits, stowage=draft.stowage), *drafts[k + 1 :])
            yield day, done.metres, done.seconds
    if kind.max_trips is not None and len(drafts) >= kind.max_trips:
        return
    solo = solo_draft(kind, shipment)
    metres = _metres(problem, kind, solo.visits)
    if metres is not None:
        work_s = _work_s(problem, kind, solo.visits)
        for k in range(len(drafts) + 1):
            yield (*drafts[:k], solo, *drafts[k:]), metres, work_s


def _on_trip(problem: Problem, kind: VehicleType, draft: TripDraft, shipment: Shipment) -> Iterator[_Visits]:
    """Yield the trip's visits with collection and delivery added wherever there is a path."""
    if not _may_load(problem, kind, draft, shipment):
        return
    collected = [_Visits(draft.visits, -1, 0, 0)]
    if shipment.origin != kind.depot:
        collected = list(_handed_over(problem, kind, collected[0], shipment, is_delivery=False))
    for some in collected:
        if shipment.destination == kind.depot and not kind.end:
            yield some
        else:
            yield from _handed_over(problem, kind, some, shipment, is_delivery=True)


def _may_load(problem: Problem, kind: VehicleType, draft: TripDraft, shipment: Shipment) -> bool:
    """Judge the load on the trip's first leg, or its last, on which the shipment rides wherever it is added."""
    spans = legs_on_board(draft.visits)
    for end, leg in ((shipment.origin, 0), (shipment.destination, len(draft.visits))):
        if end == (kind.last_place if leg else kind.depot):
            aboard = [problem.shipment_of[i].load for i, (first, last) in spans.items() if first <= leg < last]
            sums = (sum(loads) for loads in zip(shipment.load, *aboard, strict=True))
            return all(load <= room for load, room in zip(sums, kind.capacity, strict=True))
    return True


def _handed_over(
    problem: Problem, kind: VehicleType, before: _Visits, shipment: Shipment, *, is_delivery: bool
) -> Iterator[_Visits]:
    """Yield the visits with one handover after ``before.at``: joined to a visit at its place, or as one of its own."""
    deliver: tuple[str, ...] = (shipment.id,) if is_delivery else ()
    collect: tuple[str, ...] = () if is_delivery else (shipment.id,)
    place, visits = (shipment.destination if is_delivery else shipment.origin), before.visits
    for at in range(before.at + 1, len(visits)):
        old = visits[at]
        if old.place == place:
            joined = replace(old, deliver=(*old.deliver, *deliver), collect=(*old.collect, *collect))
            seconds = before.seconds + shipment.service_s
            yield _Visits((*visits[:at], joined, *visits[at + 1 :]), at, before.metres, seconds)
    own = VisitDraft(place=place, deliver=deliver, collect=collect)
    service_s = problem.place(place).visit_s + shipment.service_s
    for at in range(before.at + 1, len(visits) + 1):
        detour = _detour(problem, kind, visits, at, place)
        if detour is not None:
            metres, seconds = before.metres + detour[0], before.seconds + detour[1] + service_s
            yield _Visits((*visits[:at], own, *visits[at:]), at, metres, seconds)


def _detour(
    problem: Problem, kind: VehicleType, visits: Sequence[VisitDraft], at: int, place: str
) -> tuple[int, int] | None:
    """Return the metres and seconds added by calling at ``place`` before position ``at``; None without a path."""
    matrix = problem.matrices[kind.profile]
    before = problem.index(visits[at - 1].place if at else kind.depot)
    after = problem.index(visits[at].place if at < len(visits) else kind.last_place)
    here = problem.index(place)
    if matrix.duration_s[before, here] < 0 or matrix.duration_s[here, after] < 0:
        return None
    metres, seconds = (
        int(array[before, here]) + int(array[here, after]) - int(array[before, after])
        for array in (matrix.distance_m, matrix.duration_s)
    )
    return metres, seconds


def _work_s(problem: Problem, kind: VehicleType, visits: Sequence[VisitDraft]) -> int:
    """Return the seconds of loading, driving and service of one trip, which no timing can save."""
    seconds = problem.matrices[kind.profile].duration_s
    at, work_s = problem.index(kind.depot), problem.depot_of[kind.depot].loading_s
    for visit in visits:
        here = problem.index(visit.place)
        work_s += int(seconds[at, here]) + problem.place(visit.place).visit_s
        work_s += sum(problem.shipment_of[i].service_s for i in (*visit.deliver, *visit.collect))
        at = here
    return work_s + int(seconds[at, problem.index(kind.last_place)])


def _metres(problem: Problem, kind: VehicleType, visits: Sequence[VisitDraft]) -> int | None:
    """Return the metres of one trip, or None where a leg has no path."""
    metres, at, total = problem.matrices[kind.profile].distance_m, problem.index(kind.depot), 0
    for place in (*(v.place for v in visits), kind.last_place):
        here = problem.index(place)
        if metres[at, here] < 0:
            return None
        total += int(metres[at, here])
        at = here
    return total
