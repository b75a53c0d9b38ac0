"""County scenarios: files, demand, the seam to roads and optimizer, KPIs."""

from __future__ import annotations

from scenarios.build import County, build_problem
from scenarios.consolidate import Consolidation, consolidate
from scenarios.demand import draw_orders
from scenarios.energy import EnergyUse, emissions, plan_energy
from scenarios.errors import CATALOGUE, Fault, InvalidInput
from scenarios.files import read_scenario
from scenarios.from_osm import scenario_from_osm
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.kpis import Kpis, measure
from scenarios.new import new_scenario
from scenarios.scenario import FleetVehicle, Order, Scenario, ScenarioPlace
from scenarios.write import write_scenario

__all__ = [
    "CATALOGUE",
    "KPI_DEFINITIONS",
    "Consolidation",
    "County",
    "EnergyUse",
    "Fault",
    "FleetVehicle",
    "InvalidInput",
    "Kpis",
    "Order",
    "Scenario",
    "ScenarioPlace",
    "build_problem",
    "consolidate",
    "draw_orders",
    "emissions",
    "measure",
    "new_scenario",
    "plan_energy",
    "read_scenario",
    "scenario_from_osm",
    "write_scenario",
]
