"""The referee of rides: each on a departure that there is, from stop to stop as its timetable says, within its limits.

Slow and plain as ``optimizer.tiers.check``, of which it is a part: it trusts the model alone.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.tiers.violations import HandoverViolation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.model import Shipment, TimeWindow
    from optimizer.tiers.lines import Ride, ScheduledDeparture
    from optimizer.tiers.model import TieredPlan, Tiers


class LinedLeg(NamedTuple):
    """A leg, or a whole shipment, that the plan's ways send by line."""

    shipment: Shipment
    origin: str
    destination: str


class _Aboard(NamedTuple):
    """A ride with the ranks of the stops between which it is on board."""

    shipment: Shipment
    ride: Ride
    board: int
    alight: int


def judge_rides(tiers: Tiers, plan: TieredPlan, legs: Mapping[str, LinedLeg]) -> Iterator[HandoverViolation]:
    """Judge every ride by itself, then every departure with all that it carries; O(rides^2) for each departure."""
    departures = {d.id: d for d in tiers.departures}
    aboard: dict[str, list[_Aboard]] = defaultdict(list)
    for ride in plan.rides:
        broken = partial(HandoverViolation, shipment=ride.shipment, departure=ride.departure)
        if ride.departure not in departures:
            yield broken(rule="ride_unknown")
        elif ride.shipment not in legs:
            yield broken(rule="ride_unasked")
        else:
            leg, departure = legs[ride.shipment], departures[ride.departure]
            calls = _calls(departure, ride)
            if not calls or (ride.origin, ride.destination) != (leg.origin, leg.destination):
                yield broken(rule="ride_stops", place=ride.origin, detail=ride.destination)
                continue
            board, alight = calls[0]
            aboard[departure.id].append(_Aboard(leg.shipment, ride, board, alight))
            yield from _stated(departure, ride, board, alight)
            yield from _goods(tiers, departure, leg, ride)
            yield from _times(tiers, leg, ride)
    for name, some in aboard.items():
        yield from _room(tiers, departures[name], some)
        yield from _dwell(tiers, departures[name], some)
        yield from _meetings(tiers, some)


def fares_fen(tiers: Tiers, plan: TieredPlan) -> int:
    """Return what the plan's rides cost, those on departures that do not exist left out."""
    total = 0
    for d in tiers.departures:
        own = [r for r in plan.rides if r.departure == d.id]
        if own:
            total += d.fen_per_trip
        for r in own:
            total += d.fen_per_piece * _whole(tiers, r.shipment).pieces
    return total


def _whole(tiers: Tiers, leg: str) -> Shipment:
    known = {s.id: s for s in tiers.problem.shipments}
    return known[leg] if leg in known else known[leg[: leg.rindex("/")]]


def _calls(departure: ScheduledDeparture, ride: Ride) -> list[tuple[int, int]]:
    """Return the pairs of stops that the ride may mean, those with its times first."""
    pairs = [
        (i, j)
        for i, j in combinations(range(len(departure.stops)), 2)
        if (departure.stops[i], departure.stops[j]) == (ride.origin, ride.destination)
    ]

    def off_s(pair: tuple[int, int]) -> int:
        return abs(departure.depart_s[pair[0]] - ride.board_s) + abs(departure.arrive_s[pair[1]] - ride.alight_s)

    return sorted(pairs, key=off_s)


def _stated(departure: ScheduledDeparture, ride: Ride, board: int, alight: int) -> Iterator[HandoverViolation]:
    broken = partial(HandoverViolation, rule="ride_stated", shipment=ride.shipment, departure=ride.departure)
    if ride.board_s != departure.depart_s[board]:
        yield broken(place=ride.origin, amount=ride.board_s, limit=departure.depart_s[board], detail="departure")
    if ride.alight_s != departure.arrive_s[alight]:
        yield broken(place=ride.destination, amount=ride.alight_s, limit=departure.arrive_s[alight], detail="arrival")


def _goods(tiers: Tiers, departure: ScheduledDeparture, leg: LinedLeg, ride: Ride) -> Iterator[HandoverViolation]:
    """Judge the heaviest piece, the commodity, and that nobody has promised the goods to a vehicle."""
    s = leg.shipment
    broken = partial(HandoverViolation, shipment=ride.shipment, departure=ride.departure)
    if s.commodity in departure.barred:
        yield broken(rule="ride_commodity", detail=s.commodity)
    for name, load, limit in zip(tiers.problem.load_dimensions, s.load, departure.max_piece or s.load, strict=True):
        piece = -(-load // max(1, s.pieces))
        if departure.max_piece is not None and piece > limit:
            yield broken(rule="ride_piece", amount=piece, limit=limit, detail=name)
    is_far = tiers.far_end(s) in (leg.origin, leg.destination)
    if is_far and any(s.id in (lock.shipment, lock.after) for lock in tiers.problem.locks):
        yield broken(rule="ride_locked")


def _times(tiers: Tiers, leg: LinedLeg, ride: Ride) -> Iterator[HandoverViolation]:
    """Judge ready and due times, and the windows of places and goods."""
    s = leg.shipment
    broken = partial(HandoverViolation, shipment=ride.shipment, departure=ride.departure)
    asked: list[tuple[str, int, tuple[TimeWindow, ...]]] = [
        (leg.origin, ride.board_s, s.pickup_windows if leg.origin == s.origin else ()),
        (leg.destination, ride.alight_s, s.delivery_windows if leg.destination == s.destination else ()),
    ]
    if leg.origin == s.origin and ride.board_s < s.ready_s:
        yield broken(rule="ride_early", amount=ride.board_s, limit=s.ready_s)
    if leg.destination == s.destination and ride.alight_s > s.due_s:
        yield broken(rule="ride_late", amount=ride.alight_s, limit=s.due_s)
    depots = {d.place for d in tiers.problem.depots}
    for place, at_s, own in asked:
        for windows in (tiers.problem.place(place).windows, () if place in depots else own):
            if windows and not any(w.early_s <= at_s <= w.late_s for w in windows):
                yield broken(rule="ride_window", place=place, time_s=at_s)


def _room(tiers: Tiers, d: ScheduledDeparture, aboard: Sequence[_Aboard]) -> Iterator[HandoverViolation]:
    """Judge the load between each stop and the next, per load dimension."""
    for stop in range(len(d.stops) - 1):
        for k, name in enumerate(tiers.problem.load_dimensions):
            load = sum(a.shipment.load[k] for a in aboard if a.board <= stop < a.alight)
            if load > d.room[k]:
                broken = partial(HandoverViolation, rule="ride_room", departure=d.id, place=d.stops[stop], detail=name)
                yield broken(time_s=d.depart_s[stop], amount=load, limit=d.room[k])


def _dwell(tiers: Tiers, d: ScheduledDeparture, aboard: Sequence[_Aboard]) -> Iterator[HandoverViolation]:
    """Judge the handling at each stop that is not a hub."""
    for stop, place in enumerate(d.stops):
        handled_s = sum(a.shipment.service_s for a in aboard if stop in (a.board, a.alight))
        if handled_s > d.dwell_s and place not in tiers.hubs:
            broken = partial(HandoverViolation, rule="ride_dwell", departure=d.id, place=place)
            yield broken(time_s=d.arrive_s[stop], amount=handled_s, limit=d.dwell_s)


def _meetings(tiers: Tiers, aboard: Sequence[_Aboard]) -> Iterator[HandoverViolation]:
    """Judge that no goods ride one departure that must not meet."""
    foes = {frozenset((c.first, c.second)) for c in tiers.problem.conflicts}
    for a, b in combinations(aboard, 2):
        if frozenset((a.shipment.commodity, b.shipment.commodity)) in foes:
            ride = b.ride
            yield HandoverViolation(
                rule="ride_conflict", shipment=ride.shipment, departure=ride.departure, detail=a.ride.shipment
            )
