"""Writes a road network to a GeoPackage and reads it back exactly, row for row and bit for bit.

Layers nodes, edges, turns and about; QGIS opens the file as it is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely

from networks.errors import InvalidInput, Note
from networks.file_heads import is_binary_layer
from networks.network import FLAGS, NUMBERS, TEXTS, RoadNetwork, build_network

if TYPE_CHECKING:
    import geopandas as gpd

FORMAT = "gongpei road network 1"
"""What the layer ``about`` says; a change of columns needs a new number."""

_LAYERS = {"nodes", "edges", "turns", "about"}


def write_network(network: RoadNetwork, path: Path | str) -> None:
    """Write ``network`` to the GeoPackage ``path``, replacing it only when all is written.

    Raises
    ------
    InvalidInput
        E203, when the name does not end in ``.gpkg``.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InvalidInput("E203", path=path.name, suffix=path.suffix, known=".gpkg")
    half = path.with_name(f".{path.stem}.{os.getpid()}.half.gpkg")
    notes = [{"code": note.code, "values": dict(note.values)} for note in network.notes]
    about = {"format": FORMAT, "source": network.source, "notes": json.dumps(notes, ensure_ascii=False)}
    try:
        _write(half, "edges", _plain(network.edges), geometry_type="LineString")
        _write(half, "nodes", _plain(network.nodes), geometry_type="Point")
        _write(half, "turns", network.turns)
        _write(half, "about", pd.DataFrame({"key": list(about), "value": list(about.values())}))
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def is_network_file(path: Path) -> bool:
    """Return whether a GeoPackage was written by ``write_network``, of any version."""
    try:
        return is_binary_layer(path) and {str(name) for name, _ in pyogrio.list_layers(path)} >= _LAYERS
    except (pyogrio.errors.DataSourceError, OSError):
        return False


def load_network(path: Path | str) -> RoadNetwork:
    """Return the network that ``write_network`` wrote.

    Raises
    ------
    InvalidInput
        E200 no such file, E207 not written by this program or by another version.
    """
    path = Path(path)
    if not path.exists():
        raise InvalidInput("E200", path=str(path))
    if not is_network_file(path):
        raise InvalidInput("E207", path=path.name, detail=", ".join(sorted(_LAYERS)))
    try:
        about = _read(path, "about").set_index("key")["value"].to_dict()
        if about.get("format") != FORMAT:
            raise InvalidInput("E207", path=path.name, detail=about.get("format"))
        nodes, edges, turns = (_read(path, layer) for layer in ("nodes", "edges", "turns"))
        return _network(nodes, edges, turns, about)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError) as error:
        if isinstance(error, InvalidInput) and error.code == "E207":
            raise
        raise InvalidInput("E207", path=path.name, detail=str(error).splitlines()[0][:200]) from error


def _network(
    nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, turns: pd.DataFrame, about: dict[str, str]
) -> RoadNetwork:
    columns: dict[str, Any] = {name: edges[name] for name in ("way", "road_class", "access", "length_m")}
    columns |= {name: edges[name].to_numpy(dtype=bool) for name in FLAGS}
    columns |= {name: edges[name].to_numpy(dtype=float) for name in NUMBERS}
    columns |= {name: edges[name].fillna("") for name in TEXTS}
    points = nodes.geometry.to_numpy()
    return build_network(
        lon=shapely.get_x(points),
        lat=shapely.get_y(points),
        u=edges["u"].to_numpy(),
        v=edges["v"].to_numpy(),
        osm_id=nodes["osm_id"].to_numpy(),
        elevation_m=nodes["elevation_m"].to_numpy(dtype=float),
        barrier=nodes["barrier"].fillna("").to_numpy(),
        edges=columns,
        turns=turns.to_numpy(np.int64),
        source=about["source"],
        notes=tuple(Note(code=note["code"], values=note["values"]) for note in json.loads(about["notes"])),
    )


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``frame`` with texts in place of categories, which files do not know."""
    texts = [name for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.assign(**{name: frame[name].astype("str") for name in texts})


def _write(path: Path, layer: str, frame: pd.DataFrame, **options: Any) -> None:
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists(), **options)


def _read(path: Path, layer: str) -> Any:
    return pyogrio.read_dataframe(path, layer=layer)
