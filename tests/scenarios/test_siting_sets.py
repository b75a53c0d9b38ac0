"""Sets of sites: who is nominated, which village belongs to which site, and what a day with other sites is like."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.scenario import PARCEL, Load
from scenarios.service import Service
from scenarios.siting.candidates import read_siting
from scenarios.siting.model import ROOM, SiteSet
from scenarios.siting.nominate import assign, covered_share, nominate
from scenarios.siting.plans import ground_of
from scenarios.siting.produce import RoomCosts
from scenarios.siting.stations_day import with_sites
from scenarios.stations import ModeRule, ScenarioStation
from scenarios.text import Text
from tests.scenarios.siting_county import GREENS, candidates, costs_of, far_county
from tests.scenarios.small_county import order

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Scenario

NAME = Text("x", "x")


def chosen(*sites: str, **assigned: str) -> SiteSet:
    """Return a set of sites with who belongs to whom."""
    return SiteSet(id="x", name=NAME, sites=frozenset(sites), assigned=assigned)


def test_the_far_township_is_nominated_first_and_today_stands_beside_it(tmp_path: Path) -> None:
    """Its station spares vans four long runs; the near one's spares next to nothing."""
    first, second = nominate(costs_of(far_county(tmp_path), candidates(tmp_path)), 1)
    assert (first.id, first.sites) == ("today", frozenset())
    assert second.sites == {"S2"}
    assert second.nominations[0].model == "fixed_charge"
    assert (second.nominations[0].rank, second.nominations[0].gap) == (1, 0)


def test_models_bring_up_different_sets_each_once(tmp_path: Path) -> None:
    """Of two candidates there are three sets that open any."""
    sets = nominate(costs_of(far_county(tmp_path), candidates(tmp_path)), 9)
    assert len({each.sites for each in sets}) == len(sets)
    assert {each.sites for each in sets} == {frozenset(), frozenset({"S1"}), frozenset({"S2"}), frozenset({"S1", "S2"})}


def test_closing_the_station_that_is_missed_least_is_tried(tmp_path: Path) -> None:
    """Both townships have one today; S2 alone is nearest to most pieces."""
    day = far_county(tmp_path, stations=(ScenarioStation(place="S1"), ScenarioStation(place="S2")))
    sets = nominate(costs_of(day), 9)
    by_sites = {each.sites: {n.model: n.rank for n in each.nominations} for each in sets}
    assert by_sites[frozenset({"S2"})]["p_median"] == 1
    assert by_sites[frozenset({"S1"})]["p_median"] == 2


def test_so_many_are_opened_as_are_asked_for(tmp_path: Path) -> None:
    """Two of two: one set, and today's beside it."""
    sets = nominate(costs_of(far_county(tmp_path), candidates(tmp_path), count=2), 3)
    assert [each.sites for each in sets] == [frozenset(), frozenset({"S1", "S2"})]


def test_covering_everybody_within_ten_minutes_needs_both(tmp_path: Path) -> None:
    """Each township covers its own villages only; 120 of 120 pieces lie within."""
    costs = costs_of(far_county(tmp_path), candidates(tmp_path), cover_s=600)
    best = nominate(costs, 1)[1]
    assert best.sites == {"S1", "S2"}
    assert covered_share(costs, best.sites) == 1
    assert covered_share(costs, frozenset({"S2"})) == pytest.approx(2 / 3, abs=0.1)


def test_room_for_fewer_pieces_leaves_villages_without_a_station(tmp_path: Path) -> None:
    """S2 holds 50 pieces a day: two villages of about twenty, where four would come."""
    path = candidates(tmp_path, "S2,50", columns="place,pieces_per_day")
    found = assign(costs_of(far_county(tmp_path), path), frozenset({"S2"}))
    assert len(found) == 2
    assert set(found.values()) == {"S2"}


def test_no_set_where_stations_must_serve_and_cannot_hold(tmp_path: Path) -> None:
    """All villages may be served through a station only, and there is room for one piece: E526."""
    day = far_county(tmp_path, stations=(ScenarioStation(place="S2"),))
    ruled = replace(day, modes=tuple(ModeRule(place=f"B{k}", modes=("station",)) for k in (1, 2, 3, 4)))
    path = candidates(tmp_path, "S2,1", columns="place,pieces_per_day")
    costs = costs_of(ruled, path)
    assert "none" not in {each.id for each in nominate(costs_of(ruled), 1)}  # somebody would be left without any mode
    with pytest.raises(InvalidInput, match=r"^E526 "):
        nominate(replace(costs, siting=replace(costs.siting, count=1, cover_s=None)), 1)


# ---- days


def test_a_new_station_gets_its_villages_its_vehicles_and_its_hours(tmp_path: Path) -> None:
    """A trike type of its own lives at S2 and may call where trikes may; S1 is no station."""
    day = far_county(tmp_path)
    siting = read_siting(day, "station", candidates(tmp_path))
    laid = with_sites(day, chosen("S2", B1="S2", A1="S2"), siting)
    places = {place.id: place for place in laid.places}
    assert [station.place for station in laid.stations] == ["S2"]
    assert [(v.id, v.depot, v.count) for v in laid.fleet][-1] == ("trike@S2", "S2", 2)
    assert places["B1"].vehicle_types == {"van", "trike", "trike@S2"}
    assert (places["A1"].station, places["A2"].station, places["S2"].loading_s) == ("S2", "", 600)
    assert Service(laid).modes(places["B1"]) >= {"direct", "station"}


def test_a_closed_station_sends_its_vehicles_to_the_hub(tmp_path: Path) -> None:
    """Today's S1 has a van; with S2 in its place the van is the hub's, and without any the day is an ordinary one."""
    day = far_county(tmp_path, stations=(ScenarioStation(place="S1", handling_s=60),))
    day = replace(day, fleet=tuple(replace(v, depot="S1") if v.id == "van" else v for v in day.fleet))
    siting = read_siting(day, "station", candidates(tmp_path))
    for sites in (("S2",), ()):
        laid = with_sites(day, chosen(*sites), siting)
        assert {v.depot for v in laid.fleet if v.id == "van"} == {"H"}
        assert Service(laid).is_tiered == bool(sites)


def test_todays_set_is_the_day_itself(tmp_path: Path) -> None:
    """Not a copy with other assignments."""
    day = far_county(tmp_path, stations=(ScenarioStation(place="S1"),))
    siting = read_siting(day, "station", candidates(tmp_path))
    today = SiteSet(id="today", name=NAME, sites=frozenset({"S1"}), is_today=True)
    assert with_sites(day, today, siting) is day


# ---- pre-cool rooms


def produce_day(folder: Path, **changes: object) -> Scenario:
    """Return a county in which A1 and B1 send 100 kg of greens each, ready at eight."""
    greens = {"commodity": "greens", "pieces": 10, "ready_s": 28_800, "load": Load(load_g=100_000, load_ml=100_000)}
    orders = (order("GA", "A1", "H", **greens), order("GB", "B1", "H", **greens), order("P", "H", "A1"))
    return replace(far_county(folder, orders=orders, commodities=(PARCEL, GREENS)), **changes)


def rooms_of(day: Scenario, path: Path) -> RoomCosts:
    """Return what the models are told about rooms."""
    ground = ground_of(build_problem(day), 1, 0)
    return RoomCosts(ground=ground, siting=read_siting(day, ROOM, path, unreached=ground.unreached))


def test_a_room_stops_the_clock_where_growers_bring_their_goods(tmp_path: Path) -> None:
    """B1's greens wait chilled at S2, later by the way there and an hour, good for a day; A1's stay as they are."""
    day = produce_day(tmp_path)
    costs = rooms_of(day, candidates(tmp_path))
    before, (after_a, after_b, parcel) = day.orders, costs.with_sites(day, chosen("S2", B1="S2")).orders
    assert (after_a, parcel) == (before[0], before[2])
    way_s = costs.way_s[costs.clients.index("B1"), 1]
    assert (after_b.origin, after_b.max_on_board_s) == ("S2", 86_400)
    assert after_b.ready_s == 28_800 + round(way_s) + 3_600


def test_losses_are_those_by_hand(tmp_path: Path) -> None:
    """100 kg warm and 100 kg chilled at 4 yuan: 27.5 % and 5 % of 400 yuan; one run of some 3.9 km at 0.60 yuan."""
    day = produce_day(tmp_path)
    costs = rooms_of(day, candidates(tmp_path))
    found = costs.losses(day, chosen("S2", B1="S2"))
    assert found.lost_fen == 11_000 + 2_000
    assert (found.produce_g, found.chilled_g, found.pieces) == (200_000, 100_000, {"S2": 10})
    assert found.carry_fen == pytest.approx(3.86 * 60, rel=0.02)


def test_produce_that_would_come_out_of_the_room_too_late_is_not_brought(tmp_path: Path) -> None:
    """Due at nine, ready at eight: an hour of cooling leaves no time."""
    day = produce_day(tmp_path)
    late = replace(day, orders=tuple(replace(o, due_s=32_400) if o.id == "GB" else o for o in day.orders))
    costs = rooms_of(late, candidates(tmp_path))
    assert costs.with_sites(late, chosen("S2", B1="S2")).orders == late.orders
    assert costs.losses(late, chosen("S2", B1="S2")).chilled_g == 0


def test_rooms_open_where_they_save_more_than_they_cost(tmp_path: Path) -> None:
    """Dear produce opens the township's room, cheap produce none: the model's best set is then today's."""
    day = produce_day(tmp_path)
    columns = "place,rent_yuan_per_month,power_yuan_per_month,opening_yuan"
    path = candidates(tmp_path, "S2,300,300,0", columns=columns)  # 19.78 yuan a day; saves 22.5 % of 400 yuan
    assert nominate(rooms_of(day, path), 1)[1].nominations[0].rank == 1
    dear = candidates(tmp_path, "S2,3000,3000,0", columns=columns)
    assert nominate(rooms_of(day, dear), 1)[0].nominations[0].rank == 1
