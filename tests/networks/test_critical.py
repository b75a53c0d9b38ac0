"""Sections without a way round, on roads drawn by hand and against closing every edge in turn."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.critical import cut_sections
from networks.driven import edges_driven
from networks.matrix import travel_matrix
from networks.network import RoadNetwork, build_network
from networks.points import Points
from networks.profile_files import load_profiles
from networks.snap import snap
from networks.synthetic import generate_county

# 0 - 1 - 2 and back to 0 is a ring; 2 - 3 - 4 leads to a second ring 4 - 5 - 6, whose 6 - 7 is a dead end
RINGS = ((0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 6), (6, 4), (6, 7))


def _roads(pairs: tuple[tuple[int, int], ...]) -> RoadNetwork:
    u, v = np.array(pairs).T
    at = np.arange(max(u.max(), v.max()) + 1)
    return build_network(lon=108 + 0.01 * (at % 3), lat=27 + 0.01 * at, u=u, v=v)


def test_two_rings_are_joined_by_one_section() -> None:
    """Hub on the first ring; a place on the second, one on the dead end, one on the way between the rings."""
    network = _roads(RINGS)
    found = cut_sections(network, np.ones(9, dtype=bool), np.array([-1, 5, 8, 3]), hub_node=0)
    assert [(s.edges.tolist(), s.places.tolist()) for s in found] == [([3], [1, 2, 3]), ([4], [1, 2]), ([8], [2])]


def test_edges_that_cut_off_the_same_places_are_one_section() -> None:
    """Without the place between the rings, both edges between them do the same."""
    found = cut_sections(_roads(RINGS), np.ones(9, dtype=bool), np.array([-1, 5]), hub_node=0)
    assert [(s.edges.tolist(), s.places.tolist()) for s in found] == [([3, 4], [1])]


def test_a_road_beside_it_or_a_closed_one_changes_what_is_critical() -> None:
    """A second 2 - 3 is a way round; with 0 - 1 closed the first ring is none. Nobody is cut off off the roads."""
    doubled = cut_sections(_roads((*RINGS, (3, 2))), np.ones(10, dtype=bool), np.array([-1, 5]), hub_node=0)
    assert [s.edges.tolist() for s in doubled] == [[4]]
    is_open = np.ones(9, dtype=bool)
    is_open[0] = False
    broken = cut_sections(_roads(RINGS), is_open, np.array([-1, 1, -1]), hub_node=2)
    assert [(s.edges.tolist(), s.places.tolist()) for s in broken] == [([1], [1])]


@settings(max_examples=80, deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=16),
    places=st.lists(st.integers(0, 15), min_size=1, max_size=5),
)
def test_closing_every_edge_in_turn_says_the_same(pairs: list[tuple[int, int]], places: list[int]) -> None:
    """Slow oracle: a place on another edge is cut off when neither of its edge's ends is joined to the hub any more."""
    network = _roads(tuple(pairs))
    edge_of, hub = np.array([place % len(pairs) for place in places]), pairs[0][0]
    found = {
        edge: set(section.places.tolist())
        for section in cut_sections(network, np.ones(len(pairs), dtype=bool), edge_of, hub_node=hub)
        for edge in section.edges.tolist()
    }
    for closed in range(len(pairs)):
        whole, cut = (nx.MultiGraph() for _ in range(2))
        whole.add_edges_from(pairs)
        cut.add_nodes_from(whole)
        cut.add_edges_from(pair for k, pair in enumerate(pairs) if k != closed)
        before = nx.node_connected_component(whole, hub)
        after = nx.node_connected_component(cut, hub)
        parts = pairs[closed][0] in before and (pairs[closed][0] in after) != (pairs[closed][1] in after)
        lost = {
            k for k, e in enumerate(edge_of.tolist())
            if (e == closed and parts) or (e != closed and pairs[e][0] in before - after)
        }  # fmt: skip
        assert found.get(closed, set()) == lost


def test_the_edges_of_a_leg_are_as_long_as_the_leg() -> None:
    """On a generated county: whole edges, so the first and the last may stick out."""
    county = generate_county(terrain="hill", townships=2, villages=8, seed=3)
    rows = county.places[county.places["tier"] != "station"]
    points = Points(tuple(rows["id"]), rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
    profile = load_profiles(None)["van"]
    matrix = travel_matrix(county.network, profile, points)
    legs = np.array([[0, k] for k in range(1, 6)] + [[2, 2]])
    leg, edge = edges_driven(county.network, profile, points, legs)
    length_m = county.network.edges["length_m"].to_numpy()
    assert not (leg == 5).any()
    for k, (a, b) in enumerate(legs[:5].tolist()):
        mine = edge[leg == k]
        road_m = matrix.distance_m[a, b] - matrix.snaps.access_dm[[a, b]].sum() / 10
        assert length_m[mine[1:-1]].sum() - 1 <= road_m <= length_m[mine].sum() + 1


def test_the_bridge_between_two_counties_cuts_off_exactly_the_villages_of_the_other() -> None:
    """Two generated counties a degree apart, joined by one edge between two nodes of rings."""
    county = generate_county(terrain="plain", townships=2, villages=8, seed=5)
    edges, nodes = county.network.edges, len(county.network.nodes)
    u, v = (edges[end].to_numpy() for end in ("u", "v"))
    joined = build_network(
        lon=np.concatenate([county.network.lon, county.network.lon + 1]),
        lat=np.tile(county.network.lat, 2),
        u=np.concatenate([u, u + nodes, [u[0]]]),
        v=np.concatenate([v, v + nodes, [u[0] + nodes]]),
        edges={"road_class": [*edges["road_class"], *edges["road_class"], "G"]},
    )
    rows = county.places
    lon, lat = (np.tile(rows[axis].to_numpy(float), 2) for axis in ("lon", "lat"))
    lon[len(rows) :] += 1
    points = Points(tuple(f"P{k}" for k in range(lon.size)), lon, lat)
    place_edge = snap(joined, load_profiles(None)["van"], points).edge.copy()
    hub = place_edge[0]
    place_edge[0] = -1
    found = cut_sections(joined, np.ones(len(joined.edges), dtype=bool), place_edge, hub_node=int(u[hub]))
    (bridge,) = (s for s in found if 2 * len(edges) in s.edges)
    assert bridge.places.tolist() == list(range(len(rows), lon.size))
    assert bridge.edges.tolist() == [2 * len(edges)]
