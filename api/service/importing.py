"""Judges a plan that was made elsewhere, so that only sound ones are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.errors import Fault, InvalidInput
from api.plan_file import plan_digest
from api.schemas import to_tiered
from api.tiers import judged, tiers_of
from optimizer.check import check
from optimizer.cost import plan_cost
from scenarios.text import Text

if TYPE_CHECKING:
    from api.service.questions import Asked

MOST_TOLD = 100


def judge(asked: Asked) -> dict[str, Any]:
    """Return what a sound plan costs, what it leaves, and its digest.

    Raises
    ------
    InvalidInput
        E661 with a fault (E662) for every rule that the plan breaks.
    """
    tiered, county = to_tiered(asked.record), asked.county
    if asked.is_tiered:
        broken = judged(tiers_of(county), tiered)
        cost = tiered.plan.cost
    else:
        violations = check(county.problem, tiered.plan)
        broken = tuple(Text(violation.render("zh"), violation.render("en")) for violation in violations)
        cost = tiered.plan.cost if broken else plan_cost(county.problem, tiered.plan)
    if broken:
        faults = tuple(Fault(code="E662", values={"rule": text}) for text in broken[:MOST_TOLD])
        raise InvalidInput("E661", count=len(broken), faults=faults)
    left = len(tiered.plan.unserved)
    return {"cost_fen": cost.total_fen, "unserved": left, "digest": plan_digest(asked.record)}
