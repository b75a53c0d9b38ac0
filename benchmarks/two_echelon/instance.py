"""A public two-echelon instance as its set defines it, and a plan for it: trucks to satellites, freighters beyond.

Row 0 of every array is the depot, rows 1 to ``num_satellites`` are satellites, the others
customers. Lengths are exact, in the set's unit; one unit of length takes one unit of time.
Nothing here knows how we model or solve it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Vehicles alike: a route costs ``fixed`` plus ``per_length`` for each unit of length; ``count`` None: no limit."""

    capacity: int
    count: int | None = None
    per_length: float = 1.0
    fixed: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoEchelon:
    """One instance; arrays are read-only.

    ``length`` is (n, n), ``delivery``, ``pickup`` and ``service`` (time at a customer) are
    (n,), ``windows`` (n, 2), in which service begins, or None where time does not count.
    ``handling`` is the time that a truck takes to hand over one unit of load at a satellite.
    ``per_satellite``: most freighters that start at one satellite.
    ``is_verified``: a published file stands behind ``best_known``.
    """

    family: str
    name: str
    num_satellites: int
    length: np.ndarray
    delivery: np.ndarray
    pickup: np.ndarray
    trucks: Fleet
    freighters: Fleet
    per_satellite: int | None = None
    service: np.ndarray | None = None
    windows: np.ndarray | None = None
    handling: float = 0.0
    best_known: float | None = None
    is_verified: bool = False

    def __post_init__(self) -> None:
        kinds = {"length": np.float64, "delivery": np.int64, "pickup": np.int64}
        kinds |= {"service": np.float64, "windows": np.float64}
        for name, kind in kinds.items():
            if getattr(self, name) is not None:
                array = np.array(getattr(self, name), dtype=kind)
                array.setflags(write=False)
                object.__setattr__(self, name, array)

    @property
    def satellites(self) -> range:
        """Rows of the satellites."""
        return range(1, 1 + self.num_satellites)

    @property
    def customers(self) -> range:
        """Rows of the customers."""
        return range(1 + self.num_satellites, len(self.length))

    @property
    def is_timed(self) -> bool:
        """Tell whether windows make time count; then a freighter's goods come on one truck and leave on one."""
        return self.windows is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One freighter's route: from ``satellite`` to ``customers`` in driving order and back."""

    satellite: int
    customers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A truck at a satellite with ``load`` to hand over or to collect.

    ``loops``: positions in ``TwoEchelonPlan.loops`` of the freighters whose goods these are,
    handed over in that order; empty where the set does not ask.
    """

    satellite: int
    load: int
    loops: tuple[int, ...] = ()


Haul = tuple[Call, ...]
"""One truck's route: from the depot to its calls and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoEchelonPlan:
    """Trucks that bring (``hauls``), freighters (``loops``), trucks that take away (``collections``)."""

    hauls: tuple[Haul, ...]
    loops: tuple[Loop, ...]
    collections: tuple[Haul, ...] = ()
