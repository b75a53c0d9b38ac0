"""A plan as a list of steps that can be driven again: what is kept of its times, and what follows from the day.

What the plan's people keep: the order of everything, the hour at which a loading begins (never earlier, later if it
must be), rests, and waits that no window explains. All other moments follow from the step before: *depart when
ready, keep the sequence*. On a day on which every leg takes what the matrix says, the plan's own times come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.model import HORIZON_S
from optimizer.schedule import cleaning_pauses, draft_of
from optimizer.timeline import intersect, next_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from optimizer.model import DrivingRule, Lock, TimeWindow, VehicleType
    from optimizer.plan import Plan, Route, Trip, Visit
    from optimizer.problem import Problem
    from optimizer.stress.disturbance import LegKey
    from optimizer.timeline import Windows

ALWAYS: Windows = ((0, HORIZON_S),)
"""No restriction within the plan's horizon."""


class Pause(NamedTuple):
    """What is kept of a planned pause: at least ``rest_s``, and not over before ``until_s``."""

    rest_s: int = 0
    until_s: int = 0


NO_PAUSE = Pause()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A loading, a visit or a return of one vehicle.

    ``leg`` leads here and takes ``travel_s`` (a loading has none). Work begins within ``windows`` or, where these
    are over, within ``opening``; it takes ``work_s``. ``before`` is the pause between arriving and work, in which
    ``cleaning_s`` come first, ``after`` the one between work and leaving. ``ready_s``: work never begins before,
    however early people come. ``takes`` and ``hands``: what is loaded or collected, and what is handed over (shipments,
    or legs of them). ``planned_s``: when the plan has the work begin.
    """

    kind: str
    place: str
    planned_s: int
    leg: LegKey | None = None
    travel_s: int = 0
    windows: Windows = ALWAYS
    opening: Windows = ALWAYS
    work_s: int = 0
    cleaning_s: int = 0
    before: Pause = NO_PAUSE
    after: Pause = NO_PAUSE
    ready_s: int = 0
    takes: tuple[str, ...] = ()
    hands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrivenStep:
    """What happened at one step on each day; all arrays are (days,).

    ``arrive_s`` <= ``start_s`` <= ``end_s`` <= ``depart_s``; of a return all four but ``arrive_s`` are one moment.
    ``is_closed``: the place had closed for the day, nothing was handed over.
    """

    step: Step
    arrive_s: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray
    depart_s: np.ndarray
    is_closed: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySteps:
    """One vehicle's day: its steps in order, and how long it drives in all."""

    route: Route
    kind: VehicleType
    steps: tuple[Step, ...]

    @property
    def driving_s(self) -> int:
        """Seconds of driving, as planned."""
        return sum(step.travel_s for step in self.steps)


def steps_of(problem: Problem, plan: Plan) -> tuple[DaySteps, ...]:
    """Return the days of all vehicles that drive; legs take what ``problem`` says, pauses are those of ``plan``.

    Every leg of ``plan`` must have a path. O(visits + shipments).
    """
    return tuple(_Maker(problem, route).made() for route in plan.routes if route.trips)


class _Maker:
    """Makes the steps of one vehicle's day."""

    def __init__(self, problem: Problem, route: Route) -> None:
        self.problem, self.route = problem, route
        self.kind = problem.vehicle_type_of[route.vehicle_type]
        self.seconds = problem.matrices[self.kind.profile].duration_s
        self.rest = _binding_rest(self.kind.driving_rule, self._driving_s())
        self.locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            self.locks.setdefault(lock.shipment, []).append(lock)

    def made(self) -> DaySteps:
        trips = self.route.trips
        cleanings = cleaning_pauses(self.problem, self.kind, [draft_of(trip) for trip in trips])
        steps: list[Step] = []
        for k, trip in enumerate(trips):
            free_s = trips[k - 1].return_s if k else trip.load_start_s
            steps += self._trip(trip, free_s, min(cleanings[k], trip.load_start_s - free_s))
        return DaySteps(route=self.route, kind=self.kind, steps=tuple(steps))

    def _driving_s(self) -> int:
        return sum(
            int(self.seconds[self.problem.index(a), self.problem.index(b)])
            for trip in self.route.trips
            for a, b in _legs(trip)
        )

    def _trip(self, trip: Trip, free_s: int, cleaning_s: int) -> Iterator[Step]:
        yield self._loading(trip, free_s, cleaning_s)
        at, delivered = trip.start, {i for v in trip.visits for i in v.deliver}
        for visit in trip.visits:
            yield self._visit(visit, at)
            at = visit.place
        yield Step(
            kind="return",
            place=trip.end,
            planned_s=trip.return_s,
            leg=(self.kind.profile, at, trip.end),
            travel_s=self._travel_s(at, trip.end),
            windows=as_windows(self.problem.place(trip.end).windows),
            hands=tuple(i for v in trip.visits for i in v.collect if i not in delivered),
        )

    def _loading(self, trip: Trip, free_s: int, cleaning_s: int) -> Step:
        collected = {i for v in trip.visits for i in v.collect}
        goods = tuple(i for v in trip.visits for i in v.deliver if i not in collected)
        ready_s = max((self.problem.shipment_of[i].ready_s for i in goods), default=0)
        loading_s = self.problem.depot_of[trip.start].loading_s
        idle_s = trip.load_start_s - free_s - cleaning_s
        return Step(
            kind="loading",
            place=trip.start,
            planned_s=trip.load_start_s,
            windows=as_windows(self.problem.place(trip.start).windows),
            work_s=loading_s,
            cleaning_s=cleaning_s,
            before=Pause(self._rest_in(idle_s), trip.load_start_s),
            after=self._pause(trip.load_start_s + loading_s, trip.depart_s),
            ready_s=max(ready_s, self.kind.shift.early_s),
            takes=goods,
        )

    def _visit(self, visit: Visit, at: str) -> Step:
        place = self.problem.place(visit.place)
        opening = as_windows(place.windows)
        windows = self._goods_windows(visit, opening) or opening
        rest_s = self._rest_in(visit.start_s - visit.arrive_s)
        is_explained = next_in(windows, visit.arrive_s + rest_s) >= visit.start_s
        return Step(
            kind="visit",
            place=visit.place,
            planned_s=visit.start_s,
            leg=(self.kind.profile, at, visit.place),
            travel_s=self._travel_s(at, visit.place),
            windows=windows,
            opening=opening,
            work_s=visit.end_s - visit.start_s,
            before=Pause(rest_s, 0 if is_explained else visit.start_s),
            after=self._pause(visit.end_s, visit.depart_s),
            takes=visit.collect,
            hands=visit.deliver,
        )

    def _goods_windows(self, visit: Visit, opening: Windows) -> Windows:
        """Return when all goods of a visit may be handed over, but for their due times: who is late hands over late."""
        shipment_of, windows = self.problem.shipment_of, opening
        for i in visit.deliver:
            windows = intersect(windows, as_windows(shipment_of[i].delivery_windows))
        for i in visit.collect:
            windows = intersect(windows, as_windows(shipment_of[i].pickup_windows))
            windows = intersect(windows, ((shipment_of[i].ready_s, HORIZON_S),))
        for i in (*visit.deliver, *visit.collect):
            for lock in self.locks.get(i, ()):
                if lock.window is not None and lock.window.early_s <= visit.start_s:
                    windows = intersect(windows, ((lock.window.early_s, HORIZON_S),))
        return windows

    def _travel_s(self, origin: str, destination: str) -> int:
        return int(self.seconds[self.problem.index(origin), self.problem.index(destination)])

    def _rest_in(self, pause_s: int) -> int:
        """Return the rest that a planned pause stands for, 0 for none."""
        return self.rest if self.rest and pause_s >= self.rest else 0

    def _pause(self, end_s: int, leave_s: int) -> Pause:
        rest_s = self._rest_in(leave_s - end_s)
        return Pause(rest_s, leave_s if leave_s > end_s + rest_s else 0)


def as_windows(windows: Sequence[TimeWindow]) -> Windows:
    """Return windows in order, as the time line has them; none at all means always."""
    return tuple(sorted((w.early_s, w.late_s) for w in windows)) or ALWAYS


def _binding_rest(rule: DrivingRule | None, driving_s: int) -> int:
    """Return how long a rest is, 0 where the day has so little driving that it needs none."""
    return rule.rest_s if rule is not None and driving_s > rule.max_driving_s else 0


def _legs(trip: Trip) -> Iterator[tuple[str, str]]:
    at = trip.start
    for place in (*(v.place for v in trip.visits), trip.end):
        yield at, place
        at = place
