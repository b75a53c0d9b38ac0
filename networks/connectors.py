"""Adds roads that maps miss: connectors between coordinates, joined to the roads near their ends.

An end within ``JOIN_M`` of a road is moved onto it, splitting the edge there; an end
elsewhere becomes a new node, a village off the map. Positions of existing edges stay; the
far piece of a split edge and the connectors are appended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks.errors import Fault
from networks.network import NUMBERS, TEXTS, build_network, geodesic_m
from networks.plane import metres_per_degree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from networks.network import RoadNetwork

JOIN_M = 30.0
"""A connector's end this near to a road lies on it."""

SAME_M = 1.0
"""A point of an edge this near to its end is that end."""

_WORDS = {"road_class", "access", *TEXTS}
_DEFAULTS: dict[str, Any] = {
    "way": -1, "road_class": "connector", "access": "yes", "forward": True, "backward": True, "length_m": 0.0,
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Connector:
    """A new road along ``points`` (k, 2) degrees, k >= 2; ``values`` of its edges; ``duration_s`` of the whole."""

    points: np.ndarray
    values: Mapping[str, Any] = field(default_factory=dict)
    duration_s: float | None = None
    file: str = ""
    row: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class _Joints:
    """Where k distinct ends touch the network.

    ``edge`` within ``JOIN_M`` (-1: none), fraction ``along`` it, ``gap_m`` to the nearest
    edge at any distance, ``node`` of the network that the end falls on (-1: none).
    """

    edge: np.ndarray
    along: np.ndarray
    gap_m: np.ndarray
    node: np.ndarray


def add_connectors(network: RoadNetwork, connectors: Sequence[Connector]) -> tuple[RoadNetwork, list[Fault]]:
    """Return the network with ``connectors``, and a fault (E237) for each that touches no road; O(m log m).

    With any fault the network is returned as it was.
    """
    if not connectors:
        return network, []
    ends = np.concatenate([item.points[[0, -1]] for item in connectors])  # (2 c, 2)
    _, first, spot_of = np.unique(np.rint(ends * 1e7), axis=0, return_index=True, return_inverse=True)
    spots, spot_of = ends[first], spot_of.reshape(-1, 2)  # (k, 2), (c, 2)
    joints = _joints(network, spots)
    faults = _loose(connectors, spot_of, joints)
    if faults:
        return network, faults
    draft = _Draft.of(network)
    node = joints.node.copy()
    off_road = joints.edge < 0
    node[off_road] = draft.add_nodes(spots[off_road], np.full(off_road.sum(), np.nan))
    inside = node < 0
    node[inside] = draft.split(joints.edge[inside], joints.along[inside])
    for item, (start, end) in zip(connectors, node[spot_of].tolist(), strict=True):
        draft.append(item, start, end)
    return draft.finished(network), []


def _joints(network: RoadNetwork, spots: np.ndarray) -> _Joints:
    """Find the nearest edge of each spot (k, 2); tunnels and motorways have no village lanes."""
    size = len(spots)
    edge, node = np.full(size, -1), np.full(size, -1)
    gap_m, along = np.full(size, np.inf), np.zeros(size)
    u, v = network.edges["u"].to_numpy(), network.edges["v"].to_numpy()
    is_motorway = (network.edges["road_class"] == "motorway").to_numpy()
    usable = np.flatnonzero(~(is_motorway | network.edges["tunnel"].to_numpy()))
    if usable.size == 0:
        return _Joints(edge, along, gap_m, node)
    scale = metres_per_degree(float(np.median(spots[:, 1])))
    xy = np.stack([network.lon, network.lat], axis=1) * scale
    lines: np.ndarray = np.asarray(shapely.linestrings(np.stack([xy[u[usable]], xy[v[usable]]], axis=1)))
    points: np.ndarray = np.asarray(shapely.points(spots * scale))
    (spot, near), distance_m = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    gap_m[spot] = distance_m
    spot, near = spot[distance_m <= JOIN_M], near[distance_m <= JOIN_M]
    edge[spot] = usable[near]
    along[spot] = shapely.line_locate_point(lines[near], points[spot], normalized=True)
    length_m = network.edges["length_m"].to_numpy()[edge]
    at_u = (edge >= 0) & (along * length_m <= SAME_M)
    at_v = (edge >= 0) & ((1 - along) * length_m <= SAME_M)
    node[at_u], node[at_v] = u[edge[at_u]], v[edge[at_v]]
    return _Joints(edge, along, gap_m, node)


def _loose(connectors: Sequence[Connector], spot_of: np.ndarray, joints: _Joints) -> list[Fault]:
    """Return a fault for each connector that no chain of connectors ties to a road."""
    size = joints.edge.size
    graph = coo_array((np.ones(len(spot_of)), (spot_of[:, 0], spot_of[:, 1])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    is_tied = np.bincount(part, joints.edge >= 0)[part[spot_of[:, 0]]] > 0
    faults = []
    for i in np.flatnonzero(~is_tied).tolist():
        item, gap_m = connectors[i], joints.gap_m[spot_of[i]].min()
        value = " - ".join(f"{lon:.5f},{lat:.5f}" for lon, lat in item.points[[0, -1]])
        values = {"distance_m": round(gap_m) if np.isfinite(gap_m) else "-", "limit_m": round(JOIN_M)}
        faults.append(Fault(code="E237", file=item.file, row=item.row, column="start", value=value, values=values))
    return faults


@dataclass(eq=False)
class _Draft:
    """A network while it grows; frozen again by ``finished``."""

    nodes: dict[str, np.ndarray]
    edges: dict[str, np.ndarray]
    turns: np.ndarray

    @classmethod
    def of(cls, network: RoadNetwork) -> _Draft:
        frame = network.edges.drop(columns="geometry")
        edges = {
            name: frame[name].to_numpy(dtype=object if name in _WORDS else frame[name].dtype) for name in frame.columns
        }
        nodes = {
            "lon": network.lon,
            "lat": network.lat,
            "osm_id": network.nodes["osm_id"].to_numpy(),
            "elevation_m": network.nodes["elevation_m"].to_numpy(),
            "barrier": network.nodes["barrier"].to_numpy(dtype=object),
        }
        return cls(nodes, {name: column.copy() for name, column in edges.items()}, network.turns.to_numpy(copy=True))

    def add_nodes(self, spots: np.ndarray, elevation_m: np.ndarray) -> np.ndarray:
        """Append nodes at (k, 2) degrees and return their positions."""
        size, count = self.nodes["lon"].size, len(spots)
        new = {"lon": spots[:, 0], "lat": spots[:, 1], "elevation_m": elevation_m}
        new |= {"osm_id": np.full(count, -1), "barrier": np.full(count, "", dtype=object)}
        self.nodes = {name: np.concatenate([column, new[name]]) for name, column in self.nodes.items()}
        return size + np.arange(count)

    def split(self, edge: np.ndarray, along: np.ndarray) -> np.ndarray:
        """Put a node at each fraction ``along`` of each ``edge`` (k,) and return their positions."""
        u, v = self.edges["u"][edge], self.edges["v"][edge]
        ends = [np.stack([self.nodes[name][at] for name in ("lon", "lat", "elevation_m")], axis=1) for at in (u, v)]
        point = ends[0] * (1 - along[:, None]) + ends[1] * along[:, None]
        node = self.add_nodes(point[:, :2], point[:, 2])
        order = np.lexsort((along, edge))
        if edge.size:
            self._lead_through(edge[order], node[order])
        return node

    def _lead_through(self, edge: np.ndarray, node: np.ndarray) -> None:
        """Lead each edge through its nodes; both (k,), sorted by edge and along it.

        The first piece keeps the edge's position, the others are appended; manual times
        are shared out by length.
        """
        size = self.edges["u"].size
        starts = np.append(True, edge[1:] != edge[:-1])
        ends = np.append(edge[1:] != edge[:-1], True)
        far_end, whole_m = self.edges["v"].copy(), self.edges["length_m"][edge]
        self.edges = {name: np.concatenate([column, column[edge]]) for name, column in self.edges.items()}
        piece = size + np.arange(edge.size)
        self.edges["u"][piece] = node
        self.edges["v"][piece] = np.where(ends, far_end[edge], np.append(node[1:], -1))
        self.edges["v"][edge[starts]] = node[starts]
        last = np.arange(size)
        last[edge[ends]] = piece[ends]
        for side in (0, 2):  # from_edge and to_edge: a turn at the far end now concerns the last piece
            turned = self.turns[:, side]
            self.turns[:, side] = np.where(far_end[turned] == self.turns[:, 1], last[turned], turned)
        changed = np.concatenate([edge[starts], piece])
        length_m = self._geodesic_m(changed)
        self.edges["length_m"][changed] = length_m
        self.edges["duration_s"][changed] *= length_m / np.maximum(np.concatenate([whole_m[starts], whole_m]), 1e-9)

    def append(self, item: Connector, start: int, end: int) -> None:
        """Append the edges of a connector from node ``start`` to node ``end``."""
        inner = self.add_nodes(item.points[1:-1], np.full(len(item.points) - 2, np.nan))
        chain = np.concatenate([[start], inner, [end]]).astype(np.int64)
        chain = chain[np.append(True, chain[1:] != chain[:-1])]
        size, count = self.edges["u"].size, chain.size - 1
        values = _DEFAULTS | {"u": chain[:-1], "v": chain[1:]} | dict(item.values)
        for name, column in self.edges.items():
            new = np.empty(count, dtype=column.dtype)
            new[:] = values.get(name, np.nan if name in NUMBERS else "" if name in _WORDS else False)
            self.edges[name] = np.concatenate([column, new])
        appended = size + np.arange(count)
        length_m = self._geodesic_m(appended)
        self.edges["length_m"][appended] = length_m
        if item.duration_s is not None:
            self.edges["duration_s"][appended] = item.duration_s * length_m / max(length_m.sum(), 1e-9)

    def finished(self, network: RoadNetwork) -> RoadNetwork:
        """Return the grown network, with source and notes of ``network``."""
        columns = {name: column for name, column in self.edges.items() if name not in ("u", "v")}
        return build_network(
            **self.nodes,
            u=self.edges["u"],
            v=self.edges["v"],
            edges=columns,
            turns=self.turns,
            source=network.source,
            notes=network.notes,
        )

    def _geodesic_m(self, edges: np.ndarray) -> np.ndarray:
        lon, lat = self.nodes["lon"], self.nodes["lat"]
        u, v = self.edges["u"][edges], self.edges["v"][edges]
        return geodesic_m(lon[u], lat[u], lon[v], lat[v])
