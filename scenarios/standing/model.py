"""Standing lines: which vehicle calls where, with which goods and at what hour, every day until they are designed anew.

A line is one vehicle's usual day. Goods are named by ``Kind``: what goes from one place to another, of one
commodity, whoever sends it. Each kind is on at most one line, so that a village has its driver; kinds of one
village may be on two lines where one vehicle cannot carry both, such as fertiliser by the tonne.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.model import Shipment

HOUR_S = 1_800
"""How long the hour of a stop is, end to end, where nobody says otherwise: half an hour."""


class Kind(NamedTuple):
    """Goods that are the same every day as far as a line is concerned."""

    origin: str
    destination: str
    commodity: str

    @classmethod
    def of(cls, shipment: Shipment) -> Kind:
        """Return the kind of a shipment."""
        return cls(shipment.origin, shipment.destination, shipment.commodity)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStop:
    """A place on a line: service begins within half of ``StandingLines.hour_s`` before or after ``at_s``.

    ``kinds``: what is handed over there, and nowhere else on any line.
    """

    place: str
    at_s: int
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTrip:
    """One trip of a line on a typical day, depot to depot; ``depart_s`` and ``return_s`` are of that day."""

    depart_s: int
    return_s: int
    stops: tuple[LineStop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """One vehicle's usual day; ``number`` counts from 1 within the vehicle type."""

    vehicle_type: str
    number: int
    trips: tuple[LineTrip, ...]

    @property
    def vehicle(self) -> str:
        """Name of the vehicle, such as ``van#2``."""
        return f"{self.vehicle_type}#{self.number}"

    @property
    def stops(self) -> tuple[LineStop, ...]:
        """Stops of all trips, in driving order."""
        return tuple(stop for trip in self.trips for stop in trip.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLines:
    """All lines of a county; ``hour_s`` is how long the hour of a stop is, end to end."""

    lines: tuple[StandingLine, ...]
    hour_s: int = HOUR_S

    def stops(self) -> Iterator[tuple[StandingLine, LineStop]]:
        """Yield every stop with its line, in driving order."""
        for line in self.lines:
            for stop in line.stops:
                yield line, stop

    @property
    def stop_of(self) -> Mapping[Kind, tuple[StandingLine, LineStop]]:
        """Line and stop of each kind of goods that is on one."""
        return {kind: (line, stop) for line, stop in self.stops() for kind in stop.kinds}

    @property
    def vehicles_of(self) -> Mapping[str, tuple[str, ...]]:
        """Vehicles that call at each place, the first of the day first."""
        found: dict[str, dict[str, None]] = {}
        for line, stop in sorted(self.stops(), key=lambda each: each[1].at_s):
            found.setdefault(stop.place, {})[line.vehicle] = None
        return {place: tuple(vehicles) for place, vehicles in found.items()}
