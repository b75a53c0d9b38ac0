"""Measures reading, matrices, cache and lines on any OpenStreetMap extract, rivals in the same run.

    python -m benchmarks.networks FILE.osm.pbf --points 1000 --json OUT.json

One core; processor seconds, the least of some repeats; imports excluded. The rivals
search the very same turn-expanded graph with every node left in it, and get it built for
nothing: plain scipy (the same packed weights, so one run gives both matrices) and
networkx (some sources, extrapolated in proportion). Ours includes the profile's arc
times, snapping, contraction, search and rounding.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from networks.arcs import usable_arcs
from networks.graph import build_graph, hooks_of
from networks.matrix import travel_matrix
from networks.network import replace_edges
from networks.osm import read_osm
from networks.packed import NO_PATH
from networks.paths import arcs_driven, find_stretches, geodesic_length_m, leg_geometries
from networks.points import Points
from networks.profiles import DRY_AND_CLEAR, arc_times, load_profiles
from networks.reference import reference_legs
from networks.search import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from networks.graph import RoadGraph
    from networks.network import RoadNetwork
    from networks.profiles import Profile

Rows = dict[str, Any]

LEGS = 2_000
"""Lines drawn at once: a county's day is a few hundred to two thousand legs."""

CLOSURES = 20
"""Edges closed one at a time, drawn from those that best paths use."""

NX_SOURCES = 5
"""Sources that networkx really searches."""

ORACLE_LEGS = 40
"""Legs compared with the oracle on the full network."""


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write JSON; 1 when some number differs from its rival's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--points", type=int, default=1_000)
    parser.add_argument("--profile", default="truck")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--read-only", action="store_true", help="only read the file and time the profiles")
    args = parser.parse_args(argv)
    _use_one_core()
    if args.read_only:
        print(json.dumps(_read(args.file)))
        return 0
    result = _measure(args)
    for name, value in result["figures"].items():
        print(f"{name:42s} {value}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return 0 if result["figures"]["numbers_that_differ"] == 0 else 1


def _measure(args: argparse.Namespace) -> Rows:
    network, profile = read_osm(args.file), load_profiles()[args.profile]
    rng = np.random.default_rng(args.seed)
    points = _points(network, args.points, rng)
    figures = _reading(args.file, args.repeats)
    figures |= _matrices(network, profile, points, rng, args.repeats)
    figures |= _remembered(network, profile, points, rng, args.repeats)
    figures |= _lines(network, profile, points, rng, args.repeats)
    return {
        "what": {
            "file": args.file.name,
            "nodes": len(network.nodes),
            "edges": len(network.edges),
            "banned_turns": len(network.turns),
            "points": args.points,
            "profile": args.profile,
            "seed": args.seed,
            "repeats": args.repeats,
        },
        "machine": _machine(),
        "figures": figures,
    }


def _points(network: RoadNetwork, count: int, rng: np.random.Generator) -> Points:
    """Return points some hundred metres around random nodes."""
    node = rng.integers(0, len(network.nodes), count)
    lon, lat = network.lon[node] + rng.normal(0, 1e-3, count), network.lat[node] + rng.normal(0, 1e-3, count)
    return Points(tuple(f"V{i}" for i in range(count)), lon, lat)


def _read(file: Path) -> Rows:
    profiles = load_profiles()
    seconds, _ = _timed(lambda: [arc_times(network, p) for network in [read_osm(file)] for p in profiles.values()], 1)
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _reading(file: Path, repeats: int) -> Rows:
    command = [sys.executable, "-m", "benchmarks.networks", str(file), "--read-only"]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - ourselves
        for _ in range(min(repeats, 3))
    ]
    return {
        "read_with_all_profiles_s": round(min(run["seconds"] for run in runs), 3),
        "read_peak_mb": round(min(run["peak_mb"] for run in runs)),
    }


def _matrices(network: RoadNetwork, profile: Profile, points: Points, rng: np.random.Generator, repeats: int) -> Rows:
    ours_s, matrix = _timed(lambda: travel_matrix(network, profile, points), repeats)
    energy_s, _ = _timed(lambda: travel_matrix(network, profile, points, energy=True), 1)
    arcs = usable_arcs(network, profile, DRY_AND_CLEAR)
    hooks = hooks_of(arcs, matrix.snaps.edge, matrix.snaps.fraction)
    short, full = build_graph(arcs, hooks), build_graph(arcs, hooks, contracted=False)
    everyone = np.arange(len(points))
    scipy_s, plain = _timed(lambda: rows(full, everyone), 2)
    different = int((plain != rows(short, everyone)).sum())
    some = rng.choice(np.unique(hooks.point), NX_SOURCES, replace=False)
    graph = _as_networkx(full)
    nx_s, found = _timed(lambda: [nx.single_source_dijkstra_path_length(graph, ("point", int(p))) for p in some], 1)
    nx_s *= len(points) / NX_SOURCES
    different += sum(_differences(full, costs, plain[p]) for p, costs in zip(some, found, strict=True))
    legs = rng.integers(0, len(points), (ORACLE_LEGS, 2))
    oracle_s, oracle_m = reference_legs(network, profile, points, legs)
    different += int((oracle_s != matrix.duration_s[tuple(legs.T)]).sum())
    different += int((oracle_m != matrix.distance_m[tuple(legs.T)]).sum())
    return {
        "states_full": full.num_states,
        "states_contracted": short.num_states,
        "points_reached": int((matrix.snaps.edge >= 0).sum()),
        "matrices_s": round(ours_s, 3),
        "matrices_with_energy_s": round(energy_s, 3),
        "plain_scipy_s": round(scipy_s, 3),
        "times_faster_than_plain_scipy": round(scipy_s / ours_s, 1),
        "networkx_extrapolated_s": round(nx_s, 1),
        "times_faster_than_networkx": round(nx_s / ours_s),
        "numbers_that_differ": different,
    }


def _as_networkx(graph: RoadGraph) -> nx.DiGraph[Any]:
    """Return the same graph for networkx, whole numbers as weights."""
    links, leave = graph.links, graph.departures
    result: nx.DiGraph[Any] = nx.DiGraph()
    result.add_weighted_edges_from(
        zip(links.start.tolist(), links.end.tolist(), links.weight.tolist(), strict=True), "weight"
    )
    points = [("point", point) for point in leave.start.tolist()]
    result.add_weighted_edges_from(zip(points, leave.end.tolist(), leave.weight.tolist(), strict=True), "weight")
    return result


def _differences(graph: RoadGraph, costs: dict[Any, float], expected: np.ndarray) -> int:
    """Return at how many points networkx's costs and the packed row ``expected`` (n,) differ."""
    best = np.full(expected.size, np.inf)
    for state, point, weight in zip(graph.arrivals.start, graph.arrivals.end, graph.arrivals.weight, strict=True):
        best[point] = min(best[point], costs.get(int(state), np.inf) + weight)
    beside = np.isin(np.arange(expected.size), graph.pieces.end)  # a direct piece may be shorter: not in the search
    found = np.where(np.isinf(best), NO_PATH, best)
    return int(((found != expected) & ~beside & (expected != 0)).sum())


def _remembered(network: RoadNetwork, profile: Profile, points: Points, rng: np.random.Generator, repeats: int) -> Rows:
    """Measure the same matrix again, after each of some closures, and with one new point; hashing included."""
    other = Points(points.ids, *(np.append(xy[:-1], xy[0] + 1e-3) for xy in (points.lon, points.lat)))
    with tempfile.TemporaryDirectory() as name:
        full, work = Path(name, "full"), Path(name, "work")
        travel_matrix(network, profile, points, cache=full)

        def again(roads: RoadNetwork, where: Points) -> float:
            best = np.inf
            for _ in range(repeats):
                shutil.rmtree(work, ignore_errors=True)
                shutil.copytree(full, work)
                fresh = replace_edges(roads)  # its digest is not known yet
                seconds, _ = _timed(lambda fresh=fresh: travel_matrix(fresh, profile, where, cache=work), 1)  # type: ignore[misc]  # a default binds the loop's value
                best = min(best, seconds)
            return best

        hit_s, new_s = again(network, points), again(network, other)
        ratios, closed_s = [], []
        for edge in _edges_used(network, profile, points, rng):
            closed = replace_edges(network, closed=network.edges["closed"].to_numpy() | _only(edge, len(network.edges)))
            anew_s, _ = _timed(lambda closed=closed: travel_matrix(closed, profile, points), 2)  # type: ignore[misc]  # see above
            closed_s.append(again(closed, points))
            ratios.append(closed_s[-1] / anew_s)
    return {
        "from_cache_s": round(hit_s, 3),
        "one_new_point_s": round(new_s, 3),
        "after_one_closure_s": round(float(np.median(closed_s)), 3),
        "after_one_closure_slowest_s": round(max(closed_s), 3),
        "closure_share_of_anew": round(float(np.median(ratios)), 2),
        "closure_share_of_anew_worst": round(max(ratios), 2),
    }


def _only(edge: int, size: int) -> np.ndarray:
    return np.asarray(np.arange(size) == edge)


def _edges_used(network: RoadNetwork, profile: Profile, points: Points, rng: np.random.Generator) -> list[int]:
    """Return edges on best paths, each at random from a random leg's path."""
    arcs = usable_arcs(network, profile, DRY_AND_CLEAR)
    snaps = travel_matrix(network, profile, points).snaps
    graph = build_graph(arcs, hooks_of(arcs, snaps.edge, snaps.fraction))
    legs = np.array([rng.choice(np.unique(graph.hooks.point), 2, replace=False) for _ in range(CLOSURES)])
    leg, arc = arcs_driven(graph.chains, find_stretches(graph, legs))
    return [int(rng.choice(arc[leg == i])) // 2 for i in np.unique(leg)]


def _lines(network: RoadNetwork, profile: Profile, points: Points, rng: np.random.Generator, repeats: int) -> Rows:
    legs = rng.integers(0, len(points), (LEGS, 2))
    seconds, lines = _timed(lambda: leg_geometries(network, profile, points, legs), repeats)
    metres = travel_matrix(network, profile, points).distance_m[tuple(legs.T)]
    error_m = np.abs([geodesic_length_m(line) for line in lines] - np.maximum(metres, 0))
    return {
        "lines_of_2000_legs_s": round(seconds, 3),
        "line_longer_or_shorter_than_matrix_max_m": round(float(error_m.max()), 1),
    }


def _timed(action: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the least processor seconds of ``repeats`` runs and the last result."""
    best, result = np.inf, None
    for _ in range(repeats):
        begin = time.process_time()
        result = action()
        best = min(best, time.process_time() - begin)
    return float(best), result


def _use_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _machine() -> Rows:
    info = Path("/proc/cpuinfo")
    models = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    return {
        "processor": models[0] if models else platform.processor(),
        "cores_used": 1,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("gongpei", "numpy", "scipy", "networkx", "shapely", "geopandas", "osmium")},
    }


if __name__ == "__main__":
    raise SystemExit(main())
