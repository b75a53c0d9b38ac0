"""The process from which those of jobs fork, started by ``api.service.fork_server``.

It imports a module, whose ``main`` does a job, and what that names in ``PRELOADED``; then it takes orders from a
socket, one a message: begin in this folder with these three streams, put away that one. It has one thread, so that
forking is safe, and holds nothing of a job: memory, descriptors and limits are the forked process's own. Whoever has
forked stays known to the kernel until it is put away, so that its number is nobody else's meanwhile. When the worker
goes, this process ends, and with it all that have forked.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MESSAGE_BYTES = 1 << 14

STREAMS = 3
"""Standard input, output and error."""

AGAIN_S = 0.5
"""How long is waited where the system has no room for one more process."""


class _Order(NamedTuple):
    number: int
    folder: str
    streams: list[int]


class _ForkServer:
    """Forks for the other end of ``link``; ``work`` takes a folder and this process's number."""

    def __init__(self, link: socket.socket, work: Callable[[Path, int], int]) -> None:
        self._link = link
        self._work = work
        self._waiting: dict[int, _Order] = {}
        self._pids: dict[int, int] = {}
        self._running: set[int] = set()

    def serve(self) -> None:
        """Take orders until the other end is closed."""
        woken, wakes = os.pipe()
        for end in (woken, wakes):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes)
        self._say({"ready": os.getpid()})
        with selectors.DefaultSelector() as ears:
            ears.register(self._link, selectors.EVENT_READ)
            ears.register(woken, selectors.EVENT_READ)
            while True:
                heard = [key.fileobj for key, _ in ears.select(AGAIN_S if self._waiting else None)]
                with contextlib.suppress(BlockingIOError):
                    os.read(woken, MESSAGE_BYTES)
                if self._link in heard and not self._hear():
                    return
                for order in list(self._waiting.values()):
                    self._begin(order)
                self._tell_ends()

    def _hear(self) -> bool:
        text, streams, _, _ = socket.recv_fds(self._link, MESSAGE_BYTES, STREAMS)
        if not text:
            return False
        order = json.loads(text)
        if "begin" in order:
            number = int(order["begin"])
            self._waiting[number] = _Order(number, order["folder"], list(streams))
        else:
            self._put_away(int(order["away"]))
        return True

    def _begin(self, order: _Order) -> None:
        own = os.getpid()
        try:
            pid = os.fork()
        except OSError:  # no room: again in a while
            return
        if pid == 0:
            self._link.close()
            for other in self._waiting.values():
                for stream in other.streams if other is not order else ():
                    os.close(stream)
            _grow(order, self._work, own)
        with contextlib.suppress(OSError):  # it does so itself as well; whoever comes first
            os.setpgid(pid, pid)
        self._pids[order.number] = pid
        self._running.add(order.number)
        self._forget(order.number)
        self._say({"began": order.number, "pid": pid})

    def _put_away(self, number: int) -> None:
        """Kill one with all that it has started, whether it has begun or not."""
        self._forget(number)
        self._running.discard(number)
        pid = self._pids.pop(number, None)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._say({"gone": number})

    def _forget(self, number: int) -> None:
        order = self._waiting.pop(number, None)
        for stream in order.streams if order is not None else ():
            os.close(stream)

    def _tell_ends(self) -> None:
        for number in sorted(self._running):
            found = os.waitid(os.P_PID, self._pids[number], os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                self._running.discard(number)
                code = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
                self._say({"ended": number, "code": code})

    def _say(self, message: Mapping[str, int]) -> None:
        with contextlib.suppress(OSError):  # the worker has gone, which the next reading tells
            self._link.send(json.dumps(message).encode())


def _grow(order: _Order, work: Callable[[Path, int], int], parent: int) -> NoReturn:
    """Be the process of a job from here on."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, stream in enumerate(order.streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(order.folder)
        os.environ["TMPDIR"], tempfile.tempdir = order.folder, None
        code = work(Path(order.folder), parent)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)  # a thread may still read standard input, which an orderly end would wait for


def main(handle: int, program: str) -> None:
    """Import what is needed, and serve."""
    module = import_module(program)
    for name in getattr(module, "PRELOADED", ()):
        import_module(name)
    gc.collect()
    gc.freeze()  # what has been imported is gone through no more, and stays shared
    with socket.socket(fileno=handle) as link:
        _ForkServer(link, module.main).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
