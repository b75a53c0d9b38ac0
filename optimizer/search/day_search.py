"""The door of the compiled search: a plan goes in, steps are done, the best plan comes out."""

from __future__ import annotations

import ctypes
import weakref
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from optimizer.cost import plan_cost
from optimizer.daybook import UNEXPLAINED
from optimizer.loading import loaded
from optimizer.plan import Plan, Unserved
from optimizer.repair import complete
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from optimizer.search.boxes import NONE
from optimizer.search.facts import nodes_of
from optimizer.search.native import ARRAYS, CFacts, library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.daybook import Unit
    from optimizer.plan import Route
    from optimizer.problem import Problem
    from optimizer.search.facts import Nodes

BREAK = -1
"""In a sequence of nodes: back at the depot, another trip follows."""

UNKNOWN = (1 << 63) - 1
"""Cost of the best day before a step was done; as in ``kernel/model.hpp``."""


def is_available() -> bool:
    """Tell whether the search can be used on this machine; compiles it at the first call (about 3 s)."""
    return library() is not None


class DaySearch:
    """A search over whole days of ``problem``; mutable, for one process.

    Raises
    ------
    RuntimeError
        Where ``is_available`` is false.
    """

    def __init__(self, problem: Problem, *, is_coarse: bool) -> None:
        lib = library()
        if lib is None:
            raise RuntimeError("no compiled search on this machine")
        self.problem = problem
        self.nodes = nodes_of(problem, is_coarse=is_coarse)
        self.best_fen = UNKNOWN
        self._lib = lib
        self._arrays = {name: np.ascontiguousarray(self.nodes.arrays[name], kind) for name, kind in ARRAYS.items()}
        self._longest = 2 * len(self.nodes.visits) + 1
        self._handle = lib.gongpei_open(ctypes.byref(_c_facts(self._arrays, self._longest)))
        self._end = weakref.finalize(self, lib.gongpei_close, self._handle)
        self._certain_fen = _certain_fen(problem, self.nodes)
        self.start(None)

    def start(self, plan: Plan | None) -> None:
        """Stand at ``plan`` (None: nothing carried); what the nodes cannot express of it is left out for now."""
        self._lib.gongpei_clear(self._handle)
        self.best_fen = UNKNOWN
        rank = {unit: v for v, unit in enumerate(self.nodes.units)}
        for unit, sequence, loading in _sequences(self.nodes, plan) if plan is not None else ():
            moments = (ctypes.c_int64 * len(loading))(*loading)
            self._lib.gongpei_put(self._handle, rank[unit], *_passed(sequence), moments)

    def weigh_fen(self, unit: Unit, sequence: Sequence[int]) -> int | None:
        """Return what a day of nodes and breaks costs beside the others' days; None when it breaks a rule."""
        fen = int(self._lib.gongpei_weigh(self._handle, self.nodes.units.index(unit), *_passed(sequence)))
        return None if fen < 0 else fen

    def run(
        self, steps: int, *, seed: int, hot_fen: float, cold_fen: float, mean_stops: float, pull: float = 0.0
    ) -> bool:
        """Do ``steps`` steps of annealing from where the search stands; tell whether the best day became better.

        The temperature falls from ``hot_fen`` to ``cold_fen``; one step takes out about ``mean_stops`` stops.
        ``pull`` makes full days look cheaper than half-empty ones, so that vehicles fall idle: a
        share of the fixed cost times the squared share of the hours in use.
        """
        if not self.nodes.heads or not self.nodes.units:
            return False
        fen = self._lib.gongpei_walk(self._handle, seed, steps, hot_fen, cold_fen, mean_stops, pull)
        before, self.best_fen = self.best_fen, fen + self._certain_fen if fen < UNKNOWN else UNKNOWN
        return self.best_fen < before

    def now_fen(self) -> int:
        """Return what the day costs at which the search stands."""
        return int(self._lib.gongpei_now(self._handle)) + self._certain_fen

    def plan(self) -> Plan:
        """Return the best day met as a plan within all rules."""
        days = dict(self._days())
        routes = [self._route(unit, trips, loads) for unit, (trips, loads) in days.items()]
        if any(route is None for route in routes):
            return complete(self.problem, {unit: trips for unit, (trips, _) in days.items()})
        kept = tuple(route for route in routes if route is not None)
        carried = {i for r in kept for t in r.trips for i in t.shipments}
        left = tuple(Unserved(shipment=s.id, reason=UNEXPLAINED) for s in self.problem.shipments if s.id not in carried)
        plan = Plan(routes=kept, unserved=left)
        return Plan(routes=kept, unserved=left, cost=plan_cost(self.problem, plan))

    def _days(self) -> Iterator[tuple[Unit, tuple[list[TripDraft], list[int]]]]:
        """Yield trips and loading starts of each vehicle on the road; alike vehicles are numbered from the first."""
        named = {(lock.vehicle_type, lock.number) for lock in self.problem.locks if lock.number}
        last: Counter[str] = Counter()
        sequence, loading = np.zeros(self._longest, np.int32), np.zeros(self._longest, np.int64)
        for v, unit in enumerate(self.nodes.units):
            n = int(self._lib.gongpei_best(self._handle, v, sequence.ctypes.data, loading.ctypes.data))
            if not n:
                continue
            if unit not in named:
                last[unit[0]] += 1
                while (unit[0], last[unit[0]]) in named:
                    last[unit[0]] += 1
                unit = (unit[0], last[unit[0]])  # noqa: PLW2901 - the number is new
            trips = list(trips_of(self.nodes.visits, sequence[:n].tolist()))
            yield unit, (trips, loading[: len(trips)].tolist())

    def _route(self, unit: Unit, trips: list[TripDraft], loads: list[int]) -> Route | None:
        kind = self.problem.vehicle_type_of[unit[0]]
        stowed = [loaded(self.problem, kind, trip) for trip in trips]
        good = [trip for trip in stowed if trip is not None]
        if len(good) < len(trips):
            return None
        return schedule_route(self.problem, *unit, good, fixed_loads=loads)


def trips_of(visits: Sequence[VisitDraft], sequence: list[int]) -> Iterator[TripDraft]:
    """Yield the trips of a day of nodes and breaks; neighbours at one place are one visit."""
    for is_break, group in groupby(sequence, key=lambda m: m == BREAK):
        if is_break:
            continue
        drafts: list[VisitDraft] = []
        for m in group:
            visit = visits[m]
            if drafts and drafts[-1].place == visit.place:
                old = drafts.pop()
                visit = VisitDraft(
                    place=old.place, deliver=old.deliver + visit.deliver, collect=old.collect + visit.collect
                )
            drafts.append(visit)
        yield TripDraft(visits=tuple(drafts))


def _sequences(nodes: Nodes, plan: Plan) -> Iterator[tuple[Unit, list[int], list[int]]]:
    """Yield each route of ``plan`` as nodes and breaks, with the starts of its loadings.

    A node stands where its first shipment is handed over.
    """
    whole, begin, end = _ways(nodes)
    rivals = nodes.rivals()
    done: set[int] = set()
    for route in plan.routes:
        sequence: list[int] = []
        loading: list[int] = []
        for trip in route.trips:
            size = len(sequence)
            taken = {i for visit in trip.visits for i in visit.collect}
            handed = {i for visit in trip.visits for i in visit.deliver}
            for visit in trip.visits:
                found = [(end if i in taken else whole).get(i, NONE) for i in visit.deliver]
                found += [(begin if i in handed else whole).get(i, NONE) for i in visit.collect]
                for m in found:
                    if m != NONE and m not in done and nodes.visits[m].place == visit.place:
                        done |= {m, rivals.get(m, m)}
                        sequence.append(m)
            if len(sequence) > size:
                loading.append(trip.load_start_s)
                sequence.append(BREAK)
        yield (route.vehicle_type, route.number), sequence[:-1], loading


def _ways(nodes: Nodes) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Nodes by shipment: those that hand it over once, its collection and its delivery where it is local."""
    mates = nodes.mates()
    drops = set(mates.values())
    whole: dict[str, int] = {}
    begin: dict[str, int] = {}
    end: dict[str, int] = {}
    for m, visit in enumerate(nodes.visits):
        known = begin if m in mates else end if m in drops else whole
        known.update(dict.fromkeys((*visit.deliver, *visit.collect), m))
    return whole, begin, end


def _certain_fen(problem: Problem, nodes: Nodes) -> int:
    """Return the handling of everything that may be carried, and the penalties of what no node carries."""
    carried = nodes.node_of()
    return sum(s.handling_fen if s.id in carried else s.penalty_fen for s in problem.shipments)


def _passed(sequence: Sequence[int]) -> tuple[ctypes.Array[ctypes.c_int32], int]:
    return (ctypes.c_int32 * len(sequence))(*sequence), len(sequence)


def _c_facts(arrays: dict[str, np.ndarray], longest: int) -> CFacts:
    sizes = {
        "nodes": len(arrays["node"]),
        "vehicles": len(arrays["vehicle"]),
        "kinds": len(arrays["kind"]),
        "groups": arrays["allowed"].shape[1],
        "places": len(arrays["visit_s"]),
        "dimensions": arrays["room"].shape[1],
        "cleanings": len(arrays["cleaning"]),
        "shelves": len(arrays["shelf"]),
        "near_size": arrays["near"].shape[1],
        "longest": longest,
        "items": len(arrays["item"]),
        "commodities": arrays["choice"].shape[1],
        "most_boxes": arrays["choice"].shape[2],
    }
    return CFacts(**sizes, **{name: array.ctypes.data for name, array in arrays.items()})
