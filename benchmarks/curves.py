"""Cost over time as a picture: how far above the best known each moment's plan stands.

    python -m benchmarks.curves ROWS.json [ROWS.json ...] OUT.png

draws the rows that ``benchmarks.counties --json`` wrote. The best known of a county is the
cheapest plan in the rows themselves, so that no curve ends below 0.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.county_runs import OURS, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from benchmarks.county_runs import Row

OURS_COLOR, PEER_COLORS, GROUND, FRAME = "#1f5fa8", {"pyvrp": "#c8553d", "ortools": "#7a8b3a"}, "#fbfaf6", "#c9c6bd"
"""Ground and frame as on the map of a plan."""

CEILING = 1_000.0
"""Gaps above, in %, are drawn there: whoever leaves much behind pays penalties a hundred times the day's cost."""

LINEAR = 1.0
"""Up to so many % the scale is linear, beyond it is logarithmic."""

MOMENTS = 200
"""Points of the middle curve."""


def main(argv: Sequence[str]) -> int:
    """Draw the rows of the files."""
    if len(argv) < 2:
        print(__doc__)
        return 2
    *files, out = argv
    draw([row for file in files for row in read_rows(Path(file))], Path(out))
    return 0


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw a thin line for each run of ours, a thick one for their middle by time granted, marks for peers."""
    best = best_known(rows)
    figure = Figure(figsize=(10, 6), dpi=100, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    _frame(axes)
    ours = [row for row in rows if row.solver == OURS]
    times = sorted({row.seconds for row in ours})
    for k, seconds in enumerate(times):
        _draw_ours([row for row in ours if row.seconds == seconds], best, axes, shade=(k + 1) / len(times))
    for peer, color in PEER_COLORS.items():
        _draw_peer([row for row in rows if row.solver == peer], best, axes, color)
    counties = len({(row.county, row.digest) for row in rows})
    axes.set_title(f"{counties} county-days, {len(ours)} runs of ours; thick: median", fontsize=11)
    axes.legend(frameon=False)
    figure.savefig(path)


def best_known(rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    """Return the least cost of all runs on each county, by name and digest."""
    best: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.county, row.digest)
        best[key] = min(row.cost_fen, best.get(key, row.cost_fen))
    return best


def gap_at(row: Row, moments: np.ndarray, best_fen: int) -> np.ndarray:
    """Return the gap to ``best_fen`` in % that the run had reached at ``moments`` (m,); NaN before its first plan."""
    at = np.array([s for s, _ in row.history])  # (k,)
    gaps = np.array([np.nan, *(100 * (fen / best_fen - 1) for _, fen in row.history)])  # (k + 1,)
    return np.asarray(gaps[np.searchsorted(at, moments, side="right")])


def _frame(axes: Axes) -> None:
    axes.set_facecolor(GROUND)
    for spine in axes.spines.values():
        spine.set_color(FRAME)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=LINEAR)
    axes.set_ylim(-0.1, CEILING)
    axes.set_yticks([0, 0.5, 1, 2, 5, 10, 20, 50, 100, 1_000])
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(color=FRAME, linewidth=0.5, alpha=0.6)
    axes.set_xlabel("seconds")
    axes.set_ylabel("above the best of all these runs, %")


def _draw_ours(rows: Sequence[Row], best: dict[tuple[str, str], int], axes: Axes, *, shade: float) -> None:
    """Draw the runs of one granted time; the middle begins when half of the runs have a plan."""
    seconds = rows[0].seconds
    gaps = []
    begin = min((row.history[0][0] for row in rows if row.history), default=seconds)
    moments = np.geomspace(min(begin, seconds), seconds, MOMENTS)
    for row in rows:
        gap = gap_at(row, moments, best[row.county, row.digest])
        axes.plot(moments, gap, color=OURS_COLOR, linewidth=0.6, alpha=0.15 + 0.35 * shade, drawstyle="steps-post")
        gaps.append(gap)
    middle = np.median(np.nan_to_num(gaps, nan=np.inf), axis=0)  # (m,)
    label = f"{OURS}, {seconds:g} s granted"
    axes.plot(moments, middle, color=OURS_COLOR, linewidth=2.2, alpha=0.35 + 0.65 * shade, label=label)


def _draw_peer(rows: Sequence[Row], best: dict[tuple[str, str], int], axes: Axes, color: str) -> None:
    by_time: dict[float, list[float]] = defaultdict(list)
    for row in rows:
        by_time[row.seconds].append(100 * (row.cost_fen / best[row.county, row.digest] - 1))
    for seconds, gaps in by_time.items():
        shown = np.minimum(gaps, CEILING)
        axes.plot([seconds] * len(shown), shown, "o", color=color, markersize=3, alpha=0.35)
    if by_time:
        times = sorted(by_time)
        middle = [min(CEILING, float(np.median(by_time[s]))) for s in times]
        axes.plot(times, middle, "D-", color=color, markersize=7, linewidth=1, label=rows[0].solver)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
