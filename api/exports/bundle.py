"""All outputs of one plan, written into one folder; names are fixed, so that a new plan replaces the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.errors import InvalidInput
from api.exports.geojson import write_geojson
from api.exports.map import write_map
from api.exports.report import write_report
from api.exports.runsheets import write_runsheets
from api.exports.tables import write_trips, write_visits
from api.exports.tier_tables import write_handovers, write_rides

if TYPE_CHECKING:
    from pathlib import Path

    from api.views import DayView

FILES = ("visits.csv", "trips.csv", "routes.geojson", "map.png", "report.html", "runsheets.html")
"""What ``write_outputs`` makes; plan.json and history.json are ``api.plan_file``'s."""

TIER_FILES = ("handovers.csv", "rides.csv")
"""Made as well for a day with tiers."""


def files_of(day: DayView) -> tuple[str, ...]:
    """Return the names of what ``write_outputs`` makes of ``day``."""
    return FILES if day.tiers is None else (*FILES, *TIER_FILES)


def write_outputs(day: DayView, folder: Path, *, lang: str) -> tuple[str, ...]:
    """Write all pictures, pages and tables of ``day``; return warnings to show.

    Raises
    ------
    InvalidInput
        E403 when a file cannot be written, such as a table that is open in a spreadsheet.
    """
    try:
        write_visits(day, folder / "visits.csv")
        write_trips(day, folder / "trips.csv")
        if day.tiers is not None:
            write_handovers(day.tiers, folder / "handovers.csv")
            write_rides(day.tiers, folder / "rides.csv")
        write_geojson(day, folder / "routes.geojson")
        write_report(day, folder / "report.html", lang=lang)
        write_runsheets(day, folder / "runsheets.html", lang=lang)
        return write_map(day, folder / "map.png", lang=lang)
    except OSError as error:
        raise InvalidInput("E403", path=error.filename or folder, detail=error.strerror or error) from None
