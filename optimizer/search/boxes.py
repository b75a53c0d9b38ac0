"""Arrays of the compiled search that tell which compartments may hold what, and in which order goods are stowed.

The order and the preferences are those of the greedy pass of ``optimizer.stow``: what the search can
stow, ``stow`` can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.model import Shipment, VehicleType
    from optimizer.problem import Problem
    from optimizer.schedule import VisitDraft

NONE = -1
"""As in ``kernel/model.hpp``."""

MOST_TOUCHY = 62
"""Commodities that fit into the bits of one number; rules about others are left to the repair."""


def touchy_bits(problem: Problem) -> dict[str, int]:
    """Return a bit for each commodity that some rule between commodities names."""
    named = {x for c in problem.conflicts for x in (c.first, c.second)}
    named |= {x for c in problem.cleanings for x in (c.after, c.before)}
    return {commodity: bit for bit, commodity in enumerate(sorted(named)[:MOST_TOUCHY])}


def stowage_arrays(problem: Problem, visits: Sequence[VisitDraft], is_drop: Sequence[int]) -> dict[str, np.ndarray]:
    """Return the arrays from ``item_from`` on of the struct ``Facts``; ``visits`` hands over each node.

    Goods that are delivered where ``is_drop`` is 1 are listed at their collection. O(vehicle types x shipments).
    """
    kinds, shipment_of, bits = problem.vehicle_types, problem.shipment_of, touchy_bits(problem)
    goods = [() if drops else (*visit.deliver, *visit.collect) for visit, drops in zip(visits, is_drop, strict=True)]
    items = [shipment_of[i] for one in goods for i in one]
    downs = [int(i in visit.deliver) for one, visit in zip(goods, visits, strict=True) for i in one]
    commodities = sorted({s.commodity for s in problem.shipments})
    number = {commodity: c for c, commodity in enumerate(commodities)}
    rows = [(number[s.commodity], bits.get(s.commodity, NONE), down) for s, down in zip(items, downs, strict=True)]
    boxes = [box for kind in kinds for box in kind.compartments]
    dimensions = len(problem.load_dimensions)
    apart, walled = _apart(problem, bits)
    return {
        "item_from": np.cumsum([0, *(len(one) for one in goods)]),
        "item": np.array(rows, dtype=np.int64).reshape(len(rows), 3),
        "item_load": np.array([s.load for s in items], dtype=np.int64).reshape(len(items), dimensions),
        "item_rank": np.array([_ranks(problem, kind, items) for kind in kinds], dtype=np.int64),
        "box_room": np.array([box.capacity for box in boxes], dtype=np.int64),
        "box_sealed": np.array([int(box.sealed) for box in boxes], dtype=np.int64),
        "choice": _choices(problem, commodities),
        "fitting": np.array([[_fitting(problem, kind, visit) for visit in visits] for kind in kinds], dtype=np.int64),
        "apart": apart,
        "walled": walled,
    }


def _holding(kind: VehicleType, commodity: str) -> list[int]:
    return [k for k, box in enumerate(kind.compartments) if box.commodities is None or commodity in box.commodities]


def _touchy(problem: Problem) -> set[str]:
    return {x for c in problem.conflicts for x in (c.first, c.second)}


def _ranks(problem: Problem, kind: VehicleType, items: Sequence[Shipment]) -> list[int]:
    """Return the rank of each item in the order of stowing: hardest first, as ``optimizer.stow`` has it."""
    touchy = _touchy(problem)
    choices = {s.commodity: len(_holding(kind, s.commodity)) for s in items}
    keys = [(choices[s.commodity], s.commodity not in touchy, -sum(s.load), s.id) for s in items]
    ranks = [0] * len(items)
    for rank, i in enumerate(sorted(range(len(items)), key=keys.__getitem__)):
        ranks[i] = rank
    return ranks


def _choices(problem: Problem, commodities: Sequence[str]) -> np.ndarray:
    """(vehicle types, commodities, most compartments) compartments in the order in which they are tried."""
    wants_seal = _touchy(problem) | {c.after for c in problem.cleanings}
    most = max(len(kind.compartments) for kind in problem.vehicle_types)
    table = np.full((len(problem.vehicle_types), len(commodities), most), NONE, dtype=np.int64)
    for row, kind in zip(table, problem.vehicle_types, strict=True):
        for cells, commodity in zip(row, commodities, strict=True):
            boxes = kind.compartments
            order = sorted(
                _holding(kind, commodity),
                key=lambda k: (boxes[k].sealed != (commodity in wants_seal), boxes[k].commodities is None),
            )
            cells[: len(order)] = order
    return table


def _fitting(problem: Problem, kind: VehicleType, visit: VisitDraft) -> int:
    """Return a bit for each compartment that may hold all that is handed over."""
    goods = {problem.shipment_of[i].commodity for i in (*visit.deliver, *visit.collect)}
    holding = set(range(len(kind.compartments))).intersection(*(_holding(kind, g) for g in goods))
    return sum(1 << k for k in holding if k < MOST_TOUCHY)


def _apart(problem: Problem, bits: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """(64,) bits that each touchy commodity must be parted from, and those that a sealed wall may part."""
    apart, open_ = np.zeros(64, dtype=np.int64), np.zeros(64, dtype=np.int64)
    for conflict in problem.conflicts:
        for a, b in ((conflict.first, conflict.second), (conflict.second, conflict.first)):
            if a in bits and b in bits:
                apart[bits[a]] |= 1 << bits[b]
                open_[bits[a]] |= 0 if conflict.sealed_ok else 1 << bits[b]
    return apart, apart & ~open_


def foes(problem: Problem) -> np.ndarray:
    """Return for each vehicle type and touchy commodity the bits that may not ride on one trip with it, (k, 64)."""
    bits = touchy_bits(problem)
    found = np.zeros((len(problem.vehicle_types), 64), dtype=np.int64)
    for k, kind in enumerate(problem.vehicle_types):
        for conflict in problem.conflicts:
            is_known = {conflict.first, conflict.second} <= set(bits) and conflict.first != conflict.second
            if is_known and not (conflict.sealed_ok and _has_wall(kind, conflict.first, conflict.second)):
                a, b = bits[conflict.first], bits[conflict.second]
                found[k, a] |= 1 << b
                found[k, b] |= 1 << a
    return found


def _has_wall(kind: VehicleType, first: str, second: str) -> bool:
    boxes = kind.compartments
    holds = {
        g: [i for i, b in enumerate(boxes) if b.commodities is None or g in b.commodities] for g in (first, second)
    }
    return any(a != b and (boxes[a].sealed or boxes[b].sealed) for a in holds[first] for b in holds[second])


def cleanings(problem: Problem) -> np.ndarray:
    """Return rows of a soiling bit, the bit that minds it and the seconds of cleaning, (n, 3)."""
    bits = touchy_bits(problem)
    rows = [
        (bits[c.after], bits[c.before], c.duration_s) for c in problem.cleanings if {c.after, c.before} <= set(bits)
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)
