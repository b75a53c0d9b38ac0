"""The compiled search: its clock and prices against the exact scheduler, its plans against the referee."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.random_counties import random_county
from optimizer import searchers
from optimizer.daybook import DayBook
from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.model import Compartment, Conflict, Depot, DrivingRule, Lock
from optimizer.search import native
from optimizer.search.day_search import BREAK, DaySearch, trips_of
from tests.helpers import assert_clean, down, four_village_problem, problem, shipment, up, vehicle, with_place
from tests.oracle import cheapest_plan
from tests.properties.test_solve import counties

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.daybook import Unit
    from optimizer.model import Shipment
    from optimizer.problem import Problem


def annealed(county: Problem, *, steps: int = 2_000, seed: int = 1, is_coarse: bool = True) -> DaySearch:
    """Return a search that has cooled down from nothing carried."""
    search = DaySearch(county, is_coarse=is_coarse)
    search.run(steps, seed=seed, hot_fen=2_000.0, cold_fen=20.0, mean_stops=10.0)
    return search


def exact_fen(search: DaySearch, unit: Unit, sequence: list[int]) -> int | None:
    """Return the cost of a day of nodes by the day book, which knows every rule exactly; None when it is refused."""
    book = DayBook(search.problem)
    done = book.tried(unit, list(trips_of(search.nodes.visits, sequence)))
    return None if done is None else book.cost_fen(unit, done[1])


def random_day(search: DaySearch, rng: np.random.Generator) -> list[int]:
    """Draw a day of some trips, both ends of local shipments one after the other."""
    jobs = [int(m) for m in rng.permutation(search.nodes.heads)[: rng.integers(1, 7)]]
    mates = search.nodes.mates()
    day: list[int] = []
    for m in jobs:
        if day and day[-1] != BREAK and rng.random() < 0.25:
            day.append(BREAK)
        day += [m, mates[m]] if m in mates else [m]
    return day


def allowed(search: DaySearch, unit: Unit, day: list[int]) -> bool:
    """Tell whether the vehicle may carry all of it: the search asks before it tries a day."""
    v = search.nodes.units.index(unit)
    group = search.nodes.arrays["vehicle"][v, 1]
    return all(search.nodes.arrays["allowed"][m, group] for m in day if m != BREAK)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(county=counties(), seed=st.integers(0, 1_000), is_coarse=st.booleans())
def test_what_passes_the_compiled_clock_passes_the_exact_one_at_no_more_cost(
    county: Problem, seed: int, is_coarse: bool
) -> None:
    """Any vehicle, any order of visits, every rule: what the search takes, the scheduler can time as cheaply."""
    search = DaySearch(county, is_coarse=is_coarse)
    if not search.nodes.heads:
        return
    rng = np.random.default_rng(seed)
    for _ in range(8):
        unit, day = search.nodes.units[int(rng.integers(len(search.nodes.units)))], random_day(search, rng)
        counted = search.weigh_fen(unit, day)
        if counted is None or not allowed(search, unit, day):
            continue
        exact = exact_fen(search, unit, day)
        assert exact is not None
        if county.vehicle_type_of[unit[0]].driving_rule is None:  # else its rests suit the earliest return
            assert exact <= counted


BOXES = (
    Compartment(id="safe", capacity=(60, 100), sealed=True),
    Compartment(id="cold", capacity=(70, 100), commodities=frozenset({"ice", "greens"})),
    Compartment(id="open", capacity=(50, 90)),
)


def touchy_county(rng: np.random.Generator) -> Problem:
    """Draw a county whose goods must be parted, in a van of three compartments, with goods of all three directions."""
    names = ["pesticide", "greens", "ice", "feed"]
    goods = []
    for k in range(14):
        ends = [("H", f"V{k % 4 + 1}"), (f"V{k % 4 + 1}", "H"), (f"V{k % 4 + 1}", f"V{(k + 1) % 4 + 1}")][k % 3]
        load = (int(rng.integers(5, 40)), int(rng.integers(5, 60)))
        goods.append(shipment(f"S{k}", *ends, load, commodity=names[int(rng.integers(4))]))
    conflicts = (
        Conflict(first="pesticide", second="greens"),
        Conflict(first="feed", second="pesticide", sealed_ok=bool(rng.integers(2))),
        Conflict(first="ice", second="ice"),
    )
    return problem(goods, (vehicle(count=3, compartments=BOXES),), conflicts=conflicts, load_dimensions=("g", "ml"))


@pytest.mark.parametrize("seed", range(8))
def test_what_it_puts_on_board_of_vehicles_with_compartments_can_be_stowed(seed: int) -> None:
    """Three compartments, walls, two load dimensions: no day that it takes is refused by the exact stowage."""
    rng = np.random.default_rng(seed)
    county = touchy_county(rng)
    search = DaySearch(county, is_coarse=seed % 2 == 0)
    verdicts = set()
    for _ in range(300):
        unit, day = search.nodes.units[0], random_day(search, rng)
        counted = search.weigh_fen(unit, day)
        exact = exact_fen(search, unit, day)
        verdicts.add((counted is None, exact is None))
        assert counted is None or counted == exact
    assert {(False, False), (True, True)} <= verdicts
    search.run(1_000, seed=seed, hot_fen=2_000.0, cold_fen=20.0, mean_stops=5.0)
    assert search.plan().cost.total_fen == search.best_fen


@pytest.mark.parametrize("seed", range(6))
def test_counts_exactly_what_the_scheduler_counts_where_no_rest_and_no_limit_on_board_binds(seed: int) -> None:
    """Feasible or not, and to the fen, for three hundred random days of a county with waves, windows and reloading."""
    search = DaySearch(random_county(villages=25, seed=seed), is_coarse=seed % 2 == 0)
    rng = np.random.default_rng(seed)
    verdicts = set()
    for _ in range(300):
        unit, day = search.nodes.units[int(rng.integers(len(search.nodes.units)))], random_day(search, rng)
        if allowed(search, unit, day):
            counted = search.weigh_fen(unit, day)
            assert counted == exact_fen(search, unit, day)
            verdicts.add(counted is None)
    assert verdicts == {True, False}


@pytest.mark.parametrize("is_full", [False, True])
def test_its_plan_costs_what_it_counted_and_the_referee_accepts_it(is_full: bool) -> None:
    """Sixty villages with all rules, and without: all served, 0 violations."""
    county = random_county(villages=60, seed=3, full_rules=is_full)
    search = annealed(county)
    plan = search.plan()
    assert_clean(county, plan)
    assert not plan.unserved
    assert plan.cost.total_fen <= search.best_fen
    if not is_full:
        assert plan.cost.total_fen == search.best_fen


def test_reaches_the_optimum_of_the_four_villages_made_by_hand() -> None:
    """One van in one sweep: 19,670 fen."""
    search = annealed(four_village_problem(), steps=200)
    assert search.plan().cost.total_fen == search.best_fen == 19_670


def test_begins_at_a_given_plan_and_stands_at_its_cost() -> None:
    """Times of loading at the docks included."""
    county = random_county(villages=60, seed=4, full_rules=True)
    plan = annealed(county, steps=500).plan()
    other = DaySearch(county, is_coarse=True)
    other.start(plan)
    assert other.now_fen() == pytest.approx(plan.cost.total_fen, rel=0.02)
    calm = random_county(villages=60, seed=4)
    plan = annealed(calm, steps=500).plan()
    other = DaySearch(calm, is_coarse=True)
    other.start(plan)
    assert other.now_fen() == plan.cost.total_fen


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    """Integers and an own generator: nothing depends on the machine."""
    county = random_county(villages=40, seed=5, full_rules=True)
    first, second, other = (annealed(county, steps=300, seed=s).plan() for s in (1, 1, 2))
    assert first == second
    assert first != other


def test_keeps_locked_orders_and_vehicles() -> None:
    """D1 after D3, which costs a turn on the road; U2 on the second van."""
    locks = (Lock(shipment="D1", after="D3"), Lock(shipment="U2", vehicle_type="van", number=2))
    county = problem([down(1), down(2), down(3), up(2)], (vehicle(count=3),), locks=locks)
    plan = annealed(county).plan()
    assert_clean(county, plan)
    assert not plan.unserved
    assert {"van#2"} == {r.vehicle for r in plan.routes if "U2" in {i for t in r.trips for i in t.shipments}}


@pytest.mark.parametrize("is_coarse", [False, True])
@pytest.mark.parametrize(
    "goods",
    [
        [shipment("S", "V4", "V3")],
        [shipment("S", "V3", "V4")],
        [shipment("S", "H", "V4")],
        [shipment("S", "V4", "V3"), shipment("T", "V4", "V3", max_on_board_s=2_000), down(2)],
    ],
    ids=["from it", "to it", "from depot to depot", "two at once"],
)
def test_to_vehicles_of_another_depot_a_depot_is_a_place(goods: list[Shipment], *, is_coarse: bool) -> None:
    """V4's own van is dear: H's van does its work in passing, as the oracle has it; a search may go on from there."""
    county = problem(
        goods,
        [vehicle(), vehicle("far", depot="V4", fixed_fen=30_000)],
        depots=(Depot(place="H"), Depot(place="V4")),
    )
    search = annealed(county, is_coarse=is_coarse)
    plan = search.plan()
    assert_clean(county, plan)
    assert plan.cost.total_fen == search.best_fen == cheapest_plan(county).cost.total_fen
    other = DaySearch(county, is_coarse=is_coarse)
    other.start(plan)
    assert other.now_fen() == plan.cost.total_fen


def test_goods_are_carried_in_one_way_only() -> None:
    """Two depots, goods between them and to villages, room for little: nothing rides twice, the costs are right."""
    goods = [
        shipment(f"S{k}", *ends, 40) for k, ends in enumerate([("V4", "V1"), ("H", "V3"), ("V2", "V4"), ("H", "V4")])
    ]
    county = problem(
        goods, [vehicle(count=2), vehicle("far", depot="V4", count=2)], depots=(Depot(place="H"), Depot(place="V4"))
    )
    search = annealed(county)
    plan = search.plan()
    assert_clean(county, plan)
    assert not plan.unserved
    assert plan.cost.total_fen == search.best_fen


def test_leaves_behind_what_costs_more_than_its_penalty() -> None:
    """V4 is 20 km away: 4,000 fen are not worth it."""
    county = problem([down(4, penalty_fen=4_000), down(1)])
    plan = annealed(county).plan()
    assert [u.shipment for u in plan.unserved] == ["D4"]


def test_no_more_vehicles_load_at_once_than_there_are_docks() -> None:
    """Four full vans, one dock: loadings one after the other, as the referee sees it."""
    county = problem(
        [down(k, 90) for k in (1, 2, 3, 4)], (vehicle(count=4),), depots=(Depot(place="H", loading_s=900, docks=1),)
    )
    plan = annealed(county).plan()
    assert_clean(county, plan)
    loads = sorted(t.load_start_s for _, t in plan.trips())
    assert all(b - a >= 900 for a, b in pairwise(loads))


def test_rests_and_conflicts_and_shelves_are_kept() -> None:
    """A rule of one hour at the wheel, pesticide apart from greens, a shelf with room for one of two."""
    county = with_place(
        problem(
            [down(1, commodity="pesticide"), down(2, commodity="greens"), down(3), shipment("X", "H", "V3"), down(4)],
            (vehicle(count=2, driving_rule=DrivingRule(max_driving_s=3_600, rest_s=1_200)),),
            conflicts=(Conflict(first="pesticide", second="greens", sealed_ok=False),),
        ),
        "V3",
        shelf=(10,),
    )
    plan = annealed(county).plan()
    assert_clean(county, plan)
    assert len(plan.unserved) == 1
    assert plan.unserved[0].shipment in {"D3", "X"}


def test_an_island_without_a_compiler_searches_with_pyvrp(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is still good: the optimum of the four villages."""
    monkeypatch.setattr(searchers, "library", lambda: None)
    county = four_village_problem()
    without = Island(county, seed=1, index=0, budget=Budget(iterations=10**9), report=lambda *_: None)
    without.start(None)
    for k in range(3):
        without.round(k)
    assert without.best.cost.total_fen == 19_670


def test_says_that_there_is_no_compiler_instead_of_failing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing on the path, nothing compiled before: no library, one warning."""
    monkeypatch.setattr(native, "_folders", lambda: iter([tmp_path]))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert native.library.__wrapped__() is None
    assert "no C++ compiler" in caplog.text


def test_compiles_into_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A fresh machine: one library, and no half-made file beside it."""
    monkeypatch.setattr(native, "_folders", lambda: iter([tmp_path / "new"]))
    assert native.library.__wrapped__() is not None
    assert [f.suffix for f in (tmp_path / "new").iterdir()] == [".so"]
