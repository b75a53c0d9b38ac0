"""Drones fly the straight line and over the ground between; never shorter than the geodesic, the same both ways."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.aerial import Flight, aerial_matrix, ground
from networks.elevation import Tile
from networks.network import geodesic_m
from networks.points import Points

FLAT = Flight(cruise_kmh=36.0, climb_m_per_s=4.0, descent_m_per_s=3.0, clearance_m=120.0, relief_factor=1.0)
"""Ten metres a second; 120 m up take 30 s, down 40 s."""


def points(*spots: tuple[float, float]) -> Points:
    """Return points at (lon, lat)."""
    lon, lat = np.array(spots).T
    return Points(tuple(f"P{k}" for k in range(len(spots))), lon, lat)


def ridge(height_m: float) -> Tile:
    """Return a tile of 1,000 m with a ridge from north to south along its middle."""
    ground_m = np.full((1_201, 1_201), 1_000.0)
    ground_m[:, 560:641] = height_m
    return Tile(110, 30, ground_m)


def test_on_flat_ground_it_climbs_flies_and_descends() -> None:
    """One degree of latitude at the equator is 110,574.4 m: 30 s up, 11,057.4 s along, 40 s down; 240 m more."""
    seconds, metres = aerial_matrix(points((110.0, 0.0), (110.0, 1.0)), flight=FLAT)
    assert metres.tolist() == [[0, 110_815], [110_815, 0]]
    assert seconds.tolist() == [[0, 11_128], [11_128, 0]]


def test_a_ridge_between_is_flown_over() -> None:
    """From 1,000 m over 1,500 m: 620 m up and 620 m down, whichever way; along the ridge's foot 120 m."""
    spots = points((110.2, 30.5), (110.8, 30.5), (110.2, 30.6))
    _, metres = aerial_matrix(spots, (ridge(1_500.0),), FLAT)
    crow_m = geodesic_m(*(np.array([v]) for v in (110.2, 30.5, 110.8, 30.5)))[0]
    assert metres[0, 1] == metres[1, 0] == np.ceil(crow_m + 1_240)
    beside_m = geodesic_m(*(np.array([v]) for v in (110.2, 30.5, 110.2, 30.6)))[0]
    assert metres[0, 2] == np.ceil(beside_m + 240)


def test_ground_outside_the_tiles_is_taken_as_high_as_the_highest_found() -> None:
    """Unknown ground is not taken for flat sea."""
    found = ground((ridge(1_500.0),), np.array([110.5, 112.0]), np.array([30.5, 30.5]))
    assert found.tolist() == [1_500.0, 1_500.0]


@settings(max_examples=40, deadline=None)
@given(
    spots=st.lists(st.tuples(st.floats(110.0, 111.0), st.floats(30.0, 31.0)), min_size=2, max_size=6),
    height_m=st.sampled_from([None, 800.0, 2_500.0]),
)
def test_never_shorter_than_the_geodesic_and_as_far_back_as_there(
    spots: list[tuple[float, float]], height_m: float | None
) -> None:
    """With or without tiles; metres within one of each other because both are rounded up."""
    at = points(*spots)
    _, metres = aerial_matrix(at, () if height_m is None else (ridge(height_m),))
    crow_m = geodesic_m(*(a.ravel() for a in _grid(at)))
    assert (metres.ravel() >= crow_m - 1e-6).all()
    assert (np.abs(metres - metres.T) <= 1).all()


def _grid(at: Points) -> tuple[np.ndarray, ...]:
    one, other = np.meshgrid(np.arange(len(at.ids)), np.arange(len(at.ids)), indexing="ij")
    return at.lon[one], at.lat[one], at.lon[other], at.lat[other]
