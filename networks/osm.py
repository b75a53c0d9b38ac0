"""Reads OpenStreetMap extracts (``.osm.pbf``, ``.osm``) into a road network, and their place nodes.

One pass: every piece of road between two consecutive nodes of a way becomes an edge.
A barrier that vehicles cannot pass cuts the road: the node is doubled, one for each
edge that meets there. Turn restrictions become banned turns; those that except only some
vehicles hold for all of ours, unless cars are excepted. Ways outside the extract, and
whatever cannot be understood, is counted in ``RoadNetwork.notes``.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pandas as pd

from networks.errors import InvalidInput, Note
from networks.network import RoadNetwork, build_network
from networks.osm_tags import WayRow, barrier_effect, limit, strange_words, way_row
from networks.osm_turns import Restriction, banned_turns, restriction_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".pbf", ".osm", ".osm.bz2", ".osm.gz")
"""Kinds of file that are read."""

_MISSING = 1e3
"""Stands for the longitude of a node that the file lacks."""

_KEYS = ("highway", "barrier", "ford", "type")
"""An object without any of these is skipped before Python sees it."""


@dataclass
class _Ways:
    """What one pass over the file gathers, flat: a way's nodes follow those of the way before."""

    id: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("q"))
    ref: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    rows: list[WayRow] = field(default_factory=list)
    points: dict[int, dict[str, str]] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)


def read_osm(path: Path | str) -> RoadNetwork:
    """Return the road network of an OpenStreetMap extract; O(size of the file).

    Raises
    ------
    InvalidInput
        E200 no such file, E201 empty, E202 cut short or not OSM data, E203 another kind
        of file, E206 no road in it.
    """
    path = Path(path)
    ways = _gather(path)
    size = np.frombuffer(ways.size, np.int64)
    owner = np.repeat(np.arange(size.size), size)  # (refs,) way of each node reference
    ref = np.frombuffer(ways.ref, np.int64)
    lon, lat = np.frombuffer(ways.lon), np.frombuffer(ways.lat)
    is_known = lon != _MISSING
    is_pair = (owner[:-1] == owner[1:]) & (ref[:-1] != ref[1:]) & is_known[:-1] & is_known[1:]
    tail = np.flatnonzero(is_pair)  # (m,) reference at which each edge begins
    if tail.size == 0:
        raise InvalidInput("E206", path=path.name)
    osm_id, first, position = np.unique(ref, return_index=True, return_inverse=True)
    used, ends = np.unique(position[np.stack([tail, tail + 1])], return_inverse=True)
    u, v = ends.reshape(2, -1)
    osm_id, first = osm_id[used], first[used]
    edges = _edge_columns(ways.rows, owner[tail])
    edges["way"] = np.frombuffer(ways.id, np.int64)[owner[tail]]
    barrier, copies, ends_cut = _apply_points(ways, osm_id, np.stack([u, v]), edges)
    turns = banned_turns(ways.restrictions, osm_id, ends_cut, edges["way"], ways.counts)
    ways.counts["incomplete"] = int(np.unique(owner[~is_known]).size)
    return build_network(
        lon=lon[first][copies],
        lat=lat[first][copies],
        u=ends_cut[0],
        v=ends_cut[1],
        osm_id=osm_id[copies],
        barrier=barrier[copies],
        edges=edges,
        turns=turns,
        source=path.name,
        notes=_notes(ways),
    )


PLACE_COLUMNS = ("osm_id", "name", "place", "population", "lon", "lat")
"""What is known of a place node, its rank and its other name apart."""


def read_osm_places(path: Path | str) -> pd.DataFrame:
    """Return the place nodes: osm_id, name, place (town, ...), population (nan: not known), lon, lat, is_capital.

    ``name`` is the Chinese one where there is one, ``local_name`` the one on the signs; places without a name keep "".
    Raises as ``read_osm``, but not E206.
    """
    rows = [
        (
            node.id,
            node.tags.get("name:zh") or node.tags.get("name") or "",
            node.tags["place"],
            _whole_number(node.tags.get("population") or ""),
            node.lon,
            node.lat,
            node.tags.get("capital") not in (None, "no"),
            node.tags.get("name") or "",
        )
        for node in _objects(Path(path), osmium.osm.NODE, "place")
        if node.location.valid()
    ]
    table = pd.DataFrame(rows, columns=[*PLACE_COLUMNS, "is_capital", "local_name"])
    words = ["name", "place", "local_name"]
    table[words] = table[words].astype("str")
    table[["population", "lon", "lat"]] = table[["population", "lon", "lat"]].astype("float64")
    return table.astype({"osm_id": "int64", "is_capital": "bool"})


def _objects(path: Path, entities: Any, *keys: str, with_locations: bool = False) -> Iterator[Any]:
    """Yield the objects of a file that carry one of ``keys``, as refusals when the file is wrong."""
    if not path.is_file():
        raise InvalidInput("E200", path=str(path))
    if not path.name.lower().endswith(SUFFIXES):
        raise InvalidInput("E203", path=path.name, suffix=path.suffix, known=", ".join(SUFFIXES))
    if path.stat().st_size == 0:
        raise InvalidInput("E201", path=path.name)
    try:
        processor = osmium.FileProcessor(str(path), entities)
        if with_locations:
            processor = processor.with_locations()
        yield from processor.with_filter(osmium.filter.KeyFilter(*keys))
    except (RuntimeError, ValueError, OSError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("E202", path=path.name, detail=str(error)) from error


def _gather(path: Path) -> _Ways:
    ways = _Ways()
    for item in _objects(
        path, osmium.osm.ALL, "highway", "barrier", "ford", "restriction", "type", with_locations=True
    ):
        if item.is_way():
            _take_way(ways, item)
        elif item.is_node():
            tags = item.tags
            if "barrier" in tags or "ford" in tags:
                ways.points[item.id] = dict(tags)
        elif item.is_relation() and item.tags.get("type", "").startswith("restriction"):
            members = [(member.type, member.ref, member.role) for member in item.members]
            found = restriction_of(dict(item.tags), members, ways.counts)
            if found is not None:
                ways.restrictions.append(found)
    return ways


def _take_way(ways: _Ways, item: Any) -> None:
    tags = dict(item.tags)
    row = way_row(tags)
    if row is None:
        return
    ways.strange += strange_words(tags)
    nodes = item.nodes
    ways.id.append(item.id)
    ways.size.append(len(nodes))
    ways.rows.append(row)
    ways.ref.extend([node.ref for node in nodes])
    try:
        ways.lon.extend([node.lon for node in nodes])
        ways.lat.extend([node.lat for node in nodes])
    except osmium.InvalidLocationError:
        del ways.lon[len(ways.lat) :]
        for node in nodes:
            is_known = node.location.valid()
            ways.lon.append(node.lon if is_known else _MISSING)
            ways.lat.append(node.lat if is_known else 0.0)


def _edge_columns(rows: list[WayRow], owner: np.ndarray) -> dict[str, Any]:
    """Return the columns of ``WayRow`` for the edges of each way, texts as categoricals."""
    columns: dict[str, Any] = {}
    for name, values in zip(WayRow._fields, zip(*rows, strict=True), strict=True):
        columns[name] = pd.Categorical(values).take(owner) if isinstance(values[0], str) else np.array(values)[owner]
    return columns


def _apply_points(
    ways: _Ways, osm_id: np.ndarray, ends: np.ndarray, edges: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let barriers and fords of nodes act on ``edges``, in place, and cut roads.

    Returns the barrier kind of every node, the node that each node of the cut network is
    a copy of, and the ends (2, m) of the edges in the cut network.
    """
    barrier = np.full(osm_id.size, "", dtype=object)
    copies = np.arange(osm_id.size)
    point_id = np.array(sorted(ways.points), dtype=np.int64)
    node = np.searchsorted(osm_id, point_id)
    is_here = osm_id[np.minimum(node, osm_id.size - 1)] == point_id
    node, tags = node[is_here], [ways.points[i] for i in point_id[is_here].tolist()]
    barrier[node] = [tag.get("barrier", "") for tag in tags]
    effect = np.array([barrier_effect(tag) if "barrier" in tag else "" for tag in tags], dtype=object)
    is_way_through = np.bincount(ends.ravel(), minlength=osm_id.size)[node] <= 2  # never a limit for a crossing road
    touches = _touching(ends, osm_id.size)
    is_ford = np.array([tag.get("ford", "no") != "no" for tag in tags], dtype=bool)
    edges["ford"] = edges["ford"] | touches(node[is_ford & is_way_through])
    _tighten_access(edges, touches(node[(effect == "private") & is_way_through]))
    for column, key in (("maxheight_m", "maxheight"), ("maxwidth_m", "maxwidth")):
        limits = np.array([limit(tag.get(key, ""), "size") for tag in tags])
        for i in np.flatnonzero(~np.isnan(limits) & is_way_through):
            edges[column] = np.where(touches(node[[i]]), np.fmin(edges[column], limits[i]), edges[column])
    cut = node[effect == "cut"]
    ways.counts["cut"] = int(cut.size)
    return barrier, *_cut(ends, cut, copies)


def _touching(ends: np.ndarray, num_nodes: int) -> Any:
    """Return a function from node positions to (m,) bool: the edges that touch one of them."""

    def touches(nodes: np.ndarray) -> np.ndarray:
        is_meant = np.zeros(num_nodes, dtype=bool)
        is_meant[nodes] = True
        return np.asarray(is_meant[ends].any(axis=0))

    return touches


def _tighten_access(edges: dict[str, Any], is_private: np.ndarray) -> None:
    words = np.asarray(edges["access"], dtype=object)
    words[is_private & (words != "no")] = "private"
    edges["access"] = pd.Categorical(words)


def _cut(ends: np.ndarray, cut: np.ndarray, copies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give every edge that ends at one of ``cut`` a node of its own there; the first keeps the old one."""
    flat = ends.ravel().copy()
    meant = np.flatnonzero(np.isin(flat, cut))
    _, first = np.unique(flat[meant], return_index=True)
    again = np.delete(meant, first)
    copies = np.concatenate([copies, flat[again]])
    flat[again] = copies.size - again.size + np.arange(again.size)
    return copies, flat.reshape(2, -1)


def _notes(ways: _Ways) -> tuple[Note, ...]:
    codes = (("incomplete", "N201"), ("via way", "N202"), ("unclear", "N203"), ("cut", "N204"))
    notes = [Note(code=code, values={"count": ways.counts[what]}) for what, code in codes if ways.counts[what]]
    if ways.strange:
        notes.append(Note(code="N205", values={"count": len(ways.strange), "value": ways.strange[0]}))
    return tuple(notes)


def _whole_number(text: str) -> float:
    digits = text.replace(",", "").replace(" ", "")
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else np.nan
