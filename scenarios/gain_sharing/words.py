"""Money and fractions as a statement writes them."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def yuan(fen: Fraction | int) -> str:
    """Return yuan to the fen, rounded half up, such as 1,234.50."""
    whole = floor(Fraction(fen) + Fraction(1, 2))
    sign = "-" if whole < 0 else ""
    return f"{sign}{abs(whole) // 100:,}.{abs(whole) % 100:02d}"


def fen(amount: Fraction | int) -> str:
    """Return fen exactly, a fraction behind the whole ones, such as 6666 2/3."""
    amount = Fraction(amount)
    whole, rest = divmod(abs(amount.numerator), amount.denominator)
    sign = "-" if amount < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    part = f"{rest}/{amount.denominator}"
    return f"{sign}{whole} {part}" if whole else f"{sign}{part}"
