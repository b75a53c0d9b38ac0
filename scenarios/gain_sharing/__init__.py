"""Who gets the gain of delivering together: coalition costs made consistent, split by known rules, checked, stated.

    costs of coalitions --make_consistent--> Consistent --share--> Split --statements--> one Statement a brand
                                             check_core(costs, split.exact_fen) --> who would rather leave

Nothing here plans a route: a caller plans each of ``every_coalition`` (above 8 brands ``coalitions_to_plan``) on the
same sampled days (``scenarios.sampled_days``, then ``day_of_coalition``) and hands in what they cost.
"""

from __future__ import annotations

from scenarios.gain_sharing.coalitions import day_of_coalition, pieces_by_brand
from scenarios.gain_sharing.consistency import Consistent, Repair, make_consistent
from scenarios.gain_sharing.core import CoreCheck, check_core
from scenarios.gain_sharing.game import MOST_BRANDS, Coalition, Costs, every_coalition
from scenarios.gain_sharing.nucleolus import find_nucleolus, least_core_fen
from scenarios.gain_sharing.sampling import coalitions_to_plan, draw_joinings
from scenarios.gain_sharing.sharing import Method, share
from scenarios.gain_sharing.split import Split, Step, round_to_fen
from scenarios.gain_sharing.statement import METHODS, Statement, statements

__all__ = [
    "METHODS",
    "MOST_BRANDS",
    "Coalition",
    "Consistent",
    "CoreCheck",
    "Costs",
    "Method",
    "Repair",
    "Split",
    "Statement",
    "Step",
    "check_core",
    "coalitions_to_plan",
    "day_of_coalition",
    "draw_joinings",
    "every_coalition",
    "find_nucleolus",
    "least_core_fen",
    "make_consistent",
    "pieces_by_brand",
    "round_to_fen",
    "share",
    "statements",
]
