"""Text files as Chinese offices write them: UTF-8 with or without BOM, or GB18030.

Charset libraries misread short GBK files, so the order is fixed: BOM, strict UTF-8, GB18030.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks.errors import InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Marks at the beginning of a file that settle its encoding."""


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that must hold something.

    Raises
    ------
    InvalidInput
        E200 no such file, E201 empty, E202 not readable.
    """
    if not path.exists():
        raise InvalidInput("E200", path=str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("E202", path=str(path), detail=error.strerror or "") from error
    if not data.strip():
        raise InvalidInput("E201", path=path.name)
    return data


def read_text(path: Path) -> str:
    """Return the text of a file; raises as ``read_bytes``, and E204 when it is in no known encoding."""
    data = read_bytes(path)
    for encoding in encodings_to_try(data):
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    raise InvalidInput("E204", path=path.name)


def encodings_to_try(data: bytes) -> tuple[str, ...]:
    """Return the encodings that text beginning with ``data`` may have, likeliest first."""
    marked = tuple(encoding for bom, encoding in BOMS if data.startswith(bom))
    return marked or ("utf-8", "gb18030")
