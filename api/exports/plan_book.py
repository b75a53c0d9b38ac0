"""A plan as a workbook: trips, visits, what is unserved, and the measures; no cell is a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.tables import safe_cell, trips_table, visits_table
from api.exports.workbook import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.views import DayView

WIDEST = 60
"""Width of a column in characters, however long its texts are."""


def write_book(day: DayView, path: Path) -> None:
    """Write the workbook."""
    unserved = [
        [u.shipment, u.place.id, u.place.name, u.brand, u.commodity.zh, u.pieces, u.code, u.reason.zh, u.remedy.zh]
        for u in day.unserved
    ]
    of_unserved = (
        "货运 shipment,地点编号 place_id,地点 place,品牌 brand,货物 commodity,件数 pieces,代码 code,"
        "原因 reason,办法 remedy"
    )
    kpis = [[f"{kpi.name.zh} {kpi.name.en}", kpi.value.zh] for kpi in day.kpis]
    sheets: dict[str, tuple[Sequence[str], Sequence[Sequence[object]]]] = {
        "行程 trips": trips_table(day),
        "访问 visits": visits_table(day),
        "未服务 unserved": (of_unserved.split(","), unserved),
        "指标 KPIs": (["指标 KPI", "数值 value"], kpis),
    }
    with opened(path) as book:
        head = book.add_format({"bold": True, "bg_color": "#1d4e89", "font_color": "#ffffff"})
        for name, (header, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, header, head)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [safe_cell(value) for value in row])
            for column, title in enumerate(header):
                longest = max([len(title) * 2, *(len(str(row[column])) for row in rows)])
                sheet.set_column(column, column, min(longest, WIDEST) + 1)
