"""Tiers: goods that may pass through a township station on their way between hub and village.

A tiered problem is an ordinary ``Problem`` of end-to-end shipments, the stations of the second tier, and the
ways that each place's goods may go: direct, or through one station (two-echelon routing: Perboli, Tadei and
Vigo 2011, "The two-echelon capacitated vehicle routing problem", Transportation Science 45; places of one
township that must share a station: Li, Xu and Sun 2022, 2E-VRP with grouping constraints). A *choice* of one
way a place and a *clock* for each wave of handovers at a station turn it into one ordinary problem of legs
(``optimizer.tiers.legs``), in which hub vehicles and station vehicles are planned together: to line-haul a
station is a place, to vehicles of its own a depot. Clocks are decisions of the search as choices are.

A shipment changes vehicle once at most. Local goods, and goods of a depot that is a station, go direct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput
from optimizer.model import HORIZON_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.model import Shipment, TimeWindow
    from optimizer.plan import Plan
    from optimizer.problem import Problem

QUARTER_S = 900
"""Throughput is counted in the quarters of an hour of the clock."""

Way = str | None
"""Id of the station that goods pass through; None is direct."""

Choice = Mapping[str, Way]
"""Way of every place that has a choice; other places' goods go direct."""

Clocks = Mapping[tuple[str, str], tuple[int, ...]]
"""Moments of handing over, ascending, by station and direction ("down" or "up"): by then a wave has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A cross-dock at ``place``, whose windows are its opening hours; a depot there has vehicles of its own.

    Goods are there when service of the visit that brings them begins, or when the trip returns; ``handling_s``
    later at the earliest, unloading included, they may go on.
    ``pieces_per_quarter_h``: most pieces handled in a quarter of an hour of the clock; None means no limit.
    ``storage``: most load kept at a time, per load dimension; None means no limit.
    ``barred``: commodities that may not pass.
    """

    place: str
    handling_s: int = 0
    pieces_per_quarter_h: int | None = None
    storage: tuple[int, ...] | None = None
    barred: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        known = {"handling_s": self.handling_s, "storage": min(self.storage or (0,))}
        for name, value in known.items():
            if value < 0:
                raise InvalidInput("E111", what="station", ids=self.place, field=name, value=value)
        if self.pieces_per_quarter_h is not None and self.pieces_per_quarter_h < 1:
            value = self.pieces_per_quarter_h
            raise InvalidInput("E113", what="station", ids=self.place, field="pieces_per_quarter_h", value=value)


@dataclass(frozen=True, kw_only=True, eq=False)
class Tiers:
    """End-to-end shipments, stations and the ways that places' goods may go; valid by construction.

    ``modes``: the ways of each place; goods of a place not named go direct.
    ``together``: groups of places that must go the same way.

    Raises
    ------
    InvalidInput
        E120 a station twice, E121 unknown place or station, E131 wrong number of load dimensions,
        E150 a place with no way, E151 a group whose ways do not meet, E152 a station closed all day,
        E153 stations in a circle, E154 a shipment named like a leg.
    """

    problem: Problem
    stations: tuple[Station, ...] = ()
    modes: Mapping[str, frozenset[Way]] = field(default_factory=dict)
    together: tuple[frozenset[str], ...] = ()

    def __post_init__(self) -> None:
        self._check_stations()
        self._check_ways()
        ids = {s.id for s in self.problem.shipments}
        for s in self.problem.shipments:
            named = {leg_id(s.id, index) for index in (1, 2)} & ids
            if named and self.far_end(s) in self.modes:
                raise InvalidInput("E154", ids=min(named), value=s.id)

    @cached_property
    def station_of(self) -> dict[str, Station]:
        """Stations by place id."""
        return {s.place: s for s in self.stations}

    @cached_property
    def hubs(self) -> frozenset[str]:
        """Depots that are no stations."""
        return frozenset(d.place for d in self.problem.depots) - frozenset(self.station_of)

    def far_end(self, shipment: Shipment) -> str | None:
        """Return the end of a shipment that is not the hub, None for goods that begin and end at none or two."""
        ends = {shipment.origin, shipment.destination}
        far = ends - self.hubs
        return min(far) if len(far) == 1 else None

    def direction(self, shipment: Shipment) -> str:
        """Return "down" for goods that leave a hub, else "up"."""
        return "down" if shipment.origin in self.hubs else "up"

    def ways(self, place: str) -> frozenset[Way]:
        """Return the ways that goods of ``place`` may go."""
        return self.modes.get(place, frozenset({None}))

    def through(self, shipment: Shipment, choice: Choice) -> Station | None:
        """Return the station that ``choice`` sends a shipment through; None when it goes direct."""
        far = self.far_end(shipment)
        way = choice.get(far) if far is not None else None
        return None if way is None or way == far else self.station_of[way]

    @cached_property
    def groups(self) -> tuple[tuple[tuple[str, ...], frozenset[Way]], ...]:
        """Places of ``modes`` that are decided together, and the ways they have in common."""
        parts = [frozenset({place}) for place in self.modes]
        for group in self.together:
            met = [part for part in parts if part & group]
            parts = [part for part in parts if not part & group] + [group.union(*met)]
        ordered = sorted(tuple(sorted(part)) for part in parts)
        return tuple((part, frozenset.intersection(*map(self.ways, part))) for part in ordered)

    def _check_stations(self) -> None:
        places, seen = {p.id for p in self.problem.places}, set()
        for s in self.stations:
            if s.place in seen:
                raise InvalidInput("E120", what="station", ids=s.place)
            seen.add(s.place)
            _refuse_unknown("station", s.place, "place", [s.place], places)
            expected = len(self.problem.load_dimensions)
            if s.storage is not None and len(s.storage) != expected:
                value = len(s.storage)
                raise InvalidInput("E131", what="station", ids=s.place, value=value, expected=expected)
            shifts = [kind.shift for kind in self.problem.vehicle_types]
            if shifts and not any(_meet(w, shift) for w in open_windows(self, s) for shift in shifts):
                raise InvalidInput("E152", ids=s.place)

    def _check_ways(self) -> None:
        places, stations = {p.id for p in self.problem.places}, set(self.station_of)
        _refuse_unknown("modes", "-", "place", self.modes, places)
        for place, ways in self.modes.items():
            if not ways:
                raise InvalidInput("E150", ids=place)
            _refuse_unknown("place", place, "station", (w for w in ways if w is not None), stations)
        for group in self.together:
            _refuse_unknown("group", ", ".join(sorted(group)), "place", group, places)
        for part, ways in self.groups:
            if not ways:
                raise InvalidInput("E151", ids=", ".join(part))
        for place in self.station_of:
            self._refuse_circle(place, (place,))

    def _refuse_circle(self, place: str, chain: tuple[str, ...]) -> None:
        for way in sorted(w for w in self.ways(place) if w is not None and w != place):
            if way in chain:
                raise InvalidInput("E153", ids=" > ".join((*chain, way)))
            self._refuse_circle(way, (*chain, way))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A shipment passing from one vehicle to another at a station.

    It is there at ``arrived_s``, is handled by ``ready_s`` (its pieces count in the quarter of an hour of that
    moment), and its second leg begins to be loaded at ``left_s``.
    """

    shipment: str
    station: str
    arrived_s: int
    ready_s: int
    left_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredPlan:
    """A plan across tiers: who goes which way, every trip, and every handover between trips.

    The visits of ``plan`` name legs (``leg_id``) of shipments that pass a station and whole shipments else. Its
    ``unserved`` names whole shipments, never legs; its cost counts each of them once.
    """

    choice: Choice
    plan: Plan
    handovers: tuple[Handover, ...] = ()


def leg_id(shipment: str, index: int) -> str:
    """Return the id of the first or second leg of a shipment that passes a station; ``index`` is 1 or 2."""
    return f"{shipment}/{index}"


def open_windows(tiers: Tiers, station: Station) -> list[tuple[int, int]]:
    """Return the opening hours of a station as (from, to), ascending, ends included."""
    windows = tiers.problem.place(station.place).windows
    return sorted((w.early_s, w.late_s) for w in windows) or [(0, HORIZON_S)]


def _meet(window: tuple[int, int], shift: TimeWindow) -> bool:
    return window[0] <= shift.late_s and shift.early_s <= window[1]


def _refuse_unknown(what: str, ids: str, kind: str, named: Iterable[str], known: set[str]) -> None:
    for value in sorted(set(named) - known):
        raise InvalidInput("E121", what=what, ids=ids, field=kind, value=value)
