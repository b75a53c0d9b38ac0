"""The day in two parts: what concerns places that are cut off, then the rest with the vehicles that are left.

A search over a whole county sees a hundred shipments that cross among a thousand that do not. Alone they are planned
well in little time, and what they ask of the hub is a few drives to the relay. So the goods of cut off places are
planned first, with all vehicles; then the others, with the vehicles and the docks that the first part does not use.
Both together are a plan of the whole day; the referee judges it like any other. What is given up: a van on its way to
the relay delivers nothing on this side.

In the same way the goods of higher classes are planned before those of the last where a search has left any of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from optimizer.plan import Cost, Plan
from optimizer.tiers.model import TieredPlan

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.model import Depot
    from optimizer.plan import Route
    from optimizer.tiers.model import Tiers


def part(tiers: Tiers, goods: Collection[str]) -> Tiers:
    """Return the part of the day that concerns these shipments, with all vehicles."""
    own = tuple(s for s in tiers.problem.shipments if s.id in goods)
    return replace(tiers, problem=replace(tiers.problem, shipments=own, locks=()))


def rest(tiers: Tiers, goods: Collection[str], first: TieredPlan) -> Tiers:
    """Return the other part, with the vehicles and docks that ``first`` leaves; half of the docks at least."""
    others = tuple(s for s in tiers.problem.shipments if s.id not in goods)
    used = Counter(route.vehicle_type for route in first.plan.routes if route.trips)
    kinds = tuple(replace(v, count=v.count - used[v.id]) for v in tiers.problem.vehicle_types)
    at = Counter(trip.start for _, trip in first.plan.trips())
    depots = tuple(_with_docks(depot, at[depot.place]) for depot in tiers.problem.depots)
    return replace(
        tiers,
        problem=replace(tiers.problem, shipments=others, vehicle_types=kinds, depots=depots, locks=()),
    )


def _with_docks(depot: Depot, taken: int) -> Depot:
    """Return a depot without the docks at which the first part may load, with half of them and one at least."""
    if depot.docks is None or not taken:
        return depot
    return replace(depot, docks=depot.docks - min(taken, depot.docks // 2))


def joined(tiers: Tiers, goods: Collection[str], first: TieredPlan, second: TieredPlan) -> TieredPlan:
    """Return both parts as one plan of ``tiers``; the second's vehicles get the numbers that the first leaves."""
    rank = {s.id: k for k, s in enumerate(tiers.problem.shipments)}
    plan = Plan(
        routes=(*first.plan.routes, *_renumbered(tiers, first, second)),
        unserved=tuple(sorted((*first.plan.unserved, *second.plan.unserved), key=lambda u: rank[u.shipment])),
        cost=Cost(
            **{f.name: getattr(first.plan.cost, f.name) + getattr(second.plan.cost, f.name) for f in fields(Cost)}
        ),
    )
    ends = {end for s in tiers.problem.shipments if s.id in goods for end in (s.origin, s.destination)}
    return TieredPlan(
        choice={**second.choice, **{place: way for place, way in first.choice.items() if place in ends}},
        plan=plan,
        handovers=tuple(sorted((*first.handovers, *second.handovers), key=lambda h: rank[h.shipment])),
        exceptions={**second.exceptions, **first.exceptions},
        rides=(*first.rides, *second.rides),
    )


def _renumbered(tiers: Tiers, first: TieredPlan, second: TieredPlan) -> list[Route]:
    taken: dict[str, set[int]] = {}
    for route in first.plan.routes:
        taken.setdefault(route.vehicle_type, set()).add(route.number)
    free = {
        v.id: iter([n for n in range(1, v.count + 1) if n not in taken.get(v.id, ())])
        for v in tiers.problem.vehicle_types
    }
    return [replace(route, number=next(free[route.vehicle_type])) for route in second.plan.routes if route.trips]
