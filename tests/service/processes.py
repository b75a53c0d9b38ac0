"""Which processes there are."""

from __future__ import annotations

import contextlib
from pathlib import Path


def processes_in(folder: Path) -> list[str]:
    """Return the command lines of all processes that name ``folder``, or have it in their environment.

    Children of workers are given their folder as an argument, and to what they start as ``TMPDIR``.
    """
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (each / "cmdline").read_bytes()
            if str(folder).encode() in line + (each / "environ").read_bytes():
                found.append(line.decode(errors="replace"))
    return found
