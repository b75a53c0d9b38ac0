"""Market days in places.csv: every scheme reads, a wrong one is a fault of its cell, and what is written reads back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InvalidInput
from scenarios.files import read_scenario, write_scenario
from scenarios.market_days import parse_market_days
from scenarios.policy import Policy
from tests.scenarios.small_county import place, scenario

if TYPE_CHECKING:
    from pathlib import Path

SCHEMES = ("1,4,7", "lunar:2,5,8", "weekday:6", "branch:子,午", "cycle4:2026-01-01")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_reads_back_equal(tmp_path: Path, scheme: str) -> None:
    """Written with semicolons, which end no cell, and read as the same rule; the factor stands in the settings."""
    there = scenario(places=(place(0), place(1, market=parse_market_days(scheme))), policy=Policy(market_factor=1.5))
    write_scenario(there, tmp_path)
    found = read_scenario(tmp_path)
    assert found.places[1].market == parse_market_days(scheme)
    assert found.policy.market_factor == 1.5
    assert scheme.replace(",", ";") in (tmp_path / "places.csv").read_text("utf-8-sig")


def test_a_wrong_market_day_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    """Row and column are named, and what is there to choose from."""
    write_scenario(scenario(places=(place(0), place(1, market=parse_market_days("weekday:6")))), tmp_path)
    table = tmp_path / "places.csv"
    table.write_text(table.read_text("utf-8-sig").replace("weekday:6", "weekday:8"), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_scenario(tmp_path)
    (fault,) = refused.value.faults
    assert (fault.code, fault.row, fault.column) == ("E341", 3, "赶集日")
    assert "1 2 3 4 5 6 7" in fault.render("en")


def test_a_county_without_markets_is_written_and_named_as_before(tmp_path: Path) -> None:
    """No column, no setting, the same digest."""
    there = scenario()
    write_scenario(there, tmp_path)
    assert "market" not in (tmp_path / "scenario.toml").read_text("utf-8")
    assert "赶集" not in (tmp_path / "places.csv").read_text("utf-8-sig")
    assert read_scenario(tmp_path).digest == there.digest
