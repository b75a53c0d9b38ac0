"""A stored plan as files for other programs: GeoJSON, tables, a workbook."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.county_day import view_day
from api.exports.geojson import write_geojson
from api.exports.plan_book import write_book
from api.exports.tables import write_trips, write_visits
from api.schemas import to_tiered
from api.tiered_day import view_tiered_day
from api.tiered_kpis import measure_tiers
from api.tiers import tiers_of
from scenarios.kpis import measure
from scenarios.text import Text

if TYPE_CHECKING:
    from api.service.questions import Asked
    from api.views import DayView

WRITERS = {
    "geojson": write_geojson,
    "visits": write_visits,
    "trips": write_trips,
    "xlsx": write_book,
}
"""What is drawn -> who writes it."""


def drawn(asked: Asked) -> dict[str, Any]:
    """Return a file in base 64; cells that a spreadsheet would run are made harmless by the writers."""
    path = asked.folder / "file"
    WRITERS[asked.question["what"]](_day(asked), path)
    return {"content": base64.b64encode(path.read_bytes()).decode()}


def _day(asked: Asked) -> DayView:
    """Return the day as people see it."""
    county, record = asked.county, asked.record
    origin, digest, tiered = record.origin, record.digest, to_tiered(record)
    broken = tuple(Text(each.render("zh"), each.render("en")) for each in asked.judge(tiered))
    if asked.is_tiered:
        tiers = tiers_of(county)
        kpis = measure_tiers(county, tiers, tiered)
        return view_tiered_day(county, tiers, tiered, kpis=kpis, violations=broken, origin=origin, digest=digest)
    plan = tiered.plan
    day = view_day(county, plan, kpis=measure(county, plan), violations=(), origin=origin, digest=digest)
    return replace(day, violations=broken)
