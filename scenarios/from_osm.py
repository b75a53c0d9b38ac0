"""A stand-in county from an OpenStreetMap extract: real roads and place names, drawn demand.

Towns become stations, villages and hamlets village points, the capital (or a place of
the user's choice) the hub. The extract says nothing about parcels, opening hours or
brands: all that is drawn from the seed, and the scenario says so.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.errors import InvalidInput as NetworkInput
from networks.osm import read_osm_places
from scenarios.errors import InvalidInput, adopt
from scenarios.geography import distance_km
from scenarios.new import MOST_PIECES, compose, refuse_outside
from scenarios.scenario import Roads, Scenario, ScenarioPlace, Source
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

TOWNS = ("city", "town")
VILLAGES = ("village", "hamlet", "suburb", "isolated_dwelling")
"""Values of OSM's ``place`` that become stations and village points."""

PEOPLE = {"city": 20_000, "town": 6_000, "village": 700, "suburb": 900, "hamlet": 90, "isolated_dwelling": 10}
"""Inhabitants where OSM does not say; placeholders."""

PIECES_PER_VILLAGE = 16
"""Parcels a day both ways, for a county whose total is not given: mountains have 10 to 30."""

BRANDS = 5
MOST_KM = 60
"""Farthest from any place of the file that a hub may lie."""

PLACEHOLDERS = (
    Text("人口缺失处按地名类型取占位值", "where OSM has no population, one by kind of place is assumed"),
    Text(
        "订单、品牌和车队均为虚构，只有道路和地名是真实的",
        "orders, brands and fleet are invented; roads and names are real",
    ),
)
"""What this module assumes."""


def scenario_from_osm(
    path: Path | str,
    *,
    elevation: Sequence[Path | str] = (),
    hub: str | None = None,
    pieces: int | None = None,
    seed: int = 0,
) -> Scenario:
    """Return a scenario on the roads of an extract; the same file and arguments give the same scenario.

    Paths are made absolute, so that the scenario can be written to any folder.

    Parameters
    ----------
    path
        ``.osm.pbf`` with highways and place nodes.
    elevation
        SRTM tiles for gradients.
    hub
        Name of a place of the file, or "LON,LAT"; None takes the capital, else the largest town.
    pieces
        Parcels a day, both ways together; None takes 16 per village.

    Raises
    ------
    InvalidInput
        E300 with the network's fault when the file cannot be read; E360 for numbers out of range;
        E361 when it has no villages, E362 for an unknown hub, E363 for a hub far outside.
    """
    path = Path(path).resolve()
    refuse_outside(pieces=(1 if pieces is None else pieces, 1, MOST_PIECES), seed=(seed, 0, 2**63 - 1))
    try:
        table = read_osm_places(path)
    except NetworkInput as error:
        raise InvalidInput("E300", faults=adopt(error, file=path.name), count=1) from error
    table = table[table["place"].isin(TOWNS + VILLAGES)].sort_values("osm_id", ignore_index=True)
    if not table["place"].isin(VILLAGES).any():
        raise InvalidInput("E361", path=path.name, kinds=", ".join(VILLAGES))
    table["population"] = table["population"].fillna(table["place"].map(PEOPLE))

    name, lon, lat = _hub(table, hub)
    places = _places(table, name, lon, lat)
    tiles = tuple(str(Path(tile).resolve()) for tile in elevation)
    num_villages = sum(p.tier == "village" for p in places)
    return compose(
        name=path.name.split(".")[0],
        terrain="",
        places=places,
        roads=Roads(file=str(path), elevation=tiles),
        pieces=PIECES_PER_VILLAGE * num_villages if pieces is None else pieces,
        brands=BRANDS,
        rng=np.random.default_rng([seed, len(places)]),
        sources=(Source(what="roads, places", origin=f"OpenStreetMap, {path.name} (ODbL 1.0)"),),
        placeholders=PLACEHOLDERS,
    )


def _hub(table: pd.DataFrame, wish: str | None) -> tuple[str, float, float]:
    """Return name, lon and lat of the hub."""
    if wish is None:
        return _largest(table[table["is_capital"]], table[table["place"].isin(TOWNS)], table)
    point = _lon_lat(wish)
    if point is None:
        return _named(table, wish)
    away_km = min(distance_km(point, (x, y)) for x, y in zip(table["lon"], table["lat"], strict=True))
    if away_km > MOST_KM:
        raise InvalidInput("E363", value=wish, km=away_km)
    return wish, *point


def _lon_lat(wish: str) -> tuple[float, float] | None:
    """Read "LON,LAT" in degrees; None when it is something else."""
    parts = wish.replace("，", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _named(table: pd.DataFrame, wish: str) -> tuple[str, float, float]:
    """Find a place by its Chinese or local name, whatever the case; the largest of several."""
    columns = [table[column].str.casefold() for column in ("name", "local_name")]
    found = table[(columns[0] == wish.strip().casefold()) | (columns[1] == wish.strip().casefold())]
    if found.empty:
        folded = {str(name).casefold(): str(name) for name in (*table["name"], *table["local_name"]) if name}
        near = difflib.get_close_matches(wish.strip().casefold(), list(folded), n=3, cutoff=0.4)
        known = [folded[name] for name in near] or sorted(table[table["place"].isin(TOWNS)]["name"])[:8]
        raise InvalidInput("E362", value=wish, known=", ".join(known) or "-")
    return _largest(found)


def _largest(*choices: pd.DataFrame) -> tuple[str, float, float]:
    """Return name, lon and lat of the place with most inhabitants of the first choice that has any."""
    table = next(choice for choice in choices if len(choice))
    row = table.sort_values("population", kind="stable").iloc[-1]
    return str(row["name"]), float(row["lon"]), float(row["lat"])


def _places(table: pd.DataFrame, hub_name: str, hub_lon: float, hub_lat: float) -> tuple[ScenarioPlace, ...]:
    """Return hub, stations and village points; a village belongs to the nearest town, and the hub may stand in one."""
    rows = table.to_dict("records")
    name = f"{hub_name}县级物流配送中心"
    hub = ScenarioPlace(id="H", tier="hub", name=name, lon=hub_lon, lat=hub_lat, township=hub_name)
    towns = [_station(row, f"S{i:02d}") for i, row in enumerate(_of_kind(rows, TOWNS), start=1)]
    villages = [_village(row, f"V{i:03d}", towns or [hub]) for i, row in enumerate(_of_kind(rows, VILLAGES), start=1)]
    return (hub, *towns, *villages)


def _of_kind(rows: list[dict[Hashable, Any]], kinds: tuple[str, ...]) -> list[dict[Hashable, Any]]:
    return [row for row in rows if row["place"] in kinds]


def _station(row: dict[Hashable, Any], ident: str) -> ScenarioPlace:
    common = {**_common(row), "name": f"{_name(row)}服务站"}
    return ScenarioPlace(id=ident, tier="station", township=_name(row), **common)


def _village(row: dict[Hashable, Any], ident: str, centres: list[ScenarioPlace]) -> ScenarioPlace:
    at = (row["lon"], row["lat"])
    town = min(centres, key=lambda centre: distance_km((centre.lon, centre.lat), at))
    station = town.id if town.tier == "station" else ""
    return ScenarioPlace(id=ident, tier="village", township=town.township, station=station, **_common(row))


def _common(row: dict[Hashable, Any]) -> dict[str, Any]:
    return {"name": _name(row), "lon": row["lon"], "lat": row["lat"], "population": int(row["population"])}


def _name(row: dict[Hashable, Any]) -> str:
    return row["name"] or f"osm{row['osm_id']}"
