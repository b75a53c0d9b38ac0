"""Plans across tiers: whole shipments only, handovers named, costs counted once, every stage told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.cost import plan_cost
from optimizer.repair import complete
from optimizer.tiers.legs import expand
from optimizer.tiers.plan import Stage, Traces, driven, movements, settle, trace
from tests.helpers import HOUR_S
from tests.optimizer.tiers.towns import BEHIND, S, assert_clean, back, clocks, fleet, planned, tiers, to

THROUGH = dict.fromkeys(BEHIND, S)


def test_a_plan_through_the_station_costs_line_haul_and_loop() -> None:
    """Van H-S-H: 10,000 + 60 km x 100 + 2 h x 3,600; wheeler S-V2-S: 1,000 + 20 km x 10 + 2,460 s x 0.1.

    The wheeler drives 2 x 1,200 s and stands 60 s at V2; handling at the station costs nobody anything.
    """
    county = tiers([to("V1"), to("V2")])
    plan = planned(county, THROUGH, clocks())
    assert_clean(county, plan)
    assert plan.plan.cost.total_fen == (10_000 + 6_000 + 7_200) + (1_000 + 200 + 252)
    assert plan.plan.cost == plan_cost(driven(county, plan), plan.plan)


def test_a_handover_has_arrival_handling_and_leaving_in_order() -> None:
    """The van may arrive no later than 09:00, goods are ready 600 s after it came, and leave from 09:10."""
    county = tiers([to("V1")])
    (handover,) = planned(county, THROUGH, clocks()).handovers
    assert handover.arrived_s <= 9 * HOUR_S
    assert handover.ready_s == handover.arrived_s + 600
    assert handover.left_s >= 9 * HOUR_S + 600


def test_a_shipment_of_which_one_leg_stays_behind_is_taken_out_whole() -> None:
    """Without its wheeler the station cannot send on what the van has brought; the penalty counts once."""
    county = tiers([to("V1", penalty_fen=777), to("N1")])
    legs = expand(county, THROUGH, clocks())
    whole = complete(legs.problem, {})
    first_only = replace(whole, routes=tuple(r for r in whole.routes if r.vehicle_type == "van"))
    plan = settle(legs, first_only)
    assert_clean(county, plan)
    assert [(u.shipment, u.reason) for u in plan.plan.unserved] == [("D-V1", "U198")]
    assert plan.plan.cost.penalty_fen == 777
    assert [i for _, trip in plan.plan.trips() for i in trip.shipments] == ["D-N1"]
    assert not plan.handovers


def test_what_a_station_refuses_is_unserved_with_its_reason_and_its_penalty() -> None:
    """Pesticide may not pass S; the rest of the day is as if it were not there."""
    goods = [to("V1", commodity="pesticide", penalty_fen=55), to("V2")]
    county = tiers(goods, station={"barred": frozenset({"pesticide"})})
    plan = planned(county, THROUGH, clocks())
    assert_clean(county, plan)
    assert [(u.shipment, u.reason) for u in plan.plan.unserved] == [("D-V1", "U191")]
    assert plan.plan.cost.penalty_fen == 55


def test_a_busy_station_spreads_its_handling_over_quarters() -> None:
    """Three shipments of 6 pieces at 10 a quarter are handled in three quarters of an hour."""
    county = tiers([to(v, pieces=6) for v in BEHIND], station={"pieces_per_quarter_h": 10})
    plan = planned(county, THROUGH, clocks())
    assert_clean(county, plan)
    assert len({h.ready_s // 900 for h in plan.handovers}) == 3


def test_a_small_station_keeps_one_way_after_the_other() -> None:
    """Room for 20: goods up at 14:00 find the goods down long gone."""
    goods = [to("V1", load=20), back("V2", load=20, due_s=16 * HOUR_S)]
    county = tiers(goods, station={"storage": (20,)})
    plan = planned(county, THROUGH, clocks())
    assert_clean(county, plan)
    assert not plan.plan.unserved


def test_what_a_station_cannot_keep_at_one_time_is_left_behind() -> None:
    """Room for 20, and goods both ways lie there at noon: the cheaper ones stay behind."""
    goods = [to("V1", load=20, penalty_fen=9_000_000), back("V2", load=20, penalty_fen=8_000_000, due_s=14 * HOUR_S)]
    van, wheeler = fleet()
    late = replace(wheeler, shift=replace(wheeler.shift, early_s=9 * HOUR_S))
    county = tiers(goods, station={"storage": (20,), "handling_s": 2 * HOUR_S}, vehicle_types=(van, late))
    plan = planned(county, THROUGH, clocks(9, 10.5))
    assert_clean(county, plan)
    assert [(u.shipment, u.reason) for u in plan.plan.unserved] == [("U-V2", "U197")]


def test_a_shipment_is_followed_from_brand_to_door() -> None:
    """Ready, on the van, at the station, handled, on the wheeler, at the door, in this order."""
    county = tiers([to("V1", ready_s=7 * HOUR_S)])
    stages = trace(county, planned(county, THROUGH, clocks()), "D-V1")
    assert [(s.what, s.place, s.vehicle) for s in stages] == [
        ("ready", "H", ""),
        ("loaded", "H", "van#1"),
        ("left", "H", "van#1"),
        ("arrived", "S", "van#1"),
        ("handled", "S", ""),
        ("loaded", "S", "wheeler#1"),
        ("left", "S", "wheeler#1"),
        ("delivered", "V1", "wheeler#1"),
    ]
    moments = [s.at_s for s in stages if s.at_s is not None]
    assert moments == sorted(moments)
    assert moments[3] - moments[2] == 3_600


def test_a_shipment_that_stays_is_told_with_its_reason() -> None:
    """No clock, no handover: U193."""
    county = tiers([to("V1")])
    plan = planned(county, THROUGH, {})
    assert trace(county, plan, "D-V1")[1] == Stage(what="unserved", place="H", at_s=None, detail="U193")
    with pytest.raises(KeyError):
        trace(county, plan, "D-V9")


def test_all_shipments_are_followed_through_one_look_at_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three shipments, told as one by one.

    Past cost: the whole plan for each, 2.7 s of the measures of a county with 300 villages.
    """
    county = tiers([to("V1"), to("V2"), to("N1")])
    plan = planned(county, THROUGH, clocks())
    told = {s.id: trace(county, plan, s.id) for s in county.problem.shipments}
    looks = []
    monkeypatch.setattr("optimizer.tiers.plan.movements", lambda seen: looks.append(seen) or movements(seen))
    traces = Traces(county, plan)
    assert {id_: traces.of(id_) for id_ in told} == told
    assert len(looks) == 1


def test_direct_goods_are_told_in_one_ride() -> None:
    """N1 lies on the van's way."""
    county = tiers([to("N1")])
    stages = trace(county, planned(county, {}, {}), "D-N1")
    assert [s.what for s in stages] == ["ready", "loaded", "left", "delivered"]
