"""2E-VRP in the layout of Breunig and others, sets 2 to 6.

Lines that open with ``!`` are headings. Then trucks (number, capacity, cost of a unit of
length, fixed cost); freighters (most at a satellite, number in all, capacity, cost of a
unit of length, fixed cost); depot and satellites as ``x,y``; customers as ``x,y,demand``.
Distances are Euclidean and not rounded (Breunig, Schmid, Hartl and Vidal 2016, "A large
neighbourhood based heuristic for two-echelon routing problems", Computers & Operations
Research 76). The layout has no field for a cost of handling at satellites: it is zero.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import DamagedInstanceError, euclid
from benchmarks.two_echelon.instance import Fleet, TwoEchelon

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> TwoEchelon:
    """Return the instance, with its best-known cost where a ``bks.json`` stands beside it.

    Raises ``DamagedInstanceError`` with the file's name where a part lacks, is not of
    numbers, or is negative where it cannot be.
    """
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("!")]
    if len(lines) != 4:
        raise DamagedInstanceError(f"{path.name}: {len(lines)} lines of data, not 4")
    trucks, freighters = _numbers(path, lines[0], 4)[0], _numbers(path, lines[1], 5)[0]
    stores, customers = _numbers(path, lines[2], 2), _numbers(path, lines[3], 3)
    if len(stores) < 2:
        raise DamagedInstanceError(f"{path.name}: no satellite")
    if min(*trucks, *freighters, *(row[2] for row in customers)) < 0:
        raise DamagedInstanceError(f"{path.name}: a demand or a figure of the fleets is negative")
    demand = np.array([0] * len(stores) + [int(row[2]) for row in customers])
    best, is_verified = _best_known(path)
    return TwoEchelon(
        family="2evrp",
        name=path.stem,
        num_satellites=len(stores) - 1,
        length=euclid(np.array([row[:2] for row in (*stores, *customers)])),
        delivery=demand,
        pickup=np.zeros_like(demand),
        trucks=Fleet(count=int(trucks[0]), capacity=int(trucks[1]), per_length=trucks[2], fixed=trucks[3]),
        freighters=Fleet(
            count=int(freighters[1]), capacity=int(freighters[2]), per_length=freighters[3], fixed=freighters[4]
        ),
        per_satellite=int(freighters[0]),
        best_known=best,
        is_verified=is_verified,
    )


def _numbers(path: Path, line: str, width: int) -> list[list[float]]:
    """Return the groups of a line, each of ``width`` numbers."""
    try:
        groups = [[float(word) for word in group.split(",")] for group in line.split()]
    except ValueError as error:
        raise DamagedInstanceError(f"{path.name}: {error}") from error
    if any(len(group) != width for group in groups):
        raise DamagedInstanceError(f"{path.name}: a group is not of {width} numbers: {line[:40]}")
    return groups


def _best_known(path: Path) -> tuple[float | None, bool]:
    """Return the cost in ``bks.json`` and whether its source is a published file."""
    table = path.with_name("bks.json")
    found = json.loads(table.read_text("utf-8")).get(path.stem) if table.exists() else None
    return (float(found["bks"]), "UNVERIFIED" not in found["source"]) if found else (None, False)
