"""Speed of a stress test: fixed work, seed and plan, so only the code can change the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.county_set import terrain_scenario
from optimizer.repair import complete
from optimizer.stress.script import script_of
from scenarios.build import build_problem
from scenarios.stress.buffers import stressed
from scenarios.stress.noise import PLACEHOLDERS

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from optimizer.stress.script import Script
    from scenarios.build import County


@pytest.fixture(scope="module")
def county() -> County:
    """Return a small mountain county: 139 places, some 580 shipments."""
    return build_problem(terrain_scenario("mountain", "small"))


@pytest.fixture(scope="module")
def script(county: County) -> Script:
    """Return a plan by insertion."""
    return script_of(county.problem, complete(county.problem, {}))


@pytest.mark.parametrize("days", [1_000, 10_000])
def test_stressed(benchmark: BenchmarkFixture, county: County, script: Script, days: int) -> None:
    """Draw the days, drive the plan through them and count: chances of every shipment, visit and vehicle."""
    found = benchmark.pedantic(stressed, (county, script, PLACEHOLDERS), {"days": days, "seed": 0}, rounds=3)  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped
    assert len(found.shipments) + script.num_unserved == len(script.goods)
