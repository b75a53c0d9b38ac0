"""CVRPLIB's format and PyVRP's dialect of it, read by ``vrplib``: CVRP X, mixed fleets on X, several trips a day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import vrplib  # type: ignore[import-untyped]  # no types, and PyVRP's own reader builds on it

from benchmarks.instances.instance import (
    Instance,
    Vehicles,
    enough_vehicles,
    euclid,
    length_scale,
    nearest,
    truncated,
)

if TYPE_CHECKING:
    from pathlib import Path

PARAMETER_SCALE = 100
"""Costs of the mixed fleets on X stand in the file as hundredths."""


def read_cvrp(path: Path) -> Instance:
    """Return a CVRP of Uchoa et al.: distances to the nearest whole number, as many vehicles as wanted."""
    file = _file(path)
    demand = np.asarray(file["demand"])
    length = nearest(euclid(np.asarray(file["node_coord"])))  # (n, n)
    capacity = int(file["capacity"])
    return Instance(
        **_untimed(path, length, demand),
        fleet=(Vehicles(count=enough_vehicles(demand, capacity), capacity=capacity),),
    )


def read_mixed_fleet(path: Path) -> Instance:
    """Return a mixed fleet of Pessoa, Sadykov and Uchoa: exact distances, fixed cost and cost by distance by type."""
    file = _file(path)
    demand, exact = np.asarray(file["demand"]), euclid(np.asarray(file["node_coord"]))
    scale = length_scale(exact)
    capacity = np.asarray(file["capacity"])
    fixed = np.asarray(file.get("vehicles_fixed_cost", np.zeros(len(capacity))))
    unit = np.asarray(file.get("vehicles_unit_distance_cost", np.full(len(capacity), PARAMETER_SCALE)))
    alike = Counter(zip(capacity.tolist(), fixed.tolist(), unit.tolist(), strict=True))
    fleet = tuple(
        Vehicles(
            count=min(count, enough_vehicles(demand, int(room))),
            capacity=int(room),
            fixed=round(cost * scale / PARAMETER_SCALE),
            per_thousand=round(each * 1_000 / PARAMETER_SCALE),
        )
        for (room, cost, each), count in sorted(alike.items())
    )
    return Instance(**_untimed(path, nearest(scale * exact), demand), fleet=fleet, cost_scale=scale)


def read_multi_trip(path: Path) -> Instance:
    """Return a multi-trip VRPTW with release dates (Yang 2023): tenths cut off, times in tenths, reloading at home."""
    file = _file(path)
    length = truncated(euclid(np.asarray(file["node_coord"])))  # (n, n)
    demand = np.asarray(file["demand"])
    service_s = np.full(len(length), 10 * int(file["service_time"]))
    service_s[0] = 0
    return Instance(
        family="mtvrptwr",
        name=path.stem,
        length=length,
        duration_s=length,
        delivery=demand,
        pickup=np.zeros_like(demand),
        service_s=service_s,
        windows_s=10 * np.asarray(file["time_window"]),
        release_s=10 * np.asarray(file["release_time"]),
        fleet=(Vehicles(count=int(file["vehicles"]), capacity=int(file["capacity"])),),
        cost_scale=10,
        time_scale=10,
        reloads=True,
    )


def _file(path: Path) -> dict[str, Any]:
    return dict(vrplib.read_instance(path, compute_edge_weights=False))


def _untimed(path: Path, length: np.ndarray, demand: np.ndarray) -> dict[str, Any]:
    nothing = np.zeros_like(demand)
    return {
        "family": path.parent.name,
        "name": path.stem,
        "length": length,
        "duration_s": np.zeros_like(length),
        "delivery": demand,
        "pickup": nothing,
        "service_s": nothing,
        "windows_s": None,
        "release_s": nothing,
    }
