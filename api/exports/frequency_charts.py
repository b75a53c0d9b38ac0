"""Pictures of a study of visit frequency: cost against waiting, and how often each village is visited."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from api.exports.figures import bare, picture
from api.exports.frequency_words import WORDS
from scenarios.frequency.model import CHOSEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

    from api.exports.frequency import FrequencyReport
    from scenarios.frequency.outcome import Outcome

LINE, POINT, BEATEN, HUB = "#1d4e89", "#1d4e89", "#9aa5b1", "#b3261e"

SALT = "frequency"


def write_charts(report: FrequencyReport, folder: Path, *, lang: str) -> tuple[str, ...]:
    """Write ``frequency_frontier`` and, for chosen days, ``frequency_map`` as PNG and SVG; return the names."""
    names = []
    for stem, draw in drawings(report).items():
        for suffix in ("png", "svg"):
            names.append(f"frequency_{stem}.{suffix}")
            (folder / names[-1]).write_bytes(picture(draw, suffix, lang=lang, salt=SALT))
    return tuple(names)


def drawings(report: FrequencyReport) -> dict[str, Callable[[str], Figure]]:
    """Return what there is to draw, by name."""
    found: dict[str, Callable[[str], Figure]] = {"frontier": partial(frontier, report)}
    if any(_is_mapped(outcome) for outcome in report.outcomes):
        found["map"] = partial(visits_map, report)
    return found


def _is_mapped(outcome: Outcome) -> bool:
    """Return whether days were chosen and are planned."""
    return outcome.policy.rule == CHOSEN and bool(outcome.visits)


def frontier(report: FrequencyReport, lang: str) -> Figure:
    """Draw every policy by mean wait and cost a day; those that no other beats are joined."""
    figure = Figure(figsize=(8.4, 5.0), facecolor="white", layout="constrained")
    axes = figure.subplots()
    shown = [outcome for outcome in report.outcomes if outcome.cost_fen is not None]
    best = sorted((o.wait_mean, o.cost_fen.mean / 100) for o in shown if o.is_frontier and o.cost_fen is not None)
    axes.plot([wait for wait, _ in best], [cost for _, cost in best], color=LINE, linewidth=1.2, zorder=1)
    for k, outcome in enumerate(sorted(shown, key=lambda o: o.wait_mean)):
        _point(axes, outcome, lang, is_below=k % 2 == 1)
    axes.set_xlabel(WORDS["wait"].pick(lang))
    axes.set_ylabel(WORDS["cost"].pick(lang))
    axes.set_ylim(bottom=0)
    axes.margins(x=0.16)
    bare(axes)
    return figure


def _point(axes: Axes, outcome: Outcome, lang: str, *, is_below: bool) -> None:
    """Draw a point with its interval and words beside it; neighbours have theirs above and below by turns."""
    cost = outcome.cost_fen
    if cost is None:
        return
    half = cost.half_width / 100 if math.isfinite(cost.half_width) else 0.0
    color = POINT if outcome.is_frontier else BEATEN
    at = (outcome.wait_mean, cost.mean / 100)
    axes.errorbar(*at, yerr=half, fmt="o", color=color, ecolor=color, elinewidth=1, capsize=3, markersize=7, zorder=2)
    mark = "" if outcome.is_sure else "≈ "
    label = f"{mark}{outcome.policy.name.pick(lang)}\n{outcome.visits_per_week or 0:.1f} {WORDS['times'].pick(lang)}/7"
    offset = (8, -26) if is_below else (8, 6)
    axes.annotate(label, at, xytext=offset, textcoords="offset points", fontsize=9, color=color)


def visits_map(report: FrequencyReport, lang: str) -> Figure:
    """Draw the villages by their mean days of visit in a cycle, a panel for each policy whose days are chosen."""
    chosen = [outcome for outcome in report.outcomes if _is_mapped(outcome)]
    figure = Figure(figsize=(7.2 * len(chosen), 6.4), facecolor="white", layout="constrained")
    panels = figure.subplots(1, len(chosen), squeeze=False)[0].tolist()
    for axes, outcome in zip(panels, chosen, strict=True):
        _map_panel(axes, report, outcome, lang)
        axes.set_title(outcome.policy.name.pick(lang), loc="left", fontsize=11)
    return figure


def _map_panel(axes: Axes, report: FrequencyReport, outcome: Outcome, lang: str) -> None:
    study, pieces = report.study, report.pieces()
    cycles = list(outcome.visits.values())
    places = [place for place in study.scenario.places if place.id in cycles[0]]
    dots = axes.scatter(
        [place.lon for place in places],
        [place.lat for place in places],
        c=[sum(len(visits[place.id]) for visits in cycles) / len(cycles) for place in places],
        s=[18 + 6 * math.sqrt(pieces.get(place.id, 0)) * 2 for place in places],
        cmap="viridis_r",
        vmin=0,
        vmax=study.days,
        edgecolors="white",
        linewidths=0.6,
    )
    hubs = [place for place in study.scenario.places if place.tier == "hub"]
    axes.scatter(
        [h.lon for h in hubs], [h.lat for h in hubs], marker="*", s=190, color=HUB, label=WORDS["hub"].pick(lang)
    )
    axes.set_aspect(1 / math.cos(math.radians(hubs[0].lat if hubs else places[0].lat)))
    axes.set_axis_off()
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    bar = axes.figure.colorbar(dots, ax=axes, shrink=0.6, ticks=range(study.days + 1))
    bar.set_label(WORDS["times"].pick(lang))
