"""``gongpei compare`` of a province as a user meets it: two small counties, one round a plan."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from api.cli import main

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
VARIANTS = '[[variants]]\nid = "pay"\nname_zh = "加薪"\nname_en = "higher <wages>"\nwages = 1.5\n'


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compare once; return the folder with ``province``, ``variants.toml`` and ``out``."""
    folder = tmp_path_factory.mktemp("province")
    for name in ("东县", "west"):
        shutil.copytree(LIBRARY / "four_villages", folder / "province" / name, ignore=shutil.ignore_patterns("cache"))
    (folder / "variants.toml").write_text(VARIANTS, encoding="utf-8")
    assert compare(folder) == 0
    return folder


def compare(folder: Path, *more: str) -> int:
    """Compare two days."""
    files = [str(folder / "province"), str(folder / "variants.toml"), "--out", str(folder / "out")]
    return main(["compare", *files, "--days", "2", "--iterations", "0", "--lang", "en", *more])


def test_the_sums_and_every_county_are_written(compared: Path) -> None:
    """Each day of the province costs what the day costs in both."""
    content = json.loads((compared / "out" / "province.json").read_text("utf-8"))
    assert content["is_whole"]
    assert list(content["counties"]) == ["west", "东县"]
    for variant, days in content["by_day"].items():
        for day, both in days.items():
            own = [county["by_day"][variant][day]["operating_cost_fen"] for county in content["counties"].values()]
            assert both["operating_cost_fen"] == sum(own)
    assert content["counties"]["west"]["by_day"] != content["counties"]["东县"]["by_day"]
    for name in ("west", "东县"):
        own = compared / "out" / "counties" / name
        assert json.loads((own / "comparison.json").read_text("utf-8"))["is_whole"]
        assert {each.name for each in own.iterdir()} == {f"comparison.{x}" for x in ("json", "csv", "xlsx", "html")}


def test_the_table_of_days_has_a_column_of_counties(compared: Path) -> None:
    """Two variants on two days of the province and of two counties."""
    with (compared / "out" / "province.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:3] == ["县 county", "方案 variant", "日 day"]
    assert [row[0] for row in rows] == ["province"] * 4 + ["west"] * 4 + ["东县"] * 4


def test_the_page_leads_to_the_pages_of_the_counties_and_asks_nobody(compared: Path) -> None:
    """Names are escaped, links are relative and exist."""
    page = (compared / "out" / "province.html").read_text("utf-8")
    assert 'href="counties/west/comparison.html"' in page
    assert "counties/%E4%B8%9C%E5%8E%BF/comparison.html" in page
    assert "higher &lt;wages&gt;" in page
    assert "://" not in page


def test_the_workbook_has_a_sheet_of_counties(compared: Path) -> None:
    """It opens and names both."""
    with zipfile.ZipFile(compared / "out" / "province.xlsx") as book:
        assert 'name="counties"' in book.read("xl/workbook.xml").decode()
        assert "东县" in book.read("xl/sharedStrings.xml").decode()


def test_what_is_wrong_in_any_county_is_refused_before_any_plan(
    compared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that names a folder that is none: its line is shown with a code."""
    (tmp_path / "list.txt").write_text(f"{compared / 'province' / 'west'}\nnowhere\n", encoding="utf-8")
    capsys.readouterr()
    code = main(["compare", str(tmp_path / "list.txt"), str(compared / "variants.toml"), "--lang", "en"])
    told = capsys.readouterr().err
    assert code == 2
    assert "E509 list.txt" in told
    assert "nowhere" in told
