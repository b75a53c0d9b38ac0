"""Seeded GTFS feeds of the buses of a county: no real operator, the same feed for the same seed.

Routes lead from the hub or a station to a village and back, along the bus profile's best path, and stop at the
villages beside it. Some run by frequency, some only on market days, one past midnight. Numbers of departures,
speeds and shares are made up; what matters is that the feed has the size and the oddities of a county's.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from networks.paths import leg_geometries
from networks.points import Points
from networks.snap import metres_per_degree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from networks.network import RoadNetwork
    from networks.profiles import Profile

BESIDE_M = 120.0
"""A bus calls at the places that lie no farther from its way."""

MOST_STOPS = 20
"""Most stops of a route between its ends."""

STOP_EVERY_M = 2_000.0
"""Mean distance of the stops by the road."""

SPEED_M_S, DWELL_S = 7.0, 30
"""Of the bus between stops (25 km/h), and at each."""

JITTER_M = 4.0
"""Standard deviation of the drawn course's points, as of a bus's own GPS."""

SERVICES = ("daily", "workdays", "weekend", "market")
"""Services of calendar.txt; ``market`` only stands in calendar_dates.txt."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """One direction of a route: rows of the places it calls at, in order, and its course (n, 2) lon and lat."""

    route: int
    stops: tuple[int, ...]
    course: np.ndarray


def write_feed(
    path: Path,
    network: RoadNetwork,
    profile: Profile,
    places: pd.DataFrame,
    *,
    routes: int,
    seed: int,
    with_shapes: bool = True,
    round_trips: int = 4,
) -> int:
    """Write a feed (a zip file) of at most ``routes`` routes and return how many it has.

    ``places`` has id, name, tier, lon, lat as ``networks.synthetic.CountyRoads.places``. A route whose ends no bus can
    join is drawn again, so that a county with few roads for buses may give fewer.
    """
    rng = np.random.default_rng(seed)
    pairs = _pairs(network, profile, places, routes, rng)
    places = _with_roadside(places, pairs, rng)
    ways = list(_ways(places, pairs))
    used = sorted({row for way in ways for row in way.stops})
    tables: dict[str, Rows] = {
        "agency": [
            {"agency_id": "G", "agency_name": "示例客运", "agency_url": "-", "agency_timezone": "Asia/Shanghai"}
        ],
        "stops": [_stop(places, row, rng) for row in used],
        "routes": [
            {"route_id": f"R{way.route:03d}", "route_short_name": f"{way.route}路", "route_type": 3}
            for way in ways[::2]
        ],
        "calendar": [
            _calendar(name, days) for name, days in zip(SERVICES, ("1111111", "1111100", "0000011"), strict=False)
        ],
        "calendar_dates": _exceptions(),
        "trips": [],
        "stop_times": [],
        "frequencies": [],
    }
    if with_shapes:
        noise = np.random.default_rng([seed, 1])  # apart, so that the trips are the same without shapes
        tables["shapes"] = [row for k, way in enumerate(ways) for row in _shape(way, k, noise)]
    for k, way in enumerate(ways):
        _add_trips(tables, way, k, places, rng, round_trips=round_trips, with_shapes=with_shapes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            if rows:
                entry = zipfile.ZipInfo(f"{name}.txt", date_time=(2026, 1, 1, 0, 0, 0))  # the same bytes at any time
                archive.writestr(entry, _csv(rows), zipfile.ZIP_DEFLATED)
    return len(ways) // 2


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pair:
    """The two courses of a route between places ``first`` and ``last``, there and back."""

    first: int
    last: int
    there: np.ndarray
    back: np.ndarray


def _pairs(
    network: RoadNetwork, profile: Profile, places: pd.DataFrame, routes: int, rng: np.random.Generator
) -> list[_Pair]:
    centres = np.flatnonzero((places["tier"] != "village").to_numpy())
    villages = np.flatnonzero((places["tier"] == "village").to_numpy())
    ends = np.column_stack([rng.choice(centres, 2 * routes), rng.choice(villages, 2 * routes)])
    points = Points(tuple(places["id"]), places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    there, back = (leg_geometries(network, profile, points, legs) for legs in (ends, ends[:, ::-1]))
    return [
        _Pair(first=first, last=last, **{name: shapely.get_coordinates(line)[1:-1] for name, line in both.items()})
        for (first, last), both in zip(
            ends.tolist(), ({"there": a, "back": b} for a, b in zip(there, back, strict=True)), strict=True
        )
        if min(len(line.coords) for line in both.values()) > 5
    ][:routes]


def _with_roadside(places: pd.DataFrame, pairs: list[_Pair], rng: np.random.Generator) -> pd.DataFrame:
    """Return the places, and stops by the road at some of the nodes that courses pass, one in ``STOP_EVERY_M``."""
    nodes = np.unique(np.vstack([pair.there for pair in pairs]), axis=0)
    scale = np.array(metres_per_degree(float(nodes[0, 1])))
    step_m = np.median(np.concatenate([np.hypot(*(np.diff(pair.there, axis=0) * scale).T) for pair in pairs]))
    lon, lat = nodes[rng.random(len(nodes)) < step_m / STOP_EVERY_M].T
    names = [f"N{k:04d}" for k in range(lon.size)]
    more = pd.DataFrame(
        {"id": names, "tier": "roadside", "name": [f"路边{name}" for name in names], "lon": lon, "lat": lat}
    )
    return pd.concat([places[list(more.columns)], more], ignore_index=True)


def _ways(places: pd.DataFrame, pairs: list[_Pair]) -> Iterator[Way]:
    """Yield both directions of each route, one after the other."""
    degrees = places[["lon", "lat"]].to_numpy(float)
    scale = np.array(metres_per_degree(float(degrees[:, 1].mean())))
    for number, pair in enumerate(pairs, start=1):
        ends = (pair.first, pair.last)
        for course, (first, last) in ((pair.there, ends), (pair.back, ends[::-1])):
            yield Way(route=number, stops=_called_at(course * scale, degrees * scale, first, last), course=course)


def _called_at(course: np.ndarray, spots: np.ndarray, first: int, last: int) -> tuple[int, ...]:
    """Return the places beside a course in the order in which it passes them, its ends at both ends."""
    line = shapely.LineString(course)
    beside = np.flatnonzero(shapely.dwithin(shapely.points(spots), line, BESIDE_M))
    inner = [row for row in beside.tolist() if row not in (first, last)]
    along = shapely.line_locate_point(line, shapely.points(spots[inner]))
    ordered = [inner[i] for i in np.argsort(along, kind="stable")]
    return (first, *ordered[:: max(1, -(-len(ordered) // MOST_STOPS))], last)


def _stop(places: pd.DataFrame, row: int, rng: np.random.Generator) -> dict[str, Any]:
    lon, lat = float(places["lon"].iloc[row]), float(places["lat"].iloc[row])
    east, north = rng.normal(0, 10, 2) / np.array(metres_per_degree(lat))
    name = places["name"].iloc[row]
    return {
        "stop_id": f"B{places['id'].iloc[row]}",
        "stop_name": name,
        "stop_lat": f"{lat + north:.6f}",
        "stop_lon": f"{lon + east:.6f}",
    }


def _calendar(name: str, days: str) -> dict[str, Any]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {
        "service_id": name,
        **dict(zip(names, days, strict=True)),
        "start_date": "20260101",
        "end_date": "20261231",
    }


def _exceptions() -> Rows:
    """Return the days of the market (5th, 15th and 25th of each month), and no workday on 1 May."""
    market = [f"2026{month:02d}{day:02d}" for month in range(1, 13) for day in (5, 15, 25)]
    rows = [{"service_id": "market", "date": day, "exception_type": 1} for day in market]
    return [*rows, {"service_id": "workdays", "date": "20260501", "exception_type": 2}]


def _shape(way: Way, number: int, rng: np.random.Generator) -> Rows:
    jitter = rng.normal(0, JITTER_M, way.course.shape) / np.array(metres_per_degree(float(way.course[0, 1])))
    return [
        {
            "shape_id": f"S{number}",
            "shape_pt_lat": f"{lat:.6f}",
            "shape_pt_lon": f"{lon:.6f}",
            "shape_pt_sequence": k,
        }
        for k, (lon, lat) in enumerate((way.course + jitter).tolist())
    ]


def _add_trips(
    tables: dict[str, Rows],
    way: Way,
    number: int,
    places: pd.DataFrame,
    rng: np.random.Generator,
    *,
    round_trips: int,
    with_shapes: bool,
) -> None:
    """Add the trips of one direction: evenly over the day, every twentieth route by frequency, the first by night."""
    route = f"R{way.route:03d}"
    after_s = _times(way, places)
    by_frequency = way.route % 20 == 0
    leaves = [23_400 + k * 46_800 // max(1, round_trips) + int(rng.integers(0, 40)) * 60 for k in range(round_trips)]
    leaves = leaves[:1] if by_frequency else leaves + ([86_000] if way.route == 1 else [])
    service = SERVICES[int(rng.choice(4, p=(0.7, 0.15, 0.1, 0.05)))]
    for k, leaves_s in enumerate(leaves):
        trip = f"{route}-{number % 2}-{k}"
        shape = {"shape_id": f"S{number}"} if with_shapes else {}
        tables["trips"].append({"route_id": route, "service_id": service, "trip_id": trip, **shape})
        tables["stop_times"] += [
            {
                "trip_id": trip,
                "arrival_time": _clock(leaves_s + time_s - (DWELL_S if sequence else 0)),
                "departure_time": _clock(leaves_s + time_s),
                "stop_id": f"B{places['id'].iloc[row]}",
                "stop_sequence": sequence,
            }
            for sequence, (row, time_s) in enumerate(zip(way.stops, after_s, strict=True))
        ]
        if by_frequency:
            span = {"start_time": "06:00:00", "end_time": "18:00:00", "headway_secs": 5_400}
            tables["frequencies"].append({"trip_id": trip, **span})


def _times(way: Way, places: pd.DataFrame) -> list[int]:
    """Return for each stop the seconds after the first at which the bus leaves it, by the length of its course."""
    scale = np.array(metres_per_degree(float(way.course[0, 1])))
    spots = places[["lon", "lat"]].to_numpy(float)[list(way.stops)] * scale
    along_m = shapely.line_locate_point(shapely.LineString(way.course * scale), shapely.points(spots))
    along_m = np.maximum.accumulate(along_m)
    return [int(metre / SPEED_M_S) + DWELL_S * k for k, metre in enumerate((along_m - along_m[0]).tolist())]


def _clock(time_s: int) -> str:
    return f"{time_s // 3_600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"


def _csv(rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
