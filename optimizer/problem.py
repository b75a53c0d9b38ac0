"""One county-day as the optimizer sees it: the model's objects, travel matrices and the rules between them.

A ``Problem`` is valid by construction: every reference resolves and every array
has the right shape, so that neither engines nor the referee check again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optimizer.model import Cleaning, Conflict, Depot, Lock, Place, Shipment, VehicleType

UNREACHABLE = -1
"""Entry of a matrix where no path exists; big numbers live only inside an adapter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """Seconds and metres between all places for one profile, along the same paths.

    ``duration_s`` and ``distance_m`` are (n, n) int64, read-only, rows are origins;
    ``UNREACHABLE`` in both where there is no path.
    """

    duration_s: np.ndarray
    distance_m: np.ndarray

    def __post_init__(self) -> None:
        for name in ("duration_s", "distance_m"):
            array = np.array(getattr(self, name), dtype=np.int64)  # (n, n)
            array.setflags(write=False)
            object.__setattr__(self, name, array)


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Everything one solve needs; O(n^2 k) to build for n places and k profiles.

    ``places`` are in matrix order. ``load_dimensions`` name the entries of every load
    and capacity. ``matrices`` maps a profile to its ``Matrix``.

    Raises
    ------
    InvalidInput
        E120 ids not unique, E121 unknown reference, E130 to E132 arrays, E133 cyclic locks.
    """

    places: tuple[Place, ...]
    depots: tuple[Depot, ...]
    vehicle_types: tuple[VehicleType, ...]
    shipments: tuple[Shipment, ...]
    matrices: Mapping[str, Matrix]
    load_dimensions: tuple[str, ...] = ("load_g",)
    conflicts: tuple[Conflict, ...] = ()
    cleanings: tuple[Cleaning, ...] = ()
    locks: tuple[Lock, ...] = ()
    name: str = ""
    _index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {p.id: i for i, p in enumerate(self.places)})
        _refuse_doubles("place", (p.id for p in self.places))
        _refuse_doubles("depot", (d.place for d in self.depots))
        _refuse_doubles("vehicle type", (v.id for v in self.vehicle_types))
        _refuse_doubles("shipment", (s.id for s in self.shipments))
        self._check_references()
        self._check_locks()
        self._check_arrays()

    def index(self, place: str) -> int:
        """Return the matrix row of ``place``."""
        return self._index[place]

    def place(self, place: str) -> Place:
        """Return the place with this id."""
        return self.places[self._index[place]]

    @cached_property
    def depot_of(self) -> dict[str, Depot]:
        """Depots by place id."""
        return {d.place: d for d in self.depots}

    @cached_property
    def shipment_of(self) -> dict[str, Shipment]:
        """Shipments by id."""
        return {s.id: s for s in self.shipments}

    @cached_property
    def vehicle_type_of(self) -> dict[str, VehicleType]:
        """Vehicle types by id."""
        return {v.id: v for v in self.vehicle_types}

    @cached_property
    def busy_depots(self) -> frozenset[str]:
        """Depots where goods start or end."""
        ends = {place for s in self.shipments for place in (s.origin, s.destination)}
        return frozenset(ends & self.depot_of.keys())

    @cached_property
    def locks_of(self) -> dict[str, tuple[Lock, ...]]:
        """Locks by the shipment that they bind, in their order; none for those that are free."""
        found: dict[str, list[Lock]] = defaultdict(list)
        for lock in self.locks:
            found[lock.shipment].append(lock)
        return {shipment: tuple(locks) for shipment, locks in found.items()}

    def direction(self, shipment: Shipment) -> str:
        """Return "down" (starts at a depot), "up" (ends at one) or "local" (neither)."""
        if shipment.origin in self.depot_of:
            return "down"
        return "up" if shipment.destination in self.depot_of else "local"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in the problem; equal problems have equal digests."""
        sha = hashlib.sha256()
        parts: tuple[object, ...] = (self.name, self.places, self.depots, self.vehicle_types, self.shipments)
        parts += (self.load_dimensions, self.conflicts, self.cleanings, self.locks)
        sha.update(_canonical(parts))
        for key in sorted(self.matrices):
            sha.update(key.encode())
            sha.update(self.matrices[key].duration_s.tobytes())
            sha.update(self.matrices[key].distance_m.tobytes())
        return sha.hexdigest()

    def _check_references(self) -> None:
        ids, types = set(self._index), {v.id for v in self.vehicle_types}
        depots = {d.place for d in self.depots}
        for d in self.depots:
            _refuse_unknown("depot", d.place, "place", d.place, ids)
        for p in self.places:
            for vehicle_type in sorted(p.vehicle_types or ()):
                _refuse_unknown("place", p.id, "vehicle type", vehicle_type, types)
        for v in self.vehicle_types:
            _refuse_unknown("vehicle type", v.id, "depot", v.depot, depots)
            _refuse_unknown("vehicle type", v.id, "profile", v.profile, set(self.matrices))
            _refuse_unknown("vehicle type", v.id, "place", v.last_place, ids)
            _refuse_doubles(f"compartment of {v.id}", (c.id for c in v.compartments))
        for s in self.shipments:
            _refuse_unknown("shipment", s.id, "place", s.origin, ids)
            _refuse_unknown("shipment", s.id, "place", s.destination, ids)

    def _check_locks(self) -> None:
        shipments = {s.id for s in self.shipments}
        counts = {v.id: v.count for v in self.vehicle_types}
        for lock in self.locks:
            _refuse_unknown("lock", lock.shipment, "shipment", lock.shipment, shipments)
            if lock.after is not None:
                _refuse_unknown("lock", lock.shipment, "shipment", lock.after, shipments)
            if lock.vehicle_type is not None:
                _refuse_unknown("lock", lock.shipment, "vehicle type", lock.vehicle_type, set(counts))
            if lock.number is not None:
                numbers = set(range(1, counts.get(lock.vehicle_type or "", 0) + 1))
                _refuse_unknown("lock", lock.shipment, "vehicle number", lock.number, numbers)
        _refuse_cycle(self.locks)

    def _check_arrays(self) -> None:
        n, d = len(self.places), len(self.load_dimensions)
        for key, matrix in self.matrices.items():
            for array in (matrix.duration_s, matrix.distance_m):
                if array.shape != (n, n):
                    raise InvalidInput("E130", ids=key, value=array.shape, expected=(n, n))
                if n and int(array.min()) < UNREACHABLE:
                    raise InvalidInput("E132", ids=key)
        for s in self.shipments:
            _refuse_dimensions("shipment", s.id, s.load, d)
        for p in self.places:
            if p.shelf:
                _refuse_dimensions("place", p.id, p.shelf, d)
        for v in self.vehicle_types:
            for c in v.compartments:
                _refuse_dimensions("vehicle type", v.id, c.capacity, d)


def _canonical(value: object) -> bytes:
    """Bytes that are equal for equal values in every process (sets are sorted, hashes are not used)."""
    if isinstance(value, frozenset | set):
        return b"{" + b",".join(sorted(_canonical(v) for v in value)) + b"}"
    if isinstance(value, tuple | list):
        return b"(" + b",".join(_canonical(v) for v in value) + b")"
    slots = getattr(value, "__dataclass_fields__", None)
    if slots:
        return type(value).__name__.encode() + _canonical([getattr(value, name) for name in slots])
    return repr(value).encode()


def _refuse_doubles(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    doubles = sorted({i for i in ids if i in seen or seen.add(i)})  # type: ignore[func-returns-value]
    if doubles:
        raise InvalidInput("E120", what=what, ids=", ".join(doubles))


def _refuse_unknown(what: str, ids: str, kind: str, value: object, known: set[str] | set[int]) -> None:
    if value not in known:
        raise InvalidInput("E121", what=what, ids=ids, field=kind, value=value)


def _refuse_dimensions(what: str, ids: str, load: tuple[int, ...], expected: int) -> None:
    if len(load) != expected:
        raise InvalidInput("E131", what=what, ids=ids, value=len(load), expected=expected)


def _refuse_cycle(locks: Iterable[Lock]) -> None:
    """Refuse shipments that would have to come after themselves. O(locks)."""
    before: dict[str, list[str]] = {}
    for lock in locks:
        if lock.after is not None:
            before.setdefault(lock.shipment, []).append(lock.after)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        raise InvalidInput("E133", ids=" > ".join(reversed(error.args[1]))) from None
