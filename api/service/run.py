"""One claimed job between its child and the database: what the child says becomes writes, in order, till they hold.

A child that ends without a word has died: the job goes back into the queue, one attempt less. One that was to stop,
or has had its time, and does not end, is killed, and its last checkpoint is its plan.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from api.service import claims
from api.service.child_process import most_s
from api.service.claims import Lost, Told
from api.service.database import Unavailable
from api.service.jobs import Failure, Outcome, failure_of, outcome_of
from api.service.logs import relay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.service.child_process import Child
    from api.service.database import Database
    from api.service.jobs import Claim
    from api.service.settings import Limits

logger = logging.getLogger(__name__)

STOP_S = {"solve": 1.5, "replan": 5.0, "comparison": 15.0}
"""How long a child may take to end with what it has before it is killed; only a solve leaves a checkpoint then."""


@dataclass(kw_only=True)
class Run:
    """A job in the hands of this worker; ``is_over`` when nothing is left to do for it."""

    database: Database
    claim: Claim
    child: Child
    limits: Limits
    is_over: bool = False
    has_spoken: bool = False
    """The child will say no more."""
    _ends_at: float = field(init=False)
    _best: tuple[int, bytes] | None = None
    _told_fen: int | None = None
    _is_wished: bool = False
    _is_told: bool = False
    _is_failing: bool = False
    _events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    _values: dict[str, Any] = field(default_factory=dict)
    _outbox: deque[partial[Any]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        if self.claim.checkpoint is not None:
            self._best = (self.claim.checkpoint_fen, self.claim.checkpoint)
        self._told_fen = self.claim.job.cost_fen
        self._ends_at = time.monotonic() + most_s(self.claim, self.limits)

    def heed(self, wish: Told) -> None:
        """Take what has been wished for the job, or that it is no longer ours."""
        if wish == "lost":
            self.is_over = True
        elif wish == "stop" and not self._is_wished:
            self._is_wished = True
            self._stop()

    def hear(self) -> None:
        """Take what the child has said; end it when its time is over."""
        try:
            if not self.has_spoken:
                self._hear()
        except Exception as error:  # whatever one job meets, the worker goes on with the others
            self._break(error)

    def _hear(self) -> None:
        has_ended = self.child.has_ended  # asked first, so that nothing is said after the last reading
        try:
            for message in self.child.messages():
                TAKERS[message["is"]](self, message)
        except (OSError, ValueError, KeyError) as error:  # it has gone astray, or its folder has
            self._last(partial(claims.retry, self.database, self.claim, why=f"no message: {type(error).__name__}"))
        if not self.has_spoken and has_ended and self._is_wished:  # the wish may reach it before it can heed it
            self._last(self._best_or(partial(claims.cancel, self.database, self.claim)))
        if not self.has_spoken and has_ended:
            code = self.child.process.returncode
            self._last(partial(claims.retry, self.database, self.claim, why=f"the process ended with {code}"))
        elif not self.has_spoken and time.monotonic() >= self._ends_at:
            self._time_is_over()
        self._relay(is_last=has_ended or self.has_spoken)
        self._flush()

    def deliver(self, between: Callable[[], object] = lambda: None) -> None:
        """Write what waits, as far as the database can be reached; ``between`` is called after each write.

        Raises
        ------
        Unavailable
            The rest waits for the next turn.
        """
        while self._outbox and not self.is_over:
            self._write()
            between()
        self.is_over |= self.has_spoken and not self._outbox

    def _write(self) -> None:
        try:
            self._outbox[0]()
            self._outbox.popleft()
        except Lost:
            self.is_over = True
        except Unavailable:
            raise
        except Exception as error:
            self._break(error)

    def _break(self, error: Exception) -> None:
        """Fail the job after a fault of ours; one that cannot even be failed is left, and its lease will end."""
        logger.error("the job has met a fault", exc_info=error, extra={"job": self.claim.job.id, "code": "E609"})
        self.is_over |= self._is_failing
        self._is_failing = self.has_spoken = True
        self._events, self._values = [], {}
        failure = failure_of("E609", detail=type(error).__name__)
        self._outbox = deque([partial(claims.fail, self.database, self.claim, failure)])

    def give_back(self) -> None:
        """Put the job back into the queue, from its last checkpoint, if it has not ended."""
        try:
            self.deliver()
            if not self.is_over:
                claims.give_back(self.database, self.claim)
        except Exception as error:  # its lease will end
            logger.info("not given back: %s", type(error).__name__, extra={"job": self.claim.job.id})

    def _relay(self, *, is_last: bool) -> None:
        """Log what the child has written to standard error."""
        job = self.claim.job
        for text in self.child.errors(is_last=is_last):
            relay(text, job=job.id, attempt=job.attempt, county=job.county_id)

    def _stop(self) -> None:
        self._is_told, self._ends_at = True, time.monotonic() + STOP_S[self.claim.job.kind]
        self.child.ask_to_stop()

    def _time_is_over(self) -> None:
        if not self._is_told:
            self._stop()
        elif self._is_wished:
            self._last(self._best_or(partial(claims.cancel, self.database, self.claim)))
        else:
            failure = failure_of("E610", most=round(most_s(self.claim, self.limits)))
            self._last(self._best_or(partial(claims.fail, self.database, self.claim, failure)))

    def _last(self, write: partial[Any]) -> None:
        """Let ``write`` be the last that is written of this job."""
        self._flush()
        self.has_spoken = True
        self._outbox.append(write)

    def _flush(self) -> None:
        """Put what has gathered into the outbox, as one write."""
        if self._events or self._values:
            self._outbox.append(partial(claims.note, self.database, self.claim, self._events, self._values))
            self._events, self._values = [], {}

    def _on_phase(self, message: Mapping[str, Any]) -> None:
        self._values["phase"] = message["phase"]
        if message["phase"] == "solve":
            self._values["state"] = "solving"
            self._events.append(("state", {"state": "solving"}))
        else:
            self._events.append(("log", {"phase": message["phase"]}))

    def _on_incumbent(self, message: Mapping[str, Any]) -> None:
        told = {name: message[name] for name in ("cost_fen", "unserved", "search")}
        self._events.append(("incumbent", told))
        if (
            self._told_fen is None or told["cost_fen"] < self._told_fen
        ):  # an attempt may begin above the last one's best
            self._told_fen = told["cost_fen"]
            self._values |= {name: told[name] for name in ("cost_fen", "unserved")}

    def _on_log(self, message: Mapping[str, Any]) -> None:
        self._events.append(("log", {"text": message["text"]}))

    def _on_checkpoint(self, message: Mapping[str, Any]) -> None:
        content = self.child.taken(message["file"]) or b""
        if self._best is None or message["cost_fen"] <= self._best[0]:
            self._best = (message["cost_fen"], content)
            self._flush()
            self._outbox = deque(each for each in self._outbox if each.func is not claims.checkpoint)  # one is enough
            self._outbox.append(partial(claims.checkpoint, self.database, self.claim, content, message["cost_fen"]))

    def _on_done(self, message: Mapping[str, Any]) -> None:
        outcome = Outcome(
            plan=self.child.taken(message["plan"]),
            result=self.child.taken(message["result"]),
            **{name: message[name] for name in ("cost_fen", "bound_fen", "unserved", "stopped", "versions")},
        )
        self._last(partial(claims.finish, self.database, self.claim, outcome))

    def _on_failed(self, message: Mapping[str, Any]) -> None:
        failure = Failure(**{name: message[name] for name in ("code", "zh", "en", "faults")})
        self._last(partial(claims.fail, self.database, self.claim, failure))

    def _on_nothing(self, _: Mapping[str, Any]) -> None:
        self._last(self._best_or(partial(claims.cancel, self.database, self.claim)))

    def _best_or(self, otherwise: partial[Any]) -> partial[Any]:
        """Return the end with the last checkpoint as the plan, or ``otherwise`` where there is none."""
        if self._best is None:
            return otherwise
        cost_fen, plan = self._best
        return partial(claims.finish, self.database, self.claim, outcome_of(plan, cost_fen))


TAKERS: dict[str, Callable[[Run, Mapping[str, Any]], None]] = {
    "phase": Run._on_phase,
    "incumbent": Run._on_incumbent,
    "log": Run._on_log,
    "checkpoint": Run._on_checkpoint,
    "done": Run._on_done,
    "failed": Run._on_failed,
    "nothing": Run._on_nothing,
}
"""What a child may say."""
