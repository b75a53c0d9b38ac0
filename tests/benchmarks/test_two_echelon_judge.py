"""The rules of the two-echelon sets: each bites on both sides of its border.

Depot 0, satellites 1 and 2, customers 3 to 6, all on one road at 0, 10, 20 and 11, 12, 21, 22.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.two_echelon.instance import Call, Fleet, Haul, Loop, TwoEchelon, TwoEchelonPlan
from benchmarks.two_echelon.judge import judge

ROAD = np.array([0, 10, 20, 11, 12, 21, 22])
LOOPS = (Loop(satellite=1, customers=(3, 4)), Loop(satellite=2, customers=(5, 6)))


def road(**changes: Any) -> TwoEchelon:
    """Return the instance: 4 to each customer, trucks of 16, freighters of 8; any field may be changed."""
    fields: dict[str, Any] = {
        "family": "tiny",
        "name": "road",
        "num_satellites": 2,
        "length": np.abs(ROAD[:, None] - ROAD[None, :]),
        "delivery": [0, 0, 0, 4, 4, 4, 4],
        "pickup": [0] * 7,
        "trucks": Fleet(capacity=16, count=2),
        "freighters": Fleet(capacity=8, count=2),
        "per_satellite": 1,
    }
    return TwoEchelon(**{**fields, **changes})


def timed(**changes: Any) -> TwoEchelon:
    """Return the same road with time: a unit is handed over in 1, service takes 5, 1 comes back from each."""
    fields: dict[str, Any] = {
        "pickup": [0, 0, 0, 1, 1, 1, 1],
        "windows": [[0, 999]] * 3 + [[30, 40], [0, 36], [0, 37], [0, 43]],
        "service": [0, 0, 0, 5, 5, 5, 5],
        "handling": 1,
    }
    return road(**{**fields, **changes})


def calls(*loads: tuple[int, int, tuple[int, ...]]) -> Haul:
    """Return a truck's calls from (satellite, load, freighters)."""
    return tuple(Call(satellite=s, load=load, loops=loops) for s, load, loops in loads)


WHOLE = TwoEchelonPlan(hauls=(calls((1, 8, ()), (2, 8, ())),), loops=LOOPS)
SPLIT = TwoEchelonPlan(hauls=(calls((1, 8, ()), (2, 2, ())), calls((2, 6, ()))), loops=LOOPS)
CLOCKED = TwoEchelonPlan(
    hauls=(calls((1, 8, (0,)), (2, 8, (1,))),), loops=LOOPS, collections=(calls((1, 2, (0,)), (2, 2, (1,))),)
)


def test_a_plan_costs_its_lengths_and_its_vehicles() -> None:
    """A truck to 20 and back at 2 and 7 fixed, two freighters 2 out and back at 3 and 5 fixed: 87 + 34."""
    trucks, freighters = Fleet(capacity=16, per_length=2, fixed=7), Fleet(capacity=8, per_length=3, fixed=5)
    assert judge(road(trucks=trucks, freighters=freighters), WHOLE) == (87 + 34, [])


def test_two_trucks_may_share_the_load_of_a_satellite() -> None:
    """Both drive to 20 and back; 2 and 6 are the 8 that the freighter wants."""
    assert judge(road(trucks=Fleet(capacity=10, count=2)), SPLIT) == (40 + 40 + 8, [])


@pytest.mark.parametrize(
    ("changes", "plan", "fault"),
    [
        ({}, replace(WHOLE, loops=LOOPS[:1]), "customer 5 is visited 0 times"),
        ({}, replace(WHOLE, loops=(*LOOPS, LOOPS[0])), "customer 3 is visited 2 times"),
        ({}, replace(WHOLE, loops=(*LOOPS, Loop(satellite=1, customers=(2,)))), "2 is no customer"),
        ({}, replace(WHOLE, loops=(LOOPS[0], Loop(satellite=0, customers=(5, 6)))), "0 is no satellite"),
        ({}, replace(WHOLE, loops=(*LOOPS, Loop(satellite=2, customers=()))), "a freighter without customers"),
        ({"trucks": Fleet(capacity=15)}, WHOLE, "truck load 16 over 15"),
        ({"trucks": Fleet(capacity=16, count=1)}, SPLIT, "2 trucks, there are 1"),
        ({"freighters": Fleet(capacity=7)}, WHOLE, "freighter load 8 over 7"),
        ({"freighters": Fleet(capacity=8, count=1)}, WHOLE, "2 freighters, there are 1"),
        ({}, replace(WHOLE, loops=(LOOPS[0], replace(LOOPS[1], satellite=1))), "2 freighters at 1, at most 1"),
        ({}, replace(WHOLE, hauls=(calls((1, 8, ()), (2, 7, ())),)), "trucks bring 7 at 2, freighters have 8"),
        ({}, replace(WHOLE, hauls=(*WHOLE.hauls, ())), "a truck without calls or with a negative load"),
        ({"pickup": [0, 0, 0, 5, 0, 0, 0]}, WHOLE, "freighter load 9 over 8"),
        ({"pickup": [0, 0, 0, 1, 0, 0, 0]}, WHOLE, "trucks collect 0 at 1, freighters have 1"),
    ],
)
def test_each_rule_is_named_when_it_is_broken(changes: dict[str, Any], plan: TwoEchelonPlan, fault: str) -> None:
    """A unit more, a vehicle less, a customer too many."""
    assert fault in judge(road(**changes), plan)[1]


def test_a_freighter_meets_every_window_at_its_last_moment() -> None:
    """There at 10, 8 handed over by 18: 3 waits for 30, 4 at 36. On at 18, there at 28, by 36: 5 at 37, 6 at 43."""
    assert judge(timed(), CLOCKED) == (40 + 8 + 40, [])


@pytest.mark.parametrize(
    ("row", "late", "fault"),
    [(4, 35.9, "reaches 4 at 36.00"), (5, 36.9, "reaches 5 at 37.00"), (6, 42.9, "reaches 6 at 43.00")],
)
def test_a_window_that_closes_sooner_is_missed(row: int, late: float, fault: str) -> None:
    """A tenth sooner than in the plan above."""
    windows = [[0, 999]] * 3 + [[30, 40], [0, 36], [0, 37], [0, 43]]
    windows[row] = [0, late]  # type: ignore[list-item]
    found = judge(timed(windows=windows), CLOCKED)[1]
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_the_second_freighter_at_a_satellite_waits_for_the_first_ones_goods() -> None:
    """Both start at 2: the truck is there at 20, the first 8 are handed over at 28, the second at 36."""
    loops = (Loop(satellite=2, customers=(6, 5)), Loop(satellite=2, customers=(4, 3)))
    windows = [[0, 999]] * 3 + [[0, 50], [0, 44], [0, 36], [0, 30]]
    open_ended = timed(windows=windows, per_satellite=None)
    first, back = calls((2, 16, (0, 1))), (calls((2, 4, (0, 1))),)
    assert judge(open_ended, TwoEchelonPlan(hauls=(first,), loops=loops, collections=back))[1] == []
    turned = TwoEchelonPlan(hauls=(calls((2, 16, (1, 0))),), loops=loops, collections=back)
    assert judge(open_ended, turned)[1] == [
        "reaches 6 at 38.00, which closes at 30",
        "reaches 5 at 44.00, which closes at 36",
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"hauls": (calls((1, 8, (0,)), (2, 8, ())),)}, "freighter 1: 0 trucks bring its goods"),
        ({"hauls": (calls((1, 8, (0,)), (2, 4, (1,))), calls((2, 4, (1,))))}, "freighter 1: 2 trucks bring its goods"),
        ({"hauls": (calls((1, 8, (0, 1)), (2, 8, ())),)}, "goods for 2 are handled at 1"),
        ({"hauls": (calls((1, 8, (0,)), (2, 8, (1, 7))),)}, "a truck names freighter 7, there is none"),
        ({"collections": ()}, "freighter 0: 0 trucks collect its goods"),
        ({"collections": (calls((1, 3, (0,)), (2, 1, (1,))),)}, "a call to collect 3, its freighters have 2"),
    ],
)
def test_with_windows_the_goods_of_a_freighter_ride_on_one_truck(changes: dict[str, Any], fault: str) -> None:
    """Left out, parted, at the wrong satellite, of nobody, not taken away, or short."""
    assert fault in judge(timed(), replace(CLOCKED, **changes))[1]
