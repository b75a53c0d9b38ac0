"""JD Logistics' simultaneous pickup and delivery with time windows (Liu, Tang and Yao 2021): asymmetric roads.

Distances in metres and times in minutes are given for each pair of rows; a route costs
``DISPATCHINGCOST`` plus ``UNITCOST`` a metre. Loads have up to six decimals.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import Instance, Vehicles, enough_vehicles, nearest, time_scale

if TYPE_CHECKING:
    from pathlib import Path

LOAD_SCALE = 1_000_000
"""Units of load for one of the set."""

COST_SCALE = 1_000
"""Cost units for one of the set."""


def read(path: Path) -> Instance:
    """Return the instance; columns of a node: number, delivery, pickup, earliest, latest, service."""
    text = path.read_text("utf-8")
    head = dict(re.findall(r"^([A-Z_]+)\s*:\s*(\S+)", text, re.MULTILINE))
    nodes = _table(text, "NODE_SECTION", "DISTANCETIME_SECTION")  # (n, 6)
    arcs = _table(text, "DISTANCETIME_SECTION", "DEPOT_SECTION")  # (arcs, 4)
    size, seconds = len(nodes), time_scale(float(nodes[0, 4]), finest=60)
    length, minutes = np.zeros((2, size, size))
    origin, destination = arcs[:, 0].astype(int), arcs[:, 1].astype(int)
    length[origin, destination], minutes[origin, destination] = arcs[:, 2], arcs[:, 3]
    loads = nearest(LOAD_SCALE * nodes[:, 1:3])  # (n, 2)
    capacity = round(LOAD_SCALE * float(head["CAPACITY"]))
    return Instance(
        family="vrpspdtw_jd",
        name=path.stem,
        length=nearest(length),
        duration_s=nearest(seconds * minutes),
        delivery=loads[:, 0],
        pickup=loads[:, 1],
        service_s=nearest(seconds * nodes[:, 5]),
        windows_s=nearest(seconds * nodes[:, 3:5]),
        release_s=np.zeros(size),
        fleet=(
            Vehicles(
                count=min(int(head["VEHICLES"]), 4 * enough_vehicles(loads.max(axis=1), capacity)),
                capacity=capacity,
                fixed=round(COST_SCALE * float(head["DISPATCHINGCOST"])),
                per_thousand=round(1_000 * COST_SCALE * float(head["UNITCOST"])),
            ),
        ),
        cost_scale=COST_SCALE,
        time_scale=seconds,
    )


def _table(text: str, begin: str, end: str) -> np.ndarray:
    rows = text.split(begin)[1].split(end, maxsplit=1)[0].split()
    return np.array([row.split(",") for row in rows], dtype=float)
