"""Jobs: a solve, a comparison or a replan is accepted, watched, stopped or discarded; one resource underneath."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from starlette.responses import StreamingResponse

from api.errors import InvalidInput
from api.service import queue, revisions
from api.service.auth import ROOT, Caller, needs
from api.service.context import Context, Here, IdempotencyKey, ask_about, require_id
from api.service.documents import VARIANTS_FILE, toml_of
from api.service.jobs import Job, Kind, State, Submission, Wish, digest_of, job_of
from api.service.moments import instant
from api.service.personal_traces import traces_of_toml
from api.service.problems import MOST_FAULTS, Told, problem
from api.service.revisions import VALID, Draft, missing
from api.service.routes.scenarios import UPLOAD, Body, drafted
from api.service.schemas import (
    BestGiven,
    ComparisonRequest,
    Effort,
    FailureGiven,
    JobGiven,
    JobsGiven,
    ReplanRequest,
    SolvedGiven,
    SolveRequest,
)
from api.service.sse import stream
from api.service.stored_plans import content_of, past_of, plan_of
from api.service.tables import checkpoints, jobs, results
from scenarios.text import Text

if TYPE_CHECKING:
    from api.service.revisions import Revision
    from api.service.uploads import PackedUpload

router = APIRouter(prefix=ROOT, tags=["jobs"])

Submitter = Annotated[Caller, needs("job.submit")]
Watcher = Annotated[Caller, needs("job.read")]
Ender = Annotated[Caller, needs("job.end")]

DEFAULT_S = 30.0
"""How long is solved where nothing is said, as on the command line."""

REPLAN_S = 1.5
"""How long a replan is solved where nothing is said: somebody waits for it."""

SYNCHRONOUS_PLACES, SYNCHRONOUS_S = 60, 10
"""Largest scenario and longest solve that are waited for."""

WAIT_S = 45.0
"""How long a synchronous solve is waited for in all, queue included; it goes on as a job after that."""

LOOK_S = 0.1

WAITING = threading.BoundedSemaphore(6)
"""Callers that wait for a synchronous solve; each holds a thread. Others get the job at once."""

NO_MORE: dict[int | str, dict[str, Any]] = {204: {"description": "the job has ended and nothing is newer"}}

SOLVES: tuple[Kind, ...] = ("solve", "replan")

PLAN, RESULT = Text("方案", "plan"), Text("结果", "result")


@router.post("/scenarios/{scenario_id}/solves", status_code=202)
def solve(
    *,
    here: Here,
    caller: Submitter,
    scenario_id: str,
    request: SolveRequest,
    key: IdempotencyKey,
    response: Response,
) -> JobGiven:
    """Accept a solve: it is never lost from here on. The same ``Idempotency-Key`` gives the same job again."""
    asked = _Asked(key=key, digest=digest_of("solve", scenario_id, request.model_dump(mode="json")))
    try:
        revision = _solvable(here, caller, scenario_id, request.revision)
    except (InvalidInput, Told):
        if (known := asked.known(here, caller)) is None:  # otherwise the intake finds it
            raise
        return _accepted(here, known, response)
    return _submitted(here, _of(caller, revision, "solve", _effort(here, request), asked), response)


@router.post("/comparisons", status_code=202)
def compare(
    here: Here, caller: Submitter, request: ComparisonRequest, key: IdempotencyKey, response: Response
) -> JobGiven:
    """Accept a comparison of variants; ``GET /jobs/{id}/result`` has the table once it is done."""
    asked = _Asked(key=key, digest=digest_of("comparison", request.model_dump(mode="json")))
    if (known := asked.known(here, caller)) is not None:
        return _accepted(here, known, response)
    if faults := tuple(traces_of_toml(VARIANTS_FILE, request.variants)):
        raise InvalidInput("E631", faults=faults, count=len(faults))
    revision = _solvable(here, caller, request.scenario_id, request.revision)
    ask_about(here, caller, (revision.scenario_id, revision.number), {"ask": "variants", "variants": request.variants})
    wanted = {"variants": request.variants, "days": request.days, "peaks": request.peaks}
    submission = _of(caller, revision, "comparison", {**_effort(here, request), **wanted}, asked)
    return _submitted(here, submission, response)


@router.post("/plans/{plan_id}:replan", status_code=202)
def replan(
    *, here: Here, caller: Submitter, plan_id: str, request: ReplanRequest, key: IdempotencyKey, response: Response
) -> JobGiven:
    """Accept a replan of a day that has gone wrong, in the quick lane; its result has all three answers."""
    asked = _Asked(key=key, digest=digest_of("replan", plan_id, request.model_dump(mode="json")))
    if (known := asked.known(here, caller)) is not None:
        return _accepted(here, known, response)
    plan = plan_of(here.database, caller.county_id, plan_id)
    revision = revisions.found(here.database, caller.county_id, plan.scenario_id, plan.revision)
    events = toml_of(request.events)
    with here.database.read() as connection:
        past = past_of(connection, caller.county_id, plan.id)
    question = {"ask": "events", "events": events, "past": past}
    ask_about(here, caller, (revision.scenario_id, revision.number), question)
    wanted = {"plan": plan.id, "events": events, "keep": request.keep, "answer": request.answer}
    submission = _of(caller, revision, "replan", {**_effort(here, request, "replan"), **wanted}, asked)
    return _submitted(here, submission, response)


@router.post("/solve", openapi_extra=UPLOAD, responses={202: {"model": SolvedGiven}})
def solve_now(
    *,
    here: Here,
    caller: Annotated[Caller, needs("job.submit")],
    body: Body,
    key: IdempotencyKey,
    response: Response,
    seconds: Annotated[float, Query(gt=0, le=86_400, allow_inf_nan=False)] = 5.0,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> SolvedGiven:
    """Store a small scenario, solve it and give the plan; 202 with the job where that takes too long.

    The same ``Idempotency-Key`` with the same folder gives the same job again, and stores nothing more.
    """
    if seconds > SYNCHRONOUS_S:
        raise InvalidInput("E649", most=SYNCHRONOUS_PLACES, seconds=SYNCHRONOUS_S)
    upload = body.upload()
    content = hashlib.sha256(upload.content).hexdigest()
    asked = _Asked(key=key, digest=digest_of("solve now", content, seconds, seed))
    job = asked.known(here, caller) or _begun(here, caller, upload, Effort(seconds=seconds, seed=seed), asked)
    job = _awaited(here, caller, job)
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    response.status_code = 200 if job.has_ended else 202
    plan = None if job.plan_id is None else content_of(here.database, caller.county_id, job.plan_id)
    return SolvedGiven(job=record_of(here, job), plan=plan)


def _begun(here: Context, caller: Caller, upload: PackedUpload, effort: Effort, asked: _Asked) -> Job:
    """Store a small scenario and accept its solve; of two requests at once under one key one scenario stays."""
    draft, _ = drafted(here, caller, upload)
    if draft.places > SYNCHRONOUS_PLACES:
        raise InvalidInput("E649", most=SYNCHRONOUS_PLACES, seconds=SYNCHRONOUS_S)
    _refuse_invalid(draft)
    revision = revisions.create(here.database, caller, draft, keys=here.keys)
    job = here.intake.submit(_of(caller, revision, "solve", _effort(here, effort), asked)).job
    if job.scenario_id != revision.scenario_id:
        revisions.remove(here.database, caller, revision.scenario_id)
    return job


@router.get("/jobs")
def listed(
    *,
    here: Here,
    caller: Watcher,
    before: Annotated[str, Query(max_length=40)] = "",
    most: Annotated[int, Query(ge=1, le=200)] = 50,
    state: Annotated[State | None, Query()] = None,
    scenario_id: Annotated[str, Query(max_length=40)] = "",
) -> JobsGiven:
    """List jobs of the county, the newest first; of one ``state`` or of one scenario, where that is said."""
    query = select(jobs).where(jobs.c.county_id == caller.county_id)
    if state is not None:
        query = query.where(jobs.c.state == state)
    if scenario_id:
        query = query.where(jobs.c.scenario_id == require_id("scenario", scenario_id))
    if before:
        query = query.where(jobs.c.id < require_id("job", before))
    with here.database.read() as connection:
        found = [job_of(row) for row in connection.execute(query.order_by(jobs.c.id.desc()).limit(most))]
    items = [record_of(here, job) for job in found]
    return JobsGiven(items=items, next=found[-1].id if len(found) == most else None)


@router.get("/jobs/{job_id}")
@router.get("/solves/{job_id}")
def look(here: Here, caller: Watcher, job_id: str) -> JobGiven:
    """Tell how a job stands."""
    return record_of(here, _job(here, caller, job_id))


@router.get("/jobs/{job_id}/events", response_class=StreamingResponse, responses=NO_MORE)
@router.get("/solves/{job_id}/events", response_class=StreamingResponse, responses=NO_MORE)
def follow(here: Here, caller: Watcher, job_id: str, request: Request) -> Response:
    """Send what happens to a job as server-sent events: state, incumbent, log, end; ``Last-Event-ID`` goes on.

    204 to a client that has had the end.
    """
    job = _job(here, caller, job_id)
    last = request.headers.get("last-event-id", "")
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    return stream(here.database, here.lines, job, number, request)


@router.get("/jobs/{job_id}/plan")
@router.get("/solves/{job_id}/plan")
def best(here: Here, caller: Watcher, job_id: str) -> BestGiven:
    """Return the plan of a job: the final one, or the best so far."""
    job = _job(here, caller, job_id)
    if job.plan_id is not None:
        plan = content_of(here.database, caller.county_id, job.plan_id)
        return BestGiven(job_id=job.id, is_final=True, plan_id=job.plan_id, cost_fen=job.cost_fen, plan=plan)
    query = select(checkpoints.c.plan, checkpoints.c.cost_fen).where(checkpoints.c.job_id == job.id)
    with here.database.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise _without(job, PLAN, of=SOLVES)
    plan = json.loads(zlib.decompress(row.plan))
    return BestGiven(job_id=job.id, is_final=False, plan_id=None, cost_fen=row.cost_fen, plan=plan)


@router.get("/jobs/{job_id}/result")
def result(here: Here, caller: Watcher, job_id: str) -> dict[str, Any]:
    """Return what a comparison found, or the three answers of a replan."""
    job = _job(here, caller, job_id)
    with here.database.read() as connection:
        content = connection.scalar(select(results.c.content).where(results.c.job_id == job.id))
    if content is None:
        raise _without(job, RESULT, of=("comparison", "replan"))
    found: dict[str, Any] = json.loads(zlib.decompress(content))
    return found


@router.post("/jobs/{job_id}:stop")
@router.post("/solves/{job_id}:stop")
def stop(here: Here, caller: Ender, job_id: str) -> JobGiven:
    """Ask a job to end now and keep its best plan; an ended one stays as it is."""
    return record_of(here, _wished(here, caller, job_id, is_kept=True))


@router.delete("/jobs/{job_id}")
@router.delete("/solves/{job_id}")
def discard(here: Here, caller: Ender, job_id: str) -> JobGiven:
    """End a job at once and keep nothing of it; an ended one stays as it is."""
    return record_of(here, _wished(here, caller, job_id, is_kept=False))


def record_of(here: Context, job: Job, place: int | None = None) -> JobGiven:
    """Return a job as it is told; ``place`` in the queue, where it is known."""
    names = ("id", "kind", "lane", "scenario_id", "revision", "state", "phase", "attempt", "cost_fen", "bound_fen")
    more = ("unserved", "stopped", "seed", "plan_id")
    return JobGiven(
        **{name: getattr(job, name) for name in (*names, *more)},
        queue_place=queue.place_in_queue(here.database, job) if place is None else place,
        submitted_at=instant(job.submitted_ms) or "",
        started_at=instant(job.started_ms),
        ended_at=instant(job.ended_ms),
        versions=dict(job.versions or {}),
        failure=None if job.failure is None else FailureGiven(**dict(job.failure)),
    )


def _job(here: Context, caller: Caller, job_id: str) -> Job:
    job = queue.find(here.database, caller.county_id, require_id("job", job_id))
    if job is None:
        raise missing("job", job_id)
    return job


def _without(job: Job, what: Text, *, of: tuple[Kind, ...]) -> InvalidInput:
    """Return the refusal of what a job does not have: not yet (E650), or never (E691), as kinds not among ``of``."""
    if job.kind in of and not job.has_ended:
        return InvalidInput("E650", value=job.id, state=job.state)
    return InvalidInput("E691", value=job.id, kind=job.kind, state=job.state, what=what)


def _awaited(here: Context, caller: Caller, job: Job) -> Job:
    """Return a job when it has ended, or as it is when that takes too long or too many wait already."""
    if not WAITING.acquire(blocking=False):
        return job
    try:
        until = time.monotonic() + WAIT_S
        while not job.has_ended and time.monotonic() < until:
            time.sleep(LOOK_S)
            job = _job(here, caller, job.id)
    finally:
        WAITING.release()
    return job


def _wished(here: Context, caller: Caller, job_id: str, *, is_kept: bool) -> Job:
    wanted: Wish = "stop" if is_kept else "discard"
    job = queue.wish(here.database, caller.county_id, require_id("job", job_id), wanted, key_id=caller.key_id)
    if job is None:
        raise missing("job", job_id)
    return job


def _solvable(here: Context, caller: Caller, scenario_id: str, number: int | None) -> Revision:
    """Return the revision that is asked for, which must be valid."""
    revision = revisions.found(here.database, caller.county_id, require_id("scenario", scenario_id), number)
    if revision.state != VALID:
        raise unsolvable(revision)
    return revision


def unsolvable(revision: Revision) -> Told:
    """Return the refusal of an invalid revision, with what is wrong with it."""
    told = problem(InvalidInput("E648", revision=revision.number))
    return Told({**told, "faults": list(revision.faults)[:MOST_FAULTS], "count": len(revision.faults)})


def _refuse_invalid(draft: Draft) -> None:
    """Refuse to solve what a reader found faults in; they are told as they were found."""
    if draft.faults:
        told = problem(InvalidInput("E631", count=len(draft.faults)))
        raise Told({**told, "faults": list(draft.faults)[:MOST_FAULTS], "count": len(draft.faults)})


def _effort(here: Context, request: Effort, kind: Kind = "solve") -> dict[str, Any]:
    """Return how long and from which seed to solve, within the operator's limits."""
    limits, default_s = here.settings.limits, REPLAN_S if kind == "replan" else DEFAULT_S
    seconds = default_s if request.seconds is None and request.iterations is None else request.seconds
    if seconds is not None:
        seconds = min(seconds, limits.seconds_most(kind))
    workers = min(request.workers, limits.solve_workers_most)
    return {"seconds": seconds, "iterations": request.iterations, "seed": request.seed, "workers": workers}


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a caller has sent: its idempotency key, and the digest of path and body as they came."""

    key: str | None
    digest: str

    def known(self, here: Context, caller: Caller) -> Job | None:
        """Return the job that it got before, whatever has become of the scenario since."""
        return queue.accepted_before(here.database, caller.county_id, self.key, self.digest)


def _of(caller: Caller, revision: Revision, kind: Kind, request: dict[str, Any], asked: _Asked) -> Submission:
    return Submission(
        county_id=caller.county_id,
        kind=kind,
        lane="quick" if kind == "replan" else "ordinary",
        scenario_id=revision.scenario_id,
        revision=revision.number,
        request=request,
        idempotency_key=asked.key,
        asked=asked.digest,
        key_id=caller.key_id,
    )


def _submitted(here: Context, submission: Submission, response: Response) -> JobGiven:
    accepted = here.intake.submit(submission)
    return _accepted(here, accepted.job, response, accepted.place)


def _accepted(here: Context, job: Job, response: Response, place: int | None = None) -> JobGiven:
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return record_of(here, job, place)
