"""Places touch the nearest point of the nearest edge that their vehicle can use and leave again."""

from __future__ import annotations

import numpy as np
import pytest

from networks.network import replace_edges
from networks.points import Points
from networks.profiles import load_profiles
from networks.snap import FAR_M, REACH_M, metres_per_degree, reached_by_none, snap
from tests.networks.small_roads import KM_EAST, KM_NORTH, TRUCK, roads

LINE = [(0, 0), (1, 0), (2, 0), (3, 0)]
LINE_EDGES = [(0, 1), (1, 2), (2, 3)]


def places(*where: tuple[float, float]) -> Points:
    """Return places at (km east, km north) of the south-west corner."""
    east, north = np.array(where).T
    return Points(tuple(f"V{i}" for i in range(len(where))), 110 + east * KM_EAST, 30 + north * KM_NORTH)


def test_a_place_is_snapped_to_the_middle_of_an_edge_not_to_a_node() -> None:
    """100 m north of km 1.25: a quarter of the second edge; 100 m at the truck's slowest 12 km/h are 30 s."""
    row = snap(roads(LINE, LINE_EDGES), TRUCK, places((1.25, 0.1))).table.iloc[0]
    assert (row["edge"], row["status"]) == (1, "ok")
    assert row["fraction"] == pytest.approx(0.25, abs=0.001)
    assert row["distance_m"] == pytest.approx(100, abs=0.1)
    assert row["access_m"] == row["distance_m"]
    assert row["access_s"] == pytest.approx(30, abs=0.05)


def test_a_place_beyond_the_end_is_snapped_to_the_end() -> None:
    """At km 3.2 the road has ended at km 3."""
    row = snap(roads(LINE, LINE_EDGES), TRUCK, places((3.2, 0.0))).table.iloc[0]
    assert (row["edge"], row["fraction"]) == (2, 1.0)


def test_far_and_unreachable_places_are_named_and_not_fatal() -> None:
    """A kilometre off is far, three are out of reach; the rest of the county is served."""
    report = snap(roads(LINE, LINE_EDGES), TRUCK, places((1.0, 0.1), (1.0, 1.0), (1.0, 3.0)))
    assert report.table["status"].tolist() == ["ok", "far", "unreachable"]
    assert report.far == ("V1",)
    assert report.unreachable == ("V2",)
    assert report.edge[2] == -1
    assert report.table["distance_m"][2] == pytest.approx(3000, rel=0.001)
    assert np.isnan(report.table["access_s"][2])
    assert FAR_M < 1000 < REACH_M < 3000


def test_an_island_of_road_is_not_snapped_to() -> None:
    """A shorter road that joins nothing is passed over for the network 500 m away."""
    network = roads([*LINE, (1.0, 0.5), (1.5, 0.5)], [*LINE_EDGES, (4, 5)], metres=[1000, 1000, 1000, 500])
    assert snap(network, TRUCK, places((1.2, 0.5))).edge.tolist() == [1]


def test_a_road_into_which_one_can_drive_but_not_back_is_not_snapped_to() -> None:
    """Edge 3 leads away one-way and ends there."""
    network = roads([*LINE, (1, 0.5)], [*LINE_EDGES, (1, 4)], one_way=(3,))
    assert 3 not in snap(network, TRUCK, places((1.0, 0.4))).edge


def test_a_private_road_is_snapped_to_but_an_island_behind_it_is_not() -> None:
    """Edge 3 is private: a leg may end on it. Edge 4 is public but only reached through it."""
    network = roads([*LINE, (1, 0.5), (1, 1.0)], [*LINE_EDGES, (1, 4), (4, 5)], ends_only=(3,))
    assert snap(network, TRUCK, places((1.0, 0.3), (1.0, 0.9))).edge.tolist() == [3, 3]


def test_tunnels_and_motorways_are_not_snapped_to() -> None:
    """The village lies above the tunnel of edge 1, beside edge 0."""
    network = replace_edges(roads(LINE, LINE_EDGES), tunnel=np.array([False, True, False]))
    assert snap(network, TRUCK, places((1.4, 0.1))).edge.tolist() == [0]
    network = replace_edges(network, road_class=["C", "motorway", "C"], tunnel=False)
    assert snap(network, TRUCK, places((1.4, 0.1))).edge.tolist() == [0]


def test_a_village_that_no_class_reaches_is_named() -> None:
    """The bridge in the middle is too weak for the truck; V2 lies beyond the reach of both."""
    network = replace_edges(roads(LINE, LINE_EDGES), maxweight_t=np.array([np.nan, 2.5, 2.5]))
    where = places((0.5, 0.1), (2.5, 0.1), (1.5, 5.0))
    truck, van = (snap(network, profile, where) for profile in (TRUCK, load_profiles()["van"]))
    assert truck.unreachable == ("V2",)
    assert (truck.far, van.far) == (("V1",), ())
    assert reached_by_none([truck, van]) == ("V2",)
    assert reached_by_none([]) == ()


def test_without_any_road_every_place_is_unreachable() -> None:
    """Everything is closed: no distance either, and no exception."""
    report = snap(roads(LINE, LINE_EDGES, closed=(0, 1, 2)), TRUCK, places((1.0, 0.1)))
    assert report.unreachable == ("V0",)
    assert np.isnan(report.table["distance_m"][0])


def test_a_spot_does_not_depend_on_the_other_places() -> None:
    """Alone or among others: the same edge, fraction and distance to the last bit."""
    network, both = roads(LINE, LINE_EDGES), places((1.3, 0.2), (40.0, 90.0))
    together, alone = snap(network, TRUCK, both).table, snap(network, TRUCK, both.take(np.array([0]))).table
    assert together.iloc[:1].equals(alone)


def test_degrees_are_as_long_as_on_the_ellipsoid() -> None:
    """At 30 degrees north: 96.486 km east and 110.852 km north (tables of the WGS-84 ellipsoid)."""
    east, north = metres_per_degree(30.0)
    assert float(east) == pytest.approx(96_486, abs=1)
    assert float(north) == pytest.approx(110_852, abs=1)
