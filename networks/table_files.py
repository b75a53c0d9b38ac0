"""Rows of a user's CSV or GeoJSON file: headers in either language, cells as plain text, every fault kept.

A row knows the line that a user sees; nothing here knows what the columns mean.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from networks.errors import Fault, InvalidInput
from networks.layer_words import plain
from networks.text import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_CELL = 100_000
"""Characters in one cell; more is no table."""


@dataclass(eq=False)
class Row:
    """One row while it is read: ``cells`` by column, ``shape`` of a GeoJSON feature, and the faults found so far.

    ``headers`` gives each column as the user wrote it, for the faults.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    shape: Any = None
    faults: list[Fault] = field(default_factory=list)

    def text(self, column: str) -> str:
        """Return a cell, "" when it is empty or missing."""
        return self.cells.get(column, "")

    def wrong(self, column: str, expected: str, code: str = "E230", **values: object) -> None:
        """Note that the cell of ``column`` is not as ``expected``."""
        header, text = self.headers.get(column, column), self.text(column)[:60]
        known = {"column": header, "value": text or "-", "expected": expected}
        self.faults.append(
            Fault(code=code, file=self.file, row=self.number, column=header, value=text, values=known | values)
        )

    def number_in(self, column: str, low: float, high: float) -> float | None:
        """Return a number within (low, high], None when the cell is empty or wrong."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if low < value <= high:
            return value
        self.wrong(column, f"{low:g} < x <= {high:g}")
        return None

    def numbers_of(self, column: str) -> tuple[int, ...]:
        """Return the whole numbers of a cell such as "12; 15", () when it is empty or wrong."""
        parts = self.text(column).replace(";", " ").replace("、", " ").replace(",", " ").split()
        if all(part.removeprefix("-").isdecimal() and len(part) < 19 for part in parts):
            return tuple(int(part) for part in parts)
        self.wrong(column, "12; 15")
        return ()

    def word_of(self, column: str, words: Mapping[str, str]) -> str | None:
        """Return what the cell means by ``words``, None when it is empty or wrong."""
        text = self.text(column)
        if not text:
            return None
        meant = words.get(text, words.get(text.lower()))
        if meant is None:
            self.wrong(column, " / ".join(word for word in words if word))
        return meant

    def day_of(self, column: str) -> date | None:
        """Return a date such as 2026-07-01, 2026/7/1 or 20260701, None when the cell is empty or wrong."""
        text = self.text(column)
        if not text:
            return None
        parts = text.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日").split("-")
        if len(parts) == 1 and len(text) == 8:
            parts = [text[:4], text[4:6], text[6:]]
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            self.wrong(column, "2026-07-01")
            return None


def read_rows(path: Path, headers: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """Return the rows of a ``.csv``, or the features of a ``.geojson`` file.

    ``headers`` maps each column to the headers under which it may stand. Unknown columns
    become faults of the first row; a file without rows gives an empty list.

    Raises
    ------
    InvalidInput
        E200, E201, E204 the file cannot be read as text, E202 not a table, E203 another kind.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_rows(path, headers)
    if suffix in (".geojson", ".json"):
        return _features(path, headers)
    raise InvalidInput("E203", path=path.name, suffix=path.suffix, known=".csv, .geojson")


def _csv_rows(path: Path, headers: Mapping[str, tuple[str, ...]]) -> list[Row]:
    text = read_text(path).replace("\0", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    rows: list[Row] = []
    try:
        names = [plain(name) for name in next(reader, [])]
        columns, unknown = _columns(names, headers)
        for cells in reader:
            values = [plain(cell) for cell in cells]
            if any(values):
                named = zip(columns, values, strict=False)
                found = {name: value for name, value in named if name}
                rows.append(Row(path.name, reader.line_num, found, dict(zip(columns, names, strict=True))))
            if len(values) > len(names) and any(values[len(names) :]):
                rows[-1].wrong("", f"{len(names)} columns", value=" ".join(values[len(names) :])[:60])
    except csv.Error as error:
        raise InvalidInput("E202", path=path.name, detail=str(error)) from error
    _name_unknown(path.name, rows, unknown, headers, line=1)
    return rows


def _features(path: Path, headers: Mapping[str, tuple[str, ...]]) -> list[Row]:
    try:
        content = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput("E202", path=path.name, detail=str(error)) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(item, dict) for item in features):
        raise InvalidInput("E202", path=path.name, detail="no GeoJSON FeatureCollection")
    rows: list[Row] = []
    strange: dict[str, None] = {}
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            raise InvalidInput("E202", path=path.name, detail=f"feature {number}: properties")
        columns, unknown = _columns([plain(name) for name in properties], headers)
        strange |= dict.fromkeys(unknown)
        values = [plain(value) if not isinstance(value, list | dict) else str(value) for value in properties.values()]
        found = {name: value for name, value in zip(columns, values, strict=True) if name}
        row = Row(path.name, number, found, dict(zip(columns, properties, strict=True)))
        row.shape = _shape(feature.get("geometry"), row)
        rows.append(row)
    _name_unknown(path.name, rows, list(strange), headers, line=0)
    return rows


def _shape(geometry: object, row: Row) -> Any:
    if geometry is None:
        return None
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.GEOSException, ValueError, TypeError):
        row.wrong("geometry", "GeoJSON")
        return None
    lon, lat = shapely.get_coordinates(shape).T
    if not (abs(lon) <= 180).all() or not (abs(lat) <= 90).all():
        row.wrong("geometry", "-180..180, -90..90")
        return None
    return None if shape is None or shape.is_empty else shape


def _columns(names: list[str], headers: Mapping[str, tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """Return the column that each header stands for ("": none), and the headers that stand for none."""
    known = {name.lower(): column for column, aliases in headers.items() for name in (column, *aliases)}
    columns = [known.get(name.lower(), "") for name in names]
    return columns, [name for name, column in zip(names, columns, strict=True) if name and not column]


def _name_unknown(
    file: str, rows: list[Row], unknown: list[str], headers: Mapping[str, tuple[str, ...]], *, line: int
) -> None:
    known = ", ".join(f"{column} {aliases[0]}" if aliases else column for column, aliases in headers.items())
    values = {"known": known}
    faults = [Fault(code="E231", file=file, row=line, column=name, values=values) for name in unknown]
    if faults and not rows:
        rows.append(Row(file, line, {}))
    if faults:
        rows[0].faults = faults + rows[0].faults
