"""Speed of the hot path of the optimizer: fixed work and fixed seed, so only the code can change the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.random_counties import random_county
from optimizer.bundles import make_bundles
from optimizer.check import check
from optimizer.engines import Budget
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import improve
from optimizer.repair import complete
from optimizer.schedule import draft_of, schedule_route, time_route
from optimizer.search.day_search import DaySearch

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from optimizer.plan import Plan
    from optimizer.problem import Problem


@pytest.fixture(scope="module", params=[40, 150])
def county(request: pytest.FixtureRequest) -> Problem:
    """Return a county-day under the full rules."""
    return random_county(villages=request.param, seed=1, full_rules=True)


@pytest.fixture(scope="module")
def plan(county: Problem) -> Plan:
    """Return a plan by insertion."""
    return complete(county, {})


def test_time_route(benchmark: BenchmarkFixture, county: Problem, plan: Plan) -> None:
    """Times of all routes, as the search asks for them: trips already met before."""
    days = [(r.vehicle_type, [draft_of(t) for t in r.trips]) for r in plan.routes]
    benchmark(lambda: [time_route(county, kind, drafts) for kind, drafts in days])


def test_schedule_route(benchmark: BenchmarkFixture, county: Problem, plan: Plan) -> None:
    """All routes with every visit's times."""
    days = [(r.vehicle_type, r.number, [draft_of(t) for t in r.trips]) for r in plan.routes]
    benchmark(lambda: [schedule_route(county, *day) for day in days])


def test_make_bundles(benchmark: BenchmarkFixture, county: Problem) -> None:
    """Join what is handed over at one place."""
    benchmark(make_bundles, county, county.shipments, is_coarse=True)


def test_adapt(benchmark: BenchmarkFixture, county: Problem) -> None:
    """The whole county in PyVRP's terms."""
    benchmark(adapt, county, is_coarse=True)


def test_complete(benchmark: BenchmarkFixture, county: Problem) -> None:
    """A plan at once: insert every shipment under the full rules."""
    benchmark.pedantic(complete, (county, {}), rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped


def test_annealing(benchmark: BenchmarkFixture, county: Problem, plan: Plan) -> None:
    """A thousand steps of the compiled search from the same plan with the same draws."""
    search = DaySearch(county, is_coarse=True)

    def prepare() -> None:
        search.start(plan)

    def steps() -> None:
        search.run(1_000, seed=1, hot_fen=500.0, cold_fen=5.0, mean_stops=10.0)

    benchmark.pedantic(steps, setup=prepare, rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped


def test_improve(benchmark: BenchmarkFixture, county: Problem) -> None:
    """One hundred iterations of PyVRP's search from scratch."""
    adapter = adapt(county, is_coarse=True)
    benchmark.pedantic(lambda: improve(adapter, Budget(iterations=100), 1, None), rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped


def test_check(benchmark: BenchmarkFixture, county: Problem, plan: Plan) -> None:
    """The referee on the whole plan."""
    assert benchmark(check, county, plan) == ()
