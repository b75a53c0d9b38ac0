"""One more vehicle for many shipments: how much of what a plan leaves would ride on it, as the referee accepts it.

Asked for one shipment at a time, one more vehicle looks dear; a dispatcher who calls one in fills it. Filling is
greedy, the next nearest always first, each where it costs least; the referee judges the day as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.cost import route_cost
from optimizer.explain.insertion import JUDGING, first_day, settled
from optimizer.explain.ways import ways_to_carry
from optimizer.model import HORIZON_S
from optimizer.plan import Route
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.model import Shipment, VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

MOST_WORK = 600
"""Vehicle days timed for one type of vehicle."""

MOST_WAYS = 4
"""Ways tried for one shipment, the cheapest by distance first."""


class Filled(NamedTuple):
    """The day of one more vehicle: ``shipments`` that it takes from those left, and what it costs in all.

    ``saved_fen``: penalties less cost.
    """

    vehicle_type: str
    route: Route
    shipments: frozenset[str]
    total_fen: int
    saved_fen: int

    @property
    def share_fen(self) -> int:
        """Return the cost divided among the shipments, rounded up."""
        return -(-self.total_fen // len(self.shipments))


class _Day(NamedTuple):
    route: Route
    drafts: tuple[TripDraft, ...]


def filled(
    grown: Mapping[str, Problem], plan: Plan, left: Iterable[Shipment], most_work: int
) -> tuple[Filled | None, int]:
    """Return the one more vehicle that saves most, or None where none takes more than one; and the work it took.

    Parameters
    ----------
    grown
        By vehicle type, the problem with one more of it.
    left
        Shipments that the plan leaves.
    most_work
        Vehicle days timed in all, and ``JUDGING`` for each look of the referee.
    """
    wanted = tuple(left)
    best: Filled | None = None
    work = 0
    for id_, problem in grown.items():
        if work >= most_work:
            break
        route, used = _loaded(problem, problem.vehicle_type_of[id_], wanted, min(MOST_WORK, most_work - work))
        work += used + JUDGING
        found = _judged(problem, plan, route)
        if found is not None and (best is None or found.saved_fen > best.saved_fen):
            best = found
    return best, work


def _loaded(problem: Problem, kind: VehicleType, wanted: Iterable[Shipment], most_work: int) -> tuple[Route, int]:
    """Return the new vehicle's day with all that it can take for less than leaving it, and the days timed."""
    route = Route(vehicle_type=kind.id, number=kind.count, trips=())
    left, place, work = list(wanted), kind.depot, 0
    while left and work < most_work:
        shipment = min(left, key=lambda s: _seconds(problem, kind, place, s))
        left.remove(shipment)
        ways = sorted(ways_to_carry(problem, shipment, (route,)))
        worth = (way for way in ways if way.road_fen - kind.fixed_fen < shipment.penalty_fen)
        after, tried = first_day(problem, worth, MOST_WAYS)
        work += tried
        if after is not None:
            route, place = after, _end(problem, shipment)
    return route, work


def _end(problem: Problem, shipment: Shipment) -> str:
    """Return the end of a shipment at which a vehicle has to call."""
    return shipment.origin if problem.direction(shipment) == "up" else shipment.destination


def _seconds(problem: Problem, kind: VehicleType, place: str, shipment: Shipment) -> tuple[int, int, str]:
    """Return how far a shipment is from a place, what cannot be reached last; then dear ones first."""
    drive_s = int(
        problem.matrices[kind.profile].duration_s[problem.index(place), problem.index(_end(problem, shipment))]
    )
    return (HORIZON_S if drive_s < 0 else drive_s), -shipment.penalty_fen, shipment.id


def _judged(problem: Problem, plan: Plan, route: Route) -> Filled | None:
    """Return the day if the referee accepts it with the rest of the plan, and if it carries more than one shipment."""
    ids = frozenset(i for trip in route.trips for i in trip.shipments)
    if len(ids) < 2:
        return None
    left = tuple(u for u in plan.unserved if u.shipment not in ids)
    empty = Route(vehicle_type=route.vehicle_type, number=route.number, trips=())
    day = settled(
        problem, type(plan)(routes=plan.routes, unserved=left), _Day(empty, tuple(map(draft_of, route.trips)))
    )
    if day is None:
        return None
    made = next(r for r in day.routes if r.vehicle == route.vehicle)
    total_fen = route_cost(problem, made).operating_fen
    saved_fen = sum(problem.shipment_of[i].penalty_fen for i in ids) - total_fen
    return Filled(made.vehicle_type, made, ids, total_fen, saved_fen) if saved_fen > 0 else None
