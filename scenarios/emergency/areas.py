"""What closures cut: areas of roads that hang together, the places in each, and travel inside each of them.

An area is a connected part of the open roads that any vehicle class of the county can drive, directions left aside.
A place belongs to the area of the road that it lay at before; only where that very road is gone to that of the
nearest open one. So a village across a gorge is cut off even though a road on this side is nearer than its own:
nobody crosses an area's border but by the ways of ``scenarios.emergency.county``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from networks.arcs import usable_arcs
from networks.matrix import TravelMatrix, travel_matrix
from networks.network import replace_edges
from networks.overrides import apply_closures
from networks.packed import NO_PATH
from networks.snap import REACH_M, SnapReport, Spots, find_spots, open_edges, snap_report
from scenarios.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.override_model import Closure
    from networks.points import Points
    from networks.profiles import Conditions, Profile
    from scenarios.build import County

NOWHERE = -1
"""Area of a place with no open road in reach, and of roads that nobody can drive."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The roads of a county before and after the closures, and where its places are.

    ``before``, ``after``: the networks; ``area_of_edge`` (m,) and ``area_of`` (n,) by edge and by point, ``NOWHERE``
    where there is none. ``hubs``: areas with a hub. ``cache`` as in ``travel_matrix``.
    """

    before: RoadNetwork
    after: RoadNetwork
    profiles: Mapping[str, Profile]
    points: Points
    conditions: Conditions
    area_of_edge: np.ndarray
    area_of: np.ndarray
    hubs: frozenset[int]
    cache: Path | None = None

    @cached_property
    def closed(self) -> np.ndarray:
        """(m,) bool: edges that are closed now and were not before."""
        return np.asarray(self.after.edges["closed"].to_numpy() & ~self.before.edges["closed"].to_numpy())

    @property
    def isolated(self) -> tuple[int, ...]:
        """Areas with places and without a hub, those with most places first."""
        found, counts = np.unique(self.area_of, return_counts=True)
        areas = [(int(-k), int(a)) for a, k in zip(found, counts, strict=True) if a != NOWHERE and a not in self.hubs]
        return tuple(area for _, area in sorted(areas))

    def nodes_of(self, areas: Sequence[int] | frozenset[int]) -> np.ndarray:
        """Return the nodes (k,) of the roads of some areas, ascending."""
        inside = np.isin(self.area_of_edge, list(areas))
        ends = self.after.edges.loc[inside, ["u", "v"]].to_numpy(np.int64)  # (k, 2)
        return np.unique(ends)

    def roads_of(self, areas: Sequence[int] | frozenset[int]) -> RoadNetwork:
        """Return the network in which only the roads of some areas are open."""
        return replace_edges(
            self.after, closed=self.after.edges["closed"].to_numpy() | ~np.isin(self.area_of_edge, list(areas))
        )

    def matrix(self, profile: str, points: Points, area_of: np.ndarray) -> TravelMatrix:
        """Return the legs between ``points``, each in the area of ``area_of`` (n,); no leg leads to another area."""
        n = len(points)
        duration_s, distance_m = (np.full((n, n), NO_PATH, dtype=np.int64) for _ in range(2))
        spots = Spots.nowhere(n)
        for areas in self._blocks(area_of):
            rows = np.flatnonzero(np.isin(area_of, list(areas)))
            found = travel_matrix(
                self.roads_of(areas),
                self.profiles[profile],
                points.take(rows),
                conditions=self.conditions,
                cache=self.cache,
            )
            duration_s[np.ix_(rows, rows)], distance_m[np.ix_(rows, rows)] = found.duration_s, found.distance_m
            for name in ("edge", "fraction", "distance_m"):
                getattr(spots, name)[rows] = getattr(found.snaps.spots, name)
        np.fill_diagonal(duration_s, 0)
        np.fill_diagonal(distance_m, 0)
        snaps: SnapReport = snap_report(self.profiles[profile], points.ids, spots)
        return TravelMatrix(profile=profile, ids=points.ids, duration_s=duration_s, distance_m=distance_m, snaps=snaps)

    def _blocks(self, area_of: np.ndarray) -> list[frozenset[int]]:
        """Return what is computed together: the areas of all hubs, and each other area that has points."""
        others = sorted({int(a) for a in area_of} - self.hubs - {NOWHERE})
        return [self.hubs, *(frozenset({area}) for area in others)]


def cut(county: County, closures: Sequence[Closure], *, cache: Path | None = None) -> Ground:
    """Return what ``closures`` do to a county that was built without them. O(m + n log m) for each profile.

    Raises
    ------
    networks.errors.InvalidInput
        E233, when a closed edge or way is not in the network.
    InvalidInput
        E540 with E549, when a hub is on no open road any more.
    """
    day, season = county.scenario.date, county.scenario.season
    after = apply_closures(county.network, closures, day, season=season)
    was_open = _open_to_any(county.network, county)
    is_open = was_open & ~after.edges["closed"].to_numpy()
    area_of_edge = _areas(after, is_open)
    area_of = _area_of_points(county, was_open, is_open, area_of_edge)
    hubs = [row for row, place in enumerate(county.scenario.places) if place.tier == "hub"]
    lost = [county.scenario.places[row].id for row in hubs if area_of[row] == NOWHERE]
    if lost:
        faults = tuple(Fault(code="E549", file="", column="closed", value=name) for name in lost)
        raise InvalidInput("E540", faults=faults, count=len(faults))
    return Ground(
        before=county.network,
        after=after,
        profiles=county.profiles,
        points=county.points,
        conditions=county.conditions,
        area_of_edge=area_of_edge,
        area_of=area_of,
        hubs=frozenset(int(area_of[row]) for row in hubs),
        cache=cache,
    )


def _open_to_any(network: RoadNetwork, county: County) -> np.ndarray:
    """Return (m,) bool: edges that some class may use and come back from."""
    found = np.zeros(len(network.edges), dtype=bool)
    for profile in county.profiles.values():
        found |= open_edges(network, usable_arcs(network, profile, county.conditions)) | _through(
            network, profile, county
        )
    return found


def _through(network: RoadNetwork, profile: Profile, county: County) -> np.ndarray:
    """Return (m,) bool: edges that the class drives through, tunnels and motorways with them."""
    usable = usable_arcs(network, profile, county.conditions).usable
    return np.asarray(usable[::2] | usable[1::2])


def _areas(network: RoadNetwork, is_open: np.ndarray) -> np.ndarray:
    """Return the number of the connected part (m,) of each open edge, ``NOWHERE`` for the others."""
    u, v = (network.edges[end].to_numpy(np.int64) for end in ("u", "v"))
    size = len(network.nodes)
    links = coo_array((np.ones(int(is_open.sum())), (u[is_open], v[is_open])), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    return np.where(is_open, part[u], NOWHERE)


def _area_of_points(county: County, was_open: np.ndarray, is_open: np.ndarray, area_of_edge: np.ndarray) -> np.ndarray:
    """Return the area (n,) of each place: that of its road, or of the nearest open one where that is gone."""
    own = find_spots(county.network, _snappable(county.network, was_open), county.points)
    near = find_spots(county.network, _snappable(county.network, is_open), county.points)
    is_gone = (own.edge < 0) | ~is_open[own.edge]
    edge = np.where(is_gone, near.edge, own.edge)
    distance_m = np.where(is_gone, near.distance_m, own.distance_m)
    is_reached = (edge >= 0) & (distance_m <= REACH_M)
    return np.where(is_reached, area_of_edge[edge], NOWHERE)


def _snappable(network: RoadNetwork, is_open: np.ndarray) -> np.ndarray:
    is_motorway = np.asarray(network.edges["road_class"] == "motorway")
    return np.asarray(is_open & ~is_motorway & ~network.edges["tunnel"].to_numpy(bool))
