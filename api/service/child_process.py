"""A job's child process from the worker's side: begun in a folder of its own, read without waiting, ended for sure."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.service.limits import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.service.fork_server import ForkServer, Process
    from api.service.jobs import Claim
    from api.service.settings import Limits

logger = logging.getLogger(__name__)

CHUNK = 1 << 16

CHUNKS = 64
"""Most that are read of standard error at a time, so that a child that never stops holds nobody up."""

MOST_ERRORS = 1 << 16
"""Bytes of a child's standard error that are told of; the rest is read and dropped."""


@dataclass(kw_only=True)
class Child:
    """A child at work on a claim; ``folder`` is gone when it is put away."""

    folder: Path
    process: Process
    _rest: bytes = b""
    _errors: bytes = b""
    _error_bytes: int = 0

    @property
    def output(self) -> int:
        """Return the descriptor to wait for."""
        return self.process.stdout.fileno()

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what it has said since, without waiting."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, CHUNK):
                self._rest += chunk
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield json.loads(line)

    def errors(self, *, is_last: bool = False) -> list[str]:
        """Return the lines that it has written to standard error since, without waiting; ``is_last``: half ones too."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(CHUNKS):
                chunk = os.read(self.process.stderr.fileno(), CHUNK)
                if not chunk:
                    break
                self._errors += chunk[: max(0, MOST_ERRORS - self._error_bytes)]
                self._error_bytes += len(chunk)
        *lines, self._errors = self._errors.split(b"\n")
        if is_last:
            lines.append(self._errors)
            self._errors = b""
        return [line.decode("utf-8", "replace") for line in lines if line.strip()]

    def taken(self, name: str | None) -> bytes | None:
        """Return the file that a message names, which is gone then."""
        if name is None:
            return None
        file = self.folder / Path(name).name
        content = file.read_bytes()
        file.unlink()
        return content

    def ask_to_stop(self) -> None:
        """Have it end with the best plan."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"stop\n")

    def put_away(self) -> None:
        """Kill it with all its processes, if they are still there, and remove its folder."""
        self.process.put_away()
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(claim: Claim, folder: Path, cache: Path, limits: Limits, fork_server: ForkServer) -> Child:
    """Start the child of a claim in ``folder``, which is made.

    Raises
    ------
    OSError
        When the folder cannot be written or no process can be started.
    """
    folder.mkdir(parents=True)
    (folder / "content.zip").write_bytes(claim.content)
    for name, content in (("checkpoint.z", claim.checkpoint), ("plan.z", claim.plan)):
        if content is not None:
            (folder / name).write_bytes(content)
    (folder / "past.json").write_text(json.dumps(list(claim.past)), "utf-8")
    (folder / "order.json").write_text(json.dumps(_order(claim, cache, limits), ensure_ascii=False), "utf-8")
    child = Child(folder=folder, process=fork_server.begin(folder.resolve()))
    for pipe in (child.process.stdout, child.process.stderr):
        os.set_blocking(pipe.fileno(), False)
    return child


def most_s(claim: Claim, limits: Limits) -> float:
    """Return how long a child may take: what it was asked for, capped, and what comes beside solving."""
    asked, most = claim.job.request.get("seconds"), limits.seconds_most(claim.job.kind)
    solve_s = most if asked is None or claim.job.kind == "comparison" else min(float(asked), most)
    return solve_s + limits.child_spare_s


def _order(claim: Claim, cache: Path, limits: Limits) -> dict[str, Any]:
    cpu_s = 2 * round(most_s(claim, limits))  # the wall clock ends it first, unless native code makes threads
    bounds = Bounds(memory_bytes=limits.child_memory_bytes, cpu_s=cpu_s, file_bytes=limits.child_file_bytes)
    return {
        "kind": claim.job.kind,
        "request": dict(claim.job.request),
        "cache": str(cache.resolve()),
        "bounds": asdict(bounds),
        "most_s": limits.seconds_most(claim.job.kind),
        "most_workers": limits.solve_workers_most,
    }
