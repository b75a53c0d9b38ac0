"""Days of vehicles from many plans, combined into one plan: set covering over routes.

Where the fleet is tight, trips from different plans rarely fit on its vehicles, but whole
days do: each fills one vehicle, as it did in its plan. What two chosen days carry is taken
off one of them, and docks are shared out again by packing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from ortools.sat.python import cp_model

from optimizer.cost import route_cost
from optimizer.day import lay_out
from optimizer.master import Column, net_penalty, promising, repeatable_solver
from optimizer.packing import pack_trips
from optimizer.pool import pooled_trip
from optimizer.thinning import thinned

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from optimizer.plan import Plan, Route
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem


class DayColumn(Column, Protocol):
    """A vehicle's whole day as a column; ``number`` as in ``PooledRoute``."""

    @property
    def number(self) -> int:
        """The vehicle's number when a lock names it, else 0."""


D = TypeVar("D", bound=DayColumn)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRoute:
    """One vehicle's day: ``running_fen`` is its cost without the fixed cost and handling.

    ``number`` is the vehicle's when a lock names it, else 0: any vehicle of the type.
    """

    vehicle_type: str
    number: int
    route: Route
    shipments: frozenset[str]
    running_fen: int

    @property
    def key(self) -> tuple[str, int, frozenset[str]]:
        """What makes two pooled routes rivals: whose day it is, and the shipments carried."""
        return self.vehicle_type, self.number, self.shipments


class RoutePool:
    """The cheapest day known for each vehicle type and set of shipments, in order of discovery.

    Only routes of refereed plans belong here: nothing is judged again.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._named = {(lock.vehicle_type, lock.number) for lock in problem.locks if lock.number}
        self._routes: dict[tuple[str, int, frozenset[str]], PooledRoute] = {}

    def __len__(self) -> int:
        return len(self._routes)

    @property
    def routes(self) -> tuple[PooledRoute, ...]:
        """All pooled routes, first discovered first."""
        return tuple(self._routes.values())

    def add_plan(self, plan: Plan) -> None:
        """Pool every route of a refereed plan that is new, or cheaper than the one known."""
        for route in plan.routes:
            pooled = self._pooled(route)
            known = self._routes.get(pooled.key)
            if known is None or pooled.running_fen < known.running_fen:
                self._routes[pooled.key] = pooled

    def _pooled(self, route: Route) -> PooledRoute:
        cost = route_cost(self._problem, route)
        return PooledRoute(
            vehicle_type=route.vehicle_type,
            number=route.number if (route.vehicle_type, route.number) in self._named else 0,
            route=route,
            shipments=frozenset(s for trip in route.trips for s in trip.shipments),
            running_fen=cost.distance_fen + cost.time_fen + cost.overtime_fen + cost.pay_fen,
        )


def combine_days(
    problem: Problem,
    routes: Sequence[PooledRoute],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
    hint: Plan | None = None,
) -> Plan | None:
    """Return the best plan found that is made of pooled ``routes``, or None when the search finds none in time.

    Every shipment is carried or left at its penalty, no more vehicles drive than there
    are. CP-SAT with one worker, warm-started with the routes of ``hint``, then packing, each
    within ``deterministic_time`` and ``seconds``; repeatable unless the clock ends it.

    References
    ----------
    Foster and Ryan (1976), "An integer programming approach to the vehicle scheduling problem",
    Operational Research Quarterly 27(2): routes as columns.
    """
    hinted = _hinted(routes, hint)
    chosen = cover(problem, routes, hinted, deterministic_time=deterministic_time, seconds=seconds, seed=seed)
    if chosen is None:
        return None
    once = thinned(problem, _standing(problem, chosen))
    packed = pack_trips(problem, once, deterministic_time=deterministic_time, seconds=seconds, seed=seed)
    return lay_out(problem, packed) if packed else None


def cover(
    problem: Problem,
    days: Sequence[D],
    hinted: Collection[tuple[object, ...]],
    *,
    deterministic_time: float,
    seconds: float | None = None,
    seed: int = 0,
) -> list[D] | None:
    """Return the cheapest ``days`` found that carry every shipment at least once or pay for it; None when none are.

    The search starts from the days with keys in ``hinted``.
    """
    kept = promising(problem, days, hinted, shares=[1.0] * len(days))
    model = _Covering(problem, kept)
    model.hint(hinted)
    solver = repeatable_solver(deterministic_time, seconds, seed)
    if solver.solve(model.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [day for day, var in zip(kept, model.taken, strict=True) if solver.boolean_value(var)]


def _hinted(routes: Sequence[PooledRoute], hint: Plan | None) -> set[tuple[str, int, frozenset[str]]]:
    """Keys of the pooled routes that carry what a route of ``hint`` carries."""
    if hint is None:
        return set()
    wanted = {(r.vehicle_type, frozenset(s for t in r.trips for s in t.shipments)) for r in hint.routes}
    return {pooled.key for pooled in routes if (pooled.vehicle_type, pooled.shipments) in wanted}


class _Covering:
    """The CP-SAT model: days cover shipments; all costs in fen."""

    def __init__(self, problem: Problem, routes: Sequence[DayColumn]) -> None:
        self.routes = routes
        self.cp = cp_model.CpModel()
        self.taken = [self.cp.new_bool_var("") for _ in routes]
        self.rows: dict[tuple[int, ...], cp_model.IntVar] = {}
        self._limit_fleet(problem)
        fixed = [problem.vehicle_type_of[r.vehicle_type].fixed_fen + r.running_fen for r in routes]
        pays = self._carry_or_pay(problem)
        self.cp.minimize(
            sum(fen * var for fen, var in zip([*fixed, *pays], [*self.taken, *self.rows.values()], strict=True))
        )

    def hint(self, keys: Collection[tuple[object, ...]]) -> None:
        """Start the search from these routes, with everything else left behind."""
        if not keys:
            return
        on = {j for j, route in enumerate(self.routes) if route.key in keys}
        for j, var in enumerate(self.taken):
            self.cp.add_hint(var, j in on)
        for row, left in self.rows.items():
            self.cp.add_hint(left, not on & set(row))

    def _limit_fleet(self, problem: Problem) -> None:
        """No more days than vehicles, and one at most for each vehicle that a lock names."""
        days: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
        for route, var in zip(self.routes, self.taken, strict=True):
            days[route.vehicle_type, route.number].append(var)
        named = Counter(kind for kind, number in days if number)
        for (kind, number), vars_ in days.items():
            count = problem.vehicle_type_of[kind].count
            self.cp.add(sum(vars_) <= (1 if number else count - named[kind]))

    def _carry_or_pay(self, problem: Problem) -> list[int]:
        """Carry each shipment at least once or leave it; return the penalty of each row, goods riding alike in one."""
        carriers: dict[str, list[int]] = defaultdict(list)
        for j, route in enumerate(self.routes):
            for shipment in route.shipments:
                carriers[shipment].append(j)
        pays: dict[tuple[int, ...], int] = defaultdict(int)
        for goods in problem.shipments:
            pays[tuple(carriers[goods.id])] += net_penalty(problem, goods.id)
        for row in pays:
            self.rows[row] = self.cp.new_bool_var("")
            self.cp.add_bool_or([self.rows[row], *(self.taken[j] for j in row)])
        return list(pays.values())


def _standing(problem: Problem, chosen: Iterable[PooledRoute]) -> list[PooledTrip]:
    """Return the trips of the chosen days, each with its vehicle and time; vehicles that no lock names are numbered."""
    named = {(lock.vehicle_type, lock.number) for lock in problem.locks if lock.number}
    last: Counter[str] = Counter()
    trips = []
    for day in chosen:
        number = day.number
        if not number:
            last[day.vehicle_type] += 1
            while (day.vehicle_type, last[day.vehicle_type]) in named:
                last[day.vehicle_type] += 1
            number = last[day.vehicle_type]
        for trip in day.route.trips:
            pooled = pooled_trip(problem, day.vehicle_type, trip)
            trips.append(replace(pooled, number=number, loaded_s=trip.load_start_s))
    return trips
