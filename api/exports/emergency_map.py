"""The map of an emergency: the break, isolated areas in colour, relays, trips beyond the break and flights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from api.exports.canvas import Clutter, Label, along, fit, ground, place_labels, simplified
from api.exports.emergency_words import AREA_COLORS
from api.exports.geojson import lines_of
from api.exports.svg import path_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.exports.canvas import Canvas, Placed
    from api.exports.emergency import Relief
    from api.views import TripView

WIDTH, MAX_HEIGHT, DETAIL_HEIGHT, MARGIN = 1_000.0, 700.0, 620.0, 48.0
TOLERANCE = 0.4
BREAK_APART = 8.0
"""Closed stretches nearer than twice this on the map share a mark."""
SIZE = 12.0
"""Of names, in units of the drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map; ``color`` is "" for one that is not cut off."""

    kind: str
    name: str
    x: float
    y: float
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A relay from its near to its far end."""

    name: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyMap:
    """Everything that the template draws, as path data and positions in units of the view box."""

    width: float
    height: float
    units_per_m: float
    bar_m: int
    ground: dict[str, str]
    areas: tuple[tuple[str, str], ...]
    closed: str
    breaks: tuple[tuple[float, float], ...]
    trips: tuple[tuple[str, str], ...]
    flights: str
    walks: tuple[Walk, ...]
    spots: tuple[Spot, ...]
    labels: tuple[Placed, ...]


def draw(relief: Relief) -> tuple[EmergencyMap, ...]:
    """Return the drawing of the isolated areas, if there are any, and that of the county; O(vertices + labels^2)."""
    day, cut = relief.day, relief.rescue.isolated
    ways = {c.relay.id for c in relief.rescue.crossings} | {b.id for b in relief.rescue.emergency.drones}
    near = replace(day, places=tuple(p for p in day.places if p.id in cut or p.id in ways), trips=())
    shown = [near] if cut else []
    frames = [(shown_day, DETAIL_HEIGHT) for shown_day in shown] + [(day, MAX_HEIGHT)]
    canvases = (fit(each, width=WIDTH, max_height=most, margin=MARGIN) for each, most in frames)
    return tuple(_drawn(relief, canvas) for canvas in canvases)


def _drawn(relief: Relief, canvas: Canvas) -> EmergencyMap:
    day = relief.day
    spots = tuple(_spots(relief, canvas))
    beyond = tuple(_beyond(relief))
    return EmergencyMap(
        width=canvas.width,
        height=round(canvas.height, 1),
        units_per_m=canvas.scale,
        bar_m=canvas.bar_m(),
        ground={
            name: "".join(map(path_data, lines)) for name, lines in ground(day, canvas, tolerance=TOLERANCE).items()
        },
        areas=tuple(_areas(relief, canvas)),
        closed=_edges(relief, canvas, relief.rescue.ground.closed),
        breaks=tuple(_breaks(relief, canvas)),
        trips=tuple((trip.color, _way(trip, canvas)) for trip in beyond),
        flights="".join(_way(trip, canvas) for trip in day.trips if trip.is_flown and _calls_at_cut(relief, trip)),
        walks=tuple(_walks(relief, canvas)),
        spots=spots,
        labels=tuple(_labels(spots, canvas, [lines_of(trip) for trip in beyond])),
    )


def area_color(relief: Relief, area: int) -> str:
    """Return the colour of an isolated area; grey where nobody lives."""
    areas = list(relief.standing.areas)
    return AREA_COLORS[areas.index(area) % len(AREA_COLORS)] if area in areas else "#9aa2ab"


def _beyond(relief: Relief) -> Iterator[TripView]:
    """Yield the trips of vehicles on the far side."""
    far = {name for names in relief.rescue.carriers.values() for name in names}
    yield from (trip for trip in relief.day.trips if trip.vehicle_type in far)


def _calls_at_cut(relief: Relief, trip: TripView) -> bool:
    return any(visit.place.id in relief.rescue.isolated for visit in trip.visits)


def _way(trip: TripView, canvas: Canvas) -> str:
    return "".join(path_data(simplified(canvas.project(line), TOLERANCE)) for line in lines_of(trip))


def _areas(relief: Relief, canvas: Canvas) -> Iterator[tuple[str, str]]:
    for area in relief.standing.areas:
        inside = relief.rescue.ground.area_of_edge == area
        yield area_color(relief, area), _edges(relief, canvas, inside)


def _edges(relief: Relief, canvas: Canvas, chosen: np.ndarray) -> str:
    """Return path data of the chosen edges (m,) bool of the network, joined end to end."""
    parts = shapely.get_parts(shapely.simplify(_merged(relief, canvas, chosen), TOLERANCE))
    return "".join(path_data(shapely.get_coordinates(part)) for part in parts)


def _merged(relief: Relief, canvas: Canvas, chosen: np.ndarray) -> shapely.Geometry:
    shapes = relief.rescue.ground.after.edges.geometry[chosen].to_numpy()
    lines = shapely.transform(shapely.multilinestrings(list(shapes)), canvas.project)
    merged: shapely.Geometry = shapely.line_merge(lines)
    return merged


def _breaks(relief: Relief, canvas: Canvas) -> Iterator[tuple[float, float]]:
    """Yield the middle of each closed stretch, which may be too short to be seen."""
    blots = shapely.buffer(_merged(relief, canvas, relief.rescue.ground.closed), BREAK_APART)
    for part in shapely.get_parts(blots):
        yield round(part.centroid.x, 1), round(part.centroid.y, 1)


def _walks(relief: Relief, canvas: Canvas) -> Iterator[Walk]:
    for crossing in relief.rescue.crossings:
        (x0, y0), (x1, y1) = np.round(canvas.project([crossing.near, crossing.far]), 1).tolist()
        yield Walk(name=crossing.relay.name or crossing.relay.id, x0=x0, y0=y0, x1=x1, y1=y1)


def _spots(relief: Relief, canvas: Canvas) -> Iterator[Spot]:
    """Yield every place once, twins left out, the important ones last so that they lie on top."""
    rescue = relief.rescue
    cut = {each.place: each.area for each in relief.standing.cut}
    relays, bases = {c.relay.id for c in rescue.crossings}, {b.id for b in rescue.emergency.drones}
    order = {"hub": 3, "relay": 2, "base": 2, "cut": 1}
    found: list[Spot] = []
    for place in relief.day.places:
        if place.id in rescue.village_of or not _is_inside(canvas, place.lon, place.lat):
            continue
        kind = "relay" if place.id in relays else "base" if place.id in bases else place.tier
        kind = kind if kind in order else "cut" if place.id in cut else "other"
        x, y = np.round(canvas.project([(place.lon, place.lat)])[0], 1).tolist()
        color = area_color(relief, cut[place.id]) if place.id in cut else ""
        found.append(Spot(kind=kind, name=place.name, x=x, y=y, color=color))
    yield from sorted(found, key=lambda spot: order.get(spot.kind, 0))


def _is_inside(canvas: Canvas, lon: float, lat: float) -> bool:
    x, y = canvas.project([(lon, lat)])[0].tolist()
    return bool(0 <= x <= canvas.width and 0 <= y <= canvas.height)


def _labels(spots: tuple[Spot, ...], canvas: Canvas, ways: list[list[tuple[tuple[float, float], ...]]]) -> list[Placed]:
    """Return the names of the hub, relays, bases and cut off places, as far as they find room."""
    priority = {"hub": 0, "relay": 0, "base": 1, "cut": 2}
    named = [spot for spot in spots if spot.kind in priority]
    clutter = Clutter(
        width=canvas.width,
        height=canvas.height,
        markers=np.array([(spot.x, spot.y, 4.0) for spot in spots]).reshape(-1, 3),
        reserved=np.array([(0.0, canvas.height - 34, canvas.bar_m() * canvas.scale + 30, canvas.height)]),
        ways=along((canvas.project(line) for lines in ways for line in lines), 6.0),
    )
    labels = [
        Label(
            key=f"{rank}",
            text=spot.name,
            x=spot.x,
            y=spot.y,
            size=SIZE * (1.25 if spot.kind == "hub" else 1.0),
            priority=priority[spot.kind],
            gap=9.0 if spot.kind != "cut" else 6.5,
        )
        for rank, spot in enumerate(named)
    ]
    return place_labels(labels, clutter)
