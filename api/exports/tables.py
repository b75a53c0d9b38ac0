"""``visits.csv`` and ``trips.csv``: tables that a spreadsheet opens cleanly and cannot be tricked by.

UTF-8 with a byte order mark, bilingual headers, one row a visit or trip. A cell
that a spreadsheet would run as a formula begins with an apostrophe instead.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from api.units import clock, load_kind, load_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from api.views import DayView, Goods, TripView, VisitView

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make Excel, WPS or LibreOffice calculate (CWE-1236); full-width ones do with Chinese input."""


def safe_cell(value: object) -> object:
    """Return ``value``, or its text behind an apostrophe when it could run; numbers stay numbers."""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_visits(day: DayView, path: Path) -> None:
    """Write one row per visit, in the order of the trips; loads are those on leaving the place."""
    write_table(path, *visits_table(day))


def write_trips(day: DayView, path: Path) -> None:
    """Write one row per trip; the peak load is a share of the vehicle's capacity, 0 to 1."""
    write_table(path, *trips_table(day))


def visits_table(day: DayView) -> tuple[list[str], list[list[object]]]:
    """Return header and rows of the visits."""
    header = [
        "行程 trip",
        "车辆 vehicle",
        "顺序 rank",
        "地点编号 place_id",
        "地点 place",
        "层级 tier",
        "到达 arrive",
        "开始服务 start",
        "结束服务 end",
        "离开 depart",
        "行驶距离(m) distance_m",
        "送达袋数 bags_down",
        "送达件数 pieces_down",
        "送达明细 deliver",
        "揽收袋数 bags_up",
        "揽收件数 pieces_up",
        "揽收明细 collect",
        *(f"离开时{load_name(d, 'zh')} load_{d}" for d in day.dimensions),
        "经度 lon",
        "纬度 lat",
        "货运编号 shipments",
    ]
    return header, [_visit_row(trip, visit) for trip in day.trips for visit in trip.visits]


def trips_table(day: DayView) -> tuple[list[str], list[list[object]]]:
    """Return header and rows of the trips."""
    header = [
        "行程 trip",
        "车辆 vehicle",
        "车型 vehicle_type",
        "当日第几趟 trip_number",
        "起点 start",
        "终点 end",
        "装车开始 load_start",
        "发车 depart",
        "返回 return",
        "访问数 visits",
        "里程(m) distance_m",
        "行驶(s) driving_s",
        "送达袋数 bags_down",
        "揽收袋数 bags_up",
        "件数 pieces",
        "最高装载率 peak_load",
        "最紧维度 tightest",
    ]
    return header, [_trip_row(day, trip) for trip in day.trips]


def goods_text(goods: Iterable[Goods], lang: str = "zh") -> str:
    """Return ``中通 2 袋(31 件); 供销社 化肥 3 袋(3 件)`` for a cell or a line."""
    bag, piece, gap = ("袋", "件", "；") if lang == "zh" else (" bags", " pcs", "; ")
    parts = []
    for g in goods:
        kind = "" if g.is_parcel else f" {g.commodity.pick(lang)}"
        parts.append(f"{g.brand or '—'}{kind} {g.bags}{bag}({g.pieces}{piece})")
    return gap.join(parts)


def _visit_row(trip: TripView, visit: VisitView) -> list[object]:
    before, after = trip.legs[visit.rank - 1], trip.legs[visit.rank]
    on_board = [down + up for down, up in zip(after.load_down, after.load_up, strict=True)]
    times = [clock(t, seconds=True) for t in (visit.arrive_s, visit.start_s, visit.end_s, visit.depart_s)]
    shipments = " ".join(s for g in (*visit.deliver, *visit.collect) for s in g.shipments)
    place = visit.place
    return [
        *(trip.code, trip.vehicle, visit.rank, place.id, place.name, place.tier),
        *times,
        before.distance_m,
        *(sum(g.bags for g in visit.deliver), sum(g.pieces for g in visit.deliver), goods_text(visit.deliver)),
        *(sum(g.bags for g in visit.collect), sum(g.pieces for g in visit.collect), goods_text(visit.collect)),
        *on_board,
        *(round(place.lon, 6), round(place.lat, 6)),
        shipments,
    ]


def _trip_row(day: DayView, trip: TripView) -> list[object]:
    dimension, share = trip.peak
    return [
        *(trip.code, trip.vehicle, trip.vehicle_type, trip.trip_number, trip.start.name, trip.end.name),
        *(clock(t, seconds=True) for t in (trip.load_start_s, trip.depart_s, trip.return_s)),
        *(len(trip.visits), trip.distance_m, trip.driving_s),
        *(trip.bags_down, trip.bags_up, trip.pieces),
        *(round(share, 4), load_kind(day.dimensions[dimension]) if day.dimensions else ""),
    ]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table whose cells no spreadsheet runs."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([safe_cell(value) for value in row] for row in rows)
