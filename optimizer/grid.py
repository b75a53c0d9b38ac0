"""Minutes of the grid on which trips are packed, rounded so that what fits in minutes fits in seconds too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

MINUTE_S = 60
"""The grid: earliest starts and lengths are rounded up, latest starts down."""


@dataclass(frozen=True, slots=True)
class Span:
    """A pooled trip on the grid, in minutes: loading begins within [first, late].

    It takes ``minutes`` from loading to return, and returns no earlier than
    ``early + minutes``: a vehicle loaded before ``early`` waits at the depot.
    ``fixed_s``: the only moment of loading when no grid minute lies in the trip's
    range; the vehicle then counts as busy from the minute before to the minute after.
    """

    first: int
    early: int
    late: int
    minutes: int
    fixed_s: int | None = None

    @classmethod
    def of(cls, pooled: PooledTrip, *, wait_loaded: bool) -> Span:
        """Round ``pooled`` so that the grid is never more hopeful than the clock.

        ``wait_loaded``: whether loading long before leaving is worth considering, as it is where docks are few.
        """
        early, late = -(-pooled.early_s // MINUTE_S), pooled.late_s // MINUTE_S
        if early <= late:
            first = -(-pooled.load_from_s // MINUTE_S) if wait_loaded else early
            return cls(min(first, early), early, late, -(-pooled.duration_s // MINUTE_S))
        start = pooled.late_s // MINUTE_S
        minutes = -(-(pooled.late_s + pooled.duration_s) // MINUTE_S) - start
        return cls(start, start, start, minutes, pooled.late_s)

    def second(self, minute: int) -> int:
        """Return the moment of loading that grid minute ``minute`` stands for."""
        return minute * MINUTE_S if self.fixed_s is None else self.fixed_s

    def loading_minutes(self, loading_s: int) -> int:
        """Return for how many minutes of the grid loading occupies a dock."""
        odd_s = 0 if self.fixed_s is None else self.fixed_s % MINUTE_S
        return -(-(odd_s + loading_s) // MINUTE_S)

    def lasting(self, model: cp_model.CpModel, start: cp_model.IntVar) -> tuple[cp_model.IntVar | int, cp_model.IntVar]:
        """Return (minutes, minute of return) of a trip loaded at ``start``, as variables of ``model``."""
        end = model.new_int_var(self.early + self.minutes, self.late + self.minutes, "")
        if self.first == self.early:
            model.add(end == start + self.minutes)
            return self.minutes, end
        lasting = model.new_int_var(self.minutes, self.early - self.first + self.minutes, "")
        model.add(start + lasting == end)
        model.add_max_equality(end, [start + self.minutes, self.early + self.minutes])
        return lasting, end


def spans_of(problem: Problem, trips: Sequence[PooledTrip]) -> list[Span]:
    """Return the span of each trip; waiting loaded is considered only where docks are limited."""
    few_docks = {d.place for d in problem.depots if d.docks is not None and d.loading_s > 0}
    return [Span.of(trip, wait_loaded=trip.trip.start in few_docks) for trip in trips]
