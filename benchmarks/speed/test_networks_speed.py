"""Speed of the road part on a made-up grid of roads: fixed work, so only the code can change the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks.arcs import usable_arcs
from networks.graph import build_graph, hooks_of
from networks.matrix import travel_matrix
from networks.network import RoadNetwork, build_network, replace_edges
from networks.paths import leg_geometries
from networks.points import Points
from networks.profiles import DRY_AND_CLEAR, load_profiles
from networks.search import rows
from networks.snap import snap

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

TRUCK = load_profiles()["truck"]
SIDE = 30
"""Junctions along a side of the grid."""

PIECES = 6
"""Straight pieces of road between two junctions."""

POINTS = 300


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    """Return a bent grid with some banned turns, one-ways and private roads: 10,440 edges."""
    rng = np.random.default_rng(0)
    east, north = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    share = np.arange(1, PIECES) / PIECES  # (p - 1,)
    inner = [axis[tail][:, None] + share * (axis[head] - axis[tail])[:, None] for axis in (east, north)]
    bends = [axis.ravel() + rng.normal(0, 0.03, axis.size) for axis in inner]
    between = SIDE * SIDE + np.arange(tail.size * (PIECES - 1)).reshape(tail.size, -1)
    chain = np.column_stack([tail, between, head])  # (roads, p + 1)
    u, v = chain[:, :-1].ravel(), chain[:, 1:].ravel()
    road = np.repeat(np.arange(tail.size), PIECES)
    first = rng.integers(0, u.size, 200)
    via = v[first]
    then = np.array([rng.choice(np.flatnonzero((u == node) | (v == node))) for node in via.tolist()])
    return build_network(
        lon=110 + 0.01 * np.concatenate([east, bends[0]]),
        lat=30 + 0.01 * np.concatenate([north, bends[1]]),
        u=u,
        v=v,
        turns=np.column_stack([first, via, then]),
        edges={
            "backward": rng.random(tail.size)[road] > 0.05,
            "access": np.where(rng.random(tail.size)[road] < 0.05, "private", "yes"),
        },
    )


@pytest.fixture(scope="module")
def points() -> Points:
    """Return places all over the grid."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(0, 0.01 * (SIDE - 1), (2, POINTS))
    return Points(tuple(f"V{i}" for i in range(POINTS)), 110 + lon, 30 + lat)


def test_snapping(benchmark: BenchmarkFixture, network: RoadNetwork, points: Points) -> None:
    """300 places onto 10,000 edges."""
    report = benchmark(snap, network, TRUCK, points)
    assert not report.unreachable


@pytest.mark.parametrize("contracted", [True, False], ids=["contracted", "full"])
def test_search(benchmark: BenchmarkFixture, network: RoadNetwork, points: Points, contracted: bool) -> None:
    """30 rows with and without contraction, building the graph included: what contraction is worth."""
    arcs = usable_arcs(network, TRUCK, DRY_AND_CLEAR)
    snaps = snap(network, TRUCK, points)
    hooks = hooks_of(arcs, snaps.edge, snaps.fraction)
    some = np.arange(0, POINTS, 10)
    found = benchmark(lambda: rows(build_graph(arcs, hooks, contracted=contracted), some))
    assert found.shape == (30, POINTS)


def test_matrix_anew(benchmark: BenchmarkFixture, network: RoadNetwork, points: Points) -> None:
    """Arc times, snapping, contraction, search and rounding."""
    assert benchmark(travel_matrix, network, TRUCK, points).duration_s.shape == (POINTS, POINTS)


def test_matrix_from_cache(benchmark: BenchmarkFixture, network: RoadNetwork, points: Points, tmp_path: Path) -> None:
    """Hashing a network that was just read, and reading one file."""
    first = travel_matrix(network, TRUCK, points, cache=tmp_path)
    again = benchmark(lambda: travel_matrix(replace_edges(network), TRUCK, points, cache=tmp_path))
    assert np.array_equal(first.duration_s, again.duration_s)


def test_matrix_after_a_closure(
    benchmark: BenchmarkFixture, network: RoadNetwork, points: Points, tmp_path: Path
) -> None:
    """The edge in the middle of the grid is closed; the cache holds the open network."""
    travel_matrix(network, TRUCK, points, cache=tmp_path)
    closed = replace_edges(network, closed=np.arange(len(network.edges)) == len(network.edges) // 4)
    entries = set(tmp_path.iterdir())

    def forget() -> None:
        for path in set(tmp_path.iterdir()) - entries:
            path.unlink()

    matrix = benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark leaves it untyped
        lambda: travel_matrix(closed, TRUCK, points, cache=tmp_path), setup=forget, rounds=5, warmup_rounds=1
    )
    assert np.array_equal(matrix.duration_s, travel_matrix(closed, TRUCK, points).duration_s)


def test_lines(benchmark: BenchmarkFixture, network: RoadNetwork, points: Points) -> None:
    """500 legs between random places."""
    legs = np.random.default_rng(2).integers(0, POINTS, (500, 2))
    assert len(benchmark(leg_geometries, network, TRUCK, points, legs)) == 500
