"""The exact model with windows against judging every plan of tiny instances, and by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances.instance import euclid
from benchmarks.two_echelon.enumerate_loops import TooLargeError
from benchmarks.two_echelon.exact_timed import solve_timed_exactly
from benchmarks.two_echelon.instance import Call, Fleet, Haul, Loop, TwoEchelon, TwoEchelonPlan
from benchmarks.two_echelon.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

ROAD = [(0, 0), (10, 0), (20, 0), (12, 0), (14, 0), (22, 0)]
"""Depot, satellites at 10 and 20, customers 2 and 4 beyond the first and 2 beyond the second."""


def instance(
    points: list[tuple[int, int]],
    loads: list[tuple[int, int]],
    windows: list[tuple[int, int]],
    capacities: tuple[int, int] = (20, 8),
) -> TwoEchelon:
    """Return the instance of two satellites and a customer for each (delivery, pickup); 0.5 hands over a unit."""
    return TwoEchelon(
        family="tiny",
        name="tiny",
        num_satellites=2,
        length=euclid(np.array(points)),
        delivery=np.array([0, 0, 0, *(load[0] for load in loads)]),
        pickup=np.array([0, 0, 0, *(load[1] for load in loads)]),
        trucks=Fleet(capacity=capacities[0], fixed=1, per_length=2),
        freighters=Fleet(capacity=capacities[1], fixed=3),
        service=np.array([0, 0, 0, *(2 for _ in loads)]),
        windows=np.array([(0, 999)] * 3 + windows),
        handling=0.5,
    )


def lists(items: tuple[int, ...]) -> Iterator[list[tuple[int, ...]]]:
    """Yield every way to part ``items`` into sequences."""
    if not items:
        yield []
        return
    for rest in lists(items[1:]):
        yield [(items[0],), *rest]
        for i, row in enumerate(rest):
            for cut in range(len(row) + 1):
                yield [*rest[:i], (*row[:cut], items[0], *row[cut:]), *rest[i + 1 :]]


def moved(loop: Loop, loads: np.ndarray) -> int:
    """Return the sum of a loop's loads."""
    return sum(int(loads[row]) for row in loop.customers)


def collected(given: TwoEchelon, loops: tuple[Loop, ...]) -> Iterator[tuple[Haul, ...]]:
    """Yield the orders in which one truck collects what freighters bring home."""
    at: dict[int, list[int]] = {}
    for k, loop in enumerate(loops):
        if moved(loop, given.pickup):
            at.setdefault(loop.satellite, []).append(k)
    for order in permutations(at):
        haul = tuple(
            Call(satellite=s, load=sum(moved(loops[k], given.pickup) for k in at[s]), loops=tuple(at[s])) for s in order
        )
        yield (haul,) if haul else ()


def plans(given: TwoEchelon) -> Iterator[TwoEchelonPlan]:
    """Yield all plans with one truck to collect."""
    for rows in lists(tuple(given.customers)):
        for homes in product(given.satellites, repeat=len(rows)):
            loops = tuple(Loop(satellite=s, customers=row) for s, row in zip(homes, rows, strict=True))
            for trucks in lists(tuple(range(len(loops)))):
                hauls = tuple(tuple(_call(given, loops, k) for k in truck) for truck in trucks)
                for back in collected(given, loops):
                    yield TwoEchelonPlan(hauls=hauls, loops=loops, collections=back)


def _call(given: TwoEchelon, loops: tuple[Loop, ...], k: int) -> Call:
    return Call(satellite=loops[k].satellite, load=moved(loops[k], given.delivery), loops=(k,))


def cheapest(given: TwoEchelon) -> float:
    """Return the cost of the cheapest plan without a fault."""
    judged = (judge(given, plan) for plan in plans(given))
    return min((cost for cost, faults in judged if not faults), default=float("inf"))


@settings(max_examples=20, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=6, max_size=6, unique=True),
    loads=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=3, max_size=3),
    windows=st.lists(st.tuples(st.integers(0, 40), st.integers(4, 30)), min_size=3, max_size=3),
    capacities=st.tuples(st.integers(18, 24), st.integers(6, 12)),
)
def test_nothing_is_cheaper_than_what_is_proven_with_windows(
    points: list[tuple[int, int]],
    loads: list[tuple[int, int]],
    windows: list[tuple[int, int]],
    capacities: tuple[int, int],
) -> None:
    """Three customers, two satellites, every order of everything; where no plan exists, both say so."""
    given = instance(points, loads, [(early, early + width) for early, width in windows], capacities)
    proof, best = solve_timed_exactly(given), cheapest(given)
    assert proof.cost == pytest.approx(best)
    assert proof.is_optimal == np.isfinite(best)
    if proof.plan is not None:
        assert judge(given, proof.plan) == (pytest.approx(best), [])


def test_two_freighters_share_a_truck_and_meet_every_window_at_its_last_moment() -> None:
    """Loads of 4, freighters of 8: from 10 to 12 and 14 for 3 + 8, to 22 for 3 + 24, two tours of 1 + 2 x 20.

    Handed over by 14, the first reaches 12 at 16 and 14 at 20; by 16, the second is at 22 at 28.
    """
    proof = solve_timed_exactly(instance(ROAD, [(4, 1)] * 3, [(0, 16), (0, 20), (0, 28)]))
    assert (proof.cost, proof.bound) == (11 + 27 + 41 + 41, 11 + 27 + 41 + 41)


def test_one_unit_of_time_less_takes_a_freighter_more() -> None:
    """22 closes at 27, so it comes first, by 12; then 4 each, by 14 and 16, to reach 12 at 16 and 14 at 20.

    Three freighters: 3 + 24, 3 + 4 and 3 + 8.
    """
    proof = solve_timed_exactly(instance(ROAD, [(4, 1)] * 3, [(0, 16), (0, 20), (0, 27)]))
    assert proof.cost == 27 + 7 + 11 + 41 + 41


def test_a_day_that_cannot_be_driven_is_said_to_be_so() -> None:
    """12 is 12 from the depot and its goods take 2 to hand over: nobody is there by 13."""
    proof = solve_timed_exactly(instance(ROAD, [(4, 1)] * 3, [(0, 13), (0, 99), (0, 99)]))
    assert (proof.plan, proof.cost, proof.is_optimal) == (None, float("inf"), False)


def test_what_the_programmes_do_not_know_is_refused() -> None:
    """More to collect than a truck holds, fleets with limits, no windows."""
    given = instance(ROAD, [(4, 7)] * 3, [(0, 99)] * 3)
    with pytest.raises(TooLargeError, match="one truck cannot collect everything"):
        solve_timed_exactly(given)
    with pytest.raises(TooLargeError, match="fleets have limits"):
        solve_timed_exactly(replace(given, per_satellite=1))
    with pytest.raises(TooLargeError, match="no windows"):
        solve_timed_exactly(replace(given, windows=None))
