"""What tests of tables and curves share: a row by hand, and a solve that counts rounds instead of seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.county_runs import Row
from optimizer.solve import solve
from optimizer.stop import Stop

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.problem import Problem


def solve_by_rounds(problem: Problem, *, stop: Stop, **options: Any) -> Result:
    """Solve in two rounds however long ``stop`` would allow, so that no test hangs on a clock."""
    assert stop.seconds is not None
    return solve(problem, stop=Stop(iterations=2), **options)


def row(solver: str, cost_fen: int, **changes: Any) -> Row:
    """Return a run for 10 s on county ``c`` of set ``reload``, a quarter of its cost fixed; any field may change."""
    fields: dict[str, Any] = {
        "set": "reload",
        "county": "c",
        "digest": "d",
        "places": 4,
        "shipments": 3,
        "solver": solver,
        "seed": 0,
        "seconds": 10.0,
        "wall_s": 10.0,
        "cost_fen": cost_fen,
        "fixed_fen": cost_fen // 4,
        "variable_fen": cost_fen - cost_fen // 4,
        "unserved": 0,
        "violations": 0,
        "vehicles": 2,
        "trips": 3,
    }
    return Row(**{**fields, **changes})
