"""Standing lines from several sampled days: plan a typical day, try it on the days, set the hours, count the price.

Formulation: a template as in Groer, Golden and Wasil (2009), with hours in place of a precedence rule as in Kovacs,
Golden, Hartl and Parragh (2014), *Vehicle routing problems in which consistency considerations are important*,
Networks 64(3). A typical day is planned for several quantiles of the loads; the lines that follow from each are
tried on some of the days, and the cheapest stay. On those days hours were twice as long, so the middle of the
arrivals becomes the hour. Then every day is planned by the lines, and once more in full freedom.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from scenarios.errors import InvalidInput
from scenarios.standing.consistency import Consistency, consistency
from scenarios.standing.follow import follow
from scenarios.standing.model import HOUR_S, Kind, LineStop, LineTrip, StandingLine, StandingLines
from scenarios.standing.typical import typical_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from optimizer.model import Shipment
    from optimizer.plan import Plan, Route, Visit
    from optimizer.problem import Problem
    from scenarios.standing.follow import HeldDay, Solver

QUANTILES = (0.55, 0.65, 0.8)
"""Quantiles of the loads for which a typical day is planned: lines for the median are full on every second day."""

TRIAL_DAYS = 3
"""Sampled days on which lines are tried before they are chosen."""

MOST_OF_MAIN = 0.5
"""Share of a vehicle's room up to which a place's main goods have a place on a line: they make its driver."""

BULKY = 0.05
"""Share of a vehicle's room from which on other goods have no place on a line: they go as they fit."""

WIDER = 2
"""How many times as long hours are while lines are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcome:
    """One sampled day by the lines and in full freedom; costs with penalties for what is unserved.

    ``num_freed``: shipments that could not go as their line does. ``free_fen`` and ``free_vehicles`` are of the
    plan that keeps no line.
    """

    cost_fen: int
    free_fen: int
    num_vehicles: int
    free_vehicles: int
    num_shipments: int
    num_freed: int
    num_unserved: int
    free_unserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Standing lines, what they would have cost on the sampled days, and how alike those days become.

    ``kept`` is of the days by the lines, ``free`` of the days in full freedom.
    """

    lines: StandingLines
    outcomes: tuple[DayOutcome, ...]
    kept: Consistency
    free: Consistency

    @property
    def dearer(self) -> float:
        """What the lines cost more than full freedom, as a share; 0 where both cost nothing."""
        free_fen = sum(day.free_fen for day in self.outcomes)
        return sum(day.cost_fen for day in self.outcomes) / free_fen - 1 if free_fen else 0.0


class Step(NamedTuple):
    """How far a design is: ``what`` is "typical", "trial", "day" or "free"; step ``done`` of ``total`` begins."""

    what: str
    done: int
    total: int


def design_lines(
    days: Sequence[Problem],
    solve: Solver,
    *,
    hour_s: int = HOUR_S,
    progress: Callable[[Step], None] = lambda _step: None,
) -> Design:
    """Return standing lines for days that share places, fleet and matrices.

    Solves ``2 x days`` problems and, before that, a typical day for each of ``QUANTILES`` and its trials; a day is
    solved twice where goods must be set free. Repeatable if ``solve`` is.

    Parameters
    ----------
    days
        At least two, such as ``scenarios.standing.days.sampled_problems`` gives.
    hour_s
        How long the hour of a stop is: arrivals at it are no further apart.
    progress
        Called before each step.

    Raises
    ------
    InvalidInput
        E378, when there are fewer than two days, or nothing goes often enough for a line.
    """
    if len(days) < 2:
        raise InvalidInput("E378", days=len(days))
    work = _Work(days=days, solve=solve, hour_s=hour_s, progress=progress)
    lines = work.chosen()
    if not lines.lines:
        raise InvalidInput("E378", days=len(days))
    kept = [work.followed("day", lines, day) for day in days]
    free = [work.freely(day) for day in days]
    return Design(
        lines=lines,
        outcomes=tuple(_outcome(day, by, plan) for day, by, plan in zip(days, kept, free, strict=True)),
        kept=consistency([(day, by.plan) for day, by in zip(days, kept, strict=True)]),
        free=consistency(list(zip(days, free, strict=True))),
    )


@dataclass(kw_only=True)
class _Work:
    """The sampled days, and how much has been done on them."""

    days: Sequence[Problem]
    solve: Solver
    hour_s: int
    progress: Callable[[Step], None]
    done: int = 0

    @property
    def trials(self) -> Sequence[Problem]:
        return self.days[:TRIAL_DAYS]

    def chosen(self) -> StandingLines:
        """Return the lines that are cheapest on the trial days, at the hours that those days ask for."""
        tried = []
        for quantile in QUANTILES:
            lines = self.typical(quantile)
            plans = [self.followed("trial", lines, day, hour_s=WIDER * self.hour_s).plan for day in self.trials]
            tried.append((sum(plan.cost.total_fen for plan in plans), lines, plans))
        _, lines, plans = min(tried, key=lambda each: each[0])  # the first of equals
        return retimed(lines, list(zip(self.trials, plans, strict=True)))

    def typical(self, quantile: float) -> StandingLines:
        """Return the lines of a typical day with loads of this quantile."""
        self.tell("typical")
        problem = typical_day(self.days, quantile=quantile)
        first = self.solve(problem, self.solve(problem, None))  # all days stand on it: twice the work
        return lines_of(problem, first, hour_s=self.hour_s)

    def followed(self, what: str, lines: StandingLines, day: Problem, *, hour_s: int | None = None) -> HeldDay:
        self.tell(what)
        return follow(lines, day, self.solve, hour_s=hour_s)

    def freely(self, day: Problem) -> Plan:
        self.tell("free")
        return self.solve(day, None)

    def tell(self, what: str) -> None:
        total = len(QUANTILES) * (1 + len(self.trials)) + 2 * len(self.days)
        self.progress(Step(what, self.done, total))
        self.done += 1


def lines_of(problem: Problem, plan: Plan, *, hour_s: int = HOUR_S) -> StandingLines:
    """Return the lines that a typical day's plan stands for; ``_bound`` says which goods are on one."""
    found: dict[Kind, dict[tuple[str, int], list[Shipment]]] = defaultdict(lambda: defaultdict(list))
    for route in plan.routes:
        for rank, visit in enumerate(_visits(route)):
            for id_ in _handed(problem, visit):
                goods = problem.shipment_of[id_]
                found[Kind.of(goods)][route.vehicle, rank].append(goods)
    room_of = {route.vehicle: problem.vehicle_type_of[route.vehicle_type].capacity for route in plan.routes}
    at: dict[tuple[str, int], list[Kind]] = defaultdict(list)
    for kind in _bound(problem, found, room_of):
        at[max(found[kind], key=lambda visit: len(found[kind][visit]))].append(kind)
    lines = (_line(route, at) for route in plan.routes)
    return StandingLines(lines=tuple(line for line in lines if line.trips), hour_s=hour_s)


def _bound(
    problem: Problem,
    found: Mapping[Kind, Mapping[tuple[str, int], Sequence[Shipment]]],
    room_of: Mapping[str, tuple[int, ...]],
) -> Iterator[Kind]:
    """Yield the kinds that get a place on a line: what is brought to a place; where nothing is, what is fetched.

    A place's main goods are the kind that comes in most shipments, mostly parcels of several brands. Where they fill
    a twentieth of a van it still is they that the village waits for, so they may be larger than other goods.
    What is fetched must be back in time and fresh, and goes with whoever can do that: mostly the line's own vehicle.
    """
    main = _main_kinds(problem, found)
    fitting = [kind for kind, by in found.items() if _fits(by, room_of, MOST_OF_MAIN if kind in main else BULKY)]
    brought = {kind.destination for kind in fitting if kind.destination not in problem.depot_of}
    for kind in fitting:
        if kind.destination in brought or kind.origin not in brought:
            yield kind


def _main_kinds(problem: Problem, found: Mapping[Kind, Mapping[tuple[str, int], Sequence[Shipment]]]) -> set[Kind]:
    """Return the kind that is brought to each place in most shipments, depots apart; of equals in most pieces."""
    brought: dict[str, list[Kind]] = defaultdict(list)
    for kind in found:
        if kind.destination not in problem.depot_of:
            brought[kind.destination].append(kind)

    def amount(kind: Kind) -> tuple[int, int]:
        goods = [s for each in found[kind].values() for s in each]
        return len(goods), sum(s.pieces for s in goods)

    return {max(kinds, key=amount) for kinds in brought.values()}


def _fits(
    by: Mapping[tuple[str, int], Sequence[Shipment]], room_of: Mapping[str, tuple[int, ...]], share: float
) -> bool:
    """Whether goods take no more than a share of the room of each vehicle that carries them on a typical day."""
    for (vehicle, _), goods in by.items():
        loads = zip(*(s.load for s in goods), strict=True)
        if any(sum(amounts) > share * most for amounts, most in zip(loads, room_of[vehicle], strict=True)):
            return False
    return True


def _visits(route: Route) -> list[Visit]:
    return [visit for trip in route.trips for visit in trip.visits]


def _handed(problem: Problem, visit: Visit) -> list[str]:
    """Return the shipments whose line stop this visit may be: local goods count where they are delivered."""
    up = [i for i in visit.collect if problem.direction(problem.shipment_of[i]) != "local"]
    return [*visit.deliver, *up]


def _line(route: Route, at: dict[tuple[str, int], list[Kind]]) -> StandingLine:
    trips, rank = [], 0
    for trip in route.trips:
        stops = []
        for visit in trip.visits:
            kinds = tuple(sorted(at.get((route.vehicle, rank), ())))
            rank += 1
            if kinds:
                stops.append(LineStop(place=visit.place, at_s=visit.start_s, kinds=kinds))
        if stops:
            trips.append(LineTrip(depart_s=trip.depart_s, return_s=trip.return_s, stops=tuple(stops)))
    return StandingLine(vehicle_type=route.vehicle_type, number=route.number, trips=tuple(trips))


def retimed(lines: StandingLines, days: Sequence[tuple[Problem, Plan]]) -> StandingLines:
    """Return the lines with each stop at the median moment at which its vehicle came with its goods on these days.

    A stop at which it never came keeps its hour; stops of a trip are put in the order of their hours.
    """
    seen: dict[tuple[str, Kind], list[int]] = defaultdict(list)
    for problem, plan in days:
        for route in plan.routes:
            for visit in _visits(route):
                for kind in {Kind.of(problem.shipment_of[i]) for i in _handed(problem, visit)}:
                    seen[route.vehicle, kind].append(visit.start_s)

    def timed(line: StandingLine, stop: LineStop) -> LineStop:
        moments = [at_s for kind in stop.kinds for at_s in seen.get((line.vehicle, kind), ())]
        return replace(stop, at_s=median_low(moments)) if moments else stop

    def again(line: StandingLine, trip: LineTrip) -> LineTrip:
        stops = sorted((timed(line, stop) for stop in trip.stops), key=lambda stop: stop.at_s)
        return replace(trip, stops=tuple(stops))

    return replace(
        lines,
        lines=tuple(replace(line, trips=tuple(again(line, trip) for trip in line.trips)) for line in lines.lines),
    )


def _outcome(day: Problem, by: HeldDay, free: Plan) -> DayOutcome:
    return DayOutcome(
        cost_fen=by.plan.cost.total_fen,
        free_fen=free.cost.total_fen,
        num_vehicles=len(by.plan.routes),
        free_vehicles=len(free.routes),
        num_shipments=len(day.shipments),
        num_freed=len(by.freed),
        num_unserved=len(by.plan.unserved),
        free_unserved=len(free.unserved),
    )
