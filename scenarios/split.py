"""Cuts and packs goods so that every part fits one compartment.

Whole orders first, then whole pieces, then the load of a single piece; every cut conserves
pieces, loads, seconds and fen exactly. What fits no compartment however it is cut
stays whole, for the plan to say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.scenario import LOAD_DIMENSIONS, Load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_PARTS = 1_000
"""Most parts a group is cut into; what would need more stays whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """An order, or a part of one; figures are of all its pieces together."""

    order: str
    pieces: int
    load: Load
    service_s: int = 0
    handling_fen: int = 0
    penalty_fen: int | None = None


def pack(lots: Sequence[Lot], rooms: Iterable[Load], dimensions: tuple[str, ...]) -> list[list[Lot]]:
    """Return the lots in the fewest parts found that fit one of ``rooms``, by first fit.

    Only the named load dimensions bind. O(lots x parts x rooms) where splitting is needed.
    """
    best = _largest({room.of(dimensions): room for room in rooms})
    whole = Load.sum(lot.load for lot in lots)
    if any(_fits(whole, room, dimensions) for room in best):
        return [list(lots)]
    packed = [parts for room in best if (parts := _pack_in(lots, room, dimensions)) is not None]
    return min(packed, key=len, default=[list(lots)])


def cut(lot: Lot, room: Load, dimensions: tuple[str, ...]) -> list[Lot] | None:
    """Return the lot in about equal parts that fit the room, or None when no cut helps."""
    needs = [(need, most) for need, most in zip(lot.load.of(dimensions), room.of(dimensions), strict=True) if need]
    if any(most == 0 for _, most in needs):
        return None
    if all(need <= most for need, most in needs):
        return [lot]
    if lot.pieces > 1:
        # m pieces need ceil(load m / pieces) at most, which fits when load m <= room pieces
        most_pieces = max(1, min(most * lot.pieces // need for need, most in needs))
        num_parts = -(-lot.pieces // most_pieces)
        pieces = shares(lot.pieces, [1] * num_parts)
        parts: list[Lot] = []
        for part in _divided(lot, pieces):
            found = cut(part, room, dimensions)
            if found is None or len(parts) + len(found) > MAX_PARTS:
                return None
            parts += found
        return parts
    num_parts = max(-(-need // most) for need, most in needs)
    return None if num_parts > MAX_PARTS else _divided(lot, [1] * num_parts)


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Return whole numbers in proportion to ``weights`` that sum to ``amount``, each at most its share rounded up."""
    total, passed, given = sum(weights), 0, 0
    found = []
    for weight in weights:
        passed += weight
        upto = amount * passed // total
        found.append(upto - given)
        given = upto
    return found


def _largest(rooms: dict[tuple[int, ...], Load]) -> list[Load]:
    """Return the rooms that no other room exceeds in every dimension, roomiest first."""
    kept: list[tuple[int, ...]] = []
    for amounts in sorted(rooms, reverse=True):
        if not any(all(a <= b for a, b in zip(amounts, other, strict=True)) for other in kept):
            kept.append(amounts)
    return [rooms[amounts] for amounts in kept]


def _divided(lot: Lot, weights: Sequence[int]) -> list[Lot]:
    pieces = list(weights) if sum(weights) == lot.pieces else shares(lot.pieces, weights)
    loads = {name: shares(getattr(lot.load, name), weights) for name in LOAD_DIMENSIONS}
    service = shares(lot.service_s, weights)
    handling = shares(lot.handling_fen, weights)
    penalty = None if lot.penalty_fen is None else shares(lot.penalty_fen, weights)
    return [
        replace(
            lot,
            pieces=pieces[i],
            load=Load(**{name: values[i] for name, values in loads.items()}),
            service_s=service[i],
            handling_fen=handling[i],
            penalty_fen=None if penalty is None else penalty[i],
        )
        for i in range(len(weights))
    ]


def _pack_in(lots: Sequence[Lot], room: Load, dimensions: tuple[str, ...]) -> list[list[Lot]] | None:
    """First fit of all lots, cut where needed, into parts of one room; None when impossible or too many."""
    parts: list[list[Lot]] = []
    loads: list[Load] = []
    for lot in lots:
        pieces = cut(lot, room, dimensions)
        if pieces is None or len(parts) > MAX_PARTS:
            return None
        for piece in pieces:
            at = next((i for i, load in enumerate(loads) if _fits(load.plus(piece.load), room, dimensions)), None)
            if at is None:
                parts.append([piece])
                loads.append(piece.load)
            else:
                parts[at].append(piece)
                loads[at] = loads[at].plus(piece.load)
    return parts


def _fits(load: Load, room: Load, dimensions: tuple[str, ...]) -> bool:
    return all(need <= most for need, most in zip(load.of(dimensions), room.of(dimensions), strict=True))
