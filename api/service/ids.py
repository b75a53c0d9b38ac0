"""Identities of stored things: a prefix that says what it is, then 26 characters that sort by time."""

from __future__ import annotations

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, in lower case: no i, l, o, u."""

LENGTH = 26
"""130 bits: 50 of milliseconds since 1970 (until the year 37,648), 80 of chance."""

PREFIXES = ("cty", "scn", "job", "pln", "key", "hook", "dlv", "per")
"""County, scenario, job, plan, key, webhook, delivery, personal field."""

FORM = re.compile(rf"(?:{'|'.join(PREFIXES)})_[{ALPHABET}]{{{LENGTH}}}")
"""What an id looks like."""


def new_id(prefix: str) -> str:
    """Return an id such as ``job_01jd...``; later ones sort after earlier ones, by the clock of this machine."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"
