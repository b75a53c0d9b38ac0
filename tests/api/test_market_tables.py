"""Market days stand beside other days on the page and in the workbook of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.comparison_book import write_book
from api.exports.comparison_page import write_page
from tests.api.spreadsheet import read_sheets
from tests.scenarios.market_comparison import compared
from tests.scenarios.small_county import scenario

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_has_both_kinds_of_days_if_the_sample_has(tmp_path: Path) -> None:
    """10.50 yuan on other days against 9.45: within the noise of two days."""
    write_page(scenario(), compared("day 2", "day 4"), (), (), tmp_path / "both.html", lang="en")
    page = (tmp_path / "both.html").read_text("utf-8")
    section = page[page.index('id="markets"') : page.index('id="charts"')]
    assert "market days (2)" in section
    assert "9.45 yuan" in section
    assert "≈ -10.0 %" in section
    write_page(scenario(), compared(), (), (), tmp_path / "none.html", lang="en")
    assert 'id="markets"' not in (tmp_path / "none.html").read_text("utf-8")


def test_the_workbook_has_them_in_a_sheet_and_names_the_towns_by_day(tmp_path: Path) -> None:
    """Means of 16.00 and 16.10 yuan on market days, 10.50 and 9.45 on others."""
    write_book(compared("day 2", "day 4"), (), (), tmp_path / "book.xlsx", lang="en", more=lambda _book: None)
    sheets = read_sheets(tmp_path / "book.xlsx")
    table = sheets["market days beside other days"].values
    rows = [k for k in range(2, 40) if table.get(f"A{k}") == "total cost"]
    assert [(table[f"C{k}"], table[f"D{k}"], table[f"F{k}"]) for k in rows] == [
        ("market days (2)", 16.0, 16.1),
        ("other days (2)", 10.5, 9.45),
    ]
    assert [sheets["days"].values.get(f"E{k}", "") for k in (2, 3)] == ["", "青龙镇"]
