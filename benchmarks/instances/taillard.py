"""Taillard's mixed fleets (and the variants of Golden et al.), in the layout that says itself what its lines are.

``//`` opens a comment; then customers, types, range and service time; a line for each
type: number, capacity, fixed cost, cost of a unit of distance; the depot's coordinates;
a line for each customer: coordinates and demand. Distances are exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import (
    DamagedInstanceError,
    Instance,
    Vehicles,
    enough_vehicles,
    euclid,
    length_scale,
    nearest,
)

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Instance:
    """Return the instance; raises ``DamagedInstanceError`` where the lines are not numbers (some copies list towns)."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    lines = [words for words in lines if words and not words[0].startswith("//")]
    try:
        num_customers, num_types = int(lines[0][0]), int(lines[0][1])
        types = [[float(x) for x in words] for words in lines[1 : 1 + num_types]]
        rows = [[float(x) for x in words] for words in lines[1 + num_types : 2 + num_types + num_customers]]
    except ValueError as error:
        raise DamagedInstanceError(f"{path.name}: {error}") from error
    if len(rows) != num_customers + 1:
        raise DamagedInstanceError(f"{path.name}: {len(rows) - 1} customers, not {num_customers}")
    exact = euclid(np.array([row[:2] for row in rows]))  # (n, n)
    demand = np.array([0, *(int(row[2]) for row in rows[1:])])
    scale = length_scale(exact)
    nothing = np.zeros_like(demand)
    return Instance(
        family="hfvrp",
        name=path.stem,
        length=nearest(scale * exact),
        duration_s=np.zeros(exact.shape),
        delivery=demand,
        pickup=nothing,
        service_s=nothing,
        windows_s=None,
        release_s=nothing,
        fleet=tuple(_vehicles(words, demand, scale) for words in types),
        cost_scale=scale,
    )


def _vehicles(words: list[float], demand: np.ndarray, scale: int) -> Vehicles:
    count, capacity = int(words[0]), int(words[1])
    return Vehicles(
        count=min(count, enough_vehicles(demand, capacity)),
        capacity=capacity,
        fixed=round(scale * words[2]),
        per_thousand=round(1_000 * words[3]),
    )
