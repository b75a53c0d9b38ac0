"""Brings a database to the tables of this program, or back; each in one transaction, by one process at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from api.errors import InvalidInput

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.service.database import Database

FOLDER = Path(__file__).parent / "migrations"

BASE = "base"
"""The version before the first: no tables."""

TURN = 7_204_001
"""Advisory lock of PostgreSQL under which tables are changed."""


def upgrade(database: Database) -> None:
    """Bring the tables up to date; at once where they are.

    Raises
    ------
    InvalidInput
        E602 when the database belongs to a newer program.
    """
    with database.write() as connection:
        _take_turn(connection)
        found = _version(connection)
        if found is not None and found not in _known():
            raise InvalidInput("E602", found=found, wanted=newest())
        if found != newest():
            command.upgrade(_config(connection), "head")


def downgrade(database: Database, version: str) -> None:
    """Bring the tables back to ``version``, "base" for none at all; what older tables cannot hold is lost.

    Raises
    ------
    InvalidInput
        E401 for a version that there is not; E602 for one that the tables have yet to reach, or tables of a newer
        program.
    """
    known = _known()
    if version not in (*known, BASE):
        detail = f"VERSION: {version[:80]!r}; {', '.join((BASE, *known))}"
        raise InvalidInput("E401", detail=detail, usage="gongpei admin downgrade --help")
    with database.write() as connection:
        _take_turn(connection)
        found = _version(connection)
        at = 0 if found is None else known.index(found) + 1 if found in known else len(known) + 1
        if at > len(known) or (version != BASE and at <= known.index(version)):
            raise InvalidInput("E602", found=found or "-", wanted=version)
        command.downgrade(_config(connection), version)


def require_newest(database: Database) -> None:
    """Refuse to work on tables of another version.

    Raises
    ------
    InvalidInput
        E602.
    """
    with database.read() as connection:
        found = _version(connection)
    if found != newest():
        raise InvalidInput("E602", found=found or "-", wanted=newest())


def newest() -> str:
    """Return the version of the tables that this program works with."""
    return ScriptDirectory(str(FOLDER)).as_revision_number("head")  # type: ignore[return-value]  # there is one head


def _known() -> list[str]:
    """Return all versions, the oldest first."""
    return [script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()][::-1]


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
