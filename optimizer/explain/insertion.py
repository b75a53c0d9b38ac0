"""The cheapest ways to add one shipment to a plan that stands, or the knowledge that there is none.

Every place in every trip and a trip of its own at every point of every vehicle's day,
idle vehicles included, is considered; what cannot fit by weight or by the
clock is passed over early, and what is returned has been accepted by the referee.
The plan's other visits keep their order; their times may move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from optimizer.check import check
from optimizer.cost import plan_cost, route_cost
from optimizer.explain.ways import candidates, ways_to_carry
from optimizer.plan import Plan, Route
from optimizer.schedule import draft_of, schedule_route, time_route
from optimizer.stow import legs_on_board, stow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.check import Violation
    from optimizer.explain.ways import Way
    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft, VisitDraft

MOST_REFUSALS = 30
"""Ways that the referee may refuse before the search gives up, and how often one waits for a dock."""


WAYS_AT_A_GLANCE = 10
"""Ways that are listed in the time in which one is timed."""

JUDGING = 10
"""Vehicle days that are timed in the time in which the referee judges a plan."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """The ``plan`` with the shipment on board of ``route``, ``marginal_fen`` dearer to run than before.

    ``is_new_trip``: it rides on a trip that was not there.
    """

    plan: Plan
    route: Route
    marginal_fen: int
    is_new_trip: bool = False


class Day(Protocol):
    """The ``route`` of one vehicle as it was, and its trips as they are to be."""

    @property
    def route(self) -> Route:
        """As it was; trips that stay the same keep their stowage."""

    @property
    def drafts(self) -> tuple[TripDraft, ...]:
        """The trips to be, in driving order."""


@dataclass(frozen=True, slots=True)
class Search:
    """What came of trying: the cheapest way on each of some vehicles, the cheapest first.

    ``work``: vehicle days timed, one for every ``WAYS_AT_A_GLANCE`` listed, ``JUDGING`` for each look of the referee.
    ``is_complete``: no cheaper way was left untried, nor any where fewer were found than were asked for.
    """

    found: tuple[Insertion, ...]
    work: int
    is_complete: bool

    @property
    def best(self) -> Insertion | None:
        """The cheapest way, if there is one."""
        return self.found[0] if self.found else None


def insert_best(
    problem: Problem,
    plan: Plan,
    shipment: Shipment,
    *,
    most_work: int,
    among: Sequence[Route] | None = None,
    below_fen: int | None = None,
    most: int = 1,
    accepted: Plan | None = None,
) -> Search:
    """Return the cheapest way to add ``shipment`` to ``plan`` that the referee accepts; of each vehicle one at most.

    O(visits) ways for down and up shipments, O(visits^2) a trip for local ones; each that
    may be the cheapest is timed, O(visits), and the referee judges only what nothing left can undercut.

    Parameters
    ----------
    plan
        Without violations.
    among
        Routes of the plan and empty routes of idle vehicles that may carry it; None means all.
    below_fen
        Ways that cost so much or more are of no interest; None means that all are.
    most
        Vehicles whose cheapest ways are wanted.
    accepted
        As of ``optimizer.check.check``: what the referee need not look at again.
    """
    among = candidates(problem, plan, shipment) if among is None else among
    queue = [_Priced(way.least_fen, _LISTED, way.rank, way) for way in ways_to_carry(problem, shipment, among)]
    unsoiled = replace(problem, cleanings=()) if problem.cleanings else problem
    work, refused = len(queue) // WAYS_AT_A_GLANCE, 0
    found: dict[str, Insertion] = {}
    heapify(queue)
    while queue and len(found) < most and (below_fen is None or queue[0].fen < below_fen):
        if work >= most_work or refused >= MOST_REFUSALS:
            return Search(tuple(found.values()), work, is_complete=False)
        known = heappop(queue)
        if known.way.route.vehicle in found:
            continue
        if known.stage == _JUDGED:
            work += JUDGING
            better, judged = None, _accepted(problem, plan, shipment, known.way, accepted)
            if judged is not None and judged.marginal_fen <= known.fen:
                found[judged.route.vehicle], refused = judged, 0
                continue
            refused += 1
            if judged is not None:  # it has to wait for a dock
                better = known._replace(fen=judged.marginal_fen)
        else:
            work += known.stage == _LISTED
            better = _better_priced(problem, unsoiled, known)
        if better is not None:
            heappush(queue, better)
    return Search(tuple(found.values()), work, is_complete=True)


_LISTED, _TIMED, _JUDGED = 0, 1, 2
"""What is done next with a way is to time it, to stow and schedule it, or to have it judged."""


class _Priced(NamedTuple):
    """A way and what it costs at least, for all that is known at its stage; the cheapest is looked at next."""

    fen: int
    stage: int
    rank: int
    way: Way


def _better_priced(problem: Problem, unsoiled: Problem, known: _Priced) -> _Priced | None:
    """Return the way with its least cost when timed, or its cost when scheduled; None where neither can be.

    ``unsoiled`` is the problem without cleanings: what must be cleaned depends on the stowage, which comes last.
    """
    way, kind = known.way, problem.vehicle_type_of[known.way.route.vehicle_type]
    if known.stage == _LISTED:
        times = time_route(unsoiled, kind.id, way.drafts) if _all_fit(problem, kind, way) else None
        fen = None if times is None else max(known.fen, way.least_fen_for(times.duration_s))
        return None if fen is None else known._replace(fen=fen, stage=_TIMED)
    route = scheduled(problem, way)
    fen = None if route is None else _dearer(problem, route, way.route)
    return None if fen is None else known._replace(fen=fen, stage=_JUDGED)


def _all_fit(problem: Problem, kind: VehicleType, way: Way) -> bool:
    """Judge the trips that change, a quick look before anything is timed."""
    old = {draft_of(trip) for trip in way.route.trips}
    return all(_fits(problem, kind, draft.visits) for draft in way.drafts if draft not in old)


def _dearer(problem: Problem, after: Route, before: Route) -> int:
    """Return by how much one day of a vehicle is dearer to run than another."""
    return route_cost(problem, after).operating_fen - route_cost(problem, before).operating_fen


def first_day(problem: Problem, ways: Iterable[Way], most: int) -> tuple[Route | None, int]:
    """Return the first way that can be loaded and timed, not judged, and how many were tried, ``most`` at most."""
    tried = 0
    for way in islice(ways, most):
        tried += 1
        if _all_fit(problem, problem.vehicle_type_of[way.route.vehicle_type], way):
            route = scheduled(problem, way)
            if route is not None:
                return route, tried
    return None, tried


def scheduled(
    problem: Problem, day: Day, *, earliest_loads: Sequence[int] = (), fixed_loads: Sequence[int] = ()
) -> Route | None:
    """Stow what changed and give the day its times, or None."""
    kind = problem.vehicle_type_of[day.route.vehicle_type]
    old = {draft_of(trip) for trip in day.route.trips}
    drafts = []
    for draft in day.drafts:
        stowage = draft.stowage if draft in old else stow(problem, kind, draft.visits)
        if stowage is None:
            return None
        drafts.append(replace(draft, stowage=stowage))
    loads = {"earliest_loads": earliest_loads, "fixed_loads": fixed_loads}
    return schedule_route(problem, kind.id, day.route.number, drafts, **loads)


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


def _accepted(problem: Problem, plan: Plan, shipment: Shipment, way: Way, accepted: Plan | None) -> Insertion | None:
    """Let the referee judge the whole plan with the shipment on its way."""
    left = tuple(u for u in plan.unserved if u.shipment != shipment.id)
    grown = settled(problem, replace(plan, unserved=left), way, accepted=accepted)
    if grown is None:
        return None
    route = next(r for r in grown.routes if r.vehicle == way.route.vehicle)
    is_new_trip = len(route.trips) > len(way.route.trips)
    return Insertion(grown, route, _dearer(problem, route, way.route), is_new_trip)


def settled(problem: Problem, plan: Plan, day: Day, *, accepted: Plan | None = None) -> Plan | None:
    """Return ``plan`` with another day of one vehicle, as the referee accepts it, or None.

    A vehicle that finds no dock free waits for one and is judged again; last it is let load when it did before.
    ``accepted``: as of ``optimizer.check.check``.
    """
    earliest = [0] * len(day.drafts)
    for _ in range(MOST_REFUSALS):
        route = scheduled(problem, day, earliest_loads=earliest)
        if route is None:
            break
        changed = _with_route(problem, plan, route, accepted)
        wrong = check(problem, changed, accepted=accepted)
        if not wrong:
            return changed
        if not _wait_for_dock(problem, changed, route, wrong, earliest):
            break
    if not any(earliest):
        return None
    before = [trip.load_start_s for trip in day.route.trips]
    route = scheduled(problem, day, fixed_loads=before) if len(before) == len(day.drafts) else None
    again = None if route is None else _with_route(problem, plan, route, accepted)
    return None if again is None or check(problem, again, accepted=accepted) else again


def _with_route(problem: Problem, plan: Plan, route: Route, accepted: Plan | None) -> Plan:
    others = tuple(r for r in plan.routes if r.vehicle != route.vehicle)
    changed = Plan(routes=(*others, route), unserved=plan.unserved)
    return replace(changed, cost=plan_cost(problem, changed, accepted=accepted))


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
