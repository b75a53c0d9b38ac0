"""The timetable of a scenario folder: read by whichever reader its file asks for, and written as a plain CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.errors import InvalidInput
from scenarios.timetables.csv_file import read_timetable
from scenarios.timetables.gtfs import read_gtfs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scenarios.scenario import ScenarioPlace
    from scenarios.stations import TimetableFile
    from scenarios.tables import Findings
    from scenarios.timetables.model import Departure, Line, Timetable

TIMETABLE_FILE = "timetable.csv"
"""Name under which a timetable that came from no file is written."""


def read_lines(
    folder: Path, source: TimetableFile, places: Sequence[ScenarioPlace], goods: set[str], findings: Findings
) -> Timetable | None:
    """Return the timetable that ``source`` names, None where there is none; every fault goes to ``findings``."""
    if not source.file:
        return None
    path = folder / source.file
    if not path.exists():
        findings.fault("E301", source.file)
        return None
    try:
        if path.suffix.lower() == ".csv":
            return read_timetable(path, places=places, commodities=goods, datum=source.datum)
        return read_gtfs(path, datum=source.datum)
    except InvalidInput as error:
        findings.faults += error.faults
        return None


def timetable_rows(table: Timetable) -> Iterator[dict[str, Any]]:
    """Yield a row for each stop of each departure, by the fields of ``scenarios.timetables.table.TIMETABLE``."""
    for line in table.lines:
        for departure in line.departures:
            yield from _rows(line, departure)


def _rows(line: Line, departure: Departure) -> Iterator[dict[str, Any]]:
    days, carriage = departure.days, departure.carriage
    once = {
        "weekdays": days.weekdays,
        "first": days.first,
        "last": days.last,
        "also_on": days.also_on or None,
        "not_on": days.not_on or None,
        "carriage.barred": carriage.barred or None,
        "carriage.peaks": carriage.peaks,
    }
    once |= {f"carriage.room.{name}": getattr(carriage.room, name) for name in carriage.room.__slots__}
    names = ("max_piece_g", "dwell_s", "detour_m", "fen_per_piece", "fen_per_trip")
    once |= {f"carriage.{name}": getattr(carriage, name) for name in names}
    for rank, stop in enumerate(line.stops):
        at_stop = {
            "line": line.service,
            "departure": departure.id,
            "name": line.name,
            "name_en": line.name_en,
            "stop": stop.id,
            "stop_name": stop.name,
            "stop_name_en": stop.name_en,
            "place": stop.place,
            "lon": stop.lon,
            "lat": stop.lat,
            "arrive_s": departure.arrive_s[rank],
            "depart_s": departure.depart_s[rank],
        }
        yield at_stop | (once if rank == 0 else {})
