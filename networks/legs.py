"""The road part of all legs between points, computed or remembered.

With a cache folder nothing is computed twice: an entry is found by the digest of the
roads, of the profile under the day's conditions, and of the points' coordinates. When
only the points or only the roads differ from an earlier entry, what is still true of that
one is kept (``networks.update``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from networks import cache as disk
from networks.arcs import Arcs, usable_arcs
from networks.energy import arc_energy
from networks.graph import RoadGraph, build_graph, hooks_of
from networks.leg_energy import leg_energy
from networks.packed import refuse_overflow
from networks.profiles import arc_times
from networks.search import rows
from networks.snap import SnapReport, Spots, find_spots, open_edges, snap_report
from networks.update import Known, updated

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile

RULES = "1"
"""Changes whenever the same roads and points would give other numbers: old entries then go unused."""


@dataclass(frozen=True, kw_only=True)
class _Name:
    """Name of a cache entry: digests of the roads, the way to drive on them, and the points."""

    road: str
    way: str
    points: str

    def __str__(self) -> str:
        return f"legs-{self.road}-{self.way}-{self.points}"


def compute_legs(
    network: RoadNetwork, profile: Profile, points: Points, conditions: Conditions, cache: Path | None
) -> tuple[np.ndarray, SnapReport]:
    """Return packed weights (n, n) between the spots where ``points`` touch the road, and those spots.

    Raises
    ------
    InvalidInput
        E250, when paths are too long for exact arithmetic.
    """
    if cache is None:
        packed, snaps, _ = _anew(_roads(network, profile, conditions), profile, points)
        return packed, snaps
    name = _name(network, profile, points, conditions)
    entry = disk.load(cache, str(name))
    if entry is not None:
        return entry["packed"], snap_report(profile, points.ids, _spots_of(entry))
    roads = _roads(network, profile, conditions)
    packed, snaps, graph = _from_earlier(roads, profile, points, cache, name) or _anew(roads, profile, points)
    entry = {"lon": points.lon, "lat": points.lat, "packed": packed, **_fields_of(snaps.spots)}
    disk.store(cache, str(name), entry | ({} if graph is None else graph.arrays()))
    disk.store(cache, f"roads-{name.road}-{name.way}", {**_fields_of(roads.arcs), "is_open": roads.is_open})
    return packed, snaps


def compute_energy(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    conditions: Conditions,
    *,
    cache: Path | None,
    snaps: SnapReport,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the terms a and b (n, n) of the legs' energy, nan where there is no path."""
    name = f"energy-of-{_name(network, profile, points, conditions)}"
    entry = disk.load(cache, name) if cache is not None else None
    if entry is not None:
        return entry["a"], entry["b"]
    arcs = usable_arcs(network, profile, conditions)
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    use = arc_energy(network, profile, arc_times(network, profile, conditions))
    a, b = leg_energy(graph, arcs, use.a.ravel(), use.b.ravel())
    if cache is not None:
        disk.store(cache, name, {"a": a, "b": b})
    return a, b


@dataclass(frozen=True, kw_only=True, eq=False)
class _Roads:
    """A network as a profile sees it; ``is_open`` (m,) bool edges may be snapped to."""

    network: RoadNetwork
    arcs: Arcs
    is_open: np.ndarray


_Found = tuple[np.ndarray, SnapReport, RoadGraph | None]
"""Packed weights, snaps, and the graph searched if all of it was."""


def _roads(network: RoadNetwork, profile: Profile, conditions: Conditions) -> _Roads:
    arcs = usable_arcs(network, profile, conditions)
    return _Roads(network=network, arcs=arcs, is_open=open_edges(network, arcs))


def _anew(roads: _Roads, profile: Profile, points: Points) -> _Found:
    snaps = snap_report(profile, points.ids, find_spots(roads.network, roads.is_open, points))
    graph = build_graph(roads.arcs, hooks_of(roads.arcs, snaps.edge, snaps.fraction))
    packed = rows(graph, np.arange(len(points)))
    return _within_range(packed, roads.arcs), snaps, graph


def _within_range(packed: np.ndarray, arcs: Arcs) -> np.ndarray:
    refuse_overflow(int(packed.max(initial=0)), arcs.weight[arcs.usable])
    return packed


def _name(network: RoadNetwork, profile: Profile, points: Points, conditions: Conditions) -> _Name:
    way = hashlib.sha256(f"{RULES}\n{profile!r}\n{conditions!r}".encode()).hexdigest()
    shape = hashlib.sha256(network.lon.tobytes() + network.lat.tobytes()).hexdigest()
    return _Name(road=f"{shape[:12]}.{network.digest[:20]}", way=way[:20], points=points.digest[:20])


def _from_earlier(roads: _Roads, profile: Profile, points: Points, cache: Path, name: _Name) -> _Found | None:
    """Return the legs by way of an earlier entry: other points on these roads, or these points on other roads.

    Other roads have the same nodes, or they are of no use.
    """
    shape = name.road.split(".")[0]
    for pattern in (f"legs-{name.road}-{name.way}-*", f"legs-{shape}.*-{name.way}-{name.points}"):
        earlier = disk.newest(cache, pattern)
        entry = disk.load(cache, earlier) if earlier else None
        before = disk.load(cache, f"roads-{earlier.split('-')[1]}-{name.way}") if earlier and entry else None
        if entry is None or before is None or not entry["lon"].size:
            continue
        was_open = before.pop("is_open")
        spots, old = _spots_of(entry), _positions(points, entry["lon"] + 1j * entry["lat"])
        snaps = snap_report(profile, points.ids, _spots_again(roads, points, was_open, spots, old))
        reached = snap_report(profile, tuple("" for _ in spots.edge), spots)
        known = Known(
            arcs=Arcs(**before),
            edge=reached.edge,
            fraction=reached.fraction,
            packed=entry["packed"],
            graph=RoadGraph.from_arrays(entry) if "num_states" in entry else None,
        )
        packed = updated(known, roads.arcs, snaps.edge, snaps.fraction, old)
        if packed is not None:
            return _within_range(packed, roads.arcs), snaps, None
    return None


def _spots_again(roads: _Roads, points: Points, was_open: np.ndarray, spots: Spots, old: np.ndarray) -> Spots:
    """Return the nearest spots of ``points``, looking only for those whose edge is no longer open, and new ones."""
    if was_open.shape != roads.is_open.shape or (roads.is_open & ~was_open).any():
        return find_spots(roads.network, roads.is_open, points)
    edge = spots.edge[old]
    lost = np.flatnonzero((old < 0) | ((edge >= 0) & ~roads.is_open[edge]))
    kept = {name: array[old] for name, array in _fields_of(spots).items()}
    if lost.size:
        for name, array in _fields_of(find_spots(roads.network, roads.is_open, points.take(lost))).items():
            kept[name][lost] = array
    return Spots(**kept)


def _spots_of(entry: dict[str, np.ndarray]) -> Spots:
    return Spots(**{field.name: entry[field.name] for field in fields(Spots)})


def _fields_of(thing: Arcs | Spots) -> dict[str, np.ndarray]:
    """Return the arrays of ``thing`` by name, to be stored."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def _positions(points: Points, known: np.ndarray) -> np.ndarray:
    """Return (n,) the position of each point among the ``known`` lon + i lat, -1 where it is new."""
    order = np.argsort(known)
    wanted = points.lon + 1j * points.lat
    found = order[np.minimum(np.searchsorted(known, wanted, sorter=order), known.size - 1)]
    return np.where(known[found] == wanted, found, -1)
