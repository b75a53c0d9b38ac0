"""Tiers: goods that may pass through a township station on their way between hub and village.

A tiered problem is an ordinary ``Problem`` of end-to-end shipments, the stations of the second tier, scheduled
departures, and the ways that each place's goods may go: direct, by line, or through one station, each leg on the
road or by line (two-echelon routing: Perboli, Tadei and Vigo 2011, "The two-echelon capacitated vehicle routing
problem", Transportation Science 45; places of one township that must share a station: Li, Xu and Sun 2022, 2E-VRP
with grouping constraints; goods on scheduled lines: Ghilas, Demir and Van Woensel 2016, "The pickup and delivery
problem with time windows and scheduled lines", INFOR 54). A *choice* of one way a place and a *clock* for each
wave of handovers at a station turn it into one ordinary problem of the legs that vehicles drive
(``optimizer.tiers.legs``), in which hub vehicles and station vehicles are planned together: to line-haul a
station is a place, to vehicles of its own a depot. Clocks are decisions of the search as choices are; which
departure takes a leg by line follows from both.

A shipment changes vehicle once at most. Local goods, and goods of a depot that is a station, go direct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput
from optimizer.model import HORIZON_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.model import Shipment, TimeWindow
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.tiers.lines import Ride, ScheduledDeparture

QUARTER_S = 900
"""Throughput is counted in the quarters of an hour of the clock."""

MEANS = ("road", "line")
"""How goods pass from one end of a leg to the other: by a vehicle of the plan, or on a scheduled departure."""

STEP = ">"
"""Between the parts of a way that is written as one word."""


@dataclass(frozen=True, order=True, slots=True)
class Way:
    """How goods of a place go between hub and place: through ``station``, or through none where that is empty.

    ``trunk`` is the means between hub and station, ``last`` that between the station, or the hub where there is
    none, and the place; both are of ``MEANS``. ``str(way)`` reads "direct", "line", "S", "line>S", "S>line" or
    "line>S>line".

    Raises
    ------
    InvalidInput
        E156, when a means is none of ``MEANS``, or ``trunk`` a line to no station.
    """

    station: str = ""
    trunk: str = "road"
    last: str = "road"

    def __post_init__(self) -> None:
        if not {self.trunk, self.last} <= set(MEANS) or (self.trunk != "road" and not self.station):
            raise InvalidInput("E156", value=STEP.join((self.trunk, self.station, self.last)))

    def __str__(self) -> str:
        """Return the way as one word, which ``parse`` reads."""
        if not self.station:
            return "direct" if self.last == "road" else "line"
        before, after = (["line"] * (means == "line") for means in (self.trunk, self.last))
        return STEP.join([*before, self.station, *after])

    def means(self, direction: str) -> tuple[str, str]:
        """Return the means of the first and the second leg of goods that go "down" or "up" through the station."""
        return (self.trunk, self.last) if direction == "down" else (self.last, self.trunk)

    @property
    def is_lined(self) -> bool:
        """Tell whether any leg goes by line."""
        return "line" in (self.trunk, self.last)

    @classmethod
    def parse(cls, text: str) -> Way:
        """Return the way that ``text`` names as ``str`` does.

        Raises
        ------
        InvalidInput
            E156, when it names none.
        """
        for way in (DIRECT, cls(last="line")):
            if text == str(way):
                return way
        parts = text.split(STEP)
        trunk, last = ("line" if len(parts) > 1 and part == "line" else "road" for part in (parts[0], parts[-1]))
        inner = parts[trunk == "line" : len(parts) - (last == "line")]
        if len(inner) != 1 or inner[0] in ("", "direct", "line"):
            raise InvalidInput("E156", value=text)
        return cls(inner[0], trunk, last)


DIRECT = Way()
"""By a vehicle of the plan, past all stations."""

Choice = Mapping[str, Way]
"""Way of every place that has a choice; other places' goods go direct."""

Exceptions = Mapping[str, Way]
"""Ways of shipments that the way of their place cannot take."""

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
    """End-to-end shipments, stations, departures and the ways that places' goods may go; valid by construction.

    ``departures``: the scheduled ones that take goods that day.
    ``modes``: the ways of each place; goods of a place not named go direct.
    ``together``: groups of places that must go the same way.

    Raises
    ------
    InvalidInput
        E120 a station twice, E121 unknown place or station, E131 wrong number of load dimensions,
        E150 a place with no way, E151 a group whose ways do not meet, E152 a station closed all day,
        E153 stations in a circle, E154 a shipment named like a leg, E157 a station named like a way.
    """

    problem: Problem
    stations: tuple[Station, ...] = ()
    departures: tuple[ScheduledDeparture, ...] = ()
    modes: Mapping[str, frozenset[Way]] = field(default_factory=dict)
    together: tuple[frozenset[str], ...] = ()

    def __post_init__(self) -> None:
        self._check_stations()
        self._check_departures()
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
        return self.modes.get(place, frozenset({DIRECT}))

    @cached_property
    def departure_of(self) -> dict[str, ScheduledDeparture]:
        """Departures by id."""
        return {d.id: d for d in self.departures}

    def way(self, shipment: Shipment, choice: Choice, exceptions: Exceptions = MappingProxyType({})) -> Way:
        """Return the way that a shipment goes; what would pass its own station goes there by the trunk's means."""
        far = self.far_end(shipment)
        way = exceptions.get(shipment.id, choice.get(far, DIRECT)) if far is not None else DIRECT
        return Way(last=way.trunk) if way.station and way.station == far else way

    def through(
        self, shipment: Shipment, choice: Choice, exceptions: Exceptions = MappingProxyType({})
    ) -> Station | None:
        """Return the station that a shipment is sent through; None when it passes none."""
        station = self.way(shipment, choice, exceptions).station
        return self.station_of[station] if station else None

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
            if s.place in ("direct", "line") or STEP in s.place:
                raise InvalidInput("E157", ids=s.place)
            expected = len(self.problem.load_dimensions)
            if s.storage is not None and len(s.storage) != expected:
                value = len(s.storage)
                raise InvalidInput("E131", what="station", ids=s.place, value=value, expected=expected)
            shifts = [kind.shift for kind in self.problem.vehicle_types]
            if shifts and not any(_meet(w, shift) for w in open_windows(self, s) for shift in shifts):
                raise InvalidInput("E152", ids=s.place)

    def _check_departures(self) -> None:
        places, seen = {p.id for p in self.problem.places}, set()
        for d in self.departures:
            if d.id in seen:
                raise InvalidInput("E120", what="departure", ids=d.id)
            seen.add(d.id)
            _refuse_unknown("departure", d.id, "place", d.stops, places)
            expected = len(self.problem.load_dimensions)
            for row in (d.room, d.max_piece):
                if row is not None and len(row) != expected:
                    raise InvalidInput("E131", what="departure", ids=d.id, value=len(row), expected=expected)

    def _check_ways(self) -> None:
        places, stations = {p.id for p in self.problem.places}, set(self.station_of)
        _refuse_unknown("modes", "-", "place", self.modes, places)
        for place, ways in self.modes.items():
            if not ways:
                raise InvalidInput("E150", ids=place)
            _refuse_unknown("place", place, "station", (w.station for w in ways if w.station), stations)
        for group in self.together:
            _refuse_unknown("group", ", ".join(sorted(group)), "place", group, places)
        for part, ways in self.groups:
            if not ways:
                raise InvalidInput("E151", ids=", ".join(part))
        for place in self.station_of:
            self._refuse_circle(place, (place,))

    def _refuse_circle(self, place: str, chain: tuple[str, ...]) -> None:
        for station in sorted({w.station for w in self.ways(place)} - {"", place}):
            if station in chain:
                raise InvalidInput("E153", ids=" > ".join((*chain, station)))
            self._refuse_circle(station, (*chain, station))


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
    """A plan across tiers: who goes which way, every trip, every ride by line, and every handover between them.

    The visits of ``plan`` and the ``rides`` name legs (``leg_id``) of shipments that pass a station and whole
    shipments else. Its ``unserved`` names whole shipments, never legs; its cost counts each of them once, fares
    included. ``exceptions``: shipments that go another way than their place, which cannot take them.
    """

    choice: Choice
    plan: Plan
    handovers: tuple[Handover, ...] = ()
    exceptions: Exceptions = field(default_factory=dict)
    rides: tuple[Ride, ...] = ()


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
