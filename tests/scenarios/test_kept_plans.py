"""Plans of single solves in the store: found again by what was solved, and only if they were worth keeping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.fallback import unserved_plan
from optimizer.problem import Matrix
from optimizer.stop import Stop
from optimizer.tiers.model import Station, TieredPlan, Tiers, Way
from scenarios.variants.cells import Limit
from scenarios.variants.kept_plans import KeptPlans, reasons_key, solve_key
from scenarios.variants.store import Store
from tests.helpers import four_village_problem

if TYPE_CHECKING:
    from pathlib import Path

COUNTY = four_village_problem()
TIERS = Tiers(problem=COUNTY)
LIMIT = Limit(stop=Stop(iterations=1))
PLAN = TieredPlan(choice={}, plan=unserved_plan(COUNTY))


def test_what_was_planned_once_is_found_again_by_another_run(tmp_path: Path) -> None:
    """The second asks for the same and makes nothing; both count it."""
    key = solve_key("day", TIERS, LIMIT)
    first, second = (KeptPlans(store=Store(folder=tmp_path)) for _ in range(2))
    assert first.plan(key, lambda: (PLAN, True)) == PLAN
    assert second.plan(key, lambda: pytest.fail("planned again")) == PLAN
    assert [(each.asked, each.found) for each in (first, second)] == [(1, 0), (1, 1)]


def test_a_plan_that_was_cut_short_is_not_kept(tmp_path: Path) -> None:
    """It is returned, and made again the next time."""
    kept, made = KeptPlans(store=Store(folder=tmp_path)), list[int]()

    def cut_short() -> tuple[TieredPlan, bool]:
        made.append(1)
        return PLAN, False

    assert [kept.plan("ab12", cut_short) for _ in range(2)] == [PLAN, PLAN]
    assert len(made) == 2


def test_a_key_follows_all_that_decides_the_plan() -> None:
    """Equal tiers have equal keys; other times, ways, limits, seeds, solvers and what is left behind have others."""
    slower = {name: Matrix(duration_s=m.duration_s * 2, distance_m=m.distance_m) for name, m in COUNTY.matrices.items()}
    with_station = Tiers(problem=COUNTY, stations=(Station(place="V2"),), modes={"V3": frozenset({Way("V2")})})
    fewer = replace(COUNTY, shipments=COUNTY.shipments[1:])
    keys = [
        solve_key("day", TIERS, LIMIT),
        solve_key("tiers", TIERS, LIMIT),
        solve_key("day", Tiers(problem=replace(COUNTY, matrices=slower)), LIMIT),
        solve_key("day", with_station, LIMIT),
        solve_key("day", replace(with_station, modes={"V3": frozenset({Way(), Way("V2")})}), LIMIT),
        solve_key("day", TIERS, replace(LIMIT, stop=Stop(seconds=1))),
        solve_key("day", TIERS, replace(LIMIT, seed=1)),
        solve_key("day", TIERS, replace(LIMIT, workers=2)),
        reasons_key(TIERS, PLAN),
        reasons_key(Tiers(problem=fewer), TieredPlan(choice={}, plan=unserved_plan(fewer))),
    ]
    assert len(set(keys)) == len(keys)
    assert solve_key("day", Tiers(problem=four_village_problem()), LIMIT) == keys[0]
