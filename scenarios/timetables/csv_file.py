"""Reads a plain timetable (CSV) against the places of a county, with every fault at once.

The columns are in ``scenarios.timetables.table``; encodings, headers and cells are read as in all
tables of a scenario.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from networks.datum import to_wgs84
from scenarios.assembly import make
from scenarios.errors import Fault, InvalidInput
from scenarios.tables import Findings, read_rows
from scenarios.text import Text, counted
from scenarios.timetables.model import NO_ROOM, Carriage, Days, Departure, Run, Stop, Timetable, clock, lines_of
from scenarios.timetables.table import CARRIAGE, DAYS, LINE, STOP, TIMETABLE
from scenarios.timetables.times import backward_steps, fill_times, is_open_ended

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from scenarios.columns import Column
    from scenarios.scenario import ScenarioPlace
    from scenarios.tables import Row, Rows

WGS84 = "WGS-84"
"""The datum inside."""


def read_timetable(
    path: Path | str,
    *,
    places: Sequence[ScenarioPlace] = (),
    commodities: Collection[str] | None = None,
    day: date | None = None,
    datum: str = WGS84,
) -> Timetable:
    """Return the timetable in a CSV file. O(bytes).

    Parameters
    ----------
    places
        What the column ``place`` may name; a stop without coordinates has those of its place.
    commodities
        Ids that ``barred`` may name; None: not looked at.
    day
        Only what runs on it; None: everything.
    datum
        Of the coordinates in the file.

    Raises
    ------
    InvalidInput
        E380 with ``faults``: every fault of the file; among them E381 to E389 and E395. E385 when nothing
        runs on ``day``.
    """
    findings = Findings()
    rows = read_rows(Path(path), TIMETABLE, findings)
    if not rows.rows and not findings.faults:
        findings.fault("E328", rows.file)
    desk = _Desk(rows, findings, places, datum)
    findings.faults += _unknown_goods(rows, commodities)
    runs = desk.runs()
    if findings.faults:
        raise invalid(findings)
    table = Timetable(
        lines=lines_of(tuple(runs), {}),
        placeholders=tuple(_assumed(rows)),
        notes=tuple(findings.notes),
    )
    return on_day(table, day, rows.file)


def invalid(findings: Findings) -> InvalidInput:
    """Return the error that carries all faults found, sorted."""
    faults = tuple(sorted(findings.faults, key=lambda fault: fault.order))
    return InvalidInput("E380", faults=faults, count=len(faults))


def on_day(table: Timetable, day: date | None, file: str) -> Timetable:
    """Return what runs on ``day``; everything for None.

    Raises
    ------
    InvalidInput
        E385, when nothing does.
    """
    if day is None:
        return table
    kept = table.on(day)
    if not kept.lines:
        raise InvalidInput("E385", faults=(Fault(code="E385", file=file, value=str(day)),), value=str(day))
    return kept


class _Desk:
    """The rows of one file by line, departure and stop, on their way to runs."""

    def __init__(self, rows: Rows, findings: Findings, places: Iterable[ScenarioPlace], datum: str) -> None:
        self.rows, self.findings, self.datum = rows, findings, datum
        self.places = {place.id: place for place in places}

    def runs(self) -> list[Run]:
        """Return a run for each departure without a fault."""
        lines = self._merged(("line",), LINE)
        departures = self._merged(("line", "departure"), (*DAYS, *CARRIAGE))
        stops = self._stops()
        runs = []
        for key, group in _groups(self.rows, ("line", "departure")).items():
            names = [_stop_id(row) for row in group]
            if any(not row.is_sound for row in group) or not all(name in stops for name in names):
                continue  # told already
            times = self._times(group, [stops[name] for name in names])
            if times is None:
                continue
            departure = Departure(
                id=key[1],
                arrive_s=times[0],
                depart_s=times[1],
                days=_days(departures[key]),
                carriage=_carriage(departures[key]),
            )
            line = lines[key[:1]]
            runs.append(
                Run(
                    service=key[0],
                    name=line.get("name", ""),
                    name_en=line.get("name_en", ""),
                    stops=tuple(stops[name] for name in names),
                    departure=departure,
                )
            )
        return runs

    def _merged(self, by: tuple[str, ...], columns: Sequence[Column]) -> dict[tuple[str, ...], dict[str, Any]]:
        """Return what the rows of each line, departure or stop say together; a contradiction is a fault."""
        merged: dict[tuple[str, ...], dict[str, Any]] = {}
        for key, group in _groups(self.rows, by).items():
            said: dict[str, tuple[Any, int]] = {}
            for row, column in ((row, column) for row in group for column in columns if column.field in row.values):
                value = row.values[column.field]
                before, first = said.setdefault(column.field, (value, row.row))
                if value != before:
                    shown, header = column.cell.show, self._header(column.field)
                    self._fault("E388", row, header, shown(value), owner=key[-1], first=first, before=shown(before))
            merged[key] = {name: value for name, (value, _) in said.items()}
        return merged

    def _stops(self) -> dict[str, Stop]:
        """Return every stop that has a position, by id; the others are faults."""
        found: dict[str, Stop] = {}
        said_of = self._merged(("stop",), STOP)
        for key, group in _groups(self.rows, ("stop",)).items():
            row, said = group[0], said_of[key]
            place = self.places.get(said.get("place", ""))
            if "place" in said and place is None:
                self._fault("E381", row, self._header("place"), said["place"], line=row.values.get("line", "-"))
                continue
            spot = self._spot(said, place)
            if spot is None and any(not row.is_sound for row in group):
                continue  # told already
            if spot is None:
                self._fault("E389", row, self._header("stop"), key[0] or "-")
                continue
            name = said.get("stop_name", place.name if place else "")
            found[key[0]] = Stop(
                id=key[0],
                name=name,
                name_en=said.get("stop_name_en", ""),
                lon=spot[0],
                lat=spot[1],
                place=said.get("place", ""),
            )
        return found

    def _spot(self, said: Mapping[str, Any], place: ScenarioPlace | None) -> tuple[float, float] | None:
        if "lon" in said and "lat" in said:
            lon, lat = to_wgs84(np.array([said["lon"]]), np.array([said["lat"]]), self.datum)
            return float(lon[0]), float(lat[0])
        return None if place is None else (place.lon, place.lat)

    def _times(self, group: list[Row], stops: list[Stop]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Return arrivals and departures, or None with a fault."""
        first, name = group[0], str(group[0].values["departure"])
        if len(group) < 2:
            self._fault("E386", first, self._header("departure"), name)
            return None
        arrive_s, depart_s = (np.array([row.values.get(f, np.nan) for row in group]) for f in ("arrive_s", "depart_s"))
        if is_open_ended(arrive_s, depart_s):
            self._fault("E395", first, self._header("depart_s"), name)
            return None
        is_sound = True
        for k, time_s, before_s in backward_steps(arrive_s, depart_s):
            header = self._header("arrive_s" if arrive_s[k] == time_s else "depart_s")
            self._fault("E382", group[k], header, clock(time_s), departure=name, before=clock(before_s))
            is_sound = False
        lon, lat = np.array([stop.lon for stop in stops]), np.array([stop.lat for stop in stops])
        return fill_times(arrive_s, depart_s, lon, lat) if is_sound else None

    def _header(self, name: str) -> str:
        return self.rows.header.get(name, TIMETABLE.column_of[name].name)

    def _fault(self, code: str, row: Row, column: str, value: str, **values: object) -> None:
        self.findings.fault(code, self.rows.file, row=row.row, column=column, value=value, **values)


def _stop_id(row: Row) -> str:
    return str(row.values.get("stop", row.values.get("place", "")))


def _groups(rows: Rows, by: tuple[str, ...]) -> dict[tuple[str, ...], list[Row]]:
    """Return the rows by what stands in the columns ``by``, in order; rows where one of them is unreadable left out."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows.rows:
        if by == ("stop",):
            groups.setdefault((_stop_id(row),), []).append(row)
        elif all(name in row.values for name in by):
            groups.setdefault(tuple(row.values[name] for name in by), []).append(row)
    return groups


def _days(said: Mapping[str, Any]) -> Days:
    return Days(**{column.field: said[column.field] for column in DAYS if column.field in said})


def _carriage(said: Mapping[str, Any]) -> Carriage:
    values = {name.partition(".")[2]: value for name, value in said.items() if name.startswith("carriage.")}
    made: Carriage = make(Carriage, values)
    return made


def _unknown_goods(rows: Rows, commodities: Collection[str] | None) -> Iterator[Fault]:
    kind = Text("货物", "commodity")
    for row in rows.rows if commodities is not None else ():
        for name in sorted(row.values.get("carriage.barred", frozenset()) - set(commodities or ())):
            column = rows.header["carriage.barred"]
            values = {"kind": kind, "table": "commodities.csv"}
            yield Fault(code="E321", file=rows.file, row=row.row, column=column, value=name, values=values)


def _assumed(rows: Rows) -> Iterator[Text]:
    """Tell which figures that nobody has measured stand at their defaults, and for how many departures."""
    groups = _groups(rows, ("line", "departure")).values()
    for column in CARRIAGE:
        missing = sum(all(column.field not in row.values for row in group) for group in groups)
        if column.is_placeholder and missing:
            shown = column.cell.show(getattr(NO_ROOM, column.field.rpartition(".")[2]))
            zh = f"{rows.file}：{missing} 个班次未填 {column.zh}，取占位值 {shown}"
            en = f"{rows.file}: placeholder {column.name}={shown} taken for {counted(missing, 'departure')}"
            yield Text(zh, en)
