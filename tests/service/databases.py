"""Databases for tests: one of each kind is upgraded once for all tests of a process."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from api.service.database import open_database, sqlite_url
from api.service.tables import metadata
from api.service.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from api.service.database import Database

SERVER = os.environ.get("GONGPEI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
"""Where tests may make and drop databases."""

KINDS = ("sqlite", "postgresql")

NAME = f"gongpei_tests_{os.getpid()}"
"""The database of this process."""


@contextmanager
def fresh_url(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an upgraded, empty database; the one of PostgreSQL is emptied for the next test."""
    if kind == "sqlite":
        yield sqlite_url(shutil.copy(_sqlite_template(folder.parent), folder / "gongpei.sqlite"))
        return
    url = _postgres_of_process()
    _emptied(url)
    yield url


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[Database]:
    """Give such a database, opened."""
    with fresh_url(kind, folder) as url:
        database = open_database(url)
        yield database
        database.close()


@contextmanager
def own_database(kind: str, folder: Path) -> Iterator[Database]:
    """Give an upgraded database that no other test has, whose tables may be changed; slower."""
    with ExitStack() as stack:
        url = sqlite_url(folder / "own.sqlite") if kind == "sqlite" else stack.enter_context(postgres_database())
        database = open_database(url)
        stack.callback(database.close)
        upgrade(database)
        yield database


@contextmanager
def postgres_database() -> Iterator[str]:
    """Give the address of a bare database of PostgreSQL that is dropped afterwards; skips where there is no server."""
    name = f"gongpei_test_{secrets.token_hex(6)}"
    _on_server(f"CREATE DATABASE {name}")
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _sqlite_template(folder: Path) -> Path:
    file = folder / f"template-{secrets.token_hex(4)}.sqlite"
    _upgraded(sqlite_url(file))
    return file


@cache
def _postgres_of_process() -> str:
    _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    _on_server(f"CREATE DATABASE {NAME}")
    url = make_url(SERVER).set(database=NAME).render_as_string(hide_password=False)
    _upgraded(url)
    return url


def _emptied(url: str) -> None:
    database = open_database(url)
    with database.write() as connection:
        names = ", ".join(metadata.tables)
        connection.execute(text(f"TRUNCATE {names}"))
    database.close()


def drop_postgres_of_process() -> None:
    """Drop the database of this process, if there is one."""
    if _postgres_of_process.cache_info().currsize:
        _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _upgraded(url: str) -> None:
    database = open_database(url)
    upgrade(database)
    database.close()


def _on_server(statement: str) -> None:
    try:
        with _server().connect() as connection:
            connection.execute(text(statement))
    except OperationalError as error:
        message = f"no PostgreSQL at {make_url(SERVER).host}: {error.orig}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@cache
def _server() -> Engine:
    return create_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
