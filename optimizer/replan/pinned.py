"""The problem of the rest of a day: what has been driven is pinned to its vehicle and moment, the rest is free.

The whole day stays in the problem, so that hours, rests and costs come out right. Handovers that stand
are locked to their vehicle and second; goods on board to their vehicle, until it would have been
home; all else is ready from now on at the earliest, and depots load from now on, or when
they did. A vehicle that broke down, or that drove a road before it was closed, becomes a type of its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.model import HORIZON_S, Lock, TimeWindow
from optimizer.problem import Matrix, Problem
from optimizer.repair import without
from optimizer.replan.standing import standing
from optimizer.schedule import TripDraft, draft_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.daybook import Unit
    from optimizer.model import Place, Shipment, VehicleType
    from optimizer.plan import Plan, Trip
    from optimizer.replan.standing import Begun, Situation, Standing

PINNED_FEN = 100_000_000
"""Penalty of leaving out what stands; it is never really left."""


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """The rest of a day as a problem, and the way back.

    ``problem`` is for the solver. ``judged`` is the same with true penalties and hours: every plan that
    comes back is judged by it. ``drafts``: the old plan in it, as far as it can stand.
    ``unit_of``: its vehicles by their true names; ``begun``: what stands of each.
    ``driven``: legs by profile that only the past may use.
    """

    problem: Problem
    judged: Problem
    drafts: Mapping[Unit, list[TripDraft]]
    unit_of: Mapping[Unit, Unit]
    begun: Mapping[Unit, tuple[Begun, ...]]
    now_s: int
    broken_at_s: Mapping[Unit, int] = field(default_factory=dict)
    driven: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)


def pin(before: Problem, after: Problem, plan: Plan, situation: Situation) -> Pinned:
    """Return the problem of the rest of the day.

    Parameters
    ----------
    before
        What ``plan`` was made for, and without violations.
    after
        The same fleet and places with other shipments or matrices; what ``begun_shipments`` names is unchanged in it.
    """
    days = standing(plan, situation)
    fleet = _Fleet(before, after, days, situation)
    goods = _Goods(after, days, situation)
    shipments = tuple(goods.pinned(s) for s in after.shipments)
    places = tuple(_reopened(p, after, days, situation, fleet) for p in after.places)
    judged = replace(
        after,
        places=places,
        vehicle_types=fleet.types(is_strict=False),
        shipments=shipments,
        matrices=fleet.matrices,
        locks=tuple(fleet.renamed(lock) for lock in goods.locks()),
    )
    dear = (replace(s, penalty_fen=PINNED_FEN) if s.id in goods.stands else s for s in shipments)
    problem = replace(judged, vehicle_types=fleet.types(is_strict=True), shipments=tuple(dear))
    true_name = {new: old for old, new in fleet.name_of.items()}
    return Pinned(
        problem=problem,
        judged=judged,
        drafts={fleet.name_of[unit]: _drafts(after, day) for unit, day in days.items() if unit in fleet.name_of},
        unit_of=true_name,
        begun={fleet.name_of[unit]: day.begun for unit, day in days.items() if unit in fleet.name_of},
        now_s=situation.now_s,
        broken_at_s={
            fleet.name_of[unit]: day.broken_at_s
            for unit, day in days.items()
            if day.broken_at_s is not None and unit in fleet.name_of
        },
        driven=fleet.driven,
    )


def _drafts(after: Problem, day: Standing) -> list[TripDraft]:
    """Return the day's trips without what is cancelled; of a broken vehicle only what stands."""
    drafts = []
    for begun in day.begun:
        lost = {i for i in begun.trip.shipments if i not in begun.handed} if day.broken_at_s is not None else set()
        drafts.append(_known(after, begun.trip, lost))
    if day.broken_at_s is None:
        drafts += [_known(after, trip, set()) for trip in day.free]
    return [draft for draft in drafts if draft.visits]


def _known(after: Problem, trip: Trip, lost: set[str]) -> TripDraft:
    gone = lost | {i for i in trip.shipments if i not in after.shipment_of}
    kept = tuple(pair for pair in trip.stowage if pair[0] not in gone)
    return replace(without(draft_of(trip), gone), stowage=kept)


class _Goods:
    """What each shipment of the day is bound to."""

    def __init__(self, after: Problem, days: Mapping[Unit, Standing], situation: Situation) -> None:
        self._after = after
        self._days = days
        self._now_s = situation.now_s
        self._handed: dict[str, tuple[Unit, int]] = {}
        self._aboard: dict[str, tuple[Unit, int]] = {}
        self._taken: dict[str, int] = {}
        self._back: dict[str, int] = {}
        self._broken = {(b.vehicle_type, b.number) for b in situation.breakdowns}
        for unit, day in days.items():
            for begun in day.begun:
                self._note(unit, begun, is_broken=day.broken_at_s is not None)
            if day.broken_at_s is not None:
                self._bring_back(day, day.broken_at_s, situation.recovery_s)

    @property
    def stands(self) -> frozenset[str]:
        """Shipments handed over or on board."""
        return frozenset({*self._handed, *self._aboard})

    def pinned(self, shipment: Shipment) -> Shipment:
        """Return the shipment as the rest of the day sees it."""
        if shipment.id in self._taken:
            at_s = self._taken[shipment.id]
            shipment = replace(shipment, pickup_windows=(TimeWindow(early_s=at_s, late_s=at_s),))
        if shipment.id in self.stands:
            return shipment
        return replace(shipment, ready_s=max(shipment.ready_s, self._now_s, self._back.get(shipment.id, 0)))

    def locks(self) -> Iterator[Lock]:
        """Yield the locks of what stands and of what is on board, and the old ones that still make sense."""
        known = self._after.shipment_of
        for lock in self._after.locks:
            if lock.shipment in self._handed or (lock.after is not None and lock.after not in known):
                continue
            is_gone = (lock.vehicle_type, lock.number) in self._broken
            yield replace(lock, vehicle_type=None, number=None) if is_gone else lock
        for id_, (unit, at_s) in self._handed.items():
            if id_ in known:
                moment = TimeWindow(early_s=at_s, late_s=at_s)
                yield Lock(shipment=id_, vehicle_type=unit[0], number=unit[1], window=moment)
        for id_, (unit, home_s) in self._aboard.items():
            if id_ in known:
                window = TimeWindow(late_s=max(home_s, self._now_s))
                yield Lock(shipment=id_, vehicle_type=unit[0], number=unit[1], window=window)

    def _note(self, unit: Unit, begun: Begun, *, is_broken: bool) -> None:
        handed = set(begun.handed)
        delivered = {i for v in begun.trip.visits for i in v.deliver}
        for visit in begun.made:
            at = dict.fromkeys((i for i in visit.deliver if i in handed), (unit, visit.start_s))
            self._handed.update(at)
            for id_ in visit.collect:
                is_local = id_ in delivered
                if not is_local:
                    self._handed[id_] = (unit, visit.start_s)
                elif not is_broken or id_ in handed:  # local goods of a broken vehicle are lost to the day
                    self._taken[id_] = visit.start_s
        if not is_broken:
            slack_s = HORIZON_S if self._is_longer(begun.trip, unit) else begun.trip.return_s
            self._aboard.update(dict.fromkeys(begun.aboard, (unit, slack_s)))

    def _is_longer(self, trip: Trip, unit: Unit) -> bool:
        """Tell whether some leg of the trip takes longer now than it was planned to."""
        kind = self._after.vehicle_type_of[unit[0]]
        seconds, index = self._after.matrices[kind.profile].duration_s, self._after.index
        ends = [(trip.start, trip.depart_s), *((v.place, v.depart_s) for v in trip.visits)]
        arrivals = [(v.place, v.arrive_s) for v in trip.visits] + [(trip.end, trip.return_s)]
        return any(
            int(seconds[index(a), index(b)]) not in range(at_s - leave_s + 1)
            for (a, leave_s), (b, at_s) in zip(ends, arrivals, strict=True)
        )

    def _bring_back(self, day: Standing, at_s: int, recovery_s: int) -> None:
        """Note when the goods of a broken vehicle can be loaded again: it is brought home as it would have driven."""
        kind = self._after.vehicle_type_of[day.route.vehicle_type]
        seconds, index = self._after.matrices[kind.profile].duration_s, self._after.index
        for begun in day.begun:
            if begun.is_cut:
                last = begun.made[-1]
                home_s = int(seconds[index(last.place), index(kind.depot)])
                back_s = max(last.end_s, at_s) + max(0, home_s) + recovery_s
                collected = {i for v in begun.made for i in v.collect}  # local goods: nobody can collect them again
                self._back.update({i: HORIZON_S if i in collected else back_s for i in begun.aboard})
        for trip in day.free:
            if trip.load_start_s < at_s:  # loaded, and perhaps on its way to the first visit
                back_s = at_s + max(0, at_s - trip.depart_s) + recovery_s
                collected = {i for v in trip.visits for i in v.collect}
                self._back.update(dict.fromkeys((i for i in trip.shipments if i not in collected), back_s))


class _Fleet:
    """Vehicles of the rest of the day: broken ones and those with roads of their own become types of their own."""

    def __init__(self, before: Problem, after: Problem, days: Mapping[Unit, Standing], situation: Situation) -> None:
        self._after = after
        self._days = days
        self.matrices: dict[str, Matrix] = dict(after.matrices)
        self.driven: dict[str, frozenset[tuple[str, str]]] = {}
        self._profile: dict[Unit, str] = {}
        for unit, day in days.items():
            self._keep_driven(before, unit, day, situation)
        broken = {(b.vehicle_type, b.number) for b in situation.breakdowns}
        self._own = {u for u in days if u in self._profile or (u in broken and days[u].begun)}
        self._gone = broken - self._own
        self.name_of = self._names()

    def types(self, *, is_strict: bool) -> tuple[VehicleType, ...]:
        """Return the vehicle types; strict: a broken vehicle's shift ends with what stands of its day."""
        found = []
        for kind in self._after.vehicle_types:
            count = sum(1 for unit, name in self.name_of.items() if name[0] == kind.id and unit[0] == kind.id)
            found.append(replace(kind, count=count))
            own = sorted(unit for unit in self._own if unit[0] == kind.id)
            found += [self._own_type(kind, unit, is_strict=is_strict) for unit in own]
        return tuple(found)

    def renamed(self, lock: Lock) -> Lock:
        """Return the lock with the vehicle's name in this problem."""
        if lock.vehicle_type is None or lock.number is None:
            return lock
        kind, number = self.name_of.get((lock.vehicle_type, lock.number), (None, None))
        return replace(lock, vehicle_type=kind, number=number)

    def allowed(self, place: Place) -> frozenset[str] | None:
        """Return the vehicle types that may call at a place, those of single vehicles included."""
        if place.vehicle_types is None:
            return None
        return place.vehicle_types | {self.name_of[u][0] for u in self._own if u[0] in place.vehicle_types}

    def _names(self) -> dict[Unit, Unit]:
        names: dict[Unit, Unit] = {}
        for kind in self._after.vehicle_types:
            rest = [n for n in range(1, kind.count + 1) if (kind.id, n) not in self._own | self._gone]
            names.update({(kind.id, n): (kind.id, rank) for rank, n in enumerate(rest, start=1)})
        names.update({unit: (f"{unit[0]}#{unit[1]}", 1) for unit in sorted(self._own)})
        return names

    def _own_type(self, kind: VehicleType, unit: Unit, *, is_strict: bool) -> VehicleType:
        day = self._days[unit]
        changes: dict[str, Any] = {"id": self.name_of[unit][0], "count": 1}
        changes["profile"] = self._profile.get(unit, kind.profile)
        if day.broken_at_s is not None:
            changes["max_trips"] = len(day.begun)
            if is_strict:
                changes["shift"] = replace(kind.shift, late_s=self._home_s(kind, unit, day.begun[-1]))
        return replace(kind, **changes)

    def _home_s(self, kind: VehicleType, unit: Unit, last: Begun) -> int:
        """Return when a broken vehicle would be home from the last place it called at."""
        if not last.is_cut:
            return last.trip.return_s
        seconds = self.matrices[self._profile.get(unit, kind.profile)].duration_s
        home_s = int(seconds[self._after.index(last.made[-1].place), self._after.index(kind.depot)])
        return last.made[-1].end_s + max(0, home_s)

    def _keep_driven(self, before: Problem, unit: Unit, day: Standing, situation: Situation) -> None:
        """Give a vehicle a profile of its own in which the legs it has driven are as long as they were."""
        kind = self._after.vehicle_type_of[unit[0]]
        old, new = before.matrices[kind.profile], self._after.matrices[kind.profile]
        if old is new:
            return
        changed = frozenset(
            (a, b)
            for begun in day.begun
            for a, b in _legs_driven(begun, situation.now_s)
            if _leg(before, old, a, b) != _leg(self._after, new, a, b)
        )
        if not changed:
            return
        duration_s, distance_m = new.duration_s.copy(), new.distance_m.copy()
        for a, b in changed:
            at = self._after.index(a), self._after.index(b)
            duration_s[at], distance_m[at] = _leg(before, old, a, b)
        name = f"{kind.profile}@{unit[0]}#{unit[1]}"
        self.matrices[name] = Matrix(duration_s=duration_s, distance_m=distance_m)
        self.driven[name] = changed
        self._profile[unit] = name


def _legs_driven(begun: Begun, now_s: int) -> Iterator[tuple[str, str]]:
    """Yield the legs of a trip that stand: up to the last visit made, and home if it has left for home."""
    places = [begun.trip.start, *(visit.place for visit in begun.made)]
    if not begun.is_cut and begun.num_made == len(begun.trip.visits) and begun.made[-1].depart_s < now_s:
        places.append(begun.trip.end)
    yield from pairwise(places)


def _leg(problem: Problem, matrix: Matrix, origin: str, destination: str) -> tuple[int, int]:
    at = problem.index(origin), problem.index(destination)
    return int(matrix.duration_s[at]), int(matrix.distance_m[at])


def _reopened(
    place: Place, after: Problem, days: Mapping[Unit, Standing], situation: Situation, fleet: _Fleet
) -> Place:
    """Return the place with its vehicle types; a depot loads from now on, or at the moments that stand."""
    place = replace(place, vehicle_types=fleet.allowed(place))
    if place.id not in after.depot_of or situation.now_s == 0:
        return place
    now_s = situation.now_s
    hours = place.windows or (TimeWindow(late_s=HORIZON_S),)
    open_ = [TimeWindow(early_s=max(w.early_s, now_s), late_s=w.late_s) for w in hours if w.late_s >= now_s]
    moments = sorted({at_s for day in days.values() for at_s in _moments(day, place.id) if at_s < now_s})
    return replace(place, windows=(*(TimeWindow(early_s=m, late_s=m) for m in moments), *open_))


def _moments(day: Standing, depot: str) -> Iterable[int]:
    """Yield when what stands of a day loads at a depot, calls at it or comes back to it."""
    for begun in day.begun:
        if begun.trip.start == depot:
            yield begun.trip.load_start_s
        yield from (visit.start_s for visit in begun.made if visit.place == depot)
        if begun.trip.end == depot:
            yield begun.trip.return_s


def uses_closed(pinned: Pinned, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the legs of ``plan`` that are still to be driven but stand in the matrix as they were in the past."""
    legs: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for route, trip in plan.trips():
        profile = pinned.judged.vehicle_type_of[route.vehicle_type].profile
        places = [trip.start, *(v.place for v in trip.visits), trip.end]
        leaves_s = [trip.depart_s, *(v.depart_s for v in trip.visits)]
        legs[profile] += [(a, b, at) for (a, b), at in zip(pairwise(places), leaves_s, strict=True)]
    for profile, changed in pinned.driven.items():
        yield from ((a, b) for a, b, at_s in legs[profile] if (a, b) in changed and at_s >= pinned.now_s)
