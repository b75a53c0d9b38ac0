"""The line of a leg runs over the nodes of its path, from place to place, and is as long as the matrix says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from networks.errors import InvalidInput
from networks.matrix import travel_matrix
from networks.network import replace_edges
from networks.paths import geodesic_length_m, leg_geometries
from networks.points import Points
from tests.networks.small_roads import KM_EAST, KM_NORTH, TRUCK, random_roads, random_spots, roads, spots

LINE = [(0, 0), (1, 0), (2, 0), (3, 0)]
LINE_EDGES = [(0, 1), (1, 2), (2, 3)]
ALL_LEGS = np.argwhere(np.ones((9, 9), dtype=bool))


def in_km(line: shapely.LineString) -> list[tuple[float, float]]:
    """Return the coordinates as (km east, km north), to the metre."""
    return [
        (round((lon - 110) / KM_EAST, 3) + 0.0, round((lat - 30) / KM_NORTH, 3) + 0.0)
        for lon, lat in shapely.get_coordinates(line).tolist()
    ]


def test_a_line_has_the_places_the_spots_and_the_nodes_between() -> None:
    """From 100 m north of km 0.5 to km 2.25 and back."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (2, 0.25))
    places = Points(on_road.ids, on_road.lon, on_road.lat + np.array([0.1, 0]) * KM_NORTH)
    there, back = leg_geometries(network, TRUCK, places, np.array([[0, 1], [1, 0]]))
    assert in_km(there) == [(0.5, 0.1), (0.5, 0), (1, 0), (2, 0), (2.25, 0), (2.25, 0)]
    assert in_km(back) == in_km(there)[::-1]


def test_the_line_between_two_points_of_one_edge_passes_no_node() -> None:
    """Straight from one spot to the other."""
    network = roads(LINE, LINE_EDGES)
    (line,) = leg_geometries(network, TRUCK, spots(network, (1, 0.2), (1, 0.7)), np.array([[0, 1]]))
    assert in_km(line) == [(1.2, 0), (1.2, 0), (1.7, 0), (1.7, 0)]


def test_a_leg_without_a_path_is_an_empty_line_and_one_to_itself_a_spot() -> None:
    """Order and number of the lines are those of the legs."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (1, 0.5), (2, 0.5))
    places = Points(on_road.ids, on_road.lon + np.array([0, 1, 0]), on_road.lat)
    lines = leg_geometries(network, TRUCK, places, np.array([[0, 1], [0, 0], [0, 2], [1, 0]]))
    assert [line.is_empty for line in lines] == [True, False, False, True]
    assert in_km(lines[1]) == [(0.5, 0), (0.5, 0)]


def test_no_legs_give_no_lines() -> None:
    """A plan that serves nobody can be drawn too."""
    network = roads(LINE, LINE_EDGES)
    assert leg_geometries(network, TRUCK, spots(network, (0, 0.5)), np.zeros((0, 2), dtype=int)) == []


@pytest.mark.parametrize("leg", [(0, 2), (-1, 0)])
def test_raises_when_a_leg_names_a_point_that_is_not_there(leg: tuple[int, int]) -> None:
    """Two points have rows 0 and 1: E254."""
    network = roads(LINE, LINE_EDGES)
    with pytest.raises(InvalidInput, match=r"^E254 "):
        leg_geometries(network, TRUCK, spots(network, (0, 0.5), (1, 0.5)), np.array([leg]))


@pytest.mark.parametrize("seed", range(20))
def test_lines_are_as_long_as_the_matrix_says(seed: int) -> None:
    """On random roads with their true lengths and every rule; a decimetre an edge and a metre in all for rounding."""
    network = random_roads(seed)
    lon, lat = network.lon, network.lat
    ends = [(network.edges[end].to_numpy()) for end in ("u", "v")]
    pieces = shapely.linestrings(np.stack([np.column_stack([lon[end], lat[end]]) for end in ends], axis=1))
    network = replace_edges(network, length_m=np.array([geodesic_length_m(piece) for piece in pieces]))
    points = random_spots(network, seed, 9)
    metres = travel_matrix(network, TRUCK, points).distance_m.ravel()
    lines = leg_geometries(network, TRUCK, points, ALL_LEGS)
    for line, expected in zip(lines, metres.tolist(), strict=True):
        assert line.is_empty == (expected < 0)
        assert geodesic_length_m(line) == pytest.approx(max(expected, 0), abs=1 + 0.1 * len(line.coords))


def test_the_length_of_a_line_is_metres() -> None:
    """3 km east and 4 km north."""
    line = shapely.LineString([(110, 30), (110 + 3 * KM_EAST, 30), (110 + 3 * KM_EAST, 30 + 4 * KM_NORTH)])
    assert geodesic_length_m(line) == pytest.approx(7000, rel=1e-3)
    assert geodesic_length_m(shapely.LineString()) == 0.0
