"""The doors' side of the queue: accept a job once, find it, say where it stands, take a wish, tell what happened.

Everything that accepts a job happens in one transaction: the same key is the same job, limits are counted, and job,
first event and audit are written, or none of them. ``api.service.claims`` is the workers' side.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, insert, select, text, update

from api.errors import InvalidInput
from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.jobs import LANES, OPEN, Event, QueueFull, job_of
from api.service.notices import owe
from api.service.tables import checkpoints, counties, events, jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.jobs import Job, Submission, Wish
    from api.service.settings import Limits

ACCEPTANCE = 7_204_002
"""Advisory lock of PostgreSQL under which jobs are counted and accepted."""

RECENT = 20
"""Ended jobs by which ``Retry-After`` is estimated."""

RETRY_S = (1, 600)
"""Least and most seconds of ``Retry-After``; the least where no job has ended yet."""


def submit(database: Database, submission: Submission, limits: Limits) -> Job:
    """Accept a job, or return the one that was accepted under the same key for the same request.

    Raises
    ------
    InvalidInput
        E606, where the key was used for another request.
    QueueFull
        E604 for the county, E605 for the whole service.
    """
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": ACCEPTANCE})
        known = _accepted_before(connection, submission)
        if known is not None:
            return known
        _require_room(connection, submission.county_id, limits)
        return _accept(connection, submission)


def find(database: Database, county_id: str, job_id: str) -> Job | None:
    """Return a job of the county; None where there is none of this id, or it is another county's."""
    with database.read() as connection:
        return _find(connection, county_id, job_id)


def place_in_queue(database: Database, job: Job) -> int:
    """Return how many jobs are served before it and itself, if nothing changes; 0 when it is not waiting.

    Counties take turns: of another county as many go before as of its own, or one more if its turn is nearer. O(queue).
    """
    if job.state != "queued":
        return 0
    waiting = jobs.c.state == "queued"
    count = select(func.count()).select_from(jobs)
    with database.read() as connection:
        earlier_lanes = LANES[: LANES.index(job.lane)]
        before = connection.scalar(count.where(waiting, jobs.c.lane.in_(earlier_lanes))) or 0
        in_lane = waiting & (jobs.c.lane == job.lane)
        own = connection.scalar(count.where(in_lane, jobs.c.county_id == job.county_id, jobs.c.id < job.id)) or 0
        turn = connection.scalar(select(counties.c.last_turn).where(counties.c.id == job.county_id))
        others = connection.execute(
            select(counties.c.id, counties.c.last_turn, func.count())
            .join(jobs, jobs.c.county_id == counties.c.id)
            .where(in_lane, counties.c.id != job.county_id)
            .group_by(counties.c.id, counties.c.last_turn)
        ).all()
    nearer = [(other.last_turn, other.id) < (turn, job.county_id) for other in others]
    turns = sum(min(int(other[2]), own + near) for other, near in zip(others, nearer, strict=True))
    return before + own + turns + 1


def wish(database: Database, county_id: str, job_id: str, wanted: Wish) -> Job | None:
    """Ask for a job's end and return it as it is then; None where the county has none of this id.

    ``discard`` ends it at once: its worker finds its claim gone. ``stop`` keeps the best plan: the worker is told
    and ends it, and where there is no plan yet and nobody at work, it is cancelled. An ended job stays as it is.
    """
    with database.write() as connection:
        query = select(jobs).where(jobs.c.id == job_id, jobs.c.county_id == county_id).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None or row.state not in OPEN:
            return None if row is None else job_of(row)
        if wanted == "discard" or (row.state == "queued" and not _has_checkpoint(connection, job_id)):
            end(connection, job_id, {"state": "cancelled"})
        else:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(wish="stop"))
        return _find(connection, county_id, job_id)


def events_after(database: Database, job_id: str, number: int, most: int) -> list[Event]:
    """Return at most ``most`` events with a number above ``number``, in their order."""
    query = select(events).where(events.c.job_id == job_id, events.c.number > number)
    with database.read() as connection:
        rows = connection.execute(query.order_by(events.c.number).limit(most)).all()
    return [Event(number=row.number, kind=row.kind, at_ms=row.at_ms, data=row.data) for row in rows]


def tell(connection: Connection, job_id: str, happened: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Write events of a job whose row the caller's transaction holds."""
    if not happened:
        return
    last = connection.scalar(select(func.max(events.c.number)).where(events.c.job_id == job_id)) or 0
    at_ms = now_ms(connection)
    rows = [
        {"job_id": job_id, "number": last + i, "kind": kind, "at_ms": at_ms, "data": dict(data)}
        for i, (kind, data) in enumerate(happened, 1)
    ]
    connection.execute(insert(events), rows)


def end(connection: Connection, job_id: str, values: Mapping[str, Any]) -> None:
    """End a job whose row the caller's transaction holds: columns, end event, notices; its checkpoint goes."""
    at_ms = now_ms(connection)
    gone = {"worker_id": "", "lease_until_ms": 0, "phase": "", "ended_ms": at_ms}
    ended = update(jobs).where(jobs.c.id == job_id).values(**gone, **values).returning(jobs.c.county_id)
    county_id: str = connection.execute(ended).scalar_one()
    connection.execute(checkpoints.delete().where(checkpoints.c.job_id == job_id))
    shown = ("state", "cost_fen", "unserved", "stopped", "plan_id", "failure")
    tell(connection, job_id, [("end", {name: values[name] for name in shown if name in values})])
    owe(connection, county_id, job_id, values["state"], at_ms)


def _find(connection: Connection, county_id: str, job_id: str) -> Job | None:
    query = select(jobs).where(jobs.c.id == job_id, jobs.c.county_id == county_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else job_of(row)


def _has_checkpoint(connection: Connection, job_id: str) -> bool:
    return connection.scalar(select(func.count()).where(checkpoints.c.job_id == job_id)) == 1


def _accepted_before(connection: Connection, submission: Submission) -> Job | None:
    if submission.idempotency_key is None:
        return None
    same = (jobs.c.county_id == submission.county_id, jobs.c.idempotency_key == submission.idempotency_key)
    row = connection.execute(select(jobs).where(*same)).one_or_none()
    if row is None:
        return None
    if row.request_digest != submission.digest:
        raise InvalidInput("E606", value=submission.idempotency_key, job=row.id)
    return job_of(row)


def _require_room(connection: Connection, county_id: str, limits: Limits) -> None:
    own = func.count().filter(jobs.c.county_id == county_id)
    row = connection.execute(select(func.count(), own).where(jobs.c.state.in_(OPEN))).one()
    if row[1] >= limits.queue_per_county:
        raise QueueFull("E604", most=limits.queue_per_county, retry_after_s=_retry_after_s(connection))
    if row[0] >= limits.queue_in_all:
        raise QueueFull("E605", most=limits.queue_in_all, retry_after_s=_retry_after_s(connection))


def _retry_after_s(connection: Connection) -> int:
    """Return the mean run time of jobs that ended of late: about then the next one ends, where one runs at a time."""
    ended = jobs.c.started_ms.is_not(None) & jobs.c.ended_ms.is_not(None)
    recent = select(jobs.c.started_ms, jobs.c.ended_ms).where(ended).order_by(jobs.c.id.desc()).limit(RECENT)
    rows = connection.execute(recent).all()
    total_ms = sum(int(row.ended_ms - row.started_ms) for row in rows)
    return min(max(round(total_ms / 1000 / max(1, len(rows))), RETRY_S[0]), RETRY_S[1])


def _accept(connection: Connection, submission: Submission) -> Job:
    at_ms, job_id = now_ms(connection), new_id("job")
    row = {
        "id": job_id,
        "county_id": submission.county_id,
        "kind": submission.kind,
        "lane": submission.lane,
        "scenario_id": submission.scenario_id,
        "revision": submission.revision,
        "request": dict(submission.request),
        "request_digest": submission.digest,
        "idempotency_key": submission.idempotency_key,
        "key_id": submission.key_id,
        "state": "queued",
        "submitted_ms": at_ms,
        "seed": submission.request.get("seed") or 0,
        "versions": {"gongpei": version("gongpei")},
    }
    connection.execute(insert(jobs).values(row))
    tell(connection, job_id, [("state", {"state": "queued"})])
    detail = {"kind": submission.kind, "scenario": submission.scenario_id, "revision": submission.revision}
    deed = Deed(
        action="job.submit", object=job_id, key_id=submission.key_id, county_id=submission.county_id, detail=detail
    )
    append(connection, deed, at_ms)
    return cast("Job", _find(connection, submission.county_id, job_id))
