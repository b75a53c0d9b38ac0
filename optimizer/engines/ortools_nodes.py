"""Shipments bundled to the nodes of a routing model: one node for goods that are handed over alike.

Goods of one place that share readiness, due time, windows, locks and the company they may
keep travel as one node, as long as every vehicle that may call there can hold it. A local
shipment makes two nodes, one where it is collected and one where it is delivered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.model import HORIZON_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.model import Place, Shipment, TimeWindow
    from optimizer.problem import Problem

Windows = tuple[tuple[int, int], ...]
"""Sorted, disjoint intervals of seconds, both ends included."""

COARSE_ABOVE = 300
"""With more nodes than this, goods for one place wait for each other instead of having a node for each readiness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A handover of some shipments at one place.

    ``windows`` are for the beginning of service. ``ready_s``: loading of the trip begins no
    earlier; ``due_s``: the trip returns no later. ``partner`` is the position of the other
    end of a local shipment, whose ``penalty_fen`` is counted where it is collected.
    """

    place: str
    deliver: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()
    windows: Windows = ((0, HORIZON_S),)
    service_s: int = 0
    ready_s: int = 0
    due_s: int = HORIZON_S
    board_down_s: int | None = None
    board_up_s: int | None = None
    board_local_s: int | None = None
    penalty_fen: int = 0
    partner: int | None = None
    vehicle_types: frozenset[str] = frozenset()
    number: int | None = None

    @property
    def shipments(self) -> tuple[str, ...]:
        """Ids of what is handed over here."""
        return (*self.deliver, *self.collect)


def bundle(problem: Problem, together: Mapping[str, int] | None = None, seed: int = 0) -> list[Node]:
    """Return the nodes of all shipments that some vehicle may carry, in an order drawn from ``seed``.

    ``together`` gives each shipment the number of its trip in a plan to start from, so
    that no node holds goods of two trips. Above ``COARSE_ABOVE`` nodes, readiness no longer
    parts the goods of a place.
    """
    order = np.random.default_rng(seed).permutation(len(problem.shipments))
    shipments = [problem.shipments[i] for i in order]
    nodes = _nodes(problem, shipments, together or {}, coarse=False)
    return nodes if len(nodes) <= COARSE_ABOVE else _nodes(problem, shipments, together or {}, coarse=True)


def carriers(problem: Problem, shipment: Shipment) -> frozenset[str]:
    """Return the vehicle types that may carry ``shipment``: access, depot, commodity, size and locks; not time."""
    ends = [problem.place(p) for p in (shipment.origin, shipment.destination)]
    is_bound = tuple(p in problem.depot_of for p in (shipment.origin, shipment.destination))
    if all(is_bound):  # a depot is no node, and goods need one
        return frozenset()
    wanted = {x.vehicle_type for x in problem.locks if x.shipment == shipment.id and x.vehicle_type is not None}
    found = set()
    for kind in problem.vehicle_types:
        admits = all(p.vehicle_types is None or kind.id in p.vehicle_types for p in ends)
        boxes = [b for b in kind.compartments if b.commodities is None or shipment.commodity in b.commodities]
        holds = any(all(load <= room for load, room in zip(shipment.load, b.capacity, strict=True)) for b in boxes)
        loads = not is_bound[0] or shipment.origin == kind.depot
        hands = not is_bound[1] or shipment.destination == kind.last_place
        if kind.count and admits and holds and loads and hands and wanted <= {kind.id}:
            found.add(kind.id)
    return frozenset(found)


def _nodes(problem: Problem, shipments: Iterable[Shipment], together: Mapping[str, int], *, coarse: bool) -> list[Node]:
    alike: dict[tuple[object, ...], list[Shipment]] = defaultdict(list)
    for shipment in shipments:
        types = carriers(problem, shipment)
        if types:
            key = _likeness(problem, shipment, coarse=coarse)
            alike[(*key, together.get(shipment.id, -1), tuple(sorted(types)))].append(shipment)
    nodes: list[Node] = []
    for key, goods in alike.items():
        types = frozenset(str(t) for t in key[-1])  # type: ignore[attr-defined]  # the tuple made above
        for load in _fitting(problem, types, goods):
            ends = _node(problem, load, types, len(nodes))
            nodes += ends if all(end.windows for end in ends) else []
    return nodes


def _likeness(problem: Problem, shipment: Shipment, *, coarse: bool) -> tuple[object, ...]:
    """Return what goods must have in common to travel as one node."""
    named = {lock.shipment for lock in problem.locks} | {lock.after for lock in problem.locks}
    company = {c for conflict in problem.conflicts for c in (conflict.first, conflict.second)}
    company |= {c for cleaning in problem.cleanings for c in (cleaning.after, cleaning.before)}
    walled = any(box.commodities is not None for kind in problem.vehicle_types for box in kind.compartments)
    direction = problem.direction(shipment)
    return (
        direction,
        shipment.origin,
        shipment.destination,
        0 if coarse and direction == "down" else shipment.ready_s,
        shipment.due_s,
        shipment.max_on_board_s,
        shipment.pickup_windows,
        shipment.delivery_windows,
        shipment.commodity if walled or shipment.commodity in company else "",
        shipment.id if shipment.id in named else "",
    )


def _fitting(problem: Problem, types: frozenset[str], goods: Sequence[Shipment]) -> list[list[Shipment]]:
    """Split goods into loads that each of the vehicle types, and the shelf, can hold: first fit, largest first."""
    capacities = [problem.vehicle_type_of[t].capacity for t in types]
    shelf = problem.place(goods[0].destination).shelf
    capacities += [shelf] if shelf else []
    room = [min(c) for c in zip(*capacities, strict=True)]
    loads: list[tuple[list[int], list[Shipment]]] = []
    for shipment in sorted(goods, key=lambda s: -max(s.load, default=0)):
        for free, load in loads:
            if all(x <= f for x, f in zip(shipment.load, free, strict=True)):
                free[:] = [f - x for x, f in zip(shipment.load, free, strict=True)]
                load.append(shipment)
                break
        else:
            loads.append(([f - x for x, f in zip(shipment.load, room, strict=True)], [shipment]))
    return [load for _, load in loads]


def _node(problem: Problem, goods: Sequence[Shipment], types: frozenset[str], position: int) -> list[Node]:
    """One node, or the two ends of a local one at ``position`` and the next."""
    first, ids = goods[0], tuple(s.id for s in goods)
    penalty_fen = sum(s.penalty_fen - s.handling_fen for s in goods)
    service_s = sum(s.service_s for s in goods)
    number = next((x.number for x in problem.locks if x.shipment == first.id and x.number is not None), None)
    direction = problem.direction(first)
    locked = [x.window for x in problem.locks if x.shipment == first.id and x.window is not None]
    origin, end = problem.place(first.origin), problem.place(first.destination)
    collecting = _windows(
        origin, first.pickup_windows, [] if direction == "local" else locked, first.ready_s, HORIZON_S
    )
    delivering = _windows(end, first.delivery_windows, locked, 0, first.due_s)
    down = Node(
        place=end.id,
        deliver=ids,
        windows=delivering,
        service_s=service_s,
        ready_s=max(s.ready_s for s in goods),
        board_down_s=first.max_on_board_s,
        penalty_fen=penalty_fen,
        vehicle_types=types,
        number=number,
    )
    up = Node(
        place=origin.id,
        collect=ids,
        windows=collecting,
        service_s=service_s,
        due_s=first.due_s,
        board_up_s=first.max_on_board_s,
        penalty_fen=penalty_fen,
        vehicle_types=types,
        number=number,
    )
    if direction != "local":
        return [down] if direction == "down" else [up]
    return _pair(up, down, first.max_on_board_s, position)


def _pair(up: Node, down: Node, board_local_s: int | None, position: int) -> list[Node]:
    """Both ends of a local node; the depot's clocks and, at the second end, the penalty fall away."""
    collected = replace(up, due_s=HORIZON_S, board_up_s=None, board_local_s=board_local_s, partner=position + 1)
    return [collected, replace(down, ready_s=0, board_down_s=None, penalty_fen=0, partner=position)]


def _windows(
    place: Place, own: Iterable[TimeWindow], locked: Iterable[TimeWindow], early_s: int, late_s: int
) -> Windows:
    """Intersect the windows of place, goods and locks with [early_s, late_s]; empty when nothing is left."""
    left: Windows = ((early_s, late_s),) if early_s <= late_s else ()
    for windows in (place.windows, tuple(own), *((w,) for w in locked)):
        if windows:
            spans = [(w.early_s, w.late_s) for w in windows]
            cut = {(max(a, c), min(b, d)) for a, b in left for c, d in spans}
            left = tuple(sorted((a, b) for a, b in cut if a <= b))
    return left
