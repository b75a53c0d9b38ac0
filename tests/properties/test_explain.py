"""Laws of explanations: what is called impossible alone is so for the slow oracle too, and remedies keep their word."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.check import check
from optimizer.explain import REASONS, Question, explain, why_not
from optimizer.explain.insertion import insert_best
from optimizer.explain.mending import mended
from optimizer.model import DrivingRule, Lock, Place, Shipment, TimeWindow, VehicleType
from optimizer.plan import Plan, Unserved
from tests.helpers import assert_clean, line_matrix, plan, problem, shipment, vehicle
from tests.oracle import cheapest_plan

if TYPE_CHECKING:
    from optimizer.problem import Problem

PENALTY_FEN = 10_000_000
"""More than any trip here costs."""


@st.composite
def tiny_counties(draw: st.DrawFn, *, most: int = 3) -> Problem:
    """Return up to ``most`` shipments and two vehicle types with limits that bind now and then."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    ends = [("H", "V1"), ("H", "V3"), ("V2", "H"), ("V3", "H"), ("V1", "V3"), ("V3", "V2")]
    goods = [_goods(f"S{k}", *rng.choice(ends), rng) for k in range(rng.randint(1, most))]
    vehicles = [_vehicle(id_, rng) for id_ in ("van", "trike")[: rng.randint(1, 2)]]
    county = problem(goods, vehicles, villages=3, matrices={"road": line_matrix(4)})
    locks = [Lock(shipment="S0", vehicle_type=rng.choice([None, "van"]), window=rng.choice([None, _window(rng)]))]
    return replace(
        county,
        places=tuple(_place(p, rng) for p in county.places),
        locks=tuple(locks) if rng.random() < 0.2 else (),
    )


def _goods(id_: str, origin: str, destination: str, rng: random.Random) -> Shipment:
    return shipment(
        id_,
        origin,
        destination,
        rng.choice([10, 50, 120]),
        ready_s=rng.choice([0, 0, 3_000, 9_000]),
        due_s=rng.choice([2_000, 6_000, 100_000]),
        max_on_board_s=rng.choice([None, None, 600, 1_800]),
        penalty_fen=PENALTY_FEN,
    )


def _vehicle(id_: str, rng: random.Random) -> VehicleType:
    return vehicle(
        id_,
        capacity=(rng.choice([40, 100, 200]),),
        shift=TimeWindow(early_s=rng.choice([0, 1_000]), late_s=rng.choice([5_000, 12_000])),
        regular_s=rng.choice([2_000, 20_000]),
        max_overtime_s=1_000,
        range_m=rng.choice([None, 15_000, 40_000]),
        driving_rule=rng.choice([None, DrivingRule(max_driving_s=1_500, rest_s=300)]),
        count=rng.choice([0, 1, 1, 1]),
    )


def _window(rng: random.Random) -> TimeWindow:
    early_s = rng.choice([0, 2_000, 6_000])
    return TimeWindow(early_s=early_s, late_s=early_s + rng.choice([500, 3_000]))


def _place(place: Place, rng: random.Random) -> Place:
    if place.id == "H":
        return place
    windows = (_window(rng),) if rng.random() < 0.3 else ()
    return replace(place, windows=windows, shelf=rng.choice([(), (60,)]))


def _alone(county: Problem, shipment_id: str) -> Problem:
    goods = county.shipment_of[shipment_id]
    locks = tuple(lock for lock in county.locks if lock.shipment == shipment_id)
    return replace(county, shipments=(goods,), locks=locks)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(tiny_counties())
def test_impossible_alone_means_that_no_plan_of_it_alone_exists(county: Problem) -> None:
    """Codes below U150 say that no vehicle can carry it even alone; the others that one can."""
    for left in explain(county, plan(county)).unserved:
        assert left.reason in REASONS
        is_servable = not cheapest_plan(_alone(county, left.shipment)).unserved
        assert is_servable == (left.reason >= "U150"), left


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(tiny_counties())
def test_the_price_of_one_shipment_on_idle_vehicles_is_the_least_there_is(county: Problem) -> None:
    """Put into an empty plan, it costs what the cheapest plan of it alone costs."""
    for left in explain(county, plan(county)).unserved:
        if left.reason == "U162":
            best = cheapest_plan(_alone(county, left.shipment))
            assert left.numbers["marginal_fen"] == best.cost.total_fen


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(tiny_counties(most=2))
def test_what_is_said_to_fit_does_and_costs_no_less_than_the_optimum(county: Problem) -> None:
    """Take one shipment out of the cheapest plan, put it back: clean, and never cheaper than the cheapest."""
    best = cheapest_plan(county)
    served = [i for r in best.routes for t in r.trips for i in t.shipments]
    for gone in served[:1]:
        without = cheapest_plan(_without(county, gone))
        start = _listed(county, without, gone)
        assert_clean(county, start)
        search = insert_best(county, start, county.shipment_of[gone], most_work=10_000)
        if search.best is not None:
            assert check(county, search.best.plan) == ()
            assert search.best.plan.cost.total_fen >= best.cost.total_fen


def _without(county: Problem, gone: str) -> Problem:
    shipments = tuple(s for s in county.shipments if s.id != gone)
    return replace(county, shipments=shipments, locks=tuple(k for k in county.locks if k.shipment != gone))


def _listed(county: Problem, day: Plan, gone: str) -> Plan:
    """Return a plan of the smaller problem as one of the larger, with the missing shipment listed."""
    cost = replace(day.cost, penalty_fen=day.cost.penalty_fen + county.shipment_of[gone].penalty_fen)
    return replace(day, unserved=(*day.unserved, Unserved(shipment=gone, reason="U100")), cost=cost)


REMEDIED = {"R119": "max_on_board_s", "R120": "due_s"}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(tiny_counties())
def test_moving_a_limit_as_far_as_the_remedy_says_is_enough_and_a_second_less_is_not(county: Problem) -> None:
    """Due times and times on board of shipments that cannot be carried even alone."""
    for left in explain(county, plan(county)).unserved:
        field = REMEDIED.get(left.remedy)
        if field is None:
            continue
        goods, more_s = county.shipment_of[left.shipment], left.numbers["short_s"]
        assert isinstance(more_s, int)
        for by_s, is_enough in ((more_s, True), (more_s - 1, False)):
            moved = replace(goods, **{field: getattr(goods, field) + by_s})
            alone = replace(_alone(county, goods.id), shipments=(moved,))
            assert (not cheapest_plan(alone).unserved) == is_enough


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(tiny_counties())
def test_every_remedy_of_a_question_is_accepted_and_without_it_the_referee_refuses(county: Problem) -> None:
    """Put into the empty plan: each smallest set is confirmed both ways, and one alone is never part of a pair."""
    day = plan(county)
    for goods in county.shipments:
        answer = why_not(county, day, Question(shipment=goods.id))
        assert (answer.best is not None) == (not cheapest_plan(_alone(county, goods.id)).unserved)
        assert len({len(blocker.limits) for blocker in answer.blockers}) <= 1
        for blocker in answer.blockers:
            broken = check(county, blocker.insertion.plan)
            assert broken
            changed = mended(county, broken)
            assert blocker.is_mended == (changed is not None and not check(changed, blocker.insertion.plan))
            assert blocker.is_mended
