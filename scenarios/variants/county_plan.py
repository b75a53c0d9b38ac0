"""Plans one county-day and measures it: the one place where a comparison calls a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.solve import solve
from scenarios.errors import ScenarioFailed

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.stop import Stop
    from scenarios.build import County


def solve_county(county: County, *, stop: Stop, seed: int, workers: int) -> Plan:
    """Return the best plan within ``stop``, judged again.

    Raises
    ------
    ScenarioFailed
        E357, should the referee refuse what the solver answered, a bug; E358, when no solver process did any work,
        because a plan that serves nothing for want of a solver is no measure of a county.
    """
    result = solve(county.problem, stop=stop, seed=seed, workers=workers)
    has_worked = bool(result.history or result.iterations or stop.iterations == 0)
    if county.problem.shipments and not has_worked:
        raise ScenarioFailed("E358", detail="the solver found no plan in its time")
    violations = check(county.problem, result.plan)
    if violations:
        raise ScenarioFailed("E357", detail=violations[0].render("en"))
    return result.plan
