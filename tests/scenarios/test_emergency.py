"""Emergencies on a county with one bridge: who is cut off, relays, drones, and whose goods come first.

A --- H --- B === bridge === C --- D --- E
"""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from optimizer.fallback import unserved_plan
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.model import TieredPlan, Way
from optimizer.tiers.reasons import explain_tiers
from optimizer.tiers.search import TieredResult, walked
from scenarios.emergency.answer import Planner
from scenarios.emergency.apart import joined, part, rest
from scenarios.emergency.effort import phases_of
from scenarios.emergency.means import DRONE_ONLY, NONE, RELAY, Means, county_with, offered
from scenarios.emergency.model import PriorityClass
from scenarios.emergency.priority import weighed
from scenarios.emergency.read import read_emergency
from scenarios.emergency.standing import class_rows, stand
from scenarios.emergency.turns import TURN_S, Claim, take_turns
from scenarios.errors import InvalidInput
from tests.helpers import shipment
from tests.scenarios.one_bridge import (
    BRIDGE,
    CLASSES,
    DRONE,
    FAR_VAN,
    RELAY_TEXT,
    bridge_day,
    emergency_of,
    grounds,
    order,
    rescue_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.model import Shipment
    from optimizer.tiers.model import Tiers
    from scenarios.emergency.county import Rescue
    from scenarios.emergency.standing import ClassRow


class Found(NamedTuple):
    """A plan that the referee has passed, with reasons, and what it brings across by class."""

    plan: TieredPlan
    rows: tuple[ClassRow, ...]

    @property
    def carried(self) -> int:
        """Pieces that cross."""
        return sum(row.carried for row in self.rows)

    @property
    def reasons(self) -> set[str]:
        """Why shipments are left."""
        return {u.reason for u in self.plan.plan.unserved}


def answer(rescue: Rescue, means: Means) -> Found:
    """Return the plan of a short walk with these means, in this process."""
    _, tiers = county_with(rescue, means)
    plan = walked(tiers, stop=Stop(iterations=1))
    assert not check_tiers(tiers, plan)
    return Found(explain_tiers(tiers, plan), class_rows(rescue, tiers, plan))


def test_the_villages_behind_the_bridge_are_cut_off_and_no_others(tmp_path: Path) -> None:
    """C, D and E lie behind it: 5 pieces of 1 kg each; they were 2, 3 and 4 steps from the hub."""
    day = bridge_day(tmp_path)
    emergency = emergency_of(tmp_path, day)
    base, ground = grounds(day, emergency)
    found = stand(base, ground)
    assert [(each.place, each.pieces, each.load_g) for each in found.cut] == [(x, 5, 5_000) for x in "CDE"]
    assert [[each.place for each in places] for places in found.areas.values()] == [["C", "D", "E"]]
    drives = [each.before_s for each in found.cut]
    assert drives[1] - drives[0] == pytest.approx(drives[0] / 2, abs=2)
    assert [(each.profile, each.places, each.pieces) for each in found.classes] == [("van", 3, 15)]
    assert found.longer == ()


def test_nobody_is_cut_off_by_a_road_that_nobody_needs(tmp_path: Path) -> None:
    """The end of the road beyond E has no village; a circle there closes the last piece and E falls off it."""
    day = bridge_day(tmp_path)
    emergency = emergency_of(tmp_path, day)
    base, _ = grounds(day, emergency)
    ground = grounds(day, replace(emergency, closures=()))[1]
    assert stand(base, ground).cut == ()
    assert stand(base, ground).areas == {}


def test_a_relay_lies_at_the_ends_of_the_closed_road(tmp_path: Path) -> None:
    """Its near end is the western end of the bridge, its far end the eastern one, 1,003 m on foot."""
    (crossing,) = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT).crossings
    assert (crossing.near[0], crossing.far[0]) == pytest.approx(BRIDGE)
    assert crossing.walk_m == pytest.approx(1_003, abs=2)
    assert crossing.tote_s == 600


def test_the_walk_gives_the_minutes_where_nobody_states_them(tmp_path: Path) -> None:
    """1,003 m at 50 m a minute are 21 minutes, rounded up; the notes say so in both languages."""
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), '[[relays]]\nid = "R"\n')
    assert rescue.crossings[0].tote_s == 21 * 60
    assert any("21 min a tote" in note.en and "21 分钟" in note.zh for note in rescue.county.notes)


def test_without_any_means_everything_behind_the_bridge_stays_with_a_reason(tmp_path: Path) -> None:
    """Both vans still serve A and B; for the three shipments beyond the reason is that there is no drone."""
    found = answer(rescue_of(tmp_path, bridge_day(tmp_path)), NONE)
    assert {u.shipment for u in found.plan.plan.unserved} == {f"H>{x}:-:parcel" for x in "CDE"}
    assert found.reasons <= {"U116", "U140"}
    assert {u.numbers["vehicle_type"] for u in found.plan.plan.unserved} == {"drone@UAV"}
    assert found.carried == 0


def test_a_relay_and_a_van_on_the_far_side_serve_everybody(tmp_path: Path) -> None:
    """All 15 pieces change vehicles at R, ten minutes after they came at the earliest."""
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN)
    found = answer(rescue, RELAY)
    assert found.plan.plan.unserved == ()
    assert {h.shipment for h in found.plan.handovers} == {f"H>{x}:-:parcel" for x in "CDE"}
    assert all(h.ready_s - h.arrived_s >= 600 for h in found.plan.handovers)
    far = [route for route in found.plan.plan.routes if route.vehicle_type == "van@R"]
    assert {visit.place for route in far for trip in route.trips for visit in trip.visits} == {"C", "D", "E"}


def test_a_relay_without_vehicles_on_the_far_side_serves_nobody(tmp_path: Path) -> None:
    """Goods could be carried over, but nobody takes them on."""
    found = answer(rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT), RELAY)
    assert found.carried == 0


def test_a_van_that_lives_behind_the_bridge_starts_from_the_relay(tmp_path: Path) -> None:
    """One of the county's vans is at home at D: nobody has to be hired."""
    day = bridge_day(tmp_path)
    day = replace(day, fleet=(day.fleet[0], replace(day.fleet[0], id="van-D", depot="D", count=1)))
    rescue = rescue_of(tmp_path, day, RELAY_TEXT)
    assert rescue.carriers == {"R": ("van-D",)}
    assert answer(rescue, RELAY).carried == 15


def test_a_drone_flies_where_its_range_and_payload_allow(tmp_path: Path) -> None:
    """One flight of 60 km there and back takes 15 kg to C, D and E; with 12 km of range not even C is reached."""
    day = bridge_day(tmp_path)
    assert answer(rescue_of(tmp_path, day, DRONE), DRONE_ONLY).carried == 15
    short = DRONE.replace("range_km = 60", "range_km = 12")
    assert answer(rescue_of(tmp_path, day, short), DRONE_ONLY).carried == 0


def test_heavy_pieces_are_not_carried_over_on_foot(tmp_path: Path) -> None:
    """A piece of 40 kg is more than the 30 kg of the relay: refused at the station with the commodity named."""
    heavy = order("F", "C", pieces=1)
    day = bridge_day(tmp_path, (order("P", "A"), replace(heavy, load=replace(heavy.load, load_g=40_000))))
    found = answer(rescue_of(tmp_path, day, RELAY_TEXT, FAR_VAN), RELAY)
    assert found.reasons == {"U191"}


def test_medicine_goes_before_parcels_where_only_some_of_it_can_cross(tmp_path: Path) -> None:
    """A tote of 5 pieces a quarter for 6 quarters: 30 of the 40 pieces cross, the 20 of medicine are all among them.

    Parcels are worth more by themselves: 9,000 yuan each order against 1 yuan.
    """
    medicine = tuple(order(f"M{x}{k}", x, "medicine", 5, penalty_fen=100) for x in "DE" for k in range(2))
    parcels = tuple(order(f"P{x}{k}", x, "parcel", 5, penalty_fen=900_000) for x in "CD" for k in range(2))
    relay = '[[relays]]\nid = "R"\ntotes_per_hour = 4\nmin_per_tote = 10\nhours = "08:00-11:00"\n'
    rescue = rescue_of(tmp_path, bridge_day(tmp_path, (*medicine, *parcels)), relay, FAR_VAN, CLASSES)
    found = answer(rescue, RELAY)
    first, rest = found.rows
    assert (first.name.en, first.carried, first.pieces) == ("medicine", 20, 20)
    assert (rest.carried, rest.pieces, len(rescue.waiting)) == (10, 20, 10)


def small_day() -> tuple[Shipment, ...]:
    """Return seven shipments of three classes, the lowest ones dear, the highest cheap."""
    fen = {"parcel": (900, 800, 700), "food": (20, 30), "medicine": (1, 2)}
    return tuple(
        shipment(f"{goods}{k}", "H", "V1", commodity=goods, penalty_fen=each)
        for goods, own in fen.items()
        for k, each in enumerate(own)
    )


def test_no_choice_of_goods_to_leave_puts_a_lower_class_first() -> None:
    """Of all 2^7 sets that may be left behind, a lighter one never leaves more of the highest class that differs.

    Half of a shipment's weight counts as well, for it hangs on either leg.
    """
    classes = (
        PriorityClass(name="药品", commodities=("medicine",)),
        PriorityClass(name="食品", commodities=("food",)),
    )
    goods = weighed(small_day(), classes)
    of_class = {name: [s for s in goods if s.commodity == name] for name in ("medicine", "food", "parcel")}
    below_food = sum(s.penalty_fen for s in of_class["parcel"])
    below_medicine = below_food + sum(s.penalty_fen for s in of_class["food"])
    assert all(s.penalty_fen // 2 > below_food for s in of_class["food"])
    assert all(s.penalty_fen // 2 > below_medicine for s in of_class["medicine"])
    sets = [
        (sum(s.penalty_fen for s, out in zip(goods, left, strict=True) if out), counts(goods, left))
        for left in product((False, True), repeat=len(goods))
    ]
    ordered = [left for _, left in sorted(sets)]
    assert ordered == sorted(ordered)


def counts(goods: tuple[Shipment, ...], left: tuple[bool, ...]) -> tuple[int, int]:
    """Return how many shipments of medicine and of food are left."""
    out = [s.commodity for s, is_out in zip(goods, left, strict=True) if is_out]
    return out.count("medicine"), out.count("food")


def test_the_lowest_class_keeps_its_own_penalties() -> None:
    """Parcels are weighed as ever, so that they are still left where serving them costs more than they are worth."""
    goods = weighed(small_day(), (PriorityClass(name="药品", commodities=("medicine",)),))
    assert [s.penalty_fen for s in goods if s.commodity == "parcel"] == [900, 800, 700]


def test_an_hour_by_which_a_class_is_wanted_becomes_its_due_time() -> None:
    """By 10:00, but never before goods can be loaded at all."""
    late = shipment("late", "H", "V1", commodity="medicine", ready_s=40_000)
    classes = (PriorityClass(name="药品", commodities=("medicine",), by_s=36_000),)
    assert [s.due_s for s in weighed((*small_day(), late), classes) if s.commodity == "medicine"] == [
        36_000,
        36_000,
        40_000,
    ]


def test_turns_at_a_relay_go_by_class_and_then_by_distance() -> None:
    """10 pieces a quarter: the hour of the first turn takes the 30 of class 0 and the nearer 10 of class 1."""
    claims = (
        Claim(shipment="far", rank=1, away_s=900, pieces=10),
        Claim(shipment="near", rank=1, away_s=300, pieces=10),
        Claim(shipment="first", rank=0, away_s=5_000, pieces=30),
    )
    turns, left = take_turns(claims, first_s=28_800, last_s=64_800, per_quarter=10)
    assert turns == {"first": 28_800, "near": 28_800, "far": 28_800 + TURN_S}
    assert left == frozenset()


def test_what_finds_no_turn_is_of_the_lowest_class() -> None:
    """Two hours until the relay's last mile: 80 pieces, so 30 of the 110 wait, and they are parcels."""
    claims = [Claim(shipment=f"m{k}", rank=0, away_s=k, pieces=5) for k in range(10)]
    claims += [Claim(shipment=f"p{k}", rank=1, away_s=k, pieces=5) for k in range(12)]
    turns, left = take_turns(claims, first_s=28_800, last_s=28_800 + 3 * 3_600, per_quarter=10)
    assert len(turns) == 16
    assert left == {f"p{k}" for k in range(6, 12)}


def test_classes_choose_their_ways_apart_where_relay_and_drone_both_serve(tmp_path: Path) -> None:
    """D gets medicine and parcels: medicine has a twin of D; both may go by relay or fly."""
    day = bridge_day(tmp_path, (order("M", "D", "medicine"), order("P", "D")))
    rescue = rescue_of(tmp_path, day, RELAY_TEXT, FAR_VAN, DRONE, CLASSES)
    assert rescue.village_of == {"D+1": "D"}
    assert Way("R") in rescue.tiers.ways("D") & rescue.tiers.ways("D+1")
    assert [means.key for means in offered(rescue)] == ["none", "relay", "drone", "both"]


def test_fewer_means_close_ways_and_leave_vehicles_at_home(tmp_path: Path) -> None:
    """Without relays nobody goes through R, and the van on the far side is not counted."""
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN, DRONE)
    county, tiers = county_with(rescue, NONE)
    assert {v.id: v.count for v in county.problem.vehicle_types} == {"van": 2, "van@R": 0, "drone@UAV": 0}
    assert all(not way.station for place in "CDE" for way in tiers.ways(place))
    county, _ = county_with(rescue, replace(RELAY, more="van@R"))
    assert county.problem.vehicle_type_of["van@R"].count == 2


@pytest.fixture
def _walks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers be searched in this process, which takes no time to start."""

    def solved(tiers: Tiers, *, stop: Stop, seed: int, **_: Any) -> TieredResult:
        plan = walked(tiers, stop=stop, seed=seed)
        figures: dict[str, Any] = {"history": (), "workers": 1, "seconds": 0.0, "stopped": False}
        return TieredResult(plan=plan, seed=seed, iterations=1, baselines={}, baselines_left={}, **figures)

    monkeypatch.setattr("scenarios.emergency.answer.solve_tiers", solved)


@pytest.mark.usefixtures("_walks_here")
def test_more_means_never_bring_less(tmp_path: Path) -> None:
    """The plan of fewer means stands in, so cost with penalties never rises from none over relay to both."""
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN, DRONE)
    found = Planner(rescue, stop=Stop(iterations=1)).answers()
    totals = [each.plan.plan.cost.total_fen for each in found.compared]
    assert totals[-1] == min(totals)
    assert found.compared[0].carried == 0
    assert found.compared[-1].carried == 15


def test_parts_that_cross_conserve_pieces_loads_and_seconds(tmp_path: Path) -> None:
    """100 pieces for D cross in parts; what goes to A stays whole."""
    day = bridge_day(tmp_path, (order("P", "D", pieces=100), order("Q", "A", pieces=100)))
    rescue = rescue_of(tmp_path, day, RELAY_TEXT.replace("400", "40"), FAR_VAN)
    parts = [s for s in rescue.county.problem.shipments if s.destination == "D"]
    assert len(parts) > 1
    assert sum(s.pieces for s in parts) == 100
    assert [sum(loads) for loads in zip(*(s.load for s in parts), strict=True)] == [100_000, 100_000]
    assert len([s for s in rescue.county.problem.shipments if s.destination == "A"]) == 1


def test_a_relay_far_from_any_break_is_refused(tmp_path: Path) -> None:
    """West of A there is no road that is cut off; a second relay without a spot finds no area either."""
    day = bridge_day(tmp_path)
    west = '[[relays]]\nid = "W"\nlon = 109.9\nlat = 30.0\n'
    with pytest.raises(InvalidInput, match=r"^E540 ") as caught:
        rescue_of(tmp_path, day, west, RELAY_TEXT, '[[relays]]\nid = "R2"\n')
    assert [(fault.code, fault.value) for fault in caught.value.faults] == [("E545", "W"), ("E546", "R2")]


def test_a_hub_without_any_road_is_refused(tmp_path: Path) -> None:
    """All roads closed by their numbers: nobody can leave the hub."""
    day = bridge_day(tmp_path)
    path = tmp_path / "all.toml"
    path.write_text('[[closed]]\nedges = ["0", "1", "2", "3", "4", "5", "6"]\n')
    with pytest.raises(InvalidInput) as caught:
        grounds(day, read_emergency(path, day))
    assert [fault.code for fault in caught.value.faults] == ["E549"]


@pytest.mark.usefixtures("_walks_here")
def test_the_first_class_comes_sooner_and_no_class_but_the_last_loses(tmp_path: Path) -> None:
    """Medicine for E, parcels for all: the plan to go by has medicine no later than the plan that is merely cheap."""
    day = bridge_day(tmp_path, (order("M", "E", "medicine"), *(order(f"P{x}", x) for x in "CDE")))
    rescue = rescue_of(tmp_path, day, RELAY_TEXT, FAR_VAN, CLASSES)
    found = Planner(rescue, stop=Stop(iterations=1)).answers()
    usual, best = found.compared[-1].rows[0], found.best.rows[0]
    assert usual.carried == best.carried == 5
    assert usual.mean_s is not None
    assert best.mean_s is not None
    assert best.mean_s <= usual.mean_s
    assert found.best.is_hurried == (best.mean_s < usual.mean_s)


@pytest.mark.usefixtures("_walks_here")
def test_one_vehicle_more_is_tried_where_goods_are_left(tmp_path: Path) -> None:
    """A cart of 10 kg at R makes one trip: of 30 pieces of 1 kg ten cross, with a second cart twenty, by drone all."""
    day = bridge_day(tmp_path, tuple(order(f"P{x}", x, pieces=10) for x in "CDE"))
    small = replace(day.fleet[0], id="cart", count=0, max_trips=1)
    box = replace(small.compartments[0], room=replace(small.compartments[0].room, load_g=10_000))
    day = replace(day, fleet=(*day.fleet, replace(small, compartments=(box,))))
    rescue = rescue_of(tmp_path, day, RELAY_TEXT, FAR_VAN.replace('"van"', '"cart"'))
    found = Planner(rescue, stop=Stop(iterations=1)).answers()
    assert found.best.carried == 10
    assert [(each.means.more, each.carried) for each in found.more] == [
        ("cart@R", 20),
        ("drone@UAV", 30),
    ]


def test_a_wish_to_stop_keeps_what_is_done(tmp_path: Path) -> None:
    """Stopped before anything: one plan is there all the same, and says that it is not all."""
    cancel = threading.Event()
    cancel.set()
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN)
    found = Planner(rescue, stop=Stop(seconds=5), cancel=cancel).answers()
    assert [each.means.key for each in found.compared] == ["none"]
    assert not found.is_whole


def test_a_solver_that_never_begins_still_leaves_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process does any work: nobody is served, by ways that every place allows, and the referee accepts that."""

    def idle(tiers: Tiers, *, stop: Stop, seed: int, **_: Any) -> TieredResult:
        figures: dict[str, Any] = {"history": (), "workers": 1, "seconds": 0.0, "stopped": False}
        plan = TieredPlan(choice={}, plan=unserved_plan(tiers.problem))
        return TieredResult(plan=plan, seed=seed, iterations=0, baselines={}, baselines_left={}, **figures)

    monkeypatch.setattr("scenarios.emergency.answer.solve_tiers", idle)
    found = Planner(rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN), stop=Stop(seconds=1)).answers()
    assert [each.carried for each in found.compared] == [0, 0]
    assert not any(check_tiers(each.tiers, each.plan) for each in found.compared)


@pytest.mark.parametrize("is_mixed", [True, False])
def test_no_phase_searches_longer_than_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_mixed: bool
) -> None:
    """Nothing is ever found, so every solve that there can be is tried, for goods of two classes three of them.

    That is 3 x 0.3 + 0.3 + 0.4 of the seconds of a plan, and 3 times all of them where no other goods are there.
    """
    spent: dict[str, float] = {}

    class Listener:
        def phase(self, name: str) -> None:
            spent[name] = 0.0

        def better(self, progress: object) -> None:
            raise AssertionError(progress)

    def fruitless(tiers: Tiers, *, stop: Stop, seed: int, **_: Any) -> TieredResult:
        spent[list(spent)[-1]] += stop.seconds or 0.0
        figures: dict[str, Any] = {"history": (), "workers": 1, "seconds": 0.0, "stopped": False}
        choice = {place: min(ways) for part, ways in tiers.groups for place in part}
        plan = TieredPlan(choice=choice, plan=unserved_plan(tiers.problem))
        return TieredResult(plan=plan, seed=seed, iterations=1, baselines={}, baselines_left={}, **figures)

    monkeypatch.setattr("scenarios.emergency.answer.solve_tiers", fruitless)
    orders = (order("M", "E", "medicine"), order("P", "D"), *([order("Q", "A")] if is_mixed else []))
    rescue = rescue_of(tmp_path, bridge_day(tmp_path, orders), RELAY_TEXT, FAR_VAN, CLASSES)
    Planner(rescue, stop=Stop(seconds=10), ear=Listener()).answers()
    most = dict(phases_of(rescue))
    assert most["relay"] == pytest.approx(1.6 if is_mixed else 3)
    assert spent["relay"] == pytest.approx(10 * most["relay"])
    assert all(seconds <= 10 * most[name] + 1e-9 for name, seconds in spent.items() if name != "reasons")
    assert [name for name in most if name in spent] == [name for name in spent if name != "reasons"]


def test_what_crosses_and_the_rest_make_one_plan_that_the_referee_accepts(tmp_path: Path) -> None:
    """One of two vans drives to R; the rest is planned with one van, which gets the number that is free."""
    rescue = rescue_of(tmp_path, bridge_day(tmp_path), RELAY_TEXT, FAR_VAN)
    _, tiers = county_with(rescue, RELAY)
    goods = {f"H>{x}:-:parcel" for x in "CDE"}
    first = walked(part(tiers, goods), stop=Stop(iterations=1))
    assert {r.vehicle_type: r.number for r in first.plan.routes} == {"van": 1, "van@R": 1}
    left = rest(tiers, goods, first)
    assert {v.id: v.count for v in left.problem.vehicle_types}["van"] == 1
    second = walked(left, stop=Stop(iterations=1))
    both = joined(tiers, goods, first, second)
    assert not check_tiers(tiers, both)
    assert sorted((r.vehicle_type, r.number) for r in both.plan.routes) == [("van", 1), ("van", 2), ("van@R", 1)]
    assert both.plan.cost.total_fen == first.plan.cost.total_fen + second.plan.cost.total_fen


def test_the_rest_keeps_half_of_the_docks(tmp_path: Path) -> None:
    """One drive loads for the relay: of three docks two are left, and of one that one, for the referee to judge."""
    day = bridge_day(tmp_path)
    left = {}
    for docks in (1, 3):
        places = tuple(replace(p, docks=docks) if p.id == "H" else p for p in day.places)
        _, tiers = county_with(rescue_of(tmp_path, replace(day, places=places), RELAY_TEXT, FAR_VAN), RELAY)
        goods = {f"H>{x}:-:parcel" for x in "CDE"}
        first = walked(part(tiers, goods), stop=Stop(iterations=1))
        left[docks] = rest(tiers, goods, first).problem.depot_of["H"].docks
    assert left == {1: 1, 3: 2}
