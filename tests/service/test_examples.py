"""The clients and requests that the project shows do what they say, against the real service."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.service.examples import client
from api.service.fork_server import PROGRAM
from tests.service.doors import open_doors
from tests.service.workers import LIBRARY, until, working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.service.doors import Doors

EXAMPLES = Path(client.__file__).parent


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """Give the application with a worker that really plans."""
    with open_doors("sqlite", tmp_path) as opened, working(opened.database, tmp_path, PROGRAM):
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
    assert "\nend {" in done.stderr
    assert json.loads(plan.read_text("utf-8"))["origin"]["scenario"] == "四村县"


@pytest.fixture
def bad_line() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give the address of a service whose lines are cut, as its scripts say, and what it was asked.

    Each answer is a status, what is sent of the body, and how many bytes the head promised beyond that.
    """
    asked: list[tuple[str, str]] = []
    whole = 'id: 1\nevent: state\ndata: {"state": "solving"}\n\n'
    scripts: dict[str, list[tuple[int, str, int]]] = {
        "/scenarios": [(201, '{"id":"scn_1","revision":1,"faults":[]}', 0)],
        "/scenarios/scn_1/solves": [(0, "", 0), (429, "{}", 0), (202, '{"id":"job_1","state":"queued"}', 0)],
        "/jobs/job_1/events": [
            (503, "{}", 0),
            (200, whole + "id: 2\nevent: incumbent\nda", 99),
            (200, "id: 2\nevent: incumbent\ndata: {}\n\nid: 3\nevent: end\n", 99),
            (204, "", 0),
        ],
        "/jobs/job_1": [
            *3 * [(200, '{"id":"job_1","state":"solving","ended_at":null,"plan_id":null}', 0)],
            (200, '{"id":"job_1","state":"done","ended_at":"x","cost_fen":100,"unserved":0,"plan_id":"pln_1"}', 0),
        ],
        "/plans/pln_1/export?format=json": [(200, '{"half', 99), (200, '{"whole":1}', 0)],
    }

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.removeprefix("/api/v1")
            asked.append((path, self.headers.get("Idempotency-Key") or self.headers.get("Last-Event-ID", "")))
            script = scripts[path]
            status, body, missing = script.pop(0) if len(script) > 1 else script[0]
            if status == 0:
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(body) + missing))
            if status in {429, 503}:
                self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - the name that the server calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def is_taken_up(asked: list[tuple[str, str]]) -> bool:
    """Tell whether one key was sent three times, and streams were taken up after their last whole events."""
    keys = [value for path, value in asked if path.endswith("/solves")]
    streams = [value for path, value in asked if path.endswith("/events")]
    return len(keys) == 3 and len(set(keys)) == 1 and bool(keys[0]) and streams == ["0", "0", "1", "2"]


PAUSES = [1.0, 7.0, 7.0, 1.0, 1.0]
"""After the cut POST, the 429, the 503 and the two cut streams; then one before the plan is asked for again."""


def test_the_python_client_comes_through_a_bad_line(
    bad_line: tuple[str, list[tuple[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = bad_line
    pauses: list[float] = []
    monkeypatch.setenv("GONGPEI_KEY", "gpk_x")
    monkeypatch.setattr(client.time, "sleep", pauses.append)
    plan = tmp_path / "plan.json"
    assert client.main([address, str(LIBRARY / "four_villages"), str(plan)]) == 0
    assert plan.read_text("utf-8") == '{"whole":1}'
    assert is_taken_up(asked)
    assert pauses == [*PAUSES, 1.0]


def test_the_shell_client_comes_through_a_bad_line(bad_line: tuple[str, list[tuple[str, str]]], tmp_path: Path) -> None:
    """The command that pauses is one that only writes down for how long; after 204 the shell pauses once more."""
    address, asked = bad_line
    plan, sleep = tmp_path / "plan.json", tmp_path / "sleep"
    sleep.write_text(f'#!/bin/sh\necho "$1" >>"{tmp_path}/pauses"\n')
    sleep.chmod(0o755)
    known = {**os.environ, "GONGPEI_KEY": "gpk_x", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["sh", str(EXAMPLES / "client.sh"), address, str(LIBRARY / "four_villages"), str(plan)]
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False, timeout=60)
    assert plan.read_text("utf-8") == '{"whole":1}'
    assert is_taken_up(asked)
    assert [float(pause) for pause in (tmp_path / "pauses").read_text().split()] == [*PAUSES, 1.0, 1.0]
    assert [line.split()[0] for line in done.stderr.splitlines() if line.endswith("}")] == ["state", "incumbent"]


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
