"""The front door: coalition costs in, a split by a named method out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scenarios.gain_sharing.equal_profit import share_by_equal_profit
from scenarios.gain_sharing.game import brands_of, game_of, refuse_missing
from scenarios.gain_sharing.nucleolus import share_by_nucleolus
from scenarios.gain_sharing.proportional import share_by_weight
from scenarios.gain_sharing.sampling import share_by_sampling
from scenarios.gain_sharing.shapley import share_by_shapley

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.gain_sharing.game import Costs
    from scenarios.gain_sharing.sampling import Joining
    from scenarios.gain_sharing.split import Split

Method = Literal["shapley", "sampled_shapley", "nucleolus", "epm", "volume", "stand_alone"]
"""Names of the methods; ``statement.METHODS`` has their words."""

_ON_ALL_COALITIONS = {
    "shapley": share_by_shapley,
    "nucleolus": share_by_nucleolus,
    "epm": share_by_equal_profit,
}


def share(
    costs: Costs,
    method: Method,
    *,
    pieces: Mapping[str, int] | None = None,
    joinings: Sequence[Joining] = (),
) -> Split:
    """Return the cost of all brands together split by one method.

    Make the costs consistent first (``consistency.make_consistent``): sharing takes them as they are.

    Parameters
    ----------
    costs
        For "shapley", "nucleolus" and "epm" those of every coalition, of at most 8 brands; for
        "sampled_shapley" those of ``sampling.coalitions_to_plan``; else everyone's and, for "stand_alone", each alone.
    pieces
        Of each brand, for "volume".
    joinings
        Orders of joining, at least one pair, for "sampled_shapley".

    Raises
    ------
    InvalidInput
        E344, when a coalition's cost is missing; E345, when one cannot be used; E346, when there are too many
        brands or none; E347, when weights are missing, negative or all 0.
    """
    if method in _ON_ALL_COALITIONS:
        return _ON_ALL_COALITIONS[method](game_of(costs))
    if method == "sampled_shapley":
        return share_by_sampling(costs, joinings)
    brands = brands_of(costs)
    everyone, alone = frozenset(brands), {brand: frozenset((brand,)) for brand in brands}
    needed = [everyone, *alone.values()] if method == "stand_alone" else [everyone]
    refuse_missing(costs, needed)
    weights = {brand: costs[alone[brand]] for brand in brands} if method == "stand_alone" else pieces or {}
    return share_by_weight(method, costs[everyone], brands, weights)
