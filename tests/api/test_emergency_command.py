"""``gongpei emergency`` as a user meets it, on the county with one bridge, with one round a plan."""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from api.cli import main
from api.commands.emergency import _Voice
from optimizer.stop import Stop
from scenarios.build import build_problem
from scenarios.emergency.areas import cut
from scenarios.emergency.county import build_rescue, with_goods
from scenarios.emergency.read import read_emergency
from scenarios.files import read_scenario
from scenarios.write import write_scenario
from tests.scenarios.one_bridge import CLASSES, CLOSED, DRONE, FAR_VAN, RELAY_TEXT, bridge_day, order, write_roads

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

EVENT = 'name = "塌方"\nname_en = "landslide"\nuntil = 2026-03-09\n' + CLOSED + RELAY_TEXT + FAR_VAN + CLASSES


@pytest.fixture(scope="module")
def relieved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plan the emergency once; return the folder of the outputs."""
    folder = tmp_path_factory.mktemp("emergency")
    orders = (order("M", "E", "medicine"), *(order(f"P{x}", x) for x in "ABCDE"))
    write_scenario(bridge_day(folder, orders), folder / "county")
    write_roads(folder / "county")
    (folder / "event.toml").write_text(EVENT, encoding="utf-8")
    asked = ["emergency", str(folder / "county"), str(folder / "event.toml"), "--iterations", "1"]
    assert main([*asked, "--out", str(folder / "out"), "--lang", "en"]) == 0
    return folder / "out"


def test_the_page_shows_who_is_cut_off_before_all_else_and_asks_for_nothing(relieved: Path) -> None:
    """Sections in order; no address outside the file but the sheets beside it; both languages."""
    page = (relieved / "emergency.html").read_text("utf-8")
    assert re.findall(r'<section id="(\w+)"', page) == ["who", "assumptions", "map", "compare", "plan"]
    assert set(re.findall(r'(?:src|href)="([^"#]+)"', page)) == {"runsheets.html", "report.html"}
    assert "landslide" in page
    assert "3 places with 20 pieces are cut off" in page
    assert "3 个地点、20 件被隔断" in page


def test_json_and_csv_say_the_same(relieved: Path) -> None:
    """With the relay all 5 pieces of medicine and 15 parcels cross; without, none."""
    content = json.loads((relieved / "emergency.json").read_text("utf-8"))
    assert [each["place"] for each in content["areas"][0]["places"]] == ["C", "D", "E"]
    brought = {each["means"]: [row["carried"] for row in each["classes"]] for each in content["compared"]}
    assert brought == {"none": [0, 0], "relay": [5, 15]}
    with (relieved / "emergency.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["过断点件数 carried"] for row in rows[:4]] == ["0", "0", "5", "15"]


def test_the_plan_has_run_sheets_handovers_and_lines_on_the_far_side(relieved: Path) -> None:
    """What passes the relay stands in handovers.csv; the far side's van follows its road, not the crow."""
    handovers = (relieved / "handovers.csv").read_text("utf-8-sig").splitlines()
    assert len(handovers) == 1 + 4
    assert "接驳点 R" in (relieved / "runsheets.html").read_text("utf-8")
    legs = json.loads((relieved / "routes.geojson").read_text("utf-8"))["features"]
    far = [each for each in legs if each["properties"].get("vehicle", "").startswith("van@R")]
    assert far
    assert not any(each["properties"].get("is_straight") for each in far if each["properties"]["distance_m"])


def test_a_second_run_plans_nothing(
    relieved: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every solve and the reasons come from the scenario's store, and the plan has the same bytes."""
    monkeypatch.setattr("scenarios.emergency.answer.solve_tiers", None)
    monkeypatch.setattr("scenarios.emergency.answer.explain_tiers", None)
    folder = relieved.parent
    asked = ["emergency", str(folder / "county"), str(folder / "event.toml"), "--iterations", "1"]
    assert main([*asked, "--out", str(folder / "second"), "--lang", "en"]) == 0
    told = re.search(r"(\d+) plans, (\d+) of them known before", capsys.readouterr().out)
    assert told is not None
    assert told[1] == told[2] != "0"
    for name in ("emergency.json", "plan.json"):
        assert (folder / "second" / name).read_bytes() == (relieved / name).read_bytes()


def test_a_run_that_is_stopped_writes_what_it_has_and_ends_with_code_1(
    relieved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C before the first plan: one way across is there, and the files say that it is not all."""

    @contextmanager
    def interrupted(cancel: threading.Event, _told: object) -> Iterator[None]:
        cancel.set()
        yield

    monkeypatch.setattr("api.commands.emergency.ended_on_interrupt", interrupted)
    folder = relieved.parent
    asked = ["emergency", str(folder / "county"), str(folder / "event.toml"), "--out", str(folder / "stopped")]
    assert main([*asked, "--lang", "en"]) == 4
    content = json.loads((folder / "stopped" / "emergency.json").read_text("utf-8"))
    assert [each["means"] for each in content["compared"]] == ["none"]


def test_the_time_that_is_told_is_that_of_all_phases_ahead(relieved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10 s a plan: nothing 1, relay 1.6, first class 0.3, sooner 1.6, a van or a drone more 1.6 each; the last four."""
    folder = relieved.parent
    scenario = read_scenario(folder / "county")
    emergency = read_emergency(folder / "event.toml", scenario)
    base = build_problem(with_goods(scenario, emergency))
    rescue = build_rescue(base, cut(base, emergency.closures), emergency)
    voice = _Voice(rescue, Stop(seconds=10), "en")
    voice.phase("none")
    voice.phase("alone")
    voice.phase("reasons")
    told = capsys.readouterr().err.splitlines()
    assert [text.partition(" · ")[2] for text in told] == ["search ≤ 1:17", "search ≤ 0:51", ""]


def test_faults_of_the_file_end_with_code_2_and_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown relay and no closure: both are told before anything is planned."""
    write_scenario(bridge_day(tmp_path), tmp_path / "county")
    write_roads(tmp_path / "county")
    (tmp_path / "bad.toml").write_text(FAR_VAN + DRONE.replace("60", '"x"'), encoding="utf-8")
    asked = ["emergency", str(tmp_path / "county"), str(tmp_path / "bad.toml"), "--out", str(tmp_path / "out")]
    assert main([*asked, "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert "E540" in told
    assert "E542" in told
    assert "E321" in told
