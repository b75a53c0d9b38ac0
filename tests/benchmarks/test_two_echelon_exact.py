"""The exact 2E-VRP model against trying every plan of tiny instances, and by hand."""

from __future__ import annotations

from itertools import combinations_with_replacement, permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances.instance import euclid
from benchmarks.two_echelon.enumerate_loops import TooLargeError, cheapest_loops, loop_of
from benchmarks.two_echelon.exact import solve_exactly
from benchmarks.two_echelon.instance import Fleet, TwoEchelon
from benchmarks.two_echelon.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterator


def instance(points: list[tuple[int, int]], demand: list[int], trucks: Fleet, freighters: Fleet) -> TwoEchelon:
    """Return the instance of a depot, two satellites and a customer for each demand; two freighters a satellite."""
    delivery = np.array([0, 0, 0, *demand])
    return TwoEchelon(
        family="tiny",
        name="tiny",
        num_satellites=2,
        length=euclid(np.array(points)),
        delivery=delivery,
        pickup=np.zeros_like(delivery),
        trucks=trucks,
        freighters=freighters,
        per_satellite=2,
    )


def tours(given: TwoEchelon, home: int, rows: tuple[int, ...]) -> float:
    """Return the shortest way from ``home`` through ``rows`` and back, by trying all orders."""
    paths = ((home, *order, home) for order in permutations(rows))
    return min(sum(float(given.length[p[i], p[i + 1]]) for i in range(len(p) - 1)) for p in paths)


def parts(rows: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Yield every way to part ``rows`` into sets."""
    if not rows:
        yield []
        return
    for rest in parts(rows[1:]):
        yield [(rows[0],), *rest]
        for i, block in enumerate(rest):
            yield [*rest[:i], (rows[0], *block), *rest[i + 1 :]]


def truck_cost(given: TwoEchelon, load: tuple[int, int]) -> float:
    """Return the cheapest trucks for the loads of both satellites: at 1 only, at 2 only, at both."""
    found, room = float("inf"), given.trucks.capacity
    lengths = [tours(given, 0, rows) for rows in ((1,), (2,), (1, 2))]
    costs = [given.trucks.fixed + given.trucks.per_length * length for length in lengths]
    for number in range((given.trucks.count or 0) + 1):
        for kinds in combinations_with_replacement(range(3), number):
            at = [kinds.count(kind) for kind in range(3)]
            over = max(0, load[0] - at[0] * room) + max(0, load[1] - at[1] * room)
            if over <= at[2] * room:
                found = min(found, sum(costs[kind] for kind in kinds))
    return found


def cheapest(given: TwoEchelon) -> float:
    """Return the cost of the cheapest plan: every parting of the customers, every satellite for every part."""
    best = float("inf")
    fleet = given.freighters
    for blocks in parts(list(given.customers)):
        loads = [int(sum(given.delivery[row] for row in block)) for block in blocks]
        if max(loads) > fleet.capacity or len(blocks) > (fleet.count or 0):
            continue
        lengths = [[fleet.fixed + fleet.per_length * tours(given, home, block) for home in (1, 2)] for block in blocks]
        for homes in product((0, 1), repeat=len(blocks)):
            if max(homes.count(0), homes.count(1)) > (given.per_satellite or 0):
                continue
            at = [sum(load for load, home in zip(loads, homes, strict=True) if home == side) for side in (0, 1)]
            cost = sum(lengths[i][home] for i, home in enumerate(homes))
            best = min(best, cost + truck_cost(given, (at[0], at[1])))
    return best


@settings(max_examples=25, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=8, max_size=8, unique=True),
    demand=st.lists(st.integers(1, 6), min_size=5, max_size=5),
    room=st.tuples(st.integers(8, 16), st.integers(6, 12)),
    count=st.tuples(st.integers(1, 3), st.integers(2, 4)),
    price=st.tuples(st.integers(1, 3), st.integers(0, 9)),
)
def test_nothing_is_cheaper_than_what_is_proven(
    points: list[tuple[int, int]],
    demand: list[int],
    room: tuple[int, int],
    count: tuple[int, int],
    price: tuple[int, int],
) -> None:
    """Five customers, two satellites, 52 partings; where no plan exists, both say so."""
    trucks = Fleet(capacity=room[0], count=count[0], per_length=price[0], fixed=price[1])
    given = instance(points, demand, trucks, Fleet(capacity=room[1], count=count[1], fixed=price[1]))
    proof, best = solve_exactly(given), cheapest(given)
    assert proof.cost == pytest.approx(best)
    assert proof.is_optimal == np.isfinite(best)
    if proof.plan is not None:
        cost, faults = judge(given, proof.plan)
        assert (cost, faults) == (pytest.approx(best), [])


def test_trucks_share_a_satellite_where_one_cannot_bring_all() -> None:
    """Satellites at 10 and 20 on one road with the customers beside them, two trucks of 8.

    6 for each: one truck to 10, one to 20, 20 + 40. 12 for the first and 4 for the second: the
    truck to 20 leaves 4 at 10 in passing.
    """
    points = [(0, 0), (10, 0), (20, 0), (10, 0), (10, 0), (20, 0), (20, 0)]
    fleet = Fleet(capacity=6, count=4)
    given = instance(points, [3, 3, 3, 3], Fleet(capacity=8, count=2), fleet)
    assert solve_exactly(given).cost == pytest.approx(60)
    uneven = instance(points, [6, 6, 3, 1], Fleet(capacity=8, count=2), fleet)
    proof = solve_exactly(uneven)
    assert proof.cost == pytest.approx(60)
    assert proof.plan is not None
    assert sorted(len(haul) for haul in proof.plan.hauls) == [1, 2]


def test_the_shortest_route_through_a_set_is_traced_back() -> None:
    """From 10 on a road to 13, 11, 12 and back: 6, in the order of the road, one way or the other."""
    points = [(0, 0), (10, 0), (20, 0), (13, 0), (11, 0), (12, 0)]
    given = instance(points, [1, 1, 1], Fleet(capacity=9), Fleet(capacity=2))
    loops = cheapest_loops(given, 1)
    assert dict(zip(loops.masks.tolist(), loops.cost.tolist(), strict=True)) == {1: 6, 2: 2, 4: 4, 3: 6, 5: 6, 6: 4}
    roomy = instance(points, [1, 1, 1], Fleet(capacity=9), Fleet(capacity=3))
    loops = cheapest_loops(roomy, 1)
    assert loops.cost[loops.masks == 7].tolist() == [6]
    assert set(loop_of(roomy, loops, 7).customers) == {3, 4, 5}
    assert judge(roomy, solve_exactly(roomy).plan or pytest.fail("no plan"))[1] == []


def test_no_time_leaves_a_bound_and_no_claim() -> None:
    """In no time nothing is proven; the bound stays below the optimum of 60."""
    points = [(0, 0), (10, 0), (20, 0), (10, 0), (10, 0), (20, 0), (20, 0)]
    given = instance(points, [3, 3, 3, 3], Fleet(capacity=8, count=2), Fleet(capacity=6, count=4))
    proof = solve_exactly(given, seconds=0)
    assert not proof.is_optimal
    assert proof.bound <= 60


def test_what_cannot_be_listed_is_refused() -> None:
    """More sets than allowed, and pickups, which this model does not know."""
    points = [(0, 0), (10, 0), (20, 0), (13, 0), (11, 0), (12, 0)]
    given = instance(points, [1, 1, 1], Fleet(capacity=9), Fleet(capacity=3))
    with pytest.raises(TooLargeError, match="too many sets"):
        cheapest_loops(given, 1, most=6)
    with pytest.raises(TooLargeError, match="windows or pickups"):
        solve_exactly(TwoEchelon(**{**vars(given), "pickup": given.delivery}))
