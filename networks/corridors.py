"""The roads under drawn courses: for each piece of a course the way along the roads beside it.

A piece's corridor holds the usable edges that lie within ``NEAR_M`` of the piece from end to end; in it the
shortest way is searched, edges that lie farther from the piece counting longer. The way may begin and end on any
edge near the piece's ends, so that the wrong side of a divided road, or a lane beside it, does no harm. All
corridors are disjoint parts of one graph, so that one search from a common origin answers for all of
them. Banned turns do not bind here: the drawn course is the better witness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from networks.arcs import Arcs
    from networks.network import RoadNetwork

NEAR_M = 40.0
"""A road farther than this from a drawn course is another road."""

ALONG = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""Parts of an edge at which its distance from a piece is looked at."""

CHUNK = 64
"""Pieces whose surroundings are looked at together; bounds the memory."""

LEAST_M = 0.01
"""Weight of an arc of no length: csgraph takes zero for no arc."""

ASIDE = 2.0
"""A metre from a piece's end to the road counts as that many on it, so that no way begins farther on to be shorter."""

SLACK = 0.2
"""The way on the roads may be longer or shorter than the drawn piece by this part of it, and by two ``NEAR_M``."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Roads:
    """Usable edges, (e,) each: ends ``u``, ``v`` (nodes) and ``xy`` (e, 2, 2), and which way they may be driven."""

    u: np.ndarray
    v: np.ndarray
    xy: np.ndarray
    length_m: np.ndarray
    there: np.ndarray
    back: np.ndarray
    num_nodes: int
    tree: shapely.STRtree


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Hung:
    """Edges near one end of the pieces, (h,) each: ``piece``, ``edge``, nearest ``fraction`` of it, ``off_m``."""

    piece: np.ndarray
    edge: np.ndarray
    fraction: np.ndarray
    off_m: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Links:
    """Links of the graph of all corridors; ``begin``, ``end`` the rows of the hung edges that they use, -1 for none."""

    tail: np.ndarray
    head: np.ndarray
    weight: np.ndarray
    begin: np.ndarray
    end: np.ndarray


def ways_beside(network: RoadNetwork, arcs: Arcs, xy: np.ndarray, lines: np.ndarray) -> list[np.ndarray | None]:
    """Return the way (n, 2) along the roads beside each of ``lines``; None where there is none about as long.

    ``xy`` (nodes, 2) and ``lines`` (LineStrings) are in the same flat metres, and so are the ways. O(a log a) for the
    a arcs in all corridors.
    """
    usable = arcs.usable
    drivable = np.flatnonzero(usable[::2] | usable[1::2])
    if not (lines.size and drivable.size):
        return [None] * lines.size
    u, v = (network.edges[end].to_numpy(np.int64)[drivable] for end in ("u", "v"))
    ends = np.stack([xy[u], xy[v]], axis=1)
    roads = _Roads(
        u=u,
        v=v,
        xy=ends,
        length_m=network.edges["length_m"].to_numpy()[drivable],
        there=usable[2 * drivable],
        back=usable[2 * drivable + 1],
        num_nodes=arcs.num_nodes,
        tree=shapely.STRtree(np.asarray(shapely.linestrings(ends))),
    )
    first, last = _hung(roads, shapely.get_point(lines, 0)), _hung(roads, shapely.get_point(lines, -1))
    keys, links = _graph(roads, lines, first, last)
    ways = _ways(links, keys, roads.num_nodes, len(lines))
    drawn_m = shapely.length(lines)
    found: list[np.ndarray | None] = []
    for way, most_m in zip(ways, drawn_m.tolist(), strict=True):
        line = None if way is None else np.vstack([_spot(roads, first, way[0]), xy[way[1]], _spot(roads, last, way[2])])
        found.append(line if line is not None and _is_like(line, most_m) else None)
    return found


def _hung(roads: _Roads, points: np.ndarray) -> _Hung:
    piece, edge = roads.tree.query(points, predicate="dwithin", distance=NEAR_M)
    start, along = roads.xy[edge, 0], roads.xy[edge, 1] - roads.xy[edge, 0]
    toward = shapely.get_coordinates(points)[piece] - start
    fraction = np.clip((toward * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12), 0.0, 1.0)
    off_m = np.hypot(*(toward - fraction[:, None] * along).T)
    return _Hung(piece=piece, edge=edge, fraction=fraction, off_m=off_m)


def _spot(roads: _Roads, hung: _Hung, row: int) -> np.ndarray:
    start, end = roads.xy[hung.edge[row]]
    return np.asarray(start + hung.fraction[row] * (end - start))


def _graph(roads: _Roads, lines: np.ndarray, first: _Hung, last: _Hung) -> tuple[np.ndarray, _Links]:
    """Return the nodes of all corridors (piece times nodes plus node, sorted) and the links of their graph.

    After those nodes come the common origin and one target a piece.
    """
    piece, edge, aside_m = _edges_beside(roads, lines)
    touched = [(piece, edge), (first.piece, first.edge), (last.piece, last.edge)]
    keys = np.unique(np.concatenate([p * roads.num_nodes + node[e] for p, e in touched for node in (roads.u, roads.v)]))

    def number(piece: np.ndarray, node: np.ndarray) -> np.ndarray:
        return np.asarray(np.searchsorted(keys, piece * roads.num_nodes + node))

    low, high = number(piece, roads.u[edge]), number(piece, roads.v[edge])
    weight = roads.length_m[edge] * (1.0 + aside_m / NEAR_M)
    none = np.full(edge.size, -1)
    links = [
        (roads.there[edge], low, high, weight, none, none),
        (roads.back[edge], high, low, weight, none, none),
    ]
    for hung, is_first in ((first, True), (last, False)):
        row, none = np.arange(hung.edge.size), np.full(hung.edge.size, -1)
        whole_m, aside = roads.length_m[hung.edge], ASIDE * hung.off_m
        to_u, to_v = hung.fraction * whole_m + aside, (1.0 - hung.fraction) * whole_m + aside
        at_u, at_v = number(hung.piece, roads.u[hung.edge]), number(hung.piece, roads.v[hung.edge])
        there, back = roads.there[hung.edge], roads.back[hung.edge]
        if is_first:
            origin = np.full(row.size, keys.size)
            links += [(there, origin, at_v, to_v, row, none), (back, origin, at_u, to_u, row, none)]
        else:
            target = keys.size + 1 + hung.piece
            links += [(there, at_u, target, to_u, none, row), (back, at_v, target, to_v, none, row)]
    links += _direct(roads, first, last, keys.size)
    return keys, _lightest(links)


_Some = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Which of them hold, then the columns of ``_Links``."""


def _direct(roads: _Roads, first: _Hung, last: _Hung, origin: int) -> list[_Some]:
    """Return the links from origin to target along a single edge."""
    size = roads.u.size
    _, a, b = np.intersect1d(first.piece * size + first.edge, last.piece * size + last.edge, return_indices=True)
    edge, begin, end = first.edge[a], first.fraction[a], last.fraction[b]
    weight = np.abs(end - begin) * roads.length_m[edge] + ASIDE * (first.off_m[a] + last.off_m[b])
    may = (roads.there[edge] & (end >= begin)) | (roads.back[edge] & (end <= begin))
    return [(may, np.full(a.size, origin), origin + 1 + first.piece[a], weight, a, b)]


def _lightest(links: list[_Some]) -> _Links:
    """Return the links that hold, of those with the same ends only the lightest, sorted by their ends."""
    holds, tail, head, weight, begin, end = (np.concatenate(column) for column in zip(*links, strict=True))
    order = np.flatnonzero(holds)
    order = order[np.lexsort((weight[order], head[order], tail[order]))]
    is_first = np.ones(order.size, dtype=bool)
    is_first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    kept = order[is_first]
    return _Links(
        tail=tail[kept], head=head[kept], weight=np.maximum(weight[kept], LEAST_M), begin=begin[kept], end=end[kept]
    )


def _ways(links: _Links, keys: np.ndarray, num_nodes: int, num_pieces: int) -> list[tuple[int, np.ndarray, int] | None]:
    """Return for each piece the row of the edge it begins on, the nodes passed, and the row of the edge it ends on."""
    origin, size = keys.size, keys.size + 1 + num_pieces
    graph = csr_array((links.weight, (links.tail, links.head)), shape=(size, size))
    before = dijkstra(graph, indices=np.array([origin]), return_predecessors=True)[1][0]
    row_of = links.tail * size + links.head
    ways: list[tuple[int, np.ndarray, int] | None] = []
    for target in range(origin + 1, size):
        path = [target]
        while path[-1] != origin and path[-1] >= 0:
            path.append(int(before[path[-1]]))
        if path[-1] != origin:
            ways.append(None)
            continue
        begin, end = np.searchsorted(row_of, [origin * size + path[-2], path[1] * size + target])
        nodes = keys[np.array(path[-2:0:-1], dtype=np.int64)] % num_nodes
        ways.append((int(links.begin[begin]), nodes, int(links.end[end])))
    return ways


def _edges_beside(roads: _Roads, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return line, edge and mean distance (c,) of the edges that lie beside a line from end to end.

    Goes from segment to segment of the lines: exact, and far faster than asking GEOS about whole lines.
    """
    parts = []
    for begin in range(0, len(lines), CHUNK):
        line, edge, off_m = _beside(roads.tree, roads.xy, lines[begin : begin + CHUNK])
        parts.append((begin + line, edge, off_m))
    line, edge, off_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    return line, edge, off_m


def _beside(tree: shapely.STRtree, ends: np.ndarray, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return line, row of ``ends`` (e, 2, 2) and mean distance of the edges in the ``tree`` beside some lines."""
    line, start, along = _segments(lines)
    low, high = np.minimum(start, start + along) - NEAR_M, np.maximum(start, start + along) + NEAR_M
    segment, found = tree.query(shapely.box(*low.T, *high.T))
    key = line[segment] * len(ends) + found
    order = np.argsort(key, kind="stable")
    segment, found, key = segment[order], found[order], key[order]
    if not key.size:
        return key, key, np.zeros(0)
    groups = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    off_m = np.sqrt(np.minimum.reduceat(_squared_m2(ends[found], start[segment], along[segment]), groups))  # (g, 5)
    kept = (off_m <= NEAR_M).all(axis=1)
    owner, edge = np.divmod(key[groups[kept]], len(ends))
    return owner, edge, off_m[kept].mean(axis=1)


def _segments(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return line (s,), start and direction (s, 2) of all straight parts of ``lines``."""
    corners, line = shapely.get_coordinates(lines, return_index=True)
    is_inside = line[1:] == line[:-1]
    return line[1:][is_inside], corners[:-1][is_inside], np.diff(corners, axis=0)[is_inside]


def _squared_m2(ends: np.ndarray, start: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return the squared distances (q, 5) of the parts ``ALONG`` of edges ``ends`` (q, 2, 2) from a segment each.

    The segments begin at ``start`` (q, 2) and go ``along`` (q, 2); column by column, for that is thrice as fast.
    """
    east, north = (
        ends[:, 0, k, None] + ALONG * (ends[:, 1, k] - ends[:, 0, k])[:, None] - start[:, k, None] for k in (0, 1)
    )
    right, up = along[:, 0, None], along[:, 1, None]
    fraction = np.clip((east * right + north * up) / np.maximum(right**2 + up**2, 1e-12), 0.0, 1.0)
    return np.asarray((east - fraction * right) ** 2 + (north - fraction * up) ** 2)


def _is_like(way: np.ndarray, drawn_m: float) -> bool:
    """Whether the way is about as long as the drawn piece: no spur left out, no detour made."""
    length_m = np.hypot(*np.diff(way, axis=0).T).sum()
    return bool(abs(length_m - drawn_m) <= SLACK * drawn_m + 2 * NEAR_M)
