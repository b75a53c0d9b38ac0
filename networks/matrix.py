"""Travel matrices: whole seconds and metres along the quickest path between points, per profile.

A leg from one place to another is its access leg to the road, the quickest path (of
equally quick ones the shortest) and the access leg at the other end. Arcs are timed in
whole milliseconds and measured in whole decimetres (``networks.packed``), summed exactly
and rounded once at the end, halves up. The leg from a point to itself, or to another
with the very same coordinates, is 0; ``NO_PATH`` (-1) marks a leg that cannot be driven.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks import cache as disk
from networks.arcs import USUAL, Arcs, usable_arcs
from networks.graph import build_graph, hooks_of
from networks.packed import NO_PATH, length_dm, refuse_overflow, time_ms
from networks.search import rows
from networks.snap import SnapReport, snap, snap_report
from networks.update import Known, updated

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile

RULES = "1"
"""Changes whenever the same roads and points would give other numbers: old cache entries then go unused."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TravelMatrix:
    """Legs between n points for one profile; rows are origins.

    ``duration_s`` and ``distance_m`` are (n, n) int64, read-only, -1 where there is no path.
    ``energy_a`` and ``energy_b`` are (n, n) float64 or None: driving the leg with a load
    of q takes a + b q (see ``networks.energy``), nan where there is no path.
    """

    profile: str
    ids: tuple[str, ...]
    duration_s: np.ndarray
    distance_m: np.ndarray
    snaps: SnapReport
    energy_a: np.ndarray | None = None
    energy_b: np.ndarray | None = None

    def __post_init__(self) -> None:
        for array in (self.duration_s, self.distance_m, self.energy_a, self.energy_b):
            if array is not None:
                array.setflags(write=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Legs:
    """The road part of all legs: packed weights (n, n) between the points of ``snaps``."""

    packed: np.ndarray
    snaps: SnapReport


def travel_matrix(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    *,
    conditions: Conditions = USUAL,
    cache: Path | None = None,
) -> TravelMatrix:
    """Return the legs between ``points`` for ``profile``.

    With a ``cache`` folder, points computed before on the same roads cost reading a file;
    after closures or with some new points only the legs concerned are searched. The
    numbers are the same either way. One search per point, O(n s log s) for s states.

    Raises
    ------
    InvalidInput
        E250, when paths are too long for exact arithmetic (1,677 km or 149 h).
    """
    if cache is None:
        arcs = usable_arcs(network, profile, conditions)
        legs = _anew(arcs, snap(network, profile, points, conditions, arcs=arcs))
    else:
        legs = _through_cache(network, profile, points, conditions, cache)
    return _rounded(profile, points, legs)


def _anew(arcs: Arcs, snaps: SnapReport) -> _Legs:
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    packed = rows(graph, np.arange(len(snaps.table)))
    return _checked(packed, arcs, snaps)


def _checked(packed: np.ndarray, arcs: Arcs, snaps: SnapReport) -> _Legs:
    refuse_overflow(int(packed.max(initial=0)), arcs.weight[arcs.usable])
    return _Legs(packed=packed, snaps=snaps)


def _rounded(profile: Profile, points: Points, legs: _Legs) -> TravelMatrix:
    """Add the access legs and round, halves up."""
    duration_s = _summed(time_ms(legs.packed), legs.snaps.table["access_s"].to_numpy(float) * 1000, 1000)
    distance_m = _summed(length_dm(legs.packed), legs.snaps.table["access_m"].to_numpy(float) * 10, 10)
    is_missing, is_same = legs.packed == NO_PATH, _same_coordinates(points)
    for array in (duration_s, distance_m):
        array[is_missing] = NO_PATH
        array[is_same] = 0
    return TravelMatrix(
        profile=profile.id, ids=points.ids, duration_s=duration_s, distance_m=distance_m, snaps=legs.snaps
    )


def _summed(road: np.ndarray, access: np.ndarray, unit: int) -> np.ndarray:
    """Return (n, n) road parts plus both access legs (n,), in whole ``unit`` parts."""
    whole = np.rint(np.nan_to_num(access)).astype(np.int64)
    total = road + (whole[:, None] + whole + unit // 2)
    total //= unit
    return total


def _same_coordinates(points: Points) -> np.ndarray:
    """Return (n, n) bool: the diagonal, and pairs of points with the very same coordinates."""
    _, number = np.unique(points.lon + 1j * points.lat, return_inverse=True)
    return np.asarray(number[:, None] == number)


def _through_cache(
    network: RoadNetwork, profile: Profile, points: Points, conditions: Conditions, cache: Path
) -> _Legs:
    road, way = network.digest[:20], _digest(RULES, repr(profile), repr(conditions))
    name = f"{road}-{way}-{points.digest[:20]}"
    entry = disk.load(cache, name)
    if entry is not None:
        return _Legs(packed=entry["packed"], snaps=_report(entry, profile, points))
    arcs = usable_arcs(network, profile, conditions)
    snaps = snap(network, profile, points, conditions, arcs=arcs)
    legs = _from_earlier(arcs, snaps, points, cache, road, way) or _anew(arcs, snaps)
    distance_m = snaps.table["distance_m"].to_numpy(float)
    entry = {"edge": snaps.edge, "fraction": snaps.fraction, "distance_m": distance_m, "packed": legs.packed}
    disk.store(cache, name, entry | {"lon": points.lon, "lat": points.lat})
    disk.store(cache, f"arcs-{road}-{way}", arcs.arrays())
    return legs


def _from_earlier(arcs: Arcs, snaps: SnapReport, points: Points, cache: Path, road: str, way: str) -> _Legs | None:
    """Return the legs by way of an earlier entry: other points on these roads, or these points on other roads."""
    for pattern in (f"{road}-{way}-*", f"*-{way}-{points.digest[:20]}"):
        name = disk.newest(cache, pattern)
        entry = disk.load(cache, name) if name else None
        earlier = disk.load(cache, f"arcs-{name[:20]}-{way}") if name and entry else None
        if entry is None or earlier is None:
            continue
        known = Known(arcs=Arcs(**earlier), edge=entry["edge"], fraction=entry["fraction"], packed=entry["packed"])
        old = _positions(points, entry["lon"] + 1j * entry["lat"])
        packed = updated(known, arcs, snaps.edge, snaps.fraction, old)
        if packed is not None:
            return _checked(packed, arcs, snaps)
    return None


def _positions(points: Points, known: np.ndarray) -> np.ndarray:
    """Return (n,) the position of each point among the ``known`` lon + i lat, -1 where it is new."""
    order = np.argsort(known)
    wanted = points.lon + 1j * points.lat
    found = order[np.minimum(np.searchsorted(known, wanted, sorter=order), known.size - 1)]
    return np.where(known[found] == wanted, found, -1)


def _report(entry: dict[str, np.ndarray], profile: Profile, points: Points) -> SnapReport:
    return snap_report(profile, points.ids, entry["edge"], entry["fraction"], entry["distance_m"])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
