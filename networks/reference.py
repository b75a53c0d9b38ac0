"""Travel times the slow way: an oracle for the fast matrices and for the referee of roads.

Walks the full network in networkx, one state per arc and stage of the leg, and shares no
code with ``networks.graph``; only the snapping, the profile's arc times and the rules are
common. The rules, said once more: an arc takes its time rounded to whole milliseconds
(at least one) and its length rounded to whole decimetres; a banned turn is never made; a
vehicle turns round only at a node of one, three or more edges where no turn is banned;
edges that are not for transit are driven only before the first and after the last edge
that is; of equally quick paths the shortest counts; access legs are added at both ends,
and the sum is rounded to seconds and metres, halves up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import networkx as nx
import numpy as np

from networks.profiles import DRY_AND_CLEAR, arc_times
from networks.snap import snap

if TYPE_CHECKING:
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile

BEFORE, ON, AFTER = 0, 1, 2
"""Stages of a leg: on edges at its beginning, on through roads, on edges at its end."""

START = "start"
"""The node from which a search begins."""

Arc = tuple[int, bool]
"""An edge's position and whether it is driven from u to v."""

SCALE = 10**15
"""Orders costs by time first, then length: cost = milliseconds * SCALE + decimetres, whole numbers of any size."""


def reference_legs(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    legs: np.ndarray,
    *,
    conditions: Conditions = DRY_AND_CLEAR,
) -> tuple[np.ndarray, np.ndarray]:
    """Return seconds (k,) and metres (k,) of ``legs`` (k, 2), rows of ``points``; -1 where there is no path.

    One networkx search per distinct origin, about a fifth of a second each on 40,000 edges.
    """
    table = snap(network, profile, points, conditions).table
    roads = _roads(network, profile, conditions)
    spots = [roads.spots(edge, fraction) for edge, fraction in zip(table["edge"], table["fraction"], strict=True)]
    access = [
        (0, 0) if np.isnan(seconds) else (round(seconds * 1000), round(metres * 10))
        for seconds, metres in zip(table["access_s"], table["access_m"], strict=True)
    ]
    at = list(zip(points.lon.tolist(), points.lat.tolist(), strict=True))
    pairs = [(int(origin), int(target)) for origin, target in np.asarray(legs).reshape(-1, 2)]
    answers: dict[tuple[int, int], tuple[int, int]] = {}
    for origin in sorted({origin for origin, _ in pairs}):
        costs = roads.search(spots[origin])
        for target in {target for start, target in pairs if start == origin}:
            cost = 0 if at[origin] == at[target] else roads.finish(costs, spots[origin], spots[target])
            ends = [] if at[origin] == at[target] else [access[origin], access[target]]
            answers[origin, target] = (-1, -1) if cost is None else _rounded(cost, ends)
    result = np.array([answers[pair] for pair in pairs], dtype=np.int64).reshape(-1, 2)  # (k, 2)
    return result[:, 0], result[:, 1]


def _rounded(cost: int, access: list[tuple[int, int]]) -> tuple[int, int]:
    """Return seconds and metres, halves up, of a road cost and the access legs at both ends (ms, dm)."""
    time_ms, length_dm = divmod(cost, SCALE)
    time_ms += sum(ms for ms, _ in access)
    length_dm += sum(dm for _, dm in access)
    return (time_ms + 500) // 1000, (length_dm + 5) // 10


@dataclass(frozen=True, kw_only=True)
class _Roads:
    """Arcs as (edge, from u?) with ends, cost and access; ``graph`` joins (arc, stage) to (arc, stage)."""

    ends: dict[Arc, tuple[int, int]]
    cost: dict[Arc, int]
    transit: dict[Arc, bool]
    into: dict[int, list[Arc]]
    banned: set[tuple[int, int, int]]
    may_turn_round: set[int]
    graph: nx.DiGraph[object]

    def may_turn(self, first: Arc, then: Arc) -> bool:
        """Tell whether ``then`` may be driven right after ``first``, which ends where ``then`` begins."""
        node = self.ends[first][1]
        if (first[0], node, then[0]) in self.banned:
            return False
        is_back = first[0] == then[0] and first[1] != then[1]
        return not is_back or node in self.may_turn_round

    def spots(self, edge: int, fraction: float) -> list[tuple[Arc, int]]:
        """Return the arcs along ``edge`` with the cost of each up to ``fraction`` of the edge."""
        found = []
        for arc in ((edge, True), (edge, False)):
            if arc in self.cost:
                time_ms, length_dm = divmod(self.cost[arc], SCALE)
                along = fraction if arc[1] else 1.0 - fraction
                before_dm = round(fraction * length_dm) if arc[1] else length_dm - round(fraction * length_dm)
                found.append((arc, round(along * time_ms) * SCALE + before_dm))
        return found

    def search(self, spots: list[tuple[Arc, int]]) -> dict[tuple[Arc, int], int]:
        """Return the least cost of standing at the end of each (arc, stage) when a leg begins at ``spots``."""
        self.graph.add_node(START)
        for arc, before in spots:
            stage = ON if self.transit[arc] else BEFORE
            self.graph.add_edge(START, (arc, stage), cost=self.cost[arc] - before)
        costs = nx.single_source_dijkstra_path_length(self.graph, START, weight="cost")
        self.graph.remove_node(START)
        return cast("dict[tuple[Arc, int], int]", costs)

    def finish(
        self, costs: dict[tuple[Arc, int], int], origin: list[tuple[Arc, int]], target: list[tuple[Arc, int]]
    ) -> int | None:
        """Return the least cost of a leg that ends at the spots ``target``, None when there is none."""
        options = [
            after - before for arc, before in origin for other, after in target if arc == other and after >= before
        ]
        for arc, before in target:
            stages = (BEFORE, ON) if self.transit[arc] else (BEFORE, ON, AFTER)
            options += [
                costs[first, stage] + before
                for first in self.into[self.ends[arc][0]]
                for stage in stages
                if (first, stage) in costs and self.may_turn(first, arc)
            ]
        return min(options, default=None)


def _roads(network: RoadNetwork, profile: Profile, conditions: Conditions) -> _Roads:
    times = arc_times(network, profile, conditions)
    edges = network.edges
    roads = _Roads(
        ends={}, cost={}, transit={}, into=defaultdict(list), banned=set(), may_turn_round=set(), graph=nx.DiGraph()
    )
    for edge, (u, v, length_m) in enumerate(zip(edges["u"], edges["v"], edges["length_m"], strict=True)):
        for is_forward, ends in ((True, (int(u), int(v))), (False, (int(v), int(u)))):
            seconds = float(times.duration_s[edge, 0 if is_forward else 1])
            if seconds < float("inf"):
                arc = (edge, is_forward)
                roads.ends[arc] = ends
                roads.cost[arc] = max(round(seconds * 1000), 1) * SCALE + round(float(length_m) * 10)
                roads.transit[arc] = bool(times.transit[edge])
                roads.into[ends[1]].append(arc)
    roads.banned.update(network.turns[["from_edge", "via_node", "to_edge"]].itertuples(index=False, name=None))
    degree = Counter([*edges["u"], *edges["v"]])
    roads.may_turn_round.update(node for node, count in degree.items() if count != 2)
    roads.may_turn_round.difference_update(via for _, via, _ in roads.banned)
    _join(roads)
    return roads


def _join(roads: _Roads) -> None:
    """Join every arc to those that may follow it, stage by stage."""
    for then, (node, _) in roads.ends.items():
        steps = ((BEFORE, ON), (ON, ON)) if roads.transit[then] else ((BEFORE, BEFORE), (ON, AFTER), (AFTER, AFTER))
        for first in roads.into[node]:
            if not roads.may_turn(first, then):
                continue
            for stage, after in steps:
                if (stage == ON) == roads.transit[first]:
                    roads.graph.add_edge((first, stage), (then, after), cost=roads.cost[then])
