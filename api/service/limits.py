"""What one process may take, asked of the kernel: memory, processor time, size of a file; and that it ends in time.

A process that works on what somebody has uploaded calls ``restrict`` before it reads any of it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from optimizer.crew import die_with_parent

if sys.platform != "win32":
    import resource

OPEN_FILES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Most of everything for one process and, one by one, for those that it starts."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int


def restrict(bounds: Bounds) -> None:
    """Bind this process: it is killed with its parent, and fails on asking for more than ``bounds``.

    Memory is what the process allocates, not libraries and files that it maps. No core is dumped: it would hold input.
    """
    die_with_parent()
    if sys.platform == "win32":  # there the parent's clock is all there is
        return
    for kind, wanted in (
        (resource.RLIMIT_DATA, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.cpu_s),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))
