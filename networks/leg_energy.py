"""Energy of legs along the very paths whose seconds and metres stand in the matrix.

Driving a leg with q kg of load takes a + b q. Both terms are carried as one complex
number, a + i b, and summed along the trees of best paths by pointer doubling, for all
states of some rows at once. Access legs are not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from networks.packed import time_ms
from networks.search import by_rank, search_matrix

if TYPE_CHECKING:
    from networks.arcs import Arcs
    from networks.graph import RoadGraph

CHUNK = 64
"""Rows worked on at a time: about 50 bytes x ``CHUNK`` x states."""


def leg_energy(graph: RoadGraph, arcs: Arcs, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both terms (n, n) between all points from those of the arcs, (2 m,) each; nan where there is no path.

    O(n s log p) for s states and paths of p links: some three times the search itself.
    """
    up_to, whole = _along_chains(graph, arcs, a + 1j * b)  # (h,) before each hook, (c,) of each chain
    through = np.append(whole, 0)[graph.links.via]  # (l,); changing layers is free
    leaving = whole[graph.chains.chain[graph.hooks.arc]][graph.departures.via] - up_to[graph.departures.via]
    network = search_matrix(graph, graph.links, graph.departures)
    start = np.concatenate([graph.links.start, graph.departures.start + graph.num_states])
    keys = start * network.shape[0] + np.concatenate([graph.links.end, graph.departures.end])
    order = np.argsort(keys)
    keys, use = keys[order], np.concatenate([through, leaving])[order]
    num_points = graph.hooks.num_points
    found = np.full((num_points, num_points), np.nan + 0j)
    best = np.full((num_points, num_points), np.inf)
    for begin in range(0, num_points, CHUNK):
        some = np.arange(begin, min(begin + CHUNK, num_points))
        weights, before = dijkstra(network, indices=graph.num_states + some, return_predecessors=True)
        at_state = _along_trees(before, keys, use)
        for ways in by_rank(graph.arrivals):
            total = weights[:, ways.start] + ways.weight  # (r, ways)
            block = np.ix_(some, ways.end)
            is_better = total < best[block]
            best[block] = np.where(is_better, total, best[block])
            found[block] = np.where(is_better, at_state[:, ways.start] + up_to[ways.via], found[block])
    _take_pieces(graph, up_to, best, found)
    np.fill_diagonal(found, 0)
    found[np.isnan(found)] = np.nan + 1j * np.nan
    return found.real.copy(), found.imag.copy()


def _along_chains(graph: RoadGraph, arcs: Arcs, use: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the use on its chain before each hook (h,), and of each whole chain (c,)."""
    chains, hooks = graph.chains, graph.hooks
    order = np.lexsort((chains.offset, chains.chain))
    order = order[chains.chain[order] >= 0]
    total = np.cumsum(use[order])
    before = np.zeros_like(use)
    before[order] = total - use[order]
    begin = before[chains.first]  # (c,)
    whole = before[chains.last] + use[chains.last] - begin
    share = time_ms(hooks.before) / time_ms(arcs.weight[hooks.arc])
    up_to = before[hooks.arc] - begin[chains.chain[hooks.arc]] + share * use[hooks.arc]
    return up_to, whole


def _along_trees(before: np.ndarray, keys: np.ndarray, use: np.ndarray) -> np.ndarray:
    """Return the use from the root to every node (r, size) of the trees ``before``; rounds = log of the depth."""
    rows, size = before.shape
    node = np.arange(size)
    is_linked = before >= 0
    previous = np.where(is_linked, before, node)  # roots and unreached nodes lead to themselves
    link = np.searchsorted(keys, previous.astype(np.int64) * size + node)
    total = np.where(is_linked, use[np.minimum(link, keys.size - 1)], 0)
    row = np.arange(rows)[:, None]
    while True:
        further = previous[row, previous]
        if np.array_equal(further, previous):
            return total
        total = total + total[row, previous]
        previous = further


def _take_pieces(graph: RoadGraph, up_to: np.ndarray, best: np.ndarray, found: np.ndarray) -> None:
    """Use the direct piece between two points of one chain wherever it is the best way."""
    pieces = graph.pieces
    first, last = np.divmod(pieces.via, graph.hooks.arc.size)
    at = pieces.start, pieces.end
    is_best = pieces.weight <= best[at]
    found[at] = np.where(is_best, up_to[last] - up_to[first], found[at])
