"""Where one more order could ride: ranked ways into a plan that stands, leaving it out among them.

For every vehicle the cheapest day with the shipment on board is made; the cheapest of these days are judged by the
referee with the whole plan, and only what it accepts is offered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from api.commands.explain import shipments_named
from api.service.rehearsing import written
from optimizer.check import check
from optimizer.cost import plan_cost, route_cost
from optimizer.explain.insertion import first_day, settled
from optimizer.explain.question import taken_out
from optimizer.explain.ways import candidates, ways_to_carry
from optimizer.plan import Plan, Unserved
from optimizer.schedule import draft_of
from scenarios.event_columns import EVENTS_FILE
from scenarios.events_county import changed_day
from scenarios.events_file import read_events

if TYPE_CHECKING:
    from api.service.questions import Asked
    from optimizer.explain.ways import Way
    from optimizer.model import Shipment
    from optimizer.plan import Cost, Route
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

TRIES = 12
"""Ways on one vehicle that are looked at in full before it is passed over."""


class _Day(NamedTuple):
    """One vehicle's day with the shipment on board, and what it costs more."""

    marginal_fen: int
    rank: int
    route: Route
    drafts: tuple[TripDraft, ...]


class _Standing(NamedTuple):
    """A plan, its problem, and the cost that changes are counted from."""

    problem: Problem
    plan: Plan
    total_fen: int
    operating_fen: int


def insertions(asked: Asked) -> dict[str, Any]:
    """Return, for each shipment of an order, ranked ways to carry it, the cheapest first, and leaving it out.

    The order is one of the scenario, or a new one (``added``, an events file); changes are against the plan as it
    stands, without the new order. ``is_complete`` is False where the plan itself is not accepted, so that nothing can
    be put into it.

    Raises
    ------
    InvalidInput
        E431 for a name that is neither a shipment nor an order, E370 for a new order with faults, E654 for a day
        across tiers.
    """
    most, order = asked.question["most"], asked.question["order"]
    if asked.question.get("added"):
        problem, plan = _with_new(asked)
        new = [s for s in problem.shipments if s.id not in asked.county.problem.shipment_of]
        penalty_fen = sum(s.penalty_fen for s in new)
        told = []
        for shipment in new:  # of several, each is told as if the others were of no account
            others_fen = plan.cost.total_fen - penalty_fen + sum(s.penalty_fen for s in new if s is not shipment)
            standing = _Standing(problem, plan, others_fen, plan.cost.operating_fen)
            told.append(_ranked(asked, standing, shipment.id, most))
        return {"order": order, "shipments": told}
    plan = asked.plan
    standing = _Standing(asked.county.problem, plan, plan.cost.total_fen, plan.cost.operating_fen)
    names = shipments_named(asked.county, order)
    return {"order": order, "shipments": [_ranked(asked, standing, name, most) for name in names]}


def _with_new(asked: Asked) -> tuple[Problem, Plan]:
    """Return problem and plan with the new order's shipments, which are not carried yet."""
    plan, county = asked.plan, asked.county
    events = read_events(written(asked, asked.question["added"], EVENTS_FILE), county.scenario)
    problem = changed_day(county, plan, events).problem
    new = (s for s in problem.shipments if s.id not in county.problem.shipment_of)
    left = (*plan.unserved, *(Unserved(shipment=shipment.id, reason="U100") for shipment in new))
    grown = replace(plan, unserved=left)
    return problem, replace(grown, cost=plan_cost(problem, grown))


def _ranked(asked: Asked, standing: _Standing, name: str, most: int) -> dict[str, Any]:
    problem, plan = standing.problem, standing.plan
    shipment = problem.shipment_of[name]
    carrier = next((r for r in plan.routes if any(name in t.shipments for t in r.trips)), None)
    base = plan if carrier is None else taken_out(problem, plan, name)
    now = None if carrier is None else asked.handover(carrier, name)
    told = {"shipment": name, "now": now, "penalty_fen": shipment.penalty_fen}
    if base is None:  # what is left without it keeps no rule: it holds the plan together
        return {**told, "options": [], "is_complete": False}
    ways = _offered(asked, standing, base, shipment, most=most)
    options = sorted((*ways, _option("leave_out", standing, base.cost)), key=lambda option: option["total_change_fen"])
    return {**told, "options": options, "is_complete": bool(ways) or not check(problem, base)}


def _option(kind: str, standing: _Standing, cost: Cost) -> dict[str, Any]:
    return {
        "kind": kind,
        "total_change_fen": cost.total_fen - standing.total_fen,
        "operating_change_fen": cost.operating_fen - standing.operating_fen,
    }


def _offered(asked: Asked, standing: _Standing, base: Plan, shipment: Shipment, *, most: int) -> list[dict[str, Any]]:
    """Return the cheapest ways that the referee accepts."""
    problem, found = standing.problem, []
    for day in sorted(_days(problem, base, shipment)):
        left = tuple(u for u in base.unserved if u.shipment != shipment.id)
        grown = settled(problem, Plan(routes=base.routes, unserved=left, cost=base.cost), day)
        if grown is None:
            continue
        route = next(r for r in grown.routes if r.vehicle == day.route.vehicle)
        at = asked.handover(route, shipment.id)
        is_new_trip = len(route.trips) > len(day.route.trips)
        found.append({**_option("carry", standing, grown.cost), **at, "is_new_trip": is_new_trip})
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
            marginal_fen = route_cost(problem, after).operating_fen - route_cost(problem, route).operating_fen
            found.append(_Day(marginal_fen, rank, route, tuple(draft_of(trip) for trip in after.trips)))
    return found
