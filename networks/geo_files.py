"""Opens GeoPackage, GeoJSON, Shapefile and FlatGeobuf files through pyogrio, with refusals instead of tracebacks."""

from __future__ import annotations

import codecs
import json
import logging
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyproj.exceptions import CRSError

from networks.errors import InvalidInput
from networks.file_heads import is_binary_layer, without_marks
from networks.text import encodings_to_try, read_bytes

if TYPE_CHECKING:
    from pathlib import Path


logger = logging.getLogger(__name__)

SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
"""Kinds of file that hold layers."""

_GEOJSON = (".geojson", ".json")
_FAILURES = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
             pyogrio.errors.FieldError, pyogrio.errors.GeometryError, pyogrio.errors.CRSError, shapely.GEOSException,
             CRSError, RuntimeError, ValueError, OSError,
             IndexError, UnboundLocalError)  # fmt: skip
"""What damaged files raise; the last two come from pyogrio, of a geometry type or coordinate system that is broken."""


def open_layer(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Return a layer of a file as it is, its coordinate system (or None) included.

    GeoJSON is read as UTF-8 or GB18030; a Shapefile without ``.cpg`` likewise.

    Raises
    ------
    InvalidInput
        E200 no such file, E201 empty, E202 not readable or not what its name says, E203 another kind of file, E204
        text in no known encoding, E206 no features, E208 several layers, E209 no such layer.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidInput("E203", path=path.name, suffix=path.suffix, known=", ".join(SUFFIXES))
    data = read_bytes(path)
    if path.suffix.lower() not in _GEOJSON and not is_binary_layer(path):
        raise InvalidInput("E202", path=path.name, detail=f"no {path.suffix.lower()[1:]}")
    try:
        table = _read(path, data, _layer_name(path, layer))
    except UnicodeError as error:
        raise InvalidInput("E204", path=path.name) from error
    except InvalidInput:
        raise
    except _FAILURES as error:
        raise InvalidInput("E202", path=path.name, detail=_first_line(error)) from error
    if not isinstance(table, gpd.GeoDataFrame) or len(table) == 0:
        raise InvalidInput("E206", path=path.name)
    return table


def crs_named(text: str, file: str) -> pyproj.CRS:
    """Return a coordinate system by name; E202 when it is not known."""
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise InvalidInput("E202", path=file, detail=_first_line(error)) from error


def _layer_name(path: Path, layer: str | None) -> str | None:
    if path.suffix.lower() in _GEOJSON:
        return None
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None or layer is not None]
    if layer is not None and layer not in names:
        raise InvalidInput("E209", path=path.name, layer=layer, layers=", ".join(names))
    if layer is None and len(names) > 1:
        raise InvalidInput("E208", path=path.name, layers=", ".join(names))
    return layer or (names[0] if names else None)


def _read(path: Path, data: bytes, layer: str | None) -> Any:
    source: Path | bytes = _utf8(data, path.name) if path.suffix.lower() in _GEOJSON else path
    is_shape = path.suffix.lower() == ".shp"
    with warnings.catch_warnings(record=True) as said:  # GDAL talks of what it could mend by itself
        warnings.simplefilter("always")
        table = pyogrio.read_dataframe(
            source, layer=layer, on_invalid="ignore", force_2d=True, encoding="ISO-8859-1" if is_shape else None
        )
    for warning in said:
        logger.info("%s: %s", path.name, warning.message)
    return _decoded(table, _encoding_of_shape(path)) if is_shape else table


def _decoded(table: Any, encoding: str) -> Any:
    """Return ``table`` with texts that were read byte for byte in their true encoding.

    The format cuts headers at ten bytes and texts at a column's width, in the middle of
    a character if need be; such halves are dropped.
    """

    def decode(value: Any) -> Any:
        return value.encode("latin-1").decode(encoding, errors="ignore") if isinstance(value, str) else value

    texts = [name for name in table.columns if name != "geometry" and pd.api.types.is_string_dtype(table[name])]
    table = table.assign(**{name: table[name].map(decode) for name in texts})
    return table.rename(columns=decode)


def _utf8(data: bytes, file: str) -> bytes:
    """Return GeoJSON text as UTF-8 bytes, refused when it is no JSON object."""
    for encoding in encodings_to_try(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        content = json.loads(text)
        if not isinstance(content, dict):
            raise InvalidInput("E202", path=file, detail="no GeoJSON object")
        return without_marks(text).encode()
    raise InvalidInput("E204", path=file)


def _encoding_of_shape(path: Path) -> str:
    """Return what the ``.cpg`` file says, else what the texts of the ``.dbf`` look like."""
    declared = path.with_suffix(".cpg")
    if declared.exists():
        name = declared.read_text("ascii", errors="ignore").strip()
        try:
            return codecs.lookup(name if not name.isdigit() else f"cp{name}").name
        except LookupError:
            pass  # a name that nobody knows is no name: look at the texts
    table = path.with_suffix(".dbf")
    data = table.read_bytes() if table.exists() else b""
    header_size = int.from_bytes(data[8:10], "little")  # binary; the records behind it are text
    for encoding in ("utf-8", "gb18030"):
        try:
            data[header_size:].decode(encoding)
        except UnicodeError:
            continue
        return encoding
    raise InvalidInput("E204", path=table.name)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
