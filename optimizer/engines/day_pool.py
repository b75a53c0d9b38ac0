"""Routes that PyVRP found, kept as columns for set covering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.engines.pyvrp_data import MILLI

if TYPE_CHECKING:
    import pyvrp

    from optimizer.engines.pyvrp_data import Adapter


@dataclass(frozen=True, slots=True)
class DayColumn:
    """One vehicle's day: ``running_fen`` is its cost without the fixed cost and handling."""

    vehicle_type: str
    number: int
    shipments: frozenset[str]
    running_fen: int
    key: tuple[int, frozenset[str]]
    route: pyvrp.Route


class DayPool:
    """The cheapest feasible route known for each vehicle and set of shipments; first discovered first."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._columns: dict[tuple[int, frozenset[str]], DayColumn] = {}

    @property
    def columns(self) -> tuple[DayColumn, ...]:
        """All columns."""
        return tuple(self._columns.values())

    def add(self, solution: pyvrp.Solution) -> list[tuple[int, frozenset[str]]]:
        """Keep the feasible routes of ``solution``; return their keys."""
        return [self._add(route) for route in solution.routes() if route.is_feasible()]

    def _add(self, route: pyvrp.Route) -> tuple[int, frozenset[str]]:
        key = (route.vehicle_type(), self._shipments(route))
        fen = (route.distance_cost() + route.duration_cost()) // MILLI
        known = self._columns.get(key)
        if known is None or fen < known.running_fen:
            type_id, number = self._adapter.offers[key[0]].unit
            self._columns[key] = DayColumn(type_id, number, key[1], fen, key, route)
        return key

    def _shipments(self, route: pyvrp.Route) -> frozenset[str]:
        adapter = self._adapter
        found: set[str] = set()
        for activity in route:
            if activity.is_client():
                found.update(adapter.clients[activity.idx].shipments)
            elif not activity.is_depot():
                found.add(adapter.locals_[activity.idx].shipment)
        return frozenset(found)
