"""The day of a coalition: its brands' goods and nobody else's, with the same places, roads and vehicles to choose from.

Two things are assumed, and the placeholders say so. Which vehicles a brand would have alone is not known: every
coalition may use any of the scenario's and pays for those that go out. And a brand alone is taken to bring
every piece to its village on the same day as together, which brands apart seldom do; so the saving comes out
well above the published 20 to 30 %, part of which is better service. Goods that belong to no brand take part only
under a name that they are given.
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
"""What the costs of coalitions assume about vehicles."""

SAME_SERVICE = Text(
    "单独配送时也假定当天送到每个村，现实中往往达不到，因此节省比例会偏高",
    "brands alone are assumed to reach every village the same day too, which is rare, so savings come out high",
)
"""What they assume about service."""


def day_of_coalition(scenario: Scenario, coalition: Coalition, *, unbranded: str = "") -> Scenario:
    """Return the day with the orders of ``coalition`` only, and the locks among them. O(orders).

    ``unbranded``: name under which goods without a brand are a member; "" leaves them out. Orders keep
    their ids, so that sampled days draw the same for them whoever delivers together.
    """
    orders = tuple(order for order in scenario.orders if _owner(order, unbranded) in coalition)
    there = {order.id for order in orders}
    return replace(
        scenario,
        orders=orders,
        locks=tuple(k for k in scenario.locks if k.order in there and (k.after is None or k.after in there)),
        placeholders=tuple(dict.fromkeys((*scenario.placeholders, SAME_FLEET, SAME_SERVICE))),
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
