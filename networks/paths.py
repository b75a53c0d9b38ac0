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
from networks.profiles import DRY_AND_CLEAR
from networks.search import by_rank, search_matrix
from networks.snap import metres_per_degree, snap

if TYPE_CHECKING:
    from networks.contract import Chains
    from networks.graph import RoadGraph
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile
    from networks.snap import SnapReport


CHUNK = 512
"""Origins searched at a time; a tree of predecessors takes 12 bytes a state."""


def leg_geometries(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    legs: np.ndarray,
    *,
    conditions: Conditions = DRY_AND_CLEAR,
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
    place = np.column_stack([points.lon, points.lat])  # (n, 2)
    moving = np.flatnonzero((place[legs[:, 0]] != place[legs[:, 1]]).any(axis=1))
    leg, arc = arcs_driven(graph.chains, find_stretches(graph, legs[moving]))
    is_passed = np.zeros(leg.size, dtype=bool)
    is_passed[:-1] = leg[1:] == leg[:-1]  # the head of a leg's last arc lies beyond the target
    node = np.column_stack([network.lon, network.lat])  # (nodes, 2)
    spot = _spots(network, node, snaps)
    lines = np.full(len(legs), shapely.LineString(), dtype=object)
    staying = np.setdiff1d(np.arange(len(legs)), moving)
    lines[staying] = shapely.linestrings(place[legs[staying]])
    is_found = np.bincount(leg, minlength=moving.size) > 0
    ends = legs[moving[is_found]]  # (f, 2)
    owner = (np.cumsum(is_found) - 1)[leg[is_passed]]
    lines[moving[is_found]] = _lines(place[ends], spot[ends], owner, node[arcs.head[arc[is_passed]]])
    return list(lines)


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

    Each leg joins two different points; one without a path has no stretch. One search per distinct origin.
    """
    network = search_matrix(graph, graph.links, graph.departures)
    options = by_rank(graph.arrivals)
    origins, row = np.unique(legs[:, 0], return_inverse=True)
    nothing = np.zeros(0, dtype=np.int64)
    parts = [Stretches(leg=nothing, rank=nothing, begin=nothing, end=nothing)]
    for begin in range(0, origins.size, CHUNK):
        some = origins[begin : begin + CHUNK]
        mine = np.flatnonzero((row >= begin) & (row < begin + CHUNK))
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
    chains, hook_arc = graph.chains, graph.hooks.arc
    last = hook_arc[arrival.via]
    final = Stretches(leg=leg, rank=np.zeros_like(leg), begin=chains.first[chains.chain[last]], end=last)
    leg, rank, start, end = _steps_back(graph.num_states, before, leg, row, arrival.start)
    is_first = start >= graph.num_states  # from the origin itself
    departure = graph.departures.find(start[is_first] - graph.num_states, end[is_first])
    begin = hook_arc[graph.departures.via[departure]]
    first = Stretches(leg=leg[is_first], rank=rank[is_first], begin=begin, end=chains.last[chains.chain[begin]])
    leg, rank, chain = (
        leg[~is_first],
        rank[~is_first],
        graph.links.via[graph.links.find(start[~is_first], end[~is_first])],
    )
    is_road = chain >= 0  # else a change of layer
    chain = chain[is_road]
    return [
        final,
        first,
        Stretches(leg=leg[is_road], rank=rank[is_road], begin=chains.first[chain], end=chains.last[chain]),
    ]


def _steps_back(
    num_states: int, before: np.ndarray, leg: np.ndarray, row: np.ndarray, state: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return leg, rank, start and end (s,) of all links that lead to ``state`` (k,) in the trees ``before``."""
    steps = []
    while leg.size:
        previous = before[row, state]
        steps.append((leg, previous, state))
        goes_on = previous < num_states
        leg, row, state = leg[goes_on], row[goes_on], previous[goes_on]
    if not steps:
        return (np.zeros(0, dtype=np.int64),) * 4
    legs, starts, ends = (np.concatenate(column) for column in zip(*steps, strict=True))
    rank = np.repeat(np.arange(len(steps)) + 1, [step[0].size for step in steps])
    return legs, rank, starts.astype(np.int64), ends.astype(np.int64)


def arcs_driven(chains: Chains, stretches: Stretches) -> tuple[np.ndarray, np.ndarray]:
    """Return leg (a,) and arc (a,) of every arc driven, in order, those driven in part included."""
    order = np.lexsort((chains.offset, chains.chain))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    begin = place[stretches.begin]
    count = place[stretches.end] - begin + 1
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(stretches.leg, count), order[np.repeat(begin, count) + within]


def _spots(network: RoadNetwork, node: np.ndarray, snaps: SnapReport) -> np.ndarray:
    """Return where each place touches the road, (n, 2) degrees; nan where it does not."""
    spot = np.full((snaps.edge.size, 2), np.nan)
    is_reached = snaps.edge >= 0
    edge, fraction = snaps.edge[is_reached], snaps.fraction[is_reached, None]
    u, v = (node[network.edges[end].to_numpy(np.int64)[edge]] for end in ("u", "v"))
    spot[is_reached] = u + fraction * (v - u)
    return spot


def _lines(places: np.ndarray, spots: np.ndarray, owner: np.ndarray, passed: np.ndarray) -> np.ndarray:
    """Return f lines: place, spot on the road, nodes passed, spot on the road, place.

    ``places``, ``spots`` (f, 2, 2) are those at both ends; ``passed`` (p, 2) the nodes in
    between, those of line ``owner`` (p,), ascending.
    """
    nodes = np.bincount(owner, minlength=len(places))
    size = nodes + 4
    begin, end = np.cumsum(size) - size, np.cumsum(size)
    line = np.empty((int(size.sum()), 2))
    line[begin], line[begin + 1] = places[:, 0], spots[:, 0]
    line[end - 2], line[end - 1] = spots[:, 1], places[:, 1]
    line[np.arange(owner.size) + 4 * owner + 2] = passed
    return np.asarray(shapely.linestrings(line, indices=np.repeat(np.arange(len(places)), size)))
