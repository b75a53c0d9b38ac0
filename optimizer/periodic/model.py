"""What periodic routing is given and gives: patterns of days for each place, alike vehicles, routes for every day.

The periodic vehicle routing problem of Christofides and Beasley (1984), "The period routing problem", Networks 14,
with loads, stays and prices that may differ by pattern: who is visited less often receives more at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One visit that a pattern asks for: the day from 0, the load in every dimension, the stay in units of time."""

    day: int
    load: tuple[int, ...]
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Days on which a place may be visited together; ``price`` is what choosing it costs besides the routes."""

    calls: tuple[Call, ...]
    price: int = 0

    @property
    def days(self) -> tuple[int, ...]:
        """Days of visit in the order of the calls."""
        return tuple(call.day for call in self.calls)


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodicProblem:
    """Places in the order of the matrices, the depot first; all whole numbers.

    ``patterns`` holds, by place, the patterns of which one is to be chosen; the depot's is empty. ``cost`` and
    ``duration`` are (n, n) int64 >= 0, ``duration`` None where time does not count. Each of ``days`` has
    ``vehicles`` alike: a route holds ``room``, lasts at most ``longest`` (None: no limit) and costs ``fixed`` more
    than its drives.

    Raises
    ------
    InvalidInput
        E111, E112, E113, E121, E130 or E131 for what does not fit together; the first fault.
    """

    days: int
    vehicles: int
    room: tuple[int, ...]
    patterns: tuple[tuple[Pattern, ...], ...]
    cost: np.ndarray
    duration: np.ndarray | None = None
    longest: int | None = None
    fixed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("days", self.days), ("vehicles", self.vehicles)):
            if value < 1:
                raise InvalidInput("E113", what="periodic problem", ids="-", field=name, value=value)
        for name, array in (("cost", self.cost), ("duration", self.duration)):
            if array is not None:
                object.__setattr__(self, name, self._table(name, array))
        for place, patterns in enumerate(self.patterns):
            if place and not patterns:
                raise InvalidInput("E112", what="place", ids=place, field="patterns")
            for pattern in patterns:
                self._look_at(place, pattern)

    @property
    def num_places(self) -> int:
        """Places, the depot among them."""
        return len(self.patterns)

    def _table(self, name: str, given: np.ndarray) -> np.ndarray:
        array = np.array(given, dtype=np.int64)
        size = self.num_places
        if array.shape != (size, size):
            raise InvalidInput("E130", ids=name, value=array.shape, expected=(size, size))
        if array.min(initial=0) < 0:
            raise InvalidInput("E111", what="matrix", ids=name, field="entry", value=int(array.min()))
        array.setflags(write=False)
        return array

    def _look_at(self, place: int, pattern: Pattern) -> None:
        if not pattern.calls or len(set(pattern.days)) < len(pattern.calls):
            raise InvalidInput("E112", what="place", ids=place, field="days")
        for call in pattern.calls:
            if not 0 <= call.day < self.days:
                raise InvalidInput("E121", what="place", ids=place, field="day", value=call.day)
            if len(call.load) != len(self.room):
                raise InvalidInput("E131", what="place", ids=place, value=len(call.load), expected=len(self.room))
            if min(*call.load, call.duration, 0) < 0:
                raise InvalidInput("E111", what="place", ids=place, field="load", value=min(call.load))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicPlan:
    """``chosen``: index of each place's pattern, -1 for the depot; ``routes``: by day, places in driving order."""

    chosen: tuple[int, ...]
    routes: tuple[tuple[tuple[int, ...], ...], ...]
    cost: int
