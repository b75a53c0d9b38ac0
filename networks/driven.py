"""Which edges a leg is driven along: what a closed road would touch, and of which classes a leg is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.arcs import usable_arcs
from networks.graph import build_graph, hooks_of
from networks.paths import arcs_driven, find_stretches
from networks.profiles import DRY_AND_CLEAR
from networks.snap import snap

if TYPE_CHECKING:
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile


def edges_driven(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    legs: np.ndarray,
    *,
    conditions: Conditions = DRY_AND_CLEAR,
) -> tuple[np.ndarray, np.ndarray]:
    """Return leg (a,) and edge (a,) of every edge that ``legs`` (k, 2), rows of ``points``, are driven along.

    In order of driving, edges driven in part included. A leg between points of one place, or without a path, has
    none. Access legs are no edges. One search per distinct origin.
    """
    legs = np.asarray(legs, dtype=np.int64).reshape(-1, 2)
    arcs = usable_arcs(network, profile, conditions)
    snaps = snap(network, profile, points, conditions, arcs=arcs)
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    spot = points.lon + 1j * points.lat
    moving = np.flatnonzero(spot[legs[:, 0]] != spot[legs[:, 1]])
    leg, arc = arcs_driven(graph.chains, find_stretches(graph, legs[moving]))
    return moving[leg], arc // 2
