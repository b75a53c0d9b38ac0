"""A 2E-VRP instance as ``optimizer.tiers.Tiers``, and the tiered plan back as a plan of the set.

Metres are the set's units of length, ``scale`` to one, and one costs one fen times the fleet's
price. Time does not count, but the search across tiers looks for near stations by time: the
longest way takes ``LONGEST_S``, little enough for any route within the horizon. Customers may
go through every satellite, never direct; freighters are the vehicles of their satellite, and
call at customers only, trucks at satellites only. What the mapping cannot say, and the judge
looks after:

- *Freighters in all*, where these are fewer than at all satellites together. ``freighter_price``
  keeps their number down, but makes it hard to move customers from one to the other: so
  ``benchmarks.tiers`` searches half of the time without it, half with it.
- *Splitting one customer's goods among trucks*: shipments ride whole, which leaves out some
  plans of the set where trucks are nearly full.
- *Windows*: a truck's handling, one freighter's goods after the other, has no counterpart; ``echelons`` says them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.instances.instance import length_scale, nearest
from benchmarks.two_echelon.instance import Call, Loop, TwoEchelonPlan
from optimizer.model import HORIZON_S, Compartment, Depot, Place, Shipment, TimeWindow, VehicleType
from optimizer.problem import Matrix, Problem
from optimizer.tiers.model import Station, Tiers, Way

if TYPE_CHECKING:
    from benchmarks.two_echelon.instance import Fleet, TwoEchelon
    from optimizer.plan import Trip
    from optimizer.tiers.model import TieredPlan

HUB = "H"

LONGEST_S = 600
"""Seconds of the longest way; a route of a hundred of them and as long again for the trucks before fit in two days."""

DETOURS = 20
"""A shipment left behind costs so many of the longest detours and dearest vehicles."""


def tiers_of(instance: TwoEchelon, price: float = 0.0) -> Tiers:
    """Return ``instance`` across tiers, each freighter dearer by ``price`` in the set's unit; O(n^2).

    Raises ``ValueError`` where windows or pickups are given.
    """
    if instance.is_timed or instance.pickup.any():
        raise ValueError(f"{instance.name}: windows and pickups are not mapped")
    scale = length_scale(instance.length)
    metres = nearest(scale * instance.length)
    seconds = nearest(LONGEST_S / max(1.0, float(instance.length.max())) * instance.length)
    stations = [f"S{row}" for row in instance.satellites]
    customers = [f"C{row}" for row in instance.customers]
    dearer = replace(instance.freighters, fixed=instance.freighters.fixed + price)
    loops = [_kind(instance, f"f{row}", f"S{row}", dearer, scale) for row in instance.satellites]
    problem = Problem(
        places=(
            Place(id=HUB, tier="hub", vehicle_types=frozenset({"truck"})),
            *(_satellite(row) for row in instance.satellites),
            *(Place(id=customer, vehicle_types=frozenset(loop.id for loop in loops)) for customer in customers),
        ),
        depots=tuple(Depot(place=place) for place in (HUB, *stations)),
        vehicle_types=(_kind(instance, "truck", HUB, instance.trucks, scale), *loops),
        shipments=tuple(_shipments(instance, scale)),
        matrices={"road": Matrix(duration_s=seconds, distance_m=metres)},
        load_dimensions=("load",),
        name=f"{instance.family}-{instance.name}",
    )
    return Tiers(
        problem=problem,
        stations=tuple(Station(place=station) for station in stations),
        modes=dict.fromkeys(customers, frozenset(map(Way, stations))),
    )


def plan_of(instance: TwoEchelon, tiered: TieredPlan) -> TwoEchelonPlan:
    """Return the trucks' and freighters' routes of a tiered plan."""
    hauls, loops = [], []
    for route, trip in tiered.plan.trips():
        if route.vehicle_type == "truck":
            hauls.append(_haul(instance, trip))
        else:
            rows = [int(visit.place[1:]) for visit in trip.visits]
            calls = tuple(row for i, row in enumerate(rows) if i == 0 or rows[i - 1] != row)
            loops.append(Loop(satellite=int(route.vehicle_type[1:]), customers=calls))
    return TwoEchelonPlan(hauls=tuple(hauls), loops=tuple(loops))


def _satellite(row: int) -> Place:
    """Return a satellite; only trucks and its own freighters call there."""
    return Place(id=f"S{row}", tier="station", vehicle_types=frozenset({"truck", f"f{row}"}))


def _haul(instance: TwoEchelon, trip: Trip) -> tuple[Call, ...]:
    """Return the calls of a truck; goods are named by their customer: D7/1 is the first leg to 7."""
    calls: list[Call] = []
    for visit in trip.visits:
        load = sum(int(instance.delivery[int(leg.partition("/")[0][1:])]) for leg in visit.deliver)
        satellite = int(visit.place[1:])
        if calls and calls[-1].satellite == satellite:
            load += calls.pop().load
        calls.append(Call(satellite=satellite, load=load))
    return tuple(calls)


def freighter_price(instance: TwoEchelon) -> float:
    """Return a price that keeps freighters few, in the set's unit: the mean way to the nearest satellite.

    Nothing where the least number is more than one below the limit, or satellites have no more than it.
    """
    fleet, at_all = instance.freighters, instance.per_satellite
    least = -(-int(instance.delivery.sum()) // fleet.capacity)
    if fleet.count is None or fleet.count > least + 1:
        return 0.0
    if at_all is not None and at_all * instance.num_satellites <= fleet.count:
        return 0.0
    first = instance.customers.start
    return fleet.per_length * float(instance.length[1:first, first:].min(axis=0).mean())


def _kind(instance: TwoEchelon, name: str, depot: str, fleet: Fleet, scale: int) -> VehicleType:
    limits = [len(instance.customers), fleet.count]
    if depot != HUB:
        limits.append(instance.per_satellite)
    return VehicleType(
        id=name,
        count=min(limit for limit in limits if limit is not None),
        depot=depot,
        compartments=(Compartment(capacity=(fleet.capacity,)),),
        shift=TimeWindow(late_s=HORIZON_S),
        regular_s=HORIZON_S,
        fixed_fen=round(scale * fleet.fixed),
        distance_fen_per_km=round(1_000 * fleet.per_length),
        max_trips=1,
    )


def _shipments(instance: TwoEchelon, scale: int) -> list[Shipment]:
    dearest = 2 * float(instance.length.max()) * (instance.trucks.per_length + instance.freighters.per_length)
    dearest += instance.trucks.fixed + instance.freighters.fixed + freighter_price(instance)
    return [
        Shipment(
            id=f"D{row}",
            origin=HUB,
            destination=f"C{row}",
            load=(int(instance.delivery[row]),),
            penalty_fen=round(DETOURS * scale * dearest),
        )
        for row in instance.customers
    ]
