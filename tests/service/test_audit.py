"""The audit chain tells where it was touched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, text, update

from api.service.audit import BEGINNING, Deed, append, deeds, verify
from api.service.tables import audit
from tests.service.databases import fresh_database

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database


def written(database: Database, count: int) -> None:
    for i in range(count):
        with database.write() as connection:
            deed = Deed(action="plan.publish", object=f"pln_{i}", county_id=f"cty_{i % 2}", detail={"名": i})
            append(connection, deed, 1_000 + i)


def test_an_untouched_chain_is_whole_and_numbered_without_a_gap(database: Database) -> None:
    written(database, 5)
    with database.read() as connection:
        verdict = verify(connection)
        assert [row["number"] for row in deeds(connection, county_id=None)] == [1, 2, 3, 4, 5]
        assert [row["object"] for row in deeds(connection, county_id="cty_1")] == ["pln_1", "pln_3"]
    assert (verdict.rows, verdict.broken_at) == (5, None)
    assert verdict.head != BEGINNING


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_changed_row_breaks_the_chain_at_its_number(database: Database, number: int) -> None:
    written(database, 5)
    with database.write() as connection:
        connection.execute(update(audit).where(audit.c.number == number).values(object="pln_other"))
        assert verify(connection).broken_at == number


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at_ms", "at_ms + 1"), ("key_id", "'k'"), ("county_id", "'c'"), ("action", "'x'"), ("object", "'x'"),
        ("detail", "'{}'"), ("previous", "'x'"), ("digest", "'x'"), ("number", "9"), ("at_ms", "'x'"),
        ("detail", "'x'"), ("detail", "x'ff'"), ("detail", "'[\"\\ud800\"]'"), ("action", "x'ff'"),
        ("action", "CAST(x'ff' AS TEXT)"), ("detail", "replace(hex(zeroblob(30000)), '00', '[')"),
    ],
)  # fmt: skip
def test_whatever_is_written_into_a_row_breaks_the_chain_there(tmp_path: Path, column: str, value: str) -> None:
    """Past bug: what is no JSON, no text or too deep ended the check with an error of Python's, or with E601."""
    with fresh_database("sqlite", tmp_path) as database:
        written(database, 3)
        with database.write() as connection:
            connection.execute(update(audit).where(audit.c.number == 2).values({column: text(value)}))
            assert verify(connection).broken_at == 2


def test_a_head_that_was_written_down_is_found_until_the_end_is_cut_off(database: Database) -> None:
    """Of five rows the last two go and two others come: whole in itself, and row 4 is not the one that was kept."""
    written(database, 5)
    with database.write() as connection:
        kept = [(row["number"], row["digest"]) for row in deeds(connection, county_id=None)]
        assert verify(connection, kept[3]).has_kept
        assert not verify(connection, (3, kept[3][1])).has_kept
        connection.execute(delete(audit).where(audit.c.number > 3))
        assert not verify(connection, kept[3]).has_kept
    written(database, 2)
    with database.read() as connection:
        found = verify(connection, kept[3])
        assert (found.broken_at, found.rows, found.has_kept) == (None, 5, False)
        assert verify(connection, kept[2]).has_kept


def test_a_row_that_was_taken_out_breaks_the_chain(database: Database) -> None:
    written(database, 5)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.number == 2))
        assert verify(connection).broken_at == 2


def test_writers_at_the_same_time_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: written(database, 5), range(8)))
    with database.read() as connection:
        verdict = verify(connection)
    assert (verdict.rows, verdict.broken_at) == (40, None)


def test_an_undone_transaction_leaves_no_row(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            append(connection, Deed(action="x", object="y", detail={}), 5)
            raise RuntimeError

    written(database, 1)
    with pytest.raises(RuntimeError):
        fail()
    written(database, 1)
    with database.read() as connection:
        assert (verify(connection).rows, verify(connection).broken_at) == (2, None)
