"""A scenario is consistent by construction, equal by content, and knows its depots."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise

import pytest

from scenarios.errors import InvalidInput
from scenarios.relations import Item, find_faults, parts_of
from scenarios.scenario import Brand, Commodity, Load, OrderLock, Roads, ScenarioCompartment, Text
from tests.scenarios.small_county import order, place, scenario, van


def codes(**changes: object) -> list[str]:
    """Return the codes of the faults that a scenario with these changes is refused for."""
    with pytest.raises(InvalidInput, match=r"^E300 ") as caught:
        scenario(**changes)
    return [fault.code for fault in caught.value.faults]


def test_every_reference_must_lead_somewhere() -> None:
    """One order with an unknown origin, destination and commodity is refused three times over."""
    assert codes(orders=(order("1", "X", "Y", commodity="Z"),)) == ["E321", "E321", "E321"]


def test_an_order_that_goes_nowhere_is_refused() -> None:
    """From V1 to V1."""
    assert codes(orders=(order("1", "V1", "V1"),)) == ["E323"]


def test_an_order_due_before_it_is_ready_is_refused() -> None:
    """Ready at 10:00, due at 09:59:59; due at 10:00 will do."""
    assert codes(orders=(order("1", "H", "V1", ready_s=36_000, due_s=35_999),)) == ["E334"]
    scenario(orders=(order("1", "H", "V1", ready_s=36_000, due_s=36_000),))


def test_locks_that_wait_for_each_other_are_refused_once() -> None:
    """1 after 2 after 3 after 1: one knot, one fault that shows it."""
    orders = tuple(order(i, "H", "V1") for i in "123")
    locks = tuple(OrderLock(order=a, after=b) for a, b in ("12", "23", "31"))
    with pytest.raises(InvalidInput) as caught:
        scenario(orders=orders, locks=locks)
    assert [(f.code, f.value) for f in caught.value.faults] == [("E322", "1 > 2 > 3 > 1")]


def test_a_long_row_of_locks_is_gone_through_once() -> None:
    """2,000 orders, each after the next: names are compared a few times each.

    Past cost: each with all before it, two million times; a file of 50,000 locks took half a minute.
    """
    compared = 0

    class Name(str):
        """An id that counts how often it is compared."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    names = [Name(n) for n in range(2_001)]
    locks = tuple(OrderLock(order=a, after=b) for a, b in pairwise(names))
    items = tuple(Item(thing=lock, ident=None, file="locks.csv", row=2) for lock in locks)
    parts = {**parts_of(scenario()), "locks": items}
    assert {fault.code for fault in find_faults(parts, None)} == {"E321"}, "nobody has ordered them"
    assert compared < 20 * len(names)


def test_stations_that_serve_each_other_are_refused() -> None:
    """V1 is served from V2 and V2 from V1."""
    assert codes(places=(place(0), place(1, station="V2"), place(2, station="V1"))) == ["E322"]


def test_several_orders_may_wait_for_the_same_one() -> None:
    """A fork is not a cycle."""
    orders = tuple(order(i, "H", "V1") for i in "123")
    scenario(orders=orders, locks=(OrderLock(order="2", after="1"), OrderLock(order="3", after="1")))


def test_a_lock_may_only_name_a_vehicle_that_there_is() -> None:
    """Two vans: numbers 1 and 2 exist, 3 does not, and a number needs a type."""
    orders, fleet = (order("1", "H", "V1"),), (van(count=2),)
    scenario(orders=orders, fleet=fleet, locks=(OrderLock(order="1", vehicle_type="van", number=2),))
    assert codes(orders=orders, fleet=fleet, locks=(OrderLock(order="1", vehicle_type="van", number=3),)) == ["E333"]
    assert codes(orders=orders, fleet=fleet, locks=(OrderLock(order="1", number=1),)) == ["E333"]


def test_a_wave_must_be_one_of_the_brand() -> None:
    """A brand with two waves has no third."""
    brands = (Brand(id="ZTO", waves_s=(25_200, 32_400)),)
    scenario(brands=brands, orders=(order("1", "H", "V1", brand="ZTO", wave=2),))
    assert codes(brands=brands, orders=(order("1", "H", "V1", brand="ZTO", wave=3),)) == ["E312"]


def test_brands_need_no_table_but_if_there_is_one_it_is_complete() -> None:
    """Without a table any name will do."""
    scenario(orders=(order("1", "H", "V1", brand="ZTO"),))
    assert codes(brands=(Brand(id="YTO"),), orders=(order("1", "H", "V1", brand="ZTO"),)) == ["E321"]


@pytest.mark.parametrize(
    ("goods", "is_refused"),
    [
        ({"toxicity": "slight"}, False),
        ({"toxicity": "low"}, False),
        ({"toxicity": "high"}, True),
        ({"is_dangerous": True}, True),
        ({"toxicity": "medium"}, True),
        ({"toxicity": "medium", "inner_pack_g": 5_000, "package_g": 30_000, "is_marked": True}, False),
        ({"toxicity": "medium", "inner_pack_ml": 5_001, "package_g": 30_000, "is_marked": True}, True),
        ({"toxicity": "medium", "inner_pack_g": 5_000, "package_g": 30_001, "is_marked": True}, True),
        ({"toxicity": "medium", "inner_pack_g": 5_000, "package_g": 30_000, "is_marked": False}, True),
    ],
)
def test_dangerous_goods_are_refused_and_small_marked_packs_are_not(goods: dict[str, object], is_refused: bool) -> None:
    """Low toxicity is ordinary; medium is in packs of 5 kg or 5 L and marked packages of 30 kg; high never is."""
    commodities = (Commodity(id="p", goods_class="pesticide", **goods),)  # type: ignore[arg-type]
    if is_refused:
        assert codes(commodities=commodities) == ["E330"]
    else:
        scenario(commodities=commodities)


def test_no_vehicle_may_hold_more_than_eight_tonnes_of_limited_quantities() -> None:
    """8,000 kg pass, one gram more does not; a compartment closed to them does not count."""
    goods = (Commodity(id="p", is_limited_quantity=True),)
    full = ScenarioCompartment(room=Load(load_g=8_000_000))
    other = ScenarioCompartment(id="b", room=Load(load_g=1), commodities=frozenset({"parcel"}))
    parcels = (*goods, Commodity(id="parcel"))
    scenario(commodities=parcels, fleet=(van(compartments=(full, other)),))
    more = replace(other, commodities=None)
    assert codes(commodities=parcels, fleet=(van(compartments=(full, more)),)) == ["E331"]


def test_a_place_at_the_other_end_of_the_world_is_refused() -> None:
    """One degree of latitude is 111 km: 4 degrees away is far, 5 is refused (limit 500 km)."""
    scenario(places=(place(0), place(1), place(2), place(3, lat=34.0)))
    assert codes(places=(place(0), place(1), place(2), place(3, lat=35.0))) == ["E326"]


def test_swapped_coordinates_are_recognised() -> None:
    """Latitude 110 cannot be; a pair that only makes sense the other way round is swapped, too."""
    assert codes(places=(place(0), place(1), place(2, lon=30.0, lat=110.2))) == ["E325"]
    west = [place(rank, lon=80.0 + rank / 10, lat=42.0) for rank in range(3)]
    assert codes(places=(*west, place(3, lon=42.0, lat=80.3))) == ["E325"]


def test_roads_come_from_a_file_or_from_a_recipe_never_from_both() -> None:
    """Neither is as wrong as both."""
    assert codes(roads=Roads()) == ["E337"]
    assert codes(roads=Roads(file="a.gpkg", terrain="plain", townships=1, villages=1)) == ["E337"]
    scenario(roads=Roads(file="a.gpkg"))


def test_a_county_needs_a_hub() -> None:
    """Villages alone are no county."""
    assert codes(places=(place(1), place(2)), fleet=()) == ["E327"]


def test_counts_are_never_negative_and_an_order_has_at_least_one_piece() -> None:
    """Made by hand, without a reader to refuse them."""
    assert codes(orders=(order("1", "H", "V1", pieces=0),)) == ["E339"]
    assert codes(orders=(order("1", "H", "V1", ready_s=-1),)) == ["E339"]
    assert codes(orders=(order("1", "H", "V1", priority="urgent"),)) == ["E339"]


def test_references_that_must_be_there_may_not_be_empty() -> None:
    """No commodity is a fault, no brand is none; a set of allowed vehicles is not empty."""
    assert codes(orders=(order("1", "H", "V1", commodity=""),)) == ["E321"]
    assert codes(places=(place(0), place(1, vehicle_types=frozenset()))) == ["E339"]
    scenario(orders=(order("1", "H", "V1", brand=""),))


def test_a_depot_is_a_hub_or_the_home_of_a_vehicle() -> None:
    """V2 becomes a depot when a van lives there."""
    assert [p.id for p in scenario().depots] == ["H"]
    assert [p.id for p in scenario(fleet=(van(), van("local", depot="V2"))).depots] == ["H", "V2"]


def test_the_digest_follows_the_content_and_nothing_else() -> None:
    """Notes and the folder are not part of a scenario's identity; one gram is."""
    one = scenario(orders=(order("1", "H", "V1"),))
    same = replace(one, notes=(Text("甲", "a"),))
    other = replace(one, orders=(order("1", "H", "V1", load=Load(load_g=1_001, load_ml=1_000)),))
    assert one == same
    assert one.digest == same.digest == pickle.loads(pickle.dumps(one)).digest  # noqa: S301 - our own bytes
    assert one.digest != other.digest
