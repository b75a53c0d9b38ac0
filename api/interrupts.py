"""The first Ctrl-C, or SIGTERM, ends a long run with what is done; the second leaves at once."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def ended_on_interrupt(cancel: threading.Event, told: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Set ``cancel`` at the first of both signals and call ``told``; a second one raises ``KeyboardInterrupt``.

    Outside the main thread nothing happens: signals belong there.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()
        told()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
