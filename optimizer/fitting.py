"""Trips put on vehicles one by one: where the packing search begins.

Trips that stood somewhere in a plan stay there; the others go where they lengthen a
vehicle's day least, into gaps as well, within its hours on duty and with a dock to load at.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import numpy as np

from optimizer.grid import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.grid import Span
    from optimizer.model import VehicleType
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

GRID_MIN = 3 * 1_440
"""Minutes of the longest plan, with room at the end."""


def first_fit(problem: Problem, trips: Sequence[PooledTrip], spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return (vehicle number, minute of loading) of each trip, number 0 where no vehicle can take it.

    Trips with a ``number`` keep their vehicle and time if they can, then the others follow,
    latest start first. O(trips x trips of the type).
    """
    board = _Board(problem, trips, spans)
    given = [(0, span.early) for span in spans]
    standing = [j for j, trip in enumerate(trips) if trip.number]
    for j in sorted(standing, key=lambda j: trips[j].loaded_s):
        minute = min(max(-(-trips[j].loaded_s // MINUTE_S), spans[j].first), spans[j].late)
        if board.may_stand(j, trips[j].number, minute):
            given[j] = (trips[j].number, minute)
            board.put(j, *given[j])
    for j in sorted(range(len(trips)), key=lambda j: (spans[j].late, spans[j].early)):
        found = None if given[j][0] else board.best(j)
        if found is not None:
            given[j] = found
            board.put(j, *found)
    return given


class _Board:
    """Who is busy when, and how many load at each minute."""

    def __init__(self, problem: Problem, trips: Sequence[PooledTrip], spans: Sequence[Span]) -> None:
        self.problem, self.trips, self.spans = problem, trips, spans
        self.busy: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self.loading = {d.place: np.zeros(GRID_MIN, dtype=np.int64) for d in problem.depots}

    def put(self, j: int, number: int, minute: int) -> None:
        """Give trip ``j`` to a vehicle."""
        span, trip = self.spans[j], self.trips[j]
        insort(self.busy.setdefault((trip.vehicle_type, number), []), (minute, self._end(span, minute)))
        self.loading[trip.trip.start][minute : minute + self._loading_minutes(j)] += 1

    def may_stand(self, j: int, number: int, minute: int) -> bool:
        """Tell whether vehicle and docks are free for trip ``j`` at ``minute``."""
        kind = self.problem.vehicle_type_of[self.trips[j].vehicle_type]
        end, its = self._end(self.spans[j], minute), self.busy.get((kind.id, number), [])
        is_free = all(b <= minute or end <= a for a, b in its)
        return (
            is_free
            and self._longer(its, j, minute) <= self._left(kind, number)
            and (self._docked(j, minute, minute) is not None)
        )

    def best(self, j: int) -> tuple[int, int] | None:
        """Return the vehicle and minute where trip ``j`` lengthens a day least; a new vehicle only if need be."""
        kind = self.problem.vehicle_type_of[self.trips[j].vehicle_type]
        found = []
        for number in range(1, kind.count + 1):
            its = self.busy.get((kind.id, number), [])
            found += [(self._longer(its, j, s), not its, number, s) for s in self._starts(j, its)]
            if not its:
                break
        allowed = [f for f in found if f[0] <= self._left(kind, f[2])]
        best = min(allowed, key=lambda f: (f[1], f[0], f[3], f[2]), default=None)
        return None if best is None else (best[2], best[3])

    def _starts(self, j: int, its: Sequence[tuple[int, int]]) -> Iterator[int]:
        """Yield the first possible minute of loading in each gap of a vehicle's day."""
        span = self.spans[j]
        edges = [0, *(edge for a, b in its for edge in (a, b)), GRID_MIN]
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            minute = self._docked(j, max(span.early, begin), min(span.late, end - span.minutes))
            if minute is not None:
                yield minute

    def _docked(self, j: int, early: int, late: int) -> int | None:
        """Return the first minute in [early, late] at which a dock is free for all of the loading."""
        depot = self.problem.depot_of[self.trips[j].trip.start]
        minutes = self._loading_minutes(j)
        if depot.docks is None or minutes == 0:
            return early if early <= late else None
        while early <= late:
            full = np.flatnonzero(self.loading[depot.place][early : early + minutes] >= depot.docks)
            if not full.size:
                return early
            early += int(full[-1]) + 1
        return None

    def _longer(self, its: Sequence[tuple[int, int]], j: int, minute: int) -> int:
        """Minutes by which a day gets longer."""
        if not its:
            return self.spans[j].minutes
        first, last = its[0][0], max(b for _, b in its)
        return max(last, self._end(self.spans[j], minute)) - min(first, minute) - (last - first)

    def _left(self, kind: VehicleType, number: int) -> int:
        """Minutes by which a vehicle's day may get longer."""
        its = self.busy.get((kind.id, number), [])
        if its and kind.max_trips is not None and len(its) >= kind.max_trips:
            return -1
        most = min(kind.shift.late_s - kind.shift.early_s, kind.regular_s + kind.max_overtime_s)
        return most // MINUTE_S - (max(b for _, b in its) - its[0][0] if its else 0)

    def _end(self, span: Span, minute: int) -> int:
        return max(minute, span.early) + span.minutes

    def _loading_minutes(self, j: int) -> int:
        return self.spans[j].loading_minutes(self.problem.depot_of[self.trips[j].trip.start].loading_s)
