"""The day of a coalition: its brands' goods and nobody else's, with the same places, roads and vehicles to choose from.

Which vehicles a brand would have alone is not known. Every coalition may use any of the scenario's and
pays for those that go out, which favours delivering alone: a brand with old vans of its own would save more by
joining. The placeholder says so. Goods that belong to no brand take part only under a name that they are given.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenarios.gain_sharing.game import Coalition
    from scenarios.scenario import Order, Scenario

SAME_FLEET = Text(
    "各品牌单独配送或结成联盟时，都假定可以选用全部车辆，只付所用车辆的费用",
    "brands, alone or in any coalition, are assumed to choose among all vehicles and pay for those that they use",
)
"""What the costs of coalitions assume."""


def day_of_coalition(scenario: Scenario, coalition: Coalition, *, unbranded: str = "") -> Scenario:
    """Return the day with the orders of ``coalition`` only, and the locks among them. O(orders).

    ``unbranded``: name under which goods without a brand are a member; "" leaves them out. Orders keep
    their ids, so that sampled days draw the same for them whoever delivers together.
    """
    orders = tuple(order for order in scenario.orders if _owner(order, unbranded) in coalition)
    there = {order.id for order in orders}
    known = SAME_FLEET in scenario.placeholders
    return replace(
        scenario,
        orders=orders,
        locks=tuple(k for k in scenario.locks if k.order in there and (k.after is None or k.after in there)),
        placeholders=scenario.placeholders if known else (*scenario.placeholders, SAME_FLEET),
    )


def pieces_by_brand(days: Iterable[Scenario], *, unbranded: str = "") -> dict[str, int]:
    """Return the pieces of every brand that has any, over all ``days``; the weights of sharing by volume. O(orders)."""
    pieces: Counter[str] = Counter()
    for day in days:
        for order in day.orders:
            pieces[_owner(order, unbranded)] += order.pieces
    return {brand: count for brand, count in sorted(pieces.items()) if brand}


def _owner(order: Order, unbranded: str) -> str:
    return order.brand or unbranded
