"""The line of a leg on the map: access leg, part of an edge, road after road, part of an edge, access leg.

Paths are searched again on demand, once per distinct origin, with predecessors; they are
the paths whose seconds and metres stand in the travel matrix. Every step is done for
all legs at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from networks.arcs import usable_arcs
from networks.errors import InvalidInput
from networks.graph import Links, build_graph, hooks_of
from networks.profiles import Conditions
from networks.search import CHUNK, by_rank, search_matrix
from networks.snap import metres_per_degree, node_coordinates, snap

if TYPE_CHECKING:
    from networks.contract import Chains
    from networks.graph import RoadGraph
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Profile
    from networks.snap import SnapReport


def leg_geometries(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    legs: np.ndarray,
    *,
    conditions: Conditions = Conditions(),
) -> list[shapely.LineString]:
    """Return the lines (lon, lat) that ``legs`` (k, 2), rows of ``points``, follow for ``profile``.

    A line begins and ends at the places, so that its length is the leg's distance; it is empty
    where there is no path, and a single spot, twice, where a leg goes nowhere.

    Raises
    ------
    InvalidInput
        E254, when a leg names a row that ``points`` does not have.
    """
    legs = np.asarray(legs, dtype=np.int64).reshape(-1, 2)
    if legs.size and not 0 <= legs.min() <= legs.max() < len(points):
        raise InvalidInput("E254", count=len(points), value=int(legs.max() if legs.min() >= 0 else legs.min()))
    used, legs = np.unique(legs, return_inverse=True)
    points, legs = points.take(used), legs.reshape(-1, 2)
    arcs = usable_arcs(network, profile, conditions)
    snaps = snap(network, profile, points, conditions, arcs=arcs)
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    driven = arcs_driven(graph.chains, find_stretches(graph, legs))
    return _lines(network, points, snaps, legs, driven, arcs.head)


def geodesic_length_m(line: shapely.LineString) -> float:
    """Return the length of ``line`` (lon, lat) in metres, flat around each piece; for checks against a matrix."""
    lon, lat = shapely.get_coordinates(line).T
    if lon.size == 0:
        return 0.0
    east, north = metres_per_degree((lat[1:] + lat[:-1]) / 2)
    return float(np.hypot(np.diff(lon) * east, np.diff(lat) * north).sum())


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Stretches:
    """Parts of legs, each along one chain, from arc ``begin`` to arc ``end``, both included; (s,) each.

    ``rank`` falls along a leg and is 0 on its last stretch.
    """

    leg: np.ndarray
    rank: np.ndarray
    begin: np.ndarray
    end: np.ndarray


def find_stretches(graph: RoadGraph, legs: np.ndarray) -> Stretches:
    """Return the stretches of road that ``legs`` (k, 2) follow, by leg and then in order of driving.

    A leg without a path, or from a point to itself, has none. One search per distinct origin.
    """
    network = search_matrix(graph, graph.links, graph.departures)
    options = by_rank(graph.arrivals)
    origins, row = np.unique(legs[:, 0], return_inverse=True)
    is_moving = legs[:, 0] != legs[:, 1]
    parts = []
    for begin in range(0, origins.size, CHUNK):
        some = origins[begin : begin + CHUNK]
        mine = np.flatnonzero((row >= begin) & (row < begin + CHUNK) & is_moving)
        weights, before = dijkstra(network, indices=graph.num_states + some, return_predecessors=True)
        arrival = _best_arrival(options, weights, row[mine] - begin, legs[mine, 1])
        piece, is_direct = _direct(graph, legs[mine], arrival.weight)
        parts.append(_along_piece(graph, mine[is_direct], piece[is_direct]))
        far = np.flatnonzero(~is_direct & np.isfinite(arrival.weight))
        parts += _traced(graph, before, mine[far], row[mine[far]] - begin, arrival.take(far))
    joined = Stretches(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in Stretches.__slots__})
    order = np.lexsort((-joined.rank, joined.leg))
    return Stretches(**{name: getattr(joined, name)[order] for name in Stretches.__slots__})


def _best_arrival(options: list[Links], weights: np.ndarray, row: np.ndarray, target: np.ndarray) -> Links:
    """Return the lightest way from the searched rows into each target; weight inf where there is none."""
    best = np.full(target.size, np.inf)
    start, via = np.zeros_like(target), np.zeros_like(target)
    for ways in options:
        position = np.full(int(max(ways.end.max(), target.max(initial=0))) + 1, -1)
        position[ways.end] = np.arange(ways.end.size)
        way = position[target]
        total = np.where(way >= 0, weights[row, ways.start[way]] + ways.weight[way], np.inf)
        better = total < best
        best[better], start[better], via[better] = total[better], ways.start[way[better]], ways.via[way[better]]
    return Links(start=start, end=target, weight=best, via=via)


def _direct(graph: RoadGraph, legs: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the piece of chain from origin to target of each leg, and whether it is the best way."""
    piece = graph.pieces.find(legs[:, 0], legs[:, 1])
    if graph.pieces.start.size == 0:
        return piece, piece >= 0
    return piece, (piece >= 0) & (graph.pieces.weight[piece] <= weight)


def _along_piece(graph: RoadGraph, leg: np.ndarray, piece: np.ndarray) -> Stretches:
    first, last = np.divmod(graph.pieces.via[piece], graph.hooks.arc.size)
    return Stretches(leg=leg, rank=np.zeros_like(leg), begin=graph.hooks.arc[first], end=graph.hooks.arc[last])


def _traced(graph: RoadGraph, before: np.ndarray, leg: np.ndarray, row: np.ndarray, arrival: Links) -> list[Stretches]:
    """Walk all legs back from their targets at once; as many steps as the longest has links."""
    chains, hooks = graph.chains, graph.hooks
    last = hooks.arc[arrival.via]
    parts = [Stretches(leg=leg, rank=np.zeros_like(leg), begin=chains.first[chains.chain[last]], end=last)]
    state, rank = arrival.start, 0
    while leg.size:
        rank += 1
        previous = before[row, state].astype(np.int64)
        left = previous >= graph.num_states  # the origin itself
        departure = graph.departures.find(previous[left] - graph.num_states, state[left])
        first = hooks.arc[graph.departures.via[departure]]
        parts.append(_stretches(leg[left], rank, first, chains.last[chains.chain[first]]))
        leg, row, previous, state = leg[~left], row[~left], previous[~left], state[~left]
        chain = graph.links.via[graph.links.find(previous, state)]
        is_road = chain >= 0  # else a change of layer
        parts.append(_stretches(leg[is_road], rank, chains.first[chain[is_road]], chains.last[chain[is_road]]))
        state = previous
    return parts


def _stretches(leg: np.ndarray, rank: int, begin: np.ndarray, end: np.ndarray) -> Stretches:
    return Stretches(leg=leg, rank=np.full(leg.size, rank), begin=begin, end=end)


def arcs_driven(chains: Chains, stretches: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Return leg (a,) and arc (a,) of every arc driven, in order, those driven in part included."""
    order = np.lexsort((chains.offset, chains.chain))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    begin = place[stretches.begin]
    count = place[stretches.end] - begin + 1
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(stretches.leg, count), order[np.repeat(begin, count) + within]


def _lines(
    network: RoadNetwork,
    points: Points,
    snaps: SnapReport,
    legs: np.ndarray,
    driven: tuple[np.ndarray, np.ndarray],
    head: np.ndarray,
) -> list[shapely.LineString]:
    """Return a line per leg: place, spot on the road, nodes between, spot on the road, place."""
    leg, arc = driven
    goes_on = np.zeros(leg.size, dtype=bool)
    goes_on[:-1] = leg[1:] == leg[:-1]  # the last arc's head lies beyond the target
    place = np.column_stack([points.lon, points.lat])
    node = np.column_stack(node_coordinates(network))
    spot = _spots(node, place, snaps, network)
    stays = (place[legs[:, 0]] == place[legs[:, 1]]).all(axis=1)
    found = np.unique(np.concatenate([leg, np.flatnonzero(stays)]))
    moving = found[~stays[found]]
    goes_on &= ~stays[leg]
    origin, target = legs[:, 0], legs[:, 1]
    parts = [
        (found, place[origin[found]]),
        (moving, spot[origin[moving]]),
        (leg[goes_on], node[head[arc[goes_on]]]),
        (moving, spot[target[moving]]),
        (found, place[target[found]]),
    ]
    owner = np.concatenate([part[0] for part in parts])
    order = np.argsort(owner, kind="stable")
    lines = np.full(len(legs), shapely.LineString(), dtype=object)
    number = np.searchsorted(found, owner[order])
    lines[found] = shapely.linestrings(np.concatenate([part[1] for part in parts])[order], indices=number)
    return list(lines)


def _spots(node: np.ndarray, place: np.ndarray, snaps: SnapReport, network: RoadNetwork) -> np.ndarray:
    """Return where each place touches the road, (n, 2); the place itself where it does not."""
    edge = np.maximum(snaps.edge, 0)
    if len(network.edges) == 0:
        return place
    u, v = (node[network.edges[end].to_numpy(np.int64)[edge]] for end in ("u", "v"))
    spot = u + snaps.fraction[:, None] * (v - u)
    return np.where(snaps.edge[:, None] >= 0, spot, place)
