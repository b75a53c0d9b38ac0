"""Where a result is missing is told in the words of the tables, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.commands.running import show_losses
from api.exports import frequency_page, sweep_page
from api.exports.comparison_book import write_book
from api.exports.comparison_page import write_page
from api.exports.frequency import FrequencyReport
from api.exports.losses import named_day, named_loss, part_name
from api.exports.sweep import Sweep
from optimizer.stop import Stop
from scenarios.frequency.read import usual_policies
from scenarios.frequency.study import cycles_of, lay_out
from scenarios.sensitivity import Factor
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison, Loss, prepare
from scenarios.variants.executor import Failure
from scenarios.variants.model import BASE, Variant, VariantSet
from tests.api.spreadsheet import read_sheets
from tests.scenarios.small_county import order, scenario

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.kpis import Kpis


TOLD = "现状 · 第 1 天 · 无品牌货物 / 上行"
AS_IT_IS = Variant(id=BASE, name=Text("现状", "as it is"))
LIMIT = Limit(stop=Stop(iterations=1))


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
    agenda = Agenda(variants=(AS_IT_IS,), against=BASE, days=(), cells=(), limit=LIMIT)
    found = Comparison(agenda=agenda, measured={})
    failure = Failure(code="E357", text=Text("", ""))
    loss = Loss(variant=BASE, day="day 1", part="others", failure=failure)
    assert named_loss(found, loss) == Text("现状 · 第 1 天 · 无品牌货物", "as it is · day 1 · goods of no brand")
    other = Loss(variant="x", day="day 1", part="", failure=failure)
    assert named_loss(found, other) == Text("x · 第 1 天", "x · day 1")


def all_lost(agenda: Agenda | None = None) -> Comparison:
    """Return a comparison without any day, of which one part of the first variant failed; of the base by itself."""
    agenda = agenda or prepare(scenario(), VariantSet(variants=(AS_IT_IS,)), days=1, limit=LIMIT)
    first, day = agenda.variants[0].id, agenda.days[0].id
    loss = Loss(variant=first, day=day, part="others / up", failure=Failure(code="E357", text=Text("坏了", "broke")))
    measured: dict[str, dict[str, Kpis]] = {variant.id: {} for variant in agenda.variants}
    return Comparison(agenda=replace(agenda, cells=()), measured=measured, losses=(loss,), is_whole=False)


def test_page_and_workbook_tell_what_is_missing_in_words(tmp_path: Path) -> None:
    """No raw id of a variant, a day or a part in either."""
    lost = all_lost()
    write_page(scenario(), lost, (), (), tmp_path / "page.html", lang="zh")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert TOLD in page
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


def test_the_terminal_tells_what_is_missing_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Code, variant, day and part, then the sentence."""
    show_losses(all_lost(), "zh")
    assert f"E357 {TOLD}: 坏了" in capsys.readouterr().out


def test_pages_of_other_studies_tell_what_is_missing_in_words(tmp_path: Path) -> None:
    """A sweep and a study of visit frequency of which nothing was planned."""
    day, volume = scenario(orders=(order("O1", "H", "V1"),)), Factor(name="volume", texts=())
    sweep = Sweep(scenario=day, run=all_lost(), sides=(AS_IT_IS,), factors=(volume,), curves=(), break_evens=())
    sweep_page.write_page(sweep, tmp_path / "sweep.html", lang="zh")
    assert TOLD in (tmp_path / "sweep.html").read_text("utf-8")
    study = lay_out(day, usual_policies(day, 2, 1)[:1], {}, cycles_of(day, 2, 1), limit=LIMIT)
    report = FrequencyReport(study=study, planned=all_lost(study.agenda), plans={}, outcomes=())
    frequency_page.write_page(report, tmp_path / "frequency.html", lang="zh")
    told = "每日 · 第 1 周第 1 天 · 无品牌货物 / 上行"
    assert told in (tmp_path / "frequency.html").read_text("utf-8")
