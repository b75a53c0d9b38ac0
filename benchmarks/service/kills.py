"""Kill -9 of workers and of the API, restarts of PostgreSQL: what is lost, done twice, left over, and for how long."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.service import queue
from api.service.database import now_ms
from api.service.intake import Intake
from api.service.jobs import OPEN, RUNNING, Submission
from api.service.settings import Limits
from api.service.tables import events, jobs, plans, workers
from benchmarks.ports import free_port
from benchmarks.service.harness import (
    Client,
    content_of,
    found_county,
    ground,
    light_worker,
    patiently,
    processes_in,
    serving,
    spread,
    start_light_worker,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.service.database import Database
    from benchmarks.service.harness import County, Ground

CREW = 3
"""Workers at a time, each with as many slots as there are jobs, so that a takeover never waits for a free one."""

WAITING = 6
"""Jobs that are kept in the queue or at work."""

MANY = Limits(queue_per_county=10**9, queue_in_all=10**9)

STEPS, STEP_S = 12, 0.25
"""A light job makes a checkpoint every quarter of a second for three seconds."""


def kill_workers(where: Ground, *, kills: int, pause_s: float = 1.0, seed: int = 0) -> dict[str, Any]:
    """Kill a worker at random, start another in its place, and so on, while jobs keep coming."""
    owner, draw = found_county(where.database), random.Random(seed)
    crew = [start_light_worker(where, str(n), WAITING) for n in range(CREW)]
    taken_over: list[float] = []
    try:
        for number in range(kills):
            wait_until(lambda: _are_alive(where.database, crew), 120)
            _fill(where.database, owner)
            time.sleep(draw.uniform(0.5, 1.5) * pause_s)
            place = draw.randrange(CREW)
            held = _held_by(where.database, crew[place].pid)
            with where.database.read() as connection:
                at_ms = now_ms(connection)
            crew[place].kill()
            crew[place].wait()
            crew[place] = start_light_worker(where, f"{CREW + number}", WAITING)
            taken_over += _takeovers(where.database, held, at_ms)
        is_empty = wait_until(lambda: _count_open(where.database, owner) == 0, 300, 0.2)
    finally:
        for each in crew:
            each.kill()
            each.wait()
    time.sleep(1)
    return {"kills": kills, "emptied": is_empty, **_account(where, owner), "takeover": _seconds(taken_over)}


def kill_api(where: Ground, *, kills: int, seed: int = 0) -> dict[str, Any]:
    """Kill the API while clients submit, each of whom repeats what got no answer under the same key."""
    owner, draw, ends = found_county(where.database), random.Random(seed), threading.Event()
    path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
    accepted: dict[str, str] = {}
    repeats = Counter[str]()
    with serving(where) as api:

        def send(number: int) -> None:
            with Client(api.port, owner.secret) as client:
                for count in itertools.count():
                    key = f"{number}-{count}"
                    while key not in accepted:
                        if ends.is_set():
                            return
                        if (job := _sent(client, path, key)) is not None:
                            accepted[key] = job
                        else:
                            repeats[key] += 1
                            time.sleep(0.1)

        with ThreadPoolExecutor(4) as pool:
            sending = [pool.submit(send, number) for number in range(4)]
            for _ in range(kills):
                time.sleep(draw.uniform(0.2, 0.8))
                api.kill()
                api.start()
            time.sleep(0.5)
            ends.set()
            for each in sending:
                each.result()
    with where.database.read() as connection:
        stored = dict(connection.execute(select(jobs.c.idempotency_key, jobs.c.id)).all())
    return {
        "kills": kills,
        "accepted": len(accepted),
        "repeated": sum(1 for key in accepted if repeats[key]),
        "lost": sum(1 for key, job in accepted.items() if stored.get(key) != job),
        "stored_without_answer": len(stored) - len(accepted),
    }


def _sent(client: Client, path: str, key: str) -> str | None:
    """Return the id of the job that was accepted, None where there was no answer, or another one."""
    try:
        status, answer = client.call("POST", path, b'{"seconds": 30}', **{"Idempotency-Key": key})
    except (OSError, http.client.HTTPException):
        return None
    return answer["id"] if status == 202 else None


def restart_postgres(folder: Path, *, restarts: int, seed: int = 0) -> dict[str, Any]:
    """Restart an own PostgreSQL at once ("immediate", as after a crash) while jobs run."""
    draw = random.Random(seed)
    with own_postgres(folder / "pg") as (server, restart), ground(server, folder) as where:
        owner = found_county(where.database)
        with light_worker(where, "a", WAITING), light_worker(where, "b", WAITING):
            for _ in range(restarts):
                patiently(lambda: _fill(where.database, owner))
                time.sleep(draw.uniform(0.5, 2.0))
                restart()
            is_empty = wait_until(lambda: patiently(lambda: _count_open(where.database, owner)) == 0, 300, 0.2)
        time.sleep(1)
        return {"restarts": restarts, "emptied": is_empty, **_account(where, owner)}


def kill_solving(where: Ground, county: Path, *, kills: int) -> dict[str, Any]:
    """Kill a service with a real solve of two processes at work; count what is left of its processes 2 s later."""
    owner = found_county(where.database, content_of(county))
    gone_s: list[float] = []
    left = 0
    for _ in range(kills):
        with serving(where, options=("--slots", "1")) as api, Client(api.port, owner.secret) as client:
            body = json.dumps({"seconds": 600, "workers": 2}).encode()
            job = client.call("POST", f"/api/v1/scenarios/{owner.scenario_id}/solves", body)[1]["id"]
            wait_until(lambda: client.call("GET", f"/api/v1/jobs/{job}")[1]["cost_fen"] is not None, 180, 0.2)  # noqa: B023
            began = time.monotonic()
            api.kill()
            if wait_until(lambda: not processes_in(where.folder / "data"), 10, 0.02):
                gone_s.append(time.monotonic() - began)
            left += len(processes_in(where.folder / "data"))
        queue.wish(where.database, owner.id, job, "discard")
    return {"kills": kills, "orphans": left, "gone": _seconds(gone_s)}


@contextlib.contextmanager
def own_postgres(folder: Path) -> Iterator[tuple[str, Any]]:
    """Run a server in ``folder``, as the user ``postgres`` where we are root; give its address and a restart."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    as_owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if as_owner:
        shutil.chown(folder, "postgres")
    port = free_port()

    def control(*words: str) -> None:
        command = [*as_owner, str(tools / words[0]), "-D", str(folder / "data"), *words[1:]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)  # noqa: S603

    control("initdb", "-A", "trust", "-U", "postgres")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    control("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        restart = ("pg_ctl", "-w", "-m", "immediate", "-o", options, "-l", str(folder / "log"), "restart")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres", lambda: control(*restart)
    finally:
        control("pg_ctl", "-m", "immediate", "stop")


def _fill(database: Database, owner: County) -> None:
    intake = Intake(database, MANY)
    for _ in range(WAITING - _count_open(database, owner)):
        submission = Submission(
            county_id=owner.id,
            kind="solve",
            lane="ordinary",
            scenario_id=owner.scenario_id,
            revision=1,
            request={"steps": STEPS, "step_s": STEP_S},
        )
        intake.submit(submission)


def _count_open(database: Database, owner: County) -> int:
    query = select(func.count()).select_from(jobs).where(jobs.c.county_id == owner.id, jobs.c.state.in_(OPEN))
    with database.read() as connection:
        return connection.scalar(query) or 0


def _are_alive(database: Database, crew: list[subprocess.Popen[bytes]]) -> bool:
    """Tell whether all have begun to work and none is silent."""
    with database.read() as connection:
        since = now_ms(connection) - 2_000
        pids = set(connection.execute(select(workers.c.pid).where(workers.c.heartbeat_ms >= since)).scalars())
    return pids >= {each.pid for each in crew}


def _held_by(database: Database, pid: int) -> dict[str, int]:
    """Return the jobs that the worker of a process has, with their attempts."""
    query = select(jobs.c.id, jobs.c.attempt).join(workers, workers.c.id == jobs.c.worker_id)
    with database.read() as connection:
        rows = connection.execute(query.where(workers.c.pid == pid, jobs.c.state.in_(RUNNING))).all()
    return {row.id: row.attempt for row in rows}


def _takeovers(database: Database, held: dict[str, int], killed_ms: int) -> list[float]:
    """Return for each job that the killed worker had how long it was until another had it, once that has happened."""

    def waiting() -> list[str]:
        query = select(jobs.c.id, jobs.c.attempt, jobs.c.state).where(jobs.c.id.in_(held))
        with database.read() as connection:
            rows = connection.execute(query).all()
        return [row.id for row in rows if row.attempt == held[row.id] and row.state in RUNNING]

    wait_until(lambda: not waiting(), 60)
    begun = select(events.c.job_id, func.min(events.c.at_ms)).where(
        events.c.job_id.in_(held), events.c.kind == "state", events.c.at_ms >= killed_ms
    )
    with database.read() as connection:
        rows = connection.execute(begun.group_by(events.c.job_id)).all()
    return [(row[1] - killed_ms) / 1000 for row in rows]


def _account(where: Ground, owner: County) -> dict[str, Any]:
    """Return what became of every job: states, results that are missing or double, processes that are left."""
    with where.database.read() as connection:
        query = select(jobs.c.id, jobs.c.state, jobs.c.attempt).where(jobs.c.county_id == owner.id)
        rows = connection.execute(query).all()
        found = connection.execute(select(plans.c.job_id, func.count()).group_by(plans.c.job_id)).all()
        stored: dict[str, int] = {row[0]: row[1] for row in found}
        ends = select(events.c.job_id, func.count()).where(events.c.kind == "end").group_by(events.c.job_id)
        ended: dict[str, int] = {row[0]: row[1] for row in connection.execute(ends).all()}
        resumed = connection.execute(select(events.c.job_id, events.c.data).where(events.c.kind == "log")).all()
    states = Counter(row.state for row in rows)
    return {
        "jobs": len(rows),
        "states": dict(states),
        "lost": sum(1 for row in rows if row.state == "done" and stored.get(row.id) != 1) + states["queued"],
        "double_results": sum(1 for count in stored.values() if count > 1) + sum(1 for n in ended.values() if n > 1),
        "again": sum(1 for row in rows if row.attempt > 1),
        "from_checkpoint": len({row.job_id for row in resumed if str(row.data.get("text", "")).startswith("from")}),
        "orphans": len(processes_in(where.folder / "workers")),
    }


def _seconds(found: list[float]) -> dict[str, float]:
    return {"count": len(found), **spread(found)}
