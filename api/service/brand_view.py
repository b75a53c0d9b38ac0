"""What a brand may see of a plan: its own orders and measures, the others only as totals over three or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas import to_tiered
from api.tiered_kpis import measure_tiers
from api.tiers import tiers_of
from scenarios.kpis import measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.service.questions import Asked
    from scenarios.kpis import BrandKpis

FEWEST_OTHERS = 3
"""Brands, all with a name, that must stand behind a total, so that none of them can be told from it."""


def brand_view(asked: Asked) -> dict[str, Any]:
    """Return the orders of one brand and how they go, its measures, and the total of the others if they are enough."""
    brand = asked.question["brand"]
    measured = _measured(asked)
    others = [each for each in measured if each.brand not in (brand, "")]  # goods of nobody hide no brand
    own = next((each for each in measured if each.brand == brand), None)
    return {
        "brand": brand,
        "date": asked.county.scenario.date.isoformat(),
        "orders": list(_orders(asked, brand)),
        "statement": None if own is None else _total([own]),
        "others": {"brands": len(others), **_total(others)} if len(others) >= FEWEST_OTHERS else None,
    }


def _measured(asked: Asked) -> tuple[BrandKpis, ...]:
    county, tiered = asked.county, to_tiered(asked.record)
    if asked.is_tiered:
        return measure_tiers(county, tiers_of(county), tiered).brands
    return measure(county, tiered.plan).brands


def _total(brands: list[BrandKpis]) -> dict[str, int]:
    names = ("pieces", "carried_pieces", "bags", "shipments", "unserved_shipments")
    return {name: sum(getattr(each, name) for each in brands) for name in names}


def _orders(asked: Asked, brand: str) -> Iterator[dict[str, Any]]:
    """Yield the brand's orders with where and when each is handed over; several shipments give several moments."""
    plan, county = to_tiered(asked.record).plan, asked.county
    handed: dict[str, list[dict[str, Any]]] = {}
    for _, trip in plan.trips():
        for visit in trip.visits:
            for shipment in (*visit.deliver, *visit.collect):
                if shipment in county.problem.shipment_of and county.problem.shipment_of[shipment].brand == brand:
                    handed.setdefault(shipment, []).append({"place": visit.place, "at": asked.at(visit.start_s)})
    of_order: dict[str, list[str]] = {}
    for shipment, orders in county.orders.items():
        for name in orders:
            of_order.setdefault(name, []).append(shipment)
    for order in (each for each in county.scenario.orders if each.brand == brand):
        shipments = of_order.get(order.id, [])
        yield {
            "order": order.id,
            "origin": order.origin,
            "destination": order.destination,
            "pieces": order.pieces,
            "is_served": bool(shipments) and all(shipment in handed for shipment in shipments),
            "handovers": [each for shipment in shipments for each in handed.get(shipment, [])],
        }
