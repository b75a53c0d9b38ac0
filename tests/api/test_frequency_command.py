"""``gongpei frequency`` as a user meets it, on the four-village county: a cycle of two days, no rounds of search."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from api.cli import main

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
POLICIES = """
[[policies]]
id = "daily"
rule = "daily"
[[policies]]
id = "once"
rule = "least"
floor = 1
name_zh = "每两天一次"
name_en = "once in <two> days"
"""


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Study once; return the folder with ``four``, ``policies.toml`` and ``out``."""
    folder = tmp_path_factory.mktemp("frequency")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    (folder / "policies.toml").write_text(POLICIES, encoding="utf-8")
    assert _study(folder, "--policies", str(folder / "policies.toml")) == 0
    return folder


def _study(folder: Path, *more: str) -> int:
    arguments = [str(folder / "four"), "--out", str(folder / "out"), "--days", "2", "--iterations", "0"]
    return main(["frequency", *arguments, "--lang", "en", *more])


def _policies(folder: Path) -> dict[str, dict[str, object]]:
    content = json.loads((folder / "out" / "frequency.json").read_text("utf-8"))
    assert content["is_whole"]
    assert content["cycle_days"] == 2
    return {each["id"]: each for each in content["policies"]}


def test_half_the_visits_wait_half_a_day_and_cost_less(studied: Path) -> None:
    """Once in two days: whatever arises on the other day waits one, so no piece waits longer."""
    found = _policies(studied)
    daily, once = found["daily"], found["once"]
    assert (daily["wait_mean_days"], daily["visits_per_week"]) == (0.0, 7.0)
    assert 0 < once["wait_mean_days"] < 1  # type: ignore[operator]
    assert once["wait_longest_days"] == 1
    assert once["visits_per_week"] < 7  # type: ignore[operator]
    assert daily["is_frontier"]
    assert once["change"] is not None
    assert daily["change"] is None


def test_every_piece_goes_once_under_either_policy(studied: Path) -> None:
    """Both carry the same pieces over the cycle."""
    with (studied / "out" / "frequency.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    carried = {
        name: sum(int(row["件数 pieces"]) for row in rows if row["方案 policy"] == name) for name in ("daily", "once")
    }
    assert len(rows) == 4
    assert carried["daily"] == carried["once"] > 0


FRESH = """
[[policies]]
id = "once"
rule = "least"
floor = 1
[[policies]]
id = "daily"
rule = "daily"
"""


def test_visits_that_goods_force_are_shown(studied: Path) -> None:
    """All goods must go on their own day: once in two days becomes every day on which there are any, as daily is."""
    folder = studied / "urgent"
    shutil.copytree(studied / "four", folder / "four")
    orders = folder / "four" / "orders.csv"
    header, *rows = orders.read_text("utf-8-sig").splitlines()
    orders.write_text("\n".join([f"{header},priority", *(f"{row},must" for row in rows)]), "utf-8")
    (folder / "policies.toml").write_text(FRESH, "utf-8")
    assert _study(folder, "--policies", str(folder / "policies.toml")) == 0
    found = _policies(folder)
    assert found["once"]["visits"] == found["daily"]["visits"]
    assert found["once"]["visits"]["week 1"] != found["once"]["days_of_policy"]  # type: ignore[index]


def test_page_and_book_name_policies_and_placeholders_in_both_languages(studied: Path) -> None:
    """The page asks for nothing elsewhere and escapes names; pictures are inside and beside."""
    page = (studied / "out" / "frequency.html").read_text("utf-8")
    assert "once in &lt;two&gt; days" in page
    assert "每两天一次" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.index('id="assumptions"') < page.index('id="frontier"')
    with zipfile.ZipFile(studied / "out" / "frequency.xlsx") as book:
        assert "week 1 day 1" in book.read("xl/sharedStrings.xml").decode()
    assert (studied / "out" / "frequency_frontier.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (studied / "out" / "frequency_frontier.svg").read_bytes()


def test_a_second_run_computes_nothing_and_writes_the_same(studied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All plans are in the store."""
    before = (studied / "out" / "frequency.json").read_bytes()
    assert _study(studied, "--policies", str(studied / "policies.toml")) == 0
    assert "4 plans, 4 of them known before" in capsys.readouterr().out
    assert (studied / "out" / "frequency.json").read_bytes() == before


def test_days_may_be_chosen_and_are_kept(studied: Path) -> None:
    """With a floor of both days chosen is daily: its plans are those known already."""
    file = studied / "chosen.toml"
    file.write_text('[[policies]]\nid = "best"\nrule = "chosen"\n[[policies]]\nid = "d"\nrule = "daily"\n', "utf-8")
    assert _study(studied, "--policies", str(file), "--floor", "2") == 0
    found = _policies(studied)
    assert found["best"]["cost_fen"] == found["d"]["cost_fen"]
    assert set(map(tuple, found["best"]["days_of_policy"].values())) == {(0, 1)}  # type: ignore[attr-defined]
    assert found["best"]["visits"] == found["d"]["visits"]
    assert set(found["d"]["visits"]) == {"week 1"}  # type: ignore[call-overload]
    assert (studied / "out" / "frequency_map.png").exists()


@pytest.mark.parametrize(
    ("more", "code"), [(["--floor", "3"], "E511"), (["--policies", "nowhere.toml"], "E402"), (["--days", "1"], "E401")]
)
def test_refuses_bad_input_before_anything_is_planned(
    more: list[str], code: str, studied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A floor beyond the cycle, a file that is not there, a cycle of a day."""
    assert _study(studied, *more) == 2
    assert code in capsys.readouterr().err
