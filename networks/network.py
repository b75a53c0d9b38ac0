"""The road network: nodes, straight pieces of road between them, and banned turns.

A row of ``edges`` is one straight piece of road between two consecutive nodes, for both
directions; nothing is merged here, so that every edge can be traced to its source. Row
position is identity: edge 17 is row 17, ``u`` and ``v`` are rows of ``nodes``. Lengths
are geodesic metres on WGS-84, never degrees. A network is never changed: a closure or
an override makes a new one. Nothing here knows about vehicles, speeds or parcels.

nodes (EPSG:4326, RangeIndex)
    osm_id int64 (-1: none), elevation_m float64 (nan: not known), barrier category ("":
    none), geometry Point.
edges (EPSG:4326, RangeIndex)
    u, v int64; way int64 (id of the way or row it comes from); road_class category among
    ``ROAD_CLASSES``; name, ref, surface, smoothness, hgv categories ("": not known);
    access category among ``ACCESS``; forward, backward, bridge, tunnel, ford, seasonal, closed bool;
    maxspeed_kmh, maxweight_t, maxwidth_m, maxheight_m (limits), speed_kmh, duration_s
    (set by hand) float64, nan where there is none; length_m float64; geometry
    LineString from u to v.
turns
    from_edge, via_node, to_edge int64: this turn is banned; ``only_*`` is expanded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from networks.bends import bend_radius_m
from networks.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from networks.errors import Note

CRS = "EPSG:4326"
"""Of all networks: longitude and latitude on WGS-84."""

ROAD_CLASSES = (
    "motorway", "G", "S", "X", "Y", "C", "street", "service", "track1", "track2", "track3", "track4", "connector",
)  # fmt: skip
"""National, provincial, county, township and village roads by administration, and what lies beside them."""

ACCESS = ("yes", "destination", "delivery", "private", "no")
"""Who may drive: anybody, or only to and from a place on the road, or nobody; from free to strict."""

TEXTS = ("name", "ref", "surface", "smoothness", "hgv")
"""Edge columns that hold free text as categories."""

FLAGS = ("forward", "backward", "bridge", "tunnel", "ford", "seasonal", "closed")
"""Edge columns that hold yes or no."""

NUMBERS = ("maxspeed_kmh", "maxweight_t", "maxwidth_m", "maxheight_m", "speed_kmh", "duration_s")
"""Edge columns that hold a number or nan."""

MAX_GRADE = 0.15
"""Steeper than this is taken for an error of the elevation, rise over run."""

_GEOD = Geod(ellps="WGS84")
_DEFAULT_FLAGS = {"forward": True, "backward": True}


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """A county's roads; the columns are in the docstring of the module.

    ``source`` says where it comes from, ``notes`` what its reader settled by itself.
    Treat the frames as read-only; ``replace_edges`` makes a changed network.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    turns: pd.DataFrame
    source: str = ""
    notes: tuple[Note, ...] = ()

    @cached_property
    def lon(self) -> np.ndarray:
        """(nodes,) float64 degrees."""
        return _read_only(shapely.get_x(self.nodes.geometry.to_numpy()))

    @cached_property
    def lat(self) -> np.ndarray:
        """(nodes,) float64 degrees."""
        return _read_only(shapely.get_y(self.nodes.geometry.to_numpy()))

    @cached_property
    def grade(self) -> np.ndarray:
        """(m,) float64 rise over run from u to v, within ``MAX_GRADE``; 0 where an elevation is not known."""
        elevation_m = self.nodes["elevation_m"].to_numpy()
        rise_m = elevation_m[self.edges["v"].to_numpy()] - elevation_m[self.edges["u"].to_numpy()]  # (m,)
        run_m = np.maximum(self.edges["length_m"].to_numpy(), 0.1)  # nodes on one spot are no cliff
        return _read_only(np.clip(np.nan_to_num(rise_m / run_m), -MAX_GRADE, MAX_GRADE))

    @cached_property
    def bend_radius_m(self) -> np.ndarray:
        """(m,) float64 radius of the road's bend at each edge, inf where it is straight."""
        columns = {name: self.edges[name].to_numpy() for name in ("u", "v", "way", "length_m")}
        return _read_only(bend_radius_m(lon=self.lon, lat=self.lat, **columns))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that travel depends on, names included; O(m), computed once."""
        total = hashlib.sha256()
        for part in (self.lon, self.lat):
            total.update(part.tobytes())
        for frame in (self.nodes, self.edges, self.turns):
            for column in frame.columns:
                if column != "geometry":
                    _digest_column(total, column, frame[column])
        return total.hexdigest()

    def to_networkx(self) -> nx.MultiDiGraph[int]:
        """Return a graph with an arc for each direction that traffic may take, keyed by edge position.

        Nodes carry ``lon``, ``lat``, ``elevation_m``; arcs ``edge``, ``length_m``,
        ``road_class``, ``name``. Closed edges are left out; turn bans are not in it. O(m).
        """
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=CRS, source=self.source)
        elevation_m = self.nodes["elevation_m"]
        attributes = zip(self.lon.tolist(), self.lat.tolist(), elevation_m.tolist(), strict=True)
        graph.add_nodes_from(
            (node, {"lon": lon, "lat": lat, "elevation_m": height})
            for node, (lon, lat, height) in enumerate(attributes)
        )
        edges = self.edges
        for tail, head, flag in (("u", "v", "forward"), ("v", "u", "backward")):
            kept = edges[edges[flag] & ~edges["closed"]]
            columns = [kept[name].tolist() for name in (tail, head, "length_m", "road_class", "name")]
            for edge, a, b, length, kind, name in zip(kept.index.tolist(), *columns, strict=True):
                graph.add_edge(a, b, edge, edge=edge, length_m=length, road_class=kind, name=name)
        return graph


def build_network(
    *,
    lon: np.ndarray,
    lat: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    osm_id: np.ndarray | None = None,
    elevation_m: np.ndarray | None = None,
    barrier: np.ndarray | None = None,
    edges: Mapping[str, Any] | None = None,
    turns: np.ndarray | None = None,
    source: str = "",
    notes: tuple[Note, ...] = (),
) -> RoadNetwork:
    """Return a network made from arrays; every optional column has a default.

    Parameters
    ----------
    lon, lat
        (nodes,) degrees on WGS-84.
    u, v
        (m,) node positions of each edge.
    osm_id, elevation_m, barrier
        (nodes,); default -1, nan, "".
    edges
        Column name -> (m,) array, scalar or categorical. Defaults: ``way`` the position, ``road_class`` "C",
        ``access`` "yes", both directions open, other flags False, other numbers nan, other texts "".
        ``length_m`` is the geodesic length unless given.
    turns
        (b, 3) int: from_edge, via_node, to_edge of banned turns.
    source, notes
        Where it comes from, and what its reader settled by itself.

    Raises
    ------
    InvalidInput
        E246 when a coordinate is missing or out of range; E218 when a column is not known, has a wrong length or
        a wrong value, or ``u``, ``v`` or ``turns`` point outside.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    u, v = np.asarray(u, np.int64), np.asarray(v, np.int64)
    is_wrong = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))  # nan is wrong too
    if is_wrong.any():
        raise InvalidInput("E246", count=int(is_wrong.sum()))
    _refuse_outside("u, v", np.concatenate([u, v]), lon.size)
    nodes = gpd.GeoDataFrame(
        {
            "osm_id": np.full(lon.size, -1) if osm_id is None else np.asarray(osm_id, np.int64),
            "elevation_m": np.full(lon.size, np.nan) if elevation_m is None else np.asarray(elevation_m, np.float64),
            "barrier": _texts("" if barrier is None else barrier, lon.size, "barrier"),
        },
        geometry=shapely.points(lon, lat),
        crs=CRS,
    )
    frame = _edge_frame(lon, lat, u, v, dict(edges or {}))
    return RoadNetwork(nodes, frame, _turn_frame(turns, lon.size, u.size), source, notes)


def replace_edges(network: RoadNetwork, **columns: Any) -> RoadNetwork:
    """Return ``network`` with some edge columns replaced; nodes, geometry and turns are shared.

    A column is an (m,) array, a scalar or a categorical; the same rules as in ``build_network``.
    """
    frame = network.edges.copy(deep=False)
    for name, values in columns.items():
        frame[name] = _edge_column(name, values, len(frame))
    return RoadNetwork(network.nodes, frame, network.turns, network.source, network.notes)


def geodesic_m(lon_a: np.ndarray, lat_a: np.ndarray, lon_b: np.ndarray, lat_b: np.ndarray) -> np.ndarray:
    """Return metres on the WGS-84 ellipsoid between points a and b, arrays of one shape in degrees."""
    if np.size(lon_a) == 0:
        return np.zeros(np.shape(lon_a))
    return np.asarray(_GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2], dtype=np.float64)


def _edge_frame(
    lon: np.ndarray, lat: np.ndarray, u: np.ndarray, v: np.ndarray, given: dict[str, Any]
) -> gpd.GeoDataFrame:
    ends = np.stack([np.stack([lon[u], lat[u]], axis=1), np.stack([lon[v], lat[v]], axis=1)], axis=1)  # (m, 2, 2)
    columns: dict[str, Any] = {"u": u, "v": v}
    columns["way"] = _edge_column("way", given.pop("way", np.arange(u.size)), u.size)
    columns["road_class"] = _edge_column("road_class", given.pop("road_class", "C"), u.size)
    columns["access"] = _edge_column("access", given.pop("access", "yes"), u.size)
    for name in TEXTS:
        columns[name] = _edge_column(name, given.pop(name, ""), u.size)
    for name in FLAGS:
        columns[name] = _edge_column(name, given.pop(name, _DEFAULT_FLAGS.get(name, False)), u.size)
    for name in NUMBERS:
        columns[name] = _edge_column(name, given.pop(name, np.nan), u.size)
    length_m = given.pop("length_m") if "length_m" in given else geodesic_m(lon[u], lat[u], lon[v], lat[v])
    columns["length_m"] = _edge_column("length_m", length_m, u.size)
    if given:
        raise InvalidInput("E218", field=sorted(given)[0], detail="no such column")
    return gpd.GeoDataFrame(columns, geometry=shapely.linestrings(ends), crs=CRS)


def _edge_column(name: str, values: Any, size: int) -> Any:
    if name == "road_class":
        return _texts(values, size, name, ROAD_CLASSES)
    if name == "access":
        return _texts(values, size, name, ACCESS)
    if name in TEXTS:
        return _texts(values, size, name)
    kinds: dict[str, type] = dict.fromkeys(FLAGS, bool) | dict.fromkeys((*NUMBERS, "length_m"), float)
    if name not in kinds and name != "way":
        raise InvalidInput("E218", field=name, detail="no such column")
    array: np.ndarray = np.array(values, dtype=kinds.get(name, np.int64))  # its own copy
    if array.shape not in ((), (size,)):
        raise InvalidInput("E218", field=name, detail=f"shape {array.shape}, expected ({size},)")
    if kinds.get(name) is float and (np.any(array < 0) or np.any(np.isinf(array))):
        raise InvalidInput("E218", field=name, detail="negative or infinite")
    return np.full(size, array) if array.shape == () else array


def _texts(values: Any, size: int, name: str, known: tuple[str, ...] = ()) -> pd.Categorical:
    """Return a categorical whose categories do not depend on how it was made: ``known``, or those used, sorted."""
    if isinstance(values, str):
        categories = known or (values,)
        if values not in categories:
            raise InvalidInput("E218", field=name, detail=values)
        codes = np.full(size, categories.index(values), dtype=np.int8)
        return pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype="str"))
    found = pd.Categorical(values)
    if len(found) != size:
        raise InvalidInput("E218", field=name, detail=f"{len(found)} values, expected {size}")
    used = found.remove_unused_categories()
    if used.isna().any():
        raise InvalidInput("E218", field=name, detail="missing value")
    strange = [value for value in used.categories if not isinstance(value, str) or (known and value not in known)]
    if strange:
        raise InvalidInput("E218", field=name, detail=str(strange[0]))
    return used.set_categories(pd.Index(known or sorted(used.categories), dtype="str"))


def _turn_frame(turns: np.ndarray | None, num_nodes: int, num_edges: int) -> pd.DataFrame:
    table = np.zeros((0, 3), np.int64) if turns is None else np.asarray(turns, np.int64).reshape(-1, 3)
    _refuse_outside("turns", table[:, [0, 2]].ravel(), num_edges)
    _refuse_outside("turns", table[:, 1], num_nodes)
    table = np.unique(table, axis=0)
    return pd.DataFrame({name: table[:, i] for i, name in enumerate(("from_edge", "via_node", "to_edge"))})


def _refuse_outside(field: str, positions: np.ndarray, size: int) -> None:
    if positions.size and not 0 <= int(positions.min()) <= int(positions.max()) < size:
        raise InvalidInput("E218", field=field, detail=f"a position outside 0..{size - 1}")


def _digest_column(total: hashlib._Hash, name: str, column: pd.Series) -> None:
    total.update(name.encode())
    if isinstance(column.dtype, pd.CategoricalDtype):
        total.update("\0".join(column.cat.categories).encode())
        total.update(column.cat.codes.to_numpy(np.int32).tobytes())
        return
    total.update(np.ascontiguousarray(column.to_numpy()).tobytes())


def _read_only(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
