"""Laws of tiers: whatever the stations, the goods, the ways and the clocks, the referee accepts what is settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import Lock, Place, TimeWindow
from optimizer.tiers.clocks import first_clocks, met
from optimizer.tiers.exact import assign_exactly
from optimizer.tiers.model import DIRECT, Station, Tiers, Way
from optimizer.tiers.plan import tiered_cost, trace
from tests.helpers import HOUR_S, shipment, vehicle
from tests.optimizer.tiers.towns import DAY, S, assert_clean, bus, fleet, home, planned, town

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.tiers.lines import ScheduledDeparture

AT = {"H": 0, "N1": 1, "T": 3, "W": 4, "S": 6, "V1": 7, "V2": 8, "V3": 9}
"""As in ``towns``, with a second station on the way, which has no vehicles of its own, and a village behind it."""

FAR = ("N1", "W", "V1", "V2", "V3")

T = Way("T")

LINED = (Way(last="line"), Way("S", "line"), Way("S", last="line"), Way("S", "line", "line"))

WAYS = st.sampled_from([DIRECT, S, T, *LINED])


@st.composite
def goods(draw: st.DrawFn) -> list[Shipment]:
    """Draw one to seven shipments, some fresh, some urgent, some heavy."""
    found = []
    for k in range(draw(st.integers(1, 7))):
        far = draw(st.sampled_from(FAR))
        ends = ("H", far) if draw(st.booleans()) else (far, "H")
        ready_s = draw(st.sampled_from([0, 7 * HOUR_S, 10 * HOUR_S]))
        found.append(
            shipment(
                f"s{k}",
                *ends,
                draw(st.integers(1, 40)),
                pieces=draw(st.integers(1, 12)),
                commodity=draw(st.sampled_from(["parcel", "food", "pesticide"])),
                ready_s=ready_s,
                due_s=draw(st.sampled_from([13 * HOUR_S, 16 * HOUR_S, 18 * HOUR_S])),
                max_on_board_s=draw(st.sampled_from([None, None, 2 * HOUR_S, 4 * HOUR_S])),
                service_s=draw(st.sampled_from([0, 30])),
                penalty_fen=draw(st.sampled_from([1_001, 50_000, 1_000_000])),
                handling_fen=draw(st.sampled_from([0, 90])),
            )
        )
    return found


@st.composite
def stations(draw: st.DrawFn) -> tuple[Station, ...]:
    """Draw both stations: handling, throughput, room, what they bar."""
    return tuple(
        Station(
            place=place,
            handling_s=draw(st.sampled_from([0, 600, 1_800])),
            pieces_per_quarter_h=draw(st.sampled_from([None, 10, 20])),
            storage=draw(st.sampled_from([None, (40,), (70,)])),
            barred=draw(st.sampled_from([frozenset(), frozenset({"pesticide"})])),
        )
        for place in ("S", "T")
    )


@st.composite
def departures(draw: st.DrawFn) -> tuple[ScheduledDeparture, ...]:
    """Draw up to three buses out and two home: room, heaviest piece, what they bar, time at stops, fares."""

    def fields() -> dict[str, Any]:
        return {
            "room": (draw(st.sampled_from([30, 60])),),
            "max_piece": draw(st.sampled_from([None, (10,)])),
            "barred": draw(st.sampled_from([frozenset(), frozenset({"pesticide"})])),
            "dwell_s": draw(st.sampled_from([0, 40, 600])),
            "fen_per_trip": draw(st.sampled_from([0, 700])),
        }

    out = [bus(f"B{k}", draw(st.sampled_from([7, 9, 11])), **fields()) for k in range(draw(st.integers(0, 3)))]
    back = [home(f"R{k}", draw(st.sampled_from([8, 13, 15])), **fields()) for k in range(draw(st.integers(0, 2)))]
    return (*out, *back)


@st.composite
def two_tiers(draw: st.DrawFn) -> Tiers:
    """Draw a county with two stations, of which one has wheelers, with hours of opening or without."""
    hours = draw(st.sampled_from([(), ((6, 18),), ((6, 10), (12, 18))]))
    windows = tuple(TimeWindow(early_s=a * HOUR_S, late_s=b * HOUR_S) for a, b in hours)
    places = tuple(Place(id=p, visit_s=60, windows=windows if p == "S" else ()) for p in AT)
    van, wheeler = fleet()
    kinds = (van, wheeler, vehicle("truck", capacity=(200,), shift=DAY, fixed_fen=20_000))
    shipments = draw(goods())
    locks = (Lock(shipment=shipments[0].id, vehicle_type="van"),) if draw(st.booleans()) else ()
    county = town(shipments, at=AT, places=places, vehicle_types=kinds, locks=locks)
    ways = frozenset({DIRECT, S, T, *LINED} if draw(st.booleans()) else {S, T, *LINED, DIRECT} - {draw(WAYS)})
    return Tiers(
        problem=county, stations=draw(stations()), departures=draw(departures()), modes=dict.fromkeys(FAR, ways)
    )


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(county=two_tiers(), ways=st.tuples(*(WAYS for _ in FAR)), is_meeting=st.booleans())
def test_every_settled_plan_keeps_all_rules_and_counts_everything_once(
    county: Tiers, ways: tuple[Way, ...], *, is_meeting: bool
) -> None:
    """Each shipment is carried whole or listed; the cost is that of the trips and of whole penalties."""
    choice = {p: way if way in county.ways(p) else min(county.ways(p)) for p, way in zip(FAR, ways, strict=True)}
    clocks = first_clocks(county, choice)
    plan = planned(county, choice, met(county, clocks) if is_meeting else clocks)
    assert_clean(county, plan)
    assert plan.plan.cost == tiered_cost(county, plan)
    exact = assign_exactly(county, plan)
    assert_clean(county, exact)
    assert exact.plan.cost.total_fen <= plan.plan.cost.total_fen
    left = {u.shipment for u in plan.plan.unserved}
    assert plan.plan.cost.penalty_fen == sum(county.problem.shipment_of[i].penalty_fen for i in left)
    for s in county.problem.shipments:
        stages = trace(county, plan, s.id)
        moments = [stage.at_s for stage in stages if stage.at_s is not None]
        assert moments == sorted(moments)
        assert (stages[-1].what == "unserved") == (s.id in left)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(county=two_tiers())
def test_more_handling_never_lets_a_handover_through_sooner(county: Tiers) -> None:
    """Goods leave a station no sooner than they came plus its handling, however long that is."""
    choice = {p: S if S in county.ways(p) else min(county.ways(p)) for p in FAR}
    slow = replace(county, stations=tuple(replace(s, handling_s=s.handling_s + 1_200) for s in county.stations))
    for own in (county, slow):
        handling_s = own.station_of["S"].handling_s
        plan = planned(own, choice, first_clocks(own, choice))
        assert all(h.left_s >= h.ready_s >= h.arrived_s + handling_s for h in plan.handovers if h.station == "S")
