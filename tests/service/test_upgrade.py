"""Migrations lead to the tables of the program, and back, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import column, insert, inspect, table, text

from api.errors import InvalidInput
from api.service.tables import metadata
from api.service.upgrade import downgrade, newest, require_newest, upgrade
from tests.service.databases import KINDS, own_database
from tests.service.rows import COUNTY, SCENARIO, add_county, add_job, add_revision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.service.database import Database


@pytest.fixture(params=KINDS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database whose tables may be changed."""
    with own_database(request.param, tmp_path) as database:
        yield database


def test_the_migrations_make_the_tables_that_the_program_declares(database: Database) -> None:
    """Alembic finds nothing to add, drop or change."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_upgrade_does_nothing(database: Database) -> None:
    """The version stays the newest."""
    upgrade(database)
    require_newest(database)


def test_downgrade_and_upgrade_lead_back_to_the_same_tables(own: Database) -> None:
    """Down to nothing but Alembic's own table, and up again."""
    downgrade(own, "base")
    assert set(inspect(own.engine).get_table_names()) == {"alembic_version"}
    upgrade(own)
    assert set(inspect(own.engine).get_table_names()) == {"alembic_version", *metadata.tables}


def test_tables_of_a_newer_program_are_left_alone(own: Database) -> None:
    """A version that is not known is named, and neither worked with nor changed."""
    with own.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuse in (upgrade, require_newest):
        with pytest.raises(InvalidInput, match="9999") as caught:
            refuse(own)
        assert caught.value.code == "E602"
        assert caught.value.values["wanted"] == newest()


def test_what_fails_within_a_transaction_leaves_nothing(database: Database) -> None:
    """A county that is written before an exception is not there after it."""

    def broken_off() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO counties VALUES ('cty_1', 'A', 0, 0)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM counties")).scalar_one() == 0


def test_personal_fields_of_older_tables_are_as_old_as_the_first_revision_that_has_them(own: Database) -> None:
    """0001 to 0002: A's field is in the revisions of 100 and 200 ms, B's in the second only."""
    with own.write() as connection:
        add_county(connection)
        add_revision(connection, created_ms=100)
        add_revision(connection, 2, created_ms=200)
    downgrade(own, "0001")
    columns = [
        column(name) for name in ("county_id", "field", "box", "box_key", "id", "order_id", "scenario_id", "revision")
    ]
    older = table("personal", *columns)
    same = {"county_id": COUNTY, "scenario_id": SCENARIO, "field": "phone", "box": b"", "box_key": "a"}
    with own.write() as connection:
        for number, (order, revision) in enumerate((("A", 1), ("A", 2), ("B", 2))):
            connection.execute(insert(older).values(id=f"per_{number}", order_id=order, revision=revision, **same))
    upgrade(own)
    with own.read() as connection:
        found = connection.execute(text("SELECT created_ms FROM personal ORDER BY id")).scalars()
        assert list(found) == [100, 100, 200]


def test_revisions_of_older_tables_are_called_as_their_scenario_is(own: Database) -> None:
    """Down to 0003 and back, with a job standing on a revision."""
    with own.write() as connection:
        add_county(connection)
        add_revision(connection)
        add_revision(connection, 2)
        add_job(connection)
        connection.execute(text("UPDATE revisions SET name = '青山' || number"))
        connection.execute(text("UPDATE scenarios SET head = 2"))
    downgrade(own, "0003")
    with own.read() as connection:
        assert connection.execute(text("SELECT name FROM scenarios")).scalar_one() == "青山2"
    upgrade(own)
    with own.read() as connection:
        names = connection.execute(text("SELECT name FROM revisions ORDER BY number")).scalars()
        assert list(names) == ["青山2", "青山2"]
        assert connection.execute(text("SELECT count(*) FROM jobs")).scalar_one() == 1
