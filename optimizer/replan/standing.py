"""What of a plan stands at a given hour: trips begun, visits made, goods on board, vehicles broken down.

A trip has begun when its loading has. A visit stands once the vehicle has left for it: nobody
turns round between two places. Of a broken vehicle only the visits stand at which service
had begun.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.daybook import Unit
    from optimizer.plan import Plan, Route, Trip, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """One vehicle, by type and number, that goes no further from ``at_s`` on that day, which is past."""

    vehicle_type: str
    number: int
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How the day stands: it is ``now_s`` (0: nothing has begun), and these vehicles have broken down by now.

    ``recovery_s``: from the return of a broken vehicle's goods to the depot until they can be loaded again.

    Of a day that has gone on before, what its plan does not tell any more: ``back_s`` is when goods of vehicles that
    broke down by then can be loaded again, and ``lost`` names the vehicle on which others stay
    (``optimizer.replan.pinned.remembering``).
    """

    now_s: int = 0
    breakdowns: tuple[Breakdown, ...] = ()
    recovery_s: int = 0
    back_s: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)

    def broken_at(self, unit: Unit) -> int | None:
        """Return when the vehicle broke down, or None."""
        return next((b.at_s for b in self.breakdowns if (b.vehicle_type, b.number) == unit), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A trip that has begun: its first ``num_made`` visits stand.

    ``is_cut``: the vehicle broke down before its last visit; the others will not be made.
    ``is_over``: it has left its last visit for home, or is back.
    """

    trip: Trip
    num_made: int
    is_cut: bool = False
    is_over: bool = False

    @property
    def made(self) -> tuple[Visit, ...]:
        """The visits that stand."""
        return self.trip.visits[: self.num_made]

    @property
    def handed(self) -> tuple[str, ...]:
        """Shipments whose handover at a place stands: delivered, or collected for the depot."""
        delivered = {i for v in self.trip.visits for i in v.deliver}
        ids = (i for v in self.made for i in (*v.deliver, *(c for c in v.collect if c not in delivered)))
        return tuple(dict.fromkeys(ids))

    @property
    def aboard(self) -> tuple[str, ...]:
        """Shipments on board that are still to be delivered: from the depot, or collected on a visit that stands."""
        collected = {i for v in self.trip.visits for i in v.collect}
        taken = {i for v in self.made for i in v.collect}
        left = (i for v in self.trip.visits[self.num_made :] for i in v.deliver)
        return tuple(i for i in left if i not in collected or i in taken)

    @property
    def lost(self) -> frozenset[str]:
        """Local goods on board of a vehicle that broke down: nobody can collect them again."""
        collected = {i for v in self.made for i in v.collect}
        return frozenset(i for i in self.aboard if i in collected) if self.is_cut else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One vehicle's day: what has begun, and the trips that are still free to change."""

    route: Route
    begun: tuple[Begun, ...]
    free: tuple[Trip, ...]
    broken_at_s: int | None = None


def standing(plan: Plan, situation: Situation) -> dict[Unit, Standing]:
    """Return how each vehicle of the plan stands. O(visits)."""
    found = {}
    for route in plan.routes:
        unit = (route.vehicle_type, route.number)
        broken_at_s = situation.broken_at(unit)
        cut_s = situation.now_s if broken_at_s is None else broken_at_s
        begun, free = [], []
        for trip in route.trips:
            made = _begun(trip, cut_s, is_broken=broken_at_s is not None)
            if made is None:
                free.append(trip)
            else:
                begun.append(made)
        found[unit] = Standing(route=route, begun=tuple(begun), free=tuple(free), broken_at_s=broken_at_s)
    return found


def _begun(trip: Trip, cut_s: int, *, is_broken: bool) -> Begun | None:
    """Return what stands of a trip, None where it is as if it had not begun."""
    if trip.load_start_s >= cut_s:
        return None
    if is_broken:
        num_made = sum(visit.start_s < cut_s for visit in trip.visits)
        is_cut = num_made < len(trip.visits)
        return Begun(trip=trip, num_made=num_made, is_cut=is_cut, is_over=not is_cut) if num_made else None
    leaves_s = [trip.depart_s, *(visit.depart_s for visit in trip.visits)]
    num_left = sum(at_s < cut_s for at_s in leaves_s)
    return Begun(trip=trip, num_made=min(num_left, len(trip.visits)), is_over=num_left == len(leaves_s))


def handed_shipments(plan: Plan, situation: Situation) -> frozenset[str]:
    """Return the shipments that nobody can take back: a visit for them stands, be it only to collect them."""
    begun = [each for day in standing(plan, situation).values() for each in day.begun]
    return frozenset(i for each in begun for visit in each.made for i in (*visit.deliver, *visit.collect))


def begun_shipments(plan: Plan, situation: Situation) -> frozenset[str]:
    """Return the shipments that are loaded or handed over; those of a vehicle that broke down only if handed over."""
    found = set(handed_shipments(plan, situation))
    for each in standing(plan, situation).values():
        if each.broken_at_s is None:
            found.update(i for begun in each.begun for i in begun.aboard)
    return frozenset(found)
