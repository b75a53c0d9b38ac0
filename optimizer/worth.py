"""What each vehicle was worth to a plan: what the best day found without it costs more.

The other vehicles keep their days to begin with; what the missing one carried is put in where it fits, and the
search goes on for a bounded amount of work. A worth is as good as that search: it is what was found, not a bound. It
is negative where the day is cheaper without the vehicle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.check import check
from optimizer.errors import InvalidInput
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.search.day_search import DaySearch, is_available

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.daybook import Unit
    from optimizer.model import Lock
    from optimizer.plan import Plan
    from optimizer.problem import Problem

STEPS = 10_000
"""Steps of the search without one vehicle: about a second on a county."""

STRETCHES = 4
"""Parts of the search, each colder than the one before."""

HOT, COLD = 0.1, 0.004
"""Temperature at the beginning and at the end, as a share of what a shipment costs on average."""

MEAN_STOPS = 10.0
"""Stops taken out in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One vehicle's part in a plan.

    ``fen``: cost of the day without it, penalties included, minus the plan's. ``without``: that day, in which the
    vehicles of its type after it have moved up by one number. ``unserved``: what is carried now and would be left then.
    """

    vehicle_type: str
    number: int
    fen: int
    unserved: tuple[str, ...]
    without: Plan

    @property
    def vehicle(self) -> str:
        """Name of the vehicle, such as ``van#2``."""
        return f"{self.vehicle_type}#{self.number}"


def worths(
    problem: Problem, plan: Plan, vehicle_types: Collection[str], *, steps: int = STEPS, seed: int = 0
) -> tuple[Worth, ...]:
    """Return the worth of every vehicle of these types that is on the road in ``plan``, in its order.

    One search each, see ``worth``; vehicles that stay at home are worth nothing and are left out.
    """
    units = [(r.vehicle_type, r.number) for r in plan.routes if r.trips and r.vehicle_type in vehicle_types]
    return tuple(worth(problem, plan, unit, steps=steps, seed=seed) for unit in units)


def worth(problem: Problem, plan: Plan, unit: Unit, *, steps: int = STEPS, seed: int = 0) -> Worth:
    """Return what the vehicle ``unit`` is worth to a refereed ``plan``; the same steps and seed give the same answer.

    Without a compiler only the insertion is done. O(places^2) to begin with, then some 10,000 steps a second.

    Raises
    ------
    InvalidInput
        E121, when the fleet has no such vehicle.
    """
    kind = problem.vehicle_type_of.get(unit[0])
    if kind is None or not 1 <= unit[1] <= kind.count:
        raise InvalidInput("E121", what="plan", ids=problem.name or "-", field="vehicle", value=f"{unit[0]}#{unit[1]}")
    fewer = _fleet_without(problem, unit)
    others = [r for r in plan.routes if (r.vehicle_type, r.number) != unit]
    days = {_moved_up((r.vehicle_type, r.number), unit): [draft_of(t) for t in r.trips] for r in others}
    without = _searched(fewer, complete(fewer, days), steps=steps, seed=seed)
    before = {u.shipment for u in plan.unserved}
    return Worth(
        vehicle_type=unit[0],
        number=unit[1],
        fen=without.cost.total_fen - plan.cost.total_fen,
        unserved=tuple(u.shipment for u in without.unserved if u.shipment not in before),
        without=without,
    )


def _fleet_without(problem: Problem, unit: Unit) -> Problem:
    """Return the problem with one vehicle less; locks on it, or on a type that is then gone, name no vehicle."""
    kinds = tuple(replace(v, count=v.count - 1) if v.id == unit[0] else v for v in problem.vehicle_types)
    is_gone = problem.vehicle_type_of[unit[0]].count == 1
    locks = tuple(_lock_without(lock, unit, is_gone=is_gone) for lock in problem.locks)
    return replace(problem, vehicle_types=kinds, locks=locks)


def _lock_without(lock: Lock, unit: Unit, *, is_gone: bool) -> Lock:
    if lock.vehicle_type != unit[0]:
        return lock
    if is_gone or lock.number == unit[1]:
        return replace(lock, vehicle_type=None, number=None)
    return lock if lock.number is None else replace(lock, number=_moved_up((unit[0], lock.number), unit)[1])


def _moved_up(vehicle: Unit, gone: Unit) -> Unit:
    """Return the name of a vehicle when the one before it in its type is gone."""
    return (vehicle[0], vehicle[1] - 1) if vehicle[0] == gone[0] and vehicle[1] > gone[1] else vehicle


def _searched(problem: Problem, start: Plan, *, steps: int, seed: int) -> Plan:
    """Return the best day found from ``start``, never dearer than that and as the referee wants it."""
    if not problem.shipments or not is_available():
        return start
    search = DaySearch(problem, is_coarse=False)
    if not search.nodes.heads or not search.nodes.units:
        return start
    search.start(start)
    each_fen = max(1.0, start.cost.operating_fen / len(search.nodes.heads))
    for k in range(STRETCHES):
        hot, cold = (each_fen * HOT * (COLD / HOT) ** (done / STRETCHES) for done in (k, k + 1))
        part = max(1, steps // STRETCHES)
        search.run(part, seed=seed + k, hot_fen=hot, cold_fen=cold, mean_stops=MEAN_STOPS)
    found = search.plan()
    is_better = found.cost.total_fen < start.cost.total_fen and not check(problem, found)
    return found if is_better else start
