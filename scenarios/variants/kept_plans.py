"""Plans of single solves in the store of results: a study that plans the same again finds its plans there.

Cells of a comparison know their scenario; here the key follows the problem as it is solved, however a study came by it:
with time in hand, without some of its vehicles, or some of its goods alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.variants.cells import hash_of, made_by, stable_text
from scenarios.variants.plan_json import pack_plan, unpack_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.tiers.model import TieredPlan, Tiers
    from scenarios.variants.cells import Limit
    from scenarios.variants.store import Store


@dataclass(slots=True, kw_only=True)
class KeptPlans:
    """Plans that are in ``store`` or will be; without one every plan is made. Counts what was asked for and found."""

    store: Store | None = None
    asked: int = 0
    found: int = 0

    def plan(self, key: str, make: Callable[[], tuple[TieredPlan, bool]]) -> TieredPlan:
        """Return the plan under ``key``, else the one that ``make`` makes; it also tells whether to keep it."""
        self.asked += 1
        content = None if self.store is None else self.store.get(key)
        if content is not None:
            self.found += 1
            return unpack_plan(content["plan"])
        plan, is_good = make()
        if self.store is not None and is_good:
            self.store.put(key, {"plan": pack_plan(plan)})
        return plan


def solve_key(how: str, tiers: Tiers, limit: Limit) -> str:
    """Return the key of a solve by the solver ``how``: a hash of all that decides its plan. O(size of the problem)."""
    asked = (limit.stop.seconds, limit.stop.iterations, limit.seed, limit.workers)
    return hash_of("solve", how, essence_of(tiers), asked, made_by())


def reasons_key(tiers: Tiers, plan: TieredPlan) -> str:
    """Return the key of a plan with the reasons of what it leaves."""
    return hash_of("reasons", essence_of(tiers), pack_plan(plan), made_by())


def essence_of(tiers: Tiers) -> str:
    """Return a hash of everything in a problem and its tiers."""
    ways = tuple(sorted(tiers.modes.items()))
    return hash_of(tiers.problem.digest, stable_text((tiers.stations, tiers.departures, ways, tiers.together)))
