"""Processes that hold scenarios: limited in memory and time, replaced when they end, never trusted."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import tempfile
import zlib
from base64 import b64encode
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from api.errors import InvalidInput
from api.service import bench as module
from api.service import bench_child
from api.service.bench import ASK_S, Benches
from api.service.database import Unavailable
from api.service.problems import Told
from tests.service.workers import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.service.asking import Asked

ROOM = {"memory_bytes": 2 << 30}

PLAN = b64encode(zlib.compress(json.dumps({"schema": "gongpei.plan", "plan": {}}).encode())).decode()
"""A plan that carries nothing."""


@pytest.fixture(scope="module")
def content() -> bytes:
    return content_of("four_villages")


@pytest.fixture
def benches(tmp_path: Path) -> Iterator[Benches]:
    made = Benches(ROOM, tmp_path, 2)
    yield made
    made.close()


def ask(benches: Benches, content: bytes, name: str = "s", **question: Any) -> Any:
    """Ask for the ways to carry D1."""
    asked = {"ask": "candidates", "order": "D1", "most": 1, "plan": PLAN, "revision": 1, **question}
    return benches.ask((name, 1), "c", lambda: content, asked)


def pids(benches: Benches) -> list[int]:
    return [each._process.pid or 0 for each in benches._kept.values()]


def test_a_question_is_answered_by_the_process_that_was_asked_before(benches: Benches, content: bytes) -> None:
    """Two questions, one process; a plan that says nothing of its goods is not sound, so D1 can only be left out."""
    first = ask(benches, content)
    made = pids(benches)
    assert ask(benches, content) == first
    assert pids(benches) == made
    told = first["shipments"][0]
    assert ([option["kind"] for option in told["options"]], told["is_complete"]) == (["leave_out"], False)


def test_a_process_that_was_killed_is_replaced(benches: Benches, content: bytes) -> None:
    """After kill -9 the next question is answered all the same, by another process."""
    first = ask(benches, content)
    (pid,) = pids(benches)
    os.kill(pid, signal.SIGKILL)
    benches._kept["s", 1]._process.join(10)
    assert ask(benches, content) == first
    assert pids(benches) != [pid]


def test_only_the_scenarios_asked_of_late_are_kept(benches: Benches, content: bytes) -> None:
    """One more than are kept: the first has to go, and its process ends."""
    ask(benches, content, "s0")
    first = benches._kept["s0", 1]
    for i in (1, 2):
        ask(benches, content, f"s{i}")
    assert [key[0] for key in benches._kept] == [f"s{i}" for i in (1, 2)]
    assert not first.is_alive


def test_a_scenario_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    """With 1 MB to spend a county of 363 places cannot be built: E647."""
    small = Benches({"memory_bytes": 1 << 20}, tmp_path)
    with pytest.raises(InvalidInput, match=r"^E647 "):
        small.found_in(content_of("plain"), "c")
    small.close()


def test_a_scenario_that_takes_too_long_is_refused(
    benches: Benches, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no time at all the process is ended: E647, and no process is left."""
    monkeypatch.setattr(module, "LOAD_S", 0.0)
    with pytest.raises(InvalidInput, match=r"^E647 "):
        ask(benches, content)
    assert pids(benches) == []


def test_who_comes_when_too_many_wait_is_asked_to_come_again(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for nobody the answer is E656 at once."""
    monkeypatch.setattr(module, "MOST_CALLERS", 0)
    crowded = Benches(ROOM, tmp_path)
    with pytest.raises(InvalidInput, match=r"^E656 ") as caught:
        crowded.found_in(content, "c")
    assert caught.value.values["retry_after_s"] > 0


def test_folders_of_a_service_that_was_killed_are_removed(benches: Benches, content: bytes, tmp_path: Path) -> None:
    """What nobody holds is gone with the first scenario; at the end nothing of our own is left either."""
    left = tmp_path / module.HOME / "killed"
    left.mkdir(parents=True)
    (left / "lock").touch()
    ask(benches, content)
    (own,) = (tmp_path / module.HOME).iterdir()
    assert own.name != "killed"
    assert len([each for each in own.iterdir() if each.is_dir()]) == 1
    benches.close()
    assert list((tmp_path / module.HOME).iterdir()) == []


def test_what_a_process_refuses_is_told_as_it_said_it(benches: Benches, content: bytes) -> None:
    """An unknown order is E431 in both languages, and the process goes on."""
    with pytest.raises(Told) as caught:
        ask(benches, content, order="NOBODY")
    assert caught.value.content["code"] == "E431"
    assert caught.value.content["zh"]
    assert ask(benches, content)["order"] == "D1"


def test_a_process_that_cannot_be_started_is_told_and_leaves_nothing(
    benches: Benches, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: a 500, and its folder and pipe were left. E601 says to come again, and then it is answered."""

    def full(_: object) -> None:
        raise OSError(24, "Too many open files")

    process = multiprocessing.get_context("forkserver").Process
    with monkeypatch.context() as patch:
        patch.setattr(process, "start", full)
        with pytest.raises(Unavailable, match=r"^E601 .*open files"):
            ask(benches, content)
    (own,) = (tmp_path / module.HOME).iterdir()
    assert [each for each in own.iterdir() if each.is_dir()] == []
    assert ask(benches, content)["order"] == "D1"


def test_a_process_near_its_bound_of_processor_time_is_replaced_between_questions(
    content: bytes, tmp_path: Path
) -> None:
    """With the time of one question in all, each question has a process of its own; with ten times that, both one."""
    for times, distinct in ((1, 2), (10, 1)):
        benches = Benches(ROOM | {"processor_s": int(ASK_S) * times}, tmp_path)
        used = set()
        for _ in range(2):
            ask(benches, content)
            used.update(pids(benches))
        benches.close()
        assert len(used) == distinct


@pytest.mark.parametrize(("gib", "kept"), [(2, 3), (16, 4), (64, 16)])
def test_as_many_scenarios_are_kept_as_a_quarter_of_the_memory_holds(
    gib: int, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 1 GiB each, and three on the smallest machine."""
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": gib << 18, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert module.kept_by_memory() == kept


@pytest.mark.parametrize(("number", "answer"), [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EISDIR, "bug")])
def test_a_full_disk_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch, number: int, answer: str) -> None:
    """Past bug: a question that could not write its files was a 500, where 503 is promised."""

    def fails(asked: Asked) -> dict[str, Any]:
        raise OSError(number, os.strerror(number))

    monkeypatch.setitem(bench_child.ANSWERS, "fails", fails)
    days = SimpleNamespace(after=lambda *_: SimpleNamespace(county=None))
    assert list(bench_child._answered(cast("bench_child.Days", days), {"ask": "fails"})) == [answer]


def test_what_a_killed_process_leaves_goes_with_its_folder(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: a process that was killed in the middle of a question left its files in /tmp for good."""
    said, heard = [], iter([content, json.dumps({"ask": "where"}).encode()])

    class Line:
        def recv_bytes(self) -> bytes:
            if (found := next(heard, None)) is None:
                raise EOFError
            return found

        def send_bytes(self, content: bytes) -> None:
            said.append(json.loads(content))

    def where(asked: Asked) -> dict[str, Any]:
        return {"own": str(asked.folder), "of_libraries": tempfile.mkdtemp()}

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(bench_child, "restrict", lambda _: None)
    monkeypatch.setattr(bench_child.logging, "disable", lambda _: None)
    monkeypatch.setattr(bench_child.gc, "freeze", lambda: None)
    monkeypatch.setitem(bench_child.ANSWERS, "where", where)
    bounds = {"memory_bytes": 1, "processor_s": 1, "file_bytes": 1}
    bench_child.run(Line(), bounds, str(tmp_path), str(tmp_path / "cache"))  # type: ignore[arg-type]
    assert {place.rpartition("/")[0] for place in said[1]["answer"].values()} == {str(tmp_path)}
