"""A day being put together: every vehicle's trips, always within all rules.

Mutable, for searchers: each change is tried on one vehicle under the full rules
(loading, timing, docks, locks, shelves) and taken or refused. What it holds can be
turned into a ``Plan`` at any time.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from optimizer.cost import half_up, plan_cost
from optimizer.loading import loaded
from optimizer.plan import Plan, Unserved
from optimizer.schedule import MOST_KNOWN_TRIPS, Times, draft_of, schedule_route, time_route

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.model import Lock, Shipment, VehicleType
    from optimizer.problem import Problem
    from optimizer.schedule import TripDraft

Unit = tuple[str, int]
"""Vehicle type and number."""

UNEXPLAINED = "U100"
"""Reason of what is left behind, until ``optimizer.explain`` finds the true one."""

NO_TIMES = Times((), (), (), 0, 0, 0)
"""The day of a vehicle that stays at home."""

MAX_DOCK_MOVES = 40
"""How often one route's loadings are moved to find free docks."""


class DayBook:
    """Trips of all vehicles, each route feasible by itself and with the docks the others leave."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.trips: dict[Unit, list[TripDraft]] = {}
        self.times: dict[Unit, Times] = {}
        self.served: dict[str, Unit] = {}
        self._stowed: dict[tuple[str, TripDraft], TripDraft | None] = {}
        self._sums: dict[tuple[Unit, int], tuple[list[int], list[int]]] = {}
        self._shelved: dict[str, list[int]] = defaultdict(lambda: [0] * len(problem.load_dimensions))
        self._locks: dict[str, list[Lock]] = defaultdict(list)
        for lock in problem.locks:
            self._locks[lock.shipment].append(lock)
        self._named = {(k.vehicle_type, k.number) for k in problem.locks if k.vehicle_type and k.number}

    def tried(self, unit: Unit, drafts: Sequence[TripDraft]) -> tuple[list[TripDraft], Times] | None:
        """Return the stowed trips and their times if this vehicle may drive them, else None; changes nothing."""
        if not self.exists(unit):
            return None
        kind = self.problem.vehicle_type_of[unit[0]]
        stowed = [self._loaded(kind, d) for d in drafts if d.visits]
        trips = [d for d in stowed if d is not None]
        if len(trips) < len(stowed) or not self._keeps_locks(unit, trips):
            return None
        if not trips:
            return [], NO_TIMES
        times = self._timed(unit, trips)
        return None if times is None else (trips, times)

    def _loaded(self, kind: VehicleType, draft: TripDraft) -> TripDraft | None:
        key = (kind.id, draft)
        if key not in self._stowed:
            if len(self._stowed) >= MOST_KNOWN_TRIPS:
                self._stowed.clear()
            self._stowed[key] = loaded(self.problem, kind, draft)
        return self._stowed[key]

    def cost_fen(self, unit: Unit, times: Times) -> int:
        """Return what the vehicle's day costs without handling; 0 when it stays at home."""
        kind = self.problem.vehicle_type_of[unit[0]]
        if not times.loads:
            return 0
        overtime_s = max(0, times.duration_s - kind.regular_s)
        running = half_up(times.distance_m * kind.distance_fen_per_km, 1_000)
        paid = half_up(times.duration_s * kind.time_fen_per_h, 3_600)
        paid += half_up(overtime_s * kind.overtime_fen_per_h, 3_600)
        return kind.fixed_fen + running + paid + times.pay_fen

    def put(self, unit: Unit, trips: list[TripDraft], times: Times) -> None:
        """Replace a vehicle's day by what ``tried`` returned."""
        for trip in self.trips.pop(unit, []):
            for i in trip.shipments:
                del self.served[i]
                self._shelve(self.problem.shipment_of[i], -1)
        self.times.pop(unit, None)
        self._sums = {key: sums for key, sums in self._sums.items() if key[0] != unit}
        if not trips:
            return
        self.trips[unit], self.times[unit] = trips, times
        for trip in trips:
            for i in trip.shipments:
                self.served[i] = unit
                self._shelve(self.problem.shipment_of[i], 1)

    def total_fen(self) -> int:
        """Return what the plan would cost, handling and penalties included; O(shipments)."""
        running = sum(self.cost_fen(unit, times) for unit, times in self.times.items())
        carried = self.served
        return running + sum(s.handling_fen if s.id in carried else s.penalty_fen for s in self.problem.shipments)

    def exists(self, unit: Unit) -> bool:
        """Tell whether the fleet has this vehicle."""
        kind = self.problem.vehicle_type_of.get(unit[0])
        return kind is not None and 1 <= unit[1] <= kind.count

    def is_named(self, unit: Unit) -> bool:
        """Tell whether a lock names this very vehicle."""
        return unit in self._named

    def free_number(self, vehicle_type: str) -> int:
        """Return the first number of an idle vehicle that no lock names; past the fleet's count if there is none."""
        number = 1
        while (vehicle_type, number) in self.trips or (vehicle_type, number) in self._named:
            number += 1
        return number

    def snapshot(self) -> dict[Unit, tuple[list[TripDraft], Times]]:
        """Return all days, for ``restore``."""
        return {unit: (self.trips[unit], self.times[unit]) for unit in self.trips}

    def restore(self, memory: dict[Unit, tuple[list[TripDraft], Times]]) -> None:
        """Go back to the days of ``snapshot``."""
        changed = [u for u in self.trips if u not in memory or memory[u][0] is not self.trips[u]]
        for unit in changed:
            self.put(unit, [], NO_TIMES)
        for unit, (trips, times) in memory.items():
            if unit not in self.trips:
                self.put(unit, trips, times)

    def sums(self, unit: Unit, trip: int) -> tuple[list[int], list[int]]:
        """Return all that a trip delivers and all that it collects, per load dimension; no trip can hold less."""
        found = self._sums.get((unit, trip))
        if found is None:
            draft, shipment_of = self.trips[unit][trip], self.problem.shipment_of
            dimensions = range(len(self.problem.load_dimensions))
            collected = [shipment_of[i].load for v in draft.visits for i in v.collect]
            delivered = [shipment_of[i].load for v in draft.visits for i in v.deliver]
            local = {i for v in draft.visits for i in v.collect} & {i for v in draft.visits for i in v.deliver}
            own = [shipment_of[i].load for i in local]
            down = [sum(x[d] for x in delivered) - sum(x[d] for x in own) for d in dimensions]
            up = [sum(x[d] for x in collected) - sum(x[d] for x in own) for d in dimensions]
            found = self._sums[unit, trip] = (down, up)
        return found

    def has_shelf(self, shipments: Iterable[Shipment]) -> bool:
        """Tell whether the shelves at their destinations can take ``shipments`` besides what is delivered already."""
        more: dict[str, list[int]] = defaultdict(lambda: [0] * len(self.problem.load_dimensions))
        for s in shipments:
            if self.problem.place(s.destination).shelf:
                more[s.destination] = [x + y for x, y in zip(more[s.destination], s.load, strict=True)]
        return all(
            x + y <= limit
            for place, extra in more.items()
            for x, y, limit in zip(self._shelved[place], extra, self.problem.place(place).shelf, strict=True)
        )

    def plan(self) -> Plan:
        """Return the plan, cost stated, everything not carried listed as unserved."""
        routes = []
        for unit in sorted(self.trips):
            loads = self.times[unit].loads
            route = schedule_route(self.problem, *unit, self.trips[unit], fixed_loads=loads)
            if route is not None:
                routes.append(route)
        carried = {i for r in routes for t in r.trips for i in t.shipments}
        left = tuple(Unserved(shipment=s.id, reason=UNEXPLAINED) for s in self.problem.shipments if s.id not in carried)
        plan = Plan(routes=tuple(routes), unserved=left)
        return Plan(routes=plan.routes, unserved=left, cost=plan_cost(self.problem, plan))

    def _shelve(self, shipment: Shipment, sign: int) -> None:
        if self.problem.place(shipment.destination).shelf:
            now = self._shelved[shipment.destination]
            self._shelved[shipment.destination] = [x + sign * y for x, y in zip(now, shipment.load, strict=True)]

    def _keeps_locks(self, unit: Unit, trips: Sequence[TripDraft]) -> bool:
        """Vehicle and order locks of everything on board; windows are the clock's business."""
        if not self._locks:
            return True
        rank: dict[str, int] = {}
        position = 0
        for trip in trips:
            collected: set[str] = set()
            for visit in trip.visits:
                position += 1
                rank.update(dict.fromkeys(visit.deliver, position))
                rank.update({i: position for i in visit.collect if i not in collected})
                collected.update(visit.collect)
        for shipment, at in rank.items():
            for lock in self._locks.get(shipment, ()):
                if lock.vehicle_type not in (None, unit[0]) or lock.number not in (None, unit[1]):
                    return False
                if lock.after is not None and rank.get(lock.after, at) >= at:
                    return False
        return True

    def _timed(self, unit: Unit, trips: Sequence[TripDraft]) -> Times | None:
        """Return times of a route whose loadings find free docks beside those of the other vehicles."""
        depot = self.problem.depot_of[self.problem.vehicle_type_of[unit[0]].depot]
        times = time_route(self.problem, unit[0], trips)
        if times is None or depot.docks is None or depot.loading_s == 0:
            return times
        kinds = self.problem.vehicle_type_of
        others = [t for u, t in self.times.items() if u != unit and kinds[u[0]].depot == depot.place]
        busy = sorted(load for day in others for load in day.loads)
        return _with_docks(self.problem, unit, trips, times, _Docks(busy, depot.loading_s, depot.docks))


class _Docks:
    """Loadings of the other vehicles at one depot."""

    def __init__(self, busy: list[int], loading_s: int, docks: int) -> None:
        self.busy = busy
        self.loading_s = loading_s
        self.docks = docks

    def is_free(self, at: int) -> bool:
        """Tell whether one more vehicle may load from ``at`` on; a sweep over the loadings that overlap."""
        near = [b for b in self.busy if at - self.loading_s < b < at + self.loading_s]
        if len(near) < self.docks:
            return True
        moments = [at, *(b for b in near if b > at)]
        return all(sum(1 for b in near if m - self.loading_s < b <= m) < self.docks for m in moments)

    def slots(self) -> list[int]:
        """Return the moments at which a dock may fall free or just still be free."""
        return sorted({b + self.loading_s for b in self.busy} | {b - self.loading_s for b in self.busy})


def _with_docks(problem: Problem, unit: Unit, trips: Sequence[TripDraft], times: Times, docks: _Docks) -> Times | None:
    """Move loadings until each finds a dock: the first one earlier if it can be, all others later."""
    fixed: list[int | None] = [None] * len(trips)
    move = partial(_moved, problem, unit[0], trips, docks)
    for _ in range(MAX_DOCK_MOVES):
        taken = next((k for k, load in enumerate(times.loads) if not docks.is_free(load)), None)
        if taken is None:
            return times
        moved = move(fixed, taken, times.loads[taken])
        if moved is None:
            return None
        times = moved
    return None


def _moved(  # noqa: PLR0917 - bound by position in the loop above
    problem: Problem,
    vehicle_type: str,
    trips: Sequence[TripDraft],
    docks: _Docks,
    fixed: list[int | None],
    k: int,
    load: int,
) -> Times | None:
    """Fix loading ``k`` at the nearest free slot that leaves the day possible; cheapest of both directions."""
    slots = [s for s in docks.slots() if s >= 0 and docks.is_free(s)]
    later = [s for s in slots if s > load]
    earlier = [s for s in reversed(slots) if s < load] if k == 0 else []
    found = []
    for way in (later[:4], earlier[:4]):
        for slot in way:
            times = time_route(problem, vehicle_type, trips, fixed_loads=[*fixed[:k], slot, *fixed[k + 1 :]])
            if times is not None:
                found.append((times.duration_s, abs(slot - load), slot, times))
                break
    if not found:
        return None
    best = min(found, key=lambda f: f[:3])
    fixed[k] = best[2]
    return best[3]


def book_of(problem: Problem, plan: Plan) -> DayBook:
    """Return a day book with the routes of a feasible ``plan``; routes that are refused are left out."""
    book = DayBook(problem)
    for route in plan.routes:
        unit = (route.vehicle_type, route.number)
        done = book.tried(unit, [draft_of(t) for t in route.trips])
        if done is not None:
            book.put(unit, *done)
    return book
