"""A worker: claims jobs, has a child process do each, and carries what the children say to the database.

One thread, one loop. While the database cannot be reached, children go on and what they say waits; a claim that was
lost meanwhile costs only the child. Told to end, a worker claims nothing more, waits for its jobs for a while and gives
back what is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import selectors
import shutil
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from api.service import claims
from api.service.child_process import begin
from api.service.database import Unavailable
from api.service.fork_server import PROGRAM, ForkServer
from api.service.ids import new_id
from api.service.jobs import LANES
from api.service.logs import Trouble
from api.service.pruning import CACHE, prune
from api.service.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO

    from api.service.claims import Told
    from api.service.database import Database
    from api.service.jobs import Claim, Lane
    from api.service.settings import Settings

logger = logging.getLogger(__name__)

PRUNE_S = 3_600.0
"""How often the caches are pruned."""

REST_S = 2.0
"""How long nothing is claimed after a child could not be started."""

MOST_REST_S = 60.0
"""How long at most nothing is claimed after claims have failed one after another; each time twice as long."""

YOUNG_S = 600.0
"""A folder without a lock that is younger may be one that somebody is just making."""


@dataclass(kw_only=True)
class Worker:
    """One worker; ``run`` returns after ``leave`` was called from another thread or a signal handler."""

    database: Database
    settings: Settings
    program: str = PROGRAM
    id: str = field(default_factory=lambda: new_id("wrk"))
    _fork_server: ForkServer = field(init=False, repr=False)
    _runs: dict[str, Run] = field(default_factory=dict)
    _leaves: threading.Event = field(default_factory=threading.Event)
    _hurries: threading.Event = field(default_factory=threading.Event)
    _beat_at: float = 0.0
    _registered: bool = False
    _rests_until: float = 0.0
    _waits_until: float = 0.0
    """Till then no job is taken over."""
    _failed_claims: int = 0
    _prunes_at: float = 0.0
    _trouble: Trouble = field(default_factory=lambda: Trouble(logger))

    def leave(self, *, at_once: bool = False) -> None:
        """Claim nothing more and end when the jobs are done or the grace is over; ``at_once``: give all back now."""
        self._leaves.set()
        if at_once:
            self._hurries.set()

    def run(self) -> None:
        """Work until told to leave."""
        folder = self.settings.data / "work"
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        own = folder / self.id
        with hold(own):
            self._fork_server = ForkServer(own, self.program)
            try:
                self._work(own)
            finally:
                for each in self._runs.values():
                    each.child.put_away()
                self._fork_server.close()
        shutil.rmtree(own, ignore_errors=True)

    def _work(self, folder: Path) -> None:
        ends_at = None
        while True:
            if self._leaves.is_set():
                ends_at = ends_at or time.monotonic() + self.settings.grace_s
                if not self._runs or self._hurries.is_set() or time.monotonic() >= ends_at:
                    break
            self._wait()
            self._turn(folder)
        for run in self._runs.values():
            run.give_back()

    def _wait(self) -> None:
        """Wait until a child says something, or for ``poll_s``; without a descriptor to wait with for as long."""
        try:
            self._listen()
        except OSError as error:
            logger.warning("children are not waited for: %s", error.strerror)
            time.sleep(self.settings.poll_s)

    def _listen(self) -> None:
        with selectors.DefaultSelector() as ears:  # descriptors may be any number: no select(), which ends at 1023
            for each in self._runs.values():
                if not each.has_spoken:
                    ears.register(each.child.output, selectors.EVENT_READ)
            ears.select(self.settings.poll_s)

    def _turn(self, folder: Path) -> None:
        """Do everything that is due, as far as the database can be reached."""
        self._prune()
        for run in self._runs.values():
            run.hear()
        try:
            self._beat()
            for run in self._runs.values():
                run.deliver(self._keep)
            self._drop([run for run in self._runs.values() if run.is_over])
            if not self._leaves.is_set() and time.monotonic() >= self._rests_until and self._is_warm():
                self._try_claim(folder)
            self._trouble.tell("")
        except Unavailable as error:
            self._trouble.tell(str(error))
            time.sleep(self.settings.poll_s)
        except Exception:  # a fault of ours must not end the worker; the jobs at work go on, their leases perhaps not
            logger.exception("the worker has met a fault")
            time.sleep(self.settings.poll_s)

    def _prune(self) -> None:
        """Prune the caches now and then, in a thread: a slow disk must not cost the leases."""
        if time.monotonic() >= self._prunes_at:
            self._prunes_at = time.monotonic() + PRUNE_S
            threading.Thread(target=prune, args=(self.settings,), name="prune", daemon=True).start()

    def _beat(self) -> None:
        """Extend leases when it is time, and heed what has been wished for at every turn."""
        if not self._keep():
            self._heed(claims.wishes(self.database, self._held()))

    def _keep(self) -> bool:
        """Extend leases when it is time, and heed what has been wished for; whether it was.

        To be asked between any two writes: where each takes long, leases would end while jobs are at work.
        """
        if time.monotonic() < self._beat_at + self.settings.heartbeat_s and self._registered:
            return False
        self._register()
        began = time.monotonic()
        told = claims.heartbeat(self.database, self.id, self._held(), self._lease_ms)
        if self._beat_at:
            self._wait_for_others(time.monotonic() - self._beat_at)
        self._beat_at = began
        self._heed(told)
        return True

    def _wait_for_others(self, silent_s: float) -> None:
        """Take nothing over for a lease after a silence that no lease outlives: others could not keep theirs either.

        Where silence follows silence only every other time: somebody may have died all the same.
        """
        now, lease_s = time.monotonic(), self.settings.lease_s
        if silent_s > lease_s and now > self._waits_until + lease_s:
            self._waits_until = now + lease_s

    def _held(self) -> list[Claim]:
        return [run.claim for run in self._runs.values()]

    def _heed(self, told: Mapping[str, Told]) -> None:
        for job, wish in told.items():
            self._runs[job].heed(wish)

    def _register(self) -> None:
        if not self._registered:
            host, program = socket.gethostname()[:255], version("gongpei")
            claims.register(self.database, self.id, host=host, pid=os.getpid(), version=program)
            self._registered = True

    def _try_claim(self, folder: Path) -> None:
        """Claim what may be claimed; after a fault of ours only the jobs at work go on for a while."""
        try:
            self._claim(folder)
            self._failed_claims = 0
        except Unavailable:
            raise
        except Exception:
            logger.exception("nothing could be claimed")
            self._rests_until = time.monotonic() + min(MOST_REST_S, REST_S * 2**self._failed_claims)
            self._failed_claims = min(self._failed_claims + 1, 10)

    def _is_warm(self) -> bool:
        """Tell whether a job can begin at once; until then it is left to others."""
        try:
            self._fork_server.warm()
        except OSError as error:
            logger.error("no process can be started: %s", error.strerror, extra={"worker": self.id})
            self._rests_until = time.monotonic() + REST_S
        return self._fork_server.is_ready

    def _claim(self, folder: Path) -> None:
        while lanes := self._lanes():
            claim = claims.claim(
                self.database,
                self.id,
                self._lease_ms,
                lanes,
                held=list(self._runs),
                waiting_only=time.monotonic() < self._waits_until,
            )
            if claim is None:
                return
            logger.info("job claimed", extra=self._where(claim))
            if not self._begin(claim, folder / f"{claim.job.id}-{claim.job.attempt}"):
                return
            self._keep()

    def _lanes(self) -> Sequence[Lane]:
        """Return what may be claimed; one quick job more than there are slots, since somebody waits for it."""
        free = self.settings.slots - len(self._runs)
        return LANES if free > 0 else ("quick",) if free == 0 else ()

    def _begin(self, claim: Claim, place: Path) -> bool:
        """Start the child of a claim; where there is no room for it, the claim goes back and others wait."""
        limits = self.settings.limits
        older = self._runs.pop(claim.job.id, None)
        if older is not None:  # the lease ended unnoticed and the job came back: two would work on it
            older.child.put_away()
        try:
            cache = self.settings.data / CACHE / claim.job.county_id  # the county's own, as its benches have it
            child = begin(claim, place, cache, limits, self._fork_server)
        except OSError as error:
            logger.error("no process can be started: %s", error.strerror, extra=self._where(claim))
            shutil.rmtree(place, ignore_errors=True)
            self._rests_until = time.monotonic() + REST_S
            with contextlib.suppress(claims.Lost):  # it was discarded meanwhile
                claims.give_back(self.database, claim)
            return False
        self._runs[claim.job.id] = Run(database=self.database, claim=claim, child=child, limits=limits)
        return True

    def _where(self, claim: Claim) -> dict[str, object]:
        job = claim.job
        return {"job": job.id, "attempt": job.attempt, "county": job.county_id, "worker": self.id}

    def _drop(self, runs: Sequence[Run]) -> None:
        for run in runs:
            run.child.put_away()
            del self._runs[run.claim.job.id]
            logger.info("job left", extra=self._where(run.claim))

    @property
    def _lease_ms(self) -> int:
        return round(self.settings.lease_s * 1000)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Make a folder and hold it locked, so that others see that its owner is alive."""
    with _locked(folder):
        yield


def _locked(folder: Path) -> IO[str]:
    """Return the open lock of a folder, which nobody took for a leftover before it was locked."""
    lock = folder / "lock"
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            file = lock.open("w")
            fcntl.flock(file, fcntl.LOCK_EX)
            if lock.exists():
                return file
            file.close()


def remove_leftovers(folder: Path) -> None:
    """Remove the folders of workers that were killed: nobody holds their locks, if half gone folders have one."""
    for each in folder.iterdir():
        try:
            is_old = time.time() - each.stat().st_mtime > YOUNG_S
            with (each / "lock").open("a+" if is_old else "r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(each, ignore_errors=True)
        except OSError:  # held, or just being made
            logger.debug("%s is in use", each)
