"""Lower bounds against numbers by hand, the slow oracle, and plans of the search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.bounds import _bound_by_places, _Relaxed, lower_bound_fen
from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.model import Depot, Place
from optimizer.problem import Matrix, Problem
from tests.helpers import (
    Call,
    assert_clean,
    down,
    four_village_problem,
    plan,
    problem,
    route,
    run,
    shipment,
    up,
    vehicle,
    with_place,
)
from tests.oracle import cheapest_plan


def random_county(seed: int, num: int) -> Problem:
    """Return villages strewn over 30 km with lopsided drives, some without a path, and goods of all directions."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 30_000, (num + 1, 2))  # (places, 2)
    metres = np.abs(at[:, None] - at[None]).sum(axis=2) + rng.integers(0, 2_000, (num + 1, num + 1))
    metres[rng.random(metres.shape) < 0.03] = -1
    np.fill_diagonal(metres, 0)
    seconds = np.where(metres < 0, -1, metres // rng.integers(8, 15))
    pairs = [("H", f"V{k}") if rng.random() < 0.6 else (f"V{k}", "H") for k in range(1, num + 1)]
    if num > 2:
        pairs[0] = "V1", "V2"
    goods = [
        shipment(
            f"S{k}",
            *ends,
            int(rng.integers(5, 50)),
            penalty_fen=int(rng.choice([900, 6_000, 50_000])),
            handling_fen=int(rng.integers(0, 200)),
            service_s=int(rng.integers(0, 90)),
        )
        for k, ends in enumerate(pairs)
    ]
    vans = (
        vehicle(count=2, fixed_fen=2_003),
        vehicle("lorry", fixed_fen=4_000, distance_fen_per_km=133, capacity=(150,)),
    )
    places = Place(id="H"), *(Place(id=f"V{k}", visit_s=61) for k in range(1, num + 1))
    matrix = Matrix(duration_s=seconds, distance_m=metres)
    depots = (Depot(place="H", loading_s=300),)
    return problem(goods, vans, villages=num, places=places, matrices={"road": matrix}, depots=depots)


def test_the_small_day_is_met_exactly() -> None:
    """One sweep is the optimum by hand: 19,670."""
    assert lower_bound_fen(four_village_problem()) == 19_670


def test_nothing_to_carry_costs_nothing() -> None:
    """No shipments, no cost."""
    assert lower_bound_fen(problem([])) == 0


def test_without_vehicles_every_penalty_is_paid() -> None:
    """Two penalties of 1,000,000."""
    assert lower_bound_fen(problem([down(1), up(2)], [])) == 2_000_000


def test_what_is_not_worth_the_drive_costs_its_penalty() -> None:
    """Serving V4 costs 18,860; 18,859 of penalty is less, 18,861 is more."""
    for penalty, expected in ((18_859, 18_859), (18_861, 18_860)):
        assert lower_bound_fen(problem([down(4, penalty_fen=penalty)])) == expected


def test_each_place_pays_half_a_drive_in_and_out() -> None:
    """V1 and V2: 2 x (1,100 + 60)."""
    assert _Relaxed(problem([down(1), down(2)]), with_day=False).halves() == 2 * 1_160


def test_a_tree_over_the_places_goes_as_far_as_the_farthest() -> None:
    """V1 and V2: 20 km and 2,400 s there and back, two visits of 60, 4,520; prices may end 1 fen short of it."""
    county = problem([down(1), down(2)])
    assert _Relaxed(county, with_day=False).tree() in (4_519, 4_520)
    assert _bound_by_places(county) in (14_518, 14_519)


def test_a_place_that_is_not_worth_its_own_trip_is_left_out_of_the_tree() -> None:
    """V4 alone is 8,860 of road and visit; for a penalty of 8,859 it counts as a call, 60, beside V1's 2,260."""
    for penalty, expected in ((8_860, 8_920), (8_859, 2_320)):
        county = problem([down(1), down(4, penalty_fen=penalty)])
        assert expected - _Relaxed(county, with_day=False).tree() in (0, 1)


@pytest.mark.parametrize("seed", range(30))
def test_never_above_the_optimum(seed: int) -> None:
    """Neither bound exceeds what the oracle finds by trying everything."""
    county = random_county(seed, 1 + seed % 3)
    best = cheapest_plan(county).cost.total_fen
    assert _bound_by_places(county) <= lower_bound_fen(county) <= best


def test_a_day_that_is_too_long_is_no_way_to_serve() -> None:
    """V4 takes 2 x 2,400 + 60 = 4,860 s."""
    for regular_s, expected in ((4_860, 18_860), (4_859, 1_000_000)):
        van = vehicle(regular_s=regular_s, max_overtime_s=0)
        assert lower_bound_fen(problem([down(4)], [van])) == expected


def test_neither_is_a_vehicle_that_may_not_call_or_is_too_small() -> None:
    """V1 costs 12,260; where only a bus may call, or where it weighs 101 of 100, it is left."""
    open_, barred = (problem([down(1)]), with_place(problem([down(1)]), "V1", vehicle_types=frozenset()))
    assert (lower_bound_fen(open_), lower_bound_fen(barred)) == (12_260, 1_000_000)
    assert lower_bound_fen(problem([down(1, 101)])) == 1_000_000


def test_every_second_of_work_bears_its_share_of_the_day() -> None:
    """V1 and V2: 500 of road and 660 s each, in halves; with days of 660 s that is a day of 6,600 each."""
    county = problem([down(1), down(2)], [vehicle(fixed_fen=6_600, regular_s=660, max_overtime_s=0, time_fen_per_h=0)])
    assert _Relaxed(county, with_day=True).halves() == 2 * (500 + 6_600)


@pytest.mark.parametrize("seed", range(30))
def test_never_above_the_optimum_where_hours_access_and_size_bind(seed: int) -> None:
    """Short days, places barred to the van, heavy goods: the oracle knows better than the bound, never worse."""
    rng = np.random.default_rng(seed)
    county = random_county(seed, 1 + seed % 3)
    kinds = tuple(
        replace(k, regular_s=int(rng.integers(2_000, 9_000)), max_overtime_s=int(rng.integers(0, 1_500)))
        for k in county.vehicle_types
    )
    allowed = (frozenset({"lorry"}), frozenset({"van"}), None)
    places = tuple(p if p.id == "H" else replace(p, vehicle_types=allowed[rng.integers(3)]) for p in county.places)
    goods = tuple(replace(s, load=(int(rng.integers(60, 160)),)) for s in county.shipments)
    county = replace(county, vehicle_types=kinds, places=places, shipments=goods)
    best = cheapest_plan(county).cost.total_fen
    assert _bound_by_places(county) <= best
    assert lower_bound_fen(county) <= best


def test_goods_loaded_on_a_call_at_home_cost_no_second_loading() -> None:
    """The referee lets a van call at home between two villages, so a bound may ask for one loading only."""
    county = problem([down(1, 100), down(2, 100)], depots=(Depot(place="H", loading_s=3_000),))
    calls = Call("V1", ("D1",)), Call("H", (), ("D2",)), Call("V2", ("D2",))
    day = plan(county, route(run(county, *calls)))
    assert_clean(county, day)
    assert lower_bound_fen(county) <= day.cost.total_fen


@pytest.mark.parametrize("num", [8, 9, 13, 20])
def test_never_above_a_plan_of_the_search(num: int) -> None:
    """Plans that the referee accepts cost at least the bound."""
    county = random_county(num, num)
    island = Island(county, seed=1, index=0, budget=Budget(iterations=10**9), report=lambda *_: None)
    island.start(None)
    for k in range(3):
        island.round(k)
    assert 0 < lower_bound_fen(county) <= island.best.cost.total_fen


def test_a_detour_that_is_cheaper_than_the_direct_drive_is_allowed_for() -> None:
    """H and V3 are 100 times as far directly as by V2, where a plan may call on the way out and back."""
    county = problem([down(2), down(3), up(2)])
    metres, seconds = (np.array(a) for a in (county.matrices["road"].distance_m, county.matrices["road"].duration_s))
    for array in (metres, seconds):
        array[0, 3] *= 100
        array[3, 0] *= 100
    county = replace(county, matrices={"road": Matrix(duration_s=seconds, distance_m=metres)})
    assert lower_bound_fen(county) <= cheapest_plan(county).cost.total_fen
