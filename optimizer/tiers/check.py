"""The referee of plans across tiers: the ordinary referee on every trip, every ride, then every shipment leg by leg.

Slow and plain; it trusts the model alone and shares no code with whoever expands, settles or searches. It
knows no clocks: a handover is good when the goods are there, handled, and then go on, whenever that is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.model import HORIZON_S
from optimizer.tiers.check_rides import LinedLeg, fares_fen, judge_rides
from optimizer.tiers.model import DIRECT, QUARTER_S, Way, leg_id, open_windows
from optimizer.tiers.violations import HandoverViolation
from optimizer.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.model import Shipment
    from optimizer.plan import Trip
    from optimizer.problem import Problem
    from optimizer.tiers.model import Handover, Station, TieredPlan, Tiers

COVERAGE = frozenset({"not_served", "served_twice"})
"""Rules of the ordinary referee that read better of whole shipments, where legs are concerned."""


class _Carried(NamedTuple):
    """A leg on a trip or ride, as that has it."""

    loaded_s: int
    departed_s: int
    handed_s: int


class _Passage(NamedTuple):
    """A shipment that passes a station, with what trips and rides do to its legs."""

    shipment: Shipment
    station: Station
    first: list[_Carried]
    second: list[_Carried]


def check_tiers(tiers: Tiers, plan: TieredPlan) -> tuple[Violation | HandoverViolation, ...]:
    """Return every violation of a plan across tiers, empty when it may be driven.

    What the ordinary referee finds on the trips names legs (``leg_id``) as shipments; what is found here names
    whole shipments. O(visits + shipments), plus sweeps over the stations.
    """
    found: list[Violation | HandoverViolation] = [*_ways(tiers, plan), *_exceptions(tiers, plan), *_groups(tiers, plan)]
    going = {s.id: way for s, way in _going(tiers, plan)}
    lined = dict(_lined(tiers, going))
    legs = {leg_id(i, index) for i, way in going.items() if way.station for index in (1, 2)}
    found += [v for v in _trips(tiers, plan, going) if not (v.rule in COVERAGE and v.shipment in legs)]
    found += judge_rides(tiers, plan, lined)
    carried = _all_carried(plan)
    for i, way in going.items():
        if not way.station:
            found += _ridden(lined[i], carried.get(i, []))
    stations = {s.place: s for s in tiers.stations}
    passages = [
        _Passage(
            tiers.problem.shipment_of[i],
            stations[way.station],
            carried.get(leg_id(i, 1), []),
            carried.get(leg_id(i, 2), []),
        )
        for i, way in going.items()
        if way.station
    ]
    for passage in passages:
        found += _followed(passage)
    found += _handovers(tiers, plan, passages)
    for station in tiers.stations:
        found += _throughput(tiers, plan, station)
        found += _storage(tiers, station, passages)
    return tuple(found)


def _ways(tiers: Tiers, plan: TieredPlan) -> Iterator[HandoverViolation]:
    """Judge that each place's goods go a way that exists and is allowed there."""
    stations = {s.place for s in tiers.stations}
    for place in sorted({*tiers.modes, *plan.choice}):
        way = plan.choice.get(place, DIRECT)
        if way.station and way.station not in stations:
            yield HandoverViolation(rule="way_unknown", place=place, detail=str(way))
        elif way not in tiers.modes.get(place, {DIRECT}):
            yield HandoverViolation(rule="way_barred", place=place, detail=str(way))


def _exceptions(tiers: Tiers, plan: TieredPlan) -> Iterator[HandoverViolation]:
    """Judge that goods that go another way than their place go one that it allows."""
    known = {s.id: s for s in tiers.problem.shipments}
    for i, way in sorted(plan.exceptions.items()):
        far = tiers.far_end(known[i]) if i in known else None
        if way not in tiers.modes.get(far or "", {DIRECT}):
            yield HandoverViolation(rule="exception_barred", shipment=i, place=far or "", detail=str(way))


def _groups(tiers: Tiers, plan: TieredPlan) -> Iterator[HandoverViolation]:
    for group in tiers.together:
        first, *others = sorted(group)
        for other in others:
            if plan.choice.get(other, DIRECT) != plan.choice.get(first, DIRECT):
                yield HandoverViolation(rule="not_together", place=other, detail=first)


def _going(tiers: Tiers, plan: TieredPlan) -> Iterator[tuple[Shipment, Way]]:
    """Yield what the plan sends by line or through a station that exists, and does not list as unserved."""
    stations = {s.place for s in tiers.stations}
    listed = {u.shipment for u in plan.plan.unserved}
    for s in tiers.problem.shipments:
        far = tiers.far_end(s)
        if far is None or s.id in listed:
            continue
        way = plan.exceptions.get(s.id, plan.choice.get(far, DIRECT))
        if way.station == far:
            way = Way(last=way.trunk)  # goods of the station itself do not pass it
        if way != DIRECT and (not way.station or way.station in stations):
            yield s, way


def _lined(tiers: Tiers, going: Mapping[str, Way]) -> Iterator[tuple[str, LinedLeg]]:
    """Yield the legs that go by line."""
    for i, way in going.items():
        s = tiers.problem.shipment_of[i]
        if not way.station:
            yield i, LinedLeg(s, s.origin, s.destination)
            continue
        first, second = (way.trunk, way.last) if s.origin in tiers.hubs else (way.last, way.trunk)
        if first == "line":
            yield leg_id(i, 1), LinedLeg(s, s.origin, way.station)
        if second == "line":
            yield leg_id(i, 2), LinedLeg(s, way.station, s.destination)


def _trips(tiers: Tiers, plan: TieredPlan, going: Mapping[str, Way]) -> Iterator[Violation]:
    """Judge the trips as an ordinary day, and the cost with what goes by line added."""
    handling_fen = 0
    for i, way in going.items():
        is_lined = way.last == "line" and (way.trunk == "line" or not way.station)
        rides = sum(r.shipment in (i, leg_id(i, 1), leg_id(i, 2)) for r in plan.rides)
        if is_lined and rides > (1 if way.station else 0):
            handling_fen += tiers.problem.shipment_of[i].handling_fen
    stated = plan.plan.cost
    cost = replace(stated, line_fen=0, handling_fen=stated.handling_fen - handling_fen)
    for v in check(_legs_problem(tiers, going), replace(plan.plan, cost=cost)):
        if v.rule == "cost" and v.detail == "handling_fen":
            yield replace(v, amount=(v.amount or 0) + handling_fen, limit=(v.limit or 0) + handling_fen)
        else:
            yield v
    fares = fares_fen(tiers, plan)
    if stated.line_fen != fares:
        yield Violation(rule="cost", amount=stated.line_fen, limit=fares, detail="line_fen")


def _legs_problem(tiers: Tiers, going: Mapping[str, Way]) -> Problem:
    """Return the problem of which the plan's trips are a day: legs by road without clocks, direct goods whole."""
    goods: list[Shipment] = []
    calls: dict[str, str] = {}
    for s in tiers.problem.shipments:
        way = going.get(s.id, DIRECT)
        if way == DIRECT:
            goods.append(s)
            calls[s.id] = s.id
        elif way.station:
            own = _road_legs(s, way, is_down=s.origin in tiers.hubs)
            goods += own.values()
            far_leg = 2 if s.origin in tiers.hubs else 1
            if far_leg in own:
                calls[s.id] = own[far_leg].id
    locks = [
        replace(lock, shipment=calls[lock.shipment], after=calls.get(lock.after or ""))
        for lock in tiers.problem.locks
        if lock.shipment in calls and (lock.after is None or lock.after in calls)
    ]
    return replace(tiers.problem, shipments=tuple(goods), locks=tuple(locks))


def _road_legs(s: Shipment, way: Way, *, is_down: bool) -> dict[int, Shipment]:
    """Return the legs by road of a shipment that passes a station; the first of them bears the handling."""
    means = (way.trunk, way.last) if is_down else (way.last, way.trunk)
    loose, own = replace(s, max_on_board_s=None), {}
    if means[0] == "road":
        own[1] = replace(loose, id=leg_id(s.id, 1), destination=way.station, due_s=HORIZON_S, delivery_windows=())
    if means[1] == "road":
        handling_fen = 0 if own else s.handling_fen
        onward = replace(loose, id=leg_id(s.id, 2), origin=way.station, ready_s=0, pickup_windows=())
        own[2] = replace(onward, handling_fen=handling_fen)
    return own


def _all_carried(plan: TieredPlan) -> dict[str, list[_Carried]]:
    """Return every carriage of everything that trips and rides name."""
    found: dict[str, list[_Carried]] = defaultdict(list)
    for _, trip in plan.plan.trips():
        for leg in trip.shipments:
            found[leg].append(_carried(trip, leg))
    for r in plan.rides:
        found[r.shipment].append(_Carried(r.board_s, r.board_s, r.alight_s))
    return found


def _carried(trip: Trip, leg: str) -> _Carried:
    loaded_s, departed_s, handed_s = trip.load_start_s, trip.depart_s, trip.return_s
    for visit in trip.visits:
        if leg in visit.collect:
            loaded_s, departed_s = visit.start_s, visit.depart_s
        if leg in visit.deliver:
            handed_s = visit.start_s
    return _Carried(loaded_s, departed_s, handed_s)


def _ridden(leg: LinedLeg, rides: list[_Carried]) -> Iterator[HandoverViolation]:
    """Judge that one shipment that goes by line all the way rides once, and not for too long."""
    s = leg.shipment
    broken = partial(HandoverViolation, shipment=s.id, place=s.destination, detail=s.id)
    if not rides:
        yield broken(rule="lost")
    elif len(rides) > 1:
        yield broken(rule="doubled", amount=len(rides), limit=1)
    elif s.max_on_board_s is not None and rides[0].handed_s - rides[0].departed_s > s.max_on_board_s:
        yield broken(rule="freshness", amount=rides[0].handed_s - rides[0].departed_s, limit=s.max_on_board_s)


def _followed(passage: _Passage) -> Iterator[HandoverViolation]:
    """Judge that one shipment is not lost or doubled, may pass its station, and is not too long under way."""
    s, station, first, second = passage
    broken = partial(HandoverViolation, shipment=s.id, place=station.place)
    for index, rides in ((1, first), (2, second)):
        if not rides:
            yield broken(rule="lost", detail=leg_id(s.id, index))
        elif len(rides) > 1:
            yield broken(rule="doubled", amount=len(rides), limit=1, detail=leg_id(s.id, index))
    if s.commodity in station.barred:
        yield broken(rule="station_commodity", detail=s.commodity)
    if len(first) == len(second) == 1 and s.max_on_board_s is not None:
        under_way_s = second[0].handed_s - first[0].departed_s
        if under_way_s > s.max_on_board_s:
            yield broken(rule="freshness", amount=under_way_s, limit=s.max_on_board_s)


def _handovers(tiers: Tiers, plan: TieredPlan, passages: list[_Passage]) -> Iterator[HandoverViolation]:
    """Judge that each shipment that passes a station is handed over there once, as stated, and in time."""
    stated: dict[tuple[str, str], list[Handover]] = defaultdict(list)
    for h in plan.handovers:
        stated[h.shipment, h.station].append(h)
    for passage in passages:
        own = stated.pop((passage.shipment.id, passage.station.place), [])
        if not passage.first or not passage.second:
            continue  # lost goods have been named
        if len(own) != 1:
            yield HandoverViolation(
                rule="handover_count",
                shipment=passage.shipment.id,
                place=passage.station.place,
                amount=len(own),
                limit=1,
            )
        elif len(passage.first) == len(passage.second) == 1:
            yield from _handover(tiers, passage, own[0])
    for (shipment, place), own in stated.items():
        yield HandoverViolation(rule="handover_count", shipment=shipment, place=place, amount=len(own), limit=0)


def _handover(tiers: Tiers, passage: _Passage, h: Handover) -> Iterator[HandoverViolation]:
    broken = partial(HandoverViolation, shipment=h.shipment, place=h.station)
    arrived_s, left_s = passage.first[0].handed_s, passage.second[0].loaded_s
    for name, stated_s, true_s in (("arrival", h.arrived_s, arrived_s), ("departure", h.left_s, left_s)):
        if stated_s != true_s:
            yield broken(rule="handover_stated", detail=name, amount=stated_s, limit=true_s)
    handled_s = arrived_s + passage.station.handling_s
    if h.ready_s < handled_s:
        yield broken(rule="left_before_ready", amount=h.ready_s, limit=handled_s)
    elif left_s < h.ready_s:
        yield broken(rule="left_before_ready", amount=left_s, limit=h.ready_s)
    if not any(early_s <= h.ready_s <= late_s for early_s, late_s in open_windows(tiers, passage.station)):
        yield broken(rule="station_closed", time_s=h.ready_s)


def _throughput(tiers: Tiers, plan: TieredPlan, station: Station) -> Iterator[HandoverViolation]:
    """Judge the pieces handled in each quarter of an hour of the clock."""
    pieces: dict[int, int] = defaultdict(int)
    for h in plan.handovers:
        if h.station == station.place and h.shipment in tiers.problem.shipment_of:
            pieces[h.ready_s // QUARTER_S] += tiers.problem.shipment_of[h.shipment].pieces
    limit = station.pieces_per_quarter_h
    for quarter, amount in sorted(pieces.items()):
        if limit is not None and amount > limit:
            time_s = quarter * QUARTER_S
            yield HandoverViolation(rule="throughput", place=station.place, time_s=time_s, amount=amount, limit=limit)


def _storage(tiers: Tiers, station: Station, passages: list[_Passage]) -> Iterator[HandoverViolation]:
    """Judge the load kept at the station, from each arrival to each leaving; the worst moment is named."""
    if station.storage is None:
        return
    stays = [
        (p.first[0].handed_s, p.second[0].loaded_s, p.shipment.load)
        for p in passages
        if p.station.place == station.place and len(p.first) == len(p.second) == 1
    ]
    for dimension, (name, limit) in enumerate(zip(tiers.problem.load_dimensions, station.storage, strict=True)):
        worst, worst_s = 0, 0
        for now_s in sorted({arrived_s for arrived_s, _, _ in stays}):
            kept = sum(load[dimension] for arrived_s, left_s, load in stays if arrived_s <= now_s < left_s)
            if kept > worst:
                worst, worst_s = kept, now_s
        if worst > limit:
            broken = partial(HandoverViolation, rule="storage", place=station.place, detail=name)
            yield broken(time_s=worst_s, amount=worst, limit=limit)
