"""Legs keep the rules of the road; every number is the sum of a few edges of 100 s and 1,000 m."""

from __future__ import annotations

import numpy as np
import pytest

from networks.arcs import usable_arcs
from networks.graph import RoadGraph, build_graph, hooks_of
from networks.packed import time_ms
from networks.profiles import DRY_AND_CLEAR
from networks.search import columns, rows
from networks.snap import snap
from tests.networks.small_roads import TRUCK, random_roads, random_spots, roads, spots

LINE = [(0, 0), (1, 0), (2, 0), (3, 0)]
LINE_EDGES = [(0, 1), (1, 2), (2, 3)]
TEE = [(0, 0), (1, 0), (2, 0), (1, 1)]
TEE_EDGES = [(0, 1), (1, 2), (1, 3)]
STRAIGHT_ON_ONLY = ((0, 1, 2),)


def seconds(network, *where: tuple[int, float]) -> list[list[int]]:
    """Return the road seconds between spots (edge, fraction), -1 where there is no path."""
    points = spots(network, *where)
    packed = rows(graph_of(network, points), np.arange(len(where)))
    return np.where(packed < 0, -1, time_ms(packed) // 1000).tolist()


def graph_of(network, points, *, contracted: bool = True) -> RoadGraph:
    """Return the graph between points snapped to the truck's roads."""
    snaps = snap(network, TRUCK, points)
    arcs = usable_arcs(network, TRUCK, DRY_AND_CLEAR)
    return build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction), contracted=contracted)


def test_points_in_the_middle_of_edges_take_part_of_them() -> None:
    """Half of edge 0, all of edge 1, a quarter of edge 2: 50 + 100 + 25 s."""
    assert seconds(roads(LINE, LINE_EDGES), (0, 0.5), (2, 0.25)) == [[0, 175], [175, 0]]


def test_two_points_on_one_edge_take_the_piece_between_them() -> None:
    """From 0.2 to 0.7 of 100 s, both ways."""
    assert seconds(roads(LINE, LINE_EDGES), (1, 0.2), (1, 0.7)) == [[0, 50], [50, 0]]


def test_on_a_one_way_ring_the_way_back_goes_around() -> None:
    """Three edges of 100 s: forth 50 s, back 250 s."""
    ring = roads([(0, 0), (2, 0), (1, 1)], [(0, 1), (1, 2), (2, 0)], one_way=(0, 1, 2))
    assert seconds(ring, (0, 0.2), (0, 0.7)) == [[0, 50], [250, 0]]


def test_without_a_ban_the_turn_is_taken() -> None:
    """Half of edge 0 and half of edge 2."""
    assert seconds(roads(TEE, TEE_EDGES), (0, 0.5), (2, 0.5))[0][1] == 100


def test_a_banned_turn_costs_the_way_to_the_next_place_to_turn_round() -> None:
    """On to the end of edge 1 and back: 50 + 100 + 100 + 50; the way home is not banned."""
    network = roads(TEE, TEE_EDGES, banned=STRAIGHT_ON_ONLY)
    assert seconds(network, (0, 0.5), (2, 0.5)) == [[0, 300], [100, 0]]


def test_nobody_turns_round_on_the_open_road_behind_a_banned_turn() -> None:
    """A shape node half way along the road ahead changes nothing, a side road there does."""
    nodes, edges = [*TEE, (1.5, 0)], [(0, 1), (1, 4), (1, 3), (4, 2)]
    time_s = [100.0, 50.0, 100.0, 50.0]
    plain = roads(nodes, edges, seconds=time_s, banned=STRAIGHT_ON_ONLY)
    assert seconds(plain, (0, 0.5), (2, 0.5))[0][1] == 300
    forked = roads([*nodes, (1.5, -1)], [*edges, (4, 5)], seconds=[*time_s, 100.0], banned=STRAIGHT_ON_ONLY)
    assert seconds(forked, (0, 0.5), (2, 0.5))[0][1] == 200


def test_who_stops_behind_the_banned_turn_may_leave_either_way() -> None:
    """A stop at a quarter of edge 1 and then to the side road: 50 + 25, then 25 + 50."""
    network = roads(TEE, TEE_EDGES, banned=STRAIGHT_ON_ONLY)
    legs = seconds(network, (0, 0.5), (1, 0.25), (2, 0.5))
    assert (legs[0][1], legs[1][2]) == (75, 75)


def test_a_private_road_is_no_short_cut_but_a_leg_may_begin_and_end_there() -> None:
    """Around takes 50 + 100 + 100 + 50 s; to the middle of the private road 50 + 50 s, and on from it 50 + 50 s."""
    network = roads(
        [(0, 0), (1, 0), (2, 0), (3, 0), (1.5, 1)], [(0, 1), (1, 2), (2, 3), (1, 4), (4, 2)], ends_only=(1,)
    )
    legs = seconds(network, (0, 0.5), (2, 0.5), (1, 0.5))
    assert (legs[0][1], legs[0][2], legs[2][1]) == (300, 100, 100)


def test_a_leg_may_run_on_private_roads_at_both_ends() -> None:
    """From one yard over the public road to another: 50 + 100 + 50 s."""
    network = roads(LINE, LINE_EDGES, ends_only=(0, 2))
    assert seconds(network, (0, 0.5), (2, 0.5)) == [[0, 200], [200, 0]]


def test_lengths_follow_the_quickest_path() -> None:
    """Two roads join the ends: 100 s over 5 km beats 200 s over 1 km."""
    network = roads(
        [(0, 0), (1, 0), (2, 0.2), (2, -0.2), (3, 0), (4, 0)],
        [(0, 1), (1, 2), (2, 4), (1, 3), (3, 4), (4, 5)],
        seconds=[100.0, 50.0, 50.0, 100.0, 100.0, 100.0],
        metres=[1000.0, 2500.0, 2500.0, 500.0, 500.0, 1000.0],
    )
    packed = rows(graph_of(network, spots(network, (0, 0.5), (5, 0.5))), np.array([0]))
    assert packed[0, 1] == (200_000 << 24) + 60_000


@pytest.mark.parametrize("seed", range(25))
def test_contraction_changes_states_but_no_number(seed: int) -> None:
    """Random roads with every rule: rows and columns, short and full, all the same."""
    network = random_roads(seed)
    points = random_spots(network, seed, 9)
    short, full = (graph_of(network, points, contracted=value) for value in (True, False))
    everyone = np.arange(9)
    expected = rows(full, everyone)
    assert np.array_equal(rows(short, everyone), expected)
    assert np.array_equal(columns(short, everyone), expected)
    assert short.num_states <= full.num_states


def test_a_graph_survives_storage() -> None:
    """Arrays out, arrays in: the same numbers."""
    network = random_roads(3)
    graph = graph_of(network, random_spots(network, 3, 9))
    again = RoadGraph.from_arrays(graph.arrays())
    assert np.array_equal(rows(again, np.arange(9)), rows(graph, np.arange(9)))
