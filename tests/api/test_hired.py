"""What hired vehicles were worth, at every door: words, plan.json, report; and what first plans are compared by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.commands.plan import saving_text
from api.county_day import names_of
from api.exports.report import write_report
from api.hired import hired_on_road, worth_text, worth_views, worths_of
from api.plan_file import read_plan, write_plan
from api.schemas import Origin, from_plan, with_worths
from api.tiers import tiers_of
from api.views import WorthView
from optimizer.repair import complete
from tests.api.days import small_day
from tests.api.pages import Page
from tests.scenarios.small_county import county, order, scenario, van

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.plan import Plan
    from scenarios.build import County

NEIGHBOUR = van("neighbour", name="邻居的车", depot="V3", piece_fen=50, min_pay_fen=1_000)
"""Asks 10 yuan at least and all that the hub's own van asks besides."""


@pytest.fixture
def hired() -> tuple[County, Plan]:
    """Return goods from V3 home, carried by the only vehicle, a hired one."""
    day = county(scenario(orders=(order("1", "V3", "H", brand="a"),), fleet=(NEIGHBOUR,)))
    return day, complete(day.problem, {})


def test_the_only_vehicle_is_worth_the_penalty_less_its_price(hired: tuple[County, Plan]) -> None:
    """Without it the goods are left; the answer bears the vehicle's own name."""
    day, plan = hired
    assert hired_on_road(day.problem, plan) == ("neighbour",)
    found = worths_of(day, tiers_of(day), plan, seed=0)
    (shown,) = worth_views(day, found)
    penalty_fen = day.problem.shipments[0].penalty_fen
    assert shown == WorthView(vehicle="邻居的车#1", fen=penalty_fen - plan.cost.total_fen, num_unserved=1)


def test_vehicles_of_the_county_have_no_worth_told(hired: tuple[County, Plan]) -> None:
    """Not hired: nothing is searched for, and plan.json is the same to the byte."""
    own = county(scenario(orders=(order("1", "H", "V1"),)))
    plan = complete(own.problem, {})
    assert worths_of(own, tiers_of(own), plan, seed=0) == ()
    record = from_plan(hired[1], Origin())
    assert "worths" not in record.model_dump(by_alias=True)
    assert with_worths(record, ()).model_dump_json() == record.model_dump_json()


def test_plan_json_keeps_worths(hired: tuple[County, Plan], tmp_path: Path) -> None:
    """Written and read again: vehicle, fen and what would be left."""
    day, plan = hired
    found = worths_of(day, tiers_of(day), plan, seed=0)
    write_plan(with_worths(from_plan(plan, Origin()), found), tmp_path / "plan.json")
    (kept,) = read_plan(tmp_path / "plan.json").worths
    assert (kept.vehicle_type, kept.number, kept.fen) == ("neighbour", 1, found[0].fen)
    assert kept.unserved == tuple(s.id for s in day.problem.shipments)


@pytest.mark.parametrize(
    ("fen", "left", "zh", "en"),
    [
        (1_452, 0, "车#1：没有它，当天要多花 14.52 元", "车#1: without it the day would cost CNY 14.52 more"),
        (-300, 0, "车#1：没有它，当天要少花 3.00 元", "车#1: without it the day would cost CNY 3.00 less"),
    ],
)
def test_worth_in_words(fen: int, left: int, zh: str, en: str) -> None:
    """More or less, in yuan."""
    assert worth_text(WorthView(vehicle="车#1", fen=fen, num_unserved=left)) == (zh, en)


def test_a_worth_with_goods_left_says_that_penalties_are_in_it() -> None:
    """Two shipments."""
    text = worth_text(WorthView(vehicle="v", fen=100, num_unserved=2))
    assert "2 批" in text.zh
    assert "惩罚" in text.zh
    assert "2 shipments would be left (their penalties" in text.en


def test_the_report_has_a_row_a_hired_vehicle(tmp_path: Path) -> None:
    """With its figure; a day without hired vehicles has no such table."""
    day = small_day()
    write_report(day, tmp_path / "plain.html", lang="en")
    write_report(
        replace(day, worths=(WorthView(vehicle="van#9", fen=1_452, num_unserved=0),)),
        tmp_path / "hired.html",
        lang="en",
    )
    assert "van#9" in Page(tmp_path / "hired.html").by_id("worths").words
    assert 'id="worths"' not in Page(tmp_path / "plain.html").text


def test_a_first_plan_that_leaves_goods_says_so_and_that_penalties_are_in_the_difference() -> None:
    """Both say that it is a short first plan."""
    left, whole = saving_text("direct", 500_000, 8), saving_text("through", 17_614, 0)
    assert "short first plan" in left.en
    assert "短时" in whole.zh
    assert "8 shipments" in left.en
    assert "penalties" in left.en
    assert "penalt" not in whole.en


def test_types_that_share_a_name_are_told_apart_by_their_ids() -> None:
    """Two vans called the same would share a row of the timeline; a name of its own stays bare."""
    fleet = (van("a", name="面包车"), van("b", name="面包车"), van("c", name="货车"), van("d"))
    names = names_of(county(scenario(fleet=fleet)))
    assert [names.vehicle(kind) for kind in "abcd"] == ["a 面包车", "b 面包车", "货车", "d"]
