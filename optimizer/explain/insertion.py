"""The cheapest way to add one shipment to a plan that stands, or the knowledge that there is none.

Every place in every trip and a trip of its own at every point of every vehicle's day,
idle vehicles included, is considered; what cannot fit by weight or by the
clock is passed over early, and what is returned has been accepted by the referee.
The plan's other visits keep their order; their times may move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.cost import plan_cost, route_cost
from optimizer.explain.ways import ways_to_carry
from optimizer.plan import Plan, Route
from optimizer.schedule import draft_of, schedule_route
from optimizer.stow import legs_on_board, stow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.check import Violation
    from optimizer.explain.ways import Way
    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem
    from optimizer.schedule import VisitDraft

MOST_REFUSALS = 30
"""Ways that the referee may refuse before the search gives up, and how often one waits for a dock."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """The ``plan`` with the shipment on board of ``route``, ``marginal_fen`` dearer to run than before."""

    plan: Plan
    route: Route
    marginal_fen: int


@dataclass(frozen=True, slots=True)
class Search:
    """What came of trying: the ``best`` way if there is one.

    ``work``: vehicle days timed, and one for every ten ways thought of.
    ``is_complete``: every way was looked at.
    """

    best: Insertion | None
    work: int
    is_complete: bool


def insert_best(problem: Problem, plan: Plan, shipment: Shipment, *, most_work: int = 20_000) -> Search:
    """Return the cheapest way to add ``shipment`` to ``plan`` that the referee accepts.

    "Accepts": nothing is wrong that was not wrong before. O(visits) ways for down and up
    shipments, O(visits^2) a trip for local ones; each that may fit is scheduled, O(visits).
    """
    ways = sorted(ways_to_carry(problem, plan, shipment))
    known = frozenset(check(problem, plan))
    best: Insertion | None = None
    work, refused = len(ways) // 10, 0
    for way in ways:
        if best is not None and way.least_fen >= best.marginal_fen:
            break
        if work >= most_work or refused >= MOST_REFUSALS:
            return Search(best, work, is_complete=False)
        work += 1
        if not _is_cheaper(problem, way, best):
            continue
        found = _accepted(problem, plan, shipment, way, known)
        refused += found is None
        if found is not None and (best is None or found.marginal_fen < best.marginal_fen):
            best = found
    return Search(best, work, is_complete=True)


def _is_cheaper(problem: Problem, way: Way, best: Insertion | None) -> bool:
    """Tell whether the day can be timed at all, and costs less more than ``best``, before the referee is asked."""
    route = _scheduled(problem, way, ())
    if route is None or best is None:
        return route is not None
    return _operating_fen(problem, route) - _operating_fen(problem, way.route) < best.marginal_fen


def _operating_fen(problem: Problem, route: Route) -> int:
    return route_cost(problem, route).operating_fen


def _scheduled(problem: Problem, way: Way, earliest_loads: Sequence[int]) -> Route | None:
    """Stow what changed and give the day its times, or None."""
    kind = problem.vehicle_type_of[way.route.vehicle_type]
    old = {draft_of(trip) for trip in way.route.trips}
    drafts = []
    for draft in way.drafts:
        if draft not in old:
            stowage = stow(problem, kind, draft.visits) if _fits(problem, kind, draft.visits) else None
            if stowage is None:
                return None
            drafts.append(replace(draft, stowage=stowage))
        else:
            drafts.append(draft)
    return schedule_route(problem, kind.id, way.route.number, drafts, earliest_loads=earliest_loads)


def _fits(problem: Problem, kind: VehicleType, visits: Sequence[VisitDraft]) -> bool:
    """Judge all compartments together, a quick look before the stowage is made."""
    spans = legs_on_board(visits)
    for dimension, room in enumerate(kind.capacity):
        change = [0] * (len(visits) + 2)
        for id_, (first, last) in spans.items():
            load = problem.shipment_of[id_].load[dimension]
            change[first] += load
            change[last] -= load
        aboard = 0
        for step in change:
            aboard += step
            if aboard > room:
                return False
    return True


def _accepted(
    problem: Problem, plan: Plan, shipment: Shipment, way: Way, known: frozenset[Violation]
) -> Insertion | None:
    """Let the referee judge the whole plan; a vehicle that finds no dock free waits for one and is judged again."""
    earliest = [0] * len(way.drafts)
    for _ in range(MOST_REFUSALS):
        route = _scheduled(problem, way, earliest)
        if route is None:
            return None
        others = tuple(r for r in plan.routes if r.vehicle != route.vehicle)
        left = tuple(u for u in plan.unserved if u.shipment != shipment.id)
        grown = Plan(routes=(*others, route), unserved=left)
        grown = replace(grown, cost=plan_cost(problem, grown))
        wrong = [v for v in check(problem, grown) if v not in known]
        if not wrong:
            dearer = grown.cost.operating_fen - plan_cost(problem, plan).operating_fen
            return Insertion(grown, route, dearer)
        if not _wait_for_dock(problem, grown, route, wrong, earliest):
            return None
    return None


def _wait_for_dock(problem: Problem, plan: Plan, route: Route, wrong: Sequence[Violation], earliest: list[int]) -> bool:
    """Put off the loading that finds no dock until one is free; False when something else is wrong."""
    if any(v.rule != "docks" for v in wrong):
        return False
    moment, place = wrong[0].time_s or 0, wrong[0].place
    loading_s = problem.depot_of[place].loading_s
    starts = [t.load_start_s for r, t in plan.trips() if t.start == place and r.vehicle != route.vehicle]
    frees = [s + loading_s for s in starts if s <= moment < s + loading_s]
    for k, trip in enumerate(route.trips):
        if trip.load_start_s <= moment < trip.load_start_s + loading_s and frees:
            earliest[k] = max(earliest[k] + 1, min(frees))
            return True
    return False
