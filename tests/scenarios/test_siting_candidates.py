"""Candidate sites: what a file says, what the county offers, every fault at once, and what a day of a site costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.build import build_problem
from scenarios.errors import InvalidInput
from scenarios.scenario import PARCEL, Load
from scenarios.siting.candidates import read_siting
from scenarios.siting.model import ROOM, STATION, Candidate
from scenarios.siting.plans import ground_of
from scenarios.stations import ScenarioStation
from tests.scenarios.siting_county import GREENS, candidates, far_county, vehicle
from tests.scenarios.small_county import order

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import Scenario


def refused(day: Scenario, path: Path, kind: str = STATION, **asked: int) -> list[tuple[str, str, int]]:
    """Return code, value and row of each fault; places off the roads are found on the roads themselves."""
    ground = ground_of(build_problem(day), 1, 0)
    with pytest.raises(InvalidInput, match=r"^E520 ") as caught:
        read_siting(day, kind, path, unreached=ground.unreached, **asked)
    return [(fault.code, fault.value, fault.row) for fault in caught.value.faults]


def test_every_fault_of_file_and_options_is_told_at_once(tmp_path: Path) -> None:
    """Unknown place, negative cost, hub, off the roads, double, unknown vehicle, and more sites than candidates."""
    path = candidates(
        tmp_path,
        "S9,1,",
        "S1,-5,",
        "H,1,",
        "OFF,1,",
        "S2,1,lorry",
        "S2,1,",
        columns="place,rent_yuan_per_month,vehicle",
    )
    assert sorted(refused(far_county(tmp_path), path, count=7)) == [
        ("E312", "-5", 3),
        ("E320", "S2", 7),
        ("E321", "S9", 2),
        ("E321", "lorry", 6),
        ("E521", "H", 4),
        ("E522", "7", 0),
        ("E523", "OFF", 5),
    ]


def test_a_hired_vehicle_cannot_live_at_a_station(tmp_path: Path) -> None:
    """Only the county's own that live at a hub can."""
    day = far_county(tmp_path)
    hired = vehicle("uncle", 50, kind="idle", depot="A1")
    path = candidates(tmp_path, "S1,uncle,1")
    assert refused(far_county(tmp_path, fleet=(*day.fleet, hired)), path) == [("E525", "uncle", 2)]


def test_rooms_need_produce_that_does_not_last(tmp_path: Path) -> None:
    """Parcels have no longest time on board."""
    assert [code for code, _, _ in refused(far_county(tmp_path), candidates(tmp_path), ROOM)] == ["E527"]


def test_a_file_without_rows_has_no_candidates(tmp_path: Path) -> None:
    """The header alone."""
    path = tmp_path / "sites.csv"
    path.write_text("place\n", encoding="utf-8")
    assert [code for code, _, _ in refused(far_county(tmp_path), path)] == ["E524"]


def test_townships_are_candidates_where_nobody_says_which(tmp_path: Path) -> None:
    """For rooms also where produce grows; one sentence names all figures that are assumed."""
    produce = (order("G", "A1", "H", commodity="greens", load=Load(load_g=1_000, load_ml=1_000)),)
    day = far_county(tmp_path, orders=produce, commodities=(PARCEL, GREENS))
    stations, rooms = read_siting(day, STATION), read_siting(day, ROOM)
    assert [each.place for each in stations.candidates] == ["S1", "S2"]
    assert [each.place for each in rooms.candidates] == ["S1", "S2", "A1"]
    assert "rent_yuan_per_month=800" in stations.placeholders[0].en
    assert "opening_yuan=60000" in rooms.placeholders[0].en


def test_todays_stations_stay_candidates_and_are_open_at_no_cost(tmp_path: Path) -> None:
    """The file has S2 only; S1 is open today, so its opening cost is spent."""
    day = far_county(tmp_path, stations=(ScenarioStation(place="S1"),))
    siting = read_siting(day, STATION, candidates(tmp_path, "S2,trike,1"))
    assert [each.place for each in siting.candidates] == ["S2", "S1"]
    assert siting.daily_fen("S2") - siting.daily_fen("S1") == round(2_000_000 / (52 * 7 * 5))


def test_toml_and_csv_say_the_same(tmp_path: Path) -> None:
    """Settings of produce stand in TOML only."""
    path = tmp_path / "sites.toml"
    path.write_text('cover_min = 20\n[[sites]]\nplace = "S2"\nfee_yuan_per_piece = 0.35\n', encoding="utf-8")
    day = far_county(tmp_path)
    toml = read_siting(day, STATION, path)
    csv = read_siting(day, STATION, candidates(tmp_path, "S2,0.35", columns="地点编号,每件服务费(元)"))
    assert toml.candidates == csv.candidates == (Candidate(place="S2", fee_fen=35),)
    assert (toml.limit_s, csv.limit_s) == (1_200, 1_800)
    assert "fee" not in toml.placeholders[0].en


def test_a_day_of_a_site_costs_what_it_does_by_hand() -> None:
    """(800 + 3,500 + 300) x 12 x 5 = 276,000 yuan in five years, 20,000 more to open; 1,820 days: 151.648, 162.637."""
    candidate = Candidate(place="S")
    assert candidate.daily_fen(7, is_new=False) == 15_165
    assert candidate.daily_fen(7, is_new=True) == 16_264
