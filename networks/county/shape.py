"""From mesh edges to drawn roads: bends, switchbacks, rounded corners, and heights that roads can climb.

A mesh edge becomes several straight pieces. It swings sideways like a sine, more where
the ground is steep, so that no road has to be steeper than builders accept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from networks.county.ground import Mesh
    from networks.county.terrain import Land

MOST_WINDING = 2.4
"""Road length over straight length that no stretch exceeds; steeper ground is cut and filled."""

BUILT_STEEPER = 1.25
"""Worst grade over the one that builders accept."""

MOST_ROUNDS = 300
"""Of cutting and filling; the rest of the excess is left to ``RoadNetwork.grade``, which clips."""

EASING = {"G": 0.7, "S": 0.75, "X": 0.9}
"""Grade that a class accepts, as a share of the terrain's; better roads are built flatter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """Vertices (k, 2) with heights, and pieces between them; the first ``n`` vertices are mesh nodes.

    ``edge`` (p,) is the mesh edge of each piece; vertices that are mesh nodes without a road are unused.
    """

    xy: np.ndarray
    height_m: np.ndarray
    u: np.ndarray
    v: np.ndarray
    edge: np.ndarray


def draw(land: Land, mesh: Mesh, built: np.ndarray, ease: np.ndarray, rng: np.random.Generator) -> Drawing:
    """Draw the mesh edges ``built`` (positions); ``ease`` (b,) scales the accepted grade of each.

    O(p) for p pieces.
    """
    length_m, steepest = mesh.length_m[built], ease * land.figures.steepest
    is_straight = mesh.is_street[built] | mesh.is_bridge[built] | _near_river(land, mesh, built)
    most_m = length_m * np.where(is_straight, 1.0, 0.8 * MOST_WINDING) * steepest
    rise_m = np.abs(_rise(mesh, built, _graded(mesh, built, most_m)))
    winding = _winding(land, rise_m / (length_m * steepest), is_straight, rng)
    pieces = _num_pieces(land, length_m * winding, mesh.is_street[built], is_straight)
    u, v, row = _chained(mesh.tail[built], mesh.head[built], pieces, len(mesh.xy))
    xy = np.vstack((mesh.xy, _swung(mesh, built, pieces, winding, rng)))
    held = np.zeros(len(xy), dtype=bool)
    held[u[is_straight[row]]] = held[v[is_straight[row]]] = True
    xy = _rounded(xy, u, v, held)
    height_m = _heights(mesh, built, np.hypot(*(xy[v] - xy[u]).T), row, BUILT_STEEPER * steepest)
    return Drawing(xy=xy, height_m=height_m, u=u, v=v, edge=built[row])


def _near_river(land: Land, mesh: Mesh, built: np.ndarray) -> np.ndarray:
    """Straight here, or a bend would step into the water."""
    middle = (mesh.xy[mesh.tail[built]] + mesh.xy[mesh.head[built]]) / 2
    return np.asarray(land.river_distance_m(middle) < 1.2 * mesh.spacing_m)


def _rise(mesh: Mesh, built: np.ndarray, height_m: np.ndarray) -> np.ndarray:
    return np.asarray(height_m[mesh.head[built]] - height_m[mesh.tail[built]])


def _graded(mesh: Mesh, built: np.ndarray, most_m: np.ndarray) -> np.ndarray:
    """Cut and fill: pull the ends of edges that rise more than ``most_m`` towards each other, again and again."""
    height_m = mesh.height_m.copy()
    tail, head, n = mesh.tail[built], mesh.head[built], len(mesh.height_m)
    degree = np.maximum(np.bincount(np.append(tail, head), minlength=n), 1)
    for _ in range(MOST_ROUNDS):
        rise_m = _rise(mesh, built, height_m)
        excess_m = np.sign(rise_m) * np.maximum(np.abs(rise_m) - most_m, 0)
        if np.abs(excess_m).max(initial=0) < 0.5:
            break
        height_m += (np.bincount(tail, excess_m, n) - np.bincount(head, excess_m, n)) / (1 + degree)
    return height_m


def _winding(land: Land, steepness: np.ndarray, is_straight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Length factor of each edge: a little by chance, and as much as the straight line is too steep."""
    by_chance = 1 + (land.figures.winding - 1) * rng.gamma(2.0, 0.5, len(steepness))
    return np.where(is_straight, 1.0, np.clip(np.maximum(by_chance, steepness), 1.0, MOST_WINDING))


def _num_pieces(land: Land, road_m: np.ndarray, is_street: np.ndarray, is_straight: np.ndarray) -> np.ndarray:
    """One for a block of streets, at least four beside the river, so that only what is over water is a bridge."""
    pieces = np.maximum(1, np.round(road_m / land.figures.piece_m)).astype(np.int64)
    return np.where(is_street, 1, np.where(is_straight, np.maximum(pieces, 4), pieces))


def _swung(
    mesh: Mesh, built: np.ndarray, pieces: np.ndarray, winding: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the inner vertices of every edge in order, on a sine about the straight line: (k, 2).

    An arc a sin(pi k t) over length l has about l (1 + (pi k a / l)^2 / 4) metres (two terms
    of the series), so that a winding w asks for a = 2 l sqrt(w - 1) / (pi k).
    """
    length_m = mesh.length_m[built]
    swings = np.maximum(1, np.round(pieces / 5)).astype(np.int64) + (winding > 1.6)
    reach_m = 2 * length_m * np.sqrt(winding - 1) / (np.pi * swings)
    reach_m = np.minimum(reach_m, 0.3 * length_m) * rng.choice([-1.0, 1.0], len(built))
    row = np.repeat(np.arange(len(built)), pieces - 1)
    share = _rank(pieces - 1, 1) / pieces[row]
    start, end = mesh.xy[mesh.tail[built]], mesh.xy[mesh.head[built]]
    ahead = (end - start) / np.maximum(length_m, 1)[:, None]
    aside = np.column_stack((-ahead[:, 1], ahead[:, 0]))
    swing_m = reach_m[row] * np.sin(np.pi * swings[row] * share) * rng.uniform(0.75, 1.2, len(row))
    return np.asarray(start[row] + share[:, None] * (end - start)[row] + swing_m[:, None] * aside[row])


def _rank(counts: np.ndarray, first: int = 0) -> np.ndarray:
    """Numbers from ``first`` on within each group: counts (2, 3) give 0 1, 0 1 2."""
    return np.asarray(first + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts))


def _chained(
    tail: np.ndarray, head: np.ndarray, pieces: np.ndarray, num_nodes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both ends of all pieces and the row of their edge: tail, inner vertices from ``num_nodes`` on, head."""
    row, rank = np.repeat(np.arange(len(pieces)), pieces), _rank(pieces)
    before = num_nodes + np.cumsum(pieces - 1) - (pieces - 1)
    u = np.where(rank == 0, tail[row], before[row] + rank - 1)
    v = np.where(rank == pieces[row] - 1, head[row], before[row] + rank)
    return u, v, row


def _rounded(xy: np.ndarray, u: np.ndarray, v: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Move every vertex between two pieces halfway to the middle of its neighbours, twice; ``held`` ones stay."""
    degree = np.bincount(np.append(u, v), minlength=len(xy))
    moves = (degree == 2) & ~held
    for _ in range(2):
        total = np.column_stack(
            [np.bincount(u, xy[v, axis], len(xy)) + np.bincount(v, xy[u, axis], len(xy)) for axis in (0, 1)]
        )
        xy = np.where(moves[:, None], 0.5 * xy + 0.25 * total, xy)
    return xy


def _heights(mesh: Mesh, built: np.ndarray, piece_m: np.ndarray, row: np.ndarray, steepest: np.ndarray) -> np.ndarray:
    """Heights of mesh nodes, cut and filled for the roads as drawn, and of the vertices between them, by length."""
    edge_m = np.bincount(row, piece_m, len(built))
    height_m = _graded(mesh, built, edge_m * steepest)
    is_inner = np.append(row[1:] == row[:-1], False)  # the end of each piece but the last of its edge
    gone_m = np.cumsum(piece_m) - (np.cumsum(edge_m) - edge_m)[row]
    share = (gone_m / np.maximum(edge_m, 0.1)[row])[is_inner]
    inner = row[is_inner]
    return np.append(height_m, height_m[mesh.tail[built]][inner] + share * _rise(mesh, built, height_m)[inner])
