"""Scenarios kept ready in limited processes, so that a question about a plan is answered at once.

A ``Bench`` is one process with one folder (``api.service.bench_child``); ``Benches`` keeps those asked of late,
revisions by id, and ends the others. Processes fork from one that has imported everything, so that one costs
milliseconds and not seconds. Nothing that comes back is trusted further than JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.errors import InvalidInput
from api.service import bench_entry
from api.service.database import Unavailable
from api.service.gdal_bounds import bounding_gdal
from api.service.problems import Told
from api.service.pruning import CACHE
from api.service.runner import hold, remove_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection

LOAD_S = 60.0
"""How long a scenario may take to be read and built."""

ASK_S = 60.0
"""How long one question may take."""

FILE_BYTES = 1 << 28
"""Largest file that such a process may write: a table of travel times."""

PROCESSOR_S = 600
"""Processor time of one process, all its questions together; then another takes its place."""

LEAST_KEPT = 3
"""Scenarios kept ready however small the machine is."""

ROOM_EACH = 1 << 30
"""Memory that one kept scenario is taken to need, where the operator does not say how many there may be."""

MOST_LOADING = 2
"""Scenarios that are loaded at the same time; others wait their turn."""

WAIT_S = 30.0
"""How long a caller waits for a turn."""

MOST_CALLERS = 16
"""Callers that wait or are served at the same time; others are asked to come again, so that threads are left for
those who only read."""

BUSY_S = 5

HOME = "benches"
"""Folder in the data folder where scenarios lie while they are kept ready."""

PRELOADED = "api.service.bench_child"


class Retired(Exception):  # noqa: N818 - no fault of anybody
    """A process has made room for another scenario."""


class Bench:
    """One limited process with one scenario."""

    def __init__(self, content: bytes, bounds: Mapping[str, int], *, home: Path, cache: Path) -> None:
        self._turn = threading.Lock()
        self._is_closed = False
        self._processor_s = bounds["processor_s"]
        try:
            cache.mkdir(parents=True, exist_ok=True)
            self._folder = tempfile.mkdtemp(dir=home)
        except OSError as error:
            raise Unavailable("E601", detail=error.strerror) from None
        try:
            self._pipe, theirs = multiprocessing.Pipe()
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise Unavailable("E601", detail=error.strerror) from None
        context = multiprocessing.get_context("forkserver")
        arguments = (theirs, dict(bounds), self._folder, str(cache))
        self._process = context.Process(target=bench_entry.run, args=arguments, daemon=True)
        try:
            self._start(theirs)
            self._pipe.send_bytes(content)
            self.found: dict[str, Any] = self._heard(LOAD_S)
        except BrokenPipeError:  # it has ended before it has read
            self.close()
            raise InvalidInput("E647", detail=_manner(self._process.exitcode)) from None
        except BaseException:
            self.close()
            raise

    def _start(self, theirs: Connection) -> None:
        """Start the process; no descriptor, memory or process left for it is nothing that its scenario could mend."""
        try:
            self._process.start()
        except (OSError, EOFError) as error:
            raise Unavailable("E601", detail=getattr(error, "strerror", None) or type(error).__name__) from None
        finally:
            theirs.close()

    def ask(self, question: Mapping[str, Any]) -> Any:
        """Return the answer to one question; others wait until it is there.

        Raises
        ------
        Told
            What the process refused.
        InvalidInput
            E647, where it ended; E656, where others were asking for too long.
        Retired
            It was closed before it was asked.
        """
        if not self._turn.acquire(timeout=WAIT_S):
            raise InvalidInput("E656", retry_after_s=BUSY_S)
        try:
            if self._is_closed:
                raise Retired
            self._pipe.send_bytes(json.dumps(question).encode())
            return self._heard(ASK_S)
        except (OSError, InvalidInput):
            self.close()
            raise InvalidInput("E647", detail="ended") from None
        finally:
            self._turn.release()

    @property
    def is_alive(self) -> bool:
        """Whether it may be asked."""
        return self._process.is_alive()

    @property
    def is_spent(self) -> bool:
        """Whether one more question might come to the bound of its processor time."""
        try:
            counted = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended
            return True
        return sum(map(int, counted[11:13])) / os.sysconf("SC_CLK_TCK") > self._processor_s - ASK_S

    def retire(self) -> None:
        """End the process once it has answered who is asking."""
        with self._turn:
            self.close()

    def close(self) -> None:
        """End the process and remove its folder."""
        self._is_closed = True
        if self._process.pid is not None:
            self._process.kill()
            self._process.join(5)
        self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _heard(self, wait_s: float) -> Any:
        if not self._pipe.poll(wait_s):
            raise InvalidInput("E647", detail=f"{wait_s:g} s")
        try:
            said = json.loads(self._pipe.recv_bytes())
        except (EOFError, OSError, ValueError):
            raise InvalidInput("E647", detail=_manner(self._process.exitcode)) from None
        if "problem" in said:
            raise Told(said["problem"])
        if "full" in said:
            raise Unavailable("E601", detail=said["full"])
        if "bug" in said:
            raise RuntimeError(said["bug"])
        if "ended" in said:
            raise InvalidInput("E647", detail=said["ended"])
        return said["answer"]


class Benches:
    """The scenarios asked about of late, each in a process of its own."""

    def __init__(self, bounds: Mapping[str, int], data: Path, most_kept: int = 0) -> None:
        self._most_kept = most_kept or kept_by_memory()
        self._bounds = {"processor_s": PROCESSOR_S, "file_bytes": FILE_BYTES, **bounds}
        self._data = data
        self._home: Path | None = None
        self._held = ExitStack()
        self._kept: OrderedDict[tuple[str, int], Bench] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[tuple[str, int], threading.Lock] = {}
        self._loading = threading.BoundedSemaphore(MOST_LOADING)
        self._callers = threading.BoundedSemaphore(MOST_CALLERS)
        multiprocessing.get_context("forkserver").set_forkserver_preload([PRELOADED])

    def warm(self) -> None:
        """Start the process from which the others fork, so that the first caller does not wait for its imports."""
        with bounding_gdal():
            forkserver.ensure_running()

    def found_in(self, content: bytes, county_id: str) -> dict[str, Any]:
        """Return what a reader finds in a packed folder: name, sizes, faults, notes; keeps nothing.

        Raises
        ------
        Told
            E646, a scenario that is too large.
        InvalidInput
            E647, where reading takes too much memory or time; E656, where too many others are read.
        """
        with self._caller(), self._turn():
            bench = self._made(content, county_id)
            bench.close()
            return bench.found

    def ask(
        self, key: tuple[str, int], county_id: str, content: Callable[[], bytes], question: Mapping[str, Any]
    ) -> Any:
        """Return the answer to a question about revision ``key``, which is loaded first if it is not kept.

        Raises
        ------
        Told, InvalidInput
            As ``Bench.ask`` and ``found_in``.
        """
        with self._caller():
            while True:
                with suppress(Retired):
                    return self._bench(key, county_id, content).ask(question)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            kept = list(self._kept.values())
            self._kept.clear()
        for bench in kept:
            bench.close()
        with self._lock:
            self._held.close()
            self._home = None

    def _made(self, content: bytes, county_id: str) -> Bench:
        self.warm()  # should that process have ended, another is started within its bounds too
        return Bench(content, self._bounds, home=self._at_home(), cache=self._data / CACHE / county_id)

    def _at_home(self) -> Path:
        """Return the folder of this service's processes, made on first use, those of services that were killed gone."""
        with self._lock:
            if self._home is None:
                folder = self._data / HOME
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                    remove_leftovers(folder)
                    home = folder / secrets.token_hex(8)
                    self._held.enter_context(hold(home))
                except OSError as error:
                    raise Unavailable("E601", detail=error.strerror) from None
                self._held.callback(shutil.rmtree, home, ignore_errors=True)
                self._home = home
            return self._home

    def _bench(self, key: tuple[str, int], county_id: str, content: Callable[[], bytes]) -> Bench:
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:  # of two who ask for the same scenario one loads it
            known = self._known(key)
            if known is not None:
                return known
            with self._turn():
                made = self._made(content(), county_id)
            self._keep(key, made)
            return made

    def _known(self, key: tuple[str, int]) -> Bench | None:
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None and found.is_alive and not found.is_spent:
                self._kept[key] = found
                return found
        if found is not None:
            found.retire()
        return None

    def _keep(self, key: tuple[str, int], bench: Bench) -> None:
        with self._lock:
            self._kept[key] = bench
            leaving = [self._kept.popitem(last=False)[1] for _ in range(len(self._kept) - self._most_kept)]
            self._making = {key: lock for key, lock in self._making.items() if lock.locked()}
        for each in leaving:
            each.retire()

    @contextmanager
    def _caller(self) -> Iterator[None]:
        """Count who is inside; nobody waits here."""
        if not self._callers.acquire(blocking=False):
            raise InvalidInput("E656", retry_after_s=BUSY_S)
        try:
            yield
        finally:
            self._callers.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._loading.acquire(timeout=WAIT_S):
            raise InvalidInput("E656", retry_after_s=BUSY_S)
        try:
            yield
        finally:
            self._loading.release()


def kept_by_memory() -> int:
    """Return how many scenarios a quarter of the machine's memory has room for, ``LEAST_KEPT`` at least."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(LEAST_KEPT, memory // 4 // ROOM_EACH)


def _manner(exitcode: int | None) -> str:
    """Return how a process ended, as a word."""
    if exitcode is None:
        return "ended"
    return f"signal {-exitcode}" if exitcode < 0 else f"exit {exitcode}"
