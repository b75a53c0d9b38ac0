"""Shipments that are handed over together at one place, so that an engine sees few customers.

A bundle is what a searcher moves about as one piece. Fine bundles share every rule;
coarse ones also join different release waves and the two directions wherever the
joined windows stay wide. Who may carry a bundle is settled here as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from optimizer.model import HORIZON_S
from optimizer.timeline import Windows, intersect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from optimizer.model import Shipment, TimeWindow, VehicleType
    from optimizer.problem import Problem

ROOMY_S = 3 * 3600
"""A joined bundle keeps windows of at least so many seconds, or those of its parts."""

LATE_RELEASE_S = 2 * 3600
"""Goods ready at the depot further apart than this are not joined."""


_UNITS: WeakKeyDictionary[Problem, tuple[tuple[str, int], ...]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Goods handed over in one visit at ``place`` by a vehicle that starts at ``depot``, or ends there, or both.

    ``windows`` bind the start of service and are never empty; ``ready_s`` binds the
    loading at the depot, ``due_s`` the return. ``units`` are the (vehicle type, number)
    that may carry it, number 0 standing for all vehicles of the type that no lock names; ``guests`` are others, hired
    or from homes where no goods start or end, that may carry its parts from one visit to another.
    """

    place: str
    depot: str
    deliver: tuple[str, ...]
    collect: tuple[str, ...]
    windows: Windows
    ready_s: int
    due_s: int
    service_s: int
    units: frozenset[tuple[str, int]]
    down: tuple[int, ...]
    up: tuple[int, ...]
    goods: frozenset[str]
    guests: frozenset[tuple[str, int]] = frozenset()

    @property
    def shipments(self) -> tuple[str, ...]:
        """Ids of all shipments in the bundle."""
        return self.deliver + self.collect


def fleet_units(problem: Problem) -> tuple[tuple[str, int], ...]:
    """Return (vehicle type, number) of every vehicle that a lock names and (type, 0) for the others of each type."""
    if problem not in _UNITS:
        _UNITS[problem] = tuple(_units(problem))
    return _UNITS[problem]


def _units(problem: Problem) -> Iterator[tuple[str, int]]:
    named = {(lock.vehicle_type, lock.number) for lock in problem.locks if lock.vehicle_type and lock.number}
    for kind in problem.vehicle_types:
        own = [n for n in range(1, kind.count + 1) if (kind.id, n) in named]
        yield from ((kind.id, n) for n in own)
        if kind.count > len(own):
            yield kind.id, 0


def may_carry(problem: Problem, kind: VehicleType, shipment: Shipment) -> bool:
    """Tell whether vehicles of ``kind`` can carry ``shipment`` at all: access, compartments, size."""
    for end, own in ((shipment.origin, kind.depot), (shipment.destination, kind.last_place)):
        allowed = problem.place(end).vehicle_types
        if end != own and allowed is not None and kind.id not in allowed:
            return False
    boxes = (c for c in kind.compartments if c.commodities is None or shipment.commodity in c.commodities)
    return any(all(x <= y for x, y in zip(shipment.load, box.capacity, strict=True)) for box in boxes)


def carriers(problem: Problem, shipment: Shipment, units: Iterable[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return the units that may carry ``shipment``, locks included; home depots are not looked at."""
    locks = [k for k in problem.locks_of.get(shipment.id, ()) if k.vehicle_type]
    return frozenset(
        (type_id, number)
        for type_id, number in units
        if may_carry(problem, problem.vehicle_type_of[type_id], shipment)
        and all(k.vehicle_type == type_id and k.number in (None, number) for k in locks)
    )


def make_bundles(problem: Problem, shipments: Iterable[Shipment], *, is_coarse: bool) -> list[Bundle]:
    """Return bundles of all ``shipments`` that start or end at a depot; nobody's goods are left out.

    Shipments that no unit can carry, or that no moment suits, are left out. Local ones
    have two ends at places and are no bundle's. O(m^2) within one place, O(m) over places.
    """
    units, busy = fleet_units(problem), problem.busy_depots
    at_place: dict[tuple[str, str], list[Bundle]] = defaultdict(list)
    fine: dict[object, list[Bundle]] = defaultdict(list)
    for shipment in shipments:
        for single in _single(problem, shipment, units, busy):
            key = (single.place, single.depot, single.windows, single.ready_s, single.due_s, single.units)
            fine[(*key, bool(single.deliver))].append(single)
    for group in fine.values():
        for bundle in _joined(problem, group, is_coarse=False):
            at_place[bundle.place, bundle.depot].append(bundle)
    if not is_coarse:
        return [b for group in at_place.values() for b in group]
    return [b for group in at_place.values() for b in _joined(problem, group, is_coarse=True)]


def _single(
    problem: Problem, shipment: Shipment, units: Sequence[tuple[str, int]], busy: Collection[str]
) -> list[Bundle]:
    """One shipment as a bundle of the depot it is bound to; none when it is local or hopeless.

    What goes from depot to depot is loaded at the first where a vehicle of that one may carry it.
    ``busy``: depots where goods start or end.
    """
    all_able = carriers(problem, shipment, units)
    kind_of = problem.vehicle_type_of
    loading = frozenset(u for u in all_able if kind_of[u[0]].depot == shipment.origin)
    handing = frozenset(u for u in all_able if kind_of[u[0]].last_place == shipment.destination)
    is_down = shipment.origin in problem.depot_of and (bool(loading) or shipment.destination not in problem.depot_of)
    able = loading if is_down else handing
    depot, place = (shipment.origin, shipment.destination) if is_down else (shipment.destination, shipment.origin)
    windows = _windows(problem, shipment, place, is_down=is_down)
    if depot not in problem.depot_of or not able or not windows:
        return []
    nothing = (0,) * len(shipment.load)
    return [
        Bundle(
            place=place,
            depot=depot,
            deliver=(shipment.id,) if is_down else (),
            collect=() if is_down else (shipment.id,),
            windows=windows,
            ready_s=shipment.ready_s if is_down else 0,
            due_s=HORIZON_S if is_down else shipment.due_s,
            service_s=shipment.service_s,
            units=able,
            down=shipment.load if is_down else nothing,
            up=nothing if is_down else shipment.load,
            goods=frozenset((shipment.commodity,)),
            guests=frozenset(u for u in all_able - able if kind_of[u[0]].is_hired or kind_of[u[0]].depot not in busy),
        )
    ]


def _windows(problem: Problem, shipment: Shipment, place: str, *, is_down: bool) -> Windows:
    limits = [problem.place(place).windows, shipment.delivery_windows if is_down else shipment.pickup_windows]
    limits += [(k.window,) for k in problem.locks_of.get(shipment.id, ()) if k.window is not None]
    allowed: Windows = ((0, min(HORIZON_S, shipment.due_s)),) if is_down else ((shipment.ready_s, HORIZON_S),)
    for windows in limits:
        if windows:
            allowed = intersect(allowed, as_windows(windows))
    return allowed


def as_windows(windows: Iterable[TimeWindow]) -> Windows:
    """Return ``windows`` as plain intervals, sorted, those that touch joined; empty stays empty."""
    joined: list[tuple[int, int]] = []
    for w in sorted(windows, key=lambda w: w.early_s):
        if joined and w.early_s <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], w.late_s))
        else:
            joined.append((w.early_s, w.late_s))
    return tuple(joined)


def _joined(problem: Problem, group: Sequence[Bundle], *, is_coarse: bool) -> list[Bundle]:
    """Join greedily in order of release; what cannot be joined to any earlier bundle opens a new one."""
    out: list[Bundle] = []
    for bundle in sorted(group, key=lambda b: (b.ready_s, b.windows)):
        for at, other in enumerate(out):
            joined = _join(problem, other, bundle, is_coarse=is_coarse)
            if joined is not None:
                out[at] = joined
                break
        else:
            out.append(bundle)
    return out


def _join(problem: Problem, first: Bundle, second: Bundle, *, is_coarse: bool) -> Bundle | None:
    units, windows = first.units & second.units, intersect(first.windows, second.windows)
    down = tuple(x + y for x, y in zip(first.down, second.down, strict=True))
    up = tuple(x + y for x, y in zip(first.up, second.up, strict=True))
    if first.guests | second.guests and (first.guests != second.guests or bool(first.deliver) != bool(second.deliver)):
        return None  # a guest carries each direction by itself
    if units != first.units | second.units or not windows or _meet_badly(problem, first.goods, second.goods):
        return None
    if is_coarse and _width(windows) < min(ROOMY_S, _width(first.windows), _width(second.windows)):
        return None
    if is_coarse and first.down != second.down and abs(first.ready_s - second.ready_s) > LATE_RELEASE_S:
        return None
    for kind in {problem.vehicle_type_of[u[0]] for u in units}:
        if any(max(x, y) > room for x, y, room in zip(down, up, kind.capacity, strict=True)):
            return None
    return Bundle(
        place=first.place,
        depot=first.depot,
        deliver=first.deliver + second.deliver,
        collect=first.collect + second.collect,
        windows=windows,
        ready_s=max(first.ready_s, second.ready_s),
        due_s=min(first.due_s, second.due_s),
        service_s=first.service_s + second.service_s,
        units=units,
        down=down,
        up=up,
        goods=first.goods | second.goods,
        guests=first.guests,
    )


def _width(windows: Windows) -> int:
    return sum(late - early for early, late in windows)


def _meet_badly(problem: Problem, first: frozenset[str], second: frozenset[str]) -> bool:
    return any(
        (c.first in first and c.second in second) or (c.second in first and c.first in second)
        for c in problem.conflicts
    )
