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
from scenarios.timetables.csv_file import read_timetable
from scenarios.timetables.gtfs import read_gtfs
from scenarios.timetables.model import Carriage, Days, Departure, Line, Stop, Timetable, with_carriages
from scenarios.timetables.on_roads import match_timetable
from scenarios.timetables.served import serve_places
from scenarios.write import write_scenario

__all__ = [
    "CATALOGUE",
    "KPI_DEFINITIONS",
    "Carriage",
    "Consolidation",
    "County",
    "Days",
    "Departure",
    "EnergyUse",
    "Fault",
    "FleetVehicle",
    "InvalidInput",
    "Kpis",
    "Line",
    "Order",
    "Scenario",
    "ScenarioPlace",
    "Stop",
    "Timetable",
    "build_problem",
    "consolidate",
    "draw_orders",
    "emissions",
    "match_timetable",
    "measure",
    "new_scenario",
    "plan_energy",
    "read_gtfs",
    "read_scenario",
    "read_timetable",
    "scenario_from_osm",
    "serve_places",
    "with_carriages",
    "write_scenario",
]
