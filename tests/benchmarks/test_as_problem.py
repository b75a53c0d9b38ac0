"""A public instance as a problem and back: same cost, same rules, one visit a customer."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from benchmarks.instances.as_problem import (
    plan_of,
    problem_of,
    published_cost,
    routes_of,
    split_customers,
    unsplit,
    visit_price,
)
from benchmarks.instances.instance import Instance, Routes, Vehicles, route_reward
from benchmarks.instances.judge import judge
from optimizer.model import HORIZON_S
from optimizer.stop import Stop
from tests.benchmarks.tiny import STEPS, tiny
from tests.helpers import Call, assert_clean, plan, route, rules, run, solve_checked

WINDOWS = [[0, 999], [0, 99], [45, 99], [0, 40]]
BACKHAULS = {"delivery": [0, 4, 4, 0], "pickup": [0, 0, 0, 4], "has_backhauls": True}

CASES: dict[str, dict[str, Any]] = {
    "capacity": {},
    "both directions": {"pickup": [0, 3, 6, 0]},
    "windows": {"windows_s": WINDOWS},
    "longest route": {"fleet": (Vehicles(count=3, capacity=12, longest_s=62),)},
    "backhauls": BACKHAULS,
    "backhauls that never go alone": BACKHAULS | {"must_deliver": True},
    "exactly two routes": {"fleet": (Vehicles(count=2, capacity=12),), "exact_vehicles": 2},
    "mixed fleet": {
        "fleet": (
            Vehicles(count=1, capacity=8, fixed=9, per_thousand=1_500),
            Vehicles(count=1, capacity=12, fixed=30, per_thousand=2_000),
        )
    },
    "two depots": {
        "num_depots": 2,
        "delivery": [0, 0, 4, 4],
        "service_s": [0, 0, 1, 1],
        "fleet": (Vehicles(count=1, capacity=10), Vehicles(count=1, capacity=10, depot=1)),
    },
    "reloading": {
        "reloads": True,
        "release_s": [0, 0, 0, 50],
        "fleet": (Vehicles(count=1, capacity=8),),
        "windows_s": [[0, 200], [0, 200], [0, 40], [0, 90]],
    },
    "pairs": {"delivery": [0, 0, 0, 4], "pickup": [0, 4, 0, 0], "pairs": ((1, 3),)},
}
"""One instance for each thing that the mapping has to say."""


def solutions(instance: Instance) -> list[Routes]:
    """Return every way to serve each customer once, with one or two trips in all, by any vehicles."""
    rows = [r for r in instance.customers if not instance.pairs or r in instance.pairs[0]]
    kinds = range(len(instance.fleet))
    out: list[Routes] = []
    for order in permutations(rows):
        out += [((k, (order,)),) for k in kinds]
        for cut in range(1, len(rows)):
            first, second = order[:cut], order[cut:]
            out += [((k, (first,)), (m, (second,))) for k in kinds for m in kinds]
            out += [((k, (first, second)),) for k in kinds]
    return out


def faults_of(instance: Instance, routes: Routes) -> list[str]:
    """Return what the set's rules say, without the third customer that the pair leaves over."""
    return [f for f in judge(instance, routes)[1] if not (instance.pairs and f.startswith("customer 2 is visited 0"))]


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_the_referee_and_the_set_agree_on_every_solution(changes: dict[str, Any]) -> None:
    """Of all solutions, the same break a rule, and those that break none cost the same to the fen a route.

    What no timing allows is left out of the plan; a number of routes is rewarded, not demanded.
    """
    instance = tiny(**changes)
    problem = problem_of(instance)
    clean = 0
    for routes in solutions(instance):
        encoded = plan_of(instance, problem, routes)
        is_clean = not rules(problem, encoded) and not encoded.unserved
        faults = [f for f in faults_of(instance, routes) if "the set wants" not in f]
        assert is_clean == (not faults), (routes, faults)
        if is_clean:
            clean += 1
            assert published_cost(instance, encoded) == pytest.approx(judge(instance, routes)[0], abs=len(routes))
            assert routes_of(encoded) == routes
    assert 0 < clean < len(solutions(instance))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["both directions", "exactly two routes", "mixed fleet", "two depots", "reloading"])
def test_solving_the_problem_solves_the_instance(case: str) -> None:
    """The cheapest of all solutions that break no rule of the set is what ``solve`` finds."""
    instance = tiny(**CASES[case])
    best = min(judge(instance, r)[0] for r in solutions(instance) if not faults_of(instance, r))
    found = solve_checked(problem_of(instance), stop=Stop(iterations=5)).plan
    assert not found.unserved
    assert not faults_of(instance, routes_of(found))
    assert published_cost(instance, found) == pytest.approx(best, abs=1)


def test_without_a_reward_one_route_is_cheaper_than_the_two_that_the_set_wants() -> None:
    """One tour of 60 serves all, two cost 80: a drive between customers is dearer by twice the way to 2, and one."""
    instance = tiny(**CASES["exactly two routes"])
    problem = problem_of(instance)
    assert route_reward(instance) == 41
    one, two = (plan_of(instance, problem, r) for r in (((0, ((1, 2, 3),)),), ((0, ((1,),)), (0, ((2, 3),)))))
    assert (published_cost(instance, one), published_cost(instance, two)) == (60, 80)
    assert (one.cost.total_fen, two.cost.total_fen) == (142, 121)


def test_a_visit_costs_half_the_way_to_the_next_customer_where_somebody_has_both() -> None:
    """Neighbours are 10 apart: 5 a visit; nothing where each has one direction only."""
    assert visit_price(tiny(pickup=[0, 3, 0, 0])) == 5
    assert visit_price(tiny()) == 0


SPLIT = {"delivery": [0, 6, 4, 4], "pickup": [0, 6, 0, 0], "fleet": (Vehicles(count=2, capacity=10),)}


def test_a_customer_called_at_twice_is_joined_where_it_costs_least() -> None:
    """Delivered by the one on its way to 3, collected by the other on its way from 2; once it costs 60 + 40."""
    instance = tiny(**SPLIT)
    county = problem_of(instance)
    out = run(county, Call("C1", deliver=("D1",)), Call("C3", deliver=("D3",)), kind="v0")
    back = run(county, Call("C2", deliver=("D2",)), Call("C1", collect=("U1",)), kind="v0")
    twice = plan(county, route(out, kind="v0", number=1), route(back, kind="v0", number=2))
    assert rules(county, twice) == []
    assert split_customers(twice) == (1,)
    assert "customer 1 is visited 2 times" in judge(instance, routes_of(twice))[1]
    once = unsplit(instance, county, twice)
    assert_clean(county, once)
    assert judge(instance, routes_of(once)) == (100.0, [])


def test_a_customer_is_not_joined_where_the_load_does_not_fit() -> None:
    """On its way to 3 a vehicle would have 2 for nothing, but with 8 + 6 of 10: so 2 goes with 1, 40 + 60."""
    instance = tiny(delivery=[0, 4, 6, 8], pickup=[0, 0, 6, 0])
    county = problem_of(instance)
    near = run(county, Call("C1", deliver=("D1",)), Call("C2", deliver=("D2",)), kind="v0")
    far = run(county, Call("C3", deliver=("D3",)), Call("C2", collect=("U2",)), kind="v0")
    twice = plan(county, route(near, kind="v0", number=1), route(far, kind="v0", number=2))
    assert rules(county, twice) == []
    once = unsplit(instance, county, twice)
    assert_clean(county, once)
    assert judge(instance, routes_of(once)) == (100.0, [])


def test_everything_left_behind_is_dearer_than_any_detour() -> None:
    """Twenty of the longest drives there and back: 20 x 2 x 30."""
    assert {s.penalty_fen for s in problem_of(tiny()).shipments} == {1_200}


def test_vehicles_see_the_hub_where_their_depot_lies() -> None:
    """Two depots, at 0 and 1 on the road: customer 2 is 20 from the first and 10 from the second."""
    problem = problem_of(tiny(**CASES["two depots"]))
    assert [p.id for p in problem.places] == ["H", "C2", "C3"]
    assert problem.matrices["depot0"].distance_m[0].tolist() == [0, 20, 30]
    assert problem.matrices["depot1"].distance_m[0].tolist() == [0, 10, 20]


def test_a_day_may_use_all_of_the_horizon() -> None:
    """A window until the last of two days is reached without overtime."""
    instance = tiny(length=STEPS, windows_s=[[0, HORIZON_S], [0, HORIZON_S], [0, HORIZON_S], [150_000, HORIZON_S]])
    encoded = plan_of(instance, problem_of(instance), ((0, ((1,),)), (0, ((2, 3),))))
    assert_clean(problem_of(instance), encoded)
    assert not encoded.unserved
