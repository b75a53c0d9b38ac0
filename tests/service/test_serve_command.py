"""``gongpei serve`` as an operator meets it: it answers, plans, sends notices, and leaves in order."""

from __future__ import annotations

import json
import resource
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from api.command_line import run
from api.commands.serve import _listeners, _sending, connections
from api.service import claims, notices, queue
from api.service.jobs import Outcome
from api.service.runner import Worker
from api.service.sealing import KeyFile
from api.service.settings import Settings
from api.service.webhooks import target_of
from benchmarks.service.harness import Client, content_of, found_county, ground, serving, wait_until
from tests.service.jobs import claim, county, submit
from tests.service.processes import processes_in
from tests.service.workers import LIBRARY, until

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database


@pytest.mark.slow
def test_a_county_is_planned_over_http_and_sigterm_gives_back_what_is_at_work(tmp_path: Path) -> None:
    """One job is done; another of ten minutes is solving when SIGTERM comes: it is queued again, no process is left."""
    with ground(None, tmp_path) as where:
        owner = found_county(where.database, content_of(LIBRARY / "four_villages"), 6)
        path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
        variables = {"GONGPEI_GRACE_S": "0.5"}
        with serving(where, options=(), variables=variables) as api, Client(api.port, owner.secret) as client:
            first = client.call("POST", path, json.dumps({"iterations": 1}).encode())[1]["id"]
            until(lambda: client.call("GET", f"/api/v1/jobs/{first}")[1]["state"] == "done")
            status, plan = client.call("GET", f"/api/v1/jobs/{first}/plan")
            assert status == 200
            assert plan
            second = client.call("POST", path, json.dumps({"seconds": 600}).encode())[1]["id"]
            until(lambda: client.call("GET", f"/api/v1/jobs/{second}")[1]["state"] == "solving")
            api.kill(signal.SIGTERM)
            assert api.process is not None
            assert api.process.returncode in (0, -signal.SIGTERM)
        job = queue.find(where.database, owner.id, second)
        assert job is not None
        assert (job.state, job.attempts_left) == ("queued", 3)
        assert wait_until(lambda: not processes_in(tmp_path / "data"), 10)


def test_notices_are_sent_while_the_service_runs(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job ends, and whoever asked to be told is called."""
    called: list[str] = []

    def call(*_: object, **__: object) -> int:
        called.append("")
        return 200

    monkeypatch.setattr(notices.Senders.__init__, "__kwdefaults__", {"most": 1, "caller": call})
    keys = KeyFile(path=tmp_path / "keys", data=tmp_path / "data")
    a = county(database)
    target = target_of("https://localhost/x", ("localhost",))
    with database.write() as connection:
        notices.register(connection, keys.ring, county_id=a.county_id, target=target, events=("done",), most=1)
    submit(database, a)
    claims.finish(database, claim(database), Outcome())
    with _sending(database, keys, Settings(webhook_hosts=("localhost",))):
        until(lambda: bool(called))


def test_a_service_whose_worker_fails_ends_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, so that whatever keeps it running starts it anew."""

    def fail(_: Worker) -> None:
        raise OSError(28, "no space")

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(Worker, "run", fail)
    monkeypatch.setattr("api.service.logs.start_logs", lambda: None)
    try:
        assert run(["serve", "--port", "0", "--data", str(tmp_path / "data"), "--lang", "en"], "en") == 1
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert "serving" in capsys.readouterr().out


def test_a_port_that_is_taken_is_told_before_anything_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Past bug: the service said where it was serving, logged an error of the system's and ended with 3."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert run(["serve", "--port", port, "--data", str(tmp_path / "data"), "--lang", "zh"], "zh") == 2
    told = capsys.readouterr()
    assert "E401" in told.err
    assert port in told.err
    assert not told.out
    assert not (tmp_path / "data" / "gongpei.sqlite").exists()


def test_what_is_answered_in_two_parts_does_not_wait_between_them() -> None:
    """Past bug: sockets of our own had no TCP_NODELAY, and every answer took 40 ms more."""
    (listener,) = _listeners("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "most"),
    [
        (1_024, 4_096, 1_024, 800),
        (256, 4_096, 1_000, 800),
        (256, 700, 700, 500),
        (256, 256, 256, 56),
        (100, 100, 100, 1),
        (256, resource.RLIM_INFINITY, 1_000, 800),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY, 800),
    ],
)
def test_there_are_no_more_connections_than_descriptors_for_them(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int, most: int
) -> None:
    """800 and 200 of its own, where the system gives so many; it may have to be asked for them."""
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limits.append(wanted))
    assert (connections(), limits[-1]) == (most, (raised, hard))


def test_a_service_whose_key_file_is_broken_does_not_begin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 with a sentence, before there is a database."""
    path, data = tmp_path / "keys", tmp_path / "data"
    path.write_text("{}\n")
    path.chmod(0o600)
    assert run(["serve", "--port", "0", "--data", str(data), "--key-file", str(path), "--lang", "en"], "en") == 2
    assert "E674" in capsys.readouterr().err
    assert not (data / "gongpei.sqlite").exists()
