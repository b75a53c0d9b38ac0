"""A plan changed by hand, timed anew and judged: which rules it breaks, what it costs more or less.

Decisions come without times: who is visited in which order and what is handed over. A day that can be timed under all
rules gets the least hours; one that cannot is driven as fast as the roads allow, so that the referee can say what is
wrong with it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from api.errors import InvalidInput
from api.schemas import Origin, from_plan
from api.service.questions import cost_record
from optimizer.check import check
from optimizer.cost import plan_cost
from optimizer.explain.insertion import scheduled, settled
from optimizer.plan import Plan, Route, Trip, Unserved, Visit
from optimizer.schedule import TripDraft, VisitDraft
from optimizer.stow import stow
from optimizer.tiers.model import TieredPlan
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from api.service.questions import Asked
    from optimizer.daybook import Unit
    from optimizer.model import TimeWindow, VehicleType
    from optimizer.problem import Problem
    from optimizer.replan.past import Lapse
    from optimizer.tiers.violations import HandoverViolation
    from optimizer.violations import Violation

ENDING = Text("能在方案时间范围内结束的路线", "days that end within the hours that a plan can hold")

MOST_NAMED = 5
"""Unknown ids that a refusal names."""


def evaluate(asked: Asked) -> dict[str, Any]:
    """Return the changed plan of one tier with its times, every broken rule, and its cost against the stored plan.

    Raises
    ------
    InvalidInput
        E658 for ids that the scenario does not have, and for goods that ride a line here; E651 for a vehicle that would
        be on the road longer than a plan can say.
    """
    before, problem = asked.plan, asked.open.problem
    days = asked.question["routes"]
    rides = asked.question.get("rides") or ()
    refuse_unknown(asked, [*unknown_in(problem, days, problem.shipment_of), *(ride["departure"] for ride in rides)])
    plan = retimed(problem, before, days)
    return {
        **judged(asked, check(problem, plan), asked.lapses(TieredPlan(plan=plan, choice={})), plan, before),
        "plan": _record(plan),
    }


def _record(plan: Plan) -> dict[str, Any]:
    try:
        return from_plan(plan, Origin()).plan.model_dump(mode="json")
    except ValidationError:  # thousands of visits driven one after another, through weeks
        raise InvalidInput("E651", column="routes", expected=ENDING) from None


def judged(
    asked: Asked,
    violations: Sequence[Violation | HandoverViolation],
    lapses: Sequence[Lapse],
    plan: Plan,
    before: Plan,
) -> dict[str, Any]:
    """Return what the referee says of a plan, what it would change of the past, and its cost against that before."""
    return {
        "is_accepted": not violations and not lapses,
        "violations": [*map(asked.violation, violations), *map(asked.lapse, lapses)],
        "cost": cost_record(plan.cost),
        "cost_before": cost_record(before.cost),
        "cost_change_fen": plan.cost.total_fen - before.cost.total_fen,
        "operating_change_fen": plan.cost.operating_fen - before.cost.operating_fen,
        "unserved": [each.shipment for each in plan.unserved],
    }


def unknown_in(problem: Problem, days: Sequence[Mapping[str, Any]], shipments: Container[str]) -> list[str]:
    """Return ids that mean nothing here; what the known ones break is for the referee to say."""
    places = {place.id for place in problem.places}
    unknown = [f"{day['vehicle_type']}#{day['number']}" for day in days if not _is_vehicle(problem, day)]
    for day in days:
        for visit in (visit for trip in day["trips"] for visit in trip["visits"]):
            unknown += [visit["place"]] if visit["place"] not in places else []
            unknown += [i for i in (*visit["deliver"], *visit["collect"]) if i not in shipments]
    named = Counter((day["vehicle_type"], day["number"]) for day in days)
    return unknown + [f"{kind}#{number} x{count}" for (kind, number), count in named.items() if count > 1]


def refuse_unknown(asked: Asked, unknown: Sequence[str]) -> None:
    """Refuse ids that mean nothing here, E658."""
    if unknown:
        raise InvalidInput("E658", revision=asked.question["revision"], detail=", ".join(unknown[:MOST_NAMED]))


def _is_vehicle(problem: Problem, day: Mapping[str, Any]) -> bool:
    return day["vehicle_type"] in problem.vehicle_type_of and day["number"] >= 1


class _Day(NamedTuple):
    """One vehicle's day: as it was, and as it is to be."""

    route: Route
    drafts: tuple[TripDraft, ...]


def retimed(
    problem: Problem, before: Plan, days: Sequence[Mapping[str, Any]], *, waiting: Container[Unit] = ()
) -> Plan:
    """Return the whole plan: what is as it was keeps its times, what changed is fitted in, what does not fit is driven.

    Days that fit are fitted first, so that a day that breaks rules does not spoil the others. Vehicles that are
    ``waiting`` for goods are timed anew even where nothing else of them has changed.
    """
    plan, changed = _with(problem, before, []), []
    for day in days:
        if not day["trips"]:
            continue
        kind = problem.vehicle_type_of[day["vehicle_type"]]
        old = _old(before, day)
        drafts = tuple(_draft(problem, kind, trip) for trip in day["trips"])
        earliest = [trip.get("load_start_s") or 0 for trip in day["trips"]]
        if is_changed(before, day) or (kind.id, day["number"]) in waiting:
            changed.append((_Day(old, drafts), earliest))
        else:
            plan = _with(problem, before, [*plan.routes, old])
    driven = []
    for made, earliest in changed:
        fitted = _fitted(problem, before, plan, made, earliest)
        if fitted is None:
            kind = problem.vehicle_type_of[made.route.vehicle_type]
            driven.append(_driven(problem, kind, made.route.number, made.drafts, earliest))
        else:
            plan = fitted
    return _with(problem, before, [*plan.routes, *driven])


def is_changed(before: Plan, day: Mapping[str, Any]) -> bool:
    """Tell whether a vehicle's day is not as it was, or its loading is put off."""
    asked = [
        tuple((v["place"], tuple(v["deliver"]), tuple(v["collect"])) for v in trip["visits"]) for trip in day["trips"]
    ]
    had = [tuple((v.place, v.deliver, v.collect) for v in trip.visits) for trip in _old(before, day).trips]
    return asked != had or any(trip.get("load_start_s") for trip in day["trips"])


def _old(before: Plan, day: Mapping[str, Any]) -> Route:
    kind, number = day["vehicle_type"], day["number"]
    stored = (route for route in before.routes if (route.vehicle_type, route.number) == (kind, number))
    return next(stored, Route(vehicle_type=kind, number=number, trips=()))


def _fitted(problem: Problem, before: Plan, plan: Plan, day: _Day, earliest: Sequence[int]) -> Plan | None:
    """Return ``plan`` with one more day, as the referee accepts it, or None."""
    if not all(draft.visits for draft in day.drafts):
        return None
    if any(earliest):
        route = scheduled(problem, day, earliest_loads=earliest)
        grown = None if route is None else _with(problem, before, [*plan.routes, route])
        return None if grown is None or check(problem, grown) else grown
    carried = {i for draft in day.drafts for i in draft.shipments}
    left = tuple(u for u in plan.unserved if u.shipment not in carried)
    return settled(problem, replace(plan, unserved=left), day)


def _with(problem: Problem, before: Plan, routes: Sequence[Route]) -> Plan:
    """Return the plan of these routes, all else unserved, with what it costs."""
    carried = {i for route in routes for trip in route.trips for i in trip.shipments}
    old = {unserved.shipment: unserved for unserved in before.unserved}
    left = (old.get(s.id, Unserved(shipment=s.id, reason="U100")) for s in problem.shipments if s.id not in carried)
    plan = Plan(routes=tuple(routes), unserved=tuple(left))
    return replace(plan, cost=plan_cost(problem, plan))


def _draft(problem: Problem, kind: VehicleType, trip: Mapping[str, Any]) -> TripDraft:
    visits = tuple(
        VisitDraft(place=v["place"], deliver=tuple(v["deliver"]), collect=tuple(v["collect"])) for v in trip["visits"]
    )
    handed = [i for visit in visits for i in visit.deliver], [i for visit in visits for i in visit.collect]
    is_plain = all(len(set(ids)) == len(ids) for ids in handed)
    return TripDraft(visits=visits, stowage=(stow(problem, kind, visits) or ()) if is_plain else ())


def _driven(
    problem: Problem, kind: VehicleType, number: int, drafts: Sequence[TripDraft], earliest: Sequence[int]
) -> Route:
    """Return the day as it would go if rules were no matter: begun when goods are ready, waiting for windows."""
    free_s, trips = kind.shift.early_s, []
    for draft, least_s in zip(drafts, earliest, strict=True):
        trip = _trip(problem, kind, draft, max(free_s, least_s, _ready_s(problem, draft)))
        trips.append(trip)
        free_s = trip.return_s
    return Route(vehicle_type=kind.id, number=number, trips=tuple(trips))


def _ready_s(problem: Problem, draft: TripDraft) -> int:
    collected = {i for visit in draft.visits for i in visit.collect}
    loaded = [i for visit in draft.visits for i in visit.deliver if i not in collected]
    return max((problem.shipment_of[i].ready_s for i in loaded), default=0)


def _trip(problem: Problem, kind: VehicleType, draft: TripDraft, load_s: int) -> Trip:
    depart_s = load_s + problem.depot_of[kind.depot].loading_s
    at, at_s, visits = kind.depot, depart_s, []
    for visit in draft.visits:
        arrive_s = at_s + _drive_s(problem, kind, at, visit.place)
        start_s = _start_s(problem, visit, arrive_s)
        goods = [problem.shipment_of[i] for i in (*visit.deliver, *visit.collect)]
        end_s = start_s + problem.place(visit.place).visit_s + sum(s.service_s for s in goods)
        moments = {"arrive_s": arrive_s, "start_s": start_s, "end_s": end_s, "depart_s": end_s}
        visits.append(Visit(place=visit.place, deliver=visit.deliver, collect=visit.collect, **moments))
        at, at_s = visit.place, end_s
    return Trip(
        start=kind.depot,
        end=kind.last_place,
        load_start_s=load_s,
        depart_s=depart_s,
        return_s=at_s + _drive_s(problem, kind, at, kind.last_place),
        visits=tuple(visits),
        stowage=draft.stowage,
    )


def _drive_s(problem: Problem, kind: VehicleType, origin: str, destination: str) -> int:
    seconds = problem.matrices[kind.profile].duration_s
    return max(0, int(seconds[problem.index(origin), problem.index(destination)]))


def _start_s(problem: Problem, visit: VisitDraft, arrive_s: int) -> int:
    """Return when service begins: in the first window that is not over, if there is one, with the goods ready."""
    start_s = max([arrive_s, *(problem.shipment_of[i].ready_s for i in visit.collect)])
    for windows in _windows(problem, visit):
        start_s = next((max(start_s, w.early_s) for w in windows if w.late_s >= start_s), start_s)
    return start_s


def _windows(problem: Problem, visit: VisitDraft) -> Iterator[tuple[TimeWindow, ...]]:
    yield problem.place(visit.place).windows
    yield from (problem.shipment_of[i].delivery_windows for i in visit.deliver)
    yield from (problem.shipment_of[i].pickup_windows for i in visit.collect)
