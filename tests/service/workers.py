"""Workers in a thread, children that do what a test wants, and waiting for what they do."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.service.folders import packed
from api.service.runner import Worker
from api.service.settings import Settings
from tests.service.jobs import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.service.database import Database
    from api.service.jobs import Job

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"

LIGHT = "benchmarks.service.light_child"
"""A child that plans nothing and does what its request says."""

PATIENCE_S = 60
"""After which a test has failed, however loaded the machine is."""


def content_of(name: str) -> bytes:
    """Return a county of the library as it is stored."""
    folder = LIBRARY / name
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "cache" not in path.parts]
    return packed({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def settings(folder: Path, **changes: Any) -> Settings:
    """Return settings of a worker in ``folder``."""
    return replace(Settings(data=folder / "data"), **changes)


@contextmanager
def working(database: Database, folder: Path, program: str = LIGHT, **changes: Any) -> Iterator[Worker]:
    """Run a worker in a thread; it has left when the block ends."""
    worker = Worker(database=database, settings=settings(folder, **changes), program=program)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.leave(at_once=True)
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends_at, "waited too long"
        time.sleep(0.05)


def ended(database: Database, job: Job) -> Job:
    """Wait for the end of a job."""
    until(lambda: now(database, job).has_ended)
    return now(database, job)
