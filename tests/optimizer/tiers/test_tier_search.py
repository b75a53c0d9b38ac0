"""The search across tiers: the optimum of tiny counties, better than any pure way, repeatable, always refereed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.stop import Stop
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT
from optimizer.tiers.search import walked
from tests.helpers import HOUR_S
from tests.optimizer.tiers.towns import BEHIND, EITHER, S, assert_clean, back, clocks, fleet, tiers, to
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.tiers.model import TieredPlan, Tiers, Way


def solved(county: Tiers, *, iterations: int = 24, seed: int = 1, **stop: Any) -> TieredPlan:
    """Solve with the referee's eyes on the plan."""
    plan = walked(county, stop=Stop(iterations=iterations, **stop), seed=seed)
    assert_clean(county, plan)
    return plan


def pure(county: Tiers, way: Way) -> TieredPlan:
    """Solve with one way only for every place that may go it."""
    return solved(replace(county, modes={p: ways & {way} or ways for p, ways in county.modes.items()}))


def test_mixing_ways_beats_everything_direct_and_everything_through_the_station() -> None:
    """N1 lies beside the hub, V1 to V3 behind the station.

    By hand: the van goes H, N1, S, H for 10,000 + 60 km x 100 + 7,260 s x 1, the wheeler S, V1, V2, V3, S for
    1,000 + 30 km x 10 + 3,780 s x 0.1. All direct, the van goes to V3 and back: 10,000 + 9,000 + 11,040.
    Through the station, goods for N1 are carried past it and back, with handling of 600 s between.
    """
    county = tiers([to(v) for v in ("N1", *BEHIND)], modes=dict.fromkeys(("N1", *BEHIND), EITHER))
    mixed, direct, through = solved(county), pure(county, DIRECT), pure(county, S)
    assert mixed.plan.cost.total_fen == 23_260 + 1_678
    assert direct.plan.cost.total_fen == 30_040
    assert through.plan.cost.total_fen > mixed.plan.cost.total_fen
    assert mixed.choice == {"N1": DIRECT, **dict.fromkeys(BEHIND, S)}


def oracle_fen(county: Tiers) -> int:
    """Return the least cost over all choices, each with every plan; the clocks leave time enough for any."""
    costs = []
    for ways in product(*(sorted(county.ways(p)) for p in county.modes)):
        legs = expand(county, dict(zip(county.modes, ways, strict=True)), clocks(9, 14))
        assert not legs.refused
        costs.append(cheapest_plan(legs.problem).cost.total_fen)
    return min(costs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("goods", "per_km"),
    [
        ([to("V1"), to("V3")], 10),
        ([to("V1"), to("N1")], 10),
        ([to("V1"), to("N1")], 600),
        ([to("V3"), back("N1")], 10),
        ([back("V2"), to("N1")], 10),
    ],
)
def test_finds_the_optimum_over_all_choices_and_all_plans(goods: list[Shipment], per_km: int) -> None:
    """Goods down and up, one or two villages with a choice, a cheap wheeler or one that is not worth its handling."""
    van, wheeler = fleet()
    kinds = (replace(van, count=1), replace(wheeler, distance_fen_per_km=per_km))
    called = {s.origin for s in goods} | {s.destination for s in goods}
    modes = {place: EITHER for place in BEHIND if place in called}
    county = tiers(goods, vehicle_types=kinds, modes=modes)
    assert solved(county).plan.cost.total_fen == oracle_fen(county)


def test_villages_that_go_together_stay_together_while_the_search_moves_them() -> None:
    """N1 would rather go direct, but belongs to V1; V2 is free."""
    modes = dict.fromkeys(("N1", "V1", "V2"), EITHER)
    county = tiers([to("N1"), to("V1"), to("V2")], modes=modes, together=(frozenset({"N1", "V1"}),))
    plan = solved(county)
    assert plan.choice["N1"] == plan.choice["V1"]


def test_a_forced_way_is_taken() -> None:
    """The policy allows the station only, though direct is as cheap as it can be: next door to the hub."""
    county = tiers([to("N1")], modes={"N1": frozenset({S})})
    plan = solved(county, iterations=3)
    assert plan.choice == {"N1": S}
    assert len(plan.handovers) == 1


def test_goods_up_reach_the_hub_before_the_trunk_leaves() -> None:
    """Ready in V2 at 13:00 and due at 15:00: an hour and twenty minutes lie between, handling takes ten minutes."""
    county = tiers([back("V2", ready_s=13 * HOUR_S, due_s=15 * HOUR_S)], modes={"V2": frozenset({S})})
    plan = solved(county, iterations=3)
    assert not plan.plan.unserved
    (handover,) = plan.handovers
    assert handover.left_s <= 14 * HOUR_S


def test_clocks_are_found_where_the_first_do_not_serve() -> None:
    """V3 closes at 09:00, and only the station goes there: the first clock, an hour of slack, would be too late.

    The van may load from 06:00 and be at S at 07:00; from 07:10 the wheeler needs half an hour to V3.
    """
    county = tiers([to("V3", due_s=7 * HOUR_S + 2_700)], modes={"V3": frozenset({S})})
    assert not solved(county, iterations=12).plan.unserved


def test_the_same_seed_gives_the_same_plan() -> None:
    """Moves are counted, so nothing depends on the clock on the wall."""
    county = tiers([to(v) for v in BEHIND] + [back("V2", due_s=16 * HOUR_S)])
    assert solved(county, seed=5, iterations=5) == solved(county, seed=5, iterations=5)


def test_what_no_way_can_serve_is_unserved_and_the_rest_planned() -> None:
    """No van holds 1,000; V2 is served all the same."""
    county = tiers([to("V1", load=1_000), to("V2")])
    plan = solved(county, iterations=3)
    assert [u.shipment for u in plan.plan.unserved] == ["D-V1"]
    assert plan.plan.cost.penalty_fen == 1_000_000


def test_a_county_without_vehicles_or_goods_has_a_plan() -> None:
    """Nothing to do, or nobody to do it."""
    van, wheeler = fleet()
    idle = (replace(van, count=0), replace(wheeler, count=0))
    assert not solved(tiers([]), iterations=1).plan.routes
    assert len(solved(tiers([to("V1")], vehicle_types=idle), iterations=1).plan.unserved) == 1


def test_a_limit_on_the_clock_is_kept_with_a_plan_in_hand() -> None:
    """Time ends the search as moves do; the plan is refereed all the same."""
    county = tiers([to(v) for v in BEHIND])
    plan = walked(county, stop=Stop(seconds=0.5), seed=1)
    assert_clean(county, plan)
    assert not plan.plan.unserved


def test_without_a_compiler_insertion_makes_the_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer means, still a plan that keeps all rules and serves all."""
    monkeypatch.setattr("optimizer.tiers.cooling.is_available", lambda: False)
    plan = solved(tiers([to(v) for v in BEHIND]), iterations=4)
    assert not plan.plan.unserved
