"""New counties with stations and buses, and the committed small county in which every service mode occurs."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.problem import UNREACHABLE
from optimizer.tiers.model import DIRECT, Way
from scenarios.build import County, build_problem
from scenarios.files import read_scenario, write_scenario
from scenarios.new import new_scenario
from scenarios.stations import SERVICE_MODES

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

LIBRARY = Path(__file__).parents[2] / "scenarios" / "library"


@cache
def small(*, stations: bool = True, buses: int = 4) -> Scenario:
    """Return a hill county of three townships and 20 villages."""
    return new_scenario(
        terrain="hill", townships=3, villages=20, pieces=200, brands=2, seed=5, stations=stations, buses=buses
    )


@cache
def built() -> County:
    """Return the county, built once."""
    return build_problem(small())


@cache
def three_tiers() -> County:
    """Return the committed county, built once."""
    return build_problem(read_scenario(LIBRARY / "three_tiers"))


def test_every_township_is_a_station_and_one_in_two_has_a_three_wheeler() -> None:
    """S01 and S03 of three; orders and roads stay those of the same county without a second tier."""
    plain = small(stations=False, buses=0)
    assert {s.place for s in small().stations} == {"S01", "S02", "S03"}
    assert {v.depot for v in small().fleet if v.profile == "three_wheeler"} == {"H", "S01", "S03"}
    assert small().orders == plain.orders
    assert plain.stations == ()
    assert build_problem(plain).tiers is None


def test_a_bus_takes_as_long_from_stop_to_stop_as_the_roads_and_waits_a_minute() -> None:
    """Each arrival is the departure before it and at most the road path rounded up to a minute; later ones follow."""
    (line, *_) = small().timetable.lines  # type: ignore[union-attr]
    assert [stop.place for stop in line.stops[:2]] == ["H", "S01"]
    departure = line.departures[0]
    assert departure.depart_s[0] == 7 * 3_600
    for (before_s, after_s), (_, leaves_s) in zip(
        zip(departure.depart_s[:-1], departure.arrive_s[1:], strict=True), pairwise(departure.depart_s), strict=True
    ):
        assert after_s > before_s
        assert after_s % 60 == 0
        assert leaves_s == after_s + 60


def test_two_lines_of_a_township_share_no_village() -> None:
    """The fourth line is the second of S01 and takes what the first left out."""
    lines = {line.id: {s.place for s in line.stops} - {"H", "S01"} for line in small().timetable.lines}  # type: ignore[union-attr]
    assert not lines["B1"] & lines.get("B4", set())


def test_the_bus_in_the_morning_peak_takes_no_goods() -> None:
    """The one of 7:00 is full of passengers, those of 9:00 and 13:30 are not."""
    tiers = built().tiers
    assert tiers is not None
    leaves = {d.depart_s[0] for d in tiers.departures if d.line == "B1"}
    assert leaves == {9 * 3_600, 48_600}


def test_villages_have_ways_direct_through_their_station_and_by_bus() -> None:
    """Every village may go direct and through its own station, one on a line by bus besides."""
    tiers = built().tiers
    assert tiers is not None
    for place in (p for p in small().places if p.tier == "village"):
        assert {DIRECT, Way(place.station)} <= tiers.ways(place.id)
    line = small().timetable.lines[0]  # type: ignore[union-attr]
    assert Way(last="line") in tiers.ways(line.stops[-1].place)


def test_placeholders_of_stations_and_buses_are_named() -> None:
    """Nobody has measured handling, free space or fares."""
    told = " ".join(text.en for text in small().placeholders)
    assert "handling (15 min)" in told
    assert "1 yuan a piece" in told


def test_a_new_county_with_stations_and_buses_reads_back_equal(tmp_path: Path) -> None:
    """Its timetable too, which nobody had in a file before."""
    write_scenario(small(), tmp_path)
    assert read_scenario(tmp_path).digest == small().digest


def test_every_service_mode_occurs_in_the_committed_county() -> None:
    """Direct, station, bus, line, idle, unmanned and drone; no place is out of reach of all its modes."""
    day = three_tiers().scenario
    assert {mode for rule in day.modes for mode in rule.modes} == set(SERVICE_MODES)
    assert {v.kind for v in day.fleet} == {"own", "idle", "unmanned", "drone"}
    assert len([p for p in day.places if p.tier == "village"]) <= 30
    assert not any("none of their modes" in note.en for note in three_tiers().notes)


def test_the_committed_county_has_ways_of_every_sort() -> None:
    """Direct, by line, through a station by road or line on either leg."""
    tiers = three_tiers().tiers
    assert tiers is not None
    sorts = {(bool(w.station), w.trunk, w.last) for ways in tiers.modes.values() for w in ways}
    assert sorts == {(False, "road", "road"), (False, "road", "line")} | {
        (True, trunk, last) for trunk in ("road", "line") for last in ("road", "line")
    }
    assert (three_tiers().matrices["van"].duration_s != UNREACHABLE).all()
