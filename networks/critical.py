"""Roads without a way round: what is cut off when one of them is closed.

An edge is a *bridge* of the graph (not necessarily one over water) when closing it parts the roads in two. Bridges
that cut off the very same places are one section: closing any of them does the same. Roads count as open both ways
here, so one-way roads and banned turns are not looked at. Bridges by Tarjan 1974 (networkx), the tree that they make
of the rest is walked once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

if TYPE_CHECKING:
    from networks.network import RoadNetwork


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Section:
    """A stretch of road without a way round: ``edges`` (k,) ascending; closing any cuts off ``places`` (p,), p > 0."""

    edges: np.ndarray
    places: np.ndarray


def cut_sections(
    network: RoadNetwork, is_open: np.ndarray, place_edge: np.ndarray, hub_node: int
) -> tuple[Section, ...]:
    """Return the sections that part some place from ``hub_node``, most places first.

    Parameters
    ----------
    is_open
        (m,) bool: edges that some vehicle may use.
    place_edge
        (n,) the edge on which each place lies, -1 where it is not on the roads. A place on a section itself counts as
        cut off, so leave out the hub itself: -1.

    Notes
    -----
    O(m + bridges x places / 64).
    """
    u, v = (network.edges[end].to_numpy(np.int64) for end in ("u", "v"))
    is_bridge = _bridges(u, v, is_open)
    part = _parts(u, v, is_open & ~is_bridge, len(network.nodes))
    bridges = np.flatnonzero(is_bridge)
    order, before = _tree(part[u[bridges]], part[v[bridges]], int(part.max()) + 1, int(part[hub_node]))
    far = np.where(before[part[v[bridges]]] == part[u[bridges]], part[v[bridges]], part[u[bridges]])
    far_of = dict(zip(bridges.tolist(), far.tolist(), strict=True))
    behind = _behind(order, before, [far_of.get(e, int(part[u[e]])) if e >= 0 else -1 for e in place_edge.tolist()])
    return _sections(far_of, behind)


def _bridges(u: np.ndarray, v: np.ndarray, is_open: np.ndarray) -> np.ndarray:
    """Return (m,) bool; of edges side by side none is a bridge."""
    edges = np.flatnonzero(is_open & (u != v))
    low, high = np.minimum(u, v)[edges], np.maximum(u, v)[edges]
    graph: nx.Graph[int] = nx.Graph(zip(low.tolist(), high.tolist(), strict=True))
    found = np.sort(np.array(list(nx.bridges(graph)), dtype=np.int64).reshape(-1, 2), axis=1)
    base = int(high.max(initial=0)) + 1
    keys, counts = np.unique(low * base + high, return_counts=True)
    alone = np.intersect1d(keys[counts == 1], found[:, 0] * base + found[:, 1])
    out = np.zeros(u.size, dtype=bool)
    out[edges] = np.isin(low * base + high, alone)
    return out


def _parts(u: np.ndarray, v: np.ndarray, is_kept: np.ndarray, num_nodes: int) -> np.ndarray:
    """Return the part (nodes,) to which each node belongs by the kept edges alone."""
    tail, head = u[is_kept], v[is_kept]
    links = coo_array((np.ones(tail.size), (tail, head)), shape=(num_nodes, num_nodes))
    return np.asarray(connected_components(links, directed=False)[1])


def _tree(tail: np.ndarray, head: np.ndarray, size: int, root: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts joined to ``root`` in breadth-first order, and the part before each (negative: none)."""
    links = coo_array((np.ones(tail.size), (tail, head)), shape=(size, size)).tocsr()
    order, before = breadth_first_order(links, root, directed=False, return_predecessors=True)
    return np.asarray(order), np.asarray(before)


def _behind(order: np.ndarray, before: np.ndarray, part_of: list[int]) -> dict[int, int]:
    """Return the places in each part and beyond it, one bit a place."""
    sets: dict[int, int] = {}
    for place, part in enumerate(part_of):
        if part >= 0:
            sets[part] = sets.get(part, 0) | 1 << place
    for part in reversed(order.tolist()):
        nearer = int(before[part])
        if nearer >= 0 and part in sets:
            sets[nearer] = sets.get(nearer, 0) | sets[part]
    reached = set(order.tolist())
    return {part: found for part, found in sets.items() if part in reached}


def _sections(far_of: dict[int, int], behind: dict[int, int]) -> tuple[Section, ...]:
    grouped: dict[int, list[int]] = {}
    for edge, part in far_of.items():
        if part in behind:
            grouped.setdefault(behind[part], []).append(edge)
    found = [
        Section(
            edges=np.array(edges, dtype=np.int64),
            places=np.array([k for k in range(places.bit_length()) if places >> k & 1], dtype=np.int64),
        )
        for places, edges in grouped.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.places.size, int(each.edges[0]))))
