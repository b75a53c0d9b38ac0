"""Who is cut off in a generated county, against a slow oracle: plain graph search over the roads that are open."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from shapely import Point

from networks.override_model import Closure
from scenarios.build import build_problem
from scenarios.emergency.areas import cut
from scenarios.emergency.standing import stand
from scenarios.files import read_scenario
from scenarios.new import new_scenario
from tests.scenarios.test_library import LIBRARY

if TYPE_CHECKING:
    from scenarios.build import County


@lru_cache(maxsize=1)
def county() -> County:
    """Return a small county in the mountains, whose roads are mostly a tree."""
    day = new_scenario(terrain="mountain", townships=2, villages=12, pieces=100, brands=2, seed=5)
    return build_problem(day)


def behind(edges: set[int]) -> set[str]:
    """Return the places that a walk over all roads but ``edges`` from the hub's does not come to."""
    base = county()
    graph: nx.Graph[int] = nx.Graph()
    ends = base.network.edges[["u", "v"]].to_numpy().tolist()
    graph.add_edges_from(map(tuple, (end for edge, end in enumerate(ends) if edge not in edges)))
    at = {name: ends[edge][0] for name, edge in zip(base.points.ids, base.matrices["van"].snaps.edge, strict=True)}
    reached = nx.node_connected_component(graph, at["H"])
    return {name for name, node in at.items() if node not in reached}


def bridges() -> list[int]:
    """Return edges whose loss cuts places off, one for each number of places, and none that a place lies on."""
    base = county()
    graph: nx.Graph[int] = nx.Graph()
    ends = base.network.edges[["u", "v"]].to_numpy().tolist()
    graph.add_edges_from(map(tuple, ends))
    number = {frozenset(end): edge for edge, end in enumerate(ends)}
    taken = set(base.matrices["van"].snaps.edge.tolist())
    found: dict[int, int] = {}
    for pair in sorted(nx.bridges(graph))[::40]:
        edge = number[frozenset(pair)]
        if edge not in taken and (places := behind({edge})):
            found.setdefault(len(places), edge)
    return [*(found[count] for count in sorted(found)[:2]), found[max(found)]]


def test_a_lost_bridge_cuts_off_exactly_the_places_behind_it() -> None:
    """For bridges with few and with many places behind: the same places as by the slow search, and never the hub."""
    edges = bridges()
    assert len(edges) >= 3
    for edge in edges:
        found = stand(county(), cut(county(), [Closure(edges=(edge,))]))
        assert {each.place for each in found.cut} == behind({edge})


def test_two_lost_bridges_leave_areas_that_do_not_meet() -> None:
    """Two bridges, one behind the other or not: places of one area reach each other, those of two do not."""
    first, *_, last = bridges()
    ground = cut(county(), [Closure(edges=(first, last))])
    found = stand(county(), ground)
    assert {each.place for each in found.cut} == behind({first, last})
    matrix = ground.matrix("van", ground.points, ground.area_of)
    area = dict(zip(ground.points.ids, ground.area_of.tolist(), strict=True))
    for one, row in zip(matrix.ids, matrix.duration_s.tolist(), strict=True):
        assert {other for other, seconds in zip(matrix.ids, row, strict=True) if seconds >= 0} == {
            other for other in matrix.ids if area[other] == area[one]
        }
    assert sum(Counter(area.values()).values()) == len(matrix.ids)


@pytest.mark.parametrize("name", ["truck", "van", "three_wheeler"])
def test_without_closures_legs_are_those_of_the_ordinary_matrix(name: str) -> None:
    """One area holds everything, so that nothing changes to the second and the metre."""
    base = county()
    if name not in base.profiles:
        pytest.skip("the fleet has none")
    ground = cut(base, [])
    found = ground.matrix(name, ground.points, ground.area_of)
    assert (found.duration_s == base.matrices[name].duration_s).all()
    assert (found.distance_m == base.matrices[name].distance_m).all()


def test_who_has_a_way_round_is_only_farther_away() -> None:
    """Four villages: without the road from the hub to S (5 km, 10 min) S is reached by the north, three roads of 5 km.

    B, 10 min beyond S, is 10 min beyond it again. A has another way of two roads, C and D lie on other roads.
    """
    base = build_problem(read_scenario(LIBRARY / "four_villages"))
    ring = Point(109.326, 30.2).buffer(0.003)
    found = stand(base, cut(base, [Closure(area=ring)]))
    assert found.cut == ()
    assert {each.place for each in found.longer} == {"S", "B"}
    away = {each.place: (each.before_s, each.after_s) for each in found.longer}
    assert away["S"] == pytest.approx((600, 1_800), rel=0.02)
    assert away["B"] == pytest.approx((1_200, 2_400), rel=0.02)
