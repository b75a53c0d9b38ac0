"""Whole seconds and metres, rounded once; what cannot be driven is -1; what is known is not computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from networks import update
from networks.arcs import usable_arcs
from networks.energy import arc_energy
from networks.errors import InvalidInput
from networks.matrix import travel_matrix
from networks.network import replace_edges
from networks.points import Points
from networks.profiles import DRY_AND_CLEAR, arc_times
from networks.update import smallest_cover
from tests.networks.small_roads import KM_NORTH, TRUCK, roads, spots

if TYPE_CHECKING:
    from pathlib import Path

LINE = [(0, 0), (1, 0), (2, 0), (3, 0)]
LINE_EDGES = [(0, 1), (1, 2), (2, 3)]
GRID = [(x, y) for y in range(4) for x in range(4)]
GRID_EDGES = [(i, i + 1) for i in range(16) if i % 4 < 3] + [(i, i + 4) for i in range(12)]


def test_seconds_and_metres_are_rounded_once_halves_up() -> None:
    """Two pieces of 0.75 s and 0.7 m make 1.5 s and 1.4 m, so 2 s and 1 m; rounding each would give 2 and 2."""
    network = roads(LINE, LINE_EDGES, seconds=0.75, metres=0.7)
    matrix = travel_matrix(network, TRUCK, spots(network, (0, 1.0), (2, 0.0), (2, 1.0)))
    assert matrix.duration_s[0].tolist() == [0, 1, 2]
    assert matrix.distance_m[0].tolist() == [0, 1, 1]


def test_access_legs_count_at_both_ends() -> None:
    """100 m and 200 m beside the road at 12 km/h are 30 s and 60 s; the road between takes 100 s and 1,000 m."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (1, 0.5))
    places = Points(on_road.ids, on_road.lon, on_road.lat + np.array([0.1, 0.2]) * KM_NORTH)
    matrix = travel_matrix(network, TRUCK, places)
    assert matrix.duration_s.tolist() == [[0, 190], [190, 0]]
    assert matrix.distance_m.tolist() == [[0, 1300], [1300, 0]]


def test_places_at_the_very_same_spot_are_no_distance_apart() -> None:
    """A shop inside the village office: nobody walks to the road and back."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (0, 0.5), (1, 0.5))
    places = Points(on_road.ids, on_road.lon, on_road.lat + 0.1 * KM_NORTH)
    assert travel_matrix(network, TRUCK, places).duration_s.tolist() == [[0, 0, 160], [0, 0, 160], [160, 160, 0]]


def test_an_unreachable_place_costs_its_own_row_and_column_only() -> None:
    """-1 in both matrices, 0 on the diagonal, and its name in the report."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (1, 0.5), (2, 0.5))
    matrix = travel_matrix(network, TRUCK, Points(on_road.ids, on_road.lon + np.array([0, 1, 0]), on_road.lat))
    assert matrix.duration_s.tolist() == [[0, -1, 200], [-1, 0, -1], [200, -1, 0]]
    assert matrix.distance_m.tolist() == [[0, -1, 2000], [-1, 0, -1], [2000, -1, 0]]
    assert matrix.snaps.unreachable == ("P1",)


def test_matrices_are_read_only_and_know_their_points() -> None:
    """Whoever holds a matrix cannot change it for the others."""
    network = roads(LINE, LINE_EDGES)
    matrix = travel_matrix(network, TRUCK, spots(network, (0, 0.5)))
    assert (matrix.profile, matrix.ids) == ("truck", ("P0",))
    with pytest.raises(ValueError, match="read-only"):
        matrix.duration_s[0, 0] = 1


def test_no_points_give_an_empty_matrix() -> None:
    """Nothing to do is not an error."""
    network = roads(LINE, LINE_EDGES)
    assert travel_matrix(network, TRUCK, spots(network)).duration_s.shape == (0, 0)


def test_raises_when_a_path_is_too_long_for_exact_arithmetic() -> None:
    """One edge of 300 h: beyond 149 h, E250."""
    network = roads(LINE, LINE_EDGES, seconds=[100.0, 300 * 3600.0, 100.0])
    with pytest.raises(InvalidInput, match=r"^E250 "):
        travel_matrix(network, TRUCK, spots(network, (0, 0.5), (2, 0.5)))


def test_the_energy_of_a_leg_is_the_sum_over_its_edges() -> None:
    """Half of edge 0, edge 1, a quarter of edge 2; empty (a) and per kg of load (b)."""
    network = roads(LINE, LINE_EDGES, seconds=[100.0, 90.0, 80.0])
    matrix = travel_matrix(network, TRUCK, spots(network, (0, 0.5), (2, 0.25), (0, 0.75)), energy=True)
    use = arc_energy(network, TRUCK, arc_times(network, TRUCK, DRY_AND_CLEAR))
    assert matrix.energy_a is not None
    assert matrix.energy_b is not None
    for found, of_edge in ((matrix.energy_a, use.a), (matrix.energy_b, use.b)):
        assert found[0, 1] == pytest.approx(0.5 * of_edge[0, 0] + of_edge[1, 0] + 0.25 * of_edge[2, 0], rel=1e-3)
        assert found[1, 0] == pytest.approx(0.5 * of_edge[0, 1] + of_edge[1, 1] + 0.25 * of_edge[2, 1], rel=1e-3)
        assert found[0, 2] == pytest.approx(0.25 * of_edge[0, 0], rel=1e-3)
        assert found[0, 0] == 0.0


def test_energy_is_missing_where_there_is_no_path() -> None:
    """nan, never a number to be added by mistake."""
    network = roads(LINE, LINE_EDGES)
    on_road = spots(network, (0, 0.5), (1, 0.5))
    matrix = travel_matrix(
        network, TRUCK, Points(on_road.ids, on_road.lon + np.array([0, 1]), on_road.lat), energy=True
    )
    assert np.isnan(matrix.energy_a[0, 1])
    assert np.isnan(matrix.energy_b[1, 0])


def test_the_second_time_nothing_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the roads' arcs out of reach, the file alone gives the same matrix, energy included."""
    network = roads(GRID, GRID_EDGES)
    points = spots(network, (0, 0.5), (10, 0.5), (20, 0.5))
    first = travel_matrix(network, TRUCK, points, cache=tmp_path, energy=True)
    monkeypatch.setattr("networks.legs.usable_arcs", None)
    again = travel_matrix(network, TRUCK, points, cache=tmp_path, energy=True)
    assert np.array_equal(first.duration_s, again.duration_s)
    assert np.array_equal(first.energy_a, again.energy_a)
    assert first.snaps.table.equals(again.snaps.table)


def test_other_conditions_are_another_entry(tmp_path: Path) -> None:
    """Rain slows the truck on roads without a time of their own."""
    network = roads(LINE, LINE_EDGES, seconds=[np.nan] * 3)
    points = spots(network, (0, 0.5), (2, 0.5))
    rain = type(DRY_AND_CLEAR)(weather="rain")
    dry, wet = (travel_matrix(network, TRUCK, points, conditions=c, cache=tmp_path) for c in (DRY_AND_CLEAR, rain))
    assert (wet.duration_s[0, 1], dry.duration_s[0, 1]) == (400, 360)  # 2 km at 20 km/h, 18 in the rain


def test_a_new_point_costs_one_row_and_one_column(tmp_path: Path, searched: list[int]) -> None:
    """Four known points and one more: 1 + 1 searches instead of 5."""
    network = roads(GRID, GRID_EDGES)
    points = spots(network, (0, 0.5), (5, 0.5), (10, 0.5), (20, 0.5), (13, 0.5))
    travel_matrix(network, TRUCK, points.take(np.arange(4)), cache=tmp_path)
    matrix = travel_matrix(network, TRUCK, points, cache=tmp_path)
    assert sum(searched) == 2
    assert np.array_equal(matrix.duration_s, travel_matrix(network, TRUCK, points).duration_s)


def test_a_closure_costs_only_the_legs_that_used_the_road(tmp_path: Path, searched: list[int]) -> None:
    """Around the corner of a grid drove only the two points nearest to it: one search there, one back, not six."""
    network = roads(GRID, GRID_EDGES, seconds=np.linspace(100, 110, len(GRID_EDGES)).tolist())
    points = spots(network, (1, 0.1), (16, 0.1), (20, 0.5), (23, 0.5), (11, 0.5), (8, 0.5))
    before = travel_matrix(network, TRUCK, points, cache=tmp_path)
    closed = replace_edges(network, closed=np.arange(len(GRID_EDGES)) == 0)
    after = travel_matrix(closed, TRUCK, points, cache=tmp_path)
    assert np.array_equal(after.duration_s, travel_matrix(closed, TRUCK, points).duration_s)
    assert not np.array_equal(after.duration_s, before.duration_s)
    assert sum(searched) == 2


def test_a_reopened_road_is_computed_anew(tmp_path: Path, searched: list[int]) -> None:
    """A better way may concern any leg, so nothing old is kept."""
    network = roads(GRID, GRID_EDGES)
    points = spots(network, (1, 0.5), (12, 0.5), (20, 0.5))
    closed = replace_edges(network, closed=np.arange(len(GRID_EDGES)) == 0)
    travel_matrix(closed, TRUCK, points, cache=tmp_path)
    opened = travel_matrix(network, TRUCK, points, cache=tmp_path)
    assert searched == []
    assert np.array_equal(opened.duration_s, travel_matrix(network, TRUCK, points).duration_s)


def test_the_smallest_cover_takes_the_one_column_of_three_rows() -> None:
    """Pairs (0,1), (1,1), (2,1), (2,0): column 1 and row 2 (or column 0) hold them all."""
    pairs = np.array([[False, True], [False, True], [True, True]])
    in_row, in_column = smallest_cover(pairs)
    assert in_row.sum() + in_column.sum() == 2
    assert not pairs[np.ix_(~in_row, ~in_column)].any()


def test_arcs_take_at_least_a_millisecond() -> None:
    """Nodes on one spot: a weight of zero time would look like no arc at all."""
    arcs = usable_arcs(roads(LINE, LINE_EDGES, seconds=0.0, metres=0.0), TRUCK, DRY_AND_CLEAR)
    assert arcs.weight.tolist() == [1 << 24] * 6


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the searches of every update."""
    counts: list[int] = []
    for name in ("rows", "columns"):
        original = getattr(update, name)

        def counting(graph, points, original=original):
            counts.append(len(points))
            return original(graph, points)

        monkeypatch.setattr(update, name, counting)
    return counts
