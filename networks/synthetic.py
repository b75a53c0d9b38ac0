"""Seeded county road networks that look like one: no real place, no real road, the same for the same seed.

A county has a seat with a street grid beside a river, national and provincial roads
through it, township centres joined by county roads, and villages at the ends of township
and village roads: trees with many bends in mountains, a mesh in a plain. Class, surface
and gates get worse towards the villages; the river is crossed on few bridges. Every
place can be reached and left by a light van; a box truck is stopped by some gates.

Sizes and shares are placeholders of ``networks.county.terrain``: the sources give
numbers of townships, villages and pieces, not areas or road lengths. Coordinates,
names and division codes (990101...) are fictional.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from networks.county.attributes import banned_turns, edge_columns
from networks.county.ground import free_ground, weave
from networks.county.names import COUNTY_CODE, division_code, town_names, village_names
from networks.county.roads import LADDER, UNBUILT, build_roads
from networks.county.settle import settle
from networks.county.shape import EASING, draw
from networks.county.terrain import FIGURES, shape_land
from networks.errors import InvalidInput
from networks.network import build_network

if TYPE_CHECKING:
    from networks.county.ground import Mesh
    from networks.county.settle import Settlements
    from networks.county.shape import Drawing
    from networks.county.terrain import Land
    from networks.network import RoadNetwork

TERRAINS = tuple(FIGURES)
"""Kinds of county: plain, hill, mountain, pastoral."""

MOST_TOWNSHIPS = 40
MOST_VILLAGES = 1_000
"""The largest counties; more would crowd the mesh."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CountyRoads:
    """A generated county.

    ``places`` has a row per place: id (H hub, S01 stations, V001 villages), tier (hub,
    station, village), name, township (name), code (12 digits), population, lon, lat (WGS-84).
    ``river`` is its course from border to border, (k, 2) lon and lat.
    """

    network: RoadNetwork
    places: pd.DataFrame
    river: np.ndarray


def generate_county(*, terrain: str, townships: int, villages: int, seed: int) -> CountyRoads:
    """Return a county; the same arguments give the same county, to the last vertex.

    Takes about a second: O(n log n) for the 9,000 nodes of the mesh on which roads are laid.

    Parameters
    ----------
    terrain
        One of ``TERRAINS``.
    townships, villages
        How many; the seat is the first township. 1 to 40, and 1 to 1,000.
    seed
        Whole number >= 0.

    Raises
    ------
    InvalidInput
        E270 for an unknown terrain, E271 for a number out of range.
    """
    _refuse(
        terrain, townships=(townships, 1, MOST_TOWNSHIPS), villages=(villages, 1, MOST_VILLAGES), seed=(seed, 0, 2**63)
    )
    rng = np.random.default_rng([seed, TERRAINS.index(terrain), townships, villages])
    land = shape_land(terrain, villages, rng)
    free = free_ground(land, villages, rng)
    homes = settle(land, free, townships, villages, rng)
    mesh = weave(land, free, homes.towns, homes.villages, rng)
    village_nodes = int((mesh.town >= 0).sum()) + np.arange(villages)
    built = build_roads(land, mesh, homes, village_nodes, rng)
    edges = np.flatnonzero(built.level != UNBUILT)
    ease = np.array([EASING.get(kind, 1.0) for kind in LADDER])[built.level[edges]]
    drawing = draw(land, mesh, edges, ease, rng)
    columns = edge_columns(land, mesh, built, drawing, rng)
    turns = banned_turns(mesh, drawing, rng)
    source = f"synthetic {terrain} townships={townships} villages={villages} seed={seed}"
    network = _network(drawing, _degrees(land, drawing.xy), columns, turns, source)
    sites = _sites(mesh, drawing, len(homes.towns), village_nodes, rng)
    places = _places(homes, np.round(_degrees(land, sites), 6), rng)
    return CountyRoads(network=network, places=places, river=_degrees(land, land.river))


def _refuse(terrain: str, **numbers: tuple[int, int, int]) -> None:
    if terrain not in TERRAINS:
        raise InvalidInput("E270", value=terrain, known=", ".join(TERRAINS))
    for field, (value, least, most) in numbers.items():
        if not least <= value <= most:
            raise InvalidInput("E271", field=field, value=value, least=least, most=most)


def _degrees(land: Land, xy: np.ndarray) -> np.ndarray:
    """Local metres (k, 2) to lon and lat (k, 2): azimuthal equidistant about the terrain's fictional middle."""
    lon, lat = land.figures.centre
    local = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m"
    return np.column_stack(Transformer.from_crs(local, "EPSG:4326", always_xy=True).transform(xy[:, 0], xy[:, 1]))


def _network(
    drawing: Drawing, degrees: np.ndarray, columns: dict[str, Any], turns: np.ndarray, source: str
) -> RoadNetwork:
    """Return the network of the vertices in use, numbered anew."""
    used = np.unique(np.append(drawing.u, drawing.v))
    lon, lat = np.round(degrees[used], 7).T
    return build_network(
        lon=lon,
        lat=lat,
        u=np.searchsorted(used, drawing.u),
        v=np.searchsorted(used, drawing.v),
        elevation_m=np.round(drawing.height_m[used], 1),
        edges=columns,
        turns=np.column_stack((turns[:, 0], np.searchsorted(used, turns[:, 1]), turns[:, 2])),
        source=source,
    )


def _sites(
    mesh: Mesh, drawing: Drawing, num_towns: int, village_nodes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Hub at a corner of the seat, stations in the middle of the towns, villages a little off their road."""
    grids = [mesh.crossings(town) for town in range(num_towns)]
    at = np.concatenate(([grids[0][0]], [grid[len(grid) // 2] for grid in grids], village_nodes))
    aside_m = np.concatenate(([40.0], np.full(num_towns, 20.0), rng.uniform(10, 80, len(village_nodes))))
    angle = rng.uniform(0, 2 * np.pi, len(at))
    return np.asarray(drawing.xy[at] + aside_m[:, None] * np.column_stack((np.cos(angle), np.sin(angle))))


def _places(homes: Settlements, degrees: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    num_towns, num_villages = len(homes.towns), len(homes.villages)
    owner = _townships(homes)
    towns = np.array(town_names(num_towns, rng), dtype=object)
    rank = np.array([int((owner[:i] == owner[i]).sum()) + 1 for i in range(num_villages)])
    codes = [division_code(int(town), int(r)) for town, r in zip(owner, rank, strict=True)]
    return pd.DataFrame(
        {
            "id": ["H", *(f"S{i + 1:02d}" for i in range(num_towns)), *(f"V{i + 1:03d}" for i in range(num_villages))],
            "tier": ["hub"] + ["station"] * num_towns + ["village"] * num_villages,
            "name": ["县级物流配送中心", *(f"{t}服务站" for t in towns), *village_names(num_villages, rng)],
            "township": [towns[0], *towns, *towns[owner]],
            "code": [f"{COUNTY_CODE}000000", *(division_code(t) for t in range(num_towns)), *codes],
            "population": np.concatenate(([0], homes.town_people, homes.village_people)),
            "lon": degrees[:, 0],
            "lat": degrees[:, 1],
        }
    )


def _townships(homes: Settlements) -> np.ndarray:
    """Position of the nearest township centre of every village."""
    centres = np.array([town.xy for town in homes.towns])
    away = homes.villages[:, None, :] - centres[None, :, :]
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).argmin(axis=1))
