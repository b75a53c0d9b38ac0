"""Which processes there are."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.service.jobs import Job


def processes_in(folder: Path) -> list[str]:
    """Return command line and working folder of all processes that name ``folder``, in their environment, or are in it.

    Children of workers work in their folder, which what they start has for ``TMPDIR``.
    """
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (each / "cmdline").read_bytes() + str((each / "cwd").readlink()).encode()
            if str(folder).encode() in line + (each / "environ").read_bytes():
                found.append(line.decode(errors="replace"))
    return found


def processes_of(job: Job, folder: Path) -> list[str]:
    """Return those of one job among them."""
    return [line for line in processes_in(folder) if job.id in line]
