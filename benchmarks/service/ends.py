"""Cancels, stops and fair turns: how soon a job ends that is to end, whether any is stuck, and who is served when."""

from __future__ import annotations

import contextlib
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.service import claims, queue
from api.service.database import open_database
from api.service.intake import Intake
from api.service.jobs import OPEN, Outcome, Submission
from api.service.settings import Limits
from api.service.tables import jobs
from benchmarks.service.harness import (
    Client,
    content_of,
    found_county,
    light_worker,
    patiently,
    processes_in,
    serving,
    spread,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database
    from benchmarks.service.harness import County, Ground

MANY = Limits(queue_per_county=10**9, queue_in_all=10**9)

SLOTS = 2
"""Jobs that a worker takes at a time, where turns are counted."""

VARIANTS = 'against = "dear"\n[base]\n[[variants]]\nid = "dear"\nwages = 1.5\n'
"""Two ways that every county knows."""

MOMENT_S = 0.01
"""How long a slot is busy at the most between two jobs, where turns are counted."""


def random_cancels(where: Ground, *, cancels: int, seed: int = 0) -> dict[str, Any]:
    """Discard or stop jobs at random moments of their lives: waiting, preparing, solving, deaf ones too."""
    owner, draw = found_county(where.database), random.Random(seed)
    intake = Intake(where.database, MANY)
    with light_worker(where, "a", 4), light_worker(where, "b", 4):
        wait_until((where.folder / "workers" / "b" / "work").exists, 60)
        for _ in range(cancels):
            request = {"steps": 600, "step_s": 0.1, "begin_s": draw.choice((0, 0.3)), "deaf": draw.random() < 0.2}
            job = intake.submit(_solve(owner, request)).job
            time.sleep(draw.choice((0, 0.01, 0.05, 0.2)))
            queue.wish(where.database, owner.id, job.id, draw.choice(("discard", "discard", "stop")))
        is_empty = wait_until(lambda: _open(where, owner) == 0, 120, 0.1)
        no_children = wait_until(lambda: not _children(where), 30, 0.1)
    with where.database.read() as connection:
        rows = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state)).all()
    return {"cancels": cancels, "none_open": is_empty, "no_children": no_children, "states": {r[0]: r[1] for r in rows}}


def stop_solving(where: Ground, county: Path, *, rounds: int) -> dict[str, Any]:
    """Cancel, and stop, a real solve over HTTP: from the request to the end of its processes, or to its plan."""
    owner = found_county(where.database, content_of(county))
    took: dict[str, list[float]] = {"cancel": [], "stop": []}
    kept = 0
    with serving(where, options=("--slots", "1")) as api, Client(api.port, owner.secret) as client:
        for number in range(2 * rounds):
            how = "cancel" if number % 2 else "stop"
            path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
            job = client.call("POST", path, b'{"seconds": 600, "workers": 1}')[1]["id"]
            address = f"/api/v1/jobs/{job}"
            wait_until(lambda: client.call("GET", address)[1]["cost_fen"] is not None, 180, 0.2)  # noqa: B023
            began = time.monotonic()
            if how == "cancel":
                client.call("DELETE", address)
                wait_until(lambda: not processes_in(where.folder / "data" / "work", job), 30, 0.02)  # noqa: B023
            else:
                client.call("POST", f"{address}:stop")
                wait_until(lambda: client.call("GET", address)[1]["state"] == "done", 30, 0.02)  # noqa: B023
                kept += client.call("GET", address)[1]["plan_id"] is not None
            took[how].append(time.monotonic() - began)
    return {"rounds": rounds, "plans_kept": kept, **{how: spread(seconds) for how, seconds in took.items()}}


def stop_comparing(where: Ground, county: Path, *, rounds: int, seed: int = 0) -> dict[str, Any]:
    """Stop comparisons at random moments of their work, over HTTP, and wait for their end.

    Each has a seed of its own, since what has been planned before is not planned again. ``kept``: those that had whole
    days to hand over; the others had none yet, and count as cancelled. ``late``: those that were done by then.
    """
    owner, draw = found_county(where.database, content_of(county)), random.Random(seed)
    wanted = {"scenario_id": owner.scenario_id, "variants": VARIANTS, "days": 5, "seconds": 3}
    took, states = [], []
    with serving(where, options=("--slots", "1")) as api, Client(api.port, owner.secret) as client:
        for number in range(rounds):
            job = client.call("POST", "/api/v1/comparisons", json.dumps({**wanted, "seed": number}).encode())[1]["id"]
            address = f"/api/v1/jobs/{job}"
            wait_until(lambda: client.call("GET", address)[1]["state"] == "solving", 180)  # noqa: B023
            time.sleep(draw.uniform(0, 10))
            began = time.monotonic()
            client.call("POST", f"{address}:stop")
            wait_until(lambda: client.call("GET", address)[1]["ended_at"] is not None, 30, 0.02)  # noqa: B023
            ended = client.call("GET", address)[1]
            states.append(ended["state"] if ended["stopped"] or ended["state"] != "done" else "late")
            if states[-1] != "late":
                took.append(time.monotonic() - began)
    counts = {
        name: states.count(state) for name, state in (("kept", "done"), ("cancelled", "cancelled"), ("late", "late"))
    }
    return {"rounds": rounds, **counts, **spread(took)}


def fair_turns(where: Ground, *, each: int) -> dict[str, Any]:
    """Let two counties share a queue, one of whom came first with all its jobs, for one worker and for three."""
    return {"jobs": 2 * each, "slots": SLOTS, **{f"workers_{count}": _shared(where, each, count) for count in (1, 3)}}


def _shared(where: Ground, each: int, workers: int) -> dict[str, Any]:
    """Return the largest lead of one of two counties while so many workers empty a queue of both."""
    owners = [found_county(where.database) for _ in range(2)]
    intake = Intake(where.database, MANY)
    for owner in owners:
        for _ in range(each):
            intake.submit(_solve(owner, {}))
    turns = Turns(jobs=2 * each)
    with contextlib.ExitStack() as stack:
        own = [stack.enter_context(contextlib.closing(open_database(where.url))) for _ in range(workers)]
        with ThreadPoolExecutor(workers * SLOTS) as pool:
            list(pool.map(lambda number: turns.take(own[number % workers], f"wrk_{number}"), range(workers * SLOTS)))
    lead, worst = 0, 0
    for _, county_id in sorted(turns.taken, key=itemgetter(0)):
        lead += 1 if county_id == owners[0].id else -1
        worst = max(worst, abs(lead))
    return {"served": len(turns.taken), "largest_lead": worst, "lead_at_end": lead, "claim": spread(turns.seconds)}


@dataclass(kw_only=True)
class Turns:
    """Who was served when: millisecond of the claim and county, and how long claims took."""

    jobs: int
    taken: list[tuple[int, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def take(self, database: Database, worker_id: str) -> None:
        """Take jobs as one slot does, each for a moment, until all have been taken."""
        draw = random.Random(worker_id)
        while len(self.taken) < self.jobs:
            began = time.monotonic()
            held = patiently(lambda: claims.claim(database, worker_id, 600_000))
            self.seconds.append(time.monotonic() - began)
            if held is not None:
                self.taken.append((held.job.started_ms or 0, held.job.county_id))
                patiently(lambda: claims.finish(database, held, Outcome()))  # noqa: B023
            time.sleep(draw.uniform(0, MOMENT_S))


def _solve(owner: County, request: dict[str, Any]) -> Submission:
    return Submission(
        county_id=owner.id,
        kind="solve",
        lane="ordinary",
        scenario_id=owner.scenario_id,
        revision=1,
        request=request,
    )


def _open(where: Ground, owner: County) -> int:
    query = select(func.count()).select_from(jobs).where(jobs.c.county_id == owner.id, jobs.c.state.in_(OPEN))
    with where.database.read() as connection:
        return connection.scalar(query) or 0


def _children(where: Ground) -> list[int]:
    return [pid for name in ("a", "b") for pid in processes_in(where.folder / "workers" / name / "work", "/job_")]
