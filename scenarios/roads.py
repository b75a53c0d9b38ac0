"""The roads of a scenario on its day: generated or read, raised, overridden and closed.

Everything about roads comes from ``networks``; here is only the order of the steps.
"""

from __future__ import annotations

from functools import lru_cache
from glob import escape
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

KEPT = 2
"""Road networks that a process keeps as they came, some 80 MB each: days and variants of a county share them."""

WGS84 = "WGS-84"
"""The datum that road files have unless the scenario says otherwise."""


def load_roads(scenario: Scenario) -> RoadNetwork:
    """Return the road network of the scenario's day. About half a second for a county, once a process.

    Raises
    ------
    networks.errors.InvalidInput
        A road file, elevation tile, override or closure cannot be used.
    """
    roads = scenario.roads
    if roads.is_recipe:
        network = _generated(roads.terrain, roads.townships, roads.villages, roads.seed)
    else:
        path = scenario.path(roads.file)
        network = _read(path, roads, _stamps(path))
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


@lru_cache(maxsize=KEPT)
def _generated(terrain: str, townships: int, villages: int, seed: int) -> RoadNetwork:
    return generate_county(terrain=terrain, townships=townships, villages=villages, seed=seed).network


@lru_cache(maxsize=KEPT)
def _read(path: Path, roads: Roads, _stamps: tuple[tuple[str, int, int], ...]) -> RoadNetwork:
    """Read our own network files and OSM extracts as they are, road layers with mapping, layer and datum."""
    mapping: dict[str, Any] = dict(roads.mapping)
    if roads.datum != WGS84:
        mapping["datum"] = roads.datum
    if path.name.lower().endswith(OSM_SUFFIXES) or not (mapping or roads.layer):
        return read_network(path)
    return read_layer(path, mapping, roads.layer or None)


def _stamps(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Return name, time of change and size of the file and of those beside it that are called alike."""
    beside = sorted(each for each in path.parent.glob(f"{escape(path.stem)}.*") if each.is_file())
    return tuple((each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in beside)
