"""Fuel, electricity and CO2 of a plan, in the two scopes that reports ask for.

Where energy matrices were computed, a leg takes a + b x load along its very path, so slope,
speed and load count; else a vehicle's figure per 100 km. Idling, cold starts and
cooling are not in it.

Scopes: combustion counts what leaves the exhaust of fossil fuel only, electric vehicles zero
(as GB/T 46531-2025); well to wheel adds the making of fuel (EN 16258) and of electricity
(grid average). Factors: guideline arithmetic for litres, EN 16258 table A.1, Chinese grid factors 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.cost import trip_legs, trip_loads

if TYPE_CHECKING:
    from optimizer.plan import Plan, Route, Trip
    from scenarios.build import County
    from scenarios.scenario import FleetVehicle

COMBUSTION_KG_PER_L = {"diesel": 2.60, "petrol": 2.14}
"""CO2 of burning a litre."""

COMBUSTION_KG_PER_KG = {"diesel": 3.096, "petrol": 2.925}
"""CO2 of burning a kilogram; with the figures per litre it gives the density."""

WELL_TO_WHEEL_KG_PER_KG = {"diesel": 3.80, "petrol": 3.74}
"""CO2e of making and burning a kilogram: EN 16258, diesel B5 and petrol E5."""

GRID_KG_PER_KWH = {
    "national": 0.5306,
    "north": 0.6361,
    "northeast": 0.5122,
    "east": 0.5500,
    "central": 0.5271,
    "northwest": 0.5543,
}
"""CO2 of a kWh, 2023, by grid region (``Policy.grid``)."""

CARRIERS = {"diesel": "diesel", "petrol": "petrol", "electric": "electricity"}
"""``FleetVehicle.energy_source`` -> carrier of a road profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyUse:
    """Litres and kWh of a plan; ``modelled_share`` of the kilometres follow slope and load."""

    diesel_l: float = 0.0
    petrol_l: float = 0.0
    electricity_kwh: float = 0.0
    modelled_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Kilograms of CO2 (combustion) and CO2e (well to wheel)."""

    combustion_kg: float = 0.0
    well_to_wheel_kg: float = 0.0


def plan_energy(county: County, plan: Plan) -> EnergyUse:
    """Return what all trips of a plan use. O(visits)."""
    fleet = {vehicle.id: vehicle for vehicle in county.scenario.fleet}
    used = dict.fromkeys(CARRIERS, 0.0)
    metres = modelled_m = 0
    for route, trip in plan.trips():
        vehicle = fleet[route.vehicle_type]
        used[vehicle.energy_source] += trip_energy(county, route, trip)
        trip_m = sum(leg.distance_m for leg in trip_legs(county.problem, route, trip))
        metres += trip_m
        modelled_m += trip_m if is_modelled(county, vehicle) else 0
    return EnergyUse(
        diesel_l=used["diesel"],
        petrol_l=used["petrol"],
        electricity_kwh=used["electric"],
        modelled_share=modelled_m / metres if metres else 0.0,
    )


def trip_energy(county: County, route: Route, trip: Trip) -> float:
    """Return the litres or kWh of one trip, never below 0."""
    vehicle = next(v for v in county.scenario.fleet if v.id == route.vehicle_type)
    legs = trip_legs(county.problem, route, trip)
    if not is_modelled(county, vehicle):
        return sum(leg.distance_m for leg in legs) * vehicle.energy_per_100km / 100_000
    matrix = county.matrices[vehicle.profile]
    if matrix.energy_a is None or matrix.energy_b is None:
        return 0.0
    dimensions = county.problem.load_dimensions
    kg = np.zeros(len(legs))
    if "load_g" in dimensions:
        kg = trip_loads(county.problem, trip)[:, dimensions.index("load_g")] / 1_000  # (legs,)
    rows = [county.problem.index(leg.origin) for leg in legs]
    columns = [county.problem.index(leg.destination) for leg in legs]
    return max(0.0, float(np.nansum(matrix.energy_a[rows, columns] + matrix.energy_b[rows, columns] * kg)))


def is_modelled(county: County, vehicle: FleetVehicle) -> bool:
    """Whether the profile's energy matrix speaks of this vehicle's carrier, and was computed."""
    if vehicle.profile not in county.profiles:  # a drone, which no road model speaks of
        return False
    profile, matrix = county.profiles[vehicle.profile], county.matrices[vehicle.profile]
    return matrix.energy_a is not None and profile.energy.carrier == CARRIERS[vehicle.energy_source]


def emissions(use: EnergyUse, grid: str) -> Emissions:
    """Return the CO2 of an energy use in both scopes; ``grid`` is a key of ``GRID_KG_PER_KWH``."""
    litres = {"diesel": use.diesel_l, "petrol": use.petrol_l}
    well_to_wheel_kg = use.electricity_kwh * GRID_KG_PER_KWH[grid]
    for fuel, amount_l in litres.items():
        kg_per_l = COMBUSTION_KG_PER_L[fuel] / COMBUSTION_KG_PER_KG[fuel]
        well_to_wheel_kg += amount_l * kg_per_l * WELL_TO_WHEEL_KG_PER_KG[fuel]
    return Emissions(
        combustion_kg=sum(litres[fuel] * factor for fuel, factor in COMBUSTION_KG_PER_L.items()),
        well_to_wheel_kg=well_to_wheel_kg,
    )
