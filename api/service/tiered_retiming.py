"""A plan across tiers changed by hand, timed anew and judged: stations, buses and lines beside vehicles.

Visits name goods as ``plan.json`` does: whole where they go direct, by their legs (``D1/1``, ``D1/2``) where they pass
a station; ``rides`` name who goes by which departure, without times. Ways and handovers follow from both. Whoever takes
goods on from a vehicle that has changed waits for them, as far as that mends the day; all others keep their times.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from api.errors import InvalidInput
from api.schemas import Origin, from_tiered, to_tiered
from api.service import retiming
from api.service.retiming import is_changed, judged, refuse_unknown, retimed, unknown_in
from api.tiers import tiers_of
from optimizer.plan import Plan, Route, Trip, Visit
from optimizer.tiers.beside import beside
from optimizer.tiers.check import check_tiers
from optimizer.tiers.lines import Ride
from optimizer.tiers.model import leg_id
from optimizer.tiers.plan import movements, whole_shipment
from optimizer.tiers.restate import LEGS, contradictions, restated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.service.questions import Asked
    from optimizer.daybook import Unit
    from optimizer.model import VehicleType
    from optimizer.tiers.lines import ScheduledDeparture
    from optimizer.tiers.model import TieredPlan, Tiers

MOST_ROUNDS = 12
"""How often vehicles that wait for each other are timed again; a chain of handovers needs one round a link."""


def evaluate(asked: Asked) -> dict[str, Any]:
    """Return the changed plan with its times, every broken rule, and its cost against the stored plan.

    Without ``rides`` those of the stored plan stay, but of goods that the vehicles carry now.

    Raises
    ------
    InvalidInput
        E658 for ids that the scenario does not have, E665 for goods that are named in two ways at once.
    """
    if not asked.is_tiered:
        return retiming.evaluate(asked)
    tiers, before, days = tiers_of(asked.open), to_tiered(asked.record), asked.question["routes"]
    drafts = asked.question.get("rides")
    known = {i for s in tiers.problem.shipments for i in (s.id, *(leg_id(s.id, index) for index in LEGS))}
    unknown = unknown_in(tiers.problem, days, known)
    refuse_unknown(asked, [*unknown, *(name for ride in drafts or () for name in _unknown(tiers, ride, known))])
    rides = _kept(tiers, before, days) if drafts is None else tuple(_ride(tiers, ride) for ride in drafts)
    twice = contradictions(tiers, _untimed(tiers, days), rides)
    if twice:
        raise InvalidInput("E665", ids=", ".join(twice[: retiming.MOST_NAMED]))
    after = _evaluated(tiers, before, days, rides)
    record = from_tiered(after, Origin()).model_dump(mode="json")
    told = judged(asked, check_tiers(tiers, after), asked.lapses(after), after.plan, before.plan)
    return {**told, "plan": record["plan"], "tiers": record["tiers"]}


def _unknown(tiers: Tiers, ride: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    places = {place.id for place in tiers.problem.places}
    yield from (ride[name] for name in ("origin", "destination") if ride[name] not in places)
    if ride["shipment"] not in known:
        yield ride["shipment"]
    if ride["departure"] not in tiers.departure_of:
        yield ride["departure"]


def _kept(tiers: Tiers, before: TieredPlan, days: Sequence[Mapping[str, Any]]) -> tuple[Ride, ...]:
    """Return the stored rides of goods that no vehicle carries whole or on that very leg."""
    named = {i for visit in _visits(days) for i in (*visit["deliver"], *visit["collect"])}
    return tuple(r for r in before.rides if not {r.shipment, whole_shipment(tiers, r.shipment).id} & named)


def _visits(days: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (visit for day in days for trip in day["trips"] for visit in trip["visits"])


def _ride(tiers: Tiers, asked: Mapping[str, Any]) -> Ride:
    """Return a ride with its times: of several calls of the departure the first after the goods are ready.

    A ride that the departure does not make has no times, and the referee says so.
    """
    departure = tiers.departure_of[asked["departure"]]
    ready_s = whole_shipment(tiers, asked["shipment"]).ready_s
    calls = list(_calls(departure, asked["origin"], asked["destination"])) or [(0, 0)]
    board_s, alight_s = next((call for call in calls if call[0] >= ready_s), calls[-1])
    ends = {name: asked[name] for name in ("shipment", "departure", "origin", "destination")}
    return Ride(**ends, board_s=board_s, alight_s=alight_s)


def _calls(departure: ScheduledDeparture, origin: str, destination: str) -> Iterator[tuple[int, int]]:
    for board, alight in combinations(range(len(departure.stops)), 2):
        if (departure.stops[board], departure.stops[alight]) == (origin, destination):
            yield departure.depart_s[board], departure.arrive_s[alight]


def _evaluated(
    tiers: Tiers, before: TieredPlan, days: Sequence[Mapping[str, Any]], rides: tuple[Ride, ...]
) -> TieredPlan:
    """Return the plan with changed vehicles timed anew; with those that wait for them too, where that mends it."""
    changed = {(day["vehicle_type"], day["number"]) for day in days if is_changed(before.plan, day)}
    after = _timed(tiers, before, days, rides, changed)
    waiting = _waiting(tiers, after, changed)
    if waiting == changed or not check_tiers(tiers, after):
        return after
    later = _timed(tiers, before, days, rides, waiting)
    return after if check_tiers(tiers, later) else later


def _timed(
    tiers: Tiers, before: TieredPlan, days: Sequence[Mapping[str, Any]], rides: tuple[Ride, ...], moving: set[Unit]
) -> TieredPlan:
    """Time the ``moving`` vehicles until none has to wait longer for another; the others stand.

    Ready times only rise, as in ``optimizer.schedule``; vehicles that wait for each other in a circle rise until they
    break a rule, and are then driven.
    """
    decided = restated(tiers, before, _untimed(tiers, days), rides)
    legs = {i for r, t in decided.plan.trips() if (r.vehicle_type, r.number) in moving for i in t.shipments}
    stored = movements(_with_routes(before, before.plan.routes, rides))
    moved = {leg: carried for leg, carried in stored.items() if leg not in legs}
    problem = beside(tiers, decided, moved, bound=legs, changing=legs)
    plan = retimed(problem, before.plan, days, waiting=moving)
    for _ in range(MOST_ROUNDS):
        moved = movements(_with_routes(decided, plan.routes, rides))
        again = beside(tiers, decided, moved, bound=legs, changing=legs)
        if again.shipments == problem.shipments:
            break
        problem, plan = again, retimed(again, before.plan, days, waiting=moving)
    return restated(tiers, before, plan, rides)


def _with_routes(tiered: TieredPlan, routes: tuple[Route, ...], rides: tuple[Ride, ...]) -> TieredPlan:
    return replace(tiered, plan=replace(tiered.plan, routes=routes), rides=rides)


def _waiting(tiers: Tiers, after: TieredPlan, changed: set[Unit]) -> set[Unit]:
    """Return the changed vehicles and all that take goods on from them, or from those again."""
    carrier = {i: (r.vehicle_type, r.number) for r, trip in after.plan.trips() for i in trip.shipments}
    links = [tuple(carrier.get(leg_id(s.id, index)) for index in LEGS) for s in tiers.problem.shipments]
    found: set[Unit] = set()
    more = set(changed)
    while more:
        found |= more
        more = {second for first, second in links if first in more and second is not None} - found
    return found


def _untimed(tiers: Tiers, days: Sequence[Mapping[str, Any]]) -> Plan:
    """Return the decisions as a plan whose moments are all 0, for whoever asks who carries what between which ends."""
    return Plan(routes=tuple(_untimed_route(tiers.problem.vehicle_type_of[day["vehicle_type"]], day) for day in days))


def _untimed_route(kind: VehicleType, day: Mapping[str, Any]) -> Route:
    trips = tuple(_untimed_trip(kind, trip) for trip in day["trips"])
    return Route(vehicle_type=kind.id, number=day["number"], trips=trips)


def _untimed_trip(kind: VehicleType, trip: Mapping[str, Any]) -> Trip:
    visits = _untimed_visits(trip)
    return Trip(start=kind.depot, end=kind.last_place, load_start_s=0, depart_s=0, return_s=0, visits=visits)


def _untimed_visits(trip: Mapping[str, Any]) -> tuple[Visit, ...]:
    moments = dict.fromkeys(("arrive_s", "start_s", "end_s", "depart_s"), 0)
    return tuple(
        Visit(place=v["place"], deliver=tuple(v["deliver"]), collect=tuple(v["collect"]), **moments)
        for v in trip["visits"]
    )
