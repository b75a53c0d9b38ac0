"""Rows that other rows refer to, for tests that care about neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from api.service.tables import counties, jobs, revisions, scenarios

if TYPE_CHECKING:
    from sqlalchemy import Connection

COUNTY, SCENARIO, JOB = "cty_1", "scn_1", "job_1"


def add_county(connection: Connection, county: str = COUNTY) -> None:
    """Add a county."""
    connection.execute(insert(counties).values(id=county, name=county, last_turn=0, created_ms=0))


def add_revision(
    connection: Connection, number: int = 1, *, created_ms: int = 0, scenario: str = SCENARIO, content: bytes = b""
) -> None:
    """Add a revision, with its scenario at number 1."""
    if number == 1:
        connection.execute(insert(scenarios).values(id=scenario, county_id=COUNTY, head=1, created_ms=created_ms))
    row: dict[str, Any] = {"places": 0, "vehicles": 0, "orders": 0, "content": content, "digest": "", "state": "valid"}
    connection.execute(insert(revisions).values(scenario_id=scenario, number=number, created_ms=created_ms, **row))


def add_job(connection: Connection, job: str = JOB, *, state: str = "done") -> None:
    """Add a job of the county's scenario."""
    row: dict[str, Any] = {"kind": "solve", "lane": "ordinary", "request": {}, "request_digest": "", "submitted_ms": 0}
    connection.execute(
        insert(jobs).values(
            id=job, county_id=COUNTY, scenario_id=SCENARIO, revision=1, state=state, ended_ms=7_000, **row
        )
    )
