"""The nucleolus: the worst-treated coalition is treated as well as possible, then the next, until all is settled.

Schmeidler (1969), The nucleolus of a characteristic function game; the sequence of linear programs is that of
Maschler, Peleg and Shapley (1979), with the coalitions of each level taken from the dual prices. Programs are solved
in floating point and only tell *which* coalitions bind; shares then follow from these in exact fractions, and are
checked in them. For consistent costs (``consistency``) this is the nucleolus; for others it is the prenucleolus,
which may charge a brand more than its stand-alone cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from scenarios.errors import ScenarioFailed
from scenarios.gain_sharing.game import named
from scenarios.gain_sharing.linear import Echelon, minimise
from scenarios.gain_sharing.split import Split, cost_step
from scenarios.gain_sharing.words import fen
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios.gain_sharing.game import Coalition, Game

SCALE = 10_000.0
"""The cost of everyone in the programs: rounding errors of HiGHS then stay far below a fen."""

LEAST_PRICE = 1e-7
"""Prices of a level add up to 1; what is below this is zero but for rounding."""

TOLERANCE_FEN = Fraction(1, 100)
"""How far, in exact fractions, a coalition may pass its level before the programs are taken to have failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Coalitions that all pay ``excess_fen`` beyond their own cost (negative: they gain), and cannot pay less."""

    excess_fen: Fraction
    coalitions: tuple[Coalition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nucleolus:
    """Shares, the levels from worst to best treated, and how much of which coalition's cost each share is.

    ``weights[brand]`` times the coalition costs add up to the share. The first level's excess is the least core
    value: at most 0 exactly if the core is not empty.
    """

    shares_fen: Mapping[str, Fraction]
    levels: tuple[Level, ...]
    weights: Mapping[str, Mapping[Coalition, Fraction]]


@dataclass(frozen=True, slots=True)
class _Bound:
    """Coalitions found to bind, by mask, with the number of their level."""

    masks: tuple[int, ...]
    levels: tuple[int, ...]


def find_nucleolus(game: Game) -> Nucleolus:
    """Return the nucleolus; fewer programs than brands, 0.1 s for 8 brands.

    Raises ``ScenarioFailed`` E348 when the binding coalitions contradict one another, a bug.
    """
    bound, last_free = _binding(game)
    numbers = max(bound.levels, default=-1) + 1
    solved = Echelon()
    rows = [_row(game, game.everyone, None, numbers)]
    rows += [_row(game, mask, level, numbers) for mask, level in zip(bound.masks, bound.levels, strict=True)]
    for number, row in enumerate(rows):
        solved = solved.plus(number, row)
    if solved.rank < len(rows[0]):
        raise ScenarioFailed("E348", detail="nucleolus: levels left open")
    masks = (game.everyone, *bound.masks)
    by_column = dict(zip(solved.pivots, solved.origins, strict=True))
    values = {
        column: sum((w * game.cost_fen[masks[n]] for n, w in origin.items()), Fraction(0))
        for column, origin in by_column.items()
    }
    shares = {brand: values[k] for k, brand in enumerate(game.brands)}
    excess = [values[len(game.brands) + level] for level in range(numbers)]
    _prove(game, shares, excess, bound, last_free)
    return Nucleolus(
        shares_fen=shares,
        levels=tuple(_levels(game, excess, bound)),
        weights={
            brand: {game.coalition(masks[n]): weight for n, weight in sorted(by_column[k].items())}
            for k, brand in enumerate(game.brands)
        },
    )


def least_core_fen(game: Game) -> Fraction:
    """Return the least excess that the most dissatisfied coalition must bear; at most 0 if the core is not empty.

    With a single brand, 0.
    """
    levels = find_nucleolus(game).levels
    return levels[0].excess_fen if levels else Fraction(0)


def share_by_nucleolus(game: Game) -> Split:
    """Return the nucleolus with the coalitions that bind as notes, and shares as weighted sums of their costs."""
    found = find_nucleolus(game)
    steps = {
        brand: tuple(
            cost_step(weight, coalition, game.cost_fen[_mask(game, coalition)])
            for coalition, weight in found.weights[brand].items()
        )
        for brand in game.brands
    }
    return Split(method="nucleolus", steps=steps, notes=tuple(map(_note, found.levels)))


def _note(level: Level) -> Text:
    names = [named(coalition) for coalition in level.coalitions]
    zh, en = "；".join(name.zh for name in names), "; ".join(name.en for name in names)
    amount = fen(abs(level.excess_fen))
    if level.excess_fen > 0:
        return Text(
            f"比自行配送多付 {amount} 分，无法更少：{zh}",
            f"pay {amount} fen more than apart, no less is possible: {en}",
        )
    return Text(
        f"比自行配送少付 {amount} 分，无法更多：{zh}", f"pay {amount} fen less than apart, no more is possible: {en}"
    )


def _binding(game: Game) -> tuple[_Bound, dict[int, int]]:
    """Solve program after program; return what binds, and at which level each coalition was last free to move."""
    n = len(game.brands)
    free = list(range(1, game.everyone))
    spanned = Echelon().plus(0, _members(game, game.everyone))
    bound = _Bound((), ())
    excess: list[float] = []
    last_free: dict[int, int] = {}
    while spanned.rank < n:
        last_free.update(dict.fromkeys(free, len(excess)))
        value, binding = _worst_excess(game, free, bound, excess)
        bound = _Bound((*bound.masks, *binding), (*bound.levels, *[len(excess)] * len(binding)))
        excess.append(value)
        for mask in binding:
            spanned = spanned.plus(mask, _members(game, mask))
        free = [mask for mask in free if not spanned.spans(_members(game, mask))]
    return bound, last_free


def _worst_excess(game: Game, free: Sequence[int], bound: _Bound, excess: Sequence[float]) -> tuple[float, list[int]]:
    """Return the least possible worst excess of the free coalitions (scaled), and those whose price is above 0."""
    scale = SCALE / max(game.total_fen, *game.cost_fen, 1)
    cost = np.array(game.cost_fen) * scale
    n = len(game.brands)
    fixed = [game.everyone, *bound.masks]
    offsets = np.array([0.0, *(excess[level] for level in bound.levels)])
    found = minimise(
        np.append(np.zeros(n), 1.0),
        rows=np.array([[*_members(game, mask), -1] for mask in free], dtype=np.float64),
        limits=cost[free],
        equal_rows=np.array([[*_members(game, mask), 0] for mask in fixed], dtype=np.float64),
        equal_to=cost[fixed] + offsets,
    )
    return found.value, [mask for mask, price in zip(free, found.prices, strict=True) if price > LEAST_PRICE]


def _prove(
    game: Game, shares: Mapping[str, Fraction], excess: Sequence[Fraction], bound: _Bound, last_free: Mapping[int, int]
) -> None:
    """Refuse shares under which a coalition pays beyond the last level at which it was free, in exact fractions."""
    level_of = dict(zip(bound.masks, bound.levels, strict=True))
    for mask, level in {**last_free, **level_of}.items():
        own = sum(shares[brand] for brand in game.coalition(mask)) - game.cost_fen[mask]
        if own > excess[level] + TOLERANCE_FEN or (mask in level_of and own != excess[level]):
            raise ScenarioFailed("E348", detail=f"nucleolus: {named(game.coalition(mask)).en}")


def _levels(game: Game, excess: Sequence[Fraction], bound: _Bound) -> Iterator[Level]:
    for level, value in enumerate(excess):
        masks = [mask for mask, own in zip(bound.masks, bound.levels, strict=True) if own == level]
        yield Level(excess_fen=value, coalitions=tuple(game.coalition(mask) for mask in masks))


def _row(game: Game, mask: int, level: int | None, numbers: int) -> list[int]:
    """Coefficients of shares and level values in: shares of the coalition - value of its level = its cost."""
    return [*_members(game, mask), *(-1 if k == level else 0 for k in range(numbers))]


def _members(game: Game, mask: int) -> list[int]:
    return [mask >> bit & 1 for bit in range(len(game.brands))]


def _mask(game: Game, coalition: Coalition) -> int:
    return sum(1 << bit for bit, brand in enumerate(game.brands) if brand in coalition)
