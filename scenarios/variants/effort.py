"""Time of a variant's day, shared among the parts that are planned apart.

All variants are to be searched alike: a day in six parts gets the time that a day in one has, each part by its
shipments. Very short searches find nothing, so no part gets less than ``LEAST_S``, and a day of many parts may take
longer than its time. A limit in rounds is one of each part: it is for results that can be had again, not for
comparing efforts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.variants.cells import Limit

LEAST_S = 3.0
"""Seconds that a part gets at least, unless the whole day has less."""


def shared_limits(limit: Limit, sizes: Sequence[int]) -> tuple[Limit, ...]:
    """Return the limit of each part by its size; ``limit`` itself for a single part and under rounds. O(parts^2).

    Parts that would get less than ``LEAST_S`` get it, and the others share what is left by their sizes.
    """
    seconds = limit.stop.seconds
    if seconds is None or len(sizes) < 2:
        return (limit,) * len(sizes)
    return tuple(replace(limit, stop=Stop(seconds=part)) for part in _shares(seconds, sizes))


def _shares(seconds: float, sizes: Sequence[int]) -> list[float]:
    least = min(LEAST_S, seconds)
    small: set[int] = set()
    while True:
        left = seconds - least * len(small)
        total = sum(size for k, size in enumerate(sizes) if k not in small)
        found = [least if k in small else left * size / total for k, size in enumerate(sizes)]
        more = {k for k, share in enumerate(found) if share < least} - small
        if not more:
            return [round(share, 1) for share in found]
        small |= more
