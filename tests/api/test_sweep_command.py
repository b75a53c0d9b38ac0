"""``gongpei sweep`` as a user meets it, on the four-village county, with one round a point."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from api.cli import main
from api.commands.sweep import AS_IT_IS
from api.exports.sweep import swept as sweep_of
from api.exports.sweep import value_text, write_csv
from optimizer.stop import Stop
from scenarios.files import read_scenario
from scenarios.sensitivity import Factor, grid_of, read_factors
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Comparison, prepare
from scenarios.variants.model import VariantSet
from tests.scenarios.small_county import plain_kpis

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
VARIANTS = """
[[variants]]
id = "dear"
name_zh = "贵车"
name_en = "dear <days>"
fixed_cost = 1.2
km_cost = 0.3
"""
LINES = {"base": (20_000, 5_000), "dear": (22_000, 1_500)}
"""Fen a day: a van at 100 yuan (120 when dear) and 100 for its driver, then what a factor on 50 km multiplies."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sweep once; return the folder with ``four``, ``variants.toml`` and ``out``."""
    folder = tmp_path_factory.mktemp("sweep")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    (folder / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    assert _sweep(folder, "--vary", "km_cost=0.5,1", "--variants", str(folder / "variants.toml")) == 0
    return folder


def _sweep(folder: Path, *more: str) -> int:
    arguments = [str(folder / "four"), "--out", str(folder / "out"), "--days", "1", "--iterations", "0"]
    return main(["sweep", *arguments, "--lang", "en", *more])


def test_the_cost_of_a_km_breaks_even_where_it_does_by_hand(swept: Path) -> None:
    """One van drives 50 km: 200 + 50 x yuan as it is, 220 + 15 x dear; equal at x = 4/7, between 0.5 and 1."""
    content = json.loads((swept / "out" / "sweep.json").read_text("utf-8"))
    assert content["is_whole"]
    (found,) = content["break_evens"]
    assert found["at"] == pytest.approx(4 / 7)
    assert found["bracket"] == [0.5, 1.0]
    assert (found["cheaper_below"], found["cheaper_above"]) == ("base", "dear")
    assert not found["is_sure"]  # one day cannot tell
    for curve in content["curves"]:
        fixed, driven = LINES[curve["variant"]]
        assert [point["cost_fen"]["mean"] for point in curve["points"]] == [fixed + driven // 2, fixed + driven]


def test_every_point_and_day_has_a_row_of_all_measures(swept: Path) -> None:
    """Two variants at two values of one factor, today's among them, on one day: ``LINES`` at 1 and 0.5 times."""
    with (swept / "out" / "sweep.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    costs = {row["方案 variant"]: int(row["operating_cost_fen"]) for row in rows}
    assert costs == {
        "base": 25_000,
        "base km_cost=0.5": 22_500,
        "dear": 23_500,
        "dear km_cost=0.5": 22_750,
    }


def test_pictures_are_written_in_both_formats(swept: Path) -> None:
    """Tornado and curves, each as PNG and SVG."""
    for stem in ("sweep_tornado", "sweep_curves"):
        assert (swept / "out" / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (swept / "out" / f"{stem}.svg").read_bytes()


def test_the_page_asks_for_nothing_and_holds_its_pictures(swept: Path) -> None:
    """Assumptions first, names escaped, both languages of both pictures inside."""
    page = (swept / "out" / "sweep.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "")
    assert "dear &lt;days&gt;" in page
    assert "<days>" not in page
    assert page.count("data:image/svg+xml;base64,") == 4
    parts = [page.index(f'id="{name}"') for name in ("assumptions", "tornado", "break_even", "curves", "table")]
    assert parts == sorted(parts)


def test_the_workbook_has_the_swing_as_a_formula(swept: Path) -> None:
    """Dearest less cheapest, which is 25 yuan for the county as it is."""
    with zipfile.ZipFile(swept / "out" / "sweep.xlsx") as book:
        tornado = book.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>D2-C2</f><v>25" in tornado


def test_a_lost_day_is_compared_nowhere_and_told_so(swept: Path) -> None:
    """Two days, the second lost at 0.5: the first alone counts, where half the volume saves 4 of 10 yuan."""
    scenario = read_scenario(swept / "four")
    (factor,) = read_factors(["volume=0.5"], scenario, (AS_IT_IS.variants[0],))
    grid = VariantSet(variants=grid_of(AS_IT_IS.variants, (factor,)))
    agenda = prepare(scenario, grid, days=2, limit=Limit(stop=Stop(iterations=0)))
    measured = {
        "base": {"day 1": plain_kpis(1_000), "day 2": plain_kpis(100)},
        "base volume=0.5": {"day 1": plain_kpis(600)},
    }
    found = sweep_of(
        scenario, Comparison(agenda=agenda, measured=measured, is_whole=False), AS_IT_IS.variants, (factor,)
    )
    assert found.curves[0].swing_fen == 400
    assert found.compared.en == "compared over 1 of 2 sampled days: those that all points have"
    write_csv(found, swept / "lost.csv")
    with (swept / "lost.csv").open(encoding="utf-8-sig", newline="") as file:
        told = [(row["日 day"], row["参与比较 compared"]) for row in csv.DictReader(file)]
    assert told == [("day 1", "是 yes"), ("day 2", "否 no"), ("day 1", "是 yes")]


def test_help_and_values_say_what_is_times_and_what_is_added(capsys: pytest.CaptureFixture[str]) -> None:
    """A factor of volume is times today's, a change of the fuel price is yuan more or less."""
    main(["sweep", "--help", "--lang", "en"])
    told = " ".join(capsys.readouterr().out.split())
    assert "volume: volume (x), " in told
    assert "fuel: change of the fuel price (yuan/l)" in told
    assert value_text(Factor(name="volume", texts=()), 0.8) == "×0.8"
    assert value_text(Factor(name="fuel_yuan_per_l", texts=()), 0.5) == "+0.5"


def test_a_name_that_no_variant_has_is_refused_in_words(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Past bug: the remedy showed a pair of texts as it lies in memory."""
    assert _sweep(swept, "--vary", "volume=2", "--variants", str(swept / "variants.toml"), "--between", "base,foo") == 2
    told = capsys.readouterr().err
    assert "define it in the file of variants" in " ".join(told.split())
    assert "Text(" not in told


def test_a_second_run_takes_all_points_from_the_store(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The county alone, its two points known; without variants there is no break-even."""
    assert _sweep(swept, "--vary", "km_cost=0.5") == 0
    told = capsys.readouterr().out
    assert "2 plans, 2 of them known before" in told
    assert "break-even" not in told


def test_every_bad_range_is_refused_before_anything_is_planned(swept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, both figures named, no progress."""
    assert _sweep(swept, "--vary", "volume=2:1:0.1", "--vary", "wage=1.1") == 2
    told = capsys.readouterr().err
    assert "E329" in told
    assert "E353 --vary [volume] «2:1:0.1»" in told
    assert "E335 --vary [wage]" in told
    assert "plans 0/" not in told
