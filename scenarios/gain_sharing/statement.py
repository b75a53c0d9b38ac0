"""A statement for each brand: what it pays and how that came about, so that it can reckon it again to the fen.

The terms are weights times amounts that the brand can check against the table of coalition costs; they add up to its
exact share, and the rounding to whole fen is stated as a rule with its amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scenarios.gain_sharing.game import member, refuse_missing
from scenarios.gain_sharing.split import ROUNDING
from scenarios.gain_sharing.words import fen, yuan
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.gain_sharing.game import Costs
    from scenarios.gain_sharing.split import Split, Step

METHODS = {
    "shapley": Text("沙普利值", "Shapley value"),
    "sampled_shapley": Text("抽样沙普利值", "sampled Shapley value"),
    "nucleolus": Text("核仁", "nucleolus"),
    "epm": Text("等利润法", "equal profit method"),
    "volume": Text("按件数比例", "in proportion to pieces"),
    "stand_alone": Text("按单独费用比例", "in proportion to stand-alone cost"),
}
"""Names of the methods of ``Split.method``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One brand's share by one method; ``steps`` add up to ``share_fen`` less ``rounding_fen``.

    ``alone_fen``: its stand-alone cost. ``notes`` hold for all brands. ``error_fen``: standard error of the
    share, None unless it was sampled.
    """

    brand: str
    method: str
    alone_fen: int
    share_fen: int
    steps: tuple[Step, ...]
    notes: tuple[Text, ...]
    error_fen: float | None

    @property
    def saving_fen(self) -> int:
        """What the brand pays less than alone; negative if it pays more."""
        return self.alone_fen - self.share_fen

    @property
    def exact_fen(self) -> Fraction:
        """The share before rounding: all terms added up."""
        return sum((step.product_fen for step in self.steps), Fraction(0))

    @property
    def rounding_fen(self) -> Fraction:
        """What rounding added, less than a fen up or down."""
        return self.share_fen - self.exact_fen

    @property
    def text(self) -> Text:
        """The whole statement, one line for each term."""
        return Text("\n".join(self._lines("zh")), "\n".join(self._lines("en")))

    def _lines(self, lang: str) -> list[str]:
        def say(zh: str, en: str) -> str:
            return Text(zh, en).pick(lang)

        alone, share, saving = yuan(self.alone_fen), yuan(self.share_fen), yuan(self.saving_fen)
        percent = f"{100 * self.saving_fen / self.alone_fen:.2f} %" if self.alone_fen else "-"
        lines = [
            f"{member(self.brand).pick(lang)}: {METHODS[self.method].pick(lang)}",
            say(
                f"单独配送 {alone} 元，分摊 {share} 元，节省 {saving} 元（{percent}）",
                f"alone {alone} yuan, share {share} yuan, saving {saving} yuan ({percent})",
            ),
        ]
        if self.error_fen is not None:
            lines.append(
                say(f"抽样标准误 {self.error_fen:.0f} 分", f"standard error of the sample {self.error_fen:.0f} fen")
            )
        lines += [
            f"  {fen(step.weight)} x [{step.text.pick(lang)}] = {fen(step.product_fen)} {say('分', 'fen')}"
            for step in self.steps
        ]
        lines.append(
            say(
                f"合计 {fen(self.exact_fen)} 分，取整 {fen(self.rounding_fen)} 分，分摊 {self.share_fen} 分",
                f"sum {fen(self.exact_fen)} fen, rounding {fen(self.rounding_fen)} fen, share {self.share_fen} fen",
            )
        )
        return [*lines, *(note.pick(lang) for note in self.notes)]


def statements(costs: Costs, split: Split) -> tuple[Statement, ...]:
    """Return a statement for every brand of a split, in its order.

    Raises ``InvalidInput`` E344 when a brand's stand-alone cost is missing.
    """
    refuse_missing(costs, [frozenset((brand,)) for brand in split.steps])
    shares = split.shares_fen
    return tuple(
        Statement(
            brand=brand,
            method=split.method,
            alone_fen=costs[frozenset((brand,))],
            share_fen=shares[brand],
            steps=steps,
            notes=(*split.notes, ROUNDING),
            error_fen=split.error_fen.get(brand),
        )
        for brand, steps in split.steps.items()
    )
