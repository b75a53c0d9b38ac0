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
    tail, head, length_m = mesh.tail[built], mesh.head[built], mesh.length_m[built]
    is_plain = mesh.is_street[built] | mesh.is_bridge[built] | _near_river(land, mesh, built)
    height_m = _graded(
        mesh, built, np.where(is_plain, 1.0, land.figures.winding) * length_m, ease * land.figures.steepest
    )
    winding = _winding(land, np.abs(height_m[head] - height_m[tail]) / length_m, ease, is_plain, rng)
    pieces = np.maximum(1, np.round(length_m * winding / land.figures.piece_m)).astype(np.int64)
    pieces = np.where(mesh.is_street[built], 1, np.where(is_plain, np.maximum(pieces, 4), pieces))
    inner = _swung(mesh, built, pieces, winding, rng)
    u, v, edge = _chained(tail, head, pieces, len(mesh.xy), built)
    share = inner.share[:, None]
    heights = (1 - share) * height_m[tail[inner.row], None] + share * height_m[head[inner.row], None]
    xy = np.vstack((mesh.xy, inner.xy))
    held = np.zeros(len(xy), dtype=bool)
    for at in np.flatnonzero(is_plain[np.searchsorted(built, edge)]):
        held[u[at]] = held[v[at]] = True
    return Drawing(xy=_rounded(xy, u, v, held), height_m=np.append(height_m, heights[:, 0]), u=u, v=v, edge=edge)


def _near_river(land: Land, mesh: Mesh, built: np.ndarray) -> np.ndarray:
    """Straight here, or a bend would step into the water."""
    middle = (mesh.xy[mesh.tail[built]] + mesh.xy[mesh.head[built]]) / 2
    return np.asarray(land.river_distance_m(middle) < 1.2 * mesh.spacing_m)


def _graded(mesh: Mesh, built: np.ndarray, road_m: np.ndarray, steepest: np.ndarray) -> np.ndarray:
    """Cut and fill: pull the ends of too steep edges towards each other, all at once, many times."""
    height_m = mesh.height_m.copy()
    tail, head = mesh.tail[built], mesh.head[built]
    most_m = np.maximum(road_m * MOST_WINDING * 0.8 * steepest, 0.1)
    degree = np.maximum(np.bincount(np.append(tail, head), minlength=len(height_m)), 1)
    for _ in range(60):
        rise = height_m[head] - height_m[tail]
        excess = np.sign(rise) * np.maximum(np.abs(rise) - most_m, 0) / 2
        height_m += (
            np.bincount(tail, excess, len(height_m)) / degree - np.bincount(head, excess, len(height_m)) / degree
        )
    return height_m


def _winding(
    land: Land, grade: np.ndarray, ease: np.ndarray, is_plain: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Length factor of each edge: a little by chance, more where the straight line is too steep."""
    by_chance = 1 + (land.figures.winding - 1) * rng.gamma(2.0, 0.5, len(grade))
    by_grade = grade / (ease * land.figures.steepest)
    return np.where(is_plain, 1.0, np.clip(np.maximum(by_chance, by_grade), 1.0, MOST_WINDING))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Inner:
    xy: np.ndarray
    row: np.ndarray
    share: np.ndarray


def _swung(mesh: Mesh, built: np.ndarray, pieces: np.ndarray, winding: np.ndarray, rng: np.random.Generator) -> _Inner:
    """Inner vertices of every edge on a sine about the straight line.

    An arc a sin(pi k t) over length l has about l (1 + (pi k a / l)^2 / 4) metres (two terms
    of the series), so that a winding w asks for a = 2 l sqrt(w - 1) / (pi k).
    """
    length_m = mesh.length_m[built]
    swings = np.maximum(1, np.round(pieces / 5)).astype(np.int64) + (winding > 1.6)
    reach_m = 2 * length_m * np.sqrt(winding - 1) / (np.pi * swings)
    reach_m = np.minimum(reach_m, 0.3 * length_m) * rng.choice([-1.0, 1.0], len(built))
    row = np.repeat(np.arange(len(built)), pieces - 1)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(pieces - 1) - (pieces - 1), pieces - 1) + 1
    share = rank / pieces[row]
    start, end = mesh.xy[mesh.tail[built]], mesh.xy[mesh.head[built]]
    ahead = (end - start) / np.maximum(length_m, 1)[:, None]
    aside = np.column_stack((-ahead[:, 1], ahead[:, 0]))
    swing = reach_m[row] * np.sin(np.pi * swings[row] * share) * rng.uniform(0.75, 1.2, len(row))
    return _Inner(
        xy=start[row] + share[:, None] * (end - start)[row] + swing[:, None] * aside[row], row=row, share=share
    )


def _chained(
    tail: np.ndarray, head: np.ndarray, pieces: np.ndarray, num_nodes: int, built: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends of all pieces in order: tail, inner vertices numbered on from ``num_nodes``, head."""
    last = np.cumsum(pieces) - 1
    first = last - pieces + 1
    before = np.cumsum(pieces - 1) - (pieces - 1)
    row = np.repeat(np.arange(len(built)), pieces)
    rank = np.arange(len(row)) - first[row]
    u, v = num_nodes + before[row] + rank - 1, num_nodes + before[row] + rank
    u[first], v[last] = tail, head
    return u, v, built[row]


def _rounded(xy: np.ndarray, u: np.ndarray, v: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Move every vertex between two pieces halfway to the middle of its neighbours, twice."""
    degree = np.bincount(np.append(u, v), minlength=len(xy))
    moves = (degree == 2) & ~held
    for _ in range(2):
        total = np.column_stack(
            [np.bincount(u, xy[v, axis], len(xy)) + np.bincount(v, xy[u, axis], len(xy)) for axis in (0, 1)]
        )
        xy = np.where(moves[:, None], 0.5 * xy + 0.25 * total, xy)
    return xy
