"""Pictures of a sweep: the tornado, a panel a variant, and the curves, a panel a factor; PNG and SVG.

Chinese words are drawn with a font of the system; where there is none (E420), the words are English.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from api import fonts
from api.exports.sweep import WORDS, value_text
from scenarios.sensitivity import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

    from api.exports.sweep import Sweep
    from scenarios.sensitivity import Curve, Factor, Spot

COLORS = ("#1d4e89", "#b5651d", "#2f6f4f", "#7b4b94", "#5b6673")
BELOW, ABOVE = "#8fb3d9", "#1d4e89"
"""Bars of the tornado: smaller and larger values of the figure than today's."""

PANEL_WIDTH, ROW_HEIGHT = 7.2, 0.62
"""In inches."""

FORMATS = ("png", "svg")


def write_charts(sweep: Sweep, folder: Path, *, lang: str) -> tuple[str, ...]:
    """Write ``sweep_tornado`` and ``sweep_curves`` in both formats; return the names of the files."""
    names = []
    for stem, draw in (("sweep_tornado", tornado), ("sweep_curves", curves)):
        for suffix in FORMATS:
            (folder / f"{stem}.{suffix}").write_bytes(rendered(draw, sweep, suffix, lang=lang))
            names.append(f"{stem}.{suffix}")
    return tuple(names)


def rendered(draw: Callable[[Sweep, str], Figure], sweep: Sweep, suffix: str, *, lang: str) -> bytes:
    """Return a picture as a file would hold it; equal sweeps give equal bytes."""
    shown = lang if fonts.chinese_font() else "en"
    stream = io.BytesIO()
    style: dict[Any, Any] = {"font.family": fonts.families(), "axes.unicode_minus": False, "svg.hashsalt": "sweep"}
    with mpl.rc_context(style):
        figure = draw(sweep, shown)
        figure.savefig(stream, format=suffix, dpi=110, metadata={"Date": None} if suffix == "svg" else None)
    return stream.getvalue()


def tornado(sweep: Sweep, lang: str) -> Figure:
    """Draw how far each figure moves the mean cost of a day from today's, the longest bar on top.

    What is within the noise has ``≈`` beside it.
    """
    columns = min(2, len(sweep.sides))
    rows = -(-len(sweep.sides) // columns)
    size = (PANEL_WIDTH * columns, (1.5 + ROW_HEIGHT * len(sweep.factors)) * rows)
    figure = Figure(figsize=size, facecolor="white", layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel().tolist()
    for axes in panels[len(sweep.sides) :]:
        axes.set_visible(False)
    for axes, side in zip(panels, sweep.sides, strict=False):
        _tornado_panel(axes, sweep.of_side(side.id), lang)
        axes.set_title(side.name.pick(lang), loc="left", fontsize=11)
        axes.set_xlabel(WORDS["more"].pick(lang))
    return figure


def _tornado_panel(axes: Axes, bars: tuple[Curve, ...], lang: str) -> None:
    for row, curve in enumerate(reversed(bars)):
        if curve.today is None:
            continue
        for spot in (curve.spots[0], curve.spots[-1]):
            is_below = spot.value < curve.factor.today
            length = (spot.cost_fen.mean - curve.today.cost_fen.mean) / 100
            axes.barh(row, length, height=0.55, color=BELOW if is_below else ABOVE)
            if length:
                align = "left" if length > 0 else "right"
                axes.annotate(
                    _bar_text(curve, spot),
                    (length, row),
                    xytext=(4 if length > 0 else -4, 0),
                    textcoords="offset points",
                    ha=align,
                    va="center",
                    fontsize=9,
                )
    axes.axvline(0, color="#5b6673", linewidth=0.8)
    axes.set_yticks(range(len(bars)), [NAMES[curve.factor.name].pick(lang) for curve in reversed(bars)])
    axes.margins(x=0.12)
    _plain(axes)


def _bar_text(curve: Curve, spot: Spot) -> str:
    is_noise = spot.against_today is not None and spot.against_today.is_noise
    return f"{'≈ ' if is_noise else ''}{value_text(curve.factor, spot.value)}"


def curves(sweep: Sweep, lang: str) -> Figure:
    """Draw the mean cost of a day over each figure, a line a variant, break-evens as dashed lines."""
    columns = min(2, len(sweep.factors))
    rows = -(-len(sweep.factors) // columns)
    figure = Figure(figsize=(PANEL_WIDTH * columns, 3.6 * rows), facecolor="white", layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes, factor in zip(panels, sweep.factors, strict=False):
        _curve_panel(axes, sweep, factor, lang)
    for axes in panels[len(sweep.factors) :]:
        axes.set_visible(False)
    return figure


def _curve_panel(axes: Axes, sweep: Sweep, factor: Factor, lang: str) -> None:
    mine = [curve for curve in sweep.curves if curve.factor == factor and curve.spots]
    for k, curve in enumerate(mine):
        values, costs = [s.value for s in curve.spots], [s.cost_fen.mean / 100 for s in curve.spots]
        color = COLORS[k % len(COLORS)]
        axes.plot(values, costs, marker="o", markersize=4, color=color, label=sweep.name(curve.side).pick(lang))
        if all(spot.cost_fen.days > 1 for spot in curve.spots):
            low, high = ([getattr(s.cost_fen, end) / 100 for s in curve.spots] for end in ("low", "high"))
            axes.fill_between(values, low, high, color=color, alpha=0.13, linewidth=0)
    for found in sweep.break_evens:
        if found.factor == factor.name:
            axes.axvspan(*found.bracket, color="#d98e04", alpha=0.12, linewidth=0)
            axes.axvline(found.at, color="#d98e04", linestyle="--", linewidth=1.2)
    axes.axvline(factor.today, color="#b9c4d0", linewidth=0.8)
    axes.set_xlabel(NAMES[factor.name].pick(lang))
    axes.set_ylabel(WORDS["cost"].pick(lang))
    if mine:
        axes.legend(frameon=False, fontsize=9)
    _plain(axes)


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=9)
