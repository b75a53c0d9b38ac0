"""OR-Tools routing alone: guided local search over the whole county under the full rules, then our repair.

It starts from the greedy plan of our repair, which it reaches faster than by its own
insertion, and has a path for each trip of each vehicle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engines import Budget
from optimizer.engines.ortools_routing import OrToolsRouting

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def run(problem: Problem, seconds: float, seed: int) -> Plan:
    """Return the best plan after ``seconds``, building of the model included; ``seed`` orders the nodes."""
    return OrToolsRouting().search(problem, Budget(seconds=seconds), seed, None, lambda _: None)
