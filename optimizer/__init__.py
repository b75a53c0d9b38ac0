"""Shared-delivery routing: shipments, vehicles, plans, the solver and the referee; no roads."""

from __future__ import annotations

from optimizer.check import check
from optimizer.cost import plan_cost, route_cost, trip_legs, trip_loads
from optimizer.errors import CATALOGUE, InvalidInput, SolverFailed
from optimizer.explain import explain
from optimizer.model import (
    Cleaning,
    Compartment,
    Conflict,
    Depot,
    DrivingRule,
    Lock,
    Place,
    Shipment,
    TimeWindow,
    VehicleType,
)
from optimizer.plan import Cost, Incumbent, Plan, Result, Route, Trip, Unserved, Visit
from optimizer.problem import UNREACHABLE, Matrix, Problem
from optimizer.solve import Progress, solve
from optimizer.stop import Stop
from optimizer.violations import Violation

__all__ = [
    "CATALOGUE",
    "UNREACHABLE",
    "Cleaning",
    "Compartment",
    "Conflict",
    "Cost",
    "Depot",
    "DrivingRule",
    "Incumbent",
    "InvalidInput",
    "Lock",
    "Matrix",
    "Place",
    "Plan",
    "Problem",
    "Progress",
    "Result",
    "Route",
    "Shipment",
    "SolverFailed",
    "Stop",
    "TimeWindow",
    "Trip",
    "Unserved",
    "VehicleType",
    "Violation",
    "Visit",
    "check",
    "explain",
    "plan_cost",
    "route_cost",
    "solve",
    "trip_legs",
    "trip_loads",
]
