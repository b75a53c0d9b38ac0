"""Lower bounds against numbers by hand, the slow oracle, and plans of the search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.bounds import _bound_by_places, lower_bound_fen
from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.model import Depot, Place
from optimizer.problem import Matrix, Problem
from tests.helpers import down, four_village_problem, problem, shipment, up, vehicle
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
    """V1 and V2: 2 x (1,100 + 60); 10,000 for the day, 1 off for rounding a route."""
    assert _bound_by_places(problem([down(1), down(2)])) == 10_000 + 2 * 1_160 - 1


@pytest.mark.parametrize("seed", range(30))
def test_never_above_the_optimum(seed: int) -> None:
    """Neither bound exceeds what the oracle finds by trying everything."""
    county = random_county(seed, 1 + seed % 3)
    best = cheapest_plan(county).cost.total_fen
    assert _bound_by_places(county) <= lower_bound_fen(county) <= best


@pytest.mark.parametrize("num", [8, 9, 20])
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
