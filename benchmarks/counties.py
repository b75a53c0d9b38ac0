"""Quality on county-days: our solve against plain PyVRP and OR-Tools alone, same problem, same referee.

    python -m benchmarks.counties [COUNTY ...] [--set terrains|reload|all] --seconds 10,30,60,120 --workers 2 \
        [--seeds 3] [--peers pyvrp,ortools] [--peer-seconds 60] [--ablate] [--curve OUT.png] [--json OUT]

COUNTY is a name of ``benchmarks.county_set``, a scenario folder, or VILLAGES-SEED, VILLAGES-SEED-full or
VILLAGES-SEED-reload[-SHARE] for a random county. Each time is a run of its own. Peers run
for the same times unless told otherwise, once on each core with different seeds, and the best of them
counts. ``--ablate`` runs ours again with each part left out. Prints one row a run, its difference to our
run of the same time in percent, and means; the file is written anew after each county.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.county_means import against_ablated, against_peers, tables
from benchmarks.county_runs import ABLATIONS, OURS, PEERS, PeerFailedError, Row, measured
from benchmarks.county_set import SETS, load, set_of
from benchmarks.curves import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.problem import Problem

PACKAGES = ("gongpei", "numpy", "ortools", "pyvrp")
"""Whose versions the file names."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the counties, print the tables and write them; 1 when the referee found a violation of ours."""
    options = _options(argv)
    rows: list[Row] = []
    print(f"{_machine()}, {options.workers} workers")
    print(_line("county", "solver", "seed", "seconds", "wall", "cost", "fixed", "variable", *HEADS))
    for name in options.counties:
        for row in _rows(load(name), name, options):
            rows.append(row)
            _print(row, rows)
        if options.json:
            _write(Path(options.json), rows, options)
    for line in tables(rows):
        print(line)
    if options.curve:
        draw(rows, Path(options.curve))
    return int(any(row.violations for row in rows if row.solver.startswith(OURS)))


HEADS = ("unserved", "violations", "vehicles", "trips", "to ours %")


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counties", description=__doc__)
    parser.add_argument("counties", nargs="*")
    parser.add_argument("--set", choices=[*SETS, "all"], help="what is run when no county is named; default all")
    parser.add_argument("--seconds", type=_times, default=(30.0,), help="for our solve, one run for each")
    parser.add_argument("--workers", type=int, default=2, help="processes for everyone")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each county")
    parser.add_argument("--peers", default="pyvrp,ortools", help="any of pyvrp, ortools; empty for none")
    parser.add_argument("--peer-seconds", type=_times, help="for peers; default as for ours")
    parser.add_argument("--ablate", action="store_true", help="ours again with each part left out")
    parser.add_argument("--curve", default="", help="draw cost over time to this PNG")
    parser.add_argument("--json", default="", help="write all rows to this file")
    options = parser.parse_args(argv)
    options.peers = [peer for peer in options.peers.split(",") if peer]
    unknown = set(options.peers) - set(PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    chosen = list(SETS) if options.set in (None, "all") else [options.set]
    options.counties = options.counties or [name for key in chosen for name in SETS[key]]
    options.peer_seconds = options.peer_seconds or options.seconds
    return options


def _times(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _rows(problem: Problem, name: str, options: argparse.Namespace) -> Iterator[Row]:
    """Run ours, ours with parts left out, and the peers, one after the other; say which peer broke off."""
    runs = [(solver, s) for s in options.seconds for solver in (OURS, *(ABLATIONS if options.ablate else ()))]
    runs += [(peer, s) for s in options.peer_seconds for peer in options.peers]
    for seed, (solver, seconds) in product(range(options.seeds), runs):
        try:
            yield measured(
                problem,
                name=name,
                group=set_of(name),
                solver=solver,
                seed=seed,
                seconds=seconds,
                workers=options.workers,
            )
        except PeerFailedError as error:
            print(f"{name}: no row of {solver} for seed {seed} and {seconds:g} s, it broke off: {error}", flush=True)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {cores} cores, Python {platform.python_version()}"


def _write(path: Path, rows: Sequence[Row], options: argparse.Namespace) -> None:
    asked = {key: value for key, value in vars(options).items() if key not in ("json", "curve")}
    head = {"machine": _machine(), "versions": {name: version(name) for name in PACKAGES}, "options": asked}
    means = [asdict(m) for m in (*against_peers(rows), *against_ablated(rows))]
    path.write_text(json.dumps({**head, "means": means, "rows": [asdict(row) for row in rows]}, indent=1), "utf-8")


def _print(row: Row, rows: Sequence[Row]) -> None:
    """Print ``row``, compared with our run on the same county and seed for the same time, or else our longest."""
    ours = [r for r in rows if r.solver == OURS and (r.county, r.seed) == (row.county, row.seed)]
    first = next((r for r in ours if r.seconds == row.seconds), max(ours, key=lambda r: r.seconds))
    gap = 100 * (row.cost_fen - first.cost_fen) / max(1, first.cost_fen)
    money = (f"{fen:,}" for fen in (row.cost_fen, row.fixed_fen, row.variable_fen))
    cells = (row.county, row.solver, row.seed, f"{row.seconds:g}", row.wall_s, *money, row.unserved, row.violations)
    print(_line(*cells, row.vehicles, row.trips, f"{gap:.2f}"), flush=True)


def _line(*cells: object) -> str:
    county, solver, *others = cells
    return f"{county!s:24}{solver!s:28}" + "".join(f"{c!s:>12}" for c in others)


if __name__ == "__main__":
    raise SystemExit(main())
