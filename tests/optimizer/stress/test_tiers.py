"""Driving plans across tiers: quiet days are the plan, and what comes late to a station goes on late or stays there.

The county of ``tests.optimizer.tiers.towns``: H, six steps of 600 s to the station S, and V1 a step behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.repair import complete
from optimizer.stress.disturbance import CALM, Disturbance
from optimizer.stress.execute import drive
from optimizer.stress.outcome import outcome_of
from optimizer.stress.script import tiered_script
from optimizer.tiers.legs import expand
from optimizer.tiers.model import Way
from optimizer.tiers.plan import movements, settle
from tests.optimizer.tiers.test_broken_handovers import random_plan
from tests.optimizer.tiers.towns import S, assert_clean, bus, clocks, tiers, to

if TYPE_CHECKING:
    from optimizer.stress.script import Script

TO_STATION = ("road", "H", "S")


def _one_through(way: Way) -> Script:
    """Return a shipment to V1 over S; the van's clock there is 09:00, on a bus it goes on at 10:00."""
    county = tiers([to("V1", pieces=5)], modes={"V1": frozenset({way})}, departures=(bus(at_h=10, stops="S V1"),))
    legs = expand(county, {"V1": way}, clocks(9, 12))
    plan = settle(legs, complete(legs.problem, {}))
    assert_clean(county, plan)
    assert not plan.plan.unserved
    return tiered_script(county, plan)


@pytest.mark.parametrize("seed", range(25))
def test_a_quiet_day_across_tiers_is_the_plan(seed: int) -> None:
    """Trips, handovers and rides: every leg leaves and is handed over as the plan says, and nothing is missed."""
    county, plan = random_plan(seed)
    driven = drive(tiered_script(county, plan), CALM)
    found = {i: (float(a.left_s[0]), float(a.handed_s[0]), bool(a.is_lost[0])) for i, a in driven.goods.items()}
    assert found == {i: (each.left_s, each.handed_s, False) for i, each in movements(plan).items()}


def test_the_loop_waits_for_the_van_only_so_long() -> None:
    """The van may be late by what it is early for the loop; then the loop waits 600 s, and goes without."""
    script = _one_through(S)
    relay = script.relays["D-V1/2"]
    (loading,) = (step for day in drive(script, CALM).vehicles for step in day.steps if "D-V1/2" in step.step.takes)
    slack_s = loading.step.planned_s - relay.ready_s
    late_s = np.array([0.0, slack_s, slack_s + 300, slack_s + 600, slack_s + 601])
    disturbed = Disturbance(days=5, legs={TO_STATION: 1 + late_s / 3_600}, wait_s=600)
    driven = drive(script, disturbed)
    (loading,) = (step for day in driven.vehicles for step in day.steps if "D-V1/2" in step.step.takes)
    waited_s = loading.start_s - loading.step.planned_s
    assert waited_s == pytest.approx([0, 0, 300, 600, 600])
    assert driven.goods["D-V1/2"].is_lost.tolist() == [False, False, False, False, True]
    found = outcome_of(script, driven, {})
    (goods,) = found.shipments
    assert (goods.shipment.id, goods.left.hits, goods.on_time.hits) == ("D-V1", 1, 4)
    assert found.left_pieces.tolist() == [0, 0, 0, 0, 5]


def test_a_departure_waits_for_nobody() -> None:
    """The bus leaves S at 10:00; goods that could go on a second later stay."""
    script = _one_through(Way("S", last="line"))
    relay, (ride,) = script.relays["D-V1/2"], script.rides
    slack_s = ride.board_s - relay.ready_s
    late_s = np.array([slack_s, slack_s + 1.0])
    driven = drive(script, Disturbance(days=2, legs={TO_STATION: 1 + late_s / 3_600}, wait_s=600))
    assert driven.goods["D-V1/2"].is_lost.tolist() == [False, True]
    assert driven.goods["D-V1/2"].handed_s.tolist() == [ride.alight_s] * 2


def test_goods_late_at_the_hub_miss_their_bus() -> None:
    """On a bus from H they ride whole; five minutes late is too late."""
    way = Way(last="line")
    county = tiers([to("V1", ready_s=7 * 3_600)], modes={"V1": frozenset({way})}, departures=(bus(at_h=8),))
    legs = expand(county, {"V1": way}, clocks(9, 12))
    plan = settle(legs, complete(legs.problem, {}))
    script = tiered_script(county, plan)
    (ride,) = script.rides
    late_s = np.array([ride.board_s - 7 * 3_600.0, ride.board_s - 7 * 3_600 + 300.0])
    driven = drive(script, Disturbance(days=2, late_s={"D-V1": late_s}, wait_s=600))
    assert driven.goods["D-V1"].is_missed.tolist() == [False, True]
