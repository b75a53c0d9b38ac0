"""One county as one file, and into another service: scenarios with all revisions, jobs that have ended, plans.

Ids, revisions, digests and moments stay as they are, on either kind of database, so that addresses and ETags hold.
Personal fields go along sealed, of use only beside the same key file. What belongs to a service stays there: keys,
receivers of notices, the audit log, jobs that have not ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, literal, select
from sqlalchemy.exc import IntegrityError

from api.errors import InvalidInput
from api.service import backup
from api.service.jobs import ENDED
from api.service.tables import counties, events, jobs, personal, plans, results, revisions, scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from api.service.database import Database

FORMAT = "gongpei.county"

TABLES = (counties, scenarios, revisions, jobs, events, plans, results, personal)
"""In an order in which they can be filled."""


def hand_out(database: Database, county_id: str, path: Path) -> int:
    """Write a county to ``path``, as ``backup.back_up`` does; return how many rows.

    Raises
    ------
    InvalidInput
        E403, E602.
    """
    return backup.write(database, path, FORMAT, list(zip(TABLES, _queries(county_id), strict=True)))


def take_in(database: Database, path: Path, known: Callable[[], Collection[str]], *, drops_sealed: bool = False) -> int:
    """Put the county of a file into a database that does not have it, all or nothing; return how many rows it has.

    ``known`` returns the ids of the keys of this service; it is asked once the rows are in and nothing else is sealed
    or dropped, so that no key goes between the look and the end. Personal fields under another key could neither be
    opened nor sealed anew; they are refused, or, where ``drops_sealed``, left out.

    Raises
    ------
    InvalidInput
        E402, E404, E613 as ``backup.restore``; E682 where the county, or something of it, is there; E670.
    """

    def settle(connection: Connection) -> None:
        is_foreign = personal.c.box_key.not_in(list(known()))
        if drops_sealed:
            connection.execute(delete(personal).where(is_foreign))
        foreign = connection.scalar(select(personal.c.box_key).where(is_foreign).limit(1))
        if foreign is not None:
            raise InvalidInput("E670", key=foreign)

    try:
        return backup.read(database, path, FORMAT, TABLES, after=settle)
    except IntegrityError:
        raise InvalidInput("E682", path=path) from None


def _queries(county_id: str) -> tuple[Select[Any], ...]:
    """Return what of each table is the county's; its turn in the queue begins anew."""
    columns = [literal(0).label(each.name) if each is counties.c.last_turn else each for each in counties.c]
    scenario_ids = select(scenarios.c.id).where(scenarios.c.county_id == county_id)
    has_ended = (jobs.c.county_id == county_id) & jobs.c.state.in_(ENDED)
    job_ids = select(jobs.c.id).where(has_ended)
    return (
        select(*columns).where(counties.c.id == county_id),
        select(scenarios).where(scenarios.c.county_id == county_id),
        select(revisions).where(revisions.c.scenario_id.in_(scenario_ids)),
        select(jobs).where(has_ended),
        select(events).where(events.c.job_id.in_(job_ids)),
        select(plans).where(plans.c.county_id == county_id),
        select(results).where(results.c.job_id.in_(job_ids)),
        select(personal).where(personal.c.county_id == county_id),
    )
