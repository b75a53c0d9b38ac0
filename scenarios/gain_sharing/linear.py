"""Small linear programs by HiGHS, and small systems of equations in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from scenarios.errors import ScenarioFailed

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """A least point, its value, and what one more unit of each upper limit would take off the value, at least 0."""

    point: np.ndarray
    value: float
    prices: np.ndarray


def minimise(
    costs: np.ndarray,
    *,
    rows: np.ndarray,
    limits: np.ndarray,
    equal_rows: np.ndarray,
    equal_to: np.ndarray,
) -> Optimum:
    """Return the least ``costs . z`` with ``rows . z <= limits`` and ``equal_rows . z == equal_to``, z free in sign.

    By the dual simplex, so that point and prices belong to a basis. Raises ``ScenarioFailed`` E348 when there is
    none, which for the programs of this package would be a bug.
    """
    found = linprog(
        costs, A_ub=rows, b_ub=limits, A_eq=equal_rows, b_eq=equal_to, bounds=(None, None), method="highs-ds"
    )
    if found.x is None or found.fun is None:
        raise ScenarioFailed("E348", detail=found.message)
    return Optimum(point=found.x, value=float(found.fun), prices=-np.asarray(found.ineqlin.marginals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Echelon:
    """Independent rows of integers in reduced form, and how each is made of the rows that were put in.

    ``pivots``, ``rows`` and ``origins`` go together: the row has a 1 at its pivot where all others have a 0; an
    origin maps the number of a row that was put in to its weight.
    """

    pivots: tuple[int, ...] = ()
    rows: tuple[tuple[Fraction, ...], ...] = ()
    origins: tuple[dict[int, Fraction], ...] = ()

    @property
    def rank(self) -> int:
        """Number of independent rows."""
        return len(self.rows)

    def reduced(self, row: Sequence[int]) -> tuple[tuple[Fraction, ...], dict[int, Fraction]]:
        """Return what is left of a row after taking off the rows here, and the weights that were taken."""
        left, taken = tuple(Fraction(v) for v in row), dict[int, Fraction]()
        for pivot, own, origin in zip(self.pivots, self.rows, self.origins, strict=True):
            if left[pivot]:
                left, taken = _minus(left, taken, left[pivot], own, origin)
        return left, taken

    def spans(self, row: Sequence[int]) -> bool:
        """Whether the row depends on those that are here."""
        return not any(self.reduced(row)[0])

    def plus(self, number: int, row: Sequence[int]) -> Echelon:
        """Return the echelon with one more row, or itself when the row depends on those that are here."""
        left, taken = self.reduced(row)
        pivot = next((at for at, value in enumerate(left) if value), None)
        if pivot is None:
            return self
        scale = left[pivot]
        new = tuple(value / scale for value in left)
        origin = {key: value / scale for key, value in (taken | {number: Fraction(1)}).items()}
        others = [
            _minus(own, old, own[pivot], new, origin) if own[pivot] else (own, old)
            for own, old in zip(self.rows, self.origins, strict=True)
        ]
        return Echelon(
            pivots=(*self.pivots, pivot),
            rows=(*(own for own, _ in others), new),
            origins=(*(old for _, old in others), origin),
        )


def _minus(
    row: tuple[Fraction, ...],
    origin: dict[int, Fraction],
    times: Fraction,
    other: tuple[Fraction, ...],
    other_origin: dict[int, Fraction],
) -> tuple[tuple[Fraction, ...], dict[int, Fraction]]:
    weights = {
        key: origin.get(key, Fraction(0)) - times * other_origin.get(key, Fraction(0)) for key in origin | other_origin
    }
    return tuple(a - times * b for a, b in zip(row, other, strict=True)), {k: w for k, w in weights.items() if w}
