"""The rounds of one island, against the slow oracle on counties small enough to try everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.model import Cleaning, Compartment, Conflict, DrivingRule, Lock, TimeWindow
from optimizer.neighbourhoods import near_units
from tests.helpers import HOUR_S, assert_clean, down, problem, searched, shipment, up, vehicle, with_place
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.problem import Problem


def early(k: int, late_h: int) -> TimeWindow:
    return TimeWindow(early_s=k * HOUR_S, late_s=late_h * HOUR_S)


COUNTIES: dict[str, Problem] = {
    "capacity": problem([down(1, 60), down(2, 60), down(3, 40), up(2, 50)]),
    "conflict": problem(
        [down(1, commodity="pesticide"), down(2, commodity="greens"), up(1, commodity="greens")],
        conflicts=(Conflict(first="pesticide", second="greens"),),
        cleanings=(Cleaning(after="pesticide", before="greens", duration_s=900),),
    ),
    "sealed wall": problem(
        [down(1, commodity="pesticide"), down(2, commodity="greens"), down(3)],
        (
            vehicle(
                compartments=(
                    Compartment(id="safe", capacity=(20,), sealed=True),
                    Compartment(id="box", capacity=(30,)),
                )
            ),
        ),
        conflicts=(Conflict(first="pesticide", second="greens"),),
    ),
    "due at the depot": problem([up(1, due_s=3_000), up(4, due_s=9_000), down(3)]),
    "time on board": with_place(problem([up(3, max_on_board_s=2_000), up(1), down(2)]), "V1", windows=(early(8, 9),)),
    "rest": problem([down(k) for k in (1, 3, 4)], (vehicle(driving_rule=DrivingRule(max_driving_s=3_600)),)),
    "local": problem([shipment("L", "V4", "V2"), down(3), up(1)]),
    "two windows": with_place(problem([down(1), down(2), up(2)]), "V1", windows=(early(7, 8), early(10, 11))),
    "lock": problem([down(1), down(2), down(3)], locks=(Lock(shipment="D1", after="D3"),)),
    "not worth it": problem([down(4, penalty_fen=4_000), down(1)]),
    "range": problem([down(2, 60), down(1, 60)], (vehicle(count=2, range_m=20_000),)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTIES)
def test_reaches_the_optimum(name: str) -> None:
    """No plan of these counties is cheaper: the oracle tried them all."""
    county = COUNTIES[name]
    best = cheapest_plan(county)
    found = searched(county)
    assert_clean(county, found)
    assert found.cost.total_fen == best.cost.total_fen


def test_keeps_its_plan_unless_another_is_clearly_better() -> None:
    """At a meeting an island with an equal plan keeps its own."""
    county = COUNTIES["local"]
    island = Island(county, seed=1, index=0, budget=Budget(iterations=1), report=lambda *_: None)
    island.start(None)
    own = island.best
    island.adopt([own])
    assert island.best is own


def test_takes_over_a_plan_that_is_clearly_better() -> None:
    """An island that has served nobody adopts the other's plan."""
    county = COUNTIES["local"]
    first, second = (
        Island(county, seed=1, index=k, budget=Budget(iterations=1), report=lambda *_: None) for k in (0, 1)
    )
    first.start(None)
    second.adopt([first.best])
    assert second.best is first.best


def test_neighbourhoods_are_of_vehicles_near_each_other() -> None:
    """With two vehicles on the road both are taken."""
    import numpy as np  # noqa: PLC0415 - used here only

    from optimizer.daybook import book_of  # noqa: PLC0415 - used here only

    county = problem([down(1, 60), down(4, 60)], (vehicle(count=2, max_trips=1),))
    plan = searched(county, rounds=1)
    book = book_of(county, plan)
    assert near_units(book, np.random.default_rng(0), most_visits=1) == sorted(book.trips)
