"""A lower bound from spanning trees: trips from a depot and back, less one way home each, are a tree over all places.

Knows costs of ways between points and nothing of what they are made of. Prices on the places push the tree towards
two ways at each of them, as a trip has; any prices give a bound, good ones a better one.
"""

from __future__ import annotations

import numpy as np

ROUNDS = 120
"""Times that prices are changed."""

FIRST_STEP, SHRINK = 0.3, 0.97
"""The first change of a price, in mean ways of the tree, and how each is to the one before."""

MEMORY = 0.3
"""Part of the last direction in the next one; Volgenant and Jonker (1982)."""


def tree_bound(ways: np.ndarray) -> int:
    """Return a lower bound on the cost of closed walks from point 0 that call at every other point. O(n^2) a round.

    However many walks there are: one way at point 0 taken from each leaves a spanning tree, and each
    way taken costs no less than the cheapest.

    Parameters
    ----------
    ways
        (n + 1, n + 1), symmetric whole numbers >= 0 with ``2 n`` of them below 2^62 together; a walk may pass a point
        without calling there, so none is longer than two that replace it.

    References
    ----------
    Held and Karp (1970, 1971), *The traveling-salesman problem and minimum spanning trees*; Fisher (1994) for trees of
    several trips.
    """
    num = len(ways) - 1
    if num < 1:
        return 0
    prices = np.zeros(num + 1, dtype=np.int64)
    best, direction, step = 0, np.zeros(num + 1), 0.0
    for k in range(ROUNDS):
        priced = ways + prices + prices[:, None]
        tree, calls = _tree(priced)
        home = 1 + int(priced[0, 1:].argmin())
        taken = int(priced[0, home])
        bound = tree + (taken if taken >= 0 else num * taken) - 2 * int(prices.sum())  # at most one walk a point
        best = max(best, bound)
        calls[home] += taken >= 0
        step = FIRST_STEP * tree / num if k == 0 else step * SHRINK
        direction = (1 - MEMORY) * (calls - 2) + MEMORY * direction
        prices = prices + np.rint(step * direction).astype(np.int64)
        prices[0] = 0
    return best


def _tree(ways: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the cost of the cheapest spanning tree and its ways at each point, (n + 1,); Prim (1957)."""
    num = len(ways)
    calls = np.zeros(num, dtype=np.int64)
    nearest = np.zeros(num, dtype=np.int64)
    far = np.iinfo(np.int64).max
    away = ways[0].copy()
    away[0] = far
    total = 0
    for _ in range(num - 1):
        point = int(away.argmin())
        total += int(away[point])
        calls[point] += 1
        calls[nearest[point]] += 1
        away[point] = far
        is_nearer = (ways[point] < away) & (away < far)
        away[is_nearer] = ways[point][is_nearer]
        nearest[is_nearer] = point
    return total, calls
