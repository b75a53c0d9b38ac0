"""A job as the doors and the workers see it: its states, what is asked for, what came of it.

A job is queued, preparing, solving, and in the end done, failed or cancelled. It holds the number of its attempt:
who holds an older number has lost it and changes nothing any more.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from api.errors import CATALOGUE, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

State = Literal["queued", "preparing", "solving", "done", "failed", "cancelled"]
Kind = Literal["solve", "comparison", "replan"]
Lane = Literal["ordinary", "quick"]
Wish = Literal["stop", "discard"]

RUNNING = ("preparing", "solving")
"""A worker has it."""

OPEN = ("queued", *RUNNING)
"""It has not ended and counts against the limits."""

ENDED = ("done", "failed", "cancelled")

LANES: tuple[Lane, ...] = ("quick", "ordinary")
"""In the order in which they are served; ``quick`` is for replans."""

MOST_ATTEMPTS = 3
"""Workers that a job may take down, or itself, before it fails for good."""


class QueueFull(InvalidInput):
    """As many jobs are waiting as may be; another may be accepted in about ``retry_after_s``."""

    def __init__(self, code: str, *, most: int, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(code, most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is to be done, checked by the caller; ``request`` is kept as it is, see ``api.service.work``.

    ``asked`` is the digest of what the caller sent, before anything was looked up or capped; without it, of the rest.
    """

    county_id: str
    kind: Kind
    lane: Lane
    scenario_id: str
    revision: int
    request: Mapping[str, Any]
    idempotency_key: str | None = None
    key_id: str | None = None
    asked: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked for, so that the same key for something else is noticed."""
        return self.asked or digest_of(self.kind, self.lane, self.scenario_id, self.revision, dict(self.request))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the table; moments in milliseconds since 1970, UTC."""

    id: str
    county_id: str
    kind: Kind
    lane: Lane
    scenario_id: str
    revision: int
    request: Mapping[str, Any]
    request_digest: str
    idempotency_key: str | None
    key_id: str | None
    submitted_ms: int
    seed: int
    versions: Mapping[str, str] | None
    state: State = "queued"
    phase: str = ""
    attempt: int = 0
    returns: int = 0
    worker_id: str = ""
    lease_until_ms: int = 0
    wish: str = ""
    started_ms: int | None = None
    ended_ms: int | None = None
    cost_fen: int | None = None
    bound_fen: int | None = None
    unserved: int | None = None
    stopped: bool = False
    plan_id: str | None = None
    failure: Mapping[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing about it will change any more."""
        return self.state in ENDED

    @property
    def attempts_left(self) -> int:
        """Return how often it may still be claimed; a claim that was given back in order does not count."""
        return MOST_ATTEMPTS - (self.attempt - self.returns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a job; ``number`` counts from 1 without a gap."""

    number: int
    kind: Literal["state", "incumbent", "log", "end"]
    at_ms: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job in the hands of one worker.

    ``content`` is the zip of the revision; ``checkpoint`` is the best plan of an earlier attempt, as zlib of
    ``plan.json``, and ``checkpoint_fen`` what it costs; ``plan`` is the stored plan that the request names,
    and ``past`` the replans behind that, as of ``stored_plans.past_of``.
    """

    job: Job
    content: bytes
    checkpoint: bytes | None = None
    checkpoint_fen: int = 0
    plan: bytes | None = None
    past: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a job has come to; ``plan`` is zlib of ``plan.json``, ``result`` zlib of any JSON."""

    plan: bytes | None = None
    result: bytes | None = None
    cost_fen: int | None = None
    bound_fen: int | None = None
    unserved: int | None = None
    stopped: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job has come to nothing: a code and its sentence in both languages, with single faults if there are."""

    code: str
    zh: str
    en: str
    faults: Sequence[Mapping[str, Any]] = ()


def digest_of(*asked: Any) -> str:
    """Return SHA-256 over any JSON, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def failure_of(code: str, **values: object) -> Failure:
    """Return the failure that the catalogue has under ``code``."""
    sentence = CATALOGUE[code]
    return Failure(code=code, zh=sentence.render("zh", values), en=sentence.render("en", values))


def outcome_of(plan: bytes, cost_fen: int) -> Outcome:
    """Return what comes of a job that ends with a checkpoint, ``plan`` as zlib of ``plan.json``, for its plan."""
    record = json.loads(zlib.decompress(plan))
    return Outcome(
        plan=plan,
        cost_fen=cost_fen,
        unserved=len(record["plan"]["unserved"]),
        stopped=True,
        versions=record["origin"]["versions"],
    )


def job_of(row: Row[Any]) -> Job:
    """Return a row of the table as a job."""
    return Job(**{each.name: row._mapping[each.name] for each in fields(Job)})
