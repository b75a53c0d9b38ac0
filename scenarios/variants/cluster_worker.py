"""What runs inside a Dask worker: says which versions it has, takes files in, has parcels computed beside it.

Every thread of the worker has one process of ours (``cluster_child``), kept from cell to cell, which is ended when the
cell is no longer wanted, when it needs more memory than the worker may have (Dask's nanny sees only the worker
itself), and by itself when the worker dies. Files and travel times lie beside the worker's scratch folder, by
content, for all workers of that machine and after them; results lie inside it and go with the worker.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psutil
from distributed import get_worker
from distributed.core import Status

from scenarios.variants.cells import made_by
from scenarios.variants.cluster_parcel import Reply
from scenarios.variants.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection

    from distributed import Worker

    from scenarios.variants.cluster_parcel import Parcel
    from scenarios.variants.executor import Failure

TICK_S = 0.2
"""How often a cell is looked after."""

PROGRAM = "from scenarios.variants.cluster_child import main; main({})"
"""What a process beside the worker runs: no module, which every solver process would import again."""

_own = threading.local()
"""The process of each thread of the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A worker's versions, and the files that its machine lacks."""

    made_by: tuple[str, ...]
    lacking: tuple[str, ...]


def greet(files: tuple[str, ...], dask_worker: Worker) -> Greeting:
    """Return what a client asks before it sends cells."""
    return Greeting(made_by=made_by(), lacking=_lacking(files, _files_of(dask_worker)))


def receive(contents: Mapping[str, bytes], dask_worker: Worker) -> None:
    """Keep files by their names, each all or nothing."""
    for name, content in contents.items():
        path = _files_of(dask_worker) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{uuid4().hex}.part")
        beside.write_bytes(content)
        beside.replace(path)


def compute(parcel: Parcel) -> Reply:
    """Return what became of the parcel; called by Dask as a task, in a thread of the worker."""
    worker, began = get_worker(), time.monotonic()
    if parcel.made_by != made_by():
        return Reply(worker=worker.address, made_by=made_by())
    lacking = _lacking(parcel.files, _files_of(worker))
    if lacking:
        return Reply(worker=worker.address, lacking=lacking)
    store = Store(folder=Path(worker.local_directory) / "results")
    for key, content in parcel.needs.items():
        store.put(key, content)
    failure, died = _computed(parcel, store, worker)
    result = None if failure or died else store.get(parcel.key)
    if result is None and failure is None and not died:
        died = "the result was not kept"
    return Reply(worker=worker.address, content=result, failure=failure, died=died, seconds=time.monotonic() - began)


def _computed(parcel: Parcel, store: Store, worker: Worker) -> tuple[Failure | None, str]:
    """Have the parcel computed; return the failure, and why it was not computed if it was not."""
    child = _child()
    key = worker.get_current_task()
    try:
        child.pipe.send((parcel, store, _files_of(worker), _beside(worker) / "cache"))
        while not child.pipe.poll(TICK_S):
            why = why_end(worker, key, child.process.pid)
            if why:
                child.end()
                return None, why
        return child.pipe.recv(), ""
    except (EOFError, OSError):
        code = child.process.wait()
        child.end()
        return None, f"the process ended with {code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    process: subprocess.Popen[bytes]
    pipe: Connection

    def end(self) -> None:
        """Kill the process; the solver's processes end with it."""
        self.pipe.close()
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _child() -> _Child:
    """Return the process of this thread, a new one where there is none that lives.

    Not by ``multiprocessing``: under a nanny the worker is a daemon, which may have no such children.
    """
    child: _Child | None = getattr(_own, "child", None)
    if child is None or child.pipe.closed or child.process.poll() is not None:
        ours, theirs = Pipe()
        command = [sys.executable, "-P", "-c", PROGRAM.format(theirs.fileno())]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))  # noqa: S603
        theirs.close()  # so that a dead child reads as the end of the pipe
        child = _own.child = _Child(process=process, pipe=ours)
    return child


def why_end(worker: Worker, key: object, pid: int) -> str:
    """Return why the cell ``key``, computed by process ``pid``, has to end now; "" where it may go on.

    Dask lets a running task go on when it is cancelled, or when its client is gone: it only marks it.
    """
    state = worker.state.tasks.get(key)  # type: ignore[call-overload]
    if state is None or state.state != "executing" or worker.status in (Status.closing, Status.closed):
        return "no longer wanted"
    limit = worker.memory_manager.memory_limit
    if limit and _memory(pid) > limit / worker.state.nthreads:
        return f"more memory than the {limit / worker.state.nthreads / 1e9:.1f} GB of a cell at {worker.address}"
    return ""


def _memory(pid: int) -> int:
    """Return the bytes in memory of a process and its children; about 1 ms."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:  # ended meanwhile
        pass
    return total


def _beside(worker: Worker) -> Path:
    return Path(worker.local_directory).parent / "gongpei"


def _files_of(worker: Worker) -> Path:
    return _beside(worker) / "files"


def _lacking(files: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    return tuple(name for name in files if not (folder / name).is_file())
