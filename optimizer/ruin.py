"""Ruin and recreate under the full rules: take out some goods near each other and insert them anew.

Slow but knows everything: conflicts, rests, time on board, docks, locks. It finds what a
search that lacks these rules cannot see. After Schrimpf et al. (2000), *Record breaking
optimization results using the ruin and recreate principle*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.insertion import insert_missing
from optimizer.repair import without

if TYPE_CHECKING:
    import numpy as np

    from optimizer.daybook import DayBook

MOST_PLACES = 8
"""Places whose goods are taken out at most in one step."""


MOST_LEFT = 10
"""Goods left behind earlier that are tried again in one step."""

TRIP_SHARE = 0.15
"""How often a whole trip or a vehicle's whole day is taken out, so that vehicles can be saved."""


def ruin_and_recreate(book: DayBook, rng: np.random.Generator, most_fen: int = 0) -> bool:
    """Do one step; tell whether the day became cheaper.

    A day that would become dearer, and dearer than ``most_fen``, is left as it was.
    """
    before, memory = book.total_fen(), book.snapshot()
    gone = _goods_of_trips(book, rng) if book.trips and rng.random() < TRIP_SHARE else _near_goods(book, rng)
    for unit in sorted({book.served[i] for i in gone if i in book.served}):
        done = book.tried(unit, [without(trip, gone) for trip in book.trips[unit]])
        if done is None:  # an order lock may ask for what was taken out
            book.restore(memory)
            return False
        book.put(unit, *done)
    left = [s.id for s in book.problem.shipments if s.id not in book.served and s.id not in gone]
    some = rng.choice(len(left), min(len(left), MOST_LEFT), replace=False) if left else ()
    insert_missing(book, rng, only=gone | {left[int(at)] for at in some})
    after = book.total_fen()
    if after > max(before, most_fen):
        book.restore(memory)
    return after < before


def _goods_of_trips(book: DayBook, rng: np.random.Generator) -> set[str]:
    """Return the goods of one trip, or of the whole day of a vehicle that has little to do."""
    units = sorted(book.trips, key=lambda u: (book.times[u].work_s, u))
    if rng.random() < 0.5:
        unit = units[min(int(rng.exponential(len(units) / 4)), len(units) - 1)]
        return {i for trip in book.trips[unit] for i in trip.shipments}
    trips = [trip for unit in units for trip in book.trips[unit]]
    return set(trips[int(rng.integers(len(trips)))].shipments)


def _near_goods(book: DayBook, rng: np.random.Generator) -> set[str]:
    """Goods handed over at a random place and at some of those nearest to it."""
    problem = book.problem
    ends: dict[str, list[str]] = {}
    for s in problem.shipments:
        for end in {s.origin, s.destination} - set(problem.depot_of):
            ends.setdefault(end, []).append(s.id)
    places = sorted(ends)
    if not places:
        return set()
    centre = problem.index(places[int(rng.integers(len(places)))])
    profiles = sorted(problem.matrices)
    seconds = problem.matrices[profiles[int(rng.integers(len(profiles)))]].duration_s[centre]  # (n,)
    near = sorted(places, key=lambda p: int(seconds[problem.index(p)]) if seconds[problem.index(p)] >= 0 else 1 << 40)
    most = int(rng.integers(1, MOST_PLACES + 1))
    skipping = float(rng.random()) * 0.5  # leave some out, so that the hole has no sharp edge
    picked = [p for p in near[: 2 * most] if rng.random() >= skipping][:most]
    return {i for p in picked for i in ends[p]}
