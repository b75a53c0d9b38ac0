"""One day's orders of a county, drawn from a seed: parcels both ways, and the goods of farms and shops.

Down parcels follow the inhabitants; up parcels come from a minority of places. Besides:
groceries and farm inputs down, produce and empty crates up, and some goods from a
township's shop to a village. From sources: 3.6 to 6 pieces in for each piece out, 20 to 100 places
with pickups, fertiliser by the tonne, peaks of 1.3, 1.8 and 3 times. How much of what
goes where is a placeholder (``PLACEHOLDERS``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.goods import BRAND_WEIGHTS, COMMODITIES
from scenarios.scenario import Load, Order
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.scenario import Brand, ScenarioPlace

PEAKS = {"normal": 1.0, "promotion": 1.3, "promotion_day": 1.8, "forecast": 3.0}
"""Parcels compared with a normal day: the days around Double 11, the day itself, one province's forecast."""

DOWN_PER_UP = 4.5
"""Pieces in for each piece out; sources give 3.6 to 6."""

LEAST_PICKUPS, MOST_PICKUPS = 20, 100
"""Places with up goods a day, between these where there are so many."""

STATION_WEIGHT = 0.2
"""Share of a township centre's people whose parcels come through the shared fleet; the rest have couriers."""

PLACEHOLDERS = (
    Text("包裹按人口分布，上下行比 1:4.5（文献 3.6–6）", "parcels follow inhabitants, 4.5 in per piece out (3.6-6)"),
    Text("农资、农产品、百货和空箱的地点与数量为占位值", "places and amounts of farm goods, groceries, crates assumed"),
)
"""What this module assumes."""

_PIECES = {c.id: c for c in COMMODITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A kind of goods besides parcels: who orders it, how much, and when.

    ``share`` of the villages, at least one; ``least`` to ``most`` pieces each. ``direction``: "down"
    from the hub, "up" to it, "local" from the township's station. Times None take the scenario's own.
    """

    commodity: str
    direction: str
    share: float
    least: int
    most: int
    priority: str = "normal"
    ready_s: tuple[int, int] | None = None
    due_s: int | None = None


ASIDE = (
    Goods(commodity="groceries", direction="down", share=0.2, least=2, most=10),
    Goods(commodity="fertilizer", direction="down", share=0.03, least=10, most=60),
    Goods(commodity="pesticide", direction="down", share=0.04, least=2, most=8),
    Goods(
        commodity="greens",
        direction="up",
        share=0.06,
        least=4,
        most=20,
        priority="high",
        ready_s=(8 * 3_600, 11 * 3_600),
        due_s=17 * 3_600,
    ),
    Goods(
        commodity="fruit",
        direction="up",
        share=0.05,
        least=5,
        most=30,
        ready_s=(8 * 3_600, 12 * 3_600),
        due_s=17 * 3_600,
    ),
    Goods(commodity="crates", direction="up", share=0.12, least=3, most=10, due_s=19 * 3_600),
    Goods(commodity="groceries", direction="local", share=0.02, least=2, most=6, ready_s=(9 * 3_600, 9 * 3_600)),
)
"""What is carried besides parcels; all shares and amounts are placeholders."""


def draw_orders(
    places: Sequence[ScenarioPlace],
    brands: Sequence[Brand],
    *,
    pieces: int,
    rng: np.random.Generator,
    peak: float = 1.0,
) -> tuple[Order, ...]:
    """Return the orders of one day; the hub is the first place of that tier. O(places x brands).

    Parameters
    ----------
    places
        Population weighs; the seat's own station (in the hub's township) gets no parcels from the shared fleet.
    brands
        At least one, in the order of ``scenarios.goods.BRAND_NAMES``.
    pieces
        Parcels of a normal day, both ways together; the other goods come on top and do not peak.
    peak
        Factor on the parcels, see ``PEAKS``.
    """
    hub = next(p for p in places if p.tier == "hub")
    served = [p for p in places if p.tier == "village" or (p.tier == "station" and p.township != hub.township)]
    villages = [p for p in served if p.tier == "village"]
    total = round(pieces * peak)
    up = round(total / (1 + DOWN_PER_UP))
    orders = _down_parcels(hub, served, brands, total - up, rng)
    orders += _up_parcels(hub, served, brands, up, rng)
    for goods in ASIDE:
        orders += _aside(goods, hub, villages, rng)
    return tuple(orders)


def _down_parcels(
    hub: ScenarioPlace, served: Sequence[ScenarioPlace], brands: Sequence[Brand], pieces: int, rng: np.random.Generator
) -> list[Order]:
    per_place = _allot(pieces, _people(served) * rng.lognormal(0, 0.3, len(served)), rng)
    orders: list[Order] = []
    for place, count in zip(served, per_place.tolist(), strict=True):
        for brand, part in _by_brand(count, brands, rng):
            orders.append(_order(f"D{len(orders) + 1:05d}", hub.id, place.id, part, rng, brand=brand))
    return orders


def _up_parcels(
    hub: ScenarioPlace, served: Sequence[ScenarioPlace], brands: Sequence[Brand], pieces: int, rng: np.random.Generator
) -> list[Order]:
    wanted = min(len(served), MOST_PICKUPS, max(LEAST_PICKUPS, round(0.3 * len(served))))
    people = _people(served)
    chosen = np.sort(rng.choice(len(served), wanted, replace=False, p=people / people.sum()))
    per_place = _allot(pieces, people[chosen] * rng.lognormal(0, 0.6, wanted), rng)
    orders: list[Order] = []
    for at, count in zip(chosen.tolist(), per_place.tolist(), strict=True):
        for brand, part in _by_brand(count, brands, rng):
            orders.append(_order(f"U{len(orders) + 1:05d}", served[at].id, hub.id, part, rng, brand=brand))
    return orders


def _aside(
    goods: Goods, hub: ScenarioPlace, villages: Sequence[ScenarioPlace], rng: np.random.Generator
) -> list[Order]:
    wanted = min(len(villages), max(1, round(goods.share * len(villages))))
    orders: list[Order] = []
    for at in np.sort(rng.choice(len(villages), wanted, replace=False)).tolist():
        village = villages[at]
        shop = village.station or hub.id
        ends = {"down": (hub.id, village.id), "up": (village.id, hub.id), "local": (shop, village.id)}
        pieces = int(rng.integers(goods.least, goods.most, endpoint=True))
        ready_s = None if goods.ready_s is None else int(rng.integers(*goods.ready_s, endpoint=True)) // 900 * 900
        prefix = f"{goods.direction[0].upper()}-{goods.commodity}"
        orders.append(
            _order(
                f"{prefix}-{len(orders) + 1:03d}",
                *ends[goods.direction],
                pieces,
                rng,
                commodity=goods.commodity,
                priority=goods.priority,
                ready_s=ready_s,
                due_s=goods.due_s,
            )
        )
    return orders


def _order(
    ident: str,
    origin: str,
    destination: str,
    pieces: int,
    rng: np.random.Generator,
    *,
    commodity: str = "parcel",
    brand: str = "",
    priority: str = "normal",
    ready_s: int | None = None,
    due_s: int | None = None,
) -> Order:
    """Parcels differ in weight and size, the more the fewer they are; other goods come in equal pieces."""
    kind = _PIECES[commodity]
    spread = 0.5 / np.sqrt(pieces) if commodity == "parcel" else 0.0
    factors = np.exp(spread * rng.standard_normal(2))
    load_g, load_ml = (
        int(np.ceil(pieces * unit * f / 100) * 100)
        for unit, f in zip((kind.piece_g, kind.piece_ml), factors, strict=True)
    )
    return Order(
        id=ident,
        origin=origin,
        destination=destination,
        brand=brand,
        commodity=commodity,
        pieces=pieces,
        load=Load(load_g=load_g, load_ml=load_ml),
        priority=priority,
        ready_s=ready_s,
        due_s=due_s,
    )


def _people(served: Sequence[ScenarioPlace]) -> np.ndarray:
    weights = [max(p.population, 1) * (STATION_WEIGHT if p.tier == "station" else 1.0) for p in served]
    return np.array(weights, dtype=np.float64)


def _allot(pieces: int, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Split ``pieces`` by weight, at random; every place gets one if there are enough."""
    if not len(weights):
        return np.zeros(0, dtype=np.int64)
    floor = 1 if pieces >= len(weights) else 0
    return np.asarray(floor + rng.multinomial(pieces - floor * len(weights), weights / weights.sum()))


def _by_brand(count: int, brands: Sequence[Brand], rng: np.random.Generator) -> list[tuple[str, int]]:
    """Split a place's parcels over the brands that deliver there today: not all do, not every day."""
    if not count:
        return []
    share = np.array(BRAND_WEIGHTS[: len(brands)], dtype=np.float64)
    share /= share.sum()
    present = rng.random(len(brands)) < 0.25 + 1.3 * share
    present[int(rng.choice(len(brands), p=share))] = True
    split = rng.multinomial(count, share * present / (share * present).sum())
    return [(brand.id, int(part)) for brand, part in zip(brands, split, strict=True) if part]
