"""A day planned by standing lines: same as every day, but for what does not fit.

The usual goods are locked to their line's vehicle and hour, so that the search can only skip stops, order
what is near in time, and place what is new. Goods that cannot go so are set free, and
only they: first of the hour, when they are not ready in time, then of line and hour, when the plan leaves them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.model import Lock, TimeWindow
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft, draft_of
from scenarios.standing.model import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from scenarios.standing.model import LineTrip, StandingLines

Solver = Callable[["Problem", "Plan | None"], "Plan"]
"""Solves a problem, beginning with a plan if there is one; the answer keeps all rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDay:
    """A day's plan and which shipments had to be ``freed`` from their locks for it, in the order of the problem."""

    plan: Plan
    freed: tuple[str, ...] = ()


def follow(lines: StandingLines, day: Problem, solve: Solver, *, hour_s: int | None = None) -> HeldDay:
    """Return the plan of a day by the lines; one solve, and another where something had to be set free.

    Parameters
    ----------
    day
        The day's own problem; its locks stand, and goods that they bind are not locked by a line.
    hour_s
        How long the hours are for this once; None: as long as the lines say.
    """
    locks = line_locks(lines, day, hour_s=lines.hour_s if hour_s is None else hour_s)
    return held(day, locks, line_drafts(lines, day), solve)


def held(problem: Problem, locks: Sequence[Lock], drafts: Mapping[Unit, Sequence[TripDraft]], solve: Solver) -> HeldDay:
    """Return the best plan found that keeps ``locks``, but for shipments that it would have to leave behind."""
    bound = replace(problem, locks=(*problem.locks, *locks))
    plan = solved(bound, complete(bound, drafts), solve)
    left = {u.shipment for u in plan.unserved} & {lock.shipment for lock in locks}
    if not left:
        return HeldDay(plan=plan)
    loose = replace(problem, locks=(*problem.locks, *(lock for lock in locks if lock.shipment not in left)))
    trips = {(r.vehicle_type, r.number): [draft_of(trip) for trip in r.trips] for r in plan.routes}
    freer = solved(loose, min((plan, complete(loose, trips)), key=_cost), solve)
    return HeldDay(plan=freer, freed=tuple(s.id for s in problem.shipments if s.id in left))


def solved(problem: Problem, start: Plan, solve: Solver) -> Plan:
    """Return what the solver makes of ``start``; never worse than that, if that keeps all rules."""
    plan = solve(problem, start)
    if _cost(plan) <= _cost(start) or check(problem, start):
        return plan
    return start


def line_locks(lines: StandingLines, day: Problem, *, hour_s: int) -> tuple[Lock, ...]:
    """Return the locks that hold a day's goods to their lines; goods that are ready too late keep the vehicle only."""
    bound, stop_of = {lock.shipment for lock in day.locks}, lines.stop_of
    counts = {v.id: v.count for v in day.vehicle_types}
    locks = []
    for s in day.shipments:
        line, stop = stop_of.get(Kind.of(s), (None, None))
        if s.id in bound or line is None or stop is None or line.number > counts.get(line.vehicle_type, 0):
            continue
        hour = TimeWindow(early_s=max(0, stop.at_s - hour_s // 2), late_s=stop.at_s + hour_s // 2)
        is_late = s.ready_s > hour.late_s and day.direction(s) != "down"
        window = None if is_late else hour
        locks.append(Lock(shipment=s.id, vehicle_type=line.vehicle_type, number=line.number, window=window))
    return tuple(locks)


def line_drafts(lines: StandingLines, day: Problem) -> dict[tuple[str, int], list[TripDraft]]:
    """Return every line's trips with what the day has for their stops; stops with nothing are skipped."""
    goods: dict[Kind, list[Shipment]] = defaultdict(list)
    for s in day.shipments:
        goods[Kind.of(s)].append(s)
    return {
        (line.vehicle_type, line.number): [TripDraft(visits=tuple(_visits(trip, goods, day))) for trip in line.trips]
        for line in lines.lines
    }


def _visits(trip: LineTrip, goods: dict[Kind, list[Shipment]], day: Problem) -> Iterator[VisitDraft]:
    """Yield the visits of a trip; local goods are collected at the first stop of the trip at their origin."""
    local = [s for stop in trip.stops for kind in stop.kinds for s in goods[kind] if day.direction(s) == "local"]
    begun: set[str] = set()
    for stop in trip.stops:
        here = [s for kind in stop.kinds for s in goods[kind]]
        deliver = tuple(s.id for s in here if s.destination == stop.place and _is_aboard(s, day, begun))
        collect = tuple(s.id for s in here if s.origin == stop.place)
        collect += tuple(s.id for s in local if s.origin == stop.place and s.id not in begun)
        begun.update(collect)
        if deliver or collect:
            yield VisitDraft(place=stop.place, deliver=deliver, collect=collect)


def _is_aboard(shipment: Shipment, day: Problem, begun: Collection[str]) -> bool:
    return day.direction(shipment) != "local" or shipment.id in begun


def _cost(plan: Plan) -> int:
    return plan.cost.total_fen
