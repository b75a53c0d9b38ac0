"""Rounds without the compiled search: PyVRP over the whole county, and over neighbourhoods of vehicles.

For machines that have no C++ compiler. A new day is taken only if it is better under the full rules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.bundles import fleet_units
from optimizer.daybook import NO_TIMES, DayBook, book_of
from optimizer.engines import Budget
from optimizer.engines.offers import Offer, rivals, whole_fleet
from optimizer.engines.pyvrp_data import adapt
from optimizer.engines.pyvrp_search import Tuning, days_of, improve, numbered
from optimizer.insertion import insert_missing
from optimizer.model import HORIZON_S
from optimizer.neighbourhoods import near_units
from optimizer.repair import admit, complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from optimizer.daybook import Unit
    from optimizer.engines.pyvrp_data import Adapter, Days
    from optimizer.plan import Plan
    from optimizer.problem import Problem

TURNS = ("coarse", "coarse", "whole", "fine", "coarse")
"""Kinds of round after the first: the whole county from scratch, or neighbourhoods in coarse or fine bundles."""

CHUNK_ITERATIONS = 1_500
"""Iterations of the search over the whole county before its routes are completed."""

FIRST_CHUNKS = 3
"""Chunks of that search in one round."""

SWEEP_SIZE = 12
"""Neighbourhoods re-solved in one sweep."""

PIECE_VISITS = (50, 120)
"""Sizes of neighbourhoods, in visits; small and large ones alternate at random."""

PIECE_ITERATIONS = 6
"""Iterations on one neighbourhood, per visit."""

WHOLE = Tuning(neighbours=20, perturbations=12, history=100)
PIECE = Tuning(neighbours=20, perturbations=10, history=50)


class Sweeps:
    """The searcher where nothing better can run."""

    phase = "neighbourhoods"

    def __init__(self, problem: Problem, *, rng: np.random.Generator, is_queued: bool, budget: Budget) -> None:
        self.problem = problem
        self._rng = rng
        self._is_queued = is_queued
        self._budget = budget
        self._given: Days | None = None

    def start(self, given: Plan | None) -> Iterator[Plan]:
        """Yield a first plan: one pass of local search over the whole county, from ``given`` if there is one."""
        self._given = None if given is None else days_of(self.problem, given)
        yield from self._search_whole(self._given, iterations=1, chunks=1)

    def stand_at(self, plan: Plan) -> None:
        """Do nothing: every round begins from the best plan."""

    def hear_of(self, plan: Plan) -> None:
        """Do nothing, as above."""

    def round(self, k: int, best: Plan, share: tuple[float, float]) -> Iterator[Plan]:  # noqa: ARG002 - the protocol's
        """Yield the plans of round ``k`` from the best plan so far."""
        turn = TURNS[(k - 1) % len(TURNS)]
        if k == 0 or not best.routes:
            # from scratch: a mended plan is a poor start, it looks infeasible through the hints
            yield from self._search_whole(self._given, iterations=CHUNK_ITERATIONS, chunks=FIRST_CHUNKS)
        elif turn == "whole":  # another day from scratch: its vehicles' days are what the masters combine
            yield from self._search_whole(None, iterations=CHUNK_ITERATIONS, chunks=FIRST_CHUNKS)
        else:
            yield from self._sweep(best, is_coarse=turn == "coarse")

    def _search_whole(self, days: Days | None, *, iterations: int, chunks: int) -> Iterator[Plan]:
        """Search the whole county in chunks, each going on where the last one stood and completed into a plan."""
        adapter = self._adapter(days)
        for _ in range(chunks):
            if self._budget.is_spent():
                return
            days = improve(adapter, self._share(iterations), self._seed(), days, tuning=WHOLE)
            yield complete(self.problem, numbered(self.problem, days))

    def _adapter(self, start: Days | None) -> Adapter:
        """Demand that all be served only where the start shows that it can be: faster, but blind to gaps."""
        offers = whole_fleet(self.problem, is_queued=self._is_queued)
        if start is not None:
            adapter = adapt(self.problem, is_coarse=True, is_required=True, offers=offers)
            if adapter.solution(start).is_feasible():
                return adapter
        return adapt(self.problem, is_coarse=True, offers=offers)

    def _sweep(self, best: Plan, *, is_coarse: bool) -> Iterator[Plan]:
        book = book_of(self.problem, best)
        for _ in range(SWEEP_SIZE):
            if self._budget.is_spent() or not book.trips:
                break
            most_visits = PIECE_VISITS[int(self._rng.integers(len(PIECE_VISITS)))]
            units = near_units(book, self._rng, most_visits=most_visits)
            if self._resolve(book, units, is_coarse=is_coarse, iterations=PIECE_ITERATIONS * most_visits):
                yield book.plan()

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
