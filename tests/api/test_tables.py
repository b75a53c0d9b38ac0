"""visits.csv and trips.csv: readable by a spreadsheet, harmless to it."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.exports.tables import safe_cell, write_trips, write_visits
from tests.api.days import large_day, small_day

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows, keyed by the English part of the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.split()[-1]: value for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=HYPERLINK(1)", "＝1+1", "＋1", "－1", "＠1"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    """The starts of CWE-1236, and the full-width ones of a Chinese keyboard."""
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["石门村", "a=1", "", "1-2", 5, -5, 0.5])
def test_harmless_cells_stay_as_they_are(value: object) -> None:
    """A negative number is a number, not a formula."""
    assert safe_cell(value) == value


def test_the_files_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Without it Excel in China reads UTF-8 as GBK."""
    write_visits(small_day(), tmp_path / "visits.csv")
    write_trips(small_day(), tmp_path / "trips.csv")
    for name in ("visits.csv", "trips.csv"):
        assert (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_each_visit_is_a_row_with_times_bags_and_load(tmp_path: Path) -> None:
    """Leaves at 6:30, 10 min on the road; after the first of four visits 3 x 3 bags of 10 kg remain."""
    write_visits(small_day(), tmp_path / "visits.csv")
    found = rows(tmp_path / "visits.csv")
    assert len(found) == 4
    first = found[0]
    assert (first["arrive"], first["depart"]) == ("06:40:00", "06:45:00")
    assert (first["bags_down"], first["pieces_down"], first["bags_up"]) == ("3", "34", "0")
    assert first["load_load_g"] == "90000"
    assert first["deliver"] == "中通 2袋(25件)；韵达 1袋(9件)"


def test_trips_and_visits_tell_the_same_bags(tmp_path: Path) -> None:
    """The sum over visits is the trip's figure, for every trip."""
    write_visits(large_day(4, 5), tmp_path / "visits.csv")
    write_trips(large_day(4, 5), tmp_path / "trips.csv")
    visits = rows(tmp_path / "visits.csv")
    for trip in rows(tmp_path / "trips.csv"):
        mine = [visit for visit in visits if visit["trip"] == trip["trip"]]
        assert sum(int(visit["bags_down"]) for visit in mine) == int(trip["bags_down"])
        assert len(mine) == int(trip["visits"])


def test_a_village_named_like_a_formula_is_defused(tmp_path: Path) -> None:
    """Names come from users' files."""
    write_visits(small_day(village_name='=cmd|"/C calc"!A1'), tmp_path / "visits.csv")
    assert rows(tmp_path / "visits.csv")[0]["place"].startswith("'=")


def test_a_plan_without_trips_is_a_table_of_headers(tmp_path: Path) -> None:
    """Nothing served is no error."""
    write_trips(replace(small_day(), trips=()), tmp_path / "trips.csv")
    assert rows(tmp_path / "trips.csv") == []
