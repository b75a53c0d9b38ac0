"""How likely something is, as far as so many simulated days can tell."""

from __future__ import annotations

import math
from typing import NamedTuple

Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


class Chance(NamedTuple):
    """Something happened on ``hits`` of ``days`` days that were drawn independently."""

    hits: int
    days: int

    @property
    def share(self) -> float:
        """Share of the days."""
        return self.hits / self.days

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the probability behind it: Wilson 1927, J. American Statistical Association 22."""
        n, p = self.days, self.share
        middle = p + Z * Z / (2 * n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low, high = ((middle + sign * half) / (1 + Z * Z / n) for sign in (-1, 1))
        return max(0.0, low), min(1.0, high)
