"""What GDAL may do in a process that opens uploaded road files: read the formats of the house, and fetch nothing.

A second wall behind ``networks.file_heads``: whatever a file makes GDAL believe, no reader of virtual layers, other
files, databases or addresses is there. GDAL takes both from the environment when it is loaded, so it is given to the
processes that will load it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from api.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READERS = ("ESRI Shapefile", "FlatGeobuf", "GPKG", "GeoJSON")
"""Formats of road files that GDAL reads."""

SKIPPED = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA",
    "ESRIJSON", "Elasticsearch", "GDALG", "GML", "GPSBabel", "GPX", "GTFS", "GeoJSONSeq", "GeoRSS", "HTTP", "Idrisi",
    "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MBTiles", "MEM", "MVT", "MapInfo File", "MapML", "MiraMonVector",
    "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4",
    "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin", "TopoJSON", "VDV", "VFK", "VICAR", "WAsP",
    "WFS", "XLSX",
)  # fmt: skip
"""All others of the installed GDAL, which knows no list of the allowed; a test looks at what is left."""

ENVIRONMENT = {
    "GDAL_SKIP": ",".join(SKIPPED),
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # of addresses in names of files
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # nobody listens there
}
"""Variables under which GDAL is loaded."""

VIEWS = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"

_TURN = threading.Lock()


@contextmanager
def bounding_gdal() -> Iterator[None]:
    """Let processes that are started within the block load GDAL bounded; this process keeps what it has loaded."""
    with _TURN:
        before = {name: os.environ.get(name) for name in ENVIRONMENT}
        os.environ.update(ENVIRONMENT)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def view_faults(folder: Path) -> tuple[Fault, ...]:
    """Return the views in the GeoPackages of a written folder: one may have rows without end, whatever its size.

    What is no database names none; its reader says so.
    """
    return tuple(
        Fault(code="E698", file=file, values={"file": file, "view": name[:80]})
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() == ".gpkg"
        for file in (path.relative_to(folder).as_posix(),)
        for name in _views(path)
    )


def _views(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            return [str(name) for (name,) in database.execute(VIEWS)]
    except sqlite3.Error:
        return []
