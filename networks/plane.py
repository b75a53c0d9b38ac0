"""Degrees to metres on a plane, for distances of a few kilometres around one latitude."""

from __future__ import annotations

import numpy as np

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.006_694_379_990_14
"""Of the WGS-84 ellipsoid."""


def metres_per_degree(lat: float) -> np.ndarray:
    """Return (2,) metres per degree of longitude and of latitude at ``lat`` degrees."""
    phi = np.radians(lat)
    bulge = 1 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    east = SEMI_MAJOR_M / np.sqrt(bulge) * np.cos(phi)
    north = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / bulge**1.5
    return np.asarray(np.radians([east, north]))
