"""One island of the search: a day that gets better round by round, in one process.

A round is one of three: a search over the whole county, a sweep of neighbourhoods (a
few vehicles near each other, re-solved together), or the master composing the day from
the pool of trips. A new day is taken only if it is better under the full rules.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from optimizer.day import compose_day
from optimizer.daybook import NO_TIMES, DayBook, book_of
from optimizer.engines import Budget
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import Tuning, days_of, improve, numbered
from optimizer.insertion import insert_missing
from optimizer.neighbourhoods import near_units
from optimizer.plan import Plan
from optimizer.pool import TripPool
from optimizer.repair import admit, complete
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.daybook import Unit
    from optimizer.engines.pyvrp_data import Days
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

GLOBAL_ITERATIONS = 1_200
"""Iterations of one search over the whole county."""

SWEEP_SIZE = 12
"""Neighbourhoods re-solved in one sweep."""

PIECE_ITERATIONS = 400
"""Iterations on one neighbourhood."""

PIECE_VISITS = 80
"""Visits of one neighbourhood, about."""

COMPOSE_WORK = 1.5
"""Deterministic time of one composition, about as many seconds."""

CLOSE = 1.01
"""An island whose cost is within this factor of the best keeps its own plan at an exchange."""

WHOLE = Tuning(neighbours=20, perturbations=12, history=100)
PIECE = Tuning(neighbours=20, perturbations=10, history=50)


class Island:
    """A search with its own seed; ``report`` hears of every better plan and the phase that found it."""

    def __init__(
        self, problem: Problem, *, seed: int, index: int, budget: Budget, report: Callable[[Plan, str], None]
    ) -> None:
        self.problem = problem
        self.index = index
        self.best = complete(problem, {}, insert=False)
        self.pool = TripPool(problem)
        self._budget = budget
        self._report = report
        self._rng = np.random.default_rng([seed, index])

    def start(self, given: Plan | None) -> None:
        """Have a first plan at once: the given one, mended, and one pass of local search over the whole county."""
        if given is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in given.routes}
            self.offer(complete(self.problem, trips), "start")
        self._search_whole(iterations=1, phase="first")

    def round(self, k: int) -> None:
        """Do round ``k``: the kinds of round take turns, islands begin at different ones."""
        turn = (k + self.index) % 4
        if turn == 0 or not self.best.routes:
            self._search_whole(iterations=GLOBAL_ITERATIONS, phase="search")
        elif turn == 3:
            self._compose()
        else:
            self._sweep(is_coarse=turn == 1)

    def offer(self, plan: Plan, phase: str) -> bool:
        """Keep ``plan`` if it is better than the best so far; its trips are pooled all the same."""
        self.pool.add_plan(plan)
        if plan.cost.total_fen >= self.best.cost.total_fen:
            return False
        self.best = plan
        self._report(plan, phase)
        return True

    def adopt(self, others: Sequence[Plan]) -> None:
        """Take over another island's plan if the own one is clearly worse; pool all of their trips."""
        for plan in others:
            self.pool.add_plan(plan)
        best = min(others, key=lambda plan: plan.cost.total_fen, default=self.best)
        if self.best.cost.total_fen > CLOSE * best.cost.total_fen:
            self.best = best

    def _search_whole(self, *, iterations: int, phase: str) -> None:
        is_required = not self.best.unserved or not self.best.routes
        adapter = adapt(self.problem, is_coarse=True, is_required=is_required)
        start = days_of(adapter, self.best) if self.best.routes else None

        def offer(days: Days) -> None:
            self.offer(complete(self.problem, numbered(self.problem, days)), phase)

        days = improve(adapter, self._share(iterations), self._seed(), start, tuning=WHOLE)
        if days:
            offer(days)

    def _sweep(self, *, is_coarse: bool) -> None:
        book = book_of(self.problem, self.best)
        for _ in range(SWEEP_SIZE):
            if self._budget.is_spent() or not book.trips:
                break
            units = near_units(book, self._rng, most_visits=PIECE_VISITS)
            if self._resolve(book, units, is_coarse=is_coarse):
                self.offer(book.plan(), "neighbourhoods")

    def _resolve(self, book: DayBook, units: list[Unit], *, is_coarse: bool) -> bool:
        """Solve the days of ``units`` anew and put the result into ``book`` if it is better."""
        own = {i for u in units for t in book.trips[u] for i in t.shipments}
        left = {s.id for s in self.problem.shipments if s.id not in book.served}
        goods = [s for s in self.problem.shipments if s.id in own or s.id in left]
        named = {(k.vehicle_type, k.number) for k in self.problem.locks}
        start: Days = [(u if u in named else (u[0], 0), book.trips[u]) for u in units]
        fleet = _fleet(book, [u for u, _ in start])
        adapter = adapt(self.problem, goods, is_coarse=is_coarse, is_required=not left, fleet=fleet)
        days = improve(adapter, self._share(PIECE_ITERATIONS), self._seed(), start, tuning=PIECE)
        return bool(days) and _exchange(book, units, days)

    def _compose(self) -> None:
        hint = [p for p in self.pool.add_plan(self.best)]
        plan = compose_day(
            self.problem,
            self.pool.trips,
            deterministic_time=COMPOSE_WORK,
            seconds=self._budget.left_s(),
            seed=self._seed(),
            hint=hint,
        )
        if plan is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in plan.routes}
            self.offer(min((plan, complete(self.problem, trips)), key=lambda p: p.cost.total_fen), "compose")

    def _share(self, iterations: int) -> Budget:
        return Budget(seconds=self._budget.left_s(), iterations=iterations, should_stop=self._budget.should_stop)

    def _seed(self) -> int:
        return int(self._rng.integers(1 << 31))


def _fleet(book: DayBook, own: list[Unit]) -> dict[Unit, int]:
    """Vehicles of a neighbourhood, and one idle one of each type besides."""
    fleet: dict[Unit, int] = {}
    for unit in own:
        fleet[unit] = fleet.get(unit, 0) + 1
    named = {(k.vehicle_type, k.number) for k in book.problem.locks if k.number}
    for kind in book.problem.vehicle_types:
        idle = [n for n in range(1, kind.count + 1) if (kind.id, n) not in book.trips and (kind.id, n) not in named]
        if idle:
            fleet[kind.id, 0] = fleet.get((kind.id, 0), 0) + 1
    return fleet


def _exchange(book: DayBook, units: list[Unit], days: Days) -> bool:
    """Replace the days of ``units`` by ``days``, and take it back unless cost falls under the full rules."""
    before, memory = book.total_fen(), book.snapshot()
    for unit in units:
        book.put(unit, [], NO_TIMES)
    for (type_id, number), trips in days:
        admit(book, (type_id, number or book.free_number(type_id)), trips)
    insert_missing(book)
    if book.total_fen() < before:
        return True
    book.restore(memory)
    return False
