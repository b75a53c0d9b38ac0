"""Numbers for the report's drawings of tiers: courses of lines, stations' in and out by the quarter, ways by place.

Only geometry; shapes, colours and words are the template's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.assemble import PALETTE
from api.exports import timeline
from api.exports.canvas import fit, simplified
from api.exports.svg import GANTT_LEFT, GANTT_WIDTH, MAP_MARGIN, MAP_MAX_HEIGHT, MAP_WIDTH, TOLERANCE, path_data

if TYPE_CHECKING:
    from api.tier_views import DepartureView, QuarterView, TiersView
    from api.views import DayView, PlaceView
    from scenarios.text import Text

QUARTER_S = 900
FLOW_ROW = 17.0
"""Height of a row; a station has one for goods that arrive and one for goods that leave."""
SMALL_WIDTH, SMALL_HEIGHT = 520.0, 420.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBar:
    """Pieces of one quarter of an hour; ``share`` of the busiest quarter of the day, 0 to 1."""

    x: float
    width: float
    share: float
    pieces: int
    begin_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """A station's goods in one direction; ``kind`` is "inbound" or "outbound"."""

    station: str
    kind: str
    y: float
    bars: tuple[FlowBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Rows of all stations that goods pass, and the hours of the axis as (x, seconds)."""

    height: float
    rows: tuple[FlowRow, ...]
    hours: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayMark:
    """A place on the small map, in the colour of its way."""

    x: float
    y: float
    color: str
    place: PlaceView


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersDrawing:
    """Everything about tiers that the report draws.

    ``ways``: each way with its colour and how many places go so; ``fixed`` are the hub and the stations.
    """

    courses: tuple[tuple[DepartureView, str], ...]
    flows: Flows
    ways: tuple[tuple[Text, str, int], ...]
    marks: tuple[WayMark, ...]
    fixed: tuple[WayMark, ...]
    width: float
    height: float


def draw_tiers(day: DayView, tiers: TiersView) -> TiersDrawing:
    """Return the drawings; courses fit the map of ``svg.draw_map``, rows the axis of a day of whole hours."""
    canvas = fit(day, width=MAP_WIDTH, max_height=MAP_MAX_HEIGHT, margin=MAP_MARGIN)
    small = fit(day, width=SMALL_WIDTH, max_height=SMALL_HEIGHT, margin=24)
    courses = tuple(
        (d, "".join(path_data(simplified(canvas.project(line), TOLERANCE)) for line in d.course))
        for d in tiers.departures
    )
    colors = {modes[0].key: PALETTE[i % len(PALETTE)] for i, (_, modes) in enumerate(tiers.ways)}

    def mark(place: PlaceView, color: str) -> WayMark:
        x, y = small.project([(place.lon, place.lat)])[0].tolist()
        return WayMark(x=round(x, 1), y=round(y, 1), color=color, place=place)

    return TiersDrawing(
        courses=courses,
        flows=draw_flows(day, tiers),
        ways=tuple((way, colors[modes[0].key], len(modes)) for way, modes in tiers.ways),
        marks=tuple(mark(mode.place, colors[mode.key]) for mode in tiers.modes),
        fixed=tuple(mark(place, "#111") for place in day.places if place.tier in ("hub", "station")),
        width=SMALL_WIDTH,
        height=small.height,
    )


def draw_flows(day: DayView, tiers: TiersView) -> Flows:
    """Return two rows per station that goods pass: pieces that arrive and pieces that leave, by the quarter."""
    passed = [station for station in tiers.stations if station.handovers]
    moments = [q.begin_s for station in passed for q in station.quarters]
    begin, end = timeline.day_range(day)
    begin = min([begin, *moments]) // timeline.HOUR_S * timeline.HOUR_S
    end = -(-max([end, *(at + QUARTER_S for at in moments)]) // timeline.HOUR_S) * timeline.HOUR_S
    scale = (GANTT_WIDTH - GANTT_LEFT - 24) / max(end - begin, 1)
    most = max((max(q.inbound, q.outbound) for station in passed for q in station.quarters), default=1)
    rows = []
    for i, station in enumerate(passed):
        for k, kind in enumerate(("inbound", "outbound")):
            bars = (_bar(q, kind, begin, scale, most) for q in station.quarters if getattr(q, kind))
            y = 22 + (2 * i + k) * FLOW_ROW + 6 * i
            rows.append(FlowRow(station=station.place.name, kind=kind, y=y, bars=tuple(bars)))
    step = timeline.HOUR_S * (1 if end - begin <= 14 * timeline.HOUR_S else 2)
    hours = tuple((round(GANTT_LEFT + (t - begin) * scale, 1), t) for t in range(begin, end + 1, step))
    return Flows(height=22 + len(passed) * (2 * FLOW_ROW + 6) + 4, rows=tuple(rows), hours=hours)


def _bar(quarter: QuarterView, kind: str, begin: int, scale: float, most: int) -> FlowBar:
    pieces: int = getattr(quarter, kind)
    x = GANTT_LEFT + (quarter.begin_s - begin) * scale
    width = round(max(QUARTER_S * scale - 1, 1), 1)
    return FlowBar(x=round(x, 1), width=width, share=round(pieces / most, 3), pieces=pieces, begin_s=quarter.begin_s)
