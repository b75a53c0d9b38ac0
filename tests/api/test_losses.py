"""Where a result is missing is told in the words of the tables, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.exports.comparison_book import write_book
from api.exports.comparison_page import write_page
from api.exports.losses import named_day, named_loss, part_name
from optimizer.stop import Stop
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison, Loss, prepare
from scenarios.variants.executor import Failure
from scenarios.variants.model import BASE, Variant, VariantSet
from tests.api.spreadsheet import read_sheets
from tests.scenarios.small_county import scenario

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        ("day 3", "第 3 天", "day 3"),
        ("peak 1.8", "高峰 1.8 倍", "peak 1.8"),
        ("week 2 day 7", "第 2 周第 7 天", "week 2 day 7"),
        ("东县/day 1", "东县 第 1 天", "东县 day 1"),
    ],
)
def test_days_are_told_by_their_number_and_county(day: str, zh: str, en: str) -> None:
    assert named_day(day) == Text(zh, en)


@pytest.mark.parametrize(
    ("part", "zh", "en"),
    [
        ("", "", ""),
        ("others", "无品牌货物", "goods of no brand"),
        ("邮政+中通 / up", "中通、邮政 / 上行", "中通 + 邮政 / up"),
        ("down", "下行", "down"),
    ],
)
def test_parts_are_told_by_brands_and_direction(part: str, zh: str, en: str) -> None:
    assert part_name(part) == Text(zh, en)


def test_a_loss_is_told_by_variant_day_and_part() -> None:
    """The base as its file calls it; a variant that nobody named by its id."""
    base = Variant(id=BASE, name=Text("现状", "as it is"))
    agenda = Agenda(variants=(base,), against=BASE, days=(), cells=(), limit=Limit(stop=Stop(iterations=1)))
    found = Comparison(agenda=agenda, measured={})
    failure = Failure(code="E357", text=Text("", ""))
    loss = Loss(variant=BASE, day="day 1", part="others", failure=failure)
    assert named_loss(found, loss) == Text("现状 · 第 1 天 · 无品牌货物", "as it is · day 1 · goods of no brand")
    other = Loss(variant="x", day="day 1", part="", failure=failure)
    assert named_loss(found, other) == Text("x · 第 1 天", "x · day 1")


def test_page_and_workbook_tell_what_is_missing_in_words(tmp_path: Path) -> None:
    """No raw id of a variant, a day or a part in either."""
    base = Variant(id=BASE, name=Text("现状", "as it is"))
    agenda = prepare(scenario(), VariantSet(variants=(base,)), days=1, limit=Limit(stop=Stop(iterations=1)))
    loss = Loss(variant=BASE, day="day 1", part="others / up", failure=Failure(code="E357", text=Text("坏了", "broke")))
    lost = Comparison(agenda=replace(agenda, cells=()), measured={BASE: {}}, losses=(loss,), is_whole=False)
    write_page(scenario(), lost, (), (), tmp_path / "page.html", lang="zh")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "现状 · 第 1 天 · 无品牌货物 / 上行" in page
    assert "others" not in page
    write_book(lost, (), (), tmp_path / "book.xlsx", lang="zh")
    missing = read_sheets(tmp_path / "book.xlsx")["缺失"]
    assert [missing.values[f"{letter}1"] for letter in "ABCDE"] == [
        "现状",
        "第 1 天",
        "无品牌货物 / 上行",
        "E357",
        "坏了",
    ]
