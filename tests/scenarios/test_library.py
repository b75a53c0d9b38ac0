"""The committed counties: small, readable, made again by the command that made them; one can be followed by hand.

The four villages, every road 5 km and 10 minutes; D's road is too narrow for the truck::

    C --- A --- +
    |     |     |
    H --- S --- B
    |
    D
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from optimizer.plan import Cost, Plan
from optimizer.stop import Stop
from scenarios.build import County, build_problem
from scenarios.files import read_scenario, write_scenario
from scenarios.new import new_scenario
from tests.helpers import Call, assert_clean, plan, route, rules, run, solve_checked

LIBRARY = Path(__file__).parents[2] / "scenarios" / "library"

RECIPES = {
    "mountain": {"terrain": "mountain", "townships": 11, "villages": 187, "pieces": 3_000, "brands": 5, "seed": 7},
    "plain": {"terrain": "plain", "townships": 12, "villages": 350, "pieces": 20_000, "brands": 5, "seed": 7},
}
"""What was said to ``gongpei new``."""

MINUTE_S = 60


def clock_s(hour: int, minute: int) -> int:
    """Return seconds since midnight."""
    return (60 * hour + minute) * MINUTE_S


@cache
def county(name: str) -> County:
    """Return a committed county, built."""
    return build_problem(read_scenario(LIBRARY / name))


def test_the_library_is_small() -> None:
    """Under 2 MB in all."""
    assert sum(path.stat().st_size for path in LIBRARY.rglob("*") if "cache" not in path.parts) < 2_000_000


@pytest.mark.parametrize("name", RECIPES)
def test_the_same_numbers_make_the_same_county_again(tmp_path: Path, name: str) -> None:
    """Byte for byte, file for file."""
    write_scenario(new_scenario(**RECIPES[name]), tmp_path)  # type: ignore[arg-type]
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    kept = {path.name: path.read_bytes() for path in (LIBRARY / name).iterdir() if path.is_file()}
    assert sorted(made) == sorted(kept)
    assert [file for file in made if made[file] != kept[file]] == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shipments", "visited"), [("mountain", 816, 197), ("plain", 1_559, 361)])
def test_generated_counties_are_of_the_size_of_the_literature(name: str, shipments: int, visited: int) -> None:
    """187 + 10 and 350 + 11 places are visited, the seat's station is not; a van reaches them all."""
    problem = county(name).problem
    ends = {s.origin for s in problem.shipments} | {s.destination for s in problem.shipments}
    assert len(problem.shipments) == shipments
    assert len(ends - {"H"}) == visited
    assert int((problem.matrices["van"].duration_s < 0).sum()) == 0


def test_four_villages_lie_ten_minutes_and_five_kilometres_apart() -> None:
    """Order H S A B C D; A to B goes round a corner, D is a dead end."""
    steps = np.array(
        [
            [0, 1, 2, 2, 1, 1],
            [1, 0, 1, 1, 2, 2],
            [2, 1, 0, 2, 1, 3],
            [2, 1, 2, 0, 3, 3],
            [1, 2, 1, 3, 0, 2],
            [1, 2, 3, 3, 2, 0],
        ]
    )
    matrix = county("four_villages").problem.matrices["van"]
    assert matrix.duration_s.tolist() == (steps * 10 * MINUTE_S).tolist()
    assert matrix.distance_m.tolist() == (steps * 5_000).tolist()


def test_the_truck_does_not_fit_through_to_d() -> None:
    """The gate is 2.1 m wide; all other places are reached."""
    truck = county("four_villages").problem.matrices["truck"].duration_s
    assert [to for to, seconds in zip("HSABCD", truck[0], strict=True) if seconds < 0] == ["D"]


def by_hand() -> Plan:
    """Return the plan that a person finds on paper: greens first, then the pesticide, with one van.

    Trip 1: load 08:30-08:50, D 09:00-09:10, back 09:20.
    Trip 2: load 09:20-09:40, S 09:50-10:00, B 10:10-10:20, A 10:40-10:50, C 11:00-11:10, back 11:20.
    """
    problem = county("four_villages").problem
    greens = Call("D", deliver=("H>D:邮政:parcel",), collect=("D>H:-:greens",))
    first = run(problem, greens, load_start_s=clock_s(8, 30))
    second = run(
        problem,
        Call("S", collect=("S>C:-:feed",)),
        Call("B", deliver=("H>B:中通:parcel",), collect=("B>H:邮政:parcel",)),
        Call("A", deliver=("H>A:中通:parcel", "H>A:-:pesticide")),
        Call("C", deliver=("H>C:邮政:parcel", "S>C:-:feed")),
        load_start_s=clock_s(9, 20),
    )
    return plan(problem, route(first, second))


def test_four_villages_can_be_served_by_hand_for_225_yuan() -> None:
    """One van's day 100, 8 stretches of 5 km at 1 yuan a km 40, 08:30 to 11:20 at 30 an hour 85."""
    judged = by_hand()
    assert_clean(county("four_villages").problem, judged)
    assert judged.unserved == ()
    assert judged.cost == Cost(fixed_fen=10_000, distance_fen=4_000, time_fen=8_500)
    assert judged.routes[0].trips[1].return_s == clock_s(11, 20)


def test_pesticide_and_greens_cannot_share_the_trip() -> None:
    """All in one trip would save the second loading; the referee names that rule and no other."""
    problem = county("four_villages").problem
    second, first = (trip.visits for trip in by_hand().routes[0].trips)
    calls = [Call(v.place, v.deliver, v.collect) for v in (*first, *second)]
    assert rules(problem, plan(problem, route(run(problem, *calls, load_start_s=clock_s(8, 0))))) == ["conflict"]


@pytest.mark.slow
def test_the_solver_does_not_pay_more_than_the_person() -> None:
    """225 yuan or less, nothing left behind."""
    result = solve_checked(county("four_villages").problem, stop=Stop(iterations=5))
    assert result.plan.unserved == ()
    assert result.plan.cost.total_fen <= 22_500
