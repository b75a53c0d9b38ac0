"""Goods wait for the next visit: orders of several days become the orders of the days on which they go.

Every piece goes exactly once. A cycle repeats, so goods of its last days go on the first visit of the next one, which
looks like this one. Goods that cannot wait force a visit on their own day, and take with them what else is waiting.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.frequency.model import Wait
from scenarios.scenario import Load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios.frequency.model import VisitDays
    from scenarios.scenario import Order, Scenario

WAITING_TIERS = ("village", "farm", "shop")
"""Tiers whose visits may be fewer than daily; hubs and township stations are on every day's way."""

URGENT = "must"
"""Priority of goods that never wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """``orders`` of each day as they go; ``waits`` of all pieces; ``calls``: days with goods, by place."""

    orders: tuple[tuple[Order, ...], ...]
    waits: tuple[Wait, ...]
    calls: Mapping[str, frozenset[int]]


def waiting_places(scenario: Scenario) -> tuple[str, ...]:
    """Return the places with goods whose visits may be fewer than daily, in the order of the scenario."""
    ends = {end for order in scenario.orders for end in (order.origin, order.destination)}
    return tuple(place.id for place in scenario.places if place.tier in WAITING_TIERS and place.id in ends)


class Patience:
    """Tells where goods of a scenario wait, if they may."""

    def __init__(self, scenario: Scenario) -> None:
        self._places = frozenset(waiting_places(scenario))
        self._fresh = {c.id for c in scenario.commodities if c.max_on_board_s is not None}

    def ends(self, order: Order) -> tuple[str, ...]:
        """Return the ends of an order that may be visited less than daily."""
        return tuple(end for end in (order.origin, order.destination) if end in self._places)

    def is_urgent(self, order: Order) -> bool:
        """Tell whether it goes on its own day: fresh goods, a due time of its own, top priority, two such ends."""
        is_fresh = order.max_on_board_s is not None or order.commodity in self._fresh
        return is_fresh or order.due_s is not None or order.priority == URGENT or len(self.ends(order)) > 1


def gather(scenario: Scenario, days: Sequence[Sequence[Order]], visits: VisitDays) -> Gathered:
    """Return the orders of ``days`` on the days on which they go. O(orders x days).

    Parameters
    ----------
    scenario
        Places, commodities, and the order in which orders stand.
    days
        Orders that arise on each day of the cycle; the same id on two days is the same order in other pieces.
    visits
        Days of visit; a place that is not named is visited daily.
    """
    patience = Patience(scenario)
    effective = _with_forced(days, visits, patience)
    moved: list[dict[str, list[Order]]] = [defaultdict(list) for _ in days]
    waits: list[Wait] = []
    calls: dict[str, set[int]] = defaultdict(set)
    for day, orders in enumerate(days):
        for order in orders:
            goes, later = _departure(order, day, len(days), effective, patience)
            moved[goes][order.id].append(order)
            for end in patience.ends(order):
                calls[end].add(goes)
                waits.append(Wait(place=end, pieces=order.pieces, days=later))
    rank = {order.id: k for k, order in enumerate(scenario.orders)}
    return Gathered(
        orders=tuple(
            tuple(together(parts) for _, parts in sorted(day.items(), key=lambda item: rank.get(item[0], len(rank))))
            for day in moved
        ),
        waits=tuple(waits),
        calls={place: frozenset(found) for place, found in calls.items()},
    )


def together(parts: Sequence[Order]) -> Order:
    """Return one order with the pieces of several days."""
    if len(parts) == 1:
        return parts[0]

    def total(name: str) -> int | None:
        told = [getattr(part, name) for part in parts]
        return None if any(value is None for value in told) else sum(told)

    return replace(
        parts[0],
        pieces=sum(part.pieces for part in parts),
        load=Load.sum(part.load for part in parts),
        service_s=total("service_s"),
        handling_fen=total("handling_fen"),
        penalty_fen=total("penalty_fen"),
    )


def _with_forced(days: Sequence[Sequence[Order]], visits: VisitDays, patience: Patience) -> VisitDays:
    """Return the days of visit with those on which something cannot wait."""
    found = {place: set(chosen) for place, chosen in visits.items()}
    for day, orders in enumerate(days):
        for order in orders:
            for end in _bound_ends(order, visits, patience):
                found[end].add(day)
    return {place: frozenset(chosen) for place, chosen in found.items()}


def _bound_ends(order: Order, visits: VisitDays, patience: Patience) -> Iterator[str]:
    if patience.is_urgent(order):
        yield from (end for end in patience.ends(order) if end in visits)


def _departure(order: Order, day: int, length: int, visits: VisitDays, patience: Patience) -> tuple[int, int]:
    """Return the day on which an order goes, and how many days it waits."""
    named = [end for end in patience.ends(order) if end in visits]
    if not named or patience.is_urgent(order):
        return day, 0
    chosen = visits[named[0]]
    later = next((k for k in range(length) if (day + k) % length in chosen), 0)
    return (day + later) % length, later
