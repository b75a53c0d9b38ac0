"""Vehicles that are hired by the piece, end elsewhere or fly on one charge: where that binds, and what the day then is.

On the road of ``tests.helpers`` a step is 500 fen of distance and 600 fen of time, a visit to a village 60 fen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from optimizer.bounds import lower_bound_fen
from optimizer.engines.sayable import is_sayable
from optimizer.errors import InvalidInput
from optimizer.explain import explain
from optimizer.model import Depot, TimeWindow
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from tests.helpers import (
    HOUR_S,
    assert_clean,
    down,
    problem,
    rules,
    searched,
    shipment,
    up,
    vehicle,
    with_place,
    with_vehicle,
)
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.model import VehicleType
    from optimizer.problem import Problem


class Case(NamedTuple):
    """A county, its optimum by hand in fen, the same without the rule, and what the referee calls the rule."""

    county: Problem
    fen: int
    free: Problem
    rule: str


def hired(**changes: Any) -> VehicleType:
    """Return a villager's van that costs nothing but its way and its pay."""
    return vehicle("hired", **{"fixed_fen": 0, **changes})


def at_home(*goods: Any, **changes: Any) -> Problem:
    """Return a county with a hub van and a villager's van that lives at V4 and asks for 1,000 at least."""
    own = hired(**{"depot": "V4", "min_pay_fen": 1_000, "max_trips": 1, **changes})
    return problem(goods, [vehicle(), own], depots=(Depot(place="H"), Depot(place="V4")))


def cases() -> dict[str, Case]:
    """Return every case by name."""
    ends = problem([down(1)], [vehicle(end="V4", max_trips=1)])
    closed = with_place(ends, "V4", windows=(TimeWindow(early_s=2 * HOUR_S, late_s=3 * HOUR_S),))
    closed = replace(closed, shipments=(replace(down(1), due_s=2_000),))
    back = problem([up(1)], [vehicle(end="V4", max_trips=1)])
    dear = problem([down(1, pieces=20)], [vehicle(), hired(piece_fen=1_000)])
    least = problem([down(1)], [vehicle(), hired(min_pay_fen=15_000)])
    goods = [shipment("A", "V2", "H"), shipment("B", "V2", "V4")]
    depots = (Depot(place="V2", loading_s=600),)
    two = problem(goods, [vehicle(depot="V2", trip_range_m=30_000)], depots=depots)
    return {
        # H, V1 and on to V4: 4 steps; home again only 2
        "a trip that ends elsewhere": Case(ends, 10_000 + 4_400 + 60, with_vehicle(ends, end=""), "end_place"),
        # at V1 by 2,000 s and at V4 not before 7,200 s: it waits at V1, loaded at 1,400 s: 5,800 s and 20 km
        "the hours of the end": Case(
            closed, 10_000 + 2_000 + 5_800, with_place(closed, "V4", windows=()), "return_window"
        ),
        # H, V1, H, V4: 6 steps, for the goods of the hub are put down there
        "goods for the hub": Case(back, 10_000 + 6_600 + 60, with_vehicle(back, end=""), "end_place"),
        # 20 pieces at 1,000 are dearer than a van of 10,000
        "pay by the piece": Case(dear, 10_000 + 2_200 + 60, with_vehicle(dear, "hired", piece_fen=0), "cost"),
        "least pay": Case(least, 10_000 + 2_200 + 60, with_vehicle(least, "hired", min_pay_fen=0), "cost"),
        # from V2 to H and back, and to V4 and back: 20 km a charge, 8 steps, loaded twice for 600 s, one village
        "one charge a trip": Case(two, 10_000 + 8_800 + 1_200 + 60, with_vehicle(two, trip_range_m=None), "trip_range"),
    }


CASES = cases()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_found_and_the_cheaper_plan_refused(name: str) -> None:
    """With the rule search and oracle reach what a hand has counted; the cheaper plan without it breaks that rule."""
    case = CASES[name]
    free = cheapest_plan(case.free)
    assert free.cost.total_fen < case.fen
    assert case.rule in rules(case.county, free)
    assert searched(case.county).cost.total_fen == case.fen == cheapest_plan(case.county).cost.total_fen


@pytest.mark.parametrize("name", CASES)
def test_no_plan_is_cheaper_than_the_bound(name: str) -> None:
    """The optimum by hand, and the oracle's without the rule, are never below the bound."""
    case = CASES[name]
    assert 0 < lower_bound_fen(case.county) <= case.fen
    assert lower_bound_fen(case.free) <= cheapest_plan(case.free).cost.total_fen


@pytest.mark.parametrize("name", CASES)
def test_insertion_keeps_the_rule_too(name: str) -> None:
    """Greedy insertion serves everything in a plan that the referee accepts."""
    county = CASES[name].county
    made = complete(county, {})
    assert_clean(county, made)
    assert made.unserved == ()


@pytest.mark.slow
@pytest.mark.parametrize("pieces", [(1, 1), (4, 1), (4, 4)])
def test_the_pay_divides_the_goods_as_the_oracle_does(pieces: tuple[int, int]) -> None:
    """Least pay 600, 150 a piece: up to 4 pieces are no dearer than one; search and oracle weigh that alike."""
    vans = [vehicle(fixed_fen=700, max_trips=1), hired(piece_fen=150, min_pay_fen=600, max_trips=1)]
    county = problem([down(1, pieces=pieces[0]), down(3, pieces=pieces[1])], vans)
    best = cheapest_plan(county).cost.total_fen
    assert lower_bound_fen(county) <= best == searched(county).cost.total_fen


@pytest.mark.slow
def test_a_villagers_van_takes_goods_to_the_hub_and_others_from_it_on_one_trip() -> None:
    """V4, V3, H, V2, V4 is 8 steps with two visits and 1,000 of pay: 9,920; the hub's own van asks 16,720."""
    county = at_home(up(3), down(2))
    best = searched(county)
    assert [(r.vehicle_type, [v.place for v in r.trips[0].visits]) for r in best.routes] == [
        ("hired", ["V3", "H", "V2"])
    ]
    assert best.cost.total_fen == 8_800 + 120 + 1_000 == cheapest_plan(county).cost.total_fen


@pytest.mark.slow
def test_goods_of_one_place_in_both_directions_ride_with_a_guest() -> None:
    """V4, V2, H, V2, V4: 8 steps, two visits at V2: 9,920; its own parcel for the hub rides along at no cost."""
    county = at_home(up(2), down(2), shipment("own", "V4", "H"))
    best = searched(county)
    assert best.cost.total_fen == 8_800 + 120 + 1_000 == cheapest_plan(county).cost.total_fen


def test_where_only_a_guest_may_call_insertion_takes_it() -> None:
    """V3 admits the villager's van alone: V4, H, V3, V4 is 8 steps and one visit."""
    county = with_place(at_home(down(3)), "V3", vehicle_types=frozenset({"hired"}))
    made = complete(county, {})
    assert_clean(county, made)
    assert made.cost.total_fen == 8_800 + 60 + 1_000


def test_what_a_stations_own_van_cannot_take_the_van_of_the_hub_collects() -> None:
    """V4's van takes one of two loads on its only trip; the hub's van fetches the other."""
    small = vehicle("small", depot="V4", capacity=(10,), max_trips=1)
    depots = (Depot(place="H"), Depot(place="V4"))
    county = problem([shipment("A", "V4", "H"), shipment("B", "V4", "H")], [vehicle(), small], depots=depots)
    made = complete(county, {})
    assert_clean(county, made)
    assert made.unserved == ()
    assert {r.vehicle for r in made.routes} == {"van#1", "small#1"}


def test_goods_are_not_left_at_an_end_that_is_no_depot() -> None:
    """Left on board at V4 they would have been handed to nobody: a visit is needed."""
    county = problem([shipment("A", "V1", "V4")], [vehicle(end="V4", max_trips=1)])
    best = complete(county, {})
    (trip,) = best.routes[0].trips
    left = replace(trip, visits=trip.visits[:1], return_s=trip.return_s - 60)
    assert [v.place for v in trip.visits] == ["V1", "V4"]
    assert "wrong_destination" in rules(county, replace(best, routes=(replace(best.routes[0], trips=(left,)),)))


@pytest.mark.parametrize("max_trips", [None, 2])
def test_raises_when_a_vehicle_that_ends_elsewhere_may_go_twice(max_trips: int | None) -> None:
    """From V4 there is no second trip from H: E134."""
    with pytest.raises(InvalidInput, match=r"^E134 "):
        vehicle(end="V4", max_trips=max_trips)


def test_raises_when_the_end_is_unknown() -> None:
    """V9 is no place of this county: E121."""
    with pytest.raises(InvalidInput, match=r"^E121 .*V9"):
        problem([down(1)], [vehicle(end="V9", max_trips=1)])


@pytest.mark.parametrize(
    "changes", [{"piece_fen": 1}, {"min_pay_fen": 1}, {"end": "V4", "max_trips": 1}, {"trip_range_m": 90_000}]
)
def test_pyvrp_is_not_told_what_it_cannot_say(changes: dict[str, Any]) -> None:
    """Each of the four is enough to keep the whole problem from PyVRP."""
    plain = problem([down(1)])
    assert is_sayable(plain)
    assert not is_sayable(with_vehicle(plain, **changes))


def test_pyvrp_is_not_told_of_guests() -> None:
    """A van whose home no goods start from or end at can carry nothing there."""
    county = at_home(down(1), min_pay_fen=0)
    assert not is_sayable(county)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"trip_range_m": 39_999}, "U117"), ({"end": "V1", "max_trips": 1, "range_m": 34_999}, "U117")],
)
def test_why_goods_stay_behind_is_told_of_such_vehicles_too(changes: dict[str, Any], reason: str) -> None:
    """V4 is 40 km there and back, and 35 km there and to V1: one metre is missing."""
    county = problem([down(4)], [vehicle(**changes)])
    (left,) = explain(county, complete(county, {})).unserved
    assert left.reason == reason
    assert left.numbers["needed_m"] == left.numbers["range_m"] + 1  # type: ignore[operator]  # metres


def test_goods_put_down_at_home_on_the_way_do_not_bind_the_return() -> None:
    """U1 reaches H at 1,260 s, just in time; the van comes home from V2 at 3,720 s without it."""
    county = problem([up(1, due_s=1_260), down(2)])
    visits = VisitDraft(place="V1", collect=("U1",)), VisitDraft(place="H", deliver=("U1",)), VisitDraft(place="V2")
    on_the_way = TripDraft(visits=(*visits[:2], replace(visits[2], deliver=("D2",))))
    at_the_end = TripDraft(visits=(visits[0], replace(visits[2], deliver=("D2",))))
    route = schedule_route(county, "van", 1, [on_the_way])
    assert route is not None
    assert route.trips[0].return_s == 3_720
    assert schedule_route(county, "van", 1, [at_the_end]) is None
