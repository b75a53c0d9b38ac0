"""The tables of a GTFS feed (folder or zip) and what is wrong with them one by one.

``gtfs_kit`` opens and parses the feed. It takes whatever stands there and would fetch a missing path from the
network, so what it is given is looked at before, and what it returns after. A row's number is the line in its file
where no cell holds a line break.
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenarios.tables import Findings

MOST_MB = 500
"""Size of a feed unpacked; the feeds of whole countries are larger, those of a county a hundredth."""

NEEDED = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
"""Tables that a feed must have, and columns that must be filled in, times apart."""

OPTIONAL = {
    "calendar": ("service_id", "start_date", "end_date", "monday", "tuesday", "wednesday", "thursday", "friday",
                 "saturday", "sunday"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
}  # fmt: skip
"""Tables that a feed may have, and what must be filled in then."""

UNREADABLE = (OSError, ValueError, TypeError, ArithmeticError, RuntimeError, RuntimeWarning, zipfile.BadZipFile)
"""What the library and pandas raise for archives, texts and numbers that are none."""

MAY_BE_EMPTY = ("arrival_time", "departure_time", "stop_lat", "stop_lon")
"""Columns that must be there but may have empty cells; whoever needs the value tells."""

NUMBERS = ("stop_lat", "stop_lon", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence", "stop_sequence", "route_type",
           "exception_type", "headway_secs", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
           "sunday")  # fmt: skip
"""Columns that hold numbers; all others hold text."""

REFERENCES = (
    ("trips", "route_id", "routes", "route_id", Text("线路", "route")),
    ("stop_times", "trip_id", "trips", "trip_id", Text("班次", "trip")),
    ("frequencies", "trip_id", "trips", "trip_id", Text("班次", "trip")),
    ("trips", "shape_id", "shapes", "shape_id", Text("走向图", "shape")),
)
"""Table and column, the table and column that it must lead to, and what is looked for; stops and services apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Feed:
    """Tables by name without ``.txt``, all of ``NEEDED`` and ``OPTIONAL``, empty where there is none.

    The index is the row in the file. Texts are str, "" where empty.
    """

    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def open_feed(path: Path, findings: Findings) -> Feed | None:
    """Return the feed, or None with faults when it cannot be used at all. O(bytes)."""
    if not path.exists():
        findings.fault("E301", path.name)
        return None
    try:
        size = _unpacked_bytes(path)
    except (OSError, zipfile.BadZipFile) as error:
        findings.fault("E309", path.name, detail=str(error))
        return None
    if size > MOST_MB * 10**6:
        findings.fault("E393", path.name, value=str(size // 10**6), most=MOST_MB)
        return None
    try:
        read = _read(path)
    except UNREADABLE as error:
        _tell_unreadable(path, str(error), findings)
        return None
    before = len(findings.faults)
    _tell_shifted(read, findings)
    feed = Feed(tables={name: _texts(read[name], columns) for name, columns in {**NEEDED, **OPTIONAL}.items()})
    _tell_missing(feed, findings)
    return feed if len(findings.faults) == before else None


def tell_faults(feed: Feed, findings: Findings) -> None:
    """Add the faults of single cells and of references between tables. O(cells)."""
    for name, columns in {**NEEDED, **OPTIONAL}.items():
        table = feed[name]
        for column in (column for column in columns if column not in MAY_BE_EMPTY):
            for row in table.index[_is_empty(table[column])]:
                findings.fault("E310", f"{name}.txt", row=int(row), column=column)
    for name, column, other, key, kind in REFERENCES:
        for row, value in _dangling(feed, (name, column), (other, key)):
            values = {"kind": kind, "table": f"{other}.txt"}
            findings.fault("E321", f"{name}.txt", row=row, column=column, value=value, **values)
    for row, value in _dangling(feed, ("stop_times", "stop_id"), ("stops", "stop_id")):
        findings.fault("E384", "stop_times.txt", row=row, column="stop_id", value=value)
    for row, value in _dangling(feed, ("trips", "service_id"), ("calendar", "service_id")):
        if value not in set(feed["calendar_dates"]["service_id"]):
            findings.fault("E387", "trips.txt", row=row, column="service_id", value=value)
    for name in ("stops", "routes", "trips"):
        _tell_doubles(feed[name], f"{name}.txt", NEEDED[name][:1], findings)
    _tell_doubles(feed["stop_times"], "stop_times.txt", ("trip_id", "stop_sequence"), findings)
    _tell_coordinates(feed["shapes"], "shapes.txt", "shape_pt_lon", "shape_pt_lat", findings)


def _unpacked_bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.glob("*.txt"))
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _read(path: Path) -> dict[str, pd.DataFrame | None]:
    """Return the tables as the library has them; one of ``UNREADABLE`` is raised for any number that is none."""
    gtfs_kit = importlib.import_module("gtfs_kit")  # half a second, only when needed
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # of a number too large for its column
        feed = gtfs_kit.read_feed(path, dist_units="km")
    return {name: getattr(feed, name) for name in (*NEEDED, *OPTIONAL)}


def _tell_shifted(tables: dict[str, pd.DataFrame | None], findings: Findings) -> None:
    """Tell of tables whose rows have more cells than the header: their first cells have become the index."""
    for name, table in tables.items():
        if table is not None and not isinstance(table.index, pd.RangeIndex):
            expected = table.shape[1]
            cells = str(expected + table.index.nlevels)
            findings.fault("E308", f"{name}.txt", row=2, value=cells, expected=expected)


def _tell_unreadable(path: Path, detail: str, findings: Findings) -> None:
    """Tell which files cannot be read, by trying them one at a time; the whole feed when that does not tell."""
    before = len(findings.faults)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem in (*NEEDED, *OPTIONAL):
            file = folder / f"{stem}.txt"
            try:
                if not _copy(path, file):
                    continue
                _read(folder)
            except UNREADABLE as error:
                findings.fault("E309", file.name, detail=str(error)[:200])
            file.unlink(missing_ok=True)
    if len(findings.faults) == before:
        findings.fault("E309", path.name, detail=detail[:200])


def _copy(path: Path, file: Path) -> bool:
    """Copy one file of the feed to ``file``; False when it is not there."""
    if path.is_dir():
        source = path / file.name
        if source.is_file():
            shutil.copyfile(source, file)
        return source.is_file()
    with zipfile.ZipFile(path) as archive:
        entry = next((name for name in archive.namelist() if Path(name).name == file.name), None)
        if entry is not None:
            file.write_bytes(archive.read(entry))
        return entry is not None


def _texts(table: pd.DataFrame | None, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the table with plain columns and the row in the file as its index."""
    if table is None:
        return pd.DataFrame({c: np.zeros(0, float if c in NUMBERS else object) for c in columns})
    plain: dict[str, list[str] | np.ndarray] = {}
    for column in table.columns:
        values = table[column]
        if isinstance(values.dtype, pd.StringDtype):
            plain[column] = [text.strip() for text in values.fillna("").tolist()]
        else:
            plain[column] = values.to_numpy(float, na_value=np.nan)
    return pd.DataFrame(plain, index=np.arange(2, len(table) + 2))


def _tell_missing(feed: Feed, findings: Findings) -> None:
    for name in NEEDED:
        if feed[name].empty:
            findings.fault("E391", f"{name}.txt", value=f"{name}.txt")
    if feed["calendar"].empty and feed["calendar_dates"].empty:
        findings.fault("E391", "calendar.txt", value="calendar.txt")
    for name, columns in {**NEEDED, **OPTIONAL}.items():
        for column in columns:
            if column not in feed[name]:
                findings.fault("E305", f"{name}.txt", row=1, column=column)


def _is_empty(values: pd.Series) -> np.ndarray:
    return np.asarray(values.isna() if values.dtype == float else values == "")


def _dangling(feed: Feed, source: tuple[str, str], target: tuple[str, str]) -> Iterator[tuple[int, str]]:
    """Yield row and value of the filled-in cells of ``source`` that ``target`` does not have."""
    table = feed[source[0]]
    if source[1] not in table:
        return
    values = table[source[1]]
    wrong = values[(values != "") & ~values.isin(feed[target[0]][target[1]])]
    yield from zip(wrong.index.to_numpy().tolist(), wrong.tolist(), strict=True)


def _tell_doubles(table: pd.DataFrame, file: str, key: tuple[str, ...], findings: Findings) -> None:
    for column in key:
        table = table[~_is_empty(table[column])]  # told already
    is_double = table.duplicated(list(key)).to_numpy()
    if not is_double.any():
        return
    first = {tuple(values): int(row) for row, *values in table[::-1][list(key)].itertuples()}
    for row, *values in table.loc[is_double, list(key)].itertuples():
        shown = " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
        findings.fault("E320", file, row=int(row), column=key[-1], value=shown, first=first[tuple(values)])


def _tell_coordinates(table: pd.DataFrame, file: str, lon: str, lat: str, findings: Findings) -> None:
    is_wrong = ~((table[lon].abs() <= 180) & (table[lat].abs() <= 90))
    for row, x, y in table.loc[is_wrong.to_numpy(bool), [lon, lat]].itertuples():
        findings.fault("E324", file, row=int(row), column=lon, value=f"{x:g}, {y:g}")
