"""Small road networks made by hand or by a seed, for the tests of snapping, matrices and lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.network import build_network
from networks.points import Points
from networks.profile_files import load_profiles

if TYPE_CHECKING:
    from networks.network import RoadNetwork

TRUCK = load_profiles()["truck"]

KM_EAST = 1 / 96.486
"""Degrees of longitude per kilometre at 30 degrees north."""

KM_NORTH = 1 / 110.852
"""Degrees of latitude per kilometre there."""


def roads(
    nodes: list[tuple[float, float]],
    edges: list[tuple[int, int]],
    *,
    seconds: float | list[float] = 100.0,
    metres: float | list[float] = 1000.0,
    one_way: tuple[int, ...] = (),
    ends_only: tuple[int, ...] = (),
    closed: tuple[int, ...] = (),
    banned: tuple[tuple[int, int, int], ...] = (),
    **columns: object,
) -> RoadNetwork:
    """Return a network of ``nodes`` (km east, km north) where every edge takes ``seconds`` and ``metres``."""
    east, north = np.array(nodes, dtype=float).T
    edge = np.arange(len(edges))
    return build_network(
        lon=110 + east * KM_EAST,
        lat=30 + north * KM_NORTH,
        u=np.array([u for u, _ in edges]),
        v=np.array([v for _, v in edges]),
        turns=np.array(banned, dtype=np.int64).reshape(-1, 3),
        edges={
            "duration_s": seconds,
            "length_m": metres,
            "backward": ~np.isin(edge, one_way),
            "closed": np.isin(edge, closed),
            "access": np.where(np.isin(edge, ends_only), "private", "yes"),
            **columns,
        },
    )


def spots(network: RoadNetwork, *where: tuple[int, float]) -> Points:
    """Return points that lie on the road, each at (edge, fraction of it from u to v)."""
    edge = np.array([e for e, _ in where], dtype=np.int64)
    fraction = np.array([f for _, f in where])
    u, v = (network.edges[end].to_numpy()[edge] for end in ("u", "v"))
    lon = network.lon[u] + fraction * (network.lon[v] - network.lon[u])
    lat = network.lat[u] + fraction * (network.lat[v] - network.lat[u])
    return Points(tuple(f"P{i}" for i in range(len(where))), lon, lat)


def random_roads(seed: int, *, with_rules: bool = True) -> RoadNetwork:
    """Return some junctions joined by roads of several pieces, a few of each kind of rule among them."""
    rng = np.random.default_rng(seed)
    nodes = [tuple(rng.uniform(0, 6, 2)) for _ in range(int(rng.integers(4, 9)))]
    num_junctions = len(nodes)
    edges: list[tuple[int, int]] = []
    one_way: list[int] = []
    ends_only: list[int] = []
    for _ in range(int(rng.integers(num_junctions, 2 * num_junctions))):
        tail, head = (int(i) for i in rng.choice(num_junctions, 2, replace=False))
        road = _add_road(nodes, edges, tail, head, pieces=int(rng.integers(1, 5)))
        kind = rng.random()
        if with_rules and kind < 0.25:
            one_way += road
        elif with_rules and kind < 0.45:
            ends_only += road[: int(rng.integers(1, len(road) + 1))]
    return roads(
        nodes,
        edges,
        seconds=rng.uniform(1, 200, len(edges)).tolist(),
        metres=rng.uniform(10, 3000, len(edges)).tolist(),
        one_way=tuple(one_way),
        ends_only=tuple(ends_only),
        banned=_some_turns(rng, edges) if with_rules else (),
    )


def random_spots(network: RoadNetwork, seed: int, count: int) -> Points:
    """Return points at or beside the road; some share an edge, a node or a spot, one lies in the wilderness."""
    rng = np.random.default_rng(seed)
    edge = rng.integers(0, len(network.edges), count)
    edge[1] = edge[0]
    fraction = rng.choice([0.0, 0.5, 1.0, -1.0], count, p=[0.1, 0.1, 0.1, 0.7])
    fraction = np.where(fraction < 0, rng.random(count), fraction)
    on_road = spots(network, *zip(edge.tolist(), fraction.tolist(), strict=True))
    beside = rng.normal(0, 1, (2, count)) * rng.choice([0.0, 0.001], count)
    lon, lat = on_road.lon + beside[0], on_road.lat + beside[1]
    lon[2], lat[2] = lon[0], lat[0]
    lon[3] += 1.0
    return Points(on_road.ids, lon, lat)


def _add_road(
    nodes: list[tuple[float, float]], edges: list[tuple[int, int]], tail: int, head: int, pieces: int
) -> list[int]:
    (x0, y0), (x1, y1) = nodes[tail], nodes[head]
    added = []
    for i in range(1, pieces + 1):
        share = i / pieces
        if i < pieces:
            nodes.append((x0 + share * (x1 - x0) + 0.05, y0 + share * (y1 - y0) - 0.05))
        end = len(nodes) - 1 if i < pieces else head
        added.append(len(edges))
        edges.append((tail, end))
        tail = end
    return added


def _some_turns(rng: np.random.Generator, edges: list[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    turns = [
        (a, node, b)
        for a, ends in enumerate(edges)
        for node in ends
        for b, others in enumerate(edges)
        if node in others
    ]
    chosen = rng.choice(len(turns), min(len(turns), int(rng.integers(0, 9))), replace=False)
    return tuple(turns[i] for i in chosen)
