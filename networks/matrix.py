"""Travel matrices: whole seconds and metres along the quickest path between points, per profile.

A leg from one place to another is its access leg to the road, the quickest path (of
equally quick ones the shortest) and the access leg at the other end. Arcs are timed in
whole milliseconds and measured in whole decimetres (``networks.packed``), summed exactly
and rounded once at the end, halves up. The leg from a point to itself, or to another
with the very same coordinates, is 0; ``NO_PATH`` (-1) marks a leg that cannot be driven.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.legs import compute_energy, compute_legs
from networks.packed import NO_PATH, length_dm, time_ms
from networks.profiles import DRY_AND_CLEAR

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.points import Points
    from networks.profiles import Conditions, Profile
    from networks.snap import SnapReport


@dataclass(frozen=True, kw_only=True, eq=False)
class TravelMatrix:
    """Legs between n points for one profile; rows are origins.

    ``duration_s`` and ``distance_m`` are (n, n) int64, -1 where there is no path.
    ``energy_a`` and ``energy_b`` are (n, n) float64 or None: driving the road part of
    the leg with q kg of load takes a + b q litres or kWh (``networks.energy``), nan where
    there is no path. All are read-only.
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


def travel_matrix(
    network: RoadNetwork,
    profile: Profile,
    points: Points,
    *,
    conditions: Conditions = DRY_AND_CLEAR,
    cache: Path | None = None,
    energy: bool = False,
) -> TravelMatrix:
    """Return the legs between ``points`` for ``profile``, with their energy terms if asked.

    With a ``cache`` folder, points computed before on the same roads cost reading a file;
    after closures or with some new points only the legs concerned are searched. The
    numbers are the same either way. One search per point, O(n s log s) for s states.

    Raises
    ------
    InvalidInput
        E224, when the profile does not know the weather; E250, when paths are too long
        for exact arithmetic (1,677 km or 149 h).
    """
    packed, snaps = compute_legs(network, profile, points, conditions, cache)
    is_missing, is_same = packed == NO_PATH, _same_coordinates(points)
    duration_s = _summed(time_ms(packed), snaps.access_ms, 1000)
    distance_m = _summed(length_dm(packed), snaps.access_dm, 10)
    for array in (duration_s, distance_m):
        array[is_missing] = NO_PATH
        array[is_same] = 0
    energy_a, energy_b = None, None
    if energy:
        energy_a, energy_b = compute_energy(network, profile, points, conditions, cache=cache, snaps=snaps)
        energy_a[is_same], energy_b[is_same] = 0.0, 0.0
    return TravelMatrix(
        profile=profile.id,
        ids=points.ids,
        duration_s=duration_s,
        distance_m=distance_m,
        snaps=snaps,
        energy_a=energy_a,
        energy_b=energy_b,
    )


def _summed(road: np.ndarray, access: np.ndarray, unit: int) -> np.ndarray:
    """Return (n, n) road parts plus both access legs (n,), in whole ``unit`` parts, halves up."""
    total: np.ndarray = road + (access[:, None] + access + unit // 2)
    total //= unit
    return total


def _same_coordinates(points: Points) -> np.ndarray:
    """Return (n, n) bool: the diagonal, and pairs of points with the very same coordinates."""
    _, number = np.unique(points.lon + 1j * points.lat, return_inverse=True)
    return np.asarray(number[:, None] == number)
