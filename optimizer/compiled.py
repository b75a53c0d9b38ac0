"""C++ of ours, compiled once for a machine and a version of its sources, called through ctypes.

A library lies beside its sources, or in the user's cache folder where that is read-only. Without a C++
compiler there is none, and whoever asks goes on without it.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)

COMPILERS = ("c++", "g++", "clang++")
"""Tried in this order, after the one that the variable CXX names."""

FLAGS = ("-std=c++17", "-O2", "-shared", "-fPIC")
"""No flag that lets results differ between machines."""

COMPILE_S = 120
"""A compiler that takes longer is given up; it takes about 3 s."""


def load(source: Path, folders: Iterable[Path], *, headers: Path | None = None) -> ctypes.CDLL | None:
    """Return the library of ``source`` and the headers beside it, compiling it if need be (about 3 s); None if not.

    ``folders`` are tried in their order. ``headers``: another folder that the sources include from.
    """
    name = f"{source.stem}-{_digest(source.parent, headers)}.so"
    for folder in folders:
        file = folder / name
        if file.exists() or _compile(source, file):
            return ctypes.CDLL(str(file))
    logger.warning("no C++ compiler found: the compiled %s is left out", source.stem)
    return None


def usual_folders(source: Path) -> Iterator[Path]:
    """Yield where the library of ``source`` may lie."""
    yield source.parent / "build"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    yield Path(cache) / "gongpei"


def _digest(*folders: Path | None) -> str:
    sha = hashlib.sha256(" ".join(FLAGS).encode())
    for folder in folders:
        for file in sorted(folder.iterdir()) if folder is not None else ():
            if file.suffix in {".hpp", ".cpp"}:
                sha.update(file.read_bytes())
    return sha.hexdigest()[:16]


def _compile(source: Path, file: Path) -> bool:
    """Compile to ``file``; written elsewhere and moved, so that two processes may do it at once."""
    compiler = next((c for c in (os.environ.get("CXX"), *COMPILERS) if c and shutil.which(c)), None)
    if compiler is None:
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            made = Path(folder) / file.name
            command = [compiler, *FLAGS, "-o", str(made), str(source)]
            subprocess.run(command, check=True, capture_output=True, timeout=COMPILE_S)  # noqa: S603 - our own source
            made.replace(file)
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("the compiled %s could not be made in %s: %s", source.stem, file.parent, error)
        return False
    return True
