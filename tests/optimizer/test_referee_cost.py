"""Referee, cost: every part of the stated cost is re-derived to the fen."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from optimizer.check import check
from optimizer.plan import Cost
from optimizer.problem import Matrix
from tests.helpers import Call, down, line_matrix, plan, problem, route, run, vehicle

COUNTY = problem(
    [down(3, handling_fen=7), down(4, penalty_fen=99)],
    [vehicle(regular_s=3_000, max_overtime_s=1_000, overtime_fen_per_h=1_800)],
)
"""V3 and back: 30 km, 3,660 s of which 660 s are overtime."""

PLAN = plan(COUNTY, route(run(COUNTY, Call("V3", ("D3",)))))

BY_HAND = Cost(fixed_fen=10_000, distance_fen=3_000, time_fen=3_660, overtime_fen=330, handling_fen=7, penalty_fen=99)
"""30 km at 100; 3,660 s at 3,600 an hour; 660 s at 1,800 an hour on top."""


def test_a_plan_that_states_the_cost_worked_out_by_hand_is_clean() -> None:
    """The referee agrees with the paper."""
    assert check(COUNTY, replace(PLAN, cost=BY_HAND)) == ()


@pytest.mark.parametrize("part", [f.name for f in fields(Cost)])
@pytest.mark.parametrize("by_fen", [-1, 1])
def test_a_single_fen_in_any_part_is_noticed(part: str, by_fen: int) -> None:
    """Stated and re-derived amounts are both given."""
    right = getattr(BY_HAND, part)
    found = check(COUNTY, replace(PLAN, cost=replace(BY_HAND, **{part: right + by_fen})))
    assert [(v.rule, v.detail, v.amount, v.limit) for v in found] == [("cost", part, right + by_fen, right)]


@pytest.mark.parametrize("part", [f.name for f in fields(Cost)])
def test_a_single_fen_is_noticed_beside_routes_that_were_accepted_before(part: str) -> None:
    """V3 stays as it is, V4 comes with a vehicle of its own."""
    accepted = replace(PLAN, cost=BY_HAND)
    county = replace(COUNTY, vehicle_types=(replace(COUNTY.vehicle_types[0], count=2, max_overtime_s=2_000),))
    grown = plan(county, *PLAN.routes, route(run(county, Call("V4", ("D4",))), number=2))
    assert check(county, grown) == check(county, grown, accepted=accepted) == ()
    wrong = replace(grown, cost=replace(grown.cost, **{part: getattr(grown.cost, part) + 1}))
    found = check(county, wrong, accepted=accepted)
    assert [(v.rule, v.detail, v.amount) for v in found] == [("cost", part, getattr(wrong.cost, part))]


@pytest.mark.parametrize(("fen_per_km", "fen"), [(16, 0), (17, 1), (49, 1), (50, 2)])
def test_distance_is_rounded_half_up_once_for_the_whole_route(fen_per_km: int, fen: int) -> None:
    """Two trips of 7 + 8 m: 30 m cost 0.48, 0.51, 1.47 and 1.50 fen; trip by trip 17 would give 0 and 49 give 2."""
    metres = np.array([[0, 7, 7], [8, 0, 0], [8, 0, 0]])
    roads = {"road": Matrix(duration_s=line_matrix(3).duration_s, distance_m=metres)}
    van = vehicle(fixed_fen=0, time_fen_per_h=0, distance_fen_per_km=fen_per_km)
    county = problem([down(1), down(2)], [van], villages=2, matrices=roads)
    first = run(county, Call("V1", ("D1",)))
    second = run(county, Call("V2", ("D2",)), load_start_s=first.return_s)
    assert check(county, replace(plan(county, route(first, second)), cost=Cost(distance_fen=fen))) == ()


def test_an_idle_vehicle_costs_nothing() -> None:
    """A route without trips pays no fixed cost."""
    county = problem([])
    assert check(county, replace(plan(county, route()), cost=Cost())) == ()
