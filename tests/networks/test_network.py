"""The road network itself: columns, lengths, digest, the way to networkx."""

from __future__ import annotations

import numpy as np
import pytest

from networks.errors import InvalidInput
from networks.network import CRS, ROAD_CLASSES, RoadNetwork, build_network, geodesic_m, replace_edges


def corner(**edges: object) -> RoadNetwork:
    """Two edges that meet at a corner: one degree along the equator, then one degree along the meridian."""
    return build_network(lon=[100, 101, 101], lat=[0, 0, 1], u=[0, 1], v=[1, 2], edges=edges)


def test_lengths_are_geodesic_metres_on_wgs84() -> None:
    """One degree of the equator is a * pi / 180 = 111,319.49 m; the first of the meridian 110,574.39 m."""
    assert corner().edges["length_m"].tolist() == pytest.approx([111_319.49, 110_574.39], abs=0.01)


def test_a_degree_of_longitude_shrinks_with_the_cosine_of_latitude() -> None:
    """At 60 degrees north a hundredth degree is about half as long as on the equator."""
    at_60 = geodesic_m(np.array([10.0]), np.array([60.0]), np.array([10.01]), np.array([60.0]))[0]
    assert at_60 == pytest.approx(557.99, abs=0.1)


def test_columns_have_their_defaults_and_kinds() -> None:
    """Only ends are given: a village road open to all both ways, nothing else known."""
    edges = corner().edges
    assert edges.crs == CRS
    first = edges.drop(columns=["geometry", "length_m"]).iloc[0].to_dict()
    numbers = [first.pop(name) for name in list(first) if name.endswith(("_kmh", "_t", "_m", "_s"))]
    assert np.isnan(numbers).all()
    assert len(numbers) == 6
    assert first == {
        "u": 0, "v": 1, "way": 0, "road_class": "C", "access": "yes", "name": "", "ref": "", "surface": "",
        "smoothness": "", "hgv": "", "forward": True, "backward": True, "bridge": False, "tunnel": False,
        "ford": False, "seasonal": False, "closed": False,
    }  # fmt: skip


def test_categories_do_not_depend_on_how_the_column_was_given() -> None:
    """All road classes are always there, texts only those used: equal networks have equal digests."""
    given = corner(road_class=["X", "Y"], name=["b", "a"])
    assert tuple(given.edges["road_class"].cat.categories) == ROAD_CLASSES
    assert list(given.edges["name"].cat.categories) == ["a", "b"]
    assert given.digest == replace_edges(corner(), road_class=["X", "Y"], name=["b", "a"]).digest


@pytest.mark.parametrize(
    "change",
    [
        {"closed": [True, False]}, {"road_class": "G"}, {"name": ["x", ""]}, {"duration_s": [1.0, np.nan]},
        {"forward": False},
    ],
)  # fmt: skip
def test_the_digest_sees_every_column(change: dict[str, object]) -> None:
    """A cache keyed by the digest must never confuse two networks."""
    assert replace_edges(corner(), **change).digest != corner().digest


def test_the_digest_sees_nodes_and_turns() -> None:
    """A moved node, a height and a banned turn count as well."""
    ends = {"u": [0, 1], "v": [1, 2]}
    plain = build_network(lon=[100, 101, 101], lat=[0, 0, 1], **ends)
    moved = build_network(lon=[100, 101, 101], lat=[0, 0, 1 + 1e-9], **ends)
    high = build_network(lon=[100, 101, 101], lat=[0, 0, 1], elevation_m=[0, 0, 1], **ends)
    banned = build_network(lon=[100, 101, 101], lat=[0, 0, 1], turns=[[0, 1, 1]], **ends)
    assert len({network.digest for network in (plain, moved, high, banned)}) == 4


def test_replacing_edges_leaves_the_old_network_alone() -> None:
    """A closure makes a new network; the old one is still open."""
    old = corner()
    new = replace_edges(old, closed=True)
    assert new.edges["closed"].all()
    assert not old.edges["closed"].any()


def test_networkx_has_an_arc_for_each_open_direction() -> None:
    """Edge 0 both ways, edge 1 one way: three arcs; a closed edge has none."""
    graph = corner(backward=[True, False]).to_networkx()
    assert sorted(graph.edges(keys=True)) == [(0, 1, 0), (1, 0, 0), (1, 2, 1)]
    assert graph.edges[1, 2, 1]["length_m"] == pytest.approx(110_574.39, abs=0.01)
    assert corner(closed=[True, False]).to_networkx().number_of_edges() == 2


def test_parallel_edges_stay_apart_in_networkx() -> None:
    """Two roads between the same nodes are two arcs each way, keyed by edge position."""
    graph = build_network(lon=[100, 101], lat=[30, 30], u=[0, 0], v=[1, 1]).to_networkx()
    assert sorted(graph.edges(keys=True)) == [(0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1)]


def test_grade_is_rise_over_run_and_clipped() -> None:
    """Some 1,110 m of road: 55.3 m up is 5 %; 500 m down would be 45 %, and counts as 15 %."""
    network = build_network(
        lon=[100, 100, 100], lat=[0, 0.01, 0.02], u=[0, 1], v=[1, 2], elevation_m=[500, 555.287, 55.287]
    )
    assert network.grade.tolist() == pytest.approx([0.05, -0.15], abs=1e-4)


def test_an_unknown_elevation_is_level() -> None:
    """Without tiles no edge has a gradient."""
    assert corner().grade.tolist() == [0, 0]


def test_an_empty_network_is_a_network() -> None:
    """No nodes and no edges: nothing fails."""
    empty = build_network(lon=[], lat=[], u=[], v=[])
    assert (len(empty.nodes), len(empty.edges), len(empty.turns)) == (0, 0, 0)
    assert empty.to_networkx().number_of_nodes() == 0
    assert empty.digest


@pytest.mark.parametrize(
    ("edges", "detail"),
    [
        ({"colour": "red"}, "colour"),
        ({"road_class": "Z"}, "road_class"),
        ({"access": ["yes", "maybe"]}, "access"),
        ({"name": ["a"]}, "name"),
        ({"maxspeed_kmh": [-1, 2]}, "maxspeed_kmh"),
        ({"length_m": [1.0, np.inf]}, "length_m"),
        ({"closed": [True]}, "closed"),
    ],
)
def test_a_wrong_column_is_refused_by_name(edges: dict[str, object], detail: str) -> None:
    """E218 names the column."""
    with pytest.raises(InvalidInput, match=rf"^E218 ({detail}) "):
        corner(**edges)


def test_ends_and_turns_must_point_inside() -> None:
    """Edge to node 9 of 2, and a turn over edge 9 of 1."""
    with pytest.raises(InvalidInput, match=r"^E218 u, v "):
        build_network(lon=[1, 2], lat=[1, 2], u=[0], v=[9])
    with pytest.raises(InvalidInput, match=r"^E218 turns "):
        build_network(lon=[1, 2], lat=[1, 2], u=[0], v=[1], turns=[[0, 1, 9]])


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 91), (np.nan, 0), (np.inf, 0)])
def test_coordinates_off_the_globe_are_refused(lon: float, lat: float) -> None:
    """E246: a swapped pair or metres would show here."""
    with pytest.raises(InvalidInput, match=r"^E246 1 coordinates"):
        build_network(lon=[0, lon], lat=[0, lat], u=[0], v=[1])
