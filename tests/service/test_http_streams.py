"""Event streams end for good when their job has ended, and take no more connections than they may."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from api.service import claims, sse
from api.service.auth import caller_of, revoke_key
from api.service.jobs import Outcome
from tests.service.doors import ROOT, SMALL, Doors, document, open_doors
from tests.service.jobs import claim
from tests.service.workers import until

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    import pytest


def submitted(doors: Doors, county: str = "a") -> str:
    """Submit a job that nobody works at, and return the path of its events."""
    scenario = doors.ask("POST", "/scenarios", json=document(), county=county).json()["id"]
    job = doors.ask("POST", f"/scenarios/{scenario}/solves", json={"iterations": 1}, county=county).json()
    return f"/jobs/{job['id']}/events"


def opened(stack: ExitStack, doors: Doors, path: str, county: str = "a") -> httpx.Response:
    """Open a stream and leave it open until the stack is closed."""
    headers = {"Authorization": f"Bearer {doors.keys[county, 'dispatcher']}"}
    return stack.enter_context(doors.client.stream("GET", ROOT + path, headers=headers))


def test_who_comes_again_after_the_end_is_told_that_there_is_no_more(tmp_path: Path) -> None:
    """Three events: after the second there is the end, after the third 204, and so after any later number."""
    with open_doors("sqlite", tmp_path) as doors:
        path = submitted(doors)
        claims.finish(doors.database, claim(doors.database), Outcome())
        assert doors.ask("GET", path, headers={"Last-Event-ID": "2"}).text.count("event: end") == 1
        for last in ("3", "99"):
            answer = doors.ask("GET", path, headers={"Last-Event-ID": last})
            assert (answer.status_code, answer.content) == (204, b"")


def test_a_stream_ends_when_its_key_is_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: the key was looked at once, and the line told on for up to an hour."""
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.1)
    with open_doors("sqlite", tmp_path) as doors, ExitStack() as stack:
        response = opened(stack, doors, submitted(doors))
        told = response.iter_lines()
        until(lambda: next(told) == ": heartbeat")
        caller = caller_of(doors.database, f"Bearer {doors.keys['a', 'dispatcher']}")
        assert caller is not None
        with doors.database.write() as connection:
            assert revoke_key(connection, caller.key_id)
        assert "event: end" not in list(told)


def test_a_county_has_so_many_streams_and_all_together_so_many(tmp_path: Path) -> None:
    """Two of a, one of b, and no more of either; a line that was closed is free again."""
    limits = replace(SMALL, streams_per_county=2, streams_in_all=3)
    with open_doors("sqlite", tmp_path, limits) as doors, ExitStack() as others:
        a, b = submitted(doors), submitted(doors, "b")
        with ExitStack() as mine:
            assert [opened(mine, doors, a).status_code for _ in range(2)] == [200, 200]
            full = doors.ask("GET", a)
            assert (full.status_code, full.json()["code"]) == (429, "E664")
            assert int(full.headers["retry-after"]) >= 1
            assert opened(others, doors, b, "b").status_code == 200
            assert doors.ask("GET", b, county="b").json()["code"] == "E664"
        until(lambda: _is_free(doors, a))


def _is_free(doors: Doors, path: str) -> bool:
    with ExitStack() as stack:
        return opened(stack, doors, path).status_code == 200
