"""Lengths for peers: rules that they do not know, said by arcs.

Backhauls are arcs that no vehicle can drive, and exactly so many routes the same reward
for a route that we get.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import route_reward

if TYPE_CHECKING:
    from benchmarks.instances.instance import Instance

NEVER = 50
"""An arc that must not be driven is so many times as long as the longest: no detour is dearer, no sum overflows."""


def lengths(instance: Instance) -> np.ndarray:
    """Return the lengths (n, n) that a peer should see; those of the instance where it has no such rule.

    What only gives comes after all that takes, and never first where every route must deliver.
    """
    length = instance.length.copy()
    length[instance.num_depots :, instance.num_depots :] += route_reward(instance)
    np.fill_diagonal(length, 0)
    if not instance.has_backhauls:
        return length
    never = NEVER * int(length.max())
    gives = instance.delivery == 0
    gives[: instance.num_depots] = False
    takes = ~gives
    takes[: instance.num_depots] = False
    length[np.ix_(gives, takes)] = never
    if instance.must_deliver:
        length[: instance.num_depots, gives] = never
    return length
