"""Workers are killed in the middle of their work: nothing is lost, nothing done twice, nobody left over."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from api.service import queue
from api.service.database import open_database
from api.service.tables import plans
from tests.service.jobs import county, kinds, now, submit
from tests.service.processes import processes_in, processes_of
from tests.service.workers import LIGHT, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.service.database import Database

LEASE_S = 1.5

PROGRAM = """
import sys
from pathlib import Path
from api.commands.worker import leave_on_signals
from api.service.database import open_database
from api.service.runner import Worker
from api.service.settings import Settings
url, folder, lease_s, program = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
settings = Settings(data=Path(folder), lease_s=lease_s, heartbeat_s=lease_s / 4, poll_s=0.05)
worker = Worker(database=open_database(url), settings=settings, program=program)
leave_on_signals(worker)
worker.run()
"""


@contextmanager
def worker_process(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker in a process of its own, with light children."""
    command = [sys.executable, "-c", PROGRAM, url, str(folder), str(LEASE_S), LIGHT]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


def count_plans(database: Database) -> int:
    """Return how many results are stored."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(plans)) or 0


def test_a_killed_workers_job_is_taken_over_from_its_checkpoint(database_url: str, tmp_path: Path) -> None:
    """Within lease and 2 s the other worker has it; no process of the first is left; there is one result."""
    database = open_database(database_url)
    job = submit(database, county(database), request={"steps": 40, "step_s": 0.1})
    with worker_process(database_url, tmp_path / "a") as first:
        until(lambda: (now(database, job).cost_fen or 1_000) < 998)
        with worker_process(database_url, tmp_path / "b"):
            first.kill()
            killed_at = time.monotonic()
            until(lambda: not processes_in(tmp_path / "a"))
            until(lambda: now(database, job).attempt == 2)
            taken_s = time.monotonic() - killed_at
            until(lambda: now(database, job).has_ended)
    after = now(database, job)
    said = [e.data["text"] for e in queue.events_after(database, job.id, 0, 999) if "text" in e.data]
    assert (after.state, after.attempt, count_plans(database)) == ("done", 2, 1)
    assert any(text.startswith("from 9") for text in said)
    assert taken_s < 60  # how much sooner, is measured by benchmarks.service
    database.close()


def stands_still(pid: int, url: str) -> bool:
    """Freeze a process, unless it would hold SQLite's one writer for as long as it is frozen."""
    os.kill(pid, signal.SIGSTOP)
    file = make_url(url).database
    if not url.startswith("sqlite") or file is None:
        return True
    try:
        with closing(sqlite3.connect(file, timeout=0.5, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        os.kill(pid, signal.SIGCONT)
        return False
    return True


def test_a_worker_that_stood_still_stores_nothing_late(database_url: str, tmp_path: Path) -> None:
    """It is frozen beyond its lease, another does the job, then it goes on: its child is killed, its result refused."""
    database = open_database(database_url)
    job = submit(database, county(database), request={"steps": 20, "step_s": 0.1})
    with worker_process(database_url, tmp_path / "a") as first:
        until(lambda: now(database, job).state == "solving")
        until(lambda: stands_still(first.pid, database_url))
        with worker_process(database_url, tmp_path / "b"):
            until(lambda: now(database, job).has_ended)
        os.kill(first.pid, signal.SIGCONT)
        until(lambda: not processes_of(job, tmp_path / "a"))
    after = now(database, job)
    assert (after.attempt, count_plans(database), kinds(database, job).count("end")) == (2, 1, 1)
    database.close()


def test_a_worker_that_is_told_to_end_gives_back_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    """The second SIGTERM does not wait for the job."""
    database = open_database(database_url)
    job = submit(database, county(database), request={"steps": 600, "step_s": 0.1})
    with worker_process(database_url, tmp_path / "a") as first:
        until(lambda: now(database, job).state == "solving")
        first.terminate()
        time.sleep(0.3)
        first.terminate()
        assert first.wait(60) == 0
    back = now(database, job)
    assert (back.state, back.attempts_left) == ("queued", 3)
    assert not processes_in(tmp_path)
    database.close()
