"""Quality on county-days: our solve against plain PyVRP and OR-Tools alone, same problem, same referee.

    python -m benchmarks.counties [COUNTY ...] --seconds 30 --workers 2 --peers pyvrp,ortools \
        --peer-seconds 60 [--long 300] [--seeds 1] [--json OUT]

COUNTY is a scenario folder, or VILLAGES-SEED or VILLAGES-SEED-full for a random county of
``benchmarks.random_counties``. Peers run once on each core with different seeds, and the
best of them counts. Prints one row a run, and the difference to our first row in percent.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import ortools_alone, pyvrp_reload
from benchmarks.random_counties import random_county
from optimizer.check import check
from optimizer.solve import solve
from optimizer.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.plan import Plan
    from optimizer.problem import Problem

PEERS: dict[str, Callable[[Problem, float, int], Plan]] = {"pyvrp": pyvrp_reload.run, "ortools": ortools_alone.run}
"""Rivals by name."""

DEFAULT_COUNTIES = ("60-1", "60-1-full", "150-2", "150-2-full", "300-3", "300-3-full")
"""What is solved when nothing is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run: ``seconds`` granted and ``wall_s`` taken, ``gap`` the difference to our first row in %."""

    county: str
    solver: str
    seed: int
    seconds: float
    wall_s: float
    cost_fen: int
    unserved: int
    violations: int
    vehicles: int
    trips: int
    gap: float = 0.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the counties, print the table and write it; 1 when the referee found a violation of ours."""
    options = _options(argv)
    rows: list[Row] = []
    print(
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {options.workers} workers"
    )
    print(
        _line(
            "county",
            "solver",
            "seed",
            "seconds",
            "wall",
            "cost",
            "unserved",
            "violations",
            "vehicles",
            "trips",
            "gap %",
        )
    )
    for name in options.counties:
        problem = load(name)
        for seed in range(options.seeds):
            for row in _rows(problem, name, seed, options):
                rows.append(row)
                _print(row)
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")
    return int(any(row.violations for row in rows if row.solver.startswith("ours")))


def load(name: str) -> Problem:
    """Return the problem of a scenario folder, or of a random county named VILLAGES-SEED[-full]."""
    if Path(name).is_dir():
        from scenarios.build import build_problem  # noqa: PLC0415 - random counties need no roads
        from scenarios.files import read_scenario  # noqa: PLC0415

        return build_problem(read_scenario(Path(name))).problem
    villages, seed, *rest = name.split("-")
    return random_county(villages=int(villages), seed=int(seed), full_rules=rest == ["full"])


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counties", description=__doc__)
    parser.add_argument("counties", nargs="*", default=list(DEFAULT_COUNTIES))
    parser.add_argument("--seconds", type=float, default=30.0, help="for our solve")
    parser.add_argument("--workers", type=int, default=2, help="processes for everyone")
    parser.add_argument("--peers", default="pyvrp,ortools", help="any of pyvrp, ortools; empty for none")
    parser.add_argument("--peer-seconds", type=float, default=60.0)
    parser.add_argument("--long", type=float, default=0.0, help="seconds of a second, longer run of ours")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each county")
    parser.add_argument("--json", default="", help="write all rows to this file")
    return parser.parse_args(argv)


def _rows(problem: Problem, name: str, seed: int, options: argparse.Namespace) -> list[Row]:
    """Run ours, the peers, and ours again for long, one after the other."""
    runs = [("ours", options.seconds)]
    runs += [(peer, options.peer_seconds) for peer in options.peers.split(",") if peer]
    runs += [("ours-long", options.long)] if options.long else []
    rows = [
        _measured(problem, name, solver=solver, seed=seed, seconds=seconds, workers=options.workers)
        for solver, seconds in runs
    ]
    return [_with_gap(row, rows[0]) for row in rows]


def _measured(problem: Problem, county: str, *, solver: str, seed: int, seconds: float, workers: int) -> Row:
    started = time.perf_counter()
    run = _ours if solver.startswith("ours") else partial(_best_of, solver)
    plan = run(problem, seconds, seed, workers)
    return Row(
        county=county,
        solver=solver,
        seed=seed,
        seconds=seconds,
        wall_s=round(time.perf_counter() - started, 1),
        cost_fen=plan.cost.total_fen,
        unserved=len(plan.unserved),
        violations=len(check(problem, plan)),
        vehicles=len(plan.routes),
        trips=sum(1 for _ in plan.trips()),
    )


def _ours(problem: Problem, seconds: float, seed: int, workers: int) -> Plan:
    return solve(problem, stop=Stop(seconds=seconds), seed=seed, workers=workers).plan


def _best_of(peer: str, problem: Problem, seconds: float, seed: int, workers: int) -> Plan:
    """Run the peer once on each core, each with a seed of its own, and return the cheapest plan."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(PEERS[peer], problem, seconds, seed * workers + k) for k in range(workers)]
        return min((job.result() for job in jobs), key=lambda plan: plan.cost.total_fen)


def _with_gap(row: Row, first: Row) -> Row:
    fields = asdict(row)
    fields["gap"] = round(100 * (row.cost_fen - first.cost_fen) / max(1, first.cost_fen), 2)
    return Row(**fields)


def _print(row: Row) -> None:
    cells = asdict(row).values()
    print(_line(*(f"{c:,}" if isinstance(c, int) else c for c in cells)), flush=True)


def _line(*cells: object) -> str:
    county, *others = cells
    return f"{county!s:24}" + "".join(f"{c!s:>12}" for c in others)


if __name__ == "__main__":
    raise SystemExit(main())
