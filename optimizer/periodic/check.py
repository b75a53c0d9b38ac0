"""The referee of periodic plans: every rule by itself, from the problem alone. O(visits)."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.periodic.model import Call, PeriodicPlan, PeriodicProblem


def check_periodic(problem: PeriodicProblem, plan: PeriodicPlan) -> list[str]:
    """Return a sentence for each rule that ``plan`` breaks; empty where it keeps them all."""
    return [*_patterns(problem, plan), *_fleet(problem, plan), *_routes(problem, plan), *_cost(problem, plan)]


def _patterns(problem: PeriodicProblem, plan: PeriodicPlan) -> Iterator[str]:
    """Every place has one of its patterns and is visited once on its days, never on another."""
    visits = [Counter(place for route in day for place in route) for day in plan.routes]
    for place in range(1, problem.num_places):
        chosen = plan.chosen[place]
        if not 0 <= chosen < len(problem.patterns[place]):
            yield f"place {place} has no pattern {chosen}"
            continue
        wanted = set(problem.patterns[place][chosen].days)
        for day, calls in enumerate(visits):
            if calls[place] != (day in wanted):
                yield f"place {place} is visited {calls[place]} times on day {day}"
    yield from (f"the depot is visited on day {day}" for day, calls in enumerate(visits) if calls[0])


def _fleet(problem: PeriodicProblem, plan: PeriodicPlan) -> Iterator[str]:
    if len(plan.routes) != problem.days:
        yield f"{len(plan.routes)} days, not {problem.days}"
    for day, routes in enumerate(plan.routes):
        if len(routes) > problem.vehicles:
            yield f"{len(routes)} routes on day {day}, there are {problem.vehicles} vehicles"


def _routes(problem: PeriodicProblem, plan: PeriodicPlan) -> Iterator[str]:
    for day, routes in enumerate(plan.routes):
        for route in routes:
            calls = [_call(problem, plan, place, day) for place in route]
            known = [call for call in calls if call is not None]
            for k, room in enumerate(problem.room):
                load = sum(call.load[k] for call in known)
                if load > room:
                    yield f"load {load} over {room} on day {day}"
            if problem.longest is not None and problem.duration is not None:
                lasts = sum(call.duration for call in known)
                lasts += sum(int(problem.duration[leg]) for leg in pairwise((0, *route, 0)))
                if lasts > problem.longest:
                    yield f"a route of {lasts} over {problem.longest} on day {day}"


def _call(problem: PeriodicProblem, plan: PeriodicPlan, place: int, day: int) -> Call | None:
    patterns = problem.patterns[place]
    if not 0 <= plan.chosen[place] < len(patterns):
        return None
    return next((call for call in patterns[plan.chosen[place]].calls if call.day == day), None)


def _cost(problem: PeriodicProblem, plan: PeriodicPlan) -> Iterator[str]:
    cost = 0
    for routes in plan.routes:
        for route in routes:
            cost += problem.fixed if route else 0
            cost += sum(int(problem.cost[leg]) for leg in pairwise((0, *route, 0)))
    for place in range(1, problem.num_places):
        patterns = problem.patterns[place]
        if 0 <= plan.chosen[place] < len(patterns):
            cost += patterns[plan.chosen[place]].price
    if cost != plan.cost:
        yield f"costs {cost}, the plan says {plan.cost}"
