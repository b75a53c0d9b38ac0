"""Each rule in a county where it binds: the optimum with it; the cheaper plan without it is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from optimizer.bounds import lower_bound_fen
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, Lock, TimeWindow
from optimizer.problem import Matrix
from tests.helpers import (
    HOUR_S,
    down,
    problem,
    rules,
    searched,
    shipment,
    up,
    vehicle,
    with_place,
    with_shipment,
    with_vehicle,
)
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.problem import Problem


class Case(NamedTuple):
    """A county, the same without the rule, and what the referee calls the rule."""

    county: Problem
    free: Problem
    rule: str


def window(early_h: float, late_h: float) -> TimeWindow:
    return TimeWindow(early_s=int(early_h * HOUR_S), late_s=int(late_h * HOUR_S))


def ring(county: Problem) -> Problem:
    """Return the county on a one-way ring: H, V1, V2, ... and on to H again."""
    at = np.arange(len(county.places))
    steps = (at[None, :] - at[:, None]) % len(at)  # (n, n)
    return replace(county, matrices={"road": Matrix(duration_s=steps * 600, distance_m=steps * 5_000)})


def without(county: Problem, rule: str, **changes: Any) -> Case:
    """Return the case whose free county lacks something of the van."""
    return Case(county, with_vehicle(county, **changes), rule)


def cases() -> dict[str, Case]:
    """Return every case by name."""
    return {**_goods(), **_moments(), **_vehicles(), **_locks()}


def _goods() -> dict[str, Case]:
    poison = [down(1, 30, commodity="pesticide"), down(2, 30, commodity="greens")]
    apart = (Conflict(first="pesticide", second="greens"),)
    wall = Compartment(id="safe", capacity=(20,), sealed=True), Compartment(id="box", capacity=(60,))
    walled = problem(poison, [vehicle(compartments=wall)], conflicts=apart)
    mixed = problem(poison, conflicts=apart)
    soil = (Cleaning(after="pesticide", before="greens", duration_s=900),)
    soiled = problem(
        [replace(poison[0], due_s=600), replace(poison[1], ready_s=2_000)], conflicts=apart, cleanings=soil
    )
    cold = Compartment(id="cold", capacity=(50,)), Compartment(id="dry", capacity=(50,), commodities=frozenset({"dry"}))
    frozen = problem([down(1, 30, commodity="ice"), down(2, 30, commodity="ice")], [vehicle(compartments=cold)])
    roomy = tuple(replace(c, commodities=None) for c in cold)
    shelf = with_place(
        problem([down(1, penalty_fen=40_000), shipment("E1", "H", "V1", penalty_fen=30_000)]), "V1", shelf=(10,)
    )
    return {
        "goods that must not meet": Case(mixed, replace(mixed, conflicts=()), "conflict"),
        "a sealed box too small": Case(walled, replace(walled, conflicts=()), "conflict"),
        "cleaning between trips": Case(soiled, replace(soiled, cleanings=()), "cleaning"),
        "a box for dry goods": without(frozen, "stowage_commodity", compartments=roomy),
        "shelf space": Case(shelf, with_place(shelf, "V1", shelf=()), "shelf"),
    }


def _moments() -> dict[str, Case]:
    board = problem([down(4, max_on_board_s=2_400), down(3, max_on_board_s=1_800)])
    board_free = with_shipment(with_shipment(board, "D4", max_on_board_s=None), "D3", max_on_board_s=None)
    due = problem([up(1, due_s=3_000), down(4)])
    gap = with_place(problem([down(1), down(2)]), "V2", windows=(window(8.5, 9.5),))
    gap = with_place(gap, "V1", windows=(window(7, 8), window(10, 11)))
    wanted = with_shipment(gap, "D1", delivery_windows=(window(7, 8), window(10, 11)))
    wanted = with_place(wanted, "V1", windows=())
    fetched = with_place(problem([up(1), down(2)]), "V2", windows=(window(8.5, 9.5),))
    fetched = with_shipment(fetched, "U1", pickup_windows=(window(7, 8), window(10, 11)))
    late = problem([down(1, due_s=5_000), down(2, ready_s=8_000)])
    return {
        "time on board": Case(board, board_free, "time_on_board"),
        "due at the hub": Case(due, with_shipment(due, "U1", due_s=100_000), "due"),
        "two windows at a place": Case(gap, with_place(gap, "V1", windows=(window(7, 11),)), "place_window"),
        "two delivery windows": Case(wanted, with_shipment(wanted, "D1", delivery_windows=()), "delivery_window"),
        "two pickup windows": Case(fetched, with_shipment(fetched, "U1", pickup_windows=()), "pickup_window"),
        "release time": Case(late, with_shipment(late, "D2", ready_s=0), "ready"),
    }


def _vehicles() -> dict[str, Case]:
    heavy = [down(2, 60), down(3, 60)]

    def two(**rule: Any) -> Problem:
        return problem(heavy, [vehicle(count=2, **rule)])

    rest = problem([down(3)], [vehicle(driving_rule=DrivingRule(max_driving_s=2_000, rest_s=300))])
    daily = DrivingRule(max_driving_s=90_000, rest_s=0, max_daily_driving_s=5_000)
    small = vehicle("small", fixed_fen=15_000)
    access = with_place(problem([down(1), down(2)], [vehicle(), small]), "V2", vehicle_types=frozenset({"small"}))
    depots = Depot(place="H"), Depot(place="V4")
    home = problem(
        [shipment("S", "V4", "V3")], [vehicle(), vehicle("far", depot="V4", fixed_fen=15_000)], depots=depots
    )
    first = ring(problem([down(3), up(1)], [vehicle(deliveries_first=True)]))
    return {
        "driver rest": without(rest, "driving", driving_rule=None),
        "driving in a day": without(two(driving_rule=daily), "daily_driving", driving_rule=None),
        "range": without(two(range_m=30_000), "range", range_m=None),
        "end of the shift": without(two(shift=TimeWindow(late_s=5_000)), "shift_end", shift=TimeWindow()),
        "overtime": without(two(regular_s=4_000, max_overtime_s=1_000), "overtime", regular_s=86_400),
        "one trip a day": without(two(max_trips=1), "max_trips", max_trips=None),
        "deliveries first": without(first, "deliveries_first", deliveries_first=False),
        "vehicle access": Case(access, with_place(access, "V2", vehicle_types=None), "vehicle_access"),
        "home depot": without(home, "home_depot", depot="V4"),
    }


def _locks() -> dict[str, Case]:
    pair, vans = [down(1), down(2)], [vehicle(count=2)]
    apart = Lock(shipment="D1", vehicle_type="van", number=2), Lock(shipment="D2", vehicle_type="van", number=1)
    held = problem(pair, vans, locks=apart)
    order = ring(problem([down(1), down(3)], locks=(Lock(shipment="D1", after="D3"),)))
    noon = Lock(shipment="D1", window=window(7, 7.1)), Lock(shipment="D2", window=window(9, 9.1))
    timed = problem(pair, locks=noon)
    return {
        "locked to a vehicle": Case(held, replace(held, locks=()), "lock_vehicle"),
        "locked in order": Case(order, replace(order, locks=()), "lock_after"),
        "locked in time": Case(timed, replace(timed, locks=()), "lock_window"),
    }


CASES = cases()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_found_and_the_cheaper_plan_refused(name: str) -> None:
    """With the rule the search reaches the oracle's optimum; without it a cheaper plan breaks that rule."""
    case = CASES[name]
    best, free = cheapest_plan(case.county), cheapest_plan(case.free)
    assert free.cost.total_fen < best.cost.total_fen
    assert case.rule in rules(case.county, free)
    assert searched(case.county).cost.total_fen == best.cost.total_fen


@pytest.mark.parametrize("name", CASES)
def test_no_plan_is_cheaper_than_the_bound(name: str) -> None:
    """The oracle's optimum, with the rule and without, is never below the bound."""
    for county in CASES[name][:2]:
        assert 0 < lower_bound_fen(county) <= cheapest_plan(county).cost.total_fen


def docks_county(docks: int | None) -> Problem:
    """Return two vans with one trip each, 30 min of loading, and goods due when both load at once."""
    goods = [replace(down(1, 60, due_s=3_000, penalty_fen=40_000), id=i) for i in ("A", "B")]
    depots = (Depot(place="H", loading_s=1_800, docks=docks),)
    return problem(goods, [vehicle(count=2, max_trips=1)], depots=depots)


@pytest.mark.slow
def test_one_dock_leaves_one_shipment_behind() -> None:
    """A day: 10,000 + 10 km + 1,800 + 1,200 + 60 s = 14,060. The second van would load until 3,600, due 3,000."""
    free = searched(docks_county(None))
    assert free.cost.total_fen == 2 * 14_060
    assert rules(docks_county(1), free) == ["docks"]
    assert searched(docks_county(1)).cost.total_fen == 14_060 + 40_000


@pytest.mark.slow
def test_the_dearer_penalty_goes_first() -> None:
    """Room for one: D4 is worth 20,000 more and costs 6,600 more, although D1 is nearer."""
    van = vehicle(max_trips=1)
    far_first = problem([down(1, 60, penalty_fen=30_000), down(4, 60, penalty_fen=50_000)], [van])
    near_first = with_shipment(far_first, "D4", penalty_fen=30_000)
    assert [u.shipment for u in searched(far_first).unserved] == ["D1"]
    assert [u.shipment for u in searched(near_first).unserved] == ["D4"]


@pytest.mark.slow
def test_a_local_shipment_is_collected_before_it_is_delivered() -> None:
    """On the ring V3 comes after V1: two rounds of 20 km and 2,400 s; the order the other way takes one."""
    county = ring(problem([shipment("L", "V3", "V1")], villages=3))
    turned = cheapest_plan(ring(problem([shipment("L", "V1", "V3")], villages=3)))
    (trip,) = turned.routes[0].trips
    visits = tuple(replace(v, deliver=v.collect, collect=v.deliver) for v in trip.visits)
    wrong = replace(turned, routes=(replace(turned.routes[0], trips=(replace(trip, visits=visits),)),))
    assert turned.cost.total_fen == 10_000 + 2_000 + 2_400 + 120
    assert "delivered_before_collected" in rules(county, wrong)
    assert searched(county).cost.total_fen == 10_000 + 4_000 + 4_800 + 120 == cheapest_plan(county).cost.total_fen


@pytest.mark.slow
def test_the_van_of_one_depot_fetches_from_another_where_that_ones_own_is_dear() -> None:
    """From H out to V4 and back 40 km and 4,800 s, two visits of 60 s: 18,920 fen; V4's own van asks 32,260."""
    vans = [vehicle(), vehicle("far", depot="V4", fixed_fen=30_000)]
    county = problem([shipment("S", "V4", "V3")], vans, depots=(Depot(place="H"), Depot(place="V4")))
    assert searched(county).cost.total_fen == 18_920 == cheapest_plan(county).cost.total_fen
    assert searched(replace(county, vehicle_types=(vans[1],))).cost.total_fen == 32_260
