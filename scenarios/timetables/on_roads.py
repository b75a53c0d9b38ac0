"""The lines of a timetable on the roads of a county."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from networks.lines import DrawnLine, LineReport, match_lines
from networks.points import Points
from networks.profiles import DRY_AND_CLEAR
from scenarios.text import Text

if TYPE_CHECKING:
    from networks.network import RoadNetwork
    from networks.profiles import Conditions, Profile
    from scenarios.timetables.model import Timetable


def match_timetable(
    network: RoadNetwork, profile: Profile, table: Timetable, conditions: Conditions = DRY_AND_CLEAR
) -> LineReport:
    """Return how the lines of ``table`` lie on the roads; a course for each line, in order, under its id.

    About a second for the buses of a county; see ``networks.lines`` for what a course follows.
    """
    stops = table.stops
    row = {stop.id: k for k, stop in enumerate(stops)}
    points = Points(
        ids=tuple(stop.id for stop in stops),
        lon=np.array([stop.lon for stop in stops]),
        lat=np.array([stop.lat for stop in stops]),
    )
    lines = [
        DrawnLine(
            id=line.id,
            stops=tuple(row[stop.id] for stop in line.stops),
            course=np.array(line.course) if line.course else None,
        )
        for line in table.lines
    ]
    return match_lines(network, profile, points, lines, conditions)


def notes_of(report: LineReport) -> tuple[Text, ...]:
    """Return what somebody should look at, in words."""
    return tuple(Text(note.render("zh"), note.render("en")) for note in report.notes)
