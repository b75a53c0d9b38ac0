"""Scheduled lines as the optimizer sees them: departures with their stops, times, room and fares, and rides on them.

Buses, township shuttles and standing lines are all departures; they run whether they take goods or not. Who
knows timetables, days and passenger peaks (``scenarios``) hands over only what takes goods on the day planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput

if TYPE_CHECKING:
    from optimizer.model import Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledDeparture:
    """One run of a line: it calls at ``stops``, place ids in order, from ``arrive_s`` to ``depart_s`` at each.

    A place may occur twice. ``room``: most load on board between two stops, per load dimension; ``max_piece``:
    heaviest piece that it takes, per load dimension, None means any. ``barred``: commodities that it never
    takes. ``dwell_s``: most handling of goods (``Shipment.service_s``) at each stop that is not a hub, where it is
    loaded before it leaves. It costs ``fen_per_piece`` for every piece, and ``fen_per_trip`` once if it takes any.

    Raises
    ------
    InvalidInput
        E111 a negative number, E112 no id, E158 times that go backwards, E159 fewer than two stops, or not as
        many times as stops.
    """

    id: str
    line: str
    stops: tuple[str, ...]
    arrive_s: tuple[int, ...]
    depart_s: tuple[int, ...]
    room: tuple[int, ...]
    max_piece: tuple[int, ...] | None = None
    barred: frozenset[str] = frozenset()
    dwell_s: int = 0
    fen_per_piece: int = 0
    fen_per_trip: int = 0

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidInput("E112", what="departure", ids=self.id, field="id")
        if len(self.stops) < 2 or not len(self.stops) == len(self.arrive_s) == len(self.depart_s):
            times = f"{len(self.arrive_s)}/{len(self.depart_s)}"
            raise InvalidInput("E159", ids=self.id, value=len(self.stops), times=times)
        moments = [at_s for call in zip(self.arrive_s, self.depart_s, strict=True) for at_s in call]
        for before_s, after_s in pairwise(moments):
            if after_s < before_s:
                raise InvalidInput("E158", ids=self.id, value=after_s, before=before_s)
        known = {"room": min(self.room, default=0), "max_piece": min(self.max_piece or (0,)), "arrive_s": moments[0]}
        known |= {"dwell_s": self.dwell_s, "fen_per_piece": self.fen_per_piece, "fen_per_trip": self.fen_per_trip}
        for name, value in known.items():
            if value < 0:
                raise InvalidInput("E111", what="departure", ids=self.id, field=name, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """A shipment, or a leg of one (``leg_id``), on a departure from one of its stops to a later one.

    It boards by ``board_s``, when the departure leaves ``origin``, and is handed over at ``alight_s``, when the
    departure arrives at ``destination``.
    """

    shipment: str
    departure: str
    origin: str
    destination: str
    board_s: int
    alight_s: int


def piece_load(shipment: Shipment) -> tuple[int, ...]:
    """Return the load of one piece, rounded up, as pieces of one shipment are taken to be alike."""
    pieces = max(1, shipment.pieces)
    return tuple(-(-load // pieces) for load in shipment.load)
