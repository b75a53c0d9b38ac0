"""A cost game: what every coalition of brands would pay for its deliveries, in whole fen.

Costs come in as a mapping from ``frozenset`` of brand ids to fen, one entry for each coalition that was planned;
over several sampled days they are the sums of those days. A ``Game`` has all of them and keeps
them by bit mask, which the sharing rules walk through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.text import Text
from scenarios.variants.model import OTHERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Coalition = frozenset[str]
"""Brands that deliver together."""

Costs = Mapping[Coalition, int]
"""Fen of each coalition that is known; not every coalition need be."""

MOST_BRANDS = 8
"""Up to so many brands every coalition is planned (255 of them); above, ``sampling`` draws some."""

SHOWN_COALITIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """All coalition costs; ``cost_fen[mask]`` is that of the brands whose bits are set, bit k for ``brands[k]``.

    Made by ``game_of``, which checks the costs. ``cost_fen[0]`` is 0.
    """

    brands: tuple[str, ...]
    cost_fen: tuple[int, ...]

    @property
    def everyone(self) -> int:
        """Mask of the grand coalition."""
        return len(self.cost_fen) - 1

    @property
    def total_fen(self) -> int:
        """What there is to share: the cost of all brands together."""
        return self.cost_fen[-1]

    def alone_fen(self, brand: str) -> int:
        """Return the stand-alone cost of a brand."""
        return self.cost_fen[1 << self.brands.index(brand)]

    def coalition(self, mask: int) -> Coalition:
        """Return the brands of a mask."""
        return frozenset(brand for bit, brand in enumerate(self.brands) if mask >> bit & 1)


UNBRANDED = Text("无品牌货物", "goods of no brand")
"""Who ``OTHERS`` are."""


def game_of(costs: Costs) -> Game:
    """Return the game of all coalitions, brands in alphabetical order. O(2^brands).

    Raises
    ------
    InvalidInput
        E344, when a coalition's cost is missing; E345, when one is no whole number of at least 0 or the
        coalition is empty; E346, when there are no brands or more than ``MOST_BRANDS``.
    """
    brands = brands_of(costs)
    coalitions = every_coalition(brands)
    refuse_missing(costs, coalitions)
    mask = {
        coalition: sum(1 << bit for bit, brand in enumerate(brands) if brand in coalition) for coalition in coalitions
    }
    return Game(brands=brands, cost_fen=(0, *(costs[c] for c in sorted(coalitions, key=lambda c: mask[c]))))


def every_coalition(brands: Collection[str]) -> tuple[Coalition, ...]:
    """Return all coalitions that are to be planned, small ones first, everyone last.

    Raises ``InvalidInput`` E346 when there are no brands or more than ``MOST_BRANDS``.
    """
    if not 1 <= len(brands) <= MOST_BRANDS:
        raise InvalidInput("E346", value=len(brands), most=MOST_BRANDS)
    sizes = range(1, len(brands) + 1)
    return tuple(frozenset(part) for size in sizes for part in combinations(sorted(brands), size))


def brands_of(costs: Costs) -> tuple[str, ...]:
    """Return all brands in alphabetical order; E345 as ``game_of`` says."""
    for coalition, cost in costs.items():
        if not coalition or type(cost) is not int or cost < 0:
            raise InvalidInput("E345", value=named(coalition).en, cost=cost)
    return tuple(sorted(frozenset().union(*costs)))


def refuse_missing(costs: Costs, coalitions: Iterable[Coalition]) -> None:
    """Raise ``InvalidInput`` E344 with the first few of ``coalitions`` that have no cost, if there are any."""
    missing = [coalition for coalition in coalitions if coalition not in costs]
    if missing:
        names = "; ".join(named(coalition).en for coalition in missing[:SHOWN_COALITIONS])
        more = f"; ... ({len(missing)})" if len(missing) > SHOWN_COALITIONS else ""
        raise InvalidInput("E344", value=names + more)


def named(coalition: Coalition) -> Text:
    """Return the brands of a coalition for people."""
    if not coalition:
        return Text("无", "nobody")
    names = [member(brand) for brand in sorted(coalition)]
    return Text("、".join(name.zh for name in names), " + ".join(name.en for name in names))


def member(brand: str) -> Text:
    """Return what people call a member: a brand by its id, goods without a brand in words."""
    return UNBRANDED if brand == OTHERS else Text(brand, brand)


def ranked(coalition: Coalition) -> tuple[int, tuple[str, ...]]:
    """Sorting key: small coalitions first, then by name."""
    return (len(coalition), tuple(sorted(coalition)))
