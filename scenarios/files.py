"""A scenario as a folder of files: read with every fault at once, written so that it reads back equal.

The folder holds ``scenario.toml``, ``places.csv``, ``orders.csv`` and ``vehicles.csv``, and
if wanted ``compartments.csv``, ``commodities.csv``, ``brands.csv``, ``locks.csv``, ``stations.csv``, ``modes.csv``,
``lines.csv``, a timetable, road files,
overrides, closures and profiles (``scenarios/README.md`` has every column). A reader
gives a ``Scenario`` or one ``InvalidInput`` with all faults of all files, never anything else.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.datum import to_wgs84
from scenarios.assembly import Desk, compartment_items, items, make, order_items, vehicle_items
from scenarios.columns import (
    BRANDS,
    COMMODITIES,
    COMPARTMENTS,
    LOCKS,
    MODES,
    ORDERS,
    PLACES,
    STATIONS,
    TABLES,
    VEHICLES,
)
from scenarios.errors import InvalidInput
from scenarios.policy import Policy
from scenarios.relations import Item, find_faults
from scenarios.road_files import road_faults
from scenarios.scenario import PARCEL, Roads, Scenario, Source
from scenarios.settings import CLEANINGS, CONFLICTS, FILE, PLACEHOLDERS, SOURCES
from scenarios.stations import TimetableFile
from scenarios.tables import Findings, Rows, read_rows
from scenarios.text import Text
from scenarios.tier_faults import on_roads, tier_faults
from scenarios.timetables.of_scenario import read_lines
from scenarios.timetables.table import CARRIAGES
from scenarios.toml_rows import Settings, read_settings
from scenarios.write import write_scenario

if TYPE_CHECKING:
    from scenarios.columns import Table
    from scenarios.relations import Parts
    from scenarios.timetables.model import Timetable

__all__ = ["read_scenario", "write_scenario"]

WGS84 = "WGS-84"
"""The datum inside."""


def read_scenario(folder: Path | str) -> Scenario:
    """Return the scenario in a folder. O(bytes).

    Raises
    ------
    InvalidInput
        E300 with ``faults``: every fault of every file, sorted by file and row.
    """
    folder = Path(folder)
    findings = Findings()
    if not folder.is_dir():
        findings.fault("E301", str(folder))
        _raise(findings)
    settings = read_settings(folder / FILE, findings)
    tables = {table.name: _read_table(folder, table, findings) for table in (*TABLES, CARRIAGES)}
    roads, policy = _roads_and_policy(settings)
    desk = Desk(findings=findings, dimensions=policy.load_dimensions)
    parts = _parts(settings, tables, desk)
    datum = settings.values.get("datums.places", WGS84)
    parts["places"] = _to_wgs84(parts["places"], datum)

    findings.faults += find_faults(parts, roads if settings.is_read else None, _unread(tables, findings))
    carriages = items(tables[CARRIAGES.name])
    source, timetable = _timetable(folder, settings, parts, carriages, findings)
    findings.faults += tier_faults(parts, policy, has_timetable=bool(source.file))
    findings.faults += road_faults(folder, roads, on_roads(parts["vehicles"]), settings.values.get("weather", "clear"))
    if findings.faults:
        _raise(findings)
    notes = _note_datum(datum)
    return replace(
        _scenario(settings, roads, policy, parts, timetable),
        sources=_listed(settings, SOURCES)
        + tuple(Source(what=PLACES.file, origin=" / ".join(n), datum=datum) for n in notes),
        placeholders=(*_listed(settings, PLACEHOLDERS), *desk.assumed),
        notes=(*findings.notes, *notes),
        timetable_file=source,
        carriages=tuple(item.thing for item in carriages),
        folder=folder,
    )


def _raise(findings: Findings) -> None:
    faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
    raise InvalidInput("E300", faults=faults, count=len(faults))


def _read_table(folder: Path, table: Table, findings: Findings) -> Rows:
    path = folder / table.file
    if not table.is_required and not path.exists():
        return Rows(table=table, file=table.file)
    before = len(findings.faults)
    rows = read_rows(path, table, findings)
    if table in (PLACES, VEHICLES) and not rows.rows and len(findings.faults) == before:
        findings.fault("E328", table.file)
    return rows


def _parts(settings: Settings, tables: dict[str, Rows], desk: Desk) -> Parts:
    commodities = items(tables[COMMODITIES.name])
    if all(item.ident != PARCEL.id for item in commodities):
        commodities += (Item(thing=PARCEL, ident=PARCEL.id, file=COMMODITIES.file, row=0),)
    own, compartments = compartment_items(tables[COMPARTMENTS.name], tables[VEHICLES.name], desk)
    vehicles, boxes = vehicle_items(tables[VEHICLES.name], own, desk)
    lists = {name: items(rows) for name, rows in settings.lists.items()}
    return {
        "places": items(tables[PLACES.name]),
        "orders": order_items(tables[ORDERS.name], commodities, desk),
        "vehicles": vehicles,
        "compartments": compartments + boxes,
        "commodities": commodities,
        "brands": items(tables[BRANDS.name]),
        "locks": items(tables[LOCKS.name]),
        "conflicts": lists.get(CONFLICTS.name, ()),
        "cleanings": lists.get(CLEANINGS.name, ()),
        "stations": items(tables[STATIONS.name]),
        "modes": items(tables[MODES.name]),
    }


def _to_wgs84(items: tuple[Item, ...], datum: str) -> tuple[Item, ...]:
    """Return the places with WGS-84 coordinates; impossible ones stay, to be told as they stand in the file."""
    movable = [item.thing is not None and abs(item.thing.lat) <= 90 for item in items]
    if datum == WGS84 or not any(movable):
        return items
    moved = [item.thing for item, is_movable in zip(items, movable, strict=True) if is_movable]
    lon, lat = to_wgs84(np.array([p.lon for p in moved]), np.array([p.lat for p in moved]), datum)
    places = (replace(p, lon=float(x), lat=float(y)) for p, x, y in zip(moved, lon, lat, strict=True))
    pairs = zip(items, movable, strict=True)
    return tuple(replace(item, thing=next(places)) if is_movable else item for item, is_movable in pairs)


def _roads_and_policy(settings: Settings) -> tuple[Roads, Policy]:
    """Make the two nested objects of the settings."""
    nested: dict[str, dict[str, Any]] = {"roads": {}, "policy": {}}
    for name, value in settings.values.items():
        head, _, rest = name.partition(".")
        if head in nested:
            nested[head][rest] = value
    has_rule = nested["policy"].pop("has_driving_rule", True)
    policy: Policy = make(Policy, nested["policy"])
    roads: Roads = make(Roads, {**nested["roads"], "mapping": settings.mapping})
    return roads, policy if has_rule else replace(policy, driving_rule=None)


def _timetable(
    folder: Path, settings: Settings, parts: Parts, carriages: tuple[Item, ...], findings: Findings
) -> tuple[TimetableFile, Timetable | None]:
    """Return the file of the timetable and what it holds; what lines.csv names must be in it."""
    said = {name: value for name, value in settings.values.items() if name.startswith("timetable_file.")}
    source: TimetableFile = make(TimetableFile, {name.partition(".")[2]: value for name, value in said.items()})
    if not source.file:
        named = [item for item in carriages if item.thing is not None]
        findings.faults += [item.fault("E369", "id", item.thing.id) for item in named]
        return source, None
    places = [item.thing for item in parts["places"] if item.thing is not None]
    goods = {item.ident for item in parts["commodities"] if item.ident}
    table = read_lines(folder, source, places, goods, findings)
    known = frozenset() if table is None else table.names
    for item in (item for item in carriages if table is not None and item.thing is not None):
        if item.thing.id not in known:
            findings.faults.append(item.fault("E396", "id", item.thing.id, count=1))
    return source, table


def _unread(tables: dict[str, Rows], findings: Findings) -> frozenset[str]:
    """Return the tables of which some rows or ids were not seen, because the file as a whole is faulty."""
    return frozenset(name for name, rows in tables.items() if findings.is_broken(rows.file))


def _listed(settings: Settings, table: Table) -> tuple[Any, ...]:
    """Return the objects of a list of tables in the settings."""
    return tuple(item.thing for item in items(settings.lists[table.name]))


def _note_datum(datum: str) -> tuple[Text, ...]:
    if datum == WGS84:
        return ()
    return (Text(f"{PLACES.file}：由 {datum} 转换为 WGS-84", f"{PLACES.file}: converted from {datum} to WGS-84"),)


def _scenario(settings: Settings, roads: Roads, policy: Policy, parts: Parts, timetable: Timetable | None) -> Scenario:
    values: dict[str, Any] = {name: value for name, value in settings.values.items() if "." not in name}
    values |= {name: tuple(item.thing for item in found) for name, found in parts.items()}
    values["fleet"] = values.pop(VEHICLES.name)
    del values[COMPARTMENTS.name]  # they are inside their vehicles
    return Scenario(**values, roads=roads, policy=policy, timetable=timetable)
