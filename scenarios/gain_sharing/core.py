"""The core: shares under which no coalition would pay less apart.

Gillies (1959), Solutions to general non-zero-sum games; for costs as surveyed by Guajardo and Ronnqvist (2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scenarios.gain_sharing.game import named, ranked
from scenarios.gain_sharing.words import yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.gain_sharing.game import Coalition, Costs


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreCheck:
    """Whether a split is in the core, and which coalition has most reason to leave.

    ``excess_fen``: what ``coalition`` pays beyond its own cost; at most 0 in the core, where it names those who
    gain least. None with a single brand. ``known`` of ``possible`` coalitions short of everyone were looked at.
    """

    coalition: Coalition | None
    excess_fen: Fraction
    known: int
    possible: int

    @property
    def is_in_core(self) -> bool:
        """Whether no known coalition pays more than its own cost."""
        return self.excess_fen <= 0

    @property
    def text(self) -> Text:
        """The finding in a sentence."""
        if self.coalition is None:
            return Text("只有一个品牌，无从比较", "there is only one brand, so nobody could leave")
        name, amount = named(self.coalition), yuan(abs(self.excess_fen))
        zh = f"（查看了 {self.possible} 个联盟中的 {self.known} 个）" if self.known < self.possible else ""
        en = f" ({self.known} of {self.possible} coalitions looked at)" if self.known < self.possible else ""
        if self.is_in_core:
            return Text(
                f"在核内：没有联盟单独配送更省；得益最少的是 {name.zh}，省 {amount} 元{zh}",
                f"in the core: no coalition would pay less apart; {name.en} gains least, {amount} yuan{en}",
            )
        return Text(
            f"不在核内：最不满的是 {name.zh}，比自行配送多付 {amount} 元{zh}",
            f"not in the core: {name.en} is the most dissatisfied, paying {amount} yuan more than apart{en}",
        )


def check_core(costs: Costs, shares_fen: Mapping[str, Fraction] | Mapping[str, int]) -> CoreCheck:
    """Return the most dissatisfied of the known coalitions short of everyone. O(coalitions x brands).

    Among equals the smallest is named, then the first by name. Shares in whole fen may leave the core by less than
    a fen for each brand of a coalition; exact ones do not.
    """
    everyone = frozenset(shares_fen)
    excess = {c: Fraction(sum(shares_fen[brand] for brand in c)) - cost for c, cost in costs.items() if c < everyone}
    possible = 2 ** len(everyone) - 2
    if not excess:
        return CoreCheck(coalition=None, excess_fen=Fraction(0), known=0, possible=possible)
    worst = min(excess, key=lambda c: (-excess[c], ranked(c)))
    return CoreCheck(coalition=worst, excess_fen=excess[worst], known=len(excess), possible=possible)
