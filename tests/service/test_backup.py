"""A backup is the whole database, whichever of the two it came from and goes to."""

from __future__ import annotations

import gzip
import stat
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from api.errors import InvalidInput
from api.service import claims
from api.service.audit import verify
from api.service.backup import TABLES, back_up, restore
from api.service.jobs import Outcome
from api.service.tables import personal
from tests.service.databases import KINDS, fresh_database, own_database
from tests.service.jobs import claim, county, submit

if TYPE_CHECKING:
    from pathlib import Path

    from api.service.database import Database


def everything(database: Database) -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in TABLES
        }


def fill(database: Database) -> None:
    """Make a county with a job that is done, one at work with a checkpoint, one waiting, and a sealed field."""
    a = county(database, "县", content=bytes(range(256)))
    for _ in range(3):
        submit(database, a)
    claims.finish(database, claim(database), Outcome(plan=b"\x00\xff", cost_fen=1, unserved=0, result=b"{}"))
    claims.checkpoint(database, claim(database), b"best", 2)
    with database.write() as connection:
        owner = {"county_id": a.county_id, "scenario_id": a.scenario_id, "revision": 1, "order_id": "O1"}
        connection.execute(
            insert(personal).values(id="per_1", field="phone", box=b"\x01", box_key="k", created_ms=1, **owner)
        )


@pytest.mark.parametrize("target", KINDS)
def test_a_backup_restores_into_either_kind(database: Database, target: str, tmp_path: Path) -> None:
    """Row by row the same, and the audit chain still holds."""
    fill(database)
    file, before = tmp_path / "b.gz", everything(database)
    count = back_up(database, file)
    assert count == sum(map(len, before.values()))
    with own_database(target, tmp_path) as other:
        assert restore(other, file) == count
        assert everything(other) == before
        with other.read() as connection:
            assert verify(connection).broken_at is None


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(database: Database, tmp_path: Path) -> None:
    """Mode 600, no partial file."""
    (tmp_path / "b").mkdir()
    back_up(database, tmp_path / "b" / "b.gz")
    assert stat.S_IMODE((tmp_path / "b" / "b.gz").stat().st_mode) == 0o600
    assert len(list((tmp_path / "b").iterdir())) == 1


def test_a_database_that_is_not_empty_is_not_restored_into(database: Database, tmp_path: Path) -> None:
    """E612, and nothing is changed."""
    fill(database)
    before = everything(database)
    back_up(database, tmp_path / "b.gz")
    with pytest.raises(InvalidInput, match="E612"):
        restore(database, tmp_path / "b.gz")
    assert everything(database) == before


def test_a_file_with_one_byte_changed_restores_nothing(tmp_path: Path) -> None:
    """Past bug: the checksum lies after the last row and was never read. Whichever byte, it is E613."""
    with fresh_database("sqlite", tmp_path) as database:
        fill(database)
        back_up(database, tmp_path / "b.gz")
    whole = (tmp_path / "b.gz").read_bytes()
    (tmp_path / "second").mkdir()
    with fresh_database("sqlite", tmp_path / "second") as other:
        for i in range(60, len(whole), 50):  # before it is the head of gzip, with a name that nobody needs
            (tmp_path / "bad.gz").write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
            with pytest.raises(InvalidInput, match="E613"):
                restore(other, tmp_path / "bad.gz")
        assert not any(everything(other).values())


BAD_LINES = (
    b"[1]", b"null", b"{", b"{}", b"[" * 100_000, b'{"row": {}}', b'{"table": "x", "row": {}}',
    b'{"table": [], "row": {}}',
    b'{"table": "counties", "row": {"id": "c"}}', b'{"table": "counties", "row": [1]}',
    b'{"table": "counties", "row": {"id": {"base64": 1}, "name": "n", "last_turn": 0, "created_ms": 0}}',
)  # fmt: skip
"""What is no row, in place of the second line."""


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:60].decode())
def test_a_line_that_is_no_row_is_named(database: Database, tmp_path: Path, line: bytes) -> None:
    """Past bug: such lines ended as a fault of the program."""
    back_up(database, tmp_path / "b.gz")
    head, *_ = gzip.decompress((tmp_path / "b.gz").read_bytes()).splitlines()
    (tmp_path / "bad.gz").write_bytes(gzip.compress(b"\n".join([head, line, b'{"rows": 1}', b""])))
    with pytest.raises(InvalidInput, match=r"E613.*line 2"):
        restore(database, tmp_path / "bad.gz")


def test_values_of_another_kind_are_named(database: Database, tmp_path: Path) -> None:
    """A record where the table has a text."""
    back_up(database, tmp_path / "b.gz")
    head, *_ = gzip.decompress((tmp_path / "b.gz").read_bytes()).splitlines()
    row = b'{"table": "counties", "row": {"id": "c", "name": {"a": 1}, "last_turn": 0, "created_ms": 0}}'
    (tmp_path / "bad.gz").write_bytes(gzip.compress(b"\n".join([head, row, b'{"rows": 1}', b""])))
    with pytest.raises(InvalidInput, match=r"E613.*counties, lines 2 to 2"):
        restore(database, tmp_path / "bad.gz")


def test_a_file_with_a_row_twice_restores_nothing(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "b.gz")
    head, *_ = gzip.decompress((tmp_path / "b.gz").read_bytes()).splitlines()
    row = b'{"table": "counties", "row": {"id": "c", "name": "n", "last_turn": 0, "created_ms": 0}}'
    (tmp_path / "bad.gz").write_bytes(gzip.compress(b"\n".join([head, row, row, b'{"rows": 2}', b""])))
    with pytest.raises(InvalidInput, match="E613"):
        restore(database, tmp_path / "bad.gz")
    assert not any(everything(database).values())


def test_a_file_that_was_cut_short_restores_nothing(tmp_path: Path) -> None:
    """Without its last line, or with half of its bytes, it is E613 and the database stays empty."""
    with fresh_database("sqlite", tmp_path) as database:
        fill(database)
        back_up(database, tmp_path / "b.gz")
    lines = gzip.decompress((tmp_path / "b.gz").read_bytes()).splitlines(keepends=True)
    (tmp_path / "short.gz").write_bytes(gzip.compress(b"".join(lines[:-1])))
    (tmp_path / "half.gz").write_bytes((tmp_path / "b.gz").read_bytes()[:200])
    (tmp_path / "other.gz").write_bytes(gzip.compress(b'{"format": "x"}\n'))
    (tmp_path / "second").mkdir()
    with fresh_database("sqlite", tmp_path / "second") as other:
        for name in ("short", "half", "other"):
            with pytest.raises(InvalidInput, match="E613"):
                restore(other, tmp_path / f"{name}.gz")
            assert not any(everything(other).values())
