"""Solver processes and their parent, who judges each plan that comes through a pipe and keeps the best.

``optimizer.solve`` sends out islands in this way, ``optimizer.tiers.search`` walks. What an answer is, and what its
referee says, they know; here is how processes begin, meet, end, and how much of the time is left.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from optimizer.errors import SolverFailed
from optimizer.plan import Incumbent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from optimizer.plan import Plan
    from optimizer.stop import Stop

logger = logging.getLogger(__name__)

CLOSING_S = 0.3
"""Seconds before the end at which processes stop by themselves."""

FIRST_S = 1.0
"""Seconds that a process may always search, however late it came to run."""

PATIENCE_S = 30.0
"""How long after its end a solve waits for a first answer, where the machine is too busy to have given one."""

TICK_S = 0.1
"""How often a wish to stop is looked for."""

PR_SET_PDEATHSIG = 1
"""Of ``prctl(2)``: the signal that a process gets when its parent dies."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a solve stands: ``left_s`` is None where time does not end it; ``answer`` is the best plan so far."""

    phase: str
    cost_fen: int
    num_unserved: int
    left_s: float | None
    answer: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[Answer]):
    """A better answer of one process, found in ``step`` (0: the first)."""

    answer: Answer
    step: int
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A process brings what it has and waits for what the others have; None: it will wait no more."""

    brought: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A process has ended after so many steps; ``error`` tells why if it failed."""

    steps: int = 0
    error: str = ""


def work_through(pipe: Connection, steps: Iterator[int], name: str) -> None:
    """Do all ``steps`` in this process and say so; it leaves with its parent, which alone heeds Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    done = 0
    try:
        for done in steps:
            logger.debug("%s: step %d", name, done)
    except (BrokenPipeError, EOFError):
        return  # the parent has enough
    except Exception as error:
        logger.exception("%s failed", name)
        pipe.send(Done(steps=done, error=f"{type(error).__name__}: {error}"))
        return
    pipe.send(Done(steps=done))


def time_left_s(ends_at: float | None) -> float | None:
    """Return what a process that begins now may search until ``ends_at`` on the clock of ``time.monotonic``."""
    return None if ends_at is None else max(FIRST_S, ends_at - time.monotonic())


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends; Linux only, elsewhere nothing happens.

    A thread that waits for the parent's end, as below, gets no turn while native code holds the interpreter.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off SIGTERM until the block ends: a process that is told half its job ends with a traceback of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if came:
            signal.raise_signal(signal.SIGTERM)


def _end_with_parent() -> None:
    """Leave when the parent is gone, also where it ended before the kernel was asked."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@dataclass(kw_only=True)
class _Member:
    process: SpawnProcess
    pipe: Connection
    meeting: Meeting | None = None
    is_apart: bool = False
    is_done: bool = False


@dataclass(kw_only=True)
class Crew(ABC, Generic[Answer]):
    """The processes of one solve and what has come from them; ``best`` is at first the answer of last resort."""

    stop: Stop
    progress: Callable[[Progress], None] | None
    best: Answer
    began_at: float = field(default_factory=time.monotonic)
    history: list[Incumbent] = field(default_factory=list)
    steps: int = 0
    is_stopped: bool = False
    has_answer: bool = field(init=False, default=False)
    _members: list[_Member] = field(default_factory=list)
    _rank: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.keep(self.best)
        self.has_answer = False

    @abstractmethod
    def plan_of(self, answer: Answer) -> Plan:
        """Return the plan whose cost and unserved shipments count."""

    @abstractmethod
    def fault_of(self, answer: Answer) -> str | None:
        """Return the first thing that the referee has against an answer, None where it accepts."""

    def is_noted(self, found: Found[Answer]) -> bool:  # noqa: ARG002 - for those who note
        """Tell whether ``note`` shall hear of an answer that is not better."""
        return False

    def note(self, found: Found[Answer]) -> None:
        """Take note of an answer that the referee accepts."""

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self.began_at

    def keep(self, answer: Answer) -> None:
        """Hold an answer that no process made."""
        self.best, self._rank = answer, (self.plan_of(answer).cost.total_fen, -1, -1)
        self.has_answer = True

    def begin(
        self, target: Callable[[Connection, Any], None], workers: int, job: Callable[[int, float | None], object]
    ) -> None:
        """Start processes that run ``target`` on ``job(index, ends_at)``; the clock is ``time.monotonic``."""
        context = get_context("spawn")
        ends_at = None if self._ends_at is None else self._ends_at - CLOSING_S
        for index in range(workers):
            ours, theirs = context.Pipe()
            args = (theirs, job(index, ends_at))
            process = context.Process(target=target, args=args, name=f"solver-{index}", daemon=True)
            with undisturbed():
                process.start()
                theirs.close()  # so that a dead child reads as the end of the pipe
                self._members.append(_Member(process=process, pipe=ours))

    @contextmanager
    def at_work(
        self, target: Callable[[Connection, Any], None], workers: int, job: Callable[[int, float | None], object]
    ) -> Iterator[None]:
        """Have processes begin, and leave none behind when the block ends; ``KeyboardInterrupt`` ends it early."""
        try:
            self.begin(target, workers, job)
            yield
        except KeyboardInterrupt:
            self.is_stopped = True
        finally:
            self.end()

    def listen(self, cancel: threading.Event | None) -> None:
        """Take what comes until all are done, time is up and there is an answer, or the user has had enough."""
        while any(not m.is_done for m in self._members):
            if cancel is not None and cancel.is_set():
                self.is_stopped = True
                return
            if self._is_over():
                return
            waiting = {m.pipe: i for i, m in enumerate(self._members) if not m.is_done}
            for pipe in connection.wait(list(waiting), timeout=TICK_S):
                self._take(waiting[pipe])  # type: ignore[index]  # wait returns what it was given
            self._meet()

    def end(self) -> None:
        """Leave no process behind."""
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.process.join()
            member.pipe.close()

    def _is_over(self) -> bool:
        if self._ends_at is None:
            return False
        late_s = time.monotonic() - self._ends_at
        return late_s >= (0.0 if self.has_answer else PATIENCE_S)

    @property
    def _ends_at(self) -> float | None:
        return None if self.stop.seconds is None else self.began_at + self.stop.seconds

    def _take(self, index: int) -> None:
        member = self._members[index]
        try:
            message: Any = member.pipe.recv()
        except (EOFError, OSError):
            message = Done(error="ended by itself")
        if isinstance(message, Found):
            self.steps = max(self.steps, message.step)
            self._judge(index, message)
        elif isinstance(message, Meeting):
            member.meeting = message
            member.is_apart |= message.brought is None
        elif isinstance(message, Done):
            member.is_done = True
            self.steps = max(self.steps, message.steps)
            if message.error:
                logger.error("%s", SolverFailed("E190", detail=f"{member.process.name}: {message.error}"))

    def _judge(self, index: int, found: Found[Answer]) -> None:
        """Accept a better answer if the referee does; equal costs go to the earlier step, then the lower number."""
        rank = (self.plan_of(found.answer).cost.total_fen, found.step, index)
        is_better = rank < self._rank
        if not is_better and not self.is_noted(found):
            return
        fault = self.fault_of(found.answer)
        if fault is not None:
            logger.error("%s", SolverFailed("E191", detail=f"{found.phase}: {fault}"))
            return
        self.note(found)
        self.has_answer = True
        if is_better:
            self._rank, self.best = rank, found.answer
            self._tell(index, found)

    def _tell(self, index: int, found: Found[Answer]) -> None:
        plan = self.plan_of(found.answer)
        cost_fen, num_unserved = plan.cost.total_fen, len(plan.unserved)
        self.history.append(
            Incumbent(
                wall_s=self.seconds,
                iteration=found.step,
                worker=index,
                engine=found.phase,
                cost_fen=cost_fen,
                num_unserved=num_unserved,
            )
        )
        if self.progress is not None:
            left_s = None if self._ends_at is None else max(0.0, self._ends_at - time.monotonic())
            self.progress(
                Progress(
                    phase=found.phase,
                    cost_fen=cost_fen,
                    num_unserved=num_unserved,
                    left_s=left_s,
                    answer=found.answer,
                )
            )

    def _meet(self) -> None:
        """When all that still meet have come, give each what all have brought, in the order of their numbers."""
        present = [m for m in self._members if not m.is_done and not m.is_apart]
        if not present or any(m.meeting is None for m in present):
            return
        brought = [m.meeting.brought for m in present if m.meeting is not None]
        for member in present:
            member.meeting = None
            try:
                member.pipe.send(brought)
            except (BrokenPipeError, OSError):
                logger.error("%s", SolverFailed("E190", detail=member.process.name))
                member.is_done = True
