"""Each echelon of a set with windows as an ordinary ``Problem``, and its plan back: freighters, trucks, collections.

The rules of ``zhou`` have no faithful counterpart in ``optimizer.tiers.Tiers``: there the goods of one wave go on
when all of it has come, here each freighter sets out when its own load is handed over, one after the other, while
its truck waits. By themselves both echelons are ordinary problems:

- *Freighters* start at the depot's row of a matrix that holds their satellite's ways. A load is handed over before
  they set out; so an ``Offer`` of freighters that set out at a moment holds as much as can be there by then.
- *Trucks* bring whole freighters' loads: each is a place of its own at its satellite, served for as long as handing
  over takes, early enough for the freighter's last moment to set out. This is exact but for rounding.
- *Collections* are the same without time.

A unit of length is ``UNIT_S`` seconds and ``UNIT_M`` metres, one metre costs one fen times the fleet's price. Ways
are rounded up in time, so that what is in time here is in time there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.instances.instance import nearest
from benchmarks.two_echelon.instance import Call, Loop
from optimizer.model import HORIZON_S, Compartment, Depot, Place, Shipment, TimeWindow, VehicleType
from optimizer.problem import Matrix, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.two_echelon.instance import Fleet, Haul, TwoEchelon
    from optimizer.plan import Plan

DEPOT = "H"

UNIT_S, UNIT_M = 100, 1_000
"""Seconds and metres of a unit of length: two days hold 1,728 units."""

DETOURS = 40
"""Goods left behind cost so many of the longest ways."""

LEAST_CUSTOMERS = 3
"""There are so many freighters of each offer that all customers could go by one with so many on each."""


class Offer(NamedTuple):
    """Freighters that set out from ``satellite`` at ``leave`` at the earliest with no more than ``capacity``.

    Each costs ``price`` more in the set's unit: what line-haul for it is thought to cost.
    """

    satellite: int
    leave: float
    capacity: int
    price: float = 0.0


def loops_problem(instance: TwoEchelon, customers: Sequence[int], offers: Sequence[Offer]) -> Problem:
    """Return the ordinary problem of freighters for ``customers``; O(satellites n^2)."""
    places = [Place(id=DEPOT, tier="hub"), *(_customer(instance, row) for row in customers)]
    count = -(-len(customers) // LEAST_CUSTOMERS)
    kinds = [_kind(f"f{k}", f"s{o.satellite}", instance.freighters, o, count) for k, o in enumerate(offers)]
    goods: list[Shipment] = []
    for row in customers:
        for name, load in (("D", int(instance.delivery[row])), ("U", int(instance.pickup[row]))):
            if load:
                goods.append(_goods(instance, f"{name}{row}", f"C{row}", load, is_down=name == "D"))
    matrices = {f"s{s}": _matrix(instance, [s, *customers]) for s in sorted({o.satellite for o in offers})}
    return _problem(places, kinds, goods, matrices)


def _customer(instance: TwoEchelon, row: int) -> Place:
    assert instance.windows is not None
    assert instance.service is not None
    window = _window(instance.windows[row, 0], instance.windows[row, 1])
    return Place(id=f"C{row}", windows=(window,), visit_s=int(np.ceil(UNIT_S * instance.service[row])))


def loops_of(plan: Plan, offers: Sequence[Offer]) -> tuple[Loop, ...]:
    """Return the freighters' routes of a plan of ``loops_problem``.

    The set allows one visit to a customer: where two trips call, goods to collect go along with those delivered.
    """
    found, seen = [], set[str]()
    brought = {visit.place for _, trip in plan.trips() for visit in trip.visits if visit.deliver}
    for route, trip in plan.trips():
        calls: list[int] = []
        for visit in trip.visits:
            if visit.place not in seen and (visit.deliver or visit.place not in brought):
                calls.append(int(visit.place[1:]))
                seen.add(visit.place)
        if calls:
            satellite = offers[int(route.vehicle_type[1:])].satellite
            found.append(Loop(satellite=satellite, customers=tuple(calls)))
    return tuple(found)


def last_start(instance: TwoEchelon, loop: Loop) -> float:
    """Return the last moment at which a freighter may set out, infinite without windows."""
    assert instance.windows is not None
    assert instance.service is not None
    last, after = np.inf, loop.satellite
    for row in reversed(loop.customers):
        last = min(float(instance.windows[row, 1]), last - float(instance.length[row, after] + instance.service[row]))
        after = row
    return last - float(instance.length[loop.satellite, after])


def hauls_problem(instance: TwoEchelon, loops: Sequence[Loop], *, is_up: bool) -> Problem:
    """Return the ordinary problem of the trucks that bring the loads of ``loops``, or collect them; O(loops^2).

    Goods are named by the first of a loop's customers, so that loops keep their names when others change.
    """
    loads = instance.pickup if is_up else instance.delivery
    places, goods, rows = [Place(id=DEPOT, tier="hub")], [], [0]
    for loop in loops:
        name, load = min(loop.customers), sum(int(loads[row]) for row in loop.customers)
        if not load:
            continue
        handled = 0.0 if is_up else instance.handling * load
        last = np.inf if is_up else last_start(instance, loop) - handled
        rows.append(loop.satellite)
        places.append(
            Place(id=f"L{name}", windows=(_window(0.0, max(0.0, last)),), visit_s=int(np.ceil(UNIT_S * handled)))
        )
        goods.append(_goods(instance, f"G{name}", f"L{name}", load, is_down=not is_up))
    offer = Offer(0, 0.0, instance.trucks.capacity)
    kinds = [_kind("truck", "road", instance.trucks, offer, max(1, len(goods)))]
    return _problem(places, kinds, goods, {"road": _matrix(instance, rows)})


def hauls_of(instance: TwoEchelon, plan: Plan, loops: Sequence[Loop], *, is_up: bool) -> tuple[Haul, ...]:
    """Return the trucks' routes of a plan of ``hauls_problem``."""
    loads = instance.pickup if is_up else instance.delivery
    rank = {f"L{min(loop.customers)}": k for k, loop in enumerate(loops)}
    return tuple(tuple(_call(loops, rank[visit.place], loads) for visit in trip.visits) for _, trip in plan.trips())


def _call(loops: Sequence[Loop], k: int, loads: np.ndarray) -> Call:
    load = sum(int(loads[row]) for row in loops[k].customers)
    return Call(satellite=loops[k].satellite, load=load, loops=(k,))


def _problem(
    places: Sequence[Place], kinds: Sequence[VehicleType], goods: Sequence[Shipment], matrices: dict[str, Matrix]
) -> Problem:
    return Problem(
        places=tuple(places),
        depots=(Depot(place=DEPOT),),
        vehicle_types=tuple(kinds),
        shipments=tuple(goods),
        matrices=matrices,
        load_dimensions=("load",),
    )


def _window(early: float, late: float) -> TimeWindow:
    """Return the window in whole seconds, never wider."""
    early_s = int(np.ceil(UNIT_S * early))
    late_s = HORIZON_S if np.isinf(late) else int(np.floor(UNIT_S * late))
    return TimeWindow(early_s=early_s, late_s=max(early_s, late_s))


def _matrix(instance: TwoEchelon, rows: Sequence[int]) -> Matrix:
    length = instance.length[np.ix_(rows, rows)]
    seconds = np.ceil(np.round(UNIT_S * length, 6)).astype(np.int64)
    return Matrix(duration_s=seconds, distance_m=nearest(UNIT_M * length))


def _kind(name: str, profile: str, fleet: Fleet, offer: Offer, count: int) -> VehicleType:
    return VehicleType(
        id=name,
        count=count,
        profile=profile,
        depot=DEPOT,
        compartments=(Compartment(capacity=(offer.capacity,)),),
        shift=TimeWindow(early_s=int(np.ceil(UNIT_S * offer.leave)), late_s=HORIZON_S),
        regular_s=HORIZON_S,
        fixed_fen=round(UNIT_M * (fleet.fixed + offer.price)),
        distance_fen_per_km=round(1_000 * fleet.per_length),
        max_trips=1,
    )


def _goods(instance: TwoEchelon, name: str, place: str, load: int, *, is_down: bool) -> Shipment:
    ends = (DEPOT, place) if is_down else (place, DEPOT)
    dearest = float(instance.length.max()) * (instance.trucks.per_length + instance.freighters.per_length)
    dearest += instance.trucks.fixed + instance.freighters.fixed
    return Shipment(
        id=name,
        origin=ends[0],
        destination=ends[1],
        load=(load,),
        penalty_fen=round(DETOURS * UNIT_M * dearest),
    )
