"""A trip that carries one shipment and nothing else, in a problem cut down to it.

What is scheduled here is judged by the referee at once.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.check import check
from optimizer.cost import plan_cost
from optimizer.plan import Plan
from optimizer.problem import UNREACHABLE, Matrix, Problem
from optimizer.schedule import TripDraft, VisitDraft, schedule_route
from optimizer.stow import stow

if TYPE_CHECKING:
    from optimizer.model import Shipment, VehicleType


def solo_plan(cut: Problem) -> Plan | None:
    """Return the plan that carries the only shipment of ``cut`` and that the referee accepts, or None."""
    kind, shipment = cut.vehicle_types[0], cut.shipments[0]
    draft = solo_draft(kind, shipment)
    stowage = stow(cut, kind, draft.visits)
    if stowage is None:
        return None
    numbers = (lock.number for lock in cut.locks if lock.vehicle_type == kind.id and lock.number is not None)
    route = schedule_route(cut, kind.id, next(numbers, 1), [replace(draft, stowage=stowage)])
    if route is None:
        return None
    plan = Plan(routes=(route,))
    plan = replace(plan, cost=plan_cost(cut, plan))
    return None if check(cut, plan) else plan


def cut_out(problem: Problem, kind: VehicleType, shipment: Shipment) -> Problem:
    """Return the problem of this shipment, this vehicle type and the places between which it would drive.

    Locks to an order of handovers are left out: they are about other shipments.
    """
    ids = list(dict.fromkeys((kind.depot, shipment.origin, shipment.destination, kind.last_place)))
    rows = [problem.index(i) for i in ids]
    matrix, cells = problem.matrices[kind.profile], np.ix_(rows, rows)
    types = frozenset({kind.id})
    places = tuple(
        p if p.vehicle_types is None else replace(p, vehicle_types=p.vehicle_types & types)
        for p in (problem.place(i) for i in ids)
    )
    locks = tuple(replace(lock, after=None) for lock in problem.locks if lock.shipment == shipment.id)
    named = {lock.vehicle_type for lock in locks} - {None, kind.id}
    others = (v for v in problem.vehicle_types if v.id in named)  # so that the locks still name a type that exists
    return Problem(
        places=places,
        depots=tuple(d for d in problem.depots if d.place in ids),
        vehicle_types=(kind, *(replace(kind, id=v.id, count=v.count) for v in others)),
        shipments=(shipment,),
        matrices={kind.profile: Matrix(duration_s=matrix.duration_s[cells], distance_m=matrix.distance_m[cells])},
        load_dimensions=problem.load_dimensions,
        conflicts=problem.conflicts,
        cleanings=problem.cleanings,
        locks=locks,
    )


def solo_draft(kind: VehicleType, shipment: Shipment) -> TripDraft:
    """Return the trip of such a vehicle that carries only this shipment."""
    visits = []
    if shipment.origin != kind.depot:
        visits.append(VisitDraft(place=shipment.origin, collect=(shipment.id,)))
    if shipment.destination != kind.depot or kind.end:
        visits.append(VisitDraft(place=shipment.destination, deliver=(shipment.id,)))
    return TripDraft(visits=tuple(visits))


def has_paths(problem: Problem, kind: VehicleType, shipment: Shipment) -> bool:
    """Tell whether a vehicle of this type has a path along the solo trip, out and back."""
    draft = solo_draft(kind, shipment)
    rows = [problem.index(p) for p in (kind.depot, *(v.place for v in draft.visits), kind.last_place)]
    seconds = problem.matrices[kind.profile].duration_s
    return all(int(seconds[a, b]) != UNREACHABLE for a, b in pairwise(rows))
