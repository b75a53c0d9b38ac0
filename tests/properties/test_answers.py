"""Laws of the three ways to go on: each is the best in its own sense, and nobody changes what is past."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.repair import complete
from optimizer.replan import Breakdown, Situation, Weights, handed_shipments, replan
from optimizer.replan.answers import OPTIONS
from optimizer.stop import Stop
from tests.helpers import HOUR_S, assert_clean, four_village_problem, shipment, with_vehicle

COUNTY = with_vehicle(
    replace(
        four_village_problem(),
        shipments=(*four_village_problem().shipments, shipment("D5", "H", "V4", 40), shipment("D6", "H", "V2", 50)),
    ),
    count=3,
)
"""170 down for vans of 100, so that two go out."""


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6))
def test_each_answer_is_the_best_of_the_three_in_its_own_sense(seed: int) -> None:
    """Of any day after a breakdown with a new order: by changes and penalties, by both and cost, and by cost alone.

    Where all three leave the same, changes never fall and cost never rises from the smallest to the cheapest.
    """
    rng = random.Random(seed)
    plan = complete(COUNTY, {})
    assert_clean(COUNTY, plan)
    broken = rng.choice(plan.routes)
    now_s = rng.randint(broken.trips[0].load_start_s, broken.trips[-1].return_s)
    breakdown = Breakdown(vehicle_type="van", number=broken.number, at_s=now_s)
    situation = Situation(now_s=now_s, breakdowns=(breakdown,), recovery_s=rng.choice([0, HOUR_S]))
    after = replace(COUNTY, shipments=(*COUNTY.shipments, shipment("N1", "H", f"V{rng.randint(1, 4)}", 20)))
    weights = Weights(vehicle_fen=rng.choice([0, 1_000, 20_000]), shift_fen_per_min=rng.choice([0, 20]))
    found = replan(COUNTY, after, plan, situation, weights=weights, stop=Stop(iterations=1), seed=seed)
    assert tuple(option.name for option in found.options) == OPTIONS
    smallest, balanced, cheapest = found.options
    costs = [option.plan.cost.total_fen for option in found.options]
    assert smallest.disturbance_fen == min(option.disturbance_fen for option in found.options)
    assert balanced.balance_fen == min(option.balance_fen for option in found.options)
    assert costs[2] == min(costs)
    assert balanced.plan.cost.operating_fen <= smallest.plan.cost.operating_fen
    assert balanced.changes.weighed_fen <= cheapest.changes.weighed_fen
    if len({option.plan.cost.penalty_fen for option in found.options}) == 1:
        weighed = [option.changes.weighed_fen for option in found.options]
        assert weighed == sorted(weighed)
        assert costs == sorted(costs, reverse=True)
    for option in found.options:
        carried = {i for _, trip in option.plan.trips() for i in trip.shipments}
        assert handed_shipments(plan, situation) <= carried
