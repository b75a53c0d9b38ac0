"""What a child says becomes writes of the worker, and a worker outlives what goes wrong with a claim."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.service import claims, queue, runner
from api.service.child_process import begin
from api.service.run import Run
from api.service.settings import Limits
from api.service.tables import checkpoints
from tests.service.jobs import claim, county, kinds, now, submit
from tests.service.processes import processes_in
from tests.service.workers import LIGHT, ended, until, working

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
    child = begin(held, tmp_path / "job", tmp_path / "cache", Limits(), LIGHT)
    yield Run(database=database, claim=held, child=child, limits=Limits())
    child.put_away()


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
    run.child.process.kill()
    run.child.process.wait()
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

    def claiming(*given: Any) -> Claim | None:
        if faults:
            raise faults.pop()
        return real(*given)

    monkeypatch.setattr(claims, "claim", claiming)
    monkeypatch.setattr(runner, "REST_S", 0.01)
    job = submit(database, county(database), request={"steps": 1})
    with working(database, tmp_path):
        assert ended(database, job).state == "done"
    assert faults == []


def test_a_job_that_comes_back_to_its_worker_has_one_child(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ended while the worker was cut off; it claims its own job again and ends the child that it had."""
    job = submit(database, county(database), request={"steps": 600, "step_s": 0.1, "deaf": True})
    monkeypatch.setattr(claims, "wishes", lambda *_: {})
    monkeypatch.setattr(claims, "heartbeat", lambda *_: {})
    with working(database, tmp_path, slots=2, lease_s=3.0):
        until(lambda: now(database, job).attempt == 2 and now(database, job).state == "solving")
        assert len(processes_in(tmp_path)) <= 1


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
