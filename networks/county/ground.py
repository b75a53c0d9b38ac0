"""A planar mesh of the pieces of road that could be built; roads are least-cost walks on it.

Because every road keeps to the mesh, roads meet only where they share a node, valleys
gather them, and the river is crossed only where the mesh has a bridge. Town streets are
part of it: a turned square grid in the seat, a small one in each township centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, KDTree

if TYPE_CHECKING:
    from networks.county.terrain import Land

MESH_NODES = 9_000
"""Places where a road may bend or meet another; spacing follows from the county's size."""

SEAT_BLOCK_M = 230.0
TOWN_BLOCK_M = 150.0
"""Side of a street block in the seat, and in the centre of a township."""

TOWN_BLOCKS = 2
"""Blocks along each side of a township centre."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Town:
    """A street grid: where its middle lies, how it is turned, and how many blocks a side has."""

    xy: np.ndarray
    angle: float
    blocks: int
    block_m: float

    @property
    def radius_m(self) -> float:
        """Half the diagonal."""
        return self.blocks * self.block_m / np.sqrt(2)

    def nodes(self) -> np.ndarray:
        """Return the crossings, row by row: ((blocks + 1)^2, 2) local metres."""
        steps = (np.arange(self.blocks + 1) - self.blocks / 2) * self.block_m
        across, along = np.meshgrid(steps, steps)
        flat = np.column_stack((across.ravel(), along.ravel()))
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.asarray(self.xy + flat @ np.array([[c, s], [-s, c]]))


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """Nodes with heights, and edges between neighbours.

    ``town`` (n,) is the position of the town whose crossing a node is, -1 outside.
    ``tail``, ``head`` (m,) node positions; ``is_street`` (m,) town streets; ``is_bridge`` (m,).
    ``cost_m`` (m,) metres, lengthened by what steep or awkward ground costs a builder.
    """

    xy: np.ndarray
    height_m: np.ndarray
    town: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    length_m: np.ndarray
    cost_m: np.ndarray
    is_street: np.ndarray
    is_bridge: np.ndarray
    spacing_m: float

    def crossings(self, town: int) -> np.ndarray:
        """Return the node positions of a town's crossings, row by row."""
        return np.flatnonzero(self.town == town)


def free_points(land: Land, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return jittered points over the county, none in the river, and their spacing in metres."""
    spacing_m = float(np.sqrt(np.pi * land.radius_m**2 / MESH_NODES))
    steps = np.arange(-1.4 * land.radius_m, 1.4 * land.radius_m, spacing_m)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    xy = grid + rng.uniform(-0.38, 0.38, grid.shape) * spacing_m
    xy = xy[land.contains(xy)]
    return xy[land.river_distance_m(xy) > 0.3 * spacing_m], spacing_m


def weave(
    land: Land, free: np.ndarray, spacing_m: float, towns: list[Town], villages: np.ndarray, rng: np.random.Generator
) -> Mesh:
    """Join free points, town crossings and village points into one connected mesh.

    Town crossings come first (town 0 is the seat), then villages, then free points.
    O(n log n) for n nodes.
    """
    streets = [town.nodes() for town in towns]
    owner = np.repeat(np.arange(len(towns)), [len(s) for s in streets])
    fixed = np.vstack([*streets, villages])
    apart = KDTree(fixed).query(free)[0] > 0.45 * spacing_m
    for town in towns:
        apart &= np.hypot(*(free - town.xy).T) > town.radius_m + 0.3 * spacing_m
    xy = np.vstack((fixed, free[apart]))
    town_of = np.concatenate((owner, np.full(len(xy) - len(owner), -1)))
    tail, head = _neighbours(xy)
    is_street = (town_of[tail] == town_of[head]) & (town_of[tail] >= 0)
    length_m = np.hypot(*(xy[head] - xy[tail]).T)
    block = np.array([t.block_m for t in towns])[np.maximum(town_of[tail], 0)]
    # Inside a town only the sides of blocks are streets; far outside, slivers along the border are no neighbours.
    keep = np.where(is_street, length_m < 1.2 * block, length_m < 3.2 * spacing_m)
    crosses = _crosses_river(land, xy, tail, head)
    is_bridge = _choose_bridges(land, xy[tail], xy[head], keep & crosses, town_of[tail], towns[0])
    keep &= ~crosses | is_bridge
    mesh = _priced(land, xy, town_of, (tail[keep], head[keep]), is_street[keep], is_bridge[keep], spacing_m, rng)
    return _largest(mesh)


def _neighbours(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    triangles = Delaunay(xy).simplices
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _crosses_river(land: Land, xy: np.ndarray, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Tell which edges touch both banks, looked at in five places so that no bend of the river slips through."""
    side = np.array([np.sign(land.side(xy[tail] + f * (xy[head] - xy[tail]))) for f in np.linspace(0, 1, 5)])
    return np.asarray((side != side[0]).any(axis=0))


def _choose_bridges(
    land: Land, start: np.ndarray, end: np.ndarray, candidate: np.ndarray, town: np.ndarray, seat: Town
) -> np.ndarray:
    """Pick one short crossing near the seat and the others evenly along the river."""
    chosen = np.zeros(len(start), dtype=bool)
    open_edges = np.flatnonzero(candidate & (land.side(start) * land.side(end) < 0) & (town < 0))
    if not open_edges.size:
        return chosen
    middle = (start[open_edges] + end[open_edges]) / 2
    length_m = np.hypot(*(end - start)[open_edges].T)
    shares = np.linspace(0, 1, land.figures.bridges + 1)[:-1] + 0.5 / land.figures.bridges
    sites = np.vstack((seat.xy, land.river[(shares * (len(land.river) - 1)).astype(int)]))
    for site in sites:
        away_m = np.hypot(*(middle - site).T) + 2 * length_m
        chosen[open_edges[np.argmin(away_m)]] = True
    return chosen


def _priced(
    land: Land,
    xy: np.ndarray,
    town: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    is_street: np.ndarray,
    is_bridge: np.ndarray,
    spacing_m: float,
    rng: np.random.Generator,
) -> Mesh:
    tail, head = ends
    height_m = land.elevation_m(xy)
    length_m = np.hypot(*(xy[head] - xy[tail]).T)
    grade = np.abs(height_m[head] - height_m[tail]) / np.maximum(length_m, 1)
    steep = (grade / land.figures.steepest) ** 2 * land.figures.grade_aversion
    cost_m = length_m * rng.uniform(0.85, 1.2, len(tail)) * (1 + np.minimum(steep, 30)) + 400 * is_bridge
    return Mesh(
        xy=xy,
        height_m=height_m,
        town=town,
        tail=tail,
        head=head,
        length_m=length_m,
        cost_m=cost_m,
        is_street=is_street,
        is_bridge=is_bridge,
        spacing_m=spacing_m,
    )


def _largest(mesh: Mesh) -> Mesh:
    """Keep the edges of the largest connected part, so that whatever is on it can be reached."""
    n = len(mesh.xy)
    links = coo_array((np.ones(len(mesh.tail)), (mesh.tail, mesh.head)), shape=(n, n))
    label = connected_components(links, directed=False)[1]
    kept = label[mesh.tail] == np.bincount(label).argmax()
    edges = {
        name: getattr(mesh, name)[kept] for name in ("tail", "head", "length_m", "cost_m", "is_street", "is_bridge")
    }
    nodes = {name: getattr(mesh, name) for name in ("xy", "height_m", "town", "spacing_m")}
    return Mesh(**nodes, **edges)
