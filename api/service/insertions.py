"""Where one more order could ride: ranked ways into a plan that stands, leaving it out among them.

For every vehicle the cheapest day with the shipment on board is made; the cheapest of these days are judged by the
referee with the whole plan, and only what it accepts is offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.commands.explain import shipments_named
from optimizer.check import check
from optimizer.cost import route_cost
from optimizer.explain.insertion import first_day, settled
from optimizer.explain.question import taken_out
from optimizer.explain.ways import candidates, ways_to_carry
from optimizer.plan import Plan
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from api.service.questions import Asked
    from optimizer.explain.ways import Way
    from optimizer.model import Shipment
    from optimizer.plan import Route
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

TRIES = 12
"""Ways on one vehicle that are looked at in full before it is passed over."""

MOST_OFFERED = 20


class _Day(NamedTuple):
    """One vehicle's day with the shipment on board, and what it costs more."""

    marginal_fen: int
    rank: int
    route: Route
    drafts: tuple[TripDraft, ...]
    after: Route


def insertions(asked: Asked) -> dict[str, Any]:
    """Return, for each shipment of an order, ranked ways to carry it, the cheapest first, and leaving it out.

    ``is_complete`` is False where the plan itself is not accepted, so that nothing can be put into it.

    Raises
    ------
    InvalidInput
        E431 for a name that is neither a shipment nor an order, E654 for a day across tiers.
    """
    plan, most = asked.plan, asked.question["most"]
    names = shipments_named(asked.county, asked.question["order"])
    return {"order": asked.question["order"], "shipments": [_ranked(asked, plan, name, most) for name in names]}


def _ranked(asked: Asked, plan: Plan, name: str, most: int) -> dict[str, Any]:
    problem = asked.county.problem
    shipment = problem.shipment_of[name]
    carrier = next((r for r in plan.routes if any(name in t.shipments for t in r.trips)), None)
    base = plan if carrier is None else taken_out(problem, plan, name)
    now = None if carrier is None else asked.handover(carrier, name)
    told = {"shipment": name, "now": now, "penalty_fen": shipment.penalty_fen}
    if base is None:  # what is left without it keeps no rule: it holds the plan together
        return {**told, "options": [], "is_complete": False}
    ways = _offered(asked, base, shipment, most)
    left_fen = base.cost.total_fen - plan.cost.total_fen
    leave = {
        "kind": "leave_out",
        "total_change_fen": left_fen,
        "operating_change_fen": base.cost.operating_fen - plan.cost.operating_fen,
    }
    options = sorted((*ways, leave), key=lambda option: option["total_change_fen"])
    return {**told, "options": options, "is_complete": bool(ways) or not check(problem, base)}


def _offered(asked: Asked, base: Plan, shipment: Shipment, most: int) -> list[dict[str, Any]]:
    """Return the cheapest ways that the referee accepts; costs are against the stored plan."""
    problem, found = asked.county.problem, []
    for day in sorted(_days(problem, base, shipment)):
        left = tuple(u for u in base.unserved if u.shipment != shipment.id)
        grown = settled(problem, Plan(routes=base.routes, unserved=left, cost=base.cost), day)
        if grown is None:
            continue
        route = next(r for r in grown.routes if r.vehicle == day.route.vehicle)
        cost, before = grown.cost, asked.plan.cost
        found.append(
            {
                "kind": "carry",
                **asked.handover(route, shipment.id),
                "is_new_trip": len(route.trips) > len(day.route.trips),
                "total_change_fen": cost.total_fen - before.total_fen,
                "operating_change_fen": cost.operating_fen - before.operating_fen,
            }
        )
        if len(found) == most:
            break
    return found


def _days(problem: Problem, base: Plan, shipment: Shipment) -> list[_Day]:
    """Return the cheapest day of every vehicle that could be loaded and timed with the shipment."""
    found = []
    for rank, route in enumerate(candidates(problem, base, shipment)):
        ways: list[Way] = sorted(ways_to_carry(problem, shipment, [route]), key=lambda way: (way.least_fen, way.rank))
        after, _ = first_day(problem, ways, TRIES)
        if after is not None:
            before_fen = route_cost(problem, route).operating_fen
            drafts = tuple(draft_of(trip) for trip in after.trips)
            marginal_fen = route_cost(problem, after).operating_fen - before_fen
            found.append(_Day(marginal_fen, rank, route, drafts, after))
    return found
