"""Produce that a pre-cool room can save: who brings which order to which room, and what is lost on the way.

A room stops the clock of freshness: from it on the goods have the longest time on board of chilled ones. Growers bring
their goods to the room on their own; a vehicle fetches them there. What the model cannot say: a clock that stops
in a room on the way of a vehicle, goods that spoil faster on hot days, and prices that move with how much is sold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenarios.siting.locate import SitingModel
from scenarios.text import Text

if TYPE_CHECKING:
    from scenarios.scenario import Order, Scenario
    from scenarios.siting.ground import Ground
    from scenarios.siting.model import SiteSet, Siting

ASSUMED = (
    Text(
        "农户自行把农产品送到预冷间，只按公里计价，不计人工；出预冷间后按预冷后的最长在途时间计；损耗按价值比例计，与在途时间长短无关",
        "growers bring produce to the room themselves, at a price a km and none for their time; after it the longest "
        "time on board is that of chilled goods; losses are shares of the value, however long the way is",
    ),
    Text(
        "未表达：车辆途中停入预冷间、天热时更快的变质、随销量变化的价格",
        "not in it: rooms on the way of a vehicle, hot days, prices that move with what is sold",
    ),
)
"""What days with pre-cool rooms assume, and what they cannot say."""


def freshness_s(scenario: Scenario, order: Order) -> int | None:
    """Return the longest time on board of an order: its own, else its commodity's; None means no limit."""
    if order.max_on_board_s is not None:
        return order.max_on_board_s
    return next(c.max_on_board_s for c in scenario.commodities if c.id == order.commodity)


def is_perishable(scenario: Scenario, order: Order) -> bool:
    """Tell whether an order has a longest time on board and goes to a hub from elsewhere."""
    hubs = {place.id for place in scenario.places if place.tier == "hub"}
    goes_up = order.destination in hubs and order.origin not in hubs
    return goes_up and freshness_s(scenario, order) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Produce of one day: grams of it, grams that were chilled, pieces by room, what is lost and what carrying costs.

    Money in fen.
    """

    produce_g: int = 0
    chilled_g: int = 0
    pieces: dict[str, int]
    lost_fen: int = 0
    carry_fen: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class RoomCosts:
    """Costs over the places that send produce, each with its longest time on board; in the order of the scenario."""

    ground: Ground
    siting: Siting

    @cached_property
    def clients(self) -> tuple[str, ...]:
        """Places that send produce on any of the days."""
        return tuple(p.id for p in self.ground.scenario.places if p.id in self._grams)

    @cached_property
    def weight(self) -> np.ndarray:
        """Mean kg a day (n,)."""
        return np.array([self._grams[name] for name in self.clients]) / 1_000 / len(self.ground.days)

    @cached_property
    def way_s(self) -> np.ndarray:
        """Seconds (n, m) from place to candidate, inf where none of its goods would last."""
        found = self.ground.way_s(self.siting.candidates, self.clients)
        lasts_s = np.array([self._lasts_s[name] for name in self.clients], dtype=float)
        return np.where(found <= lasts_s[:, None], found, np.inf)

    @cached_property
    def metres(self) -> np.ndarray:
        """Metres (n, m) there and back."""
        ground = self.ground
        columns = [
            ground.round_trips(ground.profile_of(each), [each.place], self.clients)[1, 0]
            for each in self.siting.candidates
        ]
        return np.array(columns).T.reshape(len(self.clients), len(self.siting.candidates))

    def fixed_charge(self, limit_s: float | None = None) -> SitingModel:
        """Return the model of rooms, losses and carrying a day; with ``limit_s`` all that can be covered must be."""
        figures, candidates = self.siting.figures, self.siting.candidates
        value_fen = self.weight * figures.value_fen_per_kg  # (n,)
        runs = np.ceil(self.weight * 1_000 / figures.carry_g)  # (n,)
        is_near = np.isfinite(self.way_s) & (limit_s is None or self.way_s <= limit_s)
        carried = runs[:, None] * np.where(is_near, self.metres, 0) / 1_000 * figures.carry_fen_per_km
        cost = np.where(is_near, value_fen[:, None] * figures.chilled_loss + carried, np.inf)
        must = is_near.any(axis=1) & (limit_s is not None)
        pieces = self._pieces
        return SitingModel(
            cost=cost,
            without=np.where(must, np.inf, value_fen * figures.warm_loss),
            opening=np.array([self.siting.daily_fen(each.place) for each in candidates], dtype=float),
            weight=np.array([pieces[name] for name in self.clients]) / len(self.ground.days),
            capacity=np.array([np.inf if c.most_pieces is None else c.most_pieces for c in candidates], dtype=float),
            count=self.siting.count,
        )

    def with_sites(self, day: Scenario, chosen: SiteSet) -> Scenario:
        """Return the day with produce of assigned places at their rooms, brought, chilled and lasting longer."""
        figures = self.siting.figures
        orders = []
        for order in day.orders:
            room = self._room(day, order, chosen)
            if room is None:
                orders.append(order)
                continue
            ready_s = (order.ready_s or 0) + self._brought_s(order.origin, room) + figures.cooling_s
            cooled = replace(order, origin=room, ready_s=ready_s, max_on_board_s=figures.chilled_s)
            orders.append(replace(cooled, pickup_windows=()))
        return replace(day, orders=tuple(orders))

    def losses(self, day: Scenario, chosen: SiteSet) -> Losses:
        """Return what is lost on a day and what carrying to rooms costs, rounded half up once a place; O(orders)."""
        figures = self.siting.figures
        pieces = dict.fromkeys(sorted(chosen.sites), 0)
        brought: dict[tuple[str, str], int] = {}
        total_g = chilled_g = 0
        for order in (order for order in day.orders if is_perishable(day, order)):
            room = self._room(day, order, chosen)
            total_g += order.load.load_g
            if room is not None:
                chilled_g += order.load.load_g
                pieces[room] += order.pieces
                brought[order.origin, room] = brought.get((order.origin, room), 0) + order.load.load_g
        lost = chilled_g * figures.chilled_loss + (total_g - chilled_g) * figures.warm_loss
        runs = {pair: -(-grams // figures.carry_g) for pair, grams in brought.items()}
        carry = [n * self._metres_of(*pair) * figures.carry_fen_per_km / 1_000 for pair, n in runs.items()]
        return Losses(
            produce_g=total_g,
            chilled_g=chilled_g,
            pieces=pieces,
            lost_fen=int(lost * figures.value_fen_per_kg / 1_000 + 0.5),
            carry_fen=sum(int(each + 0.5) for each in carry),
        )

    def _room(self, day: Scenario, order: Order, chosen: SiteSet) -> str | None:
        """Return the room that an order is brought to; None where it has none, or would not be ready before its due."""
        room = chosen.assigned.get(order.origin)
        if room is None or not is_perishable(day, order):
            return None
        way_s = self._brought_s(order.origin, room)
        ready_s = (order.ready_s or 0) + way_s + self.siting.figures.cooling_s
        due_s = day.policy.up_due_s if order.due_s is None else order.due_s
        return room if way_s <= (freshness_s(day, order) or 0) and ready_s < due_s else None

    def _brought_s(self, place: str, room: str) -> int:
        return round(float(self.way_s[self._at(place, room)]))

    def _metres_of(self, place: str, room: str) -> float:
        return float(self.metres[self._at(place, room)])

    def _at(self, place: str, room: str) -> tuple[int, int]:
        return self._rows[place], self._columns[room]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.clients)}

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {each.place: column for column, each in enumerate(self.siting.candidates)}

    @cached_property
    def _produce(self) -> tuple[Order, ...]:
        scenario = self.ground.scenario
        return tuple(order for day in self.ground.days for order in day if is_perishable(scenario, order))

    @cached_property
    def _grams(self) -> dict[str, int]:
        return {name: sum(o.load.load_g for o in self._produce if o.origin == name) for name in self._origins}

    @cached_property
    def _pieces(self) -> dict[str, int]:
        return {name: sum(o.pieces for o in self._produce if o.origin == name) for name in self._origins}

    @cached_property
    def _lasts_s(self) -> dict[str, int]:
        """Longest time on board of the goods of each place that last longest."""
        scenario = self.ground.scenario
        return {
            name: max(freshness_s(scenario, o) or 0 for o in self._produce if o.origin == name)
            for name in self._origins
        }

    @cached_property
    def _origins(self) -> frozenset[str]:
        return frozenset(order.origin for order in self._produce)
