"""Trucks for given loops: goods of one satellite may come on two trucks, never more than a truck holds."""

from __future__ import annotations

import numpy as np

from benchmarks.two_echelon.instance import Fleet, Loop, TwoEchelon, TwoEchelonPlan
from benchmarks.two_echelon.judge import judge
from benchmarks.two_echelon.pour import poured


def road(capacity: int, trucks: int | None = None) -> TwoEchelon:
    """Return a depot at 0, satellites at 10 and 20, a customer beside each, who want 6 and 6."""
    at = np.array([0, 10, 20, 11, 21], dtype=float)
    return TwoEchelon(
        family="2evrp",
        name="road",
        num_satellites=2,
        length=np.abs(at[:, None] - at[None]),
        delivery=np.array([0, 0, 0, 6, 6]),
        pickup=np.zeros(5),
        trucks=Fleet(capacity=capacity, count=trucks),
        freighters=Fleet(capacity=6),
    )


LOOPS = (Loop(satellite=1, customers=(3,)), Loop(satellite=2, customers=(4,)))


def test_one_truck_brings_what_it_can_hold() -> None:
    """There and back to the farther satellite, past the nearer one: 40, and 2 for each freighter."""
    hauls = poured(road(12), LOOPS)
    assert hauls is not None
    assert judge(road(12), TwoEchelonPlan(hauls=hauls, loops=LOOPS)) == (44, [])


def test_a_satellites_goods_are_split_among_trucks_that_are_too_small() -> None:
    """Trucks of 4, three in all: 12 is just enough, but no truck holds 6. One goes near and two go far: 20 + 80."""
    hauls = poured(road(4, trucks=3), LOOPS)
    assert hauls is not None
    assert judge(road(4, trucks=3), TwoEchelonPlan(hauls=hauls, loops=LOOPS)) == (104, [])


def test_too_few_trucks_bring_nothing() -> None:
    """Two trucks of 4 cannot bring 12."""
    assert poured(road(4, trucks=2), LOOPS) is None


def test_no_loops_need_no_truck() -> None:
    """Nobody wants anything."""
    assert poured(road(4), ()) == ()
