"""Keeps the caches of a data folder within bounds: travel times, and results of comparisons.

An entry that is missing is computed anew, and a file that is open stays readable, so nothing that goes is lost. What
a job at work may have written or read stays all the same: it would be computed twice.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.service.settings import Settings

CACHE = "cache"
"""Folder of the caches in the data folder; a folder for each county."""

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What has gone."""

    files: int
    freed_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Entry:
    """A file; of two the one that was used earlier is less."""

    used_s: float
    size: int
    path: Path


def prune(settings: Settings) -> Pruned:
    """Remove what was not used for ``cache_days``, then the longest unused till no more than ``cache_bytes`` are left.

    Entries younger than the longest job stay, whatever their size. Folders stay: somebody may be writing into them.
    O(files log files); a look at each.
    """
    now_s = time.time()
    limits = settings.limits
    spared_s = now_s - limits.solve_seconds_most - limits.child_spare_s
    stale_s = min(now_s - settings.cache_days * DAY_S, spared_s)
    entries = sorted(_entries(settings.data / CACHE))
    left = sum(entry.size for entry in entries)
    files = freed = 0
    for entry in entries:
        if entry.used_s >= spared_s or (entry.used_s >= stale_s and left - freed <= settings.cache_bytes):
            break
        with contextlib.suppress(OSError):  # gone already, or not ours to remove
            entry.path.unlink()
            files, freed = files + 1, freed + entry.size
    return Pruned(files=files, freed_bytes=freed)


def _entries(folder: Path) -> Iterator[_Entry]:
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                seen = (path := Path(place) / name).lstat()
                yield _Entry(used_s=max(seen.st_atime, seen.st_mtime), size=seen.st_size, path=path)
