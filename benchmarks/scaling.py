"""How time and memory grow with the county: random counties of more and more villages, full rules, one hub.

    python -m benchmarks.scaling --sizes 500,1000,2000,4000 --workers 2 --gap 3 [--seconds 480] [--seeds 1] --json OUT

What is measured is the time to a fixed gap: the least time granted to a solve that ends within GAP % of
what the same county reaches in a long run. The long run has SECONDS for the largest county and in
proportion for the others; then the time is halved until a run ends beyond the gap, and the time between the last
two is interpolated (gap against the logarithm of time; where the shorter one leaves goods behind, its
penalties put the time next to the longer one). All runs begin anew, with a cooling of their own. With the
sizes and seconds above: 15 minutes of long runs, at most as many of short ones, and a few of building and ending.

A long run in proportion could hide that large counties need more than that: the reference would be
as immature as the runs compared with it. So the gain of the last doubling is shown: where it
grows with the size, the exponent is too low.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.random_counties import random_county
from optimizer.check import check
from optimizer.solve import solve
from optimizer.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.problem import Problem

LEAST_S = 1.0
"""Shorter runs are not tried: the start of the processes would be measured."""

SAMPLE_S = 0.1
"""Time between two looks at the memory of all processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One solve: what it was granted and what came out.

    ``first_s`` and ``first_fen`` are of the first refereed plan, counted from the call, start of processes
    included; None where none came. ``peak_mb``: most resident memory of all processes together, None where
    it cannot be read.
    """

    seconds: float
    wall_s: float
    cost_fen: int
    unserved: int
    violations: int
    first_s: float | None
    first_fen: int | None
    peak_mb: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """All runs of one county, longest first.

    ``gain``: what the last doubling of the time gained, in %. ``first_gap``: of the first plan of the long run.
    """

    villages: int
    seed: int
    shipments: int
    to_gap_s: float
    gain: float
    first_s: float | None
    first_gap: float | None
    peak_mb: int | None
    runs: tuple[Run, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Run all sizes, print a row each and the exponent; 1 when a plan broke a rule."""
    options = _options(argv)
    found: list[Size] = []
    print(_line("villages", "seed", "shipments", "long s", "to gap s", "last gain %", "first s", "first gap %", "MB"))
    for villages in options.sizes:
        for seed in range(options.seeds):
            seconds = options.seconds * villages / max(options.sizes)
            problem = random_county(villages=villages, seed=seed, full_rules=True)
            found.append(_size(problem, villages, seed, seconds, options))
            _print(found[-1])
    exponent = fitted_exponent([(size.villages, size.to_gap_s) for size in found])
    print(f"time to {options.gap:g} % grows with exponent {'-' if exponent is None else f'{exponent:.2f}'}")
    if options.json:
        asked = {key: value for key, value in vars(options).items() if key != "json"}
        whole = {"options": asked, "exponent": exponent, "sizes": [asdict(size) for size in found]}
        Path(options.json).write_text(json.dumps(whole, indent=1), "utf-8")
    return int(any(run.violations for size in found for run in size.runs))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    sizes = "villages of the counties"
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), required=True, help=sizes)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gap", type=float, default=3.0, help="percent above the long run")
    parser.add_argument("--seconds", type=float, default=480.0, help="long run of the largest county")
    parser.add_argument("--seeds", type=int, default=1, help="counties of each size")
    parser.add_argument("--json", default="", help="write everything to this file")
    return parser.parse_args(argv)


def _size(problem: Problem, villages: int, seed: int, seconds: float, options: argparse.Namespace) -> Size:
    def run(granted_s: float) -> Run:
        return _run(problem, granted_s, seed, options.workers)

    runs = halved(run, seconds, options.gap)
    reference = runs[0].cost_fen
    first_fen = runs[0].first_fen
    peaks = [r.peak_mb for r in runs if r.peak_mb is not None]
    return Size(
        villages=villages,
        seed=seed,
        shipments=len(problem.shipments),
        to_gap_s=round(time_to_gap([(r.seconds, gap_of(r.cost_fen, reference)) for r in runs], options.gap), 2),
        gain=round(gap_of(runs[1].cost_fen, reference), 2),
        first_s=runs[0].first_s,
        first_gap=None if first_fen is None else round(gap_of(first_fen, reference), 1),
        peak_mb=max(peaks, default=None),
        runs=runs,
    )


def halved(run: Callable[[float], Run], seconds: float, gap: float) -> tuple[Run, ...]:
    """Return a run for ``seconds``, and for half of it again and again until one ends more than ``gap`` % above it.

    Two runs at least; a run that brings no plan of its own ends it, and so does ``LEAST_S``.
    """
    runs = [run(seconds), run(seconds / 2)]
    while runs[-1].first_s is not None and gap_of(runs[-1].cost_fen, runs[0].cost_fen) <= gap:
        shorter = runs[-1].seconds / 2
        if shorter < LEAST_S:
            break
        runs.append(run(shorter))
    return tuple(runs)


def gap_of(cost_fen: int, reference_fen: int) -> float:
    """Return how far ``cost_fen`` is above the reference, in %."""
    return 100 * (cost_fen / max(1, reference_fen) - 1)


def time_to_gap(points: Sequence[tuple[float, float]], gap: float) -> float:
    """Return the time at which the gap is reached, between two points of (seconds, gap in %), longest time first.

    Linear in the gap against the logarithm of time; the shortest time where all are within.
    """
    for (longer, low), (shorter, high) in pairwise(points):
        if high > gap:
            share = (gap - low) / (high - low)
            return float(longer * (shorter / longer) ** share)
    return points[-1][0]


def fitted_exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the slope of log time over log size by least squares, seeds averaged; None for fewer than two sizes."""
    sizes = sorted({size for size, _ in points})
    if len(sizes) < 2:
        return None
    times = [fmean(s for size, s in points if size == each) for each in sizes]
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def _run(problem: Problem, seconds: float, seed: int, workers: int) -> Run:
    started = time.perf_counter()
    with Memory() as memory:
        result = solve(problem, stop=Stop(seconds=seconds), seed=seed, workers=workers)
    first = result.history[0] if result.history else None
    return Run(
        seconds=seconds,
        wall_s=round(time.perf_counter() - started, 2),
        cost_fen=result.plan.cost.total_fen,
        unserved=len(result.plan.unserved),
        violations=len(check(problem, result.plan)),
        first_s=None if first is None else round(first.wall_s, 2),
        first_fen=None if first is None else first.cost_fen,
        peak_mb=memory.peak_mb,
    )


class Memory:
    """Watches the resident memory of this process and its children while the block runs; needs ``/proc``.

    What processes share is counted in each, so that the figure is rather too high.
    """

    def __init__(self) -> None:
        self._peak_kb = 0
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def peak_mb(self) -> int | None:
        """Most memory seen, None where it cannot be read."""
        return self._peak_kb // 1_024 or None

    def __enter__(self) -> Memory:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watch.join()

    def _look(self) -> None:
        while True:
            self._peak_kb = max(self._peak_kb, resident_kb(os.getpid()))
            if self._is_over.wait(SAMPLE_S):
                return


def resident_kb(root: int) -> int:
    """Return the resident memory of process ``root`` and all its descendants; 0 without ``/proc``."""
    parents, memory = {}, {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        except OSError:
            continue  # it ended meanwhile
        pid = int(path.parent.name)
        parents[pid] = int(fields["PPid"])
        memory[pid] = int(fields.get("VmRSS", "0 kB").split()[0])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(memory.get(pid, 0) for pid in family)


def _print(size: Size) -> None:
    cells = (size.villages, size.seed, size.shipments, f"{size.runs[0].seconds:g}", size.to_gap_s, size.gain)
    print(_line(*cells, size.first_s, size.first_gap, size.peak_mb), flush=True)


def _line(*cells: object) -> str:
    return "".join(f"{'-' if cell is None else cell!s:>13}" for cell in cells)


if __name__ == "__main__":
    raise SystemExit(main())
