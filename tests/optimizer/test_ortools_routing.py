"""The OR-Tools engine: one small county for each rule, with the optimum worked out by hand.

On the line county of ``tests.helpers`` a trip to village k alone costs k x 1,000 fen of
metres, k x 1,200 fen of driving and 60 fen of visit: 2,200 k + 60, and a van 10,000.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.engines import Budget
from optimizer.engines.ortools_model import RoutingDay
from optimizer.engines.ortools_nodes import bundle
from optimizer.engines.ortools_routing import OrToolsRouting, Watch, as_drafts, search_paths
from optimizer.engines.ortools_rules import add_rules
from optimizer.errors import InvalidInput
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, Lock, TimeWindow
from optimizer.plan import Plan
from optimizer.repair import complete
from tests.helpers import (
    HOUR_S,
    assert_clean,
    down,
    four_village_problem,
    problem,
    shipment,
    up,
    vehicle,
    with_place,
)

if TYPE_CHECKING:
    from optimizer.problem import Problem

VAN, ONE, TWO, THREE, FOUR = 10_000, 2_260, 4_460, 6_660, 8_860
"""A van, and a trip to one village alone, the first to the fourth."""

SAFE = (Compartment(id="box", capacity=(60,)), Compartment(id="safe", capacity=(40,), sealed=True))


def search(county: Problem, *, iterations: int = 150, seed: int = 0, start: Plan | None = None) -> Plan:
    """Return what the engine finds, judged by the referee, as is every plan it reports on the way."""
    engine, budget = OrToolsRouting(), Budget(iterations=iterations)
    plan = engine.search(county, budget, seed, start, lambda found: assert_clean(county, found))
    assert_clean(county, plan)
    return plan


FOUR_HOURS = TimeWindow(early_s=0, late_s=4 * HOUR_S)

FOES = (Conflict(first="pesticide", second="food"),)
PESTICIDE, FOOD = down(1, commodity="pesticide"), down(2, commodity="food")


def _two_windows() -> Problem:
    """Open V1 at the start of the day and again from 02:00, V2 from 01:00."""
    windows = (TimeWindow(early_s=0, late_s=600), TimeWindow(early_s=7_200, late_s=9_000))
    county = with_place(problem([down(1), down(2)]), "V1", windows=windows)
    return with_place(county, "V2", windows=(TimeWindow(early_s=3_600, late_s=9_000),))


def _one_way_access() -> Problem:
    """Return a county with a truck at half the fixed cost that may not call at V1."""
    county = problem([down(1), down(2)], [vehicle("truck", fixed_fen=5_000), vehicle()])
    return with_place(county, "V1", vehicle_types=frozenset({"van"}))


def _early_collection(*, deliveries_first: bool) -> Problem:
    """Open V1 for ten minutes only, before V2 can be reached and left."""
    county = problem([up(1), down(2)], [vehicle(deliveries_first=deliveries_first)])
    return with_place(county, "V1", windows=(TimeWindow(early_s=0, late_s=600),))


COUNTIES = {
    "four_villages": (four_village_problem(), 19_670),
    "foes_need_two_trips": (problem([PESTICIDE, FOOD], conflicts=FOES), VAN + ONE + TWO),
    "a_sealed_wall_lets_foes_share_a_trip": (
        problem([PESTICIDE, FOOD], [vehicle(compartments=SAFE)], conflicts=FOES),
        VAN + 4_520,
    ),
    "no_wall_is_good_enough_where_the_law_says_so": (
        problem([PESTICIDE, FOOD], [vehicle(compartments=SAFE)], conflicts=(replace(FOES[0], sealed_ok=False),)),
        VAN + ONE + TWO,
    ),
    # V4 to V2 and its 60 s visit and home: 2,460 s on board; 60 s less forbids the detour
    "time_on_board_allows_a_visit_on_the_way": (
        problem([up(2, max_on_board_s=1_200), up(4, max_on_board_s=2_460)]),
        VAN + FOUR + 60,
    ),
    "time_on_board_forbids_a_visit_on_the_way": (
        problem([up(2, max_on_board_s=1_200), up(4, max_on_board_s=2_400)], [vehicle(shift=FOUR_HOURS)]),
        VAN + TWO + FOUR,
    ),
    "goods_due_at_the_hub_go_home_first": (problem([up(1, due_s=1_260), down(3)]), VAN + ONE + THREE),
    # loaded at 400 s at the latest, back at 1,660 s, and 1,940 s paid until the second wave is there
    "waves_make_two_trips": (problem([down(1, due_s=1_000), down(2, ready_s=3_600)]), VAN + ONE + TWO + 1_940),
    "four_hours_need_a_rest": (
        problem([down(4)], [vehicle(driving_rule=DrivingRule(max_driving_s=4_000, rest_s=1_200))]),
        VAN + FOUR + 1_200,
    ),
    "a_local_shipment_is_collected_before_it_is_delivered": (
        problem([shipment("L", "V1", "V3")]),
        VAN + THREE + 60,
    ),
    "the_second_window_of_the_day_avoids_waiting": (_two_windows(), VAN + TWO + 60),
    "a_truck_may_not_call_everywhere": (_one_way_access(), VAN + TWO + 60),
    "goods_not_worth_the_way_stay": (problem([down(1), down(4, penalty_fen=500)]), VAN + ONE + 500),
    "collecting_before_delivering_is_allowed": (_early_collection(deliveries_first=False), VAN + TWO + 60),
    "deliveries_come_first_where_the_vehicle_says_so": (
        _early_collection(deliveries_first=True),
        VAN + ONE + TWO,
    ),
    # pesticide must be first, and an hour of cleaning is paid before the food
    "cleaning_lies_between_two_trips": (
        problem(
            [down(1, commodity="pesticide", due_s=1_000), FOOD],
            conflicts=FOES,
            cleanings=(Cleaning(after="pesticide", before="food", duration_s=3_600),),
        ),
        VAN + ONE + TWO + 3_600,
    ),
    "range_sends_out_a_second_van": (
        problem([down(1, 60), down(2, 60)], [vehicle(count=2, range_m=29_999)]),
        2 * VAN + ONE + TWO,
    ),
    "range_just_long_enough": (problem([down(1, 60), down(2, 60)], [vehicle(range_m=30_000)]), VAN + ONE + TWO),
    "a_trip_ends_elsewhere": (problem([down(1)], [vehicle(end="V4", max_trips=1)]), VAN + 4 * 1_100 + 60),
    "a_van_paid_by_the_piece_stays_at_home_where_pieces_are_many": (
        problem([down(1, pieces=20)], [vehicle(), vehicle("hired", fixed_fen=0, piece_fen=1_000)]),
        VAN + ONE,
    ),
    "the_least_pay_is_good_for_some_pieces": (
        problem([down(1, pieces=4)], [vehicle("hired", fixed_fen=0, piece_fen=150, min_pay_fen=600)]),
        600 + ONE,
    ),
    # from V2 to H and back, and to V4 and back, one village among them
    "a_charge_is_enough_for_one_trip": (
        problem(
            [shipment("A", "V2", "H"), shipment("B", "V2", "V4")],
            [vehicle(depot="V2", trip_range_m=30_000)],
            depots=(Depot(place="V2", loading_s=600),),
        ),
        VAN + 8 * 1_100 + 60 + 2 * 600,
    ),
    "a_shelf_holds_no_more": (
        with_place(problem([down(1), replace(down(1), id="E1")]), "V1", shelf=(10,)),
        VAN + ONE + 1_000_000,
    ),
    "a_locked_vehicle_drives": (
        problem([down(1), down(2)], [vehicle(count=2)], locks=(Lock(shipment="D1", vehicle_type="van", number=2),)),
        VAN + TWO + 60,
    ),
    "locks_on_two_vehicles_part_what_belongs_together": (
        problem(
            [down(1), down(2)],
            [vehicle(count=2)],
            locks=tuple(Lock(shipment=f"D{k}", vehicle_type="van", number=k) for k in (1, 2)),
        ),
        2 * VAN + ONE + TWO,
    ),
    # both fit one van only on two trips, and the lock wants them on one vehicle: no second van helps
    "an_order_lock_keeps_one_vehicle": (
        problem(
            [down(1, 60), down(2, 60)],
            [vehicle(count=2, shift=TimeWindow(early_s=0, late_s=3_719))],
            locks=(Lock(shipment="D1", after="D2"),),
        ),
        VAN + TWO + 1_000_000,
    ),
    "a_locked_time_is_kept": (
        problem([down(1), down(2)], locks=(Lock(shipment="D1", window=TimeWindow(early_s=7_200, late_s=7_200)),)),
        VAN + TWO + 60,
    ),
    "one_dock_loads_one_van_at_a_time": (
        problem(
            [down(1, 60, due_s=2_400), down(2, 60, due_s=4_800)],
            [vehicle(count=2)],
            depots=(Depot(place="H", loading_s=1_800, docks=1),),
        ),
        2 * VAN + ONE + TWO + 2 * 1_800,
    ),
    "cold_goods_wait_for_room_in_the_cold_box": (
        problem(
            [down(1, 10, commodity="milk"), down(2, 10, commodity="milk")],
            [
                vehicle(
                    compartments=(
                        Compartment(id="dry", capacity=(90,), commodities=frozenset({"parcel"})),
                        Compartment(id="cold", capacity=(10,)),
                    )
                )
            ],
        ),
        VAN + ONE + TWO,
    ),
}
"""County and its optimum in fen."""


@pytest.mark.parametrize(("county", "optimum"), COUNTIES.values(), ids=COUNTIES.keys())
def test_the_optimum_of_a_county_in_which_a_rule_binds(county: Problem, optimum: int) -> None:
    """The engine finds it, and the referee accepts it."""
    assert search(county).cost.total_fen == optimum


@pytest.mark.parametrize(("county", "optimum"), COUNTIES.values(), ids=COUNTIES.keys())
def test_the_routing_model_alone_knows_the_rule(county: Problem, optimum: int) -> None:
    """Without a plan to start from and with nothing inserted by repair, its trips are the optimum's."""
    day, budget = RoutingDay(county, bundle(county)), Budget(iterations=100)
    add_rules(day)
    watch = Watch(day, budget, lambda _: None)
    search_paths(day, budget, 0, Plan(), watch)
    assert complete(county, as_drafts(day, watch.paths), insert=False).cost.total_fen == optimum


def test_goods_of_one_place_are_one_node() -> None:
    """Three brands for V1 ready together are one node, a later wave is another, a parted trip a third."""
    goods = [replace(down(1), id=f"B{i}", ready_s=3_600 * (i == 3)) for i in range(4)]
    county = problem(goods)
    assert sorted(len(n.deliver) for n in bundle(county)) == [1, 3]
    assert sorted(len(n.deliver) for n in bundle(county, {"B0": 0, "B1": 0, "B2": 1, "B3": 0})) == [1, 1, 2]


def test_a_node_fits_every_vehicle_that_may_call() -> None:
    """Four bags of 40 for vans of 100: two nodes of two."""
    county = problem(
        [replace(down(1, 40), id=f"B{i}") for i in range(4)], [vehicle(), vehicle("truck", capacity=(500,))]
    )
    assert [len(n.deliver) for n in bundle(county)] == [2, 2]


def test_goods_that_no_vehicle_holds_are_left_out_of_the_model() -> None:
    """101 into 100 will not go; the rest is planned."""
    plan = search(problem([down(1, 101), down(2)]))
    assert [u.shipment for u in plan.unserved] == ["D1"]


def test_several_nodes_of_one_place_pay_the_visit_once() -> None:
    """Two waves of one village on one trip: 60 s of visit, not 120."""
    county = problem([down(1), replace(down(1), id="E1", ready_s=3_600)])
    plan = search(county)
    assert [len(t.visits) for _, t in plan.trips()] == [1]
    assert plan.cost.total_fen == VAN + ONE


def test_the_search_starts_from_a_given_plan_and_never_returns_a_dearer_one() -> None:
    """One iteration is enough to give the optimum back."""
    county = four_village_problem()
    best = search(county)
    assert search(county, iterations=1, start=best).cost == best.cost


def test_the_same_iterations_and_seed_give_the_same_plan() -> None:
    """Counted work only: no clock plays a part."""
    goods = [down(k, 30, due_s=k * HOUR_S) for k in (1, 2, 3, 4)] + [up(k, 40) for k in (1, 3)]
    county = problem(goods, [vehicle(count=3)], depots=(Depot(place="H", loading_s=600, docks=1),))
    assert search(county, seed=5) == search(county, seed=5)


def test_the_search_stops_when_asked_and_keeps_the_best() -> None:
    """Asked at the first plan it sees."""
    county = four_village_problem()
    budget = Budget(iterations=1_000_000, should_stop=lambda: True)
    plan = OrToolsRouting().search(county, budget, 0, complete(county, {}), lambda _: None)
    assert_clean(county, plan)


def test_raises_without_any_limit() -> None:
    """Neither seconds nor iterations: E140."""
    with pytest.raises(InvalidInput, match=r"^E140 "):
        OrToolsRouting().search(four_village_problem(), Budget(), 0, None, lambda _: None)
