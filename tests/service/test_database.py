"""What a database of SQLite leaves on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from api.service import database as module
from api.service.database import open_database, sqlite_url

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_log_of_a_long_backup_is_cut_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past bug: what was written while somebody read one state for long lay in the log, which kept its size for good.

    Five writes of 1 MB with a reader, who leaves; two small writes later the log has 64 KB at the most.
    """
    monkeypatch.setattr(module, "MOST_LOG", 1 << 16)
    database, log = open_database(sqlite_url(tmp_path / "a.sqlite")), tmp_path / "a.sqlite-wal"

    def write(length: int) -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO t VALUES (zeroblob(:length))"), {"length": length})

    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (x BLOB)"))
    with database.snapshot() as reader:
        reader.execute(text("SELECT count(*) FROM t")).scalar_one()
        for _ in range(5):
            write(1_000_000)
        assert log.stat().st_size > 5_000_000
    write(1)  # all is copied into the file
    write(1)  # the log begins anew
    assert log.stat().st_size <= 1 << 16
    database.close()
