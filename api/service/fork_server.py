"""Processes for jobs, from a worker's side: they fork from one that has imported everything, in milliseconds.

Importing what plans a county takes seconds of processor time, more than planning a small one. The process in between
(``api.service.fork_server_process``) is started with the worker, again where it has ended, and ends with it. Nobody
waits for it: a process that is asked for while it still imports begins when it has done so.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from api.service.fork_server_process import MESSAGE_BYTES, STREAMS
from api.service.gdal_bounds import ENVIRONMENT

PROGRAM = "api.service.child"
"""Module whose ``main`` does a job."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""A job computes in as many processes as it asked for, none of which makes threads of its own."""

AGAIN_S = 1.0
"""How long one that has ended by itself is not started again, should it never live for longer."""

GONE_S = 2.0
"""How long is waited until one that was killed is gone."""


@dataclass(kw_only=True, eq=False)
class Process:
    """One forked process, the leader of a group of its own; ``pid`` is None until it has begun."""

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO
    number: int
    fork_server: ForkServer = field(repr=False)
    pid: int | None = None
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, negative where a signal has ended it; None while it lives."""
        if self.returncode is None:
            self.fork_server.hear()
        return self.returncode

    def put_away(self) -> None:
        """Kill it and all that it has started, and close its streams."""
        self.fork_server.put_away(self)
        for stream in (self.stdin, self.stdout, self.stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class ForkServer:
    """Where the processes of one worker come from; for one thread, which outlives them."""

    def __init__(self, home: Path, program: str = PROGRAM) -> None:
        self._home = home
        self._program = program
        self._numbers = itertools.count(1)
        self._known: dict[int, Process] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._is_ready = False
        self._not_before = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether a process that is asked for now begins at once."""
        self.hear()
        return self._is_ready

    def warm(self) -> None:
        """Have the process in between started, if it is not there and has not just ended.

        Raises
        ------
        OSError
            When no process can be started.
        """
        self.hear()
        if self._link is not None or time.monotonic() < self._not_before:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        handle = theirs.fileno()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGPEI_")}
        paths = {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
        with ExitStack() as undone, theirs:
            undone.callback(ours.close)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", "api.service.fork_server_process", str(handle), self._program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[handle],
                cwd=self._home,
                start_new_session=True,
                env={**kept, **paths, **dict.fromkeys(THREADS, "1"), **ENVIRONMENT},
            )
            undone.pop_all()
        ours.setblocking(False)
        self._link = ours

    def begin(self, folder: Path) -> Process:
        """Return the process of a job in ``folder``, which begins as soon as it can.

        Raises
        ------
        OSError
            When no process can be started, or there are no descriptors left for its streams.
        """
        self.warm()
        if self._link is None:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        number = next(self._numbers)
        with ExitStack() as theirs, ExitStack() as undone:
            pipes = []
            for _ in range(STREAMS):
                pipes.append(os.pipe())
                for end in pipes[-1]:
                    undone.callback(os.close, end)
            (stdin, ours_in), (ours_out, stdout), (ours_err, stderr) = pipes
            order = json.dumps({"begin": number, "folder": str(folder)}).encode()
            socket.send_fds(self._link, [order], [stdin, stdout, stderr])
            undone.pop_all()
            for end in (stdin, stdout, stderr):
                theirs.callback(os.close, end)
            process = Process(
                stdin=os.fdopen(ours_in, "wb", buffering=0),
                stdout=os.fdopen(ours_out, "rb", buffering=0),
                stderr=os.fdopen(ours_err, "rb", buffering=0),
                number=number,
                fork_server=self,
            )
        self._known[number] = process
        return process

    def hear(self) -> None:
        """Take what the process in between has told since, without waiting."""
        while self._link is not None:
            try:
                text = self._link.recv(MESSAGE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                text = b""
            if not text:
                self.close()
                self._not_before = time.monotonic() + AGAIN_S
                return
            self._take(json.loads(text))

    def put_away(self, process: Process) -> None:
        """Kill a process with all that it has started, and wait until it is gone, if it has begun."""
        self.hear()
        if process.number not in self._known or self._link is None:
            return
        if process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        try:
            self._link.send(json.dumps({"away": process.number}).encode())
        except OSError:
            self.close()
            return
        ends_at = time.monotonic() + (0 if process.pid is None else GONE_S)
        while self._link is not None and process.number in self._known and (left_s := ends_at - time.monotonic()) > 0:
            poll = select.poll()
            poll.register(self._link, select.POLLIN)
            poll.poll(left_s * 1000)
            self.hear()
        self._known.pop(process.number, None)

    def close(self) -> None:
        """End the process in between and all others."""
        if self._link is not None:
            self._link.close()
            self._link, self._is_ready = None, False
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        for process in self._known.values():
            if process.returncode is None:
                process.returncode = -signal.SIGKILL
        self._known.clear()

    def _take(self, said: dict[str, int]) -> None:
        self._is_ready |= "ready" in said
        if "gone" in said:
            self._known.pop(said["gone"], None)
            return
        process = self._known.get(said.get("began", said.get("ended", 0)))
        if process is not None:
            process.pid, process.returncode = said.get("pid", process.pid), said.get("code")
