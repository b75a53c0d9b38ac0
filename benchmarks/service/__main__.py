"""The service under load and under fire: ``python -m benchmarks.service [--database URL] [--only NAME] --json OUT``.

Without ``--database`` on SQLite, else on a database of its own on that PostgreSQL server. ``--short`` does a little of
everything, as in CI. Clients and service share the machine and the loopback interface.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.service import abuse, asks, ends, kills, load
from benchmarks.service.fuzz import fuzz
from benchmarks.service.harness import ground
from benchmarks.service.uploads import mutated
from benchmarks.service.weeks import weeks

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.service.harness import Ground

VILLAGES = 286
"""With 13 townships and the hub that makes 300 places."""

LIBRARY = Path(__file__).resolve().parents[2] / "scenarios" / "library"
SMALL, VARIANTS = LIBRARY / "four_villages", LIBRARY / "variants" / "ways.toml"


def main() -> int:
    """Run what is asked for; everything that was found is written, also after one has failed."""
    options = _parsed()
    wanted = [name for name in benchmarks(short=options.short, times=options.times) if options.only in (None, name)]
    with tempfile.TemporaryDirectory(prefix="gongpei-bench-") as place:
        folder = Path(place)
        folder.chmod(0o711)  # a server of PostgreSQL runs as another user
        county = LIBRARY / "mountain"
        found: dict[str, Any] = {"machine": _machine(options.database)}
        for name in wanted:
            print(name, flush=True)
            began, load_before = time.monotonic(), os.getloadavg()[0]
            found[name] = _run(name, options, folder / name, county)
            found[name] |= {"took_s": round(time.monotonic() - began, 1), "load_before": round(load_before, 1)}
            print(json.dumps(found[name], ensure_ascii=False), flush=True)
            options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def benchmarks(
    *, short: bool, times: int | None = None, seed: int = 0
) -> dict[str, Callable[[Ground, Path], dict[str, Any]]]:
    """Return every benchmark by name; ``short``: a little of each; ``times``: so many kills, cases or seconds.

    ``seed``: from which on cases of ``fuzz`` and ``uploads`` are drawn.
    """

    def many(long: int, brief: int) -> int:
        return times or (brief if short else long)

    return {
        "submits": lambda where, county: load.submits(where, county, seconds=many(60, 3)),
        "reads": lambda where, county: load.reads(where, county, seconds=many(60, 5)),
        "candidates": lambda where, _: asks.candidates(
            where, asks=many(50, 3), villages=20 if short else VILLAGES, solve_s=2 if short else 60
        ),
        "replan": lambda where, _: asks.replans(
            where, breakdowns=many(10, 2), villages=20 if short else VILLAGES, solve_s=2 if short else 60
        ),
        "kill-workers": lambda where, _: kills.kill_workers(where, kills=many(200, 3)),
        "kill-api": lambda where, _: kills.kill_api(where, kills=many(100, 2)),
        "kill-solving": lambda where, county: kills.kill_solving(where, county, kills=many(20, 1)),
        "restart-postgres": lambda where, _: kills.restart_postgres(where.folder, restarts=many(20, 2)),
        "cancels": lambda where, _: ends.random_cancels(where, cancels=many(1_000, 20)),
        "stops": lambda where, county: ends.stop_solving(where, county, rounds=many(20, 1)),
        "stops-comparing": lambda where, county: ends.stop_comparing(where, county, rounds=many(20, 1)),
        "fairness": lambda where, _: ends.fair_turns(where, each=many(250, 25)),
        "full-disk": lambda where, _: abuse.full_disk(where.folder, times=many(20, 2)),
        "hostile": lambda where, _: abuse.hostile(where, bomb_bytes=1 << (27 if short else 30)),
        "fuzz": lambda where, _: fuzz(where, SMALL, VARIANTS, cases=many(10_000, 300), seed=seed),
        "weeks": lambda where, county: weeks(where, SMALL if short else county, days=many(60, 2)),
        "uploads": lambda where, _: mutated(where, SMALL, uploads=many(10_000, 100), first=seed),
    }


def _run(name: str, options: argparse.Namespace, folder: Path, county: Path) -> dict[str, Any]:
    try:
        with ground(options.database, folder) as where:
            return benchmarks(short=options.short, times=options.times, seed=options.seed)[name](where, county)
    except Exception as error:  # the others go on, and the row says so
        return {"failed": f"{type(error).__name__}: {error}"}


def _machine(database: str | None) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "gongpei": version("gongpei"),
        "cores": os.cpu_count(),
        "database": "SQLite" if database is None else "PostgreSQL",
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL server on which databases may be made")
    parser.add_argument("--only", choices=tuple(benchmarks(short=True)), metavar="NAME")
    parser.add_argument("--short", action="store_true", help="a little of everything")
    parser.add_argument("--times", type=int, metavar="N", help="so many kills, cancels, cases, rounds or seconds")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="from which on cases are drawn (0)")
    parser.add_argument("--json", type=Path, required=True, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
