"""Which compartment each shipment of a trip rides in: the exact answer for small trips, a greedy one for large.

A stowage is good when, on every leg, each compartment holds what lies in it, when
no compartment holds a commodity it may not, and when goods that must not meet are
parted by a sealed wall. Nothing here knows about times or money.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.model import Compartment, Shipment, VehicleType
    from optimizer.problem import Problem

EXACT_CHOICES = 400
"""Most (shipment, compartment) pairs that the exact search takes on; beyond it greedy has the last word."""

EXACT_WORK = 0.5
"""Deterministic time of one exact search, about as many seconds: unknown after that counts as impossible."""


class Handovers(Protocol):
    """What happens at one place: a ``Visit`` or a draft of one."""

    @property
    def deliver(self) -> tuple[str, ...]:
        """Shipments handed over here."""

    @property
    def collect(self) -> tuple[str, ...]:
        """Shipments taken on board here, after the deliveries."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One shipment on board from leg ``first`` to before leg ``last``; ``choices`` are compartment positions."""

    id: str
    commodity: str
    load: np.ndarray  # (d,)
    first: int
    last: int
    choices: tuple[int, ...]


def stow(
    problem: Problem, vehicle_type: VehicleType, visits: Sequence[Handovers]
) -> tuple[tuple[str, str], ...] | None:
    """Return (shipment, compartment) of everything carried, or None when it cannot be stowed.

    With one compartment there is nothing to choose: () when all fits. Goods that soil
    (``Problem.cleanings``) go behind sealed walls if they can. A greedy pass is tried
    first, O(m c) array operations for m shipments and c compartments; when it fails and
    the trip has at most ``EXACT_CHOICES`` possible pairs, CP-SAT decides, always alike.

    Parameters
    ----------
    visits
        One trip in order; what is delivered but never collected is loaded at its start,
        what is collected but never delivered stays on board to its end.
    """
    items = _items(problem, vehicle_type, visits)
    boxes = vehicle_type.compartments
    if not _may_fit(problem, boxes, items, len(visits) + 1):
        return None

    walls = _Walls.of(problem, items)
    found = _greedy(boxes, items, walls, len(visits) + 1)
    if found is None and len(boxes) > 1 and sum(len(i.choices) for i in items) <= EXACT_CHOICES:
        found = _exact(boxes, items, walls, len(visits) + 1)
    if found is None or len(boxes) == 1:
        return None if found is None else ()
    return tuple((item.id, boxes[found[item.id]].id) for item in items)


def legs_on_board(visits: Sequence[Handovers]) -> dict[str, tuple[int, int]]:
    """Return, for each shipment of a trip, the first leg it rides on and the first it no longer rides on.

    Leg 0 leaves the depot, leg k follows the k-th visit; O(shipments).
    """
    spans: dict[str, tuple[int, int]] = {}
    for at, visit in enumerate(visits):
        for shipment in visit.deliver:
            spans[shipment] = (spans[shipment][0] if shipment in spans else 0, at + 1)
        for shipment in visit.collect:
            spans[shipment] = (at + 1, len(visits) + 1)
    return spans


def _items(problem: Problem, vehicle_type: VehicleType, visits: Sequence[Handovers]) -> list[_Item]:
    """All shipments of the trip, the hardest to place first: fewest choices, then conflicts, then size."""
    touchy = {c for conflict in problem.conflicts for c in (conflict.first, conflict.second)}
    soiling = {cleaning.after for cleaning in problem.cleanings}
    boxes = vehicle_type.compartments
    items = []
    for id_, (first, last) in legs_on_board(visits).items():
        shipment = problem.shipment_of[id_]
        choices = [k for k, box in enumerate(boxes) if box.commodities is None or shipment.commodity in box.commodities]
        prefer_sealed = shipment.commodity in soiling or shipment.commodity in touchy
        choices.sort(key=lambda k: (boxes[k].sealed != prefer_sealed, boxes[k].commodities is None))
        load = np.array(shipment.load, dtype=np.int64)  # (d,)
        items.append(_Item(id_, shipment.commodity, load, first, last, tuple(choices)))
    return sorted(items, key=lambda i: (len(i.choices), i.commodity not in touchy, -int(i.load.sum()), i.id))


def _may_fit(problem: Problem, boxes: Sequence[Compartment], items: Sequence[_Item], num_legs: int) -> bool:
    """Cheap necessary conditions: everything has a compartment, and all of them together are large enough."""
    aboard = np.zeros((num_legs, len(problem.load_dimensions)), dtype=np.int64)  # (legs, d)
    for item in items:
        if not item.choices:
            return False
        aboard[item.first : item.last] += item.load
    room = np.array([box.capacity for box in boxes], dtype=np.int64).sum(axis=0)  # (d,)
    return bool((aboard <= room).all())


@dataclass(frozen=True, slots=True)
class _Walls:
    """Commodities that must be parted on this trip; the value tells whether a sealed wall may part them."""

    foes: Mapping[str, Mapping[str, bool]]

    @classmethod
    def of(cls, problem: Problem, items: Sequence[_Item]) -> _Walls:
        aboard = {item.commodity for item in items}
        foes: dict[str, dict[str, bool]] = defaultdict(dict)
        for conflict in problem.conflicts:
            if {conflict.first, conflict.second} <= aboard:
                wall_ok = conflict.sealed_ok and foes[conflict.first].get(conflict.second, True)
                foes[conflict.first][conflict.second] = foes[conflict.second][conflict.first] = wall_ok
        return cls(foes)

    def part(self, boxes: Sequence[Compartment], first: tuple[str, int], second: tuple[str, int]) -> bool:
        """Tell whether two (commodity, compartment) pairs may ride on one trip."""
        wall_ok = self.foes.get(first[0], {}).get(second[0])
        if wall_ok is None:
            return True
        return wall_ok and first[1] != second[1] and (boxes[first[1]].sealed or boxes[second[1]].sealed)


def _greedy(
    boxes: Sequence[Compartment], items: Sequence[_Item], walls: _Walls, num_legs: int
) -> dict[str, int] | None:
    """First compartment with room on all legs and no foe within reach, shipment by shipment."""
    capacity = np.array([box.capacity for box in boxes], dtype=np.int64)  # (c, d)
    room = np.repeat(capacity[:, None, :], num_legs, axis=1)  # (c, legs, d)
    placed: dict[str, int] = {}
    used: dict[tuple[str, int], None] = {}
    for item in items:
        for k in item.choices:
            fits = bool((room[k, item.first : item.last] >= item.load).all())
            if fits and all(walls.part(boxes, (item.commodity, k), other) for other in used):
                room[k, item.first : item.last] -= item.load
                placed[item.id] = k
                used[item.commodity, k] = None
                break
        else:
            return None
    return placed


def _exact(boxes: Sequence[Compartment], items: Sequence[_Item], walls: _Walls, num_legs: int) -> dict[str, int] | None:
    """CP-SAT with one worker and bounded work; fewest commodities in unsealed compartments."""
    model = cp_model.CpModel()
    lies = {(item.id, k): model.new_bool_var("") for item in items for k in item.choices}
    holds = {(item.commodity, k): model.new_bool_var("") for item in items for k in item.choices}
    for item in items:
        model.add_exactly_one(lies[item.id, k] for k in item.choices)
        for k in item.choices:
            model.add_implication(lies[item.id, k], holds[item.commodity, k])
    _limit_loads(model, boxes, items, lies, num_legs)
    keys = list(holds)
    for at, first in enumerate(keys):
        for second in keys[at:]:
            if not walls.part(boxes, first, second):
                model.add_bool_or(~holds[first], ~holds[second])
    model.minimize(sum(var for (_, k), var in holds.items() if not boxes[k].sealed))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EXACT_WORK
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return {item: k for (item, k), var in lies.items() if solver.boolean_value(var)}


def _limit_loads(
    model: cp_model.CpModel,
    boxes: Sequence[Compartment],
    items: Sequence[_Item],
    lies: Mapping[tuple[str, int], cp_model.IntVar],
    num_legs: int,
) -> None:
    """Capacity of each compartment in each dimension on each leg."""
    for k, box in enumerate(boxes):
        for leg in range(num_legs):
            aboard = [i for i in items if i.first <= leg < i.last and k in i.choices]
            for dimension, capacity in enumerate(box.capacity):
                model.add(sum(int(i.load[dimension]) * lies[i.id, k] for i in aboard) <= capacity)


def may_ride_apart(vehicle_type: VehicleType, first: Shipment, second: Shipment) -> bool:
    """Tell whether the vehicle has a sealed wall that could part these two shipments' commodities."""
    boxes = vehicle_type.compartments
    return any(
        a != b and (a.sealed or b.sealed) and _admits(a, first) and _admits(b, second) for a in boxes for b in boxes
    )


def _admits(box: Compartment, shipment: Shipment) -> bool:
    return box.commodities is None or shipment.commodity in box.commodities
