"""Speed of the way from files to the problem: fixed work and fixed seed, so only the code can change the time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.county_set import terrain_scenario
from networks.synthetic import generate_county
from optimizer.search.facts import nodes_of
from scenarios.build import build_problem, reached, to_problem
from scenarios.consolidate import consolidate
from scenarios.files import read_scenario, write_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

    from scenarios.build import County
    from scenarios.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return a small mountain county-day: 139 places, some 580 shipments."""
    return terrain_scenario("mountain", "small")


@pytest.fixture(scope="module")
def county(scenario: Scenario) -> County:
    """Return everything built from it."""
    return build_problem(scenario)


def test_generate_county(benchmark: BenchmarkFixture, scenario: Scenario) -> None:
    """Roads and places from a seed."""
    roads = scenario.roads
    recipe = {"terrain": roads.terrain, "townships": roads.townships, "villages": roads.villages, "seed": roads.seed}
    made = benchmark.pedantic(generate_county, kwargs=recipe, rounds=2)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped
    assert len(made.places) == len(scenario.places)


def test_read_scenario(benchmark: BenchmarkFixture, scenario: Scenario, tmp_path: Path) -> None:
    """All files of a county-day, every rule between them checked."""
    write_scenario(scenario, tmp_path / "county", lang="zh")
    assert benchmark(read_scenario, tmp_path / "county").orders == scenario.orders


def test_consolidate(benchmark: BenchmarkFixture, scenario: Scenario, county: County) -> None:
    """Orders to shipments."""
    reach = reached(scenario, county.matrices)
    assert benchmark(consolidate, scenario, reach).shipments == county.problem.shipments


def test_build_problem(benchmark: BenchmarkFixture, scenario: Scenario) -> None:
    """Roads, three matrices, shipments, problem; nothing remembered."""
    built = benchmark.pedantic(build_problem, (scenario,), rounds=2)  # type: ignore[no-untyped-call]  # as above
    assert len(built.problem.places) == len(scenario.places)


def test_to_problem(benchmark: BenchmarkFixture, scenario: Scenario, county: County) -> None:
    """The problem alone, matrices and shipments given: copying arrays and checking references."""
    reach = reached(scenario, county.matrices)
    goods = consolidate(scenario, reach)
    assert benchmark(to_problem, scenario, county.matrices, goods).digest == county.problem.digest


def test_digest(benchmark: BenchmarkFixture, county: County) -> None:
    """The hash of a problem that was just built."""
    benchmark(lambda: replace(county.problem).digest)


def test_facts_of_the_search(benchmark: BenchmarkFixture, county: County) -> None:
    """The arrays that the compiled search reads."""
    assert benchmark(nodes_of, county.problem, is_coarse=True).heads
