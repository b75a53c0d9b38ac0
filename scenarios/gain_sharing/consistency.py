"""Coalition costs made consistent: a union never costs more than its parts, whose plans it could drive.

Plans come from a search that stops by the clock, so a large coalition may have ended dearer than two small ones
apart. The parts' plans side by side are a plan of the union, hence its cost is at most theirs: the
subadditive cover of the game (Shapley and Shubik 1969, On market games). Every repair says whose plans it takes.

A plan that leaves goods behind is cheap for that reason, so it stands in for no coalition that would then get less
than by its own plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scenarios.gain_sharing.game import Coalition, Costs, brands_of, ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A coalition that is cheaper with the plans of others; ``plans`` of disjoint coalitions that make it up.

    With ``may_leave_out`` a plan may be that of a larger coalition, without the other brands' goods.
    """

    coalition: Coalition
    plans: tuple[Coalition, ...]
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistent:
    """Costs after the repairs, and the repairs, small coalitions first.

    ``left``: pieces that the plans charged leave behind, of the coalitions that lose any.
    """

    costs: Mapping[Coalition, int]
    repairs: tuple[Repair, ...]
    left: Mapping[Coalition, int]


class _Charge(NamedTuple):
    """What a coalition is charged, by whose plans, and the pieces that these leave behind."""

    cost_fen: int
    plans: tuple[int, ...]
    left: int


def make_consistent(
    costs: Costs, *, may_leave_out: bool = False, left: Mapping[Coalition, int] | None = None
) -> Consistent:
    """Return the costs with each coalition at most as dear as the best partition into known ones.

    Exact when all coalitions are known and deliver everything; of a sample, partitions are tried whose unions step by
    step are known too. A coalition's own plan is kept where nothing is strictly cheaper. O(coalitions^2), 0.5 s for
    3,000.

    Parameters
    ----------
    costs
        Any family of coalitions.
    may_leave_out
        Also take the plan of a larger coalition when that is cheaper: with goods left out it costs at most as
        much. It removes payments to a brand for joining that are only noise of the search. Only a plan that
        delivers everything is taken: of what another leaves nobody here knows whose it is.
    left
        Pieces that a coalition's own plan leaves behind; none of a coalition that is not there. Plans side by side
        stand in for the union only if they leave no more than its own plan does.

    Raises
    ------
    InvalidInput
        E345, when a cost is no whole number of at least 0 or a coalition is empty.
    """
    bit = {brand: 1 << k for k, brand in enumerate(brands_of(costs))}
    masks = {sum(bit[brand] for brand in coalition): coalition for coalition in sorted(costs, key=ranked)}
    lost = left or {}
    own = {mask: _Charge(costs[c], (mask,), lost.get(c, 0)) for mask, c in masks.items()}
    best: dict[int, _Charge] = {}
    for mask, charge in own.items():  # small ones first: the parts of a partition are settled before it
        whole = _cheapest_above(mask, own) if may_leave_out else charge
        best[mask] = _best_partition(mask, whole, charge.left, best)
    repairs = (
        Repair(
            coalition=masks[mask],
            plans=tuple(masks[part] for part in charge.plans),
            before_fen=own[mask].cost_fen,
            after_fen=charge.cost_fen,
        )
        for mask, charge in best.items()
        if charge.cost_fen < own[mask].cost_fen
    )
    return Consistent(
        costs={masks[mask]: charge.cost_fen for mask, charge in best.items()},
        repairs=tuple(repairs),
        left={masks[mask]: charge.left for mask, charge in best.items() if charge.left},
    )


def _cheapest_above(mask: int, own: Mapping[int, _Charge]) -> _Charge:
    """Return the charge by the cheapest plan that delivers all of a coalition, its own where nothing is cheaper."""
    able = (other for other in _supersets(mask, own) if other == mask or not own[other].left)
    return own[min(able, key=lambda other: (own[other].cost_fen, other != mask))]


def _supersets(mask: int, family: Iterable[int]) -> Iterable[int]:
    return (other for other in family if other & mask == mask)


def _best_partition(mask: int, whole: _Charge, most_left: int, best: Mapping[int, _Charge]) -> _Charge:
    """Return the cheapest of ``whole`` and all pairs of settled parts, which may be partitions themselves."""
    lowest = mask & -mask  # a pair is looked at once, from the part with the first brand
    found = whole
    for part, charge in best.items():
        rest = mask ^ part
        if part & lowest and part & mask == part and rest in best:
            other = best[rest]
            if charge.cost_fen + other.cost_fen < found.cost_fen and charge.left + other.left <= most_left:
                found = _Charge(
                    charge.cost_fen + other.cost_fen, (*charge.plans, *other.plans), charge.left + other.left
                )
    return found
