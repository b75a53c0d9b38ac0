"""Tasks that plan nothing, for the tests of stores and executors; importable by other processes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.errors import InvalidInput
from scenarios.variants.executor import Outcome, attempt

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    from scenarios.variants.cells import Task
    from scenarios.variants.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Does what its name says: "fine", "refuse", "crash", "die" or "sleep"."""

    key: str
    what: str = "fine"
    needs: tuple[str, ...] = ()

    def run(self, store: Store) -> dict[str, Any]:  # noqa: ARG002 - tasks are handed the store
        """Do it."""
        if self.what == "refuse":
            raise InvalidInput("E356")
        if self.what == "crash":
            raise ZeroDivisionError
        if self.what == "die":
            os._exit(7)
        if self.what == "sleep":
            time.sleep(60)
        return {"said": self.key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """An executor in this process, one task after the other."""

    workers: int = 1

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield an outcome for each task."""
        for task in tasks:
            if cancel is not None and cancel.is_set():
                return
            yield Outcome(key=task.key, seconds=0.0, failure=attempt(task, store))
