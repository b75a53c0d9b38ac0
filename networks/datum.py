"""Coordinates as Chinese map services give them, to and from WGS-84.

Gaode and Tencent give GCJ-02, Baidu gives BD-09 on top of it, surveyors CGCS2000, GPS and
OpenStreetMap WGS-84. Both lie up to 1.5 km off; CGCS2000 lies within
centimetres and is taken for WGS-84. Outside the box around China GCJ-02 does not shift.
Inverses are found by iteration: a round trip errs by less than 1 mm. A file that looks
shifted is questioned, never moved silently.

Source: the published "eviltransform" formulas of GCJ-02, Krasovsky 1940 ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from networks.errors import InvalidInput
from networks.plane import metres_per_degree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from networks.network import RoadNetwork

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""Names as files give them; case, hyphens, spaces and underscores are ignored."""

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
_BAIDU = np.pi * 3000 / 180
_ROUNDS = 30
_CLOSE_DEG = 1e-11  # a thousandth of a millimetre
_MIN_POINTS = 5
_MIN_GAIN_M = 50.0


@dataclass(frozen=True, kw_only=True)
class ShiftReport:
    """How near points lie to roads when read in each datum.

    ``datum`` is the likeliest one, "wgs84" unless another is clearly better; ``median_m``
    maps each datum tried to the median distance to the nearest road, nan without points.
    """

    datum: str
    median_m: Mapping[str, float]

    @property
    def is_shifted(self) -> bool:
        """Whether the points should be questioned."""
        return self.datum != "wgs84"


def datum_named(text: str) -> str:
    """Return one of ``DATUMS`` for a name such as "GCJ-02".

    Raises
    ------
    InvalidInput
        E245, when the name is not known.
    """
    name = "".join(c for c in text.lower() if c not in "-_ ")
    if name not in DATUMS:
        raise InvalidInput("E245", value=text, known=", ".join(DATUMS))
    return name


def to_wgs84(lon: np.ndarray, lat: np.ndarray, datum: str) -> tuple[np.ndarray, np.ndarray]:
    """Return WGS-84 degrees of points given in ``datum``; O(n).

    Raises
    ------
    InvalidInput
        E245 datum not known, E246 a coordinate missing or out of range.
    """
    name = datum_named(datum)
    lon, lat = _checked(lon, lat)
    if name == "bd09":
        lon, lat = _inverse(_bd09_of_gcj02, lon, lat)
    if name in ("bd09", "gcj02"):
        lon, lat = _inverse(_gcj02_of_wgs84, lon, lat)
    return lon, lat


def from_wgs84(lon: np.ndarray, lat: np.ndarray, datum: str) -> tuple[np.ndarray, np.ndarray]:
    """Return degrees in ``datum`` of WGS-84 points; raises as ``to_wgs84``; O(n)."""
    name = datum_named(datum)
    lon, lat = _checked(lon, lat)
    if name in ("bd09", "gcj02"):
        lon, lat = _gcj02_of_wgs84(lon, lat)
    if name == "bd09":
        lon, lat = _bd09_of_gcj02(lon, lat)
    return lon, lat


def looks_shifted(network: RoadNetwork, lon: np.ndarray, lat: np.ndarray) -> ShiftReport:
    """Say whether points that should be WGS-84 lie nearer to the roads when read in another datum.

    A verdict needs five points, four fifths of them nearer, and a median distance halved
    and at least 50 m shorter: villages often lie off the roads, but not all to one side. O((n + m) log m).

    Raises
    ------
    InvalidInput
        E246, when a coordinate is missing or out of range.
    """
    lon, lat = _checked(lon, lat)
    if lon.size == 0 or len(network.edges) == 0:
        return ShiftReport(datum="wgs84", median_m=dict.fromkeys(("wgs84", "gcj02", "bd09"), float("nan")))
    distance_m = {name: _metres_to_roads(network, *to_wgs84(lon, lat, name)) for name in ("wgs84", "gcj02", "bd09")}
    median_m = {name: float(np.median(values)) for name, values in distance_m.items()}
    best = min(("gcj02", "bd09"), key=lambda name: median_m[name])
    share_nearer = float(np.mean(distance_m[best] < distance_m["wgs84"]))
    gain_m = median_m["wgs84"] - median_m[best]
    is_clear = gain_m >= _MIN_GAIN_M and median_m[best] <= 0.5 * median_m["wgs84"]
    is_shifted = lon.size >= _MIN_POINTS and is_clear and share_nearer >= 0.8
    return ShiftReport(datum=best if is_shifted else "wgs84", median_m=median_m)


def _checked(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    is_wrong = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if is_wrong.any():
        raise InvalidInput("E246", count=int(is_wrong.sum()))
    return lon, lat


def _inverse(
    shift: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], lon: np.ndarray, lat: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve ``shift(x) = given`` by x <- x + (given - shift(x)); the shift is smooth and small, so this contracts."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        shifted_lon, shifted_lat = shift(x, y)
        step_lon, step_lat = lon - shifted_lon, lat - shifted_lat
        x, y = x + step_lon, y + step_lat
        if x.size == 0 or max(np.abs(step_lon).max(), np.abs(step_lat).max()) < _CLOSE_DEG:
            break
    return x, y


def _gcj02_of_wgs84(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    is_china = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    x, y = lon - 105, lat - 35
    root = np.sqrt(np.abs(x))
    waves = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + waves * 2 / 3
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y / 30 * np.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + waves * 2 / 3
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    phi = np.radians(lat)
    bulge = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    metres_north = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    metres_east = _SEMI_MAJOR_M / np.sqrt(bulge) * np.cos(phi)
    with np.errstate(divide="ignore", invalid="ignore"):  # the poles, which are not in China
        shifted_lon, shifted_lat = lon + np.degrees(east / metres_east), lat + np.degrees(north / metres_north)
    return np.where(is_china, shifted_lon, lon), np.where(is_china, shifted_lat, lat)


def _bd09_of_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * _BAIDU)
    return np.asarray(radius * np.cos(angle) + 0.0065), np.asarray(radius * np.sin(angle) + 0.006)


def _metres_to_roads(network: RoadNetwork, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return (n,) metres to the nearest edge, on a plane around the middle of the network."""
    scale = metres_per_degree(float(np.median(network.lat)))
    nodes = np.stack([network.lon, network.lat], axis=1) * scale  # (nodes, 2)
    ends = network.edges[["u", "v"]].to_numpy()  # (m, 2)
    tree = shapely.STRtree(shapely.linestrings(nodes[ends]))
    points = shapely.points(np.stack([lon.ravel(), lat.ravel()], axis=1) * scale)
    (position, _), distance_m = tree.query_nearest(points, return_distance=True, all_matches=False)
    found = np.full(lon.size, np.inf)
    found[position] = distance_m
    return found
