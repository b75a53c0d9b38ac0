"""A whole database as one file, and back, on either kind: what one of SQLite holds, one of PostgreSQL can go on with.

A file is gzip of JSON lines: a head, a line for each row in an order in which rows can be put back, and a last line
with their count, without which the file is not whole. It is one state of the database, taken while the service
works on. Personal fields are in it as they are stored, sealed: without the key file nobody reads them.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from api.errors import InvalidInput
from api.service.database import OURS
from api.service.tables import metadata, workers
from api.service.upgrade import newest, require_newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Select, Table

    from api.service.database import Database

FORMAT = "gongpei.backup"

TABLES = [table for table in metadata.sorted_tables if table is not workers]
"""All that is worth keeping; workers come and go."""

BATCH = 200


def back_up(database: Database, path: Path) -> int:
    """Write all rows to ``path``, which is there whole or not at all, for its owner alone; return how many.

    Raises
    ------
    InvalidInput
        E403, where it cannot be written; E602, for a database of another version.
    """
    return write(database, path, FORMAT, [(table, select(table)) for table in TABLES])


def write(database: Database, path: Path, form: str, queries: Sequence[tuple[Table, Select[Any]]]) -> int:
    """Write what ``queries`` find to a file of the format ``form``, as ``back_up`` does."""
    require_newest(database)
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)  # what is there may be another's, open to others, or a link to elsewhere
        with _own_file(part) as raw:
            with gzip.open(raw, "wt", encoding="utf-8", compresslevel=6) as file, database.snapshot() as connection:
                count = _write_all(file, connection, form, queries)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise InvalidInput("E403", path=path, detail=error.strerror or error) from None
    return count


def _own_file(path: Path) -> BinaryIO:
    """Return a new file that its owner alone may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write_all(file: TextIO, connection: Connection, form: str, queries: Sequence[tuple[Table, Select[Any]]]) -> int:
    count = 0
    file.write(_line({"format": form, "version": newest()}))
    for count, row in enumerate(_rows(connection, queries), 1):  # noqa: B007 - the last is the number of rows
        file.write(_line(row))
    file.write(_line({"rows": count}))
    return count


def restore(database: Database, path: Path) -> int:
    """Put all rows of a backup into an empty database, all or none; return how many.

    Raises
    ------
    InvalidInput
        E402, E404 where the file cannot be read; E612 for a database that is not empty; E613 for a file that is no
        backup, not whole, or of another version.
    """
    try:
        return read(database, path, FORMAT, TABLES, before=_require_empty)
    except IntegrityError:  # rows twice, or of what is not there
        raise InvalidInput("E613", path=path, detail="keys") from None


def read(
    database: Database,
    path: Path,
    form: str,
    tables: Sequence[Table],
    *,
    before: Callable[[Connection], None] | None = None,
    after: Callable[[Connection], None] | None = None,
) -> int:
    """Put the rows of a file of the format ``form``, all of these ``tables``, into a database, as ``restore`` does.

    The file is read to its end, where gzip has its checksum, before the rows are kept.
    ``before`` and ``after`` may refuse, by raising, what they find in the database then; nothing has been put into it.
    """
    require_newest(database)
    names = frozenset(table.name for table in tables)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file, database.write() as connection:
            if before is not None:
                before(connection)
            count = _put_back(connection, path, form, names, file)
            if after is not None:
                after(connection)
            return count
    except FileNotFoundError:
        raise InvalidInput("E402", path=path) from None
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError, zlib.error):
        raise InvalidInput("E613", path=path, detail="gzip") from None
    except OSError as error:
        raise InvalidInput("E404", path=path, detail=error.strerror or error) from None


def _require_empty(connection: Connection) -> None:
    if any(connection.scalar(select(func.count()).select_from(table)) for table in TABLES):
        raise InvalidInput("E612")


def _rows(connection: Connection, queries: Sequence[tuple[Table, Select[Any]]]) -> Iterator[dict[str, Any]]:
    for table, query in queries:
        ordered = query.order_by(*table.primary_key.columns)
        for row in connection.execution_options(yield_per=BATCH).execute(ordered):
            values = {name: _plain(value) for name, value in row._mapping.items()}
            yield {"table": table.name, "row": values}


def _put_back(connection: Connection, path: Path, form: str, names: frozenset[str], lines: Iterable[str]) -> int:
    found = (_parsed(path, number, line) for number, line in enumerate(lines, 1))
    head = next(found, {})
    if head.get("format") != form or head.get("version") != newest():
        raise InvalidInput("E613", path=path, detail=f"{head.get('format') or '-'} {head.get('version') or '-'}")
    batch: list[dict[str, Any]] = []
    count, of = 0, ""
    for each in found:
        if "rows" in each:
            _insert(connection, path, count, of, batch)
            if each["rows"] != count or next(found, None) is not None:
                break
            return count
        table, row = _row(path, count, names, each)
        if table != of or len(batch) == BATCH:
            _insert(connection, path, count, of, batch)
            of, batch = table, []
        batch.append(row)
        count += 1
    raise InvalidInput("E613", path=path, detail=f"{count} rows")


def _insert(connection: Connection, path: Path, count: int, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert the last of ``count`` rows that were read."""
    if not rows:
        return
    try:
        connection.execute(insert(metadata.tables[table]), rows)
    except IntegrityError:  # it is for the caller to say what that means
        raise
    except StatementError as error:  # values of another kind than the table's
        if isinstance(error, DBAPIError) and not isinstance(error, OURS):
            raise
        lines = f"{table}, lines {count - len(rows) + 2} to {count + 1}"
        raise InvalidInput("E613", path=path, detail=lines) from None


def _parsed(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("E613", path=path, detail=f"line {number}")
    return found


def _row(path: Path, count: int, names: frozenset[str], line: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the table and the values of the row that follows ``count`` others."""
    table, row = line.get("table"), line.get("row")
    try:
        if (
            isinstance(table, str)
            and table in names
            and isinstance(row, dict)
            and set(row) == set(metadata.tables[table].columns.keys())
        ):
            return table, {name: _value(value) for name, value in row.items()}
    except (ValueError, TypeError):  # no base64
        pass
    raise InvalidInput("E613", path=path, detail=f"line {count + 2}")


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(value: Any) -> Any:
    is_bytes = isinstance(value, dict) and list(value) == ["base64"]
    return base64.b64decode(value["base64"]) if is_bytes else value
