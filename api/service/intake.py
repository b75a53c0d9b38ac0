"""Accepts jobs: the same key is the same job, limits hold to the last job, what is accepted is never lost.

What comes while one transaction is under way goes together into the next: one lock, one sync to disk, one stretch of
the audit chain for all. Each is answered for itself: another's refusal or fault does not touch it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from api.errors import InvalidInput
from api.service import audit, queue, revisions
from api.service.audit import Deed
from api.service.database import Unavailable, add, hold
from api.service.ids import new_id
from api.service.jobs import Job, QueueFull
from api.service.tables import counties, events, jobs, plans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.jobs import Submission
    from api.service.queue import Standing
    from api.service.settings import Limits

ACCEPTANCE = 7_204_002
"""Advisory lock of PostgreSQL under which jobs are counted and accepted."""

TAKEN = select(jobs.c.id, jobs.c.county_id, jobs.c.idempotency_key, jobs.c.request_digest).where(
    jobs.c.county_id.in_(bindparam("counties", expanding=True)),
    jobs.c.idempotency_key.in_(bindparam("keys", expanding=True)),
)
TURN = select(counties.c.last_turn).where(counties.c.id == bindparam("county"))
"""Statements of every submission, made once: which jobs have one of some keys, and the last turn of a county."""

COLUMNS = [each.name for each in fields(Job)]

RECENT = 20
"""Ended jobs by which ``Retry-After`` is estimated."""

RETRY_S = (1, 600)
"""Least and most seconds of ``Retry-After``; the least where no job has ended yet."""

FEW = 500
"""Up to so many open jobs are counted anew for each transaction; of more, the last count goes on for a while."""

FRESH_S = 0.25
"""For how long: where many wait, the place that is told on accepting may know nothing of the last claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A job that will be done; ``place`` is its own in the queue, None of a job that had been accepted before."""

    job: Job
    place: int | None = None


Answer = Accepted | BaseException


@dataclass(slots=True, kw_only=True, eq=False)
class _Ticket:
    """A caller that waits until it is woken, with its answer or, where it ``leads``, to get answers for all."""

    submission: Submission
    answer: Answer = field(init=False)
    leads: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """How the queue stood, counted at ``counted_s``, with what has been accepted here since.

    As long as the audit chain ends with row ``number`` nobody else has accepted a job: no more are open than it says.
    """

    standing: Standing
    counted_s: float
    number: int = -1

    def holds(self, connection: Connection, submissions: Sequence[Submission], limits: Limits) -> bool:
        """Whether to go on from it; not where somebody might be refused by it, since fewer may be open by now."""
        opened, more = self.standing.open, len(submissions)
        if opened.total() <= FEW or time.monotonic() - self.counted_s >= FRESH_S:
            return False
        if opened.total() + more > limits.queue_in_all:
            return False
        if any(opened[each.county_id] + more > limits.queue_per_county for each in submissions):
            return False
        return audit.length(connection) == self.number


class Intake:
    """Accepts jobs into a database; a process has one for all its threads."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._door = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._is_led = False
        self._count: _Count | None = None

    def submit(self, submission: Submission) -> Accepted:
        """Accept a job, or return the one that was accepted under the same key for the same request.

        Raises
        ------
        InvalidInput
            E606, where the key was used for another request; E637, where its revision or plan has just been deleted.
        QueueFull
            E604 for the county, E605 for the whole service.
        Unavailable
            E601.
        """
        ticket = _Ticket(submission=submission)
        with self._door:
            self._waiting.append(ticket)
            ticket.leads, self._is_led = not self._is_led, True
        if not ticket.leads:
            ticket.woken.wait()
        if ticket.leads:
            self._lead()
        if isinstance(ticket.answer, BaseException):
            raise ticket.answer
        return ticket.answer

    def _lead(self) -> None:
        """Get answers for all that wait, and let the first of those that have come meanwhile lead the next."""
        with self._door:
            tickets, self._waiting = self._waiting, []
        try:
            answers = self._answers([each.submission for each in tickets])
        except BaseException as error:  # nobody is to wait for ever
            answers = [error for _ in tickets]
        with self._door:
            following = self._waiting[:1]
            self._is_led = bool(following)
        for each in following:
            each.leads = True
            each.woken.set()
        for ticket, answer in zip(tickets, answers, strict=True):
            ticket.answer = answer
            ticket.woken.set()

    def _answers(self, submissions: Sequence[Submission]) -> list[Answer]:
        """Return what becomes of each; where one brings the transaction down, each goes into one of its own."""
        try:
            return self._together(submissions)
        except Unavailable as error:
            return [Unavailable(error.code, **error.values) for _ in submissions]
        except Exception as error:  # told to the caller whose it is
            if len(submissions) > 1:
                return [answer for each in submissions for answer in self._answers([each])]
            return [_cause(self._database, submissions[0], error)]

    def _together(self, submissions: Sequence[Submission]) -> list[Answer]:
        count, self._count = self._count, None  # known again when all is written
        with self._database.write() as connection:
            at_ms = hold(connection, ACCEPTANCE)
            if count is None or not count.holds(connection, submissions, self._limits):
                count = _Count(standing=queue.standing(connection), counted_s=time.monotonic())
            desk = _Desk(connection, self._limits, count.standing, at_ms)
            answers = desk.answers(submissions, _taken(connection, submissions))
            number = desk.write()
        self._count = count if number is None else replace(count, number=number)
        return answers


class _Desk:
    """One transaction, while nobody else accepts jobs: submissions come one after another."""

    def __init__(self, connection: Connection, limits: Limits, standing: Standing, at_ms: int) -> None:
        self.connection = connection
        self.limits = limits
        self.standing = standing
        self.at_ms = at_ms
        self.new: dict[str, Job] = {}

    def answers(self, submissions: Sequence[Submission], taken: dict[tuple[str, str], tuple[str, str]]) -> list[Answer]:
        """Return what becomes of each; ``taken``: id and digest of the jobs that have one of the counties' keys."""
        found: list[Answer] = []
        for each in submissions:
            try:
                key = (each.county_id, each.idempotency_key or "")
                answer = self._known(each, *taken[key]) if key in taken else self._accepted(each)
                if each.idempotency_key is not None:
                    taken[key] = (answer.job.id, each.digest)
                found.append(answer)
            except InvalidInput as refusal:
                found.append(refusal)
        return found

    def write(self) -> int | None:
        """Write what has been accepted, with first events and audit, and return the last audit number, if there is."""
        if not self.new:
            return None
        new = list(self.new.values())
        add(self.connection, jobs, [{name: getattr(job, name) for name in COLUMNS} for job in new])
        queued = {"number": 1, "kind": "state", "at_ms": self.at_ms, "data": {"state": "queued"}}
        add(self.connection, events, [{"job_id": job.id, **queued} for job in new])
        return audit.append_all(self.connection, [_deed(job) for job in new], self.at_ms)

    def _known(self, submission: Submission, job_id: str, digest: str) -> Accepted:
        if digest != submission.digest:
            raise InvalidInput("E606", value=submission.idempotency_key, job=job_id)
        job = self.new.get(job_id) or queue.found(self.connection, submission.county_id, job_id)
        if job is None:
            raise LookupError(job_id)
        return Accepted(job=job)

    def _accepted(self, submission: Submission) -> Accepted:
        self._require_room(submission.county_id)
        self._require_base(submission)
        standing, county, lane = self.standing, submission.county_id, submission.lane
        if county not in standing.turns:
            standing.turns[county] = self.connection.scalar(TURN, {"county": county}) or 0
        place = standing.place(lane, county, standing.waiting[lane, county])
        standing.waiting[lane, county] += 1
        standing.open[county] += 1
        job = _job(submission, self.at_ms)
        self.new[job.id] = job
        return Accepted(job=job, place=place)

    def _require_base(self, submission: Submission) -> None:
        """Refuse a replan whose plan has been forgotten since it was looked up; none is while jobs are accepted."""
        base = submission.request.get("plan")
        if base is None:
            return
        mine = select(plans.c.id).where(plans.c.id == base, plans.c.county_id == submission.county_id)
        if self.connection.scalar(mine) is None:
            raise revisions.missing("plan", base)

    def _require_room(self, county_id: str) -> None:
        limits, opened = self.limits, self.standing.open
        if opened[county_id] >= limits.queue_per_county:
            raise QueueFull("E604", most=limits.queue_per_county, retry_after_s=_retry_after_s(self.connection))
        if opened.total() >= limits.queue_in_all:
            raise QueueFull("E605", most=limits.queue_in_all, retry_after_s=_retry_after_s(self.connection))


def _taken(connection: Connection, submissions: Sequence[Submission]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return id and digest of jobs by county and key; it may have some that nobody asked for."""
    keyed = [(each.county_id, each.idempotency_key) for each in submissions if each.idempotency_key is not None]
    if not keyed:
        return {}
    rows = connection.execute(TAKEN, {"counties": [county for county, _ in keyed], "keys": [key for _, key in keyed]})
    return {(row.county_id, row.idempotency_key): (row.id, row.request_digest) for row in rows}


def _retry_after_s(connection: Connection) -> int:
    """Return the mean run time of jobs that ended of late: about then the next one ends, where one runs at a time."""
    ended = jobs.c.started_ms.is_not(None) & jobs.c.ended_ms.is_not(None)
    recent = select(jobs.c.started_ms, jobs.c.ended_ms).where(ended).order_by(jobs.c.id.desc()).limit(RECENT)
    rows = connection.execute(recent).all()
    total_ms = sum(int(row.ended_ms - row.started_ms) for row in rows)
    return min(max(round(total_ms / 1000 / max(1, len(rows))), RETRY_S[0]), RETRY_S[1])


def _job(submission: Submission, at_ms: int) -> Job:
    return Job(
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


@cache
def _program() -> str:
    return version("gongpei")


def _deed(job: Job) -> Deed:
    return Deed(
        action="job.submit",
        object=job.id,
        key_id=job.key_id,
        county_id=job.county_id,
        detail={"kind": job.kind, "scenario": job.scenario_id, "revision": job.revision},
    )


def _cause(database: Database, submission: Submission, error: Exception) -> Exception:
    """Return why the database did not take a job: its revision has been deleted since it was looked up, or a bug."""
    if isinstance(error, IntegrityError):
        try:
            revisions.found(database, submission.county_id, submission.scenario_id, submission.revision)
        except (InvalidInput, Unavailable) as refusal:
            return refusal
    return error
