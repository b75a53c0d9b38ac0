"""A plan as plain JSON values and back, for plans that are kept between runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from optimizer.plan import Cost, Plan, Route, Trip, Unserved, Visit


def pack_plan(plan: Plan) -> dict[str, Any]:
    """Return the plan as nested dicts and lists of whole numbers and texts. O(visits)."""
    return asdict(plan)


def unpack_plan(values: dict[str, Any]) -> Plan:
    """Return the plan that ``pack_plan`` gave, also after a way through JSON."""
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
