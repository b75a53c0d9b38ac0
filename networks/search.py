"""Shortest paths on a ``RoadGraph`` with scipy's Dijkstra, some rows at a time.

Weights are packed whole numbers below 2**53, so every float64 sum is exact and both
time and length of the best path come out of one search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from networks.graph import Links
from networks.packed import NO_PATH

if TYPE_CHECKING:
    from networks.graph import RoadGraph

CHUNK = 128
"""Rows searched at a time: bounds memory to ``CHUNK`` x states x 8 bytes."""


def rows(graph: RoadGraph, points: np.ndarray) -> np.ndarray:
    """Return packed weights (k, n) from ``points`` (k,) to all n points; ``NO_PATH`` where there is none."""
    network = search_matrix(graph, graph.links, graph.departures)
    return _searched(graph, network, points, graph.arrivals, graph.pieces)


def columns(graph: RoadGraph, points: np.ndarray) -> np.ndarray:
    """Return packed weights (n, k) from all n points to ``points`` (k,); ``NO_PATH`` where there is none."""
    network = search_matrix(graph, turned(graph.links), turned(graph.arrivals))
    return _searched(graph, network, points, turned(graph.departures), turned(graph.pieces)).T


def turned(links: Links) -> Links:
    """Return the links the other way round."""
    return Links(start=links.end, end=links.start, weight=links.weight, via=links.via)


def search_matrix(graph: RoadGraph, links: Links, leave: Links) -> csr_array:
    """Return scipy's view: states first, then a node per point with its ways out."""
    size = graph.num_states + graph.hooks.num_points
    start = np.concatenate([links.start, leave.start + graph.num_states])
    order = np.argsort(start, kind="stable")
    indptr = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(start, minlength=size), out=indptr[1:])
    indices = np.concatenate([links.end, leave.end])[order].astype(np.int32)
    weights = np.concatenate([links.weight, leave.weight])[order].astype(np.float64)
    return csr_array((weights, indices, indptr), shape=(size, size))


def _searched(graph: RoadGraph, network: csr_array, points: np.ndarray, enter: Links, pieces: Links) -> np.ndarray:
    num_points = graph.hooks.num_points
    found = np.empty((points.size, num_points), dtype=np.int64)
    options = by_rank(enter)
    for begin in range(0, points.size, CHUNK):
        some = points[begin : begin + CHUNK]
        to_states = dijkstra(network, indices=graph.num_states + some)  # (r, size)
        best = reached(to_states, options, num_points)
        best[np.arange(some.size), some] = 0.0
        found[begin : begin + CHUNK] = np.where(np.isinf(best), NO_PATH, best)
    _shorten(found, points, pieces, num_points)
    return found


def reached(to_states: np.ndarray, options: list[Links], num_points: int) -> np.ndarray:
    """Return the least weights (r, n) at all points, given those at the states (r, states); inf: no path."""
    best = np.full((len(to_states), num_points), np.inf)
    for way in options:
        best[:, way.end] = np.minimum(best[:, way.end], to_states[:, way.start] + way.weight)
    return best


def by_rank(enter: Links) -> list[Links]:
    """Return every point's first way in, every point's second, and so on: at most one a point in each."""
    order = np.argsort(enter.end, kind="stable")
    counts = np.bincount(enter.end)
    rank = np.arange(order.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return [enter.take(order[rank == r]) for r in range(int(counts.max(initial=0)))]


def _shorten(found: np.ndarray, points: np.ndarray, pieces: Links, num_points: int) -> None:
    """Take the direct piece between two points of one chain wherever it is lighter."""
    row = np.full(num_points, -1)
    row[points] = np.arange(points.size)
    wanted = row[pieces.start] >= 0
    at = row[pieces.start[wanted]], pieces.end[wanted]
    weight, old = pieces.weight[wanted], found[at]
    found[at] = np.where((old == NO_PATH) | (weight < old), weight, old)
