"""Plans hold decisions and times; a little follows from them."""

from __future__ import annotations

import pickle

from optimizer.plan import Cost, Plan, Route, Trip, Visit
from tests.helpers import Call, down, four_village_problem, plan, route, run, up


def visit(deliver: tuple[str, ...] = (), collect: tuple[str, ...] = ()) -> Visit:
    """Return a visit of no length at V1."""
    return Visit(place="V1", arrive_s=0, start_s=0, end_s=0, depart_s=0, deliver=deliver, collect=collect)


def test_a_trip_lists_each_shipment_once_in_order_of_first_mention() -> None:
    """L is collected first and delivered later: one shipment."""
    visits = (visit(("b",), ("L",)), visit(("L", "a")))
    trip = Trip(start="H", end="H", load_start_s=0, depart_s=0, return_s=0, visits=visits)
    assert trip.shipments == ("b", "L", "a")


def test_a_vehicle_is_named_by_type_and_number() -> None:
    """As on the run sheet."""
    assert Route(vehicle_type="van", number=2, trips=()).vehicle == "van#2"


def test_a_plan_yields_every_trip_with_its_route() -> None:
    """Two trips of van 1, then one of van 2."""
    county = four_village_problem()
    trips = [run(county, Call(f"V{k}", (f"D{k}",)), load_start_s=30_000 + 9_000 * k) for k in (1, 2, 3)]
    day = plan(county, route(*trips[:2]), route(trips[2], number=2))
    assert [(r.number, t.visits[0].place) for r, t in day.trips()] == [(1, "V1"), (1, "V2"), (2, "V3")]


def test_cost_is_what_is_paid_and_the_penalties_apart() -> None:
    """1 + 2 + 3 + 4 + 5 are paid, 60 are penalties."""
    cost = Cost(fixed_fen=1, distance_fen=2, time_fen=3, overtime_fen=4, handling_fen=5, penalty_fen=60)
    assert (cost.operating_fen, cost.total_fen) == (15, 75)


def test_an_empty_plan_costs_nothing() -> None:
    """All defaults are zero."""
    assert Plan().cost.total_fen == 0
    assert list(Plan().trips()) == []


def test_a_plan_survives_the_way_between_processes() -> None:
    """Pickled and back it is equal, digest-worthy values and all."""
    county = four_village_problem(shipments=(down(1), up(1)))
    day = plan(county, route(run(county, Call("V1", ("D1",), ("U1",)))))
    assert pickle.loads(pickle.dumps(day)) == day  # noqa: S301 - our own bytes
