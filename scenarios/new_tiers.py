"""Gives a new county its second tier: township stations, three-wheelers at some of them, and rural bus lines.

Handling, throughput, free space and fares are placeholders: each is named. The times of the buses are those of the
bus profile along the county's roads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.matrix import travel_matrix
from networks.points import Points
from networks.profiles import Conditions, load_profiles
from optimizer.model import TimeWindow
from optimizer.problem import UNREACHABLE
from scenarios.fleet import THREE_WHEELER
from scenarios.roads import load_roads
from scenarios.scenario import Load
from scenarios.stations import ScenarioStation, TimetableFile
from scenarios.text import Text
from scenarios.timetables.model import Carriage, Departure, Line, Stop, Timetable
from scenarios.timetables.of_scenario import TIMETABLE_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from networks.matrix import TravelMatrix
    from scenarios.scenario import FleetVehicle, Scenario, ScenarioPlace

STATION_OPEN = TimeWindow(early_s=6 * 3_600 + 1_800, late_s=19 * 3_600)
HANDLING_S = 900
PIECES_PER_QUARTER_H = 150
STATION_LOADING_S = 600
"""A station opens 06:30 to 19:00, hands over in 15 minutes, 150 pieces a quarter of an hour, loads a trip in 10."""

STATIONS_PER_HOME = 2
"""One station in two has a three-wheeler of its own."""

STOPS_MOST = 6
"""Villages that one bus calls at beyond its township."""

WAIT_S = 60
"""Of a bus at every stop, in its timetable."""

LEAVES_S = (7 * 3_600, 9 * 3_600, 13 * 3_600 + 1_800)
"""When buses leave the county town; they turn back half an hour after their last stop."""

TURN_S = 1_800

BUS_CARRIAGE = Carriage(
    room=Load(load_g=80_000, load_ml=600_000),
    peaks=(TimeWindow(early_s=6 * 3_600 + 1_800, late_s=7 * 3_600 + 1_800),),
    dwell_s=120,
    fen_per_piece=100,
)
"""80 kg and 600 L free outside the morning peak of 06:30 to 07:30, 1 yuan a piece."""

STATION_PLACEHOLDERS = (
    Text(
        "服务站换装 15 分钟、每刻钟 150 件、开放时段和自有三轮车为占位值",
        "stations' handling (15 min), throughput (150 pieces a quarter), hours and three-wheelers are assumed",
    ),
)
BUS_PLACEHOLDERS = (
    Text(
        "客车班次、可带货量（80 kg、600 L）、停站和每件 1 元为占位值",
        "bus times, free space (80 kg, 600 L), dwell and 1 yuan a piece are assumed",
    ),
)
"""What this module assumes."""


def with_stations(scenario: Scenario) -> Scenario:
    """Return the county with a station at every place of that tier, and three-wheelers at some of them."""
    stations = [place.id for place in scenario.places if place.tier == "station"]
    homes = frozenset(stations[::STATIONS_PER_HOME])
    own = tuple(_three_wheeler(home) for home in sorted(homes))
    return replace(
        scenario,
        places=tuple(_opened(place, homes) for place in scenario.places),
        fleet=(*scenario.fleet, *own),
        stations=tuple(
            ScenarioStation(place=name, handling_s=HANDLING_S, pieces_per_quarter_h=PIECES_PER_QUARTER_H)
            for name in stations
        ),
        placeholders=(*scenario.placeholders, *STATION_PLACEHOLDERS),
    )


def with_buses(scenario: Scenario, count: int) -> Scenario:
    """Return the county with ``count`` bus lines from the hub over a township to its villages, along the roads.

    Townships take turns; the second line of one calls at the villages that the first left out. A place that no bus
    can reach is left out; a line without any village is not made. O(one travel matrix of stations and villages).
    """
    trunks = _times(scenario)
    hub = next(place for place in scenario.places if place.tier == "hub")
    left = {p.id: [v for v in scenario.places if v.tier == "village" and v.station == p.id] for p in scenario.places}
    stations = [place for place in scenario.places if place.tier == "station"]
    lines: list[Line] = []
    for number in range(count if stations else 0):
        station = stations[number % len(stations)]
        stops = trunks.course(hub, station, left[station.id])
        left[station.id] = [village for village in left[station.id] if village not in stops]
        if len(stops) > 2:
            lines += _both_ways(f"B{number + 1}", f"{hub.name}—{stops[-1].name}", stops, trunks)
    if not lines:
        return scenario
    return replace(
        scenario,
        timetable=Timetable(lines=tuple(lines)),
        timetable_file=TimetableFile(file=TIMETABLE_FILE),
        placeholders=(*scenario.placeholders, *BUS_PLACEHOLDERS),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Times:
    """Seconds of a bus between the places of a county."""

    matrix: TravelMatrix

    def between_s(self, one: ScenarioPlace, other: ScenarioPlace) -> int:
        """Return the seconds on the road; ``UNREACHABLE`` where there is none."""
        rank = self.matrix.ids.index
        return int(self.matrix.duration_s[rank(one.id), rank(other.id)])

    def course(
        self, hub: ScenarioPlace, station: ScenarioPlace, villages: Sequence[ScenarioPlace]
    ) -> tuple[ScenarioPlace, ...]:
        """Return hub, station, and from there each time the nearest village that is left, there and back open."""
        stops, left = [hub, station], list(villages)
        if not self._is_open(hub, station):
            return ()
        while len(stops) < STOPS_MOST + 2:
            left = [village for village in left if self._is_open(stops[-1], village)]
            if not left:
                break
            stops.append(min(left, key=lambda village: (self.between_s(stops[-1], village), village.id)))
            left.remove(stops[-1])
        return tuple(stops)

    def clock(self, stops: Sequence[ScenarioPlace], leaves_s: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return arrivals and departures, to the minute, of a bus that leaves its first stop at ``leaves_s``."""
        arrive, depart = [leaves_s], [leaves_s]
        for before, after in pairwise(stops):
            arrive.append(-(-(depart[-1] + self.between_s(before, after)) // 60) * 60)
            depart.append(arrive[-1] + WAIT_S)
        return tuple(arrive), tuple(depart)

    def _is_open(self, one: ScenarioPlace, other: ScenarioPlace) -> bool:
        return UNREACHABLE not in (self.between_s(one, other), self.between_s(other, one))


def _times(scenario: Scenario) -> _Times:
    places = [place for place in scenario.places if place.tier in ("hub", "station", "village")]
    points = Points(
        tuple(place.id for place in places),
        np.array([place.lon for place in places], dtype=np.float64),
        np.array([place.lat for place in places], dtype=np.float64),
    )
    conditions = Conditions(season=scenario.season, weather=scenario.weather)
    return _Times(matrix=travel_matrix(load_roads(scenario), load_profiles()["bus"], points, conditions=conditions))


def _both_ways(name: str, title: str, stops: Sequence[ScenarioPlace], times: _Times) -> tuple[Line, Line]:
    out, back = [], []
    for number, leaves_s in enumerate(LEAVES_S, start=1):
        arrive, depart = times.clock(stops, leaves_s)
        out.append(Departure(id=f"{name}-{number}", arrive_s=arrive, depart_s=depart, carriage=BUS_CARRIAGE))
        arrive, depart = times.clock(stops[::-1], arrive[-1] + TURN_S)
        back.append(Departure(id=f"{name}r-{number}", arrive_s=arrive, depart_s=depart, carriage=BUS_CARRIAGE))
    called = tuple(Stop(id=p.id, name=p.name, lon=p.lon, lat=p.lat, place=p.id) for p in stops)
    return (
        Line(id=name, service=name, name=title, stops=called, departures=tuple(out)),
        Line(id=f"{name}r", service=f"{name}r", name=title, stops=called[::-1], departures=tuple(back)),
    )


def _opened(place: ScenarioPlace, homes: frozenset[str]) -> ScenarioPlace:
    if place.tier != "station":
        return place
    loading_s = STATION_LOADING_S if place.id in homes else place.loading_s
    return replace(place, windows=(STATION_OPEN,), loading_s=loading_s)


def _three_wheeler(home: str) -> FleetVehicle:
    return replace(THREE_WHEELER, id=f"{THREE_WHEELER.id}-{home}", depot=home, count=1)
