"""Logs for an operator: one JSON object a line on standard error, with ids and durations, never with contents.

Only what is named in ``ALLOWED`` leaves the program: an order, a name or a phone cannot slip in through a field that
somebody adds.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime

ALLOWED = (
    "request_id", "method", "route", "status", "seconds", "county", "key", "job", "plan", "scenario", "revision",
    "attempt", "worker", "state", "code", "count", "bytes", "version",
)  # fmt: skip
"""Fields of a record that are written, beside time, level, logger and message."""


PACKAGES = ("api.", "networks.", "optimizer.", "scenarios.")
"""Modules of ours; between a request and its endpoint lie twenty places of libraries."""

MOST_PLACES = 8

NUMBER = re.compile(r"\d{5,}")
"""What might be somebody's, and is no line of a program."""

MOST_RELAYED = 500
"""Characters of a child's line."""

TROUBLE_S = 60
"""How long a trouble that goes on is not told again."""

SPARSE_S = 1.0
"""Seconds between two records of one text that ``Sparse`` lets through."""

logger = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; of an exception the class and the place, since its text may quote input."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in ALLOWED if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at"] = _places(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class Trouble:
    """Says that the database cannot be used, once in ``TROUBLE_S`` for the same reason, and that it can be again."""

    def __init__(self, told_by: logging.Logger) -> None:
        self._logger = told_by
        self._last: tuple[str, float] = ("", 0.0)

    def tell(self, reason: str) -> None:
        """Take why it cannot be used now; "" where it can."""
        before, told_s = self._last
        if reason == before and (not reason or time.monotonic() < told_s + TROUBLE_S):
            return
        self._last = (reason, time.monotonic())
        if reason:
            self._logger.warning("%s", reason)
        else:
            self._logger.info("the database can be used again")


class Sparse(logging.Filter):
    """Lets a record through that says something else than the last one, or comes ``SPARSE_S`` after it.

    Without a descriptor left asyncio tells of each connection that it cannot accept, two thousand at a time: 5 MB a
    second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[str, float] = ("", 0.0)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        said, at_s = self._last
        if record.getMessage() == said and abs(record.created - at_s) < SPARSE_S:
            return False
        self._last = (record.getMessage(), record.created)
        return True


def _places(record: logging.LogRecord) -> list[str]:
    """Return where an exception passed, innermost last: module and line; of libraries only the last ones."""
    trace = record.exc_info[2] if record.exc_info else None
    found = []
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    ours = [i for i, place in enumerate(found) if place.startswith(PACKAGES)]
    kept = {*ours[-MOST_PLACES:], *range(len(found))[-2:]}
    return [place for i, place in enumerate(found) if i in kept]


def relay(text: str, **where: object) -> None:
    """Log a line of a child's standard error: a record of ours, or what a library has printed, cut and without numbers.

    ``where`` are fields of the record, such as the job. No child has personal fields; long numbers go all the same.
    """
    level, message = logging.WARNING, text
    try:
        said = json.loads(text)
        message = " ".join([said["message"], said.get("exception", ""), *said.get("at", ())]).strip()
        level = logging.getLevelNamesMapping()[said["level"].upper()]
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not ours
    logger.log(level, "%s", NUMBER.sub("#", message)[:MOST_RELAYED], extra=where)


def start_logs(*, level: int = logging.INFO) -> None:
    """Send all records to standard error, and silence the server's own access lines, which hold URLs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        of_server = logging.getLogger(name)
        of_server.handlers.clear()
        of_server.propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("asyncio").filters[:] = [Sparse()]
