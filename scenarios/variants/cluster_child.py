"""A process beside a Dask worker that computes one task after the other; it ends with the worker, whatever happens.

The worker's own process stays free to speak with its scheduler while a solver is at work, and can end a cell by
ending this process. ``cluster_worker.PROGRAM`` starts it.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

from scenarios.errors import ScenarioFailed
from scenarios.variants.cells import made_by
from scenarios.variants.cluster_parcel import unpack
from scenarios.variants.executor import Failure, attempt, failure_of

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.variants.cluster_parcel import Parcel
    from scenarios.variants.store import Store

    Work = tuple[Parcel, Store, Path, Path]


def main(descriptor: int) -> None:
    """Answer every (parcel, store, folder of files, cache) on the pipe ``descriptor`` with None or a failure.

    The result is in the store. Never returns.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the worker's terminal is the worker's business
    pipe = Connection(descriptor)
    waiting: SimpleQueue[Work] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, waiting), daemon=True).start()
    while True:
        pipe.send(_compute(*waiting.get()))


def _listen(pipe: Connection, waiting: SimpleQueue[Work]) -> None:
    """Pass on what comes; a closed pipe means that the worker is gone, and the solver's processes go with us."""
    while True:
        try:
            waiting.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(1)


def _compute(parcel: Parcel, store: Store, files: Path, cache: Path) -> Failure | None:
    if parcel.made_by != made_by():  # installed anew since the worker began, so that we are not what it has told
        return failure_of(ScenarioFailed("E358", detail="the program was changed under a running worker"))
    try:
        task = unpack(parcel, files, cache)
    except Exception as error:  # a parcel that cannot be opened is told like a task that fails
        return failure_of(error)
    return attempt(task, store)
