"""Coordinates that cannot be right: out of range, swapped, or far from the rest of the county."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT_KM = 500
"""Farthest a place may lie from the middle of its county; the largest counties span less."""

EARTH_KM = 6_371.0
"""Mean radius."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """Positions of places whose coordinates are wrong; ``far`` with the distance in km."""

    out_of_range: tuple[int, ...] = ()
    swapped: tuple[int, ...] = ()
    far: tuple[tuple[int, float], ...] = ()
    limit_km: int = LIMIT_KM


def misplaced(points: Sequence[tuple[float, float]]) -> Misplaced:
    """Return what is wrong with (lon, lat) pairs in degrees.

    A pair is swapped when its latitude is impossible and the exchanged pair is not, or when only
    the exchanged pair lies near the median of the county. A county whose pairs are all
    swapped and all possible is not recognised here but when it meets its roads.
    """
    swapped: set[int] = set()
    out: list[int] = []
    for i, (lon, lat) in enumerate(points):
        if abs(lat) > 90 and abs(lon) <= 90:
            swapped.add(i)
        elif abs(lat) > 90 or abs(lon) > 180:
            out.append(i)
    good = [p for i, p in enumerate(points) if i not in swapped and i not in out]
    if not good:
        return Misplaced(out_of_range=tuple(out), swapped=tuple(sorted(swapped)))

    middle = (median(lon for lon, _ in good), median(lat for _, lat in good))
    far: list[tuple[int, float]] = []
    for i, (lon, lat) in enumerate(points):
        if i in swapped or i in out or (distance := distance_km((lon, lat), middle)) <= LIMIT_KM:
            continue
        if abs(lon) <= 90 and distance_km((lat, lon), middle) <= LIMIT_KM:
            swapped.add(i)
        else:
            far.append((i, distance))
    return Misplaced(out_of_range=tuple(out), swapped=tuple(sorted(swapped)), far=tuple(far))


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the great-circle distance of two (lon, lat) pairs."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*first, *second))
    a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, a)))
