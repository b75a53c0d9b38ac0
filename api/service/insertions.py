"""Where one more order could ride: ranked ways into a plan that stands, leaving it out among them.

The cheapest day of each vehicle with the shipment on board, the cheapest vehicle first; how that is found, and judged,
is ``optimizer.explain.ranking``'s. Here it is said in an answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from api.commands.explain import shipments_named
from api.service.rehearsing import written
from optimizer.cost import plan_cost
from optimizer.explain.ranking import carry_together, rank_ways
from optimizer.plan import Unserved
from optimizer.tiers.model import TieredPlan
from scenarios.event_columns import EVENTS_FILE
from scenarios.events_county import changed_day
from scenarios.events_file import read_events

if TYPE_CHECKING:
    from api.service.questions import Asked
    from optimizer.explain.insertion import Insertion
    from optimizer.plan import Cost, Plan
    from optimizer.problem import Problem

MOST_WORK = 4_000
"""Work on one shipment, as ``explain.insertion`` counts it: some two seconds, where 300 places take a tenth of one."""

MOST_SHIPMENTS = 10
"""Shipments of one order that are looked at: the parts of a very large one differ little."""


class _Standing(NamedTuple):
    """A plan, its problem, and the cost that changes are counted from."""

    problem: Problem
    plan: Plan
    total_fen: int
    operating_fen: int

    def dearer_by(self, fen: int) -> _Standing:
        """Return the same, as if the plan had cost more."""
        return self._replace(total_fen=self.total_fen + fen)


def insertions(asked: Asked) -> dict[str, Any]:
    """Return, for each shipment of an order, ranked ways to carry it, the cheapest first, and leaving it out.

    The day is one without stations and lines, for which there is ``api.service.tiered_insertions``.

    The order is one of the scenario, or a new one (``added``, an events file); changes are against the plan as it
    stands, without the new order. ``is_complete`` is False where the plan itself is not accepted, so that nothing can
    be put into it, and where a cheaper way may have been missed for lack of work.

    Of an order in several shipments each is told as if the others stayed as they are, a new one's left and of no
    account; ``together`` is one way for all of them at once. Of more than ``MOST_SHIPMENTS`` the first are told, and
    how many there are.

    Raises
    ------
    InvalidInput
        E431 for a name that is neither a shipment nor an order, E370 for a new order with faults.
    """
    order = asked.question["order"]
    if asked.question.get("added"):
        problem, plan = _with_new(asked)
        new = [s for s in problem.shipments if s.id not in asked.open.problem.shipment_of]
        penalty_fen = sum(s.penalty_fen for s in new)
        standing = _Standing(problem, plan, plan.cost.total_fen - penalty_fen, plan.cost.operating_fen)
        dearer = {s.id: penalty_fen - s.penalty_fen for s in new}  # the others, which are left, are of no account
    else:
        plan = asked.plan
        standing = _Standing(asked.open.problem, plan, plan.cost.total_fen, plan.cost.operating_fen)
        dearer = dict.fromkeys(shipments_named(asked.open, order), 0)
    told = [_ranked(asked, standing.dearer_by(fen), name) for name, fen in list(dearer.items())[:MOST_SHIPMENTS]]
    together = _together(asked, standing, tuple(dearer)) if 1 < len(dearer) <= MOST_SHIPMENTS else None
    return {"order": order, "num_shipments": len(dearer), "shipments": told, "together": together}


def _with_new(asked: Asked) -> tuple[Problem, Plan]:
    """Return problem and plan with the new order's shipments, which are not carried yet."""
    plan, county = asked.plan, asked.open
    events = read_events(written(asked, asked.question["added"], EVENTS_FILE), county.scenario)
    problem = changed_day(county, plan, events).problem
    new = (s for s in problem.shipments if s.id not in county.problem.shipment_of)
    left = (*plan.unserved, *(Unserved(shipment=shipment.id, reason="U100") for shipment in new))
    grown = replace(plan, unserved=left)
    return problem, replace(grown, cost=plan_cost(problem, grown))


def _ranked(asked: Asked, standing: _Standing, name: str) -> dict[str, Any]:
    problem, plan = standing.problem, standing.plan
    carrier = next((r for r in plan.routes if any(name in t.shipments for t in r.trips)), None)
    now = None if carrier is None else asked.handover(carrier, name)
    found = rank_ways(problem, plan, name, most=asked.question["most"], most_work=MOST_WORK)
    ways = [way for way in found.ways if not asked.lapses(TieredPlan(plan=way.plan, choice={}))]
    options = [_carried(asked, standing, way, name) for way in ways]
    if found.left_out is not None:
        options.append(_option("leave_out", standing, found.left_out.cost))
    return {
        "shipment": name,
        "now": now,
        "penalty_fen": problem.shipment_of[name].penalty_fen,
        "options": sorted(options, key=lambda option: option["total_change_fen"]),
        "is_complete": found.is_complete and len(ways) == len(found.ways),
    }


def _option(kind: str, standing: _Standing, cost: Cost) -> dict[str, Any]:
    return {
        "kind": kind,
        "total_change_fen": cost.total_fen - standing.total_fen,
        "operating_change_fen": cost.operating_fen - standing.operating_fen,
    }


def _carried(asked: Asked, standing: _Standing, way: Insertion, name: str) -> dict[str, Any]:
    at = asked.handover(way.route, name)
    return {**_option("carry", standing, way.plan.cost), **at, "is_new_trip": way.is_new_trip}


def _together(asked: Asked, standing: _Standing, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Return one way for all shipments of an order at once; None where the others may not ride without them."""
    problem, plan = standing.problem, standing.plan
    found = carry_together(problem, plan, names, most_work=MOST_WORK // len(names))
    if found is None or asked.lapses(TieredPlan(plan=found.plan, choice={})):
        return None
    route_of = {name: route for route, trip in found.plan.trips() for name in trip.shipments}
    carried = [{"shipment": name, **asked.handover(route_of[name], name)} for name in names if name in route_of]
    change = _option("together", standing, found.plan.cost)
    return {**change, "carried": carried, "left": list(found.left), "is_complete": found.is_complete}
