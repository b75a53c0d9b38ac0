"""The tiers of a county, for every door: those of its scenario, or none at all, so that each plan is followed alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import Tiers
from optimizer.tiers.past import TieredPast
from optimizer.tiers.rest import as_one_tier
from scenarios.events_county import changed_day
from scenarios.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from api.schemas import PlanFile
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.events import Events
    from scenarios.events_county import ChangedDay


def has_tiers(county: County) -> bool:
    """Tell whether the county's goods have any other way than direct."""
    return county.tiers is not None


def tiers_of(county: County) -> Tiers:
    """Return the county's tiers; where it has none, those in which everything goes direct."""
    return county.tiers or Tiers(problem=county.problem)


def is_tiered(county: County, record: PlanFile) -> bool:
    """Tell whether plan or county have stations or lines."""
    return record.tiers is not None or has_tiers(county)


def gone_wrong(
    county: County, tiered: TieredPlan, events: Events, *, cache: Path | None = None
) -> tuple[ChangedDay, TieredPast]:
    """Return the day of a plan across tiers after ``events``: what of any leg has begun, has begun of the shipment.

    Raises
    ------
    networks.errors.InvalidInput
        E233, when a closed edge or way is not in the network.
    """
    tiers = tiers_of(county)
    day = changed_day(county, as_one_tier(tiers, tiered, is_whole=True), events, cache=cache)
    after = replace(tiers, problem=day.problem)
    return day, TieredPast(before=tiers, after=after, plan=tiered, situation=day.situation)


def judged(tiers: Tiers, tiered: TieredPlan) -> tuple[Text, ...]:
    """Return every violation of a plan across tiers, in words."""
    return tuple(Text(v.render("zh"), v.render("en")) for v in check_tiers(tiers, tiered))
