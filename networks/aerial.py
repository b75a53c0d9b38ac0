"""Travel by air: the straight line between points, and the climb over the highest ground between them.

Wind, no-fly areas and charging are not known here; without tiles of the ground the figures of ``Flight`` that stand in
for it are placeholders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from networks.elevation import sample
from networks.network import geodesic_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from networks.elevation import Tile
    from networks.points import Points

SAMPLES = 65
"""Heights looked at along each line, both ends included: every 300 m of 20 km."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """How a drone flies; all figures are placeholders of a middling multirotor.

    ``clearance_m``: above the highest ground between two points. ``relief_factor``: on the length of the line, where
    the ground is not known.
    """

    cruise_kmh: float = 50.0
    climb_m_per_s: float = 4.0
    descent_m_per_s: float = 3.0
    clearance_m: float = 120.0
    relief_factor: float = 1.15


FLIGHT = Flight()
"""What flies if nobody says otherwise."""


def aerial_matrix(points: Points, tiles: Sequence[Tile] = (), flight: Flight = FLIGHT) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, n) int64 seconds and metres of flying between all points; O(n^2) array work.

    Metres are those of the WGS-84 geodesic, the climb to ``clearance_m`` above the highest ground of ``tiles`` on the
    line, and the descent from there; without tiles the geodesic is taken ``relief_factor`` times and the ground is
    flat. Both are rounded up and 0 from a point to itself. Without wind they are symmetric in metres.
    """
    n = len(points.ids)
    one, other = (part.ravel() for part in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))  # (n * n,)
    crow_m = geodesic_m(points.lon[one], points.lat[one], points.lon[other], points.lat[other])
    climb_m, descent_m = _heights(points, one, other, tiles, flight)
    level_m = crow_m if tiles else crow_m * flight.relief_factor
    seconds = level_m * 3.6 / flight.cruise_kmh + climb_m / flight.climb_m_per_s + descent_m / flight.descent_m_per_s
    is_self = one == other
    found = (np.where(is_self, 0, np.ceil(part)) for part in (seconds, level_m + climb_m + descent_m))
    duration_s, distance_m = (part.astype(np.int64).reshape(n, n) for part in found)
    return duration_s, distance_m


def _heights(
    points: Points, one: np.ndarray, other: np.ndarray, tiles: Sequence[Tile], flight: Flight
) -> tuple[np.ndarray, np.ndarray]:
    """Return (k,) metres of climb and of descent of each line."""
    if not tiles:
        flat = np.full(len(one), flight.clearance_m)
        return flat, flat
    share = np.linspace(0.0, 1.0, SAMPLES)  # (s,)
    lon = points.lon[one, None] * (1 - share) + points.lon[other, None] * share  # (k, s)
    lat = points.lat[one, None] * (1 - share) + points.lat[other, None] * share
    ground_m = ground(tiles, lon.ravel(), lat.ravel()).reshape(lon.shape)
    top_m = ground_m.max(axis=1) + flight.clearance_m
    return top_m - ground_m[:, 0], top_m - ground_m[:, -1]


def ground(tiles: Sequence[Tile], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return (n,) metres of the ground at points; outside all tiles the highest found within, 0 without any."""
    height_m = np.full(len(lon), np.nan)
    for tile in tiles:
        inside = (lon >= tile.lon) & (lon <= tile.lon + 1) & (lat >= tile.lat) & (lat <= tile.lat + 1)
        if inside.any():
            height_m[inside] = sample(tile, lon[inside], lat[inside])
    known = height_m[~np.isnan(height_m)]
    return np.where(np.isnan(height_m), known.max(initial=0.0), height_m)
