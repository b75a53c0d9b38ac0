"""Goods on scheduled departures: which bag rides which, beside which legs, at what fare, and why some cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Conflict, Lock, Place, TimeWindow
from optimizer.plan import Cost
from optimizer.repair import complete
from optimizer.tiers.check import check_tiers
from optimizer.tiers.legs import expand
from optimizer.tiers.lines import Ride, piece_load
from optimizer.tiers.model import DIRECT, Tiers, Way
from optimizer.tiers.plan import carried_once, driven, settle, tiered_cost, trace
from optimizer.tiers.violations import HandoverViolation
from tests.helpers import HOUR_S, vehicle
from tests.optimizer.tiers.towns import AT, S, assert_clean, back, bus, clocks, home, restated, tiers, to, town

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.tiers.lines import ScheduledDeparture
    from optimizer.tiers.model import TieredPlan

LINE = Way(last="line")
TRUNK = Way("S", "line")
LAST = Way("S", last="line")
BOTH = Way("S", "line", "line")
ALL = frozenset({DIRECT, S, LINE, TRUNK, LAST, BOTH})


def lined(
    goods: Sequence[Shipment], *departures: ScheduledDeparture, ways: frozenset[Way] = ALL, **changes: Any
) -> Tiers:
    """Return the county with these departures; every village may go every way."""
    return tiers(goods, departures=departures, modes=dict.fromkeys(("N1", "V1", "V2", "V3"), ways), **changes)


def plan_of(county: Tiers, choice: Mapping[str, Way], **at: float) -> TieredPlan:
    """Return the plan that cheapest insertion makes, refereed; places that ``choice`` does not name go any way."""
    whole = {place: choice.get(place, min(ways)) for place, ways in county.modes.items()}
    legs = expand(county, whole, clocks(**at))
    plan = settle(legs, complete(legs.problem, {}))
    assert_clean(county, plan)
    assert plan.plan.cost == tiered_cost(county, plan)
    return plan


def left(plan: TieredPlan) -> list[tuple[str, str]]:
    return [(u.shipment, u.reason) for u in plan.plan.unserved]


@pytest.mark.parametrize("way", [DIRECT, LINE, S, TRUNK, LAST, BOTH])
def test_a_way_is_read_as_it_is_written(way: Way) -> None:
    """One word each."""
    assert Way.parse(str(way)) == way
    assert [str(w) for w in (DIRECT, LINE, S, TRUNK, LAST, BOTH)] == [
        "direct",
        "line",
        "S",
        "line>S",
        "S>line",
        "line>S>line",
    ]


@pytest.mark.parametrize("text", ["", "line>line", "S>T", "line>", "direct>S", "line>S>line>T"])
def test_what_is_no_way_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidInput, match=r"^E156 "):
        Way.parse(text)


def test_a_line_to_no_station_and_an_unknown_means_are_no_ways() -> None:
    """Made by hand they are refused as well."""
    for station, trunk, last in (("", "line", "road"), ("S", "boat", "road")):
        with pytest.raises(InvalidInput, match=r"^E156 "):
            Way(station, trunk, last)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E111", {"room": (-1,)}),
        ("E111", {"dwell_s": -1}),
        ("E112", {"id": ""}),
        ("E158", {"arrive_s": (0, 50), "depart_s": (60, 90)}),
        ("E159", {"stops": ("H",), "arrive_s": (0,), "depart_s": (0,)}),
        ("E159", {"arrive_s": (0, 0, 0)}),
    ],
)
def test_names_what_is_wrong_with_a_departure(code: str, changes: dict[str, Any]) -> None:
    """Negative space, times that go backwards, stops without times."""
    with pytest.raises(InvalidInput, match=f"^{code} ") as caught:
        replace(bus(stops="H S"), **changes)
    assert caught.value.render("zh")


@pytest.mark.parametrize(
    ("code", "departures"),
    [
        ("E120", (bus(), bus())),
        ("E121", (replace(bus(stops="H S"), stops=("H", "Nowhere")),)),
        ("E131", (bus(room=(1, 2)),)),
        ("E131", (bus(max_piece=(1, 2)),)),
    ],
)
def test_refuses_departures_that_do_not_fit_the_county(code: str, departures: tuple[ScheduledDeparture, ...]) -> None:
    """A line through a place that does not exist, an id twice, other load dimensions."""
    with pytest.raises(InvalidInput, match=f"^{code} departure"):
        Tiers(problem=town([]), departures=departures)


def test_a_bus_to_the_village_needs_no_vehicle() -> None:
    """At V1 it is there 2,160 s after it leaves; two pieces at 100 fen, and 500 because it takes any at all."""
    county = lined([to("V1", pieces=2, handling_fen=7)], bus(fen_per_trip=500))
    plan = plan_of(county, {"V1": LINE})
    leaves_s = 8 * HOUR_S
    assert plan.rides == (
        Ride(
            shipment="D-V1",
            departure="B1",
            origin="H",
            destination="V1",
            board_s=leaves_s,
            alight_s=leaves_s + 2_220,
        ),
    )
    assert not plan.plan.routes
    assert (plan.plan.cost.line_fen, plan.plan.cost.handling_fen, plan.plan.cost.total_fen) == (700, 7, 707)
    assert not driven(county, plan).shipments
    assert [(s.what, s.place, s.vehicle) for s in trace(county, plan, "D-V1")[1:]] == [
        ("left", "H", "B1"),
        ("delivered", "V1", "B1"),
    ]


def test_a_bus_to_the_station_meets_its_wheeler() -> None:
    """There at 08:31, handled ten minutes later; the wheeler loads then, no clock needed."""
    county = lined([to("V1", handling_fen=7)], bus())
    plan = plan_of(county, {"V1": TRUNK})
    (handover,) = plan.handovers
    assert handover.arrived_s == 8 * HOUR_S + 1_860
    assert handover.left_s >= handover.ready_s == handover.arrived_s + 600
    assert [r.vehicle_type for r in plan.plan.routes] == ["wheeler"]
    assert plan.plan.cost.handling_fen == 7
    assert [s.what for s in trace(county, plan, "D-V1")] == [
        "ready",
        "left",
        "arrived",
        "handled",
        "loaded",
        "left",
        "delivered",
    ]


def test_a_van_to_the_station_meets_the_bus_that_goes_on() -> None:
    """By 09:00 at S, handled by 09:10: the bus that leaves S at 08:32 is gone, the next is taken."""
    county = lined([to("V2")], bus(), bus("B2", 10))
    plan = plan_of(county, {"V2": LAST})
    (ride,) = plan.rides
    assert (ride.shipment, ride.departure, ride.origin) == ("D-V2/2", "B2", "S")
    assert plan.handovers[0].left_s == ride.board_s
    assert [r.vehicle_type for r in plan.plan.routes] == ["van"]


def test_goods_up_ride_home_as_goods_down_ride_out() -> None:
    """Wheeler to S by 14:00, bus from there at 15:20; or bus to S and van from there."""
    county = lined([back("V1")], home(), home("R2", 8))
    by_road_first = plan_of(county, {"V1": TRUNK})
    assert [(r.shipment, r.departure, r.destination) for r in by_road_first.rides] == [("U-V1/2", "R1", "H")]
    by_line_first = plan_of(county, {"V1": LAST})
    assert [(r.shipment, r.departure, r.destination) for r in by_line_first.rides] == [("U-V1/1", "R2", "S")]


def test_two_lines_meet_at_the_station() -> None:
    """Off the first bus at 08:31 and handled by 08:41; the second leaves S at 09:32."""
    county = lined([to("V3", handling_fen=3)], bus(stops="H S"), bus("B2", 9, "H S V1 V2 V3"))
    plan = plan_of(county, {"V3": BOTH})
    assert [(r.shipment, r.departure) for r in plan.rides] == [("D-V3/1", "B1"), ("D-V3/2", "B2")]
    assert plan.plan.cost.handling_fen == 3
    assert [s.id for s in carried_once(county, plan)] == ["D-V3"]


def test_room_is_kept_between_stops_not_for_the_whole_run() -> None:
    """40 to N1 and 40 from V1 home on a round trip never lie in the bus together; 40 more to V1 have no room."""
    round_trip = bus(stops="H N1 V1 H")
    goods = [to("N1", load=40), back("V1", load=40)]
    choice = {"N1": LINE, "V1": LINE}
    assert len(plan_of(lined(goods, round_trip), choice).rides) == 2
    crowded = [*goods, to("V1", load=40)]
    plan = plan_of(lined(crowded, round_trip, ways=frozenset({LINE})), choice)
    assert left(plan) == [("D-V1", "U206")]


def test_the_cheapest_departure_is_taken_and_one_that_runs_anyway_before_another() -> None:
    """The first shipment pays for a trip; the second rides along for its piece though a sooner bus has room."""
    county = lined([to("V1"), to("V2")], bus("B1", 8, fen_per_trip=900), bus("B2", 9, fen_per_trip=500))
    plan = plan_of(county, {"V1": LINE, "V2": LINE})
    assert {r.departure for r in plan.rides} == {"B2"}
    assert plan.plan.cost.line_fen == 500 + 2 * 100


def test_what_a_line_cannot_take_goes_another_way_that_its_place_allows() -> None:
    """A piece of 30 where 20 is the limit goes direct, the village's other goods by bus."""
    goods = [to("V1", load=30), to("V1", id="small", load=30, pieces=2)]
    plan = plan_of(lined(goods, bus(max_piece=(20,))), {"V1": LINE})
    assert plan.exceptions == {"D-V1": DIRECT}
    assert [r.shipment for r in plan.rides] == ["small"]
    assert [trip.shipments for _, trip in plan.plan.trips()] == [("D-V1",)]
    assert piece_load(goods[1]) == (15,)


CONFLICTS = (Conflict(first="food", second="pesticide"),)


@pytest.mark.parametrize(
    ("reason", "numbers", "goods", "departure", "changes"),
    [
        (
            "U200",
            {"dimension": "load_g", "amount": 30, "limit": 20},
            to("V1", load=30),
            {"max_piece": (20,)},
            {},
        ),
        ("U201", {"commodity": "pesticide"}, to("V1", commodity="pesticide"), {"barred": frozenset({"pesticide"})}, {}),
        ("U202", {"origin": "V1", "destination": "H"}, back("V1"), {}, {}),
        ("U203", {"origin": "H", "destination": "V1"}, to("V1", ready_s=8 * HOUR_S + 1), {}, {}),
        ("U203", {"origin": "H", "destination": "V1"}, to("V1", due_s=8 * HOUR_S + 2_219), {}, {}),
        ("U204", {"dimension": "load_g", "amount": 51, "limit": 50}, to("V1", load=51), {}, {}),
        ("U205", {"handling_s": 61, "dwell_s": 60}, to("V1", service_s=61), {}, {}),
        ("U207", {}, to("V1"), {}, {"locks": (Lock(shipment="D-V1", vehicle_type="van"),)}),
        ("U208", {"limit_s": 2_219}, to("V1", max_on_board_s=2_219), {}, {}),
    ],
)
def test_what_no_departure_takes_is_refused_with_reason_and_numbers(
    reason: str, numbers: dict[str, Any], goods: Shipment, departure: dict[str, Any], changes: dict[str, Any]
) -> None:
    """The policy allows the line only, and each time one thing is in the way."""
    county = lined([goods], bus(**departure), ways=frozenset({LINE}), **changes)
    (refused,) = expand(county, {"V1": LINE}, {}).refused
    assert (refused.shipment, refused.reason, refused.numbers) == (goods.id, reason, numbers)


def test_goods_that_must_not_meet_take_different_departures() -> None:
    """Food and pesticide, two buses; with one bus one of them stays."""
    goods = [to("V1", commodity="food", penalty_fen=9), to("V2", commodity="pesticide", penalty_fen=8)]
    choice = {"V1": LINE, "V2": LINE}
    only = {"ways": frozenset({LINE}), "conflicts": CONFLICTS}
    assert {r.departure for r in plan_of(lined(goods, bus(), bus("B2", 9), **only), choice).rides} == {"B1", "B2"}
    assert left(plan_of(lined(goods, bus(), **only), choice)) == [("D-V2", "U206")]


def test_a_stop_has_time_for_so_many_goods() -> None:
    """40 s each at a stop of 60 s: the second takes the next bus. At the hub the bus is loaded before it leaves."""
    goods = [to("V1", id=i, service_s=40) for i in "ab"]
    plan = plan_of(lined(goods, bus(), bus("B2", 9)), {"V1": LINE})
    assert {(r.shipment, r.departure) for r in plan.rides} == {("a", "B1"), ("b", "B2")}


def test_a_bus_that_comes_when_the_village_is_closed_is_no_use() -> None:
    """V1 opens at 09:00; the bus at 08:37 is too early, the one at 09:37 is taken."""
    windows = (TimeWindow(early_s=9 * HOUR_S),)
    places = tuple(Place(id=p, windows=windows if p == "V1" else ()) for p in AT)
    plan = plan_of(lined([to("V1")], bus(), bus("B2", 9), places=places), {"V1": LINE})
    assert [r.departure for r in plan.rides] == ["B2"]


def test_fresh_goods_are_under_way_from_bus_to_door_no_longer_than_they_may() -> None:
    """Bus 1,860 s, handling 600 s, drive 600 s: 3,060 s; a second less and nothing of the kind is possible."""
    county = lined([to("V1", max_on_board_s=3_060)], bus(), ways=frozenset({TRUNK}))
    assert not plan_of(county, {"V1": TRUNK}).plan.unserved
    stale = lined([to("V1", max_on_board_s=3_059)], bus(), ways=frozenset({TRUNK}))
    assert left(plan_of(stale, {"V1": TRUNK})) == [("D-V1", "U194")]


def test_goods_that_miss_the_last_bus_on_are_refused_by_name_of_the_station() -> None:
    """Handled at S by 09:10, when the only bus has left it at 08:32."""
    county = lined([to("V2")], bus(), ways=frozenset({LAST}))
    (refused,) = expand(county, {"V2": LAST}, clocks()).refused
    assert (refused.reason, refused.numbers) == ("U209", {"station": "S"})


def test_goods_for_the_station_itself_ride_the_line_to_it() -> None:
    """Its own goods pass no station; by "line>S" they go by bus."""
    county = tiers([to("S")], departures=(bus(),), modes={"S": frozenset({TRUNK})})
    plan = plan_of(county, {"S": TRUNK})
    assert [(r.shipment, r.destination) for r in plan.rides] == [("D-S", "S")]


def test_half_a_journey_is_none() -> None:
    """No vehicle can take on at the station what the bus would bring: no ride, no fare, one penalty."""
    tiny = (vehicle(capacity=(1,)),)
    county = lined([to("V1", penalty_fen=77)], bus(), ways=frozenset({TRUNK}), vehicle_types=tiny)
    plan = plan_of(county, {"V1": TRUNK})
    assert left(plan) == [("D-V1", "U198")]
    assert not plan.rides
    assert (plan.plan.cost.line_fen, plan.plan.cost.total_fen) == (0, 77)


def broken_rules(county: Tiers, plan: TieredPlan, **changes: Any) -> set[str]:
    """Return the rules broken when the first ride is changed; costs follow."""
    first, *others = plan.rides
    return {
        v.rule for v in check_tiers(county, restated(county, replace(plan, rides=(replace(first, **changes), *others))))
    }


def test_the_referee_judges_each_ride_by_its_timetable() -> None:
    """One bus, one shipment, one thing wrong at a time."""
    county = lined([to("V1")], bus())
    plan = plan_of(county, {"V1": LINE})
    (ride,) = plan.rides
    assert broken_rules(county, plan, board_s=ride.board_s + 1) == {"ride_stated"}
    assert broken_rules(county, plan, alight_s=ride.alight_s - 1) == {"ride_stated"}
    assert broken_rules(county, plan, destination="V2", alight_s=ride.alight_s + 360) == {"ride_stops"}
    unknown = replace(plan, rides=(replace(ride, departure="B9"),), plan=replace(plan.plan, cost=Cost()))
    assert {v.rule for v in check_tiers(county, unknown)} == {"ride_unknown"}
    stray = replace(plan, choice={**plan.choice, "V1": DIRECT})
    assert {v.rule for v in check_tiers(county, stray)} >= {"ride_unasked", "not_served"}
    fares = replace(plan, plan=replace(plan.plan, cost=replace(plan.plan.cost, line_fen=0)))
    assert [(v.rule, v.detail) for v in check_tiers(county, fares)] == [("cost", "line_fen")]


@pytest.mark.parametrize(
    ("rule", "goods", "departure", "changes"),
    [
        ("ride_piece", to("V1"), {"max_piece": (9,)}, {}),
        ("ride_room", to("V1"), {"room": (9,)}, {}),
        ("ride_commodity", to("V1"), {"barred": frozenset({"parcel"})}, {}),
        ("ride_dwell", to("V1", service_s=61), {}, {}),
        ("ride_early", to("V1", ready_s=8 * HOUR_S + 1), {}, {}),
        ("ride_late", to("V1", due_s=8 * HOUR_S), {}, {}),
        ("ride_window", to("V1", delivery_windows=(TimeWindow(early_s=9 * HOUR_S),)), {}, {}),
        ("ride_locked", to("V1"), {}, {"locks": (Lock(shipment="D-V1", vehicle_type="van"),)}),
        ("freshness", to("V1", max_on_board_s=2_219), {}, {}),
    ],
)
def test_the_referee_judges_what_a_departure_may_take(
    rule: str, goods: Shipment, departure: dict[str, Any], changes: dict[str, Any]
) -> None:
    """The plan is right for a county without this limit; judged with it, this rule and no other is broken."""
    plan = plan_of(lined([to("V1")], bus()), {"V1": LINE})
    stricter = lined([goods], bus(**departure), **changes)
    assert {v.rule for v in check_tiers(stricter, plan)} == {rule}


def test_the_referee_finds_goods_that_must_not_meet_and_exceptions_that_are_not_allowed() -> None:
    """Both ride one bus; judged with the conflict they may not. No village allows "T"."""
    goods = [to("V1", commodity="food"), to("V2", commodity="pesticide")]
    plan = plan_of(lined(goods, bus()), {"V1": LINE, "V2": LINE})
    assert {v.rule for v in check_tiers(lined(goods, bus(), conflicts=CONFLICTS), plan)} == {"ride_conflict"}
    narrow = lined(goods, bus(max_piece=(1,)), ways=frozenset({DIRECT, LINE}))
    odd = plan_of(narrow, {"V1": LINE, "V2": LINE})
    forced = replace(narrow, modes=dict.fromkeys(narrow.modes, frozenset({LINE})))
    choice = dict.fromkeys(narrow.modes, LINE)
    found = {(v.rule, v.shipment) for v in check_tiers(forced, replace(odd, choice=choice))}
    assert found == {("exception_barred", "D-V1"), ("exception_barred", "D-V2")}


def test_a_moment_that_is_told_wrong_reads_in_the_language_of_the_reader() -> None:
    """No English word in a Chinese sentence."""
    v = HandoverViolation(rule="handover_stated", shipment="D", place="S", amount=60, limit=120, detail="arrival")
    assert "到达时刻" in v.render("zh")
    assert "arrival" not in v.render("zh")
    assert "arrival" in v.render("en")
