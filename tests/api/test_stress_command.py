"""``gongpei stress`` as a user meets it, on the four-village county."""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.cli import main
from api.exports.stress_words import POLICY
from scenarios.stress.buffers import SLACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
FILES = ("stress.json", "stress.csv", "stress.xlsx", "stress.html", "noise.toml")


@pytest.fixture(scope="module")
def stressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan and stress once; return the folder with ``four`` and ``out``."""
    folder = tmp_path_factory.mktemp("stress")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    assert main(["plan", str(folder / "four"), "--iterations", "0", "--out", str(folder / "out"), "--lang", "en"]) == 0
    with _slacks(1):
        assert _stress(folder, "--draws", "200") == 0
    return folder


@contextmanager
def _slacks(count: int) -> Iterator[None]:
    """Plan again so many times in place of all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scenarios.stress.study.SLACKS", SLACKS[:count])
        yield


def _stress(folder: Path, *more: str) -> int:
    arguments = [str(folder / "four"), str(folder / "out" / "plan.json"), "--out", str(folder / "out")]
    return main(["stress", *arguments, "--iterations", "0", "--lang", "en", *more])


def test_everything_is_written(stressed: Path) -> None:
    """Five files; a quiet day keeps the plan's own hours, and placeholders are told."""
    assert all((stressed / "out" / name).stat().st_size for name in FILES)
    content = json.loads((stressed / "out" / "stress.json").read_text("utf-8"))
    assert content["quiet"]["on_time_share"] == 1
    cost = json.loads((stressed / "out" / "plan.json").read_text("utf-8"))["plan"]["cost"]
    paid_fen = sum(fen for name, fen in cost.items() if name != "penalty_fen")
    assert content["quiet"]["cost_fen"] == pytest.approx(paid_fen, abs=2)
    assert 0 < content["stressed"]["on_time_share"] < 1
    assert len(content["placeholders"]) == 13
    assert content["days"] == 200


def test_the_only_road_to_the_southern_village_is_found(stressed: Path) -> None:
    """X005 leads to village D alone; the other roads make rings, so none of them cuts anybody off."""
    roads = json.loads((stressed / "out" / "stress.json").read_text("utf-8"))["roads"]
    assert [(road["name"], road["isolated"]) for road in roads if road["isolated"]] == [("X005", ["D"])]
    assert all(road["detour_s"] > 0 for road in roads if not road["isolated"])


def test_the_same_seed_gives_the_same_file(stressed: Path) -> None:
    """Byte for byte, but for what was not planned again here."""
    with _slacks(0):
        assert _stress(stressed, "--draws", "200", "--out", str(stressed / "again")) == 0
    first, again = (json.loads((stressed / name / "stress.json").read_text("utf-8")) for name in ("out", "again"))
    assert len(first.pop("buffers")) == 2 * len(again.pop("buffers"))
    assert first == again


def test_a_second_run_plans_nothing(
    stressed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan with slack comes from the scenario's store, and every file has the same bytes but the workbook."""
    monkeypatch.setattr("api.commands.stress.solve", None)
    with _slacks(1):
        assert _stress(stressed, "--draws", "200", "--out", str(stressed / "second")) == 0
    assert "1 plans, 1 of them known before" in capsys.readouterr().out
    for name in ("stress.json", "stress.csv"):
        assert (stressed / "second" / name).read_bytes() == (stressed / "out" / name).read_bytes()


def test_the_page_asks_for_nothing_and_says_first_what_it_rests_on(stressed: Path) -> None:
    """Assumptions, placeholders and both languages of three pictures inside."""
    page = (stressed / "out" / "stress.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/svg+xml;base64,") == 4
    assert page.count("data:image/png;base64,") == 2
    ids = ("assumptions", "result", "lateness", "weakest", "vehicles", "roads", "buffers")
    parts = [page.index(f'id="{name}"') for name in ids]
    assert parts == sorted(parts)
    assert "placeholder, not measured" in page[: parts[1]]
    assert all(text.zh in page for text in POLICY)


def test_the_workbook_has_what_a_buffer_costs_more_as_a_formula(stressed: Path) -> None:
    """Seven sheets; the plan as it is costs nothing more than itself."""
    with zipfile.ZipFile(stressed / "out" / "stress.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        buffers = book.read("xl/worksheets/sheet3.xml").decode()
    assert len(sheets) == 7
    assert "<f>D2-D$2</f><v>0.0</v>" in buffers


def test_it_is_said_when_nothing_reaches_what_is_wanted(stressed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is on time on every day when vehicles break down for ten hours every other day."""
    noise = stressed / "noise.toml"
    noise.write_text("[breakdowns]\nper_vehicle_day = 0.5\nlost_min = 600\nspare_after_min = 600\n", encoding="utf-8")
    more = ("--noise", str(noise), "--on-time", "1", "--draws", "50", "--out", str(stressed / "bad"))
    with _slacks(0):
        assert _stress(stressed, *more) == 0
    assert "nothing that was tried reaches 100%" in capsys.readouterr().out


def test_what_is_wrong_is_refused_before_anything_is_planned(
    stressed: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A bad size and a bad share: exit code 2, nothing simulated."""
    noise = tmp_path / "noise.toml"
    noise.write_text("[breakdowns]\nper_vehicle_day = 2\n", encoding="utf-8")
    assert _stress(stressed, "--noise", str(noise)) == 2
    assert _stress(stressed, "--on-time", "1.5") == 2
    told = capsys.readouterr()
    assert "E530" in told.err
    assert "is not above 0 and at most 1" in told.err
    assert "simulating" not in told.err
