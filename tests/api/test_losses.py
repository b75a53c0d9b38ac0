"""Where a result is missing is told in the words of the tables, in both languages."""

from __future__ import annotations

import pytest

from api.exports.losses import named_day, named_loss, part_name
from optimizer.stop import Stop
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison, Loss
from scenarios.variants.executor import Failure
from scenarios.variants.model import BASE, Variant


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
