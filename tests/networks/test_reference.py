"""The oracle itself is anchored by hand; edges take 100 s and 1,000 m."""

from __future__ import annotations

import numpy as np

from networks.points import Points
from networks.reference import reference_legs
from tests.networks.small_roads import KM_NORTH, TRUCK, roads, spots

TEE = [(0, 0), (1, 0), (2, 0), (1, 1)]
TEE_EDGES = [(0, 1), (1, 2), (1, 3)]


def test_the_oracle_adds_parts_of_edges_and_access_legs() -> None:
    """30 s to the road 100 m off, 50 s, 50 s, and no access leg at the other end."""
    network = roads(TEE, TEE_EDGES)
    on_road = spots(network, (0, 0.5), (2, 0.5))
    places = Points(on_road.ids, on_road.lon, on_road.lat - np.array([0.1, 0]) * KM_NORTH)
    duration_s, distance_m = reference_legs(network, TRUCK, places, np.array([[0, 1], [1, 0], [0, 0]]))
    assert duration_s.tolist() == [130, 130, 0]
    assert distance_m.tolist() == [1100, 1100, 0]


def test_the_oracle_keeps_banned_turns_and_does_not_turn_round_on_them() -> None:
    """On to the dead end and back: 50 + 100 + 100 + 50 s."""
    network = roads(TEE, TEE_EDGES, banned=((0, 1, 2),))
    duration_s, distance_m = reference_legs(network, TRUCK, spots(network, (0, 0.5), (2, 0.5)), np.array([[0, 1]]))
    assert (duration_s.tolist(), distance_m.tolist()) == ([300], [3000])


def test_the_oracle_takes_no_short_cut_over_private_roads() -> None:
    """Around by two edges; but a leg ends in the middle of the private one."""
    nodes, edges = [(0, 0), (1, 0), (2, 0), (3, 0), (1.5, 1)], [(0, 1), (1, 2), (2, 3), (1, 4), (4, 2)]
    network = roads(nodes, edges, ends_only=(1,))
    points = spots(network, (0, 0.5), (2, 0.5), (1, 0.5))
    duration_s, _ = reference_legs(network, TRUCK, points, np.array([[0, 1], [0, 2], [2, 1]]))
    assert duration_s.tolist() == [300, 100, 100]


def test_the_oracle_says_where_there_is_no_path() -> None:
    """A place out of reach of any road: -1, both ways."""
    network = roads(TEE, TEE_EDGES)
    on_road = spots(network, (0, 0.5), (2, 0.5))
    places = Points(on_road.ids, on_road.lon + np.array([0, 1]), on_road.lat)
    duration_s, distance_m = reference_legs(network, TRUCK, places, np.array([[0, 1], [1, 0]]))
    assert (duration_s.tolist(), distance_m.tolist()) == ([-1, -1], [-1, -1])
