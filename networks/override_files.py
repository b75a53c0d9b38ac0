"""Reads overrides and closures from CSV and GeoJSON; every fault of a file at once.

CSV needs no geometry: a road is named by ``edge`` or ``way``, a connector by ``start`` and
``end``, each a place id or "lon,lat". In GeoJSON a line without ``edge`` and ``way`` is a
connector, a polygon is a closure. Headers may be Chinese or English.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from networks.datum import datum_named, to_wgs84
from networks.errors import Fault, raise_faults
from networks.layer_words import ACCESS_WORDS, LIMITS, SURFACE_WORDS, class_of
from networks.network import ROAD_CLASSES
from networks.override_model import Closure, Override, Spot
from networks.table_files import Row, read_rows

if TYPE_CHECKING:
    from datetime import date

_DAYS = {
    "first_day": ("开始日期", "start_day", "start_date"),
    "last_day": ("结束日期", "end_day", "end_date"),
    "note": ("备注", "说明", "reason", "remark"),
}
_ROADS = {"edge": ("路段", "边"), "way": ("道路", "道路编号", "way_id")}

OVERRIDE_HEADERS: dict[str, tuple[str, ...]] = {
    **_ROADS,
    "start": ("起点", "from"),
    "end": ("终点", "to"),
    "speed_kmh": ("速度", "speed"),
    "minutes": ("分钟", "人工时间"),
    "access": ("通行",),
    "road_class": ("等级", "道路等级", "class"),
    "surface": ("路面",),
    "maxweight_t": ("限重", "maxweight"),
    "maxwidth_m": ("限宽", "maxwidth"),
    "maxheight_m": ("限高", "maxheight"),
    "maxspeed_kmh": ("限速", "maxspeed"),
    "oneway": ("单行",),
    **_DAYS,
}
"""Column of an override file -> headers under which it may stand."""

CLOSURE_HEADERS: dict[str, tuple[str, ...]] = {**_ROADS, "season": ("季节",), **_DAYS}
"""Column of a closure file -> headers under which it may stand."""

_SEASON_WORDS = {"wet": "wet", "dry": "dry", "雨季": "wet", "旱季": "dry", "all": "", "全年": ""}
_YES_NO = {"yes": "yes", "no": "no", "是": "yes", "否": "no", "1": "yes", "0": "no"}


def read_overrides(path: Path | str, *, datum: str = "wgs84") -> tuple[Override, ...]:
    """Return the overrides of a ``.csv`` or ``.geojson`` file whose coordinates are in ``datum``.

    Raises
    ------
    InvalidInput
        E200 to E204 the file cannot be read, E245 the datum; else with all ``faults``: E230
        a cell, E231 a column, E232 no road named, E235 nothing changed, E236 dates swapped.
    """
    path, datum = Path(path), datum_named(datum)
    rows = read_rows(path, OVERRIDE_HEADERS)
    found = [_override(row, datum) for row in rows if row.cells or row.shape is not None]
    raise_faults(path.name, _faults_in_order(rows))
    return tuple(found)


def read_closures(path: Path | str, *, datum: str = "wgs84") -> tuple[Closure, ...]:
    """Return the closures of a ``.csv`` or ``.geojson`` file; raises as ``read_overrides``, but not E235."""
    path, datum = Path(path), datum_named(datum)
    rows = read_rows(path, CLOSURE_HEADERS)
    found = [_closure(row, datum) for row in rows if row.cells or row.shape is not None]
    raise_faults(path.name, _faults_in_order(rows))
    return tuple(found)


def _override(row: Row, datum: str) -> Override:
    values: dict[str, Any] = {name: row.number_in(name, 0, high) for name, high in LIMITS.items()}
    values["speed_kmh"] = row.number_in("speed_kmh", 0, 200)
    values["access"] = row.word_of("access", ACCESS_WORDS)
    values["road_class"] = _road_class(row)
    values["surface"] = SURFACE_WORDS.get(row.text("surface"), row.text("surface")) or None
    oneway = row.word_of("oneway", _YES_NO)
    if oneway is not None:
        values |= {"forward": True, "backward": oneway == "no"}
    minutes = row.number_in("minutes", 0, 24 * 60)
    first_day, last_day = _days(row)
    edges, ways, path = row.numbers_of("edge"), row.numbers_of("way"), _path(row, datum)
    if not (edges or ways or path or row.faults):
        row.faults.append(Fault(code="E232", file=row.file, row=row.number, column="edge"))
    changes = {name: value for name, value in values.items() if value is not None}
    if not (changes or minutes or path or row.faults):
        row.faults.append(Fault(code="E235", file=row.file, row=row.number, column="speed_kmh"))
    return Override(
        edges=edges,
        ways=ways,
        path=() if edges or ways else path,
        values=changes,
        minutes=minutes,
        first_day=first_day,
        last_day=last_day,
        file=row.file,
        row=row.number,
    )


def _closure(row: Row, datum: str) -> Closure:
    season = row.word_of("season", _SEASON_WORDS) or ""
    first_day, last_day = _days(row)
    edges, ways = row.numbers_of("edge"), row.numbers_of("way")
    area = None
    if row.shape is not None and row.shape.geom_type in ("Polygon", "MultiPolygon"):
        area = shapely.transform(row.shape, lambda xy: np.stack(to_wgs84(xy[:, 0], xy[:, 1], datum), axis=1))
    elif row.shape is not None and not (edges or ways):
        row.wrong("geometry", "Polygon", value=row.shape.geom_type)
    if not (edges or ways or area is not None or row.faults):
        row.faults.append(Fault(code="E232", file=row.file, row=row.number, column="edge"))
    return Closure(
        edges=edges,
        ways=ways,
        area=area,
        first_day=first_day,
        last_day=last_day,
        season=season,
        file=row.file,
        row=row.number,
    )


def _road_class(row: Row) -> str | None:
    text = row.text("road_class")
    meant = class_of(text, {})
    if meant is None:
        row.wrong("road_class", " ".join(ROAD_CLASSES))
    return meant or None


def _days(row: Row) -> tuple[date | None, date | None]:
    first, last = row.day_of("first_day"), row.day_of("last_day")
    if first is not None and last is not None and first > last:
        values = {"start": first.isoformat(), "end": last.isoformat()}
        row.faults.append(Fault(code="E236", file=row.file, row=row.number, column="first_day", values=values))
    return first, last


def _path(row: Row, datum: str) -> tuple[Spot, ...]:
    """Return the spots of a connector: a GeoJSON line, or start and end; () when there is none."""
    if row.shape is not None and row.shape.geom_type == "LineString":
        xy = shapely.get_coordinates(row.shape)
        lon, lat = to_wgs84(xy[:, 0], xy[:, 1], datum)
        return tuple(zip(lon.tolist(), lat.tolist(), strict=True))
    if row.shape is not None and not (row.text("edge") or row.text("way")):
        row.wrong("geometry", "LineString", value=row.shape.geom_type)
    ends = [_spot(row, column, datum) for column in ("start", "end") if row.text(column)]
    if len(ends) == 1:
        row.wrong("end" if row.text("start") else "start", "lon,lat")
    return tuple(spot for spot in ends if spot is not None) if len(ends) == 2 else ()


def _spot(row: Row, column: str, datum: str) -> Spot | None:
    """Return coordinates when the cell holds two numbers, else the id of a place."""
    parts = row.text(column).replace(";", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        if len(parts) == 1:
            return parts[0]
        row.wrong(column, "lon,lat")
        return None
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        row.wrong(column, "lon -180..180, lat -90..90")
        return None
    x, y = to_wgs84(np.array(lon), np.array(lat), datum)
    return float(x), float(y)


def _faults_in_order(rows: list[Row]) -> list[Fault]:
    return [fault for row in rows for fault in row.faults]
