"""Who did what, in a chain: every row holds a digest over itself and over the row before it.

A row that is changed, taken out or slipped in breaks the chain at its number. A chain that lost its newest rows is
whole in itself: compare the head that ``verify`` tells with one that was written down elsewhere. ``detail`` holds
ids and counts, never personal fields.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text

from api.service.database import CLOCK_MS, now_ms
from api.service.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

BEGINNING = "0" * 64
"""What the first row has in place of a digest before it."""

LOCK = 0x6761756469740001
"""Number of the lock under which PostgreSQL lets one transaction at a time extend the chain; any that is ours."""

BATCH = 1_000

HOLD = text(f"SELECT pg_advisory_xact_lock(:lock), {CLOCK_MS} AS at_ms")
NEWEST = select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
"""Statements of every deed, made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be written down; ``object`` is the id of what it was done to."""

    action: str
    object: str
    key_id: str | None = None
    county_id: str | None = None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where the chain ends; as it is made, a chain without rows."""

    number: int = 0
    digest: str = BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Rows that are right, the digest of the last of them, and the first number that does not fit: None, all do."""

    rows: int
    head: str
    broken_at: int | None


def append(connection: Connection, deed: Deed, at_ms: int) -> int:
    """Write ``deed`` as the newest row, within the caller's transaction, and return its number. O(1).

    Call it last: from here to the end of the transaction nobody else extends the chain.
    """
    hold(connection)
    return extend(connection, newest(connection), [deed], at_ms).number


def hold(connection: Connection) -> int:
    """Let nobody else extend the chain before the caller's transaction ends; return the time, as ``now_ms`` does.

    Who holds it waits for no row that another may hold while it extends the chain.
    """
    if connection.dialect.name == "sqlite":  # has one writer at a time
        return now_ms(connection)
    at_ms: int = connection.execute(HOLD, {"lock": LOCK}).one().at_ms
    return at_ms


def newest(connection: Connection) -> Link:
    """Return the end of the chain."""
    row = connection.execute(NEWEST).one_or_none()
    return Link() if row is None else Link(number=row.number, digest=row.digest)


def extend(connection: Connection, link: Link, deeds: Sequence[Deed], at_ms: int) -> Link:
    """Write ``deeds`` after ``link``, the end of the chain that the caller holds, and return its new end."""
    rows = []
    for deed in deeds:
        row = {
            "number": link.number + 1,
            "at_ms": at_ms,
            "key_id": deed.key_id,
            "county_id": deed.county_id,
            "action": deed.action,
            "object": deed.object,
            "detail": dict(deed.detail),
            "previous": link.digest,
        }
        link = Link(number=link.number + 1, digest=_digest(row))
        rows.append({**row, "digest": link.digest})
    connection.execute(insert(audit), rows)
    return link


def verify(connection: Connection) -> Verdict:
    """Recompute the whole chain. O(rows), a thousand at a time in memory."""
    number, previous = 0, BEGINNING
    while True:
        rows = connection.execute(
            select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(BATCH)
        ).all()
        for row in rows:
            if row.number != number + 1 or row.previous != previous or row.digest != _digest(_content(row)):
                return Verdict(rows=number, head=previous, broken_at=number + 1)
            number, previous = row.number, row.digest
        if len(rows) < BATCH:
            return Verdict(rows=number, head=previous, broken_at=None)


def deeds(connection: Connection, *, county_id: str | None, after: int = 0, most: int = 100) -> list[dict[str, Any]]:
    """Return rows after number ``after``, oldest first; of one county where one is named."""
    query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(most)
    if county_id is not None:
        query = query.where(audit.c.county_id == county_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def _content(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "digest"}


def _digest(row: Mapping[str, Any]) -> str:
    text_of_row = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text_of_row.encode()).hexdigest()
