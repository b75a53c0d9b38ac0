"""A worker does jobs in child processes and leaves neither a job nor a process behind."""

from __future__ import annotations

import json
import os
import resource
import threading
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from api.service import claims, queue
from api.service.child_process import most_s
from api.service.database import Unavailable
from api.service.fork_server import PROGRAM
from api.service.runner import remove_leftovers
from api.service.settings import Limits
from api.service.tables import checkpoints, jobs, plans, results
from tests.service.databases import fresh_database
from tests.service.jobs import claim, county, kinds, now, submit
from tests.service.processes import processes_in, processes_of
from tests.service.workers import content_of, ended, until, working

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.claims import Told
    from api.service.database import Database
    from api.service.jobs import Job


def stored_plan(database: Database, job: Job) -> dict[str, Any]:
    """Return the plan of a job."""
    with database.read() as connection:
        content = connection.execute(select(plans.c.content).where(plans.c.job_id == job.id)).scalar_one()
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    return found


def has_checkpoint(database: Database, job: Job) -> bool:
    """Tell whether there is something to go on from."""
    with database.read() as connection:
        return (
            connection.execute(select(checkpoints.c.job_id).where(checkpoints.c.job_id == job.id)).one_or_none()
            is not None
        )


def test_jobs_are_done_and_their_story_is_told(database: Database, tmp_path: Path) -> None:
    """Two steps: two incumbents, and the cheaper is the plan; its folder is gone."""
    job = submit(database, county(database), request={"steps": 2})
    with working(database, tmp_path):
        after = ended(database, job)
    assert (after.state, after.cost_fen, after.unserved, after.attempt) == ("done", 998, 0, 1)
    assert kinds(database, job) == ["queued", "preparing", "solving", "incumbent", "incumbent", "end"]
    assert stored_plan(database, job)["plan"]["cost"] == {"fixed_fen": 998}
    assert list((tmp_path / "data" / "work").iterdir()) == []
    assert not has_checkpoint(database, job)


def test_stop_keeps_the_best_plan(database: Database, tmp_path: Path) -> None:
    """A job that would go on for a minute ends with what it has."""
    a = county(database)
    job = submit(database, a, request={"steps": 600, "step_s": 0.1})
    with working(database, tmp_path):
        until(lambda: has_checkpoint(database, job))
        queue.wish(database, a.county_id, job.id, "stop")
        after = ended(database, job)
    assert (after.state, after.stopped) == ("done", True)
    assert stored_plan(database, job)["plan"]["cost"] == {"fixed_fen": after.cost_fen}


def test_a_child_that_does_not_heed_a_stop_is_killed_and_its_checkpoint_kept(
    database: Database, tmp_path: Path
) -> None:
    """Three steps were handed over before it went deaf."""
    a = county(database)
    job = submit(database, a, request={"steps": 3, "deaf": True})
    with working(database, tmp_path):
        until(lambda: now(database, job).cost_fen == 997)
        queue.wish(database, a.county_id, job.id, "stop")
        after = ended(database, job)
    assert (after.state, after.stopped, after.cost_fen) == ("done", True, 997)


def test_a_stop_before_there_is_any_plan_cancels(database: Database, tmp_path: Path) -> None:
    """There is nothing to keep."""
    a = county(database)
    job = submit(database, a, request={"steps": 0, "deaf": True})
    with working(database, tmp_path):
        until(lambda: now(database, job).state == "solving")
        queue.wish(database, a.county_id, job.id, "stop")
        assert ended(database, job).state == "cancelled"


def test_discard_kills_the_child(database: Database, tmp_path: Path) -> None:
    """The job is cancelled at once, the process soon after."""
    a = county(database)
    job = submit(database, a, request={"steps": 600, "step_s": 0.1, "deaf": True})
    with working(database, tmp_path):
        until(lambda: bool(processes_of(job, tmp_path)) and now(database, job).state == "solving")
        queue.wish(database, a.county_id, job.id, "discard")
        assert now(database, job).state == "cancelled"
        until(lambda: not processes_of(job, tmp_path))


def test_a_child_that_dies_is_tried_again_from_its_checkpoint(database: Database, tmp_path: Path) -> None:
    """Two steps an attempt: 998, 996, 994, then the job has had its attempts."""
    job = submit(database, county(database), request={"steps": 2, "dies": True})
    with working(database, tmp_path):
        after = ended(database, job)
    assert (after.state, after.attempt, after.cost_fen) == ("failed", 3, 994)
    assert after.failure is not None
    assert after.failure["code"] == "E607"


def test_a_child_that_talks_nonsense_is_tried_again(database: Database, tmp_path: Path) -> None:
    """Three times, then the job has had its attempts; the worker goes on with the next."""
    a = county(database)
    job = submit(database, a, request={"says": {"is": "nonsense"}})
    other = submit(database, a, request={})
    with working(database, tmp_path):
        assert ended(database, other).state == "done"
        assert ended(database, job).state == "failed"


def test_a_child_says_why_it_failed(database: Database, tmp_path: Path) -> None:
    """The failure is kept as it was said."""
    failure = {"code": "E300", "zh": "错", "en": "wrong", "faults": [{"file": "places.csv", "row": 2}]}
    job = submit(database, county(database), request={"says": {"is": "failed", **failure}})
    with working(database, tmp_path):
        assert ended(database, job).failure == failure


def test_a_job_that_takes_too_long_ends_with_what_it_has(database: Database, tmp_path: Path) -> None:
    """Half a second and no second to spare: the checkpoint becomes the plan, or there is E610."""
    limits, a = Limits(child_spare_s=0), county(database)
    deaf = {"seconds": 0.5, "deaf": True}
    some, none = (submit(database, a, request={**deaf, "steps": steps}) for steps in (1, 0))
    with working(database, tmp_path, limits=limits):
        after = ended(database, none)
        assert ended(database, some).cost_fen == 999
    assert after.failure is not None
    assert after.failure["code"] == "E610"


def test_a_worker_that_leaves_gives_its_jobs_back(database: Database, tmp_path: Path) -> None:
    """The next worker goes on from the checkpoint, and no attempt was lost."""
    job = submit(database, county(database), request={"steps": 600, "step_s": 0.1})
    with working(database, tmp_path):
        until(lambda: has_checkpoint(database, job))
    back = now(database, job)
    assert (back.state, back.attempts_left) == ("queued", 3)
    assert not processes_in(tmp_path)
    with working(database, tmp_path):
        until(lambda: "from" in str([e.data for e in queue.events_after(database, job.id, 0, 999)]))


def test_a_worker_does_as_many_jobs_at_a_time_as_it_has_slots(database: Database, tmp_path: Path) -> None:
    """Three jobs, two slots: two are solving, one waits."""
    a = county(database)
    waiting = [submit(database, a, request={"steps": 600, "step_s": 0.1}) for _ in range(3)]
    with working(database, tmp_path, slots=2):
        until(lambda: [now(database, job).state for job in waiting] == ["solving", "solving", "queued"])


def test_one_replan_goes_on_beside_jobs_that_take_all_slots(database: Database, tmp_path: Path) -> None:
    """Two ordinary jobs and two quick ones, one slot: the first of each lane is solving, the others wait."""
    a, long = county(database), {"steps": 600, "step_s": 0.1}
    ordinary = [submit(database, a, request=long) for _ in range(2)]
    with working(database, tmp_path):
        until(lambda: now(database, ordinary[0]).state == "solving")
        quick = [submit(database, a, request=long, lane="quick") for _ in range(2)]
        until(lambda: now(database, quick[0]).state == "solving")
        assert [now(database, each).state for each in (ordinary[1], quick[1])] == ["queued"] * 2
        queue.wish(database, a.county_id, quick[0].id, "stop")
        until(lambda: now(database, quick[1]).state == "solving")
        assert now(database, ordinary[1]).state == "queued"


def test_a_replan_may_solve_for_a_minute_at_most(database: Database) -> None:
    """Whatever was asked for; a solve may take what solves may, and both what comes beside."""
    a, limits = county(database), Limits(replan_seconds_most=60, solve_seconds_most=3_600, child_spare_s=10)
    found = {}
    for kind in ("replan", "solve"):
        for seconds in (5, 500, None):
            submit(database, a, kind=kind, request={"seconds": seconds})
            found[kind, seconds] = most_s(claim(database), limits)
    assert [found["replan", seconds] for seconds in (5, 500, None)] == [15, 70, 70]
    assert [found["solve", seconds] for seconds in (5, 500, None)] == [15, 510, 3_610]


def test_a_worker_hears_its_child_however_many_files_are_open(database: Database, tmp_path: Path) -> None:
    """The descriptor of the child is above 1023, as in a process that serves many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2_048, hard), hard))
    job, held = submit(database, county(database), request={"steps": 1}), [os.open(os.devnull, os.O_RDONLY)]
    try:
        while held[-1] < 1_023:
            held.append(os.dup(held[0]))
        with working(database, tmp_path):
            assert ended(database, job).state == "done"
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_a_killed_worker_left_is_removed(database: Database, tmp_path: Path) -> None:
    """A folder whose lock nobody holds is gone when the next worker begins."""
    left = tmp_path / "data" / "work" / "wrk_dead"
    left.mkdir(parents=True)
    (left / "lock").touch()
    with working(database, tmp_path):
        until(lambda: not left.exists())


def test_what_was_half_removed_is_removed_and_what_is_just_being_made_stays(tmp_path: Path) -> None:
    """Past bug: a folder whose lock had gone first, when its remover was killed, was taken for a new one for good."""
    for name in ("left", "young"):
        (tmp_path / name / "job_1-1").mkdir(parents=True)
    os.utime(tmp_path / "left", (1, 1))
    remove_leftovers(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["young"]


@pytest.mark.slow
def test_a_county_is_planned_by_a_real_child(database: Database, tmp_path: Path) -> None:
    """Four villages are all served; a job that an older version accepted as well, with the same plan."""
    a = county(database, content=content_of("four_villages"))
    first, second = submit(database, a), submit(database, a)
    with database.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == second.id).values(versions={"gongpei": "0.0.1"}))
    with working(database, tmp_path, program=PROGRAM):
        done = [ended(database, job) for job in (first, second)]
    assert [(job.state, job.unserved, job.stopped) for job in done] == [("done", 0, False)] * 2
    assert stored_plan(database, first) == stored_plan(database, second)
    assert stored_plan(database, first)["digest"]
    assert done[1].versions is not None
    assert done[1].versions["gongpei"] != "0.0.1"
    assert "incumbent" in kinds(database, first)


@pytest.mark.slow
def test_a_comparison_that_is_stopped_has_the_days_that_are_done(database: Database, tmp_path: Path) -> None:
    """Of fifty days a few: the result says what is missing."""
    variants = 'against = "pay"\n[base]\n[[variants]]\nid = "pay"\nwages = 1.5\n'
    a = county(database, content=content_of("four_villages"))
    request = {"variants": variants, "days": 50, "iterations": 1, "seed": 1}
    job = submit(database, a, kind="comparison", request=request)
    with working(database, tmp_path, program=PROGRAM):
        until(lambda: any(e.data.get("text", "").startswith("2/") for e in queue.events_after(database, job.id, 0, 99)))
        queue.wish(database, a.county_id, job.id, "stop")
        after = ended(database, job)
    assert (after.state, after.stopped, after.plan_id) == ("done", True, None)
    with database.read() as connection:
        content = connection.execute(select(results.c.content).where(results.c.job_id == job.id)).scalar_one()
    result = json.loads(zlib.decompress(content))
    assert not result["is_whole"]


def test_a_database_that_is_away_is_told_once_and_that_it_is_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Past bug: a line every 0.4 s as long as a disk was full."""
    asked: list[None] = []
    away = threading.Event()
    really = claims.heartbeat

    def heartbeat(*given: Any) -> dict[str, Told]:
        if away.is_set():
            asked.append(None)
            raise Unavailable("E601", detail="no space")
        return really(*given)

    monkeypatch.setattr(claims, "heartbeat", heartbeat)
    caplog.set_level("INFO", logger="api.service.runner")
    away.set()
    with fresh_database("sqlite", tmp_path) as database, working(database, tmp_path, heartbeat_s=0.01):
        until(lambda: len(asked) >= 4)
        away.clear()
        until(lambda: "the database can be used again" in caplog.messages)
    assert sum("no space" in each for each in caplog.messages) == 1
