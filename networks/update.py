"""What a matrix already known saves: after a closure or a new point only some rows and columns are searched.

Exact. Closing or slowing an arc can only change a pair of points whose best path used it,
and a pair used it only if going to the arc, along it and on adds up to the known
weight. Those pairs, and points that are new or touch the road elsewhere, are
searched again by the fewest rows and columns that hold them all. Whatever may open a better way
(a faster or new arc, another turn, another access rule) is not handled here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, maximum_bipartite_matching

from networks.graph import Links, build_graph, hooks_of
from networks.packed import NO_PATH
from networks.search import by_rank, columns, reached, rows, search_matrix, turned

if TYPE_CHECKING:
    from networks.arcs import Arcs
    from networks.graph import RoadGraph

MOST_LINKS = 64
"""More closed links than this, and searching everything anew is as quick."""


NO_LINKS = Links(**{name: np.zeros(0, dtype=np.int64) for name in ("start", "end", "weight", "via")})
"""For a search that begins at states only."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """An earlier matrix of k points: its arcs, where the points touched them, the packed weights (k, k).

    ``graph`` is the one it was searched on, for these points in this order, if it was kept.
    """

    arcs: Arcs
    edge: np.ndarray
    fraction: np.ndarray
    packed: np.ndarray
    graph: RoadGraph | None


def updated(known: Known, arcs: Arcs, edge: np.ndarray, fraction: np.ndarray, old: np.ndarray) -> np.ndarray | None:
    """Return the packed weights (n, n) on ``arcs``, or None when ``known`` is of no help.

    ``edge``, ``fraction`` (n,) tell where the points touch the road now, ``old`` (n,) their
    positions in ``known``, -1 for new ones.
    """
    changed = closed_or_slower(known.arcs, arcs)
    if changed is None:
        return None
    moved = (old < 0) | (known.edge[old] != edge) | ((edge >= 0) & (known.fraction[old] != fraction))  # (n,)
    packed: np.ndarray = known.packed[np.ix_(old, old)]  # (n, n)
    packed[moved] = NO_PATH
    packed[:, moved] = NO_PATH
    by_row, by_column = moved.copy(), moved.copy()
    if changed.size and not _mark_affected(
        _earlier_graph(known, edge, fraction, old), changed, packed, by_row, by_column
    ):
        return None
    rank, file = np.flatnonzero(by_row), np.flatnonzero(by_column)
    if rank.size + file.size >= old.size:
        return None
    if rank.size + file.size:
        graph = build_graph(arcs, hooks_of(arcs, edge, fraction))
        packed[rank] = rows(graph, rank)
        packed[:, file] = columns(graph, file)
    return packed


def _earlier_graph(known: Known, edge: np.ndarray, fraction: np.ndarray, old: np.ndarray) -> RoadGraph:
    """Return a graph of the earlier arcs on which all points that did not move hang in their present order."""
    if known.graph is not None and np.array_equal(old, np.arange(known.edge.size)):
        return known.graph
    stayed = (old >= 0) & (known.edge[old] == edge)
    return build_graph(known.arcs, hooks_of(known.arcs, np.where(stayed, edge, -1), fraction))


def closed_or_slower(before: Arcs, after: Arcs) -> np.ndarray | None:
    """Return the arcs that got heavier or were closed; None when anything else differs."""
    for name in ("tail", "head", "transit", "expanded", "turnarounds", "banned"):
        if not np.array_equal(getattr(before, name), getattr(after, name)):
            return None
    changed = np.flatnonzero(before.weight != after.weight)
    was, is_now = before.weight[changed], after.weight[changed]
    is_worse = (is_now == NO_PATH) | ((was != NO_PATH) & (is_now > was))
    return changed if bool((is_worse & (was != NO_PATH)).all()) else None


def _mark_affected(
    graph: RoadGraph, changed: np.ndarray, packed: np.ndarray, by_row: np.ndarray, by_column: np.ndarray
) -> bool:
    """Mark rows and columns that together hold every pair whose best path on ``graph`` used a changed arc.

    False when there are too many changes to be worth it.
    """
    chain = graph.chains.chain
    is_changed = np.zeros(graph.chains.tail.size + 1, dtype=bool)  # the last one stands for dropped arcs, -1
    is_changed[chain[changed]] = True
    is_changed[-1] = False
    beside = graph.hooks.point[is_changed[chain[graph.hooks.arc]]]
    by_row[beside] = by_column[beside] = True
    link = np.flatnonzero(is_changed[graph.links.via])
    if link.size > MOST_LINKS:
        return False
    weight, known = graph.links.weight[link], packed.astype(np.float64)
    to_link = _weights_to(graph, turned(graph.links), graph.links.start[link], graph.departures, by_row.size)
    from_link = _weights_to(graph, graph.links, graph.links.end[link], turned(graph.arrivals), by_row.size)
    used = np.zeros_like(packed, dtype=bool)
    for i in range(link.size):
        used |= known == (to_link[i] + weight[i])[:, None] + from_link[i]  # (n, n)
    used[by_row] = False
    used[:, by_column] = False
    rank, file = smallest_cover(used)
    by_row |= rank
    by_column |= file
    return True


def _weights_to(graph: RoadGraph, links: Links, states: np.ndarray, ends: Links, num_points: int) -> np.ndarray:
    """Return weights (k, n) between ``states`` (k,) and all points; ``ends`` lead from points to states."""
    if states.size == 0:
        return np.zeros((0, num_points))
    unique, place = np.unique(states, return_inverse=True)
    found = dijkstra(search_matrix(graph, links, NO_LINKS), indices=unique)[place]  # (k, states)
    return reached(found, by_rank(turned(ends)), num_points)


def smallest_cover(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fewest rows (n,) bool and columns (m,) bool that hold all True entries of ``pairs`` (n, m).

    References
    ----------
    Konig (1931): a largest matching of rows with columns gives the smallest cover. Its
    rows are those that no alternating path from an unmatched row reaches, its columns those that one does.
    """
    matched = maximum_bipartite_matching(csr_array(pairs), perm_type="column")  # (n,), -1 when unmatched
    row_of = np.full(pairs.shape[1], -1)
    row_of[matched[matched >= 0]] = np.flatnonzero(matched >= 0)
    reached_rows = matched < 0
    reached_columns = np.zeros(pairs.shape[1], dtype=bool)
    front = reached_rows
    while front.any():
        columns_ahead = pairs[front].any(axis=0) & ~reached_columns
        reached_columns |= columns_ahead
        front = np.zeros_like(reached_rows)
        front[row_of[columns_ahead]] = True  # all matched: else the matching could grow
        front &= ~reached_rows
        reached_rows |= front
    return ~reached_rows, reached_columns
