"""The process of one job, forked for a worker (``api.service.fork_server``).

It reads ``order.json`` in the folder, binds itself to its limits, unpacks the county and does the work. Standard output
carries one JSON object a line to the worker; what libraries print goes to standard error, which the worker logs. A line
on standard input asks it to stop and keep the best plan; the end of standard input means that the worker is gone.
"""

from __future__ import annotations

import _thread
import json
import logging
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from api.service.folders import stored_files, write_files
from api.service.jobs import failure_of
from api.service.limits import Bounds, restrict
from api.service.logs import start_logs
from api.service.work.desk import SCENARIO, Desk
from api.talk import BAD_INPUT, OUR_FAILURE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.service.work.desk import Done

logger = logging.getLogger(__name__)

ORDER = "order.json"

MODULES = {"solve": "solving", "comparison": "comparing", "replan": "replanning"}
"""Kind of job -> module of ``api.service.work``."""

PAUSE_S = 1.0
"""At most one checkpoint is handed over in so many seconds, the best at the end of them."""


PRELOADED = tuple(f"api.service.work.{name}" for name in MODULES.values())
"""What is imported besides before anything forks: nothing of it looks at what was uploaded."""


def main(folder: Path, parent: int) -> int:
    """Do the job in ``folder``, forked from ``parent``; the exit code is 0 where the worker was told how it ended."""
    order = json.loads((folder / ORDER).read_text("utf-8"))
    restrict(Bounds(**order["bounds"]))
    start_logs(level=logging.WARNING)
    if os.getppid() != parent:  # it went before the kernel was asked to take us along
        return 1
    line = Line(folder=folder, stream=_own_output())
    cancel = threading.Event()
    threading.Thread(target=_listen, args=(line, cancel, order["kind"]), daemon=True).start()
    line.say(_ending(folder, order, line, cancel))
    return 0


@dataclass(kw_only=True)
class Line:
    """The way to the worker; may be used by several threads."""

    folder: Path
    stream: TextIO
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _kept: tuple[int, bytes] | None = None
    _last_s: float = -PAUSE_S
    _files: int = 0

    def say(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        with self._turn:
            self._send(message)

    def phase(self, name: str) -> None:
        """Begin a phase."""
        self.say({"is": "phase", "phase": name})

    def incumbent(self, cost_fen: int, unserved: int, search: str) -> None:
        """Tell of a better plan."""
        self.say({"is": "incumbent", "cost_fen": cost_fen, "unserved": unserved, "search": search})

    def checkpoint(self, cost_fen: int, content: bytes) -> None:
        """Hand over the best plan, at once or within ``PAUSE_S``."""
        with self._turn:
            self._kept = (cost_fen, content)
            self._hand_over()

    def log(self, text: str) -> None:
        """Say a line."""
        self.say({"is": "log", "text": text[:500]})

    def tick(self) -> None:
        """Hand over what has waited long enough."""
        with self._turn:
            self._hand_over()

    def file(self, content: bytes) -> str:
        """Write what is too large for a line, and return its name."""
        self._files += 1
        name = f"out-{self._files}.z"
        (self.folder / name).write_bytes(content)
        return name

    def _hand_over(self) -> None:
        if self._kept is None or time.monotonic() - self._last_s < PAUSE_S:
            return
        cost_fen, content = self._kept
        self._kept, self._last_s = None, time.monotonic()
        self._send({"is": "checkpoint", "cost_fen": cost_fen, "file": self.file(content)})

    def _send(self, message: Mapping[str, Any]) -> None:
        self.stream.write(json.dumps(message, ensure_ascii=False) + "\n")
        self.stream.flush()


def _ending(folder: Path, order: Mapping[str, Any], line: Line, cancel: threading.Event) -> Mapping[str, Any]:
    """Return the last message: done, failed, or nothing kept where it was interrupted."""
    try:
        return _done(line, _work(folder, order, line, cancel))
    except KeyboardInterrupt:
        return {"is": "nothing"}
    except MemoryError:
        return _failed("E608", most=order["bounds"]["memory_bytes"] >> 20)
    except (*BAD_INPUT, *OUR_FAILURE) as error:
        return {"is": "failed", "code": error.code, "zh": error.render("zh"), "en": error.render("en")} | {
            "faults": [_fault(each) for each in getattr(error, "faults", ())]
        }
    except Exception as error:
        logger.exception("a job has failed")
        return _failed("E609", detail=type(error).__name__)


def _work(folder: Path, order: Mapping[str, Any], line: Line, cancel: threading.Event) -> Done:
    write_files(stored_files((folder / "content.zip").read_bytes()), folder / SCENARIO)
    desk = Desk(
        folder=folder,
        cache=Path(order["cache"]),
        request=order["request"],
        most_s=order["most_s"],
        most_workers=order["most_workers"],
        tell=line,
        cancel=cancel,
    )
    done: Done = import_module(f"api.service.work.{MODULES[order['kind']]}").run(desk)
    return done


def _done(line: Line, done: Done) -> dict[str, Any]:
    return {
        "is": "done",
        "plan": None if done.plan is None else line.file(done.plan),
        "result": None if done.result is None else line.file(done.result),
        "cost_fen": done.cost_fen,
        "bound_fen": done.bound_fen,
        "unserved": done.unserved,
        "stopped": done.stopped,
        "versions": dict(done.versions),
    }


def _failed(code: str, **values: object) -> dict[str, Any]:
    failure = failure_of(code, **values)
    return {"is": "failed", "code": code, "zh": failure.zh, "en": failure.en, "faults": []}


def _fault(fault: Any) -> dict[str, Any]:
    """Return a fault of whichever package as plain values."""
    names = ("code", "file", "sheet", "row", "column", "value")
    place = {name: getattr(fault, name) for name in names if getattr(fault, name, None)}
    return {**place, "zh": fault.render("zh"), "en": fault.render("en")}


def _listen(line: Line, cancel: threading.Event, kind: str) -> None:
    """Take the worker's wish to stop; leave when it is gone."""
    threading.Thread(target=_tick, args=(line,), daemon=True).start()
    for _ in sys.stdin:
        cancel.set()
        if kind == "replan":  # it ends by an interrupt, as on the command line
            _thread.interrupt_main()
    os._exit(1)


def _tick(line: Line) -> None:
    while True:
        time.sleep(PAUSE_S / 4)
        line.tick()


def _own_output() -> TextIO:
    """Return standard output as the worker's alone: prints of libraries go to standard error from here on."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stream
