"""What a brand may see of a plan: its own orders, measures and money, the others only as totals over three or more.

Who pays what of one plan goes by carried pieces, as ``gongpei share --method proportional`` does by volume: it needs no
other plan. Neither the plan's cost nor its pieces are told, from which two brands could tell each other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas import to_tiered
from api.service.questions import words
from api.tiered_kpis import measure_tiers
from api.tiers import tiers_of
from scenarios.gain_sharing import METHODS
from scenarios.gain_sharing.proportional import share_by_weight
from scenarios.gain_sharing.split import ROUNDING
from scenarios.kpis import measure
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from api.service.questions import Asked
    from scenarios.kpis import BrandKpis, Kpis

FEWEST_OTHERS = 3
"""Brands, all with a name, that must stand behind a total, so that none of them can be told from it."""


RULE = Text(
    f"费用{METHODS['volume'].zh}（送达的件）；{ROUNDING.zh}",
    f"cost {METHODS['volume'].en} (those carried); {ROUNDING.en}",
)


def brand_view(asked: Asked) -> dict[str, Any]:
    """Return the orders of one brand and how they go, its measures, and the total of the others if they are enough.

    ``has_totals`` False keeps the total back, whoever stands behind it.
    ``cost_fen`` is the part of the day's operating cost; the parts of all, goods of nobody among them, are that cost.
    """
    brand = asked.question["brand"]
    kpis = _measured(asked)
    measured, shares = kpis.brands, shares_fen(kpis)
    others = [each for each in measured if each.brand not in (brand, "")]  # goods of nobody hide no brand
    is_told = asked.question["has_totals"] and len(others) >= FEWEST_OTHERS
    own = next((each for each in measured if each.brand == brand), None)
    return {
        "brand": brand,
        "date": asked.county.scenario.date.isoformat(),
        "orders": list(_orders(asked, brand)),
        "statement": None if own is None else {**_total([own], shares), "rule": words(RULE)},
        "others": {"brands": len(others), **_total(others, shares)} if is_told else None,
    }


def shares_fen(kpis: Kpis) -> dict[str, int]:
    """Return each brand's part of the operating cost, which they add up to; 0 each where nothing is carried."""
    carried = {each.brand: each.carried_pieces for each in kpis.brands}
    if not any(carried.values()):
        return dict.fromkeys(carried, 0)
    return share_by_weight("volume", kpis.operating_cost_fen, tuple(carried), carried).shares_fen


def _measured(asked: Asked) -> Kpis:
    county, tiered = asked.county, to_tiered(asked.record)
    if asked.is_tiered:
        return measure_tiers(county, tiers_of(county), tiered)
    return measure(county, tiered.plan)


def _total(brands: list[BrandKpis], shares: Mapping[str, int]) -> dict[str, Any]:
    names = ("pieces", "carried_pieces", "bags", "shipments", "unserved_shipments")
    counts = {name: sum(getattr(each, name) for each in brands) for name in names}
    return {**counts, "cost_fen": sum(shares[each.brand] for each in brands)}


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
