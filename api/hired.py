"""What hired vehicles were worth to a plan, computed after the solve: for ``plan.json``, the screen and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.county_day import names_of
from api.units import yuan
from api.views import WorthView
from optimizer.plan import Plan
from optimizer.tiers.worth import tiered_worths
from optimizer.worth import STEPS, worths
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.problem import Problem
    from optimizer.tiers.model import TieredPlan, Tiers
    from optimizer.worth import Worth
    from scenarios.build import County

MOST_STEPS = 4 * STEPS
"""Steps of all searches together: some four seconds on a county, however many vehicles are hired."""


def hired_on_road(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """Return the types of hired vehicles that have a trip."""
    kinds = dict.fromkeys(r.vehicle_type for r in plan.routes if r.trips)
    return tuple(kind for kind in kinds if problem.vehicle_type_of[kind].is_hired)


def worths_of(county: County, tiers: Tiers, answer: Plan | TieredPlan, *, seed: int) -> tuple[Worth, ...]:
    """Return the worth of each hired vehicle on the road; the same seed gives the same answer."""
    plan = answer if isinstance(answer, Plan) else answer.plan
    kinds = hired_on_road(county.problem, plan)
    vehicles = sum(1 for r in plan.routes if r.trips and r.vehicle_type in kinds)
    if not vehicles:
        return ()
    steps = min(STEPS, MOST_STEPS // vehicles)
    if isinstance(answer, Plan):
        return worths(county.problem, answer, kinds, steps=steps, seed=seed)
    return tiered_worths(tiers, answer, kinds, steps=steps, seed=seed)


def worth_views(county: County, found: Sequence[Worth]) -> tuple[WorthView, ...]:
    """Return worths with the names that people give to vehicles."""
    names = names_of(county)
    return tuple(
        WorthView(vehicle=f"{names.vehicle(w.vehicle_type)}#{w.number}", fen=w.fen, num_unserved=len(w.unserved))
        for w in found
    )


def worth_text(worth: WorthView) -> Text:
    """Return a worth as a sentence; one below zero says that the day is cheaper without the vehicle."""
    by, is_less = yuan(abs(worth.fen)), worth.fen < 0
    zh = f"{worth.vehicle}：没有它，当天要{'少' if is_less else '多'}花 {by} 元"
    en = f"{worth.vehicle}: without it the day would cost CNY {by} {'less' if is_less else 'more'}"
    if worth.num_unserved:
        zh += f"，有 {worth.num_unserved} 批送不了（惩罚计入差额）"
        en += f", and {worth.num_unserved} shipments would be left (their penalties are in the difference)"
    return Text(zh, en)
