"""Referee, loads: capacities, stowage, sealed walls, deliveries first and shelves, each on both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.check import Violation, check
from optimizer.model import Compartment, Conflict, Shipment
from tests.helpers import Call, down, plan, problem, route, rules, run, shipment, up, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


def one_trip(county: Problem, *calls: Call, **changes: object) -> Plan:
    """Return the plan of one van on one trip."""
    return plan(county, route(run(county, *calls, **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("capacity", "broken"), [(70, []), (69, ["capacity"])])
def test_what_is_delivered_is_on_board_from_the_start(capacity: int, broken: list[str]) -> None:
    """30 + 40 leave the depot together."""
    county = problem([down(1, 30), down(2, 40)], [vehicle(capacity=(capacity,))])
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", ("D2",)))) == broken


@pytest.mark.parametrize(("capacity", "broken"), [(70, []), (69, ["capacity"])])
def test_what_is_collected_is_on_board_to_the_end(capacity: int, broken: list[str]) -> None:
    """30 + 40 come back together; going out the vehicle is empty."""
    county = problem([up(1, 30), up(2, 40)], [vehicle(capacity=(capacity,))])
    assert rules(county, one_trip(county, Call("V2", (), ("U2",)), Call("V1", (), ("U1",)))) == broken


@pytest.mark.parametrize(("capacity", "broken"), [(60, []), (59, ["capacity"])])
def test_the_fullest_leg_counts_not_the_sum(capacity: int, broken: list[str]) -> None:
    """50 out; V1 takes 20 and gives 30: 60 on the leg V1-V2; V2 takes the other 30: 30 home."""
    county = problem([down(1, 20), down(2, 30), up(1, 30)], [vehicle(capacity=(capacity,))])
    assert rules(county, one_trip(county, Call("V1", ("D1",), ("U1",)), Call("V2", ("D2",)))) == broken


def test_a_capacity_violation_names_the_worst_leg() -> None:
    """60 of 55 on leaving V1 at 660; the 50 leaving H would have fitted."""
    county = problem([down(1, 20), down(2, 30), up(1, 30)], [vehicle(capacity=(55,))])
    found = check(county, one_trip(county, Call("V1", ("D1",), ("U1",)), Call("V2", ("D2",))))
    assert found == (
        Violation(rule="capacity", vehicle="van#1", place="V1", time_s=660, amount=60, limit=55, detail="box/load_g"),
    )


@pytest.mark.parametrize(("capacity", "broken"), [(50, []), (49, ["capacity"])])
def test_a_local_shipment_is_on_board_between_its_places_only(capacity: int, broken: list[str]) -> None:
    """30 from V1 to V2 and 20 for V3: 50 between V1 and V2, 20 before and after; U3's 50 comes on afterwards."""
    county = problem([shipment("L", "V1", "V2", 30), down(3, 20), up(3, 50)], [vehicle(capacity=(capacity,))])
    calls = Call("V1", (), ("L",)), Call("V2", ("L",)), Call("V3", ("D3",), ("U3",))
    assert rules(county, one_trip(county, *calls)) == broken


@pytest.mark.parametrize(("litres", "broken"), [(9, []), (8, ["capacity"])])
def test_every_load_dimension_binds(litres: int, broken: list[str]) -> None:
    """20 of 100 g but 9 ml."""
    county = problem([down(1, (20, 9))], [vehicle(capacity=(100, litres))], load_dimensions=("load_g", "volume_ml"))
    assert rules(county, one_trip(county, Call("V1", ("D1",)))) == broken


def two_boxes(*, sealed: bool = True, cold: int = 30) -> Compartment:
    """Return the smaller, cold compartment of the two-compartment van."""
    return Compartment(id="cold", capacity=(cold,), commodities=frozenset({"produce"}), sealed=sealed)


def boxed_county(goods: list[Shipment], *, sealed: bool = True, cold: int = 30, **changes: object) -> Problem:
    """Return a day with a van of a box of 50 for anything and a cold compartment for produce only."""
    van = vehicle(compartments=(Compartment(capacity=(50,)), two_boxes(sealed=sealed, cold=cold)))
    return problem(goods, [van], **changes)


@pytest.mark.parametrize(("cold", "broken"), [(30, []), (29, ["capacity"])])
def test_each_compartment_has_a_capacity_of_its_own(cold: int, broken: list[str]) -> None:
    """30 in the cold compartment, 10 in a box of 50: room elsewhere does not help."""
    county = boxed_county([down(1, 10), down(2, 30, commodity="produce")], cold=cold)
    stowage = (("D1", "box"), ("D2", "cold"))
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", ("D2",)), stowage=stowage)) == broken


@pytest.mark.parametrize(
    ("stowage", "broken"),
    [
        ((("D1", "box"), ("D2", "cold")), []),
        ((("D1", "box"),), ["stowage_missing"]),
        ((("D1", "box"), ("D2", "attic")), ["stowage_unknown", "stowage_missing"]),
        ((("D1", "box"), ("D2", "cold"), ("D3", "box")), ["stowage_unknown"]),
        ((("D1", "box"), ("D2", "box"), ("D2", "cold")), ["stowage_unknown"]),
        ((("D1", "cold"), ("D2", "cold")), ["stowage_commodity"]),
    ],
)
def test_stowage_is_complete_and_names_what_is_there(stowage: tuple[tuple[str, str], ...], broken: list[str]) -> None:
    """D1 is parcels, D2 produce, D3 is not on board; the cold compartment takes produce only."""
    county = boxed_county([down(1, 10), down(2, 10, commodity="produce"), down(3, 10)])
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", ("D2",)), stowage=stowage)) == broken


def test_the_only_compartment_needs_no_stowage_but_keeps_its_commodities() -> None:
    """A cold van carries produce unstowed, and no parcels."""
    van = vehicle(compartments=(two_boxes(),))
    for commodity, broken in (("produce", []), ("parcel", ["stowage_commodity"])):
        county = problem([down(1, commodity=commodity)], [van])
        assert rules(county, one_trip(county, Call("V1", ("D1",)))) == broken


@pytest.mark.parametrize(
    ("sealed", "sealed_ok", "place_of_d1", "broken"),
    [
        (True, True, "box", []),
        (False, True, "box", ["conflict"]),  # two compartments, no sealed wall
        (True, False, "box", ["conflict"]),  # these may not ride on one trip at all
        (True, True, "cold", ["stowage_commodity", "conflict"]),  # the same compartment
    ],
)
def test_goods_that_may_not_meet_are_parted_by_a_sealed_wall(
    sealed: bool, sealed_ok: bool, place_of_d1: str, broken: list[str]
) -> None:
    """Pesticide D1 and produce D2 ride on one trip, though never at the same moment of handing over."""
    goods = [down(1, commodity="pesticide"), down(2, commodity="produce")]
    conflict = Conflict(first="produce", second="pesticide", sealed_ok=sealed_ok)
    county = boxed_county(goods, sealed=sealed, conflicts=(conflict,))
    stowage = (("D1", place_of_d1), ("D2", "cold"))
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", ("D2",)), stowage=stowage)) == broken


def test_goods_that_may_not_meet_share_no_trip_even_if_never_on_board_together() -> None:
    """Pesticide leaves at V1 before produce comes on at V2; on two trips they are no concern of this rule."""
    goods = [down(1, commodity="pesticide"), up(2, commodity="produce")]
    county = problem(goods, conflicts=(Conflict(first="pesticide", second="produce"),))
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", (), ("U2",)))) == ["conflict"]

    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", (), ("U2",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == []


def test_a_commodity_that_may_not_meet_itself_rides_one_shipment_a_trip() -> None:
    """Two live loads on one trip are a conflict, one is none."""
    county = problem(
        [down(1, commodity="bees"), down(2, commodity="bees")], conflicts=(Conflict(first="bees", second="bees"),)
    )
    assert rules(county, one_trip(county, Call("V1", ("D1",)))) == []
    assert rules(county, one_trip(county, Call("V1", ("D1",)), Call("V2", ("D2",)))) == ["conflict"]


@pytest.mark.parametrize(
    ("calls", "broken"),
    [
        ((Call("V1", ("D1",)), Call("V2", ("D2",), ("U2",)), Call("V1", (), ("U1",))), []),
        ((Call("V1", ("D1",), ("U1",)), Call("V2", ("D2",), ("U2",))), ["deliveries_first"]),
    ],
)
def test_a_vehicle_loaded_from_behind_delivers_before_it_collects(calls: tuple[Call, ...], broken: list[str]) -> None:
    """At the last delivery one may collect as well; before it one may not."""
    county = problem([down(1), down(2), up(1), up(2)], [vehicle(deliveries_first=True)])
    assert rules(county, one_trip(county, *calls)) == broken


def test_deliveries_first_holds_within_each_trip() -> None:
    """Collecting on the first trip and delivering on the second is fine."""
    county = problem([up(1), down(2)], [vehicle(deliveries_first=True)])
    first = run(county, Call("V1", (), ("U1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == []


@pytest.mark.parametrize(("shelf", "broken"), [(50, []), (49, ["shelf"])])
def test_a_shelf_holds_all_that_is_delivered_in_the_day(shelf: int, broken: list[str]) -> None:
    """20 with the first trip and 30 with the second; what is collected makes no room."""
    goods = [down(1, 20), shipment("E1", "H", "V1", 30), up(1, 40)]
    county = with_place(problem(goods), "V1", shelf=(shelf,))
    first = run(county, Call("V1", ("D1",), ("U1",)))
    second = run(county, Call("V1", ("E1",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == broken


def test_a_shelf_at_the_depot_counts_what_comes_back() -> None:
    """U1 is delivered to the hub by the return of the trip: 10 on a shelf of 9."""
    county = problem([up(1)])
    for shelf, broken in (((10,), []), ((9,), ["shelf"])):
        tight = with_place(county, "H", shelf=shelf)
        assert rules(tight, one_trip(tight, Call("V1", (), ("U1",)))) == broken


def test_an_empty_shelf_means_no_limit_and_a_shelf_of_zero_means_nothing() -> None:
    """The difference between () and (0,)."""
    county = problem([down(1)])
    trip = one_trip(county, Call("V1", ("D1",)))
    assert rules(county, trip) == []
    assert rules(with_place(county, "V1", shelf=(0,)), trip) == ["shelf"]


def test_relaxed_county_accepts_what_the_tight_one_refuses() -> None:
    """The same plan, 10 g on a van of 9 and of 10."""
    county = problem([down(1)], [vehicle(capacity=(10,))])
    trip = one_trip(county, Call("V1", ("D1",)))
    tight = replace(county, vehicle_types=(vehicle(capacity=(9,)),))
    assert (rules(county, trip), rules(tight, trip)) == ([], ["capacity"])
