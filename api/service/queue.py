"""The doors' side of the queue: accept a job once, find it, say where it stands, take a wish, tell what happened.

Everything that accepts a job happens in one transaction: the same key is the same job, limits are counted, and job,
first event and audit are written, or none of them. ``api.service.claims`` is the workers' side.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, text, update

from api.errors import InvalidInput
from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.jobs import LANES, OPEN, Event, Job, QueueFull, job_of, outcome_of
from api.service.notices import owe
from api.service.tables import checkpoints, counties, events, jobs, plans, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.jobs import Outcome, Submission, Wish
    from api.service.settings import Limits

ACCEPTANCE = 7_204_002
"""Advisory lock of PostgreSQL under which jobs are counted and accepted."""

KNOWN = select(jobs).where(jobs.c.county_id == bindparam("county"), jobs.c.idempotency_key == bindparam("key"))
OPEN_JOBS = select(
    func.count().label("all"), func.count().filter(jobs.c.county_id == bindparam("county")).label("own")
).where(jobs.c.state.in_(OPEN))
WAITING = (
    select(
        jobs.c.lane,
        jobs.c.county_id,
        func.count().label("waiting"),
        func.count().filter(jobs.c.id < bindparam("job")).label("before"),
    )
    .where(jobs.c.state == "queued")
    .group_by(jobs.c.lane, jobs.c.county_id)
)
TURNS = select(counties.c.id, counties.c.last_turn)
"""Statements of the busiest paths, made once."""

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
        known = _known(connection, submission.county_id, submission.idempotency_key, submission.digest)
        if known is not None:
            return known
        _require_room(connection, submission.county_id, limits)
        return _accept(connection, submission)


def accepted_before(database: Database, county_id: str, key: str | None, digest: str) -> Job | None:
    """Return the job of a request that was sent before under the same key, so that nothing else need be asked.

    Raises
    ------
    InvalidInput
        E606, where the key was used for another request.
    """
    if key is None:
        return None
    with database.read() as connection:
        return _known(connection, county_id, key, digest)


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
    with database.read() as connection:
        waiting = connection.execute(WAITING, {"job": job.id}).all()
        lane = [row for row in waiting if row.lane == job.lane]
        own = next((int(row.before) for row in lane if row.county_id == job.county_id), 0)
        others = [row for row in lane if row.county_id != job.county_id]
        turns = {row.id: int(row.last_turn) for row in connection.execute(TURNS)} if others else {}
    mine = (turns.get(job.county_id, 0), job.county_id)
    of_others = sum(min(int(o.waiting), own + ((turns[o.county_id], o.county_id) < mine)) for o in others)
    earlier_lanes = sum(int(row.waiting) for row in waiting if LANES.index(row.lane) < LANES.index(job.lane))
    return earlier_lanes + own + of_others + 1


def wish(database: Database, county_id: str, job_id: str, wanted: Wish, *, key_id: str | None = None) -> Job | None:
    """Ask for a job's end and return it as it is then; None where the county has none of this id.

    ``discard`` ends it at once: its worker finds its claim gone. ``stop`` keeps the best plan: the worker is told
    and ends it; where nobody is at work it ends at once, with the plan of an earlier attempt or cancelled. An ended
    job stays as it is; any other wish stands in the audit log.
    """
    with database.write() as connection:
        query = select(jobs).where(jobs.c.id == job_id, jobs.c.county_id == county_id).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None or row.state not in OPEN:
            return None if row is None else job_of(row)
        if wanted == "discard":
            end(connection, job_id, {"state": "cancelled"})
        elif row.state == "queued":
            _stop_waiting(connection, job_of(row))
        else:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(wish="stop"))
        deed = Deed(action=f"job.{wanted}", object=job_id, key_id=key_id, county_id=county_id, detail={})
        append(connection, deed, now_ms(connection))
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


def conclude(connection: Connection, job: Job, outcome: Outcome) -> str | None:
    """Store what has come of a job whose row the caller's transaction holds, end it, and return the id of its plan."""
    plan_id = None if outcome.plan is None else _store_plan(connection, job, outcome)
    if outcome.result is not None:
        connection.execute(insert(results).values(job_id=job.id, content=outcome.result))
    values = {
        "state": "done",
        "plan_id": plan_id,
        "cost_fen": outcome.cost_fen,
        "bound_fen": outcome.bound_fen,
        "unserved": outcome.unserved,
        "stopped": outcome.stopped,
        "versions": dict(outcome.versions) or job.versions,
    }
    end(connection, job.id, values)
    return plan_id


def _find(connection: Connection, county_id: str, job_id: str) -> Job | None:
    query = select(jobs).where(jobs.c.id == job_id, jobs.c.county_id == county_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else job_of(row)


def _stop_waiting(connection: Connection, job: Job) -> None:
    """End a job that nobody works at, with the best plan of an earlier attempt if there was one."""
    query = select(checkpoints.c.plan, checkpoints.c.cost_fen).where(checkpoints.c.job_id == job.id)
    kept = connection.execute(query).one_or_none()
    if kept is None:
        end(connection, job.id, {"state": "cancelled"})
    else:
        conclude(connection, job, outcome_of(kept.plan, kept.cost_fen))


def _known(connection: Connection, county_id: str, key: str | None, digest: str) -> Job | None:
    if key is None:
        return None
    row = connection.execute(KNOWN, {"county": county_id, "key": key}).one_or_none()
    if row is None:
        return None
    if row.request_digest != digest:
        raise InvalidInput("E606", value=key, job=row.id)
    return job_of(row)


def _require_room(connection: Connection, county_id: str, limits: Limits) -> None:
    row = connection.execute(OPEN_JOBS, {"county": county_id}).one()
    if row.own >= limits.queue_per_county:
        raise QueueFull("E604", most=limits.queue_per_county, retry_after_s=_retry_after_s(connection))
    if row.all >= limits.queue_in_all:
        raise QueueFull("E605", most=limits.queue_in_all, retry_after_s=_retry_after_s(connection))


def _retry_after_s(connection: Connection) -> int:
    """Return the mean run time of jobs that ended of late: about then the next one ends, where one runs at a time."""
    ended = jobs.c.started_ms.is_not(None) & jobs.c.ended_ms.is_not(None)
    recent = select(jobs.c.started_ms, jobs.c.ended_ms).where(ended).order_by(jobs.c.id.desc()).limit(RECENT)
    rows = connection.execute(recent).all()
    total_ms = sum(int(row.ended_ms - row.started_ms) for row in rows)
    return min(max(round(total_ms / 1000 / max(1, len(rows))), RETRY_S[0]), RETRY_S[1])


def _accept(connection: Connection, submission: Submission) -> Job:
    at_ms = now_ms(connection)
    job = Job(
        id=new_id("job"),
        county_id=submission.county_id,
        kind=submission.kind,
        lane=submission.lane,
        scenario_id=submission.scenario_id,
        revision=submission.revision,
        request=dict(submission.request),
        request_digest=submission.digest,
        idempotency_key=submission.idempotency_key,
        key_id=submission.key_id,
        submitted_ms=at_ms,
        seed=submission.request.get("seed") or 0,
        versions={"gongpei": _program()},
    )
    connection.execute(insert(jobs), {each.name: getattr(job, each.name) for each in fields(Job)})
    first = {"job_id": job.id, "number": 1, "kind": "state", "at_ms": at_ms, "data": {"state": "queued"}}
    connection.execute(insert(events), first)
    deed = Deed(
        action="job.submit",
        object=job.id,
        key_id=submission.key_id,
        county_id=submission.county_id,
        detail={"kind": submission.kind, "scenario": submission.scenario_id, "revision": submission.revision},
    )
    append(connection, deed, at_ms)
    return job


@cache
def _program() -> str:
    return version("gongpei")


def _store_plan(connection: Connection, job: Job, outcome: Outcome) -> str:
    plan_id = new_id("pln")
    row = {
        "id": plan_id,
        "county_id": job.county_id,
        "job_id": job.id,
        "scenario_id": job.scenario_id,
        "revision": job.revision,
        "content": outcome.plan,
        "cost_fen": outcome.cost_fen,
        "unserved": outcome.unserved,
        "created_ms": now_ms(connection),
    }
    connection.execute(insert(plans).values(row))
    return plan_id
