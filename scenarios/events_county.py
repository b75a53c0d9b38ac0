"""Makes the changed day of a county and its events: other shipments, other matrices, the same names.

What was consolidated stays as it is, so that a shipment keeps its id: new orders become shipments of their
own, a cancelled order leaves the shipment that it rides in. Nobody takes back what is on the road: an order that
is handed over, or on a vehicle together with others, rides on as planned, and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from networks.matrix import travel_matrix
from networks.overrides import apply_closures
from optimizer.problem import Matrix
from optimizer.replan.driven import as_driven
from optimizer.replan.standing import Breakdown, Situation, begun_shipments, handed_shipments
from scenarios.build import reached
from scenarios.consolidate import consolidate
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from networks.matrix import TravelMatrix
    from networks.network import RoadNetwork
    from optimizer.model import Shipment
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from scenarios.build import County
    from scenarios.consolidate import Consolidation
    from scenarios.events import BrokenVehicle, Events


@dataclass(frozen=True, kw_only=True, eq=False)
class ChangedDay:
    """The problem after the events, how the day stands, orders and bags of every shipment, what to tell the user.

    ``network``: the roads with what has been closed.
    """

    problem: Problem
    situation: Situation
    orders: Mapping[str, tuple[str, ...]]
    bags: Mapping[str, int]
    network: RoadNetwork
    notes: tuple[Text, ...] = ()


def changed_day(county: County, plan: Plan, events: Events, *, cache: Path | None = None) -> ChangedDay:
    """Return the day of ``county`` after ``events``, as far as it had come with ``plan``.

    Raises
    ------
    networks.errors.InvalidInput
        E233, when a closed edge or way is not in the network.
    """
    notes: list[Text] = []
    situation = _situation(county, events, notes)
    handed, begun = handed_shipments(plan, situation), begun_shipments(plan, situation)
    goods = _Goods({s.id: s for s in county.problem.shipments}, dict(county.orders), dict(county.bags))
    shipments, road = goods.shipments, _Road(handed, begun, notes)
    _cancel(county, events, goods, road)
    _delay(county, events, goods, road)
    _add(county, events, goods)
    network, matrices = _closed(county, events, notes, cache)
    kept = {lock.shipment for lock in county.problem.locks if lock.shipment in shipments}
    locks = (k for k in county.problem.locks if k.shipment in kept and (k.after is None or k.after in shipments))
    problem = replace(county.problem, shipments=tuple(shipments.values()), matrices=matrices, locks=tuple(locks))
    return ChangedDay(
        problem=problem,
        situation=situation,
        orders=goods.orders,
        bags=goods.bags,
        network=network,
        notes=tuple(notes),
    )


def gone_through(county: County, plan: Plan, events: Events, day: ChangedDay) -> County:
    """Return the county as plans for ``day`` know it, and from which the day can go on once more.

    Parameters
    ----------
    plan
        That from which the day went on; across tiers its legs by road, under the names of vehicles.
    day
        What ``changed_day`` has made of county, plan and events, its situation as it is to be remembered
        (``optimizer.replan.remembering``).
    """
    left = {name for names in day.orders.values() for name in names}
    gone = {each.order for each in events.cancelled} - left
    orders = tuple(order for order in (*county.scenario.orders, *events.added) if order.id not in gone)
    problem = replace(day.problem, matrices=as_driven(county.problem, day.problem, plan, day.situation))
    return replace(
        county,
        scenario=replace(county.scenario, orders=orders),
        problem=problem,
        network=day.network,
        bags=day.bags,
        orders=day.orders,
        tiers=None if county.tiers is None else replace(county.tiers, problem=problem),
        situation=day.situation,
        onward=day.problem.matrices,
    )


class _Goods(NamedTuple):
    """Shipments by id with the ids of their orders and their numbers of bags; changed in place."""

    shipments: dict[str, Shipment]
    orders: dict[str, tuple[str, ...]]
    bags: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Road:
    """Shipments that are handed over, and that are loaded or handed over; notes about them."""

    handed: frozenset[str]
    begun: frozenset[str]
    notes: list[Text]


def _situation(county: County, events: Events, notes: list[Text]) -> Situation:
    """Return how the day stands; it has come at least as far as it had before, and as the last breakdown."""
    before = county.situation or Situation()
    broken = {(each.vehicle_type, each.number) for each in before.breakdowns}
    new = (_breakdown(each, events) for each in events.broken if (each.vehicle_type, each.number) not in broken)
    breakdowns = (*before.breakdowns, *new)
    now_s = max([events.now_s, before.now_s, *(each.at_s for each in breakdowns)])
    if now_s > events.now_s:
        at = f"{now_s // 3600:02d}:{now_s // 60 % 60:02d}"
        if now_s == before.now_s:
            notes.append(Text(f"这一天已排到 {at}，以此作为现在", f"the day had come to {at}, which is taken as now"))
        else:
            notes.append(Text(f"按故障时刻 {at} 作为现在", f"the breakdown at {at} is taken as now"))
    return replace(before, now_s=now_s, breakdowns=breakdowns, recovery_s=events.recovery_s)


def _breakdown(broken: BrokenVehicle, events: Events) -> Breakdown:
    at_s = events.now_s if broken.at_s is None else broken.at_s
    return Breakdown(vehicle_type=broken.vehicle_type, number=broken.number, at_s=at_s)


def _cancel(county: County, events: Events, goods: _Goods, road: _Road) -> None:
    """Take cancelled orders out of their shipments; a shipment that holds no other goes altogether."""
    gone = {each.order for each in events.cancelled}
    shipments, orders, bags = goods
    found = [i for i, names in orders.items() if gone.intersection(names)]
    known = {order.id: order for order in county.scenario.orders} if found else {}
    reach = reached(county.scenario, county.matrices) if found else {}
    for id_ in found:
        rest = tuple(name for name in orders[id_] if name not in gone)
        names = ", ".join(name for name in orders[id_] if name in gone)
        if id_ in road.handed or (rest and id_ in road.begun):
            zh = f"订单 {names} 取消得太晚：货运 {id_} 已在路上或已交接，照原计划"
            road.notes.append(Text(zh, f"order {names} is cancelled too late: shipment {id_} is on the road"))
            continue
        if id_ in road.begun:
            zh = f"订单 {names} 已装车：货运 {id_} 随车返回，不再送"
            road.notes.append(Text(zh, f"order {names} is on board: shipment {id_} comes back with the vehicle"))
        whole, num_bags = shipments.pop(id_), bags.pop(id_, 1)
        orders.pop(id_)
        if rest:
            alone = consolidate(county.scenario, reach, orders=[known[name] for name in rest])
            left = _left(whole, alone)
            if left is None:
                zh = f"订单 {names} 与拆分的大单混装在 {id_} 中，分不开，照原计划"
                road.notes.append(Text(zh, f"order {names} rides in {id_} with part of a split order and stays in it"))
            shipments[id_], orders[id_] = left or whole, rest
            bags[id_] = num_bags if left is None else sum(alone.bags.values())


def _left(whole: Shipment, alone: Consolidation) -> Shipment | None:
    """Return what is left of a shipment, under its id; None where parts of a split order cannot be told apart.

    A wave that came late on an earlier replan, of which the scenario knows nothing, stays late.
    """
    if len(alone.shipments) != 1 or alone.shipments[0].pieces >= whole.pieces:
        return None
    return replace(alone.shipments[0], id=whole.id, ready_s=whole.ready_s)


def _delay(county: County, events: Events, goods: _Goods, road: _Road) -> None:
    """Make the goods of late waves ready later, where they have not been loaded."""
    wave_of = {order.id: order.wave for order in county.scenario.orders}
    depots, shipments = county.problem.depot_of, goods.shipments
    for late in events.late:
        meant = [
            s
            for s in shipments.values()
            if s.brand == late.brand
            and s.origin in depots
            and late.wave in {wave_of.get(i) for i in goods.orders[s.id]}
        ]
        loaded = [s.id for s in meant if s.id in road.begun]
        if loaded:
            zh = f"{late.brand} 第 {late.wave} 波已有 {len(loaded)} 批装车，不受延迟影响"
            en = f"{len(loaded)} shipments of {late.brand}, wave {late.wave}, are on the road already and not delayed"
            road.notes.append(Text(zh, en))
        for s in meant:
            if s.id not in road.begun:
                shipments[s.id] = replace(s, ready_s=max(s.ready_s, late.ready_s))


def _add(county: County, events: Events, goods: _Goods) -> None:
    """Consolidate the new orders among themselves; ids that are taken get a plus and a number."""
    if not events.added:
        return
    new = consolidate(county.scenario, reached(county.scenario, county.matrices), orders=events.added)
    for shipment in new.shipments:
        taken = (goods.shipments, county.problem.shipment_of)
        name = next(n for n in _free_names(shipment.id) if not any(n in ids for ids in taken))
        goods.shipments[name] = replace(shipment, id=name)
        goods.orders[name], goods.bags[name] = new.orders[shipment.id], new.bags[shipment.id]


def _free_names(stem: str) -> Iterator[str]:
    yield stem
    number = 1
    while True:
        yield f"{stem}+{number}"
        number += 1


def _closed(
    county: County, events: Events, notes: list[Text], cache: Path | None
) -> tuple[RoadNetwork, Mapping[str, Matrix]]:
    """Return roads and matrices with the closed roads, the very same objects where nothing is closed."""
    matrices = county.onward or county.problem.matrices
    if not events.closures:
        return county.network, matrices
    day, season = county.scenario.date, county.scenario.season
    network = apply_closures(county.network, events.closures, day, season=season)
    before, after = (int(each.edges["closed"].to_numpy().sum()) for each in (county.network, network))
    notes.append(Text(f"新封闭路段 {after - before} 条", f"edges newly closed: {after - before}"))
    if before == after:
        return county.network, matrices
    found: dict[str, TravelMatrix] = {
        name: travel_matrix(network, profile, county.points, conditions=county.conditions, cache=cache)
        for name, profile in county.profiles.items()
    }
    closed = {name: Matrix(duration_s=each.duration_s, distance_m=each.distance_m) for name, each in found.items()}
    return network, {**matrices, **closed}  # nothing closes the air
