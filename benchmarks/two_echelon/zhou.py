"""2E-VRPTWSPD: two echelons, time windows, deliveries and pickups in one visit (Zhou and others 2022).

Source of all rules: Zhou, Qin, Zhang and Li (2022), "Two-echelon vehicle routing problem with
time windows and simultaneous pickup and delivery", Soft Computing 26, and the readmes, the
reader and the model that its authors publish with the instances.

Known from there:

- Set 1 (7 to 12 customers): a line a customer with x, y, early, late, delivery, time of
  service; then a line a satellite, then the depot, of which only x and y count. Trucks hold
  125, freighters 50. The authors' reader takes half of the delivery, rounded down, as pickup;
  the file has none.
- Set 2 (100 and more): a line a customer with early, late, pickup; places, deliveries and
  capacities are those of the 2E-VRP file ``Set5_<name>.dat``; service takes 10.
- A unit of load takes half a unit of time to hand over at a satellite (tau 0.5). Lengths are
  Euclidean and exact, one unit of time each. Trucks first bring, and after all freighters have
  come home take away, each time over a tour of their own; the sum of all lengths is the cost.
  A freighter's goods come on one truck and leave on one. It may set out when its goods are
  handed over; the truck goes on then too.

Assumed here:

- Fleets without limit. The authors' reader takes no numbers of vehicles, their exact model
  takes them as options.
- The last line is the depot and all between it and the customers are satellites. ``12-2-1b``
  has three there, against the two of its name; the authors' reader goes by the name, takes the
  third for the depot and leaves the last line unread, so that values published for that
  instance may not compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instances.instance import DamagedInstanceError, euclid
from benchmarks.two_echelon import perboli
from benchmarks.two_echelon.instance import Fleet, TwoEchelon

if TYPE_CHECKING:
    from pathlib import Path

TRUCK, FREIGHTER = 125, 50
"""Capacities of set 1."""

HANDLING = 0.5
"""Time to hand over a unit of load: tau of both sets."""

SERVICE = 10.0
"""Time of service in set 2."""


def read(path: Path, places: Path | None = None) -> TwoEchelon:
    """Return the instance; for set 2 its 2E-VRP file lies in ``places``, by default the folder ``2evrp`` beside.

    Customers and satellites are counted in the file's name (``10-2-1``: 10 and 2).
    Raises ``DamagedInstanceError`` where rows lack or are too long, a window ends before it
    begins, a load is negative, or the file with the places of set 2 is missing.
    """
    try:
        num_customers, num_satellites = (int(word) for word in path.stem.split("-")[:2])
        lines = path.read_text("utf-8").splitlines()
        rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
    except ValueError as error:
        raise DamagedInstanceError(f"{path.name}: {error}") from error
    if rows and len(rows[0]) == 3:
        found = places or path.parent.with_name("2evrp")
        return _large(path, rows, num_customers, found / f"Set5_{path.stem}.dat")
    return _small(path, rows, num_customers, num_satellites)


def _small(path: Path, rows: list[list[float]], num_customers: int, num_satellites: int) -> TwoEchelon:
    customers, stores = rows[:num_customers], rows[num_customers:]
    if len(stores) <= num_satellites:
        wanted = num_customers + num_satellites + 1
        raise DamagedInstanceError(f"{path.name}: {len(rows)} lines, not {wanted}")
    if any(len(row) != 6 for row in customers) or any(len(row) not in (2, 3) for row in stores):
        raise DamagedInstanceError(f"{path.name}: a customer has 6 numbers, a satellite or depot 2 or 3")
    _check(path, np.array([row[2:4] for row in customers]), [row[4] for row in customers])
    ahead = [0] * len(stores)
    delivery = np.array(ahead + [int(row[4]) for row in customers])
    return TwoEchelon(
        family="2evrp_spdtw",
        name=path.stem,
        num_satellites=len(stores) - 1,
        length=euclid(np.array([row[:2] for row in (stores[-1], *stores[:-1], *customers)])),
        delivery=delivery,
        pickup=delivery // 2,
        trucks=Fleet(capacity=TRUCK),
        freighters=Fleet(capacity=FREIGHTER),
        service=np.array(ahead + [row[5] for row in customers]),
        windows=np.array([[0.0, np.inf]] * len(stores) + [row[2:4] for row in customers]),
        handling=HANDLING,
    )


def _large(path: Path, rows: list[list[float]], num_customers: int, places: Path) -> TwoEchelon:
    if not places.exists():
        raise DamagedInstanceError(f"{path.name}: its places are in {places.name}, which is missing")
    base = perboli.read(places)
    if not len(rows) == num_customers == len(base.customers) or any(len(row) != 3 for row in rows):
        raise DamagedInstanceError(f"{path.name}: {len(rows)} lines of 3, {places.name} has {len(base.customers)}")
    _check(path, np.array([row[:2] for row in rows]), [row[2] for row in rows])
    ahead = 1 + base.num_satellites
    return TwoEchelon(
        family="2evrp_spdtw",
        name=path.stem,
        num_satellites=base.num_satellites,
        length=base.length,
        delivery=base.delivery,
        pickup=np.array([0] * ahead + [int(row[2]) for row in rows]),
        trucks=Fleet(capacity=base.trucks.capacity),
        freighters=Fleet(capacity=base.freighters.capacity),
        service=np.array([0.0] * ahead + [SERVICE] * len(rows)),
        windows=np.array([[0.0, np.inf]] * ahead + [row[:2] for row in rows]),
        handling=HANDLING,
    )


def _check(path: Path, windows: np.ndarray, loads: list[float]) -> None:
    """Refuse windows that end before they begin and negative loads."""
    if (windows[:, 0] > windows[:, 1]).any() or min(loads) < 0:
        raise DamagedInstanceError(f"{path.name}: a window ends before it begins, or a load is negative")
