"""From a plan of the rest of a day back to the whole day: the past as it was driven, judged, under true names.

What comes back is either a plan that the referee accepts and in which everything that stands has stayed, or nothing.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import starmap
from typing import TYPE_CHECKING, NamedTuple

from optimizer.check import check
from optimizer.cost import plan_cost
from optimizer.plan import Plan, Route, Trip
from optimizer.replan.past import is_same, lapses
from optimizer.replan.seals import without_seals
from optimizer.schedule import draft_of, schedule_route

if TYPE_CHECKING:
    from optimizer.daybook import Unit
    from optimizer.plan import Unserved
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Begun

logger = logging.getLogger(__name__)


class Settled(NamedTuple):
    """The whole day if it is accepted; else the vehicle that changes the past or breaks a rule, if it is one."""

    plan: Plan | None
    offender: Unit | None = None


def settled(pinned: Pinned, plan: Plan) -> Settled:
    """Return ``plan`` with its past restored to the second, priced and accepted.

    The plan keeps the names of the pinned problem; see ``truly_named``.
    """
    plan = without_seals(_not_before_now(pinned, plan))
    offender: Unit | None = None
    for routes in (_restored(pinned, plan), _restored(pinned, plan, is_delayed=False), plan):
        priced = replace(routes, cost=plan_cost(pinned.judged, routes))
        broken = check(pinned.judged, priced)
        lapse = None if broken else next(lapses(pinned, priced), None)
        if not broken and lapse is None:
            return Settled(priced)
        logger.debug("refused: %s", broken[0] if broken else lapse)
        at_fault = _unit(broken[0].vehicle) if broken else None if lapse is None else lapse.unit
        offender = offender or at_fault
    return Settled(None, offender)


def _unit(vehicle: str) -> Unit | None:
    kind, _, number = vehicle.rpartition("#")
    return (kind, int(number)) if kind else None


def _not_before_now(pinned: Pinned, plan: Plan) -> Plan:
    """Put off trips that begin in the past though nothing of them stands; where that cannot be they are refused later.

    The depot is open at the moments at which others loaded, and empty vehicles might use them.
    """
    routes = []
    for route in plan.routes:
        unit = (route.vehicle_type, route.number)
        num_begun = len(pinned.begun.get(unit, ()))
        if any(trip.load_start_s < pinned.now_s for trip in route.trips[num_begun:]):
            loads = [0 if k < num_begun else pinned.now_s for k in range(len(route.trips))]
            drafts = [draft_of(trip) for trip in route.trips]
            routes.append(schedule_route(pinned.problem, *unit, drafts, earliest_loads=loads) or route)
        else:
            routes.append(route)
    return replace(plan, routes=tuple(routes))


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
            leaves_s = pinned.broken_at_s.get(unit, pinned.now_s) if is_delayed or not was.is_cut else 0
            trips[rank] = _as_driven(trips[rank], was, leaves_s)
        routes.append(replace(route, trips=tuple(trips)))
    return replace(plan, routes=tuple(routes))


def _as_driven(trip: Trip, was: Begun, leaves_s: int) -> Trip:
    """Return the trip with what stands of it as it was; it goes on from there at ``leaves_s`` at the earliest."""
    if was.is_over and len(trip.visits) == len(was.trip.visits):
        return was.trip
    trip = replace(trip, load_start_s=was.trip.load_start_s)
    if was.made and all(starmap(is_same, zip(trip.visits, was.made, strict=False))):
        made = [replace(new, arrive_s=old.arrive_s) for new, old in zip(trip.visits, was.made, strict=False)]
        made[:-1] = [replace(new, depart_s=old.depart_s) for new, old in zip(made[:-1], was.made, strict=False)]
        trip = replace(trip, depart_s=was.trip.depart_s, visits=(*made, *trip.visits[len(made) :]))
    return _leaving(trip, len(was.made), leaves_s)


def _leaving(trip: Trip, rank: int, leaves_s: int) -> Trip:
    """Return the trip with leg ``rank`` begun at ``leaves_s`` at the earliest; it waits before it, not after."""
    visits = list(trip.visits)
    if rank > len(visits):
        return trip  # visits that stand are missing: it will be refused
    late_s = max(0, leaves_s - (visits[rank - 1].depart_s if rank else trip.depart_s))
    if not late_s:
        return trip
    if rank < len(visits):  # all of the wait at once: a rest must not be split between here and there
        late_s = max(late_s, visits[rank].start_s - visits[rank].arrive_s)
    if rank:
        visits[rank - 1] = replace(visits[rank - 1], depart_s=visits[rank - 1].depart_s + late_s)
    else:
        trip = replace(trip, depart_s=trip.depart_s + late_s)
    if rank == len(visits):
        return replace(trip, visits=tuple(visits), return_s=trip.return_s + late_s)
    visits[rank] = replace(visits[rank], arrive_s=visits[rank].arrive_s + late_s)
    return replace(trip, visits=tuple(visits))
