"""Solomon's format: VRPTW of Solomon and of Gehring and Homberger, under the rule of the DIMACS challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vrplib  # type: ignore[import-untyped]  # no types, and PyVRP's own reader builds on it

from benchmarks.instances.instance import Instance, Vehicles, euclid, truncated

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Instance:
    """Return the instance in tenths: distances are cut after one decimal and are travel times too."""
    file = vrplib.read_instance(path, instance_format="solomon", compute_edge_weights=False)
    length = truncated(euclid(np.asarray(file["node_coord"])))  # (n, n)
    demand = np.asarray(file["demand"])
    return Instance(
        family="vrptw",
        name=path.stem,
        length=length,
        duration_s=length,
        delivery=demand,
        pickup=np.zeros_like(demand),
        service_s=10 * np.asarray(file["service_time"]),
        windows_s=10 * np.asarray(file["time_window"]),
        release_s=np.zeros_like(demand),
        fleet=(Vehicles(count=int(file["vehicles"]), capacity=int(file["capacity"])),),
        cost_scale=10,
        time_scale=10,
    )
