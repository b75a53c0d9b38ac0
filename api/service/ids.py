"""Identities of stored things: a prefix that says what it is, then 26 characters that sort by time."""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import dataclass, field

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, in lower case: no i, l, o, u."""

LENGTH = 26
"""130 bits: 50 of milliseconds since 1970 (until the year 37,648), 80 of chance."""

PREFIXES = ("cty", "scn", "job", "pln", "key", "hook", "dlv", "per", "wrk")
"""County, scenario, job, plan, key, webhook, delivery, personal field, worker."""

FORM = re.compile(rf"(?:{'|'.join(PREFIXES)})_[{ALPHABET}]{{{LENGTH}}}")
"""What an id looks like."""


STEP = 1 << 40
"""How much at most lies between two ids of one process in one millisecond."""


@dataclass(slots=True)
class _Last:
    number: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


_last = _Last()


def new_id(prefix: str) -> str:
    """Return an id such as ``job_01jd...``; later ones of a process sort after earlier ones, others by the clock."""
    drawn = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(79)
    with _last.turn:
        number = _last.number = max(drawn, _last.number + 1 + secrets.randbelow(STEP))
    return f"{prefix}_{_text(number)}"


def _text(number: int) -> str:
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
