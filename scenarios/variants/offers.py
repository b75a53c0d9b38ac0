"""Every plan across tiers is offered to the other variants of its day: who may do more never pays more for it.

A free choice can always do what a forced one does, but a search that is cut short may miss it, and the difference of
two variants would be the searches' and not the ways'. So a variant takes another's plan where its own referee
passes it and it is cheaper at its own prices. Offered are plans of whole days of variants that differ in
stations, lines, modes and fares only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, Tiers
from optimizer.tiers.plan import driven, tiered_cost
from scenarios.build import build_problem
from scenarios.errors import ScenarioFailed
from scenarios.text import Text
from scenarios.variants.cells import hash_of, measured
from scenarios.variants.merge import told
from scenarios.variants.plan_json import unpack_plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from optimizer.tiers.model import TieredPlan
    from scenarios.scenario import Scenario
    from scenarios.variants.cells import PlanCell
    from scenarios.variants.model import Variant
    from scenarios.variants.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCell:
    """A day whose own plan is to be compared with plans of other variants; ``own`` and ``others`` are their keys."""

    key: str
    day: Scenario
    own: str
    others: tuple[str, ...]
    cache: Path | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """All plans that are compared."""
        return (self.own, *self.others)

    def run(self, store: Store) -> dict[str, Any]:
        """Return the measures of the cheapest plan that fits the day, and under which key it is kept.

        Raises
        ------
        ScenarioFailed
            E359, should a plan be gone.
        """
        began = time.monotonic()
        plans = {key: _kept(store, key) for key in (self.own, *self.others)}
        county = build_problem(self.day, cache=self.cache, energy=True)
        tiers = county.tiers or Tiers(problem=county.problem)
        best, source = plans.pop(self.own), self.own
        for key, plan in plans.items():
            offered = _fitted(tiers, plan)
            if offered is not None and offered.plan.cost.total_fen < best.plan.cost.total_fen:
                best, source = offered, key
        return {**measured(county, best), "source": source, "seconds": round(time.monotonic() - began, 3)}


def offer_cell(own: PlanCell, others: Iterable[str]) -> OfferCell:
    """Return the task of comparing the plan of ``own`` with those under the keys of ``others``."""
    keys = tuple(sorted(set(others) - {own.key}))
    return OfferCell(key=hash_of("offer", own.key, keys), day=own.part, own=own.key, others=keys, cache=own.cache)


def family_of(variant: Variant) -> str:
    """Return what the variant changes besides stations, lines, modes and fares: equal for those that exchange plans."""
    alike = replace(
        variant,
        id="",
        name=Text("", ""),
        modes=(),
        forced_mode="",
        has_stations=True,
        has_lines=True,
        prices=replace(variant.prices, fares=1.0),
    )
    return repr(alike)


def _kept(store: Store, key: str) -> TieredPlan:
    content = store.get(key)
    if content is None:
        raise ScenarioFailed("E359", detail="1 missing")
    return unpack_plan(content["plan"])


def _fitted(tiers: Tiers, plan: TieredPlan) -> TieredPlan | None:
    """Return the plan at the prices of ``tiers``; None where it is none for them."""
    if not _is_known(tiers, plan):
        return None
    ways = {place: plan.choice.get(place, DIRECT) for place in tiers.modes}
    chosen = replace(plan, choice=ways)
    if _driven(plan) - driven(tiers, chosen).shipment_of.keys():  # goods that here go another way than they did there
        return None
    priced = replace(chosen, plan=replace(plan.plan, cost=tiered_cost(tiers, chosen)))
    return None if check_tiers(tiers, priced) else priced


def _is_known(tiers: Tiers, plan: TieredPlan) -> bool:
    """Tell whether the plan speaks of goods, stations, departures and vehicles that there are."""
    goods = tiers.problem.shipment_of
    legs = _driven(plan) | {ride.shipment for ride in plan.rides}
    named = {i if i in goods else i.rpartition("/")[0] for i in legs} | {u.shipment for u in plan.plan.unserved}
    ways = {*plan.choice.values(), *plan.exceptions.values()}
    return (
        named | set(plan.exceptions) <= set(goods)
        and told(tiers, plan) == set(goods)
        and {way.station for way in ways} - {""} <= set(tiers.station_of)
        and {ride.departure for ride in plan.rides} <= set(tiers.departure_of)
        and {route.vehicle_type for route in plan.plan.routes} <= set(tiers.problem.vehicle_type_of)
    )


def _driven(plan: TieredPlan) -> set[str]:
    """Return the shipments and legs that trips carry."""
    return {i for _, trip in plan.plan.trips() for i in trip.shipments}
