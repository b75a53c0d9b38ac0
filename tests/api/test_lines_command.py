"""``gongpei lines`` and ``gongpei plan --lines`` as a user meets them, on the four-village county."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import api.commands.lines
from api import by_lines
from api.cli import main
from optimizer.plan import Result
from optimizer.repair import complete
from optimizer.schedule import draft_of
from scenarios.standing.day_by_lines import Deviation
from scenarios.standing.lines_file import read_lines

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"


def inserted(problem: Problem, *, start: Plan | None = None, **_asked: Any) -> Result:
    """Stand in for the solver: cheapest insertion, at once and without processes."""
    routes = () if start is None else start.routes
    drafts = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in routes}
    return Result(plan=complete(problem, drafts))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both commands solve by insertion."""
    monkeypatch.setattr(api.commands.lines, "solve", inserted)
    monkeypatch.setattr(by_lines, "solve", inserted)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the four-village county, so that nothing is written into the library."""
    folder = tmp_path_factory.mktemp("lines") / "county"
    shutil.copytree(LIBRARY / "four_villages", folder, ignore=shutil.ignore_patterns("cache"))
    return folder


def test_lines_are_written_as_json_table_and_page_and_shown(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every stop of the JSON is a row of the table, and the page has both languages and asks for nothing."""
    arguments = ["lines", str(county), "--days", "3", "--iterations", "1", "--out", str(tmp_path), "--lang", "en"]
    assert main(arguments) == 0
    lines = read_lines(tmp_path / "lines.json")
    with (tmp_path / "lines.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[3] for row in rows[1:]] == [stop.place for line in lines.lines for stop in line.stops]
    content = json.loads((tmp_path / "lines.json").read_text("utf-8"))
    assert content["origin"]["days"] == len(content["days"]) == 3
    page = (tmp_path / "lines.html").read_text("utf-8")
    assert "固定线路" in page
    assert "Standing lines" in page
    assert "http" not in page
    told = capsys.readouterr()
    assert "places that keep their driver" in told.out
    assert "planning a typical day" in told.err


def test_the_same_seed_writes_the_same_lines(county: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    for name in ("a", "b"):
        assert main(["lines", str(county), "--days", "2", "--iterations", "1", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "a" / "lines.json").read_bytes() == (tmp_path / "b" / "lines.json").read_bytes()


def test_one_day_is_too_few(county: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and one line."""
    assert main(["lines", str(county), "--days", "1", "--lang", "en"]) == 2
    assert "E401" in capsys.readouterr().err


def test_deviations_are_one_row_each(tmp_path: Path) -> None:
    """Who comes when instead, and with what."""
    late = Deviation(
        kind="hour", place="V1", line="van#1", line_s=32_400, vehicle="van#1", at_s=36_000, shipments=("a", "b")
    )
    by_lines.write_deviations([late], tmp_path / "deviations.csv")
    with (tmp_path / "deviations.csv").open(encoding="utf-8-sig", newline="") as file:
        _, row = list(csv.reader(file))
    assert row == ["改时 hour", "V1", "van#1", "09:00", "van#1", "10:00", "a b"]
    assert by_lines.deviation_text(late).en == "another hour: V1 (van#1 09:00 → van#1 10:00), shipments: 2"


def test_a_day_is_planned_by_its_lines_and_says_what_differs(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The county's own day by lines of three days: a plan, and the stops that are as always."""
    lines, out = tmp_path / "lines", tmp_path / "plan"
    assert main(["lines", str(county), "--days", "3", "--iterations", "1", "--out", str(lines)]) == 0
    planned = ["plan", str(county), "--lines", str(lines / "lines.json"), "--iterations", "1", "--out", str(out)]
    assert main([*planned, "--lang", "en"]) == 0
    assert "stops as always" in capsys.readouterr().out
    assert (out / "deviations.csv").exists()


def test_lines_of_another_county_are_named(county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E379 and exit code 2."""
    assert main(["lines", str(county), "--days", "2", "--iterations", "1", "--out", str(tmp_path)]) == 0
    path = tmp_path / "lines.json"
    path.write_text(path.read_text("utf-8").replace('"place": "A"', '"place": "Z"'), "utf-8")
    assert main(["plan", str(county), "--lines", str(path), "--out", str(tmp_path / "p"), "--lang", "en"]) == 2
    assert "E379" in capsys.readouterr().err


def with_stations(folder: Path, *, is_direct_allowed: bool) -> str:
    """Copy the county with stations and buses, with direct among the modes of every place or as it is."""
    shutil.copytree(LIBRARY / "three_tiers", folder, ignore=shutil.ignore_patterns("cache"))
    if is_direct_allowed:
        header, *rows = (folder / "modes.csv").read_text("utf-8").splitlines()
        allowed = [row if "direct" in row else f"{row};direct" for row in rows]
        (folder / "modes.csv").write_text("\n".join([header, *allowed]) + "\n", "utf-8")
    return str(folder)


def test_lines_of_a_county_with_stations_say_that_they_leave_these_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the page and on the screen, when they are designed and when they are followed."""
    county, out = with_stations(tmp_path / "county", is_direct_allowed=True), str(tmp_path)
    asked = ["--iterations", "1", "--out", out, "--lang", "en"]
    assert main(["lines", county, "--days", "2", *asked]) == 0
    assert by_lines.NO_TIERS.en in capsys.readouterr().out
    assert by_lines.NO_TIERS.zh in (tmp_path / "lines.html").read_text("utf-8")
    assert main(["plan", county, "--lines", str(tmp_path / "lines.json"), *asked]) == 0
    assert by_lines.NO_TIERS.en in capsys.readouterr().out


def test_lines_are_not_designed_where_goods_may_not_go_direct(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """V001 has the bus or the station only: E435, as when such lines are followed."""
    county = with_stations(tmp_path / "county", is_direct_allowed=False)
    assert main(["lines", county, "--days", "2", "--out", str(tmp_path / "out"), "--lang", "en"]) == 2
    assert "E435 standing lines send all goods direct by vehicle" in capsys.readouterr().err
