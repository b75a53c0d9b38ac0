"""Laws of the search: whatever the county, the referee accepts every plan, and everything is served or listed."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.model import Cleaning, Compartment, Conflict, Depot, DrivingRule, Place, Shipment, TimeWindow
from optimizer.problem import Problem
from tests.helpers import HOUR_S, assert_clean, line_matrix, vehicle

GOODS = ("parcel", "pesticide", "greens")


@st.composite
def windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    """Draw up to two windows, which may overlap."""
    starts = draw(st.lists(st.integers(0, 20), max_size=2))
    return tuple(TimeWindow(early_s=h * HOUR_S, late_s=(h + draw(st.integers(0, 4))) * HOUR_S) for h in starts)


@st.composite
def shipments(draw: st.DrawFn, number: int, villages: int) -> Shipment:
    """Draw a shipment down, up or from village to village."""
    ends = draw(st.permutations(["H", *(f"V{k}" for k in range(1, villages + 1))]))
    return Shipment(
        id=f"S{number}",
        origin=ends[0],
        destination=ends[1],
        load=(draw(st.integers(0, 120)), draw(st.integers(0, 12))),
        commodity=draw(st.sampled_from(GOODS)),
        ready_s=draw(st.integers(0, 12)) * HOUR_S,
        due_s=draw(st.integers(4, 30)) * HOUR_S,
        max_on_board_s=draw(st.none() | st.integers(0, 5).map(lambda h: h * HOUR_S // 2)),
        service_s=draw(st.integers(0, 900)),
        penalty_fen=draw(st.sampled_from([0, 5_000, 1_000_000])),
        delivery_windows=draw(windows()) if draw(st.booleans()) else (),
    )


@st.composite
def counties(draw: st.DrawFn) -> Problem:
    """Draw a county on one road with any mixture of the rules."""
    villages = draw(st.integers(1, 5))
    places = [Place(id="H", windows=(TimeWindow(early_s=draw(st.integers(0, 8)) * HOUR_S, late_s=40 * HOUR_S),))]
    for k in range(1, villages + 1):
        allowed = draw(st.sampled_from([None, frozenset({"van"}), frozenset({"van", "truck"})]))
        shelf = draw(st.sampled_from([(), (100, 10)]))
        places.append(Place(id=f"V{k}", windows=draw(windows()), visit_s=60, vehicle_types=allowed, shelf=shelf))
    rule = draw(st.none() | st.just(DrivingRule(max_driving_s=3_600, rest_s=1_200)))
    limits: dict[str, Any] = {"regular_s": 10 * HOUR_S, "max_overtime_s": HOUR_S, "driving_rule": rule}
    boxes = (
        Compartment(id="safe", capacity=(60, 5), sealed=True),
        Compartment(id="box", capacity=(80, 9), commodities=frozenset({"parcel", "greens"})),
    )
    vans = (
        vehicle(count=2, capacity=(100, 10), range_m=draw(st.sampled_from([None, 60_000])), max_trips=2, **limits),
        vehicle("truck", compartments=boxes, deliveries_first=draw(st.booleans()), **limits),
    )
    return Problem(
        places=tuple(places),
        depots=(Depot(place="H", loading_s=draw(st.sampled_from([0, 1_200])), docks=draw(st.sampled_from([None, 1]))),),
        vehicle_types=vans,
        shipments=tuple(draw(shipments(k, villages)) for k in range(draw(st.integers(0, 8)))),
        matrices={"road": line_matrix(villages + 1)},
        load_dimensions=("load_g", "totes"),
        conflicts=(Conflict(first="pesticide", second="greens"),),
        cleanings=(Cleaning(after="pesticide", before="greens", duration_s=900),),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(county=counties(), seed=st.integers(0, 1_000))
def test_every_plan_on_the_way_passes_the_referee(county: Problem, seed: int) -> None:
    """Whole search, neighbourhoods, recreation and composition on one county after another."""
    budget = Budget(iterations=10**9)
    island = Island(county, seed=seed, index=0, budget=budget, report=lambda plan, _: assert_clean(county, plan))
    island.start(None)
    for k in range(5):
        island.round(k)
    assert_clean(county, island.best)
    carried = {i for _, trip in island.best.trips() for i in trip.shipments}
    listed = {u.shipment for u in island.best.unserved}
    assert carried | listed == {s.id for s in county.shipments}
    assert not carried & listed
