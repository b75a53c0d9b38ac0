"""Bounds how many folders lie unpacked in memory at once: others wait, and who waits too long is to come again.

A folder within all limits takes several times its bytes while it is unpacked, taken apart and packed again.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2
"""Folders that may lie unpacked in the process of the API."""

WAIT_S = 20.0
"""How long a request waits for its turn; the largest folder takes some seconds."""

BUSY_S = 2

_ROOM = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def room() -> Iterator[None]:
    """Give one request at a time of ``AT_ONCE`` the memory for a folder; not to be asked for again within.

    Raises
    ------
    InvalidInput
        E656, where none came free within ``WAIT_S``.
    """
    if not _ROOM.acquire(timeout=WAIT_S):
        raise InvalidInput("E656", retry_after_s=BUSY_S)
    try:
        yield
    finally:
        _ROOM.release()
