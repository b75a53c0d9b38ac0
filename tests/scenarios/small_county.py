"""A county of one hub and three villages on one straight road, for the tests of scenarios.

H ---- V1 ---- V2 ---- V3        10 km and 15 min a step, both ways
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.matrix import TravelMatrix
from networks.network import build_network
from networks.points import Points
from networks.profile_files import load_profiles
from networks.profiles import Conditions
from networks.snap import snap
from scenarios.build import County, to_problem
from scenarios.consolidate import consolidate
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.kpis import Kpis
from scenarios.scenario import (
    FleetVehicle,
    Load,
    Order,
    Roads,
    Scenario,
    ScenarioCompartment,
    ScenarioPlace,
)

if TYPE_CHECKING:
    from pathlib import Path

STEP_S, STEP_M = 900, 10_000
DAY = date(2026, 3, 5)

SETTINGS = 'name = "t"\ndate = 2026-03-05\n'
RECIPE = '[roads]\nterrain = "plain"\ntownships = 1\nvillages = 3\n'
"""The two halves of the smallest scenario.toml."""


def place(rank: int, **changes: Any) -> ScenarioPlace:
    """Return the hub for rank 0, else village V<rank>, each a step further east."""
    name = f"V{rank}" if rank else "H"
    fields = {"id": name, "tier": "village" if rank else "hub", "name": name, "lon": 110 + 0.1 * rank, "lat": 30.0}
    return ScenarioPlace(**{**fields, **changes})


def order(id_: str, origin: str, destination: str, **changes: Any) -> Order:
    """Return an order of one piece of 1 kg and 1 L."""
    return Order(
        **{
            "id": id_,
            "origin": origin,
            "destination": destination,
            "load": Load(load_g=1_000, load_ml=1_000),
            **changes,
        }
    )


def van(id_: str = "van", **changes: Any) -> FleetVehicle:
    """Return one van at the hub: 100 kg, 1,000 L; 100 yuan a day, 1 yuan a km, 36 yuan an hour."""
    fields: dict[str, Any] = {
        "id": id_,
        "depot": "H",
        "profile": "van",
        "compartments": (ScenarioCompartment(room=Load(load_g=100_000, load_ml=1_000_000)),),
        "fixed_fen": 10_000,
        "distance_fen_per_km": 100,
        "time_fen_per_h": 3_600,
        "overtime_fen_per_h": 0,
        "energy_source": "petrol",
        "energy_per_100km": 10.0,
    }
    return FleetVehicle(**{**fields, **changes})


def scenario(**changes: Any) -> Scenario:
    """Return the county-day; any field of ``Scenario`` may be changed."""
    fields: dict[str, Any] = {
        "name": "test",
        "date": DAY,
        "places": tuple(place(rank) for rank in range(4)),
        "fleet": (van(),),
        "roads": Roads(terrain="plain", townships=1, villages=3, seed=0),
    }
    return Scenario(**{**fields, **changes})


def county(day: Scenario) -> County:
    """Return the county of a scenario with the straight road's matrix instead of a road file."""
    profile = load_profiles()["van"]
    at = np.arange(len(day.places))
    steps = np.abs(at[:, None] - at)  # (n, n)
    points = Points(tuple(p.id for p in day.places), np.array([p.lon for p in day.places]), np.full(len(at), 30.0))
    network = build_network(lon=points.lon, lat=points.lat, u=at[:-1], v=at[1:], edges={"road_class": "X"})
    matrix = TravelMatrix(
        profile="van",
        ids=points.ids,
        duration_s=steps * STEP_S,
        distance_m=steps * STEP_M,
        snaps=snap(network, profile, points),
    )
    goods = consolidate(day)
    return County(
        scenario=day,
        problem=to_problem(day, {"van": matrix}, goods),
        network=network,
        points=points,
        conditions=Conditions(),
        profiles={"van": profile},
        matrices={"van": matrix},
        bags=goods.bags,
        orders=goods.orders,
    )


def plain_kpis(cost_fen: float) -> Kpis:
    """Return measures of a day that cost so much for ten pieces; all others are 0."""
    values = dict.fromkeys(KPI_DEFINITIONS, 0) | {"operating_cost_fen": round(cost_fen), "carried_pieces": 10}
    return Kpis(**values, brands=())  # type: ignore[arg-type]


def write_files(folder: Path, **texts: str | bytes) -> Path:
    """Write a sound folder, then overwrite or add files: ``places=...`` writes places.csv, ``scenario`` the TOML."""
    sound = {
        "scenario": SETTINGS + RECIPE,
        "places": "id,tier,name,lon,lat\nH,hub,H,110,30\nV1,village,V1,110.1,30\n",
        "orders": "id,origin,destination,weight_kg,volume_l\nO1,H,V1,1,2\n",
        "vehicles": "id,count,depot,capacity_kg,capacity_l\nvan,1,H,100,1000\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**sound, **texts}.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / (f"{name}.toml" if name == "scenario" else f"{name}.csv")).write_bytes(data)
    return folder
