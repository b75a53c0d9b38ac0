"""Plain PyVRP: its own search with reloading, on the same data as our engine sees, then our repair.

It gets all it can express: both directions on one trip, several windows, release times,
a mixed fleet, optional goods with their penalties, and a penalty ceiling fit for fen.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyvrp
from pyvrp.stop import MaxRuntime

from optimizer.engines.pyvrp_data import adapt
from optimizer.repair import complete

if TYPE_CHECKING:
    from optimizer.engines.pyvrp_data import Days
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

MAX_PENALTY = 1e8
"""Ceiling of PyVRP's own penalties, in thousandths of a fen a unit; with the default of 1e5 overloading is cheap."""


def run(problem: Problem, seconds: float, seed: int) -> Plan:
    """Return PyVRP's plan after ``seconds`` of search, completed by repair (whose time is not counted).

    Even seeds join the goods of a place as far as windows allow, odd ones only like with like.
    """
    adapter = adapt(problem, is_coarse=seed % 2 == 0)
    params = pyvrp.SolveParams(penalty=pyvrp.PenaltyParams(max_penalty=MAX_PENALTY))
    found = pyvrp.solve(adapter.data, MaxRuntime(seconds), seed=seed, collect_stats=False, params=params)
    return complete(problem, _numbered(problem, adapter.days(found.best)))


def _numbered(problem: Problem, days: Days) -> dict[tuple[str, int], list[TripDraft]]:
    """Give each day a vehicle: the one named by a lock, else the next of its type that no lock names."""
    named = {(lock.vehicle_type, lock.number) for lock in problem.locks}
    last: Counter[str] = Counter()
    drafts = {}
    for (kind, number), trips in days:
        if number == 0:
            last[kind] += 1
            while (kind, last[kind]) in named:
                last[kind] += 1
        drafts[kind, number or last[kind]] = trips
    return drafts
