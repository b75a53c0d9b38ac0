"""A service with as many connections as it can hold says so, in its own words, and lets nobody hold one for nothing."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from api.service.app import create_app
from api.service.crowd import TOLD, counting
from api.service.settings import Settings
from tests.service.databases import fresh_database
from tests.service.doors import ROOT, serving
from tests.service.workers import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from uvicorn.protocols.http.h11_impl import H11Protocol

    from api.service.database import Database


def test_a_connection_too_many_is_refused_as_a_problem_until_another_ends(database: Database, tmp_path: Path) -> None:
    """One may be open: the second is told 503, when to come again, and is closed; afterwards there is room."""
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    with serving(create_app(settings, database), http=counting(1)) as address:
        with httpx.Client(base_url=address) as first, httpx.Client(base_url=address) as second:
            assert first.get(f"{ROOT}/healthz").status_code == 200
            refused = second.get(f"{ROOT}/healthz")
            assert (refused.status_code, refused.json()["code"]) == (503, "E681")
            assert refused.headers["content-type"] == "application/problem+json"
            assert (refused.headers["retry-after"], refused.headers["connection"]) == ("2", "close")
            assert refused.headers["x-content-type-options"] == "nosniff"
            assert first.get(f"{ROOT}/healthz").status_code == 200
        until(lambda: httpx.get(f"{address}{ROOT}/healthz").status_code == 200)


@contextmanager
def crowded(folder: Path, protocol: type[H11Protocol]) -> Iterator[tuple[str, int]]:
    """Serve with connections of a kind; give host and port."""
    settings = Settings(data=folder / "data")
    settings.data.mkdir()
    with (
        fresh_database("sqlite", folder) as database,
        serving(create_app(settings, database), http=protocol) as address,
    ):
        yield "127.0.0.1", int(address.rpartition(":")[2])


def answered(line: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    found = b""
    with suppress(ConnectionResetError):
        while part := line.recv(65_536):
            found += part
    return found


def test_who_asks_nothing_whole_is_cut_off(tmp_path: Path) -> None:
    """Past bug: silence, half a head, a body that drips on after its 401 were open for ever, and 800 kept all out."""
    said = {
        b"": b"",
        b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ": b"",
        b"POST /api/v1/scenarios HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{": b"HTTP/1.1 401 ",
    }
    with crowded(tmp_path, counting(800, head_s=0.3)) as address, ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(address, timeout=5)) for _ in said]
        for line, words in zip(lines, said, strict=True):
            line.sendall(words)
        assert [answered(line)[:13] for line in lines] == list(said.values())


def test_who_does_not_read_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred answers are asked for and none is read: past bug, they lay in memory as long as the caller liked."""
    monkeypatch.setattr("api.service.crowd.READ_S", 0.3)
    with crowded(tmp_path, counting(800)) as address, socket.socket() as line:
        line.settimeout(5)
        line.connect(address)
        line.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        time.sleep(1.0)
        assert answered(line).count(b"HTTP/1.1 200 ") < 100


def test_who_reads_slowly_gets_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty answers in six sips, each well within the clock of 0.8 s, all of them together beyond it."""
    monkeypatch.setattr("api.service.crowd.READ_S", 0.8)
    with crowded(tmp_path, counting(800)) as address, socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        line.settimeout(5)
        line.connect(address)
        asked = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        line.sendall(asked * 39 + asked.replace(b"x\r\n", b"x\r\nConnection: close\r\n"))
        found = b""
        for _ in range(6):
            time.sleep(0.2)
            with suppress(BlockingIOError):
                found += line.recv(1 << 20, socket.MSG_DONTWAIT)
        assert (found + answered(line)).count(b"HTTP/1.1 200 ") == 40


def test_an_answer_that_takes_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is for heads only: half a second of work is answered, with 0.2 s for a head."""
    monkeypatch.setattr("api.service.routes.operator.require_newest", lambda _: time.sleep(0.5))
    with crowded(tmp_path, counting(800, head_s=0.2)) as (host, port):
        assert httpx.get(f"http://{host}:{port}{ROOT}/readyz").status_code == 200


def test_connections_far_beyond_the_most_hold_no_descriptor(tmp_path: Path) -> None:
    """One may be open and a hundred are told so; past bug: silent ones beyond that were kept until none was left."""
    with crowded(tmp_path, counting(1, beyond_s=30.0)) as address, ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection(address, timeout=5)) for _ in range(TOLD + 3)]
        assert answered(lines[-1]) == b""
        lines[0].setblocking(False)
        with pytest.raises(BlockingIOError):
            lines[0].recv(1)


def test_what_is_no_http_is_answered_in_the_words_of_the_service(tmp_path: Path) -> None:
    """TLS on the plain port, a query of 70,000 characters. Past bug: plain text without any of our headers."""
    long = b"GET /api/v1/healthz?" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"
    with crowded(tmp_path, counting(800)) as address:
        for said in (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", long):
            with socket.create_connection(address, timeout=5) as line:
                line.sendall(said)
                head, _, body = answered(line).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 400 ")
            assert b"content-security-policy" in head.lower()
            assert b"application/problem+json" in head
            assert json.loads(body)["code"] == "E697"
