"""The columns of a plain timetable: one row for each stop of each departure, in order.

What belongs to a departure (days, carriage), a line (names) or a stop (names, place, coordinates) may stand in any
one of its rows, or the same in several.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios import cells
from scenarios.cells import CellError
from scenarios.columns import Column, Table
from scenarios.stations import LineCarriage
from scenarios.timetables.model import NO_ROOM, WEEKDAYS, Carriage

if TYPE_CHECKING:
    from datetime import date

    from scenarios.cells import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableRow:
    """One row: a departure at a stop. Empty cells have the defaults of ``scenarios.timetables.model``."""

    line: str
    departure: str
    name: str = ""
    name_en: str = ""
    stop: str = ""
    stop_name: str = ""
    stop_name_en: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    arrive_s: int | None = None
    depart_s: int | None = None
    weekdays: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    also_on: frozenset[date] = frozenset()
    not_on: frozenset[date] = frozenset()
    carriage: Carriage = NO_ROOM


def _not_negative(cell: Cell) -> Cell:
    """Return the cell with a negative number told as such, and not as any number out of range."""

    def read(raw: str) -> object:
        if raw.startswith("-"):
            raise CellError("E383")
        return cell.read(raw)

    return replace(cell, read=read)


def _days() -> Cell:
    """Read several dates, separated by semicolons."""
    one = cells.day()
    return cells.Cell(
        read=lambda raw: frozenset(one.read(part.strip()) for part in cells.SEPARATORS.split(raw) if part.strip()),
        show=lambda value: ";".join(sorted(map(str, value))),
        unit="YYYY-MM-DD;...",
    )


_ID = cells.ident()
_KG = _not_negative(cells.number("kg", scale=1_000, high=1_000_000))
_LITRE = _not_negative(cells.number("L", scale=1_000, high=10_000_000))
_COUNT = _not_negative(cells.whole(high=100_000))
_YUAN = _not_negative(cells.number("yuan", scale=100, high=10_000_000))
_METRES = _not_negative(cells.whole("m", high=1_000_000))
_SECONDS = _not_negative(cells.whole("s", high=86_400))

DAYS = (
    Column(
        name="days",
        zh="运行日",
        field="weekdays",
        cell=cells.choices(dict(zip(WEEKDAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))),
        about="empty: every day",
    ),
    Column(name="first_day", zh="开始日期", field="first", cell=cells.day(), about="empty: always"),
    Column(name="last_day", zh="结束日期", field="last", cell=cells.day(), about="empty: always"),
    Column(name="also_on", zh="加开日期", field="also_on", cell=_days(), about="market days, say"),
    Column(name="not_on", zh="停运日期", field="not_on", cell=_days()),
)
"""When a departure runs."""

CARRIAGE = (
    Column(name="free_kg", zh="可带重量(kg)", field="carriage.room.load_g", cell=_KG),
    Column(name="free_l", zh="可带体积(L)", field="carriage.room.load_ml", cell=_LITRE),
    Column(name="free_totes", zh="可带周转箱", field="carriage.room.totes", cell=_COUNT),
    Column(name="free_pallets", zh="可带托盘", field="carriage.room.pallets", cell=_COUNT),
    Column(name="max_piece_kg", zh="单件限重(kg)", field="carriage.max_piece_g", cell=_KG),
    Column(
        name="barred",
        zh="禁运货物",
        field="carriage.barred",
        cell=cells.idents(as_set=True),
        about="commodity ids",
    ),
    Column(
        name="peaks",
        zh="客流高峰",
        field="carriage.peaks",
        cell=cells.windows(),
        about="no goods on a departure that leaves its first stop then",
    ),
    Column(
        name="dwell_s",
        zh="停站装卸(秒)",
        field="carriage.dwell_s",
        cell=_SECONDS,
        is_placeholder=True,
        about="longest wait for goods at a stop",
    ),
    Column(name="detour_m", zh="可绕行(米)", field="carriage.detour_m", cell=_METRES, about="off its course"),
    Column(name="yuan_per_piece", zh="每件价格(元)", field="carriage.fen_per_piece", cell=_YUAN, is_placeholder=True),
    Column(name="yuan_per_trip", zh="每趟价格(元)", field="carriage.fen_per_trip", cell=_YUAN, is_placeholder=True),
)
"""What a departure may carry, and for how much."""

STOP = (
    Column(name="stop_name", zh="站点名称", field="stop_name", cell=cells.text()),
    Column(name="stop_name_en", zh="站点英文名称", field="stop_name_en", cell=cells.text()),
    Column(name="place", zh="地点", field="place", cell=_ID, about="place id that the stop serves"),
    Column(
        name="lon", zh="经度", field="lon", cell=cells.real("degree", low=-180, high=180), about="empty: the place's"
    ),
    Column(name="lat", zh="纬度", field="lat", cell=cells.real("degree", low=-90, high=90), about="empty: the place's"),
)
"""What a stop is called and where it is."""

LINE = (
    Column(name="name", zh="线路名称", field="name", cell=cells.text()),
    Column(name="name_en", zh="线路英文名称", field="name_en", cell=cells.text()),
)
"""What a line is called."""

TIMETABLE = Table(
    name="timetable",
    file="timetable.csv",
    zh="时刻表",
    of=TimetableRow,
    key="",
    columns=(
        Column(name="line", zh="线路", field="line", cell=_ID, is_required=True),
        Column(name="departure", zh="班次", field="departure", cell=_ID, is_required=True),
        Column(name="stop", zh="站点", field="stop", cell=_ID, about="empty: the place"),
        Column(name="arrive", zh="到站", field="arrive_s", cell=cells.clock(), about="empty: departure"),
        Column(
            name="depart",
            zh="发车",
            field="depart_s",
            cell=cells.clock(),
            about="empty: arrival; both empty between two timed stops: by distance",
        ),
        *LINE,
        *STOP,
        *DAYS,
        *CARRIAGE,
    ),
)
"""One row for each stop of each departure."""

CARRIAGES = Table(
    name="lines",
    file="lines.csv",
    zh="线路载货",
    of=LineCarriage,
    columns=(
        Column(name="id", zh="班次或线路", field="id", cell=_ID, is_required=True, about="departure, line or service"),
        *CARRIAGE,
    ),
)
"""What departures may carry, where the timetable does not say: GTFS knows nothing of goods."""
