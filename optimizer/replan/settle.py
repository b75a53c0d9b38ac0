"""From a plan of the rest of a day back to the whole day: the past as it was driven, judged, under true names.

What comes back is either a plan that the referee accepts and in which everything that stands has stayed, or nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.cost import plan_cost
from optimizer.plan import Plan, Route, Trip
from optimizer.replan.pinned import uses_closed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.daybook import Unit
    from optimizer.plan import Unserved
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Begun


def settled(pinned: Pinned, plan: Plan) -> Plan | None:
    """Return ``plan`` with its past restored to the second, priced and accepted; None where the past was changed.

    The plan keeps the names of the pinned problem; see ``truly_named``.
    """
    restored = [_restored(pinned, plan), _restored(pinned, plan, is_delayed=False), plan]
    for routes in restored:
        priced = replace(routes, cost=plan_cost(pinned.judged, routes))
        if not check(pinned.judged, priced) and _keeps_past(pinned, priced):
            return priced
    return None


def truly_named(pinned: Pinned, plan: Plan) -> Plan:
    """Return the plan with the vehicles' true names, in routes and in the numbers behind reasons."""
    names = {f"{kind}#{number}": "{}#{}".format(*unit) for (kind, number), unit in pinned.unit_of.items()}
    routes = (_named(route, pinned.unit_of[route.vehicle_type, route.number]) for route in plan.routes)
    ordered = sorted(routes, key=lambda route: (route.vehicle_type, route.number))
    return replace(plan, routes=tuple(ordered), unserved=tuple(_renumbered(u, names, pinned) for u in plan.unserved))


def _named(route: Route, unit: Unit) -> Route:
    return Route(vehicle_type=unit[0], number=unit[1], trips=route.trips)


def _renumbered(unserved: Unserved, names: dict[str, str], pinned: Pinned) -> Unserved:
    kinds = {kind: unit[0] for (kind, _), unit in pinned.unit_of.items()}
    numbers = {
        name: names.get(value, kinds.get(value, value)) if isinstance(value, str) else value
        for name, value in unserved.numbers.items()
    }
    return replace(unserved, numbers=numbers)


def _restored(pinned: Pinned, plan: Plan, *, is_delayed: bool = True) -> Plan:
    routes = []
    for route in plan.routes:
        unit = (route.vehicle_type, route.number)
        begun, trips = pinned.begun.get(unit, ()), list(route.trips)
        for rank, was in enumerate(begun[: len(trips)]):
            late_s = pinned.broken_at_s.get(unit) if was.is_cut and is_delayed else None
            trips[rank] = _as_driven(trips[rank], was, late_s)
        routes.append(replace(route, trips=tuple(trips)))
    return replace(plan, routes=tuple(routes))


def _as_driven(trip: Trip, was: Begun, broken_at_s: int | None) -> Trip:
    """Return the trip with the loading and the visits that stand as they were; a broken one leaves for home late."""
    made = was.made
    if not _is_same(trip, was):
        return replace(trip, load_start_s=was.trip.load_start_s)
    if not made:
        return replace(trip, load_start_s=was.trip.load_start_s)
    last = replace(made[-1], depart_s=trip.visits[len(made) - 1].depart_s)
    return_s = trip.return_s
    if broken_at_s is not None and len(trip.visits) == len(made):
        late_s = max(0, broken_at_s - last.depart_s)
        last, return_s = replace(last, depart_s=last.depart_s + late_s), return_s + late_s
    visits = (*made[:-1], last, *trip.visits[len(made) :])
    return replace(
        trip,
        load_start_s=was.trip.load_start_s,
        depart_s=was.trip.depart_s,
        return_s=return_s,
        visits=visits,
    )


def _is_same(trip: Trip, was: Begun) -> bool:
    """Tell whether the trip begins with the visits that stand, with the same goods at the same time."""
    new, old = trip.visits[: was.num_made], was.made
    return len(new) == len(old) and all(
        (a.place, set(a.deliver), set(a.collect), a.start_s) == (b.place, set(b.deliver), set(b.collect), b.start_s)
        for a, b in zip(new, old, strict=True)
    )


def _keeps_past(pinned: Pinned, plan: Plan) -> bool:
    """Tell whether all that stands is where it was, no trip begins in the past, and no closed road is driven again."""
    days = {(route.vehicle_type, route.number): route.trips for route in plan.routes}
    for unit, begun in pinned.begun.items():
        if not _keeps_day(pinned, begun, days.get(unit, ())):
            return False
    old_loads = {(unit, was.trip.load_start_s) for unit, begun in pinned.begun.items() for was in begun}
    new_loads = {(unit, trip.load_start_s) for unit, trips in days.items() for trip in trips}
    is_late = all(load in old_loads or load[1] >= pinned.now_s for load in new_loads)
    return is_late and next(uses_closed(pinned, plan), None) is None


def _keeps_day(pinned: Pinned, begun: Sequence[Begun], trips: Sequence[Trip]) -> bool:
    known = pinned.judged.shipment_of
    for was in begun:
        trip = next((t for t in trips if t.load_start_s == was.trip.load_start_s), None)
        carried = set() if trip is None else set(trip.shipments)
        if not {i for i in was.handed if i in known} <= carried:
            return False
        elsewhere = {i for t in trips if t is not trip for i in t.shipments}
        if not was.is_cut and elsewhere & set(was.aboard):
            return False
    return True
