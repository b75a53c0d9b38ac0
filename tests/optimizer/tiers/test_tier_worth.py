"""What vehicles were worth across tiers, by hand on the county of ``towns``: 5 km and 600 s a step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT
from optimizer.tiers.plan import settle
from optimizer.tiers.worth import held_legs, tiered_worths
from tests.helpers import HOUR_S, vehicle
from tests.optimizer.tiers.towns import BEHIND, DAY, S, back, bus, clocks, fleet, planned, tiers, to

HIRED = vehicle(
    "hired",
    depot="S",
    shift=DAY,
    fixed_fen=0,
    distance_fen_per_km=0,
    time_fen_per_h=0,
    min_pay_fen=500,
    range_m=40_000,
)
"""Waits at the station for a loop; the hub is too far for it."""

THROUGH = {**dict.fromkeys(BEHIND, DIRECT), "V1": S}


def test_a_hired_loop_is_worth_what_the_stations_own_vehicle_asks_more() -> None:
    """The three-wheeler: 1,000, 10 km at 10 fen and 1,260 s at 360 fen an hour are 1,226, the hired one 500."""
    county = tiers([to("V1")], vehicle_types=(*fleet(), HIRED))
    (found,) = tiered_worths(county, planned(county, THROUGH, clocks()), {"hired"}, steps=200)
    assert (found.vehicle, found.fen, found.unserved) == ("hired#1", 726, ())


def test_a_loop_that_no_other_drives_is_worth_the_penalty_less_the_whole_way() -> None:
    """Without it and with one van that is away at noon, D-V1 is left whole, its leg to the station too."""
    early = replace(fleet()[0], count=1, max_trips=1, shift=replace(DAY, late_s=8 * HOUR_S))
    county = tiers([to("V1")], vehicle_types=(early, HIRED))
    plan = planned(county, THROUGH, clocks())
    (found,) = tiered_worths(county, plan, {"hired"}, steps=200)
    assert found.unserved == ("D-V1",)
    assert not found.without.routes
    assert found.fen == county.problem.shipments[0].penalty_fen - plan.plan.cost.total_fen


@pytest.mark.parametrize("is_lined", [False, True])
def test_held_legs_settle_back_to_the_plan(is_lined: bool) -> None:
    """Both directions, by road and from the hub by bus: the same cost, handovers and rides, and no rule broken."""
    way = replace(S, trunk="line") if is_lined else S
    modes = {v: frozenset({DIRECT, way}) for v in BEHIND}
    goods = [to("V1", handling_fen=300), to("V2", load=20), back("V3", handling_fen=40), to("N1")]
    county = tiers(goods, departures=(bus(),), modes=modes)
    plan = planned(county, {"V1": way, "V2": way, "V3": way if not is_lined else DIRECT}, clocks())
    assert plan.handovers
    legs = held_legs(county, plan)
    again = settle(legs, plan.plan)
    assert not check_tiers(county, again)
    assert (again.plan.cost, again.handovers, again.rides) == (plan.plan.cost, plan.handovers, plan.rides)
