"""Cells read what people write, to the whole unit, and refuse the rest."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.model import TimeWindow
from scenarios import cells
from scenarios.cells import Cell, CellError

KG = cells.number("kg", scale=1_000, high=1_000)


def refusal(cell: Cell, text: str) -> str:
    """Return the code with which a text is refused."""
    with pytest.raises(CellError) as caught:
        cell.read(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "grams"),
    [("1.5", 1_500), ("0", 0), (".5", 500), ("1,000", 1_000_000), ("0.0005", 1), ("0.0004", 0), ("1e2", 100_000)],
)
def test_kilograms_become_whole_grams_rounded_half_up(text: str, grams: int) -> None:
    """Half a gram counts as one."""
    assert KG.read(text) == grams


@pytest.mark.parametrize("text", ["1.5kg", "nan", "inf", "1_000", "--1", "1e9999", "", "九", "1,00", "9" * 41])
def test_what_is_no_number_is_refused(text: str) -> None:
    """Units in the cell, special floats, underscores, Chinese numerals, grouping gone wrong."""
    assert refusal(KG, text) == "E311"


def test_bounds_are_inclusive() -> None:
    """1000 kg is the most, 0 the least."""
    assert KG.read("1000") == 1_000_000
    assert refusal(KG, "1000.001") == "E312"
    assert refusal(KG, "-0.001") == "E312"


@pytest.mark.parametrize("seconds", [0, 1, 59, 61, 100, 3_599, 86_400])
def test_a_duration_shown_in_minutes_or_hours_reads_back_equal(seconds: int) -> None:
    """Four decimals are enough for whole seconds."""
    for cell in (cells.number("min", scale=60, high=1_440), cells.number("h", scale=3_600, high=24)):
        assert cell.read(cell.show(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"), [("08:30", 30_600), ("8:30", 30_600), ("00:00:01", 1), ("24:30", 88_200), ("48:00", 172_800)]
)
def test_times_are_seconds_since_midnight_and_go_on_after_it(text: str, seconds: int) -> None:
    """24:30 is half past midnight of the night after."""
    assert cells.clock().read(text) == seconds


@pytest.mark.parametrize("text", ["48:00:01", "8.30", "8", "08:60", "-1:00", "8:5"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """One second past the horizon, other notations, impossible minutes."""
    assert refusal(cells.clock(), text) == "E314"


def test_windows_may_be_several_and_written_in_several_ways() -> None:
    """Chinese and Latin separators; an end before the beginning is refused."""
    both = (TimeWindow(early_s=28_800, late_s=41_400), TimeWindow(early_s=50_400, late_s=61_200))
    assert cells.windows().read("08:00-11:30;14:00-17:00") == both
    assert cells.windows().read("08:00至11:30、14:00~17:00") == both
    assert refusal(cells.windows(), "11:30-08:00") == "E315"


def test_an_id_that_a_spreadsheet_has_rounded_is_refused() -> None:
    """1.23E+10 is no id any more; E10 and 1E are."""
    assert refusal(cells.ident(), "1.23E+10") == "E313"
    assert refusal(cells.ident(), "4e11") == "E313"
    assert cells.ident().read("E10") == "E10"
    assert cells.ident().read("990101101201") == "990101101201"


@pytest.mark.parametrize("text", ["2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "2026-03-05 00:00:00"])
def test_dates_are_read_in_the_usual_notations(text: str) -> None:
    """All are the fifth of March."""
    assert cells.day().read(text) == date(2026, 3, 5)


def test_a_day_that_the_calendar_lacks_is_refused() -> None:
    """2026 is no leap year."""
    assert refusal(cells.day(), "2026-02-29") == "E317"


def test_a_choice_is_made_in_either_language() -> None:
    """The value, its Chinese word, any case."""
    cell = cells.choice({"dry": "旱季", "GCJ-02": "火星坐标"})
    assert [cell.read(text) for text in ("dry", "DRY", "旱季", "gcj-02", "火星坐标")] == ["dry"] * 3 + ["GCJ-02"] * 2
    assert refusal(cell, "wet") == "E316"


def test_yes_and_no_are_read_in_both_languages() -> None:
    """A tick means yes, too."""
    assert [cells.yes_no().read(t) for t in ("是", "Yes", "1", "√", "否", "no", "0")] == [True] * 4 + [False] * 3
