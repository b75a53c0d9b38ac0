"""What a vehicle was worth, by hand: on the road of ``tests.helpers`` a step is 1,100 fen, a visit 60."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Depot, Lock
from optimizer.worth import worth, worths
from tests.helpers import assert_clean, down, problem, searched, shipment, up, vehicle, with_vehicle
from tests.oracle import cheapest_plan


def test_a_villagers_van_is_worth_what_the_hubs_own_asks_more() -> None:
    """V4, V3, H, V2, V4 with 1,000 of pay: 9,920; without it H, V2, V3, H for 16,720: worth 6,800."""
    own = vehicle("hired", depot="V4", fixed_fen=0, min_pay_fen=1_000, max_trips=1)
    county = problem([up(3), down(2)], [vehicle(), own], depots=(Depot(place="H"), Depot(place="V4")))
    (found,) = worths(county, cheapest_plan(county), {"hired"})
    assert (found.vehicle, found.fen, found.unserved) == ("hired#1", 16_720 - 9_920, ())


def test_the_only_vehicle_is_worth_the_penalties() -> None:
    """The day costs 10,000 + 2,200 + 60; without the van D1 is left for 1,000,000."""
    county = problem([down(1)])
    found = worth(county, searched(county), ("van", 1))
    assert (found.fen, found.unserved) == (1_000_000 - 12_260, ("D1",))


def test_what_was_left_before_is_not_counted_again() -> None:
    """D4 is worth no trip with the van and none without it; only D1 is lost."""
    county = problem([down(1), down(4, penalty_fen=500)])
    assert worth(county, searched(county), ("van", 1)).unserved == ("D1",)


def test_a_vehicle_that_another_of_its_type_replaces_is_worth_nothing() -> None:
    """Two vans, one of them at home: the day without the first is the same day with the second."""
    county = problem([down(1), down(3)], [vehicle(count=2)])
    found = worth(county, cheapest_plan(county), ("van", 1))
    assert found.fen == 0
    assert [r.vehicle for r in found.without.routes] == ["van#1"]


def test_a_vehicle_that_a_lock_forces_out_is_worth_less_than_nothing() -> None:
    """Locked apart two vans cost 10,000 more than one that calls at both; without the second its lock is free."""
    locks = Lock(shipment="D1", vehicle_type="van", number=1), Lock(shipment="D2", vehicle_type="van", number=2)
    county = problem([down(1), down(2)], [vehicle(count=2)], locks=locks)
    found = worth(county, cheapest_plan(county), ("van", 2))
    assert found.fen == (10_000 + 4_400 + 120) - (2 * 10_000 + 2_200 + 4_400 + 120)


def test_locks_on_later_vehicles_move_up_with_them() -> None:
    """Without van 1 the lock on van 2 names the first of those that are left; the referee accepts the day."""
    county = problem([down(1), down(2)], [vehicle(count=2)], locks=(Lock(shipment="D2", vehicle_type="van", number=2),))
    found = worth(county, cheapest_plan(county), ("van", 1))
    fewer = replace(with_vehicle(replace(county, locks=()), count=1), locks=(replace(county.locks[0], number=1),))
    assert_clean(fewer, found.without)


def test_the_search_finds_more_than_putting_in_what_is_missing() -> None:
    """The day without the small van is the oracle's."""
    vans = [vehicle(max_trips=1), vehicle("small", capacity=(40,), fixed_fen=2_000)]
    goods = [down(1, 40), down(2, 40), down(3, 40), shipment("L", "V3", "V1", 10)]
    county = problem(goods, vans)
    best = cheapest_plan(county)
    without = cheapest_plan(with_vehicle(county, "small", count=0))
    assert worth(county, best, ("small", 1)).fen == without.cost.total_fen - best.cost.total_fen


def test_raises_when_the_fleet_has_no_such_vehicle() -> None:
    """One van, and the second is asked for: E121."""
    county = problem([down(1)])
    with pytest.raises(InvalidInput, match=r"^E121 .*van#2"):
        worth(county, searched(county), ("van", 2))
