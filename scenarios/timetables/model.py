"""Lines with a timetable, and what each of their departures may carry: frozen, checked at birth.

A line is one order of stops; a bus that turns back, or leaves out a stop, is another line of the same
service. Times are seconds since midnight of the day of service and go on after 24:00. Nothing
here knows about files or roads.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from scenarios.errors import InvalidInput
from scenarios.scenario import Load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from optimizer.model import TimeWindow
    from scenarios.text import Text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week, Monday first."""

HEAVIEST_PIECE_G = 30_000
"""Default: one operator takes no piece above 30 kg on its buses."""

CLOCK_MOST_S = 48 * 3_600
"""Latest time of a departure: the end of the night after its day."""


NOTHING = Load()
"""No free space in any load dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a line calls: WGS-84 degrees, and the place that it serves, "" where none is known."""

    id: str
    name: str = ""
    name_en: str = ""
    lon: float
    lat: float
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days of service: ``weekdays`` from ``first`` to ``last`` (None: no end), less ``not_on``, plus ``also_on``."""

    weekdays: tuple[str, ...] = WEEKDAYS
    first: date | None = None
    last: date | None = None
    also_on: frozenset[date] = frozenset()
    not_on: frozenset[date] = frozenset()

    def include(self, day: date) -> bool:
        """Whether there is service on ``day``; a day both added and left out has none."""
        if day in self.not_on:
            return False
        is_within = (self.first is None or self.first <= day) and (self.last is None or day <= self.last)
        return day in self.also_on or (is_within and WEEKDAYS[day.weekday()] in self.weekdays)


EVERY_DAY = Days()
"""Service without a day off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """What one departure may carry, and what that costs.

    ``room``: free space by load dimension, 0 for one that is not stated. ``max_piece_g``: heaviest piece.
    ``barred``: commodities that it refuses. ``peaks``: passenger peaks; a departure that leaves its first stop
    within one (both ends included) carries no goods. ``dwell_s``: longest that the bus waits at a stop for goods,
    beyond its timetable. ``detour_m``: farthest that it leaves its course for a place. ``fen_per_piece``
    and ``fen_per_trip``: price; both together where both are given.

    Raises
    ------
    InvalidInput
        E383, when a figure is negative.
    """

    room: Load = NOTHING
    max_piece_g: int = HEAVIEST_PIECE_G
    barred: frozenset[str] = frozenset()
    peaks: tuple[TimeWindow, ...] = ()
    dwell_s: int = 60
    detour_m: int = 0
    fen_per_piece: int = 0
    fen_per_trip: int = 0

    def __post_init__(self) -> None:
        figures = {f"room.{name}": getattr(self.room, name) for name in Load.__slots__}
        names = ("max_piece_g", "dwell_s", "detour_m", "fen_per_piece", "fen_per_trip")
        figures |= {name: getattr(self, name) for name in names}
        for name, value in figures.items():
            if value < 0:
                raise InvalidInput("E383", column=name, value=value)


NO_ROOM = Carriage()
"""A bus of which nobody has said what it may carry: no free space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One run of a line's vehicle; ``arrive_s`` and ``depart_s`` have a time for each stop of the line.

    Raises
    ------
    InvalidInput
        E382, when a time is before the one in front; E386, when there are fewer than two stops or not as many
        arrivals as departures.
    """

    id: str
    arrive_s: tuple[int, ...]
    depart_s: tuple[int, ...]
    days: Days = EVERY_DAY
    carriage: Carriage = NO_ROOM

    def __post_init__(self) -> None:
        if len(self.arrive_s) != len(self.depart_s) or len(self.arrive_s) < 2:
            raise InvalidInput("E386", value=self.id)
        times = chain.from_iterable(zip(self.arrive_s, self.depart_s, strict=True))
        for before_s, time_s in pairwise(times):
            if time_s < before_s:
                raise InvalidInput("E382", departure=self.id, value=clock(time_s), before=clock(before_s))

    @property
    def carries_goods(self) -> bool:
        """Whether it leaves its first stop outside all passenger peaks and has free space at all."""
        leaves_s = self.depart_s[0]
        in_peak = any(peak.early_s <= leaves_s <= peak.late_s for peak in self.carriage.peaks)
        return not in_peak and self.carriage.room != NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A scheduled line: its ``stops`` in order, and its departures in order of time.

    ``service``: what the operator calls it; several lines, one for each order of stops, may share that.
    ``course``: (lon, lat) of its drawn course, WGS-84; empty where nobody drew one.

    Raises
    ------
    InvalidInput
        E386, when it has fewer than two stops, or a departure has not as many times as there are stops.
    """

    id: str
    service: str
    name: str = ""
    name_en: str = ""
    stops: tuple[Stop, ...]
    departures: tuple[Departure, ...] = ()
    course: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.stops) < 2:
            raise InvalidInput("E386", value=self.id)
        for departure in self.departures:
            if len(departure.arrive_s) != len(self.stops):
                raise InvalidInput("E386", value=departure.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """All lines of a county; ``placeholders`` and ``notes`` as in ``scenarios.scenario.Scenario``."""

    lines: tuple[Line, ...]
    placeholders: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = field(default=(), compare=False)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Every stop once, in order of the lines."""
        return tuple({stop.id: stop for line in self.lines for stop in line.stops}.values())

    @property
    def names(self) -> frozenset[str]:
        """Ids of all lines, services and departures."""
        return frozenset(n for line in self.lines for n in (line.id, line.service, *(d.id for d in line.departures)))

    def on(self, day: date) -> Timetable:
        """Return what runs on ``day``: lines without a departure then are left out, all of them if none has one."""
        kept = (
            replace(line, departures=tuple(d for d in line.departures if d.days.include(day))) for line in self.lines
        )
        return replace(self, lines=tuple(line for line in kept if line.departures))


def with_carriages(table: Timetable, carriages: Mapping[str, Carriage]) -> Timetable:
    """Return the timetable with other carriages, by id of a departure, line or service; the narrowest id counts.

    What no id names stays as it is. This is how a feed, which says nothing of goods, learns of them.

    Raises
    ------
    InvalidInput
        E396, when an id names nothing in ``table``.
    """
    unknown = sorted(set(carriages) - table.names)
    if unknown:
        raise InvalidInput("E396", count=len(unknown), value=", ".join(unknown[:10]))

    def carried(line: Line, departure: Departure) -> Departure:
        named = next((name for name in (departure.id, line.id, line.service) if name in carriages), None)
        return departure if named is None else replace(departure, carriage=carriages[named])

    lines = (replace(line, departures=tuple(carried(line, d) for d in line.departures)) for line in table.lines)
    return replace(table, lines=tuple(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A departure with the line that it is one of, before lines are made: what every reader ends with."""

    service: str
    name: str
    name_en: str
    stops: tuple[Stop, ...]
    departure: Departure
    course_id: str = ""


def lines_of(runs: tuple[Run, ...], courses: dict[str, tuple[tuple[float, float], ...]]) -> tuple[Line, ...]:
    """Return one line for each service, order of stops and drawn course; O(runs log runs).

    The first line of a service has its id, the next ones ``id~2``, ``id~3`` in order of appearance.
    """
    groups: dict[tuple[str, tuple[str, ...], str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.service, tuple(stop.id for stop in run.stops), run.course_id), []).append(run)
    count: dict[str, int] = {}
    lines = []
    for (service, _, course_id), members in groups.items():
        count[service] = count.get(service, 0) + 1
        departures = sorted((run.departure for run in members), key=lambda d: (d.depart_s[0], d.id))
        lines.append(
            Line(
                id=service if count[service] == 1 else f"{service}~{count[service]}",
                service=service,
                name=members[0].name,
                name_en=members[0].name_en,
                stops=members[0].stops,
                departures=tuple(departures),
                course=courses.get(course_id, ()),
            )
        )
    return tuple(lines)


def clock(time_s: int) -> str:
    """Return a time as people write it, such as 24:30 or 07:00:30."""
    minutes, second = divmod(abs(time_s), 60)
    shown = f"{'-' if time_s < 0 else ''}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{shown}:{second:02d}" if second else shown
