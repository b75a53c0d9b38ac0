"""Periodic routing: the best plan of small problems, rules kept, and the same plan again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.engines import Budget
from optimizer.errors import InvalidInput
from optimizer.periodic import Call, Pattern, PeriodicPlan, PeriodicProblem, check_periodic, search, solve_periodic
from optimizer.periodic.annealing import annealed
from optimizer.periodic.first import first_plan
from optimizer.periodic.native import Walk
from optimizer.stop import Stop
from tests.optimizer.periodic.tiny import least_cost, on_a_line, scattered

EITHER, BOTH = [(0,), (1,)], [(0, 1)]


def walked(problem: PeriodicProblem, *, seed: int = 0, steps: int = 4_000) -> PeriodicPlan | None:
    """Return the best plan of one short walk, refereed."""
    walk = Walk(problem, first_plan(problem), seed=seed)
    for heat in (20.0, 5.0, 1.0):
        walk.run(steps // 3, hot=heat, cold=heat / 4, mean_taken=3, share_one_day=0.3)
    if walk.best_cost is None:
        return None
    plan = walk.best()
    assert check_periodic(problem, plan) == []
    assert plan.cost == walk.best_cost
    return plan


def test_neighbours_share_a_day_so_that_the_far_road_is_driven_once() -> None:
    """Two places 100 out, one 10 out, each wanted once on either day, room for two: 2 x 101 + 2 x 10."""
    problem = on_a_line([100, 101, 10], [EITHER] * 3, load=[1, 1, 1], room=2)
    plan = walked(problem)
    assert plan is not None
    assert plan.cost == 222
    assert plan.chosen[1] == plan.chosen[2] != plan.chosen[3]


def test_who_is_wanted_daily_takes_the_others_along() -> None:
    """A place 50 out is visited on both days; its neighbour at 60, on either: 2 x 60 + 2 x 50."""
    problem = on_a_line([50, 60], [BOTH, EITHER], load=[1, 1], room=2)
    plan = walked(problem)
    assert plan is not None
    assert plan.cost == 220


def test_a_price_on_a_pattern_may_outweigh_a_longer_way() -> None:
    """The pattern of one visit costs 200 of waiting, two visits a way of 2 x 2 x 10."""
    once = Pattern(calls=(Call(day=0, load=(2,)),), price=200)
    daily = Pattern(calls=(Call(day=0, load=(1,)), Call(day=1, load=(1,))))
    problem = replace(on_a_line([10], [EITHER], load=[1], room=2), patterns=((), (once, daily)))
    plan = walked(problem)
    assert plan is not None
    assert (plan.chosen[1], plan.cost) == (1, 40)


def test_goods_of_a_rarer_visit_must_fit_together() -> None:
    """Five a day, room for eight: one visit of ten cannot be, so both days are driven."""
    once = Pattern(calls=(Call(day=0, load=(10,)),))
    daily = Pattern(calls=(Call(day=0, load=(5,)), Call(day=1, load=(5,))))
    problem = replace(on_a_line([10], [EITHER], load=[1], room=8), patterns=((), (once, daily)))
    plan = walked(problem)
    assert plan is not None
    assert plan.chosen[1] == 1


@pytest.mark.parametrize("seed", range(8))
def test_the_walk_finds_the_best_of_all_plans_of_four_places(seed: int) -> None:
    """Every choice of patterns and every division of every day was tried by the oracle."""
    problem = scattered(seed, places=4, days=3, vehicles=2, room=5, longest=None if seed % 2 else 320)
    plan = walked(problem)
    assert (None if plan is None else plan.cost) == least_cost(problem)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 5), st.integers(1, 4))
def test_every_place_has_one_of_its_patterns_and_every_rule_is_kept(
    seed: int, places: int, days: int, vehicles: int
) -> None:
    """The referee passes whatever a walk calls a plan within all limits; the first plan visits everybody."""
    problem = scattered(seed, places=places, days=days, vehicles=vehicles, room=6, longest=400)
    faults = check_periodic(problem, first_plan(problem))
    assert all(fault.startswith(("load", "a route")) for fault in faults)
    walked(problem, seed=seed, steps=300)


def test_counted_rounds_give_the_same_plan_again() -> None:
    """Same seed, same rounds."""
    problem = scattered(3, places=12, days=4, vehicles=3, room=8)
    first, second = (
        [plan for plan in annealed(problem, first_plan(problem), seed=5, rounds=2, budget=Budget()) if plan]
        for _ in range(2)
    )
    assert first[-1] == second[-1]


def test_two_processes_bring_the_better_of_their_plans() -> None:
    """The door: seeds 2000 and 2001, each as it would walk alone."""
    problem = scattered(4, places=8, days=3, vehicles=3, room=8)
    result = solve_periodic(problem, stop=Stop(iterations=1), seed=2, workers=2)
    alone = [
        plan.cost
        for seed in (2_000, 2_001)
        for plan in annealed(problem, first_plan(problem), seed=seed, rounds=1, budget=Budget())
        if plan is not None
    ]
    assert result.plan.cost == min(alone)
    assert result.faults == ()


def test_says_what_is_broken_where_no_plan_keeps_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two loads of three, one vehicle with room for four, one day: the plan is there with its fault."""
    monkeypatch.setattr(search, "library", lambda: None)  # nothing to find, so nobody has to search
    problem = on_a_line([10, 20], [[(0,)], [(0,)]], load=[3, 3], room=4, num_days=1)
    result = solve_periodic(problem, stop=Stop(iterations=1))
    assert result.faults == ("load 6 over 4 on day 0",)


def test_without_a_compiler_the_first_plan_is_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No library, no processes."""
    monkeypatch.setattr(search, "library", lambda: None)
    problem = on_a_line([10, 20], [EITHER, EITHER], load=[1, 1], room=4)
    assert solve_periodic(problem, stop=Stop(iterations=1)).plan == first_plan(problem)


def test_a_problem_without_places_has_an_empty_plan() -> None:
    """Only the depot."""
    problem = PeriodicProblem(days=2, vehicles=1, room=(1,), patterns=((),), cost=np.zeros((1, 1), dtype=np.int64))
    result = solve_periodic(problem, stop=Stop(iterations=1))
    assert (result.plan.routes, result.plan.cost, result.faults) == (((), ()), 0, ())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"chosen": (-1, 5, 0)}, "place 1 has no pattern 5"),
        ({"routes": (((1, 2),), ((2,),))}, "place 2 is visited 1 times on day 1"),
        ({"routes": (((1,), (2,)), ())}, "2 routes on day 0, there are 1 vehicles"),
        ({"routes": (((1, 2, 0),), ())}, "the depot is visited on day 0"),
        ({"cost": 1}, "costs 40, the plan says 1"),
    ],
)
def test_the_referee_names_what_is_broken(change: dict[str, object], fault: str) -> None:
    """Places at 10 and 20, both on the first day, is right and costs 40; each change breaks one thing."""
    problem = on_a_line([10, 20], [EITHER, EITHER], load=[1, 1], room=4)
    plan = PeriodicPlan(chosen=(-1, 0, 0), routes=(((1, 2),), ()), cost=40)
    assert check_periodic(problem, plan) == []
    assert fault in check_periodic(problem, replace(plan, **change))  # type: ignore[arg-type]


def test_the_referee_weighs_and_times_routes() -> None:
    """Two loads of one in room for one; a way of 40 where 30 is the longest."""
    problem = on_a_line([10, 20], [EITHER, EITHER], load=[1, 1], room=1, longest=30)
    plan = PeriodicPlan(chosen=(-1, 0, 0), routes=(((1, 2),), ()), cost=40)
    assert check_periodic(problem, plan) == ["load 2 over 1 on day 0", "a route of 40 over 30 on day 0"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"days": 0}, "E113"),
        ({"vehicles": 0}, "E113"),
        ({"patterns": ((), ())}, "E112"),
        ({"patterns": ((), (Pattern(calls=(Call(day=7, load=(1,)),)),))}, "E121"),
        ({"patterns": ((), (Pattern(calls=(Call(day=0, load=(1, 1)),)),))}, "E131"),
        ({"patterns": ((), (Pattern(calls=(Call(day=0, load=(-1,)),)),))}, "E111"),
        ({"cost": np.zeros((3, 3))}, "E130"),
        ({"cost": np.full((2, 2), -1)}, "E111"),
    ],
)
def test_refuses_what_does_not_fit_together(change: dict[str, object], code: str) -> None:
    """One place; each change breaks one rule of the problem."""
    problem = on_a_line([10], [EITHER], load=[1], room=1)
    with pytest.raises(InvalidInput, match=f"^{code} "):
        replace(problem, **change)  # type: ignore[arg-type]
