"""Whether a file is what its name says, judged by its first bytes before GDAL opens it.

GDAL picks its reader by content: XML under another name is a virtual layer that reads any file or address, and some
readers look for their mark anywhere in the first kilobyte, up to a NUL. So a binary file has to have its own mark and a
NUL behind it before anybody's text could stand there; JSON loses the character with which such marks begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEADS = {".gpkg": b"SQLite format 3\0", ".fgb": b"fgb\x03fgb", ".shp": b"\0\0\x27\x0a"}
"""How binary files begin, by suffix."""

HEAD_BYTES = 16
"""Bytes among which all three have a NUL: a FlatGeobuf in the length of its header, which is below 2^24."""


def is_binary_layer(path: Path) -> bool:
    """Whether a file begins as a GeoPackage, FlatGeobuf or Shapefile of its suffix does."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    mark = HEADS.get(path.suffix.lower())
    return mark is not None and head.startswith(mark) and b"\0" in head


def without_marks(text: str) -> str:
    """Return JSON text that means the same and in which no reader but those of JSON finds its mark.

    "<" can only stand in a string there, where it may be written as an escape.
    """
    return text.replace("<", "\\u003c")
