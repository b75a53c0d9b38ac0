"""Ways to carry one shipment across tiers, on random small days: each is a whole plan, and nobody else is moved."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, Way, leg_id
from optimizer.tiers.plan import movements, tiered_cost
from optimizer.tiers.ranking import rank_tiered_ways
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, back, bus, clocks, home, planned, tiers, to

WAYS = frozenset({DIRECT, S, Way(last="line"), Way("S", "line"), Way("S", last="line")})


@pytest.mark.parametrize("seed", range(4))
def test_each_way_is_accepted_and_leaves_all_others_on_their_vehicles(seed: int) -> None:
    """Goods both ways, of random loads: every way costs what its plan costs and is allowed, the cheapest first."""
    rng = np.random.default_rng(seed)
    loads = rng.integers(5, 30, 5).tolist()
    goods = [to(v, f"D{k}", load=loads[k]) for k, v in enumerate(rng.choice(BEHIND, 4).tolist())]
    goods.append(back("V2", load=loads[4]))
    county = tiers(goods, departures=[bus("B1", 8), home("R1", 15)], modes=dict.fromkeys(BEHIND, WAYS))
    plan = planned(county, dict.fromkeys(BEHIND, S), clocks())
    assert_clean(county, plan)
    name = goods[int(rng.integers(len(goods)))].id
    found = rank_tiered_ways(county, plan, name, most=6, most_work=1_000)
    assert found.left_out is not None
    assert check_tiers(county, found.left_out) == ()
    own = {name, leg_id(name, 1), leg_id(name, 2)}
    before = {leg: carried.vehicle for leg, carried in movements(plan).items() if leg not in own}
    costs = [way.plan.plan.cost.total_fen for way in found.ways]
    assert costs == sorted(costs)
    for made, way in found.ways:
        assert check_tiers(county, made) == ()
        assert made.plan.cost == tiered_cost(county, made)
        assert way in WAYS
        moved = movements(made)
        assert {leg: carried.vehicle for leg, carried in moved.items() if leg not in own} == before
        assert own & set(moved)
