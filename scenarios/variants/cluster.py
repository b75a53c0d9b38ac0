"""Runs tasks on a Dask cluster: each a task of Dask's, its result kept here as soon as it is back.

Machines share nothing; ``cluster_parcel`` says what goes along, ``cluster_worker`` what happens there. Dask gives the
cells of a dead worker to others. When the scheduler is gone we wait for one at the same address and send again
what the store lacks. Whoever may speak to the scheduler may run any program on every worker, because Dask
executes pickles: a closed network, or ``tls://`` with certificates from Dask's own configuration.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from distributed import Client

from scenarios.errors import Fault, InvalidInput, ScenarioFailed
from scenarios.text import Text
from scenarios.variants.cells import PACKAGES, made_by
from scenarios.variants.cluster_parcel import Reply, pack
from scenarios.variants.cluster_worker import Greeting, compute, greet, receive
from scenarios.variants.executor import Outcome, failure_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from distributed import Future

    from scenarios.variants.cells import Task
    from scenarios.variants.store import Store

logger = logging.getLogger(__name__)

TICK_S = 0.1
"""How often futures and the wish to stop are looked at."""

LOOK_S = 2.0
"""How often workers are counted."""

CONNECT_S = 10
"""Longest wait for the scheduler to answer, and for the first worker to join."""

FETCH_S = 60
"""Longest wait for a result that a worker has."""

TRIES = 4
"""How often a cell is sent whose process or worker died, before that is its outcome."""

PER_THREAD = 2
"""Cells in flight for each thread of the cluster, so that none waits for us."""

CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
BROKEN = (OSError, RuntimeError, *CANCELLED)
"""What Dask raises where the line to its scheduler breaks while it is asked something; no event loop here is ours."""

LOST = Text("与集群失去联系，等待恢复", "out of touch with the cluster, waiting for it")
BACK = Text("集群已恢复，继续计算", "the cluster is back, going on")


@dataclass(slots=True, kw_only=True, eq=False)
class _Job:
    task: Task
    tries: int = 0
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Cluster:
    """The workers of the scheduler at ``address``, such as ``tcp://10.0.0.1:8786``; use it in a ``with`` statement.

    ``patience_s``, above ``LOOK_S``: how long scheduler or all workers may be gone before what is left fails.
    ``notice`` is told when that begins and ends.
    """

    address: str
    patience_s: float = 600.0
    notice: Callable[[Text], None] = lambda _text: None
    _client: Client | None = None
    _threads: int = 0
    _looked_at: float = 0.0
    _seen_at: float = 0.0
    _is_lost: bool = False
    _files: dict[str, Path] = field(default_factory=dict)

    def __enter__(self) -> Cluster:
        """Connect, so that a wrong address or worker is refused before any cell runs.

        Raises
        ------
        InvalidInput
            E501, when a worker runs other versions; E502, when no scheduler answers; E503, when it has no workers.
        """
        try:
            self._connect()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, _: TracebackType | None) -> None:
        """Leave the cluster; cells in flight end there."""
        self._leave()

    @property
    def workers(self) -> int:
        """How many cells the cluster computes at a time."""
        return max(1, self._threads)

    def run(self, tasks: Sequence[Task], store: Store, cancel: threading.Event | None = None) -> Iterator[Outcome]:
        """Yield outcomes as tasks end; E501, should a worker with other versions join meanwhile."""
        waiting = deque(_Job(task=task) for task in tasks)
        flying: dict[Future[Reply], _Job] = {}
        try:
            while waiting or flying:
                if cancel is not None and cancel.is_set():
                    return
                if not self._is_in_reach():
                    waiting.extendleft(flying.values())
                    flying.clear()
                if time.monotonic() - self._seen_at > self.patience_s:
                    yield from self._given_up([*flying.values(), *waiting])
                    return
                self._send(waiting, flying, store)
                yield from self._landed(waiting, flying, store)
        finally:
            for future in flying:
                future.release()

    def _send(self, waiting: deque[_Job], flying: dict[Future[Reply], _Job], store: Store) -> None:
        while self._client is not None and waiting and len(flying) < PER_THREAD * self._threads:
            job = waiting.popleft()
            parcel, files = pack(job.task, store, made_by())
            self._files |= files
            name = f"gongpei-{parcel.key[:16]}-{uuid4().hex}"  # another try must not be taken for the one before
            flying[self._client.submit(compute, parcel, key=name, pure=False)] = job

    def _landed(self, waiting: deque[_Job], flying: dict[Future[Reply], _Job], store: Store) -> Iterator[Outcome]:
        """Yield what has ended; what has to be tried again goes back among those that wait."""
        ended = [future for future in flying if future.done()]
        if not ended:
            time.sleep(TICK_S)
        for future in ended:
            job = flying.pop(future)
            reply = self._reply(future, job)
            outcome = self._settled(reply, job, store) if reply is not None else None
            if outcome is None and job.tries >= TRIES:
                detail = ScenarioFailed("E504", tries=job.tries, detail=job.why)
                outcome = Outcome(key=job.task.key, seconds=0.0, failure=failure_of(detail))
            if outcome is None:
                waiting.append(job)
            else:
                yield outcome

    def _reply(self, future: Future[Reply], job: _Job) -> Reply | None:
        """Return what came back; None where nothing did, and a try is counted unless the scheduler was lost."""
        try:
            reply: Reply = future.result(timeout=FETCH_S)
        except CANCELLED:  # the scheduler is gone, or has forgotten us
            return None
        except Exception as error:  # Dask raises what it met: a dead worker, a broken comm
            logger.debug("a parcel came to nothing", exc_info=True)
            job.tries, job.why = job.tries + 1, f"{type(error).__name__}: {error}"
            return None
        finally:
            future.release()
        return reply

    def _settled(self, reply: Reply, job: _Job, store: Store) -> Outcome | None:
        """Keep a result; None where the parcel has to be sent again."""
        if reply.made_by:
            raise _others({reply.worker: Greeting(made_by=reply.made_by, lacking=())})
        if reply.content is not None:
            store.put(job.task.key, reply.content)
        if reply.content is not None or reply.failure is not None:
            return Outcome(key=job.task.key, seconds=reply.seconds, failure=reply.failure)
        job.tries, job.why = job.tries + 1, reply.died or f"{reply.worker} did not keep {', '.join(reply.lacking)}"
        if reply.lacking:
            self._deliver(reply.lacking)
        return None

    def _is_in_reach(self) -> bool:
        """Tell whether a scheduler is there, after another try to reach it where there was none; counts workers."""
        try:
            if self._client is None or self._client.status != "running":
                self._leave()
                self._connect()
            elif time.monotonic() - self._looked_at > LOOK_S:
                self._look()
        except (*BROKEN, InvalidInput) as error:
            if isinstance(error, InvalidInput) and error.code == "E501":
                raise
            logger.debug("out of reach", exc_info=True)
            self._leave()
            time.sleep(TICK_S)
        self._tell(is_lost=self._client is None or not self._threads)
        return self._client is not None

    def _connect(self) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we tell the user ourselves
        try:
            self._client = Client(self.address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:  # nobody answers; no such kind of address
            raise InvalidInput("E502", address=self.address, detail=error) from None
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError:
            raise InvalidInput("E503", address=self.address) from None
        self._look()
        strange = {name: each for name, each in self._greeted(()).items() if _is_strange(each)}
        if strange:
            raise _others(strange)

    def _look(self) -> None:
        """Count the threads of the cluster."""
        self._looked_at = time.monotonic()
        self._threads = sum(self._client.nthreads().values()) if self._client is not None else 0
        if self._threads:
            self._seen_at = self._looked_at

    def _greeted(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the greeting of every worker, or the exception that stood in its place."""
        found: dict[str, Any] = self._client.run(greet, names, on_error="return") if self._client is not None else {}
        return found

    def _deliver(self, names: tuple[str, ...]) -> None:
        """Send files to the workers that lack them; what a broken line leaves undone, the next reply asks for."""
        try:
            for worker, greeting in self._greeted(names).items():
                for name in greeting.lacking if isinstance(greeting, Greeting) else ():
                    content = {name: self._files[name].read_bytes()}
                    assert self._client is not None  # noqa: S101 - it has just answered
                    self._client.run(receive, content, workers=[worker], on_error="ignore")
        except BROKEN:  # the line broke, or the file here is gone: the next reply lacks it again
            logger.debug("files were not delivered", exc_info=True)

    def _leave(self) -> None:
        if self._client is not None:
            client, self._client, self._threads = self._client, None, 0
            with suppress(*BROKEN):
                client.close(timeout=CONNECT_S)

    def _tell(self, *, is_lost: bool) -> None:
        if is_lost != self._is_lost:
            self._is_lost = is_lost
            self.notice(LOST if is_lost else BACK)

    def _given_up(self, jobs: list[_Job]) -> Iterator[Outcome]:
        failure = failure_of(ScenarioFailed("E505", minutes=round(self.patience_s / 60)))
        for job in jobs:
            yield Outcome(key=job.task.key, seconds=0.0, failure=failure)


def _is_strange(greeting: object) -> bool:
    return not isinstance(greeting, Greeting) or greeting.made_by != made_by()


def _others(greetings: dict[str, Any]) -> InvalidInput:
    """Return the refusal of workers by name, each with the first difference."""
    faults = tuple(Fault(code="E506", value=name, values=_difference(each)) for name, each in greetings.items())
    return InvalidInput("E501", faults=faults, count=len(faults))


def _difference(greeting: object) -> dict[str, object]:
    if not isinstance(greeting, Greeting):
        return {"what": "gongpei", "theirs": greeting, "ours": made_by()[-1][:12]}
    named = zip((*PACKAGES, "gongpei"), greeting.made_by, made_by(), strict=True)
    what, theirs, ours = next(each for each in named if each[1] != each[2])
    return {"what": what, "theirs": theirs[:12], "ours": ours[:12]}
