"""One planned day of a variant as it was kept: the county of that day, and its plan over all parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.tiers.model import DIRECT, Tiers
from scenarios.build import build_problem
from scenarios.variants.merge import merged
from scenarios.variants.plan_json import unpack_plan

if TYPE_CHECKING:
    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.variants.compare import Comparison, DayPlan
    from scenarios.variants.store import Store


def planned_day(comparison: Comparison, store: Store, variant: str, day: str) -> tuple[County, TieredPlan] | None:
    """Return the county of a day and what was planned for it; None where the store has it no more.

    Builds the county anew, from kept travel times where the agenda has a folder for them.
    """
    each = next(cell for cell in comparison.agenda.cells if (cell.variant, cell.day.id) == (variant, day))
    plans = kept_parts(comparison, store, each)
    if plans is None:
        return None
    first = each.parts[0][1]
    county = build_problem(first.part if each.whole is None else each.whole.day, cache=first.cache)
    tiers = county.tiers or Tiers(problem=county.problem)
    whole = merged(tiers, plans)
    ways = {place: whole.choice.get(place, DIRECT) for place in tiers.modes}
    return county, replace(whole, choice=ways)


def kept_parts(comparison: Comparison, store: Store, each: DayPlan) -> list[TieredPlan] | None:
    """Return the plans of a day's parts; None where the store has not all of them."""
    found = [_kept(store, key) for key in _keys(comparison, store, each)]
    plans = [plan for plan in found if plan is not None]
    return plans if len(plans) == len(found) else None


def _keys(comparison: Comparison, store: Store, each: DayPlan) -> list[str]:
    """Return where the plans of a day's parts are kept: those of another variant where its offer was taken."""
    if each.whole is not None:
        return [cell.key for _, cell in each.parts]
    content = store.get(comparison.keys[each.variant][each.day.id]) or {}
    return [content.get("source", each.key)]


def _kept(store: Store, key: str) -> TieredPlan | None:
    content = store.get(key)
    return None if content is None else unpack_plan(content["plan"])
