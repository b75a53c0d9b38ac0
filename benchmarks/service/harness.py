"""A service to throw things at: its processes, a county in it, clients, and what is left over in the end."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from api.service.auth import new_county, new_key
from api.service.database import Unavailable, open_database, sqlite_url
from api.service.folders import packed
from api.service.ids import new_id
from api.service.tables import revisions, scenarios
from api.service.upgrade import upgrade
from benchmarks.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.service.database import Database

START_S = 60
"""How long a process may take to begin."""

LEASE_S = 5.0
"""As in the service's defaults."""

ROOM = {"GONGPEI_QUEUE_PER_COUNTY": "1000000", "GONGPEI_QUEUE_IN_ALL": "1000000"}
"""Queue limits raised, where a benchmark is not about them."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a benchmark takes place: a database of its own and a folder of its own."""

    database: Database
    url: str
    folder: Path


@dataclass(frozen=True, kw_only=True)
class County:
    """A county with a scenario of so many places, and the secret of its planner."""

    id: str
    scenario_id: str
    secret: str


@contextlib.contextmanager
def ground(server: str | None, folder: Path) -> Iterator[Ground]:
    """Give a fresh database: a file of SQLite, or one on the PostgreSQL ``server`` that is dropped afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        url = sqlite_url(folder / "gongpei.sqlite") if server is None else stack.enter_context(_on_server(server))
        database = open_database(url)
        stack.callback(database.close)
        upgrade(database)
        yield Ground(database=database, url=url, folder=folder)


@contextlib.contextmanager
def _on_server(server: str) -> Iterator[str]:
    name = f"gongpei_bench_{secrets.token_hex(4)}"
    address = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)  # the server may be restarted
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def found_county(database: Database, content: bytes = b"", places: int = 0) -> County:
    """Store a county, its key and one revision."""
    scenario_id = new_id("scn")
    with database.write() as connection:
        county_id = new_county(connection, "bench")
        _, secret = new_key(connection, county_id, "planner")
        head = {"county_id": county_id, "head": 1, "created_ms": 0}
        connection.execute(insert(scenarios).values(id=scenario_id, **head))
        row = {"number": 1, "digest": "0" * 64, "content": content, "state": "valid"}
        sizes = {"places": places, "vehicles": 0, "orders": 0, "created_ms": 0}
        connection.execute(insert(revisions).values(scenario_id=scenario_id, **row, **sizes))
    return County(id=county_id, scenario_id=scenario_id, secret=secret)


def content_of(folder: Path) -> bytes:
    """Return the folder of a scenario as it is stored."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "cache" not in path.parts]
    return packed({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


@dataclass(kw_only=True)
class Api:
    """``gongpei serve`` in a process of its own."""

    url: str
    folder: Path
    port: int
    options: Sequence[str] = ("--no-worker",)
    variables: dict[str, str] = field(default_factory=lambda: dict(ROOM))
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port), "--database", self.url]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--data", str(self.folder / "data"), *self.options],
                env={**os.environ, **self.variables},
                stdout=log,
                stderr=log,
            )
        wait_until(self.answers, START_S)

    def answers(self) -> bool:
        """Tell whether it is there."""
        with contextlib.suppress(OSError, http.client.HTTPException), Client(self.port, "") as client:
            return client.call("GET", "/api/v1/healthz")[0] == 200
        return False

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal and wait for its end."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait()

    @property
    def cpu_s(self) -> float:
        """Return the processor time that it has used, which other load on the machine does not change much."""
        words = (
            Path(f"/proc/{self.process.pid if self.process else 0}/stat").read_text("ascii").rpartition(")")[2].split()
        )
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """Return its resident memory at the most."""
        status = Path(f"/proc/{self.process.pid if self.process else 0}/status").read_text("ascii")
        line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextlib.contextmanager
def serving(where: Ground, **changes: Any) -> Iterator[Api]:
    """Run the API until the block ends."""
    api = Api(url=where.url, folder=where.folder, port=free_port(), **changes)
    api.start()
    try:
        yield api
    finally:
        api.kill()


class Client:
    """One connection that stays open; a thread has its own."""

    def __init__(self, port: int, secret: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Return status and document of an answer."""
        try:
            self.connection.request(method, path, body, {**self.headers, **headers})
            answer = self.connection.getresponse()
            content = answer.read()
        except BaseException:
            self.connection.close()
            raise
        return answer.status, json.loads(content) if content else None


@contextlib.contextmanager
def light_worker(where: Ground, name: str, slots: int = 4) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with light children until the block ends, then kill it."""
    process = start_light_worker(where, name, slots)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def start_light_worker(where: Ground, name: str, slots: int = 4) -> subprocess.Popen[bytes]:
    """Start a worker with light children and its own data folder."""
    module = "benchmarks.service.light_worker"
    data = str(where.folder / "workers" / name)
    with (where.folder / "workers.log").open("ab") as log:
        command = [sys.executable, "-m", module, where.url, data, str(LEASE_S), str(slots)]
        return subprocess.Popen(command, stderr=log)  # noqa: S603 - our own program


def processes_in(folder: Path, job: str = "") -> list[int]:
    """Return the processes that name ``folder`` or work in it, or have it in their environment: all of a worker's.

    ``job``: what stands for a job, its id or how the names of their folders begin: only those of jobs then.
    """
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            where = (each / "cmdline").read_bytes() + (each / "environ").read_bytes()
            where += str((each / "cwd").readlink()).encode()
            if str(folder).encode() in where and job.encode() in where:
                found.append(int(each.name))
    return [pid for pid in found if pid != os.getpid()]


def wait_until(holds: Any, seconds: float, pause_s: float = 0.05) -> bool:
    """Wait until something holds, no longer than ``seconds``; return whether it does."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if holds():
            return True
        time.sleep(pause_s)
    return bool(holds())


def patiently(do: Any) -> Any:
    """Do something until the database is there for it."""
    while True:
        try:
            return do()
        except Unavailable:
            time.sleep(0.2)


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return median, 95th, 99th percentile and maximum in milliseconds."""
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
        "max_ms": round(max(seconds) * 1000, 1),
    }
