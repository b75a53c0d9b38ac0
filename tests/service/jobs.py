"""Counties, scenarios and jobs for tests of the queue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from api.service import claims, queue
from api.service.ids import new_id
from api.service.intake import Intake
from api.service.jobs import Submission
from api.service.settings import Limits
from api.service.tables import counties, revisions, scenarios

if TYPE_CHECKING:
    from api.service.database import Database
    from api.service.jobs import Claim, Job

LEASE_MS = 600_000
"""No lease ends by itself while a test runs, however busy the machine is."""

MANY = Limits(queue_per_county=10_000, queue_in_all=10_000)


def county(database: Database, name: str = "A", content: bytes = b"zip") -> Submission:
    """Make a county with one scenario and return what a job for it may look like."""
    county_id, scenario_id = new_id("cty"), new_id("scn")
    with database.write() as connection:
        connection.execute(insert(counties).values(id=county_id, name=name, created_ms=0))
        head = {"county_id": county_id, "head": 1, "created_ms": 0}
        connection.execute(insert(scenarios).values(id=scenario_id, **head))
        sizes = {"places": 4, "vehicles": 1, "orders": 4, "created_ms": 0}
        revision = {"number": 1, "digest": "0" * 64, "content": content, "state": "valid"}
        connection.execute(insert(revisions).values(scenario_id=scenario_id, **revision, **sizes))
    return Submission(
        county_id=county_id,
        kind="solve",
        lane="ordinary",
        scenario_id=scenario_id,
        revision=1,
        request={"iterations": 1, "seed": 7, "workers": 1},
    )


def submit(database: Database, submission: Submission, **changes: Any) -> Job:
    """Submit with room for all."""
    return Intake(database, MANY).submit(replace(submission, **changes)).job


def claim(database: Database, worker: str = "w1", lease_ms: int = LEASE_MS) -> Claim:
    """Claim a job that must be there."""
    found = claims.claim(database, worker, lease_ms)
    assert found is not None
    return found


def now(database: Database, job: Job) -> Job:
    """Return the job as it is now."""
    found = queue.find(database, job.county_id, job.id)
    assert found is not None
    return found


def kinds(database: Database, job: Job) -> list[str]:
    """Return the kinds of events of a job, states with their name."""
    return [
        e.data.get("state", e.kind) if e.kind == "state" else e.kind
        for e in queue.events_after(database, job.id, 0, 100)
    ]
