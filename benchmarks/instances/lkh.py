"""LKH-3's dialect of TSPLIB: simultaneous and mixed pickup and delivery, backhauls, with and without windows.

Distances are exact (``EXACT_2D``), or a matrix of ten-thousandths in Dethloff's sets. In
PICKUP_AND_DELIVERY_SECTION a row holds: number, demand (unused), earliest, latest, service,
pickup, delivery. ``VEHICLES`` binds where time windows or backhauls make the published
solutions start from it, and is only a hint elsewhere; backhauls without windows are published
with exactly so many routes, each delivering something. ``DISTANCE`` is the longest
duration of a route, service included; 0 and 999999 stand for none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.instances.instance import (
    DamagedInstanceError,
    Instance,
    Vehicles,
    enough_vehicles,
    euclid,
    length_scale,
    nearest,
    time_scale,
)

if TYPE_CHECKING:
    from pathlib import Path

MATRIX_SCALE = 10_000
"""Units in the matrices of Dethloff's sets for one of the published cost."""

TOURS_WITH_REWARD = 6
"""Tours that must fit where drives carry ``route_reward``: up to three times their length."""

NO_LIMIT = 999_999
"""Value of ``DISTANCE`` from which on it is none."""


def read(path: Path) -> Instance:
    """Return the instance; raises ``DamagedInstanceError`` where a section lacks numbers."""
    text = path.read_text("utf-8")
    head = dict(re.findall(r"^([A-Z_]+)\s*:\s*(\S+)", text, re.MULTILINE))
    size = int(head["DIMENSION"])
    exact = _exact(path, text, size)  # (n, n)
    rows = _rows(path, text, head, size)  # (n, 5): earliest, latest, service, pickup, delivery
    has_windows = head["TYPE"].endswith("TW")
    longest = float(head.get("DISTANCE", 0))
    longest = longest if 0 < longest < NO_LIMIT else 0
    latest = float(rows[0, 1]) if has_windows else longest
    seconds = time_scale(latest) if latest else 1
    has_reward = head["TYPE"] == "VRPB"
    lengths = length_scale(exact, TOURS_WITH_REWARD) if has_reward else length_scale(exact)
    is_timed = bool(latest)
    return Instance(
        family=path.parent.name,
        name=path.stem,
        length=nearest(lengths * exact),
        duration_s=nearest(seconds * exact) if is_timed else np.zeros(exact.shape),
        delivery=rows[:, 4],
        pickup=rows[:, 3],
        service_s=_service(rows, seconds) if is_timed else np.zeros(size),
        windows_s=nearest(seconds * rows[:, :2]) if has_windows else None,
        release_s=np.zeros(size),
        fleet=(_vehicles(head, rows, round(seconds * longest)),),
        cost_scale=lengths,
        time_scale=seconds,
        has_backhauls=head["TYPE"].startswith("VRPB"),
        must_deliver=has_reward,
        exact_vehicles=int(head["VEHICLES"]) if has_reward else None,
    )


def _vehicles(head: dict[str, str], rows: np.ndarray, longest_s: int) -> Vehicles:
    capacity, count = int(head["CAPACITY"]), int(head["VEHICLES"])
    if not head["TYPE"].endswith("TW") and not head["TYPE"].startswith("VRPB"):
        count = max(2 * count, *(enough_vehicles(rows[:, k], capacity) for k in (3, 4)))
    return Vehicles(count=count, capacity=capacity, longest_s=longest_s or None)


def _exact(path: Path, text: str, size: int) -> np.ndarray:
    if "EDGE_WEIGHT_SECTION" in text:
        return _numbers(path, text, "EDGE_WEIGHT_SECTION", size, size) / MATRIX_SCALE
    return euclid(_numbers(path, text, "NODE_COORD_SECTION", size, 3)[:, 1:])


def _rows(path: Path, text: str, head: dict[str, str], size: int) -> np.ndarray:
    if "PICKUP_AND_DELIVERY_SECTION" in text:
        return _numbers(path, text, "PICKUP_AND_DELIVERY_SECTION", size, 7)[:, 2:]
    demand = _numbers(path, text, "DEMAND_SECTION", size, 2)[:, 1]
    rows = np.zeros((size, 5))
    if "TIME_WINDOW_SECTION" in text:
        rows[:, :2] = _numbers(path, text, "TIME_WINDOW_SECTION", size, 3)[:, 1:]
    rows[:, 2] = float(head.get("SERVICE_TIME", 0))
    backhauls = _section(text, "BACKHAUL_SECTION").split("-1")[0].split()
    is_backhaul = np.isin(np.arange(1, size + 1), np.array(backhauls, dtype=int))
    rows[:, 3], rows[:, 4] = np.where(is_backhaul, demand, 0), np.where(is_backhaul, 0, demand)
    return rows


def _service(rows: np.ndarray, seconds: int) -> np.ndarray:
    service = nearest(seconds * rows[:, 2])
    service[0] = 0
    return service


def _section(text: str, name: str) -> str:
    return re.split(r"^[A-Z_]+$|^EOF", text.split(name)[1].lstrip(), maxsplit=1, flags=re.MULTILINE)[0]


def _numbers(path: Path, text: str, name: str, height: int, width: int) -> np.ndarray:
    words: list[Any] = _section(text, name).split()
    try:
        return np.array(words, dtype=float).reshape(height, width)
    except ValueError as error:
        raise DamagedInstanceError(f"{path.name}, {name}: {error}") from error
