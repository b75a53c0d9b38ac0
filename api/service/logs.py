"""Logs for an operator: one JSON object a line on standard error, with ids and durations, never with contents.

Only what is named in ``ALLOWED`` leaves the program: an order, a name or a phone cannot slip in through a field that
somebody adds.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

ALLOWED = (
    "request_id", "method", "route", "status", "seconds", "county", "key", "job", "plan", "scenario", "revision",
    "attempt", "worker", "state", "code", "count", "bytes", "version",
)  # fmt: skip
"""Fields of a record that are written, beside time, level, logger and message."""


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


def _places(record: logging.LogRecord) -> list[str]:
    """Return where an exception passed, innermost last: module and line."""
    trace = record.exc_info[2] if record.exc_info else None
    found = []
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-8:]


def start_logs(*, level: int = logging.INFO) -> None:
    """Send all records to standard error, and silence the server's own access lines, which hold URLs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("httpx").setLevel(logging.WARNING)
