"""Lines to nodes and straight edges: shared vertices meet, loose ends are joined.

Two lines connect where they share a vertex to 1e-7 degrees, the grain of OpenStreetMap.
A loose end that misses another road by a little is joined to it, as digitised layers
often need; the caller says how little. Lines that merely cross stay apart: one may be
a bridge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks.plane import metres_per_degree

GRAIN = 1e7
"""Vertices are the same when they agree to one part in this of a degree, about 1 cm."""


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """Straight edges of lines: ``lon``, ``lat`` (nodes,), ``u``, ``v``, ``line`` (m,) the line each comes from."""

    lon: np.ndarray
    lat: np.ndarray
    u: np.ndarray
    v: np.ndarray
    line: np.ndarray


def pieces_of(lines: np.ndarray) -> Pieces:
    """Return the pieces of (k,) shapely LineStrings in degrees; pieces without length are left out. O(n log n)."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    keys = np.rint(xy * GRAIN).astype(np.int64)
    grid, node = np.unique(keys[:, 0] * (1 << 32) + keys[:, 1], return_inverse=True)
    first = np.full(grid.size, node.size)
    np.minimum.at(first, node, np.arange(node.size))
    tail = np.flatnonzero((line[:-1] == line[1:]) & (node[:-1] != node[1:]))
    rounded = keys[first] / GRAIN
    return _compact(Pieces(rounded[:, 0], rounded[:, 1], node[tail], node[tail + 1], line[tail]))


def join_loose_ends(pieces: Pieces, gap_m: float) -> tuple[Pieces, int]:
    """Join ends of one edge to the nearest road of another line within ``gap_m``; return how many were joined.

    An end near a node becomes that node, an end near the middle of an edge splits it. O(m log m).
    """
    degree = np.bincount(np.concatenate([pieces.u, pieces.v]), minlength=pieces.lon.size)
    loose = np.flatnonzero(degree == 1)
    if gap_m <= 0 or loose.size == 0:
        return pieces, 0
    scale = metres_per_degree(float(np.median(pieces.lat)))
    xy = np.stack([pieces.lon, pieces.lat], axis=1) * scale  # (nodes, 2) metres on a plane
    end, edge = _nearest_of_other_lines(pieces, xy, loose, gap_m)
    along, length_m = _position(xy[end], xy[pieces.u[edge]], xy[pieces.v[edge]])
    at_u, at_v = along * length_m <= gap_m, (1 - along) * length_m <= gap_m
    is_inside = ~(at_u | at_v)
    target = np.where(at_u, pieces.u[edge], pieces.v[edge])
    split = _split(pieces, edge[is_inside], end[is_inside], along[is_inside])
    return _merged(split, end[~is_inside], target[~is_inside]), int(end.size)


def _nearest_of_other_lines(
    pieces: Pieces, xy: np.ndarray, loose: np.ndarray, gap_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the loose ends that miss another line by at most ``gap_m``, and the edge that each is nearest to."""
    edges: np.ndarray = np.asarray(shapely.linestrings(np.stack([xy[pieces.u], xy[pieces.v]], axis=1)))
    points = shapely.points(xy[loose])
    found, edge = shapely.STRtree(edges).query(points, predicate="dwithin", distance=gap_m)
    owner = np.zeros(xy.shape[0], dtype=np.int64)  # the line that each loose end belongs to
    owner[pieces.u], owner[pieces.v] = pieces.line, pieces.line
    is_other = pieces.line[edge] != owner[loose[found]]
    found, edge = found[is_other], edge[is_other]
    distance_m = shapely.distance(points[found], edges[edge])
    order = np.lexsort((edge, distance_m, found))
    found, first = np.unique(found[order], return_index=True)
    return loose[found], edge[order][first]


def _position(point: np.ndarray, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fraction of u-v nearest to ``point`` (k, 2) and the length of u-v."""
    run = v - u
    squared = np.maximum((run**2).sum(axis=1), 1e-12)
    return np.clip(((point - u) * run).sum(axis=1) / squared, 0, 1), np.sqrt(squared)


def _split(pieces: Pieces, edge: np.ndarray, node: np.ndarray, along: np.ndarray) -> Pieces:
    """Lead each of ``edge`` through the nodes that fall on it, in order."""
    if edge.size == 0:
        return pieces
    cut = np.unique(edge)
    edges = np.concatenate([cut, edge, cut])
    along = np.concatenate([np.full(cut.size, -1.0), along, np.full(cut.size, 2.0)])
    nodes = np.concatenate([pieces.u[cut], node, pieces.v[cut]])
    order = np.lexsort((along, edges))
    edges, nodes = edges[order], nodes[order]
    tail = np.flatnonzero(edges[:-1] == edges[1:])
    kept = np.delete(np.arange(pieces.u.size), cut)
    return Pieces(
        pieces.lon,
        pieces.lat,
        np.concatenate([pieces.u[kept], nodes[tail]]),
        np.concatenate([pieces.v[kept], nodes[tail + 1]]),
        np.concatenate([pieces.line[kept], pieces.line[edges[tail]]]),
    )


def _merged(pieces: Pieces, node: np.ndarray, target: np.ndarray) -> Pieces:
    """Make every ``node`` one with its ``target``; the lowest of those that become one keeps its coordinates."""
    size = pieces.lon.size
    _, label = connected_components(coo_array((np.ones(node.size), (node, target)), shape=(size, size)), directed=False)
    lowest = np.full(size, size)
    np.minimum.at(lowest, label, np.arange(size))
    u, v = lowest[label[pieces.u]], lowest[label[pieces.v]]
    kept = u != v
    return _compact(Pieces(pieces.lon, pieces.lat, u[kept], v[kept], pieces.line[kept]))


def _compact(pieces: Pieces) -> Pieces:
    """Leave out nodes without edges."""
    used, ends = np.unique(np.stack([pieces.u, pieces.v]), return_inverse=True)
    u, v = ends.reshape(2, -1)
    return Pieces(pieces.lon[used], pieces.lat[used], u, v, pieces.line)
