"""Counties of sampled days: other orders on the same roads, with the same fleet and the same travel times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.build import reached, to_problem
from scenarios.consolidate import consolidate
from scenarios.sampled_days import DEFAULT_MODEL, DayModel, sample_days

if TYPE_CHECKING:
    from scenarios.build import County
    from scenarios.scenario import Scenario


def sampled_counties(
    county: County, days: int, *, seed: int = 0, model: DayModel = DEFAULT_MODEL
) -> tuple[County, ...]:
    """Return the county on each of ``days`` ordinary days of ``scenarios.sampled_days``. O(days x orders).

    Raises
    ------
    InvalidInput
        E349, when there is no day or the model does not fit the county.
    """
    return tuple(county_on(county, day) for day in sample_days(county.scenario, days, seed, model=model))


def county_on(county: County, day: Scenario) -> County:
    """Return the county with another day's orders; places and fleet of ``day`` are those of ``county``.

    Roads and travel times stay those of ``county``: a road that is closed on that date only is not looked at.
    """
    reach = {v.id: reached(v, day, county.matrices[v.profile]) for v in day.fleet}
    goods = consolidate(day, reach)
    problem = replace(to_problem(day, county.matrices, goods), matrices=county.problem.matrices)
    return replace(county, scenario=day, problem=problem, bags=goods.bags, orders=goods.orders)
