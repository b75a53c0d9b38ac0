"""Each test that asks for ``database`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.service.databases import KINDS, drop_postgres_of_process, fresh_database, fresh_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.service.database import Database


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty database with all tables."""
    with fresh_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of one, for processes that open it themselves."""
    with fresh_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def _left_clean() -> Iterator[None]:
    yield
    drop_postgres_of_process()
