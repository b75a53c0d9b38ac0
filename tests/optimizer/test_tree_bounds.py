"""The bound from spanning trees against tours by hand and the shortest tour found by trying all orders."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.tree_bounds import tree_bound


def closed(ways: np.ndarray) -> np.ndarray:
    """Return symmetric shortest ways, so that trips may be joined at no cost and one tour is the optimum."""
    ways = np.minimum(ways, ways.T)
    np.fill_diagonal(ways, 0)
    for via in range(len(ways)):
        ways = np.minimum(ways, ways[:, [via]] + ways[[via]])
    return ways


def shortest_tour(ways: np.ndarray) -> int:
    """Return the least cost of calling everywhere from point 0 and back, by trying every order."""
    orders = permutations(range(1, len(ways)))
    return min(sum(int(ways[a, b]) for a, b in pairwise((0, *order, 0))) for order in orders)


@pytest.mark.parametrize(("points", "expected"), [((), 0), ((7,), 14), ((3, 8, 20), 40)])
def test_points_on_a_line_are_met_exactly(points: tuple[int, ...], expected: int) -> None:
    """To the farthest and back: nothing less will do."""
    at = np.array((0, *points))
    assert tree_bound(np.abs(at[:, None] - at[None])) == expected


def test_a_square_is_met_exactly() -> None:
    """Four corners 1,000 apart, 1,414 across: the way round is 4,000, the bare tree only 3,000 and one more."""
    corners = np.array([[0, 0], [0, 1_000], [1_000, 1_000], [1_000, 0]])
    ways = np.hypot(*(corners[:, None] - corners[None]).transpose(2, 0, 1)).astype(np.int64)
    assert tree_bound(ways) == 4_000


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([3, 100, 10**12]))
def test_never_above_the_shortest_tour(num: int, seed: int, most: int) -> None:
    """Any symmetric ways, small, equal or huge."""
    ways = closed(np.random.default_rng(seed).integers(0, most, (num + 1, num + 1)))
    assert 0 <= tree_bound(ways) <= shortest_tour(ways)
