"""How goods pass their station or ride a line: which wave, which departures, and what is left for vehicles to drive.

One assignment, first come first served in a fixed order: whole rides first, those with fewest departures before
others, then goods that come to their station by line, then the waves by road. Departures are taken by least fare,
soonest first. Whatever a station or a departure cannot take is refused with a reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.model import HORIZON_S
from optimizer.plan import Unserved
from optimizer.tiers.model import QUARTER_S, leg_id
from optimizer.tiers.offers import Bookings, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from optimizer.model import Shipment
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import Clocks, Station, Tiers, Way
    from optimizer.tiers.offers import Offer
    from optimizer.tiers.reach import Reach

Wave = tuple[str, str, int]
"""Station, direction and rank of a clock, or ``BY_LINE``."""

BY_LINE = -1
"""Rank of goods that come to their station by line, which has a time of its own."""

MOST_LEGS = 100_000
"""Legs that are kept, before all are forgotten."""

ENDLESS_S = 1 << 40
"""Longest time on board where there is no limit."""


class Cut(NamedTuple):
    """What becomes of one shipment: legs to be driven by their index, 1 or 2, and rides on departures."""

    wave: Wave | None = None
    legs: tuple[tuple[int, Shipment], ...] = ()
    rides: tuple[Ride, ...] = ()


class _Comer(NamedTuple):
    """A shipment on its way to a station: by when it is there, on which departure, and how it goes on."""

    shipment: Shipment
    at_s: int
    wave: Wave
    brought: Offer | None
    onward: str

    @property
    def limit_s(self) -> int:
        """Return the longest time from leaving the origin to the end."""
        limit_s = self.shipment.max_on_board_s
        return ENDLESS_S if limit_s is None else limit_s


class Passage:
    """One assignment of goods to waves and departures; mutable, made anew for each.

    ``taken``: rides that departures have on board already, and the tiers that know their goods.
    """

    def __init__(self, reach: Reach, clocks: Clocks, taken: tuple[Tiers, Sequence[Ride]] | None = None) -> None:
        self._reach = reach
        self._tiers = reach.tiers
        self._clocks = clocks
        self._bookings = Bookings(reach.tiers)
        if taken is not None:
            for ride in taken[1]:
                self._bookings.take_ride(taken[0], ride)

    def cut(self, goods: Sequence[tuple[Shipment, Way]]) -> dict[str, Cut | Unserved]:
        """Return what becomes of goods that do not go direct."""
        found: dict[str, Cut | Unserved] = {}
        waves: dict[tuple[Wave, int], list[_Comer]] = defaultdict(list)
        for s, way in self._in_turn(goods):
            if not way.station:
                found[s.id] = self._whole(s)
                continue
            come = self._comes(s, way)
            if isinstance(come, Unserved):
                found[s.id] = come
            else:
                waves[come.wave, come.at_s].append(come)
        for comers in waves.values():
            found |= self._through(comers)
        return found

    def _in_turn(self, goods: Sequence[tuple[Shipment, Way]]) -> Iterable[tuple[Shipment, Way]]:
        """Return goods that take lines first, of these the ones with fewest departures, then the dearest."""

        def turn(item: tuple[Shipment, Way]) -> tuple[int, int, int]:
            s, way = item
            first, _ = way.means(self._tiers.direction(s))
            if way.station and first != "line":
                return (2, 0, 0)
            offers = self._reach.offers.between(s, s.origin, self._first_end(s, way))
            return (1 if way.station else 0, 0 if isinstance(offers, Refusal) else len(offers), -s.penalty_fen)

        return sorted(goods, key=turn) if any(way.is_lined for _, way in goods) else goods

    def _first_end(self, s: Shipment, way: Way) -> str:
        return way.station or s.destination

    def _whole(self, s: Shipment) -> Cut | Unserved:
        offers = self._reach.offers.between(s, s.origin, s.destination)
        taken = self._taken(s, offers)
        return taken if isinstance(taken, Unserved) else Cut(rides=(taken.ride(s.id),))

    def _taken(self, s: Shipment, offers: tuple[Offer, ...] | list[Offer] | Refusal) -> Offer | Unserved:
        """Take the shipment on by the best of the offers."""
        if isinstance(offers, Refusal):
            return Unserved(shipment=s.id, reason=offers.reason, numbers=offers.numbers)
        best = self._bookings.best(s, offers)
        if best is None:
            return Unserved(shipment=s.id, reason="U206", numbers={"departures": len(offers)})
        self._bookings.take(s, best)
        return best

    def _comes(self, s: Shipment, way: Way) -> _Comer | Unserved:
        """Return how a shipment comes to its station."""
        station, direction = self._tiers.station_of[way.station], self._tiers.direction(s)
        first, second = way.means(direction)
        refused = self._refusal(s, station, (first, second))
        if refused is not None:
            return refused
        if first == "road":
            wave = self._wave(s, station, direction, second)
            if isinstance(wave, Unserved):
                return wave
            return _Comer(s, self._clocks[wave[0], wave[1]][wave[2]], wave, None, second)
        offers = self._reach.offers.between(s, s.origin, station.place)
        if not isinstance(offers, Refusal):
            offers = tuple(offer for offer in offers if self._goes_on(s, station, offer, second))
            if not offers:
                return _unserved(s, station, "U194" if second == "road" else "U209")
        taken = self._taken(s, offers)
        if isinstance(taken, Unserved):
            return taken
        return _Comer(s, taken.alight_s, (station.place, direction, BY_LINE), taken, second)

    def _goes_on(self, s: Shipment, station: Station, offer: Offer, second: str) -> bool:
        """Tell whether goods that come by a departure could go on from the station in time."""
        ready_s = self._reach.open_s(station, offer.alight_s + station.handling_s)
        if ready_s is None:
            return False
        last_s = offer.board_s + (ENDLESS_S if s.max_on_board_s is None else s.max_on_board_s)
        if second == "road":
            return ready_s + self._reach.onward_s(s, station) <= min(s.due_s, self._reach.last_s, last_s)
        onward = self._reach.offers.between(s, station.place, s.destination)
        return not isinstance(onward, Refusal) and any(o.board_s >= ready_s and o.alight_s <= last_s for o in onward)

    def _refusal(self, s: Shipment, station: Station, means: tuple[str, str]) -> Unserved | None:
        """Say why a shipment can never pass the station, whatever the clock."""
        if s.commodity in station.barred:
            return _unserved(s, station, "U191", commodity=s.commodity)
        if not self._reach.has_paths(s, station, means):
            return _unserved(s, station, "U190")
        limit = station.pieces_per_quarter_h
        if limit is not None and s.pieces > limit:
            return _unserved(s, station, "U196", pieces=s.pieces, limit=limit)
        if means[1] == "line":
            offers = self._reach.offers.between(s, station.place, s.destination)
            if isinstance(offers, Refusal):
                return _unserved(s, station, offers.reason, **offers.numbers)
        return None

    def _wave(self, s: Shipment, station: Station, direction: str, second: str) -> Wave | Unserved:
        """Return the wave a shipment comes with: the first it can be there for, or the last in time going up."""
        early_s = self._reach.earliest_s(s, station)
        if early_s is None:
            return _unserved(s, station, "U192")
        moments = self._clocks.get((station.place, direction), ())
        reached = [rank for rank, at_s in enumerate(moments) if at_s >= early_s]
        if not reached:
            return _unserved(s, station, "U193")
        if direction == "down":
            return (station.place, direction, reached[0])
        latest_s = self._reach.latest_s(s, station, second) - station.handling_s
        in_time = [rank for rank in reached if moments[rank] <= latest_s]
        return (station.place, direction, in_time[-1]) if in_time else _unserved(s, station, "U194")

    def _through(self, comers: Sequence[_Comer]) -> Iterator[tuple[str, Cut | Unserved]]:
        """Yield what becomes of goods that come to a station together."""
        wave, at_s = comers[0].wave, comers[0].at_s
        station = self._tiers.station_of[wave[0]]
        kept = _stored(station, [c.shipment for c in comers])
        ready_s = self._handled_s(station, at_s, [s.pieces for s in kept])
        ids = {s.id for s in kept}
        for c in comers:
            s = c.shipment
            if s.id not in ids:
                yield s.id, _unserved(s, station, "U197")
            elif ready_s is None:
                yield s.id, _unserved(s, station, "U192")
            elif c.onward == "line":
                yield s.id, self._cut_before_line(c, station, ready_s)
            else:
                yield s.id, self._cut_before_road(c, station, ready_s)

    def _handled_s(self, station: Station, at_s: int, pieces: Sequence[int]) -> int | None:
        """Return when goods that have come by ``at_s`` are handled, None if the station is closed by then.

        Filling quarters of an hour one after the other leaves less than the largest shipment free in each.
        """
        ready_s = self._reach.open_s(station, at_s + station.handling_s)
        limit = station.pieces_per_quarter_h
        if ready_s is None or limit is None or not pieces:
            return ready_s
        quarters = min(len(pieces), -(-sum(pieces) // (limit - max(pieces) + 1)))
        return self._reach.open_s(station, max(ready_s, (ready_s // QUARTER_S + quarters - 1) * QUARTER_S))

    def _cut_before_road(self, c: _Comer, station: Station, ready_s: int) -> Cut | Unserved:
        """Return the legs of a shipment that goes on by road from ``ready_s``."""
        s, onward_s = c.shipment, self._reach.onward_s(c.shipment, station)
        if ready_s + onward_s > min(s.due_s, HORIZON_S):
            return _unserved(s, station, "U194")
        if c.brought is not None:
            until_s = min(s.due_s, c.brought.board_s + c.limit_s)
            if ready_s + onward_s > until_s:
                return _unserved(s, station, "U195")
            onward = self._leg(s, 2, station, (ready_s, until_s), (s.penalty_fen, s.handling_fen))
            return Cut(c.wave, ((2, onward),), (c.brought.ride(leg_id(s.id, 1)),))
        from_s, until_s = s.ready_s, s.due_s
        if s.max_on_board_s is not None:
            inward_s = self._reach.inward_s(s, station)
            spare_s = s.max_on_board_s - (ready_s - c.at_s) - inward_s - onward_s
            if spare_s < 0:
                return _unserved(s, station, "U195")
            from_s = max(from_s, c.at_s - inward_s - spare_s // 2)
            until_s = min(until_s, from_s + s.max_on_board_s)
        half_fen = s.penalty_fen // 2
        first = self._leg(s, 1, station, (from_s, c.at_s), (s.penalty_fen - half_fen, s.handling_fen))
        second = self._leg(s, 2, station, (ready_s, until_s), (half_fen, 0))
        return Cut(c.wave, ((1, first), (2, second)))

    def _cut_before_line(self, c: _Comer, station: Station, ready_s: int) -> Cut | Unserved:
        """Return the legs of a shipment that goes on by the first good departure from ``ready_s``."""
        s = c.shipment
        offers = self._reach.offers.between(s, station.place, s.destination)
        if isinstance(offers, Refusal):
            return _unserved(s, station, offers.reason, **offers.numbers)
        left_s = c.at_s - self._reach.inward_s(s, station) if c.brought is None else c.brought.board_s
        fresh = [o for o in offers if o.board_s >= ready_s and o.alight_s - left_s <= c.limit_s]
        if not fresh:
            return _unserved(s, station, "U209")
        taken = self._taken(s, fresh)
        if isinstance(taken, Unserved):
            return taken
        onward = taken.ride(leg_id(s.id, 2))
        if c.brought is not None:
            return Cut(c.wave, (), (c.brought.ride(leg_id(s.id, 1)), onward))
        from_s = max(s.ready_s, taken.alight_s - c.limit_s)
        first = self._leg(s, 1, station, (from_s, c.at_s), (s.penalty_fen, s.handling_fen))
        return Cut(c.wave, ((1, first),), (onward,))

    def _leg(
        self, s: Shipment, index: int, station: Station, span_s: tuple[int, int], fen: tuple[int, int]
    ) -> Shipment:
        """Return a leg by road that is ready and due within ``span_s``, with its penalty and handling in fen.

        From one assignment to the next most legs stay the same, so they are kept.
        """
        key = (s.id, index, station.place, span_s, fen)
        known = self._reach.legs.get(key)
        if known is None:
            if len(self._reach.legs) > MOST_LEGS:
                self._reach.legs.clear()
            is_first = index == 1
            known = self._reach.legs[key] = replace(
                s,
                id=leg_id(s.id, index),
                origin=s.origin if is_first else station.place,
                destination=station.place if is_first else s.destination,
                ready_s=span_s[0],
                due_s=span_s[1],
                max_on_board_s=None,
                penalty_fen=fen[0],
                handling_fen=fen[1],
                pickup_windows=s.pickup_windows if is_first else (),
                delivery_windows=() if is_first else s.delivery_windows,
            )
        return known


def _stored(station: Station, goods: Sequence[Shipment]) -> list[Shipment]:
    """Return the dearest goods for which there is room together."""
    if station.storage is None:
        return list(goods)
    free, kept = list(station.storage), []
    for s in sorted(goods, key=lambda s: -s.penalty_fen):
        if all(x <= y for x, y in zip(s.load, free, strict=True)):
            free = [y - x for x, y in zip(s.load, free, strict=True)]
            kept.append(s)
    return kept


def _unserved(s: Shipment, station: Station, reason: str, **numbers: int | str) -> Unserved:
    return Unserved(shipment=s.id, reason=reason, numbers={"station": station.place, **numbers})
