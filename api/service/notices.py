"""Notices of jobs that have ended: written down with the end itself, sent afterwards, tried again with pauses.

A notice is owed from the transaction that ends the job, so none is lost; it may arrive twice, under the same id, when a
sender dies between call and record. Each county that is owed anything has a sender of its own, so that no county waits
for another's receiver.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from api.errors import InvalidInput
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.sealing import Box
from api.service.tables import counties, deliveries, jobs, webhooks
from api.service.webhooks import WAITS_S, call, resolved, target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from api.service.database import Database
    from api.service.sealing import KeyRing
    from api.service.webhooks import Lookup, Target

    Caller = Callable[..., int]

logger = logging.getLogger(__name__)

EVENTS = ("done", "failed", "cancelled")
"""States of jobs that may be told."""

HELD_MS = 60_000
"""How long a notice that is being sent is left alone by other senders."""

ACCEPTED = range(200, 300)

SENDERS = 16
"""Counties whose receivers are called at the same time by one process."""

MOST_IN_TURN = 20
"""Calls of one county before others that wait have their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A receiver of a county's notices; ``secret`` is shown once, when it is made."""

    id: str
    url: str
    events: tuple[str, ...]
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the operator lets notices reach, and how hosts are looked up."""

    hosts: tuple[str, ...] = ()
    lookup: Lookup = resolved


def register(
    connection: Connection, ring: KeyRing, *, county_id: str, target: Target, events: Sequence[str], most: int
) -> Hook:
    """Store a receiver whose address was checked before the transaction, and return it with its secret.

    Raises
    ------
    InvalidInput
        E687, where the county has ``most`` receivers; of two that come at once the second waits for the first.
    """
    connection.execute(select(counties.c.id).where(counties.c.id == county_id).with_for_update(key_share=True))
    count = select(func.count()).select_from(webhooks).where(webhooks.c.county_id == county_id)
    if connection.execute(count).scalar_one() >= most:
        raise InvalidInput("E687", most=most)
    hook = Hook(id=new_id("hook"), url=target.url, events=tuple(events), secret=secrets.token_urlsafe(32))
    row = {
        "id": hook.id,
        "county_id": county_id,
        "url": target.url,
        "secret_box": ring.seal(hook.secret, hook.id).packed(),
        "events": list(events),
        "created_ms": now_ms(connection),
    }
    connection.execute(insert(webhooks).values(row))
    return hook


def owe(connection: Connection, county_id: str, job_id: str, state: str, at_ms: int) -> int:
    """Owe a notice to every receiver of the county that asked for ``state``; in the transaction that ends the job.

    The receivers are held until it ends: one that is just being removed is waited for and then left out.
    """
    receivers = select(webhooks.c.id, webhooks.c.events).where(webhooks.c.county_id == county_id)
    ordered = receivers.order_by(webhooks.c.id)  # two jobs that end at once do not wait for each other
    hooks = connection.execute(ordered.with_for_update(read=True, key_share=True)).all()
    rows = [
        {"id": new_id("dlv"), "webhook_id": hook.id, "job_id": job_id, "attempt": 0, "due_ms": at_ms, "state": "due"}
        for hook in hooks
        if state in hook.events
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
    return len(rows)


def remove(connection: Connection, *, county_id: str, hook_id: str) -> bool:
    """Remove a receiver with all that is owed to it; False where the county has none of this id."""
    mine = select(webhooks.c.id).where(webhooks.c.id == hook_id, webhooks.c.county_id == county_id)
    if connection.scalar(mine.with_for_update()) is None:
        return False
    connection.execute(delete(deliveries).where(deliveries.c.webhook_id == hook_id))  # nobody owes it more: it is held
    connection.execute(delete(webhooks).where(webhooks.c.id == hook_id))
    return True


class Senders:
    """Threads that send what is due: one for each county that is owed anything, so many counties at a time.

    ``ring`` gives the keys as they are now.
    """

    def __init__(
        self,
        database: Database,
        ring: Callable[[], KeyRing],
        allowed: Allowed,
        *,
        most: int = SENDERS,
        caller: Caller = call,
    ) -> None:
        self._database = database
        self._ring = ring
        self._allowed = allowed
        self._most = most
        self._caller = caller
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Thread] = {}
        self._last: dict[str, float] = {}
        self._ends = threading.Event()

    def begin(self) -> int:
        """Start a sender for each county that is owed a notice and has none, and return how many were started.

        Where there are more counties than senders, those begin that have waited longest since their last turn.
        """
        due = _owed(self._database)
        with self._lock:
            waiting = sorted((self._last.get(each, 0.0), each) for each in due if each not in self._busy)
            chosen = [county_id for _, county_id in waiting[: self._most - len(self._busy)]]
            self._last = {county_id: at for county_id, at in self._last.items() if county_id in due}
            for county_id in chosen:
                thread = threading.Thread(target=self._serve, args=(county_id,), name="notices", daemon=True)
                self._busy[county_id] = thread
                thread.start()
        return len(chosen)

    def end(self, wait_s: float) -> bool:
        """Begin no more calls and wait for those under way, ``wait_s`` at most; whether none is left."""
        self._ends.set()
        until = time.monotonic() + wait_s
        with self._lock:
            busy = list(self._busy.values())
        for thread in busy:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in busy)

    def _serve(self, county_id: str) -> None:
        try:
            for _ in range(MOST_IN_TURN):
                if self._ends.is_set() or not send_next(
                    self._database, self._ring(), self._allowed, county_id, caller=self._caller
                ):
                    return
        except Exception:  # the next turn tries again
            logger.exception("notices could not be sent", extra={"county": county_id})
        finally:
            with self._lock:
                del self._busy[county_id]
                self._last[county_id] = time.monotonic()


def send_next(database: Database, ring: KeyRing, allowed: Allowed, county_id: str, *, caller: Caller = call) -> bool:
    """Send the county's notice that was due first; False without one. No transaction is open during the call."""
    row = _take(database, county_id)
    if row is None:
        return False
    status = _sent(row, ring, allowed, caller)
    with database.write() as connection:
        _record(connection, row, status)
    return True


def _owed(database: Database) -> set[str]:
    """Return the counties to which notices are due."""
    with database.read() as connection:
        owed = (
            select(webhooks.c.county_id)
            .distinct()
            .join(deliveries, deliveries.c.webhook_id == webhooks.c.id)
            .where(deliveries.c.state == "due", deliveries.c.due_ms <= now_ms(connection))
        )
        return set(connection.execute(owed).scalars())


def _take(database: Database, county_id: str) -> Any:
    """Return the county's notice that was due first, held for this sender; None without one."""
    with database.write() as connection:
        now = now_ms(connection)
        due = (
            select(deliveries.c.id)
            .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
            .where(webhooks.c.county_id == county_id, deliveries.c.state == "due", deliveries.c.due_ms <= now)
            .order_by(deliveries.c.due_ms, deliveries.c.id)
            .limit(1)
        )
        found = connection.scalar(due.with_for_update(skip_locked=True, of=deliveries))
        if found is None:
            return None
        held = update(deliveries).where(deliveries.c.id == found)
        connection.execute(held.values(due_ms=now + HELD_MS, attempt=deliveries.c.attempt + 1))
        return connection.execute(
            select(
                deliveries.c.id, deliveries.c.attempt, deliveries.c.job_id, webhooks.c.url, webhooks.c.secret_box,
                webhooks.c.id.label("hook_id"), jobs.c.state, jobs.c.kind, jobs.c.plan_id, jobs.c.unserved,
            )
            .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
            .join(jobs, jobs.c.id == deliveries.c.job_id)
            .where(deliveries.c.id == found)
        ).one()  # fmt: skip


def _sent(row: Any, ring: KeyRing, allowed: Allowed, caller: Caller) -> int:
    """Return the receiver's status, 0 where it cannot or may not be reached."""
    try:
        target = target_of(row.url, allowed.hosts, allowed.lookup)
        secret = ring.open(Box.unpacked(row.secret_box), row.hook_id)
        return caller(target, secret, _event(row), int(time.time()))
    except InvalidInput:
        return 0
    except Exception:  # whatever one notice meets, the others are sent
        logger.exception("notice not sent", extra={"job": row.job_id})
        return 0


def _event(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "job": row.job_id,
        "kind": row.kind,
        "state": row.state,
        "plan": row.plan_id,
        "unserved": row.unserved,
    }


def _record(connection: Connection, row: Any, status: int) -> None:
    is_done = status in ACCEPTED
    is_last = row.attempt > len(WAITS_S)
    state = "done" if is_done else "given_up" if is_last else "due"
    wait_ms = 0 if is_done or is_last else WAITS_S[row.attempt - 1] * 1000
    changed = update(deliveries).where(deliveries.c.id == row.id, deliveries.c.attempt == row.attempt)
    connection.execute(changed.values(state=state, status=status, due_ms=now_ms(connection) + wait_ms))
