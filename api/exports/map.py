"""``map.png``: the county and its trips on one picture that can be hung on a wall or sent by phone.

Chinese names are drawn with a font found on the system; where there is none, ids
are drawn instead and the caller gets the warning E420. No box is ever drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
import numpy as np
from matplotlib import patheffects
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from api import fonts
from api.errors import CATALOGUE
from api.exports.canvas import Canvas, Clutter, Label, along, fit, ground, place_labels, simplified
from api.exports.geojson import lines_of
from api.exports.svg import LINE_COLOR
from api.words import WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.patheffects import AbstractPathEffect

    from api.tier_views import TiersView
    from api.views import DayView, PlaceView, TripView

WIDTH = 1400.0
MAX_HEIGHT = 1300.0
DPI = 100
TITLE_SIZE, LABEL_SIZE = 26.0, 12.5
"""In drawing units, which are pixels; a point is 1/72 of an inch."""
LEGEND_WIDTH = 250.0

ROAD_STYLE = {
    "G": ("#e2a867", 2.6),
    "S": ("#e8c98b", 2.2),
    "X": ("#d6cfba", 1.6),
    "Y": ("#d8d5cc", 1.1),
    "C": ("#e0ded7", 0.8),
    "street": ("#e8e6e0", 0.6),
    "connector": ("#e8e6e0", 0.6),
    "other": ("#e8e6e0", 0.6),
}
LINE_BAND, LINE_WIDTH = "#a9dad5", 8.0
"""Courses of scheduled lines are bands under the trips."""
ECHELON_WIDTHS = {"trunk": 3.4, "direct": 1.9, "loop": 1.2}
FLOWN = (1.8, 1.8)
"""Dashes of what is flown, in line widths."""
HANDOVER_COLOR = "#f2b705"
LEGEND_LINE, SMALL_LEGEND_LINE = 19.0, 13.5
"""Height of a line of the legend; the smaller type is for more trips than the larger one can hold."""


def write_map(day: DayView, path: Path, *, lang: str) -> tuple[str, ...]:
    """Write the picture (PNG, about 1,650 pixels wide); return warnings to show, none if all is well."""
    canvas = fit(day, width=WIDTH, max_height=MAX_HEIGHT, margin=60)
    with mpl.rc_context({"font.family": fonts.families(), "axes.unicode_minus": False}):
        figure = Figure(figsize=((WIDTH + LEGEND_WIDTH) / DPI, (canvas.height + 70) / DPI), dpi=DPI, facecolor="white")
        axes = _axes(figure, canvas)
        _draw_ground(day, canvas, axes)
        _draw_courses(day, canvas, axes)
        _draw_trips(day, canvas, axes)
        _draw_places(day, canvas, axes)
        _draw_labels(day, canvas, axes)
        _draw_scale(canvas, axes)
        _draw_frame(day, figure, axes, lang)
        figure.savefig(path)
    return () if fonts.chinese_font() else (f"E420 {CATALOGUE['E420'].render(lang, {})}",)


def texts(day: DayView, lang: str) -> list[str]:
    """Return every text that the picture may draw, for a test of missing glyphs."""
    names = [_name(place) for place in day.places]
    trips = [_trip_label(trip) for trip in day.trips]
    return [*names, *trips, _title(day, lang), *(_word(key, lang) for key in LEGEND_WORDS)]


LEGEND_WORDS = (
    *("hub", "station", "village_served", "village_idle", "unserved", "more_trips"),
    *("map_handover", "map_trunk", "map_loop", "map_line", "map_flown"),
)


def _axes(figure: Figure, canvas: Canvas) -> Axes:
    total_w, total_h = WIDTH + LEGEND_WIDTH, canvas.height + 70
    axes = figure.add_axes((16 / total_w, 14 / total_h, (WIDTH - 16) / total_w, (canvas.height - 14) / total_h))
    axes.set_xlim(0, canvas.width)
    axes.set_ylim(canvas.height, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#fbfaf6")
    for spine in axes.spines.values():
        spine.set_color("#c9c6bd")
    return axes


def _draw_ground(day: DayView, canvas: Canvas, axes: Axes) -> None:
    lines = ground(day, canvas, tolerance=0.4)
    for name in reversed(lines):
        color, width = ROAD_STYLE[name]
        axes.add_collection(LineCollection(lines[name], colors=color, linewidths=width, zorder=1, capstyle="round"))


def _draw_courses(day: DayView, canvas: Canvas, axes: Axes) -> None:
    departures = () if day.tiers is None else day.tiers.departures
    lines = [simplified(canvas.project(line), 0.3) for departure in departures for line in departure.course]
    axes.add_collection(LineCollection(lines, colors=LINE_BAND, linewidths=LINE_WIDTH, zorder=1.9, capstyle="round"))


def _line_style(trip: TripView) -> Literal["solid"] | tuple[float, tuple[float, ...]]:
    """Return short dashes for a flown trip, long ones for a colour's second trip, in line widths; else solid."""
    if trip.is_flown:
        return 0.0, FLOWN
    return (0.0, (5, 1.6)) if trip.is_dashed else "solid"


def _draw_trips(day: DayView, canvas: Canvas, axes: Axes) -> None:
    lines = [[simplified(canvas.project(line), 0.3) for line in lines_of(trip)] for trip in day.trips]
    halo = [line for each in lines for line in each]
    halo_width = 3.8 if day.tiers is None else ECHELON_WIDTHS["trunk"] + 1
    axes.add_collection(LineCollection(halo, colors="white", linewidths=halo_width, alpha=0.8, zorder=2))
    for trip, each in zip(day.trips, lines, strict=True):
        style = _line_style(trip)
        width = 1.9 if day.tiers is None else ECHELON_WIDTHS[trip.echelon]
        ways = LineCollection(each, colors=trip.color, linewidths=width, linestyles=[style], alpha=0.92, zorder=2.1)
        axes.add_collection(ways)


def _draw_places(day: DayView, canvas: Canvas, axes: Axes) -> None:
    first_trip = {v.place.id: trip for trip in reversed(day.trips) for v in trip.visits}
    changes = {s.place.id for s in day.tiers.stations if s.handovers} if day.tiers is not None else set()
    for place in day.places:
        ((x, y),) = canvas.project([(place.lon, place.lat)])
        if place.tier == "hub":
            axes.plot(x, y, "s", color="#111", markersize=11, markeredgecolor="white", markeredgewidth=1.6, zorder=6)
        elif place.tier == "station":
            face = HANDOVER_COLOR if place.id in changes else "white"
            axes.plot(x, y, "o", color=face, markersize=8, markeredgecolor="#1b2430", markeredgewidth=1.8, zorder=5)
        elif place.is_visited or place.id in first_trip:
            color = first_trip[place.id].color if place.id in first_trip else LINE_COLOR
            axes.plot(x, y, "o", color=color, markersize=5.2, markeredgecolor="white", markeredgewidth=0.8, zorder=4)
        else:
            axes.plot(
                x, y, "o", color="white", markersize=4.4, markeredgecolor="#9aa2ab", markeredgewidth=0.9, zorder=3
            )
        if place.is_short:
            axes.plot(x, y, "x", color="#b3261e", markersize=10, markeredgewidth=2.4, zorder=7)


def _draw_labels(day: DayView, canvas: Canvas, axes: Axes) -> None:
    spots = {place.id: canvas.project([(place.lon, place.lat)])[0] for place in day.places}
    labels = [_label(place, *spots[place.id].tolist()) for place in day.places]
    clutter = Clutter(
        width=canvas.width,
        height=canvas.height,
        markers=np.array([(x, y, 5.0) for x, y in spots.values()]).reshape(-1, 3),
        reserved=np.array([(0, canvas.height - 56, canvas.bar_m() * canvas.scale + 40, canvas.height), (0, 0, 60, 80)]),
        ways=along((canvas.project(line) for trip in day.trips for line in lines_of(trip)), 6.0),
    )
    placed = place_labels(labels, clutter)
    places = {place.id: place for place in day.places}
    for spot in placed:
        place = places[spot.label.key]
        axes.text(
            spot.x,
            spot.y,
            spot.label.text,
            fontsize=spot.label.size * 72 / DPI,
            ha={"start": "left", "middle": "center", "end": "right"}[spot.anchor],
            va="baseline",
            color="#b3261e" if place.is_short else "#1b2430",
            fontweight="bold" if place.tier in ("hub", "station") else "normal",
            zorder=8,
            path_effects=_halo(),
            parse_math=False,
        )


def _label(place: PlaceView, x: float, y: float) -> Label:
    tier = "short" if place.is_short else place.tier
    return Label(
        key=place.id,
        text=_name(place),
        x=x,
        y=y,
        size=LABEL_SIZE * {"hub": 1.35, "station": 1.2}.get(tier, 1.0),
        priority={"hub": 0, "station": 1, "short": 2}.get(tier, 3),
        gap={"hub": 12.0, "station": 9.5, "short": 11.0}.get(tier, 6.5),
    )


def _name(place: PlaceView) -> str:
    return fonts.drawable(place.name, place.id)


def _halo() -> list[AbstractPathEffect]:
    return [patheffects.withStroke(linewidth=2.6, foreground="#fbfaf6")]


def _draw_scale(canvas: Canvas, axes: Axes) -> None:
    metres = canvas.bar_m()
    x, y, wide = 24.0, canvas.height - 24, metres * canvas.scale
    axes.plot([x, x, x + wide, x + wide], [y - 7, y, y, y - 7], color="#1b2430", linewidth=1.6, zorder=9)
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    axes.text(x + wide / 2, y - 6, text, ha="center", va="baseline", fontsize=9.5, zorder=9, path_effects=_halo())
    axes.annotate(
        "N",
        xy=(30, 24),
        xytext=(30, 62),
        ha="center",
        fontsize=10,
        arrowprops={"arrowstyle": "-|>", "color": "#1b2430", "linewidth": 1.2},
        zorder=9,
    )


def _draw_frame(day: DayView, figure: Figure, axes: Axes, lang: str) -> None:
    total_h = figure.get_figheight() * DPI
    axes_height = total_h - 84
    figure.text(
        16 / (WIDTH + LEGEND_WIDTH),
        1 - 44 / total_h,
        _title(day, lang),
        fontsize=TITLE_SIZE * 72 / DPI,
        fontweight="bold",
        color="#1b2430",
        parse_math=False,
    )
    is_small = (len(day.trips) + 10) * LEGEND_LINE > axes_height
    shown = day.trips[: int(axes_height / SMALL_LEGEND_LINE) - 11]  # the report lists them all
    handles = [
        Line2D([], [], color=t.color, linewidth=2.6, linestyle=_line_style(t), label=_trip_label(t)) for t in shown
    ]
    if len(day.trips) > len(shown):
        handles.append(Line2D([], [], linestyle="none", label=_word("more_trips", lang)))
    legend = axes.legend(
        handles=[*_signs(day, lang), *handles],
        loc="upper left",
        bbox_to_anchor=(1.008, 1.0),
        borderaxespad=0,
        frameon=False,
        fontsize=7.2 if is_small else 9.2,
        handlelength=1.8,
        labelspacing=0.42,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _signs(day: DayView, lang: str) -> list[Line2D]:
    def sign(key: str, marker: str, face: str, edge: str, size: float) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markerfacecolor=face,
            markeredgecolor=edge,
            markersize=size,
            markeredgewidth=1.6,
            label=_word(key, lang),
        )

    tiers = {place.tier for place in day.places}
    found = [sign("hub", "s", "#111", "white", 10)]
    if "station" in tiers:
        found.append(sign("station", "o", "white", "#1b2430", 8))
    if day.tiers is not None:
        found += _tier_signs(day.tiers, lang)
    if any(trip.is_flown for trip in day.trips):
        found.append(Line2D([], [], color="#5b6673", linestyle=(0.0, FLOWN), label=_word("map_flown", lang)))
    found.append(sign("village_served", "o", "#2364aa", "white", 7))
    if any(not p.is_visited and not p.is_short and p.tier not in ("hub", "station") for p in day.places):
        found.append(sign("village_idle", "o", "white", "#9aa2ab", 5.5))
    if any(place.is_short for place in day.places):
        found.append(sign("unserved", "x", "#b3261e", "#b3261e", 8))
    return found


def _tier_signs(tiers: TiersView, lang: str) -> list[Line2D]:
    """Return the legend of stations in use, echelons, and lines."""
    found: list[Line2D] = []
    if any(station.handovers for station in tiers.stations):
        word = _word("map_handover", lang)
        ring = Line2D([], [], label=word, color=HANDOVER_COLOR, linestyle="none", marker="o", markersize=8)
        ring.set_markeredgecolor("#1b2430")
        ring.set_markeredgewidth(1.6)
        found.append(ring)
    for echelon in ("trunk", "loop"):
        width = ECHELON_WIDTHS[echelon]
        found.append(Line2D([], [], color="#5b6673", linewidth=width, label=_word(f"map_{echelon}", lang)))
    if tiers.departures:
        found.append(Line2D([], [], color=LINE_BAND, linewidth=LINE_WIDTH, label=_word("map_line", lang)))
    return found


def _word(key: str, lang: str) -> str:
    return fonts.drawable(WORDS[key].pick(lang), WORDS[key].en)


def _trip_label(trip: TripView) -> str:
    return fonts.drawable(f"{trip.code}  {trip.vehicle}  {trip.distance_m / 1000:.0f} km", trip.code)


def _title(day: DayView, lang: str) -> str:
    km = sum(trip.distance_m for trip in day.trips) / 1000
    zh = f"{day.county}  {day.date}  {len(day.trips)} 趟  {km:,.0f} km  未服务 {len(day.unserved)}"
    en = f"{day.county}  {day.date}  {len(day.trips)} trips  {km:,.0f} km  unserved {len(day.unserved)}"
    plain = f"{day.date}  {len(day.trips)} trips  {km:,.0f} km  unserved {len(day.unserved)}"
    return fonts.drawable(zh if lang == "zh" else en, plain)
