"""From a choice of ways and the clocks of stations to one ordinary problem of legs.

A shipment through a station becomes two: down, hub to station, due at the clock of its wave, and station to
village, ready when the wave has been handled; up likewise, village to station and station to hub. Whoever
keeps the legs' ready and due times keeps the handovers. A wave that is more than the station handles in one
quarter of an hour is ready so many quarters later. Goods that no clock can serve are refused with a reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput
from optimizer.model import HORIZON_S
from optimizer.plan import Unserved
from optimizer.tiers.model import QUARTER_S, leg_id
from optimizer.tiers.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.model import Lock, Shipment
    from optimizer.problem import Problem
    from optimizer.tiers.model import Choice, Clocks, Station, Tiers

Wave = tuple[str, str, int]
"""Station, direction and rank of a clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a shipment of the legs' problem stands for; ``index`` is 1 or 2."""

    shipment: str
    index: int
    wave: Wave


@dataclass(frozen=True, kw_only=True, eq=False)
class Legs:
    """A tiered problem under one choice and its clocks.

    ``problem`` holds legs by ``leg_id`` and shipments that go direct by their own id; ``parts`` says which legs
    they are; ``refused`` are whole shipments that cannot pass their station, and are no part of ``problem``.
    """

    tiers: Tiers
    choice: Choice
    clocks: Clocks
    problem: Problem
    parts: Mapping[str, Leg]
    refused: tuple[Unserved, ...]


def expand(tiers: Tiers, choice: Choice, clocks: Clocks) -> Legs:
    """Return the legs of all shipments under ``choice`` and ``clocks``; O(places^2 + shipments).

    Leaving a shipment behind costs its penalty once: half of it hangs on each leg. Handling is paid on the
    first. The longest time on board is shared out between the legs on both sides of the clock, in equal parts
    of what is left over, so that it holds from door to door, waiting at the station included.

    Raises
    ------
    InvalidInput
        E155, when the choice names a way that the place does not allow.
    """
    for place, way in choice.items():
        if way not in tiers.ways(place):
            raise InvalidInput("E155", ids=place, value=way)
    reach = Reach(tiers)
    refused: dict[str, Unserved] = {}
    waves: dict[Wave, list[Shipment]] = defaultdict(list)
    for s in tiers.problem.shipments:
        station = tiers.through(s, choice)
        if station is None:
            continue
        found = _wave(reach, s, station, clocks)
        if isinstance(found, Unserved):
            refused[s.id] = found
        else:
            waves[found].append(s)
    split: dict[str, tuple[Wave, Shipment, Shipment]] = {}
    for wave, goods in waves.items():
        for s, done in _through(reach, wave, goods, clocks):
            if isinstance(done, Unserved):
                refused[s.id] = done
            else:
                split[s.id] = (wave, *done)
    return _assembled(tiers, choice, clocks, split=split, refused=refused)


def _assembled(
    tiers: Tiers,
    choice: Choice,
    clocks: Clocks,
    *,
    split: Mapping[str, tuple[Wave, Shipment, Shipment]],
    refused: Mapping[str, Unserved],
) -> Legs:
    shipments: list[Shipment] = []
    parts: dict[str, Leg] = {}
    for s in tiers.problem.shipments:
        if s.id in split:
            wave, *legs = split[s.id]
            shipments += legs
            parts |= {leg.id: Leg(shipment=s.id, index=k, wave=wave) for k, leg in enumerate(legs, start=1)}
        elif s.id not in refused:
            shipments.append(s)
    locks = tuple(_locks(tiers, {s: legs[0][1] for s, legs in split.items()}, refused))
    problem = replace(tiers.problem, shipments=tuple(shipments), locks=locks)
    ordered = tuple(refused[s.id] for s in tiers.problem.shipments if s.id in refused)
    return Legs(tiers=tiers, choice=choice, clocks=clocks, problem=problem, parts=parts, refused=ordered)


def _locks(tiers: Tiers, directions: Mapping[str, str], refused: Mapping[str, Unserved]) -> Iterator[Lock]:
    """Yield the locks, each on the leg that calls at the far end: that is the handover it speaks of."""

    def bound(shipment: str) -> str:
        if shipment not in directions:
            return shipment
        return leg_id(shipment, 2 if directions[shipment] == "down" else 1)

    for lock in tiers.problem.locks:
        if lock.shipment in refused or lock.after in refused:
            continue
        yield replace(lock, shipment=bound(lock.shipment), after=None if lock.after is None else bound(lock.after))


def _wave(reach: Reach, s: Shipment, station: Station, clocks: Clocks) -> Wave | Unserved:
    """Return the wave that a shipment rides: the first it can be there for, or the last that is in time going up."""
    refused = _refusal(reach, s, station)
    if refused is not None:
        return refused
    early_s, direction = reach.earliest_s(s, station), reach.tiers.direction(s)
    if early_s is None:
        return _unserved(s, station, "U192")
    moments = clocks.get((station.place, direction), ())
    reached = [rank for rank, at_s in enumerate(moments) if at_s >= early_s]
    if not reached:
        return _unserved(s, station, "U193")
    if direction == "down":
        return (station.place, direction, reached[0])
    latest_s = reach.latest_s(s, station) - station.handling_s
    in_time = [rank for rank in reached if moments[rank] <= latest_s]
    return (station.place, direction, in_time[-1]) if in_time else _unserved(s, station, "U194")


def _refusal(reach: Reach, s: Shipment, station: Station) -> Unserved | None:
    """Say why a shipment can never pass the station, whatever the clock."""
    if s.commodity in station.barred:
        return _unserved(s, station, "U191", commodity=s.commodity)
    if not reach.has_paths(s, station):
        return _unserved(s, station, "U190")
    limit = station.pieces_per_quarter_h
    if limit is not None and s.pieces > limit:
        return _unserved(s, station, "U196", pieces=s.pieces, limit=limit)
    return None


def _through(
    reach: Reach, wave: Wave, goods: Sequence[Shipment], clocks: Clocks
) -> Iterator[tuple[Shipment, tuple[Shipment, Shipment] | Unserved]]:
    """Yield both legs of the goods of one wave, or why they have none."""
    place, direction, rank = wave
    station, clock_s = reach.tiers.station_of[place], clocks[place, direction][rank]
    kept = _stored(station, goods)
    ready_s = _handled_s(reach, station, clock_s, [s.pieces for s in kept])
    ids = {s.id for s in kept}
    for s in goods:
        if s.id not in ids:
            yield s, _unserved(s, station, "U197")
        elif ready_s is None:
            yield s, _unserved(s, station, "U192")
        else:
            yield s, _cut(reach, s, station, clock_s=clock_s, ready_s=ready_s)


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


def _handled_s(reach: Reach, station: Station, clock_s: int, pieces: Sequence[int]) -> int | None:
    """Return when a wave that has come by the clock is handled, None if the station is closed by then.

    Filling quarters of an hour one after the other leaves less than the largest shipment free in each.
    """
    ready_s = reach.open_s(station, clock_s + station.handling_s)
    limit = station.pieces_per_quarter_h
    if ready_s is None or limit is None or not pieces:
        return ready_s
    quarters = min(len(pieces), -(-sum(pieces) // (limit - max(pieces) + 1)))
    return reach.open_s(station, max(ready_s, (ready_s // QUARTER_S + quarters - 1) * QUARTER_S))


def _cut(
    reach: Reach, s: Shipment, station: Station, *, clock_s: int, ready_s: int
) -> tuple[Shipment, Shipment] | Unserved:
    """Return the two legs of a shipment that is there by the clock and goes on from ``ready_s``."""
    onward_s = reach.onward_s(s, station)
    if ready_s + onward_s > min(s.due_s, HORIZON_S):
        return _unserved(s, station, "U194")
    from_s, until_s = s.ready_s, s.due_s
    if s.max_on_board_s is not None:
        inward_s = reach.inward_s(s, station)
        spare_s = s.max_on_board_s - (ready_s - clock_s) - inward_s - onward_s
        if spare_s < 0:
            return _unserved(s, station, "U195")
        from_s = max(from_s, clock_s - inward_s - spare_s // 2)
        until_s = min(until_s, from_s + s.max_on_board_s)
    half_fen = s.penalty_fen // 2
    first = replace(
        s,
        id=leg_id(s.id, 1),
        destination=station.place,
        ready_s=from_s,
        due_s=clock_s,
        max_on_board_s=None,
        penalty_fen=s.penalty_fen - half_fen,
        delivery_windows=(),
    )
    second = replace(
        s,
        id=leg_id(s.id, 2),
        origin=station.place,
        ready_s=ready_s,
        due_s=until_s,
        max_on_board_s=None,
        handling_fen=0,
        penalty_fen=half_fen,
        pickup_windows=(),
    )
    return first, second


def _unserved(s: Shipment, station: Station, reason: str, **numbers: int | str) -> Unserved:
    return Unserved(shipment=s.id, reason=reason, numbers={"station": station.place, **numbers})
