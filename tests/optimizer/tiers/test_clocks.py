"""Clocks: from drives and due times at first, from true arrivals later."""

from __future__ import annotations

from optimizer.model import Place, TimeWindow
from optimizer.tiers.clocks import first_clocks, met, moved, tightened
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT
from optimizer.tiers.plan import settle
from tests.helpers import HOUR_S
from tests.optimizer.tiers.towns import AT, BEHIND, S, assert_clean, back, clocks, planned, tiers, to

THROUGH = dict.fromkeys(BEHIND, S)


def test_the_first_clock_down_leaves_an_hour_after_the_quickest_drive() -> None:
    """Loading from 06:00 or when the last goods are ready at 06:30, an hour's drive, an hour of slack."""
    county = tiers([to("V1"), to("V2", ready_s=6 * HOUR_S + 1_800)])
    assert first_clocks(county, THROUGH) == {("S", "down"): (8 * HOUR_S + 1_800,)}


def test_the_first_clock_up_leaves_an_hour_before_the_goods_would_be_late() -> None:
    """Due at 16:00, an hour's drive, handling of ten minutes, an hour of slack."""
    county = tiers([back("V1", due_s=16 * HOUR_S)])
    assert first_clocks(county, THROUGH) == {("S", "up"): (13 * HOUR_S + 3_000,)}


def test_goods_far_apart_have_waves_of_their_own() -> None:
    """Ready at 06:00 and at 10:00: nobody in V1 waits four hours for the goods of V2."""
    county = tiers([to("V1"), to("V2", ready_s=10 * HOUR_S)])
    assert first_clocks(county, THROUGH) == {("S", "down"): (8 * HOUR_S, 12 * HOUR_S)}


def test_stations_that_no_goods_pass_have_no_clock() -> None:
    """All direct."""
    assert first_clocks(tiers([to("V1")]), {"V1": DIRECT}) == {}


def test_the_first_clock_keeps_the_hours_of_the_station() -> None:
    """It shuts at 07:30: handled by then, the goods must come by 07:20, and can, at 07:00."""
    window = (TimeWindow(late_s=7 * HOUR_S + 1_800),)
    places = tuple(Place(id=p, windows=window if p == "S" else ()) for p in AT)
    assert first_clocks(tiers([to("V1")], places=places), THROUGH) == {("S", "down"): (7 * HOUR_S + 1_200,)}


def test_tightened_clocks_stand_at_the_last_true_arrival_and_keep_the_plan() -> None:
    """The second legs may begin sooner, the first ones are as they were."""
    county = tiers([to("V1"), to("V2")])
    plan = planned(county, THROUGH, clocks(11, 14))
    legs = expand(county, THROUGH, clocks(11, 14))
    tight = tightened(legs, plan)
    assert tight["S", "down"] == (max(h.arrived_s for h in plan.handovers),)
    again = settle(expand(county, THROUGH, tight), plan.plan)
    assert_clean(county, again)
    assert again.plan.cost == plan.plan.cost


def test_one_moment_moves_and_stays_in_the_day() -> None:
    """An hour earlier than half past midnight is midnight."""
    key = ("S", "down")
    assert moved({key: (1_800, 7_200)}, key, 0, -3_600) == {key: (0, 7_200)}
    assert moved({key: (1_800, 7_200)}, key, 1, 900) == {key: (1_800, 8_100)}


def test_goods_both_ways_meet_halfway() -> None:
    """Down at 09:00, up at 14:00: goods up are handled by 11:30, goods down come by 12:30, in one call."""
    county = tiers([to("V1"), back("V2")])
    assert met(county, clocks(9, 14)) == {
        ("S", "down"): (12 * HOUR_S + 1_800,),
        ("S", "up"): (11 * HOUR_S + 1_800 - 600,),
    }


def test_one_way_alone_has_nobody_to_meet() -> None:
    """Without goods up the clock stays."""
    county = tiers([to("V1")])
    assert met(county, {("S", "down"): (9,)}) == {("S", "down"): (9,)}
