"""Datums: published points, round trips, and points that look shifted."""

from __future__ import annotations

import numpy as np
import pytest

from networks.datum import DATUMS, datum_named, from_wgs84, looks_shifted, to_wgs84
from networks.errors import InvalidInput
from networks.network import RoadNetwork, build_network, geodesic_m


@pytest.mark.parametrize(
    ("lat", "lon", "gcj_lat", "gcj_lon"),
    [
        (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
        (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
        (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
    ],
)
def test_gcj02_agrees_with_published_points(lat: float, lon: float, gcj_lat: float, gcj_lon: float) -> None:
    """The test points of eviltransform: Shanghai, Shenzhen, Beijing."""
    found_lon, found_lat = from_wgs84(lon, lat, "gcj02")
    assert (float(found_lat), float(found_lon)) == pytest.approx((gcj_lat, gcj_lon), abs=1e-12)


def test_bd09_agrees_with_a_published_point() -> None:
    """coordtransform: GCJ-02 116.404, 39.915 is BD-09 116.41036949371029, 39.92133699351021."""
    lon, lat = from_wgs84(*to_wgs84(116.404, 39.915, "gcj02"), "bd09")
    assert (float(lon), float(lat)) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_a_round_trip_errs_by_less_than_a_millimetre() -> None:
    """5,000 points all over China, each datum, there and back."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(73, 136, 5_000), rng.uniform(3, 54, 5_000)
    for datum in DATUMS:
        back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
        assert geodesic_m(lon, lat, *back).max() < 1e-3


def test_cgcs2000_is_wgs84_to_within_centimetres() -> None:
    """So it is taken as it is."""
    lon, lat = to_wgs84(np.array([108.5]), np.array([30.25]), "CGCS2000")
    assert (lon[0], lat[0]) == (108.5, 30.25)


def test_gcj02_does_not_shift_outside_china() -> None:
    """Andorra keeps its place; so do the poles."""
    lon, lat = from_wgs84(np.array([1.52, 0.0, 100.0]), np.array([42.5, 90.0, -90.0]), "gcj02")
    assert (lon.tolist(), lat.tolist()) == ([1.52, 0.0, 100.0], [42.5, 90.0, -90.0])


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "gcj_02", " GCJ 02"])
def test_names_of_datums_are_read_as_people_write_them(name: str) -> None:
    """Hyphens, case and blanks do not matter."""
    assert datum_named(name) == "gcj02"


def test_an_unknown_datum_and_missing_coordinates_are_refused() -> None:
    """E245 and E246."""
    with pytest.raises(InvalidInput, match=r"^E245 datum Xian80 is not known"):
        to_wgs84(np.array([108.0]), np.array([30.0]), "Xian80")
    with pytest.raises(InvalidInput, match=r"^E246 2 coordinates"):
        to_wgs84(np.array([np.nan, 30.0, 108.0]), np.array([30.0, 108.0, 30.0]), "gcj02")


def test_no_points_at_all_are_converted_to_none() -> None:
    """Empty arrays stay empty."""
    lon, lat = to_wgs84(np.zeros(0), np.zeros(0), "bd09")
    assert (lon.size, lat.size) == (0, 0)


def winding_road() -> RoadNetwork:
    """Return a road of 200 nodes that winds through some 20 km by 20 km of 重庆."""
    step = np.linspace(0, 1, 200)
    lon, lat = 108.2 + 0.2 * step, 30.2 + 0.1 * np.sin(9 * step) + 0.1 * step
    return build_network(lon=lon, lat=lat, u=np.arange(199), v=np.arange(1, 200))


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_that_were_never_converted_look_shifted(datum: str) -> None:
    """Villages on the road, given in another datum as if it were WGS-84: the report names that datum."""
    road = winding_road()
    lon, lat = from_wgs84(road.lon[::9], road.lat[::9], datum)
    report = looks_shifted(road, lon, lat)
    assert report.is_shifted
    assert report.datum == datum
    assert report.median_m[datum] < 1
    assert report.median_m["wgs84"] > 50


def test_points_near_their_roads_do_not_look_shifted() -> None:
    """Villages within some 200 m to either side of the road."""
    road = winding_road()
    rng = np.random.default_rng(2)
    lon, lat = road.lon[::5] + rng.normal(0, 0.001, 40), road.lat[::5] + rng.normal(0, 0.001, 40)
    assert not looks_shifted(road, lon, lat).is_shifted


def test_a_few_points_prove_nothing() -> None:
    """Four points, though shifted, and none at all: no verdict."""
    road = winding_road()
    lon, lat = from_wgs84(road.lon[:4], road.lat[:4], "gcj02")
    assert not looks_shifted(road, lon, lat).is_shifted
    assert not looks_shifted(road, np.zeros(0), np.zeros(0)).is_shifted
