"""The C++ of the search, called through ctypes.

Without a C++ compiler there is no compiled search, and the solver goes on without it.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.compiled import load, usual_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parent / "kernel" / "search.cpp"

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
    lib = load(SOURCE, _folders())
    return None if lib is None else _declared(lib)


def _folders() -> Iterator[Path]:
    return usual_folders(SOURCE)


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
