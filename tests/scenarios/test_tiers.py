"""Stations and modes of a scenario become the optimizer's tiers; buses that run that day put lines on their legs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.model import TimeWindow
from optimizer.tiers.model import DIRECT, Way
from scenarios.build import build_problem, reached
from scenarios.errors import InvalidInput
from scenarios.files import read_scenario, write_scenario
from scenarios.new import new_scenario
from scenarios.policy import Policy
from scenarios.scenario import Load, Shelf
from scenarios.service import Service
from scenarios.stations import LineCarriage, ModeRule, ScenarioStation, TimetableFile
from scenarios.tiers import build_tiers
from scenarios.timetables.model import Carriage, Days, Departure, Line, Stop, Timetable
from tests.scenarios.small_county import DAY, county, order, place, scenario, van, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.tiers.model import Tiers
    from scenarios.scenario import FleetVehicle, Scenario

FREE = Carriage(room=Load(load_g=50_000, load_ml=500_000), fen_per_piece=50)


def station_county(**changes: Any) -> Scenario:
    """Return H - S - V2 - V3: S is the station of the two villages beyond it, all in township T."""
    places = (
        place(0),
        place(1, id="S", tier="station", township="T"),
        place(2, station="S", township="T"),
        place(3, station="S", township="T"),
    )
    fields: dict[str, Any] = {"places": places, "stations": (ScenarioStation(place="S", handling_s=600),)}
    return scenario(**{**fields, **changes})


def bus(*names: str, carriage: Carriage = FREE, days: Days | None = None) -> Timetable:
    """Return one bus at 7:00 that calls at the named places of the county, half an hour apart."""
    at = {p.id: p for p in station_county().places}
    stops = tuple(Stop(id=f"stop-{n}", lon=at[n].lon, lat=at[n].lat) for n in names)
    times = tuple(7 * 3_600 + 1_800 * k for k in range(len(names)))
    departure = Departure(id="B1-7", arrive_s=times, depart_s=times, carriage=carriage, days=days or Days())
    return Timetable(lines=(Line(id="B1", service="B1", stops=stops, departures=(departure,)),))


def tiers_of(day: Scenario) -> Tiers:
    """Return the tiers of a day that has some."""
    second = build_tiers(day, county(day).problem)
    assert second is not None
    return second.tiers


def callers(day: Scenario, name: str) -> frozenset[str] | None:
    """Return the vehicle types that may call at a place in the problem of the day."""
    return county(day).problem.place(name).vehicle_types


def test_a_day_without_stations_and_lines_has_no_tiers() -> None:
    """An ordinary day stays one, its digest too: what says nothing of tiers does not count in it."""
    day = scenario()
    assert build_tiers(day, county(day).problem) is None
    assert day.digest == replace(day, stations=(), policy=Policy()).digest


def test_villages_of_a_station_may_go_direct_or_through_it() -> None:
    """No rule and no bus: both ways for V2 and V3, the station itself is reached directly."""
    tiers = tiers_of(station_county())
    assert tiers.ways("V2") == tiers.ways("V3") == {DIRECT, Way("S")}
    assert tiers.ways("S") == {DIRECT}
    assert tiers.station_of["S"].handling_s == 600


def test_a_rule_for_a_place_counts_before_that_of_its_township() -> None:
    """Township T goes through the station, V3 direct."""
    rules = (ModeRule(place="T", modes=("station",)), ModeRule(place="V3", modes=("direct",)))
    tiers = tiers_of(station_county(modes=rules))
    assert tiers.ways("V2") == {Way("S")}
    assert tiers.ways("V3") == {DIRECT}


def test_a_bus_puts_lines_on_the_legs_that_it_runs() -> None:
    """It calls at H, S and V2: V2 has all six ways, V3 only the trunk to S."""
    day = station_county(timetable=bus("H", "S", "V2"), timetable_file=TimetableFile(file="timetable.csv"))
    tiers = tiers_of(day)
    lines = {Way(last="line"), Way("S", "line", "road"), Way("S", "road", "line"), Way("S", "line", "line")}
    assert tiers.ways("V2") == {DIRECT, Way("S")} | lines
    assert tiers.ways("V3") == {DIRECT, Way("S"), Way("S", "line", "road")}
    (departure,) = tiers.departures
    assert departure.stops == ("H", "S", "V2")
    assert departure.depart_s == (25_200, 27_000, 28_800)
    assert departure.room == (50_000, 500_000)
    assert departure.max_piece == (30_000, 500_000)


@pytest.mark.parametrize(
    "carriage",
    [replace(FREE, peaks=(TimeWindow(early_s=25_200, late_s=30_000),)), Carriage()],
    ids=["passenger peak", "no free space"],
)
def test_a_departure_that_takes_no_goods_makes_no_ways(carriage: Carriage) -> None:
    """At 7:00 it is full of passengers, or nobody said that it has room."""
    day = station_county(timetable=bus("H", "V2", carriage=carriage))
    assert tiers_of(day).departures == ()
    assert tiers_of(day).ways("V2") == {DIRECT, Way("S")}


@pytest.mark.parametrize(
    ("detour_m", "dwell_s", "is_served"), [(2_000, 300, True), (1_900, 300, False), (2_000, 200, False)]
)
def test_a_stop_serves_a_place_within_the_detour_if_the_dwell_is_long_enough(
    detour_m: int, dwell_s: int, is_served: bool
) -> None:
    """V2 is 960 m off: 1,920 m there and back take 231 s at 30 km/h."""
    free = replace(FREE, detour_m=detour_m, dwell_s=dwell_s)
    table = bus("H", "S", "V2", carriage=free)
    (line,) = table.lines
    moved = replace(line.stops[2], lon=line.stops[2].lon + 0.01)
    table = replace(table, lines=(replace(line, stops=(*line.stops[:2], moved)),))
    (departure,) = tiers_of(station_county(timetable=table)).departures
    assert ("V2" in departure.stops) == is_served


def test_a_bus_that_does_not_run_that_day_takes_nothing() -> None:
    """Its only day was the one before."""
    day = station_county(timetable=bus("H", "V2", days=Days(last=DAY.replace(day=DAY.day - 1))))
    assert tiers_of(day).departures == ()


def test_the_table_of_lines_gives_a_feed_its_carriage() -> None:
    """The feed says nothing, lines.csv gives service B1 its room."""
    day = station_county(
        timetable=bus("H", "V2", carriage=Carriage()), carriages=(LineCarriage(id="B1", carriage=FREE),)
    )
    assert tiers_of(day).departures[0].fen_per_piece == 50


def test_a_village_that_no_mode_can_serve_is_called_at_by_nobody_and_named() -> None:
    """V3 may only go by bus, which does not come: no vehicle may call, a note names it."""
    day = station_county(timetable=bus("H", "V2"), modes=(ModeRule(place="V3", modes=("bus",)),))
    second = build_tiers(day, county(day).problem)
    assert second is not None
    assert callers(day, "V3") == frozenset()
    assert any("V3" in note.en and "none of their modes" in note.en for note in second.notes)


def test_a_forced_mode_binds_the_places_that_have_it() -> None:
    """Forced through the station: both villages lose the direct way, the station keeps its own."""
    tiers = tiers_of(station_county(policy=Policy(forced_mode="station")))
    assert tiers.ways("V2") == {Way("S")}
    assert tiers.ways("S") == {DIRECT}


def test_villages_of_a_township_go_together_if_the_policy_says_so() -> None:
    """Together V2 and V3 have their common ways; without one it is a fault."""
    assert tiers_of(station_county(policy=Policy(together=True))).together == (frozenset({"V2", "V3"}),)
    rules = (ModeRule(place="V2", modes=("station",)), ModeRule(place="V3", modes=("direct",)))
    with pytest.raises(InvalidInput, match="E367"):
        tiers_of(station_county(policy=Policy(together=True), modes=rules))


def test_only_vehicles_of_allowed_modes_may_call() -> None:
    """V2 takes the station's own van and the idle car, not the hub's van; V3 everything but the idle car."""
    fleet = (van(), van("loop", depot="S"), van("idle", kind="idle", depot="H", detour_m=5_000))
    rules = (ModeRule(place="V2", modes=("station", "idle")), ModeRule(place="V3", modes=("direct", "station")))
    day = station_county(fleet=fleet, modes=rules)
    assert callers(day, "V2") == {"loop", "idle"}
    assert callers(day, "V3") == {"van", "loop"}
    assert callers(day, "S") is None
    service = Service(day)
    for each in day.places:
        named = service.callers(each)
        assert [service.may_call(v, each) for v in fleet] == [named is None or v.id in named for v in fleet]


def test_each_vehicle_is_asked_once_whether_it_may_call_at_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 types and 4 places are 120 questions.

    Past cost: all types for each type, so that a county of 300 villages and 160 types took 11 s to be read.
    """
    fleet = tuple(van(f"car{k}", kind="idle", depot="V3", detour_m=5_000) for k in range(30))
    day = station_county(fleet=(*fleet, van()), modes=(ModeRule(place="V2", modes=("station", "idle")),))
    matrices, asked, serves = county(day).matrices, 0, Service._serves

    def counted(self: Service, *about: Any) -> bool:
        nonlocal asked
        asked += 1
        return serves(self, *about)

    monkeypatch.setattr(Service, "_serves", counted)
    found = reached(day, matrices)
    assert "V2" in found["car7"]
    assert asked <= len(day.places) * len(day.fleet)


def test_an_idle_vehicle_drives_its_way_over_the_hub_and_its_detour() -> None:
    """From V3 over H to S are 30 + 10 km, and 5 km more; it ends there after one trip."""
    idle = van("idle", kind="idle", depot="V3", end="S", detour_m=5_000, piece_fen=80, min_pay_fen=3_000)
    (kind,) = county(station_county(fleet=(idle,))).problem.vehicle_types
    assert (kind.range_m, kind.end, kind.max_trips, kind.piece_fen, kind.min_pay_fen) == (45_000, "S", 1, 80, 3_000)


def test_storage_without_a_limit_in_one_dimension_binds_in_the_other() -> None:
    """100 kg and whatever volume."""
    stations = (ScenarioStation(place="S", storage=Shelf(load_g=100_000)),)
    storage = tiers_of(station_county(stations=stations)).station_of["S"].storage
    assert storage is not None
    assert storage[0] == 100_000
    assert storage[1] > 10**9


def test_stations_modes_lines_and_timetable_read_back_equal(tmp_path: Path) -> None:
    """What was made in memory is written with its timetable; a second copy refers to the first one's."""
    day = station_county(
        stations=(ScenarioStation(place="S", handling_s=300, pieces_per_quarter_h=90, storage=Shelf(load_g=9_000)),),
        modes=(ModeRule(place="T", modes=("station", "bus"), station="S"),),
        timetable=bus("H", "S", "V2"),
        timetable_file=TimetableFile(file="timetable.csv", walk_m=300),
        carriages=(LineCarriage(id="B1", carriage=FREE),),
        fleet=(van(), van("idle", kind="idle", depot="V2", end="S", detour_m=5_000, piece_fen=80, trip_range_m=9_000)),
        policy=Policy(modes=("direct", "station"), together=True),
        orders=(order("O1", "H", "V2"),),
    )
    write_scenario(day, tmp_path / "one")
    once = read_scenario(tmp_path / "one")
    assert once.digest == day.digest
    write_scenario(once, tmp_path / "two")
    again = read_scenario(tmp_path / "two")
    assert again.timetable == day.timetable
    assert tiers_of(again).modes == tiers_of(day).modes


def test_every_fault_of_the_second_tier_is_told_at_once(tmp_path: Path) -> None:
    """An unknown place, an unknown station, modes without means, a detour of an own van, a line of nothing."""
    folder = write_files(
        tmp_path,
        stations="place,handling_min\nS9,5\nV1,-5\n",
        modes="place,modes,station\nNowhere,direct,\nV1,bus,\nH,idle,\n",
        vehicles="id,count,depot,capacity_kg,capacity_l,detour_km\nvan,1,H,100,1000,5\n",
        lines="id,free_kg\nB1,-3\nB2,3\n",
    )
    with pytest.raises(InvalidInput) as caught:
        read_scenario(folder)
    told = {(fault.code, fault.file, fault.row) for fault in caught.value.faults}
    assert told >= {
        ("E321", "stations.csv", 2),
        ("E312", "stations.csv", 3),
        ("E364", "modes.csv", 2),
        ("E365", "modes.csv", 3),
        ("E365", "modes.csv", 4),
        ("E368", "vehicles.csv", 2),
        ("E383", "lines.csv", 2),
        ("E369", "lines.csv", 3),
    }


def test_faults_of_the_timetable_stand_beside_those_of_the_tables(tmp_path: Path) -> None:
    """A place that does not exist, times that go backwards, and an order of an unknown place."""
    folder = write_files(
        tmp_path,
        scenario='name = "t"\ndate = 2026-03-05\n[timetable]\nfile = "timetable.csv"\n'
        '[roads]\nterrain = "plain"\ntownships = 1\nvillages = 3\n',
        orders="id,origin,destination,weight_kg,volume_l\nO1,H,V7,1,2\n",
        timetable="line,departure,place,arrive\nB,1,H,08:00\nB,1,V9,09:00\nC,2,H,09:00\nC,2,V1,08:00\n",
    )
    with pytest.raises(InvalidInput) as caught:
        read_scenario(folder)
    assert {f.code for f in caught.value.faults} == {"E321", "E381", "E382"}


def test_a_station_in_modes_must_be_listed(tmp_path: Path) -> None:
    """V1 is sent through V2, which stations.csv does not have."""
    folder = write_files(
        tmp_path,
        places="id,tier,name,lon,lat\nH,hub,H,110,30\nV1,village,V1,110.1,30\nV2,station,V2,110.2,30\n"
        "S,station,S,110.3,30\n",
        stations="place\nS\n",
        modes="place,modes,station\nV1,station,V2\n",
    )
    with pytest.raises(InvalidInput, match="E366"):
        read_scenario(folder)


def drone(**changes: Any) -> FleetVehicle:
    """Return a drone at the station that carries 5 kg and flies in clear weather."""
    return van(
        "drone", **{"kind": "drone", "profile": "drone", "depot": "S", "flies_in": frozenset({"clear"}), **changes}
    )


def test_a_drone_flies_straight_and_stays_on_the_ground_in_rain() -> None:
    """A generated county: shorter through the air than any road; with rain none is there, and a note says so."""
    day = new_scenario(terrain="hill", townships=1, villages=3, pieces=20, brands=1, seed=1)
    flying = replace(day, fleet=(*day.fleet, drone(depot="H")), weather="clear")
    built = build_problem(flying)
    air, road = built.problem.matrices["drone"].distance_m, built.problem.matrices["van"].distance_m
    assert (air[0, 1:] < road[0, 1:] * 1.15 + 240).all()
    assert "drone" not in built.profiles
    assert built.problem.vehicle_types[-1].count == 1
    rainy = build_problem(replace(flying, weather="rain"))
    assert rainy.problem.vehicle_types[-1].count == 0
    assert any("stays on the ground" in note.en for note in rainy.notes)


def test_only_a_drone_has_the_profile_drone() -> None:
    """A drone on roads and a van in the air are both refused, each at its row."""
    with pytest.raises(InvalidInput) as caught:
        station_county(fleet=(drone(profile="van"), van("air", profile="drone")))
    assert [(f.code, f.row) for f in caught.value.faults] == [("E397", 2), ("E397", 3)]
