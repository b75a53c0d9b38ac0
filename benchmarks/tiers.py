"""The search across tiers: two-echelon public sets, by their own rules, and seeded counties with stations.

    python -m benchmarks.tiers [--instances DIR] --seconds 60 --workers 2 [--families 2evrp,2evrp_spdtw,counties] \
        [--only NAME,...] [--solvers exact,two_stage,ours] [--seeds 4] [--json OUT]

Each worker is a process with a seed of its own; where freighters are short it searches half of the
time without and half with a price on them. The best plan of all is taken. DIR is the
option, else ``instances`` under ``GONGPEI_SHARED``, else under ``../shared``. A best-known
cost without a published file behind it is printed with "unverified".

Sets with windows have no faithful counterpart across tiers (``two_echelon.echelons`` says why): *ours* there is
``two_echelon.timed_search``, which plans both echelons together by the ordinary solver's engines, and *two_stage*
plans one after the other by the same engines in the same time. Their exact model runs to its end whatever the seconds.

Counties (``tier_counties``, two a seed) are planned all direct, all through stations, two-stage and by our search,
each with the same seconds and workers (``tier_runs``); costs are in fen, and the gap of ours is against the best of
the others.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks import tier_counties, tier_runs
from benchmarks.instances.instance import DamagedInstanceError
from benchmarks.two_echelon import FAMILIES, load, names, timed_search
from benchmarks.two_echelon.as_tiers import freighter_price, plan_of, tiers_of
from benchmarks.two_echelon.enumerate_loops import TooLargeError
from benchmarks.two_echelon.exact import solve_exactly
from benchmarks.two_echelon.exact_timed import solve_timed_exactly
from benchmarks.two_echelon.judge import judge
from benchmarks.two_echelon.pour import poured
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.search import walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.two_echelon.instance import TwoEchelon, TwoEchelonPlan
    from optimizer.tiers.model import Tiers
    from optimizer.tiers.walk import Stand

SOLVERS = ("exact", "two_stage", "ours")

TIMED = "2evrp_spdtw"
"""The family with windows."""

COUNTIES = "counties"
"""The family that is drawn, not read."""

AGREES = 0.01
"""Published costs have two decimals, some rounded, some cut: 371.4985 is published as 371.49."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One solver on one instance: ``seconds`` granted and ``wall_s`` taken; costs in the set's own unit.

    ``bound`` is proven (exact model only). ``gap`` in % of the best-known cost, None without one or with a
    fault; ``is_verified`` tells whether a published file stands behind that cost.
    """

    family: str
    instance: str
    customers: int
    solver: str
    cost: float | None
    bound: float | None
    best_known: float | None
    is_verified: bool
    gap: float | None
    faults: tuple[str, ...]
    seconds: float
    wall_s: float


def main(argv: Sequence[str] | None = None) -> int:
    """Run every solver on every instance; exit 1 when a plan breaks a rule."""
    options = _options(argv)
    root, rows = _root(options.instances), list[Row]()
    print(
        f"{'instance':28}{'solver':>8}{'cost':>12}{'bound':>12}{'best known':>12}{'gap %':>9}{'faults':>8}{'wall s':>8}"
    )
    families = options.families.split(",")
    if COUNTIES in families:
        rows += _counties(options)
    for family in families:
        for name in names(root, family) if family != COUNTIES else ():
            if options.only and name not in options.only.split(","):
                continue
            for row in _rows(root, family, name, options):
                rows.append(row)
                _print(row)
    _print_means(rows)
    if options.json:
        asked = {key: value for key, value in vars(options).items() if key not in ("instances", "json")}
        Path(options.json).write_text(
            json.dumps({"options": asked, "rows": [asdict(r) for r in rows]}, indent=1), "utf-8"
        )
    return int(any(row.faults for row in rows))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", default="", help="folder with a folder for each family")
    parser.add_argument("--families", default=",".join((*FAMILIES, COUNTIES)), help="default all")
    parser.add_argument("--only", default="", help="instances by name; default all")
    parser.add_argument("--solvers", default=",".join(SOLVERS), help="exact, two_stage (sets with windows), ours")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each instance and solver")
    parser.add_argument("--workers", type=int, default=2, help="processes of our search")
    parser.add_argument("--seeds", type=int, default=4, help="of counties, two each")
    parser.add_argument("--json", default="", help="write everything to this file")
    options = parser.parse_args(argv)
    unknown = {*options.families.split(","), *options.solvers.split(",")} - {*FAMILIES, *SOLVERS, COUNTIES}
    if unknown or options.workers < 1:
        parser.error(f"no such family or solver: {', '.join(sorted(unknown))}" if unknown else "no worker")
    return options


def _root(option: str) -> Path:
    if option:
        return Path(option)
    return Path(os.environ.get("GONGPEI_SHARED", Path(__file__).parents[2] / "shared")) / "instances"


def _rows(root: Path, family: str, name: str, options: argparse.Namespace) -> list[Row]:
    """Return the rows of one instance; what cannot be read or solved says why."""
    try:
        instance = load(root, family, name)
    except DamagedInstanceError as error:
        print(f"{name}: {error}")
        return []
    rows = []
    for solver in options.solvers.split(","):
        try:
            rows.append(measured(root, instance, solver, seconds=options.seconds, workers=options.workers))
        except (TooLargeError, ValueError) as error:
            print(f"{name}: no {solver}, {error}")
    return rows


def _counties(options: argparse.Namespace) -> list[Row]:
    """Run all solvers on all counties and print them."""
    rows: list[Row] = []
    savings: dict[str, float] = {}
    for name in tier_counties.names(range(1, options.seeds + 1)):
        if options.only and name not in options.only.split(","):
            continue
        outcomes = [
            tier_runs.outcome(name, solver, seconds=options.seconds, workers=options.workers)
            for solver in tier_runs.SOLVERS
        ]
        savings[name] = tier_runs.saving(outcomes) or 0.0
        for one in outcomes:
            rows.append(_county_row(name, one, options.seconds, savings[name]))
            _print(rows[-1])
    for line in tier_runs.summary(savings):
        print(line)
    return rows


def _county_row(name: str, one: tier_runs.Outcome, seconds: float, saving: float) -> Row:
    left = (f"{one.num_unserved} left behind",) if one.num_unserved else ()
    return Row(
        family=COUNTIES,
        instance=name,
        customers=len(tier_counties.county(name).modes),
        solver=one.solver,
        cost=one.cost_fen,
        bound=None,
        best_known=None,
        is_verified=False,
        gap=-saving if one.solver == "ours" else None,
        faults=one.faults[:5] or (left if one.solver == "ours" else ()),
        seconds=seconds,
        wall_s=one.wall_s,
    )


def measured(root: Path, instance: TwoEchelon, solver: str, *, seconds: float, workers: int) -> Row:
    """Run one solver on one instance and judge what it found."""
    started = time.perf_counter()
    bound: float | None = None
    told: list[str] = []
    if solver == "exact":
        proof = solve_timed_exactly(instance) if instance.is_timed else solve_exactly(instance, seconds)
        found, bound = proof.plan, proof.bound
    elif instance.is_timed:
        found = _timed(root, instance, solver, seconds, workers)
    elif solver == "two_stage":
        raise ValueError("only for sets with windows")
    else:
        found, told = _searched(root, instance, seconds, workers)
    wall_s = round(time.perf_counter() - started, 1)
    cost, faults = judge(instance, found) if found else (None, ["no plan"])
    faults = [*told, *faults]
    known = instance.best_known
    return Row(
        family=instance.family,
        instance=instance.name,
        customers=len(instance.customers),
        solver=solver,
        cost=cost,
        bound=bound,
        best_known=known,
        is_verified=instance.is_verified,
        gap=round(100 * (cost / known - 1), 3) if cost and known and not faults else None,
        faults=tuple(faults[:5]),
        seconds=seconds,
        wall_s=wall_s,
    )


def _searched(root: Path, instance: TwoEchelon, seconds: float, workers: int) -> tuple[TwoEchelonPlan, list[str]]:
    """Return the cheapest plan of all workers and the referee's words on it, plans without a fault first."""
    tiers_of(instance)  # what cannot be mapped says so before a process is started
    tasks = [(root, instance.family, instance.name, seconds, seed) for seed in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        plans = list(pool.map(search, *zip(*tasks, strict=True)))
    return min(plans, key=lambda found: _rank(instance, found))


def _timed(root: Path, instance: TwoEchelon, solver: str, seconds: float, workers: int) -> TwoEchelonPlan:
    """Return the cheapest plan of all workers for a set with windows, plans without a fault first."""
    tasks = [(root, instance.name, solver, seconds, seed) for seed in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        plans = list(pool.map(search_timed, *zip(*tasks, strict=True)))
    return min(plans, key=lambda plan: _rank(instance, (plan, [])))


def search_timed(root: Path, name: str, solver: str, seconds: float, seed: int) -> TwoEchelonPlan:
    """Search one instance with windows in this process, by "two_stage" or "ours"."""
    run = timed_search.two_stage if solver == "two_stage" else timed_search.together
    return run(load(root, TIMED, name), seconds=seconds, seed=seed)


def search(root: Path, family: str, name: str, seconds: float, seed: int) -> tuple[TwoEchelonPlan, list[str]]:
    """Search one instance in this process; return the plan in the set's terms and what our referee finds.

    Every plan that the search tells of has its loads poured over trucks anew, as the set lets goods be split.
    """
    instance = load(root, family, name)
    prices = sorted({0.0, freighter_price(instance)})
    found: list[tuple[TwoEchelonPlan, list[str]]] = []
    for price in prices:
        tiers = tiers_of(instance, price)

        def take(stand: Stand, _: str, tiers: Tiers = tiers) -> None:
            plan = plan_of(instance, stand.tiered)
            told = [fault.render("en") for fault in check_tiers(tiers, stand.tiered)]
            hauls = poured(instance, plan.loops)
            found.append((plan, told))
            if hauls is not None:
                found.append((replace(plan, hauls=hauls), told))

        walked(tiers, stop=Stop(seconds=seconds / len(prices)), seed=seed, report=take)
    return min(found, key=lambda one: _rank(instance, one))


def _rank(instance: TwoEchelon, found: tuple[TwoEchelonPlan, list[str]]) -> tuple[int, float]:
    cost, faults = judge(instance, found[0])
    return len(faults) + len(found[1]), cost


def _print(row: Row) -> None:
    cells = [f"{x:.2f}" if x is not None else "-" for x in (row.cost, row.bound, row.best_known)]
    gap = "-" if row.gap is None else f"{row.gap:.2f}"
    print(
        f"{row.instance:28}{row.solver:>8}" + "".join(f"{cell:>12}" for cell in cells) + f"{gap:>9}"
        f"{len(row.faults):>8}{row.wall_s:>8.1f}  {_verdict(row)}",
        flush=True,
    )


def _verdict(row: Row) -> str:
    """Say what the bound says of the best-known cost, and whether a file stands behind it."""
    words = ["unverified"] if row.best_known is not None and not row.is_verified else []
    if row.bound is not None and row.cost is not None:
        known = row.cost if row.best_known is None else row.best_known
        if row.bound > known + AGREES or row.cost < known - AGREES:
            words.append("contradicted")
        elif row.bound >= row.cost - AGREES:
            words.append("proven")
    return " ".join(words)


def _print_savings(rows: Sequence[Row]) -> None:
    """Print by how much ours is cheaper than two-stage on sets with windows, and how often it is optimal."""
    costs = {(row.instance, row.solver): row.cost for row in rows if row.family == TIMED and not row.faults}
    ours = {name: cost for (name, solver), cost in costs.items() if solver == "ours" and cost}
    for word, is_large in (("up to 12 customers", False), ("100 customers", True)):
        some = [name for name in ours if name.startswith("100") == is_large]
        savings = [100 * (1 - ours[name] / staged) for name in some if (staged := costs.get((name, "two_stage")))]
        if savings:
            print(f"ours, {word}: {fmean(savings):.2f} % cheaper than two-stage, {len(savings)} instances")
        reached = [ours[name] < exact + AGREES for name in some if (exact := costs.get((name, "exact")))]
        if reached:
            print(f"ours, {word}: as cheap as the exact model in {sum(reached)} of {len(reached)}")


def _print_means(rows: Sequence[Row]) -> None:
    """Print each solver's mean gap, over verified costs and over all."""
    _print_savings(rows)
    rows = [row for row in rows if row.family != COUNTIES]
    for solver in dict.fromkeys(row.solver for row in rows):
        for word, verified in (("verified", True), ("all", False)):
            gaps = [
                row.gap
                for row in rows
                if row.solver == solver and row.gap is not None and (row.is_verified or not verified)
            ]
            if gaps:
                print(f"{solver}, {word}: mean gap {fmean(gaps):.3f} %, worst {max(gaps):.3f} %, {len(gaps)} instances")


if __name__ == "__main__":
    raise SystemExit(main())
