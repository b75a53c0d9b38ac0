"""From a choice of ways and the clocks of stations to one ordinary problem of the legs that vehicles drive.

A shipment through a station becomes two legs: down, hub to station, due at the clock of its wave, and station to
village, ready when the wave has been handled; up likewise, village to station and station to hub. Whoever
keeps the legs' ready and due times keeps the handovers. A wave that is more than the station handles in one
quarter of an hour is ready so many quarters later. Legs by line are rides on departures, and no part of the
problem; the other leg keeps the departure's time instead of a clock (``optimizer.tiers.passage``). Goods that a
line cannot take go another way that their place allows, by road if they may. Goods that nothing can serve are
refused with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput
from optimizer.plan import Unserved
from optimizer.tiers.model import DIRECT, leg_id
from optimizer.tiers.passage import Passage
from optimizer.tiers.reach import reach_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from optimizer.model import Lock, Shipment
    from optimizer.problem import Problem
    from optimizer.tiers.lines import Ride
    from optimizer.tiers.model import Choice, Clocks, Exceptions, Tiers, Way
    from optimizer.tiers.passage import Cut, Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What a shipment of the legs' problem stands for; ``index`` is 1 or 2."""

    shipment: str
    index: int
    wave: Wave


@dataclass(frozen=True, kw_only=True, eq=False)
class Legs:
    """A tiered problem under one choice and its clocks.

    ``problem`` holds the legs by road by ``leg_id`` and shipments that go direct by their own id; ``parts`` says
    which legs they are; ``rides`` are the legs and shipments that go by line; ``refused`` are whole shipments that
    cannot go, and are part of neither. ``exceptions``: the ways of goods that the way of their place cannot take.
    """

    tiers: Tiers
    choice: Choice
    clocks: Clocks
    problem: Problem
    parts: Mapping[str, Leg]
    refused: tuple[Unserved, ...]
    rides: tuple[Ride, ...] = ()
    exceptions: Exceptions


def expand(tiers: Tiers, choice: Choice, clocks: Clocks) -> Legs:
    """Return the legs of all shipments under ``choice`` and ``clocks``; O(shipments x departures in reach).

    Leaving a shipment behind costs its penalty once: half of it hangs on each leg by road, all of it where only
    one is. Handling is paid on the first. The longest time on board is shared out between two legs by road on
    both sides of the clock, in equal parts of what is left over, so that it holds from door to door, waiting at
    the station included; a leg beside a ride has all that the ride leaves.

    Raises
    ------
    InvalidInput
        E155, when the choice names a way that the place does not allow.
    """
    for place, way in choice.items():
        if way not in tiers.ways(place):
            raise InvalidInput("E155", ids=place, value=way)
    cuts, exceptions = _cuts(tiers, choice, clocks)
    shipments: list[Shipment] = []
    parts: dict[str, Leg] = {}
    rides: list[Ride] = []
    refused: dict[str, Unserved] = {}
    for s in tiers.problem.shipments:
        cut = cuts.get(s.id)
        if cut is None:
            shipments.append(s)
        elif isinstance(cut, Unserved):
            refused[s.id] = cut
        else:
            shipments += [leg for _, leg in cut.legs]
            rides += cut.rides
            if cut.wave is not None:
                parts |= {leg.id: Leg(shipment=s.id, index=k, wave=cut.wave) for k, leg in cut.legs}
    directions = {part.shipment: part.wave[1] for part in parts.values()}
    return Legs(
        tiers=tiers,
        choice=choice,
        clocks=clocks,
        problem=replace(tiers.problem, shipments=tuple(shipments), locks=tuple(leg_locks(tiers, directions, refused))),
        parts=parts,
        refused=tuple(refused.values()),
        rides=tuple(rides),
        exceptions=exceptions,
    )


def _cuts(tiers: Tiers, choice: Choice, clocks: Clocks) -> tuple[dict[str, Cut | Unserved], dict[str, Way]]:
    """Return what becomes of goods that do not go direct, and who goes another way than the choice says.

    Goods that a way by line cannot take try the other ways of their place one after the other; where none takes
    them, the first reason stands.
    """
    exceptions: dict[str, Way] = {}
    others: dict[str, list[Way]] = {}
    reasons: dict[str, Unserved] = {}
    while True:
        ways = [(s, tiers.way(s, choice, exceptions)) for s in tiers.problem.shipments]
        cuts = Passage(reach_of(tiers), clocks).cut([(s, way) for s, way in ways if way != DIRECT])
        is_done = True
        for s, way in ways:
            cut = cuts.get(s.id)
            if not isinstance(cut, Unserved) or (s.id not in others and not way.is_lined):
                continue
            reasons.setdefault(s.id, cut)
            left = others.setdefault(s.id, _other_ways(tiers, s, choice))
            is_done &= not left and s.id not in exceptions
            exceptions.pop(s.id, None)
            if left:
                exceptions[s.id] = left.pop(0)
        if is_done:
            return cuts | {i: reason for i, reason in reasons.items() if isinstance(cuts.get(i), Unserved)}, exceptions


def _other_ways(tiers: Tiers, s: Shipment, choice: Choice) -> list[Way]:
    """Return the other ways that a shipment's place allows, those by road first, direct before all."""
    far = tiers.far_end(s)
    if far is None:
        return []
    others = sorted(tiers.ways(far) - {choice.get(far, DIRECT)}, key=lambda way: (way.is_lined, way))
    own = tiers.way(s, choice)
    return [way for way in others if tiers.way(s, choice, {s.id: way}) != own]


def leg_locks(tiers: Tiers, directions: Mapping[str, str], refused: Collection[str]) -> Iterator[Lock]:
    """Yield the locks, each on the leg that calls at the far end: that is the handover it speaks of."""

    def bound(shipment: str) -> str:
        if shipment not in directions:
            return shipment
        return leg_id(shipment, 2 if directions[shipment] == "down" else 1)

    for lock in tiers.problem.locks:
        if lock.shipment in refused or lock.after in refused:
            continue
        yield replace(lock, shipment=bound(lock.shipment), after=None if lock.after is None else bound(lock.after))
