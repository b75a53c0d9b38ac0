"""Pictures of a stress test: lateness, cost against being on time, and the roads whose closing hurts.

Chinese words are drawn with a font of the system; where there is none (E420), the words are English.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from api import fonts
from api.exports.stress_words import WORDS
from optimizer.stress.outcome import LATE_BINS_MIN
from scenarios.stress.roads import hub_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from api.exports.stress import Report
    from scenarios.stress.buffers import Buffer

LATE, EARLY, LINE, BASE, BEST = "#b3261e", "#8fb3d9", "#1d4e89", "#111111", "#2f6f4f"
GROUND = {"motorway": ("#9aa5b1", 1.4), "G": ("#9aa5b1", 1.4), "S": ("#a9b3bd", 1.1), "X": ("#c3cad1", 0.8)}
SMALL_ROAD = ("#dde1e6", 0.45)


def rendered(draw: Callable[[Report, str], Figure], report: Report, suffix: str, *, lang: str) -> bytes:
    """Return a picture as a file would hold it; equal reports give equal bytes."""
    shown = lang if fonts.chinese_font() else "en"
    stream = io.BytesIO()
    style: dict[Any, Any] = {"font.family": fonts.families(), "axes.unicode_minus": False, "svg.hashsalt": "stress"}
    with mpl.rc_context(style):
        draw(report, shown).savefig(stream, format=suffix, dpi=120, metadata=_dateless(suffix))
    return stream.getvalue()


def lateness(report: Report, lang: str) -> Figure:
    """Draw the pieces by how late they are handed over, deadlines at 0."""
    figure = Figure(figsize=(7.6, 3.4), facecolor="white", layout="constrained")
    axes = figure.subplots()
    shares = report.study.outcome.lateness * 100
    at = np.arange(shares.size)
    is_late = at > LATE_BINS_MIN.index(0)
    axes.bar(at, shares, width=1.0, align="edge", color=np.where(is_late, LATE, EARLY).tolist(), edgecolor="white")
    axes.set_xticks(at[1::2], [str(edge) for edge in LATE_BINS_MIN[::2]], fontsize=8)
    axes.axvline(LATE_BINS_MIN.index(0) + 1, color=BASE, linewidth=1)
    axes.set_xlabel(WORDS["minutes_late"].pick(lang))
    axes.set_ylabel(f"{WORDS['share_of_pieces'].pick(lang)} (%)")
    _plain(axes)
    return figure


def frontier(report: Report, lang: str) -> Figure:
    """Draw every buffer by cost and share on time, those that no other beats joined by a line."""
    study = report.study
    figure = Figure(figsize=(7.6, 4.4), facecolor="white", layout="constrained")
    axes = figure.subplots()
    groups = {
        "all_buffers": study.buffers,
        "as_it_is": tuple(b for b in study.buffers if b.is_none),
        "is_best": () if study.best is None else (study.best,),
    }
    looks: Mapping[str, dict[str, Any]] = {
        "all_buffers": {"color": EARLY, "markersize": 5},
        "as_it_is": {"color": BASE, "markersize": 9, "marker": "s"},
        "is_best": {"color": BEST, "markersize": 15, "marker": "*"},
    }
    _points(axes, study.frontier, color=LINE, linestyle="-", label=WORDS["frontier"].pick(lang))
    for name, mine in groups.items():
        _points(axes, mine, **{"linestyle": "", "marker": "o", **looks[name]}, label=WORDS[name].pick(lang))
    wanted = study.question.wanted * 100
    axes.axhline(wanted, color=LATE, linestyle="--", linewidth=1, label=f"{WORDS['wanted'].pick(lang)} {wanted:g} %")
    axes.set_xlabel(WORDS["cost"].pick(lang))
    axes.set_ylabel(f"{WORDS['on_time'].pick(lang)} (%)")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    _plain(axes)
    return figure


def roads(report: Report, lang: str) -> Figure:
    """Draw the county with its ten worst roads, numbered, and who is cut off."""
    county = report.study.county
    figure = Figure(figsize=(8.2, 8.2), facecolor="white", layout="constrained")
    axes = figure.subplots()
    lines = county.network.edges.geometry.to_numpy()
    classes = county.network.edges["road_class"].astype(str).to_numpy()
    for name in sorted(set(classes), key=lambda each: GROUND.get(each, SMALL_ROAD)[1]):
        _lines(axes, lines[classes == name], *GROUND.get(name, SMALL_ROAD), 1)
    places = {p.id: (p.lon, p.lat) for p in county.scenario.places}
    cut = {place for _, road in report.roads for place in road.isolated}
    hub = hub_of(county)
    _dots(axes, [at for i, at in places.items() if i not in cut], WORDS["served"].pick(lang), (LINE, 4, "o"))
    _dots(axes, [at for i, at in places.items() if i in cut], WORDS["cut_off"].pick(lang), (LATE, 6, "o"))
    _dots(axes, [places[hub]], WORDS["hub"].pick(lang), (BASE, 8, "s"))
    for rank, (_, road) in reversed(list(enumerate(report.roads, start=1))):
        mine = lines[list(road.edges)]
        _lines(axes, mine, LATE, 3.0, 3)
        spot = shapely.get_coordinates(mine[len(mine) // 2]).mean(axis=0)
        box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": LATE, "linewidth": 0.9}
        axes.annotate(str(rank), spot, xytext=(9, 9), textcoords="offset points", fontsize=9, bbox=box, zorder=6)
    middle = float(np.mean([lat for _, lat in places.values()]))
    axes.set_aspect(1 / max(0.01, math.cos(math.radians(middle))))
    axes.set_axis_off()
    figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=3)
    return figure


def _points(axes: Axes, buffers: tuple[Buffer, ...], **look: Any) -> None:
    if buffers:
        axes.plot([b.cost_fen / 100 for b in buffers], [b.on_time * 100 for b in buffers], **look)


def _lines(axes: Axes, lines: np.ndarray, color: str, width: float, order: int) -> None:
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    drawn = [shapely.get_coordinates(line) for line in merged]
    axes.add_collection(LineCollection(drawn, colors=color, linewidths=width, zorder=order, capstyle="round"))


def _dots(axes: Axes, spots: list[tuple[float, float]], label: str, look: tuple[str, float, str]) -> None:
    color, size, marker = look
    if spots:
        lon, lat = zip(*spots, strict=True)
        axes.plot(
            lon,
            lat,
            marker,
            color=color,
            markersize=size,
            markeredgecolor="white",
            markeredgewidth=0.5,
            label=label,
            zorder=4,
            clip_on=False,
        )


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=9)


def _dateless(suffix: str) -> dict[str, None] | None:
    return {"Date": None} if suffix == "svg" else None
