"""``gongpei compare`` as a user meets it, on the four-village county, with one round a plan."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from api.cli import main
from scenarios.kpi_definitions import KPI_DEFINITIONS
from tests.api.spreadsheet import read_sheets

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
VARIANTS = """
against = "pay"
[base]
name_en = "now"
[[variants]]
id = "pay"
name_zh = "加薪"
name_en = "higher <wages>"
wages = 1.5
"""
BAD = """
[[variants]]
id = "a"
brands = ["谁"]
[[variants]]
id = "b"
volume = []
"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compare once; return the folder with ``four``, ``variants.toml`` and ``out``."""
    folder = tmp_path_factory.mktemp("compare")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    (folder / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    assert _compare(folder) == 0
    return folder


def _compare(folder: Path, *more: str) -> int:
    arguments = [str(folder / "four"), str(folder / "variants.toml"), "--out", str(folder / "out"), "--days", "1"]
    return main(["compare", *arguments, "--iterations", "0", "--peaks", "3", "--lang", "en", *more])


def test_all_files_are_written_and_hold_every_day(compared: Path) -> None:
    """Two variants on an ordinary day and a peak; higher wages cost more on both."""
    content = json.loads((compared / "out" / "comparison.json").read_text("utf-8"))
    assert content["is_whole"]
    assert [day["peak"] for day in content["days"]] == [1.0, 3.0]
    by_day = content["by_day"]
    for day in by_day["base"]:
        assert by_day["pay"][day]["time_cost_fen"] > by_day["base"][day]["time_cost_fen"]
    with (compared / "out" / "comparison.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 2 * 2
    assert rows[0][4:] == list(KPI_DEFINITIONS)


def test_means_leave_peaks_out_and_changes_count_from_the_one_asked_for(compared: Path) -> None:
    """The mean cost is that of the one ordinary day; the change of the base against higher wages is a saving."""
    content = json.loads((compared / "out" / "comparison.json").read_text("utf-8"))
    base, pay = content["measures"]["operating_cost_fen"]
    days = content["by_day"]["base"]
    assert base["mean"] == days["day 1"]["operating_cost_fen"]
    assert base["days"] == 1
    assert days["peak 3"]["pieces"] > days["day 1"]["pieces"]
    assert base["change"]["mean"] == pytest.approx(base["mean"] - pay["mean"])
    assert base["change"]["mean"] < 0
    assert "change" not in pay


@pytest.mark.parametrize("peaks", ["1", "1.8,1.8"])
def test_peaks_that_are_none_are_refused_by_name_before_anything_is_planned(
    compared: Path, peaks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last of repeated arguments counts."""
    assert _compare(compared, "--peaks", peaks) == 2
    assert "E349 peaks " in capsys.readouterr().err


def test_the_page_asks_for_nothing_and_escapes_names(compared: Path) -> None:
    """No address in it; assumptions before the table."""
    page = (compared / "out" / "comparison.html").read_text("utf-8")
    assert "higher &lt;wages&gt;" in page
    assert "<wages>" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.index('id="assumptions"') < page.index('id="table"') < page.index('id="charts"')


def test_the_page_shows_each_variant_on_a_map_of_the_same_day_and_scale(compared: Path) -> None:
    """Two maps with ways, roads and places drawn once, no request, small enough to send."""
    path = compared / "out" / "comparison.html"
    page = path.read_text("utf-8")
    maps = page[page.index('id="maps"') : page.index('id="charts"')]
    assert maps.count("<figure>") == 2
    assert maps.count('<path class="way"') >= 2
    assert maps.count('<g id="ground">') == 1
    assert maps.count('<use href="#ground"/>') == 2
    assert "day 1" in maps
    assert path.stat().st_size < 5_000_000


def test_the_workbook_begins_with_assumptions_and_names_worst_days_and_peaks(compared: Path) -> None:
    """Every table has its sheet; the one ordinary day is the worst; the peak has eight measures of its own."""
    sheets = read_sheets(compared / "out" / "comparison.xlsx")
    assert list(sheets) == ["assumptions", "table", "days", "peak days", "cost calculator", "definitions"]
    assert "take a local baseline before any promised saving" in str(sheets["assumptions"].values["B2"])
    assert sheets["table"].values["H2"] == "which day"
    assert sheets["table"].values["H3"] == "day 1"
    peaks = [value for name, value in sheets["peak days"].values.items() if name[0] == "A" and value == 3]
    assert len(peaks) == 8


def test_the_calculator_holds_the_planned_total_to_the_fen_and_follows_what_the_reader_changes(compared: Path) -> None:
    """Wages doubled add the paid hours once more; a yuan more a km adds the km; cost per piece and change follow."""
    sheet = read_sheets(compared / "out" / "comparison.xlsx")["cost calculator"]
    days = json.loads((compared / "out" / "comparison.json").read_text("utf-8"))["by_day"]
    base, pay = days["base"]["day 1"], days["pay"]["day 1"]
    assert sheet.values["G11"] == "total (yuan a day)"
    assert [sheet.values[name] for name in ("A12", "A13")] == ["now", "higher <wages>"]
    for row, kpis in (("12", base), ("13", pay)):
        assert sheet.reckon(f"G{row}") == pytest.approx(kpis["operating_cost_fen"] / 100, abs=1e-6)
        assert sheet.reckon(f"I{row}") == pytest.approx(kpis["cost_per_piece_fen"] / 100)
        assert sheet.reckon(f"L{row}") == 0
        for column in "BGI":  # what stands there before anybody reckons is the same
            assert sheet.values[f"{column}{row}"] == pytest.approx(sheet.reckon(f"{column}{row}"))
    assert sheet.reckon("J12") == pytest.approx(base["operating_cost_fen"] / pay["operating_cost_fen"] - 1)
    before, hours_fen = sheet.reckon("G12"), base["time_cost_fen"] + base["overtime_cost_fen"]
    sheet.values[sheet.find("wages, x (overtime too)").replace("A", "B")] = 2.0
    assert sheet.reckon("G12") - before == pytest.approx(hours_fen / 100, abs=0.02)
    sheet.values[sheet.find("wages, x (overtime too)").replace("A", "B")] = 1.0
    sheet.values[sheet.find("cost of a km, x").replace("A", "B")] = 3.0
    assert sheet.reckon("G12") - before == pytest.approx(2 * base["distance_cost_fen"] / 100, abs=0.02)


def test_days_with_a_market_are_named(compared: Path, tmp_path: Path) -> None:
    """The hub's township 青龙镇 has one on every last digit, so on any day; that its pull is assumed is told."""
    shutil.copytree(compared / "four", tmp_path / "four", ignore=shutil.ignore_patterns("cache"))
    table = tmp_path / "four" / "places.csv"
    head, hub, *rest = table.read_text("utf-8-sig").splitlines()
    digits = "0;1;2;3;4;5;6;7;8;9"
    table.write_text("\n".join([f"{head},赶集日", f"{hub},{digits}", *(f"{row}," for row in rest)]), encoding="utf-8")
    out = tmp_path / "out"
    arguments = [str(tmp_path / "four"), str(compared / "variants.toml"), "--out", str(out), "--days", "1"]
    assert main(["compare", *arguments, "--iterations", "0", "--lang", "en"]) == 0
    content = json.loads((out / "comparison.json").read_text("utf-8"))
    assert [day["markets"] for day in content["days"]] == [["青龙镇"]]
    assert "market: 青龙镇" in (out / "comparison.html").read_text("utf-8")
    assert any("market days is assumed" in text["en"] for text in content["placeholders"])


def test_a_second_run_takes_everything_from_the_store(compared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four plans, none computed, the same bytes."""
    before = (compared / "out" / "comparison.json").read_bytes()
    assert _compare(compared) == 0
    assert "4 plans, 4 of them known before" in capsys.readouterr().out
    assert (compared / "out" / "comparison.json").read_bytes() == before


def test_bad_variants_are_refused_with_every_field_named_and_nothing_is_planned(
    compared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, both faults on standard error, no progress."""
    bad = tmp_path / "bad.toml"
    bad.write_text(BAD, encoding="utf-8")
    assert main(["compare", str(compared / "four"), str(bad), "--lang", "en", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "E321 bad.toml [variants[1].brands] «谁»" in told
    assert "E353 bad.toml [variants[2].volume]" in told
    assert "plans 0/" not in told


def test_how_goods_go_is_told_where_a_county_has_more_ways_than_one(
    compared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule about modes is enough: all goes direct, in table, page, workbook and JSON; without it nothing is said."""
    shutil.copytree(compared / "four", tmp_path / "four", ignore=shutil.ignore_patterns("cache"))
    settings = tmp_path / "four" / "scenario.toml"
    text = settings.read_text("utf-8")
    assert "[policy]\n" in text
    settings.write_text(text.replace("[policy]\n", '[policy]\nmodes = "direct"\n', 1), encoding="utf-8")
    out = tmp_path / "out"
    arguments = [str(tmp_path / "four"), str(compared / "variants.toml"), "--out", str(out), "--days", "1"]
    assert main(["compare", *arguments, "--iterations", "0", "--lang", "en"]) == 0
    assert "how goods go: shares of carried pieces" in capsys.readouterr().out
    content = json.loads((out / "comparison.json").read_text("utf-8"))
    carried = content["by_day"]["pay"]["day 1"]["carried_pieces"]
    assert content["ways"]["pay"]["day 1"] == {"direct": carried, "station": 0, "line": 0}
    assert 'id="ways"' in (out / "comparison.html").read_text("utf-8")
    with zipfile.ZipFile(out / "comparison.xlsx") as book:
        assert 'name="ways"' in book.read("xl/workbook.xml").decode()
    assert "ways" not in json.loads((compared / "out" / "comparison.json").read_text("utf-8"))
