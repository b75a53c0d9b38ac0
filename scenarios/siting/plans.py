"""Plans the sampled days of every set of sites under full rules, and reads from the plans what sites handled.

The days of all sets are cells of one comparison (``scenarios.variants``): drawn alike, kept in the store, planned by
any executor, and offered to one another, so that a set that may do more never pays more for the plan itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.tiers.model import Tiers
from scenarios.build import build_problem
from scenarios.errors import ScenarioFailed
from scenarios.sampled_days import DEFAULT_MODEL, orders_on, plan_days, scenario_on
from scenarios.siting.ground import Ground
from scenarios.siting.model import TODAY, SiteSet
from scenarios.siting.produce import RoomCosts
from scenarios.siting.stations_day import with_sites
from scenarios.variants.cells import hash_of, plan_cell
from scenarios.variants.compare import Agenda, DayPlan
from scenarios.variants.model import Variant
from scenarios.variants.plan_json import unpack_plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from optimizer.tiers.model import TieredPlan
    from scenarios.build import County
    from scenarios.sampled_days import SampledDay
    from scenarios.scenario import Scenario
    from scenarios.siting.nominate import Costs
    from scenarios.text import Text
    from scenarios.variants.cells import Limit
    from scenarios.variants.compare import Comparison
    from scenarios.variants.store import Store


def ground_of(county: County, days: int, seed: int) -> Ground:
    """Return what siting knows of a county whose days are drawn with ``seed``."""
    plan = plan_days(county.scenario.date, days, seed)
    return Ground(county=county, days=tuple(orders_on(county.scenario, day, seed) for day in plan))


def laid(day: Scenario, chosen: SiteSet, costs: Costs) -> Scenario:
    """Return the day with the sites of a set."""
    if isinstance(costs, RoomCosts):
        return costs.with_sites(day, chosen)
    return with_sites(day, chosen, costs.siting)


def drawn_days(scenario: Scenario, days: Sequence[SampledDay], seed: int) -> dict[str, Scenario]:
    """Return the sampled days by id, before any site is laid over them."""
    return {day.id: scenario_on(scenario, day, seed, model=DEFAULT_MODEL) for day in days}


def agenda_of(
    costs: Costs,
    sets: Sequence[SiteSet],
    *,
    days: int,
    limit: Limit,
    cache: Path | None = None,
    assumed: tuple[Text, ...] = (),
) -> Agenda:
    """Return what is to be planned: every sampled day of every set; ``assumed`` joins the placeholders of the days."""
    scenario = costs.ground.scenario
    sampled = plan_days(scenario.date, days, limit.seed)
    drawn = drawn_days(scenario, sampled, limit.seed)

    def day_plan(chosen: SiteSet, day: SampledDay) -> DayPlan:
        cell = plan_cell(laid(drawn[day.id], chosen, costs), limit, cache)
        return DayPlan(variant=chosen.id, day=day, parts=(("", cell),))

    return Agenda(
        variants=tuple(Variant(id=each.id, name=each.name) for each in sets),
        against=TODAY,
        days=sampled,
        cells=tuple(day_plan(chosen, day) for day in sampled for chosen in sets),
        limit=limit,
        placeholders=tuple(dict.fromkeys((*drawn[sampled[0].id].placeholders, *assumed))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCell:
    """One planned day from which is to be read what every open station handled; ``plan`` is the key of its plan."""

    key: str
    day: Scenario
    plan: str
    cache: Path | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The plan."""
        return (self.plan,)

    def run(self, store: Store) -> dict[str, Any]:
        """Return the penalty of what is left, and pieces passed on and pieces of their own by station.

        Raises
        ------
        ScenarioFailed
            E359, should the plan be gone.
        """
        began = time.monotonic()
        kept = store.get(self.plan)
        if kept is None:
            raise ScenarioFailed("E359", detail="1 missing")
        plan = unpack_plan(kept["plan"])
        county = build_problem(self.day, cache=self.cache)
        tiers = county.tiers or Tiers(problem=county.problem)
        flows = handled(tiers, plan)
        return {"penalty_fen": plan.plan.cost.penalty_fen, **flows, "seconds": round(time.monotonic() - began, 3)}


def handled(tiers: Tiers, plan: TieredPlan) -> dict[str, dict[str, int]]:
    """Return pieces by station: ``passed`` between vehicles there, and ``own``, which begin or end there. O(goods)."""
    goods = tiers.problem.shipment_of
    passed = {station.place: 0 for station in tiers.stations}
    own = dict(passed)
    for handover in plan.handovers:
        passed[handover.station] += goods[handover.shipment].pieces
    left = {each.shipment for each in plan.plan.unserved}
    for s in tiers.problem.shipments:
        for place in {s.origin, s.destination} & own.keys():
            own[place] += 0 if s.id in left else s.pieces
    return {"passed": passed, "own": own}


def flow_cells(agenda: Agenda, planned: Comparison, store: Store) -> dict[tuple[str, str], FlowCell]:
    """Return by set and day what is to be read from the plans that there are, offers that were taken included."""
    found = {}
    for each in agenda.cells:
        if each.day.id in planned.measured[each.variant]:
            key = planned.keys[each.variant][each.day.id]
            plan = (store.get(key) or {}).get("source", key)
            _, cell = each.parts[0]
            task = FlowCell(key=hash_of("site flows", cell.key, plan), day=cell.part, plan=plan, cache=cell.cache)
            found[each.variant, each.day.id] = task
    return found
