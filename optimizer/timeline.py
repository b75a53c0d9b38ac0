"""One trip on the time line: as early as possible, or as late as a return allows.

Knows windows, minimum gaps and longest times on board between moments of one trip;
nothing about goods or vehicles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Windows = tuple[tuple[int, int], ...]
"""Disjoint closed intervals in seconds, sorted; empty means never."""

MAX_ROUNDS = 60
"""Rounds of raising bounds for longest times on board; each round closes at least one gap."""


class Timed(NamedTuple):
    """Loading start, departure of each leg, and start of service of each node (the return is last)."""

    load: int
    departs: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class Run:
    """One trip as the time line sees it; legs 0..n, node i at the end of leg i, node n is the return.

    ``idle_s``: least seconds between the return before and the loading (cleaning, rest).
    ``limits`` are (a, b, seconds): node b starts at most so long after the departure of leg a.
    ``before[i]`` and ``after[i]`` are rests before leg i and on arrival at its end.
    """

    loading: Windows
    loading_s: int
    idle_s: int
    travel: list[int]
    windows: list[Windows]
    service: list[int]
    limits: list[tuple[int, int, int]]
    before: list[int] = field(init=False)
    after: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.before = [0] * len(self.travel)
        self.after = [0] * len(self.travel)

    @property
    def work_s(self) -> int:
        """Seconds that no timing can save."""
        rests = sum(self.before) + sum(self.after) + self.idle_s
        return self.loading_s + sum(self.travel) + sum(self.service) + rests

    @property
    def is_split(self) -> bool:
        """Tell whether some moment has more than one window."""
        return len(self.loading) > 1 or any(len(w) > 1 for w in self.windows)


def intersect(first: Windows, second: Windows) -> Windows:
    """Return what both allow."""
    if len(first) == 1 and len(second) == 1:
        early, late = max(first[0][0], second[0][0]), min(first[0][1], second[0][1])
        return ((early, late),) if early <= late else ()
    pairs = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return tuple(sorted((early, late) for early, late in pairs if early <= late))


def next_in(windows: Windows, at: int) -> int:
    """Return the first allowed moment at or after ``at``, or -1."""
    for early, late in windows:
        if at <= late:
            return max(at, early)
    return -1


def last_in(windows: Windows, at: int) -> int:
    """Return the last allowed moment at or before ``at``, or -1."""
    for early, late in reversed(windows):
        if early <= at:
            return min(at, late)
    return -1


def earliest(run: Run, low: int) -> Timed | None:
    """Return the least times with the vehicle back from its last trip at ``low``; None if there are none."""
    load = next_in(run.loading, low + run.idle_s)
    if load < 0:
        return None
    floors = [0] * len(run.travel) if run.limits else None
    for _ in range(MAX_ROUNDS):
        timed = _forward(run, load, floors)
        if timed is None or floors is None or not _raise_floors(run, timed, floors):
            return timed
    return None


def latest_load(run: Run, high: int) -> int:
    """Return the latest loading start with the return at ``high`` or before; -1 where none was found."""
    ceilings = [high] * len(run.travel) if run.limits else None
    for _ in range(MAX_ROUNDS):
        departs, starts = _backward(run, high, ceilings)
        if ceilings is None or not _lower_ceilings(run, departs, starts, ceilings):
            break
    else:
        return -1
    return last_in(run.loading, departs[0] - run.before[0] - run.loading_s)


def _forward(run: Run, load: int, floors: list[int] | None) -> Timed | None:
    now = load + run.loading_s
    departs, starts = [], []
    windows, service, before, after = run.windows, run.service, run.before, run.after
    for i, travel in enumerate(run.travel):
        now += before[i]
        if floors is not None and floors[i] > now:
            now = floors[i]
        departs.append(now)
        now += travel + after[i]
        for early, late in windows[i]:
            if now <= late:
                now = max(now, early)
                break
        else:
            return None
        starts.append(now)
        now += service[i]
    return Timed(load, tuple(departs), tuple(starts))


def _raise_floors(run: Run, timed: Timed, floors: list[int]) -> bool:
    changed = False
    for leg, node, limit in run.limits:
        floor = timed.starts[node] - limit
        if floor > timed.departs[leg]:
            floors[leg] = max(floors[leg], floor)
            changed = True
    return changed


def _backward(run: Run, high: int, ceilings: list[int] | None) -> tuple[list[int], list[int]]:
    now = high
    last = len(run.travel) - 1
    departs, starts = [0] * (last + 1), [0] * (last + 1)
    for i in range(last, -1, -1):
        if ceilings is not None and ceilings[i] < now:
            now = ceilings[i]
        now = last_in(run.windows[i], now)  # -1 carries on downwards and is refused by the caller
        starts[i] = now
        now -= run.after[i] + run.travel[i]
        departs[i] = now
        if i:
            now -= run.before[i] + run.service[i - 1]
    return departs, starts


def _lower_ceilings(run: Run, departs: list[int], starts: list[int], ceilings: list[int]) -> bool:
    changed = False
    for leg, node, limit in run.limits:
        ceiling = departs[leg] + limit
        if ceiling < starts[node]:
            ceilings[node] = min(ceilings[node], ceiling)
            changed = True
    return changed
