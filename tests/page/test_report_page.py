"""report.html: one whole, safe, self-contained page in two languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.exports.report import write_report
from optimizer.plan import Cost
from tests.api.days import large_day, small_day
from tests.api.pages import Page

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView

NAMESPACES = {"http://www.w3.org/2000/svg"}
"""Addresses that are names, not requests."""


def report(day: DayView, folder: Path, lang: str = "zh") -> Page:
    """Return the parsed report of ``day``."""
    write_report(day, folder / "report.html", lang=lang)
    return Page(folder / "report.html")


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """No address, no image, link, frame or font from elsewhere; and a policy that forbids all of it."""
    page = report(small_day(), tmp_path)
    assert set(re.findall(r"(?:https?:)?//[\w.]+[\w/.]*", page.text)) <= NAMESPACES
    assert not [node for tag in ("link", "img", "iframe", "object", "embed", "audio") for node in page.tags(tag)]
    assert not re.search(r"url\((?!#)|@import|@font-face|\bfetch\(|XMLHttpRequest|import\(", page.text)
    assert not [node for node in page.root.all() if {"src", "srcset", "xlink:href", "action"} & set(node.attributes)]
    assert any("default-src 'none'" in node.attributes.get("content", "") for node in page.tags("meta"))


def test_links_lead_to_parts_of_the_page(tmp_path: Path) -> None:
    """Seven parts: map, timeline, trips, unserved, KPIs, assumptions, provenance."""
    page = report(small_day(), tmp_path)
    links = [node.attributes["href"] for node in page.tags("a")]
    assert len(links) == 7
    for link in links:
        page.by_id(link.removeprefix("#"))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '" onload="alert(1)', "'><img src=x>", "{{ 7*7 }}", "&lt;"]
)
def test_a_hostile_name_stays_text(tmp_path: Path, name: str) -> None:
    """As a village, in marks, labels, tooltips and tables; and as a county in the title."""
    page = report(small_day(village_name=name, county=name), tmp_path)
    assert len(page.tags("script")) == 1
    assert page.tags("img") == []
    assert not [node for node in page.root.all() for attribute in node.attributes if attribute.startswith("on")]
    assert name in page.by_id("trips").words
    assert page.tags("h1")[0].words.startswith(" ".join(name.split()))


def test_every_trip_is_on_the_map_in_the_list_on_the_timeline_and_has_its_card(tmp_path: Path) -> None:
    """Four places that share a code, so that one can point at the others."""
    day = large_day(5, 4)
    page = report(day, tmp_path)
    for trip in day.trips:
        marked = [node for node in page.root.all() if node.attributes.get("data-trip") == trip.code]
        assert {next(iter(node.classes & {"trip", "chip", "bar", "card"})) for node in marked} == {
            "trip",
            "chip",
            "bar",
            "card",
        }


def test_kpis_come_with_their_definitions(tmp_path: Path) -> None:
    """In both languages."""
    words = report(small_day(), tmp_path).by_id("kpis").words
    assert "总成本 ÷ 件数，每件只计一次" in words
    assert "total cost / pieces, each piece counted once" in words


def test_what_is_unserved_says_why_and_what_would_help(tmp_path: Path) -> None:
    """Reason, code and remedy."""
    words = report(small_day(), tmp_path).by_id("unserved").words
    assert "最大的车只能装 1,500 kg" in words
    assert "U110" in words
    assert "租一辆 4.2 米厢车" in words
    assert "全部货运都已安排" in report(large_day(2, 3), tmp_path).by_id("unserved").words


def test_placeholder_figures_are_marked_as_such(tmp_path: Path) -> None:
    """A reader cannot take 0.8 yuan per km for a measured figure."""
    words = report(small_day(), tmp_path).by_id("assumptions").words
    assert re.search(r"0\.8 元为占位值.*占位值 placeholder", words)


def test_the_parts_of_the_cost_add_up_on_the_page(tmp_path: Path) -> None:
    """80 + 123 + 91 + 500 yuan."""
    assert small_day().cost == Cost(fixed_fen=8_000, distance_fen=12_300, time_fen=9_100, penalty_fen=50_000)
    assert "794.00" in report(small_day(), tmp_path).by_id("kpis").words


def test_every_text_is_in_both_languages(tmp_path: Path) -> None:
    """As many Chinese pieces as English ones, none of them empty, and the page opens in the one asked for."""
    page = report(small_day(), tmp_path, lang="en")
    assert page.tags("html")[0].attributes["lang"] == "en"
    zh, en = page.with_class("zh"), page.with_class("en")
    assert len(zh) == len(en)
    empty = [node for node in (*zh, *en) if not node.words]
    assert len(empty) == 4  # two visits without anything to collect


def test_a_day_without_trips_still_has_a_report(tmp_path: Path) -> None:
    """Everything unserved is an answer too."""
    assert "没有任何行程" in report(small_day(trips=()), tmp_path).by_id("trips").words


def test_the_report_of_a_large_county_is_below_five_megabytes(tmp_path: Path) -> None:
    """350 villages on 25 trips."""
    report(large_day(25, 14), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 5_000_000
