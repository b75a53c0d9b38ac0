"""Run sheets: one page a trip, the loading list in reverse, nothing that a name could break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.exports.runsheets import write_runsheets
from tests.api.days import large_day, small_day
from tests.api.pages import Page

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView


def sheets(day: DayView, folder: Path, lang: str = "zh") -> Page:
    """Return the parsed run sheets of ``day``."""
    write_runsheets(day, folder / "runsheets.html", lang=lang)
    return Page(folder / "runsheets.html")


def test_each_trip_has_its_sheet(tmp_path: Path) -> None:
    """Three trips, three A4 pages, each beginning on a new one."""
    page = sheets(large_day(3, 4), tmp_path)
    assert len(page.with_class("sheet")) == 3
    assert "break-before: page" in page.text
    assert "size: A4" in page.text


def test_the_loading_list_is_the_visits_backwards(tmp_path: Path) -> None:
    """What is delivered last is loaded first."""
    day = small_day()
    page = sheets(day, tmp_path)
    names = [visit.place.name for visit in day.trips[0].visits]
    loading = [item.words.split()[1] for item in page.with_class("loading")[0].children("li")]
    assert loading == names[::-1]


def test_bags_are_counted_per_brand_and_in_all(tmp_path: Path) -> None:
    """Two of 中通 and one of 韵达 at each of four villages: 8 + 4 = 12."""
    page = sheets(small_day(), tmp_path)
    assert page.with_class("visits")[0].children("tfoot")[0].words.split()[:4] == ["合计", "8", "4", "12"]


def test_what_to_collect_stands_beside_the_visit(tmp_path: Path) -> None:
    """The second visit collects one bag of 邮政 with 4 pieces."""
    page = sheets(small_day(), tmp_path)
    cells = [cell.words for cell in page.with_class("up") if cell.tag == "td"]
    assert cells[0] == ""
    assert cells[1].split() == ["1", "邮政", "(4", "件)"]


def test_every_visit_has_a_box_to_sign(tmp_path: Path) -> None:
    """Four boxes for villages, four more for loader, driver, return and odometer."""
    page = sheets(small_day(), tmp_path)
    assert len([cell for cell in page.with_class("box") if cell.tag == "td"]) == 4
    assert len(page.with_class("sign")[0].children("div")) == 4


def test_a_village_named_script_stays_text(tmp_path: Path) -> None:
    """Names come from users' files."""
    name = "<script>alert(1)</script>"
    page = sheets(small_day(village_name=name), tmp_path)
    assert page.tags("script") == []
    assert name in page.words


@pytest.mark.parametrize(("per_trip", "style"), [(8, ""), (18, "dense"), (28, "tight")])
def test_longer_trips_are_set_in_smaller_type(tmp_path: Path, per_trip: int, style: str) -> None:
    """So that they stay on one page."""
    page = sheets(large_day(1, per_trip), tmp_path)
    assert page.with_class("sheet")[0].classes == {"sheet", style} - {""}


def test_both_languages(tmp_path: Path) -> None:
    """No Chinese word of ours on the English sheet."""
    assert "装车单" in sheets(small_day(), tmp_path).words
    english = sheets(small_day(), tmp_path, "en").words
    assert "Loading list" in english
    assert "装车单" not in english


def test_a_day_without_trips_says_so(tmp_path: Path) -> None:
    """One sheet, one sentence."""
    assert "没有任何行程" in sheets(small_day(trips=()), tmp_path).words
