"""What the planned days of a study hold beside their measures: who was visited, and the penalty of what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.tiered_kpis import visits_of
from scenarios.variants.planned import kept_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.variants.compare import Comparison
    from scenarios.variants.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """Places that the plan of a day visits, and the county's own penalties of what it leaves, in fen."""

    visited: frozenset[str]
    penalty_fen: int


PlannedDays = dict[str, dict[str, PlannedDay]]
"""By policy and id of the day; days without a plan are not there."""


def planned_days(planned: Comparison, store: Store) -> PlannedDays:
    """Return what the kept plans say, every policy named. O(visits)."""
    found: PlannedDays = {variant.id: {} for variant in planned.agenda.variants}
    for each in planned.agenda.cells:
        has_result = each.day.id in planned.measured[each.variant]
        plans = kept_parts(planned, store, each) if has_result else None
        if plans is not None:
            found[each.variant][each.day.id] = PlannedDay(
                visited=frozenset(place for plan in plans for place in visits_of(plan)),
                penalty_fen=sum(plan.plan.cost.penalty_fen for plan in plans),
            )
    return found


def compared_cycles(days_of: Mapping[str, tuple[str, ...]], plans: PlannedDays) -> tuple[str, ...]:
    """Return the cycles of which every policy has each day; policies without any whole cycle are left out.

    Days of one cycle differ by whose turn it is, so that a cycle of which some day is missing says nothing.
    """
    whole = [
        {cycle for cycle, days in days_of.items() if days_there.keys() >= set(days)} for days_there in plans.values()
    ]
    there = [cycles for cycles in whole if cycles]
    return tuple(cycle for cycle in days_of if there and all(cycle in cycles for cycles in there))
