"""The slow oracle against optima worked out by hand: it has to be right before anything is measured against it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.model import Cleaning, Compartment, Conflict, DrivingRule, Lock, TimeWindow
from tests.helpers import assert_clean, down, problem, shipment, up, vehicle, with_place
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.problem import Problem


def total(county: Problem) -> int:
    """Return the cost of the cheapest plan, having asked the referee."""
    plan = cheapest_plan(county)
    assert_clean(county, plan)
    return plan.cost.total_fen


def test_one_sweep_serves_three_villages() -> None:
    """10,000 for the day; V3 and back 30 km at 100 = 3,000; 3,600 s of driving and 3 x 60 s of visits = 3,780."""
    assert total(problem([down(1), down(2), up(3)])) == 10_000 + 3_000 + 3_780


def test_goods_for_and_from_one_village_share_a_visit() -> None:
    """V2 and back 20 km, 2,400 s, one visit of 60 s."""
    assert total(problem([down(2), up(2)])) == 10_000 + 2_000 + 2_460


def test_two_loads_that_do_not_fit_together_make_two_trips() -> None:
    """V1 twice: 2 x (10 km, 1,200 s, 60 s), one vehicle, no second day's pay."""
    county = problem([down(1, 60), shipment("E1", "H", "V1", 60)])
    assert total(county) == 10_000 + 2_000 + 2_520


def test_what_costs_more_than_it_is_worth_stays() -> None:
    """D4 alone would cost 10 km and 1,200 s = 2,200 more than D3 alone, and 60 for the visit: not for 2,259."""
    for penalty, expected in ((2_259, 16_660 + 2_259), (2_261, 16_660 + 2_260)):
        assert total(problem([down(3), down(4, penalty_fen=penalty)])) == expected


def test_waiting_is_paid_and_avoided_by_leaving_late() -> None:
    """V1 opens at 10,000: loading at 9,400 and no wait; 10 km, 1,200 + 60 s."""
    county = with_place(problem([down(1)]), "V1", windows=(TimeWindow(early_s=10_000, late_s=20_000),))
    plan = cheapest_plan(county)
    assert plan.routes[0].trips[0].load_start_s == 9_400
    assert plan.cost.total_fen == 10_000 + 1_000 + 1_260


def test_a_second_van_is_cheaper_than_waiting_long() -> None:
    """V1 is open at 1,000 and V2 at 30,000 only: waiting 27,000 s costs 27,000, a second van 10,000."""
    county = problem([down(1), down(2)], [vehicle(count=2)])
    county = with_place(county, "V1", windows=(TimeWindow(early_s=1_000, late_s=1_000),))
    county = with_place(county, "V2", windows=(TimeWindow(early_s=30_000, late_s=30_000),))
    assert total(county) == 20_000 + 1_000 + 1_260 + 2_000 + 2_460


def test_a_rest_is_taken_where_the_driving_rule_asks() -> None:
    """V3 and back is 3,600 s of driving with 2,000 at a stretch: one rest of 300 s, paid."""
    county = problem([down(3)], [vehicle(driving_rule=DrivingRule(max_driving_s=2_000, rest_s=300))])
    assert total(county) == 10_000 + 3_000 + 3_660 + 300


def test_time_on_board_turns_the_sweep_around() -> None:
    """U3 may be 1,800 s on board, so nothing is visited after V3: V1 on the way out is as cheap."""
    county = problem([up(3, max_on_board_s=1_800), down(1)])
    plan = cheapest_plan(county)
    assert [v.place for v in plan.routes[0].trips[0].visits] == ["V1", "V3"]
    assert plan.cost.total_fen == 10_000 + 3_000 + 3_720


def test_conflicting_goods_make_two_trips_in_the_better_order_or_with_cleaning() -> None:
    """Produce first needs no cleaning: V1 and V1 again, 20 km and 2 x 1,260 s."""
    goods = [down(1, commodity="pesticide"), up(1, commodity="produce")]
    county = problem(
        goods,
        conflicts=(Conflict(first="pesticide", second="produce"),),
        cleanings=(Cleaning(after="pesticide", before="produce", duration_s=900),),
    )
    assert total(county) == 10_000 + 2_000 + 2_520
    urgent = replace(county, shipments=(replace(goods[0], due_s=600), replace(goods[1], ready_s=2_000)))
    assert total(urgent) == 10_000 + 2_000 + 1_260 + 900 + 1_260  # pesticide has to go first, then cleaning


def test_a_sealed_compartment_saves_the_second_trip() -> None:
    """Pesticide in the sealed box, produce in the other: one visit, 10 km, 1,260 s."""
    boxes = Compartment(id="sealed", capacity=(50,), sealed=True), Compartment(id="open", capacity=(50,))
    goods = [down(1, commodity="pesticide"), up(1, commodity="produce")]
    county = problem(goods, [vehicle(compartments=boxes)], conflicts=(Conflict(first="pesticide", second="produce"),))
    assert total(county) == 10_000 + 1_000 + 1_260


def test_locks_are_kept_at_their_price() -> None:
    """V2 before V1 is a sweep the other way round; D1 on the second van alone makes two days."""
    goods = [down(1), down(2)]
    van = vehicle(count=2)
    assert total(problem(goods, [van], locks=(Lock(shipment="D1", after="D2"),))) == 10_000 + 2_000 + 2_520
    both = Lock(shipment="D1", vehicle_type="van", number=2), Lock(shipment="D2", vehicle_type="van", number=1)
    assert total(problem(goods, [van], locks=both)) == 20_000 + 1_000 + 1_260 + 2_000 + 2_460
