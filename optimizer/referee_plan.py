"""Referee: what the plan names exists, and every shipment is carried once or listed once as unserved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.model import Shipment
    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class Carriage:
    """One shipment on one trip: position of the visit that loads it and of the one that hands it over.

    None stands for the depot: loaded at the trip's start, handed over at its end.
    """

    shipment: Shipment
    loaded: int | None
    handed: int | None

    @property
    def is_backwards(self) -> bool:
        """Tell whether it is handed over before it is loaded."""
        return self.loaded is not None and self.handed is not None and self.handed <= self.loaded

    @property
    def binding_visit(self) -> int:
        """Position of the visit that locks speak of: the delivery if there is one, else the collection."""
        visit = self.handed if self.handed is not None else self.loaded
        if visit is None:
            raise ValueError("a carriage has at least one visit")
        return visit


def carriages(problem: Problem, trip: Trip) -> list[Carriage]:
    """Return what rides on a trip, in order of first mention; of doubles the first mention counts."""
    loaded: dict[str, int] = {}
    handed: dict[str, int] = {}
    for position, visit in enumerate(trip.visits):
        for shipment in visit.deliver:
            handed.setdefault(shipment, position)
        for shipment in visit.collect:
            loaded.setdefault(shipment, position)
    return [Carriage(problem.shipment_of[i], loaded.get(i), handed.get(i)) for i in trip.shipments]


def judge_references(problem: Problem, plan: Plan) -> tuple[list[Violation], Plan]:
    """Return violations of unknown names, and the plan without what cannot be judged because of them."""
    found: list[Violation] = []
    routes, places = [], frozenset(place.id for place in problem.places)
    for route in plan.routes:
        unknown = list(_unknown_vehicle(problem, route, places))
        if not unknown:
            routes.append(_without_unknown_shipments(problem, route))
        found += unknown
        found += _unknown_shipments(problem, route)
    listed = [u.shipment for u in plan.unserved if u.shipment not in problem.shipment_of]
    found += [Violation(rule="unknown_shipment", shipment=i) for i in dict.fromkeys(listed)]
    return found, replace(plan, routes=tuple(routes))


def _unknown_vehicle(problem: Problem, route: Route, places: frozenset[str]) -> Iterator[Violation]:
    """Yield unknown type and places of a route; known are ``places``."""
    if route.vehicle_type not in problem.vehicle_type_of:
        yield Violation(rule="unknown_vehicle_type", vehicle=route.vehicle, detail=route.vehicle_type)
    named = [p for t in route.trips for p in (t.start, *(v.place for v in t.visits), t.end)]
    for place in dict.fromkeys(named):
        if place not in places:
            yield Violation(rule="unknown_place", vehicle=route.vehicle, place=place)


def _unknown_shipments(problem: Problem, route: Route) -> Iterator[Violation]:
    for trip in route.trips:
        for visit in trip.visits:
            for shipment in dict.fromkeys((*visit.deliver, *visit.collect)):
                if shipment not in problem.shipment_of:
                    yield Violation(
                        rule="unknown_shipment",
                        shipment=shipment,
                        vehicle=route.vehicle,
                        place=visit.place,
                        time_s=visit.start_s,
                    )


def _without_unknown_shipments(problem: Problem, route: Route) -> Route:
    if all(i in problem.shipment_of for t in route.trips for i in t.shipments):
        return route

    def known(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(i for i in ids if i in problem.shipment_of)

    def cut(trip: Trip) -> Trip:
        visits = (replace(v, deliver=known(v.deliver), collect=known(v.collect)) for v in trip.visits)
        return replace(trip, visits=tuple(visits))

    return replace(route, trips=tuple(cut(t) for t in route.trips))


def judge_coverage(problem: Problem, plan: Plan) -> list[Violation]:
    """Judge that each shipment rides on exactly one trip or is listed as unserved exactly once."""
    carried = Counter(i for _, trip in plan.trips() for i in trip.shipments)
    listed = Counter(u.shipment for u in plan.unserved)
    found = []
    for id_ in problem.shipment_of:
        if carried[id_] > 1:
            found.append(Violation(rule="served_twice", shipment=id_, amount=carried[id_], limit=1))
        if listed[id_] > 1:
            found.append(Violation(rule="listed_twice", shipment=id_, amount=listed[id_], limit=1))
        if carried[id_] and listed[id_]:
            found.append(Violation(rule="served_and_listed", shipment=id_))
        if not carried[id_] and not listed[id_]:
            found.append(Violation(rule="not_served", shipment=id_))
    return found


def judge_handovers(problem: Problem, route: Route) -> Iterator[Violation]:
    """Judge that all is loaded at its origin and handed over at its destination, in this order, once a trip."""
    for trip in route.trips:
        yield from _doubles(route, trip)
        for c in carriages(problem, trip):
            yield from _misplaced(problem, route, trip, c)


def _doubles(route: Route, trip: Trip) -> Iterator[Violation]:
    for kind in ("deliver", "collect"):
        times = Counter(i for v in trip.visits for i in getattr(v, kind))
        for visit in trip.visits:
            for shipment in dict.fromkeys(getattr(visit, kind)):
                if times[shipment] > 1:
                    yield Violation(
                        rule="mentioned_twice",
                        shipment=shipment,
                        vehicle=route.vehicle,
                        place=visit.place,
                        time_s=visit.start_s,
                        amount=times[shipment],
                        limit=1,
                    )


def _misplaced(problem: Problem, route: Route, trip: Trip, c: Carriage) -> Iterator[Violation]:
    start = trip.start if c.loaded is None else trip.visits[c.loaded].place
    end = trip.end if c.handed is None else trip.visits[c.handed].place
    shipment, vehicle = c.shipment.id, route.vehicle
    if start != c.shipment.origin:
        detail = c.shipment.origin
        yield Violation(rule="wrong_origin", shipment=shipment, vehicle=vehicle, place=start, detail=detail)
    is_left = c.handed is None and trip.end not in problem.depot_of  # only a depot takes goods without a visit
    if end != c.shipment.destination or is_left:
        detail = c.shipment.destination
        yield Violation(rule="wrong_destination", shipment=shipment, vehicle=vehicle, place=end, detail=detail)
    if c.handed is not None and c.is_backwards:
        at_s = trip.visits[c.handed].start_s
        yield Violation(rule="delivered_before_collected", shipment=shipment, vehicle=vehicle, place=end, time_s=at_s)
