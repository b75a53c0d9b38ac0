"""How many submits a second the API takes, and how soon it answers while two solves run."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from api.service.tables import jobs
from benchmarks.service.harness import Client, content_of, found_county, serving, spread, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.service.harness import Ground

CLIENTS = 12
"""Connections at once; the clients share the machine with the service."""

PLACES = 200


@dataclass(kw_only=True)
class Tally:
    """What the clients have seen."""

    seconds: list[float] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    other: list[int] = field(default_factory=list)


def submits(where: Ground, county: Path, *, seconds: float) -> dict[str, Any]:
    """Submit solves of a stored scenario for so long; afterwards look for every job that was accepted."""
    content = content_of(county)
    owner = found_county(where.database, content, PLACES)
    body = json.dumps({"seconds": 30, "seed": 1}).encode()
    with serving(where) as api:
        tally, before_s, ends_at = Tally(), api.cpu_s, time.monotonic() + seconds

        def send(number: int) -> None:
            path, count = f"/api/v1/scenarios/{owner.scenario_id}/solves", 0
            with Client(api.port, owner.secret) as client:
                while time.monotonic() < ends_at:
                    began, count = time.monotonic(), count + 1
                    status, answer = client.call("POST", path, body, **{"Idempotency-Key": f"{number}-{count}"})
                    tally.seconds.append(time.monotonic() - began)
                    tally.accepted.append(answer["id"]) if status == 202 else tally.other.append(status)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(send, range(CLIENTS)))
        memory_mb, cpu_s = api.memory_mb, api.cpu_s - before_s
    with where.database.read() as connection:
        stored = set(connection.execute(select(jobs.c.id).where(jobs.c.county_id == owner.id)).scalars())
    return {
        "seconds": seconds,
        "clients": CLIENTS,
        "body_bytes": len(body),
        "scenario_bytes": len(content),
        "accepted": len(tally.accepted),
        "accepted_per_s": round(len(tally.accepted) / seconds, 1),
        "other": len(tally.other),
        "not_found": len(set(tally.accepted) - stored),
        "api_cpu_ms_each": round(1000 * cpu_s / max(1, len(tally.seconds)), 2),
        "api_mb": round(memory_mb),
        **spread(tally.seconds),
    }


def reads(where: Ground, county: Path, *, seconds: float) -> dict[str, Any]:
    """Ask for the state of jobs, from one client without a pause, while two real solves run in the same service."""
    owner = found_county(where.database, content_of(county), PLACES)
    body = json.dumps({"seconds": seconds + 60, "seed": 1}).encode()
    with serving(where, options=("--slots", "2")) as api, Client(api.port, owner.secret) as client:
        took: list[float] = []
        path = f"/api/v1/scenarios/{owner.scenario_id}/solves"
        mine = [client.call("POST", path, body)[1]["id"] for _ in range(2)]

        def states() -> list[str]:
            return [client.call("GET", f"/api/v1/jobs/{job}")[1]["state"] for job in mine]

        are_solving = wait_until(lambda: states() == ["solving"] * 2, 120, 0.2)
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            began = time.monotonic()
            client.call("GET", f"/api/v1/jobs/{mine[len(took) % 2]}")
            took.append(time.monotonic() - began)
            threading.Event().wait(0.01)
        still = states()
        for job in mine:
            client.call("DELETE", f"/api/v1/jobs/{job}")
    return {"both_solving": are_solving, "states_at_the_end": still, "reads": len(took), **spread(took)}
