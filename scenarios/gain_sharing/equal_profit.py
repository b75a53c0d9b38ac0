"""The equal profit method: within the core, relative savings that differ as little as possible.

Frisk, Gothe-Lundgren, Jornsten and Ronnqvist (2010), Cost allocation in collaborative forest transportation: least f
with share_i / alone_i - share_j / alone_j <= f for all brands i and j, shares in the core, which is widened by the
least core value where it is empty (the epsilon-core). Ties, which the paper leaves open, go to the least sum
of all pairwise differences, so brands alike pay alike. A brand without stand-alone cost pays nothing.

Programs in floating point find which conditions bind; the shares follow from these in exact fractions, as weighted
sums of coalition costs that every brand can reckon again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from scenarios.errors import ScenarioFailed
from scenarios.gain_sharing.game import Game, member, named
from scenarios.gain_sharing.linear import Echelon, minimise
from scenarios.gain_sharing.nucleolus import SCALE, TOLERANCE_FEN, least_core_fen
from scenarios.gain_sharing.proportional import share_by_weight
from scenarios.gain_sharing.split import Split, Step, cost_step
from scenarios.gain_sharing.words import fen
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios.gain_sharing.game import Coalition

TIGHT = 1e-6
"""A condition with less room than this, where the cost of everyone is ``SCALE``, is taken to bind."""


FOLLOWS = Text(
    "各项为由这些上限、最大差距和相等的节省比例解出的联盟费用加权和",
    "the terms are the shares that these limits, the largest difference and equal savings leave, solved for the costs "
    "of coalitions",
)
"""Where the terms of a statement come from in which the core keeps brands from saving alike."""


IDLE = (Step(weight=Fraction(0), amount_fen=Fraction(0), text=Text("没有可分摊的费用", "no cost to pay a part of")),)
"""All terms of a brand that pays nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """Brands with a stand-alone cost, their coalitions' limits before widening, and by how much they are widened.

    ``coalitions``: by mask of ``game``, the coalition of all brands whose cost the limit is.
    """

    game: Game
    alone_fen: tuple[int, ...]
    widened: Fraction
    coalitions: tuple[Coalition, ...]

    @property
    def limits(self) -> dict[int, Fraction]:
        """Most that each coalition short of everyone may pay."""
        return {mask: self.game.cost_fen[mask] + self.widened for mask in range(1, self.game.everyone)}

    def worth(self, weights: Mapping[int, Fraction]) -> Fraction:
        """Return the weighted sum of limits, with that of everyone, by mask."""
        limits = self.limits | {self.game.everyone: Fraction(self.game.total_fen)}
        return sum((weight * limits[mask] for mask, weight in weights.items()), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    """``row . (shares, f) <= limit``, exact and in fen; ``size`` brings its room to that of a share.

    ``weights``: what the limit is made of, by mask of the coalitions whose limits they multiply.
    """

    row: tuple[int, ...]
    limit: Fraction
    size: int = 1
    weights: Mapping[int, Fraction] = field(default_factory=dict)


def share_by_equal_profit(game: Game) -> Split:
    """Return the equal profit shares; two programs, 0.2 s for 8 brands.

    Raises
    ------
    InvalidInput
        E347, when no brand has a stand-alone cost above 0.
    ScenarioFailed
        E348, when the programs leave a share open; a bug.
    """
    alone = {brand: game.alone_fen(brand) for brand in game.brands}
    even = share_by_weight("epm", game.total_fen, game.brands, alone).exact_fen
    task = _without_idle(game)
    if _is_within(task, even):
        steps: dict[str, tuple[Step, ...]] = {
            brand: _even_steps(game, brand, sum(alone.values())) for brand in game.brands
        }
        return Split(method="epm", steps=steps, notes=tuple(_notes(task, even)))
    weights = _least_difference(task)
    steps = {brand: tuple(_steps(task, weights[brand])) if weights.get(brand) else IDLE for brand in game.brands}
    shares = {brand: task.worth(found) for brand, found in weights.items()}
    return Split(method="epm", steps=steps, notes=(*_notes(task, shares), FOLLOWS))


def _without_idle(game: Game) -> _Task:
    """Leave out brands without a stand-alone cost; they may join any coalition for nothing."""
    active = tuple(brand for brand in game.brands if game.alone_fen(brand))
    bits = [1 << game.brands.index(brand) for brand in active]
    cost = [game.total_fen] * (1 << len(active))
    source = [game.everyone] * len(cost)
    for small in range(len(cost) - 1):
        own = sum(bit for k, bit in enumerate(bits) if small >> k & 1)
        able = (mask for mask in range(game.everyone + 1) if mask & sum(bits) == own)
        source[small] = min(able, key=lambda mask: game.cost_fen[mask])
        cost[small] = game.cost_fen[source[small]]
    reduced = Game(brands=active, cost_fen=tuple(cost))
    widened = max(Fraction(0), least_core_fen(reduced))
    return _Task(
        game=reduced,
        alone_fen=tuple(game.alone_fen(brand) for brand in active),
        widened=widened,
        coalitions=tuple(game.coalition(mask) for mask in source),
    )


def _is_within(task: _Task, shares: Mapping[str, Fraction], more: Fraction = Fraction(0)) -> bool:
    return all(_paid(task, mask, shares) <= limit + more for mask, limit in task.limits.items())


def _paid(task: _Task, mask: int, shares: Mapping[str, Fraction]) -> Fraction:
    return sum((shares[brand] for brand in task.game.coalition(mask)), Fraction(0))


def _least_difference(task: _Task) -> dict[str, dict[int, Fraction]]:
    """Return exact shares as weights of limits: first the least f, then, with it, the least sum of differences."""
    n = len(task.alone_fen)
    whole = _together(task, task.game.everyone, Fraction(task.game.total_fen))
    core = [whole, *(_together(task, mask, limit) for mask, limit in task.limits.items())]
    pairs = [_apart(task, i, j) for i, j in permutations(range(n), 2)]
    of_largest = _exact((*core, *pairs), _least_f(task))[n]
    largest = task.worth(of_largest)
    known = _Condition(
        row=(*[0] * n, largest.denominator),
        limit=Fraction(largest.numerator),
        size=largest.denominator,
        weights={mask: weight * largest.denominator for mask, weight in of_largest.items()},
    )
    equal = [_Condition(row=(*pair.row[:n], 0), limit=pair.limit, size=pair.size) for pair in pairs]
    last = _exact((known, *core, *pairs, *equal), (*_least_sum(task, largest), largest))
    weights = dict(zip(task.game.brands, last[:n], strict=True))
    if not _is_within(task, {brand: task.worth(found) for brand, found in weights.items()}, TOLERANCE_FEN):
        raise ScenarioFailed("E348", detail="equal profit: a coalition passes its limit")
    return weights


def _together(task: _Task, mask: int, limit: Fraction) -> _Condition:
    """Return: a coalition pays at most its limit."""
    members = (mask >> bit & 1 for bit in range(len(task.alone_fen)))
    return _Condition(row=(*members, 0), limit=limit, weights={mask: Fraction(1)})


def _apart(task: _Task, i: int, j: int) -> _Condition:
    """Return: share i / alone i - share j / alone j <= f, without fractions."""
    row = [0] * (len(task.alone_fen) + 1)
    alone_i, alone_j = task.alone_fen[i], task.alone_fen[j]
    row[i], row[j], row[-1] = alone_j, -alone_i, -alone_i * alone_j
    return _Condition(row=tuple(row), limit=Fraction(0), size=max(alone_i, alone_j))


def _least_f(task: _Task) -> tuple[Fraction, ...]:
    """Return shares and f of the first program, near the exact ones."""
    core, limits, pairs = _matrices(task)
    f = -np.ones((len(pairs), 1))
    found = minimise(
        np.append(np.zeros(len(task.alone_fen)), 1.0),
        rows=np.block([[core, np.zeros((len(core), 1))], [pairs, f], [-pairs, f]]),
        limits=np.append(limits, np.zeros(2 * len(pairs))),
        equal_rows=np.append(np.ones(len(task.alone_fen)), 0.0)[None, :],
        equal_to=np.array([SCALE]),
    )
    return (*_in_fen(task, found.point[:-1]), Fraction(found.point[-1]) / Fraction(SCALE))


def _least_sum(task: _Task, largest: Fraction) -> tuple[Fraction, ...]:
    """Return shares of the second program, near the exact ones: no difference above ``largest``, their sum least."""
    core, limits, pairs = _matrices(task)
    n, one = len(task.alone_fen), np.eye(len(pairs))
    found = minimise(
        np.append(np.zeros(n), np.ones(len(pairs))),
        rows=np.block(
            [
                [core, np.zeros((len(core), len(pairs)))],
                [pairs, -one],
                [-pairs, -one],
                [np.zeros_like(pairs), one],
            ]
        ),
        limits=np.concatenate([limits, np.zeros(2 * len(pairs)), np.full(len(pairs), float(largest) * SCALE)]),
        equal_rows=np.append(np.ones(n), np.zeros(len(pairs)))[None, :],
        equal_to=np.array([SCALE]),
    )
    return _in_fen(task, found.point[:n])


def _matrices(task: _Task) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return core rows and their limits, and differences of relative costs by pair; all times ``SCALE``."""
    n, total = len(task.alone_fen), task.game.total_fen
    core = np.array([[mask >> bit & 1 for bit in range(n)] for mask in task.limits], dtype=np.float64)
    limits = np.array([float(limit / total * Fraction(SCALE)) for limit in task.limits.values()])
    pairs = np.zeros((n * (n - 1) // 2, n))
    for number, (i, j) in enumerate(combinations(range(n), 2)):
        pairs[number, i] = total / task.alone_fen[i]
        pairs[number, j] = -total / task.alone_fen[j]
    return core, limits, pairs


def _in_fen(task: _Task, shares: np.ndarray) -> tuple[Fraction, ...]:
    return tuple(Fraction(share) * task.game.total_fen / Fraction(SCALE) for share in shares.tolist())


def _exact(conditions: Sequence[_Condition], near: Sequence[Fraction]) -> tuple[dict[int, Fraction], ...]:
    """Return the point at which those conditions bind that nearly do at ``near``, the tightest first.

    Each coordinate as weights of coalitions' limits, by mask.
    """
    rooms = [abs(_room(condition, near)) for condition in conditions]
    solved = Echelon()
    for number in sorted(range(len(conditions)), key=lambda k: rooms[k]):
        if rooms[number] > TIGHT * sum(near[:-1]) / Fraction(SCALE) or solved.rank == len(near):
            break
        solved = solved.plus(number, conditions[number].row)
    if solved.rank < len(near):
        raise ScenarioFailed("E348", detail="equal profit: shares left open")
    by_column = dict(zip(solved.pivots, solved.origins, strict=True))
    return tuple(_combined(conditions, by_column[column]) for column in range(len(near)))


def _combined(conditions: Sequence[_Condition], origin: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return weights of limits from weights of conditions."""
    found: dict[int, Fraction] = {}
    for number, weight in origin.items():
        for mask, own in conditions[number].weights.items():
            found[mask] = found.get(mask, Fraction(0)) + weight * own
    return {mask: found[mask] for mask in sorted(found) if found[mask]}


def _room(condition: _Condition, near: Sequence[Fraction]) -> Fraction:
    used = sum((a * b for a, b in zip(condition.row, near, strict=True)), Fraction(0))
    return (condition.limit - used) / condition.size


def _even_steps(game: Game, brand: str, alone_together: int) -> tuple[Step, Step]:
    """Return the stand-alone cost and what is saved of it, the same part for every brand."""
    alone, total = game.alone_fen(brand), game.total_fen
    saved = Fraction(alone_together - total, alone_together)
    percent = f"{float(100 * saved):.4f} %"
    own = {frozenset((brand,)): 1}
    return (
        Step(weight=Fraction(1), amount_fen=Fraction(alone), text=Text("单独配送的费用", "stand-alone cost"), of=own),
        Step(
            weight=-saved,
            amount_fen=Fraction(alone),
            text=Text(
                f"节省（{percent}）：1 − 合作总费用 {total} ÷ 单独费用之和 {alone_together}，各品牌相同",
                f"saving ({percent}): 1 - shared cost {total} / all stand-alone costs {alone_together}, alike for all",
            ),
            of=own,
        ),
    )


def _steps(task: _Task, weights: Mapping[int, Fraction]) -> Iterator[Step]:
    """Give the costs that a share follows from, and its part of what the coalitions bear more."""
    for mask, weight in weights.items():
        yield cost_step(weight, task.coalitions[mask], task.game.cost_fen[mask])
    widened = sum((weight for mask, weight in weights.items() if mask != task.game.everyone), Fraction(0))
    if task.widened and widened:
        text = Text(f"每个联盟的放宽 {fen(task.widened)}", f"what each coalition bears more, {fen(task.widened)}")
        yield Step(weight=widened, amount_fen=task.widened, text=text)


def _notes(task: _Task, shares: Mapping[str, Fraction]) -> Iterator[Text]:
    """Tell how far relative savings differ, whether the core had to be widened, and which coalitions bind."""
    relative = {b: 1 - shares[b] / alone for b, alone in zip(task.game.brands, task.alone_fen, strict=True)}
    low, high = (choose(relative, key=lambda brand: relative[brand]) for choose in (min, max))
    if task.widened:
        more = fen(task.widened)
        yield Text(f"核为空，每个联盟放宽 {more} 分", f"the core is empty; each coalition bears {more} fen more")
    if relative[low] == relative[high]:
        yield Text("所有品牌节省的比例相同", "all brands save the same share")
        return
    most, least = member(high), member(low)
    gap = f"{float(100 * (relative[high] - relative[low])):.4f}"
    yield Text(
        f"节省比例最多相差 {gap} 个百分点（{most.zh} 与 {least.zh}），在下列上限下无法更小",
        f"savings differ by at most {gap} percentage points ({most.en} and {least.en}), "
        "no less is possible under these limits",
    )
    for mask, limit in task.limits.items():
        if _paid(task, mask, shares) == limit:
            name = named(task.game.coalition(mask))
            yield Text(f"{name.zh} 付到上限 {fen(limit)} 分", f"{name.en} at its limit of {fen(limit)} fen")
