"""Bends: circles have the radius that they are drawn with, straight roads have none."""

from __future__ import annotations

import numpy as np
import pytest

from networks.network import RoadNetwork, build_network
from networks.plane import metres_per_degree
from networks.profiles import arc_times, load_profiles


def drawn(east_m: np.ndarray, north_m: np.ndarray, **edges: object) -> RoadNetwork:
    """Return a road through points in metres around 100 east, 30 north."""
    east, north = metres_per_degree(30.0)
    u = np.arange(east_m.size - 1)
    edges = {"way": 1, "road_class": "G", **edges}
    return build_network(lon=100 + east_m / east, lat=30 + north_m / north, u=u, v=u + 1, edges=edges)


def circle(radius_m: float, step_m: float) -> RoadNetwork:
    """Return three quarters of a circle, with a node every ``step_m``."""
    angle = np.arange(0, 1.5 * np.pi, step_m / radius_m)
    return drawn(radius_m * np.cos(angle), radius_m * np.sin(angle))


@pytest.mark.parametrize("radius_m", [15.0, 60.0, 300.0])
@pytest.mark.parametrize("step_m", [4.0, 11.0])
def test_a_circle_has_its_radius(radius_m: float, step_m: float) -> None:
    """However densely it is drawn; the ends see only half a window."""
    found = circle(radius_m, step_m).bend_radius_m
    inner = found[int(20 / step_m) + 2 : -int(20 / step_m) - 2]
    assert inner == pytest.approx(radius_m, rel=0.02)


def test_a_straight_road_has_no_bend_and_a_wobble_is_none() -> None:
    """Nodes 10 m apart, half a metre to either side: far from 30 m."""
    along = np.arange(0, 500, 10.0)
    assert np.isinf(drawn(along, np.zeros(50)).bend_radius_m).all()
    assert drawn(along, 0.5 * (np.arange(50) % 2)).bend_radius_m.min() > 100


def test_a_corner_between_two_ways_is_a_turn_and_no_bend() -> None:
    """The same right angle within one way is one."""
    east, north = np.array([0, 20, 20.0]), np.array([0, 0, 20.0])
    assert drawn(east, north).bend_radius_m.max() < 30
    assert np.isinf(drawn(east, north, way=[1, 2]).bend_radius_m).all()


def test_sharp_bends_are_driven_at_30() -> None:
    """A national road on a circle of 15 m against one of 60 m: a truck's 50 becomes the law's 30."""
    truck = load_profiles()["truck"]
    for radius_m, expected in ((15.0, 30.0), (60.0, 50.0)):
        network = circle(radius_m, 5.0)
        kmh = network.edges["length_m"] * 3.6 / arc_times(network, truck).duration_s[:, 0]
        assert np.median(kmh) == pytest.approx(expected)
