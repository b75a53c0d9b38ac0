"""The roads of a scenario on its day: generated or read, raised, overridden and closed.

Everything about roads comes from ``networks``; here is only the order of the steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from networks.elevation import with_elevation
from networks.layers import read_layer, read_network
from networks.osm import SUFFIXES as OSM_SUFFIXES
from networks.overrides import apply_closures, apply_overrides, read_closures, read_overrides
from networks.synthetic import generate_county

if TYPE_CHECKING:
    from pathlib import Path

    from networks.network import RoadNetwork
    from scenarios.scenario import Roads, Scenario

WGS84 = "WGS-84"
"""The datum that road files have unless the scenario says otherwise."""


def load_roads(scenario: Scenario) -> RoadNetwork:
    """Return the road network of the scenario's day. About a second for a county.

    Raises
    ------
    networks.errors.InvalidInput
        A road file, elevation tile, override or closure cannot be used.
    """
    roads = scenario.roads
    network = _generated(roads) if roads.is_recipe else _read(scenario.path(roads.file), roads)
    if roads.elevation:
        network = with_elevation(network, [scenario.path(tile) for tile in roads.elevation])
    if roads.overrides:
        overrides = read_overrides(scenario.path(roads.overrides), datum=roads.overrides_datum)
        spots = {place.id: (place.lon, place.lat) for place in scenario.places}
        network = apply_overrides(network, overrides, scenario.date, places=spots)
    if roads.closures:
        closures = read_closures(scenario.path(roads.closures), datum=roads.closures_datum)
        network = apply_closures(network, closures, scenario.date, season=scenario.season)
    return network


def _generated(roads: Roads) -> RoadNetwork:
    county = generate_county(terrain=roads.terrain, townships=roads.townships, villages=roads.villages, seed=roads.seed)
    return county.network


def _read(path: Path, roads: Roads) -> RoadNetwork:
    """Read our own network files and OSM extracts as they are, road layers with mapping, layer and datum."""
    mapping: dict[str, Any] = dict(roads.mapping)
    if roads.datum != WGS84:
        mapping["datum"] = roads.datum
    if path.name.lower().endswith(OSM_SUFFIXES) or not (mapping or roads.layer):
        return read_network(path)
    return read_layer(path, mapping, roads.layer or None)
