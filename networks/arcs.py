"""The directed arcs that one profile may drive, and where it may turn.

Arc ``2 * e`` runs along edge ``e`` from u to v, arc ``2 * e + 1`` back. An arc's weight
is its time in whole milliseconds (at least 1) and its length in whole decimetres,
packed; ``NO_PATH`` where the profile may not drive.

Turns. A banned turn is never made. A vehicle turns round only where a road ends or
meets others (a node of one, three or more edges, open or not), never on the open road
between and never at a node where some turn is banned: else a banned left turn would
cost no more than the next driveway. Where no turn is banned nearby this makes no
difference, for turning round never helps; so only nodes with a banned turn, and the open
road from there to the next junction, need a state per arriving arc (``expanded``).
Closures do not change the rule, so that a closure never opens a way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.packed import NO_PATH, pack
from networks.profiles import arc_times

if TYPE_CHECKING:
    from networks.network import RoadNetwork
    from networks.profiles import Conditions, Profile


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Arcs:
    """What a profile may drive; m edges give 2 m arcs, whether usable or not.

    ``tail``, ``head``, ``weight`` are (2 m,) int64, ``transit`` (2 m,) bool is False where
    a leg may only begin or end. ``expanded`` (nodes,) bool marks nodes where a vehicle
    may not turn round, ``turnarounds`` (nodes,) bool the first junctions from a banned turn.
    ``banned`` holds ``from_arc * 2 m + to_arc`` of every banned turn, sorted int64.
    """

    tail: np.ndarray
    head: np.ndarray
    weight: np.ndarray
    transit: np.ndarray
    expanded: np.ndarray
    turnarounds: np.ndarray
    banned: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """(2 m,) bool: the profile may drive this arc."""
        return np.asarray(self.weight != NO_PATH)

    @property
    def num_nodes(self) -> int:
        """Nodes of the network, whether an arc touches them or not."""
        return int(self.expanded.size)


def usable_arcs(network: RoadNetwork, profile: Profile, conditions: Conditions) -> Arcs:
    """Return the arcs of ``profile`` under ``conditions``; O(m)."""
    times = arc_times(network, profile, conditions)
    u = network.edges["u"].to_numpy(np.int64)  # (m,)
    v = network.edges["v"].to_numpy(np.int64)  # (m,)
    return make_arcs(
        num_nodes=len(network.nodes),
        u=u,
        v=v,
        duration_s=times.duration_s,
        length_m=network.edges["length_m"].to_numpy(float),
        transit=times.transit,
        turns=network.turns[["from_edge", "via_node", "to_edge"]].to_numpy(np.int64),
    )


def make_arcs(
    *,
    num_nodes: int,
    u: np.ndarray,
    v: np.ndarray,
    duration_s: np.ndarray,
    length_m: np.ndarray,
    transit: np.ndarray,
    turns: np.ndarray,
) -> Arcs:
    """Return arcs from plain arrays: edges (m,), ``duration_s`` (m, 2) with inf where barred, ``turns`` (b, 3)."""
    usable = np.isfinite(duration_s)  # (m, 2)
    time_ms = np.maximum(np.rint(np.where(usable, duration_s, 0.0) * 1000), 1)  # (m, 2)
    packed = pack(time_ms, np.rint(length_m * 10)[:, None])  # (m, 2)
    expanded, turnarounds = _turning_places(num_nodes, u, v, turns[:, 1])
    return Arcs(
        tail=np.column_stack([u, v]).ravel(),
        head=np.column_stack([v, u]).ravel(),
        weight=np.where(usable, packed, NO_PATH).ravel(),
        transit=np.repeat(transit, 2),
        expanded=expanded,
        turnarounds=turnarounds,
        banned=_banned_keys(u, v, turns),
    )


def turn_keys(from_arc: np.ndarray, to_arc: np.ndarray, num_arcs: int) -> np.ndarray:
    """Return the number under which a turn is listed in ``Arcs.banned``."""
    return np.asarray(from_arc * num_arcs + to_arc)


def _banned_keys(u: np.ndarray, v: np.ndarray, turns: np.ndarray) -> np.ndarray:
    from_edge, via, to_edge = turns.T  # (b,) each
    from_arc = 2 * from_edge + (v[from_edge] != via)
    to_arc = 2 * to_edge + (u[to_edge] != via)
    return np.unique(turn_keys(from_arc, to_arc, 2 * u.size))


def _turning_places(num_nodes: int, u: np.ndarray, v: np.ndarray, via: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Walk from every banned turn along the open road to the next junction; rounds = longest such road."""
    expanded = np.zeros(num_nodes, dtype=bool)
    turnarounds = np.zeros(num_nodes, dtype=bool)
    expanded[via] = True
    if via.size == 0:
        return expanded, turnarounds
    edges = np.arange(u.size)
    ends, around = np.concatenate([u, v]), np.concatenate([edges, edges])
    degree = np.bincount(ends, minlength=num_nodes)
    edge_sum = np.bincount(ends, weights=around, minlength=num_nodes).astype(np.int64)
    banned_at = expanded.copy()
    edge = np.concatenate([edges[banned_at[u]], edges[banned_at[v]]])
    node = np.concatenate([v[banned_at[u]], u[banned_at[v]]])  # the far end of each edge
    while edge.size:
        onward = (degree[node] == 2) & ~expanded[node]
        turnarounds[node[(degree[node] != 2) & ~banned_at[node]]] = True
        edge, node = edge[onward], node[onward]
        expanded[node] = True
        edge = edge_sum[node] - edge  # the other one of two
        node = u[edge] + v[edge] - node
    return expanded, turnarounds
