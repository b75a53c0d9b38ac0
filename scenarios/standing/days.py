"""Problems of sampled days: other orders on the same roads, with the same fleet and the same travel times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.problem import UNREACHABLE
from scenarios.build import to_problem
from scenarios.consolidate import consolidate
from scenarios.sampled_days import DEFAULT_MODEL, DayModel, sample_days

if TYPE_CHECKING:
    from optimizer.problem import Problem
    from scenarios.build import County
    from scenarios.scenario import Scenario


def sampled_problems(
    county: County, days: int, *, seed: int = 0, model: DayModel = DEFAULT_MODEL
) -> tuple[Problem, ...]:
    """Return the county's problem on each of ``days`` ordinary days of ``scenarios.sampled_days``. O(days x orders).

    Raises
    ------
    InvalidInput
        E349, when there is no day or the model does not fit the county.
    """
    return tuple(problem_on(county, day) for day in sample_days(county.scenario, days, seed, model=model))


def problem_on(county: County, day: Scenario) -> Problem:
    """Return the problem of the county with another day's orders; places and fleet of ``day`` are those of ``county``.

    Travel times stay those of ``county``: a road that is closed on that date only is not looked at, nor are stations
    and buses.
    """
    goods = consolidate(day, _reach(county.problem))
    return replace(to_problem(day, county.matrices, goods), matrices=county.problem.matrices)


def _reach(problem: Problem) -> dict[str, frozenset[str]]:
    """Return the places that each vehicle type may call at and can drive to and home from."""
    found = {}
    for vehicle in problem.vehicle_types:
        seconds = problem.matrices[vehicle.profile].duration_s  # (n, n)
        home, end = problem.index(vehicle.depot), problem.index(vehicle.end or vehicle.depot)
        near = (seconds[home] != UNREACHABLE) & (seconds[:, end] != UNREACHABLE)  # (n,)
        found[vehicle.id] = frozenset(
            place.id
            for place, is_near in zip(problem.places, near, strict=True)
            if is_near and (place.vehicle_types is None or vehicle.id in place.vehicle_types)
        )
    return found
