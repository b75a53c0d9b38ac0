"""From anybody's trips to a plan within all rules: keep what may stay, drop what breaks a rule, insert the rest.

Dropping goes visit by visit in the given order; insertion is greedy, farthest goods
first, at the cheapest place that all rules allow. What finds no place is listed as unserved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.daybook import DayBook
from optimizer.insertion import insert_missing
from optimizer.schedule import TripDraft, VisitDraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.daybook import Unit
    from optimizer.model import VehicleType
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.schedule import Times


def complete(problem: Problem, drafts: Mapping[Unit, Sequence[TripDraft]], *, insert: bool = True) -> Plan:
    """Return a plan that keeps every rule, with as much of ``drafts`` as may stay and the missing shipments inserted.

    Parameters
    ----------
    drafts
        Trips per (vehicle type, number), in driving order; may break any rule and carry a
        shipment twice (the first stays). With no drafts this is the plan at once.
    insert
        False leaves what is missing unserved.

    Notes
    -----
    Trips that break no rule cost one look each: O(visits). About a millisecond for each
    shipment to be inserted.
    """
    return completed(problem, drafts, insert=insert).plan()


def completed(problem: Problem, drafts: Mapping[Unit, Sequence[TripDraft]], *, insert: bool = True) -> DayBook:
    """Return the day book behind ``complete``."""
    book = DayBook(problem)
    for unit, trips in drafts.items():
        if book.exists(unit):
            admit(book, unit, trips)
    if insert:
        insert_missing(book)
    return book


def admit(book: DayBook, unit: Unit, trips: Sequence[TripDraft]) -> None:
    """Put a vehicle's day into the book: whole if it may stay, else what can be saved of it."""
    kind = book.problem.vehicle_type_of[unit[0]]
    seen: set[str] = set()
    trips = [_sound(book, kind, trip, seen) for trip in trips]
    done = book.tried(unit, trips)
    if done is None:
        done = _salvaged(book, unit, trips)
    book.put(unit, *done)


def _sound(book: DayBook, kind: VehicleType, trip: TripDraft, seen: set[str]) -> TripDraft:
    """Leave out goods served elsewhere, at the wrong place, in the wrong order, or beyond the shelf."""
    shipment_of = book.problem.shipment_of
    aboard: set[str] = set()
    visits = []
    for visit in trip.visits:
        deliver = tuple(
            i
            for i in dict.fromkeys(visit.deliver)
            if i in shipment_of
            and shipment_of[i].destination == visit.place
            and (i in aboard or (i not in seen and i not in book.served and shipment_of[i].origin == kind.depot))
        )
        seen.update(deliver)
        aboard.difference_update(deliver)
        collect = tuple(
            i
            for i in dict.fromkeys(visit.collect)
            if i in shipment_of and shipment_of[i].origin == visit.place and i not in seen and i not in book.served
        )
        seen.update(collect)
        aboard.update(collect)
        visits.append(replace(visit, deliver=deliver, collect=collect))
    handed = kind.last_place if kind.last_place in book.problem.depot_of else ""
    stranded = {i for i in aboard if shipment_of[i].destination != handed}
    kept = [i for v in visits for i in (*v.deliver, *v.collect) if i not in stranded]
    if not book.has_shelf(shipment_of[i] for i in dict.fromkeys(kept)):
        stranded |= _beyond_shelf(book, kept)
    return without(TripDraft(visits=tuple(visits)), stranded)


def _beyond_shelf(book: DayBook, shipments: Iterable[str]) -> set[str]:
    shipment_of = book.problem.shipment_of
    taken: list[str] = []
    for i in dict.fromkeys(shipments):
        if book.has_shelf(shipment_of[j] for j in (*taken, i)):
            taken.append(i)
    return set(shipments) - set(taken)


def without(trip: TripDraft, gone: set[str]) -> TripDraft:
    """Return ``trip`` without some shipments; visits with nothing left to do are left out."""
    visits = []
    for visit in trip.visits:
        deliver = tuple(i for i in visit.deliver if i not in gone)
        collect = tuple(i for i in visit.collect if i not in gone)
        if deliver or collect:
            visits.append(VisitDraft(place=visit.place, deliver=deliver, collect=collect))
    return TripDraft(visits=tuple(visits))


def _salvaged(book: DayBook, unit: Unit, trips: Sequence[TripDraft]) -> tuple[list[TripDraft], Times]:
    """Keep the longest feasible beginning, drop the cheapest offender at each break, and go on.

    Goods are added visit by visit; when the day breaks, the new goods or one earlier
    shipment with a due time or a limit on board must go, whichever has the lower penalty.
    """
    kept: list[TripDraft] = []
    done = book.tried(unit, [])
    for trip in trips:
        gone: set[str] = set(trip.shipments)
        for visit in trip.visits:
            for goods in _pieces(trip, visit):
                if not goods & gone:
                    continue
                fewer = gone - goods
                now = book.tried(unit, [*kept, without(trip, fewer)])
                if now is None:
                    fewer, now = _without_one(book, unit, kept, trip=trip, gone=fewer, new=goods)
                if now is not None:
                    gone, done = fewer, now
        kept.append(without(trip, gone))
    if done is None:
        raise ValueError("a vehicle that stays at home breaks no rule")
    return done


def _pieces(trip: TripDraft, visit: VisitDraft) -> list[set[str]]:
    """All new goods of a visit together, then one by one: later entries only matter where the first is refused."""
    collected = {i for v in trip.visits for i in v.collect}
    new = [i for i in visit.deliver if i not in collected] + list(visit.collect)
    return [set(new), *({i} for i in new)] if len(new) > 1 else [set(new)] if new else []


def _without_one(
    book: DayBook, unit: Unit, kept: list[TripDraft], *, trip: TripDraft, gone: set[str], new: set[str]
) -> tuple[set[str], tuple[list[TripDraft], Times] | None]:
    """Try to make room for ``new`` goods by dropping one earlier shipment of the trip with a lower penalty."""
    shipment_of = book.problem.shipment_of
    worth = sum(shipment_of[i].penalty_fen for i in new)
    touchy = [
        s
        for i in trip.shipments
        if i not in gone and i not in new
        for s in [shipment_of[i]]
        if s.penalty_fen < worth and (s.max_on_board_s is not None or s.destination in book.problem.depot_of)
    ]
    for s in sorted(touchy, key=lambda s: s.penalty_fen):
        now = book.tried(unit, [*kept, without(trip, gone | {s.id})])
        if now is not None:
            return gone | {s.id}, now
    return gone, None
