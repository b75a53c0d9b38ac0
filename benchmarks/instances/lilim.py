"""Li and Lim's pickup and delivery with time windows: exact distances, fewest vehicles first.

First line: vehicles, capacity, speed; then of each row: number, x, y, demand, earliest,
latest, service, the row where its goods are collected, the row where they are delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import Instance, Vehicles, euclid, length_scale, nearest, time_scale

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Instance:
    """Return the instance; a vehicle costs more than all driving, so that the fewest are used."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
    vehicles, capacity = int(lines[0][0]), int(lines[0][1])
    rows = np.array([[float(x) for x in words] for words in lines[1:]])  # (n, 9)
    exact = euclid(rows[:, 1:3])  # (n, n)
    lengths, seconds = length_scale(exact), time_scale(float(rows[0, 5]))
    demand = rows[:, 3].astype(np.int64)
    pairs = tuple((i, int(row[8])) for i, row in enumerate(rows) if i and row[8])
    return Instance(
        family="pdptw_lilim",
        name=path.stem,
        length=nearest(lengths * exact),
        duration_s=nearest(seconds * exact),
        delivery=np.maximum(-demand, 0),
        pickup=np.maximum(demand, 0),
        service_s=nearest(seconds * rows[:, 6]),
        windows_s=nearest(seconds * rows[:, 4:6]),
        release_s=np.zeros_like(demand),
        fleet=(Vehicles(count=vehicles, capacity=capacity, fixed=_dear(exact, lengths)),),
        cost_scale=lengths,
        time_scale=seconds,
        counts_vehicles=True,
        pairs=pairs,
    )


def _dear(exact: np.ndarray, scale: int) -> int:
    """Return what a tour in random order costs: several good plans' driving, so that one vehicle less is worth it."""
    return int(np.ceil(exact.mean() * len(exact) * scale))
