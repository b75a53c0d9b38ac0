"""Turn decisions into times: the solver's one clock.

``schedule_route`` takes one vehicle's trips as drafts (who is visited in which order,
what is handed over) and gives every moment of the day, or None where no timing keeps
the rules. First everything as early as possible, then the first loading as late as the
earliest return allows, so that the fewest hours are paid. Loads, stowage, locks on
vehicles and docks are not looked at here.

All constraints have the form x >= f(y) with f monotone, longest time on board included,
so raising lower bounds until nothing changes gives the least solution, exact even with
several windows a day; the same downwards gives the latest start.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary, ref

from optimizer.model import HORIZON_S
from optimizer.plan import Route, Trip, Visit
from optimizer.rests import needs_rests, place_rests, rest_late
from optimizer.timeline import Run, Timed, Windows, earliest, intersect, latest_load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.model import Shipment, TimeWindow, VehicleType
    from optimizer.problem import Problem

ALWAYS: Windows = ((0, HORIZON_S),)
"""No restriction within the plan's horizon."""

MOST_KNOWN_TRIPS = 20_000
"""Trips whose facts are remembered; then all are forgotten."""

MAX_LATER_STARTS = 8
"""How many later departures are tried where a place with several windows makes the vehicle wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDraft:
    """A visit without times; ``deliver`` and ``collect`` are shipment ids."""

    place: str
    deliver: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TripDraft:
    """A trip without times, from the vehicle's home depot to where its trips end; ``stowage`` as in ``Trip``."""

    visits: tuple[VisitDraft, ...]
    stowage: tuple[tuple[str, str], ...] = ()

    @property
    def shipments(self) -> tuple[str, ...]:
        """Ids of all shipments carried, in order of first mention."""
        return tuple(dict.fromkeys(i for v in self.visits for i in (*v.deliver, *v.collect)))


class Times(NamedTuple):
    """Timing of one route: per trip the loading start, the departures and the service starts.

    ``departs[k]`` has one entry per leg of trip k; ``starts[k]`` one per visit and, last, the return.
    ``work_s`` is ``duration_s`` without the waiting, ``pay_fen`` what the vehicle asks for by the piece.
    """

    loads: tuple[int, ...]
    departs: tuple[tuple[int, ...], ...]
    starts: tuple[tuple[int, ...], ...]
    duration_s: int
    distance_m: int
    work_s: int
    pay_fen: int = 0


def schedule_route(
    problem: Problem,
    vehicle_type: str,
    number: int,
    drafts: Sequence[TripDraft],
    *,
    earliest_loads: Sequence[int] = (),
    fixed_loads: Sequence[int | None] = (),
) -> Route | None:
    """Return the route with all its times, or None when no timing keeps the rules.

    Parameters
    ----------
    earliest_loads
        Earliest loading start of each trip; empty means none.
    fixed_loads
        Loading start of each trip, already decided (by whoever shares out the docks); None or empty means free.

    Notes
    -----
    O(visits) where no rest and no limit on time on board binds.
    """
    times = time_route(problem, vehicle_type, drafts, earliest_loads=earliest_loads, fixed_loads=fixed_loads)
    if times is None:
        return None

    clock = _clock(problem)
    trips = []
    for k, draft in enumerate(drafts):
        moments = Timed(times.loads[k], times.departs[k], times.starts[k])
        trips.append(_timed_trip(clock, vehicle_type, draft, moments))
    return Route(vehicle_type=vehicle_type, number=number, trips=tuple(trips))


def time_route(
    problem: Problem,
    vehicle_type: str,
    drafts: Sequence[TripDraft],
    *,
    earliest_loads: Sequence[int] = (),
    fixed_loads: Sequence[int | None] = (),
) -> Times | None:
    """Return only the times, for those who evaluate many drafts; None when no timing keeps the rules."""
    kind = problem.vehicle_type_of[vehicle_type]
    times = _timed_day(problem, kind, drafts, earliest_loads, fixed_loads)
    if times is None or not (kind.piece_fen or kind.min_pay_fen):
        return times
    return times._replace(pay_fen=kind.pay_fen(sum(problem.shipment_of[i].pieces for d in drafts for i in d.shipments)))


def _timed_day(
    problem: Problem,
    kind: VehicleType,
    drafts: Sequence[TripDraft],
    earliest_loads: Sequence[int],
    fixed_loads: Sequence[int | None],
) -> Times | None:
    clock = _clock(problem)
    if not drafts or (kind.max_trips is not None and len(drafts) > kind.max_trips):
        return None
    runs, distance_m = clock.runs(kind, drafts, earliest_loads, fixed_loads)
    if runs is None or (kind.range_m is not None and distance_m > kind.range_m):
        return None
    rule = kind.driving_rule
    if rule is not None and needs_rests(runs, rule):
        if _shortest_day(runs, kind, distance_m) is None:  # rests only make it longer
            return None
        times = _shortest_day(runs, kind, distance_m) if place_rests(runs, rule) else None
        if times is not None or not any(run.limits for run in runs):
            return times
        runs, _ = clock.runs(kind, drafts, earliest_loads, fixed_loads)
        if runs is None or not rest_late(runs, rule):
            return None
    return _shortest_day(runs, kind, distance_m)


def draft_of(trip: Trip) -> TripDraft:
    """Return the decisions of a timed trip."""
    visits = tuple(VisitDraft(place=v.place, deliver=v.deliver, collect=v.collect) for v in trip.visits)
    return TripDraft(visits=visits, stowage=trip.stowage)


def _shortest_day(runs: list[Run], kind: VehicleType, distance_m: int) -> Times | None:
    """Earliest return, latest start; then later returns while waiting at split windows can shrink."""
    work = sum(run.work_s for run in runs)
    is_split = any(run.is_split for run in runs)
    best: tuple[int, int] | None = None  # duration, load start
    low = 0
    for _ in range(MAX_LATER_STARTS if is_split else 1):
        ends = _return_after(runs, low)
        if ends is None:
            break
        load = max(low, _latest_start(runs, ends))
        if best is None or ends - load < best[0]:
            best = (ends - load, load)
        if ends - load <= work:
            break
        low = load + 1
    if best is None or best[0] > kind.regular_s + kind.max_overtime_s:
        return None
    return _times(runs, best[1], distance_m, work)


def _return_after(runs: list[Run], low: int) -> int | None:
    """Earliest return of the last trip when the first loading starts at ``low`` or later."""
    now = low
    for run in runs:
        timed = earliest(run, now)
        if timed is None:
            return None
        now = timed.starts[-1]
    return now


def _latest_start(runs: list[Run], high: int) -> int:
    """Latest start of the first loading with the last return at ``high`` or before."""
    for run in reversed(runs):
        load = latest_load(run, high)
        if load < 0:
            return -1
        high = load - run.idle_s
    return load


def _times(runs: list[Run], load: int, distance_m: int, work_s: int) -> Times | None:
    now, timed = load, []
    for run in runs:
        trip = earliest(run, now)
        if trip is None:
            return None
        timed.append(trip)
        now = trip.starts[-1]
    loads = tuple(t.load for t in timed)
    departs, starts = tuple(t.departs for t in timed), tuple(t.starts for t in timed)
    return Times(loads, departs, starts, now - loads[0], distance_m, work_s)


def _timed_trip(clock: _Clock, vehicle_type: str, draft: TripDraft, times: Timed) -> Trip:
    kind, travel = clock.problem.vehicle_type_of[vehicle_type], clock.travel(vehicle_type, draft)
    departs = [*times.departs[:-1], times.starts[-1] - travel[-1]]  # nobody waits before a closed depot
    visits = []
    for i, visit in enumerate(draft.visits):
        visits.append(
            Visit(
                place=visit.place,
                arrive_s=departs[i] + travel[i],
                start_s=times.starts[i],
                end_s=times.starts[i] + clock.visit(kind, visit).service_s,
                depart_s=departs[i + 1],
                deliver=visit.deliver,
                collect=visit.collect,
            )
        )
    return Trip(
        start=kind.depot,
        end=kind.last_place,
        load_start_s=times.load,
        depart_s=departs[0],
        return_s=times.starts[-1],
        visits=tuple(visits),
        stowage=draft.stowage,
    )


class _VisitFacts(NamedTuple):
    row: int
    windows: Windows
    service_s: int
    ready_s: int  # of goods loaded at the depot for this visit
    due_s: int  # at the depot, of goods collected here
    limited: tuple[str, ...]  # shipments with a longest time on board


class _TripFacts(NamedTuple):
    loading: Windows
    travel: list[int]
    windows: list[Windows]
    service: list[int]
    limits: list[tuple[int, int, int]]
    distance_m: int


class _Clock:
    """What timing needs of one problem, looked up once."""

    def __init__(self, problem: Problem) -> None:
        self._problem = ref(problem)  # a strong one would keep the problem, and so the clock, for good
        self.seconds = {key: m.duration_s.data for key, m in problem.matrices.items()}
        self.metres = {key: m.distance_m.data for key, m in problem.matrices.items()}
        self.lock_windows: dict[str, list[TimeWindow]] = {}
        for lock in problem.locks:
            if lock.window is not None:
                self.lock_windows.setdefault(lock.shipment, []).append(lock.window)
        self._visits: dict[tuple[str, str, VisitDraft], _VisitFacts] = {}
        self._trips: dict[tuple[str, TripDraft], _TripFacts | None] = {}

    @property
    def problem(self) -> Problem:
        problem = self._problem()
        if problem is None:
            raise ReferenceError("the problem of this clock is gone")
        return problem

    def visit(self, kind: VehicleType, visit: VisitDraft) -> _VisitFacts:
        key = (kind.depot, kind.end, visit)
        facts = self._visits.get(key)
        if facts is None:
            facts = self._visits[key] = self._visit_facts(kind, visit)
        return facts

    def travel(self, vehicle_type: str, draft: TripDraft) -> list[int]:
        kind = self.problem.vehicle_type_of[vehicle_type]
        seconds, index = self.seconds[kind.profile], self.problem.index
        rows = [index(kind.depot), *(index(v.place) for v in draft.visits), index(kind.last_place)]
        return [seconds[a, b] for a, b in pairwise(rows)]

    def runs(
        self, kind: VehicleType, drafts: Sequence[TripDraft], lows: Sequence[int], fixed: Sequence[int | None]
    ) -> tuple[list[Run] | None, int]:
        """Return the runs of the day and their metres; None where a leg or a window cannot be."""
        pauses = cleaning_pauses(self.problem, kind, drafts)
        loading_s = self.problem.depot_of[kind.depot].loading_s
        out, distance_m = [], 0
        for k, draft in enumerate(drafts):
            facts = self._trip(kind, draft)
            if facts is None:
                return None, 0
            loading, low = facts.loading, lows[k] if k < len(lows) else 0
            moment = fixed[k] if fixed else None
            if low or moment is not None:
                loading = intersect(loading, ((low, HORIZON_S),) if moment is None else ((moment, moment),))
                if not loading:
                    return None, 0
            distance_m += facts.distance_m
            run = Run(
                loading=loading,
                loading_s=loading_s,
                idle_s=pauses[k],
                travel=facts.travel,
                windows=facts.windows,
                service=facts.service,
                limits=facts.limits,
            )
            out.append(run)
        return out, distance_m

    def _trip(self, kind: VehicleType, draft: TripDraft) -> _TripFacts | None:
        key = (kind.id, draft)
        if key not in self._trips:
            if len(self._trips) >= MOST_KNOWN_TRIPS:
                self._trips.clear()
            self._trips[key] = self._trip_facts(kind, draft)
        return self._trips[key]

    def _trip_facts(self, kind: VehicleType, draft: TripDraft) -> _TripFacts | None:
        opening = _as_windows(self.problem.place(kind.depot).windows)
        closing = opening if not kind.end else _as_windows(self.problem.place(kind.end).windows)
        home, end = self.problem.index(kind.depot), self.problem.index(kind.last_place)
        seconds, metres = self.seconds[kind.profile], self.metres[kind.profile]
        facts = [self.visit(kind, v) for v in draft.visits]
        legs = list(pairwise([home, *(f.row for f in facts), end]))
        distance_m = sum(metres[a, b] for a, b in legs)
        travel = [seconds[a, b] for a, b in legs]
        ready, due = self._bounds(kind, draft, facts)
        loading = intersect(opening, ((max(kind.shift.early_s, ready), HORIZON_S),))
        due = min(kind.shift.late_s, HORIZON_S, due)
        windows = [*(f.windows for f in facts), intersect(closing, ((0, due),))]
        if min(travel) < 0 or not loading or not all(windows):
            return None
        if kind.trip_range_m is not None and distance_m > kind.trip_range_m:
            return None
        return _TripFacts(
            loading=loading,
            travel=travel,
            windows=windows,
            service=[*(f.service_s for f in facts), 0],
            limits=self._limits(draft) if any(f.limited for f in facts) else [],
            distance_m=distance_m,
        )

    def _bounds(self, kind: VehicleType, draft: TripDraft, facts: Sequence[_VisitFacts]) -> tuple[int, int]:
        """Return when what is loaded at the start is ready, and when what is handed over at the end is due."""
        if not any(v.place in {kind.depot, kind.last_place} for v in draft.visits):
            return max((f.ready_s for f in facts), default=0), min((f.due_s for f in facts), default=HORIZON_S)
        shipment_of = self.problem.shipment_of
        delivered = {i for v in draft.visits for i in v.deliver}
        collected = {i for v in draft.visits for i in v.collect}
        ready = max((shipment_of[i].ready_s for i in delivered - collected), default=0)
        return ready, min((shipment_of[i].due_s for i in collected - delivered), default=HORIZON_S)

    def _visit_facts(self, kind: VehicleType, visit: VisitDraft) -> _VisitFacts:
        shipment_of, place = self.problem.shipment_of, self.problem.place(visit.place)
        delivered = [shipment_of[i] for i in visit.deliver]
        collected = [shipment_of[i] for i in visit.collect]
        windows = _as_windows(place.windows)
        for s in delivered:
            windows = intersect(intersect(windows, _as_windows(s.delivery_windows)), ((0, s.due_s),))
        for s in collected:
            windows = intersect(intersect(windows, _as_windows(s.pickup_windows)), ((s.ready_s, HORIZON_S),))
        for s in (*delivered, *(s for s in collected if self.problem.direction(s) != "local")):
            for window in self.lock_windows.get(s.id, ()):
                windows = intersect(windows, ((window.early_s, window.late_s),))
        return _VisitFacts(
            row=self.problem.index(visit.place),
            windows=windows,
            service_s=place.visit_s + sum(s.service_s for s in (*delivered, *collected)),
            ready_s=max((s.ready_s for s in delivered if s.origin == kind.depot), default=0),
            due_s=min((s.due_s for s in collected if s.destination == kind.last_place), default=HORIZON_S),
            limited=tuple(s.id for s in (*delivered, *collected) if s.max_on_board_s is not None),
        )

    def _limits(self, draft: TripDraft) -> list[tuple[int, int, int]]:
        """Return (leg whose departure starts the clock, node whose start stops it, seconds) of limited shipments."""
        loaded: dict[str, int] = {}
        handed: dict[str, int] = {}
        for i, visit in enumerate(draft.visits):
            loaded.update(dict.fromkeys(visit.collect, i + 1))
            handed.update(dict.fromkeys(visit.deliver, i))
        out = []
        for shipment_id in draft.shipments:
            limit = self.problem.shipment_of[shipment_id].max_on_board_s
            if limit is not None:
                out.append((loaded.get(shipment_id, 0), handed.get(shipment_id, len(draft.visits)), limit))
        return out


_CLOCKS: WeakKeyDictionary[Problem, _Clock] = WeakKeyDictionary()


def _clock(problem: Problem) -> _Clock:
    clock = _CLOCKS.get(problem)
    if clock is None:
        clock = _CLOCKS[problem] = _Clock(problem)
    return clock


def _as_windows(windows: tuple[TimeWindow, ...]) -> Windows:
    """Sorted and joined, so that neighbours that touch count as one."""
    joined: list[tuple[int, int]] = []
    for w in sorted(windows, key=lambda w: w.early_s):
        if joined and w.early_s <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], w.late_s))
        else:
            joined.append((w.early_s, w.late_s))
    return tuple(joined) or ALWAYS


def cleaning_pauses(problem: Problem, kind: VehicleType, drafts: Sequence[TripDraft]) -> list[int]:
    """Return the seconds of cleaning before each trip; cleanings for several goods add up."""
    if not problem.cleanings:
        return [0] * len(drafts)
    sealed = {c.id for c in kind.compartments if c.sealed}
    only_sealed = all(c.sealed for c in kind.compartments)
    dirty: set[str] = set()
    pauses = []
    for draft in drafts:
        lies_in = dict(draft.stowage)
        goods: list[Shipment] = [problem.shipment_of[i] for i in draft.shipments]
        carried = {s.commodity for s in goods}
        due = [c for c in problem.cleanings if c.after in dirty and c.before in carried]
        pauses.append(sum(c.duration_s for c in due))
        dirty -= {c.after for c in due}
        dirty |= {s.commodity for s in goods if not only_sealed and lies_in.get(s.id) not in sealed}
    return pauses
