"""The command line as a user meets it: what it says, what it writes, and its exit codes."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from api.cli import main
from api.command_line import COMMANDS
from tests.api.pages import Page

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
OUTPUTS = {
    "plan.json",
    "visits.csv",
    "trips.csv",
    "routes.geojson",
    "map.png",
    "report.html",
    "runsheets.html",
    "history.json",
}


@pytest.fixture
def villages(tmp_path: Path) -> Path:
    """Return a copy of the four-village county that may be spoiled."""
    folder = tmp_path / "four"
    shutil.copytree(LIBRARY / "four_villages", folder, ignore=shutil.ignore_patterns("cache"))
    return folder


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the four-village county once; return its output folder."""
    folder = tmp_path_factory.mktemp("planned")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    assert main(["plan", str(folder / "four"), "--out", str(folder / "out"), "--iterations", "3"]) == 0
    return folder / "out"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_is_there_for_every_command(capsys: pytest.CaptureFixture[str], command: list[str], lang: str) -> None:
    """Exit code 0, on standard output; English help has no Chinese in it."""
    assert main([*command, "--help", "--lang", lang]) == 0
    text = capsys.readouterr().out
    assert any("一" <= character <= "鿿" for character in text) == (lang == "zh")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "fly",
        "plan",
        "plan x --seconds 0",
        "plan x --seconds nan",
        "plan x --seconds 1 --iterations 1",
        "plan x --workers 0",
        "plan x --seed -1",
        "new x --villages many",
        "new x --terrain moon",
        "validate x --lang fr",
    ],
)
def test_a_line_that_is_not_understood_says_where_help_is(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """E401 and exit code 2."""
    assert main(line.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("E401 ")
    assert "--help" in error


@pytest.mark.parametrize("line", ["validate nowhere", "plan nowhere", "referee nowhere nowhere.json"])
def test_a_path_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """E402, in one line, without a traceback."""
    assert main(line.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith("E402 ")
    assert len(error.splitlines()) == 1


def test_a_sound_scenario_validates(villages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what there is: 6 places."""
    assert main(["validate", str(villages), "--lang", "en"]) == 0
    assert "6 places" in capsys.readouterr().out


def test_every_fault_of_a_scenario_has_its_line(villages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four cells spoiled in two files: four lines with code, file, row; exit code 2."""
    spoil(villages / "orders.csv", 2, -1, "abc")
    spoil(villages / "orders.csv", 3, 0, "")
    spoil(villages / "places.csv", 2, 1, "moon")
    spoil(villages / "places.csv", 3, 1, "moon")
    assert main(["validate", str(villages)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("E300 ")
    faults = [each.split() for each in lines[1:]]
    assert all(each[0].startswith("E3") for each in faults)
    assert {(each[1], each[3]) for each in faults} >= {("orders.csv", "2"), ("orders.csv", "3"), ("places.csv", "2")}


def test_an_empty_folder_is_no_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing files are named, one a line."""
    assert main(["plan", str(tmp_path), "--out", str(tmp_path / "out"), "--lang", "en"]) == 2
    error = capsys.readouterr().err
    for name in ("scenario.toml", "places.csv", "orders.csv", "vehicles.csv"):
        assert name in error
    assert "Traceback" not in error


def test_a_new_county_can_be_validated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a second one is not written over it."""
    folder = tmp_path / "county"
    line = ["new", str(folder), "--terrain", "plain", "--townships", "2", "--villages", "6", "--pieces", "60"]
    assert main([*line, "--brands", "2", "--seed", "1"]) == 0
    assert main(["validate", str(folder)]) == 0
    assert main(line) == 2
    assert "E405 " in capsys.readouterr().err


def test_a_broken_extract_is_an_error_not_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are no PBF."""
    (tmp_path / "x.osm.pbf").write_bytes(b"\x00\x01nonsense" * 50)
    assert main(["from-osm", str(tmp_path / "x.osm.pbf"), str(tmp_path / "county")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("E")
    assert "Traceback" not in error


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """In either case of letters; an unknown one is E430."""
    assert main(["errors", "e402", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("E402 ‹path› does not exist; check the path")
    assert main(["errors", "E499"]) == 2


def test_pages_of_all_codes_are_written(tmp_path: Path) -> None:
    """With an index."""
    assert main(["errors", "--out", str(tmp_path / "codes")]) == 0
    assert (tmp_path / "codes" / "index.html").exists()


@pytest.mark.slow
def test_a_plan_writes_all_its_files(planned: Path) -> None:
    """Eight of them, none empty."""
    assert {path.name for path in planned.iterdir()} == OUTPUTS
    assert all(path.stat().st_size > 100 for path in planned.iterdir())
    assert (planned / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_all_files_of_a_plan_tell_the_same_trips(planned: Path) -> None:
    """plan.json, trips.csv, the GeoJSON, report and run sheets have as many."""
    plan = json.loads((planned / "plan.json").read_text("utf-8"))["plan"]
    trips = [trip for route in plan["routes"] for trip in route["trips"]]
    with (planned / "trips.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(trips) + 1
    legs = [
        feature
        for feature in json.loads((planned / "routes.geojson").read_text("utf-8"))["features"]
        if feature["properties"]["kind"] == "leg"
    ]
    assert len(legs) == sum(len(trip["visits"]) + 1 for trip in trips)
    assert len(Page(planned / "report.html").with_class("card")) == len(trips)
    assert len(Page(planned / "runsheets.html").with_class("sheet")) == len(trips)


@pytest.mark.slow
def test_the_same_iterations_and_seed_write_the_same_plan(planned: Path, villages: Path, tmp_path: Path) -> None:
    """Byte for byte; wall times are in history.json."""
    assert main(["plan", str(villages), "--out", str(tmp_path / "again"), "--iterations", "3"]) == 0
    assert (tmp_path / "again" / "plan.json").read_bytes() == (planned / "plan.json").read_bytes()


@pytest.mark.slow
def test_the_referee_accepts_our_plan_and_its_roads(
    planned: Path, villages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No violation, and networkx finds the same seconds and metres on every leg."""
    assert main(["referee", str(villages), str(planned / "plan.json"), "--roads", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "accepted" in out
    assert "0 differ" in out
    assert "!" not in out


@pytest.mark.slow
def test_the_referee_names_what_a_tampered_plan_breaks(
    planned: Path, villages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A vehicle that returns a minute early and a shipment nobody knows; and the file was changed."""
    content = json.loads((planned / "plan.json").read_text("utf-8"))
    trip = content["plan"]["routes"][0]["trips"][0]
    trip["return_s"] -= 60
    trip["visits"][0]["deliver"].append("ghost")
    (tmp_path / "plan.json").write_text(json.dumps(content), encoding="utf-8")
    assert main(["referee", str(villages), str(tmp_path / "plan.json"), "--roads"]) == 1
    out = capsys.readouterr().out
    assert "[unknown_shipment]" in out
    assert "[travel_time]" in out
    assert "改动" in out


@pytest.mark.slow
def test_a_plan_may_be_judged_against_another_scenario(
    planned: Path, villages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that has grown to 600 kg: the digests differ, which is said, and the van of 500 kg is too small."""
    spoil(villages / "orders.csv", 2, 6, "600")
    assert main(["referee", str(villages), str(planned / "plan.json"), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "made for another scenario" in out
    assert "violations" in out


def spoil(path: Path, row: int, column: int, value: str) -> None:
    """Overwrite one cell of a CSV file; ``row`` counts from 1 with the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][column] = value
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
