"""Referee, coverage: what a plan names exists, and everything is carried once from and to where it belongs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.plan import Plan, Route, Unserved
from tests.helpers import Call, down, plan, problem, route, rules, run, shipment, up, vehicle

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.problem import Problem


def four(county: Problem) -> Plan:
    """Return the clean plan that carries D1 and U2 on one trip and leaves D3 unserved."""
    return plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", (), ("U2",)))))


COUNTY = problem([down(1), up(2), down(3)])


def test_a_clean_plan_has_no_violations() -> None:
    """D1 and U2 carried, D3 listed."""
    assert check(COUNTY, four(COUNTY)) == ()


def test_an_empty_plan_of_an_empty_problem_is_clean() -> None:
    """Nothing to do, nothing done, no cost."""
    assert check(problem([]), Plan()) == ()


def test_a_shipment_that_is_neither_carried_nor_listed_is_missed() -> None:
    """D3 is dropped from the list."""
    judged = replace(four(COUNTY), unserved=(), cost=replace(four(COUNTY).cost, penalty_fen=0))
    assert [(v.rule, v.shipment) for v in check(COUNTY, judged)] == [("not_served", "D3")]


def test_a_shipment_listed_twice_is_named_once_with_the_count() -> None:
    """D3 twice; the penalty counts twice as well, as stated."""
    clean = four(COUNTY)
    judged = replace(clean, unserved=clean.unserved * 2, cost=replace(clean.cost, penalty_fen=2_000_000))
    assert [(v.rule, v.shipment, v.amount) for v in check(COUNTY, judged)] == [("listed_twice", "D3", 2)]


def test_a_shipment_both_carried_and_listed_is_named() -> None:
    """D1 is on board and on the list."""
    clean = four(COUNTY)
    listed = (*clean.unserved, Unserved(shipment="D1", reason="U100"))
    judged = replace(clean, unserved=listed, cost=replace(clean.cost, penalty_fen=2_000_000))
    assert [(v.rule, v.shipment) for v in check(COUNTY, judged)] == [("served_and_listed", "D1")]


def test_a_shipment_carried_on_two_trips_is_named() -> None:
    """D1 goes out at 0 and again at 5,000."""
    county = problem([down(1)])
    first, second = (run(county, Call("V1", ("D1",)), load_start_s=at) for at in (0, 5_000))
    assert rules(county, plan(county, route(first, second))) == ["served_twice"]


def test_a_shipment_handed_over_twice_on_one_trip_is_named_at_both_visits() -> None:
    """V1 is called at twice, with D1 each time."""
    county = problem([down(1)])
    judged = plan(county, route(run(county, Call("V1", ("D1",)), Call("V1", ("D1",)))))
    found = check(county, judged)
    assert [(v.rule, v.time_s, v.amount) for v in found] == [("mentioned_twice", 600, 2), ("mentioned_twice", 660, 2)]


@pytest.mark.parametrize(
    ("goods", "call", "broken"),
    [
        (down(1), Call("V1", ("D1",)), []),
        (down(1), Call("V2", ("D1",)), ["wrong_destination"]),
        (down(1), Call("V1", (), ("D1",)), ["wrong_origin", "wrong_destination"]),
        (up(1), Call("V1", (), ("U1",)), []),
        (up(1), Call("V2", (), ("U1",)), ["wrong_origin"]),
        (up(1), Call("V1", ("U1",)), ["wrong_origin", "wrong_destination"]),
    ],
)
def test_goods_are_loaded_at_their_origin_and_handed_over_at_their_destination(
    goods: Shipment, call: Call, broken: list[str]
) -> None:
    """Loaded at the visit that collects, or at the depot; handed over at the visit that delivers, or at the depot."""
    county = problem([goods])
    assert rules(county, plan(county, route(run(county, call)))) == broken


def test_a_local_shipment_is_collected_before_it_is_delivered() -> None:
    """V1 to V2; the other way round it is handed over before it is on board, and named with the place and time."""
    county = problem([shipment("L", "V1", "V2")])
    there, back = Call("V1", (), ("L",)), Call("V2", ("L",))
    assert rules(county, plan(county, route(run(county, there, back)))) == []
    found = check(county, plan(county, route(run(county, back, there))))
    assert [(v.rule, v.place, v.time_s) for v in found] == [("delivered_before_collected", "V2", 1_200)]


def test_a_local_shipment_does_not_change_trips() -> None:
    """Collected on the first trip and delivered on the second, it would lie at the hub between."""
    county = problem([shipment("L", "V1", "V2")])
    first = run(county, Call("V1", (), ("L",)))
    second = run(county, Call("V2", ("L",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == ["served_twice", "wrong_destination", "wrong_origin"]


def test_goods_between_two_depots_are_collected_and_delivered_like_any_other() -> None:
    """From the station V1 to the hub: collected at V1 on a trip of the hub's van."""
    county = problem([up(1)])
    with_station = replace(county, depots=(*county.depots, replace(county.depots[0], place="V1")))
    assert rules(with_station, plan(with_station, route(run(with_station, Call("V1", (), ("U1",)))))) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"vehicle_type": "ghost"}, "unknown_vehicle_type"),
        ({"place": "V9"}, "unknown_place"),
        ({"start": "V9"}, "unknown_place"),
        ({"shipment": "D9"}, "unknown_shipment"),
    ],
)
def test_what_is_not_in_the_problem_is_named_and_the_rest_is_judged(change: dict[str, str], rule: str) -> None:
    """Each unknown name is a violation, not an exception."""
    clean = four(COUNTY)
    old = clean.routes[0]
    trip = old.trips[0]
    visit = trip.visits[0]
    if "shipment" in change:
        visit = replace(visit, deliver=("D1", "D9"))
    if "place" in change:
        visit = replace(visit, place="V9")
    trip = replace(trip, visits=(visit, *trip.visits[1:]), start=change.get("start", trip.start))
    changed = Route(vehicle_type=change.get("vehicle_type", "van"), number=1, trips=(trip,))
    found = rules(COUNTY, replace(clean, routes=(changed,)))
    assert found[0] == rule
    assert "not_served" not in found


def test_an_unknown_shipment_on_the_list_is_named() -> None:
    """D9 is nobody's."""
    clean = four(COUNTY)
    judged = replace(clean, unserved=(*clean.unserved, Unserved(shipment="D9", reason="U100")))
    assert [(v.rule, v.shipment) for v in check(COUNTY, judged)] == [("unknown_shipment", "D9")]


def test_a_route_with_an_unknown_place_is_judged_no_further_and_the_others_are() -> None:
    """The first van's overload is hidden behind the unknown place, the second's is seen."""
    county = problem([down(1, 200), down(2, 200)], [vehicle(count=2)])
    first, second = run(county, Call("V1", ("D1",))), run(county, Call("V2", ("D2",)))
    lost = replace(first, visits=(replace(first.visits[0], place="V9"),))
    found = check(county, replace(plan(county), routes=(route(lost), route(second, number=2)), unserved=()))
    assert [(v.rule, v.vehicle) for v in found] == [("unknown_place", "van#1"), ("capacity", "van#2")]
