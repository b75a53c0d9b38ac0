"""Seals: goods of no weight that hold a trip to when it was loaded, or to when it came home.

A search knows only goods; what no goods tell of the past, seals do. They never leave this package.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from optimizer.model import Lock, Shipment, TimeWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.daybook import Unit
    from optimizer.plan import Plan, Trip, Visit
    from optimizer.problem import Problem
    from optimizer.replan.standing import Standing
    from optimizer.schedule import TripDraft

PINNED_FEN = 100_000_000
"""Penalty of leaving out what stands; it is never really left."""

SEAL = "\N{BLACK SQUARE}"
"""First letter of the ids of seals; files refuse no letter, but nobody begins an id with this one."""


class Seal(NamedTuple):
    """Goods of no weight on a trip that has begun, handed over at its visit number ``visit``."""

    rank: int
    visit: int
    goods: Shipment
    lock: Lock


def seals_of(after: Problem, unit: Unit, day: Standing) -> Iterator[Seal]:
    """Yield the seals of a day.

    A trip that is over is due home when it was: else a search could send the vehicle on, after the fact, from a
    place that it has left. One that went out empty is loaded when it was; what others carry tells that by itself.
    """
    for rank, begun in enumerate(day.begun):
        known = [i for visit in begun.made for i in (*visit.deliver, *visit.collect) if i in after.shipment_of]
        if not known:
            continue
        seal = _Sealing(after, unit, rank, after.shipment_of[known[0]])
        trip, collected = begun.trip, {i for v in begun.trip.visits for i in v.collect}
        if all(i in collected for i in trip.shipments):
            ends = {"id": "out", "origin": trip.start, "destination": begun.made[0].place}
            yield seal.on(0, begun.made[0], **ends, ready_s=trip.load_start_s)
        if begun.is_over:
            ends = {"id": "home", "origin": begun.made[-1].place, "destination": trip.end}
            yield seal.on(len(begun.made) - 1, begun.made[-1], **ends, due_s=trip.return_s)


class _Sealing(NamedTuple):
    """Makes the seals of one trip, of a commodity that rides on it anyway."""

    after: Problem
    unit: Unit
    rank: int
    like: Shipment

    def on(self, rank: int, visit: Visit, **fields: Any) -> Seal:
        fields["id"] = f"{SEAL}{self.unit[0]}#{self.unit[1]}/{self.rank}/{fields['id']}"
        goods = Shipment(
            load=(0,) * len(self.like.load), commodity=self.like.commodity, penalty_fen=PINNED_FEN, **fields
        )
        moment = TimeWindow(early_s=visit.start_s, late_s=visit.start_s)
        lock = Lock(shipment=goods.id, vehicle_type=self.unit[0], number=self.unit[1], window=moment)
        return Seal(self.rank, rank, goods, lock)


def sealed(after: Problem, drafts: list[TripDraft], seals: list[Seal]) -> list[TripDraft]:
    """Return the drafts with the seals on their visits, stowed beside the goods handed over there."""
    drafts = list(drafts)
    for rank, at, goods, _ in seals:
        visits = list(drafts[rank].visits) if rank < len(drafts) else []
        if at >= len(visits) or visits[at].place not in (goods.origin, goods.destination):
            continue  # its visit was made for goods that are lost
        old, boxes = visits[at], dict(drafts[rank].stowage)
        beside = [(goods.id, boxes[i]) for i in (*old.deliver, *old.collect) if i in boxes][:1]
        if goods.origin in after.depot_of and goods.destination == old.place:
            visits[at] = replace(old, deliver=(*old.deliver, goods.id))
        else:
            visits[at] = replace(old, collect=(*old.collect, goods.id))
        drafts[rank] = replace(drafts[rank], visits=tuple(visits), stowage=(*drafts[rank].stowage, *beside))
    return drafts


def without_seals(plan: Plan) -> Plan:
    """Return the plan as people know it."""

    def cut(trip: Trip) -> Trip:
        visits = (replace(v, deliver=_unsealed(v.deliver), collect=_unsealed(v.collect)) for v in trip.visits)
        stowage = tuple(pair for pair in trip.stowage if not pair[0].startswith(SEAL))
        return replace(trip, visits=tuple(v for v in visits if v.deliver or v.collect), stowage=stowage)

    routes = (replace(route, trips=tuple(cut(trip) for trip in route.trips)) for route in plan.routes)
    left = tuple(u for u in plan.unserved if not u.shipment.startswith(SEAL))
    return replace(plan, routes=tuple(routes), unserved=left)


def _unsealed(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(i for i in ids if not i.startswith(SEAL))
