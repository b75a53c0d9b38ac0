"""Which village or station each stop of a timetable serves: the nearest place within a walk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from networks.network import geodesic_m
from networks.snap import metres_per_degree
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import ScenarioPlace
    from scenarios.timetables.model import Timetable

WALK_M = 500.0
"""Farthest that goods are carried between a stop and its place; a placeholder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWithoutPlace:
    """A stop that serves no place: the nearest one, "" where there is none, and how far it is."""

    stop: str
    nearest: str
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A timetable whose stops know their places, and what is left over.

    ``stops``: those that serve no place. ``places``: ids, hub apart, that no stop serves.
    """

    timetable: Timetable
    walk_m: float
    stops: tuple[StopWithoutPlace, ...]
    places: tuple[str, ...]

    @property
    def notes(self) -> tuple[Text, ...]:
        """Every stop without a place in words, then how many places have no stop."""
        told = [_told(stop, self.walk_m) for stop in self.stops]
        if self.places:
            shown = ", ".join(self.places[:10]) + (" ..." if len(self.places) > 10 else "")
            count = len(self.places)
            told.append(Text(f"没有站点的地点 {count} 个：{shown}", f"places without a stop: {count} ({shown})"))
        return tuple(told)


def _told(stop: StopWithoutPlace, walk_m: float) -> Text:
    within, far = f"{walk_m:g}", f"{stop.distance_m:.0f}" if stop.nearest else "-"
    zh = f"站点 {stop.stop} 在 {within} 米内没有地点（最近的 {stop.nearest or '-'} 有 {far} 米）"
    return Text(zh, f"stop {stop.stop} has no place within {within} m (nearest: {stop.nearest or '-'}, {far} m)")


def serve_places(table: Timetable, places: Sequence[ScenarioPlace], *, walk_m: float = WALK_M) -> Served:
    """Return the timetable with each stop given to its nearest place within ``walk_m``; O(s log p).

    A stop that names a place keeps it. Distances are the crow's, in metres on WGS-84; of places
    equally near the first counts.
    """
    stops = table.stops
    nearest, distance_m = _nearest(table, places)
    given = {
        stop.id: stop.place or (places[k].id if k >= 0 and far_m <= walk_m else "")
        for stop, k, far_m in zip(stops, nearest, distance_m, strict=True)
    }
    lines = tuple(
        replace(line, stops=tuple(replace(stop, place=given[stop.id]) for stop in line.stops)) for line in table.lines
    )
    left = tuple(
        StopWithoutPlace(stop=stop.id, nearest=places[k].id if k >= 0 else "", distance_m=float(far_m))
        for stop, k, far_m in zip(stops, nearest, distance_m, strict=True)
        if not given[stop.id]
    )
    served = set(given.values())
    unserved = tuple(place.id for place in places if place.tier != "hub" and place.id not in served)
    return Served(timetable=replace(table, lines=lines), walk_m=walk_m, stops=left, places=unserved)


def _nearest(table: Timetable, places: Sequence[ScenarioPlace]) -> tuple[list[int], np.ndarray]:
    """Return for each stop the position of its nearest place (-1: none) and the metres to it (nan: none)."""
    at = np.array([(stop.lon, stop.lat) for stop in table.stops]).reshape(-1, 2)
    to = np.array([(place.lon, place.lat) for place in places]).reshape(-1, 2)
    if not len(at) or not len(to):
        return [-1] * len(at), np.full(len(at), np.nan)
    scale = np.array(metres_per_degree(float(np.median(at[:, 1]))))
    flat_m, _ = cKDTree(to * scale).query(at * scale)
    near = cKDTree(to * scale).query_ball_point(at * scale, flat_m * 1.001 + 0.01, return_sorted=True)
    nearest, distance_m = [], []
    for spot, some in zip(at, near, strict=True):
        found_m = geodesic_m(np.full(len(some), spot[0]), np.full(len(some), spot[1]), *to[some].T)
        nearest.append(int(some[int(found_m.argmin())]))
        distance_m.append(float(found_m.min()))
    return nearest, np.array(distance_m)
