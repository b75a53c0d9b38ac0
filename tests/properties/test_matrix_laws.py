"""Laws of travel matrices on random small networks with every rule of the road."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.matrix import travel_matrix
from networks.network import replace_edges
from networks.reference import reference_legs
from tests.networks.small_roads import TRUCK, random_roads, random_spots

SEEDS = st.integers(0, 1_000_000)
POINTS = 9
ALL_LEGS = np.argwhere(np.ones((POINTS, POINTS), dtype=bool))


@given(seed=SEEDS)
@settings(max_examples=120, deadline=None)
def test_the_matrices_equal_the_slow_oracle(seed: int) -> None:
    """Banned turns, one-ways, leg-end roads, shared edges: networkx on the full network says the same."""
    network = random_roads(seed)
    points = random_spots(network, seed, POINTS)
    matrix = travel_matrix(network, TRUCK, points)
    duration_s, distance_m = reference_legs(network, TRUCK, points, ALL_LEGS)
    assert np.array_equal(matrix.duration_s.ravel(), duration_s)
    assert np.array_equal(matrix.distance_m.ravel(), distance_m)


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_no_leg_is_longer_than_two_that_make_it(seed: int) -> None:
    """Where stopping changes no rule (no banned turns, no leg-end roads); a second for rounding."""
    network = random_roads(seed, with_rules=False)
    matrix = travel_matrix(network, TRUCK, random_spots(network, seed, POINTS))
    reached = np.flatnonzero(matrix.snaps.edge >= 0)
    time_s = matrix.duration_s[np.ix_(reached, reached)]
    by_way_of = (time_s[:, :, None] + time_s[None, :, :]).min(axis=1)
    assert (time_s >= 0).all()
    assert (time_s <= by_way_of + 1).all()


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_closure_never_makes_a_path_quicker(seed: int) -> None:
    """Points that touch the road where they did before need as long or longer, or cannot go at all."""
    network = random_roads(seed)
    points = random_spots(network, seed, POINTS)
    before, after = (travel_matrix(roads, TRUCK, points) for roads in (network, _closed(network, seed)))
    same = (before.snaps.edge == after.snaps.edge) & (after.snaps.edge >= 0)
    was, is_now = (m.duration_s[np.ix_(same, same)] for m in (before, after))
    assert ((is_now >= was) | (is_now < 0))[was >= 0].all()
    assert (is_now[was < 0] < 0).all()


@given(seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_what_the_cache_spares_changes_no_number(seed: int) -> None:
    """The same again, after closures, and with other points: equal to computing everything anew."""
    network = random_roads(seed)
    closed = _closed(network, seed)
    points = random_spots(network, seed, POINTS)
    others = random_spots(network, seed, POINTS + 2).take(np.arange(1, POINTS + 2)[::-1])
    with tempfile.TemporaryDirectory() as folder:
        for roads, where in (
            (network, points),
            (network, points),
            (closed, points),
            (closed, others),
            (network, others),
        ):
            anew = travel_matrix(roads, TRUCK, where)
            spared = travel_matrix(roads, TRUCK, where, cache=Path(folder))
            assert np.array_equal(anew.duration_s, spared.duration_s)
            assert np.array_equal(anew.distance_m, spared.distance_m)
            assert anew.snaps.table.equals(spared.snaps.table)


def _closed(network, seed: int):
    """Return the network with one to three edges closed."""
    rng = np.random.default_rng(seed + 1)
    closed = np.zeros(len(network.edges), dtype=bool)
    closed[rng.integers(0, closed.size, int(rng.integers(1, 4)))] = True
    return replace_edges(network, closed=closed)
