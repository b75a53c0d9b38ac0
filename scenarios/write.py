"""Writes a scenario as a folder of files that reads back equal.

CSV files are UTF-8 with a byte order mark and Chinese headers, so that a spreadsheet
opens them as they are; columns that no row fills in are left out. Road files are not
copied: what was relative to another folder is written as an absolute path.
"""

from __future__ import annotations

import csv
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from scenarios.columns import BRANDS, COMMODITIES, COMPARTMENTS, LOCKS, MODES, ORDERS, PLACES, STATIONS, VEHICLES
from scenarios.settings import CLEANINGS, CONFLICTS, FILE, MAPPING, PLACEHOLDERS, SETTINGS, SOURCES
from scenarios.timetables.of_scenario import timetable_rows
from scenarios.timetables.table import CARRIAGES, TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scenarios.columns import Column, Table
    from scenarios.scenario import FleetVehicle, Scenario

LOAD_FIELDS = ("load", "room", "box.room")
"""Paths of loads and rooms. A reader takes a missing one for unknown, so binding ones are written even where 0."""


def write_scenario(scenario: Scenario, folder: Path, *, lang: str = "zh") -> None:
    """Write all files of a scenario into a folder, which is made if need be; ``lang`` picks the headers.

    The same scenario gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scenario = _rebased(scenario, folder)
    (folder / FILE).write_text(_settings(scenario), encoding="utf-8")
    own = [(v.id, c) for v in scenario.fleet if not _is_box(v) for c in v.compartments]
    rows: list[tuple[Table, list[dict[str, Any]]]] = [
        (PLACES, [_cells(place, PLACES) for place in scenario.places]),
        (ORDERS, [_cells(order, ORDERS) for order in scenario.orders]),
        (VEHICLES, [_vehicle_cells(vehicle) for vehicle in scenario.fleet]),
        (COMPARTMENTS, [{"vehicle": vehicle, **_cells(part, COMPARTMENTS)} for vehicle, part in own]),
        (COMMODITIES, [_cells(commodity, COMMODITIES) for commodity in scenario.commodities]),
        (BRANDS, [_cells(brand, BRANDS) for brand in scenario.brands]),
        (LOCKS, [_cells(lock, LOCKS) for lock in scenario.locks]),
        (STATIONS, [_cells(station, STATIONS) for station in scenario.stations]),
        (MODES, [_cells(rule, MODES) for rule in scenario.modes]),
        (CARRIAGES, [_cells(one, CARRIAGES) for one in scenario.carriages]),
    ]
    for table, found in rows:
        if found or table.is_required:
            columns = _columns(table, found, scenario.policy.load_dimensions)
            _write_table(folder / table.file, columns, found, lang)
        else:
            (folder / table.file).unlink(missing_ok=True)  # of a scenario that was here before
    if scenario.timetable is not None and scenario.folder is None:
        lines = list(timetable_rows(scenario.timetable))
        _write_table(folder / scenario.timetable_file.file, list(TIMETABLE.columns), lines, lang)


def _rebased(scenario: Scenario, folder: Path) -> Scenario:
    """Return the scenario with its road paths good for ``folder``."""
    if scenario.folder is None or scenario.folder.resolve() == folder.resolve():
        return scenario
    old, roads = scenario.folder, scenario.roads

    def moved(name: str) -> str:
        return str((old / name).resolve()) if name else ""

    roads = replace(
        roads,
        file=moved(roads.file),
        overrides=moved(roads.overrides),
        closures=moved(roads.closures),
        profiles=moved(roads.profiles),
        elevation=tuple(moved(tile) for tile in roads.elevation),
    )
    source = replace(scenario.timetable_file, file=moved(scenario.timetable_file.file))
    return replace(scenario, roads=roads, timetable_file=source)


def _is_box(vehicle: FleetVehicle) -> bool:
    """Whether a row of vehicles.csv can describe the vehicle's only compartment."""
    return len(vehicle.compartments) == 1 and vehicle.compartments[0].id == "box"


def _vehicle_cells(vehicle: FleetVehicle) -> dict[str, Any]:
    cells = {c.field: _at(vehicle, c.field) for c in VEHICLES.columns if not c.field.startswith("box.")}
    if _is_box(vehicle):
        box = vehicle.compartments[0]
        cells |= {c.field: _at(box, c.field[4:]) for c in VEHICLES.columns if c.field.startswith("box.")}
    return cells


def _cells(thing: object, table: Table) -> dict[str, Any]:
    return {column.field: _at(thing, column.field) for column in table.columns if column.field != "vehicle"}


def _at(thing: Any, path: str) -> Any:
    """Return the value at a dotted path, None as soon as something on the way is None."""
    for name in path.split("."):
        thing = None if thing is None else getattr(thing, name)
    return thing


def _columns(table: Table, rows: Sequence[dict[str, Any]], dimensions: tuple[str, ...]) -> list[Column]:
    """Return the columns that are needed: without one of the others, every row reads back the same."""

    def is_needed(column: Column) -> bool:
        values = [row.get(column.field) for row in rows]
        prefix, _, name = column.field.rpartition(".")
        if column.is_required or column.is_placeholder:
            return True
        if prefix in LOAD_FIELDS:
            return any(v or (v is not None and name in dimensions) for v in values)
        default = next((f.default for f in fields(table.of) if f.name == column.field), None)
        return any(v not in (None, "", ()) and v != default for v in values)

    return [column for column in table.columns if is_needed(column)]


def _write_table(path: Path, columns: Sequence[Column], rows: Sequence[dict[str, Any]], lang: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([c.zh if lang == "zh" else c.name for c in columns])
        for row in rows:
            writer.writerow([_shown(row.get(column.field), column) for column in columns])


def _shown(value: Any, column: Column) -> str:
    if value is None or value == ():
        return ""
    return column.cell.show(value)


def _settings(scenario: Scenario) -> str:
    """Return the text of ``scenario.toml``: every setting that has a value, in the order of the schema."""
    lines: list[str] = []
    section = ""
    for column in SETTINGS:
        head, _, key = column.name.rpartition(".")
        value = _setting(scenario, column)
        if value is None or value in ("", ()):
            continue
        if head != section:
            lines += ["", f"[{head}]"]
            section = head
        lines.append(f"{key} = {_toml(value, column)}")
    if scenario.roads.mapping:
        lines += ["", f"[{MAPPING}]"]
        lines += [f"{_quoted(ours)} = {_quoted(theirs)}" for ours, theirs in scenario.roads.mapping]
    tables: Iterable[tuple[Table, tuple[object, ...]]] = (
        (CONFLICTS, scenario.conflicts),
        (CLEANINGS, scenario.cleanings),
        (SOURCES, scenario.sources),
        (PLACEHOLDERS, scenario.placeholders),
    )
    for table, things in tables:
        for thing in things:
            values = [(c, _at(thing, c.field)) for c in table.columns]
            lines += ["", f"[[{table.name}]]"]
            lines += [f"{c.name} = {_toml(value, c)}" for c, value in values if value is not None and value != ""]
    return "\n".join(lines).lstrip("\n") + "\n"


def _setting(scenario: Scenario, column: Column) -> Any:
    """Return the value of a setting; None where the file should not have it."""
    if column.field == "datums.places":
        return None  # coordinates are WGS-84 by now
    if column.field == "policy.has_driving_rule":
        return scenario.policy.driving_rule is not None
    if column.field.startswith("timetable_file.") and not scenario.timetable_file.file:
        return None
    if column.field == "policy.market_factor" and not any(place.market for place in scenario.places):
        return None
    if column.field == "policy.together":
        return scenario.policy.together or None  # days of before are written as they were
    is_recipe = column.name in ("roads.townships", "roads.villages", "roads.seed")
    return None if is_recipe and not scenario.roads.is_recipe else _at(scenario, column.field)


def _toml(value: Any, column: Column) -> str:
    if column.cell.kind == "flag":
        return "true" if value else "false"
    shown = column.cell.show(value)
    return shown if column.cell.kind == "number" else _quoted(shown)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
