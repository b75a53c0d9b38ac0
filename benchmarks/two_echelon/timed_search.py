"""Sets with windows by our engines: both echelons together, and two-stage (loops first, then line-haul) beside it.

``echelons`` says each echelon as an ordinary problem. *Two-stage* gives half of the time to the freighters, who know
nothing of the trucks' hours and routes, and the rest to these. *Together* begins with freighters that pay for their
line-haul, then takes some neighbouring loops out at a time, plans their customers anew at random prices and hours of
leaving, mends the trucks, and goes on from there if the whole is not much dearer (large neighbourhoods: Shaw 1998;
record-to-record travel: Dueck 1993; prices for the first echelon: Crainic, Mancini, Perboli and Tadei 2011,
"Multi-start heuristics for the two-echelon vehicle routing problem", EvoCOP).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.two_echelon.echelons import Offer, hauls_of, hauls_problem, loops_of, loops_problem
from benchmarks.two_echelon.instance import TwoEchelonPlan
from benchmarks.two_echelon.judge import judge
from optimizer.engines import Budget
from optimizer.island import Island
from optimizer.repair import complete, without
from optimizer.schedule import draft_of
from optimizer.tiers.cooling import cooled, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.two_echelon.instance import Loop, TwoEchelon
    from optimizer.plan import Plan
    from optimizer.problem import Problem

LEVELS = (0.5, 1.0)
"""Shares of a freighter's capacity that are offered as early as so much can be there."""

FIRST_SHARE = 0.15
"""Share of the time for the first freighters."""

ROUNDS = 2
"""Rounds of the search for the first freighters where moves are counted."""

PRICES = (0.0, 3.0)
"""Range of the prices, as a share of what a full freighter's part of a full truck's drive there and back costs."""

SHUT, LATER = 0.3, 0.5
"""How often a satellite is shut, and how often its freighters are offered cheaper at a later hour, for one move."""

LOADS, MOST_TOGETHER = 4, 6
"""Loads drawn for each satellite in one move, each of so many customers at most."""

LOOPS = (2, 7)
"""Least and, one more than, most loops taken out at a time."""

STEPS, HAUL_STEPS, STRETCHES = 500, 300, 2
"""Annealing of the loops taken out, and of the trucks after that."""

DEVIATION = 0.01
"""How much dearer than the best a plan may be to go on from, at first; less and less to nothing."""


class _Stand(NamedTuple):
    """A plan, the trucks of both directions as ordinary plans, and the cost by the judge."""

    plan: TwoEchelonPlan
    trucks: tuple[Plan, Plan]
    cost: float


def two_stage(instance: TwoEchelon, *, seconds: float, seed: int) -> TwoEchelonPlan:
    """Return the cheaper of two plans: freighters' routes first, then the trucks that these need.

    Freighters pay nothing for line-haul in one, and its part of a full truck's drive in the other.
    """
    plans = [_staged(instance, price, seconds / 2, seed) for price in (0.0, 1.0)]
    return min(plans, key=lambda plan: (len(judge(instance, plan)[1]), judge(instance, plan)[0]))


def _staged(instance: TwoEchelon, price: float, seconds: float, seed: int) -> TwoEchelonPlan:
    offers = early_offers(instance, price)
    near = _island(loops_problem(instance, instance.customers, offers), seconds / 2, seed)
    loops = loops_of(near, offers)
    down = _island(hauls_problem(instance, loops, is_up=False), seconds / 4, seed)
    up = _island(hauls_problem(instance, loops, is_up=True), seconds / 4, seed)
    return _plan(instance, loops, down, up)


def together(
    instance: TwoEchelon, *, seconds: float | None = None, moves: int | None = None, seed: int
) -> TwoEchelonPlan:
    """Return the cheapest plan found with both echelons in view, until time or so many moves are up.

    Raises ``ValueError`` where neither is given. Without ``seconds`` the work is counted and repeatable.
    """
    if seconds is None and moves is None:
        raise ValueError("neither seconds nor moves")
    return _Together(instance, seconds, moves, seed).run()


def early_offers(instance: TwoEchelon, price: float = 0.0) -> list[Offer]:
    """Return freighters of every satellite that set out as soon as the first truck can have brought their load.

    Customers who would be reached too late with the loads of ``LEVELS`` have freighters for theirs alone.
    """
    capacity = instance.freighters.capacity
    loads = {s: {round(share * capacity) for share in LEVELS} for s in instance.satellites}
    for row in instance.customers:
        late = _latest_load(instance, row)
        satellite = max(late, key=late.__getitem__)
        own = int(instance.delivery[row])
        if not any(own <= load <= late[s] for s, some in loads.items() for load in some):
            loads[satellite].add(own)
    return [_offer(instance, s, load, price) for s, some in loads.items() for load in sorted(some)]


def _latest_load(instance: TwoEchelon, row: int) -> dict[int, float]:
    """Return the most that can be handed over at each satellite before customer ``row`` is too late."""
    assert instance.windows is not None
    late = float(instance.windows[row, 1])
    ways = {s: float(instance.length[0, s] + instance.length[s, row]) for s in instance.satellites}
    return {s: (late - way) / max(instance.handling, 1e-9) for s, way in ways.items()}


def _offer(instance: TwoEchelon, satellite: int, load: int, price: float, later: float = 0.0) -> Offer:
    """Return freighters for ``load``; ``price`` as in ``PRICES``, ``later`` after the earliest hour."""
    way = float(instance.length[0, satellite])
    full = instance.trucks.fixed + 2 * way * instance.trucks.per_length
    share = instance.freighters.capacity / instance.trucks.capacity
    return Offer(satellite, way + instance.handling * load + later, load, price * full * share)


class _Together:
    """One search; mutable."""

    def __init__(self, instance: TwoEchelon, seconds: float | None, moves: int | None, seed: int) -> None:
        self._instance = instance
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._began, self._seconds = time.monotonic(), seconds
        self._moves, self._done = moves, 0

    def run(self) -> TwoEchelonPlan:
        """Return the cheapest plan met until the time is up."""
        instance = self._instance
        offers = early_offers(instance, price=1.0)
        seconds = None if self._seconds is None else FIRST_SHARE * self._seconds
        first = _island(loops_problem(instance, instance.customers, offers), seconds, self._seed)
        best = now = self._trucked(loops_of(first, offers), None)
        while self._share() < 1:
            then = self._moved(now)
            self._done += 1
            if then.cost < best.cost:
                best = now = then
            elif then.cost < best.cost * (1 + DEVIATION * max(0.0, 1 - self._share())):
                now = then
        return best.plan

    def _share(self) -> float:
        """Return the share of the time or of the moves that has gone."""
        timed = 0.0 if self._seconds is None else (time.monotonic() - self._began) / self._seconds
        return timed if self._moves is None else max(timed, self._done / self._moves)

    def _moved(self, now: _Stand) -> _Stand:
        """Return ``now`` with some neighbouring loops planned anew."""
        taken = self._neighbours(now.plan.loops)
        customers = sorted(row for k in taken for row in now.plan.loops[k].customers)
        offers = self._offers(customers)
        problem = loops_problem(self._instance, customers, offers)
        part = cooled(problem, None, rng=self._rng, shares=counted(STRETCHES), steps=STEPS)
        kept = tuple(loop for k, loop in enumerate(now.plan.loops) if k not in taken)
        return self._trucked((*kept, *loops_of(part, offers)), now)

    def _neighbours(self, loops: Sequence[Loop]) -> set[int]:
        """Return a random loop and those that come nearest to its customers."""
        size = int(self._rng.integers(*LOOPS))
        rows = list(loops[int(self._rng.integers(len(loops)))].customers)
        near = [float(self._instance.length[np.ix_(rows, loop.customers)].min(axis=0).mean()) for loop in loops]
        near = [apart * float(self._rng.uniform(0.7, 1.3)) for apart in near]
        return set(np.argsort(near)[:size].tolist())

    def _offers(self, customers: Sequence[int]) -> list[Offer]:
        """Return offers for some customers' loads at random prices, some satellites shut, some cheaper later."""
        instance, rng = self._instance, self._rng
        assert instance.windows is not None
        are_open = [s for s in instance.satellites if rng.random() >= SHUT] or list(instance.satellites)
        found: list[Offer] = []
        for satellite in are_open:
            price = float(rng.uniform(*PRICES))
            loads = {self._load(customers) for _ in range(LOADS)} | {instance.freighters.capacity}
            found += [_offer(instance, satellite, load, price) for load in sorted(loads)]
            if rng.random() < LATER:
                later = float(rng.uniform(0, 0.5) * instance.windows[instance.customers, 1].max())
                price *= float(rng.uniform(0, 1))
                found.append(_offer(instance, satellite, instance.freighters.capacity, price, later))
        return found

    def _load(self, customers: Sequence[int]) -> int:
        """Return what a random number of random customers get together, at most a freighter's load."""
        rows = self._rng.permutation(customers)[: int(self._rng.integers(1, MOST_TOGETHER + 1))]
        return min(int(self._instance.delivery[rows].sum()), self._instance.freighters.capacity)

    def _trucked(self, loops: tuple[Loop, ...], before: _Stand | None) -> _Stand:
        """Return the plan with these loops and trucks mended from those before; infinitely dear with faults."""
        down, up = (self._hauls(loops, is_up=is_up, before=before) for is_up in (False, True))
        plan = _plan(self._instance, loops, down, up)
        cost, faults = judge(self._instance, plan)
        return _Stand(plan, (down, up), np.inf if faults else cost)

    def _hauls(self, loops: tuple[Loop, ...], *, is_up: bool, before: _Stand | None) -> Plan:
        problem = hauls_problem(self._instance, loops, is_up=is_up)
        given = None
        if before is not None:
            old = before.trucks[is_up]
            gone = {i for _, trip in old.trips() for i in trip.shipments} - set(problem.shipment_of)
            days = {(r.vehicle_type, r.number): [without(draft_of(t), gone) for t in r.trips] for r in old.routes}
            count = problem.vehicle_types[0].count
            given = complete(problem, {unit: day for unit, day in days.items() if unit[1] <= count})
        begin, stretches = (0.0, STRETCHES) if given is None else (0.5, 1)
        return cooled(problem, given, rng=self._rng, shares=counted(stretches), steps=HAUL_STEPS, begin=begin)


def _plan(instance: TwoEchelon, loops: tuple[Loop, ...], down: Plan, up: Plan) -> TwoEchelonPlan:
    return TwoEchelonPlan(
        hauls=hauls_of(instance, down, loops, is_up=False),
        loops=loops,
        collections=hauls_of(instance, up, loops, is_up=True),
    )


def _island(problem: Problem, seconds: float | None, seed: int) -> Plan:
    """Search an ordinary problem with the population of the ordinary solver, or for ``ROUNDS`` without a time."""
    budget = Budget(seconds=seconds)
    rounds = ROUNDS if seconds is None else None
    island = Island(problem, seed=seed, index=1, budget=budget, report=lambda *_: None, rounds=rounds)
    island.start(None)
    done = 0
    while not budget.is_spent() and done != rounds:
        island.round(done)
        done += 1
    return island.best
