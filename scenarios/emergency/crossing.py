"""Where goods are carried across a break: the two ends of the walk, and how far it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from networks.network import geodesic_m
from networks.snap import metres_per_degree
from scenarios.errors import Fault, InvalidInput
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.sparse import csr_array

    from scenarios.emergency.areas import Ground
    from scenarios.emergency.model import Relay

WALK_M_PER_MIN = 50
"""Metres a minute with a tote over rubble: 3 km/h, a placeholder."""

NEAR_M = 3_000
"""A relay farther than this from any road that is cut off is not at its break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A relay in its place: at node ``near`` goods come by the hub's vehicles, at ``far`` they go on in ``area``.

    ``walk_m`` between both; ``tote_s`` to carry one tote over.
    """

    relay: Relay
    area: int
    near: tuple[float, float]
    far: tuple[float, float]
    walk_m: int
    tote_s: int

    @property
    def notes(self) -> Iterator[Text]:
        """Tell what of the walk was measured or assumed."""
        if self.relay.walk_m is None:
            zh = f"接驳点 {self.relay.id} 的步行距离按原路量得 {self.walk_m} 米"
            yield Text(zh, f"relay {self.relay.id}: the walk is measured along the closed road, {self.walk_m} m")
        if self.relay.tote_s is None:
            minutes = self.tote_s // 60
            zh = f"接驳点 {self.relay.id} 每箱 {minutes} 分钟（每分钟 {WALK_M_PER_MIN} 米，占位值）"
            en = f"relay {self.relay.id}: {minutes} min a tote, at {WALK_M_PER_MIN} m a minute (placeholder)"
            yield Text(zh, en)


def find_crossings(ground: Ground, relays: Sequence[Relay], *, file: str = "") -> tuple[Crossing, ...]:
    """Return each relay at its break, in order. One search over all roads for each relay.

    Raises
    ------
    InvalidInput
        E540 with every fault: E545 a spot that is near no isolated road, E546 no isolated area is left for a relay
        without a spot.
    """
    faults: list[Fault] = []
    found: list[Crossing] = []
    left = list(ground.isolated)
    for rank, relay in enumerate(relays, start=1):
        area = _area_near(ground, relay) if relay.lon is not None else (left[0] if left else None)
        if area is None:
            code, column = ("E546", "id") if relay.lon is None else ("E545", "lon")
            values = {"count": len(ground.isolated), "limit": NEAR_M}
            faults.append(Fault(code=code, file=file, column=f"relays[{rank}].{column}", value=relay.id, values=values))
            continue
        left = [each for each in left if each != area]
        found.append(_crossing(ground, relay, area))
    if faults:
        raise InvalidInput("E540", faults=tuple(faults), count=len(faults))
    return tuple(found)


def _area_near(ground: Ground, relay: Relay) -> int | None:
    """Return the isolated area whose roads are nearest to the relay's spot, None where none is near."""
    distances = [(_distance_m(ground, relay, ground.nodes_of([area])).min(), area) for area in ground.isolated]
    best_m, area = min(distances, default=(math.inf, -1))
    return area if best_m <= NEAR_M else None


def _distance_m(ground: Ground, relay: Relay, nodes: np.ndarray) -> np.ndarray:
    """Return metres (k,) from the relay's spot to ``nodes`` (k,)."""
    lon, lat = (np.full(len(nodes), value, dtype=np.float64) for value in (relay.lon, relay.lat))
    return geodesic_m(lon, lat, ground.after.lon[nodes], ground.after.lat[nodes])


def _crossing(ground: Ground, relay: Relay, area: int) -> Crossing:
    here, there = ground.nodes_of(ground.hubs), ground.nodes_of([area])
    if relay.lon is not None:
        here, there = _round(ground, relay, here), _round(ground, relay, there)
    near, far, along_m = _shortest(ground, here, there)
    walk_m = relay.walk_m if relay.walk_m is not None else math.ceil(along_m)
    usual_s = max(1, math.ceil(walk_m / WALK_M_PER_MIN)) * 60
    node = list(zip(ground.after.lon.tolist(), ground.after.lat.tolist(), strict=True))
    return Crossing(
        relay=relay,
        area=area,
        near=node[near],
        far=node[far],
        walk_m=walk_m,
        tote_s=usual_s if relay.tote_s is None else relay.tote_s,
    )


def _round(ground: Ground, relay: Relay, nodes: np.ndarray) -> np.ndarray:
    """Return the nodes within ``NEAR_M`` of the relay's spot, or else the nearest one."""
    metres = _distance_m(ground, relay, nodes)
    return nodes[metres <= max(NEAR_M, float(metres.min()))]


def _shortest(ground: Ground, here: np.ndarray, there: np.ndarray) -> tuple[int, int, float]:
    """Return the ends of the shortest walk from ``here`` to ``there`` (node positions) and its metres.

    Along roads, closed ones as well; where no road ever led across, as the crow flies between the nearest ends.
    """
    distance_m, before, _ = dijkstra(
        _links(ground), directed=False, indices=here, min_only=True, return_predecessors=True
    )
    far = int(there[distance_m[there].argmin()])
    if not np.isfinite(distance_m[far]):
        return _across(ground, here, there)
    near, sources = far, set(here.tolist())
    while near not in sources:
        near = int(before[near])
    return near, far, float(distance_m[far])


def _links(ground: Ground) -> csr_array:
    """Return all roads of before as links in metres, the shortest of those between the same two nodes."""
    edges, size = ground.before.edges, len(ground.before.nodes)
    ends = np.sort(edges[["u", "v"]].to_numpy(np.int64), axis=1)  # (m, 2)
    metres = np.maximum(edges["length_m"].to_numpy(), 0.01)
    order = np.lexsort((metres, ends[:, 1], ends[:, 0]))
    _, first = np.unique(ends[order], axis=0, return_index=True)
    kept = order[first]
    return coo_array((metres[kept], (ends[kept, 0], ends[kept, 1])), shape=(size, size)).tocsr()


def _across(ground: Ground, here: np.ndarray, there: np.ndarray) -> tuple[int, int, float]:
    """Return the two nearest nodes of two sets, and the metres between them as the crow flies."""
    place = np.column_stack([ground.before.lon, ground.before.lat]) * np.column_stack(
        metres_per_degree(float(np.median(ground.before.lat)))
    )
    found = cKDTree(place[here]).query(place[there])
    metres, rank = (np.asarray(part) for part in found)  # (k,) each
    best = int(metres.argmin())
    return int(here[rank[best]]), int(there[best]), float(metres[best])
