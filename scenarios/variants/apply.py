"""A variant laid over a day: the changed day, and the parts that are planned apart.

What is planned apart shares nothing: every part may use all vehicles of the county and pays for those that go
out, so brands on their own are assumed to hire like vehicles at like prices, and goods fetched on trips of
their own to go by vehicles of their own. What a hub costs to run is in no plan: a second hub for a brand on its
own costs nothing here. Both favour planning apart; ``ASSUMED`` tells the reader.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.gain_sharing.coalitions import SAME_FLEET, day_of_coalition
from scenarios.text import Text
from scenarios.variants.model import OTHERS
from scenarios.variants.second_tier import with_tier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.scenario import FleetVehicle, Order, Scenario
    from scenarios.variants.model import Prices, Variant

OWN_GROUP = Text(
    "不属于任何品牌的货物，在分开配送时自成一组",
    "where brands deliver apart, goods that belong to no brand are a group of their own",
)
"""What they assume about goods without a brand."""

ASSUMED = (
    SAME_FLEET,
    Text(
        "县中心的场地、分拣和干线费用不在成本之内；各品牌单独配送时也不计各自的场地",
        "what a hub costs for rooms, sorting and trunk lines is in no plan, nor are hubs of brands on their own",
    ),
    OWN_GROUP,
)
"""What comparisons of groups that are planned apart assume."""

DAILY_APART = Text(
    "各品牌单独配送时，也假定每天送到每个有货的村；现实中多为隔日或只到乡镇，因此节省会高于公布的 20%-30%；"
    '可用 visits = "alternate" 的方案作较公平的对照',
    "brands on their own are assumed to reach every village with goods every day, where many really come every "
    "other day or stop at the township: savings come out above the published 20-30 %; a variant with "
    'visits = "alternate" is a fairer reference',
)
"""What they assume where those that are apart come every day."""

ONE_WAY = Text(
    "上下行分开时，上行货物另派车辆，出车费另计",
    "where up goods are fetched apart, it is by vehicles of their own, each paid for",
)
"""What one-way variants assume."""

SAME_TIERS = Text(
    "分开计划的各部分都假定服务站和班次的全部能力归自己使用，合起来可能超出；每趟的固定价各付一次",
    "what is planned apart is assumed to have stations and departures to itself: together it may be more than they "
    "hold, and each part pays the price of a departure",
)
"""What comparisons of parts assume about stations and lines."""


def changed_day(day: Scenario, variant: Variant) -> Scenario:
    """Return the day with season, weather, closures, fleet, prices and second tier of the variant. O(orders).

    Volume is not among them: it is drawn with the day (``DayModel.volume``).

    Raises
    ------
    InvalidInput
        E300, where the change leaves nothing that fits together.
    """
    day = with_tier(day, variant)
    roads = day.roads if variant.closures is None else replace(day.roads, closures=variant.closures)
    changes: dict[str, Any] = {
        "season": variant.season or day.season,
        "weather": variant.weather or day.weather,
        "roads": roads,
        "fleet": tuple(_priced(vehicle, variant.prices) for vehicle in _changed_fleet(day, variant)),
    }
    is_changed = any(value != getattr(day, name) for name, value in changes.items())
    return replace(day, **changes) if is_changed else day


def parts_of_day(day: Scenario, variant: Variant) -> tuple[tuple[str, Scenario], ...]:
    """Return the parts of a changed day that are planned apart, by name; one named "" where nothing is apart.

    Parts without orders are left out. O(orders x parts).
    """
    found = [
        (" / ".join(part for part in (group, way) if part), part_day)
        for group, group_day in _groups(day, variant)
        for way, part_day in _ways(group_day, variant)
        if part_day.orders
    ]
    return tuple(found) or (("", day),)


def groups_of(day: Scenario, variant: Variant) -> tuple[frozenset[str], ...]:
    """Return who delivers together on this day: the coalitions, then everybody else alone, sorted."""
    there = {order.brand or OTHERS for order in day.orders}
    if variant.coalitions is None:
        return (frozenset(there),)
    named = frozenset().union(*variant.coalitions)
    alone = tuple(frozenset((brand,)) for brand in sorted(there - named))
    return (*(group for group in variant.coalitions if group & there), *alone)


def _changed_fleet(day: Scenario, variant: Variant) -> Iterator[FleetVehicle]:
    changes = {change.vehicle: change for change in variant.vehicles}
    taken_over: dict[str, int] = {}
    for vehicle in day.fleet:
        if (change := changes.get(vehicle.id)) is not None and change.replaced_by:
            taken_over[change.replaced_by] = taken_over.get(change.replaced_by, 0) + vehicle.count
    for vehicle in day.fleet:
        change = changes.get(vehicle.id)
        if change is not None and change.replaced_by:
            yield replace(vehicle, count=0)  # the type stays known to the places that name it
            continue
        changed = vehicle if change is None else replace(vehicle, **change.values)
        yield replace(changed, count=changed.count + taken_over.get(vehicle.id, 0))


def _priced(vehicle: FleetVehicle, prices: Prices) -> FleetVehicle:
    more_fen = prices.power_fen_per_kwh if vehicle.energy_source == "electric" else prices.fuel_fen_per_l
    per_km_fen = vehicle.distance_fen_per_km * prices.distance + vehicle.energy_per_100km * more_fen / 100
    return replace(
        vehicle,
        fixed_fen=_half_up(vehicle.fixed_fen * prices.fixed),
        distance_fen_per_km=max(0, _half_up(per_km_fen)),
        time_fen_per_h=_half_up(vehicle.time_fen_per_h * prices.wages),
        overtime_fen_per_h=_half_up(vehicle.overtime_fen_per_h * prices.wages),
    )


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


def _groups(day: Scenario, variant: Variant) -> Iterator[tuple[str, Scenario]]:
    groups = groups_of(day, variant)
    if len(groups) < 2:
        yield "", day
        return
    for group in groups:
        yield "+".join(sorted(group)), day_of_coalition(day, group, unbranded=OTHERS)


def _ways(day: Scenario, variant: Variant) -> Iterator[tuple[str, Scenario]]:
    depots = {place.id for place in day.depots}
    up = tuple(o for o in day.orders if o.destination in depots and o.origin not in depots)
    if not variant.is_one_way or len(up) in (0, len(day.orders)):
        yield "", day
        return
    fetched = {order.id for order in up}
    yield "down", _only(day, tuple(o for o in day.orders if o.id not in fetched))
    yield "up", _only(day, up)


def _only(day: Scenario, orders: tuple[Order, ...]) -> Scenario:
    there = {order.id for order in orders}
    locks = tuple(k for k in day.locks if k.order in there and (k.after is None or k.after in there))
    return replace(day, orders=orders, locks=locks)
