"""The seam: from a scenario to roads, travel matrices and the problem that is solved.

The only module where roads and shipments meet. Plain integer arrays of seconds and metres
go over; nothing of the roads reaches the optimizer. A place that no vehicle can reach stays
in the problem, its goods will be unserved, and a note names it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from networks.matrix import travel_matrix
from networks.points import Points
from networks.profiles import Conditions, load_profiles
from optimizer.model import Cleaning, Compartment, Conflict, Depot, Place, VehicleType
from optimizer.problem import UNREACHABLE, Matrix, Problem
from scenarios.consolidate import consolidate
from scenarios.dangerous import FOOD_CLASSES
from scenarios.errors import InvalidInput
from scenarios.flights import air_matrix, flies, grounded
from scenarios.relations import parts_of
from scenarios.road_files import profile_faults
from scenarios.road_notes import refuse_faraway, road_notes
from scenarios.roads import load_roads
from scenarios.service import Service
from scenarios.stations import DRONE
from scenarios.tier_faults import on_roads
from scenarios.tiers import build_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from networks.matrix import TravelMatrix
    from networks.network import RoadNetwork
    from networks.profiles import Profile
    from optimizer.replan.standing import Situation
    from optimizer.tiers.model import Tiers
    from scenarios.consolidate import Consolidation
    from scenarios.scenario import FleetVehicle, Scenario, ScenarioPlace
    from scenarios.text import Text


@dataclass(frozen=True, kw_only=True, eq=False)
class County:
    """A scenario together with everything that was built from it.

    ``points``, ``problem.places`` and the rows of all matrices are in the order of
    ``scenario.places``. ``matrices`` and ``profiles`` are by profile id. ``bags`` and ``orders`` give the
    number of bags and the order ids of every shipment id. ``notes`` say, in both languages,
    what a user should look at: places far from any road or out of reach, and what readers did. ``tiers``: stations,
    ways and departures over ``problem``; None on an ordinary day.

    Of a day that has gone on after events (``scenarios.events_county.gone_through``): ``situation`` is how far it had
    come, and ``onward`` the matrices from then on, where roads closed that had been driven; ``problem`` has those as
    they were driven.
    """

    scenario: Scenario
    problem: Problem
    network: RoadNetwork
    points: Points
    conditions: Conditions
    profiles: Mapping[str, Profile]
    matrices: Mapping[str, TravelMatrix]
    bags: Mapping[str, int] = field(default_factory=dict)
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    tiers: Tiers | None = None
    situation: Situation | None = None
    onward: Mapping[str, Matrix] = field(default_factory=dict)


def build_problem(scenario: Scenario, *, cache: Path | None = None, energy: bool = False) -> County:
    """Return the county of a scenario: roads, matrices, shipments and the problem.

    Parameters
    ----------
    scenario
        One county-day.
    cache
        Folder where travel matrices are kept by content, so that tomorrow computes nothing; None: no cache.
    energy
        Also compute the energy of every leg, for KPIs that follow slope and load.

    Raises
    ------
    InvalidInput
        E300 with faults, when a profile or the weather is not known; E350, when most places
        are nowhere near the roads.
    networks.errors.InvalidInput
        The road files cannot be used.
    """
    network = load_roads(scenario)
    points = Points(
        tuple(place.id for place in scenario.places),
        np.array([place.lon for place in scenario.places], dtype=np.float64),
        np.array([place.lat for place in scenario.places], dtype=np.float64),
    )
    conditions = Conditions(season=scenario.season, weather=scenario.weather)
    profiles = profiles_of(scenario)
    matrices = {
        name: travel_matrix(network, profile, points, conditions=conditions, cache=cache, energy=energy)
        for name, profile in profiles.items()
    }
    if any(vehicle.kind == DRONE for vehicle in scenario.fleet):
        matrices[DRONE] = air_matrix(scenario, network, points)
    refuse_faraway(matrices)
    reach = reached(scenario, matrices)
    goods = consolidate(scenario, reach)
    problem = to_problem(scenario, matrices, goods)
    second = build_tiers(scenario, problem)
    return County(
        scenario=scenario,
        problem=problem,
        network=network,
        points=points,
        conditions=conditions,
        profiles=profiles,
        matrices=matrices,
        bags=goods.bags,
        orders=goods.orders,
        notes=(
            *scenario.notes,
            *road_notes(scenario, network, matrices, reach),
            *(second.notes if second else ()),
            *grounded(scenario),
        ),
        tiers=second.tiers if second else None,
    )


def profiles_of(scenario: Scenario) -> dict[str, Profile]:
    """Return the road profiles that the fleet uses; raises E300 with a fault for each that is not known."""
    path = scenario.path(scenario.roads.profiles) if scenario.roads.profiles else None
    known = load_profiles(path)
    faults = tuple(profile_faults(known, on_roads(parts_of(scenario)["vehicles"]), scenario.weather))
    if faults:
        raise InvalidInput("E300", faults=faults, count=len(faults))
    return {name: known[name] for name in dict.fromkeys(v.profile for v in scenario.fleet if v.kind != DRONE)}


def reached(scenario: Scenario, matrices: Mapping[str, TravelMatrix]) -> dict[str, frozenset[str]]:
    """Return the places that each vehicle type may call at and can drive to from its depot and from to its end.

    O(places x vehicle types).
    """
    service = Service(scenario)
    return {vehicle.id: _reached(vehicle, service, matrices[vehicle.profile]) for vehicle in scenario.fleet}


def _reached(vehicle: FleetVehicle, service: Service, matrix: TravelMatrix) -> frozenset[str]:
    home, end = matrix.ids.index(vehicle.depot), matrix.ids.index(vehicle.end or vehicle.depot)
    there = matrix.duration_s[home] != UNREACHABLE  # (n,)
    back = matrix.duration_s[:, end] != UNREACHABLE  # (n,)
    return frozenset(
        place.id
        for place, is_near in zip(service.scenario.places, there & back, strict=True)
        if is_near and service.may_call(vehicle, place)
    )


def to_problem(scenario: Scenario, matrices: Mapping[str, TravelMatrix], goods: Consolidation) -> Problem:
    """Return the optimizer's problem of a scenario whose matrices and shipments are known."""
    policy, service = scenario.policy, Service(scenario)
    totals = [sum(amounts) for amounts in zip(*(s.load for s in goods.shipments), strict=True)]
    most = dict(zip(policy.load_dimensions, totals or [0] * len(policy.load_dimensions), strict=True))
    return Problem(
        name=scenario.name,
        places=tuple(_place(place, service, most) for place in scenario.places),
        depots=tuple(Depot(place=p.id, loading_s=p.loading_s, docks=p.docks) for p in scenario.depots),
        vehicle_types=tuple(_vehicle_type(vehicle, scenario, matrices[vehicle.profile]) for vehicle in scenario.fleet),
        shipments=goods.shipments,
        matrices={
            name: Matrix(duration_s=matrix.duration_s, distance_m=matrix.distance_m)
            for name, matrix in matrices.items()
        },
        load_dimensions=policy.load_dimensions,
        conflicts=(*scenario.conflicts, *legal_conflicts(scenario)),
        cleanings=(*scenario.cleanings, *legal_cleanings(scenario)),
        locks=goods.locks,
    )


def _place(place: ScenarioPlace, service: Service, most: Mapping[str, int]) -> Place:
    """Return the optimizer's place; where only some dimensions of the shelf are limited, the others hold everything."""
    limits = {name: getattr(place.shelf, name) for name in service.scenario.policy.load_dimensions}
    is_limited = any(limit is not None for limit in limits.values())
    usual_s: int = getattr(service.scenario.policy.visit_s, place.tier)
    return Place(
        id=place.id,
        tier=place.tier,
        windows=place.windows,
        visit_s=usual_s if place.visit_s is None else place.visit_s,
        vehicle_types=service.callers(place),
        shelf=tuple(most[n] if limit is None else limit for n, limit in limits.items()) if is_limited else (),
    )


def _vehicle_type(vehicle: FleetVehicle, scenario: Scenario, matrix: TravelMatrix) -> VehicleType:
    dimensions = scenario.policy.load_dimensions
    return VehicleType(
        id=vehicle.id,
        count=vehicle.count if flies(vehicle, scenario) else 0,
        profile=vehicle.profile,
        depot=vehicle.depot,
        compartments=tuple(
            Compartment(id=c.id, capacity=c.room.of(dimensions), commodities=c.commodities, sealed=c.is_sealed)
            for c in vehicle.compartments
        ),
        shift=vehicle.shift,
        regular_s=vehicle.regular_s,
        max_overtime_s=vehicle.max_overtime_s,
        fixed_fen=vehicle.fixed_fen,
        distance_fen_per_km=vehicle.distance_fen_per_km,
        time_fen_per_h=vehicle.time_fen_per_h,
        overtime_fen_per_h=vehicle.overtime_fen_per_h,
        max_trips=1 if vehicle.end else vehicle.max_trips,
        range_m=_range_m(vehicle, scenario, matrix),
        trip_range_m=vehicle.trip_range_m,
        end=vehicle.end,
        piece_fen=vehicle.piece_fen,
        min_pay_fen=vehicle.min_pay_fen,
        deliveries_first=vehicle.deliveries_first,
        driving_rule=vehicle.driving_rule or scenario.policy.driving_rule,
    )


def _range_m(vehicle: FleetVehicle, scenario: Scenario, matrix: TravelMatrix) -> int | None:
    """Return the longest route: the vehicle's range, or its shortest way over a hub and its detour, if that is less."""
    if vehicle.detour_m is None:
        return vehicle.range_m
    home, end = matrix.ids.index(vehicle.depot), matrix.ids.index(vehicle.end or vehicle.depot)
    hubs = [row for row, place in enumerate(scenario.places) if place.tier == "hub"]
    over = [
        int(matrix.distance_m[home, hub]) + int(matrix.distance_m[hub, end])
        for hub in hubs
        if UNREACHABLE not in (matrix.duration_s[home, hub], matrix.duration_s[hub, end])
    ]
    own_m = min(over, default=0) + vehicle.detour_m
    return own_m if vehicle.range_m is None else min(own_m, vehicle.range_m)


def legal_conflicts(scenario: Scenario) -> Iterator[Conflict]:
    """Yield what the law keeps apart: pesticide and food or produce, unless a sealed wall is between.

    A conflict that the scenario states itself takes precedence.
    """
    told = {frozenset((c.first, c.second)) for c in scenario.conflicts}
    for pesticide, food in _pesticide_and_food(scenario):
        if frozenset((pesticide, food)) not in told:
            yield Conflict(first=pesticide, second=food, sealed_ok=True)


def legal_cleanings(scenario: Scenario) -> Iterator[Cleaning]:
    """Yield the cleaning after unsealed pesticide before food or produce, where the scenario has none of its own."""
    told = {(c.after, c.before) for c in scenario.cleanings}
    for pesticide, food in _pesticide_and_food(scenario):
        if (pesticide, food) not in told:
            yield Cleaning(after=pesticide, before=food, duration_s=scenario.policy.cleaning_s)


def _pesticide_and_food(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for pesticide in scenario.commodities:
        if pesticide.goods_class != "pesticide":
            continue
        for food in scenario.commodities:
            if food.goods_class in FOOD_CLASSES:
                yield pesticide.id, food.id
