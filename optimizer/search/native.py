"""The C++ of the search: compiled once for a machine and a version of its sources, called through ctypes.

The library lies beside the sources, or in the user's cache folder where that is read-only. Without a C++
compiler there is no compiled search, and the solver goes on without it.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

KERNEL = Path(__file__).parent / "kernel"

COMPILERS = ("c++", "g++", "clang++")
"""Tried in this order, after the one that the variable CXX names."""

FLAGS = ("-std=c++17", "-O2", "-shared", "-fPIC")
"""No flag that lets results differ between machines."""

COMPILE_S = 120
"""A compiler that takes longer is given up; it takes about 3 s."""

SIZES = (
    "nodes",
    "vehicles",
    "kinds",
    "groups",
    "places",
    "dimensions",
    "cleanings",
    "shelves",
    "near_size",
    "longest",
    "items",
    "commodities",
    "most_boxes",
)
ARRAYS = {
    "node": np.int64,
    "load": np.int64,
    "window": np.int64,
    "kind": np.int64,
    "room": np.int64,
    "vehicle": np.int64,
    "legs": np.int32,
    "turned": np.int32,
    "visit_s": np.int64,
    "allowed": np.uint8,
    "foes": np.int64,
    "cleaning": np.int64,
    "shelf": np.int64,
    "near": np.int32,
    "item_from": np.int64,
    "item": np.int64,
    "item_load": np.int64,
    "item_rank": np.int64,
    "box_room": np.int64,
    "box_sealed": np.int64,
    "choice": np.int64,
    "fitting": np.int64,
    "apart": np.int64,
    "walled": np.int64,
}
"""Arrays of the struct ``Facts`` in ``kernel/model.hpp``, in its order."""


class CFacts(ctypes.Structure):
    """The struct ``Facts`` of ``kernel/model.hpp``."""

    _fields_ = [(name, ctypes.c_int64) for name in SIZES] + [(name, ctypes.c_void_p) for name in ARRAYS]


@functools.cache
def library() -> ctypes.CDLL | None:
    """Return the compiled search, compiling it if need be (about 3 s); None where that is not possible."""
    name = f"search-{_digest()}.so"
    for folder in _folders():
        file = folder / name
        if file.exists() or _compile(file):
            return _declared(ctypes.CDLL(str(file)))
    logger.warning("no C++ compiler found: the compiled search is left out")
    return None


def _digest() -> str:
    sha = hashlib.sha256(" ".join(FLAGS).encode())
    for file in sorted(KERNEL.iterdir()):
        if file.suffix in {".hpp", ".cpp"}:
            sha.update(file.read_bytes())
    return sha.hexdigest()[:16]


def _folders() -> Iterator[Path]:
    yield KERNEL / "build"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    yield Path(cache) / "gongpei"


def _compile(file: Path) -> bool:
    """Compile to ``file``; written elsewhere and moved, so that two processes may do it at once."""
    compiler = next((c for c in (os.environ.get("CXX"), *COMPILERS) if c and shutil.which(c)), None)
    if compiler is None:
        return False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            made = Path(folder) / file.name
            command = [compiler, *FLAGS, "-o", str(made), str(KERNEL / "search.cpp")]
            subprocess.run(command, check=True, capture_output=True, timeout=COMPILE_S)  # noqa: S603 - our own source
            made.replace(file)
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("the compiled search could not be made in %s: %s", file.parent, error)
        return False
    return True


def _declared(lib: ctypes.CDLL) -> ctypes.CDLL:
    """Give every function of ``kernel/search.cpp`` its types."""
    long, real, handle, array = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p, ctypes.c_void_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "open": (handle, [ctypes.POINTER(CFacts)]),
        "close": (None, [handle]),
        "clear": (None, [handle]),
        "put": (ctypes.c_int, [handle, long, array, long, array]),
        "weigh": (long, [handle, long, array, long]),
        "walk": (long, [handle, ctypes.c_uint64, long, real, real, real, real]),
        "now": (long, [handle]),
        "best": (long, [handle, long, array, array]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, f"gongpei_{name}")
        function.restype, function.argtypes = result, arguments
    return lib
