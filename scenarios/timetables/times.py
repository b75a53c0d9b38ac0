"""Times at stops: those left out between two timed stops are shared out, those that go backwards found."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from networks.snap import metres_per_degree

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_open_ended(arrive_s: np.ndarray, depart_s: np.ndarray) -> bool:
    """Whether the first or the last stop has no time at all; (k,) seconds each, nan where not given."""
    return bool((np.isnan(arrive_s) & np.isnan(depart_s))[[0, -1]].any())


def fill_times(
    arrive_s: np.ndarray, depart_s: np.ndarray, lon: np.ndarray, lat: np.ndarray
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return whole seconds for all k stops; arrays (k,), nan where a time is not given, the ends given.

    One time alone stands for both. Between timed stops time passes in proportion to the
    crow's distance from stop to stop, which the two halves of a bend make a little unfair.
    """
    arrive_s = np.where(np.isnan(arrive_s), depart_s, arrive_s)
    depart_s = np.where(np.isnan(depart_s), arrive_s, depart_s)
    is_timed = ~np.isnan(arrive_s)
    if not is_timed.all():
        along_m = _along_m(lon, lat)
        for before, after in pairwise(np.flatnonzero(is_timed)):
            inner = slice(before + 1, after)
            share = (along_m[inner] - along_m[before]) / (along_m[after] - along_m[before])
            arrive_s[inner] = depart_s[before] + np.rint(share * (arrive_s[after] - depart_s[before]))
            depart_s[inner] = arrive_s[inner]
    return tuple(arrive_s.astype(int).tolist()), tuple(depart_s.astype(int).tolist())


def _along_m(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return metres from the first stop, each step at least one metre, so that none takes no time at all."""
    east, north = metres_per_degree((lat[1:] + lat[:-1]) / 2)
    steps_m = np.hypot(np.diff(lon) * east, np.diff(lat) * north)
    return np.append(0.0, np.cumsum(np.maximum(steps_m, 1.0)))


def backward_steps(arrive_s: np.ndarray, depart_s: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Yield stop, time and the time before of every given time that is before the last one given in front of it."""
    times_s = np.column_stack([arrive_s, depart_s]).ravel()  # nan compares as not before
    latest_s = np.fmax.accumulate(times_s)
    for i in np.flatnonzero(times_s[1:] < latest_s[:-1]) + 1:
        yield int(i // 2), int(times_s[i]), int(latest_s[i - 1])
