"""One island of the search: a day that gets better round by round, in one process.

A round is one of three: a search over the whole county, a sweep of neighbourhoods (a
few vehicles near each other, re-solved together), or a master: the day composed from the
pool of trips, or vehicles' whole days combined. A new day is taken only if it is better under the full rules.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.bundles import fleet_units
from optimizer.combine import RoutePool, combine_days
from optimizer.day import compose_day
from optimizer.daybook import NO_TIMES, DayBook, book_of
from optimizer.engines import Budget
from optimizer.engines.offers import Offer, rivals, whole_fleet
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import Tuning, days_of, improve, numbered
from optimizer.insertion import insert_missing
from optimizer.model import HORIZON_S
from optimizer.neighbourhoods import near_units
from optimizer.pool import TripPool
from optimizer.repair import admit, complete
from optimizer.ruin import ruin_and_recreate
from optimizer.schedule import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.daybook import Unit
    from optimizer.engines.pyvrp_data import Adapter, Days
    from optimizer.plan import Plan
    from optimizer.problem import Problem

logger = logging.getLogger(__name__)

TURNS = (
    "recreate",
    "coarse",
    "combine",
    "coarse",
    "whole",
    "combine",
    "recreate",
    "fine",
    "coarse",
    "combine",
    "compose",
)
"""Kinds of round after the first, in turn: whole county, ruin and recreate, coarse or fine bundles, both masters."""

CHUNK_ITERATIONS = 1_500
"""Iterations of the search over the whole county before its routes are completed."""

FIRST_CHUNKS = 3
"""Chunks of that search in the first round."""

SWEEP_SIZE = 12
"""Neighbourhoods re-solved in one sweep."""

PIECE_VISITS = (50, 120)
"""Sizes of neighbourhoods, in visits; small and large ones alternate at random."""

PIECE_ITERATIONS = 6
"""Iterations on one neighbourhood, per visit."""

RUIN_STEPS = 60
"""Steps of one round of ruin and recreate."""

RECORD_MARGIN = 1.003
"""A recreated day is walked on from if it costs no more than so many times the best (record-to-record travel)."""

COMPOSE_WORK = 1.5
"""Deterministic time of one composition, about as many seconds."""

COMBINE_WORK = 0.5
"""Deterministic time of each half of combining vehicles' days, about as many seconds."""

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
        self.routes = RoutePool(problem)
        self._budget = budget
        self._given: Days | None = None
        self._report = report
        self._rng = np.random.default_rng([seed, index])

    def start(self, given: Plan | None) -> None:
        """Have a first plan at once: the given one, mended, and one pass of local search over the whole county."""
        if given is not None:
            trips = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in given.routes}
            self.offer(complete(self.problem, trips), "start")
            self._given = days_of(self.problem, self.best)
        self._search_whole(self._given, iterations=1, chunks=1, phase="first")

    def round(self, k: int) -> None:
        """Do round ``k``: first the whole county, then the kinds of round take turns."""
        turn = TURNS[(k - 1) % len(TURNS)]
        if k == 0 or not self.best.routes:
            # from scratch: a mended plan is a poor start, it looks infeasible through the hints
            self._search_whole(self._given, iterations=CHUNK_ITERATIONS, chunks=FIRST_CHUNKS, phase="search")
        elif turn == "whole":  # another day from scratch: its vehicles' days are what the masters combine
            self._search_whole(None, iterations=CHUNK_ITERATIONS, chunks=FIRST_CHUNKS, phase="search")
        elif turn == "recreate":
            self._ruin()
        elif turn == "compose":
            self._compose()
        elif turn == "combine":
            self._combine()
        else:
            self._sweep(is_coarse=turn == "coarse")

    def offer(self, plan: Plan, phase: str) -> bool:
        """Keep ``plan`` if it is better than the best so far; its trips are pooled all the same."""
        self.pool.add_plan(plan)
        self.routes.add_plan(plan)
        if plan.cost.total_fen >= self.best.cost.total_fen:
            return False
        self.best = plan
        self._report(plan, phase)
        return True

    def adopt(self, others: Sequence[Plan]) -> None:
        """Take over another island's plan if the own one is clearly worse; pool all of their trips."""
        for plan in others:
            self.pool.add_plan(plan)
            self.routes.add_plan(plan)
        best = min(others, key=lambda plan: plan.cost.total_fen, default=self.best)
        if self.best.cost.total_fen > CLOSE * best.cost.total_fen:
            self.best = best

    def _search_whole(self, days: Days | None, *, iterations: int, chunks: int, phase: str) -> None:
        """Search the whole county in chunks, each going on where the last one stood and completed into a plan."""
        adapter = self._adapter(days)
        for _ in range(chunks):
            if self._budget.is_spent():
                return
            days = improve(adapter, self._share(iterations), self._seed(), days, tuning=WHOLE)
            self.offer(complete(self.problem, numbered(self.problem, days)), phase)

    def _adapter(self, start: Days | None) -> Adapter:
        """Demand that all be served only where the start shows that it can be: faster, but blind to gaps.

        Every other island leaves the queue at the docks to the repair, for variety.
        """
        offers = whole_fleet(self.problem, is_queued=self.index % 2 == 0)
        if start is not None:
            adapter = adapt(self.problem, is_coarse=True, is_required=True, offers=offers)
            if adapter.solution(start).is_feasible():
                return adapter
        return adapt(self.problem, is_coarse=True, offers=offers)

    def _ruin(self) -> None:
        book = book_of(self.problem, self.best)
        for _ in range(RUIN_STEPS):
            if self._budget.is_spent():
                break
            most_fen = int(self.best.cost.total_fen * RECORD_MARGIN)
            if ruin_and_recreate(book, self._rng, most_fen) and book.total_fen() < self.best.cost.total_fen:
                self.offer(book.plan(), "recreate")

    def _sweep(self, *, is_coarse: bool) -> None:
        book = book_of(self.problem, self.best)
        for _ in range(SWEEP_SIZE):
            if self._budget.is_spent() or not book.trips:
                break
            most_visits = PIECE_VISITS[int(self._rng.integers(len(PIECE_VISITS)))]
            units = near_units(book, self._rng, most_visits=most_visits)
            if self._resolve(book, units, is_coarse=is_coarse, iterations=PIECE_ITERATIONS * most_visits):
                self.offer(book.plan(), "neighbourhoods")

    def _resolve(self, book: DayBook, units: list[Unit], *, is_coarse: bool, iterations: int) -> bool:
        """Solve the days of ``units`` anew and put the result into ``book`` if it is better."""
        own = {i for u in units for t in book.trips[u] for i in t.shipments}
        left = {s.id for s in self.problem.shipments if s.id not in book.served}
        goods = [s for s in self.problem.shipments if s.id in own or s.id in left]
        offers = [_offer(book, unit) for unit in units] + _spare(book)
        start: Days = [(offer.unit, book.trips[u]) for offer, u in zip(offers, units, strict=False)]
        adapter = adapt(self.problem, goods, is_coarse=is_coarse, offers=offers)
        days = improve(adapter, self._share(iterations), self._seed(), start, tuning=PIECE)
        return bool(days) and _exchange(book, units, days)

    def _compose(self) -> None:
        hint = self.pool.add_plan(self.best)
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

    def _combine(self) -> None:
        plan = combine_days(
            self.problem,
            self.routes.routes,
            deterministic_time=COMBINE_WORK,
            seconds=self._budget.left_s(),
            seed=self._seed(),
            hint=self.best,
        )
        if plan is not None:
            self.offer(plan, "combine")

    def _share(self, iterations: int) -> Budget:
        return Budget(seconds=self._budget.left_s(), iterations=iterations, should_stop=self._budget.should_stop)

    def _seed(self) -> int:
        return int(self._rng.integers(1 << 31))


def _offer(book: DayBook, unit: Unit) -> Offer:
    """Offer a vehicle on the road: home by the earliest due time on board, or by its return if that is later."""
    kind, shipment_of = book.problem.vehicle_type_of[unit[0]], book.problem.shipment_of
    own = frozenset(i for t in book.trips[unit] for i in t.shipments)
    due_s = min((shipment_of[i].due_s for i in own if shipment_of[i].destination == kind.depot), default=HORIZON_S)
    home_by_s = max(min(due_s, kind.shift.late_s), book.times[unit].starts[-1][-1])
    counts_as = unit if unit in fleet_units(book.problem) else (unit[0], 0)
    rarer, others = rivals(book.problem)
    has_rarer = any(shipment_of[i].commodity in rarer for i in own)
    return Offer(unit=counts_as, count=1, home_by_s=home_by_s, refuses=others if has_rarer else rarer, own=own)


def _spare(book: DayBook) -> list[Offer]:
    """Offer one idle vehicle of each type, with the promises of the first of its kind."""
    spare: dict[str, Offer] = {}
    for offer in whole_fleet(book.problem):
        type_id, number = offer.unit
        free = number or book.free_number(type_id)
        if type_id not in spare and (type_id, free) not in book.trips and book.exists((type_id, free)):
            spare[type_id] = replace(offer, count=1)
    return list(spare.values())


def _exchange(book: DayBook, units: list[Unit], days: Days) -> bool:
    """Replace the days of ``units`` by ``days``, and take it back unless cost falls under the full rules."""
    before, memory = book.total_fen(), book.snapshot()
    for unit in units:
        book.put(unit, [], NO_TIMES)
    for (type_id, number), trips in days:
        unit = (type_id, number or book.free_number(type_id))
        if book.exists(unit):
            admit(book, unit, trips)
    insert_missing(book)
    if book.total_fen() < before:
        return True
    book.restore(memory)
    return False
