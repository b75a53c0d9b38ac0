"""The workers' side of the queue: claim a job, keep its lease, tell how it goes, store what came of it, once.

Every write is fenced: it counts only while the job is running under the number of the attempt, and for the worker,
of the claim; otherwise ``Lost`` is raised, nothing is written, and the worker ends what it was doing. Result, state
and end event are one transaction, so that a result is stored exactly once.
"""

from __future__ import annotations

from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, exists, insert, or_, select, update

from api.service.database import hold, now_ms
from api.service.jobs import LANES, MOST_ATTEMPTS, RUNNING, Claim, failure_of, job_of
from api.service.queue import conclude, end, tell
from api.service.stored_plans import past_of
from api.service.tables import checkpoints, counties, jobs, plans, revisions, workers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from api.service.database import Database
    from api.service.jobs import Failure, Job, Lane, Outcome

Told = Literal["", "stop", "lost"]
"""What a heartbeat says of a claim."""

CLAIMING = 7_204_003
"""Lock of PostgreSQL under which jobs are claimed: two claims at once would not know whose turn the other has used."""

FORGOTTEN_MS = 86_400_000
"""Workers that have been silent for so long are taken off the list."""

WORN_OUT = asdict(failure_of("E607", attempts=MOST_ATTEMPTS))
"""Why a job fails that has had its attempts."""


class Lost(Exception):  # noqa: N818 - it is no fault of anybody
    """The job has gone to another worker, or has ended."""


def register(database: Database, worker_id: str, *, host: str, pid: int, version: str) -> None:
    """Put a worker on the list."""
    with database.write() as connection:
        row = {"id": worker_id, "host": host, "pid": pid, "version": version, "heartbeat_ms": now_ms(connection)}
        connection.execute(insert(workers).values(row))


def claim(
    database: Database,
    worker_id: str,
    lease_ms: int,
    lanes: Sequence[Lane] = LANES,
    *,
    held: Sequence[str] = (),
    waiting_only: bool = False,
) -> Claim | None:
    """Take the next job of ``lanes`` for ``lease_ms``; None where nothing is to be done. O(counties).

    First jobs whose lease has ended, then the quick lane, then the ordinary one; in a lane the county whose last turn
    is longest ago, of its jobs the oldest. A job that has had its attempts fails here. Leases are judged as of when
    this began: while it waited for the database, who holds them waited too. ``held``: jobs that the worker is at, which
    nobody has left, whatever their leases say; ``waiting_only``: leave all that have ended.
    """
    if not _is_any(database, lanes):
        return None
    began_s = monotonic()
    with database.write() as connection:
        at_ms = hold(connection, CLAIMING)
        since_ms = at_ms - int((monotonic() - began_s) * 1000)
        left = None if waiting_only else _abandoned(connection, since_ms, lanes, held)
        job = left or _waiting(connection, lanes)
        return None if job is None else _taken(connection, job, worker_id, at_ms, lease_ms)


def heartbeat(database: Database, worker_id: str, claims: Sequence[Claim], lease_ms: int) -> dict[str, Told]:
    """Extend the leases of a worker's claims and return, by job, what has been wished for, or that it is lost."""
    with database.write() as connection:
        at_ms = now_ms(connection)
        connection.execute(update(workers).where(workers.c.id == worker_id).values(heartbeat_ms=at_ms))
        connection.execute(workers.delete().where(workers.c.heartbeat_ms < at_ms - FORGOTTEN_MS))
        if not claims:
            return {}
        held = or_(*(_is_held(each) for each in claims))
        connection.execute(update(jobs).where(held).values(lease_until_ms=at_ms + lease_ms))
        return _told(connection, claims)


def wishes(database: Database, claims: Sequence[Claim]) -> dict[str, Told]:
    """Return the same without writing, so that a worker may ask often."""
    if not claims:
        return {}
    with database.read() as connection:
        return _told(connection, claims)


def note(
    database: Database,
    claim: Claim,
    happened: Sequence[tuple[str, Mapping[str, Any]]],
    values: Mapping[str, Any] | None = None,
) -> None:
    """Write events of a claimed job and set columns such as ``state``, ``phase`` and ``cost_fen``.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, values or {})
        tell(connection, claim.job.id, happened)


def checkpoint(database: Database, claim: Claim, plan: bytes, cost_fen: int) -> None:
    """Keep the best plan so far, as zlib of ``plan.json``, for whoever must go on from here.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        connection.execute(checkpoints.delete().where(checkpoints.c.job_id == claim.job.id))
        row = {"attempt": claim.job.attempt, "plan": plan, "cost_fen": cost_fen, "at_ms": now_ms(connection)}
        connection.execute(insert(checkpoints).values(job_id=claim.job.id, **row))


def finish(database: Database, claim: Claim, outcome: Outcome) -> str | None:
    """Store what has come of a job and end it; return the id of its plan, if it has one.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        return conclude(connection, claim.job, outcome)


def fail(database: Database, claim: Claim, failure: Failure) -> None:
    """End a job that cannot be done, with the reason; its input stays.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        end(connection, claim.job.id, {"state": "failed", "failure": asdict(failure)})


def cancel(database: Database, claim: Claim) -> None:
    """End a job that was to stop before there was anything to keep.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        end(connection, claim.job.id, {"state": "cancelled"})


def retry(database: Database, claim: Claim, *, why: str) -> None:
    """Put a job whose process died back into the queue, from its checkpoint; after its last attempt it fails.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        tell(connection, claim.job.id, [("log", {"text": why})])
        if claim.job.attempts_left <= 0:
            end(connection, claim.job.id, {"state": "failed", "failure": WORN_OUT})
        else:
            _requeue(connection, claim, returns=0)


def give_back(database: Database, claim: Claim) -> None:
    """Put a job back into the queue, not held against it, as a worker does that is told to end.

    Raises
    ------
    Lost
    """
    with database.write() as connection:
        _hold(connection, claim, {})
        _requeue(connection, claim, returns=1)


def _is_any(database: Database, lanes: Sequence[Lane]) -> bool:
    """Look without a writer's lock, since most looks find nothing."""
    with database.read() as connection:
        ready = or_(
            jobs.c.state == "queued",
            and_(jobs.c.state.in_(RUNNING), jobs.c.lease_until_ms < now_ms(connection)),
        )
        return bool(connection.scalar(select(exists().where(ready, jobs.c.lane.in_(lanes)))))


def _abandoned(connection: Connection, at_ms: int, lanes: Sequence[Lane], held: Sequence[str]) -> Job | None:
    """Return the oldest job whose lease has ended; those that have had their attempts are failed on the way."""
    over = and_(jobs.c.state.in_(RUNNING), jobs.c.lease_until_ms < at_ms, jobs.c.lane.in_(lanes))
    over = and_(over, jobs.c.id.not_in(held))
    query = select(jobs).where(over).order_by(jobs.c.id).limit(1).with_for_update(skip_locked=True)
    while True:
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        job = job_of(row)
        if job.attempts_left > 0:
            return job
        end(connection, job.id, {"state": "failed", "failure": WORN_OUT})


def _waiting(connection: Connection, lanes: Sequence[Lane]) -> Job | None:
    """Return the next job of the county whose turn it is; one that is just being ended is left out."""
    for lane in lanes:
        waits = and_(jobs.c.state == "queued", jobs.c.lane == lane)
        turn = select(counties.c.id).where(exists().where(waits, jobs.c.county_id == counties.c.id))
        turn = turn.order_by(counties.c.last_turn, counties.c.id).limit(1)
        county = connection.execute(turn).scalar_one_or_none()
        if county is None:
            continue
        oldest = select(jobs).where(waits, jobs.c.county_id == county).order_by(jobs.c.id).limit(1)
        row = connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
        if row is not None:
            return job_of(row)
    return None


def _taken(connection: Connection, job: Job, worker_id: str, at_ms: int, lease_ms: int) -> Claim:
    if job.state == "queued":
        newest = select(counties.c.last_turn).order_by(counties.c.last_turn.desc()).limit(1).scalar_subquery()
        connection.execute(update(counties).where(counties.c.id == job.county_id).values(last_turn=newest + 1))
    values = {
        "state": "preparing",
        "phase": "",
        "attempt": job.attempt + 1,
        "worker_id": worker_id,
        "lease_until_ms": at_ms + lease_ms,
        "started_ms": job.started_ms or at_ms,
    }
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
    tell(connection, job.id, [("state", {"state": "preparing", "attempt": job.attempt + 1})])
    row = connection.execute(select(jobs).where(jobs.c.id == job.id)).one()
    return _claim(connection, job_of(row))


def _claim(connection: Connection, job: Job) -> Claim:
    of_revision = and_(revisions.c.scenario_id == job.scenario_id, revisions.c.number == job.revision)
    content = connection.execute(select(revisions.c.content).where(of_revision)).scalar_one()
    best = select(checkpoints.c.plan, checkpoints.c.cost_fen).where(checkpoints.c.job_id == job.id)
    kept = connection.execute(best).one_or_none()
    named = and_(plans.c.id == job.request.get("plan"), plans.c.county_id == job.county_id)
    plan = connection.scalar(select(plans.c.content).where(named)) if job.kind == "replan" else None
    plan_before, cost_fen = (None, 0) if kept is None else (kept.plan, kept.cost_fen)
    past = [] if plan is None else past_of(connection, job.county_id, job.request["plan"])
    return Claim(job=job, content=content, checkpoint=plan_before, checkpoint_fen=cost_fen, plan=plan, past=past)


def _is_held(claim: Claim) -> ColumnElement[bool]:
    job = claim.job
    return and_(
        jobs.c.id == job.id,
        jobs.c.attempt == job.attempt,
        jobs.c.worker_id == job.worker_id,
        jobs.c.state.in_(RUNNING),
    )


def _hold(connection: Connection, claim: Claim, values: Mapping[str, Any]) -> None:
    """Lock the row of a claim that still holds, setting ``values``."""
    changed = connection.execute(update(jobs).where(_is_held(claim)).values(worker_id=claim.job.worker_id, **values))
    if changed.rowcount != 1:
        raise Lost(claim.job.id)


def _told(connection: Connection, claims: Sequence[Claim]) -> dict[str, Told]:
    held = or_(*(_is_held(each) for each in claims))
    rows = connection.execute(select(jobs.c.id, jobs.c.wish).where(held)).all()
    found = {row.id: row.wish for row in rows}
    return {each.job.id: found.get(each.job.id, "lost") for each in claims}


def _requeue(connection: Connection, claim: Claim, *, returns: int) -> None:
    values = {"state": "queued", "phase": "", "worker_id": "", "lease_until_ms": 0}
    counted = jobs.c.returns + returns
    connection.execute(update(jobs).where(jobs.c.id == claim.job.id).values(returns=counted, **values))
    tell(connection, claim.job.id, [("state", {"state": "queued"})])
