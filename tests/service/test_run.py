"""What a child says becomes writes of the worker, and a worker outlives what goes wrong with a claim."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
import zlib
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.service import claims, queue, runner
from api.service.child_process import begin
from api.service.fork_server import ForkServer
from api.service.run import Run
from api.service.runner import Worker
from api.service.settings import Limits
from api.service.tables import checkpoints, jobs
from tests.service.jobs import claim, county, kinds, now, submit
from tests.service.processes import processes_of
from tests.service.workers import LIGHT, ended, settings, until, working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.service.database import Database
    from api.service.jobs import Claim, Failure, Outcome


PLAN = {"plan": {"unserved": []}, "origin": {"versions": {}}}


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Iterator[Run]:
    """Give a claimed job whose child says nothing."""
    submit(database, county(database), request={"steps": 0, "deaf": True})
    held = claim(database, lease_ms=600_000)
    fork_server = ForkServer(tmp_path, LIGHT)
    child = begin(held, tmp_path / "job", tmp_path / "cache", Limits(), fork_server)
    yield Run(database=database, claim=held, child=child, limits=Limits())
    child.put_away()
    fork_server.close()


def says(run: Run, patch: pytest.MonkeyPatch, message: dict[str, Any]) -> None:
    """Have the child say a message; the file that it names is there."""
    if "file" in message:
        (run.child.folder / message["file"]).write_bytes(zlib.compress(json.dumps(PLAN).encode()))
    patch.setattr(run.child, "messages", lambda: iter([message]))
    run.hear()


def test_while_the_database_is_away_only_the_newest_checkpoint_waits(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three checkpoints one is written when the database is back, the cheapest."""
    written: list[int] = []
    real = claims.checkpoint

    def write(database: Database, held: Claim, plan: bytes, cost_fen: int) -> None:
        written.append(cost_fen)
        real(database, held, plan, cost_fen)

    monkeypatch.setattr(claims, "checkpoint", write)
    for cost_fen in (9, 8, 7):
        says(run, monkeypatch, {"is": "checkpoint", "file": f"{cost_fen}.z", "cost_fen": cost_fen})
    run.deliver()
    assert written == [7]
    with run.database.read() as connection:
        assert connection.execute(select(checkpoints.c.cost_fen)).scalars().all() == [7]


def test_what_a_job_costs_does_not_rise_when_an_attempt_begins_anew(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attempt before had come to 500: 700 is told as an event alone, 400 as the cost of the job."""
    run = replace(run, claim=replace(run.claim, job=replace(run.claim.job, cost_fen=500)))
    shown = []
    claims.note(run.database, run.claim, [], {"cost_fen": 500})
    for cost_fen in (700, 400, 450):
        says(run, monkeypatch, {"is": "incumbent", "cost_fen": cost_fen, "unserved": 0, "search": "x"})
        run.deliver()
        shown.append(now(run.database, run.claim.job).cost_fen)
    assert shown == [500, 400, 400]
    assert kinds(run.database, run.claim.job).count("incumbent") == 3


@pytest.mark.parametrize(("kept", "state"), [(False, "cancelled"), (True, "done")])
def test_a_child_that_the_wish_to_stop_ends_before_it_can_heed_it_costs_no_attempt(
    run: Run, monkeypatch: pytest.MonkeyPatch, kept: bool, state: str
) -> None:
    """Past bug: each new attempt was stopped while it began, and the third failed the job."""
    if kept:
        says(run, monkeypatch, {"is": "checkpoint", "file": "1.z", "cost_fen": 1})
    monkeypatch.setattr(run.child, "messages", lambda: iter(()))
    run.heed("stop")
    process = run.child.process
    until(lambda: process.poll() is None and process.pid is not None)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: process.poll() == -signal.SIGKILL)
    run.hear()
    run.deliver()
    assert now(run.database, run.claim.job).state == state


def test_a_worker_outlives_a_claim_that_it_cannot_begin_and_that_was_discarded(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process can be started for the first job, which is discarded meanwhile; the second is done."""
    a = county(database)
    first = submit(database, a, request={"steps": 1})
    real: Callable[..., Any] = begin

    def start(held: Claim, *places: Any) -> Any:
        if held.job.id == first.id:
            queue.wish(database, a.county_id, first.id, "discard")
            raise OSError(11, "no room")
        return real(held, *places)

    monkeypatch.setattr("api.service.runner.begin", start)
    monkeypatch.setattr(runner, "REST_S", 0.0)
    with working(database, tmp_path):
        until(lambda: now(database, first).state == "cancelled")
        assert ended(database, submit(database, a, request={"steps": 1})).state == "done"


def test_a_worker_outlives_a_job_whose_end_cannot_be_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: an error of the database's rules ended the worker. One job fails with E609, one cannot even be failed.

    The latter is left to its lease; the third job is done.
    """
    a = county(database)
    first, second = (submit(database, a, request={"steps": 1}) for _ in range(2))
    real, fail = claims.finish, claims.fail

    def finish(held_by: Database, held: Claim, outcome: Outcome) -> str | None:
        if held.job.id in (first.id, second.id):
            raise IntegrityError("INSERT", {}, Exception("no such receiver"))
        return real(held_by, held, outcome)

    def failing(held_by: Database, held: Claim, failure: Failure) -> None:
        if held.job.id == second.id:
            raise IntegrityError("INSERT", {}, Exception("no such receiver"))
        fail(held_by, held, failure)

    monkeypatch.setattr(claims, "finish", finish)
    monkeypatch.setattr(claims, "fail", failing)
    third = submit(database, a, request={"steps": 1})
    with working(database, tmp_path):
        assert ended(database, third).state == "done"
    assert (now(database, first).failure or {})["code"] == "E609"
    assert now(database, second).state == "solving"


def test_a_worker_outlives_claims_that_fail(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two faults it claims again, each time after a pause twice as long."""
    real, faults = claims.claim, [RuntimeError("a"), RuntimeError("b")]

    def claiming(*given: Any, **more: Any) -> Claim | None:
        if faults:
            raise faults.pop()
        return real(*given, **more)

    monkeypatch.setattr(claims, "claim", claiming)
    monkeypatch.setattr(runner, "REST_S", 0.01)
    job = submit(database, county(database), request={"steps": 1})
    with working(database, tmp_path):
        assert ended(database, job).state == "done"
    assert faults == []


def test_a_worker_outlives_a_process_without_a_descriptor_left(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: under ``ulimit -n 256`` 236 connections, without a key, ended the worker and with it the service."""

    def refused() -> None:
        tried.append(1)
        raise OSError(errno.EMFILE, "Too many open files")

    tried: list[int] = []
    monkeypatch.setattr(runner.selectors, "DefaultSelector", refused)
    job = submit(database, county(database), request={"steps": 1})
    with working(database, tmp_path):
        assert ended(database, job).state == "done"
    assert tried


def test_a_job_that_comes_back_to_its_worker_has_one_child(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was cut off, another took the job and gave it back: it claims the job again and ends the child that it had."""
    job = submit(database, county(database), request={"steps": 600, "step_s": 0.1, "deaf": True})
    monkeypatch.setattr(claims, "wishes", lambda *_: {})
    monkeypatch.setattr(claims, "heartbeat", lambda *_: {})
    with working(database, tmp_path, slots=2, lease_s=600):
        until(lambda: now(database, job).state == "solving")
        with database.write() as connection:
            connection.execute(update(jobs).values(lease_until_ms=1))
        claims.give_back(database, claim(database, "another"))
        until(lambda: now(database, job).attempt == 3 and now(database, job).state == "solving")
        assert len(processes_of(job, tmp_path)) <= 1


def test_a_lease_that_ends_by_a_clock_costs_no_job_of_its_own_worker(database: Database, tmp_path: Path) -> None:
    """Past bug: after a jump of the clock or a pause of the database a worker took its own job over and began anew."""
    job = submit(database, county(database), request={"steps": 4, "step_s": 0.3})
    with working(database, tmp_path, slots=2, heartbeat_s=600, lease_s=600):
        until(lambda: now(database, job).state == "solving")
        with database.write() as connection:
            connection.execute(update(jobs).values(lease_until_ms=1))
        after = ended(database, job)
    assert (after.state, after.attempt) == ("done", 1)


def test_leases_are_kept_between_writes_that_take_long(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: four jobs whose notes took 2 s each were written one after another, and no lease was kept meanwhile.

    Here a note takes 0.2 s, as does a claim that finds a job, and a heartbeat is due each 0.1 s: there is always one
    between two of them.
    """
    told: list[str] = []
    note, beat, claiming = claims.note, claims.heartbeat, claims.claim

    def slow(*given: Any) -> None:
        told.append("write")
        time.sleep(0.2)
        note(*given)

    def slowly(*given: Any, **more: Any) -> Claim | None:
        found = claiming(*given, **more)
        if found is not None:
            told.append("write")
            time.sleep(0.2)
        return found

    def beating(*given: Any) -> Any:
        told.append("beat")
        return beat(*given)

    monkeypatch.setattr(claims, "note", slow)
    monkeypatch.setattr(claims, "claim", slowly)
    monkeypatch.setattr(claims, "heartbeat", beating)
    a = county(database)
    waiting = [submit(database, a, request={"steps": 3, "step_s": 0.1}) for _ in range(3)]
    with working(database, tmp_path, slots=3, heartbeat_s=0.1, lease_s=600):
        assert {ended(database, job).state for job in waiting} == {"done"}
    assert "write write" not in " ".join(told)


def test_nothing_is_taken_over_after_the_database_was_away_for_longer_than_a_lease(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past bug: who came first when the database was back took healthy jobs of others, whose heartbeats waited too.

    A lease is 5 s. After 10 s of silence only what waits is claimed for 5 s; one more silence right after that does
    not count, or nothing would ever be taken over where all is slow.
    """
    worker, clock, asked = Worker(database=database, settings=settings(tmp_path, lease_s=5.0)), [100.0], []
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    monkeypatch.setattr(claims, "claim", lambda *_, waiting_only, **__: asked.append(waiting_only))
    for at in (100.0, 101.0, 111.0, 115.0, 117.0, 118.0, 128.0, 132.0, 137.5):
        clock.append(at)
        worker._keep()
        worker._claim(tmp_path)
    assert asked == [False, False, True, True, False, False, True, True, False]


def test_jobs_keep_travel_times_apart_by_county(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job is given the folder that the benches of its county use."""
    given: dict[str, Path] = {}

    def start(held: Claim, place: Path, cache: Path, *more: Any) -> Any:
        given[held.job.id] = cache
        return begin(held, place, cache, *more)

    monkeypatch.setattr("api.service.runner.begin", start)
    waiting = [submit(database, county(database, name)) for name in ("A", "B")]
    with working(database, tmp_path):
        for job in waiting:
            ended(database, job)
    assert given == {job.id: tmp_path / "data" / "cache" / job.county_id for job in waiting}
