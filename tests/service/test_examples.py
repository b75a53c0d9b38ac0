"""The clients and requests that the project shows do what they say, against the real service."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from api.service.child_process import COMMAND
from api.service.examples import client
from tests.service.doors import open_doors
from tests.service.workers import LIBRARY, until, working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.service.doors import Doors

EXAMPLES = Path(client.__file__).parent


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """Give the application with a worker that really plans."""
    with open_doors("sqlite", tmp_path) as opened, working(opened.database, tmp_path, COMMAND):
        yield opened


def test_the_python_client_hands_in_a_county_and_writes_its_plan(
    doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONGPEI_KEY", doors.keys["a", "dispatcher"])
    plan = tmp_path / "plan.json"
    address = str(doors.client.base_url)
    assert client.main([address, str(LIBRARY / "four_villages"), str(plan), "--seconds", "2"]) == 0
    assert json.loads(plan.read_text("utf-8"))["origin"]["scenario"] == "四村县"
    assert " yuan, 0 unserved" in capsys.readouterr().err


def test_the_shell_client_does_the_same(doors: Doors, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    command = ["sh", str(EXAMPLES / "client.sh"), str(doors.client.base_url), str(LIBRARY / "four_villages"), str(plan)]
    key = {**os.environ, "GONGPEI_KEY": doors.keys["a", "planner"]}
    done = subprocess.run([*command, "2"], env=key, capture_output=True, text=True, check=True, timeout=120)
    assert "event: end" in done.stderr
    assert json.loads(plan.read_text("utf-8"))["origin"]["scenario"] == "四村县"


def test_an_event_stream_that_breaks_is_taken_up_after_its_last_event(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Last-Event-ID", ""))
        if len(asked) == 1:
            return httpx.Response(200, text='id: 1\nevent: state\ndata: {"state": "queued"}\n\n')
        if len(asked) == 2:
            raise httpx.ReadError("cut")
        return httpx.Response(200, text='id: 2\nevent: end\ndata: {"state": "done"}\n\n')

    monkeypatch.setattr(client, "PAUSE_S", 0.0)
    with httpx.Client(transport=httpx.MockTransport(answered), base_url="http://service") as http:
        events = list(client.watched(http, "job_1"))
    assert [event["event"] for event in events] == ["state", "end"]
    assert asked == ["", "1", "1"]


def test_the_scenario_that_the_page_of_the_api_shows_is_planned_whole(doors: Doors) -> None:
    """Past bug: its places lay 979 km from its roads."""
    page = doors.ask("GET", "/openapi.json").json()
    shown = page["paths"]["/api/v1/scenarios"]["post"]["requestBody"]["content"]["application/json"]["example"]
    record = doors.ask("POST", "/scenarios", json=shown)
    assert (record.status_code, record.json()["state"], record.json()["faults"]) == (201, "valid", [])
    job = doors.ask("POST", f"/scenarios/{record.json()['id']}/solves", json={"iterations": 1}).json()
    until(lambda: doors.ask("GET", f"/jobs/{job['id']}").json()["ended_at"] is not None)
    done = doors.ask("GET", f"/jobs/{job['id']}").json()
    assert (done["state"], done["unserved"]) == ("done", 0)
