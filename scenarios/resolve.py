"""Fills in what orders leave open, from their commodity, their brand's waves and the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from optimizer.model import HORIZON_S
from scenarios.split import Lot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.model import TimeWindow
    from scenarios.scenario import Commodity, Load, Order, Scenario


class Rules(NamedTuple):
    """What orders must share to ride as one shipment; ``own`` keeps locked orders and own penalties apart."""

    origin: str
    destination: str
    brand: str
    commodity: str
    ready_s: int
    due_s: int
    max_on_board_s: int | None
    priority: str
    pickup_windows: tuple[TimeWindow, ...]
    delivery_windows: tuple[TimeWindow, ...]
    own: str = ""


class Resolver:
    """Looks up the rules, figures and usable compartments of a scenario's orders.

    ``reach``: places that each vehicle type can drive to; None means all.
    """

    def __init__(self, scenario: Scenario, reach: Mapping[str, frozenset[str]] | None = None) -> None:
        self._scenario = scenario
        self._reach = reach
        self._places = {p.id: p for p in scenario.places}
        self._commodities = {c.id: c for c in scenario.commodities}
        self._brands = {b.id: b for b in scenario.brands}
        self._depots = {p.id for p in scenario.depots}
        self._locked = {lock.order for lock in scenario.locks}

    def commodity(self, name: str) -> Commodity:
        """Return the commodity with this id."""
        return self._commodities[name]

    def rules(self, order: Order) -> Rules:
        """Return everything that decides which orders it may ride with."""
        commodity = self._commodities[order.commodity]
        is_own = order.id in self._locked or order.penalty_fen is not None
        return Rules(
            origin=order.origin,
            destination=order.destination,
            brand=order.brand,
            commodity=order.commodity,
            ready_s=self._ready_s(order),
            due_s=self._due_s(order),
            max_on_board_s=commodity.max_on_board_s if order.max_on_board_s is None else order.max_on_board_s,
            priority=order.priority,
            pickup_windows=order.pickup_windows,
            delivery_windows=order.delivery_windows,
            own=order.id if is_own else "",
        )

    def lot(self, order: Order) -> Lot:
        """Return the figures of the order; rates per piece where it has none of its own."""
        goods = self._commodities[order.commodity]
        service_s = goods.service_s_per_piece * order.pieces if order.service_s is None else order.service_s
        usual_fen = goods.handling_fen_per_piece * order.pieces
        return Lot(
            order=order.id,
            pieces=order.pieces,
            load=order.load,
            service_s=service_s,
            handling_fen=usual_fen if order.handling_fen is None else order.handling_fen,
            penalty_fen=order.penalty_fen,
        )

    def rooms(self, rules: Rules) -> list[Load]:
        """Return the room of every compartment that may hold the goods and can be at both ends."""
        return [
            part.room
            for vehicle in self._scenario.fleet
            if vehicle.count and self._calls(vehicle.id, rules.origin) and self._calls(vehicle.id, rules.destination)
            for part in vehicle.compartments
            if part.commodities is None or rules.commodity in part.commodities
        ]

    def _calls(self, vehicle: str, place: str) -> bool:
        allowed = self._places[place].vehicle_types
        reaches = self._reach is None or place in self._reach[vehicle]
        return reaches and (allowed is None or vehicle in allowed)

    def _ready_s(self, order: Order) -> int:
        if order.ready_s is not None:
            return order.ready_s
        if order.origin not in self._depots:
            return 0
        brand = self._brands.get(order.brand)
        waves_s = brand.waves_s if brand is not None else ()
        return waves_s[order.wave - 1] if waves_s else self._scenario.policy.hub_ready_s

    def _due_s(self, order: Order) -> int:
        if order.due_s is not None:
            return order.due_s
        if order.destination not in self._depots:
            return HORIZON_S
        brand = self._brands.get(order.brand)
        leaves_s = brand.trunk_leaves_s if brand is not None else None
        return self._scenario.policy.up_due_s if leaves_s is None else leaves_s
