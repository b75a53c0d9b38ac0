"""Insert shipments into a day at the cheapest place that all rules allow.

Positions are ranked by the detour alone, then the best of them are tried under the
full rules. Goods for one place go together where they can, else one by one.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from optimizer.bundles import Bundle, carriers, fleet_units, make_bundles
from optimizer.schedule import TripDraft, VisitDraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.daybook import DayBook, Unit
    from optimizer.model import Shipment
    from optimizer.schedule import Times

TRIES = 60
"""Positions looked at in full for one bundle before only idle vehicles are left to try."""

TRIES_PER_VEHICLE = 5
"""Positions tried on one vehicle; where the cheapest fail, the others seldom do better."""

ENOUGH = 3
"""Feasible positions among which the cheapest is taken; more seldom pays."""


class _Position(NamedTuple):
    """Where a visit could go: trip index (one past the last: a new trip) and visit index; -1 opens a new trip."""

    detour_fen: float
    unit: Unit
    trip: int
    visit: int
    joins: bool  # the visit there
    detour_s: int


class _Ways:
    """Detours of one vehicle type between matrix rows, in fen and seconds."""

    def __init__(self, book: DayBook, type_id: str) -> None:
        kind = book.problem.vehicle_type_of[type_id]
        matrix = book.problem.matrices[kind.profile]
        self._seconds, self._metres = matrix.duration_s.data, matrix.distance_m.data
        self._per_m, self._per_s = kind.distance_fen_per_km / 1_000, kind.time_fen_per_h / 3_600

    def round(self, home: int, row: int, end: int) -> tuple[float, int]:
        """Return what a trip to ``row`` alone takes; infinity where there is no path."""
        fen, seconds = self.detour(home, row, end)
        straight_s, straight_m = max(0, self._seconds[home, end]), max(0, self._metres[home, end])
        return fen + straight_m * self._per_m + straight_s * self._per_s, seconds + straight_s

    def detour(self, a: int, row: int, b: int) -> tuple[float, int]:
        """Return what calling at ``row`` between ``a`` and ``b`` adds; infinity where there is no path."""
        seconds, metres = self._seconds, self._metres
        there, back, straight = seconds[a, row], seconds[row, b], seconds[a, b]
        if there < 0 or back < 0:
            return float("inf"), 0
        more_s = there + back - max(0, straight)
        more_m = metres[a, row] + metres[row, b] - max(0, metres[a, b])
        return more_m * self._per_m + more_s * self._per_s, more_s


def insert_missing(book: DayBook) -> None:
    """Insert what ``book`` does not carry yet, where it saves more than it costs.

    Goods that few vehicles may carry go first, then the farthest. O(m n) rankings of
    positions for m bundles, a few of them tried in full.
    """
    problem = book.problem
    missing = [s for s in problem.shipments if s.id not in book.served]
    if not missing:
        return
    units = fleet_units(problem)
    ways = {v.id: _Ways(book, v.id) for v in problem.vehicle_types}
    jobs: list[tuple[tuple[float, float], Bundle | Shipment]] = [
        ((len(b.units), -_far(ways, book, b.depot, b.place)), b) for b in make_bundles(problem, missing, is_coarse=True)
    ]
    bundled = {i for _, job in jobs if isinstance(job, Bundle) for i in job.shipments}
    jobs += [((len(units) + 1, 0.0), s) for s in missing if s.id not in bundled]
    for _, job in sorted(jobs, key=lambda job: job[0]):
        if isinstance(job, Bundle):
            visit = VisitDraft(place=job.place, deliver=job.deliver, collect=job.collect)
            _insert_bundle(book, ways, job.units, visit)
            for shipment in (problem.shipment_of[i] for i in job.shipments if i not in book.served):
                _insert_local(book, ways, carriers(problem, shipment, units) - job.units, shipment)
        else:
            _insert_local(book, ways, carriers(problem, job, units), job)


def _far(ways: dict[str, _Ways], book: DayBook, depot: str, place: str) -> float:
    a, b = book.problem.index(depot), book.problem.index(place)
    return max(w.detour(a, b, a)[0] for w in ways.values())


def _insert_bundle(book: DayBook, ways: dict[str, _Ways], units: frozenset[Unit], visit: VisitDraft) -> None:
    """Insert a visit whole; where that fails, each of its shipments by itself."""
    if _insert(book, ways, units, visit) or len(visit.deliver) + len(visit.collect) == 1:
        return
    for i in visit.deliver:
        _insert(book, ways, units, VisitDraft(place=visit.place, deliver=(i,)))
    for i in visit.collect:
        _insert(book, ways, units, VisitDraft(place=visit.place, collect=(i,)))


def _insert(book: DayBook, ways: dict[str, _Ways], units: frozenset[Unit], visit: VisitDraft) -> bool:
    goods = [book.problem.shipment_of[i] for i in (*visit.deliver, *visit.collect)]
    if not book.has_shelf(goods):
        return False
    worth = sum(s.penalty_fen - s.handling_fen for s in goods)
    handling_s = sum(s.service_s for s in goods)
    found: list[tuple[int, Unit, tuple[list[TripDraft], Times]]] = []
    tries: Counter[Unit] = Counter()
    for position in sorted(_positions(book, ways, units, visit)):
        if position.detour_fen >= worth or len(found) == ENOUGH:
            break
        is_idle = position.unit not in book.trips
        if not is_idle and (tries[position.unit] == TRIES_PER_VEHICLE or tries.total() >= TRIES):
            continue
        if _is_too_long(book, position, visit, handling_s):
            continue
        tries[position.unit] += 1
        trips = _with_visit(book.trips.get(position.unit, []), position, visit)
        _weigh(book, position.unit, trips, worth, found)
    return _take_best(book, found)


def _is_too_long(book: DayBook, at: _Position, visit: VisitDraft, handling_s: int) -> bool:
    """Tell from the hours of work alone that the day would be too long."""
    if at.unit not in book.trips:
        return False
    kind = book.problem.vehicle_type_of[at.unit[0]]
    visit_s = 0 if at.joins else book.problem.place(visit.place).visit_s
    work_s = book.times[at.unit].work_s + at.detour_s + visit_s + handling_s
    return work_s > kind.regular_s + kind.max_overtime_s


def _total(book: DayBook, ids: Sequence[str]) -> list[int]:
    loads = [book.problem.shipment_of[i].load for i in ids]
    return [sum(load[d] for load in loads) for d in range(len(book.problem.load_dimensions))]


def _has_room(book: DayBook, unit: Unit, trip: int, down: Sequence[int], up: Sequence[int]) -> bool:
    """Tell from sums alone whether a trip might take more: all deliveries leave with it, all else comes back."""
    old_down, old_up = book.sums(unit, trip)
    for d, room in enumerate(book.problem.vehicle_type_of[unit[0]].capacity):
        if (down[d] and old_down[d] + down[d] > room) or (up[d] and old_up[d] + up[d] > room):
            return False
    return True


def _weigh(
    book: DayBook,
    unit: Unit,
    trips: list[TripDraft],
    worth: int,
    found: list[tuple[int, Unit, tuple[list[TripDraft], Times]]],
) -> None:
    done = book.tried(unit, trips)
    if done is None:
        return
    before = book.cost_fen(unit, book.times[unit]) if unit in book.times else 0
    more = book.cost_fen(unit, done[1]) - before
    if more < worth:
        found.append((more, unit, done))


def _take_best(book: DayBook, found: list[tuple[int, Unit, tuple[list[TripDraft], Times]]]) -> bool:
    if not found:
        return False
    _, unit, done = min(found, key=lambda f: f[:2])
    book.put(unit, *done)
    return True


def _candidates(book: DayBook, units: frozenset[Unit]) -> Iterator[Unit]:
    """Yield vehicles on the road that may carry it, and the first idle one of each kind."""
    for type_id, number in sorted(units):
        if number:
            yield type_id, number
            continue
        yield from (u for u in sorted(book.trips) if u[0] == type_id and not book.is_named(u))
        idle = book.free_number(type_id)
        if idle <= book.problem.vehicle_type_of[type_id].count:
            yield type_id, idle


def _positions(book: DayBook, ways: dict[str, _Ways], units: frozenset[Unit], visit: VisitDraft) -> Iterator[_Position]:
    """Yield the two best positions of each trip, visits to join, and new trips."""
    index, row = book.problem.index, book.problem.index(visit.place)
    down, up = (_total(book, ids) for ids in (visit.deliver, visit.collect))
    for unit in _candidates(book, units):
        kind, detour = book.problem.vehicle_type_of[unit[0]], ways[unit[0]].detour
        home, end = index(kind.depot), index(kind.last_place)
        trips = book.trips.get(unit, [])
        for t, trip in enumerate(trips):
            if not _has_room(book, unit, t, down, up):
                continue
            rows = [home, *(index(v.place) for v in trip.visits), end]
            costs = [(*detour(a, row, b), v) for v, (a, b) in enumerate(pairwise(rows))]
            yield from (_Position(0.0, unit, t, v, True, 0) for v, r in enumerate(rows[1:-1]) if r == row)
            yield from (_Position(fen, unit, t, v, False, s) for fen, s, v in heapq.nsmallest(2, costs))
        if len(trips) < (kind.max_trips or len(trips) + 1):
            loading_s = book.problem.depot_of[kind.depot].loading_s
            fen, seconds = ways[unit[0]].round(home, row, end)
            fen += loading_s * kind.time_fen_per_h / 3_600 + (0 if trips else kind.fixed_fen + kind.min_pay_fen)
            yield from (_Position(fen, unit, t, -1, False, seconds + loading_s) for t in range(len(trips) + 1))


def _with_visit(trips: list[TripDraft], at: _Position, visit: VisitDraft) -> list[TripDraft]:
    if at.visit < 0:
        return [*trips[: at.trip], TripDraft(visits=(visit,)), *trips[at.trip :]]
    visits = list(trips[at.trip].visits)
    if at.joins:
        old = visits[at.visit]
        visits[at.visit] = replace(old, deliver=old.deliver + visit.deliver, collect=old.collect + visit.collect)
    else:
        visits.insert(at.visit, visit)
    return [*trips[: at.trip], TripDraft(visits=tuple(visits)), *trips[at.trip + 1 :]]


def _insert_local(book: DayBook, ways: dict[str, _Ways], units: frozenset[Unit], shipment: Shipment) -> bool:
    """Insert both ends of a shipment into one trip, the detours ranked as a sum.

    So goes a local shipment, and any other with a vehicle to which its depots are places like others.
    """
    if not book.has_shelf([shipment]):
        return False
    worth = shipment.penalty_fen - shipment.handling_fen
    pick = VisitDraft(place=shipment.origin, collect=(shipment.id,))
    drop = VisitDraft(place=shipment.destination, deliver=(shipment.id,))
    found: list[tuple[int, Unit, tuple[list[TripDraft], Times]]] = []
    pairs = heapq.nsmallest(TRIES, _pairs(book, ways, units, pick, drop), key=lambda p: p[:3])
    for _, _, _, unit, trips in pairs:
        if len(found) == ENOUGH:
            break
        _weigh(book, unit, trips, worth, found)
    return _take_best(book, found)


def _pairs(
    book: DayBook, ways: dict[str, _Ways], units: frozenset[Unit], pick: VisitDraft, drop: VisitDraft
) -> Iterable[tuple[float, int, int, Unit, list[TripDraft]]]:
    """Yield (detour, rank, rank, unit, trips with both ends): the delivery anywhere after each good collection."""
    index = book.problem.index
    firsts = heapq.nsmallest(TRIES // 4, _positions(book, ways, units, pick))
    for a, first in enumerate(firsts):
        trips = _with_visit(book.trips.get(first.unit, []), first, pick)
        visits = trips[first.trip].visits
        end = index(book.problem.vehicle_type_of[first.unit[0]].last_place)
        rows = [index(v.place) for v in visits] + [end]
        for v in range(max(first.visit, 0), len(visits)):
            fen, seconds = ways[first.unit[0]].detour(rows[v], index(drop.place), rows[v + 1])
            after = _Position(fen, first.unit, first.trip, v + 1, False, seconds)
            yield first.detour_fen + fen, a, v, first.unit, _with_visit(trips, after, drop)
