"""A county with one bridge, for the tests of emergencies: the hub and two villages here, three villages there.

::

    A --- H --- B === bridge === C --- D --- E        all on one straight road from west to east

Steps of 0.04 degrees of longitude, some 3.85 km; the bridge is the 1 km east of halfway between B and C. Roads are X
roads without slope.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scenarios.build import build_problem
from scenarios.emergency.areas import cut
from scenarios.emergency.county import build_rescue, with_goods
from scenarios.emergency.read import read_emergency
from scenarios.scenario import Commodity, Load, Order, Roads, Scenario, ScenarioPlace
from tests.scenarios.small_county import van

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios.build import County
    from scenarios.emergency.areas import Ground
    from scenarios.emergency.county import Rescue
    from scenarios.emergency.model import Emergency

LAT, STEP = 30.0, 0.04
NAMES = ("A", "H", "B", "C", "D", "E")
LON = {name: 110 + STEP * rank for rank, name in enumerate(NAMES)}
BRIDGE = ((LON["B"] + LON["C"]) / 2, (LON["B"] + LON["C"]) / 2 + 0.0104)
"""Longitudes of both ends of the bridge, 1,003 m apart."""

CLOSED = f"[[closed]]\nlon = {sum(BRIDGE) / 2:.5f}\nlat = {LAT}\nradius_m = 100\n"
"""The bridge is gone."""

RELAY_TEXT = '[[relays]]\nid = "R"\ntotes_per_hour = 400\nmin_per_tote = 10\nhours = "06:00-18:00"\n'
FAR_VAN = '[[vehicles]]\nrelay = "R"\nlike = "van"\n'
DRONE = '[[drones]]\nid = "UAV"\ncount = 1\npayload_kg = 30\npayload_l = 1000\nrange_km = 60\n'
CLASSES = '[[classes]]\nname = "药品"\nname_en = "medicine"\ncommodities = ["medicine"]\n'

GOODS = (
    Commodity(id="parcel", goods_class="parcel", service_s_per_piece=0),
    Commodity(id="medicine", goods_class="other", service_s_per_piece=0),
)


def order(id_: str, to: str, commodity: str = "parcel", pieces: int = 5, **changes: Any) -> Order:
    """Return an order from the hub: 1 kg and 1 L a piece."""
    load = Load(load_g=1_000 * pieces, load_ml=1_000 * pieces)
    fields = {"id": id_, "origin": "H", "destination": to, "commodity": commodity, "pieces": pieces, "load": load}
    return Order(**{**fields, **changes})


ORDERS = tuple(order(f"P{to}", to) for to in "ABCDE")


def write_roads(folder: Path) -> None:
    """Write the straight road; the bridge is a piece of its own."""
    ends = [LON["A"], LON["H"], LON["B"], *BRIDGE, LON["C"], LON["D"], LON["E"]]
    features = [
        {
            "type": "Feature",
            "properties": {"等级": "X"},
            "geometry": {"type": "LineString", "coordinates": [[a, LAT], [b, LAT]]},
        }
        for a, b in pairwise(ends)
    ]
    (folder / "roads.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def bridge_day(folder: Path, orders: tuple[Order, ...] = ORDERS, **changes: Any) -> Scenario:
    """Return the county-day, its roads written to ``folder``; two vans at the hub, villages always open."""
    write_roads(folder)
    fields: dict[str, Any] = {
        "name": "one bridge",
        "date": date(2026, 3, 5),
        "places": tuple(
            ScenarioPlace(id=name, tier="hub" if name == "H" else "village", name=name, lon=LON[name], lat=LAT)
            for name in NAMES
        ),
        "orders": orders,
        "commodities": GOODS,
        "fleet": (van(count=2),),
        "roads": Roads(file="roads.geojson"),
        "folder": folder,
    }
    return Scenario(**{**fields, **changes})


def emergency_of(folder: Path, day: Scenario, *parts: str) -> Emergency:
    """Return what an emergency file of these parts says, the bridge closed."""
    path = folder / "emergency.toml"
    path.write_text(CLOSED + "".join(parts), encoding="utf-8")
    return read_emergency(path, day)


def grounds(day: Scenario, emergency: Emergency) -> tuple[County, Ground]:
    """Return the county before the closures, and the roads that they leave."""
    base = build_problem(with_goods(day, emergency))
    return base, cut(base, emergency.closures)


def rescue_of(folder: Path, day: Scenario, *parts: str) -> Rescue:
    """Return the county with every way across that the parts name."""
    emergency = emergency_of(folder, day, *parts)
    return build_rescue(*grounds(day, emergency), emergency)


def without(day: Scenario, *orders: str) -> Scenario:
    """Return the day without some orders."""
    return replace(day, orders=tuple(o for o in day.orders if o.id not in orders))
