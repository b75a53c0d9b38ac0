"""The part of a planned day that has tiers, as people look at it: stations, departures, ways, shipments' paths.

Filled by ``api.tiered_day``; here is only its shape. Words are ``scenarios.text.Text`` pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.views import Line, PlaceView
    from scenarios.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a handover, a ride or a followed shipment moves; ``village`` is its end that is not the hub."""

    shipment: str
    brand: str
    commodity: Text
    direction: str
    pieces: int
    bags: int
    village: PlaceView


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverView:
    """Goods passing through a station; ``brought_by`` and ``taken_by`` are vehicles or departures."""

    goods: Parcel
    arrived_s: int
    ready_s: int
    left_s: int
    brought_by: str
    taken_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterView:
    """Pieces that a station takes in, handles and sends on in the quarter of an hour that begins at ``begin_s``."""

    begin_s: int
    inbound: int
    handled: int
    outbound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """A station's day; ``limit`` is most pieces handled in a quarter, ``storage`` most kept, None: no limit.

    ``fullest``: most kept at a time, per load dimension.
    """

    place: PlaceView
    windows: tuple[tuple[int, int], ...]
    handling_s: int
    limit: int | None
    storage: tuple[int, ...] | None
    fullest: tuple[int, ...]
    quarters: tuple[QuarterView, ...]
    handovers: tuple[HandoverView, ...]

    @property
    def busiest(self) -> int:
        """Most pieces handled in a quarter of an hour."""
        return max((quarter.handled for quarter in self.quarters), default=0)

    @property
    def pieces(self) -> int:
        """Pieces that pass, each once."""
        return sum(h.goods.pieces for h in self.handovers)


@dataclass(frozen=True, slots=True, kw_only=True)
class RideView:
    """Goods on a departure; ``leg`` is the shipment, or the leg of it, that rides."""

    goods: Parcel
    leg: str
    origin: PlaceView
    destination: PlaceView
    board_s: int
    alight_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop of a departure; ``fill`` is the tightest share of its room taken on leaving, 0 to 1."""

    place: PlaceView
    arrive_s: int
    depart_s: int
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureView:
    """A scheduled departure with goods on it; ``course`` has a line for each stretch whose road is known."""

    id: str
    line: str
    stops: tuple[StopView, ...]
    rides: tuple[RideView, ...]
    fare_fen: int
    course: tuple[Line, ...] = ()

    @property
    def fill(self) -> float:
        """The tightest share of its room on any stretch."""
        return max((stop.fill for stop in self.stops), default=0.0)

    @property
    def pieces(self) -> int:
        """Pieces on it, both ways."""
        return sum(ride.goods.pieces for ride in self.rides)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeView:
    """How the goods of a place go; ``exceptions`` are shipments that go another way, with it."""

    place: PlaceView
    key: str
    way: Text
    exceptions: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One moment on a shipment's way; ``at_s`` None where nothing happens, ``by`` a vehicle, a departure, or empty."""

    key: str
    what: Text
    place: PlaceView
    at_s: int | None
    by: str = ""
    detail: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathView:
    """A shipment from brand to door, or back."""

    goods: Parcel
    orders: tuple[str, ...]
    way: Text
    stages: tuple[StageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersView:
    """Everything about tiers that the outputs show."""

    stations: tuple[StationView, ...]
    departures: tuple[DepartureView, ...]
    modes: tuple[ModeView, ...]
    paths: tuple[PathView, ...]

    @property
    def ways(self) -> tuple[tuple[Text, tuple[ModeView, ...]], ...]:
        """Places by the way they go, most first."""
        found: dict[str, list[ModeView]] = {}
        for mode in self.modes:
            found.setdefault(mode.key, []).append(mode)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple((modes[0].way, tuple(modes)) for _, modes in ordered)
