"""Speed of evaluation, masters and the genetic engine: fixed work and seed, so only the code can change the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import pyvrp

from benchmarks.random_counties import random_county
from optimizer.combine import RoutePool, combine_days
from optimizer.day import compose_day
from optimizer.engines import Budget
from optimizer.engines.crossover import Crossover
from optimizer.engines.genetic import Genetic
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import days_of
from optimizer.pool import TripPool
from optimizer.repair import complete
from optimizer.search.day_search import BREAK, DaySearch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_benchmark.fixture import BenchmarkFixture

    from optimizer.engines.pyvrp_data import Adapter
    from optimizer.plan import Plan
    from optimizer.problem import Problem

PLANS = 6
"""Plans whose trips and days make the pools."""

MASTER_WORK = 0.2
"""Deterministic time of a master."""


@pytest.fixture(scope="module")
def county() -> Problem:
    """Return a county-day under the full rules."""
    return random_county(villages=60, seed=1, full_rules=True)


@pytest.fixture(scope="module")
def plans(county: Problem) -> list[Plan]:
    """Return plans of short searches, each from nothing."""
    search = DaySearch(county, is_coarse=True)
    found = []
    for seed in range(PLANS):
        search.start(None)
        search.run(200, seed=seed, hot_fen=2_000.0, cold_fen=200.0, mean_stops=10.0)
        found.append(search.plan())
    return found


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    """Return a county that PyVRP can say, in its terms."""
    return adapt(random_county(villages=60, seed=1, is_due_early=False), is_coarse=True)


def test_weigh_a_day(benchmark: BenchmarkFixture, county: Problem) -> None:
    """One vehicle's day of two trips, a thousand times: what every step of the search does."""
    search = DaySearch(county, is_coarse=True)
    unit, sequence = _day(search)
    costs = benchmark(lambda: [search.weigh_fen(unit, sequence) for _ in range(1_000)])
    assert set(costs) == {search.weigh_fen(unit, sequence)} != {None}


def test_plan_of_a_search(benchmark: BenchmarkFixture, county: Problem, plans: Sequence[Plan]) -> None:
    """The best day of a short search as a plan: stowing and timing of every vehicle's day."""
    search = DaySearch(county, is_coarse=True)

    def prepare() -> None:
        search.start(None)
        search.run(200, seed=1, hot_fen=2_000.0, cold_fen=200.0, mean_stops=10.0)

    plan = benchmark.pedantic(search.plan, setup=prepare, rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped
    assert plan.cost == plans[1].cost  # alike vehicles may change names


def test_pooling(benchmark: BenchmarkFixture, county: Problem, plans: Sequence[Plan]) -> None:
    """Trips and days of all plans into empty pools."""
    pool = benchmark(_trip_pool, county, plans)
    assert len(pool) > len(list(plans[-1].trips()))


def test_compose_day(benchmark: BenchmarkFixture, county: Problem, plans: Sequence[Plan]) -> None:
    """Choose and pack trips from a pool with fixed work."""
    pool = _trip_pool(county, plans)
    hint = pool.add_plan(plans[-1])

    def compose() -> Plan | None:
        return compose_day(county, pool.trips, deterministic_time=MASTER_WORK, seed=1, hint=hint)

    assert benchmark.pedantic(compose, rounds=1) is not None  # type: ignore[no-untyped-call]  # as above


def test_combine_days(benchmark: BenchmarkFixture, county: Problem, plans: Sequence[Plan]) -> None:
    """Put together whole days from a pool with fixed work."""
    pool = RoutePool(county)
    for plan in plans:
        pool.add_plan(plan)

    def combine() -> Plan | None:
        return combine_days(county, pool.routes, deterministic_time=MASTER_WORK, seed=1, hint=plans[-1])

    assert benchmark.pedantic(combine, rounds=1) is not None  # type: ignore[no-untyped-call]  # as above


def test_crossover(benchmark: BenchmarkFixture, adapter: Adapter) -> None:
    """Twenty children of two random solutions."""
    random = pyvrp.RandomNumberGenerator(seed=1)
    first, second = (pyvrp.Solution.make_random(adapter.data, random) for _ in range(2))
    cross = Crossover(adapter.data, np.random.default_rng(1))
    children = benchmark(lambda: [cross(first, second) for _ in range(20)])
    assert all(child.num_clients() for child in children)


def test_generation(benchmark: BenchmarkFixture, adapter: Adapter) -> None:
    """One child of a population that began with one plan: local search and education."""
    start = complete(adapter.problem, {})

    def prepare() -> tuple[tuple[Genetic, Budget], dict[str, object]]:
        genetic = Genetic(adapter, 1)
        genetic.add(days_of(adapter.problem, start))
        return (genetic, Budget()), {}

    benchmark.pedantic(Genetic.generation, setup=prepare, rounds=1)  # type: ignore[no-untyped-call]  # as above


def _trip_pool(county: Problem, plans: Sequence[Plan]) -> TripPool:
    pool = TripPool(county)
    for plan in plans:
        pool.add_plan(plan)
    return pool


def _day(search: DaySearch) -> tuple[tuple[str, int], list[int]]:
    """Return a vehicle and the first nodes that it can carry in this order, up to eight on each of two trips."""
    unit = search.nodes.units[0]
    first = _carried(search, unit, [], 0)
    second = _carried(search, unit, [*first, BREAK], first[-1] + 1)
    return unit, second


def _carried(search: DaySearch, unit: tuple[str, int], sequence: list[int], begin: int) -> list[int]:
    """Return ``sequence`` with up to eight more nodes from ``begin`` on; each leaves the day within all rules."""
    wanted = len(sequence) + 8
    for node in (m for m in search.nodes.heads if m >= begin):
        if len(sequence) < wanted and search.weigh_fen(unit, [*sequence, node]) is not None:
            sequence = [*sequence, node]
    return sequence
