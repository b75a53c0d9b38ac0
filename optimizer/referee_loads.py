"""Referee: what lies where on each leg, what may not lie together, and what the shelves hold."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from optimizer.referee_plan import carriages
from optimizer.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.model import Compartment, Conflict, VehicleType
    from optimizer.plan import Plan, Route, Trip
    from optimizer.problem import Problem
    from optimizer.referee_plan import Carriage


def judge_loads(problem: Problem, route: Route) -> Iterator[Violation]:
    """Judge stowage, capacities, sealed walls and the order of delivering and collecting, trip by trip."""
    kind = problem.vehicle_type_of[route.vehicle_type]
    for trip in route.trips:
        goods = carriages(problem, trip)
        lies_in = _compartments(kind, trip)
        yield from _stowage(kind, route, trip)
        for c in goods:
            yield from _stowed(route, trip, c, lies_in)
        yield from _capacity(problem, route, trip, goods, lies_in)
        for conflict in problem.conflicts:
            yield from _conflict(conflict, route, trip, goods, lies_in)
        if kind.deliveries_first:
            yield from _deliveries_first(route, trip)


def _compartments(kind: VehicleType, trip: Trip) -> dict[str, Compartment]:
    """Compartment of each shipment, as stowed; a vehicle's only compartment holds everything."""
    if len(kind.compartments) == 1:
        return dict.fromkeys(trip.shipments, kind.compartments[0])
    boxes = {box.id: box for box in kind.compartments}
    return {shipment: boxes[box] for shipment, box in trip.stowage if box in boxes}


def _stowage(kind: VehicleType, route: Route, trip: Trip) -> Iterator[Violation]:
    """Judge that each line of the stowage puts what is carried into a compartment that exists, once."""
    boxes, carried = {box.id for box in kind.compartments}, set(trip.shipments)
    seen: set[str] = set()
    for shipment, box in trip.stowage:
        if box not in boxes or shipment not in carried or shipment in seen:
            yield Violation(
                rule="stowage_unknown",
                shipment=shipment,
                vehicle=route.vehicle,
                time_s=trip.load_start_s,
                detail=box,
            )
        seen.add(shipment)


def _stowed(route: Route, trip: Trip, c: Carriage, lies_in: Mapping[str, Compartment]) -> Iterator[Violation]:
    """Judge that one shipment lies in a compartment that may hold it."""
    box = lies_in.get(c.shipment.id)
    broken = partial(Violation, shipment=c.shipment.id, vehicle=route.vehicle, time_s=trip.load_start_s)
    if box is None:
        yield broken(rule="stowage_missing")
    elif box.commodities is not None and c.shipment.commodity not in box.commodities:
        yield broken(rule="stowage_commodity", detail=box.id)


def _capacity(
    problem: Problem, route: Route, trip: Trip, goods: Sequence[Carriage], lies_in: Mapping[str, Compartment]
) -> Iterator[Violation]:
    """Judge that no compartment is over its capacity in any dimension on any leg; the worst leg is named."""
    num_legs = len(trip.visits) + 1
    for box in problem.vehicle_type_of[route.vehicle_type].compartments:
        inside = [c for c in goods if lies_in.get(c.shipment.id) is box]
        for dimension, (name, capacity) in enumerate(zip(problem.load_dimensions, box.capacity, strict=True)):
            loads = [0] * num_legs
            for c in inside:
                for leg in _legs_on_board(c, num_legs):
                    loads[leg] += c.shipment.load[dimension]
            worst = max(range(num_legs), key=loads.__getitem__)
            if loads[worst] > capacity:
                place, at_s = _leaving(trip, worst)
                yield Violation(
                    rule="capacity",
                    vehicle=route.vehicle,
                    place=place,
                    time_s=at_s,
                    amount=loads[worst],
                    limit=capacity,
                    detail=f"{box.id}/{name}",
                )


def _legs_on_board(c: Carriage, num_legs: int) -> range:
    """Legs with the shipment on board; leg 0 leaves the depot, leg k the k-th visit."""
    first = 0 if c.loaded is None else c.loaded + 1
    return range(first, num_legs if c.handed is None else c.handed + 1)


def _leaving(trip: Trip, leg: int) -> tuple[str, int]:
    if leg == 0:
        return trip.start, trip.depart_s
    return trip.visits[leg - 1].place, trip.visits[leg - 1].depart_s


def _conflict(
    conflict: Conflict, route: Route, trip: Trip, goods: Sequence[Carriage], lies_in: Mapping[str, Compartment]
) -> Iterator[Violation]:
    """Name the first pair of goods that may not meet and that no sealed wall parts; one a trip and rule."""
    sealed = {box.id for box in lies_in.values() if box.sealed}
    seconds = _by_compartment(conflict.second, goods, lies_in)
    for box, some in _by_compartment(conflict.first, goods, lies_in).items():
        for other, others in seconds.items():
            if conflict.sealed_ok and box != other and {box, other} & sealed:
                continue
            pair = next(((a, b) for a in some for b in others if a != b), None)
            if pair is not None:
                yield Violation(
                    rule="conflict",
                    shipment=pair[0],
                    vehicle=route.vehicle,
                    time_s=trip.load_start_s,
                    detail=pair[1],
                )
                return


def _by_compartment(
    commodity: str, goods: Sequence[Carriage], lies_in: Mapping[str, Compartment]
) -> dict[str, list[str]]:
    """Return shipments of one commodity by the compartment they lie in; those without one are named elsewhere."""
    found: dict[str, list[str]] = defaultdict(list)
    for c in goods:
        box = lies_in.get(c.shipment.id)
        if c.shipment.commodity == commodity and box is not None:
            found[box.id].append(c.shipment.id)
    return found


def _deliveries_first(route: Route, trip: Trip) -> Iterator[Violation]:
    """Judge that nothing is collected on a visit before the last delivery; one visit may do both."""
    last = max((k for k, visit in enumerate(trip.visits) if visit.deliver), default=0)
    for visit in trip.visits[:last]:
        if visit.collect:
            yield Violation(
                rule="deliveries_first",
                shipment=visit.collect[0],
                vehicle=route.vehicle,
                place=visit.place,
                time_s=visit.start_s,
            )


def judge_shelves(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Judge that what is delivered to a place in the day fits on its shelf, in every load dimension."""
    arrived: dict[str, list[int]] = {p.id: [0] * len(p.shelf) for p in problem.places if p.shelf}
    for _, trip in plan.trips() if arrived else ():
        for c in carriages(problem, trip):
            place = trip.end if c.handed is None else trip.visits[c.handed].place
            if place in arrived:
                for dimension, load in enumerate(c.shipment.load):
                    arrived[place][dimension] += load
    for shelved in (p for p in problem.places if p.shelf):
        for name, load, limit in zip(problem.load_dimensions, arrived[shelved.id], shelved.shelf, strict=True):
            if load > limit:
                yield Violation(rule="shelf", place=shelved.id, amount=load, limit=limit, detail=name)
