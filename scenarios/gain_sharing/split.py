"""A split of the shared cost by one method: exact shares, the terms they add up from, and whole fen.

Rounding is by largest remainders (Hamilton's method): every share is rounded down to the fen, and the fen that
are left go one each to the brands with the largest remainders, in order of name among equals. So the
shares add up to the cost exactly and each is less than a fen from its exact value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from scenarios.gain_sharing.game import named
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.gain_sharing.game import Coalition

ROUNDING = Text(
    "取整：先向下取整到分，余下的分按余数从大到小各加一分，余数相同按名称",
    "rounding: down to the fen, then a fen more to the largest remainders, by name among equals, until all is shared",
)
"""How shares become whole fen; stands on every statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One term of a share: ``weight`` times ``amount_fen``, and in words what that is.

    ``of``: coalitions whose costs, each times its factor, make the amount up; empty where it is made of others.
    ``by``: weights of all brands where the weight is the brand's part of them.
    """

    weight: Fraction
    amount_fen: Fraction
    text: Text
    of: Mapping[Coalition, int] = field(default_factory=dict)
    by: Mapping[str, int] = field(default_factory=dict)

    @property
    def product_fen(self) -> Fraction:
        """What the term adds to the share."""
        return self.weight * self.amount_fen


def cost_step(weight: Fraction, coalition: Coalition, cost_fen: int) -> Step:
    """Return a step that is a weight times the cost of a coalition."""
    name = named(coalition)
    return Step(
        weight=weight,
        amount_fen=Fraction(cost_fen),
        text=Text(f"{name.zh} 的费用 {cost_fen}", f"cost {cost_fen} of {name.en}"),
        of={coalition: 1},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Shares by one method; ``method`` is a key of ``sharing.METHODS``.

    ``steps`` of a brand add up to its exact share. ``notes`` tell what holds for all brands, such as which
    coalitions bind. ``error_fen``: standard error of each share, only where it was sampled.
    """

    method: str
    steps: Mapping[str, tuple[Step, ...]]
    notes: tuple[Text, ...] = ()
    error_fen: Mapping[str, float] = field(default_factory=dict)

    @property
    def exact_fen(self) -> dict[str, Fraction]:
        """Shares before rounding."""
        return {brand: sum((s.product_fen for s in steps), Fraction(0)) for brand, steps in self.steps.items()}

    @property
    def shares_fen(self) -> dict[str, int]:
        """Shares in whole fen, which add up to the cost."""
        return round_to_fen(self.exact_fen)


def round_to_fen(exact_fen: Mapping[str, Fraction]) -> dict[str, int]:
    """Return whole fen by largest remainders; the exact shares must add up to a whole number. O(n log n)."""
    shares = {brand: floor(share) for brand, share in exact_fen.items()}
    left = sum(exact_fen.values(), Fraction(0)) - sum(shares.values())
    by_remainder = sorted(exact_fen, key=lambda brand: (shares[brand] - exact_fen[brand], brand))
    for brand in by_remainder[: int(left)]:
        shares[brand] += 1
    return shares
