"""Plain timetables, the model behind every timetable, stops and their places, and the way to the roads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.profile_files import load_profiles
from optimizer.model import TimeWindow
from scenarios.errors import InvalidInput
from scenarios.scenario import Load
from scenarios.timetables.csv_file import read_timetable
from scenarios.timetables.model import (
    Carriage,
    Days,
    Departure,
    Line,
    Run,
    Stop,
    Timetable,
    clock,
    lines_of,
    with_carriages,
)
from scenarios.timetables.on_roads import match_timetable, notes_of
from scenarios.timetables.served import serve_places
from scenarios.timetables.times import backward_steps, fill_times
from tests.networks.small_roads import KM_EAST, KM_NORTH, roads
from tests.scenarios.small_county import place

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "line,departure,stop,lon,lat,arrive,depart"
TWO = "L1,D1,A,110.0,30,,07:00\nL1,D1,B,110.1,30,07:30,\n"
PLACES = tuple(place(rank) for rank in range(4))
"""H at 110.0 east, V1 to V3 0.1 degrees further each."""


def read(folder: Path, text: str, **options: Any) -> Timetable:
    """Read a timetable of these lines."""
    (folder / "bus.csv").write_text(text, encoding="utf-8")
    return read_timetable(folder / "bus.csv", **options)


def faults(folder: Path, text: str, **options: Any) -> list[tuple[str, int, str]]:
    """Return code, row and column of every fault."""
    with pytest.raises(InvalidInput, match=r"^E380 ") as caught:
        read(folder, text, **options)
    for lang in ("zh", "en"):
        assert all("{" not in fault.render(lang) for fault in caught.value.faults)
    return [(fault.code, fault.row, fault.column) for fault in caught.value.faults]


def stop(name: str, lon: float = 110.0, lat: float = 30.0, **changes: Any) -> Stop:
    """Return a stop called by its id."""
    return Stop(id=name, lon=lon, lat=lat, **changes)


def one_line(*stops: Stop, course: tuple[tuple[float, float], ...] = ()) -> Timetable:
    """Return a timetable of one line through these stops."""
    return Timetable(lines=(Line(id="L", service="L", stops=stops, course=course),))


# the model


def test_a_departure_in_the_passenger_peak_carries_no_goods() -> None:
    """The peak ends at 08:59: the bus of 08:59 is within it, that of 09:00 is not."""
    carriage = Carriage(room=Load(load_g=1), peaks=(TimeWindow(early_s=0, late_s=32_340),))
    times = [Departure(id="D", arrive_s=(t, 40_000), depart_s=(t, 40_000), carriage=carriage) for t in (32_340, 32_400)]
    assert [departure.carries_goods for departure in times] == [False, True]


def test_a_bus_takes_pieces_up_to_30_kg_unless_somebody_says_otherwise() -> None:
    """And no goods at all until it has free space."""
    assert Carriage().max_piece_g == 30_000
    assert not Departure(id="D", arrive_s=(0, 1), depart_s=(0, 1)).carries_goods


@pytest.mark.parametrize("name", ["max_piece_g", "dwell_s", "detour_m", "fen_per_piece", "fen_per_trip"])
def test_a_negative_figure_is_refused_at_birth(name: str) -> None:
    """So is negative free space."""
    with pytest.raises(InvalidInput, match=rf"^E383 {name} is negative: -1"):
        Carriage(**{name: -1})
    with pytest.raises(InvalidInput, match=r"^E383 room\.totes is negative: -2"):
        Carriage(room=Load(totes=-2))


def test_times_that_go_backwards_are_refused_at_birth() -> None:
    """It leaves at 07:00 and arrives at 06:59."""
    with pytest.raises(InvalidInput, match=r"^E382 times go backwards: 06:59 of departure D is before 07:00"):
        Departure(id="D", arrive_s=(25_200, 25_140), depart_s=(25_200, 25_140))


def test_a_line_has_two_stops_and_its_departures_a_time_for_each() -> None:
    """One stop is no line; three times on two stops fit nothing."""
    with pytest.raises(InvalidInput, match=r"^E386 "):
        Line(id="L", service="L", stops=(stop("A"),))
    three = Departure(id="D", arrive_s=(0, 1, 2), depart_s=(0, 1, 2))
    with pytest.raises(InvalidInput, match=r"^E386 departure D"):
        Line(id="L", service="L", stops=(stop("A"), stop("B")), departures=(three,))


def test_days_of_service_are_weekdays_within_dates_and_exceptions() -> None:
    """Mondays of March 2026 (2, 9, ..., 30), also Sunday the 1st, but not the 9th."""
    days = Days(
        weekdays=("mon",),
        first=date(2026, 3, 2),
        last=date(2026, 3, 31),
        also_on=frozenset({date(2026, 3, 1)}),
        not_on=frozenset({date(2026, 3, 9)}),
    )
    january_to_april = (date.fromordinal(date(2026, 1, 1).toordinal() + k) for k in range(120))
    assert [(day.month, day.day) for day in january_to_april if days.include(day)] == [
        (3, 1),
        (3, 2),
        (3, 16),
        (3, 23),
        (3, 30),
    ]


def test_the_lines_of_a_service_are_named_in_order_of_their_runs() -> None:
    """Two orders of stops; the departures of each in order of time."""
    there, back = (stop("A"), stop("B")), (stop("B"), stop("A"))
    runs = tuple(
        Run(
            service="7",
            name="",
            name_en="",
            stops=stops,
            departure=Departure(id=f"D{t}", arrive_s=(t, t), depart_s=(t, t)),
        )
        for t, stops in ((9, there), (8, back), (7, there))
    )
    assert [(line.id, [d.id for d in line.departures]) for line in lines_of(runs, {})] == [
        ("7", ["D7", "D9"]),
        ("7~2", ["D8"]),
    ]


@given(st.integers(0, 172_800))
def test_a_clock_time_reads_back(time_s: int) -> None:
    """Hours go on after 24."""
    hour, minute, *second = (int(part) for part in clock(time_s).split(":"))
    assert hour * 3_600 + minute * 60 + sum(second) == time_s


@given(st.data())
def test_shared_out_times_never_go_backwards(data: st.DataObject) -> None:
    """Whatever is left out, and wherever the stops lie, two of them on one spot included."""
    count = data.draw(st.integers(2, 8))
    times = np.array(sorted(data.draw(st.lists(st.integers(0, 9_000), min_size=2 * count, max_size=2 * count))), float)
    arrive_s, depart_s = times[::2], times[1::2]
    missing = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    missing[0] = missing[-1] = False
    lon = np.array(data.draw(st.lists(st.sampled_from([110.0, 110.1, 110.3]), min_size=count, max_size=count)))
    given_a, given_d = np.where(missing, np.nan, arrive_s), np.where(missing, np.nan, depart_s)
    assert list(backward_steps(given_a, given_d)) == []
    arrives, leaves = fill_times(given_a, given_d, lon, np.full(count, 30.0))
    departure = Departure(id="D", arrive_s=arrives, depart_s=leaves)  # refuses times that go backwards
    assert all(departure.arrive_s[k] == arrive_s[k] for k in range(count) if not missing[k])


# plain timetables


def test_a_plain_timetable_is_read_with_all_its_columns(tmp_path: Path) -> None:
    """Chinese headers, what belongs to the departure in its first row alone."""
    text = (
        "线路,班次,站点,站点名称,地点,到站,发车,线路名称,线路英文名称,运行日,停运日期,可带重量(kg),可带体积(L),可带周转箱,"
        "单件限重(kg),禁运货物,客流高峰,停站装卸(秒),可绕行(米),每件价格(元),每趟价格(元)\n"
        "7,早班,A,甲站,H,,07:00,七路,Line 7,周一;周五,2026-03-09,80,400,12,25,pesticide,00:00-06:59,90,500,0.8,10\n"
        "7,早班,B,乙站,V1,07:30,07:32,,,,,,,,,,,,,,\n"
        "7,早班,C,丙站,V2,08:00,,,,,,,,,,,,,,,\n"
    )
    table = read(tmp_path, text, places=PLACES, commodities={"pesticide"})
    (line,) = table.lines
    assert (line.id, line.name, line.name_en) == ("7", "七路", "Line 7")
    assert [(s.id, s.name, s.place, s.lon) for s in line.stops] == [
        ("A", "甲站", "H", 110.0),
        ("B", "乙站", "V1", 110.1),
        ("C", "丙站", "V2", 110.2),
    ]
    (departure,) = line.departures
    assert (departure.arrive_s, departure.depart_s) == ((25_200, 27_000, 28_800), (25_200, 27_120, 28_800))
    assert departure.days == Days(weekdays=("mon", "fri"), not_on=frozenset({date(2026, 3, 9)}))
    assert departure.carriage == Carriage(
        room=Load(load_g=80_000, load_ml=400_000, totes=12),
        max_piece_g=25_000,
        barred=frozenset({"pesticide"}),
        peaks=(TimeWindow(early_s=0, late_s=25_140),),
        dwell_s=90,
        detour_m=500,
        fen_per_piece=80,
        fen_per_trip=1_000,
    )
    assert table.placeholders == ()
    assert departure.carries_goods


def test_what_nobody_has_measured_is_listed_as_a_placeholder(tmp_path: Path) -> None:
    """The wait for goods and both prices, for two departures; free space is nought and said nowhere."""
    table = read(tmp_path, f"{HEAD}\n{TWO}{TWO.replace('D1', 'D2')}")
    assert [text.en for text in table.placeholders] == [
        "bus.csv: placeholder dwell_s=60 taken for 2 departures",
        "bus.csv: placeholder yuan_per_piece=0 taken for 2 departures",
        "bus.csv: placeholder yuan_per_trip=0 taken for 2 departures",
    ]
    assert not table.lines[0].departures[0].carries_goods


def test_a_stop_may_be_a_place_and_nothing_else(tmp_path: Path) -> None:
    """No ids of stops, no coordinates: those of the places."""
    table = read(tmp_path, "line,departure,place,arrive,depart\nL1,D1,H,,07:00\nL1,D1,V2,07:30,\n", places=PLACES)
    assert [(s.id, s.name, s.lon, s.lat) for s in table.stops] == [("H", "H", 110.0, 30.0), ("V2", "V2", 110.2, 30.0)]


def test_only_what_runs_on_the_day_is_read(tmp_path: Path) -> None:
    """2026-03-06 is a Friday."""
    text = f"{HEAD},days\n" + TWO.replace("\n", ",fri\n") + TWO.replace("D1", "D2").replace("\n", ",\n")
    assert len(read(tmp_path, text, day=date(2026, 3, 6)).lines[0].departures) == 2
    assert [d.id for d in read(tmp_path, text, day=date(2026, 3, 5)).lines[0].departures] == ["D2"]
    fridays = f"{HEAD},days\n" + TWO.replace("\n", ",fri\n")
    with pytest.raises(InvalidInput, match=r"^E385 nothing runs on 2026-03-05"):
        read(tmp_path, fridays, day=date(2026, 3, 5))


def test_a_timetable_of_an_office_computer_is_read(tmp_path: Path) -> None:
    """GB18030, semicolons, full-width digits."""
    text = "线路;班次;站点;经度;纬度;发车\nL1;D1;A;110;30;０７：００\nL1;D1;B;110.1;30;07:30\n"
    (tmp_path / "bus.csv").write_bytes(text.encode("gb18030"))
    table = read_timetable(tmp_path / "bus.csv")
    assert table.lines[0].departures[0].depart_s == (25_200, 27_000)
    assert len(table.notes) == 2


def test_a_line_through_a_place_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """Once for the place, not for every row of it."""
    text = "line,departure,place,arrive,depart\nL1,D1,H,,07:00\nL1,D1,V9,07:30,\nL1,D2,V9,,08:00\nL1,D2,H,08:30,\n"
    assert faults(tmp_path, text, places=PLACES) == [("E381", 3, "place")]


def test_negative_space_has_its_own_fault_and_all_faults_come_at_once(tmp_path: Path) -> None:
    """Space, heaviest piece and price below nought; a time that is none; a stop that is nowhere."""
    text = f"{HEAD},free_kg,max_piece_kg,yuan_per_piece\n"
    text += "L1,D1,A,110,30,,07:00,-5,-1,-0.5\nL1,D1,B,110.1,30,25.61,,,,\nL1,D1,C,,,08:00,,,,\n"
    assert faults(tmp_path, text) == [
        ("E383", 2, "free_kg"),
        ("E383", 2, "max_piece_kg"),
        ("E383", 2, "yuan_per_piece"),
        ("E314", 3, "arrive"),
        ("E389", 4, "stop"),
    ]


def test_times_that_go_backwards_are_named_with_their_row(tmp_path: Path) -> None:
    """After midnight a time is 24:10, not 00:10."""
    text = f"{HEAD}\nL1,D1,A,110,30,,23:50\nL1,D1,B,110.1,30,00:10,\n"
    assert faults(tmp_path, text) == [("E382", 3, "arrive")]


def test_a_departure_needs_two_stops_and_times_at_its_ends(tmp_path: Path) -> None:
    """D1 has one stop, D2 no time at its last."""
    text = f"{HEAD}\nL1,D1,A,110,30,,07:00\nL1,D2,A,110,30,,08:00\nL1,D2,B,110.1,30,,\n"
    assert faults(tmp_path, text) == [("E386", 2, "departure"), ("E395", 3, "depart")]


def test_rows_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    """The departure has 80 and 90 kg, stop A lies at 110 and at 111."""
    text = f"{HEAD},free_kg\nL1,D1,A,110,30,,07:00,80\nL1,D1,B,110.1,30,07:30,,90\n"
    text += "L1,D2,B,,,,08:00,\nL1,D2,A,111,30,08:30,,\n"
    assert faults(tmp_path, text) == [("E388", 3, "free_kg"), ("E388", 5, "lon")]


def test_commodities_that_a_departure_bars_must_be_known(tmp_path: Path) -> None:
    """If the caller says which there are."""
    text = f"{HEAD},barred\n" + TWO.replace("07:00\n", "07:00,eels\n").replace("07:30,\n", "07:30,,\n")
    assert faults(tmp_path, text, commodities={"parcel"}) == [("E321", 2, "barred")]
    assert read(tmp_path, text).lines[0].departures[0].carriage.barred == {"eels"}


def test_an_empty_or_missing_file_is_told(tmp_path: Path) -> None:
    """A header alone, and no file."""
    assert faults(tmp_path, f"{HEAD}\n") == [("E328", 0, "")]
    with pytest.raises(InvalidInput, match=r"E301 none\.csv"):
        read_timetable(tmp_path / "none.csv")


def test_carriages_are_given_by_departure_line_or_service(tmp_path: Path) -> None:
    """Service L1 gets 50 kg, its second line 20, departure D2 nothing; L2 stays as it was."""
    back = "L1,D3,B,,,,08:00\nL1,D3,A,,,08:30,\n"
    table = read(tmp_path, f"{HEAD}\n{TWO}{TWO.replace('D1', 'D2')}{back}{TWO.replace('L1', 'L2')}")
    of = {"L1": 50_000, "L1~2": 20_000, "D2": 0}
    changed = with_carriages(table, {name: Carriage(room=Load(load_g=load_g)) for name, load_g in of.items()})
    assert [(line.id, d.id, d.carriage.room.load_g) for line in changed.lines for d in line.departures] == [
        ("L1", "D1", 50_000),
        ("L1", "D2", 0),
        ("L1~2", "D3", 20_000),
        ("L2", "D1", 0),
    ]
    assert changed.lines[2] == table.lines[2]
    with pytest.raises(InvalidInput, match=r"^E396 .* L3"):
        with_carriages(table, {"L3": Carriage()})


# stops and places


def test_a_stop_serves_the_nearest_place_within_a_walk() -> None:
    """0.002 degrees at 30 north are 193 m: A serves V1; B is 965 m from V2, too far; C says V3 itself."""
    table = one_line(stop("A", 110.102), stop("B", 110.21), stop("C", 110.0, place="V3"))
    served = serve_places(table, PLACES, walk_m=500)
    assert [s.place for s in served.timetable.stops] == ["V1", "", "V3"]
    (left,) = served.stops
    assert (left.stop, left.nearest, round(left.distance_m)) == ("B", "V2", 965)
    assert served.places == ("V2",)
    assert [note.en for note in served.notes] == [
        "stop B has no place within 500 m (nearest: V2, 965 m)",
        "places without a stop: 1 (V2)",
    ]


def test_without_places_every_stop_is_left_over() -> None:
    """No nearest place, no distance."""
    served = serve_places(one_line(stop("A"), stop("B")), ())
    assert [(s.stop, s.nearest) for s in served.stops] == [("A", ""), ("B", "")]
    assert "nan" not in served.notes[0].zh


@given(
    st.lists(st.tuples(st.floats(109.9, 110.4), st.floats(29.9, 30.1)), min_size=2, max_size=6), st.floats(10, 20_000)
)
def test_a_longer_walk_never_leaves_more_stops(spots: list[tuple[float, float]], walk_m: float) -> None:
    """And what is left lies farther than the walk."""
    table = one_line(*(stop(f"S{k}", *spot) for k, spot in enumerate(spots)))
    near, far = serve_places(table, PLACES, walk_m=walk_m), serve_places(table, PLACES, walk_m=2 * walk_m)
    assert {s.stop for s in far.stops} <= {s.stop for s in near.stops}
    assert all(s.distance_m > walk_m for s in near.stops)


# on the roads


def test_the_lines_of_a_timetable_lie_on_the_roads() -> None:
    """A road of 3 km to the east; a line with a drawing and the same without; a stop 1 km off is named."""
    network = roads([(0, 0), (1, 0), (2, 0), (3, 0)], [(0, 1), (1, 2), (2, 3)])
    km = [(110 + k * KM_EAST, 30.0) for k in range(4)]
    ends = (stop("A", *km[0]), stop("B", *km[2]))
    off = (stop("A", *km[0]), stop("C", km[3][0], 30 + KM_NORTH))
    table = Timetable(
        lines=(
            Line(id="drawn", service="1", stops=ends, course=(km[0], km[1], km[2])),
            Line(id="plain", service="2", stops=ends),
            Line(id="off", service="3", stops=off),
        )
    )
    report = match_timetable(network, load_profiles()["bus"], table)
    assert [course.id for course in report.courses] == ["drawn", "plain", "off"]
    assert [course.follows for course in report.courses] == [("drawn_on_roads",), ("roads",), ("roads",)]
    assert [float(course.length_m[0]) for course in report.courses] == pytest.approx([2_000, 2_000, 3_000], rel=1e-3)
    assert [note.en for note in notes_of(report)] == [
        "stop C is 1000 m from the nearest road that bus can use; check its coordinates, or add the missing road"
    ]
