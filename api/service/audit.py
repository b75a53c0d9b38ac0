"""Who did what, in a chain: every row holds a digest over itself and over the row before it.

A row that is changed, taken out or slipped in breaks the chain at its number. A chain that lost its newest rows is
whole in itself: let ``verify`` look for a head that was written down elsewhere. ``detail`` holds ids and counts, never
personal fields.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api.service.database import add, hold
from api.service.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

BEGINNING = "0" * 64
"""What the first row has in place of a digest before it."""

LOCK = 0x6761756469740001
"""Number of the lock under which PostgreSQL lets one transaction at a time extend the chain; any that is ours."""

BATCH = 1_000

UNREADABLE = (ValueError, TypeError, RecursionError)
"""What reading a row ends with that somebody has filled with what the program never writes."""

NO_TEXT = "Could not decode to UTF-8"
"""How SQLite says the same of a text; else its errors are those of the database."""

NEWEST = select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
"""The statement of every deed, made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be written down; ``object`` is the id of what it was done to."""

    action: str
    object: str
    key_id: str | None = None
    county_id: str | None = None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Rows that are right, the digest of the last of them, and the first number that does not fit: None, all do.

    ``has_kept`` says whether the head that was looked for is among them.
    """

    rows: int
    head: str
    broken_at: int | None
    has_kept: bool = True


def append(connection: Connection, deed: Deed, at_ms: int) -> int:
    """Write ``deed`` as the newest row, within the caller's transaction, and return its number. O(1).

    Call it last: from here to the end of the transaction nobody else extends the chain.
    """
    return append_all(connection, [deed], at_ms)


def append_all(connection: Connection, done: Sequence[Deed], at_ms: int) -> int:
    """Write one deed or more, as ``append`` does, and return the number of the last."""
    hold(connection, LOCK)
    newest = connection.execute(NEWEST).one_or_none()
    last, previous = (0, BEGINNING) if newest is None else (newest.number, newest.digest)
    rows = []
    for number, deed in enumerate(done, last + 1):
        row = {
            "number": number,
            "at_ms": at_ms,
            "key_id": deed.key_id,
            "county_id": deed.county_id,
            "action": deed.action,
            "object": deed.object,
            "detail": dict(deed.detail),
            "previous": previous,
        }
        previous = _digest(row)
        rows.append({**row, "digest": previous})
    add(connection, audit, rows)
    return int(last) + len(rows)


def length(connection: Connection) -> int:
    """Return the number of the newest row, 0 where there is none."""
    newest = connection.execute(NEWEST).one_or_none()
    return 0 if newest is None else int(newest.number)


def verify(connection: Connection, kept: tuple[int, str] | None = None) -> Verdict:
    """Recompute the whole chain and look for a head ``kept`` elsewhere. O(rows), a thousand at a time in memory."""
    number, previous, most, has_kept = 0, BEGINNING, BATCH, kept is None
    while True:
        query = select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(most)
        try:
            rows = connection.execute(query).all()
        except (*UNREADABLE, OperationalError) as error:
            if isinstance(error, OperationalError) and NO_TEXT not in str(error.orig):
                raise
            if most == 1:
                return Verdict(rows=number, head=previous, broken_at=number + 1, has_kept=has_kept)
            most = 1  # one of so many: those before it are still right
            continue
        for row in rows:
            if not _follows(row, number, previous):
                return Verdict(rows=number, head=previous, broken_at=number + 1, has_kept=has_kept)
            number, previous = row.number, row.digest
            has_kept = has_kept or kept == (number, previous)
        if len(rows) < most:
            return Verdict(rows=number, head=previous, broken_at=None, has_kept=has_kept)


def deeds(connection: Connection, *, county_id: str | None, after: int = 0, most: int = 100) -> list[dict[str, Any]]:
    """Return rows after number ``after``, oldest first; of one county where one is named."""
    query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(most)
    if county_id is not None:
        query = query.where(audit.c.county_id == county_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def _follows(row: Row[Any], number: int, previous: str) -> bool:
    """Whether a row is the one after ``number``, as it was written."""
    try:
        digest = _digest(_content(row))
    except UNREADABLE:
        return False
    return bool(row.number == number + 1 and row.previous == previous and row.digest == digest)


def _content(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "digest"}


def _digest(row: Mapping[str, Any]) -> str:
    text_of_row = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text_of_row.encode()).hexdigest()
