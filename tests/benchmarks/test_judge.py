"""The plain rules of the sets: what a solution costs, and that each rule bites on both sides of its border."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.instances.instance import Vehicles
from benchmarks.instances.judge import judge
from tests.benchmarks.tiny import tiny

WHOLE = ((0, ((1,),)), (0, ((2, 3),)))
"""To 1 and back, to 3 and back: 20 + 60."""


def test_cost_is_length_and_fixed_cost_in_the_published_unit() -> None:
    """80 units at 1.5 and 7 for each of two vehicles, in tenths."""
    fleet = (Vehicles(count=2, capacity=10, fixed=7, per_thousand=1_500),)
    assert judge(tiny(fleet=fleet, cost_scale=10), WHOLE) == (pytest.approx(13.4), [])


def test_the_fixed_cost_is_left_out_where_vehicles_are_counted() -> None:
    """80 units, and the two vehicles are told apart from them."""
    assert judge(tiny(fleet=(Vehicles(count=2, capacity=10, fixed=7),), counts_vehicles=True), WHOLE)[0] == 80


@pytest.mark.parametrize(
    ("changes", "routes", "fault"),
    [
        ({}, ((0, ((1, 2),)),), "customer 3 is visited 0 times"),
        ({}, (*WHOLE, (0, ((1,),))), "customer 1 is visited 2 times"),
        ({"fleet": (Vehicles(count=1, capacity=10),)}, WHOLE, "2 vehicles of type 0, there are 1"),
        ({}, ((0, ((1, 2, 3),)),), "load 12 over 10"),
        ({"pickup": [0, 0, 7, 0]}, WHOLE, "load 11 over 10"),
        ({"exact_vehicles": 3}, WHOLE, "2 routes, the set wants 3"),
        ({"fleet": (Vehicles(count=2, capacity=10, longest_s=61),)}, WHOLE, "a route lasts 62, longest is 61"),
        ({"windows_s": [[0, 99], [0, 99], [0, 99], [0, 30]]}, WHOLE, "reaches 3 at 31, which closes at 30"),
        ({"windows_s": [[0, 61], [0, 99], [0, 99], [0, 99]]}, WHOLE, "reaches 0 at 62, which closes at 61"),
        ({}, ((0, ((1,), (2, 3))),), "a vehicle makes 2 trips"),
    ],
)
def test_each_rule_is_named_when_it_is_broken(changes: dict[str, Any], routes: Any, fault: str) -> None:
    """A second more, a unit less, a vehicle too many."""
    assert fault in judge(tiny(**changes), routes)[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"pickup": [0, 0, 6, 0]},
        {"exact_vehicles": 2},
        {"fleet": (Vehicles(count=2, capacity=10, longest_s=62),)},
        {"windows_s": [[0, 62], [0, 99], [0, 99], [0, 31]]},
    ],
)
def test_each_rule_is_kept_at_its_border(changes: dict[str, Any]) -> None:
    """The other side of the cases above: 2 drops 4 and takes 6 with 8 on board, the far route lasts 60 + 2 s."""
    assert judge(tiny(**changes), WHOLE)[1] == []


def test_a_second_trip_waits_for_its_goods() -> None:
    """Home from 1 at 21; goods for 3 are ready at 50, so that 3 is reached at 50 + 20 + 1 + 10."""
    day = ((0, ((1,), (2, 3))),)
    late = {"reloads": True, "release_s": [0, 0, 0, 50]}
    assert judge(tiny(**late, windows_s=[[0, 999], [0, 99], [0, 99], [0, 81]]), day)[1] == []
    faults = judge(tiny(**late, windows_s=[[0, 999], [0, 99], [0, 99], [0, 80]]), day)[1]
    assert faults == ["reaches 3 at 81, which closes at 80"]


def test_backhauls_come_last_and_never_alone() -> None:
    """3 gives only: after 2 it may come, before it not; alone only where a route need not deliver."""
    fields = {"delivery": [0, 4, 4, 0], "pickup": [0, 0, 0, 4], "has_backhauls": True}
    assert judge(tiny(**fields, must_deliver=True), WHOLE)[1] == []
    assert judge(tiny(**fields), ((0, ((3, 2),)), (0, ((1,),))))[1] == ["a route collects before its last delivery"]
    alone = ((0, ((1, 2),)), (0, ((3,),)))
    assert judge(tiny(**fields), alone)[1] == []
    assert judge(tiny(**fields, must_deliver=True), alone)[1] == ["a route delivers nothing"]


def test_a_pair_rides_together_and_in_order() -> None:
    """From 1 to 3; 2 goes alone to nobody here, so that only the order and the trip are looked at."""
    fields = {"delivery": [0, 0, 0, 4], "pickup": [0, 4, 0, 0], "pairs": ((1, 3),)}
    assert judge(tiny(**fields), ((0, ((1, 2, 3),)),))[1] == []
    for routes in (((0, ((3, 2, 1),)),), WHOLE):
        assert "1 is not before 3 on one trip" in judge(tiny(**fields), routes)[1]
