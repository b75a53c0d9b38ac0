"""Time and length of a path in one whole number, so that one search gives both matrices.

``packed = milliseconds * 2**24 + decimetres``. Sums of packed numbers are packed sums
and their order is "first time, then length", as long as no path is longer than
2**24 dm (1,677 km) and none takes longer than 2**29 ms (149 h): then every sum is
below 2**53 and exact in a float64. ``refuse_overflow`` proves that afterwards.
"""

from __future__ import annotations

import numpy as np

from networks.errors import InvalidInput

LENGTH_BITS = 24
"""Bits of the length; the remaining 29 of a float64's 53 hold the time."""

LENGTH_MASK = (1 << LENGTH_BITS) - 1
"""Longest path, dm."""

LARGEST = (1 << 53) - 1
"""Largest packed number that a float64 holds exactly."""

NO_PATH = -1
"""Packed number, seconds or metres where there is no path."""


def pack(time_ms: np.ndarray, length_dm: np.ndarray) -> np.ndarray:
    """Return both in one int64 array of the same shape."""
    return (time_ms.astype(np.int64) << LENGTH_BITS) + length_dm.astype(np.int64)


def time_ms(packed: np.ndarray) -> np.ndarray:
    """Return the milliseconds in ``packed`` (>= 0), int64."""
    return packed >> LENGTH_BITS


def length_dm(packed: np.ndarray) -> np.ndarray:
    """Return the decimetres in ``packed`` (>= 0), int64."""
    return packed & LENGTH_MASK


def refuse_overflow(largest: int, arcs: np.ndarray) -> None:
    """Refuse a network so large that lengths may have spilled into times.

    ``largest`` is the largest packed path found, ``arcs`` (m,) the packed arcs it may be
    made of. A path that takes t ms is at most t times the fastest arc's dm per ms long,
    and t is at most the time read from ``largest``, so the test is a proof. O(m).

    Raises
    ------
    InvalidInput
        E250, when a path might be longer than 1,677 km or take longer than 149 h.
    """
    if arcs.size == 0 or largest <= 0:
        return
    fastest = float((length_dm(arcs) / np.maximum(time_ms(arcs), 1)).max())  # dm per ms
    longest_dm = min(fastest * ((largest >> LENGTH_BITS) + 1), float(length_dm(arcs).sum()))
    if largest > LARGEST or longest_dm > LENGTH_MASK:
        raise InvalidInput("E250", hours=largest / (3.6e6 * (1 << LENGTH_BITS)), km=longest_dm / 1e4)
