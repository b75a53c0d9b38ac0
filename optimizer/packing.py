"""Which vehicle drives which of the chosen trips, and when: the rules that bind between trips of one vehicle.

Vehicles are told apart here: duty hours and overtime, number of trips, range, daily
driving, rests, cleaning, locks on vehicles and orders. A trip that finds no vehicle
is left out at the price of its shipments. Times are minutes of ``optimizer.grid``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from optimizer.fitting import first_fit
from optimizer.grid import MINUTE_S, spans_of
from optimizer.master import day_s, net_penalty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.model import Cleaning, VehicleType
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem

SPARE_VEHICLES = 2
"""Vehicles of a type offered beyond twice those of first fit, which knows only the clock."""

HORIZON_MIN = 3 * 1_440
"""No minute of a plan is later; open ends of duty hours."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A trip given to vehicle ``number`` of its type, loading from ``load_start_s`` on."""

    trip: PooledTrip
    number: int
    load_start_s: int


def pack_trips(
    problem: Problem,
    trips: Sequence[PooledTrip],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
) -> list[Packed]:
    """Give each of ``trips`` to a vehicle and say when it is loaded.

    Begins with ``optimizer.fitting``. CP-SAT with one worker weighs vehicles, hours from
    first loading to last return, overtime and trips left out; repeatable unless
    ``seconds`` ends it. The model has a variable for each pair of trip and vehicle.
    Where nothing is found in time, the answer is that beginning; empty where there are locks, of which it
    knows nothing.
    """
    model = _Packing(problem, trips)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_time
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [] if problem.locks else model.first()
    return model.packed(solver)


class _Packing:
    """The CP-SAT model of the packing; costs in sixtieths of a fen."""

    def __init__(self, problem: Problem, trips: Sequence[PooledTrip]) -> None:
        self.problem = problem
        self.trips = trips
        self.cp = cp_model.CpModel()
        self.spans = spans_of(problem, self.trips)
        self.starts = [self.cp.new_int_var(s.first, s.late, f"l{j}") for j, s in enumerate(self.spans)]
        lasting = [s.lasting(self.cp, start) for s, start in zip(self.spans, self.starts, strict=True)]
        self.minutes, self.ends = [m for m, _ in lasting], [e for _, e in lasting]
        self.given = first_fit(problem, trips, self.spans)
        self.drives: dict[tuple[int, str, int], cp_model.IntVar] = {}
        self.days: dict[tuple[str, int], tuple[cp_model.IntVar, ...]] = {}
        self.pays: dict[tuple[str, int], cp_model.IntVar] = {}
        self.left: list[cp_model.IntVar] = []
        self.costs: list[cp_model.LinearExprT] = []
        self.soilers = [self._soilers(j) if problem.cleanings else {} for j in range(len(self.trips))]
        self.begins = [self._begin(j) for j in range(len(self.trips))]
        for kind in problem.vehicle_types:
            self._vehicles(kind)
        self._carry_or_pay()
        self._limit_docks()
        self._keep_orders()
        self._hint()
        self.cp.minimize(sum(self.costs))

    def first(self) -> list[Packed]:
        """Return what the search began with, in order of loading."""
        done = [
            Packed(trip, number, span.second(minute))
            for trip, span, (number, minute) in zip(self.trips, self.spans, self.given, strict=True)
            if number
        ]
        return sorted(done, key=lambda p: (p.load_start_s, p.trip.vehicle_type, p.number))

    def packed(self, solver: cp_model.CpSolver) -> list[Packed]:
        """Return what the solver decided, in order of loading."""
        done = [
            Packed(self.trips[j], number, self.spans[j].second(solver.value(self.starts[j])))
            for (j, _, number), var in self.drives.items()
            if solver.boolean_value(var)
        ]
        return sorted(done, key=lambda p: (p.load_start_s, p.trip.vehicle_type, p.number))

    def _vehicles(self, kind: VehicleType) -> None:
        """Variables and rules of all vehicles of one type; alike vehicles are used in order of their numbers."""
        own = [j for j, trip in enumerate(self.trips) if trip.vehicle_type == kind.id]
        named = {lock.number for lock in self.problem.locks if lock.number and lock.vehicle_type == kind.id}
        fitting = max((self.given[j][0] for j in own), default=0)
        last = max([min(kind.count, len(own), fitting * 2 + SPARE_VEHICLES), *named])
        before: cp_model.IntVar | None = None
        for number in range(1, last + 1):
            used = self._vehicle(kind, number, own)
            if before is not None and not named:
                self.cp.add_implication(used, before)
            before = used

    def _vehicle(self, kind: VehicleType, number: int, own: Sequence[int]) -> cp_model.IntVar:
        """One vehicle: its trips do not overlap and keep its day's limits; returns whether it is used."""
        used = self.cp.new_bool_var("")
        drives = {j: self.cp.new_bool_var("") for j in own if self._may_drive(j, number)}
        for j, var in drives.items():
            self.drives[j, kind.id, number] = var
            self.cp.add_implication(var, used)
        self.cp.add_no_overlap([self._busy(j, var) for j, var in drives.items()])
        self._limit_day(kind, number, used, drives)
        if kind.piece_fen or kind.min_pay_fen:
            self._pay(kind, number, used, drives)
        self._soil(drives)
        return used

    def _may_drive(self, j: int, number: int) -> bool:
        """Tell whether no lock forbids vehicle ``number`` of the trip's own type."""
        trip = self.trips[j]
        return all(
            lock.vehicle_type in (None, trip.vehicle_type) and lock.number in (None, number)
            for lock in self.problem.locks
            if lock.shipment in trip.shipments
        )

    def _busy(self, j: int, drives: cp_model.IntVar) -> cp_model.IntervalVar:
        """Return cleaning, loading and trip as one interval of the vehicle."""
        begin, end = self.begins[j], self.ends[j]
        size = self.minutes[j] if begin is self.starts[j] else self.cp.new_int_var(0, HORIZON_MIN, "")
        return self.cp.new_optional_interval_var(begin, size, end, drives, "")

    def _limit_day(
        self, kind: VehicleType, number: int, used: cp_model.IntVar, drives: dict[int, cp_model.IntVar]
    ) -> None:
        """Duty hours with overtime, number of trips, range and driving of one vehicle; and what they cost."""
        first, last = (self.cp.new_int_var(0, HORIZON_MIN, "") for _ in range(2))
        for j, var in drives.items():
            self.cp.add(first <= self.starts[j]).only_enforce_if(var)
            self.cp.add(last >= self.ends[j]).only_enforce_if(var)
        duty = self.cp.new_int_var(0, day_s(kind) // MINUTE_S, "")
        self.cp.add(duty == last - first)
        self.cp.add(duty >= sum(self.spans[j].minutes * var for j, var in drives.items()))  # tightens the relaxation
        self._leave_rest(kind, drives, duty)
        late = self.cp.new_int_var(0, -(-kind.max_overtime_s // MINUTE_S), "")
        self.cp.add(late * MINUTE_S >= duty * MINUTE_S - kind.regular_s)
        self.days[kind.id, number] = (used, first, last, duty, late)
        self.costs += [60 * kind.fixed_fen * used, kind.time_fen_per_h * duty, kind.overtime_fen_per_h * late]
        if kind.max_trips is not None:
            self.cp.add(sum(drives.values()) <= kind.max_trips)
        if kind.range_m is not None:
            self.cp.add(sum(self.trips[j].distance_m * var for j, var in drives.items()) <= kind.range_m)
        daily_s = kind.driving_rule.max_daily_driving_s if kind.driving_rule else None
        if daily_s is not None:
            self.cp.add(sum(self.trips[j].driving_s * var for j, var in drives.items()) <= daily_s)

    def _pay(self, kind: VehicleType, number: int, used: cp_model.IntVar, drives: dict[int, cp_model.IntVar]) -> None:
        """Pay by the piece of one vehicle, at least what it asks for when it goes out."""
        pieces = {j: self._pieces(j) for j in drives}
        pay = self.cp.new_int_var(0, kind.min_pay_fen + kind.piece_fen * sum(pieces.values()), "")
        self.cp.add(pay >= kind.min_pay_fen * used)
        self.cp.add(pay >= sum(kind.piece_fen * pieces[j] * var for j, var in drives.items()))
        self.pays[kind.id, number] = pay
        self.costs.append(60 * pay)

    def _pieces(self, j: int) -> int:
        return sum(self.problem.shipment_of[s].pieces for s in self.trips[j].shipments)

    def _leave_rest(self, kind: VehicleType, drives: dict[int, cp_model.IntVar], duty: cp_model.IntVar) -> None:
        """Leave idle time for a rest on a day of much driving; ``optimizer.schedule`` finds its place."""
        rule = kind.driving_rule
        if rule is None or sum(self.trips[j].driving_s for j in drives) <= rule.max_driving_s:
            return
        is_long = self.cp.new_bool_var("")
        driving = sum(self.trips[j].driving_s * var for j, var in drives.items())
        self.cp.add(driving <= rule.max_driving_s).only_enforce_if(~is_long)
        work = sum(self.spans[j].minutes * var for j, var in drives.items())
        self.cp.add(duty >= work + -(-rule.rest_s // MINUTE_S)).only_enforce_if(is_long)

    def _begin(self, j: int) -> cp_model.IntVar:
        """Return the minute at which cleaning before trip ``j`` begins, or its loading if nothing could soil it."""
        if not self.soilers[j]:
            return self.starts[j]
        begin = self.cp.new_int_var(-HORIZON_MIN, self.spans[j].late, "")
        self.cp.add(begin <= self.starts[j])
        return begin

    def _soilers(self, j: int) -> dict[int, int]:
        """Return trips of the same type after which trip ``j`` needs cleaning, with the seconds if nothing else soils.

        Cleanings for several goods add up; here each soiler is charged with all of them, to be safe.
        """
        carried, kind = self._commodities(j), self.trips[j].vehicle_type
        due: dict[int, set[Cleaning]] = {}
        for i, other in enumerate(self.trips):
            if i != j and other.vehicle_type == kind:
                soil = self._soil_left(i)
                due[i] = {c for c in self.problem.cleanings if c.after in soil and c.before in carried}
        total_s = sum(c.duration_s for c in set().union(*due.values()))
        return {i: total_s for i, cleanings in due.items() if cleanings}

    def _soil_left(self, j: int) -> set[str]:
        """Return the commodities that trip ``j`` carries outside sealed compartments."""
        trip = self.trips[j]
        boxes = self.problem.vehicle_type_of[trip.vehicle_type].compartments
        sealed = {box.id for box in boxes if box.sealed}
        lies_in = dict(trip.trip.stowage) if len(boxes) > 1 else {}
        return {
            self.problem.shipment_of[s].commodity
            for s in trip.shipments
            if lies_in.get(s, boxes[0].id if len(boxes) == 1 else "") not in sealed
        }

    def _commodities(self, j: int) -> set[str]:
        return {self.problem.shipment_of[s].commodity for s in self.trips[j].shipments}

    def _soil(self, drives: dict[int, cp_model.IntVar]) -> None:
        """Clean before a trip that follows a soiling one on this vehicle, even if another cleaning came between."""
        for j, var in drives.items():
            for i, seconds in self.soilers[j].items():
                if i in drives:
                    later = self.cp.new_bool_var("")
                    both, minutes = [drives[i], var], -(-seconds // MINUTE_S)
                    self.cp.add(self.starts[j] >= self.ends[i]).only_enforce_if(later)
                    self.cp.add(self.ends[j] <= self.starts[i]).only_enforce_if([*both, ~later])
                    self.cp.add(self.begins[j] + minutes <= self.starts[j]).only_enforce_if([*both, later])

    def _carry_or_pay(self) -> None:
        for j, trip in enumerate(self.trips):
            choices = [var for (i, _, _), var in self.drives.items() if i == j]
            left = self.cp.new_bool_var("")
            self.left.append(left)
            self.cp.add_exactly_one([left, *choices])
            per_km = self.problem.vehicle_type_of[trip.vehicle_type].distance_fen_per_km
            waived = sum(net_penalty(self.problem, s) for s in trip.shipments) - trip.distance_m * per_km // 1000
            self.costs.append(60 * waived * left)

    def _limit_docks(self) -> None:
        for depot in self.problem.depots:
            own = [j for j, trip in enumerate(self.trips) if trip.trip.start == depot.place]
            if depot.docks is None or depot.loading_s == 0 or len(own) <= depot.docks:
                continue
            minutes = [self.spans[j].loading_minutes(depot.loading_s) for j in own]
            loading = [
                self.cp.new_optional_fixed_size_interval_var(self.starts[j], m, ~self.left[j], "")
                for j, m in zip(own, minutes, strict=True)
            ]
            self.cp.add_cumulative(loading, [1] * len(own), depot.docks)

    def _keep_orders(self) -> None:
        """Order locks across trips: the earlier handover's trip comes first on the same vehicle."""
        for lock in self.problem.locks:
            if lock.after is None:
                continue
            for j in self._carrying(lock.shipment, without=lock.after):
                for (i, kind, number), var in list(self.drives.items()):
                    if i == j:
                        first = [
                            (k, self.drives[k, kind, number])
                            for k in self._carrying(lock.after, without=lock.shipment)
                            if (k, kind, number) in self.drives
                        ]
                        self.cp.add_bool_or(~var, *(drives for _, drives in first))
                        for k, drives in first:
                            self.cp.add(self.ends[k] <= self.starts[j]).only_enforce_if([var, drives])

    def _carrying(self, shipment: str, *, without: str) -> Iterable[int]:
        return [j for j, t in enumerate(self.trips) if shipment in t.shipments and without not in t.shipments]

    def _hint(self) -> None:
        """Begin the search with first fit; every variable gets its value, else CP-SAT rarely finds it again."""
        days: dict[tuple[str, int], list[int]] = defaultdict(list)
        for j, (number, minute) in enumerate(self.given):
            span, minutes = self.spans[j], self.minutes[j]
            end = max(minute, span.early) + span.minutes
            values = [(self.starts[j], minute), (self.ends[j], end), (self.left[j], number == 0)]
            if not isinstance(minutes, int):
                values.append((minutes, end - minute))
            if number:
                days[self.trips[j].vehicle_type, number] += [minute, end]
            self._add_hints(values)
        for (j, _, number), var in self.drives.items():
            self.cp.add_hint(var, self.given[j][0] == number)
        for (kind, number), pay in self.pays.items():
            own = [j for (j, k, n) in self.drives if (k, n) == (kind, number) and self.given[j][0] == number]
            hired = self.problem.vehicle_type_of[kind]
            self.cp.add_hint(pay, hired.pay_fen(sum(map(self._pieces, own))) if own else 0)
        for (kind, number), day in self.days.items():
            its = days.get((kind, number), [])
            first, last = min(its, default=0), max(its, default=0)
            over_s = max(0, (last - first) * MINUTE_S - self.problem.vehicle_type_of[kind].regular_s)
            late = -(-over_s // MINUTE_S)
            self._add_hints(zip(day, (bool(its), first, last, last - first, late), strict=True))

    def _add_hints(self, values: Iterable[tuple[cp_model.IntVar, int]]) -> None:
        for var, value in values:
            self.cp.add_hint(var, value)
