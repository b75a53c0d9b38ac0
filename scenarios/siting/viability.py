"""Whether a site can live on its fee: pieces x fee against rent, wage and power, on every planned day.

Pieces are those that the plans bring: passed from one vehicle to another at a station, or beginning or ending there;
brought to a pre-cool room. The fee is the same for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.comparison import Interval, interval
from scenarios.siting.model import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.siting.model import Siting


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Pieces that a site handled on one day: passed on, and its own."""

    passed: int = 0
    own: int = 0

    @property
    def pieces(self) -> int:
        """All of them."""
        return self.passed + self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Viability:
    """One site over the planned days; money in fen a working day.

    ``surplus``: pieces x fee - running, its interval over the days. ``break_even``: fewest pieces a day that pay for
    the site, None where it takes no fee. ``is_sure``: the interval of the surplus does not hold 0.
    """

    site: str
    fee_fen: int
    running_fen: int
    passed: float
    own: float
    pieces: Interval
    surplus: Interval
    break_even: int | None
    days_per_week: int

    @property
    def is_sure(self) -> bool:
        """Whether these days can tell a surplus from a deficit."""
        return not self.surplus.low <= 0 <= self.surplus.high

    @property
    def top_up_fen(self) -> float:
        """What the county would have to add on a mean day; 0 where the site lives on its fee."""
        return max(0.0, -self.surplus.mean)

    @property
    def yearly_top_up_fen(self) -> float:
        """The same over a year of 52 weeks."""
        return self.top_up_fen * WEEKS_PER_YEAR * self.days_per_week


def viability(siting: Siting, site: str, days: Sequence[Handled]) -> Viability:
    """Return how a site fares over at least one day. O(days)."""
    fee_fen, running_fen = siting.of[site].fee_fen, siting.daily_fen(site)
    counts = [day.pieces for day in days]
    return Viability(
        site=site,
        fee_fen=fee_fen,
        running_fen=running_fen,
        passed=sum(day.passed for day in days) / len(days),
        own=sum(day.own for day in days) / len(days),
        pieces=interval(counts),
        surplus=interval([count * fee_fen - running_fen for count in counts]),
        break_even=-(-running_fen // fee_fen) if fee_fen else None,
        days_per_week=siting.days_per_week,
    )
