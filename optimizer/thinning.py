"""Trips that carry the same goods twice, made to carry them once.

The master may let trips overlap, because a trip with a call less is rarely in the pool
but always possible. Here each doubly carried shipment stays on one trip, and the trips
that lose something are timed anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.loading import loaded
from optimizer.pool import pooled_trip
from optimizer.repair import without
from optimizer.schedule import draft_of, schedule_route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.plan import Trip
    from optimizer.pool import PooledTrip
    from optimizer.problem import Problem


def thinned(problem: Problem, trips: Sequence[PooledTrip]) -> list[PooledTrip]:
    """Return ``trips`` with every shipment on one trip only; trips left empty fall away."""
    gone = _spare_goods(problem, [(trip.vehicle_type, trip.trip) for trip in trips])
    made = [_lighter(problem, trip, goods) if goods else trip for trip, goods in zip(trips, gone, strict=True)]
    return [trip for trip in made if trip is not None]


def _spare_goods(problem: Problem, trips: Sequence[tuple[str, Trip]]) -> list[set[str]]:
    """Return what to leave out of each (vehicle type, trip), so that every shipment is carried once.

    Calls that most metres are saved by go first: a call is left out of a trip when all it
    hands over rides on other trips too. What then is still doubly carried stays on the
    trip named first. O(calls log calls).
    """
    gone = _spare_calls(problem, trips)
    seen: set[str] = set()
    for j, (_, trip) in enumerate(trips):
        carried = set(trip.shipments) - gone[j]
        gone[j] |= carried & seen
        seen |= carried
    return gone


def _spare_calls(problem: Problem, trips: Sequence[tuple[str, Trip]]) -> list[set[str]]:
    """Return, trip by trip, the goods of calls that others make too, dearest detours first."""
    carriers: dict[str, int] = defaultdict(int)
    for _, trip in trips:
        for shipment in trip.shipments:
            carriers[shipment] += 1
    gone: list[set[str]] = [set() for _ in trips]
    for _, j, goods in sorted(_calls(problem, trips, carriers), key=lambda c: (-c[0], c[1])):
        if all(carriers[shipment] > 1 for shipment in goods):
            gone[j] |= goods
            for shipment in goods:
                carriers[shipment] -= 1
    return gone


def _calls(
    problem: Problem, trips: Sequence[tuple[str, Trip]], carriers: dict[str, int]
) -> list[tuple[int, int, frozenset[str]]]:
    """Metres saved, trip and goods of every call that some other trip could make."""
    calls = []
    for j, (kind, trip) in enumerate(trips):
        metres = problem.matrices[problem.vehicle_type_of[kind].profile].distance_m
        rows = [problem.index(p) for p in (trip.start, *(v.place for v in trip.visits), trip.end)]
        for at, visit in enumerate(trip.visits, start=1):
            goods = frozenset((*visit.deliver, *visit.collect))
            if all(carriers[shipment] > 1 for shipment in goods):
                before, here, after = rows[at - 1 : at + 2]
                saved = int(metres[before, here] + metres[here, after] - metres[before, after])
                calls.append((saved, j, goods))
    return calls


def _lighter(problem: Problem, pooled: PooledTrip, gone: set[str]) -> PooledTrip | None:
    """Return the trip without some shipments, timed anew; None when nothing is left or no timing is found."""
    kind = problem.vehicle_type_of[pooled.vehicle_type]
    draft = loaded(problem, kind, without(draft_of(pooled.trip), gone))
    route = schedule_route(problem, kind.id, 1, [draft]) if draft is not None else None
    if route is None:
        return None
    lighter = pooled_trip(problem, kind.id, route.trips[0])
    return replace(lighter, number=pooled.number, loaded_s=pooled.loaded_s)
