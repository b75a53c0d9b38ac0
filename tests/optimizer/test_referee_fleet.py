"""Referee, fleet: vehicles, homes, access, docks and locks, each rule on both sides of its boundary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.check import check
from optimizer.model import Depot, Lock, TimeWindow
from tests.helpers import Call, down, plan, problem, route, rules, run, shipment, vehicle, with_place

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.problem import Problem


@pytest.mark.parametrize(("number", "broken"), [(1, []), (2, []), (3, ["vehicle_number"]), (0, ["vehicle_number"])])
def test_vehicles_are_numbered_from_one_to_their_count(number: int, broken: list[str]) -> None:
    """Two vans: 1 and 2."""
    county = problem([down(1)], [vehicle(count=2)])
    assert rules(county, plan(county, route(run(county, Call("V1", ("D1",))), number=number))) == broken


def test_a_vehicle_has_one_route() -> None:
    """Van 1 cannot be at V1 and V2 at 600 and 1,200 in two routes."""
    county = problem([down(1), down(2)], [vehicle(count=2)])
    first, second = run(county, Call("V1", ("D1",))), run(county, Call("V2", ("D2",)))
    assert rules(county, plan(county, route(first), route(second, number=2))) == []
    assert rules(county, plan(county, route(first), route(second))) == ["vehicle_twice"]


@pytest.mark.parametrize(("max_trips", "broken"), [(2, []), (1, ["max_trips"]), (None, [])])
def test_trips_a_day_are_capped(max_trips: int | None, broken: list[str]) -> None:
    """Two trips one after the other."""
    county = problem([down(1), down(2)], [vehicle(max_trips=max_trips)])
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == broken


@pytest.mark.parametrize("end", ["start", "end"])
def test_trips_start_and_end_at_home(end: str) -> None:
    """The van's home is H; a trip that begins or ends at the station V1 is named with both."""
    county = problem([down(1)])
    county = replace(county, depots=(*county.depots, Depot(place="V1")))
    trip = run(county, Call("V1", ("D1",)))
    found = [v for v in check(county, plan(county, route(replace(trip, **{end: "V1"})))) if v.rule == "home_depot"]
    assert [(v.place, v.detail) for v in found] == [("V1", "H")]


@pytest.mark.parametrize(("end", "return_s", "broken"), [("V4", 600 + 60 + 1_800, []), ("H", 1_260, ["end_place"])])
def test_a_trip_ends_where_the_vehicle_does(end: str, return_s: int, broken: list[str]) -> None:
    """A van that ends at V4 drives on from V1 for 1,800 s; back at H it is not where it must be."""
    county = problem([down(1)], [vehicle(end="V4", max_trips=1)])
    trip = run(county, Call("V1", ("D1",)), end=end, return_s=return_s)
    assert rules(county, plan(county, route(trip))) == broken


@pytest.mark.parametrize(
    ("allowed", "broken"),
    [
        (None, []),
        ({"van", "trike"}, []),
        ({"trike"}, ["vehicle_access"]),
        (set(), ["vehicle_access"]),
    ],
)
def test_vehicles_call_only_where_they_may(allowed: set[str] | None, broken: list[str]) -> None:
    """None lets everyone in, an empty set nobody."""
    county = problem([down(1)], [vehicle(), vehicle("trike")])
    county = with_place(county, "V1", vehicle_types=None if allowed is None else frozenset(allowed))
    assert rules(county, plan(county, route(run(county, Call("V1", ("D1",)))))) == broken


def loading_county(docks: int | None, loading_s: int = 600) -> Problem:
    """Return a day of three vans and a depot with few docks."""
    county = problem([down(1), down(2), down(3)], [vehicle(count=3)])
    return replace(county, depots=(Depot(place="H", loading_s=loading_s, docks=docks),))


def loading_at(county: Problem, *starts: int) -> Plan:
    """Return a plan in which van k takes Dk, loading at the k-th moment."""
    trips = (run(county, Call(f"V{k}", (f"D{k}",)), load_start_s=at) for k, at in enumerate(starts, start=1))
    return plan(county, *(route(trip, number=k) for k, trip in enumerate(trips, start=1)))


@pytest.mark.parametrize(
    ("docks", "starts", "broken"),
    [
        (1, (0, 600, 1_200), []),
        (1, (0, 599, 1_200), ["docks"]),
        (2, (0, 0, 600), []),
        (2, (0, 0, 599), ["docks"]),
        (2, (0, 300, 600), []),
        (3, (0, 0, 0), []),
        (None, (0, 0, 0), []),
    ],
)
def test_no_more_vehicles_load_than_there_are_docks(
    docks: int | None, starts: tuple[int, ...], broken: list[str]
) -> None:
    """Loading from 0 holds the dock up to but not including 600."""
    county = loading_county(docks)
    assert rules(county, loading_at(county, *starts)) == broken


def test_a_dock_violation_names_who_came_last_and_how_many_load() -> None:
    """Van 3 begins at 300, while vans 1 and 2 load, at two docks."""
    county = loading_county(2)
    found = check(county, loading_at(county, 0, 100, 300))
    assert [(v.vehicle, v.place, v.time_s, v.amount, v.limit) for v in found] == [("van#3", "H", 300, 3, 2)]


def test_loading_that_takes_no_time_needs_no_dock() -> None:
    """Three vans leave at once."""
    county = loading_county(1, loading_s=0)
    assert rules(county, loading_at(county, 0, 0, 0)) == []


def two_vans(*locks: Lock) -> Problem:
    """Return a day of two vans and a trike with these locks."""
    return problem([down(1), down(2), shipment("L", "V1", "V2")], [vehicle(count=2), vehicle("trike")], locks=locks)


@pytest.mark.parametrize(
    ("lock", "broken"),
    [
        (Lock(shipment="D1", vehicle_type="van"), []),
        (Lock(shipment="D1", vehicle_type="van", number=1), []),
        (Lock(shipment="D1", vehicle_type="van", number=2), ["lock_vehicle"]),
        (Lock(shipment="D1", vehicle_type="trike"), ["lock_vehicle"]),
        (Lock(shipment="D2", vehicle_type="trike"), []),  # D2 is unserved, which a lock allows
    ],
)
def test_a_lock_to_a_vehicle_binds_what_is_carried(lock: Lock, broken: list[str]) -> None:
    """D1 rides on van 1."""
    county = two_vans(lock)
    assert rules(county, plan(county, route(run(county, Call("V1", ("D1",)))))) == broken


@pytest.mark.parametrize(
    ("calls", "broken"),
    [
        ((Call("V1", ("D1",)), Call("V2", ("D2",))), []),
        ((Call("V2", ("D2",)), Call("V1", ("D1",))), ["lock_after"]),
        ((Call("V2", ("D2",)),), ["lock_after"]),  # D1 is not on the route at all
    ],
)
def test_a_lock_to_an_order_binds_handovers_on_one_route(calls: tuple[Call, ...], broken: list[str]) -> None:
    """D2 comes after D1."""
    county = two_vans(Lock(shipment="D2", after="D1"))
    assert rules(county, plan(county, route(run(county, *calls)))) == broken


def test_a_lock_to_an_order_holds_across_trips_but_not_across_vehicles() -> None:
    """D1 on an earlier trip of the same van will do; on another van it will not, however early."""
    county = two_vans(Lock(shipment="D2", after="D1"))
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s)
    assert rules(county, plan(county, route(first, second))) == []
    assert rules(county, plan(county, route(first), route(second, number=2))) == ["lock_after"]


def test_two_handovers_on_one_visit_come_neither_before_nor_after() -> None:
    """L is delivered at V2 together with D2, so D2 is not after it."""
    county = two_vans(Lock(shipment="D2", after="L"))
    together = run(county, Call("V1", (), ("L",)), Call("V2", ("L", "D2")))
    apart = run(county, Call("V1", (), ("L",)), Call("V2", ("L",)), Call("V2", ("D2",)))
    assert rules(county, plan(county, route(together))) == ["lock_after"]
    assert rules(county, plan(county, route(apart))) == []


@pytest.mark.parametrize(
    ("early_s", "late_s", "broken"),
    [
        (1_260, 1_260, []),
        (1_261, 2_000, ["lock_window"]),
        (0, 1_259, ["lock_window"]),
    ],
)
def test_a_lock_to_a_window_binds_the_delivery_of_a_local_shipment(
    early_s: int, late_s: int, broken: list[str]
) -> None:
    """L is collected at V1 at 600 and its service at V2 begins at 660 + 600 = 1,260."""
    county = two_vans(Lock(shipment="L", window=TimeWindow(early_s=early_s, late_s=late_s)))
    trip = run(county, Call("V1", (), ("L",)), Call("V2", ("L",)))
    assert rules(county, plan(county, route(trip))) == broken


def test_all_locks_of_a_shipment_bind() -> None:
    """One lock is kept, the other is not."""
    county = two_vans(Lock(shipment="D1", vehicle_type="van"), Lock(shipment="D1", window=TimeWindow(late_s=599)))
    assert rules(county, plan(county, route(run(county, Call("V1", ("D1",)))))) == ["lock_window"]
