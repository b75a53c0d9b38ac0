"""``gongpei replan`` as a user meets it, on the four-village county, with one round a level."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from api.plan_file import read_plan, write_plan
from api.schemas import from_plan, to_plan
from optimizer.check import check
from scenarios.build import build_problem
from scenarios.events_county import changed_day
from scenarios.events_file import read_events
from scenarios.files import read_scenario

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
NAMES = ("smallest", "balanced", "cheapest")
EVENTS = """
now = "09:10"
[[added]]
id = "N1"
origin = "H"
destination = "C"
brand = "中通"
pieces = 5
weight_kg = 8
volume_l = 30
[[cancelled]]
order = "D2"
"""
CLOSED = "[[closed]]\nlon = 109.326\nlat = 30.2\nradius_m = 300\n"
"""The road from the hub to the station, driven before; there is a way round by the north."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the county once; return the folder with ``four``, ``out/plan.json`` and ``events.toml``."""
    folder = tmp_path_factory.mktemp("replan")
    shutil.copytree(LIBRARY / "four_villages", folder / "four", ignore=shutil.ignore_patterns("cache"))
    assert main(["plan", str(folder / "four"), "--out", str(folder / "out"), "--iterations", "2"]) == 0
    (folder / "events.toml").write_text(EVENTS, encoding="utf-8")
    (folder / "broken.toml").write_text(EVENTS + _broken_with_feed(folder), encoding="utf-8")
    (folder / "closed.toml").write_text(EVENTS.replace("09:10", "10:05") + CLOSED, encoding="utf-8")
    return folder


def _broken_with_feed(folder: Path) -> str:
    """Return the event that the vehicle breaks down within a minute of leaving with the feed from S to C."""
    plan = to_plan(read_plan(folder / "out" / "plan.json"))
    route, visit = next((r, v) for r, t in plan.trips() for v in t.visits if "S>C:-:feed" in v.collect)
    at_min = visit.depart_s // 60 + 1
    at = f"{at_min // 60:02d}:{at_min % 60:02d}"
    return f'[[broken]]\nvehicle_type = "{route.vehicle_type}"\nnumber = {route.number}\nat = "{at}"\n'


def go_on(planned: Path, *arguments: str, events: str = "events.toml") -> int:
    """Run the command with one round for each level."""
    line = ["replan", str(planned / "four"), str(planned / "out" / "plan.json"), "--events", str(planned / events)]
    return main([*line, "--iterations", "1", *arguments])


@pytest.mark.slow
def test_three_plans_and_their_changes_are_written_and_hold(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is accepted on the changed day; what is on screen, in JSON and in CSV is the same."""
    assert go_on(planned, "--lang", "en", "--out", str(tmp_path)) == 0
    out = capsys.readouterr().out
    assert "all three accepted by the referee" in out
    assert "H>B:中通:parcel is cancelled" in out
    county = build_problem(read_scenario(planned / "four"))
    old = to_plan(read_plan(planned / "out" / "plan.json"))
    day = changed_day(county, old, read_events(planned / "events.toml", county.scenario))
    changes = json.loads((tmp_path / "changes.json").read_text("utf-8"))
    with (tmp_path / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for name in NAMES:
        plan = to_plan(read_plan(tmp_path / f"plan-{name}.json"))
        assert check(day.problem, plan) == ()
        listed = changes["answers"][name]
        assert listed["operating_fen"] == plan.cost.operating_fen
        assert len(listed["changes"]) == len([row for row in rows if row[0] == name])
        kinds = {change["kind"] for change in listed["changes"]}
        assert {"added", "cancelled"} <= kinds


@pytest.mark.slow
def test_a_broken_van_is_told_in_chinese(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its goods go over to another vehicle; the feed on board from S to C is lost to the day."""
    assert go_on(planned, "--keep", "time", events="broken.toml") == 0
    out = capsys.readouterr().out
    assert "三个方案均由裁判复核通过" in out
    assert re.search(r"\w+#\d \d\d:\d\d → \w+#\d", out)
    assert "U180" in out
    assert "占位值" in out


def judge(planned: Path, answer: Path, *, events: str, old: Path | None = None, lang: str = "en") -> int:
    """Run the one command by which anybody judges an answer again."""
    line = ["referee", str(planned / "four"), str(answer), "--lang", lang]
    return main([*line, "--events", str(planned / events), str(old or planned / "out" / "plan.json")])


@pytest.mark.parametrize("events", ["events.toml", "broken.toml", "closed.toml"])
@pytest.mark.slow
def test_every_answer_is_accepted_again_by_one_command(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], events: str
) -> None:
    """With orders come and gone, a broken van, and a road that closes behind the vehicle; the day is the very same."""
    assert go_on(planned, "--lang", "en", "--out", str(tmp_path), events=events) == 0
    told = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("judge again: "))
    assert main([*shlex.split(told.removeprefix("judge again: "))[1:], "--lang", "en"]) == 0
    for name in NAMES:
        assert judge(planned, tmp_path / f"plan-{name}.json", events=events) == 0
        out = capsys.readouterr().out
        assert "accepted: no rule is broken" in out
        assert "problem" not in out


@pytest.mark.slow
def test_a_tampered_answer_is_refused(planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A visit already made that goes missing, goods left out, goods for a village nobody calls at, other events."""
    assert go_on(planned, "--keep", "time", "--out", str(tmp_path)) == 0
    answer = tmp_path / "plan-smallest.json"
    plan = to_plan(read_plan(answer))
    route = plan.routes[0]
    trip = route.trips[0]
    later = replace(trip.visits[0], start_s=trip.visits[0].start_s + 1, end_s=trip.visits[0].end_s + 1)
    for visits, words in (
        (trip.visits[1:], "[past_visit]"),
        ((later, *trip.visits[1:]), "[past_visit]"),
        (trip.visits[:-1], "[not_served]"),
    ):
        other = replace(plan, routes=(replace(route, trips=(replace(trip, visits=visits), *route.trips[1:])),))
        write_plan(from_plan(other, read_plan(answer).origin), tmp_path / "other.json")
        capsys.readouterr()
        assert judge(planned, tmp_path / "other.json", events="events.toml") == 1
        assert words in capsys.readouterr().out
    assert judge(planned, answer, events="broken.toml") == 1
    assert "another problem" in capsys.readouterr().out


@pytest.mark.slow
def test_nothing_is_judged_from_a_plan_that_is_unsound_itself(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The old plan without its visits: exit code 1, said in Chinese."""
    record = read_plan(planned / "out" / "plan.json")
    write_plan(from_plan(replace(to_plan(record), routes=()), record.origin), tmp_path / "old.json")
    answer = planned / "out" / "plan.json"
    assert judge(planned, answer, events="events.toml", old=tmp_path / "old.json", lang="zh") == 1
    assert "原计划本身违反规则" in capsys.readouterr().out


@pytest.mark.slow
def test_the_same_iterations_write_the_same_bytes(planned: Path, tmp_path: Path) -> None:
    """Plans and changes, twice."""
    for name in ("a", "b"):
        assert go_on(planned, "--keep", "time", "--out", str(tmp_path / name), events="broken.toml") == 0
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.slow
def test_faults_of_the_events_file_are_told_at_once(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    """Two of them, each on its line, with code, file, key, value and remedy; exit code 2."""
    path = tmp_path / "wrong.toml"
    path.write_text('now = "25:61"\n[[cancelled]]\norder = "D99"\n', encoding="utf-8")
    line = ["replan", str(planned / "four"), str(planned / "out" / "plan.json"), "--events", str(path), "--lang", lang]
    assert main(line) == 2
    first, *others = [each for each in capsys.readouterr().err.splitlines() if "E3" in each]
    assert first.startswith("E370 ")
    assert [each.split()[:3] for each in others] == [
        ["E321", "wrong.toml", "[cancelled[1].order]"],
        ["E314", "wrong.toml", "[now]"],
    ]


@pytest.mark.slow
def test_without_an_events_file_there_is_nothing_to_do(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E401 when it is not named, E402 when it is not there."""
    line = ["replan", str(planned / "four"), str(planned / "out" / "plan.json")]
    assert main(line) == 2
    assert "E401 " in capsys.readouterr().err
    assert main([*line, "--events", "nowhere.toml"]) == 2
    assert "E402 " in capsys.readouterr().err


@pytest.mark.slow
def test_a_plan_that_breaks_rules_is_not_gone_on_from(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that has grown too heavy: exit code 1, and the violations."""
    folder = tmp_path / "four"
    shutil.copytree(planned / "four", folder)
    orders = folder / "orders.csv"
    orders.write_text(orders.read_text("utf-8-sig").replace("parcel,10,10,50", "parcel,10,900,50"), encoding="utf-8")
    line = ["replan", str(folder), str(planned / "out" / "plan.json"), "--events", str(planned / "events.toml")]
    assert main(line) == 1
    assert "[capacity]" in capsys.readouterr().out
