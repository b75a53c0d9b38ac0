"""Bus lines on the roads: along the drawn course where there is one, else along the best path, never straight across.

Hand-made roads in kilometres: a straight road to the east with a loop to the north::

        4---5        km 1 to 2 east, 1 km north
        |   |
    0---1---2---3    every piece 1 km and 100 s by the matrix
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.arcs import usable_arcs
from networks.errors import InvalidInput
from networks.lines import DRAWN, DRAWN_ON_ROADS, NOWHERE, ROADS, DrawnLine, LineReport, match_lines
from networks.paths import geodesic_length_m, leg_geometries
from networks.points import Points
from networks.profile_files import load_profiles
from networks.profiles import DRY_AND_CLEAR
from tests.networks.small_roads import KM_EAST, KM_NORTH, random_roads, random_spots, roads

BUS = load_profiles()["bus"]
LOOP = [(0.0, 0.0), (1, 0), (2, 0), (3, 0), (1, 1), (2, 1)]
LOOP_EDGES = [(0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (5, 2)]


def degrees(*km: tuple[float, float]) -> np.ndarray:
    """Return (k, 2) lon and lat of points given in km east and north."""
    return np.array([(110 + east * KM_EAST, 30 + north * KM_NORTH) for east, north in km])


def stops(*km: tuple[float, float]) -> Points:
    """Return stops A, B, C ... there."""
    return Points(tuple("ABCDEFGH"[: len(km)]), *degrees(*km).T)


def in_km(line: shapely.LineString) -> list[tuple[float, float]]:
    """Return the coordinates as (km east, km north), to 10 m."""
    return [
        (round((lon - 110) / KM_EAST, 2) + 0.0, round((lat - 30) / KM_NORTH, 2) + 0.0)
        for lon, lat in shapely.get_coordinates(line).tolist()
    ]


def one_line(where: Points, course: np.ndarray | None = None, **changes: object) -> LineReport:
    """Return the report on one line L through all stops."""
    line = DrawnLine(id="L", stops=tuple(range(len(where))), course=course)
    return match_lines(roads(LOOP, LOOP_EDGES, **changes), BUS, where, [line])


def test_without_a_course_a_line_follows_the_best_path_on_the_road() -> None:
    """From km 0.5 to km 2.5 by the straight road; the stops lie 10 m beside it, the line does not."""
    (course,) = one_line(stops((0.5, 0.01), (2.5, -0.01))).courses
    assert in_km(course.legs[0]) == [(0.5, 0), (1, 0), (2, 0), (2.5, 0)]
    assert course.follows == (ROADS,)
    assert course.length_m == pytest.approx([2_000], rel=1e-3)


def test_a_drawn_course_leads_over_the_roads_beside_it() -> None:
    """The bus takes the northern loop, 3 km instead of 1; the drawing is 15 m off and the course is not."""
    drawn = degrees((0.5, 0.015), (1.015, 0.015), (1.015, 1.015), (2.015, 1.015), (2.015, 0.015), (2.5, 0.015))
    (course,) = one_line(stops((0.5, 0.02), (2.5, 0.02)), drawn).courses
    assert in_km(course.legs[0]) == [(0.5, 0), (1, 0), (1, 1), (2, 1), (2, 0), (2.5, 0)]
    assert course.follows == (DRAWN_ON_ROADS,)
    assert course.length_m == pytest.approx([4_000], rel=1e-3)


def test_where_no_road_is_near_the_drawing_itself_is_the_course() -> None:
    """A bus that turns off to a new road at km 1 north-east, missing from the map."""
    drawn = degrees((0.5, 0), (1, 0), (1.5, 0.5), (2, 0), (2.5, 0))
    (course,) = one_line(stops((0.5, 0), (2.5, 0)), drawn).courses
    assert in_km(course.legs[0]) == [(0.5, 0), (1, 0), (1.5, 0.5), (2, 0), (2.5, 0)]
    assert course.follows == (DRAWN,)


def test_a_spur_that_the_bus_drives_in_and_out_is_not_cut_off() -> None:
    """The drawing goes 1 km up the loop's first side and back; the shortest way beside it would leave that out."""
    drawn = degrees((0.5, 0), (1, 0), (1, 1), (1, 0), (1.5, 0))
    (course,) = one_line(stops((0.5, 0), (1.5, 0)), drawn).courses
    assert course.follows == (DRAWN,)
    assert course.length_m == pytest.approx([3_000], rel=1e-3)


def test_a_course_that_comes_back_has_its_stops_in_order() -> None:
    """Out to km 3 and back to km 0.5: the last stop is where the first is, and the legs are 2.5 km each."""
    drawn = degrees((0.5, 0), (3, 0), (0.5, 0))
    (course,) = one_line(stops((0.5, 0.01), (3, 0.01), (0.5, -0.01)), drawn).courses
    assert course.follows == (DRAWN_ON_ROADS, DRAWN_ON_ROADS)
    assert course.length_m == pytest.approx([2_500, 2_500], rel=1e-3)


def test_a_one_way_road_is_not_driven_the_wrong_way_even_under_a_drawing() -> None:
    """Edge 1-2 leads east only: the way back under the drawing is barred, so the drawing itself stays."""
    drawn = degrees((2.5, 0), (0.5, 0))
    (course,) = one_line(stops((2.5, 0), (0.5, 0)), drawn, one_way=(1,)).courses
    assert course.follows == (DRAWN,)


def test_the_nearer_side_of_a_divided_road_is_not_taken_when_it_leads_the_other_way() -> None:
    """East on the southern side, west on the northern one 20 m beside; the drawing is 7 m from the wrong one."""
    nodes = [(0.0, 0.0), (1, 0), (2, 0), (3, 0), (3, 0.02), (2, 0.02), (1, 0.02), (0, 0.02)]
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 0)]
    network = roads(nodes, edges, one_way=(0, 1, 2, 4, 5, 6))
    line = DrawnLine(id="L", stops=(0, 1), course=degrees((0.5, 0.013), (2.5, 0.013)))
    (course,) = match_lines(network, BUS, stops((0.5, 0.013), (2.5, 0.013)), [line]).courses
    assert course.follows == (DRAWN_ON_ROADS,)
    assert in_km(course.legs[0]) == [(0.5, 0), (1, 0), (2, 0), (2.5, 0)]


def test_a_stop_far_from_its_drawn_course_is_named_and_its_legs_go_by_road() -> None:
    """The drawing passes 1 km north of the stops B at km 1.5: 1,000 m, told; A to B and B to C go by road."""
    drawn = degrees((0, 1), (1, 1), (2, 1), (3, 1))
    report = one_line(stops((1, 0.99), (1.5, 0), (2, 0.99)), drawn)
    (gap,) = report.gaps
    assert (gap.stop, gap.line, round(gap.distance_m, -1)) == ("B", "L", 1_000)
    assert report.courses[0].follows == (ROADS, ROADS)
    assert report.notes[0].render("en").startswith("stop B is 1000 m from the drawn course of line L")


def test_a_stop_out_of_reach_is_named_and_never_joined_by_a_straight_line() -> None:
    """B lies 3 km north of everything, C 500 m: B has no legs, C is only far."""
    report = one_line(stops((0.5, 0), (1.5, 4), (2.5, -0.5)))
    assert [(gap.stop, gap.is_matched, round(gap.distance_m, -1)) for gap in report.gaps] == [
        ("B", False, 3_000),
        ("C", True, 500),
    ]
    assert report.courses[0].follows == (NOWHERE, NOWHERE)
    assert all(leg.is_empty for leg in report.courses[0].legs)
    assert np.isnan(report.courses[0].length_m).all()
    assert report.unreachable == (("L", "A", "B"), ("L", "B", "C"))
    assert [note.code for note in report.notes] == ["N211", "N210", "N212", "N212"]


def test_a_closed_bridge_leaves_a_leg_without_a_path() -> None:
    """Both ways east are shut: A to B is named, and there are no metres to it."""
    report = one_line(stops((0.5, 0), (0.7, 0), (0.2, 0)), closed=(1, 2, 3, 4, 5))
    assert report.courses[0].follows == (ROADS, ROADS)
    assert report.unreachable == ()
    split = match_lines(
        roads([(0, 0), (1, 0), (5, 0), (7, 0)], [(0, 1), (2, 3)], access=["yes", "yes"]),
        BUS,
        stops((5.5, 0), (0.5, 0)),
        [DrawnLine(id="L", stops=(0, 1))],
    )
    assert split.unreachable == (("L", "A", "B"),)


def test_a_stop_called_at_twice_in_a_row_goes_nowhere() -> None:
    """The leg from A to A is a spot, not an error."""
    line = DrawnLine(id="L", stops=(0, 0, 1))
    report = match_lines(roads(LOOP, LOOP_EDGES), BUS, stops((0.5, 0), (2.5, 0)), [line])
    assert report.courses[0].length_m == pytest.approx([0, 2_000], rel=1e-3)
    assert report.unreachable == ()


def test_no_lines_give_no_courses() -> None:
    """A county without buses."""
    report = match_lines(roads(LOOP, LOOP_EDGES), BUS, stops((0.5, 0)), [])
    assert (report.courses, report.gaps, report.unreachable) == ((), (), ())


def test_a_county_without_a_road_for_buses_names_every_stop_and_leg() -> None:
    """Steps and tracks only: the distance is not known."""
    network = roads(LOOP, LOOP_EDGES, road_class="track4")
    report = match_lines(network, BUS, stops((0.5, 0), (2.5, 0)), [DrawnLine(id="L", stops=(0, 1))])
    assert [gap.stop for gap in report.gaps] == ["A", "B"]
    assert report.unreachable == (("L", "A", "B"),)
    assert "{" not in "".join(note.render("zh") for note in report.notes)


def test_a_line_through_a_stop_that_is_not_there_is_refused() -> None:
    """Row 2 of two stops."""
    with pytest.raises(InvalidInput, match=r"^E254 "):
        match_lines(roads(LOOP, LOOP_EDGES), BUS, stops((0, 0), (1, 0)), [DrawnLine(id="L", stops=(0, 2))])


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_the_drawing_of_a_way_leads_back_to_a_way_as_long(seed: int) -> None:
    """Draw the best path of each leg: matched to the roads it differs by no more than a fifth and 80 m."""
    network = random_roads(seed, with_rules=False)
    where = random_spots(network, seed, 8)
    legs = np.array([(a, (a + step) % 8) for a in range(8) for step in (1, 3)])
    paths = leg_geometries(network, BUS, where, legs)
    drawings = [shapely.get_coordinates(path)[1:-1] for path in paths if len(path.coords) > 3]
    drawings = [drawing for drawing in drawings if (drawing[0] != drawing[-1]).any()]
    ends = np.array([end for drawing in drawings for end in drawing[[0, -1]]]).reshape(-1, 2)
    lines = [DrawnLine(id=str(i), stops=(2 * i, 2 * i + 1), course=drawing) for i, drawing in enumerate(drawings)]
    report = match_lines(network, BUS, Points(tuple(map(str, range(len(ends)))), *ends.T), lines)
    for drawing, course in zip(drawings, report.courses, strict=True):
        drawn_m = geodesic_length_m(shapely.LineString(drawing))
        assert course.follows[0] in {DRAWN_ON_ROADS, DRAWN}
        assert abs(course.length_m[0] - drawn_m) <= 0.2 * drawn_m + 80


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_no_way_under_a_drawing_goes_where_the_bus_may_not(seed: int) -> None:
    """Draw best paths backwards on roads with one-way pieces: what is found runs from node to node by usable arcs."""
    network = random_roads(seed)
    where = random_spots(network, seed, 8)
    paths = leg_geometries(network, BUS, where, np.array([(a, (a + 1) % 8) for a in range(8)]))
    drawings = [shapely.get_coordinates(path)[-2:0:-1] for path in paths if len(path.coords) > 4]
    ends = np.array([end for drawing in drawings for end in drawing[[0, -1]]]).reshape(-1, 2)
    lines = [DrawnLine(id=str(i), stops=(2 * i, 2 * i + 1), course=drawing) for i, drawing in enumerate(drawings)]
    report = match_lines(network, BUS, Points(tuple(map(str, range(len(ends)))), *ends.T), lines)
    arcs = usable_arcs(network, BUS, DRY_AND_CLEAR)
    node = np.column_stack([network.lon, network.lat]).round(9)  # some nodes share a spot
    allowed = {(*node[a], *node[b]) for a, b in zip(arcs.tail[arcs.usable], arcs.head[arcs.usable], strict=True)}
    for course in report.courses:
        if course.follows == (DRAWN_ON_ROADS,):
            passed = shapely.get_coordinates(course.legs[0])[1:-1].round(9)
            assert {(*a, *b) for a, b in pairwise(passed)} <= allowed


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_every_leg_begins_where_the_one_before_ended(seed: int) -> None:
    """Without a drawing, courses have no gaps except where a leg is missing."""
    network = random_roads(seed)
    where = random_spots(network, seed, 9)
    (course,) = match_lines(network, BUS, where, [DrawnLine(id="L", stops=tuple(range(9)))]).courses
    for first, second in zip(course.legs[:-1], course.legs[1:], strict=True):
        if not (first.is_empty or second.is_empty):
            assert first.coords[-1] == pytest.approx(second.coords[0], abs=1e-9)
