"""The Shapley value: each brand pays what it adds to the cost, on average over all orders of joining.

Shapley (1953), A value for n-person games. Efficient, symmetric, nothing for a brand that adds nothing, and additive
over days: the value of summed costs is the sum of the values.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING

from scenarios.gain_sharing.game import named
from scenarios.gain_sharing.split import Split, Step
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.gain_sharing.game import Coalition, Game

NOTE = Text(
    "权数 = s!(n−s−1)!/n!，s 为先加入的品牌数，n 为品牌总数；每个品牌的权数之和为 1",
    "weight = s!(n-s-1)!/n!, where s brands are there before and n are there in the end; a brand's weights add up to 1",
)


def share_by_shapley(game: Game) -> Split:
    """Return the exact Shapley value, one step for each coalition that a brand may join. O(n 2^n)."""
    return Split(method="shapley", steps={brand: _steps(game, brand) for brand in game.brands}, notes=(NOTE,))


def joining_step(weight: Fraction, brand: str, before: Coalition, with_fen: int, without_fen: int) -> Step:
    """Return the step of a brand that joins ``before``: weight times the cost that it adds."""
    name = named(before)
    joins = Text(f"加入 {name.zh}", f"joins {name.en}") if before else Text("最先加入", "joins first")
    return Step(
        weight=weight,
        amount_fen=Fraction(with_fen - without_fen),
        text=Text(f"{joins.zh}：{with_fen} − {without_fen}", f"{joins.en}: {with_fen} - {without_fen}"),
        of={before | {brand}: 1} | ({before: -1} if before else {}),
    )


def _steps(game: Game, brand: str) -> tuple[Step, ...]:
    """Small coalitions first, as a reader would go through them."""
    bit, n = 1 << game.brands.index(brand), len(game.brands)
    others = sorted((mask for mask in range(game.everyone + 1) if not mask & bit), key=lambda m: (m.bit_count(), m))
    return tuple(
        joining_step(
            Fraction(factorial(mask.bit_count()) * factorial(n - mask.bit_count() - 1), factorial(n)),
            brand,
            game.coalition(mask),
            game.cost_fen[mask | bit],
            game.cost_fen[mask],
        )
        for mask in others
    )
