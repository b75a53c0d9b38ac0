"""Plans in the database: found by county, published, read whole."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from api.service.audit import Deed, append
from api.service.database import now_ms
from api.service.folders import date_in
from api.service.ids import FORM, new_id
from api.service.revisions import found, missing
from api.service.tables import jobs, plans, revisions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Select

    from api.service.auth import Caller
    from api.service.database import Database
    from api.service.revisions import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan without its content; moments in milliseconds since 1970, UTC."""

    id: str
    job_id: str | None
    scenario_id: str
    revision: int
    cost_fen: int
    unserved: int
    created_ms: int
    published_ms: int | None


def plan_of(database: Database, county_id: str, plan_id: str) -> StoredPlan:
    """Return a plan of the county.

    Raises
    ------
    InvalidInput
        E637.
    """
    query = _query(county_id).where(plans.c.id == plan_id)
    if FORM.fullmatch(plan_id) is None:
        raise missing("plan", plan_id)
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise missing("plan", plan_id)
    return StoredPlan(**row._mapping)


def listed(
    database: Database, county_id: str, *, before: str = "", most: int, is_published: bool = False
) -> list[StoredPlan]:
    """Return plans of the county, the newest first, those with an id below ``before`` if one is given."""
    query = _query(county_id).order_by(plans.c.id.desc()).limit(most)
    if before:
        query = query.where(plans.c.id < before)
    if is_published:
        query = query.where(plans.c.published_ms.is_not(None))
    with database.read() as connection:
        return [StoredPlan(**row._mapping) for row in connection.execute(query)]


def packed_of(database: Database, county_id: str, plan_id: str) -> bytes:
    """Return ``plan.json`` of a plan of the county, as zlib.

    Raises
    ------
    InvalidInput
        E637.
    """
    query = select(plans.c.content).where(plans.c.id == plan_id, plans.c.county_id == county_id)
    with database.read() as connection:
        content: bytes | None = connection.scalar(query)
    if content is None:
        raise missing("plan", plan_id)
    return content


def content_of(database: Database, county_id: str, plan_id: str) -> dict[str, Any]:
    """Return what ``plan.json`` of a plan of the county holds.

    Raises
    ------
    InvalidInput
        E637.
    """
    content: dict[str, Any] = json.loads(zlib.decompress(packed_of(database, county_id, plan_id)))
    return content


def past_of(connection: Connection, county_id: str, plan_id: str) -> list[dict[str, str]]:
    """Return the replans behind a plan, the earliest first: the plan gone on from, in base 64, and the events.

    Empty for a plan that a solve has made or that came from elsewhere. A query for each replan.
    """
    found: list[dict[str, str]] = []
    made = select(jobs.c.request).join(plans, plans.c.job_id == jobs.c.id)
    content = select(plans.c.content).where(plans.c.county_id == county_id)
    while True:
        mine = (plans.c.id == plan_id) & (plans.c.county_id == county_id) & (jobs.c.kind == "replan")
        request = connection.scalar(made.where(mine))
        if request is None:
            return found[::-1]
        plan_id = request["plan"]
        packed: bytes = connection.execute(content.where(plans.c.id == plan_id)).scalar_one()
        found.append({"plan": b64encode(packed).decode(), "events": request["events"]})


def keep(
    database: Database, caller: Caller, revision: Revision, packed: bytes, judged: Mapping[str, Any]
) -> StoredPlan:
    """Store a plan that was made elsewhere and judged here; ``packed`` is zlib of ``plan.json``.

    Raises
    ------
    InvalidInput
        E637, where the revision has been deleted since it was looked up.
    """
    try:
        plan_id = _keep(database, caller, revision, packed, judged)
    except IntegrityError:
        found(database, caller.county_id, revision.scenario_id, revision.number)
        raise
    return plan_of(database, caller.county_id, plan_id)


def _keep(database: Database, caller: Caller, revision: Revision, packed: bytes, judged: Mapping[str, Any]) -> str:
    with database.write() as connection:
        plan_id, at_ms = new_id("pln"), now_ms(connection)
        row = {
            "id": plan_id,
            "county_id": caller.county_id,
            "scenario_id": revision.scenario_id,
            "revision": revision.number,
            "content": packed,
            "cost_fen": judged["cost_fen"],
            "unserved": judged["unserved"],
            "created_ms": at_ms,
        }
        connection.execute(insert(plans).values(row))
        detail = {"scenario": revision.scenario_id, "revision": revision.number}
        deed = Deed(
            action="plan.import", object=plan_id, key_id=caller.key_id, county_id=caller.county_id, detail=detail
        )
        append(connection, deed, at_ms)
        return plan_id


def publish(database: Database, caller: Caller, plan_id: str) -> StoredPlan:
    """Say that a plan is the one to drive by; who published it first, and when, stays.

    Raises
    ------
    InvalidInput
        E637.
    """
    plan = plan_of(database, caller.county_id, plan_id)
    with database.write() as connection:
        at_ms = now_ms(connection)
        mine = (plans.c.id == plan.id) & (plans.c.county_id == caller.county_id) & plans.c.published_ms.is_(None)
        if connection.execute(update(plans).where(mine).values(published_ms=at_ms)).rowcount == 1:
            deed = Deed(
                action="plan.publish", object=plan.id, key_id=caller.key_id, county_id=caller.county_id, detail={}
            )
            append(connection, deed, at_ms)
    return plan_of(database, caller.county_id, plan_id)


def is_first_published(database: Database, plan: StoredPlan, county_id: str) -> bool:
    """Whether the county has published no other plan for the plan's date before it.

    O(plans published before), of which each revision is looked into.
    """
    before = (plans.c.published_ms < plan.published_ms) | (
        (plans.c.published_ms == plan.published_ms) & (plans.c.id < plan.id)
    )
    query = select(plans.c.scenario_id, plans.c.revision).where(plans.c.county_id == county_id, before).distinct()
    with database.read() as connection:
        others = connection.execute(query).all()
        own = _date_of(connection, plan.scenario_id, plan.revision)
        return all(_date_of(connection, other.scenario_id, other.revision) != own for other in others)


_DATES: dict[tuple[str, int], str] = {}
"""Dates of revisions, which never change."""


def _date_of(connection: Connection, scenario_id: str, revision: int) -> str:
    key = scenario_id, revision
    if key not in _DATES:
        mine = (revisions.c.scenario_id == scenario_id) & (revisions.c.number == revision)
        _DATES[key] = date_in(connection.execute(select(revisions.c.content).where(mine)).scalar_one())
    return _DATES[key]


def _query(county_id: str) -> Select[Any]:
    names = [each.name for each in fields(StoredPlan)]
    return select(*(plans.c[name] for name in names)).where(plans.c.county_id == county_id)
