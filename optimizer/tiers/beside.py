"""The ordinary problem of a plan's legs in which a vehicle's day may change beside handovers that stand.

A first leg is due when its goods must be handled for whoever takes them on, a second leg is ready when they have
been, fresh goods keep their time from door to door. So one vehicle at a time may be timed anew under all rules, by
whatever times an ordinary day, and every handover still holds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.model import HORIZON_S
from optimizer.tiers.legs import leg_locks
from optimizer.tiers.model import DIRECT, leg_id
from optimizer.tiers.plan import Stay, driven, handled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from optimizer.model import Shipment
    from optimizer.problem import Problem
    from optimizer.tiers.model import Station, TieredPlan, Tiers
    from optimizer.tiers.plan import Carried


def beside(
    tiers: Tiers,
    plan: TieredPlan,
    moved: Mapping[str, Carried],
    *,
    bound: Collection[str] | None = None,
    changing: Collection[str] = (),
) -> Problem:
    """Return the problem of the plan's legs by road and whole shipments, held to handovers. O(visits).

    Parameters
    ----------
    moved
        When each leg is carried, as far as that is known; of a leg that is not in it nothing follows.
    bound
        Legs that are held; None means all.
    changing
        Legs that may yet be taken on later than ``moved`` says: nobody has to hurry for them.
    """
    legs = driven(tiers, plan)
    passing = [s for s in tiers.problem.shipments if leg_id(s.id, 1) in moved or leg_id(s.id, 2) in moved]
    ready = _handled(tiers, plan, moved, changing, passing)
    bounds: dict[str, Shipment] = {}
    known = legs.shipment_of
    for s in passing:
        station = tiers.through(s, plan.choice, plan.exceptions)
        if station is None:
            continue
        first, second = (leg_id(s.id, index) for index in (1, 2))
        if first in known and (bound is None or first in bound):
            taken = None if second in changing else moved.get(second)
            bounds[first] = _inward(s, known[first], station, taken)
        if second in known and (bound is None or second in bound):
            bounds[second] = _onward(s, known[second], moved.get(first), ready.get(s.id, 0))
    ways = ((s, tiers.way(s, plan.choice, plan.exceptions)) for s in tiers.problem.shipments)
    left = {u.shipment for u in plan.plan.unserved}
    directions = {s.id: tiers.direction(s) for s, way in ways if way.station and s.id not in left}
    refused = {s.id for s in tiers.problem.shipments if not _is_called_at(tiers, plan, s)}
    locks = tuple(leg_locks(tiers, directions, refused))
    return replace(legs, shipments=tuple(bounds.get(s.id, s) for s in legs.shipments), locks=locks)


def _is_called_at(tiers: Tiers, plan: TieredPlan, s: Shipment) -> bool:
    """Tell whether a vehicle hands the goods over at their far end: of that alone locks speak."""
    way = tiers.way(s, plan.choice, plan.exceptions)
    return way == DIRECT or (bool(way.station) and way.last == "road")


def _handled(
    tiers: Tiers,
    plan: TieredPlan,
    moved: Mapping[str, Carried],
    changing: Collection[str],
    passing: Collection[Shipment],
) -> dict[str, int]:
    """Return when what comes to each station is handled there, as early as its throughput lets it be."""
    stays: dict[str, list[Stay]] = defaultdict(list)
    for s in passing:
        station = tiers.through(s, plan.choice, plan.exceptions)
        first, second = (moved.get(leg_id(s.id, index)) for index in (1, 2))
        if station is not None and first is not None:
            is_open = second is None or leg_id(s.id, 2) in changing
            left_s = HORIZON_S if is_open or second is None else max(first.handed_s, second.loaded_s)
            stays[station.place].append(Stay(s, first.handed_s, left_s))
    found: dict[str, int] = {}
    for place, some in stays.items():
        found |= handled(tiers, tiers.station_of[place], some)
        for stay in some:
            found.setdefault(stay.shipment.id, stay.arrived_s + tiers.station_of[place].handling_s)
    return found


def _inward(s: Shipment, leg: Shipment, station: Station, taken: Carried | None) -> Shipment:
    """Return a first leg that comes in time for whoever has ``taken`` the goods on."""
    if taken is None:
        return leg
    ready_s = leg.ready_s if s.max_on_board_s is None else max(leg.ready_s, taken.handed_s - s.max_on_board_s)
    due_s = max(0, taken.loaded_s - station.handling_s)
    return replace(leg, ready_s=ready_s, due_s=due_s)


def _onward(s: Shipment, leg: Shipment, brought: Carried | None, ready_s: int) -> Shipment:
    """Return a second leg that waits for the goods to be handled, and is quick enough if they are fresh."""
    if brought is None:
        return leg
    due_s = leg.due_s if s.max_on_board_s is None else min(leg.due_s, brought.left_s + s.max_on_board_s)
    return replace(leg, ready_s=ready_s, due_s=due_s)
