"""The Shapley value of many brands from some orders of joining, with its standard error.

Castro, Gomez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling; orders are drawn in
antithetic pairs, each with its reverse (Mitchell, Cooper, Frank and Holmes 2022, Sampling permutations for
Shapley value estimation), because a brand that comes late in one comes early in the other. The orders are
drawn first, so that all coalitions they need can be planned side by side before anything is shared.
"""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import accumulate
from statistics import stdev
from typing import TYPE_CHECKING

import numpy as np

from scenarios.gain_sharing.game import ranked, refuse_missing
from scenarios.gain_sharing.shapley import joining_step
from scenarios.gain_sharing.split import Split
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.gain_sharing.game import Coalition, Costs
    from scenarios.gain_sharing.split import Step

Joining = tuple[str, ...]
"""All brands in the order in which they join."""


def draw_joinings(brands: Iterable[str], pairs: int, seed: int) -> tuple[Joining, ...]:
    """Return ``pairs`` random orders, at least 1, each followed by its reverse; more pairs begin with the fewer."""
    names, rng = np.array(sorted(brands)), np.random.default_rng(seed)
    drawn = (tuple(rng.permutation(names).tolist()) for _ in range(pairs))
    return tuple(joining for first in drawn for joining in (first, first[::-1]))


def coalitions_to_plan(joinings: Sequence[Joining]) -> tuple[Coalition, ...]:
    """Return every coalition that ``share_by_sampling`` asks for, and each brand alone; small ones first."""
    found = {frozenset(part) for joining in joinings for part in _beginnings(joining)}
    alone = {frozenset((brand,)) for brand in joinings[0]}
    return tuple(sorted(found | alone, key=ranked))


def share_by_sampling(costs: Costs, joinings: Sequence[Joining]) -> Split:
    """Return the mean of what each brand adds, over antithetic pairs of orders. O(pairs x brands).

    Efficient to the fen, as every order shares out the whole cost. The standard error of a share is that of the mean
    of the pairs: itself a guess from few pairs (30 are a fair number), infinite with a single one. Raises
    ``InvalidInput`` E344 when a coalition of ``coalitions_to_plan`` has no cost.
    """
    refuse_missing(costs, coalitions_to_plan(joinings))
    joined = {brand: Counter(frozenset(j[: j.index(brand)]) for j in joinings) for brand in sorted(joinings[0])}
    steps = {brand: tuple(_steps(costs, brand, counts, len(joinings))) for brand, counts in joined.items()}
    pairs = len(joinings) // 2
    return Split(
        method="sampled_shapley",
        steps=steps,
        notes=(
            Text(
                f"沙普利值由 {pairs} 对（正序与反序）加入次序抽样得出；权数为出现次数 ÷ {len(joinings)}",
                f"Shapley value sampled from {pairs} pairs of joining orders, each with its reverse; weights are "
                f"occurrences / {len(joinings)}",
            ),
        ),
        error_fen={brand: _error_fen(costs, joinings, brand) for brand in steps},
    )


def _steps(costs: Costs, brand: str, counts: Counter[Coalition], joinings: int) -> Iterable[Step]:
    for before in sorted(counts, key=ranked):
        with_fen, without_fen = costs[before | {brand}], costs[before] if before else 0
        yield joining_step(Fraction(counts[before], joinings), brand, before, with_fen, without_fen)


def _error_fen(costs: Costs, joinings: Sequence[Joining], brand: str) -> float:
    added = [_added_fen(costs, joining, brand) for joining in joinings]
    means = [(one + other) / 2 for one, other in zip(added[::2], added[1::2], strict=True)]
    return stdev(means) / math.sqrt(len(means)) if len(means) > 1 else math.inf


def _added_fen(costs: Costs, joining: Joining, brand: str) -> int:
    before = frozenset(joining[: joining.index(brand)])
    return costs[before | {brand}] - (costs[before] if before else 0)


def _beginnings(joining: Joining) -> Iterable[Joining]:
    return accumulate((brand,) for brand in joining)
