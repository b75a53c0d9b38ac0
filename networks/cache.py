"""Arrays kept on disk under a name made of content hashes.

A file is written whole or not at all, a damaged one counts as absent, and the oldest
go when there are more than ``KEEP``. Nothing here knows what the arrays mean.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

KEEP = 64
"""Files kept in one folder; at 1,000 points one takes 8 MB."""

_log = logging.getLogger(__name__)


def load(folder: Path, name: str) -> dict[str, np.ndarray] | None:
    """Return the arrays stored under ``name``, or None when there are none or the file is damaged."""
    path = folder / f"{name}.npz"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as entry:
            arrays = {key: entry[key] for key in entry.files}
        os.utime(path)  # recently used files are the last to go
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        _log.warning("%s is damaged and is computed anew (%s)", path.name, error)
        return None
    return arrays


def store(folder: Path, name: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write ``arrays`` under ``name``; a full disk or a read-only folder costs a warning, not the plan."""
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
            np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes the names for allow_pickle
        temporary.replace(folder / f"{name}.npz")
        _remove_oldest(folder)
    except OSError as error:
        _log.warning("cannot keep %s in %s (%s)", name, folder, error)
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def newest(folder: Path, pattern: str) -> str | None:
    """Return the name of the most recently used entry that matches the glob ``pattern``, if any."""
    found = _by_age(folder, f"{pattern}.npz")
    return found[-1].stem if found else None


def _remove_oldest(folder: Path) -> None:
    for path in _by_age(folder, "*.npz")[:-KEEP]:
        path.unlink(missing_ok=True)


def _by_age(folder: Path, pattern: str) -> list[Path]:
    aged = []
    for path in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):  # another process may have removed it
            aged.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(aged)]
