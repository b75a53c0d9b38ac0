"""Where along its drawn course a bus line has its stops, so that the course falls into legs.

A course may pass a stop twice or come back on itself, so each stop is not simply put at the nearest
spot: the spots of all stops are chosen together, none before the one in front. Flat metres;
nothing here knows about roads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ALIKE_M2 = 1.0
"""Sums of squared distances that differ by no more count as equal for the last stop."""


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Cuts:
    """Spots of k stops on a course: ``position`` (k,) segment number plus the part of it, never falling.

    ``xy`` (k, 2) the spots, ``off_m`` (k,) how far each stop lies from its own.
    """

    position: np.ndarray
    xy: np.ndarray
    off_m: np.ndarray


def cut_course(course: np.ndarray, stops: np.ndarray) -> Cuts:
    """Return the spots of ``stops`` (k, 2) on ``course`` (n, 2), n > 1, flat metres; O(k n).

    A stop may be put at any corner of the course, and wherever the course comes nearest to some stop. Of all
    rising choices the one with the least sum of squared distances is taken; of equal ones the last stop has the
    latest spot (a course that ends where it began), the others the earliest.
    """
    position = _candidates(course, stops)  # (c,)
    spot = points_at(course, position)
    off_m = np.hypot(*np.moveaxis(stops[:, None, :] - spot, 2, 0))  # (k, c)
    chosen = _rising(off_m**2)
    row = np.arange(len(stops))
    return Cuts(position=position[chosen], xy=spot[chosen], off_m=off_m[row, chosen])


def _candidates(course: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return the positions (c,), rising, of all corners and of every stop's nearest spots, round a bend or not."""
    start, along = course[:-1], np.diff(course, axis=0)  # (s, 2)
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    toward = stops[:, None, :] - start  # (k, s, 2)
    fraction = np.clip((toward * along).sum(axis=2) / squared, 0.0, 1.0)  # (k, s)
    off_m = np.hypot(*np.moveaxis(toward - fraction[..., None] * along, 2, 0))  # (k, s)
    padded = np.pad(off_m, ((0, 0), (1, 1)), constant_values=np.inf)
    stop, segment = np.nonzero((off_m <= padded[:, :-2]) & (off_m <= padded[:, 2:]))
    return np.unique(np.concatenate([np.arange(len(course)), segment + fraction[stop, segment]]))


def piece_between(course: np.ndarray, begin: float, end: float) -> np.ndarray:
    """Return the part of ``course`` (n, 2) between two positions, ``begin <= end``: at least its two ends."""
    inner = course[int(np.floor(begin)) + 1 : int(np.ceil(end))]
    return np.vstack([points_at(course, np.array([begin])), inner, points_at(course, np.array([end]))])


def points_at(course: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Return the points (k, 2) at ``position`` (k,) of the course."""
    segment = np.minimum(position.astype(np.int64), len(course) - 2)
    part = (position - segment)[:, None]
    return np.asarray(course[segment] + part * (course[segment + 1] - course[segment]))


def _rising(cost: np.ndarray) -> np.ndarray:
    """Return for each row of ``cost`` (k, c) a column, never falling, with the least sum; dynamic programming."""
    rows, columns = cost.shape
    lowest, best = np.zeros(columns), np.zeros((rows, columns), dtype=np.int64)
    for row in range(rows):
        total = lowest + cost[row]
        lowest = np.minimum.accumulate(total)
        is_new = np.append(True, total[1:] < lowest[:-1])
        best[row] = np.maximum.accumulate(np.where(is_new, np.arange(columns), 0))
    chosen = np.empty(rows, dtype=np.int64)
    chosen[-1] = np.flatnonzero(total <= lowest[-1] + ALIKE_M2)[-1]
    for row in range(rows - 2, -1, -1):
        chosen[row] = best[row, chosen[row + 1]]
    return chosen
