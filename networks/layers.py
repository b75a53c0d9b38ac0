"""Reads road layers of any origin - GeoPackage, GeoJSON, Shapefile - into a road network.

Headers and class words are known in Chinese and English, a mapping adds others. A layer
must say its coordinate system; everything wrong in its cells is collected before one
refusal. ``write_network`` and ``read_network`` keep our own networks without any loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from networks.datum import to_wgs84
from networks.errors import Fault, InvalidInput, Note, raise_faults
from networks.geo_files import SUFFIXES, crs_named, open_layer
from networks.joints import join_loose_ends, pieces_of
from networks.layer_cells import read_cells
from networks.layer_words import check_mapping, find_columns
from networks.network import CRS, build_network
from networks.network_file import is_network_file, load_network, write_network
from networks.osm import SUFFIXES as OSM_SUFFIXES
from networks.osm import read_osm
from networks.toml_shape import read_toml

if TYPE_CHECKING:
    import geopandas as gpd

    from networks.network import RoadNetwork

__all__ = ["read_layer", "read_network", "write_network"]

JOIN_GAP_M = 1.0
"""Loose ends nearer to a road than this are joined to it, unless the mapping says otherwise."""


def read_network(path: Path | str) -> RoadNetwork:
    """Return the network of a file of any kind: our own GeoPackage exactly, an OSM extract, or a road layer.

    Raises
    ------
    InvalidInput
        E203 another kind of file, else as ``read_osm`` and ``read_layer``.
    """
    path = Path(path)
    if path.name.lower().endswith(OSM_SUFFIXES):
        return read_osm(path)
    if path.suffix.lower() == ".gpkg" and is_network_file(path):
        return load_network(path)
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(OSM_SUFFIXES + SUFFIXES)
        raise InvalidInput("E203", path=path.name, suffix=path.suffix, known=known)
    return read_layer(path)


def read_layer(
    path: Path | str, mapping: Mapping[str, Any] | Path | str | None = None, layer: str | None = None
) -> RoadNetwork:
    """Return the network of a road layer.

    Parameters
    ----------
    path
        A ``.gpkg``, ``.geojson``, ``.json``, ``.shp`` or ``.fgb`` file of line strings.
    mapping
        Edge column -> header, and the other keys that ``networks.layer_words`` explains; or
        a TOML file of them. Columns left out are looked for under their usual headers.
    layer
        Which one, when the file has several.

    Raises
    ------
    InvalidInput
        E200 to E204, E208, E209 the file cannot be read; E206 no road in it; E210 no
        coordinate system; E211, E212 coordinates out of range or swapped; E214, E215
        headers; E220, E221 the mapping; E216 no lines; E213 in ``faults`` for every cell that is not understood.
    """
    path = Path(path)
    table = open_layer(path, layer)
    rules = _mapping(mapping)
    columns = find_columns([name for name in table.columns if name != "geometry"], rules, path.name)
    if not ({"road_class", "ref"} & set(columns) or "default_class" in rules):
        raise InvalidInput("E215", path=path.name, known=", ".join(map(str, table.columns)))
    values, faults = read_cells(table, columns, rules, path.name)
    raise_faults(path.name, faults + _geometry_faults(table, path.name))
    lines, owner = _lines(_in_degrees(table, rules, path.name))
    gap_m = rules.get("join_gap_m", JOIN_GAP_M)
    pieces, num_joined = join_loose_ends(pieces_of(lines), gap_m)
    if pieces.u.size == 0:
        raise InvalidInput("E206", path=path.name)
    row = owner[pieces.line]
    return build_network(
        lon=pieces.lon,
        lat=pieces.lat,
        u=pieces.u,
        v=pieces.v,
        edges={name: column[row] for name, column in values.items()},
        source=path.name,
        notes=_notes(table, columns, row, num_joined, gap_m),
    )


def _mapping(mapping: Mapping[str, Any] | Path | str | None) -> Mapping[str, Any]:
    if mapping is None:
        return {}
    rules = mapping if isinstance(mapping, Mapping) else read_toml(Path(mapping))
    check_mapping(rules, "mapping" if isinstance(mapping, Mapping) else Path(mapping).name)
    return rules


def _geometry_faults(table: gpd.GeoDataFrame, file: str) -> list[Fault]:
    kinds = np.array([str(kind) for kind in table.geometry.geom_type.fillna("")], dtype=object)
    wrong = np.flatnonzero(~np.isin(kinds, ["", "LineString", "MultiLineString"]))
    return [Fault(code="E216", file=file, row=int(i) + 1, column="geometry", value=kinds[i]) for i in wrong[:20]]


def _in_degrees(table: gpd.GeoDataFrame, rules: Mapping[str, Any], file: str) -> np.ndarray:
    """Return the geometries in WGS-84 degrees; refuses what cannot be."""
    crs = crs_named(rules["crs"], file) if "crs" in rules else table.crs
    if crs is None:
        raise InvalidInput("E210", path=file)
    raw = table.geometry.set_crs(crs, allow_override=True)
    if pyproj.CRS(crs).is_geographic:
        _refuse_out_of_range(raw.to_numpy(), str(crs), file)
    geometry: np.ndarray = raw.to_crs(CRS).to_numpy()
    _refuse_out_of_range(geometry, str(crs), file)
    if "datum" not in rules:
        return geometry
    moved = shapely.transform(geometry, lambda xy: np.stack(to_wgs84(xy[:, 0], xy[:, 1], rules["datum"]), axis=1))
    return np.asarray(moved)


def _refuse_out_of_range(geometry: np.ndarray, crs: str, file: str) -> None:
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    lon, lat = np.abs(xy).T
    is_wrong = ~((lon <= 180) & (lat <= 90))  # nan and infinite are wrong too
    if not is_wrong.any():
        return
    count = np.unique(row[is_wrong]).size
    if np.all((lon <= 90) & (lat <= 180)):
        raise InvalidInput("E212", path=file, count=count)
    raise InvalidInput("E211", path=file, count=count, crs=crs)


def _lines(geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return single LineStrings and the row that each belongs to; empty and missing ones are left out."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    is_line = shapely.get_num_points(parts) > 1
    return parts[is_line], row[is_line]


def _notes(
    table: gpd.GeoDataFrame, columns: Mapping[str, str], used: np.ndarray, num_joined: int, gap_m: float
) -> tuple[Note, ...]:
    notes = []
    num_empty = len(table) - np.unique(used).size
    if num_empty:
        notes.append(Note(code="N206", values={"count": num_empty}))
    unused = [str(name) for name in table.columns if name != "geometry" and name not in columns.values()]
    if unused:
        notes.append(Note(code="N207", values={"columns": ", ".join(unused)}))
    if num_joined:
        notes.append(Note(code="N208", values={"count": num_joined, "gap_m": gap_m}))
    return tuple(notes)
