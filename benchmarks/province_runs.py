"""How the time of a comparison grows with counties and with workers, on this machine and on a cluster of its own.

    python -m benchmarks.province --counties 1,5,10,20 --workers 1,2 --iterations 20 --json OUT
    python -m benchmarks.province --county scenarios/library/mountain --counties 1 --workers 1,2 --seconds 20

Counties are generated, of all terrains and of 12 to 40 villages, with five brands; each is planned in five variants on
the same sampled days. Every row begins with an empty store and no travel times. "Cluster" is a Dask
scheduler with so many workers of one thread on this machine, started before the clock. Every row is run
again from its store, and where a limit in rounds makes results repeatable they are compared with those of the first row
of as many counties: a difference is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import LocalCluster

from networks.synthetic import TERRAINS
from optimizer.stop import Stop
from scenarios.files import read_scenario
from scenarios.goods import BRAND_NAMES
from scenarios.new import new_scenario
from scenarios.province import join
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.cluster import Cluster
from scenarios.variants.compare import carry_out, prepare
from scenarios.variants.executor import LocalProcesses
from scenarios.variants.model import BASE, OTHERS, Prices, Variant, VariantSet
from scenarios.variants.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scenarios.scenario import Scenario
    from scenarios.variants.compare import Agenda, Comparison
    from scenarios.variants.executor import Executor

GROUPS = (frozenset(BRAND_NAMES[:2]), frozenset((*BRAND_NAMES[2:], OTHERS)))

VARIANTS = VariantSet(
    variants=(
        Variant(id=BASE, name=Text("统仓共配", "shared delivery")),
        Variant(id="groups", name=Text("两个联盟", "two groups of brands"), coalitions=GROUPS),
        Variant(id="one_way", name=Text("上下行分开", "up goods fetched apart"), is_one_way=True),
        Variant(id="volume", name=Text("件数 1.2 倍", "1.2 times the volume"), volume=1.2),
        Variant(id="wages", name=Text("工资 1.2 倍", "1.2 times the wages"), prices=Prices(wages=1.2)),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run: how many counties, where, and the seconds that it and its repetition from the store took."""

    counties: int
    where: str
    workers: int
    plans: int
    wall_s: float
    again_s: float
    failed: int
    is_whole: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run all rows and print each; 1 when anything is missing or differs."""
    options = _options(argv)
    rows: list[Row] = []
    differ = 0
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'counties':>8} {'where':>8} {'workers':>7} {'plans':>6} {'s':>8} {'s/plan':>7} {'again s':>8}")
    for count in options.counties:
        first: Comparison | None = None
        for where, workers in [("local", n) for n in options.workers] + [("cluster", n) for n in options.cluster]:
            row, found = _row(_counties(options, count), where, workers, options)
            rows.append(row)
            each_s = row.wall_s / max(1, row.plans)
            told = f"{row.counties:8} {where:>8} {workers:7} {row.plans:6} {row.wall_s:8.1f} {each_s:7.2f}"
            print(f"{told} {row.again_s:8.1f}", flush=True)
            first = first or found
            differ += options.iterations is not None and found.measured != first.measured
    print(f"load after: {os.getloadavg()[0]:.1f}; rows that differ: {differ}")
    if options.json:
        asked = {key: value for key, value in vars(options).items() if key != "json"}
        whole = {"options": asked, "differ": differ, "rows": [asdict(row) for row in rows]}
        Path(options.json).write_text(json.dumps(whole, indent=1), "utf-8")
    return int(differ > 0 or any(not row.is_whole for row in rows))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.province", description=__doc__)
    parser.add_argument("--counties", type=_numbers, default=(1, 5, 10, 20))
    parser.add_argument("--county", default="", help="this county, again and again with other seeds of its days")
    parser.add_argument("--workers", type=_numbers, default=(1, 2), help="processes on this machine")
    parser.add_argument("--cluster", type=_numbers, default=(), help="workers of a Dask cluster on this machine")
    parser.add_argument("--days", type=int, default=5)
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--iterations", type=int)
    limit.add_argument("--seconds", type=float, help="of a variant's day")
    parser.add_argument("--json", default="", help="write everything to this file")
    return parser.parse_args(argv)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _counties(options: argparse.Namespace, count: int) -> list[Scenario]:
    """Return the counties, the same ones first whatever their number."""
    if options.county:
        one = read_scenario(Path(options.county))
        return [one] * count
    return [_generated(k) for k in range(count)]


def _generated(k: int) -> Scenario:
    villages = 12 + 7 * (k % 5)
    return new_scenario(
        terrain=TERRAINS[k % len(TERRAINS)],
        townships=2 + k % 3,
        villages=villages,
        pieces=15 * villages,
        brands=5,
        seed=k,
    )


def _row(counties: Sequence[Scenario], where: str, workers: int, options: argparse.Namespace) -> tuple[Row, Comparison]:
    seconds = None if options.iterations is not None else options.seconds or 20.0
    limit = Limit(stop=Stop(seconds=seconds, iterations=options.iterations))
    with tempfile.TemporaryDirectory() as name, _executor(where, workers, Path(name)) as executor:
        folder = Path(name)
        began = time.monotonic()
        agenda = _agenda(counties, options.days, limit, folder)
        found = carry_out(agenda, Store(folder=folder / "results"), executor)
        wall_s = time.monotonic() - began
        carry_out(_agenda(counties, options.days, limit, folder), Store(folder=folder / "results"), executor)
        again_s = time.monotonic() - began - wall_s
    row = Row(
        counties=len(counties),
        where=where,
        workers=workers,
        plans=found.total,
        wall_s=round(wall_s, 2),
        again_s=round(again_s, 2),
        failed=len(found.losses),
        is_whole=found.is_whole,
    )
    return row, found


def _agenda(counties: Sequence[Scenario], days: int, limit: Limit, folder: Path) -> Agenda:
    agendas = {}
    for k, county in enumerate(counties):
        seeded = replace(limit, seed=k)
        agendas[f"{k:02d}"] = prepare(county, VARIANTS, days=days, limit=seeded, cache=folder / f"cache{k}")
    return join(agendas)


@contextmanager
def _executor(where: str, workers: int, folder: Path) -> Iterator[Executor]:
    if where == "local":
        yield LocalProcesses(workers=workers)
        return
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(folder / "scratch"),
            silence_logs="CRITICAL",
        ) as cluster,
        Cluster(address=cluster.scheduler_address) as executor,
    ):
        yield executor
