"""Where a place touches the road: the nearest point of the nearest edge that its vehicle can use.

Edges, not nodes, are snapped to, and only those of the profile's largest strongly
connected part, so that whoever can drive there can drive back. The last stretch from the
road to the place, the access leg, is taken as the crow flies at the profile's slowest
speed. A place with no such edge within ``REACH_M`` is unreachable for the profile: that is a
row of the report and not an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks.arcs import usable_arcs
from networks.packed import length_dm
from networks.profiles import DRY_AND_CLEAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from networks.arcs import Arcs
    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile

FAR_M = 300.0
"""An access leg longer than this makes a place "far": look at the map, a road may be missing."""

REACH_M = 2_000.0
"""An access leg is never longer than this; a place beyond is unreachable."""

SEMI_MAJOR_M = 6_378_137.0
"""Of the WGS-84 ellipsoid."""

ECCENTRICITY_SQUARED = 0.00669437999014
"""Of the WGS-84 ellipsoid."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Spots:
    """The spot of the road nearest to each of n points, within reach or not.

    ``edge`` (n,) int64 (-1: there is no road), ``fraction`` (n,) of the edge from u to
    v, ``distance_m`` (n,); nan where there is no road.
    """

    edge: np.ndarray
    fraction: np.ndarray
    distance_m: np.ndarray

    @classmethod
    def nowhere(cls, count: int) -> Spots:
        """Return the spots of ``count`` points in a county without roads."""
        return cls(edge=np.full(count, -1), fraction=np.full(count, np.nan), distance_m=np.full(count, np.nan))


@dataclass(frozen=True, eq=False)
class SnapReport:
    """How n points touch the roads of one profile.

    ``table`` has a row a point, in order: ``id``; ``status`` "ok", "far" or "unreachable";
    ``distance_m`` to the nearest usable edge (nan: there is none at all); ``edge`` its
    position in the network (-1 when unreachable); ``fraction`` of the edge from u to v;
    ``access_s`` and ``access_m`` of the access leg (nan when unreachable). ``spots`` are the
    nearest of all, those out of reach included.
    """

    profile: str
    table: pd.DataFrame
    spots: Spots

    @property
    def edge(self) -> np.ndarray:
        """(n,) int64 edge positions, -1 when unreachable."""
        return np.asarray(self.table["edge"], dtype=np.int64)

    @property
    def fraction(self) -> np.ndarray:
        """(n,) float64 positions on the edges, 0 at u and 1 at v."""
        return np.asarray(self.table["fraction"], dtype=np.float64)

    @property
    def access_ms(self) -> np.ndarray:
        """(n,) int64 whole milliseconds of the access legs, 0 when unreachable."""
        return _whole(self.table["access_s"], 1000)

    @property
    def access_dm(self) -> np.ndarray:
        """(n,) int64 whole decimetres of the access legs, 0 when unreachable."""
        return _whole(self.table["access_m"], 10)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Ids that no road of this profile comes near."""
        return self._with_status("unreachable")

    @property
    def far(self) -> tuple[str, ...]:
        """Ids whose access leg is longer than ``FAR_M``."""
        return self._with_status("far")

    def _with_status(self, status: str) -> tuple[str, ...]:
        return tuple(self.table.loc[self.table["status"] == status, "id"])


def _whole(column: pd.Series, per_unit: int) -> np.ndarray:
    return np.asarray(np.rint(column.fillna(0.0).to_numpy() * per_unit), dtype=np.int64)


def snap(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    conditions: Conditions = DRY_AND_CLEAR,
    *,
    arcs: Arcs | None = None,
) -> SnapReport:
    """Return where ``points`` touch the roads of ``profile``; O((m + n) log m) for m edges, n points.

    Tunnels and motorways are never snapped to: no village opens onto one. Of equally near
    edges the first counts. Give ``arcs`` when they are known already.
    """
    arcs = usable_arcs(network, profile, conditions) if arcs is None else arcs
    return snap_report(profile, points.ids, find_spots(network, open_edges(network, arcs), points))


def reached_by_none(reports: Iterable[SnapReport]) -> tuple[str, ...]:
    """Return the ids that no profile of ``reports`` (all on the same points) reaches, in order of the points."""
    named = [report.unreachable for report in reports]
    everywhere = set(named[0]).intersection(*named) if named else set()
    return tuple(name for name in named[0] if name in everywhere) if named else ()


def open_edges(network: RoadNetwork, arcs: Arcs) -> np.ndarray:
    """Return (m,) bool: the edges that may be snapped to."""
    is_motorway = np.asarray(network.edges["road_class"] == "motorway")
    return np.asarray(edges_there_and_back(arcs) & ~is_motorway & ~network.edges["tunnel"].to_numpy(bool))


def find_spots(network: RoadNetwork, is_open: np.ndarray, points: Points) -> Spots:
    """Return the spots on the edges ``is_open`` (m,) bool nearest to ``points``, one by one, however far."""
    edges = np.flatnonzero(is_open)
    ends = [np.column_stack([network.lon[node], network.lat[node]]) for node in _ends(network, edges)]
    nearest = _nearest(points, *ends, scale=metres_per_degree(float(np.median(network.lat)))) if edges.size else None
    spots = Spots.nowhere(len(points))
    if nearest is not None:
        place = np.column_stack([points.lon, points.lat])
        spots.distance_m[:], spots.fraction[:] = _project(place, *(end[nearest] for end in ends))
        spots.edge[:] = edges[nearest]
    return spots


def _ends(network: RoadNetwork, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return network.edges["u"].to_numpy()[edges], network.edges["v"].to_numpy()[edges]


def edges_there_and_back(arcs: Arcs) -> np.ndarray:
    """Return (m,) bool: edges from which a leg can begin and on which it can end, for all of which each reaches each.

    The longest strongly connected part of the through roads, and the roads for a leg's
    ends from which that part can be reached and which can be reached from it.
    """
    through = np.flatnonzero(arcs.usable & arcs.transit)
    core = np.zeros(arcs.num_nodes, dtype=bool)
    if through.size:
        part = _strong_parts(arcs.tail[through], arcs.head[through], arcs.num_nodes)
        is_inside = part[arcs.tail[through]] == part[arcs.head[through]]
        inner = through[is_inside]
        core = (
            part == np.bincount(part[arcs.tail[inner]], weights=length_dm(arcs.weight[inner])).argmax()
            if inner.size
            else core
        )
    found = arcs.usable & arcs.transit & core[arcs.tail] & core[arcs.head]
    ends_only = np.flatnonzero(arcs.usable & ~arcs.transit)
    if core.any() and ends_only.size:
        merged = np.where(core, 0, 1 + np.arange(arcs.num_nodes))  # the through roads as one node
        tail, head = merged[arcs.tail[ends_only]], merged[arcs.head[ends_only]]
        part = _strong_parts(tail, head, arcs.num_nodes + 1)
        found[ends_only] = (part[tail] == part[0]) & (part[head] == part[0])
    return np.asarray(found[::2] | found[1::2])


def _strong_parts(tail: np.ndarray, head: np.ndarray, num_nodes: int) -> np.ndarray:
    links = coo_array((np.ones(tail.size), (tail, head)), shape=(num_nodes, num_nodes))
    return connected_components(links, connection="strong")[1]


def _nearest(points: Points, u: np.ndarray, v: np.ndarray, *, scale: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the nearest of the edges u-v ((k, 2) degrees, k > 0) for each point, the first of equals.

    ``scale`` depends on the network alone, so that a point's spot does not depend on the other points.
    """
    pieces = np.asarray(shapely.linestrings(np.stack([u * scale, v * scale], axis=1)))
    places = shapely.points(points.lon * scale[0], points.lat * scale[1])
    point, edge = shapely.STRtree(pieces).query_nearest(places, all_matches=True)
    order = np.lexsort((edge, point))[::-1]
    nearest = np.zeros(len(points), dtype=np.int64)
    nearest[point[order]] = edge[order]  # the lowest edge of each point is written last
    return nearest


def _project(place: np.ndarray, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return metres from ``place`` to the segment u-v and the nearest fraction of it; (n, 2) degrees each.

    Flat metres around each place, good to a millimetre per hundred metres.
    """
    scale = np.column_stack(metres_per_degree(place[:, 1]))
    along, toward = (v - u) * scale, (place - u) * scale
    length_squared = np.maximum((along**2).sum(axis=1), 1e-12)
    fraction = np.clip((along * toward).sum(axis=1) / length_squared, 0.0, 1.0)
    return np.hypot(*(toward - fraction[:, None] * along).T), fraction


def metres_per_degree(lat: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return metres per degree of longitude and of latitude at ``lat`` on the WGS-84 ellipsoid."""
    phi = np.radians(lat)
    bend = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    east = np.cos(phi) * SEMI_MAJOR_M / np.sqrt(bend)
    north = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / bend**1.5
    return np.radians(east), np.radians(north)


def snap_report(profile: Profile, ids: tuple[str, ...], spots: Spots) -> SnapReport:
    """Return the report on points with these nearest ``spots``."""
    is_reached = spots.distance_m <= REACH_M  # False where there is no distance
    access_m = np.where(is_reached, spots.distance_m, np.nan)
    table = pd.DataFrame(
        {
            "id": list(ids),
            "status": np.where(is_reached, np.where(access_m <= FAR_M, "ok", "far"), "unreachable"),
            "distance_m": spots.distance_m,
            "edge": np.where(is_reached, spots.edge, -1),
            "fraction": np.where(is_reached, spots.fraction, np.nan),
            "access_s": access_m / (profile.slowest_kmh / 3.6),
            "access_m": access_m,
        }
    )
    return SnapReport(profile.id, table, spots)
