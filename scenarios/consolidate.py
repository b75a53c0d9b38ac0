"""From orders to shipments: bags per village, brand and commodity, and large loads split.

The routing unit is the goods of one brand and commodity between two places that share
all rules: they are bagged together, and ride together as one shipment unless that is
more than the largest usable compartment holds. Then they ride as several: orders
stay whole where they can, a large order is cut by whole pieces, and a single piece that
is still too large (bulk goods, such as fertiliser by the tonne) by its load. Pieces and
loads are conserved exactly. Nothing here knows about roads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.model import Lock, Shipment
from scenarios.errors import ScenarioFailed
from scenarios.resolve import Resolver, Rules
from scenarios.scenario import Load
from scenarios.split import Lot, pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios.scenario import Commodity, Order, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """Shipments and what they are made of.

    ``bags`` and ``orders``: number of bags, and ids of the orders (or parts of them), of each
    shipment id. ``locks`` are those of the scenario, for shipments.
    """

    shipments: tuple[Shipment, ...]
    locks: tuple[Lock, ...] = ()
    bags: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def consolidate(
    scenario: Scenario, reach: Mapping[str, frozenset[str]] | None = None, *, orders: Sequence[Order] | None = None
) -> Consolidation:
    """Return the shipments of a scenario, in the order in which their orders first appear. O(orders).

    Orders with a lock or a penalty of their own are never mixed with others.

    Parameters
    ----------
    scenario
        Orders with their rules.
    reach
        Places that each vehicle type can drive to, as far as known; only a vehicle that
        reaches both ends counts when large loads are split. None: all reach all.
    orders
        Sound orders to consolidate in place of the scenario's, without locks: other orders of the same day.

    Raises
    ------
    ScenarioFailed
        E390, should pieces or loads be lost; a bug.
    """
    resolver = Resolver(scenario, reach)
    goods = scenario.orders if orders is None else orders
    groups: dict[Rules, list[Lot]] = {}
    for order in goods:
        groups.setdefault(resolver.rules(order), []).append(resolver.lot(order))

    shipments: list[Shipment] = []
    bags: dict[str, int] = {}
    carried: dict[str, tuple[str, ...]] = {}
    stems: dict[str, int] = {}
    for rules, lots in groups.items():
        commodity = resolver.commodity(rules.commodity)
        parts = pack(lots, resolver.rooms(rules), scenario.policy.load_dimensions)
        for name, part in zip(_names(rules, len(parts), stems), parts, strict=True):
            shipments.append(_shipment(name, rules, part, scenario))
            bags[name] = num_bags(part, commodity, scenario)
            carried[name] = tuple(dict.fromkeys(lot.order for lot in part))
    _prove(goods, scenario.policy.load_dimensions, shipments)
    locks = tuple(_locks(scenario, carried)) if orders is None else ()
    return Consolidation(shipments=tuple(shipments), locks=locks, bags=bags, orders=carried)


def num_bags(lots: Sequence[Lot], commodity: Commodity, scenario: Scenario) -> int:
    """Return how many bags or totes hold the lots of one commodity; at least 1.

    Totes that the orders count themselves are taken as counted. A piece is never cut to fit a bag.
    """
    load = Load.sum(lot.load for lot in lots)
    if load.totes:
        return load.totes
    pieces, usual = sum(lot.pieces for lot in lots), scenario.policy.bag
    limits = (
        (pieces, commodity.bag_pieces or usual.pieces),
        (load.load_g, commodity.bag_g or usual.load_g),
        (load.load_ml, commodity.bag_ml or usual.load_ml),
    )
    needed = max(-(-amount // most) if most else 1 for amount, most in limits)
    return max(1, min(needed, pieces))


def _names(rules: Rules, num_parts: int, stems: dict[str, int]) -> list[str]:
    """Return readable ids, such as ``H>V012:ZTO:parcel``; ``~2`` for other rules, ``/2`` for the second part."""
    stem = f"{rules.origin}>{rules.destination}:{rules.brand or '-'}:{rules.commodity}"
    stems[stem] = stems.get(stem, 0) + 1
    if stems[stem] > 1:
        stem = f"{stem}~{stems[stem]}"
    return [stem] if num_parts == 1 else [f"{stem}/{i}" for i in range(1, num_parts + 1)]


def _shipment(name: str, rules: Rules, lots: Sequence[Lot], scenario: Scenario) -> Shipment:
    policy = scenario.policy
    pieces = sum(lot.pieces for lot in lots)
    own_fen = [lot.penalty_fen for lot in lots if lot.penalty_fen is not None]
    usual_fen = getattr(policy.penalties_fen, rules.priority) + policy.penalty_fen_per_piece * pieces
    return Shipment(
        id=name,
        origin=rules.origin,
        destination=rules.destination,
        load=Load.sum(lot.load for lot in lots).of(policy.load_dimensions),
        pieces=pieces,
        brand=rules.brand,
        commodity=rules.commodity,
        ready_s=rules.ready_s,
        due_s=rules.due_s,
        max_on_board_s=rules.max_on_board_s,
        service_s=sum(lot.service_s for lot in lots),
        handling_fen=sum(lot.handling_fen for lot in lots),
        penalty_fen=sum(own_fen) if own_fen else usual_fen,
        pickup_windows=rules.pickup_windows,
        delivery_windows=rules.delivery_windows,
    )


def _locks(scenario: Scenario, orders: Mapping[str, tuple[str, ...]]) -> Iterator[Lock]:
    """Yield a lock for every shipment of a locked order, and one more for each further predecessor."""
    carriers: dict[str, list[str]] = {}
    for shipment, names in orders.items():
        for name in names:
            carriers.setdefault(name, []).append(shipment)
    for lock in scenario.locks:
        first, *rest = carriers[lock.after] if lock.after is not None else [None]
        for shipment in carriers[lock.order]:
            yield Lock(
                shipment=shipment,
                vehicle_type=lock.vehicle_type,
                number=lock.number,
                after=first,
                window=lock.window,
            )
            yield from (Lock(shipment=shipment, after=after) for after in rest)


def _prove(orders: Sequence[Order], dimensions: tuple[str, ...], shipments: Sequence[Shipment]) -> None:
    """Refuse to go on when a piece or a gram was lost or made."""
    before = (sum(order.pieces for order in orders), *Load.sum(order.load for order in orders).of(dimensions))
    loads = [shipment.load for shipment in shipments] or [(0,) * len(dimensions)]
    after = (sum(s.pieces for s in shipments), *(sum(amounts) for amounts in zip(*loads, strict=True)))
    if before != after:
        raise ScenarioFailed("E390", detail=f"{before} -> {after}")
