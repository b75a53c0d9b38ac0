"""Shares in proportion to a weight: pieces, or what each brand would pay alone.

Simple to explain and in general outside the core: a brand of far villages and few pieces pays little by volume,
whatever it costs. ``core.check_core`` says who would be better off apart.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.gain_sharing.split import Split, Step
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def share_by_weight(method: str, total_fen: int, brands: Sequence[str], weights: Mapping[str, int]) -> Split:
    """Return each brand's part of ``total_fen`` by its part of the weights, such as pieces. O(brands).

    Raises ``InvalidInput`` E347 when a brand has no weight, one is negative or all are 0.
    """
    given = [weights.get(brand, -1) for brand in brands]
    whole = sum(given)
    if min(given) < 0 or not whole:
        raise InvalidInput("E347", value=", ".join(f"{brand} {weights.get(brand)}" for brand in brands))
    steps = {
        brand: (
            Step(
                weight=Fraction(weight, whole),
                amount_fen=Fraction(total_fen),
                text=Text(
                    f"合作总费用 {total_fen}；{weight} 占 {whole}", f"shared cost {total_fen}; {weight} of {whole}"
                ),
                of={frozenset(brands): 1},
                by=dict(zip(brands, given, strict=True)),
            ),
        )
        for brand, weight in zip(brands, given, strict=True)
    }
    return Split(method=method, steps=steps)
