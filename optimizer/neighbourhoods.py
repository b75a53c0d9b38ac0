"""Which vehicles to re-solve together: those whose trips come near each other.

Nearness is driving time between the places they call at; no coordinates are known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.daybook import DayBook, Unit
    from optimizer.schedule import TripDraft


def near_units(book: DayBook, rng: np.random.Generator, *, most_visits: int, least: int = 2) -> list[Unit]:
    """Return a random vehicle and those nearest to one of its trips, up to ``most_visits`` visits together.

    At least ``least`` vehicles where there are so many. O(visits x visits of one trip).
    """
    units = sorted(book.trips)
    if len(units) <= least:
        return units
    first = units[int(rng.integers(len(units)))]
    trips = book.trips[first]
    core = _rows(book, trips[int(rng.integers(len(trips)))])
    seconds = book.problem.matrices[book.problem.vehicle_type_of[first[0]].profile].duration_s  # (n, n)
    far = {unit: min(_apart_s(seconds, core, _rows(book, t)) for t in book.trips[unit]) for unit in units}
    far[first] = -1.0
    chosen: list[Unit] = []
    visits = 0
    for unit in sorted(units, key=lambda u: (far[u], u)):
        visits += sum(len(t.visits) for t in book.trips[unit])
        if len(chosen) >= least and visits > most_visits:
            break
        chosen.append(unit)
    return chosen


def _rows(book: DayBook, trip: TripDraft) -> list[int]:
    return [book.problem.index(v.place) for v in trip.visits]


def _apart_s(seconds: np.ndarray, first: list[int], second: list[int]) -> float:
    """Mean, over the first trip's places, of the time to the nearest place of the second."""
    return float(seconds[np.ix_(first, second)].min(axis=1).mean())
