"""Reads the buses of a GTFS (static) feed, with every fault at once.

Taken are stops, routes, trips, stop times past midnight, calendar and calendar dates, frequencies and
shapes; no fares, transfers or translations. What a bus may carry is not in a feed: it comes from the caller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from networks.datum import to_wgs84
from scenarios.tables import Findings
from scenarios.text import Text, counted
from scenarios.timetables.csv_file import WGS84, invalid, on_day
from scenarios.timetables.gtfs_days import days_of, seconds_of
from scenarios.timetables.gtfs_tables import open_feed, tell_faults
from scenarios.timetables.model import (
    CLOCK_MOST_S,
    NO_ROOM,
    Carriage,
    Days,
    Departure,
    Run,
    Stop,
    Timetable,
    clock,
    lines_of,
)
from scenarios.timetables.times import backward_steps, fill_times, is_open_ended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scenarios.timetables.gtfs_tables import Feed

BUS, BUS_KINDS, COACH_KINDS = 3, range(700, 800), range(200, 300)
"""Values of ``route_type`` that are buses; the hundreds are the extended ones."""

MOST_DEPARTURES = 2_000
"""Most departures that one span of frequencies.txt may stand for: one each minute and a day to spare."""


def read_gtfs(
    path: Path | str, *, day: date | None = None, carriage: Carriage = NO_ROOM, datum: str = WGS84
) -> Timetable:
    """Return the bus lines of a GTFS feed, a folder or a zip file. O(bytes).

    A line is made for each order of stops and drawn course of a route. Departures by frequency are
    spelled out, from the first time of their span up to, not including, its last.

    Parameters
    ----------
    day
        Only what runs on it; None: everything.
    carriage
        What each departure may carry, and for how much.
    datum
        Of the coordinates; the format says WGS-84, some feeds made in China are not.

    Raises
    ------
    InvalidInput
        E380 with ``faults``: every fault of every table; when a file cannot be read at all, E301, E309, E391
        or E393 among them and nothing else is looked at. E385 when nothing runs on ``day``.
    """
    path = Path(path)
    findings = Findings()
    feed = open_feed(path, findings)
    if feed is None:
        raise invalid(findings)
    tell_faults(feed, findings)
    trips = _Trips(feed, findings, carriage, datum)
    runs = tuple(trips.runs())
    if findings.faults:
        raise invalid(findings)
    table = Timetable(lines=lines_of(runs, trips.courses()), notes=tuple(trips.notes()))
    return on_day(table, day, path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """A row of routes.txt; ``bus`` False for trains, boats and the rest."""

    name: str
    is_bus: bool


class _Trips:
    """The trips of one feed on their way to runs."""

    def __init__(self, feed: Feed, findings: Findings, carriage: Carriage, datum: str) -> None:
        self.feed, self.findings, self.carriage, self.datum = feed, findings, carriage, datum
        self.routes = dict(_routes(feed))
        self.days = days_of(feed, findings)
        self.spans = self._spans()
        self.guessed = 0

    def runs(self) -> Iterator[Run]:
        """Yield a run for each departure of a bus without a fault."""
        if not any(route.is_bus for route in self.routes.values()):
            self.findings.fault("E394", "routes.txt", column="route_type", value=str(len(self.routes)))
        stops, calls = self._stops(), self._calls()
        trips = self.feed["trips"]
        shapes = trips["shape_id"] if "shape_id" in trips else [""] * len(trips)
        columns = (trips.index, trips["trip_id"], trips["route_id"], trips["service_id"], shapes)
        for row, trip, route, service, shape in zip(*columns, strict=True):
            if route not in self.routes or not self.routes[route].is_bus:
                continue
            departure = self._departure(trip, int(row), calls, stops, self.days.get(service, Days()))
            if departure is None:
                continue
            run = Run(
                service=route,
                name=self.routes[route].name,
                name_en="",
                stops=tuple(stops[name] for name in calls.names[calls.of[trip]]),
                departure=departure,
                course_id=shape,
            )
            yield from self._repeated(run)

    def courses(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Return the drawn courses by id, in WGS-84."""
        shapes = self.feed["shapes"].sort_values(["shape_id", "shape_pt_sequence"], kind="stable")
        lon, lat = self._wgs84(shapes["shape_pt_lon"].to_numpy(float), shapes["shape_pt_lat"].to_numpy(float))
        names, begin = np.unique(shapes["shape_id"].to_numpy(str), return_index=True)
        ends = [*begin[1:], len(shapes)][: begin.size]
        points = list(zip(lon.tolist(), lat.tolist(), strict=True))
        return {str(name): tuple(points[a:b]) for name, a, b in zip(names, begin, ends, strict=True)}

    def notes(self) -> Iterator[Text]:
        """Yield what was settled here and should not be hidden."""
        others = sum(not route.is_bus for route in self.routes.values())
        if others:
            zh = f"routes.txt：{others} 条线路不是客车，未读取"
            yield Text(zh, f"routes.txt: {counted(others, 'route')} of other kinds than buses left out")
        if self.guessed:
            zh = f"stop_times.txt：{self.guessed} 个班次有未写时刻的站点，按距离推算"
            yield Text(
                zh, f"stop_times.txt: times left out and shared out by distance, {counted(self.guessed, 'trip')}"
            )
        if self.spans:
            zh = f"frequencies.txt：{len(self.spans)} 个班次按间隔展开为逐个班次"
            yield Text(zh, f"frequencies.txt: {counted(len(self.spans), 'trip')} by frequency spelled out")
        if self.datum != WGS84:
            yield Text(f"坐标由 {self.datum} 转换为 WGS-84", f"coordinates converted from {self.datum} to WGS-84")

    def _stops(self) -> dict[str, Stop]:
        table = self.feed["stops"]
        used = table[table["stop_id"].isin(self.feed["stop_times"]["stop_id"])]
        lon, lat = used["stop_lon"].to_numpy(float), used["stop_lat"].to_numpy(float)
        is_right = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # nan is wrong too
        for row, x, y in zip(used.index[~is_right].tolist(), lon[~is_right], lat[~is_right], strict=True):
            self.findings.fault("E324", "stops.txt", row=row, column="stop_lon", value=f"{x:g}, {y:g}")
        kept = used[is_right]
        names = kept["stop_name"] if "stop_name" in kept else kept["stop_id"]
        lon, lat = self._wgs84(lon[is_right], lat[is_right])
        columns = zip(kept["stop_id"], names, lon.tolist(), lat.tolist(), strict=True)
        return {ident: Stop(id=ident, name=name, lon=x, lat=y) for ident, name, x, y in columns}

    def _wgs84(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        is_right = bool(((np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all())  # what is not is told already
        return (lon, lat) if self.datum == WGS84 or not is_right else to_wgs84(lon, lat, self.datum)

    def _calls(self) -> _Calls:
        """Return the stop times by trip, in order of their sequence."""
        table = self.feed["stop_times"].sort_values(["trip_id", "stop_sequence"], kind="stable")
        times = [
            seconds_of(table, "stop_times.txt", name, self.findings) for name in ("arrival_time", "departure_time")
        ]
        trips, begin = np.unique(table["trip_id"].to_numpy(str), return_index=True)
        ends = [*begin[1:].tolist(), len(table)][: begin.size]
        return _Calls(
            of={str(trip): slice(a, b) for trip, a, b in zip(trips, begin.tolist(), ends, strict=True)},
            names=table["stop_id"].to_numpy(object),
            row=table.index.to_numpy(),
            arrive_s=times[0],
            depart_s=times[1],
        )

    def _departure(self, trip: str, row: int, calls: _Calls, stops: dict[str, Stop], days: Days) -> Departure | None:
        """Return the trip as a departure, None with a fault, or without one where its stops are at fault."""
        mine = calls.of.get(trip, slice(0, 0))
        if mine.stop - mine.start < 2:
            self.findings.fault("E386", "trips.txt", row=row, column="trip_id", value=trip)
            return None
        arrive_s, depart_s = calls.arrive_s[mine].copy(), calls.depart_s[mine].copy()
        at = [stops.get(name) for name in calls.names[mine]]
        if None in at or np.isinf([arrive_s, depart_s]).any():
            return None  # told already
        if is_open_ended(arrive_s, depart_s):
            self.findings.fault(
                "E395", "stop_times.txt", row=int(calls.row[mine][0]), column="arrival_time", value=trip
            )
            return None
        steps = list(backward_steps(arrive_s, depart_s))
        for k, time_s, before_s in steps:
            values = {"value": clock(time_s), "departure": trip, "before": clock(before_s)}
            column = "arrival_time" if arrive_s[k] == time_s else "departure_time"
            self.findings.fault("E382", "stop_times.txt", row=int(calls.row[mine][k]), column=column, **values)
        if steps:
            return None
        self.guessed += bool((np.isnan(arrive_s) & np.isnan(depart_s)).any())
        lon, lat = (np.array([getattr(stop, name) for stop in at]) for name in ("lon", "lat"))
        arrives, leaves = fill_times(arrive_s, depart_s, lon, lat)
        return Departure(id=trip, arrive_s=arrives, depart_s=leaves, days=days, carriage=self.carriage)

    def _spans(self) -> dict[str, list[tuple[int, int, int]]]:
        """Return begin, end and headway in seconds of the spans in which a trip runs by frequency."""
        table = self.feed["frequencies"]
        spans: dict[str, list[tuple[int, int, int]]] = {}
        begins, ends = (
            seconds_of(table, "frequencies.txt", name, self.findings) for name in ("start_time", "end_time")
        )
        columns = (table.index, table["trip_id"], begins, ends, table["headway_secs"])
        for row, trip, begin_s, end_s, headway_s in zip(*columns, strict=True):
            if not np.isfinite([begin_s, end_s, headway_s]).all():
                continue  # told already
            if end_s < begin_s:
                values = {"value": clock(int(end_s)), "departure": trip, "before": clock(int(begin_s))}
                self.findings.fault("E382", "frequencies.txt", row=int(row), column="end_time", **values)
            elif headway_s < 1 or (end_s - begin_s) / headway_s > MOST_DEPARTURES:
                values = {"value": f"{headway_s:g}", "most": MOST_DEPARTURES}
                self.findings.fault("E392", "frequencies.txt", row=int(row), column="headway_secs", **values)
            else:
                spans.setdefault(trip, []).append((int(begin_s), int(end_s), int(headway_s)))
        return spans

    def _repeated(self, run: Run) -> Iterator[Run]:
        """Yield the run, or one for each departure of the spans in which it runs by frequency."""
        base = run.departure
        if base.id not in self.spans:
            yield run
        for begin_s, end_s, headway_s in self.spans.get(base.id, []):
            for leaves_s in range(begin_s, end_s, headway_s):
                shift_s = leaves_s - base.depart_s[0]
                if base.depart_s[-1] + shift_s > CLOCK_MOST_S:
                    break
                shifted = replace(
                    base,
                    id=f"{base.id}@{clock(leaves_s)}",
                    arrive_s=tuple(time_s + shift_s for time_s in base.arrive_s),
                    depart_s=tuple(time_s + shift_s for time_s in base.depart_s),
                )
                yield replace(run, departure=shifted)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Calls:
    """stop_times.txt by trip: ``of`` gives each trip's part of the (n,) arrays; times in seconds or nan."""

    of: dict[str, slice]
    names: np.ndarray
    row: np.ndarray
    arrive_s: np.ndarray
    depart_s: np.ndarray


def _routes(feed: Feed) -> Iterator[tuple[str, _Route]]:
    table = feed["routes"]
    blank = [""] * len(table)
    short, long = (table.get(name, blank) for name in ("route_short_name", "route_long_name"))
    for ident, kind, *names in zip(table["route_id"], table["route_type"], short, long, strict=True):
        is_bus = kind == BUS or kind in BUS_KINDS or kind in COACH_KINDS
        yield ident, _Route(name=" ".join(dict.fromkeys(name for name in names if name)), is_bus=is_bus)
