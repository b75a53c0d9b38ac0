"""What a scenario says of its second tier: stations, service modes of places, and where the timetable lies.

Plain objects as in ``scenarios.scenario``; ``scenarios.tiers`` makes the optimizer's tiers of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.scenario import Shelf
    from scenarios.timetables.model import Carriage

SERVICE_MODES = ("direct", "station", "bus", "line", "idle", "unmanned", "drone")
"""How a place may be served: by the hub's own vehicles, through its station, on a scheduled departure, by a standing
line (the hub's own vehicles drive it), by an idle vehicle, an unmanned one or a drone."""

VEHICLE_KINDS = ("own", "idle", "unmanned", "drone")
"""What a vehicle is: "idle" is somebody's who happens to drive, "unmanned" has no driver, a "drone" flies."""

DRONE = "drone"
"""Kind of what flies; its matrix has no roads and bears this name as a profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStation:
    """A place where goods change vehicles; its opening hours are the windows of the place.

    ``handling_s``: from arriving to being ready to go on. ``pieces_per_quarter_h``: throughput, None means no limit.
    ``storage``: most kept at a time, by load dimension; None means no limit. ``barred``: commodities that may not
    pass; None means all may. Vehicles of its own are those whose ``depot`` is the place.
    """

    place: str
    handling_s: int = 0
    pieces_per_quarter_h: int | None = None
    storage: Shelf | None = None
    barred: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRule:
    """Service modes of a place, or of all places of a township; a rule for the place itself counts first.

    ``place``: id of a place, or name of a township. ``modes``: among ``SERVICE_MODES``. ``station``: that goods go
    through, "" takes the place's own.
    """

    place: str
    modes: tuple[str, ...]
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableFile:
    """Where the timetable lies: a CSV file, or a GTFS feed (folder or zip), relative to the scenario's folder.

    ``datum``: of its coordinates. ``walk_m``: farthest that goods are carried between a stop and a place.
    """

    file: str = ""
    datum: str = "WGS-84"
    walk_m: int = 500


NO_TIMETABLE = TimetableFile()
"""A county without buses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCarriage:
    """What the departures of ``id`` (a departure, a line, or a service) may carry, instead of what the feed says."""

    id: str
    carriage: Carriage
