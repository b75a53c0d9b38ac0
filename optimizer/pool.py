"""Trips worth remembering: what each costs and when it may start, whatever engine made it.

A pooled trip keeps the times of a trip that the referee accepted and the range over
which all of them may be moved together, so that a day can be laid out from pooled
trips without looking at a single visit again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.model import Shipment, TimeWindow, VehicleType
    from optimizer.plan import Plan, Trip, Visit
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTrip:
    """One trip for one vehicle type, movable in time as a whole.

    ``trip`` leaves as soon as it is loaded. All its times may be shifted together so
    that ``early_s <= load_start_s <= late_s``. Loading may begin from ``load_from_s`` on if the
    vehicle then waits at the depot, loaded, until the shifted trip leaves.
    ``running_fen`` is distance and time of the trip alone, rounded half up, and its pay by the piece.
    ``number`` and ``loaded_s``: the vehicle and the moment of loading in the plan it comes
    from; 0 and 0 where they mean nothing.
    """

    vehicle_type: str
    trip: Trip
    shipments: frozenset[str]
    load_from_s: int
    early_s: int
    late_s: int
    distance_m: int
    driving_s: int
    running_fen: int
    number: int = 0
    loaded_s: int = 0

    @property
    def duration_s(self) -> int:
        """From the start of loading to the return, without waiting at the depot."""
        return self.trip.return_s - self.trip.load_start_s

    @property
    def key(self) -> tuple[str, frozenset[str]]:
        """What makes two pooled trips rivals: vehicle type and shipments carried."""
        return self.vehicle_type, self.shipments

    def at(self, load_start_s: int) -> Trip:
        """Return the trip with loading at ``load_start_s``, waiting loaded at the depot if that is early.

        ``load_from_s <= load_start_s <= late_s`` is the caller's duty.
        """
        moved = shifted(self.trip, max(load_start_s, self.early_s) - self.trip.load_start_s)
        return replace(moved, load_start_s=load_start_s)


class TripPool:
    """The cheapest trip known for each vehicle type and set of shipments, in order of discovery.

    Only trips of refereed plans belong here: nothing is judged again.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._trips: dict[tuple[str, frozenset[str]], PooledTrip] = {}

    def __len__(self) -> int:
        return len(self._trips)

    @property
    def trips(self) -> tuple[PooledTrip, ...]:
        """All pooled trips, first discovered first."""
        return tuple(self._trips.values())

    def add(self, pooled: PooledTrip) -> bool:
        """Keep ``pooled`` if it is new, cheaper, or as cheap and freer in time; tell whether it was kept."""
        known = self._trips.get(pooled.key)
        if known is not None and _rank(known) <= _rank(pooled):
            return False
        self._trips[pooled.key] = pooled
        return True

    def add_plan(self, plan: Plan) -> tuple[PooledTrip, ...]:
        """Pool every trip of a refereed plan; return the plan's own trips, kept or not, in plan order."""
        own = tuple(
            replace(
                pooled_trip(self._problem, route.vehicle_type, trip), number=route.number, loaded_s=trip.load_start_s
            )
            for route, trip in plan.trips()
        )
        for pooled in own:
            self.add(pooled)
        return own

    def merge(self, others: Iterable[PooledTrip]) -> int:
        """Add trips found elsewhere, such as in another process; return how many were kept."""
        return sum(self.add(pooled) for pooled in others)


def _rank(pooled: PooledTrip) -> tuple[int, int]:
    return pooled.running_fen, pooled.early_s - pooled.late_s


def pooled_trip(problem: Problem, vehicle_type: str, trip: Trip) -> PooledTrip:
    """Return ``trip`` without avoidable waiting, with the range over which it may be moved; O(shipments).

    ``trip`` must be feasible as it stands; its stowage is kept.
    """
    kind = problem.vehicle_type_of[vehicle_type]
    loading_s = problem.depot_of[trip.start].loading_s
    loaded_late = _loaded_late(problem, trip, loading_s)
    tight = (
        loaded_late
        if _holds_clocks(problem, kind.driving_rule is not None, trip)
        else _tightened(problem, loaded_late, loading_s)
    )
    earlier_s, later_s, load_from_s = _slack(problem, vehicle_type, tight)
    distance_m, driving_s = _lengths(problem, kind.profile, tight)
    duration_s = tight.return_s - tight.load_start_s
    milli_fen_h = distance_m * kind.distance_fen_per_km * 3600 + duration_s * kind.time_fen_per_h * 1000
    return PooledTrip(
        vehicle_type=vehicle_type,
        trip=tight,
        shipments=frozenset(tight.shipments),
        load_from_s=load_from_s,
        early_s=tight.load_start_s - earlier_s,
        late_s=tight.load_start_s + later_s,
        distance_m=distance_m,
        driving_s=driving_s,
        running_fen=(milli_fen_h + 1_800_000) // 3_600_000 + _trip_pay_fen(problem, kind, tight),
    )


def _trip_pay_fen(problem: Problem, kind: VehicleType, trip: Trip) -> int:
    """Return the pay of a vehicle's only trip, or what the pieces come to where others may share the least pay."""
    by_piece = kind.piece_fen * sum(problem.shipment_of[i].pieces for i in trip.shipments)
    return max(by_piece, kind.min_pay_fen) if kind.max_trips == 1 else by_piece


def shifted(trip: Trip, by_s: int) -> Trip:
    """Return ``trip`` with every time moved by ``by_s``."""
    if by_s == 0:
        return trip
    visits = tuple(
        replace(
            v,
            arrive_s=v.arrive_s + by_s,
            start_s=v.start_s + by_s,
            end_s=v.end_s + by_s,
            depart_s=v.depart_s + by_s,
        )
        for v in trip.visits
    )
    return replace(
        trip,
        load_start_s=trip.load_start_s + by_s,
        depart_s=trip.depart_s + by_s,
        return_s=trip.return_s + by_s,
        visits=visits,
    )


def _holds_clocks(problem: Problem, drives_by_rule: bool, trip: Trip) -> bool:
    """Tell whether a gap on the trip may be a rest, or a wait may keep goods from being too long on board."""
    limited = any(problem.shipment_of[i].max_on_board_s is not None for i in trip.shipments)
    return drives_by_rule or limited


def _loaded_late(problem: Problem, trip: Trip, loading_s: int) -> Trip:
    """Begin loading just in time for the departure, if the depot is open then."""
    latest_s = _span(problem.place(trip.start).windows, trip.load_start_s)[1]
    return replace(trip, load_start_s=min(trip.depart_s - loading_s, latest_s))


def _tightened(problem: Problem, trip: Trip, loading_s: int) -> Trip:
    """Move waiting from the road to the depot: each visit begins as late as the next one allows."""
    visits: list[Visit] = []
    leave_by_s, arrive_s = trip.return_s, trip.return_s
    for visit in reversed(trip.visits):
        leave_by_s -= arrive_s - visit.depart_s  # the drive to what follows
        service_s, slack_s = visit.end_s - visit.start_s, _visit_slack(problem, visit)[1]
        start_s = min(visit.start_s + slack_s, leave_by_s - service_s)
        moved = replace(visit, start_s=start_s, end_s=start_s + service_s, depart_s=start_s + service_s)
        visits.append(moved)
        leave_by_s, arrive_s = start_s, visit.arrive_s
    depart_s = leave_by_s - (arrive_s - trip.depart_s)
    latest_s = _span(problem.place(trip.start).windows, trip.load_start_s)[1]
    load_start_s = max(trip.load_start_s, min(depart_s - loading_s, latest_s))
    return _driven(replace(trip, load_start_s=load_start_s, depart_s=load_start_s + loading_s), trip, visits[::-1])


def _driven(trip: Trip, old: Trip, visits: Sequence[Visit]) -> Trip:
    """Arrive as soon as the drive from the visit before allows; drives last as long as in ``old``."""
    at_s, before_s, done = trip.depart_s, old.depart_s, []
    for visit, was in zip(visits, old.visits, strict=True):
        done.append(replace(visit, arrive_s=at_s + was.arrive_s - before_s))
        at_s, before_s = visit.depart_s, was.depart_s
    return replace(trip, visits=tuple(done), return_s=at_s + old.return_s - before_s)


def _slack(problem: Problem, vehicle_type: str, trip: Trip) -> tuple[int, int, int]:
    """Seconds that the whole trip may be moved earlier and later, and the earliest moment of loading."""
    shift = problem.vehicle_type_of[vehicle_type].shift
    depot_start = _span(problem.place(trip.start).windows, trip.load_start_s)
    depot_end = _span(problem.place(trip.end).windows, trip.return_s)
    carried = {i for v in trip.visits for i in v.deliver} | {i for v in trip.visits for i in v.collect}
    down = [problem.shipment_of[i] for i in carried if problem.shipment_of[i].origin == trip.start]
    up = [problem.shipment_of[i] for i in carried if problem.shipment_of[i].destination == trip.end]
    load_from_s = max(shift.early_s, depot_start[0], *(s.ready_s for s in down), 0)
    earlier_s = min(trip.load_start_s - load_from_s, trip.return_s - depot_end[0])
    later_s = min(
        depot_start[1] - trip.load_start_s,
        min(shift.late_s, depot_end[1], *(s.due_s for s in up), HORIZON_S) - trip.return_s,
    )
    for visit in trip.visits:
        before_s, after_s = _visit_slack(problem, visit)
        earlier_s, later_s = min(earlier_s, before_s), min(later_s, after_s)
    return max(earlier_s, 0), max(later_s, 0), min(load_from_s, trip.load_start_s)


def _visit_slack(problem: Problem, visit: Visit) -> tuple[int, int]:
    """Seconds that the start of this visit alone may be moved earlier and later within its windows."""
    early_s, late_s = _span(problem.place(visit.place).windows, visit.start_s)
    for shipment in _shipments(problem, visit.deliver):
        early_s, late_s = _cut((early_s, late_s), _span(shipment.delivery_windows, visit.start_s))
        late_s = min(late_s, shipment.due_s)
    for shipment in _shipments(problem, visit.collect):
        early_s, late_s = _cut((early_s, late_s), _span(shipment.pickup_windows, visit.start_s))
        early_s = max(early_s, shipment.ready_s)
    handed_over = {*visit.deliver, *visit.collect}
    for lock in problem.locks:
        if lock.window is not None and lock.shipment in handed_over and _binds_here(problem, lock.shipment, visit):
            early_s, late_s = _cut((early_s, late_s), (lock.window.early_s, lock.window.late_s))
    return max(visit.start_s - early_s, 0), max(late_s - visit.start_s, 0)


def _binds_here(problem: Problem, shipment: str, visit: Visit) -> bool:
    """Tell whether a window lock binds here: outside depots, and for a local shipment at its delivery."""
    return shipment in visit.deliver or problem.direction(problem.shipment_of[shipment]) == "up"


def _shipments(problem: Problem, ids: Iterable[str]) -> Iterable[Shipment]:
    return (problem.shipment_of[i] for i in ids)


def _span(windows: Sequence[TimeWindow], at_s: int) -> tuple[int, int]:
    """Return the window that holds ``at_s``; all time when there are none; only ``at_s`` when none holds it."""
    if not windows:
        return 0, HORIZON_S
    holding = [(w.early_s, w.late_s) for w in windows if w.early_s <= at_s <= w.late_s]
    return max(holding, key=lambda w: w[1] - w[0], default=(at_s, at_s))


def _cut(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    return max(first[0], second[0]), min(first[1], second[1])


def _lengths(problem: Problem, profile: str, trip: Trip) -> tuple[int, int]:
    """Metres and driving seconds of the trip."""
    matrix = problem.matrices[profile]
    rows = [problem.index(p) for p in (trip.start, *(v.place for v in trip.visits), trip.end)]
    legs = list(pairwise(rows))
    metres = sum(int(matrix.distance_m[a, b]) for a, b in legs)
    return metres, sum(int(matrix.duration_s[a, b]) for a, b in legs)
