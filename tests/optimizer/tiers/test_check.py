"""The referee of tiers: clean plans pass, and one broken handover in a plan is found, it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.model import Place, TimeWindow
from optimizer.plan import Plan
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import DIRECT, Handover, Way, leg_id
from optimizer.tiers.plan import driven
from optimizer.tiers.sentences import RULES
from optimizer.tiers.violations import HandoverViolation
from tests.helpers import HOUR_S, shipment
from tests.optimizer.tiers.towns import AT, BEHIND, S, assert_clean, back, clocks, fleet, planned, restated, tiers, to

if TYPE_CHECKING:
    from optimizer.model import Shipment
    from optimizer.plan import Route, Trip
    from optimizer.tiers.model import TieredPlan, Tiers

THROUGH = dict.fromkeys(BEHIND, S)

LIMIT = 10
"""Pieces that the random counties' station handles in a quarter of an hour."""

Found = set[tuple[str, str]]
"""Rules and whom they name."""


def random_goods(rng: np.random.Generator) -> list[Shipment]:
    """Draw three to eight shipments both ways, of a few pieces each, no two of one commodity."""
    goods = []
    for k in range(int(rng.integers(3, 9))):
        village = str(rng.choice(["N1", *BEHIND]))
        ends = ("H", village) if rng.random() < 0.7 else (village, "H")
        pieces, load = int(rng.integers(1, 7)), int(rng.integers(1, 15))
        goods.append(shipment(f"s{k}", *ends, load, pieces=pieces, commodity=f"goods{k}"))
    return goods


def random_plan(seed: int) -> tuple[Tiers, TieredPlan]:
    """Return a random county with a plan that the referee accepts; two shipments at least go through the station.

    These two are more than it handles in one quarter of an hour.
    """
    rng = np.random.default_rng(seed)
    twins = [shipment(i, "H", "V1", pieces=6, commodity=i) for i in ("first", "second")]
    goods = [*twins, *random_goods(rng)]
    van, wheeler = fleet()
    kinds = (replace(van, count=3), replace(wheeler, count=2))
    county = tiers(goods, station={"pieces_per_quarter_h": LIMIT}, vehicle_types=kinds)
    choice = {v: S if v == "V1" or rng.random() < 0.7 else DIRECT for v in BEHIND}
    plan = planned(county, choice, clocks(float(rng.integers(8, 12)), float(rng.integers(13, 16))))
    assert_clean(county, plan)
    return county, plan


def found(county: Tiers, plan: TieredPlan) -> Found:
    return {(v.rule, v.shipment) for v in check_tiers(county, plan)}


def with_routes(plan: TieredPlan, *routes: Route) -> TieredPlan:
    return replace(plan, plan=replace(plan.plan, routes=routes))


def shifted(trip: Trip, seconds: int) -> Trip:
    """Return the trip with every moment later by ``seconds``."""
    names = ("arrive_s", "start_s", "end_s", "depart_s")
    visits = tuple(replace(v, **{n: getattr(v, n) + seconds for n in names}) for v in trip.visits)
    ends = {n: getattr(trip, n) + seconds for n in ("load_start_s", "depart_s", "return_s")}
    return replace(trip, visits=visits, **ends)


def late(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Let a loop, the first trip of its vehicle, leave one second before the last of its goods are ready."""
    loaded = {(leg_id(h.shipment, 2), h.left_s): h for h in plan.handovers}
    loops = [
        (route, aboard)
        for route in plan.plan.routes
        for trip in route.trips[:1]
        if (aboard := [loaded[i, trip.load_start_s] for i in trip.shipments if (i, trip.load_start_s) in loaded])
    ]
    assume(loops)  # else vehicles do other things before, or a van on its way takes the goods on
    route, aboard = loops[0]
    trip = route.trips[0]
    new_s = max(h.ready_s for h in aboard) - 1
    moved = replace(route, trips=tuple(shifted(t, new_s - trip.load_start_s) if t is trip else t for t in route.trips))
    kept = []
    for h in plan.handovers:
        is_brought = leg_id(h.shipment, 1) in trip.shipments  # goods up that this loop brings to the station
        own = replace(h, arrived_s=h.arrived_s + new_s - trip.load_start_s) if is_brought else h
        kept.append(replace(own, left_s=new_s) if h in aboard else own)
    routes = tuple(moved if r is route else r for r in plan.plan.routes)
    broken = {("left_before_ready", h.shipment) for h in aboard if h.ready_s > new_s}
    return restated(county, replace(with_routes(plan, *routes), handovers=tuple(kept))), broken


def lost(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Leave "first" at the station: the vehicle still calls wherever it did, but has nothing of it on board."""
    leg = leg_id("first", 2)

    def others(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(i for i in ids if i != leg)

    def forgot(trip: Trip) -> Trip:
        visits = tuple(replace(v, deliver=others(v.deliver), collect=others(v.collect)) for v in trip.visits)
        return replace(trip, visits=visits)

    routes = tuple(replace(r, trips=tuple(map(forgot, r.trips))) for r in plan.plan.routes)
    return restated(county, with_routes(plan, *routes)), {("lost", "first")}


def doubled(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Let a van that stood idle bring "first" to the station as well."""
    draft = TripDraft(visits=(VisitDraft(place="S", deliver=(leg_id("first", 1),)),))
    extra = schedule_route(driven(county, plan), "van", 3, [draft])
    assert extra is not None
    assert not any(r.vehicle == extra.vehicle for r in plan.plan.routes)
    return restated(county, with_routes(plan, *plan.plan.routes, extra)), {("doubled", "first")}


def over_capacity(county: Tiers, plan: TieredPlan) -> tuple[TieredPlan, Found]:
    """Handle one shipment in a quarter of an hour in which there is no room for it."""
    pieces = {s.id: s.pieces for s in county.problem.shipments}
    quarters = {h.ready_s // 900 for h in plan.handovers}
    for h in plan.handovers:
        for quarter in sorted(quarters - {h.ready_s // 900}):
            new_s = max(quarter * 900, h.arrived_s + 600)
            full = sum(pieces[x.shipment] for x in plan.handovers if x.ready_s // 900 == quarter)
            if new_s // 900 == quarter and new_s <= h.left_s and full + pieces[h.shipment] > LIMIT:
                moved = tuple(replace(x, ready_s=new_s) if x is h else x for x in plan.handovers)
                return replace(plan, handovers=moved), {("throughput", "")}
    raise AssertionError("two shipments cannot be handled in one quarter of an hour")


def wrong_commodity(county: Tiers, plan: TieredPlan) -> tuple[Tiers, Found]:
    """Bar the commodity of "first", which nobody else has, from the station."""
    (station,) = county.stations
    barred = replace(station, barred=frozenset({"first"}))
    return replace(county, stations=(barred,)), {("station_commodity", "first")}


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_one_broken_handover_is_found_and_nothing_else(seed: int) -> None:
    """Late, lost, doubled, over capacity, wrong commodity: each injected into 200 random plans."""
    county, plan = random_plan(seed)
    for break_one in (late, lost, doubled, over_capacity):
        broken, expected = break_one(county, plan)
        assert found(county, broken) == expected, break_one.__name__
    stricter, expected = wrong_commodity(county, plan)
    assert found(stricter, plan) == expected


def test_over_capacity_is_really_injected() -> None:
    """Two shipments of 6 pieces at 10 a quarter have two quarters; both in the second are 12."""
    county = tiers([to(v, pieces=6) for v in ("V1", "V2")], station={"pieces_per_quarter_h": LIMIT})
    broken, expected = over_capacity(county, planned(county, THROUGH, clocks()))
    assert expected == {("throughput", "")}
    (violation,) = check_tiers(county, broken)
    assert (violation.rule, violation.amount, violation.limit) == ("throughput", 12, LIMIT)


def test_a_plan_without_trips_that_lists_all_as_unserved_is_clean() -> None:
    """Serving nobody breaks no rule of any tier."""
    county = tiers([to("V1"), back("V2")])
    assert_clean(county, planned(county, THROUGH, {}))


def test_a_plan_that_says_nothing_of_a_shipment_has_lost_it() -> None:
    """Neither leg is carried, nor is the shipment listed."""
    county = tiers([to("V1")])
    plan = replace(planned(county, THROUGH, {}), plan=Plan())
    assert [v.detail for v in check_tiers(county, plan) if v.rule == "lost"] == ["D-V1/1", "D-V1/2"]


def test_ways_that_do_not_exist_or_are_not_allowed_are_named() -> None:
    """T is no station, and N1 goes direct only."""
    county = tiers([to("V1"), to("N1")])
    plan = replace(planned(county, {}, {}), choice={"V1": Way("T"), "N1": S})
    rules = {(v.rule, v.place) for v in check_tiers(county, plan)}
    assert {("way_unknown", "V1"), ("way_barred", "N1")} <= rules


def test_villages_that_must_go_together_do() -> None:
    """V1 through the station, V2 direct, and they belong together."""
    county = tiers([to("V1"), to("V2")])
    plan = planned(county, {"V1": S, "V2": DIRECT}, clocks())
    bound = replace(county, together=(frozenset({"V1", "V2"}),))
    assert [(v.rule, v.place, v.detail) for v in check_tiers(bound, plan)] == [("not_together", "V2", "V1")]


def test_freshness_counts_the_time_at_the_station() -> None:
    """From leaving the hub to V1 the goods are longer under way than 4,800 s: they wait for the clock."""
    county = tiers([to("V1")])
    plan = planned(county, THROUGH, clocks())
    (h,) = plan.handovers
    under_way_s = 3_600 + (h.left_s - h.arrived_s) + 600
    for limit_s, rules in ((under_way_s, set()), (under_way_s - 1, {("freshness", "D-V1")})):
        fresh = tiers([to("V1", max_on_board_s=limit_s)])
        assert found(fresh, plan) == rules


def test_due_times_at_the_hub_bind_the_second_leg() -> None:
    """The plan is for 16:00; judged by 15:00 the van that leaves S after 14:10 is late."""
    plan = planned(tiers([back("V1", due_s=16 * HOUR_S)]), THROUGH, clocks())
    assert found(tiers([back("V1", due_s=15 * HOUR_S)]), plan) == {("due", "U-V1/2")}


def test_handling_needs_an_open_station() -> None:
    """Arrival at the latest at 09:00 and handling done ten minutes later, when the station has shut for an hour."""
    county = tiers([to("V1")])
    plan = planned(county, THROUGH, clocks())
    (h,) = plan.handovers
    hours = (TimeWindow(late_s=h.arrived_s), TimeWindow(early_s=h.left_s))
    places = tuple(replace(p, windows=hours) if p.id == "S" else p for p in county.problem.places)
    shut = replace(county, problem=replace(county.problem, places=places))
    expected = set() if h.ready_s == h.left_s else {("station_closed", "D-V1")}
    assert found(shut, plan) >= expected
    assert [p.id for p in places] == list(AT)


def test_storage_is_judged_over_time() -> None:
    """Two loads of 10 lie at the station together; room for 19 is too little."""
    county = tiers([to("V1"), to("V2")])
    plan = planned(county, THROUGH, clocks())
    small = replace(county, stations=(replace(county.stations[0], storage=(19,)),))
    (violation,) = check_tiers(small, plan)
    assert (violation.rule, violation.amount, violation.limit, violation.detail) == ("storage", 20, 19, "load_g")


@pytest.mark.parametrize("change", [{"arrived_s": 1}, {"left_s": 1}])
def test_a_handover_must_say_what_the_trips_do(change: dict[str, int]) -> None:
    """Stated moments that differ by a second are named."""
    county = tiers([to("V1")])
    plan = planned(county, THROUGH, clocks())
    (h,) = plan.handovers
    moved = replace(h, **{name: getattr(h, name) + by for name, by in change.items()})
    assert found(county, replace(plan, handovers=(moved,))) == {("handover_stated", "D-V1")}


def test_handovers_are_stated_once_and_only_where_there_are_any() -> None:
    """One missing, and one for goods that go direct."""
    county = tiers([to("V1"), to("N1")])
    plan = planned(county, THROUGH, clocks())
    stray = Handover(shipment="D-N1", station="S", arrived_s=0, ready_s=600, left_s=600)
    assert found(county, replace(plan, handovers=(stray,))) == {("handover_count", "D-V1"), ("handover_count", "D-N1")}


def test_every_rule_reads_in_both_languages() -> None:
    """A violation of each rule fills its sentence."""
    for rule in RULES:
        violation = HandoverViolation(
            rule=rule, shipment="s", place="S", time_s=3_600, amount=60, limit=120, detail="load_g"
        )
        assert violation.render("zh").startswith(f"[{rule}] ")
        assert violation.render("en").startswith(f"[{rule}] ")


def test_opening_hours_of_the_station_bind_the_vehicles() -> None:
    """The wheeler may not load at a station that opens at noon."""
    county = tiers([to("V1")])
    plan = planned(county, THROUGH, clocks())
    noon = (TimeWindow(early_s=12 * HOUR_S),)
    places = tuple(
        Place(id=p.id, windows=noon if p.id == "S" else (), visit_s=p.visit_s) for p in county.problem.places
    )
    shut = replace(county, problem=replace(county.problem, places=places))
    assert {rule for rule, _ in found(shut, plan)} >= {"place_window", "loading_window", "station_closed"}
