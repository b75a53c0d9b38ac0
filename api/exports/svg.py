"""Numbers for the report's drawings: path data, marks, labels by zoom, Gantt bars, load steps.

Only geometry here; shapes, colours and words are the template's. All coordinates are
units of the drawing's view box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from api.exports import timeline
from api.exports.canvas import Canvas, Clutter, Label, Placed, along, fit, ground, place_labels, simplified
from api.exports.geojson import lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.views import DayView, PlaceView, TripView

MAP_WIDTH = 1000.0
MAP_MAX_HEIGHT = 900.0
MAP_MARGIN = 36.0
LINE_COLOR = "#0b7a75"
"""Of places that only scheduled lines serve."""
TOLERANCE = 0.25
"""A quarter of a unit: some 15 m on a county of 60 km."""
LABEL_SIZE = 11.5
VILLAGE_PAD = 4.5
"""Free room around a village's name, so that a crowded county is not a wall of text; zooming shows the rest."""
ZOOMS = (1.0, 2.2, 5.0, 10.0)
"""A label that finds no room at one zoom is tried at the next."""
WAY_STEP = 6.0
"""Distance of the points that tell a label where trips run."""
GANTT_WIDTH = 1000.0
GANTT_LEFT = 96.0
GANTT_ROW = 26.0
LOAD_WIDTH = 300.0
LOAD_HEIGHT = 56.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLabel:
    """A name beside its place, shown from ``zoom`` on; ``dx`` and ``dy`` in em."""

    text: str
    tier: str
    x: float
    y: float
    dx: float
    dy: float
    anchor: str
    zoom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the map; ``color`` is that of the trip that calls first, or empty."""

    place: PlaceView
    x: float
    y: float
    color: str
    trips: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDrawing:
    """Everything the map's template needs."""

    width: float
    height: float
    units_per_m: float
    bar_m: int
    ground: dict[str, str]
    trips: tuple[tuple[TripView, str], ...]
    marks: tuple[Mark, ...]
    labels: tuple[MapLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One span of a vehicle's row."""

    kind: str
    trip: TripView
    rank: int
    x: float
    width: float
    begin_s: int
    end_s: int

    @property
    def title(self) -> str:
        """Name of the place of a visit; empty at the depot."""
        return self.trip.visits[self.rank - 1].place.name if self.rank else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """Rows of bars per vehicle, and the hours of the axis as (x, seconds)."""

    height: float
    rows: tuple[tuple[str, float, tuple[Bar, ...]], ...]
    hours: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStep:
    """One leg of the load chart: shares of the capacity stacked, down below up."""

    x: float
    width: float
    down: float
    up: float
    share: float
    dimension: int


def draw_map(day: DayView) -> MapDrawing:
    """Return the drawing of the whole county; O(vertices + labels squared)."""
    canvas = fit(day, width=MAP_WIDTH, max_height=MAP_MAX_HEIGHT, margin=MAP_MARGIN)
    lines = ground(day, canvas, tolerance=TOLERANCE * 1.6)
    marks = _marks(day, canvas)
    return MapDrawing(
        width=canvas.width,
        height=round(canvas.height, 1),
        units_per_m=canvas.scale,
        bar_m=canvas.bar_m(),
        ground={name: "".join(map(path_data, lines[name])) for name in reversed(lines)},
        trips=tuple((trip, trip_path(trip, canvas)) for trip in day.trips),
        marks=marks,
        labels=_labels(day, marks, canvas),
    )


def trip_path(trip: TripView, canvas: Canvas) -> str:
    """Return the path of a whole trip along its roads, straight where the road is not known."""
    return "".join(path_data(simplified(canvas.project(line), TOLERANCE)) for line in lines_of(trip))


def path_data(points: np.ndarray) -> str:
    """Return SVG path data of (n, 2) points in tenths of a unit, relative to save bytes; "" below two points."""
    if len(points) < 2:
        return ""
    tenths = np.round(points * 10).astype(np.int64)  # (n, 2)
    steps = np.diff(tenths, axis=0)  # (n-1, 2)
    steps = steps[(steps != 0).any(axis=1)]
    if not len(steps):
        return ""
    text = "".join(f"{dx / 10:g}{'' if dy < 0 else ' '}{dy / 10:g} " for dx, dy in steps.tolist())
    return f"M{tenths[0, 0] / 10:g} {tenths[0, 1] / 10:g}l{text.rstrip()}"


def draw_gantt(day: DayView) -> Gantt:
    """Return one row per vehicle over the whole hours of the day."""
    begin, end = timeline.day_range(day)
    scale = (GANTT_WIDTH - GANTT_LEFT - 24) / max(end - begin, 1)
    step = timeline.HOUR_S * (1 if end - begin <= 14 * timeline.HOUR_S else 2)
    rows = []
    for i, (vehicle, trips) in enumerate(sorted(day.vehicles.items(), key=_vehicle_order)):
        bars = (_bar(trip, span, begin, scale) for trip in trips for span in timeline.spans(trip))
        rows.append((vehicle, 22 + i * GANTT_ROW, tuple(bars)))
    hours = tuple((round(GANTT_LEFT + (t - begin) * scale, 1), t) for t in range(begin, end + 1, step))
    return Gantt(height=22 + len(rows) * GANTT_ROW + 6, rows=tuple(rows), hours=hours)


def load_steps(trip: TripView) -> tuple[LoadStep, ...]:
    """Return the tightest load of each leg over the trip's kilometres; equal widths on a trip of no metres."""
    total = trip.distance_m
    steps, x = [], 0.0
    for leg in trip.legs:
        width = LOAD_WIDTH * (leg.distance_m / total if total else 1 / len(trip.legs))
        dimension, down, up = trip.fill(leg)
        height = LOAD_HEIGHT
        steps.append(
            LoadStep(
                x=round(x, 1),
                width=round(width, 1),
                down=round(down * height, 1),
                up=round(up * height, 1),
                share=down + up,
                dimension=dimension,
            )
        )
        x += width
    return tuple(steps)


def _vehicle_order(item: tuple[str, tuple[TripView, ...]]) -> tuple[str, int]:
    trip = item[1][0]
    return trip.vehicle_type, trip.number


def _bar(trip: TripView, span: timeline.Span, begin: int, scale: float) -> Bar:
    return Bar(
        kind=span.kind,
        trip=trip,
        rank=span.rank,
        x=round(GANTT_LEFT + (span.begin_s - begin) * scale, 1),
        width=round((span.end_s - span.begin_s) * scale, 1),
        begin_s=span.begin_s,
        end_s=span.end_s,
    )


def _marks(day: DayView, canvas: Canvas) -> tuple[Mark, ...]:
    callers: dict[str, list[TripView]] = {}
    for trip in day.trips:
        for visit in trip.visits:
            callers.setdefault(visit.place.id, []).append(trip)
    order = {"hub": 2, "station": 1}
    marks = []
    for place in sorted(day.places, key=lambda p: order.get(p.tier, 0)):  # important ones on top
        x, y = canvas.project([(place.lon, place.lat)])[0].tolist()
        trips = list(dict.fromkeys(trip.code for trip in callers.get(place.id, [])))
        color = callers[place.id][0].color if trips else LINE_COLOR if place.is_visited else ""
        title = " · ".join([place.name, place.id, *trips])
        marks.append(Mark(place=place, x=round(x, 1), y=round(y, 1), color=color, trips=" ".join(trips), title=title))
    return tuple(marks)


def _labels(day: DayView, marks: Sequence[Mark], canvas: Canvas) -> tuple[MapLabel, ...]:
    """Place names zoom by zoom; a name shown at one zoom keeps its side at all later ones, and its room."""
    marked = {mark.place.id: mark for mark in marks if mark.place.name}
    ways = along((canvas.project(line) for trip in day.trips for line in lines_of(trip)), WAY_STEP)
    spots: dict[str, Placed] = {}
    shown: list[MapLabel] = []
    for zoom in ZOOMS:
        taken = [spot.box_at(marked[key].x * zoom, marked[key].y * zoom) for key, spot in spots.items()]
        waiting = [_label(mark, zoom) for key, mark in marked.items() if key not in spots]
        placed = place_labels(waiting, _clutter(marks, canvas, ways, zoom=zoom, taken=taken))
        spots |= {spot.label.key: spot for spot in placed}
        shown += [_map_label(marked[spot.label.key], spot, zoom) for spot in placed]
    return tuple(shown)


def _map_label(mark: Mark, spot: Placed, zoom: float) -> MapLabel:
    is_major = mark.place.tier in ("hub", "station")
    return MapLabel(
        text=mark.place.name,
        tier="short" if mark.place.is_short else mark.place.tier,
        x=mark.x,
        y=mark.y,
        dx=round((spot.x - spot.label.x) / spot.label.size, 2),
        dy=round((spot.y - spot.label.y) / spot.label.size, 2),
        anchor=spot.anchor,
        zoom=0.0 if is_major and zoom == ZOOMS[0] else zoom,
    )


def _clutter(
    marks: Sequence[Mark], canvas: Canvas, ways: np.ndarray, *, zoom: float, taken: Sequence[np.ndarray]
) -> Clutter:
    bar = (0.0, canvas.height - 30, canvas.bar_m() * canvas.scale + 24, canvas.height)
    corners = [bar, (0.0, 0.0, 34.0, 44.0), (canvas.width - 50, 0.0, canvas.width, 130.0)]  # scale, north, buttons
    return Clutter(
        width=canvas.width * zoom,
        height=canvas.height * zoom,
        markers=np.array([(m.x * zoom, m.y * zoom, 4.0) for m in marks]).reshape(-1, 3),
        reserved=np.array([*(corners if zoom == ZOOMS[0] else ()), *taken]).reshape(-1, 4),
        ways=ways * zoom,
    )


def _label(mark: Mark, zoom: float) -> Label:
    tier = "short" if mark.place.is_short else mark.place.tier
    return Label(
        key=mark.place.id,
        text=mark.place.name,
        x=mark.x * zoom,
        y=mark.y * zoom,
        size=LABEL_SIZE * {"hub": 1.35, "station": 1.15}.get(tier, 1.0),
        priority={"hub": 0, "station": 1, "short": 2}.get(tier, 3),
        gap={"hub": 10.5, "station": 8.0, "short": 9.5}.get(tier, 6.0),
        pad=VILLAGE_PAD if tier == "village" else 1.0,
    )
