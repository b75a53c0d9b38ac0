"""Measures reading a GTFS feed of a county's buses and laying them on the roads, with and without shapes.

    python -m benchmarks.lines --routes 130 [--roads FILE.osm.pbf] [--json OUT.json]

One core; processor seconds of a process of its own for each feed, which loads the roads first (not counted). Reading
includes the import of the GTFS library. Memory is the most that the process held, roads and all, and what it had
grown since the roads were loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from benchmarks.gtfs_feeds import write_feed
from networks.osm import read_osm, read_osm_places
from networks.profile_files import load_profiles
from networks.synthetic import generate_county
from scenarios.scenario import ScenarioPlace
from scenarios.timetables.gtfs import read_gtfs
from scenarios.timetables.on_roads import match_timetable
from scenarios.timetables.served import serve_places

if TYPE_CHECKING:
    from networks.network import RoadNetwork

TERRAIN, TOWNSHIPS, VILLAGES = "mountain", 11, 187
"""The county of the figure, unless a road file is given."""

PROMISED_S = 5.0
"""Most seconds that reading and matching may take."""

Row = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write JSON; 1 when a feed took longer than promised."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--routes", type=int, default=130)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--roads", type=Path, help="an OSM extract instead of a generated county")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--feed", type=Path, help="only measure this feed, once")
    args = parser.parse_args(argv)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if args.feed:
        print(json.dumps(_measured(args.feed, *_roads(args.roads, args.seed))))
        return 0
    rows = _compared(args)
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    if args.json:
        machine = {"python": platform.python_version(), "processor": platform.processor(), "cores_used": 1}
        args.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=2) + "\n", "utf-8")
    return 0 if all(row["total_s"] <= PROMISED_S for row in rows) else 1


def _roads(file: Path | None, seed: int) -> tuple[RoadNetwork, pd.DataFrame]:
    """Return roads and places; of an extract the towns count as stations, all else as villages."""
    if file is None:
        county = generate_county(terrain=TERRAIN, townships=TOWNSHIPS, villages=VILLAGES, seed=seed)
        return county.network, county.places
    found = read_osm_places(file)
    towns = found["place"].isin(["city", "town"]) | found["is_capital"]
    places = pd.DataFrame(
        {
            "id": found["osm_id"].astype(str),
            "tier": towns.map({True: "station", False: "village"}),
            "name": found["name"],
            "lon": found["lon"],
            "lat": found["lat"],
        }
    )
    return read_osm(file), places


def _compared(args: argparse.Namespace) -> list[Row]:
    """Return the row of each kind of feed: the fastest of some runs."""
    network, places = _roads(args.roads, args.seed)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for with_shapes in (True, False):
            feed = Path(name) / f"feed-{with_shapes}.zip"
            bus = load_profiles()["bus"]
            routes = write_feed(feed, network, bus, places, routes=args.routes, seed=args.seed, with_shapes=with_shapes)
            command = [sys.executable, "-m", "benchmarks.lines", "--feed", str(feed), "--seed", str(args.seed)]
            command += ["--roads", str(args.roads)] if args.roads else []
            runs = [
                json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
                for _ in range(args.repeats)
            ]
            best = min(runs, key=lambda run: run["total_s"])
            rows.append({"shapes": "with" if with_shapes else "without", "routes": routes, **best})
    return rows


def _measured(feed: Path, network: RoadNetwork, places: pd.DataFrame) -> Row:
    """Read, match and serve one feed."""
    before_mb = _peak_mb()
    began = time.process_time()
    table = read_gtfs(feed)
    read = time.process_time()
    report = match_timetable(network, load_profiles()["bus"], table)
    matched = time.process_time()
    served = serve_places(table, [_place(row) for row in places.itertuples()])
    ended = time.process_time()
    return {
        "lines": len(table.lines),
        "departures": sum(len(line.departures) for line in table.lines),
        "stops": len(table.stops),
        "read_s": round(read - began, 2),
        "match_s": round(matched - read, 2),
        "serve_s": round(ended - matched, 2),
        "total_s": round(ended - began, 2),
        "legs": dict(Counter(source for course in report.courses for source in course.follows)),
        "gaps": len(report.gaps),
        "unreachable_legs": len(report.unreachable),
        "stops_without_place": len(served.stops),
        "peak_mb": round(_peak_mb()),
        "grown_mb": round(_peak_mb() - before_mb),
    }


def _place(row: Any) -> ScenarioPlace:
    return ScenarioPlace(id=row.id, tier=row.tier, name=row.name, lon=row.lon, lat=row.lat)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
