"""The HTTP application for tests, on a port of its own: two counties with keys of every role, scenarios to send."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from api.service.app import create_app
from api.service.auth import ROLES, new_county, new_key
from api.service.fork_server import PROGRAM
from api.service.settings import Limits, Settings
from api.service.uploads import document_of
from tests.service.databases import fresh_database
from tests.service.workers import LIBRARY, working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from api.service.database import Database

ROOT = "/api/v1"

SMALL = Limits(
    max_body_bytes=4 << 20, max_places=250, max_vehicles=100, max_orders=2_000, child_memory_bytes=2 << 30,
    solve_seconds_most=60, queue_per_county=1_000,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Doors:
    """A running application; ``keys`` are by county ("a", "b") and role, and ("", "operator")."""

    client: httpx.Client
    database: Database
    settings: Settings
    counties: dict[str, str]
    keys: dict[tuple[str, str], str] = field(repr=False)

    def ask(
        self, method: str, path: str, *, role: str = "dispatcher", county: str = "a", **sent: Any
    ) -> httpx.Response:
        """Send one request with the key of a role; no key for the role ""."""
        headers = dict(sent.pop("headers", {}))
        if role:
            headers["Authorization"] = f"Bearer {self.keys[county, role]}"
        return self.client.request(method, ROOT + path, headers=headers, **sent)


@contextmanager
def open_doors(kind: str, folder: Path, limits: Limits = SMALL, *, has_key_file: bool = True) -> Iterator[Doors]:
    """Give an application over a fresh database."""
    settings = Settings(data=folder / "data", key_file=folder / "keys.jsonl" if has_key_file else None, limits=limits)
    settings.data.mkdir()
    with fresh_database(kind, folder) as database:
        counties, keys = {}, {}
        with database.write() as connection:
            for name in ("a", "b"):
                counties[name] = new_county(connection, name)
                for role in ROLES:
                    brand = "中通" if role == "brand" else ""
                    keys[name, role] = new_key(connection, counties[name], role, brand)[1]
            keys["", "operator"] = new_key(connection, None, "admin")[1]
        with serving(create_app(settings, database)) as address, httpx.Client(base_url=address, timeout=60) as client:
            yield Doors(client=client, database=database, settings=settings, counties=counties, keys=keys)


@contextmanager
def planning_doors(folder: Path) -> Iterator[Doors]:
    """Give an application with a worker beside it that really plans."""
    with open_doors("sqlite", folder) as found, working(found.database, folder, PROGRAM, limits=SMALL):
        yield found


@contextmanager
def serving(app: FastAPI, **options: Any) -> Iterator[str]:
    """Serve an application on a free port and give its address; ``options`` are the server's."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, **options))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def files_of(name: str = "four_villages") -> dict[str, bytes]:
    """Return the files of a county of the library."""
    return {path.name: path.read_bytes() for path in sorted((LIBRARY / name).iterdir()) if path.is_file()}


def document(name: str = "four_villages", **parts: Any) -> dict[str, Any]:
    """Return a county of the library as a JSON document, with some parts of it changed."""
    found: dict[str, Any] = json.loads(json.dumps(document_of(files_of(name))))
    del found["other_files"]
    found["settings"]["datums"]["places"] = "WGS-84"
    return {**found, **parts}
