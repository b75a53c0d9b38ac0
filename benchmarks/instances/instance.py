"""A public routing instance in whole numbers, as its set defines it: customers, windows, loads, fleet, cost.

Rows 0 to ``num_depots`` - 1 of every array are depots, the others customers. Nothing
here knows how we or a peer model it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model import HORIZON_S

SCALES = (1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
"""Seconds, or units of length, that one unit of a set may become; the finest that fits is taken."""

LONGEST_TOUR = 8_000_000
"""Units of length of some tours through all customers: the engine around PyVRP cuts routes at ten million."""

Routes = tuple[tuple[int, tuple[tuple[int, ...], ...]], ...]
"""Vehicles used: the row of the fleet and, trip by trip, the customers in driving order."""


class DamagedInstanceError(ValueError):
    """A file that does not hold what its set says it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles:
    """Vehicles alike, ``count`` of them, each at the depot in row ``depot``.

    A route costs ``fixed`` plus ``per_thousand`` for a thousand units of length, and lasts
    at most ``longest_s`` (None: no limit), service included.
    """

    count: int
    capacity: int
    depot: int = 0
    fixed: int = 0
    per_thousand: int = 1_000
    longest_s: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Instance:
    """One instance; all arrays are int64 and read-only.

    ``length`` and ``duration_s`` are (n, n), the others (n,), ``windows_s`` (n, 2) or None
    where time does not count. ``cost_scale`` cost units are one unit of the published cost,
    ``time_scale`` seconds one unit of the set's time. ``has_backhauls``: a route collects
    nothing before its last delivery; ``must_deliver``: and delivers something.
    ``exact_vehicles``: the published solution uses so many routes, no fewer.
    ``counts_vehicles``: it has the fewest vehicles first, so that its length is no
    yardstick, and the fixed cost is no part of it. ``pairs``: what is collected in the
    first row goes to the second.
    """

    family: str
    name: str
    length: np.ndarray
    duration_s: np.ndarray
    delivery: np.ndarray
    pickup: np.ndarray
    service_s: np.ndarray
    windows_s: np.ndarray | None
    release_s: np.ndarray
    fleet: tuple[Vehicles, ...]
    num_depots: int = 1
    cost_scale: float = 1
    time_scale: int = 1
    reloads: bool = False
    has_backhauls: bool = False
    must_deliver: bool = False
    exact_vehicles: int | None = None
    counts_vehicles: bool = False
    pairs: tuple[tuple[int, int], ...] = ()
    best_known: float | None = None
    best_vehicles: int | None = None

    def __post_init__(self) -> None:
        for name in ("length", "duration_s", "delivery", "pickup", "service_s", "windows_s", "release_s"):
            given = getattr(self, name)
            if given is None:
                continue
            array = np.array(given, dtype=np.int64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def customers(self) -> range:
        """Rows of the customers."""
        return range(self.num_depots, len(self.length))

    @property
    def is_timed(self) -> bool:
        """Tell whether windows, releases or longest routes make time count."""
        return self.windows_s is not None or any(v.longest_s is not None for v in self.fleet)

    @property
    def is_split_free(self) -> bool:
        """Tell whether no customer has both a delivery and a pickup, so that one visit is all there can be."""
        return not bool(np.any((self.delivery > 0) & (self.pickup > 0)))


def route_reward(instance: Instance) -> int:
    """Return the units of length that a route more must save where a set wants exactly so many routes; else 0.

    Added to every drive between customers, a constant but for the drives from the depot,
    of which there are as many as routes. With fewer than k routes two of the k deliveries
    nearest to the depot share one; parting it before the later of them costs at most twice
    its way from the depot. So more than twice the way to the k-th makes k routes the best.
    """
    if instance.exact_vehicles is None:
        return 0
    ways = np.sort(instance.length[0, instance.delivery > 0])
    return 1 + 2 * int(ways[min(instance.exact_vehicles, len(ways)) - 1])


def euclid(coordinates: np.ndarray) -> np.ndarray:
    """Return straight-line distances (n, n) of (n, 2) coordinates, unrounded."""
    gaps = coordinates[:, None, :].astype(float) - coordinates[None, :, :].astype(float)  # (n, n, 2)
    return np.asarray(np.sqrt((gaps**2).sum(axis=2)))


def nearest(lengths: np.ndarray) -> np.ndarray:
    """Return ``lengths`` rounded to the nearest whole number, halves up."""
    return np.floor(lengths + 0.5).astype(np.int64)


def truncated(lengths: np.ndarray) -> np.ndarray:
    """Return ``lengths`` in tenths, cut after the first decimal: the rule of the DIMACS challenge for time windows."""
    return np.floor(10 * lengths + 1e-9).astype(np.int64)


def nearest_neighbour_tour(lengths: np.ndarray) -> float:
    """Return the length of the tour that always goes on to the nearest customer, from row 0 and back. O(n^2)."""
    left, at, total = np.ones(len(lengths), dtype=bool), 0, 0.0
    left[0] = False
    while left.any():
        after = int(np.argmin(np.where(left, lengths[at], np.inf)))
        total += float(lengths[at, after])
        left[after], at = False, after
    return total + float(lengths[at, 0])


def length_scale(lengths: np.ndarray, tours: int = 2) -> int:
    """Return how many units of length one unit of the set becomes: the finest at which ``tours`` tours fit."""
    tour = nearest_neighbour_tour(lengths)
    return next((s for s in SCALES if tours * tour * s <= LONGEST_TOUR), 1)


def time_scale(latest: float, finest: int = SCALES[0]) -> int:
    """Return how many seconds one unit of the set's time becomes, so that ``latest`` stays within two days."""
    return next((s for s in SCALES if s <= finest and latest * s <= HORIZON_S), 1)


def enough_vehicles(loads: np.ndarray, capacity: int) -> int:
    """Return a count that stands for "as many as wanted": the least possible plus a fifth and five."""
    least = -(-int(loads.sum()) // capacity)
    return min(int((loads > 0).sum()), least + least // 5 + 5)
