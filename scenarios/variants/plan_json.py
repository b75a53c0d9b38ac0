"""A plan as plain JSON values and back, for plans that are kept between runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit
from optimizer.tiers.lines import Ride
from optimizer.tiers.model import Handover, TieredPlan, Way


def pack_plan(plan: TieredPlan) -> dict[str, Any]:
    """Return the plan as nested dicts and lists of whole numbers and texts; ways are words. O(visits)."""
    return {
        **asdict(plan.plan),
        "choice": {place: str(way) for place, way in plan.choice.items()},
        "exceptions": {shipment: str(way) for shipment, way in plan.exceptions.items()},
        "handovers": [asdict(each) for each in plan.handovers],
        "rides": [asdict(each) for each in plan.rides],
    }


def unpack_plan(values: dict[str, Any]) -> TieredPlan:
    """Return the plan that ``pack_plan`` gave, also after a way through JSON."""
    return TieredPlan(
        plan=_trips(values),
        choice={place: Way.parse(way) for place, way in values["choice"].items()},
        exceptions={shipment: Way.parse(way) for shipment, way in values["exceptions"].items()},
        handovers=tuple(Handover(**each) for each in values["handovers"]),
        rides=tuple(Ride(**each) for each in values["rides"]),
    )


def _trips(values: dict[str, Any]) -> Plan:
    return Plan(
        routes=tuple(
            Route(**{**route, "trips": tuple(_trip(trip) for trip in route["trips"])}) for route in values["routes"]
        ),
        unserved=tuple(Unserved(**each) for each in values["unserved"]),
        cost=Cost(**values["cost"]),
    )


def _trip(values: dict[str, Any]) -> Trip:
    visits = tuple(
        Visit(**{**visit, "deliver": tuple(visit["deliver"]), "collect": tuple(visit["collect"])})
        for visit in values["visits"]
    )
    return Trip(**{**values, "visits": visits, "stowage": tuple(tuple(pair) for pair in values["stowage"])})
