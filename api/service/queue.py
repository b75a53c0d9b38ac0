"""The doors' side of the queue: find a job, say where it stands, take a wish, tell what happened.

``api.service.intake`` accepts jobs, ``api.service.claims`` is the workers' side.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from api.errors import InvalidInput
from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.jobs import LANES, OPEN, Event, job_of, outcome_of
from api.service.notices import owe
from api.service.tables import checkpoints, counties, events, jobs, plans, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.jobs import Job, Outcome, Wish

KNOWN = select(jobs).where(jobs.c.county_id == bindparam("county"), jobs.c.idempotency_key == bindparam("key"))
FOUND = select(jobs).where(jobs.c.county_id == bindparam("county"), jobs.c.id == bindparam("job"))
COUNTED = (
    select(
        jobs.c.lane,
        jobs.c.county_id,
        func.count().label("open"),
        func.count().filter(jobs.c.state == "queued").label("waiting"),
        func.count().filter(jobs.c.state == "queued", jobs.c.id < bindparam("job")).label("before"),
    )
    .where(jobs.c.state.in_(OPEN))
    .group_by(jobs.c.lane, jobs.c.county_id)
    .subquery()
)
STANDING = select(COUNTED, counties.c.last_turn).join(counties, counties.c.id == COUNTED.c.county_id)
"""Statements of the busiest paths, made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the queue stands at one moment.

    ``waiting``: jobs by lane and county; ``before``: those of them with an id below the one that was asked about;
    ``open``: jobs that have not ended, by county; ``turns``: last turns of counties, of those with open jobs at least.
    """

    waiting: Counter[tuple[str, str]]
    before: Counter[tuple[str, str]]
    open: Counter[str]
    turns: dict[str, int]

    def place(self, lane: str, county_id: str, before: int) -> int:
        """Return how many jobs are served before one and itself, where ``before`` of its own county and lane are.

        Counties take turns: of another county as many go before as of its own, or one more if its turn is nearer.
        """
        earlier = LANES[: LANES.index(lane)]
        mine = (self.turns[county_id], county_id)
        place = before + 1
        for (each, county), waiting in self.waiting.items():
            if each in earlier:
                place += waiting
            elif each == lane and county != county_id:
                place += min(waiting, before + ((self.turns[county], county) < mine))
        return place


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
        return found(connection, county_id, job_id)


def found(connection: Connection, county_id: str, job_id: str) -> Job | None:
    """Return the same within the caller's transaction."""
    row = connection.execute(FOUND, {"county": county_id, "job": job_id}).one_or_none()
    return None if row is None else job_of(row)


def place_in_queue(database: Database, job: Job) -> int:
    """Return how many jobs are served before it and itself, if nothing changes; 0 when it is not waiting. O(queue)."""
    if job.state != "queued":
        return 0
    with database.read() as connection:
        now = standing(connection, job.id)
    if job.county_id not in now.turns:  # it has ended meanwhile
        return 0
    return now.place(job.lane, job.county_id, now.before[job.lane, job.county_id])


def standing(connection: Connection, job_id: str = "") -> Standing:
    """Return how the queue stands, as ``job_id`` sees it. O(queue)."""
    found = Standing(waiting=Counter(), before=Counter(), open=Counter(), turns={})
    for row in connection.execute(STANDING, {"job": job_id}):
        found.waiting[row.lane, row.county_id] = row.waiting
        found.before[row.lane, row.county_id] = row.before
        found.open[row.county_id] += row.open
        found.turns[row.county_id] = row.last_turn
    return found


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
        return found(connection, county_id, job_id)


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
