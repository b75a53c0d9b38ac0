"""What differs between the plan that people were told and a new one: listed, counted and weighed.

Counted are shipments that change vehicle, neighbouring visits of a vehicle that swap their
order, visits whose service begins much earlier or later, and shipments that are not served any
more. Weights say what each is worth in money; nobody has measured them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.plan import Plan

KINDS = ("vehicle", "swap", "shift", "unserved", "served", "added", "cancelled")
"""Kinds of changes; the first four are weighed, the others follow from the events."""

SECONDS_PER_MIN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What a change is worth, in fen: placeholders, to be set by those who have to explain it to drivers and villages.

    ``vehicle_fen``: a shipment on another vehicle.  ``swap_fen``: two neighbouring visits in the other order.
    ``shift_fen_per_min``: a visit that much earlier or later, where it is more than ``free_shift_s``.
    ``unserved_fen``: a shipment not served any more, besides its penalty.
    """

    vehicle_fen: int = 1_000
    swap_fen: int = 500
    shift_fen_per_min: int = 20
    free_shift_s: int = 900
    unserved_fen: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference; what does not apply is empty or None.

    ``kind`` is one of ``KINDS``; ``other``: the shipment that now comes first, of a swap.
    """

    kind: str
    shipment: str
    place: str = ""
    other: str = ""
    vehicle_before: str = ""
    vehicle_after: str = ""
    before_s: int | None = None
    after_s: int | None = None
    weight_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All differences between two plans, in the order of the old one; ``weighed_fen`` is their sum."""

    items: tuple[Change, ...] = ()

    @property
    def weighed_fen(self) -> int:
        """What all changes together are worth."""
        return sum(change.weight_fen for change in self.items)

    @property
    def shift_s(self) -> int:
        """Seconds by which visits come earlier or later, together."""
        return sum(abs((c.after_s or 0) - (c.before_s or 0)) for c in self.items if c.kind == "shift")

    def count(self, kind: str) -> int:
        """Return how many changes are of this kind."""
        return sum(change.kind == kind for change in self.items)


class Handing(NamedTuple):
    """Where, when and by whom a shipment is handed over at a place; ``rank`` counts the vehicle's visits."""

    vehicle: str
    rank: int
    place: str
    start_s: int


def handings(plan: Plan) -> dict[str, Handing]:
    """Return the handover of every shipment carried: at its destination, or at its origin when that is a depot."""
    found: dict[str, Handing] = {}
    for route in plan.routes:
        visits = [visit for trip in route.trips for visit in trip.visits]
        for rank, visit in enumerate(visits):
            here = Handing(route.vehicle, rank, visit.place, visit.start_s)
            found.update(dict.fromkeys(visit.collect, here))
            found.update(dict.fromkeys(visit.deliver, here))  # of local goods the later end counts
    return found


def compare(before: Plan, after: Plan, weights: Weights) -> Changes:
    """Return the changes from one plan to another, of the same fleet. O(visits + shipments).

    Shipments that only one of the plans knows, carried or left, have been added or cancelled.
    """
    old, new = handings(before), handings(after)
    left_before = {u.shipment for u in before.unserved}
    left_after = {u.shipment for u in after.unserved}
    items = [
        *_vehicles(old, new, weights),
        *_swaps(old, new, weights),
        *_shifts(old, new, weights),
        *(_gone(i, old[i], weights) for i in old if i in left_after),
        *(_come("served", i, new[i]) for i in new if i in left_before),
        *(_come("added", i, new[i]) for i in new if i not in old and i not in left_before),
        *(Change(kind="added", shipment=i) for i in sorted(left_after - left_before - set(old))),
        *(
            Change(kind="cancelled", shipment=i, place=at.place, vehicle_before=at.vehicle, before_s=at.start_s)
            for i, at in old.items()
            if i not in new and i not in left_after
        ),
    ]
    return Changes(items=tuple(items))


def _vehicles(old: Mapping[str, Handing], new: Mapping[str, Handing], weights: Weights) -> Iterator[Change]:
    for id_, was in old.items():
        now = new.get(id_)
        if now is not None and now.vehicle != was.vehicle:
            yield Change(
                kind="vehicle",
                shipment=id_,
                place=was.place,
                vehicle_before=was.vehicle,
                vehicle_after=now.vehicle,
                before_s=was.start_s,
                after_s=now.start_s,
                weight_fen=weights.vehicle_fen,
            )


def _visits(old: Mapping[str, Handing]) -> dict[Handing, list[str]]:
    """Return the shipments of each visit, in the order of the day."""
    visits: dict[Handing, list[str]] = defaultdict(list)
    for id_, at in old.items():
        visits[at].append(id_)
    return dict(sorted(visits.items(), key=lambda visit: visit[0][:2]))


def _swaps(old: Mapping[str, Handing], new: Mapping[str, Handing], weights: Weights) -> Iterator[Change]:
    """Yield neighbours of one vehicle's day that still ride on it, now in the other order."""
    stays: dict[str, list[str]] = defaultdict(list)
    for at, ids in _visits(old).items():
        kept = next((i for i in ids if i in new and new[i].vehicle == at.vehicle), None)
        if kept is not None:
            stays[at.vehicle].append(kept)
    for vehicle, ids in stays.items():
        for first, second in pairwise(ids):
            if new[second].rank < new[first].rank:
                yield Change(
                    kind="swap",
                    shipment=first,
                    other=second,
                    place=old[first].place,
                    vehicle_before=vehicle,
                    vehicle_after=vehicle,
                    before_s=old[first].start_s,
                    after_s=new[first].start_s,
                    weight_fen=weights.swap_fen,
                )


def _shifts(old: Mapping[str, Handing], new: Mapping[str, Handing], weights: Weights) -> Iterator[Change]:
    """Yield each old visit once, by its shipment that moves farthest in time."""
    for at, ids in _visits(old).items():
        moved = [(abs(new[i].start_s - at.start_s), i) for i in ids if i in new]
        shift_s, id_ = max(moved, default=(0, ""))
        if shift_s > weights.free_shift_s:
            yield Change(
                kind="shift",
                shipment=id_,
                place=at.place,
                vehicle_before=at.vehicle,
                vehicle_after=new[id_].vehicle,
                before_s=at.start_s,
                after_s=new[id_].start_s,
                weight_fen=shift_s * weights.shift_fen_per_min // SECONDS_PER_MIN,
            )


def _gone(id_: str, was: Handing, weights: Weights) -> Change:
    return Change(
        kind="unserved",
        shipment=id_,
        place=was.place,
        vehicle_before=was.vehicle,
        before_s=was.start_s,
        weight_fen=weights.unserved_fen,
    )


def _come(kind: str, id_: str, now: Handing) -> Change:
    return Change(kind=kind, shipment=id_, place=now.place, vehicle_after=now.vehicle, after_s=now.start_s)
