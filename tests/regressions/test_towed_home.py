"""A vehicle that broke down before its planned rest could not be brought home, and the day was refused with E192."""

from __future__ import annotations

from optimizer.model import DrivingRule
from optimizer.replan import Breakdown, Situation, Weights, replan
from optimizer.stop import Stop
from tests.helpers import HOUR_S, Call, assert_clean, four_village_problem, plan, route, run, with_vehicle


def test_a_van_that_breaks_down_before_its_rest_is_towed_home() -> None:
    """3,300 s of driving, then 40 min of rest: at V3 it has driven 1,800 s, home are 1,800 s more, 300 too many.

    Planned was a rest at V4. It breaks down at V3 as service there has begun, at 08:11:10, and is towed home: the
    other van takes what was for V4, and what stands stays to the second.
    """
    county = with_vehicle(four_village_problem(), driving_rule=DrivingRule(max_driving_s=3_300, rest_s=2_400))
    calls = (
        Call("V1", ("D1",)),
        Call("V2", ("D2",), ("U2",), start_s=8 * HOUR_S),
        Call("V3", ("D3",)),
        Call("V4", ("D4",), ("U4",), rest_s=2_400),
    )
    made = plan(county, route(run(county, *calls, load_start_s=7 * HOUR_S)))
    assert_clean(county, made)
    now_s = 8 * HOUR_S + 700
    broken = (Breakdown(vehicle_type="van", number=1, at_s=now_s),)
    situation = Situation(now_s=now_s, breakdowns=broken)
    found = replan(county, county, made, situation, weights=Weights(), stop=Stop(iterations=1), keep="time")
    for option in found.options:
        old, new = option.plan.routes
        assert old.trips[0].visits[:2] == made.routes[0].trips[0].visits[:2]
        assert [visit.place for visit in old.trips[0].visits] == ["V1", "V2", "V3"]
        assert (new.vehicle, [visit.place for visit in new.trips[0].visits]) == ("van#2", ["V4"])
        assert option.plan.unserved == ()
