"""The price list, against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.cost import half_up, plan_cost, route_cost, route_duration_s, trip_legs, trip_loads
from optimizer.plan import Cost, Route
from optimizer.problem import Matrix
from tests.helpers import Call, down, line_matrix, plan, problem, route, rules, run, shipment, up, vehicle


def test_a_route_pays_for_the_day_the_road_the_hours_and_the_goods() -> None:
    """10,000 a day; 30 km at 100; 3,660 s at 3,600 an hour; 7 for handling."""
    county = problem([down(3, handling_fen=7)])
    cost = route_cost(county, route(run(county, Call("V3", ("D3",)))))
    assert cost == Cost(fixed_fen=10_000, distance_fen=3_000, time_fen=3_660, handling_fen=7)
    assert (cost.operating_fen, cost.total_fen) == (16_667, 16_667)


def test_only_routes_that_came_or_went_are_priced_again() -> None:
    """V3 stays, V1 goes and V2 comes; the cost stated of those before is taken as it is, 5 fen too much for V3."""
    county = problem([down(1), down(2), down(3, handling_fen=7)], [vehicle(count=2)])
    stays, goes = route(run(county, Call("V3", ("D3",)))), route(run(county, Call("V1", ("D1",))), number=2)
    comes = route(run(county, Call("V2", ("D2",))), number=2)
    before, after = plan(county, stays, goes), plan(county, stays, comes)
    assert plan_cost(county, after, accepted=before) == plan_cost(county, after)
    dearer = replace(before, cost=replace(before.cost, fixed_fen=before.cost.fixed_fen + 5))
    assert plan_cost(county, after, accepted=dearer).fixed_fen == plan_cost(county, after).fixed_fen + 5


def test_time_is_paid_from_the_first_loading_to_the_last_return_idle_time_included() -> None:
    """Loading at 100, back at 3,760, off again at 5,000 and back at 5,000 + 1,260 = 6,260: 6,160 s."""
    county = problem([down(3), down(1)])
    day = route(
        run(county, Call("V3", ("D3",)), load_start_s=100), run(county, Call("V1", ("D1",)), load_start_s=5_000)
    )
    assert route_duration_s(day) == 6_160
    assert route_cost(county, day).time_fen == 6_160


@pytest.mark.parametrize(("regular_s", "fen"), [(3_660, 0), (3_659, 1), (3_658, 1), (3_000, 330)])
def test_overtime_is_paid_on_top_of_the_hours(regular_s: int, fen: int) -> None:
    """3,660 s of duty at 1,800 an hour of overtime: half a fen a second, 0.5 rounds up to 1."""
    county = problem([down(3)], [vehicle(regular_s=regular_s, max_overtime_s=HOUR_S, overtime_fen_per_h=1_800)])
    cost = route_cost(county, route(run(county, Call("V3", ("D3",)))))
    assert (cost.overtime_fen, cost.time_fen) == (fen, 3_660)


HOUR_S = 3_600


def test_rounding_happens_once_for_the_whole_route() -> None:
    """Two trips of 20 m at 30 fen a km: 40 m are 1.2 fen, so 1; 0.6 + 0.6 rounded apart would be 2."""
    roads = {"road": Matrix(duration_s=line_matrix(2).duration_s, distance_m=np.array([[0, 10], [10, 0]]))}
    van = vehicle(distance_fen_per_km=30)
    county = problem([down(1), shipment("E1", "H", "V1")], [van], villages=1, matrices=roads)
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V1", ("E1",)), load_start_s=first.return_s)
    assert route_cost(county, route(first, second)).distance_fen == 1


def test_a_route_without_trips_costs_nothing() -> None:
    """No fixed cost for a vehicle that stays at home."""
    assert route_cost(problem([]), Route(vehicle_type="van", number=1, trips=())) == Cost()
    assert route_duration_s(Route(vehicle_type="van", number=1, trips=())) == 0


def test_a_plan_adds_up_its_routes_and_the_penalties_of_what_it_leaves() -> None:
    """Two vans at 16,660 and 12,260 for V3 and V1; D2 left for 5,000."""
    county = problem([down(1), down(2, penalty_fen=5_000), down(3)], [vehicle(count=2)])
    day = plan(county, route(run(county, Call("V3", ("D3",)))), route(run(county, Call("V1", ("D1",))), number=2))
    cost = plan_cost(county, day)
    assert cost == Cost(fixed_fen=20_000, distance_fen=4_000, time_fen=4_920, penalty_fen=5_000)
    assert cost.total_fen - cost.operating_fen == 5_000


def test_legs_carry_the_moments_of_the_plan_and_the_lengths_of_the_matrix() -> None:
    """H to V2, V2 to V1, V1 to H with 60 s of service each."""
    county = problem([down(1), down(2)])
    trip = run(county, Call("V2", ("D2",)), Call("V1", ("D1",)))
    legs = trip_legs(county, route(trip), trip)
    assert [(leg.origin, leg.destination) for leg in legs] == [("H", "V2"), ("V2", "V1"), ("V1", "H")]
    assert [(leg.depart_s, leg.arrive_s) for leg in legs] == [(0, 1_200), (1_260, 1_860), (1_920, 2_520)]
    assert [(leg.duration_s, leg.distance_m) for leg in legs] == [(1_200, 10_000), (600, 5_000), (600, 5_000)]


def test_a_leg_without_a_path_has_no_length() -> None:
    """Cost is no judge: -1 in the matrix adds nothing, and never takes away."""
    seconds = line_matrix(2).duration_s.copy()
    seconds[0, 1] = -1
    county = problem([down(1)], villages=1)
    trip = run(county, Call("V1", ("D1",)))
    cut = problem([down(1)], villages=1, matrices={"road": Matrix(duration_s=seconds, distance_m=-np.ones((2, 2)))})
    assert [(leg.duration_s, leg.distance_m) for leg in trip_legs(cut, route(trip), trip)] == [(0, 0), (600, 0)]
    assert route_cost(cut, route(trip)).distance_fen == 0


def test_loads_change_at_each_visit() -> None:
    """Out with D1 20 + D3 5; V1 takes 20 and gives L 7; V2 gives U2 11; V3 takes L and D3: U2 comes home."""
    county = problem([down(1, 20), down(3, 5), up(2, 11), shipment("L", "V1", "V3", 7)])
    trip = run(county, Call("V1", ("D1",), ("L",)), Call("V2", (), ("U2",)), Call("V3", ("L", "D3")))
    assert trip_loads(county, trip).tolist() == [[25], [12], [23], [11]]


def test_a_trip_without_visits_carries_nothing_on_its_only_leg() -> None:
    """Shape (1, d) for two load dimensions."""
    county = problem([], [vehicle(capacity=(1, 1))], load_dimensions=("load_g", "volume_ml"))
    assert trip_loads(county, run(county)).tolist() == [[0, 0]]


@pytest.mark.parametrize(("amount", "unit", "rounded"), [(0, 10, 0), (4, 10, 0), (5, 10, 1), (14, 10, 1), (15, 10, 2)])
def test_halves_are_rounded_up(amount: int, unit: int, rounded: int) -> None:
    """Not to even, as floats would."""
    assert half_up(amount, unit) == rounded


@pytest.mark.parametrize(("pieces", "fen"), [(3, 600), (4, 600), (5, 750)])
def test_pay_by_the_piece_is_at_least_the_least_pay(pieces: int, fen: int) -> None:
    """150 a piece and 600 at least; the referee, which counts for itself, agrees."""
    county = problem([down(1, pieces=pieces - 1), down(2)], [vehicle(piece_fen=150, min_pay_fen=600)])
    hired = plan(county, route(run(county, Call("V1", ("D1",)), Call("V2", ("D2",)))))
    assert (hired.cost.pay_fen, rules(county, hired)) == (fen, [])
