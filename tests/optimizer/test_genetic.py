"""The population over PyVRP: children, likeness, walks, and routes put together from the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import pyvrp
from hypothesis import given
from hypothesis import strategies as st

from optimizer.engines import Budget
from optimizer.engines.crossover import Crossover
from optimizer.engines.genetic import Genetic
from optimizer.engines.population import FEWEST, MOST, Population
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import numbered
from optimizer.engines.walks import Cooling, LateAcceptance
from optimizer.model import TimeWindow
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft
from tests.helpers import HOUR_S, assert_clean, down, four_village_problem, problem, shipment, up, vehicle, with_place

if TYPE_CHECKING:
    from collections import Counter

    from optimizer.problem import Problem

TWO_VANS = (vehicle(count=3, max_trips=2),)


def county() -> Problem:
    """Four villages with goods both ways, one local shipment, and a village open twice."""
    split = (TimeWindow(early_s=0, late_s=6 * HOUR_S), TimeWindow(early_s=12 * HOUR_S, late_s=20 * HOUR_S))
    goods = [down(1), down(2), down(3), down(4), up(1), up(3), shipment("L", "V2", "V4")]
    return with_place(problem(goods, TWO_VANS), "V3", windows=split)


def handed_over(data: pyvrp.ProblemData, solution: pyvrp.Solution) -> Counter[tuple[str, int]]:
    """Count how often each client, group of alternatives, pickup and delivery is called at."""
    from collections import Counter  # noqa: PLC0415 - used here alone

    calls: Counter[tuple[str, int]] = Counter()
    for route in solution.routes():
        for activity in route:
            if activity.is_client():
                group = data.client(activity.idx).group
                calls["client" if group is None else "group", activity.idx if group is None else group] += 1
            elif not activity.is_depot():
                calls["pickup" if activity.is_pickup() else "delivery", activity.idx] += 1
    return calls


@given(seed=st.integers(0, 10_000))
def test_a_child_carries_nothing_twice_and_drives_no_vehicle_that_is_not_there(seed: int) -> None:
    data = adapt(county(), is_coarse=False, is_required=True).data
    random = pyvrp.RandomNumberGenerator(seed=seed)
    first, second = (pyvrp.Solution.make_random(data, random) for _ in range(2))
    child = Crossover(data, np.random.default_rng(seed))(first, second)
    assert max(handed_over(data, child).values(), default=0) <= 1
    assert len(child.routes()) <= 3


def days(*routes: str) -> list[tuple[tuple[str, int], list[TripDraft]]]:
    """Return routes such as ``"12"``: deliveries to V1, then V2, by a van of its own."""
    visits = ([VisitDraft(place=f"V{k}", deliver=(f"D{k}",), collect=()) for k in route] for route in routes)
    return [(("van", 0), [TripDraft(visits=tuple(v))]) for v in visits]


def carried(solution: pyvrp.Solution) -> set[tuple[int, ...]]:
    """Return the clients of each route, in order."""
    return {tuple(a.idx for a in route if a.is_client()) for route in solution.routes()}


def test_a_child_of_one_solution_with_itself_is_the_same() -> None:
    adapter = adapt(problem([down(k) for k in (1, 2, 3, 4)], (vehicle(count=3),)), is_coarse=True, is_required=True)
    parent = adapter.solution(days("12", "34"))
    child = Crossover(adapter.data, np.random.default_rng(1))(parent, parent)
    assert carried(child) == carried(parent) == {(0, 1), (2, 3)}


def test_routes_put_together_leave_to_the_first_what_both_carry() -> None:
    adapter = adapt(problem([down(k) for k in (1, 2, 3, 4)], (vehicle(count=3),)), is_coarse=True, is_required=True)
    routes = [*adapter.solution(days("12")).routes(), *adapter.solution(days("234")).routes()]
    assert carried(Crossover(adapter.data, np.random.default_rng(1)).put_together(routes)) == {(0, 1), (2, 3)}


def test_routes_beyond_the_fleet_are_left_out() -> None:
    adapter = adapt(problem([down(k) for k in (1, 2, 3)], (vehicle(count=2),)), is_coarse=True, is_required=True)
    routes = [route for k in "123" for route in adapter.solution(days(k)).routes()]
    assert carried(Crossover(adapter.data, np.random.default_rng(1)).put_together(routes)) == {(0,), (1,)}


def many_solutions(adapter_county: Problem, count: int) -> tuple[pyvrp.ProblemData, list[pyvrp.Solution]]:
    data = adapt(adapter_county, is_coarse=False, is_required=True).data
    random = pyvrp.RandomNumberGenerator(seed=7)
    return data, [pyvrp.Solution.make_random(data, random) for _ in range(count)]


def test_a_population_takes_the_same_solution_once() -> None:
    data, (solution,) = many_solutions(county(), 1)
    population = Population(data)
    for _ in range(3):
        population.add(solution, lambda _: 1.0)
    assert len(population) == 1


def test_a_full_population_shrinks_and_keeps_the_cheapest() -> None:
    data, solutions = many_solutions(county(), 3 * MOST)
    population, costs = Population(data), {id(s): float(k) for k, s in enumerate(reversed(solutions))}
    sizes = []
    for solution in solutions:
        population.add(solution, lambda s: costs[id(s)])
        sizes.append(len(population))
    assert max(sizes) == MOST
    assert FEWEST in sizes
    assert min(costs[id(s)] for s in population.solutions) == min(costs.values())


def test_fitness_is_rank_in_cost_plus_a_share_of_the_rank_in_likeness() -> None:
    """Two alike and one apart, costs 1, 2, 3: with three solutions all are elite, so likeness weighs 1 - 3/3 = 0."""
    adapter = adapt(problem([down(k) for k in (1, 2, 3, 4)], (vehicle(count=3),)), is_coarse=True, is_required=True)
    population, routes = Population(adapter.data), (("12", "34"), ("12", "43"), ("4321",))
    solutions = [adapter.solution(days(*r)) for r in routes]
    for solution in solutions:
        population.add(solution, lambda _: 1.0)
    costs = {id(s): c for s, c in zip(population.solutions, (1.0, 2.0, 3.0), strict=True)}
    assert population.fitness(lambda s: costs[id(s)]).tolist() == [0.0, 1.0, 2.0]


class Script:
    """A search and penalties in one, whose solutions are their own costs."""

    def __init__(self, *costs: float) -> None:
        self._costs = iter(costs)

    def __call__(self, solution: float, evaluator: object, *, exhaustive: bool) -> float:  # noqa: ARG002 - PyVRP's
        """Return the next solution."""
        return next(self._costs)

    def cost_evaluator(self) -> Script:
        """Return what weighs solutions."""
        return self

    def register(self, solution: float) -> None:
        """Take note of nothing."""

    @staticmethod
    def penalised_cost(solution: float) -> float:
        """Return the solution: it is its cost."""
        return solution


def test_late_acceptance_takes_what_is_no_worse_than_some_steps_ago() -> None:
    """From 10 with a memory of two: 8 is better; 9 no worse than the 10 of two steps ago; 11 is; 9 is where it stands.

    The memory after each step: (8, 10), (8, 9), (8, 9), (8, 9).
    """
    script = Script(8.0, 9.0, 11.0, 9.0)
    walk = LateAcceptance(script, script, 10.0, 2)  # type: ignore[arg-type]  # a stand-in for PyVRP
    stands = []
    for _ in range(4):
        walk.step()
        stands.append(walk.now)
    assert stands == [8.0, 9.0, 9.0, 9.0]
    assert walk.top == 8.0


def test_cooling_takes_what_is_worse_by_an_exponential_deviate_of_its_heat() -> None:
    """Heat 1: of many results worse by 1, a share of 1/e = 37 % is taken; without heat none, and no worse ones."""
    tried = 2_000
    taken = {}
    for heat in (0.0, 1.0):
        script = Script(*[11.0] * tried)
        walk = Cooling(script, script, 10.0, np.random.default_rng(1))  # type: ignore[arg-type]  # as above
        walk.heat, taken[heat] = heat, 0
        for _ in range(tried):
            walk.step()
            taken[heat] += walk.now == 11.0
            walk.stand_at(10.0)  # type: ignore[arg-type]  # as above
    assert taken[0.0] == 0
    assert taken[1.0] / tried == pytest.approx(np.exp(-1), abs=0.03)


@pytest.mark.parametrize("way", ["walk", "population"])
def test_finds_the_optimum_of_the_four_villages(way: str) -> None:
    """One van, one sweep: 19,670 fen by hand."""
    four = four_village_problem()
    search = Genetic(adapt(four, is_coarse=True, is_required=True), seed=1)
    for _ in range(FEWEST + 2):
        if way == "walk":
            search.walk(20, Budget(), 0.5)
        else:
            search.generation(Budget())
    plan = complete(four, numbered(four, search.days()))
    assert_clean(four, plan)
    assert plan.cost.total_fen == 19_670


def test_the_same_seed_gives_the_same_generations() -> None:
    def found() -> list[tuple[int, ...]]:
        search = Genetic(adapt(county(), is_coarse=True, is_required=True), seed=3)
        for _ in range(FEWEST + 4):
            search.generation(Budget())
        assert search.best is not None
        return sorted(carried(search.best))

    assert found() == found()


def test_combines_routes_of_different_solutions() -> None:
    """Near pairs are V1-V2 and V3-V4. Each of two poor solutions has one good route; together they are the best.

    By hand on the line H-V1-V2-V3-V4 (10 km apart): nothing beats serving what lies on the way.
    """
    line = problem([down(k, 50) for k in (1, 2, 3, 4)], (vehicle(count=4),))
    adapter = adapt(line, is_coarse=True, is_required=True)
    search, best = Genetic(adapter, seed=1), Genetic(adapter, seed=1)
    search.add(days("12", "3", "4"))
    search.add(days("1", "2", "34"))
    best.add(days("12", "34"))
    assert search.combine(deterministic_time=0.5, seconds=None)
    assert search.best is not None
    assert best.best is not None
    assert carried(search.best) == carried(best.best)
