"""Personal fields of orders in the database: sealed on the way in, masked on the way out, revealed on the record.

They belong to a revision of a scenario and never enter its content, a problem, a plan or a log. A purge takes them and
leaves everything else as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, text, update

from api.service.audit import Deed, append
from api.service.ids import new_id
from api.service.masking import masked
from api.service.sealing import Box
from api.service.tables import personal, webhooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

    from api.service.personal_columns import PersonalValue
    from api.service.sealing import KeyRing

BATCH = 500

STORING, COUNTING = (
    text(f"LOCK TABLE {personal.name}, {webhooks.name} IN {mode} MODE") for mode in ("ROW EXCLUSIVE", "SHARE")
)
"""Locks of PostgreSQL: many store boxes at a time, nobody while they are counted; SQLite has one writer anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose fields: a revision of a county's scenario."""

    county_id: str
    scenario_id: str
    revision: int

    def place(self, order: str, field: str) -> str:
        """Return what a box is bound to; the same for all revisions, so that fields can be carried on."""
        return f"{self.scenario_id}/{order}/{field}"


def begin_storing(connection: Connection) -> None:
    """Keep older keys from being dropped until the caller's transaction ends.

    To be called before the ring, or a box that is to be copied, is read: either could be an older one else.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(STORING)


def keep(connection: Connection, ring: KeyRing, owner: Owner, values: Iterable[PersonalValue], *, at_ms: int) -> int:
    """Seal and store values that came at ``at_ms``, within the caller's transaction; return how many.

    ``ring`` is to be read after ``begin_storing``.
    """
    rows = []
    for value in values:
        box = ring.seal(value.value, owner.place(value.order, value.field))
        rows.append(
            {
                "id": new_id("per"),
                "county_id": owner.county_id,
                "scenario_id": owner.scenario_id,
                "revision": owner.revision,
                "order_id": value.order,
                "field": value.field,
                "box": box.content,
                "box_key": box.key,
                "created_ms": at_ms,
            }
        )
    if rows:
        connection.execute(insert(personal), rows)
    return len(rows)


def carry(connection: Connection, owner: Owner, revision: int) -> int:
    """Give a newer ``revision``, whose orders are those of ``owner``'s, its fields at their age; return how many."""
    columns = [column for column in personal.c if column.name not in ("id", "revision")]
    query = select(*columns).where(personal.c.scenario_id == owner.scenario_id, personal.c.revision == owner.revision)
    rows = [
        {**row._mapping, "id": new_id("per"), "revision": revision}
        for row in connection.execute(query.where(personal.c.county_id == owner.county_id))
    ]
    if rows:
        connection.execute(insert(personal), rows)
    return len(rows)


def shown(connection: Connection, ring: KeyRing, owner: Owner, orders: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the fields of orders, masked, by order and field."""
    return {
        order: {f: masked(f, v) for f, v in fields.items()}
        for order, fields in _opened(connection, ring, owner, orders)
    }


def reveal(
    connection: Connection, ring: KeyRing, owner: Owner, order: str, *, key_id: str, at_ms: int
) -> dict[str, str]:
    """Return the fields of one order as they are; writes down who looked, found or not, and at which that has any."""
    found = dict(_opened(connection, ring, owner, [order])).get(order, {})
    known = order if found else ""  # what is no order's id may be anything, a phone, and stays in the chain for ever
    detail = {"order": known, "revision": owner.revision, "fields": sorted(found)}
    deed = Deed(
        action="personal.reveal", object=owner.scenario_id, key_id=key_id, county_id=owner.county_id, detail=detail
    )
    append(connection, deed, at_ms)
    return found


def purge(connection: Connection, *, before_ms: int, at_ms: int, key_id: str | None = None) -> int:
    """Delete the personal fields that came before ``before_ms``, in whatever revision; return how many."""
    count = connection.execute(delete(personal).where(personal.c.created_ms < before_ms)).rowcount
    append(connection, Deed(action="personal.purge", object="personal", key_id=key_id, detail={"count": count}), at_ms)
    return count


def rotate(connection: Connection, ring: KeyRing) -> int:
    """Seal a batch of what older keys closed with the newest key; return how many: 0 when there is nothing left.

    Call it, a transaction each, until it returns 0; then the older keys may leave the file.
    """
    rows = connection.execute(select(personal).where(personal.c.box_key != ring.newest).limit(BATCH)).all()
    for row in rows:
        place = _owner(row).place(row.order_id, row.field)
        box = ring.seal(ring.open(Box(key=row.box_key, content=row.box), place), place)
        changed = update(personal).where(personal.c.id == row.id).values(box=box.content, box_key=box.key)
        connection.execute(changed)
    return len(rows) + (_rotate_secrets(connection, ring) if not rows else 0)


def under_older_keys(connection: Connection, ring: KeyRing) -> int:
    """Return how many boxes the newest key does not open; whoever is just storing some is waited for.

    Until the caller's transaction ends nobody stores any.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(COUNTING)
    fields = connection.scalar(select(func.count()).where(personal.c.box_key != ring.newest)) or 0
    secrets = connection.execute(select(webhooks.c.secret_box)).scalars()
    return fields + sum(Box.unpacked(each).key != ring.newest for each in secrets)


def _rotate_secrets(connection: Connection, ring: KeyRing) -> int:
    """Seal the secrets of all webhooks anew; they are few."""
    count = 0
    for row in connection.execute(select(webhooks.c.id, webhooks.c.secret_box)).all():
        box = Box.unpacked(row.secret_box)
        if box.key != ring.newest:
            fresh = ring.seal(ring.open(box, row.id), row.id).packed()
            connection.execute(update(webhooks).where(webhooks.c.id == row.id).values(secret_box=fresh))
            count += 1
    return count


def _opened(
    connection: Connection, ring: KeyRing, owner: Owner, orders: Sequence[str]
) -> list[tuple[str, dict[str, str]]]:
    query = select(personal).where(
        personal.c.county_id == owner.county_id,
        personal.c.scenario_id == owner.scenario_id,
        personal.c.revision == owner.revision,
        personal.c.order_id.in_(list(orders)),
    )
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(query):
        value = ring.open(Box(key=row.box_key, content=row.box), owner.place(row.order_id, row.field))
        found.setdefault(row.order_id, {})[row.field] = value
    return list(found.items())


def _owner(row: Row[tuple[object, ...]]) -> Owner:
    return Owner(county_id=row.county_id, scenario_id=row.scenario_id, revision=row.revision)
