"""Numbers of a sweep: one, a list, or ``FIRST:LAST:STEP`` with both ends included."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

MOST_VALUES = 100
"""Values of one range; more would be a slip of the pen."""


class NotARange(ValueError):  # noqa: N818 - caught by readers, who make a fault of it
    """There are no values, or too many."""

    most = MOST_VALUES


def numbers_of(value: Any) -> tuple[str, ...]:
    """Return the numbers as texts, exact decimals, each once; raises ``NotARange``.

    What is not a number is handed on, for the reader of single values to refuse.
    """
    if isinstance(value, list):
        found = tuple(dict.fromkeys(str(each) for each in value))
    elif isinstance(value, str) and ":" in value:
        found = _steps(value)
    else:
        found = (str(value),)
    if not 0 < len(found) <= MOST_VALUES or not all(each.strip() for each in found):
        raise NotARange
    return found


def _steps(text: str) -> tuple[str, ...]:
    try:
        first, last, step = (Decimal(part.strip()) for part in text.split(":"))
    except (InvalidOperation, ValueError):
        raise NotARange from None
    if not all(each.is_finite() for each in (first, last, step)) or step <= 0 or last < first:
        raise NotARange
    count = (last - first) // step + 1
    if count > MOST_VALUES:
        raise NotARange
    return tuple(f"{(first + k * step).normalize():f}" for k in range(int(count)))
