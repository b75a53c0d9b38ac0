"""The referee: judges any plan by every rule of the model, and says which are broken, by whom and how far.

Everything is re-derived in slow plain Python from the problem and its matrices, with
a clock and a price list of its own: nothing here is used by the solver and nothing of
the solver is used here. A plan with no violations may be driven.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.referee_clock import judge_clock
from optimizer.referee_cost import judge_cost
from optimizer.referee_fleet import judge_docks, judge_fleet, judge_locks
from optimizer.referee_loads import judge_loads, judge_shelves
from optimizer.referee_plan import judge_coverage, judge_handovers, judge_references
from optimizer.violations import RULES, Violation

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem

__all__ = ["RULES", "Violation", "check", "summary"]


def check(problem: Problem, plan: Plan, *, accepted: Plan | None = None) -> tuple[Violation, ...]:
    """Return every violation of ``plan``, empty when it may be driven.

    What a plan names and the problem does not know is a violation too; routes that
    name unknown vehicle types or places are judged no further, and the stated cost only
    when all is known. Never raises on a plan whose fields have the right types.
    O(visits + shipments x compartments), plus the sweeps over docks.

    Parameters
    ----------
    accepted
        A plan without violations of the same problem, locks apart: of routes that are the very same objects only what
        they share with others is judged again, which takes a quarter of the time.
    """
    stand = frozenset() if accepted is None else frozenset(map(id, accepted.routes))
    found, known = judge_references(problem, plan)
    is_complete = not found
    found += judge_coverage(problem, plan)
    found += judge_fleet(problem, known)
    for route in known.routes:
        if id(route) in stand:
            continue
        found += judge_handovers(problem, route)
        found += judge_clock(problem, route)
        found += judge_loads(problem, route)
    found += judge_shelves(problem, known)
    found += judge_docks(problem, known)
    found += judge_locks(problem, known)
    if is_complete:
        found += judge_cost(problem, plan, accepted)
    return tuple(found)


def summary(violations: tuple[Violation, ...]) -> dict[str, int]:
    """Return how often each rule is broken, in the order of ``RULES``."""
    counts = Counter(v.rule for v in violations)
    return {rule: counts[rule] for rule in RULES if counts[rule]}
