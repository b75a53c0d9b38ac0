"""Forgets what has been over for long: ended jobs, plans that nobody drove by, revisions that newer ones replaced.

What stays, however old: every published plan, the plans and events that it was gone on from, the newest revision of a
scenario, whatever a job or plan that stays stands on, and the audit log.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, exists, select, text, tuple_

from api.service.audit import Deed, append
from api.service.database import hold, now_ms
from api.service.intake import ACCEPTANCE
from api.service.jobs import OPEN
from api.service.tables import checkpoints, deliveries, events, jobs, personal, plans, results, revisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

    from api.service.database import Database

BATCH = 200
"""Rows that are looked at in one transaction; others write between two."""

NEW_PLANS = text(f"LOCK TABLE {plans.name} IN SHARE ROW EXCLUSIVE MODE")
"""Lock of PostgreSQL under which no plan comes in or is published; SQLite has one writer anyway."""

AFTER_ALL = "~"
"""Sorts after every id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much has gone."""

    jobs: int = 0
    plans: int = 0
    revisions: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        """Return both together."""
        return Forgotten(
            jobs=self.jobs + other.jobs, plans=self.plans + other.plans, revisions=self.revisions + other.revisions
        )


def forget(database: Database, *, before_ms: int) -> Iterator[Forgotten]:
    """Delete what was over before ``before_ms``; yield what has gone by then, after each batch and at the end.

    Jobs with their events and results, plans that came from elsewhere, then revisions with their personal fields. The
    newest go first, so that a replan is gone before the plan that it went on from is looked at. O(jobs), and of each
    batch of jobs O(replans).

    Raises
    ------
    Unavailable
        E601; what has been yielded is gone.
    """
    gone = Forgotten()
    for step in (_jobs, _handed_in, _revisions):
        last: str | None = AFTER_ALL
        while last is not None:
            with database.write() as connection:
                hold(connection, ACCEPTANCE)
                if not database.is_sqlite:
                    connection.execute(NEW_PLANS)
                more, last = step(connection, before_ms, last)
            gone += more
            yield gone
    with database.write() as connection:
        append(connection, Deed(action="admin.forget", object="database", detail=asdict(gone)), now_ms(connection))


def _jobs(connection: Connection, before_ms: int, last: str) -> tuple[Forgotten, str | None]:
    """Delete among the jobs before ``last``; return also where to go on, None at the end."""
    query = select(jobs.c.id, _base().label("base"), plans.c.id.label("plan"), plans.c.published_ms)
    over = jobs.c.ended_ms < before_ms, jobs.c.state.not_in(OPEN), jobs.c.id < last
    query = query.select_from(jobs.outerjoin(plans, plans.c.job_id == jobs.c.id)).where(*over)
    rows = connection.execute(query.order_by(jobs.c.id.desc()).limit(BATCH)).all()
    bases = _bases(connection)
    gone, made = [], 0
    for row in rows:
        if row.published_ms is None and not bases[row.plan]:
            gone.append(row.id)
            made += row.plan is not None
            bases[row.base] -= 1
    for table in (deliveries, events, checkpoints, results, plans):
        connection.execute(delete(table).where(table.c.job_id.in_(gone)))
    connection.execute(delete(jobs).where(jobs.c.id.in_(gone)))
    return Forgotten(jobs=len(gone), plans=made), rows[-1].id if rows else None


def _handed_in(connection: Connection, before_ms: int, last: str) -> tuple[Forgotten, str | None]:
    """Do the same with plans that no job has made."""
    over = plans.c.job_id.is_(None), plans.c.published_ms.is_(None), plans.c.created_ms < before_ms, plans.c.id < last
    found = connection.scalars(select(plans.c.id).where(*over).order_by(plans.c.id.desc()).limit(BATCH)).all()
    bases = _bases(connection)
    gone = [each for each in found if not bases[each]]
    connection.execute(delete(plans).where(plans.c.id.in_(gone)))
    return Forgotten(plans=len(gone)), found[-1] if found else None


def _revisions(connection: Connection, before_ms: int, last: str) -> tuple[Forgotten, str | None]:
    """Delete revisions that a newer one took the place of, and on which nothing stands."""
    newer = revisions.alias()
    superseded = exists().where(
        newer.c.scenario_id == revisions.c.scenario_id,
        newer.c.number > revisions.c.number,
        newer.c.created_ms < before_ms,
    )
    uses = (
        exists().where(table.c.scenario_id == revisions.c.scenario_id, table.c.revision == revisions.c.number)
        for table in (jobs, plans)
    )
    query = select(revisions.c.scenario_id, revisions.c.number).where(superseded, *(~each for each in uses))
    rows = [tuple(row) for row in connection.execute(query.limit(BATCH))]
    for table, number in ((personal, personal.c.revision), (revisions, revisions.c.number)):
        connection.execute(delete(table).where(tuple_(table.c.scenario_id, number).in_(rows)))
    return Forgotten(revisions=len(rows)), last if rows else None


def _base() -> ColumnElement[Any]:
    """Return the plan that a replan has gone on from."""
    return case((jobs.c.kind == "replan", jobs.c.request["plan"].as_string()))


def _bases(connection: Connection) -> Counter[str | None]:
    """Count by plan the replans that have gone on from it."""
    return Counter(connection.scalars(select(_base()).where(jobs.c.kind == "replan")))
