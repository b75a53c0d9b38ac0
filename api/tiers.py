"""The tiers of a county, for every door: those of its scenario, or none at all, so that each plan is followed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import Tiers
from scenarios.text import Text

if TYPE_CHECKING:
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County


def has_tiers(county: County) -> bool:
    """Tell whether the county's goods have any other way than direct."""
    return county.tiers is not None


def tiers_of(county: County) -> Tiers:
    """Return the county's tiers; where it has none, those in which everything goes direct."""
    return county.tiers or Tiers(problem=county.problem)


def judged(tiers: Tiers, tiered: TieredPlan) -> tuple[Text, ...]:
    """Return every violation of a plan across tiers, in words."""
    return tuple(Text(v.render("zh"), v.render("en")) for v in check_tiers(tiers, tiered))
