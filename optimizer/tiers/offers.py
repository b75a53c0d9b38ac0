"""Which departures could take which goods, found once, and what they have taken on so far.

An offer is a departure with a stop to board at and a later one to alight at. Offers hold whatever does not
depend on other goods: piece, commodity, handling at stops, times. Room between two stops, handling of all goods
at a stop, and goods that must not meet are kept by ``Bookings`` as one shipment after the other is taken on.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from optimizer.tiers.lines import Ride, piece_load
from optimizer.tiers.plan import whole_shipment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from optimizer.model import Shipment, TimeWindow
    from optimizer.tiers.lines import ScheduledDeparture
    from optimizer.tiers.model import Tiers


class Offer(NamedTuple):
    """Goods could board ``departure`` at its stop ``board`` and alight at its stop ``alight``, both ranks."""

    departure: ScheduledDeparture
    board: int
    alight: int

    @property
    def board_s(self) -> int:
        """Return when the departure leaves with the goods."""
        return self.departure.depart_s[self.board]

    @property
    def alight_s(self) -> int:
        """Return when it is there with them."""
        return self.departure.arrive_s[self.alight]

    def ride(self, shipment: str) -> Ride:
        """Return the ride of a shipment or leg that takes the offer."""
        stops = self.departure.stops
        ends = {"origin": stops[self.board], "destination": stops[self.alight]}
        return Ride(
            shipment=shipment, departure=self.departure.id, board_s=self.board_s, alight_s=self.alight_s, **ends
        )


class Refusal(NamedTuple):
    """Why no departure takes some goods: a code of ``optimizer.tier_reasons`` and the values in its words."""

    reason: str
    numbers: Mapping[str, int | str]


class Offers:
    """All offers of a tiered problem, each question answered once; O(departures x stops^2) to make."""

    def __init__(self, tiers: Tiers) -> None:
        self._tiers = tiers
        self._calls: dict[tuple[str, str], list[Offer]] = defaultdict(list)
        for d in tiers.departures:
            for board, origin in enumerate(d.stops):
                for alight in range(board + 1, len(d.stops)):
                    self._calls[origin, d.stops[alight]].append(Offer(d, board, alight))
        problem = tiers.problem
        self._locked = {i for lock in problem.locks for i in (lock.shipment, lock.after) if i is not None}
        self._known: dict[tuple[str, str, str], tuple[Offer, ...] | Refusal] = {}

    def between(self, s: Shipment, origin: str, destination: str) -> tuple[Offer, ...] | Refusal:
        """Return the offers for a shipment or the leg of it between these ends, soonest there first, or why none.

        A leg that does not begin at the shipment's origin may board at any time, one that does not end at its
        destination alight at any time, while the places are open.
        """
        key = (s.id, origin, destination)
        if key not in self._known:
            self._known[key] = self._found(s, origin, destination)
        return self._known[key]

    def _found(self, s: Shipment, origin: str, destination: str) -> tuple[Offer, ...] | Refusal:
        if s.id in self._locked and self._tiers.far_end(s) in (origin, destination):
            return Refusal("U207", {})
        ends: dict[str, int | str] = {"origin": origin, "destination": destination}
        offers = self._calls.get((origin, destination), [])
        if not offers:
            return Refusal("U202", ends)
        for code, numbers, is_fit in self._conditions(s, ends):
            left = [offer for offer in offers if is_fit(offer)]
            if not left:
                return Refusal(code, numbers(offers))
            offers = left
        return tuple(sorted(offers, key=lambda o: (o.alight_s, -o.board_s, o.departure.id)))

    def _conditions(
        self, s: Shipment, ends: Mapping[str, int | str]
    ) -> Iterator[tuple[str, Callable[[Sequence[Offer]], Mapping[str, int | str]], Callable[[Offer], bool]]]:
        """Yield what offers must meet one after the other, with the reason if none does."""
        piece, dims = piece_load(s), self._tiers.problem.load_dimensions
        whole_limit = s.max_on_board_s if {*ends.values()} == {s.origin, s.destination} else None
        yield "U201", lambda _: {"commodity": s.commodity}, lambda o: s.commodity not in o.departure.barred
        yield (
            "U200",
            lambda offers: _least_excess(dims, piece, [o.departure.max_piece or () for o in offers]),
            lambda o: o.departure.max_piece is None or _is_within(piece, o.departure.max_piece),
        )
        yield (
            "U204",
            lambda offers: _least_excess(dims, s.load, [o.departure.room for o in offers]),
            lambda o: _is_within(s.load, o.departure.room),
        )
        yield (
            "U205",
            lambda offers: {"handling_s": s.service_s, "dwell_s": max(o.departure.dwell_s for o in offers)},
            lambda o: s.service_s <= o.departure.dwell_s or {*ends.values()} <= self._tiers.hubs,
        )
        yield "U203", lambda _: ends, lambda o: self._is_in_time(s, o)
        yield (
            "U208",
            lambda _: {"limit_s": whole_limit or 0},
            lambda o: whole_limit is None or o.alight_s - o.board_s <= whole_limit,
        )

    def _is_in_time(self, s: Shipment, offer: Offer) -> bool:
        origin, destination = offer.departure.stops[offer.board], offer.departure.stops[offer.alight]
        if origin == s.origin and (
            offer.board_s < s.ready_s or not self._is_met(origin, s.pickup_windows, offer.board_s)
        ):
            return False
        if destination == s.destination and (
            offer.alight_s > s.due_s or not self._is_met(destination, s.delivery_windows, offer.alight_s)
        ):
            return False
        return self._is_met(origin, (), offer.board_s) and self._is_met(destination, (), offer.alight_s)

    def _is_met(self, place: str, windows: tuple[TimeWindow, ...], at_s: int) -> bool:
        own = self._tiers.problem.place(place).windows
        asked = windows if place not in self._tiers.problem.depot_of else ()
        return all(not some or any(w.early_s <= at_s <= w.late_s for w in some) for some in (own, asked))


class Bookings:
    """What the departures have taken on so far; mutable, made anew for each assignment."""

    def __init__(self, tiers: Tiers) -> None:
        self._hubs = tiers.hubs
        self._foes: dict[str, set[str]] = defaultdict(set)
        for c in tiers.problem.conflicts:
            self._foes[c.first].add(c.second)
            self._foes[c.second].add(c.first)
        self._loads: dict[str, list[list[int]]] = {}  # by departure: per stretch between stops and load dimension
        self._handled_s: dict[tuple[str, int], int] = defaultdict(int)  # by departure and stop
        self._aboard: dict[str, set[str]] = defaultdict(set)  # commodities by departure

    def fits(self, s: Shipment, offer: Offer) -> bool:
        """Tell whether the departure has room, time at its stops, and nothing on board that must not meet ``s``."""
        d = offer.departure
        if self._foes[s.commodity] & self._aboard[d.id]:
            return False
        if any(self._handled_s[d.id, k] + s.service_s > d.dwell_s for k in self._stops(offer)):
            return False
        loads = self._loads.get(d.id)
        return loads is None or all(
            x + y <= free
            for stretch in loads[offer.board : offer.alight]
            for x, y, free in zip(stretch, s.load, d.room, strict=True)
        )

    def fare_fen(self, s: Shipment, offer: Offer) -> int:
        """Return what taking ``s`` on would cost."""
        d = offer.departure
        return d.fen_per_piece * s.pieces + (0 if d.id in self._loads else d.fen_per_trip)

    def take(self, s: Shipment, offer: Offer) -> None:
        """Take ``s`` on."""
        d = offer.departure
        stretches = self._loads.setdefault(d.id, [[0] * len(s.load) for _ in d.stops[1:]])
        for stretch in stretches[offer.board : offer.alight]:
            for k, x in enumerate(s.load):
                stretch[k] += x
        for stop in self._stops(offer):
            self._handled_s[d.id, stop] += s.service_s
        self._aboard[d.id].add(s.commodity)

    def take_ride(self, tiers: Tiers, ride: Ride) -> None:
        """Take on what a plan of ``tiers`` has on board: a ride between stops of a departure, as it states."""
        departure = tiers.departure_of[ride.departure]
        board = list(zip(departure.stops, departure.depart_s, strict=True)).index((ride.origin, ride.board_s))
        alight = list(zip(departure.stops, departure.arrive_s, strict=True)).index((ride.destination, ride.alight_s))
        self.take(whole_shipment(tiers, ride.shipment), Offer(departure, board, alight))

    def best(self, s: Shipment, offers: Sequence[Offer]) -> Offer | None:
        """Return the cheapest offer that fits, of equal ones the first; None when none does."""
        fitting = [offer for offer in offers if self.fits(s, offer)]
        return min(fitting, key=lambda offer: self.fare_fen(s, offer), default=None)

    def _stops(self, offer: Offer) -> list[int]:
        """Return the stops at which handling takes the departure's time: not those at a hub."""
        return [k for k in (offer.board, offer.alight) if offer.departure.stops[k] not in self._hubs]


@lru_cache(maxsize=4)
def offers_of(tiers: Tiers) -> Offers:
    """Return the offers of ``tiers``, made once."""
    return Offers(tiers)


def _is_within(load: Sequence[int], limit: Sequence[int]) -> bool:
    return all(x <= y for x, y in zip(load, limit, strict=True))


def _least_excess(dims: Sequence[str], load: Sequence[int], limits: Sequence[Sequence[int]]) -> dict[str, int | str]:
    """Return by how much ``load`` is more than the widest of ``limits``: dimension, amount and limit."""
    limit = min(limits, key=lambda own: [max(0, x - y) for x, y in zip(load, own, strict=True)])
    k = next(k for k, (x, y) in enumerate(zip(load, limit, strict=True)) if x > y)
    return {"dimension": dims[k], "amount": load[k], "limit": limit[k]}
