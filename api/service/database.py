"""The database of the service: SQLite or PostgreSQL behind ``read``, ``write`` and, for a whole state, ``snapshot``.

SQLite runs with a write-ahead log, full sync and foreign keys; threads of this process queue for its one writer.
Whatever makes a database unusable for now (no space, no server, locked for too long) is ``Unavailable``.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InvalidatePoolError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ExportFailed, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Table

BUSY_MS = 10_000
"""How long a writer waits for one of another process."""

MOST_LOG = 64 << 20
"""Bytes to which SQLite cuts its write-ahead log once that has been copied: during a backup it grows past all bounds,
and the file would stay as large for good."""

POOL = 20
"""Connections that are kept; twice as many may be open."""

FRESH_S = 1.0
"""A connection of PostgreSQL that has lain unused for longer is asked whether it still lives before it is given."""

USED = "gongpei_used_s"
"""When a pooled connection was used last, among what the pool knows of it."""

CLOCK_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
"""PostgreSQL's clock in a statement: milliseconds since 1970."""

CLOCK = text(f"SELECT {CLOCK_MS}")

SILENT_MS = 5_000
"""A transaction of PostgreSQL that holds a lock of ours and is silent for so long is ended: its machine may be gone."""

HOLD = text(
    f"SELECT set_config('idle_in_transaction_session_timeout', '{SILENT_MS}', true), "
    f"pg_advisory_xact_lock(:lock), {CLOCK_MS} AS at_ms"
)

WRITES = "gongpei_writes"
"""Execution option of a connection whose transaction will write."""

UNAVAILABLE = (DBAPIError, PoolTimeout)
"""What the driver raises for want of space, server or lock; faults of ours are among ``OURS``."""

OURS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""Faults of the program, which no waiting mends."""


class Unavailable(ExportFailed):
    """The database cannot be used at present (E601); the same may work later, and nothing has been written."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """One database; may be shared by threads."""

    engine: Engine
    _writer: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_sqlite(self) -> bool:
        """Tell which of the two it is."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for questions, each of which sees what has been kept by then.

        On PostgreSQL without a transaction, so that a question is one message and its answer another.

        Raises
        ------
        Unavailable
            E601.
        """
        with self._asked("AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection for questions that all see one state of the database.

        Raises
        ------
        Unavailable
            E601.
        """
        with self._asked("REPEATABLE READ") as connection:
            yield connection

    @contextmanager
    def _asked(self, isolation: str) -> Iterator[Connection]:
        """Give a connection for questions; ``isolation`` is PostgreSQL's, a transaction of SQLite sees one state."""
        with _told(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level=isolation)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is kept as a whole, or, after an exception, not at all.

        Raises
        ------
        Unavailable
            E601; nothing has been written, unless the server was lost while it confirmed.
        """
        turn: AbstractContextManager[object] = self._writer if self.is_sqlite else nullcontext()
        with _told(), turn, self.engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


def sqlite_url(file: Path) -> str:
    """Return the address of a database in a file."""
    return f"sqlite:///{file}"


def open_database(url: str) -> Database:
    """Return the database at ``url``, such as ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.

    Nothing is connected yet; ``api.service.upgrade`` brings the tables up to date.

    Raises
    ------
    InvalidInput
        E603 for an address of another kind, or a driver that is not installed.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "postgresql":
            return Database(engine=_postgresql(address.set(drivername="postgresql+psycopg")))
        if address.get_backend_name() == "sqlite":
            return Database(engine=_sqlite(address))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise InvalidInput("E603", url=_public(url), detail=error) from None
    raise InvalidInput("E603", url=_public(url), detail=address.get_backend_name())


def now_ms(connection: Connection) -> int:
    """Return the time by the clock of the database, so that workers on several machines agree."""
    if connection.dialect.name == "sqlite":
        return time.time_ns() // 1_000_000
    found: int = connection.execute(CLOCK).scalar_one()
    return found


def hold(connection: Connection, lock: int) -> int:
    """Wait until no other transaction holds ``lock``, hold it until this one ends, and return the time as ``now_ms``.

    SQLite has one writer at a time anyway. What is read afterwards is what others have left.
    """
    if connection.dialect.name == "sqlite":
        return now_ms(connection)
    at_ms: int = connection.execute(HOLD, {"lock": lock}).one().at_ms
    return at_ms


def add(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one row or more; one alone as a plain statement, since the driver of PostgreSQL sets up more for many."""
    connection.execute(insert(table), rows if len(rows) > 1 else rows[0])


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OURS:
        raise
    except UNAVAILABLE as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unavailable("E601", detail=cause[:200]) from error


def _public(url: str) -> str:
    """Return an address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url.partition(":")[0] + ":…"


def _postgresql(address: Any) -> Engine:
    engine = create_engine(
        address,
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=10,
        pool_use_lifo=True,  # the one used last has its statements prepared
        connect_args={
            "connect_timeout": 5,
            "options": "-c idle_in_transaction_session_timeout=30000 -c lock_timeout=10000",
        },
    )

    def wake(connection: Any, record: Any, _proxy: object) -> None:
        """Refuse a connection that has died; the pool then makes another, and none older is given any more."""
        if time.monotonic() - record.info[USED] < FRESH_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "connect", _note_use)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", wake)
    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info[USED] = time.monotonic()


def _sqlite(address: Any) -> Engine:
    engine = create_engine(
        address,
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=10,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}")
    for pragma in (*pragmas, f"journal_size_limit={MOST_LOG}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the writer's lock at once, so that two transactions never upgrade against each other."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
