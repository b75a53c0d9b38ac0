"""Questions about a plan across tiers without HTTP: a county of ``towns`` as the service has it."""

from __future__ import annotations

import zlib
from base64 import b64encode
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from api.schemas import Origin, from_tiered
from api.service.questions import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.tiers.model import TieredPlan, Tiers
    from scenarios.build import County


def asked(tiers: Tiers, plan: TieredPlan, folder: Path, **question: Any) -> Asked:
    """Return a question about ``plan``; each shipment has one order of the same id."""
    packed = b64encode(zlib.compress(from_tiered(plan, Origin()).model_dump_json(by_alias=True).encode())).decode()
    county = SimpleNamespace(
        tiers=tiers,
        problem=tiers.problem,
        scenario=SimpleNamespace(date=date(2026, 4, 15), folder=None, orders=()),
        orders={s.id: (s.id,) for s in tiers.problem.shipments},
    )
    return Asked(county=cast("County", county), question={"plan": packed, "revision": 1, **question}, folder=folder)


def routes_of(plan: TieredPlan) -> list[dict[str, Any]]:
    """Return the decisions of a plan without its times."""
    return [
        {
            "vehicle_type": route.vehicle_type,
            "number": route.number,
            "trips": [
                {
                    "visits": [
                        {"place": v.place, "deliver": list(v.deliver), "collect": list(v.collect)} for v in trip.visits
                    ]
                }
                for trip in route.trips
            ],
        }
        for route in plan.plan.routes
    ]


def dropped(routes: list[dict[str, Any]], *goods: str) -> list[dict[str, Any]]:
    """Return the decisions without some goods or legs; visits that have nothing left to do are left out."""
    for route in routes:
        for trip in route["trips"]:
            for visit in trip["visits"]:
                for what in ("deliver", "collect"):
                    visit[what] = [i for i in visit[what] if i not in goods]
            trip["visits"] = [visit for visit in trip["visits"] if visit["deliver"] or visit["collect"]]
    return routes
