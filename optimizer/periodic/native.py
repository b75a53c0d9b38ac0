"""The C++ of the periodic search, called through ctypes: a problem as flat arrays, and one walk over plans."""

from __future__ import annotations

import ctypes
import functools
import weakref
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.compiled import load, usual_folders
from optimizer.periodic.first import plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.periodic.model import Call, PeriodicPlan, PeriodicProblem

SOURCE = Path(__file__).parent / "kernel" / "periodic.cpp"

RANDOM = Path(__file__).parents[1] / "search" / "kernel"
"""Where the random numbers are, which both searches share."""

NEAR = 60
"""Nearest neighbours of a place among which a ruin finds its strings."""

SIZES = ("places", "days", "vehicles", "dimensions", "near_size", "longest", "fixed")
ARRAYS = (
    "cost",
    "duration",
    "room",
    "option_from",
    "option_day",
    "option_load",
    "option_duration",
    "pattern_from",
    "pattern_price",
    "item_from",
    "item",
    "near",
)
"""Fields of the struct ``PeriodicFacts`` in ``kernel/periodic.cpp``, in its order."""


class CFacts(ctypes.Structure):
    """The struct ``PeriodicFacts`` of ``kernel/periodic.cpp``."""

    _fields_ = [(name, ctypes.c_int64) for name in SIZES] + [(name, ctypes.c_void_p) for name in ARRAYS]


@functools.cache
def library() -> ctypes.CDLL | None:
    """Return the compiled search, compiling it if need be (about 3 s); None where that is not possible."""
    lib = load(SOURCE, usual_folders(SOURCE), headers=RANDOM)
    if lib is None:
        return None
    whole, real, handle, array = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p, ctypes.c_void_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "open": (handle, [ctypes.POINTER(CFacts), ctypes.c_uint64]),
        "close": (None, [handle]),
        "put": (None, [handle, whole, whole, array, array, whole]),
        "choose": (None, [handle, array]),
        "run": (whole, [handle, whole, real, real, real, real]),
        "best": (None, [handle, array, array, array]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(lib, f"periodic_{name}")
        function.restype, function.argtypes = result, arguments
    return lib


class Walk:
    """One annealing walk over the plans of ``problem``; it begins at ``start``."""

    def __init__(self, problem: PeriodicProblem, start: PeriodicPlan, *, seed: int) -> None:
        lib = library()
        assert lib is not None, "ask library() first"  # noqa: S101 - a bug of the caller's
        self.problem, self._lib = problem, lib
        self._options = _Options(problem)
        self._arrays = _arrays(problem, self._options)
        sizes = {
            "places": problem.num_places,
            "days": problem.days,
            "vehicles": problem.vehicles,
            "dimensions": len(problem.room),
            "near_size": self._arrays["near"].shape[1],
            "longest": -1 if problem.longest is None else problem.longest,
            "fixed": problem.fixed,
        }
        facts = CFacts(**sizes, **{name: self._arrays[name].ctypes.data for name in ARRAYS})
        self._handle = lib.periodic_open(ctypes.byref(facts), seed)
        self._end = weakref.finalize(self, lib.periodic_close, self._handle)
        self.best_cost: int | None = None
        self.stand_at(start)

    def stand_at(self, plan: PeriodicPlan) -> None:
        """Go on from ``plan``."""
        options = self._options
        for day in range(self.problem.days):
            for vehicle in range(self.problem.vehicles):
                stops = plan.routes[day][vehicle] if vehicle < len(plan.routes[day]) else ()
                taken = _whole([options.of(place, plan.chosen[place], day) for place in stops])
                self._lib.periodic_put(
                    self._handle, day, vehicle, _whole(stops).ctypes.data, taken.ctypes.data, len(stops)
                )
        patterns = _whole([options.first_pattern[place] + plan.chosen[place] for place in range(len(plan.chosen))])
        self._lib.periodic_choose(self._handle, patterns.ctypes.data)

    def run(self, steps: int, *, hot: float, cold: float, mean_taken: float, share_one_day: float) -> bool:
        """Do ``steps`` steps while the temperature falls from ``hot`` to ``cold``; tell whether the best is better.

        One step takes out about ``mean_taken`` places, for the chance ``share_one_day`` from one day only.
        """
        found = int(self._lib.periodic_run(self._handle, steps, hot, cold, mean_taken, share_one_day))
        before, self.best_cost = self.best_cost, found if found >= 0 else None
        return self.best_cost is not None and (before is None or self.best_cost < before)

    def best(self) -> PeriodicPlan:
        """Return the best plan met within all limits; there must be one (``best_cost``)."""
        problem, options = self.problem, self._options
        patterns = np.zeros(problem.num_places, np.int64)
        sizes = np.zeros(problem.days * problem.vehicles, np.int64)
        stops = np.zeros(problem.days * problem.num_places, np.int64)
        self._lib.periodic_best(self._handle, patterns.ctypes.data, sizes.ctypes.data, stops.ctypes.data)
        ends = np.cumsum(sizes)
        routes = [stops[end - size : end].tolist() for end, size in zip(ends, sizes, strict=True)]
        days = [routes[d * problem.vehicles : (d + 1) * problem.vehicles] for d in range(problem.days)]
        return plan_of(problem, (patterns - np.array(options.first_pattern)).tolist(), days)


class _Options:
    """Different calls of each place, numbered throughout: patterns share those that are alike."""

    def __init__(self, problem: PeriodicProblem) -> None:
        self.calls: list[Call] = []
        self.starts, self.items = [0], list[list[int]]()
        self.first_pattern: list[int] = []
        for patterns in problem.patterns:
            known: dict[Call, int] = {}
            self.first_pattern.append(len(self.items))
            for pattern in patterns:
                for call in pattern.calls:
                    if call not in known:
                        known[call] = len(self.calls)
                        self.calls.append(call)
                self.items.append([known[call] for call in pattern.calls])
            self.starts.append(len(self.calls))

    def of(self, place: int, pattern: int, day: int) -> int:
        """Return the option by which a pattern of ``place`` visits it on ``day``."""
        return next(i for i in self.items[self.first_pattern[place] + pattern] if self.calls[i].day == day)


def _arrays(problem: PeriodicProblem, options: _Options) -> dict[str, np.ndarray]:
    patterns = [pattern for place in problem.patterns for pattern in place]
    duration = np.zeros_like(problem.cost) if problem.duration is None else problem.duration
    return {
        "cost": problem.cost,
        "duration": duration,
        "room": _whole(problem.room),
        "option_from": _whole(options.starts),
        "option_day": _whole([call.day for call in options.calls]),
        "option_load": _whole([amount for call in options.calls for amount in call.load]),
        "option_duration": _whole([call.duration for call in options.calls]),
        "pattern_from": _whole([*options.first_pattern, len(options.items)]),
        "pattern_price": _whole([pattern.price for pattern in patterns]),
        "item_from": _whole([0, *accumulate(len(items) for items in options.items)]),
        "item": _whole([i for items in options.items for i in items]),
        "near": _near(problem.cost),
    }


def _near(cost: np.ndarray) -> np.ndarray:
    """Return the nearest other places of each, there and back, the depot not among them; (n, k) int32."""
    both = (cost + cost.T).astype(float)
    np.fill_diagonal(both, np.inf)
    both[:, 0] = np.inf
    k = max(0, min(NEAR, len(cost) - 2))
    return np.ascontiguousarray(np.argsort(both, axis=1, kind="stable")[:, :k], np.int32)


def _whole(values: Sequence[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)
