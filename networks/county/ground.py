"""A planar mesh of the pieces of road that could be built; roads are least-cost walks on it.

Because every road keeps to the mesh, roads meet only where they share a node, valleys
gather them, and the river is crossed only where the mesh has a bridge. Town streets are
part of it: a turned square grid in the seat, a small one in each township centre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, KDTree

if TYPE_CHECKING:
    from networks.county.terrain import Land

MESH_NODES, LEAST_NODES, NODES_PER_VILLAGE = 9_000, 2_000, 40
"""Places where a road may bend or meet another, at most, at least, and besides for each village."""

SEAT_BLOCK_M = 230.0
TOWN_BLOCK_M = 150.0
"""Side of a street block in the seat, and in the centre of a township."""

TOWN_BLOCKS = 2
"""Blocks along each side of a township centre."""

BRIDGE_M = 400.0
"""Metres of easy road that cost as much as a bridge."""


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
        return float(self.blocks * self.block_m / np.sqrt(2))

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


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeGround:
    """Jittered points (n, 2) over the county, none in the river, ``spacing_m`` apart on average."""

    xy: np.ndarray
    spacing_m: float


def free_ground(land: Land, villages: int, rng: np.random.Generator) -> FreeGround:
    """Return points where roads and settlements may be, ``MESH_NODES`` at the most."""
    nodes = min(MESH_NODES, LEAST_NODES + NODES_PER_VILLAGE * villages)
    spacing_m = float(np.sqrt(np.pi * land.radius_m**2 / nodes))
    steps = np.arange(-1.4 * land.radius_m, 1.4 * land.radius_m, spacing_m)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    xy = grid + rng.uniform(-0.38, 0.38, grid.shape) * spacing_m
    xy = xy[land.contains(xy)]
    return FreeGround(xy=xy[land.river_distance_m(xy) > 0.3 * spacing_m], spacing_m=spacing_m)


def weave(land: Land, free: FreeGround, towns: list[Town], villages: np.ndarray, rng: np.random.Generator) -> Mesh:
    """Join free points, town crossings and village points into one connected mesh.

    Town crossings come first (town 0 is the seat), then villages, then free points.
    O(n log n) for n nodes.
    """
    xy, town_of = _gathered(free, towns, villages)
    tail, head = _neighbours(xy)
    is_street = (town_of[tail] == town_of[head]) & (town_of[tail] >= 0)
    length_m = np.hypot(*(xy[head] - xy[tail]).T)
    block = np.array([t.block_m for t in towns])[np.maximum(town_of[tail], 0)]
    # Inside a town only the sides of blocks are streets; far outside, slivers along the border are no neighbours.
    keep = np.where(is_street, length_m < 1.2 * block, length_m < 3.2 * free.spacing_m)
    crosses = _crosses_river(land, xy, tail, head)
    could_bridge = keep & crosses & (town_of[tail] < 0) & (land.side(xy[tail]) * land.side(xy[head]) < 0)
    is_bridge = _choose_bridges(land, xy[tail], xy[head], could_bridge, towns[0].xy)
    keep &= ~crosses | is_bridge
    height_m = land.elevation_m(xy)
    cost_m = _cost_m(land, (height_m[head] - height_m[tail]) / np.maximum(length_m, 1), length_m, is_bridge, rng)
    mesh = Mesh(
        xy=xy,
        height_m=height_m,
        town=town_of,
        tail=tail,
        head=head,
        length_m=length_m,
        cost_m=cost_m,
        is_street=is_street,
        is_bridge=is_bridge,
        spacing_m=free.spacing_m,
    )
    return _largest(_with_edges(mesh, keep))


def _gathered(free: FreeGround, towns: list[Town], villages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all nodes and the town of each; free points too near to others give way."""
    streets = [town.nodes() for town in towns]
    fixed = np.vstack([*streets, villages])
    apart = KDTree(fixed).query(free.xy)[0] > 0.45 * free.spacing_m
    for town in towns:
        apart &= np.hypot(*(free.xy - town.xy).T) > town.radius_m + 0.3 * free.spacing_m
    xy = np.vstack((fixed, free.xy[apart]))
    owner = np.repeat(np.arange(len(towns)), [len(s) for s in streets])
    return xy, np.concatenate((owner, np.full(len(xy) - len(owner), -1)))


def _neighbours(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    triangles = Delaunay(xy).simplices
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _crosses_river(land: Land, xy: np.ndarray, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Tell which edges touch both banks, looked at in eleven places so that hardly a bend slips through."""
    side = np.array([np.sign(land.side(xy[tail] + f * (xy[head] - xy[tail]))) for f in np.linspace(0, 1, 11)])
    return np.asarray((side != side[0]).any(axis=0))


def _choose_bridges(
    land: Land, start: np.ndarray, end: np.ndarray, candidate: np.ndarray, seat: np.ndarray
) -> np.ndarray:
    """Pick one short crossing near the seat and the others evenly along the river."""
    chosen = np.zeros(len(start), dtype=bool)
    options = np.flatnonzero(candidate)
    if not options.size:
        return chosen
    middle = (start[options] + end[options]) / 2
    length_m = np.hypot(*(end - start)[options].T)
    shares = (np.arange(land.figures.bridges) + 0.5) / land.figures.bridges
    sites = np.vstack((seat, land.river[(shares * (len(land.river) - 1)).astype(int)]))
    for site in sites:
        away_m = np.hypot(*(middle - site).T) + 2 * length_m
        chosen[options[np.argmin(away_m)]] = True
    return chosen


def _cost_m(
    land: Land, grade: np.ndarray, length_m: np.ndarray, is_bridge: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Metres of easy ground that would cost a builder the same; a bridge is worth ``BRIDGE_M`` more."""
    steep = (np.abs(grade) / land.figures.steepest) ** 2 * land.figures.grade_aversion
    luck = rng.uniform(0.85, 1.2, len(grade))
    return np.asarray(length_m * luck * (1 + np.minimum(steep, 30)) + BRIDGE_M * is_bridge)


def _largest(mesh: Mesh) -> Mesh:
    """Keep the edges of the largest connected part, so that whatever is on it can be reached."""
    n = len(mesh.xy)
    links = coo_array((np.ones(len(mesh.tail)), (mesh.tail, mesh.head)), shape=(n, n))
    label = connected_components(links, directed=False)[1]
    return _with_edges(mesh, label[mesh.tail] == np.bincount(label).argmax())


def _with_edges(mesh: Mesh, kept: np.ndarray) -> Mesh:
    names = ("tail", "head", "length_m", "cost_m", "is_street", "is_bridge")
    return replace(mesh, **{name: getattr(mesh, name)[kept] for name in names})
