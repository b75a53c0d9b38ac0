"""Scenarios in the database: a name and revisions that never change; every question names the county.

A revision is a zip of its folder without personal fields, what the reader found, and how large it is. Personal fields
are sealed in the same transaction that stores the revision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.errors import InvalidInput
from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.ids import new_id
from api.service.personal import Owner, begin_storing, carry, keep
from api.service.tables import jobs, personal, plans, revisions, scenarios
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from api.service.auth import Caller
    from api.service.database import Database
    from api.service.personal_columns import PersonalValue
    from api.service.sealing import KeyFile

VALID, INVALID = "valid", "invalid"

BATCH = 500
"""Rows named in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A revision to be: packed folder, what the reader found, sizes, personal fields that came with it."""

    name: str
    content: bytes
    faults: Sequence[Mapping[str, Any]] = ()
    places: int = 0
    vehicles: int = 0
    orders: int = 0
    personal: Sequence[PersonalValue] = field(default=(), repr=False)

    @property
    def state(self) -> str:
        """Whether it can be planned."""
        return INVALID if self.faults else VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One stored state of a scenario, without its content; ``head`` is the newest number of the scenario."""

    scenario_id: str
    number: int
    head: int
    name: str
    digest: str
    state: str
    faults: Sequence[Mapping[str, Any]]
    places: int
    vehicles: int
    orders: int
    created_ms: int

    @property
    def etag(self) -> str:
        """What ``If-Match`` names."""
        return f'"{self.number}-{self.digest[:16]}"'


def create(database: Database, caller: Caller, draft: Draft, *, keys: KeyFile | None) -> Revision:
    """Store a new scenario with its first revision."""
    scenario_id = new_id("scn")
    with database.write() as connection:
        at_ms = now_ms(connection)
        row = {"id": scenario_id, "county_id": caller.county_id, "head": 1}
        connection.execute(insert(scenarios).values(**row, created_ms=at_ms))
        _add(connection, caller, (scenario_id, 1), draft, keys=keys)
        return _found(connection, caller.county_id, scenario_id)


def revise(
    database: Database,
    caller: Caller,
    before: Revision,
    draft: Draft,
    *,
    keys: KeyFile | None,
    order_ids: frozenset[str] | None = None,
) -> Revision:
    """Store the next revision of a scenario.

    Personal fields of the revision before stay with it, those of orders not among ``order_ids`` excepted (None: all).

    Raises
    ------
    InvalidInput
        E639, where another was stored since ``before``.
    """
    with database.write() as connection:
        number = before.number + 1
        moved = update(scenarios).where(
            scenarios.c.id == before.scenario_id,
            scenarios.c.county_id == caller.county_id,
            scenarios.c.head == before.number,
        )
        if connection.execute(moved.values(head=number)).rowcount != 1:
            raise InvalidInput("E639", etag=_found(connection, caller.county_id, before.scenario_id).etag)
        _add(connection, caller, (before.scenario_id, number), draft, keys=keys, order_ids=order_ids)
        return _found(connection, caller.county_id, before.scenario_id)


def found(database: Database, county_id: str, scenario_id: str, number: int | None = None) -> Revision:
    """Return a revision of a county's scenario, the newest unless a number is given.

    Raises
    ------
    InvalidInput
        E637, where the county has none such.
    """
    with database.read() as connection:
        return _found(connection, county_id, scenario_id, number)


def content_of(database: Database, county_id: str, scenario_id: str, number: int) -> bytes:
    """Return the packed folder of a revision.

    Raises
    ------
    InvalidInput
        E637.
    """
    query = (
        select(revisions.c.content)
        .join(scenarios, scenarios.c.id == revisions.c.scenario_id)
        .where(scenarios.c.county_id == county_id, scenarios.c.id == scenario_id, revisions.c.number == number)
    )
    with database.read() as connection:
        content: bytes | None = connection.execute(query).scalar_one_or_none()
    if content is None:
        raise _missing(scenario_id, number)
    return content


def listed(database: Database, county_id: str, *, after: str, most: int) -> list[Revision]:
    """Return the newest revision of each scenario of a county, in the order in which they were made."""
    query = _query(county_id).where(revisions.c.number == scenarios.c.head, scenarios.c.id > after)
    with database.read() as connection:
        return [_revision(row) for row in connection.execute(query.order_by(scenarios.c.id).limit(most))]


def remove(database: Database, caller: Caller, scenario_id: str) -> bool:
    """Delete a scenario that no job and no plan stands on; False where one does, or comes to while it is deleted.

    Raises
    ------
    InvalidInput
        E637.
    """
    try:
        with database.write() as connection:
            return _removed(connection, caller, scenario_id)
    except IntegrityError:
        return False


def _removed(connection: Connection, caller: Caller, scenario_id: str) -> bool:
    _found(connection, caller.county_id, scenario_id)
    used = [select(func.count()).where(table.c.scenario_id == scenario_id) for table in (jobs, plans)]
    if any(connection.scalar(query) for query in used):
        return False
    for table in (personal, revisions):
        connection.execute(delete(table).where(table.c.scenario_id == scenario_id))
    connection.execute(delete(scenarios).where(scenarios.c.id == scenario_id))
    append(connection, _deed(caller, "scenario.delete", scenario_id, {}), now_ms(connection))
    return True


def _add(
    connection: Connection,
    caller: Caller,
    place: tuple[str, int],
    draft: Draft,
    *,
    keys: KeyFile | None,
    order_ids: frozenset[str] | None = None,
) -> None:
    """Store a revision with what belongs to it; ``place`` is the scenario's id and the number."""
    scenario_id, number = place
    begin_storing(connection)
    at_ms = now_ms(connection)
    row = {
        "scenario_id": scenario_id,
        "number": number,
        "digest": hashlib.sha256(draft.content).hexdigest(),
        "content": draft.content,
        "state": draft.state,
        "faults": list(draft.faults) or None,
        "places": draft.places,
        "vehicles": draft.vehicles,
        "orders": draft.orders,
        "name": draft.name[:200],
        "created_ms": at_ms,
        "created_by": caller.key_id,
    }
    connection.execute(insert(revisions).values(row))
    owner = Owner(county_id=caller.county_id, scenario_id=scenario_id, revision=number)
    if number > 1:
        _carry_on(connection, owner, draft, order_ids)
    count = keep(connection, keys.ring, owner, draft.personal, at_ms=at_ms) if keys is not None else 0
    detail = {"revision": number, "state": draft.state, "personal": count}
    append(connection, _deed(caller, "scenario.revision", scenario_id, detail), at_ms)


def _carry_on(connection: Connection, owner: Owner, draft: Draft, order_ids: frozenset[str] | None) -> None:
    """Give a revision the personal fields of the one before, but for orders that are gone and fields that come anew."""
    carry(connection, replace(owner, revision=owner.revision - 1), owner.revision)
    here = (personal.c.scenario_id == owner.scenario_id) & (personal.c.revision == owner.revision)
    fresh = {(value.order, value.field) for value in draft.personal}
    rows = connection.execute(select(personal.c.id, personal.c.order_id, personal.c.field).where(here)).all()
    is_gone = [order_ids is not None and row.order_id not in order_ids for row in rows]
    stale = [row.id for row, gone in zip(rows, is_gone, strict=True) if gone or (row.order_id, row.field) in fresh]
    for first in range(0, len(stale), BATCH):
        connection.execute(delete(personal).where(personal.c.id.in_(stale[first : first + BATCH])))


def _deed(caller: Caller, action: str, object_: str, detail: Mapping[str, Any]) -> Deed:
    return Deed(action=action, object=object_, key_id=caller.key_id, county_id=caller.county_id, detail=detail)


def _query(county_id: str) -> Any:
    columns = [column for column in revisions.c if column.name not in ("content", "created_by")]
    return (
        select(*columns, scenarios.c.head)
        .join(scenarios, scenarios.c.id == revisions.c.scenario_id)
        .where(scenarios.c.county_id == county_id)
    )


def _found(connection: Connection, county_id: str, scenario_id: str, number: int | None = None) -> Revision:
    query = _query(county_id).where(
        scenarios.c.id == scenario_id, revisions.c.number == (scenarios.c.head if number is None else number)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _missing(scenario_id, number)
    return _revision(row)


def _missing(scenario_id: str, number: int | None) -> InvalidInput:
    value = scenario_id if number is None else f"{scenario_id} {number}"
    return missing("scenario", value)


KINDS = {
    "scenario": Text("场景", "scenario"),
    "plan": Text("方案", "plan"),
    "job": Text("任务", "job"),
    "webhook": Text("通知地址", "webhook"),
}


def missing(kind: str, value: str) -> InvalidInput:
    """Return the refusal of what the caller's county does not have."""
    return InvalidInput("E637", kind=KINDS[kind], value=value[:80])


def _revision(row: Row[Any]) -> Revision:
    names = [each.name for each in fields(Revision) if each.name != "faults"]
    return Revision(**{name: row._mapping[name] for name in names}, faults=row.faults or ())
