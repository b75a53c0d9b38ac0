"""The problem of the rest of a day: what has been driven is pinned to its vehicle and moment, the rest is free.

The whole day stays in the problem, so that hours, rests and costs come out right. Handovers that stand
are locked to their vehicle and second; goods on board to their vehicle, until it would have been
home; all else is ready from now on at the earliest, and depots load from now on, or when
they did. Seals, goods of no weight, hold a trip that is over to its end, and an empty one to its beginning.
A vehicle that broke down, or that drove a road before it was closed, becomes a type of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S, Lock, Shipment, TimeWindow
from optimizer.repair import without
from optimizer.replan.fleet import RestFleet
from optimizer.replan.seals import PINNED_FEN, sealed, seals_of
from optimizer.replan.standing import standing
from optimizer.schedule import TripDraft, draft_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.daybook import Unit
    from optimizer.model import Place
    from optimizer.plan import Plan, Trip, Visit
    from optimizer.problem import Problem
    from optimizer.replan.standing import Begun, Situation, Standing


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """The rest of a day as a problem, and the way back.

    ``problem`` is for the solver. ``judged`` is the same with true penalties and hours: every plan that
    comes back is judged by it. ``drafts``: the old plan in it, as far as it can stand.
    ``unit_of``: its vehicles by their true names; ``begun``: what stands of each.
    ``driven``: legs by profile that only the past may use. ``orphaned``: for each broken vehicle
    its type and the trips that it can no longer make. ``lost``: local goods on board of any, with its true name.
    """

    problem: Problem
    judged: Problem
    drafts: Mapping[Unit, list[TripDraft]]
    unit_of: Mapping[Unit, Unit]
    begun: Mapping[Unit, tuple[Begun, ...]]
    now_s: int
    broken_at_s: Mapping[Unit, int] = field(default_factory=dict)
    driven: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    orphaned: tuple[tuple[str, list[TripDraft]], ...] = ()
    lost: Mapping[str, str] = field(default_factory=dict)

    def idle(self, vehicle_type: str) -> Unit | None:
        """Return a vehicle of this type that the old plan leaves at home, or None."""
        units = (unit for unit in self.unit_of if unit[0] == vehicle_type and unit not in self.drafts)
        return min(units, default=None)


def pin(before: Problem, after: Problem, plan: Plan, situation: Situation) -> Pinned:
    """Return the problem of the rest of the day.

    Parameters
    ----------
    before
        What ``plan`` was made for, and without violations.
    after
        The same fleet and places with other shipments or matrices; what ``begun_shipments`` names is unchanged in it.
    """
    days, lost = _days(after, plan, situation)
    fleet = RestFleet(before, after, days, situation)
    goods = _Goods(after, days, situation, lost)
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
    seals = {unit: list(seals_of(after, unit, day)) for unit, day in days.items() if unit in fleet.name_of}
    dear = [replace(s, penalty_fen=PINNED_FEN) if s.id in goods.stands else s for s in shipments]
    dear += [seal.goods for some in seals.values() for seal in some]
    problem = replace(
        judged,
        vehicle_types=fleet.types(is_strict=True),
        shipments=tuple(dear),
        locks=(*judged.locks, *(fleet.renamed(seal.lock) for some in seals.values() for seal in some)),
    )
    true_name = {new: old for old, new in fleet.name_of.items()}
    return Pinned(
        problem=problem,
        judged=judged,
        drafts={
            fleet.name_of[unit]: sealed(after, _drafts(after, day), seals[unit])
            for unit, day in days.items()
            if unit in fleet.name_of
        },
        unit_of=true_name,
        begun={fleet.name_of[unit]: day.begun for unit, day in days.items() if unit in fleet.name_of},
        now_s=situation.now_s,
        broken_at_s={
            fleet.name_of[unit]: day.broken_at_s
            for unit, day in days.items()
            if day.broken_at_s is not None and unit in fleet.name_of
        },
        driven=fleet.driven,
        orphaned=tuple(_orphaned(after, day) for day in days.values() if day.broken_at_s is not None),
        lost=lost,
    )


def remembering(after: Problem, plan: Plan, situation: Situation) -> Situation:
    """Return the situation with what only ``plan`` tells of goods on broken vehicles, for who goes on from another.

    The answers of a replan have such goods on other vehicles, or nowhere. ``after`` as of ``pin``.
    """
    days, lost = _days(after, plan, situation)
    return replace(situation, back_s=_Goods(after, days, situation, lost).back_s, lost=lost)


def _days(after: Problem, plan: Plan, situation: Situation) -> tuple[dict[Unit, Standing], dict[str, str]]:
    """Return how each vehicle stands, without goods lost on it, and all goods that are lost, with their vehicle."""
    told = standing(plan, situation)
    lost = {i: day.route.vehicle for day in told.values() for begun in day.begun for i in begun.lost}
    return {unit: _bereft(after, day) for unit, day in told.items()}, {**situation.lost, **lost}


def _drafts(after: Problem, day: Standing) -> list[TripDraft]:
    """Return the day's trips without what is cancelled; of a broken vehicle only what stands."""
    drafts = []
    for begun in day.begun:
        lost = {i for i in begun.trip.shipments if i not in begun.handed} if day.broken_at_s is not None else set()
        drafts.append(_known(after, begun.trip, lost))
    if day.broken_at_s is None:
        drafts += [_known(after, trip, set()) for trip in day.free]
    return [draft for draft in drafts if draft.visits]


def _bereft(after: Problem, day: Standing) -> Standing:
    """Return a day without the goods lost on it; visits made for nothing else are forgotten, and so may a trip be.

    A trip that is only loaded, with goods that nobody wants any more, has not begun either.
    """
    begun, free = [], list(day.free)
    for each in day.begun:
        if not each.lost:
            is_bound = each.made or any(i in after.shipment_of for i in each.aboard)
            begun += [each] if is_bound else []
            free[:0] = [] if is_bound else [each.trip]
            continue
        made = [_left(after, visit, each.lost) for visit in each.made]
        rest = [_left(after, visit, each.lost) for visit in each.trip.visits[each.num_made :]]
        kept = [visit for visit in made if visit.deliver or visit.collect]
        trip = replace(each.trip, visits=(*kept, *(visit for visit in rest if visit.deliver or visit.collect)))
        if kept:
            begun.append(replace(each, trip=trip, num_made=len(kept)))
        else:
            free.insert(0, trip)
    return replace(day, begun=tuple(begun), free=tuple(free))


def _left(after: Problem, visit: Visit, lost: frozenset[str]) -> Visit:
    """Return a visit without lost goods, as much shorter."""
    less_s = sum(after.shipment_of[i].service_s for i in (*visit.deliver, *visit.collect) if i in lost)
    deliver, collect = (tuple(i for i in ids if i not in lost) for ids in (visit.deliver, visit.collect))
    return replace(visit, deliver=deliver, collect=collect, end_s=visit.end_s - less_s)


def _orphaned(after: Problem, day: Standing) -> tuple[str, list[TripDraft]]:
    """Return the type of a broken vehicle and what is left of its trips."""
    cut = [_known(after, b.trip, {*b.handed, *(i for v in b.made for i in v.collect)}) for b in day.begun if b.is_cut]
    drafts = [*cut, *(_known(after, trip, set()) for trip in day.free)]
    return day.route.vehicle_type, [draft for draft in drafts if draft.visits]


def _known(after: Problem, trip: Trip, lost: set[str]) -> TripDraft:
    gone = lost | {i for i in trip.shipments if i not in after.shipment_of}
    kept = tuple(pair for pair in trip.stowage if pair[0] not in gone)
    return replace(without(draft_of(trip), gone), stowage=kept)


class _Goods:
    """What each shipment of the day is bound to.

    ``stands``: those handed over or on board; ``back_s``: when goods of broken vehicles can be loaded again.
    """

    def __init__(
        self, after: Problem, days: Mapping[Unit, Standing], situation: Situation, lost: Iterable[str]
    ) -> None:
        self._after = after
        self._days = days
        self._now_s = situation.now_s
        self._handed: dict[str, tuple[Unit, int]] = {}
        self._aboard: dict[str, tuple[Unit, int]] = {}
        self._taken: dict[str, int] = {}
        self._down: dict[str, int] = {}
        self.back_s: dict[str, int] = {**situation.back_s, **dict.fromkeys(lost, HORIZON_S)}
        self._loaded: dict[str, int] = {}
        self._broken = {(b.vehicle_type, b.number) for b in situation.breakdowns}
        for unit, day in days.items():
            for begun in day.begun:
                self._note(unit, begun, is_broken=day.broken_at_s is not None)
            if day.broken_at_s is not None:
                self._bring_back(day, day.broken_at_s, situation.recovery_s)
        self.stands = self._handed.keys() | self._aboard.keys()

    def pinned(self, shipment: Shipment) -> Shipment:
        """Return the shipment as the rest of the day sees it."""
        if shipment.id in self._taken:
            at_s = self._taken[shipment.id]
            shipment = replace(shipment, pickup_windows=(TimeWindow(early_s=at_s, late_s=at_s),))
        if shipment.id in self._down:
            at_s = self._down[shipment.id]
            shipment = replace(shipment, delivery_windows=(TimeWindow(early_s=at_s, late_s=at_s),))
        if shipment.id in self._loaded:
            return replace(shipment, ready_s=self._loaded[shipment.id])
        if shipment.id in self.stands:
            return shipment
        return replace(shipment, ready_s=max(shipment.ready_s, self._now_s, self.back_s.get(shipment.id, 0)))

    def locks(self) -> Iterator[Lock]:
        """Yield the locks of what stands and of what is on board, and the old ones that still make sense."""
        known = self._after.shipment_of
        for lock in self._after.locks:
            if lock.shipment in self._handed or (lock.after is not None and lock.after not in known):
                continue
            is_gone = (lock.vehicle_type, lock.number) in self._broken
            yield replace(lock, vehicle_type=None, number=None) if is_gone else lock
        for id_, (unit, at_s) in self._handed.items():
            if id_ in known:  # a lock holds goods of a depot at both ends; where both are visits, windows hold each
                moment = None if id_ in self._down else TimeWindow(early_s=at_s, late_s=at_s)
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
            self._down.update({i: visit.start_s for i in at if i in self._taken and not self._is_local(i)})
            for id_ in visit.collect:
                is_local = id_ in delivered
                if not is_local:
                    self._handed[id_] = (unit, visit.start_s)
                elif not is_broken or id_ in handed:  # local goods of a broken vehicle are lost to the day
                    self._taken[id_] = visit.start_s
        collected = {i for v in begun.trip.visits for i in v.collect}
        loaded = (*begun.handed, *(() if is_broken else begun.aboard))
        self._loaded.update({i: begun.trip.load_start_s for i in loaded if i not in collected})
        if not is_broken:
            slack_s = HORIZON_S if self._is_longer(begun.trip, unit) else begun.trip.return_s
            self._aboard.update(dict.fromkeys(begun.aboard, (unit, slack_s)))

    def _is_local(self, id_: str) -> bool:
        known = self._after.shipment_of
        return id_ not in known or self._after.direction(known[id_]) == "local"

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
                self.back_s.update(dict.fromkeys(begun.aboard, back_s))
        for trip in day.free:
            if trip.load_start_s < at_s:  # loaded, and perhaps on its way to the first visit
                back_s = at_s + max(0, at_s - trip.depart_s) + recovery_s
                collected = {i for v in trip.visits for i in v.collect}
                self.back_s.update(dict.fromkeys((i for i in trip.shipments if i not in collected), back_s))


def _reopened(
    place: Place, after: Problem, days: Mapping[Unit, Standing], situation: Situation, fleet: RestFleet
) -> Place:
    """Return the place with its vehicle types; a depot loads from now on, or at the moments that stand."""
    place = replace(place, vehicle_types=fleet.allowed(place))
    if place.id not in after.depot_of or situation.now_s == 0:
        return place
    now_s = situation.now_s
    hours = place.windows or (TimeWindow(late_s=HORIZON_S),)
    open_ = [TimeWindow(early_s=max(w.early_s, now_s), late_s=w.late_s) for w in hours if w.late_s >= now_s]
    stood = {at_s for day in days.values() for at_s in _moments(day, place.id)} | fleet.towed(place.id)
    moments = sorted(at_s for at_s in stood if at_s < now_s)
    return replace(place, windows=(*(TimeWindow(early_s=m, late_s=m) for m in moments), *open_))


def _moments(day: Standing, depot: str) -> Iterable[int]:
    """Yield when what stands of a day loads at a depot, calls at it or comes back to it."""
    for begun in day.begun:
        if begun.trip.start == depot:
            yield begun.trip.load_start_s
        yield from (visit.start_s for visit in begun.made if visit.place == depot)
        if begun.trip.end == depot:
            yield begun.trip.return_s


def uses_closed(pinned: Pinned, plan: Plan) -> Iterator[tuple[Unit, str, str]]:
    """Yield the legs, by vehicle, that are still to be driven but stand in the matrix as they were in the past."""
    for route, trip in plan.trips():
        changed = pinned.driven.get(pinned.judged.vehicle_type_of[route.vehicle_type].profile, frozenset())
        places = [trip.start, *(v.place for v in trip.visits), trip.end]
        leaves_s = [trip.depart_s, *(v.depart_s for v in trip.visits)]
        for leg, at_s in zip(pairwise(places), leaves_s, strict=True):
            if leg in changed and at_s >= pinned.now_s:
                yield (route.vehicle_type, route.number), *leg
