"""What was over long ago is forgotten, and nothing that anybody drives by, goes on from or waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from api.service import forgetting
from api.service.audit import deeds, verify
from api.service.forgetting import Forgotten, forget
from api.service.personal import Owner, keep
from api.service.personal_columns import PersonalValue
from api.service.sealing import KeyRing
from api.service.stored_plans import past_of
from api.service.tables import checkpoints, deliveries, events, jobs, plans, results, revisions, scenarios, webhooks
from tests.service.databases import fresh_database
from tests.service.rows import COUNTY, SCENARIO, add_county, add_job, add_revision

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from api.service.database import Database

NOW, LONG_AGO = 10_000, 7_000
"""Jobs of ``rows`` ended at 7,000."""


def add_plan(connection: Connection, plan: str, job: str | None = None, *, published_ms: int | None = None) -> None:
    """Add a plan of the county's first revision, made long ago."""
    row = {"county_id": COUNTY, "scenario_id": SCENARIO, "revision": 1, "cost_fen": 0, "unserved": 0}
    values: dict[str, Any] = {"content": b"plan", "created_ms": LONG_AGO, "published_ms": published_ms}
    connection.execute(insert(plans).values(id=plan, job_id=job, **row, **values))


def add_replan(connection: Connection, job: str, base: str, **changes: Any) -> None:
    """Add a replan that went on from the plan ``base``."""
    add_job(connection, job)
    request = {"plan": base, "events": ""}
    connection.execute(update(jobs).where(jobs.c.id == job).values(kind="replan", request=request, **changes))


def whole(database: Database, before_ms: int = NOW) -> Forgotten:
    """Forget, and return all that has gone."""
    *_, last = forget(database, before_ms=before_ms)
    return last


def left(database: Database, column: Any) -> list[Any]:
    """Return what a column holds."""
    with database.read() as connection:
        return sorted(connection.scalars(select(column)))


@pytest.fixture
def begun(database: Database) -> Database:
    """Give a database with a county and one revision."""
    with database.write() as connection:
        add_county(connection)
        add_revision(connection)
    return database


def test_an_ended_job_goes_with_all_that_is_its_own(begun: Database) -> None:
    with begun.write() as connection:
        add_job(connection)
        add_plan(connection, "pln_1", "job_1")
        connection.execute(insert(events).values(job_id="job_1", number=1, kind="end", at_ms=0, data={}))
        connection.execute(insert(checkpoints).values(job_id="job_1", attempt=1, plan=b"", cost_fen=0, at_ms=0))
        connection.execute(insert(results).values(job_id="job_1", content=b""))
        hook = {"county_id": COUNTY, "url": "", "secret_box": b"", "events": [], "created_ms": 0}
        connection.execute(insert(webhooks).values(id="whk_1", **hook))
        due = {"webhook_id": "whk_1", "job_id": "job_1", "due_ms": 0, "state": "done"}
        connection.execute(insert(deliveries).values(id="dlv_1", **due))
    assert whole(begun) == Forgotten(jobs=1, plans=1)
    for column in (jobs.c.id, plans.c.id, events.c.job_id, checkpoints.c.job_id, results.c.job_id, deliveries.c.id):
        assert left(begun, column) == []
    with begun.read() as connection:
        (row,) = deeds(connection, county_id=None)
        assert verify(connection).broken_at is None
    assert (row["action"], row["detail"]) == ("admin.forget", {"jobs": 1, "plans": 1, "revisions": 0})


def test_what_is_younger_or_not_ended_stays(begun: Database) -> None:
    """One job ended at the very moment, one is being solved, whatever its row says of an end."""
    with begun.write() as connection:
        add_job(connection, "job_1")
        add_job(connection, "job_2", state="solving")
    assert whole(begun, before_ms=LONG_AGO) == Forgotten()
    assert whole(begun) == Forgotten(jobs=1)
    assert left(begun, jobs.c.id) == ["job_2"]


def test_a_published_plan_stays_with_all_that_it_went_on_from(begun: Database) -> None:
    """Plan 1 was solved, 2 and 3 replanned one from the other, 3 published; 4, from 1 as well, was dropped."""
    with begun.write() as connection:
        add_job(connection, "job_1")
        add_plan(connection, "pln_1", "job_1")
        for job, base, plan in (("job_2", "pln_1", "pln_2"), ("job_3", "pln_2", "pln_3"), ("job_4", "pln_1", "pln_4")):
            add_replan(connection, job, base)
            add_plan(connection, plan, job, published_ms=LONG_AGO if plan == "pln_3" else None)
    assert whole(begun) == Forgotten(jobs=1, plans=1)
    with begun.read() as connection:
        assert len(past_of(connection, COUNTY, "pln_3")) == 2
    with begun.write() as connection:
        connection.execute(update(plans).values(published_ms=None))
    assert whole(begun) == Forgotten(jobs=3, plans=3)


def test_what_a_young_replan_went_on_from_stays(begun: Database) -> None:
    """Handed in from elsewhere, never published; a replan of it waits. Another that nobody uses goes."""
    with begun.write() as connection:
        add_plan(connection, "pln_1")
        add_plan(connection, "pln_2")
        add_replan(connection, "job_1", "pln_1", state="queued", ended_ms=None)
    assert whole(begun) == Forgotten(plans=1)
    assert left(begun, plans.c.id) == ["pln_1"]


def test_replaced_revisions_go_with_their_personal_fields_unless_something_stands_on_them(begun: Database) -> None:
    """1 has a young job, 2 was replaced long ago, 3 lately by 4, the newest, which is as old as can be."""
    with begun.write() as connection:
        for number, created_ms in ((2, 100), (3, 200), (4, NOW)):
            add_revision(connection, number, created_ms=created_ms)
        connection.execute(update(scenarios).values(head=4))
        add_job(connection)
        ring = KeyRing(keys={"a": b"1" * 32})
        owner = Owner(county_id=COUNTY, scenario_id=SCENARIO, revision=2)
        keep(connection, ring, owner, [PersonalValue(order="A", field="phone", value="13812345678")], at_ms=100)
    assert whole(begun, before_ms=LONG_AGO) == Forgotten(revisions=1)
    assert left(begun, revisions.c.number) == [1, 3, 4]
    assert whole(begun, before_ms=NOW + 1) == Forgotten(jobs=1, revisions=2)
    assert left(begun, revisions.c.number) == [4]


@pytest.mark.usefixtures("_batches_of_three")
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_forgetting_loses_what_is_needed_and_none_keeps_what_is_not(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Random solves and replans against what a look at every plan's whole past says, in batches of three."""
    count = data.draw(st.integers(1, 12))
    base = {n: data.draw(st.none() | st.integers(0, n - 1)) if n else None for n in range(count)}
    published = data.draw(st.sets(st.integers(0, count - 1)))
    young = data.draw(st.sets(st.integers(0, count - 1)))
    wanted = set()
    for n in published | young:
        at: int | None = n
        while at is not None:
            wanted.add(at)
            at = base[at]
    folder: Path = tmp_path_factory.mktemp("forgetting")
    with fresh_database("sqlite", folder) as database:
        with database.write() as connection:
            add_county(connection)
            add_revision(connection)
            for n in range(count):
                job, plan = f"job_{n:02}", f"pln_{n:02}"
                if base[n] is None:
                    add_job(connection, job)
                else:
                    add_replan(connection, job, f"pln_{base[n]:02}")
                add_plan(connection, plan, job, published_ms=1 if n in published else None)
                ended_ms = NOW if n in young else LONG_AGO
                connection.execute(update(jobs).where(jobs.c.id == job).values(ended_ms=ended_ms))
        whole(database)
        assert left(database, plans.c.id) == [f"pln_{n:02}" for n in sorted(wanted)]


@pytest.fixture(scope="module")
def _batches_of_three() -> Any:
    """Let a batch be three rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgetting, "BATCH", 3)
        yield
