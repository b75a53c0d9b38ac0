"""A Dask cluster that tests may ill-treat: a scheduler and two workers, each behind a line that can be cut.

Where this machine permits it each worker lives in a network namespace of its own; elsewhere its connections go through
proxies that can be made to pass nothing on. Either way a cut line swallows what is sent and tells nobody.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import psutil
from distributed import Client

from benchmarks.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DASK = [sys.executable, "-m", "dask"]
AGAIN = 'while :; do "$@"; sleep 0.2; done'
"""Starts a worker again when it has ended, as a service manager does."""

CHILD = "scenarios.variants.cluster_child"


class Line(Protocol):
    """The line between a worker and its scheduler."""

    def worker_command(self, port: int, scratch: Path) -> list[str]:
        """Return how a worker is started whose scheduler listens on ``port`` of this machine."""
        ...

    def cut(self) -> None:
        """Let nothing through."""
        ...

    def mend(self) -> None:
        """Let everything through again."""
        ...

    def remove(self) -> None:
        """Leave nothing behind."""
        ...


def may_have_namespaces() -> bool:
    """Tell whether network namespaces can be made here."""
    probe = f"gp{os.getpid()}probe"
    try:
        _ip("netns", "add", probe)
        _ip("link", "add", f"{probe}0", "type", "veth", "peer", "name", f"{probe}1", "netns", probe)
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        with suppress(OSError, subprocess.CalledProcessError):
            _ip("netns", "del", probe)
    return True


class Namespace:
    """A worker in a network namespace: one pair of interfaces leads out of it."""

    def __init__(self, rank: int) -> None:
        self.name = f"gp{os.getpid()}n{rank}"
        net = f"10.{64 + os.getpid() % 128}.{os.getpid() // 128 % 250 + rank}"
        self.ours, self.theirs = f"{net}.1", f"{net}.2"
        _ip("netns", "add", self.name)
        _ip("link", "add", f"{self.name}v", "type", "veth", "peer", "name", "uplink", "netns", self.name)
        _ip("addr", "add", f"{self.ours}/24", "dev", f"{self.name}v")
        _ip("-n", self.name, "addr", "add", f"{self.theirs}/24", "dev", "uplink")
        for device in ("uplink", "lo"):
            _ip("-n", self.name, "link", "set", "dev", device, "up")
        self.mend()

    def worker_command(self, port: int, scratch: Path) -> list[str]:
        """Return how a worker is started inside, with a nanny."""
        dask = [*DASK, "worker", f"tcp://{self.ours}:{port}", "--host", self.theirs, *_modest(scratch)]
        return ["ip", "netns", "exec", self.name, *dask]

    def cut(self) -> None:
        """Take our end of the pair down."""
        _ip("link", "set", f"{self.name}v", "down")

    def mend(self) -> None:
        """Bring it up."""
        _ip("link", "set", f"{self.name}v", "up")

    def remove(self) -> None:
        """Delete the namespace and with it the pair."""
        _ip("netns", "del", self.name)


class Proxies:
    """A worker whose connections in both directions go through proxies of this process."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.is_open.set()
        self.has_ended = threading.Event()
        self.listening: list[socket.socket] = []

    def worker_command(self, port: int, scratch: Path) -> list[str]:
        """Return how a worker is started that speaks through proxies only; those can stand before no nanny."""
        own = free_port()
        listen, contact = f"tcp://127.0.0.1:{own}", f"tcp://127.0.0.1:{self._proxy(own)}"
        ways = ["--listen-address", listen, "--contact-address", contact, "--no-nanny"]
        return [*DASK, "worker", f"tcp://127.0.0.1:{self._proxy(port)}", *ways, *_modest(scratch)]

    def cut(self) -> None:
        """Hold back every byte from now on."""
        self.is_open.clear()

    def mend(self) -> None:
        """Pass on what was held back."""
        self.is_open.set()

    def remove(self) -> None:
        """Close everything."""
        self.has_ended.set()
        self.mend()
        for each in self.listening:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _proxy(self, port: int) -> int:
        """Return a port whose connections are passed on to ``port``."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.listening.append(listening)
        threading.Thread(target=self._accept, args=(listening, port), daemon=True).start()
        return int(listening.getsockname()[1])

    def _accept(self, listening: socket.socket, port: int) -> None:
        while not self.has_ended.is_set():
            try:
                near, _ = listening.accept()
            except ConnectionAbortedError:  # who came has gone again
                continue
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", port))
            except OSError:
                near.close()
                continue
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass bytes on until one end closes; then the other is closed as well."""
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self.is_open.wait()
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        source.close()


@dataclass
class Rig:
    """The cluster: ``lines`` and ``workers`` by rank."""

    folder: Path
    lines: list[Line]
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where clients find the scheduler."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start it, on the same port each time."""
        command = [*DASK, "scheduler", "--port", str(self.port), "--no-dashboard", "--no-show"]
        self._start("scheduler", command)

    def await_scheduler(self, within_s: float = 60) -> None:
        """Return when the scheduler takes connections."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)

    def await_workers(self, count: int, within_s: float = 60) -> None:
        """Return when so many workers have joined; where they do not, what they said of it is the error."""
        try:
            with Client(self.address, timeout=within_s, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=within_s)
        except (OSError, TimeoutError) as error:
            said = {log.name: log.read_text(errors="replace")[-2_000:] for log in self.folder.glob("*.log")}
            raise AssertionError(f"{count} workers have not joined: {said}") from error

    def add_worker(self) -> None:
        """Start one more worker, behind proxies."""
        self.lines.append(Proxies())
        self.start_worker(len(self.lines) - 1)

    def start_worker(self, rank: int) -> None:
        """Start a worker that is started again whenever it ends."""
        command = self.lines[rank].worker_command(self.port, self.folder / f"scratch{rank}")
        self._start(f"worker{rank}", ["sh", "-c", AGAIN, "sh", *command])

    def kill_scheduler(self) -> None:
        """End it at once, without a word to anybody."""
        self.processes["scheduler"].kill()
        self.processes["scheduler"].wait()

    def kill_worker(self, rank: int) -> set[int]:
        """End worker and nanny at once; return the processes of cells, which have to end by themselves."""
        tree = psutil.Process(self.processes[f"worker{rank}"].pid).children(recursive=True)
        cells = {each.pid for each in tree if _has_in_command(each, CHILD)}
        below = {child.pid for each in tree if each.pid in cells for child in each.children(recursive=True)}
        for each in reversed(tree):
            if each.pid not in cells | below:
                with suppress(psutil.NoSuchProcess):  # a solver of a cell that was done just now
                    each.kill()
        return cells | below

    def end(self) -> None:
        """End all processes, then the lines."""
        for process in self.processes.values():
            with suppress(psutil.NoSuchProcess):
                for each in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                    each.send_signal(signal.SIGKILL)
            process.wait()
        for line in self.lines:
            line.remove()

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            variables = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
            self.processes[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=variables, cwd=self.folder
            )


@contextmanager
def rig(folder: Path, workers: int = 2, *, namespaces: bool) -> Iterator[Rig]:
    """Give a cluster with its scheduler and workers started; nothing is left of it afterwards."""
    with ExitStack() as stack:
        made = Rig(folder=folder, lines=[], port=free_port())
        stack.callback(made.end)
        for rank in range(workers):
            made.lines.append(Namespace(rank) if namespaces else Proxies())
        made.start_scheduler()
        for rank in range(workers):
            made.start_worker(rank)
        made.await_scheduler()
        if workers:
            made.await_workers(workers)
        yield made


def have_ended(pids: set[int], within_s: float) -> bool:
    """Tell whether these processes end in so many seconds; the dead whom nobody has buried count as ended."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(_is_alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def cells_here() -> set[int]:
    """Return the processes of cells of any cluster below this process."""
    below = psutil.Process().children(recursive=True)
    return {each.pid for each in below if _has_in_command(each, CHILD)}


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _has_in_command(process: psutil.Process, word: str) -> bool:
    try:
        return any(word in each for each in process.cmdline())
    except psutil.Error:
        return False


def _modest(scratch: Path) -> list[str]:
    return ["--nthreads", "1", "--no-dashboard", "--local-directory", str(scratch), "--memory-limit", "4GB"]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], capture_output=True, check=True)  # noqa: S607 - wherever the system has it
