"""Cordeau's multi-depot format: exact distances, a limit on the duration of a route where one is given.

First line: kind, vehicles a depot, customers, depots; then longest duration (0: none) and
capacity of each depot; then number, x, y, service, demand and more of each customer, and
last of each depot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import (
    DamagedInstanceError,
    Instance,
    Vehicles,
    euclid,
    length_scale,
    nearest,
    time_scale,
)

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Instance:
    """Return the instance with the depots in the first rows."""
    lines = [[float(x) for x in line.split()] for line in path.read_text("utf-8").splitlines() if line.strip()]
    _, vehicles, customers, depots = (int(x) for x in lines[0][:4])
    limits = lines[1 : 1 + depots]
    rows = lines[1 + depots : 1 + depots + customers]
    homes = lines[1 + depots + customers : 1 + 2 * depots + customers]
    if len(homes) != depots:
        raise DamagedInstanceError(f"{path.name}: {len(homes)} depots at the end, not {depots}")
    exact = euclid(np.array([row[1:3] for row in (*homes, *rows)]))  # (n, n)
    longest = max(limit[0] for limit in limits)
    lengths, seconds = length_scale(exact), time_scale(longest) if longest else 1
    service = np.array([0.0] * depots + [row[3] for row in rows])
    demand = np.array([0] * depots + [int(row[4]) for row in rows])
    return Instance(
        family="mdvrp",
        name=path.stem,
        length=nearest(lengths * exact),
        duration_s=nearest(seconds * exact) if longest else np.zeros(exact.shape),
        delivery=demand,
        pickup=np.zeros_like(demand),
        service_s=nearest(seconds * service) if longest else np.zeros_like(demand),
        windows_s=None,
        release_s=np.zeros_like(demand),
        fleet=tuple(
            Vehicles(
                count=vehicles,
                capacity=int(limit[1]),
                depot=depot,
                longest_s=round(seconds * limit[0]) if limit[0] else None,
            )
            for depot, limit in enumerate(limits)
        ),
        num_depots=depots,
        cost_scale=lengths,
        time_scale=seconds,
    )
