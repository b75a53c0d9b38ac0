"""The road part of all legs between points, computed or remembered.

With a cache folder nothing is computed twice: an entry is found by the digest of the
roads, of the profile under the day's conditions, and of the points' coordinates. When
only the points or only the roads differ from an earlier entry, what is still true of that
one is kept (``networks.update``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks import cache as disk
from networks.arcs import Arcs, usable_arcs
from networks.energy import arc_energy
from networks.graph import build_graph, hooks_of
from networks.leg_energy import leg_energy
from networks.packed import refuse_overflow
from networks.profiles import arc_times
from networks.search import rows
from networks.snap import SnapReport, snap, snap_report
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
        arcs = usable_arcs(network, profile, conditions)
        snaps = snap(network, profile, points, conditions, arcs=arcs)
        return _anew(arcs, snaps), snaps
    name = _name(network, profile, points, conditions)
    entry = disk.load(cache, str(name))
    if entry is not None:
        return entry["packed"], snap_report(profile, points.ids, entry["edge"], entry["fraction"], entry["distance_m"])
    arcs = usable_arcs(network, profile, conditions)
    snaps = snap(network, profile, points, conditions, arcs=arcs)
    packed = _from_earlier(arcs, snaps, points, cache, name)
    if packed is None:
        packed = _anew(arcs, snaps)
    spots = {"lon": points.lon, "lat": points.lat, "edge": snaps.edge, "fraction": snaps.fraction}
    disk.store(cache, str(name), spots | {"distance_m": snaps.distance_m, "packed": packed})
    disk.store(cache, f"arcs-{name.road}-{name.way}", arcs.arrays())
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


def _anew(arcs: Arcs, snaps: SnapReport) -> np.ndarray:
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    packed = rows(graph, np.arange(snaps.edge.size))
    refuse_overflow(int(packed.max(initial=0)), arcs.weight[arcs.usable])
    return packed


def _name(network: RoadNetwork, profile: Profile, points: Points, conditions: Conditions) -> _Name:
    way = hashlib.sha256(f"{RULES}\n{profile!r}\n{conditions!r}".encode()).hexdigest()
    return _Name(road=network.digest[:20], way=way[:20], points=points.digest[:20])


def _from_earlier(arcs: Arcs, snaps: SnapReport, points: Points, cache: Path, name: _Name) -> np.ndarray | None:
    """Return the legs by way of an earlier entry: other points on these roads, or these points on other roads."""
    for pattern in (f"legs-{name.road}-{name.way}-*", f"legs-*-{name.way}-{name.points}"):
        earlier = disk.newest(cache, pattern)
        entry = disk.load(cache, earlier) if earlier else None
        roads = disk.load(cache, f"arcs-{earlier.split('-')[1]}-{name.way}") if earlier and entry else None
        if entry is None or roads is None:
            continue
        known = Known(arcs=Arcs(**roads), edge=entry["edge"], fraction=entry["fraction"], packed=entry["packed"])
        old = _positions(points, entry["lon"] + 1j * entry["lat"])
        packed = updated(known, arcs, snaps.edge, snaps.fraction, old)
        if packed is not None:
            refuse_overflow(int(packed.max(initial=0)), arcs.weight[arcs.usable])
            return packed
    return None


def _positions(points: Points, known: np.ndarray) -> np.ndarray:
    """Return (n,) the position of each point among the ``known`` lon + i lat, -1 where it is new."""
    order = np.argsort(known)
    wanted = points.lon + 1j * points.lat
    found = order[np.minimum(np.searchsorted(known, wanted, sorter=order), known.size - 1)]
    return np.where(known[found] == wanted, found, -1)
