"""Orders become bags and shipments; large loads are split; nothing is lost."""

from __future__ import annotations

from optimizer.model import HORIZON_S, Lock, TimeWindow
from scenarios.consolidate import consolidate
from scenarios.policy import Bag, Penalties, Policy
from scenarios.scenario import Brand, Commodity, Load, OrderLock, ScenarioCompartment
from scenarios.split import shares
from tests.scenarios.small_county import order, place, scenario, van

PARCEL = Commodity(id="parcel", service_s_per_piece=2, handling_fen_per_piece=5)


def kg(amount: float) -> Load:
    """Return a load of so many kilograms."""
    return Load(load_g=round(amount * 1_000))


def test_orders_of_one_village_brand_and_commodity_ride_as_one_shipment() -> None:
    """2 + 3 pieces: 5 pieces, 10 s of handling at 2 s, 25 fen at 5, a penalty of 100,000 + 5 x 100."""
    orders = (order("1", "H", "V1", brand="a", pieces=2), order("2", "H", "V1", brand="a", pieces=3))
    goods = consolidate(scenario(orders=orders, commodities=(PARCEL,)))
    (shipment,) = goods.shipments
    assert shipment.id == "H>V1:a:parcel"
    assert (shipment.pieces, shipment.load, shipment.service_s, shipment.handling_fen) == (5, (2_000, 2_000), 10, 25)
    assert shipment.penalty_fen == 100_500
    assert goods.orders == {"H>V1:a:parcel": ("1", "2")}
    assert goods.bags == {"H>V1:a:parcel": 1}


def test_whatever_differs_in_its_rules_rides_apart() -> None:
    """Brand, village, commodity, wave, window, priority: each makes a shipment of its own."""
    brands = (Brand(id="a", waves_s=(25_200, 32_400)), Brand(id="b"))
    orders = (
        order("1", "H", "V1", brand="a"),
        order("2", "H", "V1", brand="b"),
        order("3", "H", "V2", brand="a"),
        order("4", "H", "V1", brand="a", commodity="feed"),
        order("5", "H", "V1", brand="a", wave=2),
        order("6", "H", "V1", brand="a", delivery_windows=(TimeWindow(early_s=1, late_s=2),)),
        order("7", "H", "V1", brand="a", priority="high"),
        order("8", "H", "V1", brand="a"),
    )
    goods = consolidate(scenario(orders=orders, brands=brands, commodities=(PARCEL, Commodity(id="feed"))))
    assert [len(members) for members in goods.orders.values()] == [2, 1, 1, 1, 1, 1, 1]
    assert len({s.id for s in goods.shipments}) == 7


def test_what_an_order_leaves_open_comes_from_wave_brand_commodity_and_policy() -> None:
    """Down: the second wave, no due time. Up: ready at once, due when the trunk leaves. Fresh for 2 h."""
    brands = (Brand(id="a", waves_s=(25_200, 32_400), trunk_leaves_s=57_600), Brand(id="b"))
    orders = (
        order("1", "H", "V1", brand="a", wave=2),
        order("2", "V1", "H", brand="a"),
        order("3", "H", "V1", brand="b"),
        order("4", "V1", "H", brand="b"),
        order("5", "V1", "V2", ready_s=7, due_s=8),
    )
    goods = Commodity(id="parcel", max_on_board_s=7_200)
    policy = Policy(hub_ready_s=28_800, up_due_s=59_400)
    found = consolidate(scenario(orders=orders, brands=brands, commodities=(goods,), policy=policy)).shipments
    assert [(s.ready_s, s.due_s) for s in found] == [
        (32_400, HORIZON_S),
        (0, 57_600),
        (28_800, HORIZON_S),
        (0, 59_400),
        (7, 8),
    ]
    assert {s.max_on_board_s for s in found} == {7_200}


def test_bags_are_filled_by_pieces_weight_or_volume_whichever_is_tightest() -> None:
    """70 pieces at 30 a bag are 3 bags; 70 kg at 20 are 4; a bag never holds less than a piece."""
    policy = Policy(bag=Bag(pieces=30, load_g=25_000))
    assert list(consolidate(scenario(orders=(order("1", "H", "V1", pieces=70),), policy=policy)).bags.values()) == [3]
    heavy = Commodity(id="parcel", bag_g=20_000)
    many = scenario(orders=(order("1", "H", "V1", pieces=70, load=kg(70)),), policy=policy, commodities=(heavy,))
    assert list(consolidate(many).bags.values()) == [4]
    bulky = scenario(orders=(order("1", "H", "V1", pieces=2, load=kg(90)),), policy=policy)
    assert list(consolidate(bulky).bags.values()) == [2]


def test_a_load_that_fits_is_not_split_and_one_gram_more_is() -> None:
    """The van holds 100 kg: 10 pieces of 10 kg fit; with one gram more they ride as 5 and 5."""
    fits = consolidate(scenario(orders=(order("1", "H", "V1", pieces=10, load=kg(100)),)))
    assert [s.pieces for s in fits.shipments] == [10]
    over = consolidate(scenario(orders=(order("1", "H", "V1", pieces=10, load=kg(100.001)),)))
    assert [(s.id, s.pieces, s.load[0]) for s in over.shipments] == [
        ("H>V1:-:parcel/1", 5, 50_000),
        ("H>V1:-:parcel/2", 5, 50_001),
    ]


def test_pieces_stay_whole_where_there_are_several() -> None:
    """7 pieces of 40 kg: two fit a van of 100 kg, so four parts of 2, 2, 2 and 1, in even shares."""
    goods = consolidate(scenario(orders=(order("1", "H", "V1", pieces=7, load=kg(280)),)))
    assert sorted(s.pieces for s in goods.shipments) == [1, 2, 2, 2]
    assert {s.load[0] // s.pieces for s in goods.shipments} == {40_000}


def test_a_single_large_piece_is_bulk_and_cut_by_its_load() -> None:
    """3 t of fertiliser in vans of 100 kg are 30 parts; the one piece is counted once."""
    goods = consolidate(scenario(orders=(order("1", "H", "V1", load=kg(3_000)),)))
    assert len(goods.shipments) == 30
    assert sum(s.pieces for s in goods.shipments) == 1
    assert {s.load[0] for s in goods.shipments} == {100_000}


def test_whole_orders_stay_together_before_pieces_are_parted() -> None:
    """60, 60 and 40 kg: the third rides with the first, no order is cut."""
    orders = tuple(order(str(i), "H", "V1", pieces=3, load=kg(w)) for i, w in enumerate((60, 60, 40)))
    goods = consolidate(scenario(orders=orders))
    assert list(goods.orders.values()) == [("0", "2"), ("1",)]


def test_only_vehicles_that_may_call_and_can_get_there_count() -> None:
    """The lorry holds 300 kg whole, but not at V1 (barred) nor at V2 (no road)."""
    lorry = van("lorry", compartments=(ScenarioCompartment(room=Load(load_g=300_000, load_ml=10**9)),))
    places = (place(0), place(1, vehicle_types=frozenset({"van"})), place(2), place(3))
    orders = tuple(order(v, "H", v, pieces=3, load=kg(300)) for v in ("V1", "V2", "V3"))
    day = scenario(places=places, fleet=(van(), lorry), orders=orders)
    reach = {"van": frozenset({"H", "V1", "V2", "V3"}), "lorry": frozenset({"H", "V1", "V3"})}
    counts = [s.destination for s in consolidate(day, reach).shipments]
    assert [counts.count(v) for v in ("V1", "V2", "V3")] == [3, 3, 1]


def test_what_no_vehicle_can_hold_stays_whole_for_the_plan_to_say_so() -> None:
    """The only compartment is for other goods."""
    fleet = (van(compartments=(ScenarioCompartment(room=kg(5), commodities=frozenset({"parcel"})),)),)
    commodities = (Commodity(id="parcel"), Commodity(id="feed"))
    day = scenario(fleet=fleet, commodities=commodities, orders=(order("1", "H", "V1", commodity="feed", load=kg(50)),))
    assert [s.load[0] for s in consolidate(day).shipments] == [50_000]


def test_only_binding_load_dimensions_split() -> None:
    """2,000 L in a van of 1,000 L: two parts if litres bind, one if only kilograms do."""
    orders = (order("1", "H", "V1", pieces=2, load=Load(load_g=10, load_ml=2_000_000)),)
    assert len(consolidate(scenario(orders=orders)).shipments) == 2
    weight_only = scenario(orders=orders, policy=Policy(load_dimensions=("load_g",)))
    assert [s.load for s in consolidate(weight_only).shipments] == [(10,)]


def test_a_penalty_of_its_own_keeps_an_order_apart_and_is_shared_by_its_parts() -> None:
    """7 fen over two equal parts: 3 and 4; the other order has its priority's."""
    orders = (order("1", "H", "V1", pieces=2, load=kg(200), penalty_fen=7), order("2", "H", "V1", priority="low"))
    policy = Policy(penalties_fen=Penalties(low=50), penalty_fen_per_piece=1)
    assert [s.penalty_fen for s in consolidate(scenario(orders=orders, policy=policy)).shipments] == [3, 4, 51]


def test_a_lock_binds_every_part_of_its_order_after_every_part_of_the_other() -> None:
    """Order 2 in two parts, after order 1 in two parts, on van 1: each part has both predecessors."""
    orders = (order("1", "H", "V1", pieces=2, load=kg(200)), order("2", "H", "V2", pieces=2, load=kg(200)))
    lock = OrderLock(order="2", vehicle_type="van", number=1, after="1")
    found = consolidate(scenario(orders=orders, locks=(lock,))).locks
    first = [Lock(shipment=f"H>V2:-:parcel/{i}", vehicle_type="van", number=1, after="H>V1:-:parcel/1") for i in (1, 2)]
    rest = [Lock(shipment=f"H>V2:-:parcel/{i}", after="H>V1:-:parcel/2") for i in (1, 2)]
    assert sorted(found, key=str) == sorted([*first, *rest], key=str)


def test_a_locked_order_is_not_mixed_with_others() -> None:
    """Same village and brand, but only one of them is bound to a van."""
    orders = (order("1", "H", "V1"), order("2", "H", "V1"))
    goods = consolidate(scenario(orders=orders, locks=(OrderLock(order="2", vehicle_type="van"),)))
    assert list(goods.orders.items()) == [("H>V1:-:parcel", ("1",)), ("H>V1:-:parcel~2", ("2",))]


def test_shares_are_whole_and_sum_to_the_amount() -> None:
    """10 over 3 equal weights: 3, 3, 4; nothing over any weights is nothing."""
    assert shares(10, [1, 1, 1]) == [3, 3, 4]
    assert shares(0, [5, 1]) == [0, 0]
    assert shares(7, [2, 5]) == [2, 5]


def test_no_orders_give_no_shipments() -> None:
    """An empty day."""
    assert consolidate(scenario()).shipments == ()
