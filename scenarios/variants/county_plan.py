"""Plans one county-day, across its tiers where it has any: the one place where a comparison calls a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.solve import solve
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan
from optimizer.tiers.search import solve_tiers
from scenarios.errors import ScenarioFailed
from scenarios.kpis import measure
from scenarios.tiered_kpis import measure_tiers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.check import Violation
    from optimizer.stop import Stop
    from optimizer.tiers.violations import HandoverViolation
    from scenarios.build import County
    from scenarios.kpis import Kpis


def solve_county(county: County, *, stop: Stop, seed: int, workers: int) -> TieredPlan:
    """Return the best plan within ``stop``, judged again; of an ordinary day one that chooses no ways.

    Raises
    ------
    ScenarioFailed
        E357, should the referee refuse what the solver answered, a bug; E358, when no solver process did any work,
        because a plan that serves nothing for want of a solver is no measure of a county.
    """
    plan, has_worked = _searched(county, stop, seed, workers)
    if county.problem.shipments and not has_worked:
        raise ScenarioFailed("E358", detail="the solver found no plan in its time")
    violations = _judged(county, plan)
    if violations:
        raise ScenarioFailed("E357", detail=violations[0].render("en"))
    return plan


def measure_county(county: County, plan: TieredPlan) -> Kpis:
    """Return all measures of a plan of ``county``, or of the plans of its parts together."""
    if county.tiers is None:
        return measure(county, plan.plan)
    return measure_tiers(county, county.tiers, plan)


def _searched(county: County, stop: Stop, seed: int, workers: int) -> tuple[TieredPlan, bool]:
    """Return a plan, and whether anybody searched for it."""
    if county.tiers is None:
        found = solve(county.problem, stop=stop, seed=seed, workers=workers)
        return TieredPlan(choice={}, plan=found.plan), bool(found.history or found.iterations or stop.iterations == 0)
    tiered = solve_tiers(county.tiers, stop=stop, seed=seed, workers=workers)
    return tiered.plan, bool(tiered.history or tiered.iterations)


def _judged(county: County, plan: TieredPlan) -> Sequence[Violation | HandoverViolation]:
    return check(county.problem, plan.plan) if county.tiers is None else check_tiers(county.tiers, plan)
