"""A plan across tiers from its trips and rides alone: ways, handovers, what is left and the cost follow from them.

Whoever changes trips and rides by hand or by insertion says nothing else: a shipment that is named whole goes direct
or by line, one that is named by its legs passes the station at which the first of them ends. What then cannot be
handed over in time is stated all the same, so that the referee can say so.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.fallback import UNEXPLAINED
from optimizer.plan import Unserved
from optimizer.tiers.model import DIRECT, TieredPlan, Way, leg_id
from optimizer.tiers.plan import Stay, handled, handover, movements, tiered_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import Choice, Handover, Tiers

LEGS = (1, 2)


def restated(tiers: Tiers, before: TieredPlan, plan: Plan, rides: Iterable[Ride]) -> TieredPlan:
    """Return the plan across tiers of these trips and rides; of ``plan`` the routes alone are read.

    A group of places whose goods all go another way than ``before`` goes that way, single shipments are exceptions.
    What neither trips nor rides name is unserved, for the reason that ``before`` has, if it has one. O(visits).

    ``contradictions`` must find nothing.
    """
    rides = tuple(rides)
    going = _ways(tiers, plan, rides)
    choice = _choice(tiers, before.choice, going)
    exceptions = {s.id: going[s.id] for s in tiers.problem.shipments if _is_exception(tiers, choice, s, going)}
    old = {u.shipment: u for u in before.plan.unserved}
    left = (s.id for s in tiers.problem.shipments if s.id not in going)
    unserved = tuple(old.get(i, Unserved(shipment=i, reason=UNEXPLAINED)) for i in left)
    made = TieredPlan(choice=choice, plan=replace(plan, unserved=unserved), exceptions=exceptions, rides=rides)
    made = replace(made, handovers=tuple(_handovers(tiers, made)))
    return replace(made, plan=replace(made.plan, cost=tiered_cost(tiers, made)))


def contradictions(tiers: Tiers, plan: Plan, rides: Iterable[Ride]) -> tuple[str, ...]:
    """Return the shipments that are named in ways that exclude each other, in the order of the problem.

    Whole and by legs; the same leg on a trip and on a ride; by legs of which the first ends at no station, or that
    have no station to pass.
    """
    rides = tuple(rides)
    driven, ridden = _driven(plan), {r.shipment for r in rides}
    ends = _first_ends(tiers, plan, rides)
    found = []
    for s in tiers.problem.shipments:
        legs = [leg for leg in (leg_id(s.id, index) for index in LEGS) if leg in driven or leg in ridden]
        is_whole = s.id in driven or s.id in ridden
        is_twice = any(i in driven and i in ridden for i in (s.id, *legs))
        is_astray = bool(legs) and (tiers.far_end(s) is None or ends.get(s.id) not in tiers.station_of)
        if is_twice or is_astray or (is_whole and legs):
            found.append(s.id)
    return tuple(found)


def _driven(plan: Plan) -> set[str]:
    return {i for _, trip in plan.trips() for i in trip.shipments}


def _ways(tiers: Tiers, plan: Plan, rides: tuple[Ride, ...]) -> dict[str, Way]:
    """Return the way of every shipment that trips or rides name."""
    driven, ridden = _driven(plan), {r.shipment for r in rides}
    ends = _first_ends(tiers, plan, rides)
    found = {}
    for s in tiers.problem.shipments:
        if s.id in driven or s.id in ridden:
            found[s.id] = DIRECT if s.id in driven else Way(last="line")
        elif s.id in ends:
            means = tuple("line" if leg_id(s.id, index) in ridden else "road" for index in LEGS)
            trunk, last = means if tiers.direction(s) == "down" else means[::-1]
            found[s.id] = Way(ends[s.id], trunk, last)
    return found


def _first_ends(tiers: Tiers, plan: Plan, rides: tuple[Ride, ...]) -> dict[str, str]:
    """Return where the first leg of each shipment named by legs ends; where it is missing, where the second begins."""
    moved = movements(TieredPlan(choice={}, plan=plan, rides=rides))
    found = {}
    for s in tiers.problem.shipments:
        first, second = (moved.get(leg_id(s.id, index)) for index in LEGS)
        if first is not None:
            found[s.id] = first.destination
        elif second is not None:
            found[s.id] = second.origin
    return found


def _choice(tiers: Tiers, before: Choice, going: Mapping[str, Way]) -> dict[str, Way]:
    """Return the old ways of places, but for groups whose goods agree on another."""
    asked: dict[str, set[Way]] = defaultdict(set)
    kept: dict[str, bool] = defaultdict(bool)
    for s in tiers.problem.shipments:
        far = tiers.far_end(s)
        if far is not None and s.id in going:
            asked[far].add(going[s.id])
            kept[far] |= tiers.way(s, before) == going[s.id]
    choice = dict(before)
    for places, _ in tiers.groups:
        ways = set().union(*(asked[p] for p in places))
        if len(ways) == 1 and not any(kept[p] for p in places):
            choice.update(dict.fromkeys(places, next(iter(ways))))
    return choice


def _is_exception(tiers: Tiers, choice: Choice, s: Shipment, going: Mapping[str, Way]) -> bool:
    return s.id in going and tiers.far_end(s) is not None and tiers.way(s, choice) != going[s.id]


def _handovers(tiers: Tiers, plan: TieredPlan) -> Iterator[Handover]:
    """Yield the handovers as trips and rides have them; what is taken too soon is handled no sooner than it can be."""
    moved = movements(plan)
    stays = defaultdict(list)
    for s in tiers.problem.shipments:
        first, second = (moved.get(leg_id(s.id, index)) for index in LEGS)
        if first is not None and second is not None and first.destination in tiers.station_of:
            stays[first.destination].append(Stay(s, first.handed_s, second.loaded_s))
    for place, some in stays.items():
        ready = handled(tiers, tiers.station_of[place], some)
        for each in some:
            soonest_s = each.arrived_s + tiers.station_of[place].handling_s
            yield handover(place, each, ready.get(each.shipment.id, soonest_s))
