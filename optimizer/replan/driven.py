"""The day after a replan as others ask about it: with vehicles under their true names, and what stands held in place.

``optimizer.replan.pinned`` gives vehicles that broke down, or drove roads before they closed, types of their own, which
nobody outside of replanning knows. Here the types stay. What only those types say is not held: that a broken vehicle
goes no further, and that a road once driven is closed now; ``optimizer.replan.past`` judges both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.problem import Matrix
from optimizer.replan.fleet import RestFleet
from optimizer.replan.standing import standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.model import Lock
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.replan.pinned import Pinned
    from optimizer.replan.standing import Situation


def as_driven(before: Problem, after: Problem, plan: Plan, situation: Situation) -> Mapping[str, Matrix]:
    """Return the matrices of ``after``, but legs that stand in ``plan`` as they were in ``before``.

    The very same objects where nothing driven has changed. A leg that one vehicle has driven is as it was for all of
    its profile. O(visits), and a copy of each matrix that changes.
    """
    fleet = RestFleet(before, after, standing(plan, situation), situation)
    own = {kind.id: kind.profile for kind in fleet.types(is_strict=False) if kind.profile in fleet.driven}
    found = dict(after.matrices)
    for unit, (name, _) in fleet.name_of.items():
        if name in own:
            profile = after.vehicle_type_of[unit[0]].profile
            found[profile] = _patched(after, found[profile], fleet.matrices[own[name]], fleet.driven[own[name]])
    return found


def held_in_place(pinned: Pinned, after: Problem) -> Problem:
    """Return ``after`` with what stands held to its vehicle and second, the rest ready from now on at the earliest."""
    return replace(
        after,
        places=tuple(replace(p, windows=pinned.judged.place(p.id).windows) for p in after.places),
        shipments=pinned.judged.shipments,
        locks=tuple(_truly_named(pinned, lock) for lock in pinned.judged.locks),
    )


def _patched(problem: Problem, matrix: Matrix, driven: Matrix, legs: frozenset[tuple[str, str]]) -> Matrix:
    duration_s, distance_m = matrix.duration_s.copy(), matrix.distance_m.copy()
    for origin, destination in legs:
        at = problem.index(origin), problem.index(destination)
        duration_s[at], distance_m[at] = driven.duration_s[at], driven.distance_m[at]
    return Matrix(duration_s=duration_s, distance_m=distance_m)


def _truly_named(pinned: Pinned, lock: Lock) -> Lock:
    if lock.vehicle_type is None or lock.number is None:
        return lock
    kind, number = pinned.unit_of[lock.vehicle_type, lock.number]
    return replace(lock, vehicle_type=kind, number=number)
