"""From a plan of legs to a plan across tiers: whole shipments only, every handover named, every cost once.

A shipment of which one leg was left behind is taken out whole, and so is one that the station cannot keep or
handle between its legs. Taking out never breaks a rule for the others, so the rest stays as it was.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.cost import plan_cost
from optimizer.fallback import UNEXPLAINED
from optimizer.plan import Plan, Unserved
from optimizer.repair import complete, without
from optimizer.schedule import draft_of
from optimizer.tiers.model import DIRECT, QUARTER_S, Handover, TieredPlan, leg_id, open_windows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.plan import Cost, Route, Trip
    from optimizer.problem import Problem
    from optimizer.tiers.legs import Legs
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import Station, Tiers


class Carried(NamedTuple):
    """One shipment or leg on one trip or departure: loading or service begins, it leaves, it is handed over.

    ``vehicle`` is the vehicle's name or the departure's id; on a departure loading and leaving are one moment.
    """

    vehicle: str
    origin: str
    destination: str
    loaded_s: int
    left_s: int
    handed_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One moment on a shipment's way.

    ``what`` is "ready", "loaded", "left", "arrived", "handled", "delivered" or "unserved"; ``detail`` is the
    reason of the last. ``at_s`` is None where nothing happens. ``vehicle`` is a vehicle's name or a departure's id;
    goods that go by line are "left" without having been "loaded".
    """

    what: str
    place: str
    at_s: int | None
    vehicle: str = ""
    detail: str = ""


def settle(legs: Legs, plan: Plan) -> TieredPlan:
    """Return the plan across tiers that a plan of ``legs.problem`` stands for.

    ``plan`` keeps the rules of that problem; unserved legs may be listed in it or not. O(visits + shipments),
    once more for each round of taking out.
    """
    dropped: dict[str, Unserved] = {}
    while True:
        out = {i: left for i, left in _half_carried(legs, plan).items() if i not in dropped}
        handovers: list[Handover] = []
        if not out:
            handovers, out = handovers_of(legs.tiers, _passing(legs, dropped), _moved(plan, legs.rides))
        if not out:
            return _stated(legs, plan, handovers, dropped)
        plan = _taken_out(legs, plan, set(out))
        dropped |= out


def driven(tiers: Tiers, plan: TieredPlan) -> Problem:
    """Return the ordinary problem that ``plan.plan`` answers, for whoever measures or draws its trips.

    Legs have the ready and due times of whole shipments, not those of any clock; what goes by line is no part of
    it; unserved shipments are whole.
    """
    whole = {u.shipment for u in plan.plan.unserved}
    goods: list[Shipment] = []
    for s in tiers.problem.shipments:
        way = tiers.way(s, plan.choice, plan.exceptions)
        if way == DIRECT or s.id in whole:
            goods.append(s)
        elif way.station:
            goods += _driven_legs(s, way.station, way.means(tiers.direction(s)))
    return replace(tiers.problem, shipments=tuple(goods), locks=())


def _driven_legs(s: Shipment, station: str, means: tuple[str, str]) -> Iterator[Shipment]:
    """Yield the legs by road; the first of them bears the handling."""
    loose = replace(s, max_on_board_s=None, penalty_fen=0)
    if means[0] == "road":
        yield replace(loose, id=leg_id(s.id, 1), destination=station, delivery_windows=())
    if means[1] == "road":
        handling_fen = 0 if means[0] == "road" else s.handling_fen
        onward = replace(loose, id=leg_id(s.id, 2), origin=station, ready_s=0, pickup_windows=())
        yield replace(onward, handling_fen=handling_fen)


def tiered_cost(tiers: Tiers, plan: TieredPlan) -> Cost:
    """Return what a plan across tiers costs: trips, rides and whole penalties; ``plan.plan.cost`` is not read."""
    return with_lines(tiers, plan_cost(driven(tiers, plan), plan.plan), plan.rides)


def carried_once(tiers: Tiers, plan: TieredPlan) -> tuple[Shipment, ...]:
    """Return the shipments that are carried, whole, each once, however many legs it has: what KPIs count."""
    left = {u.shipment for u in plan.plan.unserved}
    return tuple(s for s in tiers.problem.shipments if s.id not in left)


def with_lines(tiers: Tiers, cost: Cost, rides: Sequence[Ride]) -> Cost:
    """Return the cost with fares, and with the handling of goods that no vehicle carries on any leg."""
    pieces: dict[str, int] = defaultdict(int)
    legs: dict[str, int] = defaultdict(int)
    for ride in rides:
        s = whole_shipment(tiers, ride.shipment)
        pieces[ride.departure] += s.pieces
        legs[s.id] += 1 if ride.shipment != s.id else 2
    fares = [(tiers.departure_of[i], count) for i, count in pieces.items()]
    handling_fen = sum(tiers.problem.shipment_of[i].handling_fen for i, count in legs.items() if count > 1)
    return replace(
        cost,
        line_fen=sum(d.fen_per_trip + d.fen_per_piece * count for d, count in fares),
        handling_fen=cost.handling_fen + handling_fen,
    )


def whole_shipment(tiers: Tiers, leg: str) -> Shipment:
    """Return the shipment that a leg is part of; a shipment that is not split is its own leg."""
    known = tiers.problem.shipment_of
    return known[leg] if leg in known else known[leg.rpartition("/")[0]]


def trace(tiers: Tiers, plan: TieredPlan, shipment: str) -> tuple[Stage, ...]:
    """Return the stages of one shipment from brand to door, in order; O(visits), see ``Traces`` for many.

    Raises
    ------
    KeyError
        When there is no such shipment.
    """
    return Traces(tiers, plan).of(shipment)


class Traces:
    """The stages of all shipments of one plan: it is gone through once, O(visits)."""

    def __init__(self, tiers: Tiers, plan: TieredPlan) -> None:
        self._tiers = tiers
        self._plan = plan
        self._moved = movements(plan)
        self._lined = {ride.shipment for ride in plan.rides}
        self._reasons = {left.shipment: left.reason for left in plan.plan.unserved}
        self._handled_s = {h.shipment: h.ready_s for h in plan.handovers}

    def of(self, shipment: str) -> tuple[Stage, ...]:
        """Return what ``trace`` does; O(1)."""
        s = self._tiers.problem.shipment_of[shipment]
        ready = Stage(what="ready", place=s.origin, at_s=s.ready_s)
        if shipment in self._reasons:
            return (ready, Stage(what="unserved", place=s.origin, at_s=None, detail=self._reasons[shipment]))
        station = self._tiers.through(s, self._plan.choice, self._plan.exceptions)
        if station is None:
            return (ready, *self._stages(shipment, "delivered"))
        first, second = (leg_id(shipment, index) for index in (1, 2))
        handled = Stage(what="handled", place=station.place, at_s=self._handled_s[shipment])
        return (ready, *self._stages(first, "arrived"), handled, *self._stages(second, "delivered"))

    def _stages(self, leg: str, end: str) -> Iterator[Stage]:
        return _stages(self._moved[leg], end, is_lined=leg in self._lined)


def _stages(carried: Carried, end: str, *, is_lined: bool) -> Iterator[Stage]:
    if not is_lined:
        yield Stage(what="loaded", place=carried.origin, at_s=carried.loaded_s, vehicle=carried.vehicle)
    yield Stage(what="left", place=carried.origin, at_s=carried.left_s, vehicle=carried.vehicle)
    yield Stage(what=end, place=carried.destination, at_s=carried.handed_s, vehicle=carried.vehicle)


def movements(plan: TieredPlan) -> dict[str, Carried]:
    """Return who carries each leg and each whole shipment, on trips and on departures; O(visits)."""
    return _moved(plan.plan, plan.rides)


def _moved(plan: Plan, rides: Iterable[Ride]) -> dict[str, Carried]:
    found: dict[str, Carried] = {}
    for route, trip in plan.trips():
        found |= _on_trip(route, trip)
    for r in rides:
        found[r.shipment] = Carried(r.departure, r.origin, r.destination, r.board_s, r.board_s, r.alight_s)
    return found


def _on_trip(route: Route, trip: Trip) -> dict[str, Carried]:
    loaded = {i: (v.place, v.start_s, v.depart_s) for v in trip.visits for i in v.collect}
    handed = {i: (v.place, v.start_s) for v in trip.visits for i in v.deliver}
    found = {}
    for i in trip.shipments:
        origin, loaded_s, left_s = loaded.get(i, (trip.start, trip.load_start_s, trip.depart_s))
        destination, handed_s = handed.get(i, (trip.end, trip.return_s))
        found[i] = Carried(route.vehicle, origin, destination, loaded_s, left_s, handed_s)
    return found


def _half_carried(legs: Legs, plan: Plan) -> dict[str, Unserved]:
    """Return shipments of which a leg is not carried, those with neither included."""
    carried = {i for _, trip in plan.trips() for i in trip.shipments}
    missing = {part.shipment: part for leg, part in legs.parts.items() if leg not in carried}
    return {i: Unserved(shipment=i, reason="U198", numbers={"station": p.wave[0]}) for i, p in missing.items()}


def _taken_out(legs: Legs, plan: Plan, out: set[str]) -> Plan:
    gone = {leg_id(i, index) for i in out for index in (1, 2)}
    drafts = {(r.vehicle_type, r.number): [without(draft_of(trip), gone) for trip in r.trips] for r in plan.routes}
    if not any(i in gone for _, trip in plan.trips() for i in trip.shipments):
        return plan
    return complete(legs.problem, drafts, insert=False)


class Stay(NamedTuple):
    """A shipment at a station, from its arrival until its second leg begins to be loaded."""

    shipment: Shipment
    arrived_s: int
    left_s: int


def _passing(legs: Legs, dropped: Collection[str]) -> list[str]:
    """Return the shipments that pass a station, those dropped left out."""
    found = dict.fromkeys(part.shipment for part in legs.parts.values())
    for ride in legs.rides:
        whole = whole_shipment(legs.tiers, ride.shipment).id
        if whole != ride.shipment:
            found[whole] = None
    return [i for i in found if i not in dropped]


def handovers_of(
    tiers: Tiers, passing: Iterable[str], moved: Mapping[str, Carried]
) -> tuple[list[Handover], dict[str, Unserved]]:
    """Return the handovers of shipments that pass a station, or those for which it has no room or no time."""
    stays: dict[str, list[Stay]] = defaultdict(list)
    for i in passing:
        first, second = (moved[leg_id(i, index)] for index in (1, 2))
        shipment = tiers.problem.shipment_of[i]
        stays[first.destination].append(Stay(shipment, first.handed_s, second.loaded_s))
    done: list[Handover] = []
    out: dict[str, Unserved] = {}
    for place, some in stays.items():
        station = tiers.station_of[place]
        crowded = _crowded(station, some)
        if crowded is not None:
            out[crowded] = Unserved(shipment=crowded, reason="U197", numbers={"station": place})
            continue
        ready = handled(tiers, station, some)
        for stay in some:
            moment = ready.get(stay.shipment.id)
            if moment is None:
                out[stay.shipment.id] = Unserved(shipment=stay.shipment.id, reason="U199", numbers={"station": place})
                continue
            done.append(handover(place, stay, moment))
    return done, out


def handover(place: str, stay: Stay, ready_s: int) -> Handover:
    """Return the handover of a stay that is handled by ``ready_s``."""
    return Handover(
        shipment=stay.shipment.id, station=place, arrived_s=stay.arrived_s, ready_s=ready_s, left_s=stay.left_s
    )


def _crowded(station: Station, stays: Sequence[Stay]) -> str | None:
    """Return the cheapest shipment to leave behind of those present when the station is first too full."""
    if station.storage is None:
        return None
    for now in sorted(stays, key=lambda s: s.arrived_s):
        present = [s for s in stays if s.arrived_s <= now.arrived_s < s.left_s]
        kept = [sum(loads) for loads in zip(*(s.shipment.load for s in present), strict=True)]
        if any(x > limit for x, limit in zip(kept, station.storage, strict=False)):
            return min(present, key=lambda s: (s.shipment.penalty_fen, s.shipment.id)).shipment.id
    return None


def handled(tiers: Tiers, station: Station, stays: Sequence[Stay]) -> dict[str, int]:
    """Return when each shipment is handled: who leaves first comes first, in the first quarter with room."""
    windows, limit = open_windows(tiers, station), station.pieces_per_quarter_h
    used: dict[int, int] = defaultdict(int)
    ready: dict[str, int] = {}
    for stay in sorted(stays, key=lambda s: (s.left_s, s.arrived_s, s.shipment.id)):
        at_s = _open_from(windows, stay.arrived_s + station.handling_s)
        pieces = stay.shipment.pieces
        while at_s is not None and limit is not None and used[at_s // QUARTER_S] + pieces > limit:
            at_s = _open_from(windows, (at_s // QUARTER_S + 1) * QUARTER_S)
        if at_s is not None and at_s <= stay.left_s:
            used[at_s // QUARTER_S] += pieces
            ready[stay.shipment.id] = at_s
    return ready


def _open_from(windows: Sequence[tuple[int, int]], at_s: int) -> int | None:
    return next((max(at_s, early_s) for early_s, late_s in windows if late_s >= at_s), None)


def _stated(legs: Legs, plan: Plan, handovers: Sequence[Handover], dropped: dict[str, Unserved]) -> TieredPlan:
    """Return the plan with whole shipments unserved and their penalties counted once."""
    order = legs.tiers.problem.shipment_of
    carried = {i for _, trip in plan.trips() for i in trip.shipments}
    missing = [s.id for s in legs.problem.shipments if s.id not in carried and s.id not in legs.parts]
    rides = tuple(r for r in legs.rides if whole_shipment(legs.tiers, r.shipment).id not in dropped)
    left = {i: Unserved(shipment=i, reason=UNEXPLAINED) for i in missing}
    left |= {u.shipment: u for u in plan.unserved if u.shipment in left}
    left |= {u.shipment: u for u in legs.refused} | dropped
    penalty_fen = sum(order[i].penalty_fen for i in left)
    cost = with_lines(legs.tiers, plan_cost(legs.problem, replace(plan, unserved=())), rides)
    cost = replace(cost, penalty_fen=penalty_fen)
    whole = Plan(routes=plan.routes, unserved=tuple(left[i] for i in order if i in left), cost=cost)
    rank = {i: k for k, i in enumerate(order)}
    return TieredPlan(
        choice=dict(legs.choice),
        plan=whole,
        handovers=tuple(sorted(handovers, key=lambda h: rank[h.shipment])),
        exceptions={i: way for i, way in legs.exceptions.items() if i not in left},
        rides=rides,
    )
