"""Quality on public sets: our solve, and peers under the same clock and cores, against the best costs known.

    python -m benchmarks.quality --family vrpspd [--instances DIR] --seconds 30 --workers 2 [--seeds 3] \
        [--peers pyvrp,vroom,ortools] [--only NAME,...] [--json OUT]

Every solution, ours and the peers', is judged twice: by the referee on the ``Problem`` that
we solve, and by the plain rules of the set on the instance that the peers get. DIR is
the option, else ``instances`` under ``GONGPEI_SHARED``, else under ``../shared``.

The family ``pvrp`` has several days and is solved by ``optimizer.periodic``; no peer can say it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.instances import FAMILIES, load, names, periodic
from benchmarks.instances.as_problem import plan_of, problem_of, published_cost, routes_of, split_customers, unsplit
from benchmarks.instances.instance import DamagedInstanceError
from benchmarks.instances.judge import judge
from benchmarks.peers import public
from optimizer.check import check
from optimizer.periodic import check_periodic, solve_periodic
from optimizer.solve import solve
from optimizer.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.instances.instance import Instance
    from optimizer.plan import Plan
    from optimizer.problem import Problem

PACKAGES = ("gongpei", "ortools", "pyvrp", "pyvroom")
"""Whose versions the report names, where installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run, ``seconds`` granted and ``wall_s`` taken; ``cost`` and ``best_known`` in the set's own unit.

    ``gap`` in % is None where something is unserved, a rule is broken, or the published
    solution has the fewest vehicles first. ``violations`` are the referee's and the set's.
    ``joined`` counts customers called at twice, put together before the cost is taken. A drive
    is rounded to whole ``cost_scale``-ths of the set's unit of cost (where its rule is not
    coarser) and ``time_scale``-ths of its unit of time: half of that is the error a drive.
    """

    family: str
    instance: str
    customers: int
    solver: str
    seed: int
    cost: float
    best_known: float | None
    gap: float | None
    vehicles: int
    best_vehicles: int | None
    unserved: int
    violations: int
    joined: int
    seconds: float
    wall_s: float
    cost_scale: float
    time_scale: int
    faults: tuple[str, ...] = ()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the family, print a row a run and the means, write them; 1 when a solution of ours breaks a rule."""
    options = _options(argv)
    root, peers = _root(options.instances), [peer for peer in options.peers.split(",") if peer]
    is_periodic = options.family == periodic.FAMILY
    all_names = periodic.names(root) if is_periodic else names(root, options.family)
    chosen = [name for name in options.only.split(",") if name] or all_names
    print(f"{_machine()}, {options.workers} workers, {options.seconds:g} s")
    print(_line("instance", "solver", "seed", "cost", "known", "gap %", "vehicles", "unserved", "faults", "wall s"))
    rows: list[Row] = []
    for name in chosen:
        try:
            found = _periodic_rows(root, name, peers, options) if is_periodic else _rows(root, name, peers, options)
        except DamagedInstanceError as error:
            print(f"{name}: left out, {error}")
            continue
        for row in found:
            rows.append(row)
            _print(row)
    _print_means(rows)
    if options.json:
        _write(Path(options.json), rows, options)
    return int(any(row.violations for row in rows if row.solver == "ours"))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--family", required=True, choices=[*FAMILIES, periodic.FAMILY])
    parser.add_argument("--instances", default="", help="folder with one folder a family")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=2, help="processes for everyone")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each instance")
    parser.add_argument("--peers", default="", help="any of pyvrp, vroom, ortools")
    parser.add_argument("--only", default="", help="instances by name; default all of the family")
    parser.add_argument("--json", default="", help="write everything to this file")
    options = parser.parse_args(argv)
    unknown = set(options.peers.split(",")) - {"", *public.PEERS}
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    return options


def _root(option: str) -> Path:
    if option:
        return Path(option)
    return Path(os.environ.get("GONGPEI_SHARED", Path(__file__).parents[2] / "shared")) / "instances"


def _rows(root: Path, name: str, peers: Sequence[str], options: argparse.Namespace) -> list[Row]:
    """Run ours and the peers, seed by seed; a peer that cannot says why."""
    instance = load(root, options.family, name)
    problem = problem_of(instance)
    able = [peer for peer in peers if not public.can_run(peer, instance)]
    for peer in peers:
        if peer not in able:
            print(f"{instance.name}: no {peer}, {public.can_run(peer, instance)}")
    return [
        measured(instance, problem, solver=solver, seed=seed, seconds=options.seconds, workers=options.workers)
        for seed in range(options.seeds)
        for solver in ("ours", *able)
    ]


def _periodic_rows(root: Path, name: str, peers: Sequence[str], options: argparse.Namespace) -> list[Row]:
    """Run ours, seed by seed, on an instance of several days."""
    instance = periodic.load(root, name)
    for peer in peers:
        print(f"{name}: no {peer}, it cannot choose days of visit")
    return [
        measured_periodic(instance, seed=seed, seconds=options.seconds, workers=options.workers)
        for seed in range(options.seeds)
    ]


def measured_periodic(instance: periodic.Periodic, *, seed: int, seconds: float, workers: int) -> Row:
    """Solve an instance of several days once and judge it by our referee and by the set's rules."""
    problem, scale = periodic.problem_of(instance)
    result = solve_periodic(problem, stop=Stop(seconds=seconds), seed=seed, workers=workers)
    cost, broken = periodic.judge(instance, result.plan)
    faults = (*check_periodic(problem, result.plan), *broken)
    known = instance.best_known
    return Row(
        family=periodic.FAMILY,
        instance=instance.name,
        customers=problem.num_places - 1,
        solver="ours",
        seed=seed,
        cost=round(cost, 4),
        best_known=known,
        gap=round(100 * (cost / known - 1), 3) if known and not faults else None,
        vehicles=max(len(day) for day in result.plan.routes),
        best_vehicles=instance.vehicles,
        unserved=0,
        violations=len(faults),
        joined=0,
        seconds=seconds,
        wall_s=round(result.seconds, 1),
        cost_scale=scale,
        time_scale=scale,
        faults=faults[:5],
    )


def measured(instance: Instance, problem: Problem, *, solver: str, seed: int, seconds: float, workers: int) -> Row:
    """Run one solver once and judge what it found; for ours, what ``solve`` gave and what is left after joining."""
    started = time.perf_counter()
    if solver == "ours":
        plan = solve(problem, stop=Stop(seconds=seconds), seed=seed, workers=workers).plan
    else:
        routes = public.run(solver, instance, seconds=seconds, seed=seed, workers=workers)
        plan = plan_of(instance, problem, routes)
    wall_s = round(time.perf_counter() - started, 1)
    faults, joined = [], len(split_customers(plan))
    if joined:
        faults = [v.render("en") for v in check(problem, plan)]
        plan = unsplit(instance, problem, plan)
    faults += all_faults(instance, problem, plan)
    return row_of(instance, plan, faults, joined, solver=solver, seed=seed, seconds=seconds, wall_s=wall_s)


def all_faults(instance: Instance, problem: Problem, plan: Plan) -> list[str]:
    """Return what the referee finds and what the set's own rules say, but for what is unserved; costs must agree."""
    faults = [v.render("en") for v in check(problem, plan)]
    left = {int(u.shipment[1:]) for u in plan.unserved}
    left |= {second for first, second in instance.pairs if first in left}
    missing = {f"customer {row} is visited 0 times" for row in left}
    cost, broken = judge(instance, routes_of(plan))
    faults += [fault for fault in broken if fault not in missing]
    if abs(cost - published_cost(instance, plan)) * instance.cost_scale > len(plan.routes):
        faults.append(f"costs {published_cost(instance, plan)} here and {cost} by the set's rules")
    return faults


def row_of(
    instance: Instance,
    plan: Plan,
    faults: list[str],
    joined: int,
    *,
    solver: str,
    seed: int,
    seconds: float,
    wall_s: float,
) -> Row:
    """Return the row of a judged plan."""
    cost, known = published_cost(instance, plan), instance.best_known
    has_gap = not plan.unserved and not faults and not instance.counts_vehicles
    return Row(
        family=instance.family,
        instance=instance.name,
        customers=len(instance.customers),
        solver=solver,
        seed=seed,
        cost=round(cost, 4),
        best_known=known,
        gap=round(100 * (cost / known - 1), 3) if known and has_gap else None,
        vehicles=len(plan.routes),
        best_vehicles=instance.best_vehicles or instance.exact_vehicles,
        unserved=len(plan.unserved),
        violations=len(faults),
        joined=joined,
        seconds=seconds,
        wall_s=wall_s,
        cost_scale=instance.cost_scale,
        time_scale=instance.time_scale,
        faults=tuple(faults[:5]),
    )


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {cores} cores, Python {platform.python_version()}"


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _write(path: Path, rows: Sequence[Row], options: argparse.Namespace) -> None:
    asked = {key: value for key, value in vars(options).items() if key not in ("instances", "json")}
    head = {"machine": _machine(), "versions": _versions(), "options": asked}
    path.write_text(json.dumps({**head, "rows": [asdict(row) for row in rows]}, indent=1), "utf-8")


def _print(row: Row) -> None:
    known, gap = row.best_known or "-", "-" if row.gap is None else f"{row.gap:.2f}"
    cells = (row.instance, row.solver, row.seed, f"{row.cost:.2f}", known, gap, row.vehicles, row.unserved)
    print(_line(*cells, row.violations, row.wall_s), flush=True)


def _print_means(rows: Sequence[Row]) -> None:
    """Print mean and worst gap of each solver over the runs that have one."""
    for solver in dict.fromkeys(row.solver for row in rows):
        gaps = [row.gap for row in rows if row.solver == solver and row.gap is not None]
        if gaps:
            print(f"{solver}: mean gap {fmean(gaps):.3f} %, worst {max(gaps):.3f} %, {len(gaps)} runs")


def _line(*cells: object) -> str:
    first, *others = cells
    return f"{first!s:16}" + "".join(f"{cell!s:>11}" for cell in others)


if __name__ == "__main__":
    raise SystemExit(main())
