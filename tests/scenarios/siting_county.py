"""A county with one township near the hub and one far off, for the tests of siting; its roads are a file of its own.

H -- 5 km -- S1 (villages A1, A2)  ...  S2, 48 km from the hub (villages B1 to B4, 2 km around it)

Only vans and three-wheelers fit through to the B villages, and one van holds the goods of one of them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.build import build_problem
from scenarios.scenario import Commodity, Load, Roads, ScenarioCompartment
from scenarios.siting.candidates import read_siting
from scenarios.siting.plans import ground_of
from scenarios.siting.station_costs import StationCosts
from tests.scenarios.small_county import order, place, scenario, van

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.scenario import FleetVehicle, Scenario, ScenarioPlace

SPOTS = {
    "H": (110.0, 30.0),
    "S1": (110.05, 30.0),
    "A1": (110.07, 30.0),
    "A2": (110.05, 30.02),
    "S2": (110.5, 30.0),
    "B1": (110.52, 30.0),
    "B2": (110.5, 30.02),
    "B3": (110.5, 29.98),
    "B4": (110.48, 30.02),
    "OFF": (110.3, 31.0),
}
"""OFF is a hundred kilometres from every road."""

LINES = (("H", "S1", "A1", "S2", "B1"), ("S1", "A2"), ("B4", "B2", "S2", "B3"))


def write_roads(folder: Path) -> Path:
    """Write the roads of the county as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"道路等级": "县道", "编号": f"X{number:03d}", "路面": "沥青"},
            "geometry": {"type": "LineString", "coordinates": [SPOTS[name] for name in line]},
        }
        for number, line in enumerate(LINES, start=1)
    ]
    path = folder / "roads.geojson"
    content = {"type": "FeatureCollection", "name": "roads", "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def spot(name: str, tier: str = "village", **changes: Any) -> ScenarioPlace:
    """Return a place of the county."""
    lon, lat = SPOTS[name]
    return replace(place(1), id=name, name=f"{name}村", tier=tier, lon=lon, lat=lat, **changes)


def vehicle(id_: str, kg: int, **changes: Any) -> FleetVehicle:
    """Return a vehicle of the hub with so many kg of room."""
    room = Load(load_g=kg * 1_000, load_ml=kg * 10_000)
    return van(id_, compartments=(ScenarioCompartment(room=room),), **changes)


def far_county(folder: Path, **changes: Any) -> Scenario:
    """Return the county: 20 kg down to every village each day; any field may be changed."""
    narrow = frozenset({"van", "trike"})
    places = (
        spot("H", "hub"),
        spot("S1", "station"),
        spot("S2", "station"),
        *(spot(name, station="S1") for name in ("A1", "A2")),
        *(spot(name, station="S2", vehicle_types=narrow) for name in ("B1", "B2", "B3", "B4")),
        spot("OFF"),
    )
    villages = [p.id for p in places if p.tier == "village" and p.id != "OFF"]
    fields: dict[str, Any] = {
        "places": places,
        "orders": tuple(order(f"O{v}", "H", v, pieces=20, load=Load(load_g=20_000, load_ml=60_000)) for v in villages),
        "fleet": (
            vehicle("truck", 1_000, count=2, profile="truck", distance_fen_per_km=120),
            vehicle("van", 30, count=12),
            vehicle("trike", 40, profile="three_wheeler", fixed_fen=2_000, distance_fen_per_km=20, range_m=60_000),
        ),
        "roads": Roads(file=str(write_roads(folder))),
    }
    return scenario(**{**fields, **changes})


def candidates(folder: Path, *rows: str, columns: str = "place,vehicle,vehicles") -> Path:
    """Write a file of candidates; by default both townships with two three-wheelers each."""
    path = folder / "sites.csv"
    path.write_text("\n".join([columns, *(rows or ("S1,trike,2", "S2,trike,2"))]) + "\n", encoding="utf-8")
    return path


def costs_of(day: Scenario, path: Path | None = None, *, days: int = 2, **asked: Any) -> StationCosts:
    """Return what the models are told about stations."""
    ground = ground_of(build_problem(day), days, 0)
    siting = read_siting(day, "station", path, unreached=ground.unreached, **asked)
    return StationCosts(ground=ground, siting=siting)


GREENS = Commodity(id="greens", goods_class="produce", max_on_board_s=4 * 3_600, piece_g=1_000, piece_ml=1_000)
"""Produce that lasts four hours."""
