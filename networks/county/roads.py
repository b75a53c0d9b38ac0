"""Which pieces of the mesh become roads, and of which class: frame first, then tree, then loops.

1. National and provincial roads run from border to border through the seat.
2. County roads (X) join the township centres, using what is there.
3. Villages join the nearest road, large ones first; a village road that several use is Y, the rest C.
4. Loops are closed between neighbours: few in mountains, many in a plain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

if TYPE_CHECKING:
    from networks.county.ground import Mesh
    from networks.county.settle import Settlements
    from networks.county.terrain import Land

UNBUILT = -1
"""Class of a mesh edge that stays ground."""

LADDER = ("G", "S", "X", "Y", "C", "street")
"""Classes from high to low; a built edge keeps the highest that uses it."""

REUSE = 0.45
"""Cost of following a road that exists, as a share of building one: makes roads merge."""

SHARED_BY = 3
"""A village road that leads to this many villages is a township road (Y)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Built:
    """Per mesh edge: position in ``LADDER`` or ``UNBUILT``, and the number of the road it belongs to.

    ``num_users`` (m,) counts the villages whose nearest way to a street or a county road leads over the edge.
    """

    level: np.ndarray
    road: np.ndarray
    num_users: np.ndarray


class _Works:
    """Roads under construction on one mesh; mutable, lives inside ``build_roads``."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.level = np.where(mesh.is_street, LADDER.index("street"), UNBUILT)
        self.road = np.where(mesh.is_street, 0, UNBUILT)
        self.num_users = np.zeros(len(mesh.tail), dtype=np.int64)
        self.edge_of = {pair: i for i, pair in enumerate(zip(mesh.tail.tolist(), mesh.head.tolist(), strict=True))}
        self.num_roads = 1

    def ground(self, reuse: float) -> csr_array:
        """Symmetric cost matrix of the mesh, roads at a discount."""
        return self.matrix(np.where(self.level == UNBUILT, self.mesh.cost_m, reuse * self.mesh.cost_m))

    def matrix(self, cost: np.ndarray) -> csr_array:
        """Symmetric sparse matrix of the mesh with these costs; edges of infinite cost are left out."""
        n, kept = len(self.mesh.xy), np.isfinite(cost)
        tail, head, cost = self.mesh.tail[kept], self.mesh.head[kept], cost[kept]
        pairs = (np.append(tail, head), np.append(head, tail))
        return csr_array(coo_array((np.append(cost, cost), pairs), shape=(n, n)))

    def walk(self, before: np.ndarray, node: int) -> list[int]:
        """Mesh edges from ``node`` back to the source of a search with predecessors ``before``."""
        edges = []
        while (previous := int(before[node])) >= 0:
            edges.append(self.edge(previous, node))
            node = previous
        return edges

    def edge(self, a: int, b: int) -> int:
        """Position of the mesh edge between neighbours."""
        return self.edge_of[(a, b) if a < b else (b, a)]

    def build(self, edges: list[int], kind: str) -> None:
        """Make ``edges`` one road of class ``kind`` where no higher one runs; streets become through roads."""
        rank = LADDER.index(kind)
        at = np.array(edges, dtype=np.int64)
        at = at[(self.level[at] == UNBUILT) | (self.level[at] > rank)]
        self.level[at] = rank
        self.road[at] = self.num_roads
        self.num_roads += 1

    def nodes(self) -> np.ndarray:
        """Mesh nodes that lie on a road."""
        built = self.level != UNBUILT
        return np.unique(np.append(self.mesh.tail[built], self.mesh.head[built]))


def build_roads(
    land: Land, mesh: Mesh, homes: Settlements, village_nodes: np.ndarray, rng: np.random.Generator
) -> Built:
    """Lay all roads of a county; a dozen searches over the mesh, O(n log n) each."""
    works = _Works(mesh)
    centres = np.array([_middle(mesh, town) for town in range(len(homes.towns))])
    _frame(land, works, int(centres[0]), rng)
    _join_townships(land, works, centres)
    _join_villages(works, village_nodes, homes.village_people)
    _close_loops(land, works, np.append(centres, village_nodes), rng)
    return Built(level=works.level, road=works.road, num_users=works.num_users)


def _middle(mesh: Mesh, town: int) -> int:
    crossings = mesh.crossings(town)
    return int(crossings[len(crossings) // 2])


def _frame(land: Land, works: _Works, seat: int, rng: np.random.Generator) -> None:
    """One national and one provincial road from border to border, through the seat."""
    xy = works.mesh.xy
    touched = np.zeros(len(xy), dtype=bool)
    touched[works.mesh.tail] = touched[works.mesh.head] = True
    angle = np.arctan2(xy[:, 1], xy[:, 0])
    is_border = touched & (np.hypot(*xy.T) > land.radius_m * land.reach(angle) - 1.3 * works.mesh.spacing_m)
    first = rng.uniform(0, 2 * np.pi)
    for kind, turn in (("G", 0.0), ("S", 0.5)):
        _, before = dijkstra(works.ground(REUSE), indices=np.array([seat]), return_predecessors=True)
        both = []
        for half in (0.0, 1.0):
            aim = first + (turn + half) * np.pi + rng.uniform(-0.25, 0.25)
            off = np.abs(np.angle(np.exp(1j * (angle - aim)))) + np.where(is_border, 0.0, 1e9)
            both += works.walk(before[0], int(np.argmin(off)))
        works.build(both, kind)


def _join_townships(land: Land, works: _Works, centres: np.ndarray) -> None:
    """Join the township centres by a spanning tree of county roads, and where roads are a mesh by some more."""
    if len(centres) < 2:
        return
    links = _links(works, centres, REUSE)
    k = len(centres)
    weight = csr_array(coo_array((links.cost, (links.a, links.b)), shape=(k, k)))
    tree = set(zip(*(part.tolist() for part in minimum_spanning_tree(weight).nonzero()), strict=True))
    spare = [i for i in np.argsort(links.cost) if (int(links.a[i]), int(links.b[i])) not in tree]
    extra = spare[: round(len(centres) * min(1.0, 0.25 + land.figures.loops_per_village))]
    for i in range(len(links.cost)):
        if (int(links.a[i]), int(links.b[i])) in tree or i in extra:
            works.build(links.walk(works, i), "X")


def _join_villages(works: _Works, villages: np.ndarray, people: np.ndarray) -> None:
    """Each village to the nearest road, in three rounds from large to small; users set the class."""
    for part in np.array_split(villages[np.argsort(-people, kind="stable")], 3):
        if not part.size:
            continue
        _, before, _ = dijkstra(works.ground(REUSE), indices=works.nodes(), return_predecessors=True, min_only=True)
        for village in part.tolist():
            works.build([e for e in works.walk(before, village) if works.road[e] != 0], "C")
    _count_users(works, villages)
    is_shared = (works.level == LADDER.index("C")) & (works.num_users >= SHARED_BY)
    works.level[is_shared] = LADDER.index("Y")


def _count_users(works: _Works, villages: np.ndarray) -> None:
    """Send every village over built roads to the nearest street, county road or better."""
    is_built = works.level != UNBUILT
    is_high = is_built & (works.level != LADDER.index("C"))
    high = np.unique(np.append(works.mesh.tail[is_high], works.mesh.head[is_high]))
    length_m = np.where(is_built, works.mesh.length_m, np.inf)
    _, before, _ = dijkstra(works.matrix(length_m), indices=high, return_predecessors=True, min_only=True)
    for village in villages.tolist():
        works.num_users[works.walk(before, village)] += 1


def _close_loops(land: Land, works: _Works, settled: np.ndarray, rng: np.random.Generator) -> None:
    """Join neighbours that no road joins directly; the shortest new stretches are built first."""
    links = _links(works, settled, 0.7)
    new_m = np.array([_unbuilt_m(works, links.walk(works, i)) for i in range(len(links.cost))])
    fresh = np.flatnonzero(new_m > 1.5 * works.mesh.spacing_m)
    order = fresh[np.argsort(new_m[fresh] * rng.uniform(0.7, 1.4, len(fresh)))]
    for i in order[: round(land.figures.loops_per_village * len(settled))]:
        works.build(links.walk(works, int(i)), "C")


def _unbuilt_m(works: _Works, edges: list[int]) -> float:
    at = np.array(edges, dtype=np.int64)
    return float(works.mesh.length_m[at[works.level[at] == UNBUILT]].sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class _Links:
    """Cheapest walk between each two neighbouring sites; ``a`` < ``b`` are positions of sites."""

    a: np.ndarray
    b: np.ndarray
    cost: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    before: np.ndarray

    def walk(self, works: _Works, i: int) -> list[int]:
        """Mesh edges of link ``i``: back from both ends of the edge where the two regions meet."""
        tail, head = int(self.tail[i]), int(self.head[i])
        return [*works.walk(self.before, tail), works.edge(tail, head), *works.walk(self.before, head)]


def _links(works: _Works, sites: np.ndarray, reuse: float) -> _Links:
    """One search from all sites at once: regions that touch are neighbours (a Voronoi diagram by cost)."""
    ground = works.ground(reuse)
    away, before, source = dijkstra(ground, indices=sites, return_predecessors=True, min_only=True)
    mesh = works.mesh
    position = np.full(len(mesh.xy), -1)
    position[sites] = np.arange(len(sites))
    end_a, end_b = position[source[mesh.tail]], position[source[mesh.head]]
    meets = np.flatnonzero((end_a != end_b) & (source[mesh.tail] >= 0) & (source[mesh.head] >= 0))
    low, high = np.minimum(end_a[meets], end_b[meets]), np.maximum(end_a[meets], end_b[meets])
    step = np.where(works.level[meets] == UNBUILT, mesh.cost_m[meets], reuse * mesh.cost_m[meets])
    cost = away[mesh.tail[meets]] + step + away[mesh.head[meets]]
    order = np.lexsort((cost, high, low))
    first = np.append(True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)) if len(order) else order
    best = order[first]
    return _Links(
        a=low[best],
        b=high[best],
        cost=cost[best],
        tail=mesh.tail[meets[best]],
        head=mesh.head[meets[best]],
        before=before,
    )
