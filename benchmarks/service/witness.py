"""What is seen of a service while cases are thrown at it: answers by status, the slowest, memory, and what offends.

A case offends by an answer of 5xx, by none at all, by one that comes later than ``LATE_S``, or by what its sender
says of it. The first ones are kept in full, so that they can be sent again.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.service.harness import Api

LATE_S = 5.0
"""After which an answer counts as a hang."""

GIVEN_UP_S = 90.0
"""How long an answer is waited for."""

PATIENCE_S = 300.0
"""How long it is waited for a service to begin and for its first plan, however busy the machine is."""

MOST_KEPT = 20
"""Offending cases that are kept in full."""

LOOK_S = 0.5
"""How often the memory of children is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request as it goes out."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0: nothing."""

    status: int
    seconds: float
    content: bytes = b""

    @property
    def document(self) -> Any:
        """Return the content as JSON, None where it is none."""
        with contextlib.suppress(ValueError):
            return json.loads(self.content)
        return None


@dataclass(kw_only=True)
class Witness:
    """Counts answers; threads may share it."""

    cases: int = 0
    slowest_s: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    offences: Counter[str] = field(default_factory=Counter)
    kept: list[dict[str, Any]] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, sent: Sent, answer: Answer, *, may_wait: bool = False, offence: str = "") -> None:
        """Count an answer; ``may_wait``: it is one that is late by design; ``offence``: what else is wrong with it."""
        found = offence or _offence(answer, may_wait=may_wait)
        told = answer.document
        with self._turn:
            self.cases += 1
            self.statuses[f"{answer.status // 100}xx" if answer.status else "none"] += 1
            if isinstance(told, dict) and "code" in told:
                self.codes[str(told["code"])] += 1
            if not may_wait:
                self.slowest_s = max(self.slowest_s, answer.seconds)
            if found:
                self.offences[found] += 1
                if len(self.kept) < MOST_KEPT:
                    self.kept.append(_whole(sent, answer, found))

    def account(self) -> dict[str, Any]:
        """Return what was seen."""
        return {
            "cases": self.cases,
            "statuses": dict(sorted(self.statuses.items())),
            "server_errors": self.statuses["5xx"],
            "slowest_s": round(self.slowest_s, 2),
            "offences": dict(self.offences),
            "codes": dict(self.codes.most_common()),
            "offending": self.kept,
        }


def deliver(port: int, sent: Sent) -> Answer:
    """Send one request on a line of its own and take the answer; nothing is raised, whatever comes."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVEN_UP_S)
    try:
        connection.request(sent.method, sent.path, sent.body, dict(sent.headers))
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Answer(status=0, seconds=time.monotonic() - began, content=type(error).__name__.encode())
    finally:
        connection.close()
    return Answer(status=answer.status, seconds=time.monotonic() - began, content=content)


@contextlib.contextmanager
def watched(api: Api) -> Iterator[dict[str, float]]:
    """Look at the memory of the children of ``api`` until the block ends; what is given holds the peaks in MB.

    ``api_mb`` is the resident memory of the API itself at the most; ``children_mb`` what all its children together,
    ``child_mb`` what one of them held, memory that they share with others counted in proportion.
    """
    peaks = {"api_mb": 0.0, "children_mb": 0.0, "child_mb": 0.0}
    ends = threading.Event()

    def look() -> None:
        while not ends.wait(LOOK_S):
            held = [_held_mb(pid) for pid in _below(api.process.pid if api.process else 0)]
            peaks["children_mb"] = max(peaks["children_mb"], sum(held))
            peaks["child_mb"] = max(peaks["child_mb"], *held, 0.0)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peaks
    finally:
        ends.set()
        thread.join()
        with contextlib.suppress(OSError, StopIteration):  # it may have died, which its answers tell
            peaks["api_mb"] = api.memory_mb
        peaks |= {name: round(value) for name, value in peaks.items()}


def _offence(answer: Answer, *, may_wait: bool) -> str:
    if answer.status == 0:
        return "no answer"
    if answer.status >= 500:
        return "server error"
    return "late" if answer.seconds > LATE_S and not may_wait else ""


def _whole(sent: Sent, answer: Answer, offence: str) -> dict[str, Any]:
    """Return a case with all that is needed to send it again, but for the key."""
    headers = {name: value for name, value in sent.headers.items() if name.lower() != "authorization"}
    return {
        "offence": offence,
        "method": sent.method,
        "path": sent.path,
        "headers": headers,
        "body_base64": b64encode(sent.body or b"").decode(),
        "status": answer.status,
        "seconds": round(answer.seconds, 2),
        "answer": answer.content[:2_000].decode("utf-8", "replace"),
    }


def _below(pid: int) -> list[int]:
    """Return all processes below one."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, file.read_text("ascii").split()):
                found += [child, *_below(child)]
    return found


def _held_mb(pid: int) -> float:
    """Return the memory of a process, what it shares in proportion; 0 where it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
