"""Runs tasks on this machine: so many processes, one task each at a time; results go straight to the store.

A process writes its result itself, so an end of the parent costs only the tasks in flight. A task that fails is an
outcome, not an end; a process that dies is replaced. Another ``Executor``, on several machines, needs nothing
but tasks and a store that all can reach.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process, resource_tracker
from typing import TYPE_CHECKING, Any, Protocol

from scenarios.errors import ScenarioFailed
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from scenarios.variants.cells import Task
    from scenarios.variants.store import Store

logger = logging.getLogger(__name__)

TICK_S = 0.2
"""How often a wish to stop is looked for."""

PARTING_S = 3.0
"""How long a process may take to end its own solver before it is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a task has no result: a code of ours and its sentence."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A task has ended; its result is in the store unless it failed."""

    key: str
    seconds: float
    failure: Failure | None = None


class Executor(Protocol):
    """Where tasks are run."""

    @property
    def workers(self) -> int:
        """How many tasks it runs at a time."""
        ...

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield an outcome for each task as it ends; those in flight are dropped when ``cancel`` is set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalProcesses:
    """``workers`` spawned processes: call from under ``if __name__ == "__main__"``.

    After ``parting_s`` those that were to end are killed.
    """

    workers: int = 1
    parting_s: float = PARTING_S

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield outcomes as tasks end; no process is left behind, whatever happens."""
        waiting = list(reversed(tasks))
        crew = [_hire(store) for _ in range(min(self.workers, len(waiting)))]
        try:
            while waiting or any(member.task is not None for member in crew):
                if cancel is not None and cancel.is_set():
                    return
                for member in crew:
                    if member.task is None and waiting:
                        member.begin(waiting.pop())
                busy = {member.pipe: member for member in crew if member.task is not None}
                for pipe in connection.wait(list(busy), timeout=TICK_S):
                    member = busy[pipe]  # type: ignore[index]  # wait returns what it was given
                    yield member.finish()
                    if member.is_dead:
                        crew[crew.index(member)] = _hire(store)
        finally:
            _dismiss(crew, self.parting_s)


@dataclass(slots=True, kw_only=True, eq=False)
class _Member:
    process: SpawnProcess
    pipe: Connection
    task: Task | None = None
    began_at: float = 0.0
    is_dead: bool = False

    def begin(self, task: Task) -> None:
        self.task, self.began_at = task, time.monotonic()
        try:
            self.pipe.send(task)
        except (BrokenPipeError, OSError):
            logger.debug("process %s is gone", self.process.pid)  # reading its pipe tells the same, as an outcome

    def finish(self) -> Outcome:
        """Return how the task ended; a closed pipe means that the process died."""
        key = self.task.key if self.task is not None else ""
        failure: Failure | None
        try:
            failure = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(PARTING_S)
            self.pipe.close()
            failure, self.is_dead = (
                failure_of(ScenarioFailed("E358", detail=f"the process ended with {self.process.exitcode}")),
                True,
            )
        self.task = None
        return Outcome(key=key, seconds=time.monotonic() - self.began_at, failure=failure)


def _hire(store: Store) -> _Member:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, store), name="comparison")
    resource_tracker.ensure_running()  # it would unblock what is blocked below
    # a Ctrl-C while it starts would be its own: what it is born with blocked stays so
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()  # so that a dead child reads as the end of the pipe
    return _Member(process=process, pipe=ours)


def _dismiss(crew: list[_Member], parting_s: float) -> None:
    until = time.monotonic() + parting_s
    for member in crew:
        if member.task is None and not member.is_dead:
            member.pipe.close()  # idle: it leaves by itself
        else:
            member.process.terminate()
    for member in crew:
        member.process.join(max(0.0, until - time.monotonic()))
        if member.process.is_alive():
            member.process.kill()
            member.process.join()


def work(pipe: Connection, store: Store) -> None:
    """Entry of a process: compute what comes until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent decides
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the solver's processes end with us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            task: Task = pipe.recv()
        except (EOFError, OSError):
            return
        failure = attempt(task, store)
        try:
            pipe.send(failure)
        except (BrokenPipeError, OSError):
            return


def _end_with_parent() -> None:
    """Leave when the parent was killed, and the solver's processes with us; half a task is worth nothing."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def attempt(task: Task, store: Store) -> Failure | None:
    """Run a task and keep its result; return why it failed, if it did."""
    try:
        store.put(task.key, task.run(store))
    except Exception as error:  # whatever it is, the other tasks go on and the user is told
        logger.debug("task failed", exc_info=True)
        return failure_of(error)
    return None


def failure_of(error: Any) -> Failure:
    """Return an error as what is told to the user; one that is not ours is E358."""
    if not hasattr(error, "render"):
        error = ScenarioFailed("E358", detail=f"{type(error).__name__}: {error}")
    return Failure(code=error.code, text=Text(error.render("zh"), error.render("en")))
