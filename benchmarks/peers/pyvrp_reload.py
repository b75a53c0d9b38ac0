"""Plain PyVRP: its own search with reloading, on the same data as our engine sees, then our repair.

It gets all it can express: both directions on one trip, several windows, release times,
a mixed fleet, optional goods with their penalties, and a penalty ceiling fit for fen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyvrp
from pyvrp.stop import MaxRuntime

from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import numbered
from optimizer.repair import complete

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem

MAX_PENALTY = 1e8
"""Ceiling of PyVRP's own penalties, in thousandths of a fen a unit; with the default of 1e5 overloading is cheap."""


def run(problem: Problem, seconds: float, seed: int) -> Plan:
    """Return PyVRP's plan after ``seconds`` of search, completed by repair (whose time is not counted).

    Even seeds join the goods of a place as far as windows allow, odd ones only like with like.
    """
    adapter = adapt(problem, is_coarse=seed % 2 == 0)
    params = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=MAX_PENALTY))
    found = pyvrp.solve(adapter.data, MaxRuntime(seconds), seed=seed, collect_stats=False, params=params)
    return complete(problem, numbered(problem, adapter.days(found.best)))
