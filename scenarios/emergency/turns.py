"""Whose turn it is at a relay: higher classes cross first, and what cannot cross in the day is not brought there.

A relay carries so many pieces in a quarter of an hour. Goods that come together go on together, so one large wave would
keep the medicine waiting for the last parcel, and one that cannot be carried before the relay closes would not go on
at all. Therefore goods have turns: class by class (within a class those of the nearest villages first) they fill the
quarters of turn after turn, and goods of a later turn leave the hub later. What is left over waits for another day,
or for a drone. Turns are as far apart as the search across tiers keeps waves (``optimizer.tiers.clocks``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.tiers.clocks import APART_S
from optimizer.tiers.model import QUARTER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TURN_S = APART_S + QUARTER_S
"""From the beginning of one turn to that of the next: just far enough to be waves of their own."""

FIRST_QUARTERS = 4
"""Quarters of an hour that the first turn takes where the day is long enough for everything: an hour."""

LAST_MILE_S = 3_600
"""Left between the last handing over and the close of a relay for vehicles on the far side; a judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A shipment that would cross: the lower ``rank`` first, then the nearer; ``pieces`` are few to the quarter."""

    shipment: str
    rank: int
    away_s: int
    pieces: int


def take_turns(
    claims: Iterable[Claim], *, first_s: int, last_s: int, per_quarter: int
) -> tuple[dict[str, int], frozenset[str]]:
    """Return the moment at which the turn of each shipment begins, and those for which there is no room that day.

    ``first_s``: when goods can be at the relay at the earliest. ``last_s``: its close. ``per_quarter``: pieces carried
    in a quarter of an hour. Room is given by rank: lower classes get what the higher ones leave. O(n log n).
    """
    wanted = sorted(claims, key=lambda c: (c.rank, c.away_s, c.shipment))
    for first_quarters in (FIRST_QUARTERS, TURN_S // QUARTER_S):
        rooms = _rooms(first_s, last_s, per_quarter, first_quarters)
        turns = _filled(wanted, list(rooms))
        if len(turns) == len(wanted):
            break
    left = frozenset(c.shipment for c in wanted) - turns.keys()
    return {id_: first_s + turn * TURN_S for id_, turn in turns.items()}, left


def _rooms(first_s: int, last_s: int, per_quarter: int, first_quarters: int) -> list[int]:
    """Return the pieces that each turn of the day can take."""
    rooms: list[int] = []
    begin_s = first_s
    while begin_s + LAST_MILE_S < last_s:
        quarters = min(TURN_S, last_s - LAST_MILE_S - begin_s) // QUARTER_S
        rooms.append(per_quarter * (min(quarters, first_quarters) if not rooms else quarters))
        begin_s += TURN_S
    return rooms


def _filled(wanted: Sequence[Claim], rooms: list[int]) -> dict[str, int]:
    """Return the turn of each claim that finds room, in the first one that is not before a higher class's last."""
    turns: dict[str, int] = {}
    begin, rank, latest = 0, -1, 0
    for claim in wanted:
        if claim.rank != rank:
            begin, rank = latest, claim.rank
        turn = next((k for k in range(begin, len(rooms)) if rooms[k] >= claim.pieces), None)
        if turn is not None:
            rooms[turn] -= claim.pieces
            turns[claim.shipment] = turn
            latest = max(latest, turn)
    return turns
