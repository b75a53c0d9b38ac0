"""GTFS feeds: every departure of every bus on its day, and every fault of every table at once."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks import gtfs_feeds
from networks.datum import from_wgs84
from networks.profile_files import load_profiles
from networks.synthetic import generate_county
from scenarios.errors import InvalidInput
from scenarios.scenario import Load
from scenarios.timetables import gtfs_tables
from scenarios.timetables.gtfs import read_gtfs
from scenarios.timetables.model import Carriage, clock
from tests.scenarios.small_feed import TABLES, write_feed

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.timetables.model import Timetable

THURSDAY, SATURDAY, MAY_DAY = date(2026, 3, 5), date(2026, 3, 7), date(2026, 5, 1)
DAYS = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"


def leaving(table: Timetable) -> list[tuple[str, str]]:
    """Return line and time at the first stop of every departure."""
    return [(line.id, clock(d.depart_s[0])) for line in table.lines for d in line.departures]


def faults(folder: Path, **tables: str | bytes | None) -> list[tuple[str, str, int]]:
    """Return code, file and row of every fault of a feed with these tables."""
    with pytest.raises(InvalidInput, match=r"^E380 ") as caught:
        read_gtfs(write_feed(folder, **tables))
    for lang in ("zh", "en"):
        assert all("{" not in fault.render(lang) for fault in caught.value.faults)
    return [(fault.code, fault.file, fault.row) for fault in caught.value.faults]


def test_a_trip_becomes_a_departure_of_a_line(tmp_path: Path) -> None:
    """07:00 is 25,200 s; the bus waits at B from 07:20 to 07:25."""
    (line,) = read_gtfs(write_feed(tmp_path)).lines
    assert (line.id, line.service, line.name) == ("R1", "R1", "1路 甲—丙")
    assert [(stop.id, stop.name, stop.lon, stop.lat) for stop in line.stops] == [
        ("A", "甲站", 110.0, 30.0),
        ("B", "乙站", 110.1, 30.0),
        ("C", "丙站", 110.2, 30.0),
    ]
    (departure,) = line.departures
    assert departure.id == "T1"
    assert departure.arrive_s == (25_200, 26_400, 28_200)
    assert departure.depart_s == (25_200, 26_700, 28_200)
    assert line.course == ()


def test_a_zip_file_reads_as_its_folder_does(tmp_path: Path) -> None:
    """Every archive tool packs the files side by side."""
    folder = write_feed(tmp_path / "feed")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    assert read_gtfs(packed) == read_gtfs(folder)


def test_each_order_of_stops_is_a_line_of_its_own(tmp_path: Path) -> None:
    """Back again, and a bus that leaves out B: three lines of one service, named in order of their trips."""
    times = TABLES["stop_times"] + "T2,08:00:00,08:00:00,C,1\nT2,08:50:00,08:50:00,A,2\n"
    times += "T3,09:00:00,09:00:00,A,1\nT3,09:40:00,09:40:00,C,2\nT4,06:00:00,06:00:00,A,1\n"
    times += "T4,06:20:00,06:20:00,B,2\nT4,06:50:00,06:50:00,C,3\n"
    trips = TABLES["trips"] + "R1,daily,T2\nR1,daily,T3\nR1,daily,T4\n"
    table = read_gtfs(write_feed(tmp_path, stop_times=times, trips=trips))
    assert leaving(table) == [("R1", "06:00"), ("R1", "07:00"), ("R1~2", "08:00"), ("R1~3", "09:00")]
    assert {line.service for line in table.lines} == {"R1"}


def test_stop_times_come_in_order_of_their_sequence_whatever_the_file_does(tmp_path: Path) -> None:
    """The rows of the sound feed upside down, 10 after 9."""
    times = TIMES + "T1,07:50:00,07:50:00,C,10\nT1,07:20:00,07:25:00,B,9\nT1,07:00:00,07:00:00,A,1\n"
    assert [stop.id for stop in read_gtfs(write_feed(tmp_path, stop_times=times)).stops] == ["A", "B", "C"]


def test_times_go_on_after_midnight(tmp_path: Path) -> None:
    """23:50 to 24:30 is 85,800 to 88,200 s."""
    times = TIMES + "T1,23:50:00,23:50:00,A,1\nT1,24:30:00,24:30:00,C,2\n"
    (line,) = read_gtfs(write_feed(tmp_path, stop_times=times)).lines
    assert line.departures[0].arrive_s == (85_800, 88_200)


def test_times_left_out_are_shared_out_by_distance(tmp_path: Path) -> None:
    """A to C is 50 min with B in the middle: 07:25. A note says so."""
    times = TIMES + "T1,07:00:00,07:00:00,A,1\nT1,,,B,2\nT1,07:50:00,,C,3\n"
    table = read_gtfs(write_feed(tmp_path, stop_times=times))
    assert [clock(t) for t in table.lines[0].departures[0].arrive_s] == ["07:00", "07:25", "07:50"]
    assert [note.en for note in table.notes] == ["stop_times.txt: times left out and shared out by distance, 1 trip"]


def test_only_services_of_the_day_run(tmp_path: Path) -> None:
    """Workdays run on a Thursday, weekends on a Saturday, the market's bus only on the dates listed for it."""
    calendar = DAYS + "work,1,1,1,1,1,0,0,20260101,20261231\nweekend,0,0,0,0,0,1,1,20260101,20260630\n"
    dates = "service_id,date,exception_type\nmarket,20260305,1\nwork,20260501,2\nweekend,20260501,1\n"
    trips = "route_id,service_id,trip_id\nR1,work,T1\nR1,weekend,T2\nR1,market,T3\n"
    times = TIMES + "".join(
        f"{trip},{hour}:00:00,{hour}:00:00,A,1\n{trip},{hour}:30:00,{hour}:30:00,C,2\n"
        for trip, hour in (("T1", "07"), ("T2", "08"), ("T3", "09"))
    )
    folder = write_feed(tmp_path, calendar=calendar, calendar_dates=dates, trips=trips, stop_times=times)
    assert leaving(read_gtfs(folder, day=THURSDAY)) == [("R1", "07:00"), ("R1", "09:00")]
    assert leaving(read_gtfs(folder, day=SATURDAY)) == [("R1", "08:00")]
    assert leaving(read_gtfs(folder, day=MAY_DAY)) == [("R1", "08:00")]
    assert len(leaving(read_gtfs(folder))) == 3
    with pytest.raises(InvalidInput, match=r"^E385 nothing runs on 2026-07-04"):
        read_gtfs(folder, day=date(2026, 7, 4))


def test_calendar_dates_alone_will_do(tmp_path: Path) -> None:
    """A feed may list every single day instead of a calendar."""
    dates = "service_id,date,exception_type\ndaily,20260305,1\n"
    folder = write_feed(tmp_path, calendar=None, calendar_dates=dates)
    assert leaving(read_gtfs(folder, day=THURSDAY)) == [("R1", "07:00")]
    with pytest.raises(InvalidInput, match=r"^E385 "):
        read_gtfs(folder, day=SATURDAY)


def test_departures_by_frequency_are_spelled_out(tmp_path: Path) -> None:
    """Every 30 min from 06:00 to 07:30: 06:00, 06:30, 07:00; the trip's own 07:00 is only a pattern."""
    spans = "trip_id,start_time,end_time,headway_secs\nT1,06:00:00,07:30:00,1800\n"
    table = read_gtfs(write_feed(tmp_path, frequencies=spans))
    assert leaving(table) == [("R1", "06:00"), ("R1", "06:30"), ("R1", "07:00")]
    first = table.lines[0].departures[0]
    assert first.id == "T1@06:00"
    assert [clock(t) for t in first.depart_s] == ["06:00", "06:25", "06:50"]


def test_a_shape_is_the_course_of_its_line(tmp_path: Path) -> None:
    """Points in order of their sequence; the same stops on another shape are another line."""
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"
    shapes += "S2,30.0,110.2,2\nS2,30.1,110.0,1\nS1,30.0,110.0,5\nS1,30.0,110.2,6\n"
    trips = "route_id,service_id,trip_id,shape_id\nR1,daily,T1,S1\nR1,daily,T2,S2\n"
    times = TABLES["stop_times"] + TABLES["stop_times"].split("\n", 1)[1].replace("T1", "T2").replace("07:", "08:")
    table = read_gtfs(write_feed(tmp_path, shapes=shapes, trips=trips, stop_times=times))
    assert [line.course for line in table.lines] == [((110.0, 30.0), (110.2, 30.0)), ((110.0, 30.1), (110.2, 30.0))]


def test_what_is_no_bus_is_left_out_and_told(tmp_path: Path) -> None:
    """A railway (2) beside the bus, and a coach (200) that counts as one."""
    routes = TABLES["routes"] + "R2,,火车,2\nR3,,大巴,200\n"
    trips = TABLES["trips"] + "R2,daily,T2\nR3,daily,T3\n"
    more = TABLES["stop_times"].split("\n", 1)[1]
    times = TABLES["stop_times"] + more.replace("T1", "T2") + more.replace("T1", "T3")
    table = read_gtfs(write_feed(tmp_path, routes=routes, trips=trips, stop_times=times))
    assert [line.id for line in table.lines] == ["R1", "R3"]
    assert [note.zh for note in table.notes] == ["routes.txt：1 条线路不是客车，未读取"]


def test_what_a_bus_may_carry_is_the_callers(tmp_path: Path) -> None:
    """A feed says nothing of parcels: no free space unless somebody gives it."""
    folder = write_feed(tmp_path)
    assert not read_gtfs(folder).lines[0].departures[0].carries_goods
    room = Carriage(room=Load(load_g=80_000, load_ml=400_000))
    assert read_gtfs(folder, carriage=room).lines[0].departures[0].carriage == room


def test_a_feed_in_gcj02_is_converted(tmp_path: Path) -> None:
    """Stop A shifted to GCJ-02 comes back to 110, 30 within a metre."""
    lon, lat = from_wgs84(np.array([110.0]), np.array([30.0]), "GCJ-02")
    stops = TABLES["stops"].replace("30,110.0", f"{lat[0]:.7f},{lon[0]:.7f}")
    table = read_gtfs(write_feed(tmp_path, stops=stops), datum="GCJ-02")
    assert (table.stops[0].lon, table.stops[0].lat) == pytest.approx((110.0, 30.0), abs=1e-6)
    assert "GCJ-02" in table.notes[-1].en


def test_byte_order_marks_spaces_and_full_width_names_do_not_matter(tmp_path: Path) -> None:
    """Excel's UTF-8 mark, and blanks around ids."""
    trips = "﻿route_id,service_id,trip_id\n R1 , daily, T1 \n"
    assert leaving(read_gtfs(write_feed(tmp_path, trips=trips))) == [("R1", "07:00")]


# what is wrong


def test_a_path_that_is_not_there_is_never_looked_for_elsewhere(tmp_path: Path) -> None:
    """The library would ask the network; we do not."""
    with pytest.raises(InvalidInput, match="E301"):
        read_gtfs(tmp_path / "nothing.zip")


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    """A web page saved as a zip file."""
    (tmp_path / "feed.zip").write_text("<html>")
    with pytest.raises(InvalidInput, match=r"E309 feed\.zip"):
        read_gtfs(tmp_path / "feed.zip")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """3 MB of noughts pack to 3 kB; nothing is unpacked to find out that 2 MB are allowed."""
    monkeypatch.setattr(gtfs_tables, "MOST_MB", 2)
    with zipfile.ZipFile(tmp_path / "feed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", "0" * 3_000_000)
    with pytest.raises(InvalidInput, match=r"E393 feed\.zip it unpacks to 3 MB, more than 2 MB"):
        read_gtfs(tmp_path / "feed.zip")


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times", "calendar"])
def test_a_missing_table_is_named(tmp_path: Path, name: str) -> None:
    """Also one that holds nothing but its header."""
    assert faults(tmp_path / "a", **{name: None}) == [("E391", f"{name}.txt", 0)]
    header = TABLES[name].split("\n")[0] + "\n"
    assert faults(tmp_path / "b", **{name: header}) == [("E391", f"{name}.txt", 0)]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """No times at all."""
    times = "trip_id,stop_id,stop_sequence\nT1,A,1\nT1,B,2\n"
    assert faults(tmp_path, stop_times=times) == [("E305", "stop_times.txt", 1)] * 2


def test_files_that_cannot_be_read_are_named_one_by_one(tmp_path: Path) -> None:
    """A word where a number belongs, and GBK where UTF-8 belongs."""
    routes, stops = TABLES["routes"].replace(",3", ",bus"), TABLES["stops"].encode("gbk")
    assert faults(tmp_path, routes=routes, stops=stops) == [("E309", "routes.txt", 0), ("E309", "stops.txt", 0)]


def test_rows_with_more_cells_than_the_header_are_not_shifted_in_silence(tmp_path: Path) -> None:
    """The library would take the first cell of each row for its number: four cells under three headers."""
    assert faults(tmp_path, trips="route_id,service_id,trip_id\nR1,daily,T1,S1\n")[0] == ("E308", "trips.txt", 2)


def test_a_number_too_large_for_its_column_is_told(tmp_path: Path) -> None:
    """Ten thousand million stops, a time between departures of 10^20 s."""
    times = TABLES["stop_times"].replace("C,3", "C,1e10")
    spans = f"trip_id,start_time,end_time,headway_secs\nT1,06:00:00,07:00:00,{10**20}\n"
    assert faults(tmp_path, stop_times=times, frequencies=spans) == [
        ("E309", "frequencies.txt", 0),
        ("E309", "stop_times.txt", 0),
    ]


def test_times_that_go_backwards_are_named(tmp_path: Path) -> None:
    """Arrives at C before it left B, and leaves A before it came."""
    times = TIMES + "T1,07:10:00,07:00:00,A,1\nT1,07:20:00,07:25:00,B,2\nT1,07:24:00,07:50:00,C,3\n"
    assert faults(tmp_path, stop_times=times) == [("E382", "stop_times.txt", 2), ("E382", "stop_times.txt", 4)]


def test_a_stop_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """The feed has no stop X."""
    times = TABLES["stop_times"].replace(",B,", ",X,")
    assert faults(tmp_path, stop_times=times) == [("E384", "stop_times.txt", 3)]


def test_dangling_references_are_named_all_at_once(tmp_path: Path) -> None:
    """Route, trip, shape and service that nobody defines."""
    trips = "route_id,service_id,trip_id,shape_id\nR9,daily,T1,\nR1,never,T2,S9\n"
    times = TABLES["stop_times"] + "T2,08:00:00,08:00:00,A,1\nT2,08:50:00,08:50:00,C,2\nT9,08:00:00,08:00:00,A,1\n"
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nS1,30,110,1\n"
    assert faults(tmp_path, trips=trips, stop_times=times, shapes=shapes) == [
        ("E321", "stop_times.txt", 7),
        ("E321", "trips.txt", 2),
        ("E387", "trips.txt", 3),
        ("E321", "trips.txt", 3),
    ]


def test_a_trip_needs_two_stops_and_times_at_its_ends(tmp_path: Path) -> None:
    """T2 stops once, T1 has no time at C."""
    trips = TABLES["trips"] + "R1,daily,T2\nR1,daily,T3\n"
    times = TIMES + "T1,07:00:00,07:00:00,A,1\nT1,,,C,2\nT2,07:00:00,07:00:00,A,1\n"
    assert faults(tmp_path, trips=trips, stop_times=times) == [
        ("E395", "stop_times.txt", 2),
        ("E386", "trips.txt", 3),
        ("E386", "trips.txt", 4),
    ]


def test_ids_and_sequences_appear_once(tmp_path: Path) -> None:
    """Stop A twice, and two calls of T1 with number 2."""
    stops = TABLES["stops"] + "A,甲站,30,110.0\n"
    times = TABLES["stop_times"].replace("C,3", "C,2")
    assert faults(tmp_path, stops=stops, stop_times=times) == [
        ("E320", "stop_times.txt", 4),
        ("E320", "stops.txt", 5),
    ]


def test_coordinates_out_of_range_or_missing_are_named(tmp_path: Path) -> None:
    """Longitude and latitude swapped at B, none at C, and a point of a shape beyond the pole."""
    stops = TABLES["stops"].replace("30,110.1", "110.1,30").replace("30,110.2", ",")
    shapes = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nS1,95,110,1\n"
    assert faults(tmp_path, stops=stops, shapes=shapes) == [
        ("E324", "shapes.txt", 2),
        ("E324", "stops.txt", 3),
        ("E324", "stops.txt", 4),
    ]


def test_times_and_dates_that_are_none_are_named(tmp_path: Path) -> None:
    """7 o'clock as 7.00, the 31st of April, an exception of kind 3."""
    times = TABLES["stop_times"].replace("T1,07:20:00", "T1,7.20")
    dates = "service_id,date,exception_type\ndaily,20260431,1\ndaily,20260430,3\n"
    assert faults(tmp_path, stop_times=times, calendar_dates=dates) == [
        ("E317", "calendar_dates.txt", 2),
        ("E316", "calendar_dates.txt", 3),
        ("E314", "stop_times.txt", 3),
    ]


def test_an_empty_id_is_named(tmp_path: Path) -> None:
    """A call of nobody's trip."""
    times = TABLES["stop_times"] + ",08:00:00,08:00:00,A,4\n"
    assert faults(tmp_path, stop_times=times) == [("E310", "stop_times.txt", 5)]


@pytest.mark.parametrize(("span", "code"), [("06:00:00,07:00:00,0", "E392"), ("07:00:00,06:00:00,600", "E382")])
def test_a_frequency_needs_a_headway_and_an_end_after_its_begin(tmp_path: Path, span: str, code: str) -> None:
    """Nought seconds between departures would be endless."""
    spans = f"trip_id,start_time,end_time,headway_secs\nT1,{span}\n"
    assert faults(tmp_path, frequencies=spans) == [(code, "frequencies.txt", 2)]


def test_a_feed_without_buses_is_told(tmp_path: Path) -> None:
    """Only boats (4)."""
    assert faults(tmp_path, routes=TABLES["routes"].replace(",3", ",4")) == [("E394", "routes.txt", 0)]


# the generator of the benchmark


def test_generated_feeds_are_sound_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """Thirty routes there and back; a night bus, a bus by frequency, market days; with shapes and without."""
    county, bus = generate_county(terrain="hill", townships=3, villages=30, seed=1), load_profiles()["bus"]
    files = {name: tmp_path / f"{name}.zip" for name in ("one", "again", "plain")}
    for name, file in files.items():
        count = gtfs_feeds.write_feed(
            file, county.network, bus, county.places, routes=30, seed=4, with_shapes=name != "plain"
        )
        assert count == 30
    assert files["one"].read_bytes() == files["again"].read_bytes()
    table, plain = read_gtfs(files["one"]), read_gtfs(files["plain"])
    assert len({line.service for line in table.lines}) == 30
    assert leaving(table) == leaving(plain)
    assert all(line.course for line in table.lines)
    assert max(d.arrive_s[-1] for line in table.lines for d in line.departures) > 86_400
    assert any("@" in d.id for line in table.lines for d in line.departures)
