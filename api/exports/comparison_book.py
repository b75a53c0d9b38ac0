"""``comparison.xlsx``: assumptions first, then one sheet a table, with real numbers in everyday units.

The calculator holds formulas: a reader who doubts a price changes its factor and sees costs and changes move, vehicles
and routes staying as they were planned.
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from api.exports.comparison_words import WORDS
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.text import Text
from scenarios.variants.table import way_rows

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from scenarios.comparison import Cell
    from scenarios.variants.compare import Comparison
    from scenarios.variants.table import Row

UNITS: dict[str, tuple[Text, float, str]] = {
    "fen": (Text("元", "yuan"), 100, "#,##0.00"),
    "share": (Text("%", "%"), 1, "0.0%"),
    "count": (Text("", ""), 1, "#,##0.0"),
    "m": (Text("公里", "km"), 1_000, "#,##0.0"),
    "s": (Text("小时", "h"), 3_600, "#,##0.00"),
    "days": (Text("天", "days"), 1, "0.0"),
    "l": (Text("升", "L"), 1, "#,##0.0"),
    "kwh": (Text("度", "kWh"), 1, "#,##0.0"),
    "kg": (Text("公斤", "kg"), 1, "#,##0.0"),
}
"""Unit of a measure -> unit shown, divisor, number format."""

COST_PARTS = (
    "fixed_cost_fen",
    "distance_cost_fen",
    "time_cost_fen",
    "overtime_cost_fen",
    "pay_cost_fen",
    "line_cost_fen",
    "handling_cost_fen",
)
"""Measures that add up to the operating cost."""


class _Book:
    """The workbook with its formats; ``text`` picks the language."""

    def __init__(self, book: Workbook, lang: str) -> None:
        self.book = book
        self.lang = lang
        self.head = book.add_format({"bold": True, "bg_color": "#1d4e89", "font_color": "#ffffff", "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.warned = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#fde9d9"})
        self.open = book.add_format({"bg_color": "#fff2a8", "border": 1, "num_format": "0.00"})
        self._numbers: dict[str, Format] = {}

    def text(self, text: Text) -> str:
        return text.pick(self.lang)

    def word(self, name: str) -> str:
        return self.text(WORDS[name])

    def number(self, pattern: str) -> Format:
        if pattern not in self._numbers:
            self._numbers[pattern] = self.book.add_format({"num_format": pattern})
        return self._numbers[pattern]

    def sheet(self, name: str, widths: tuple[float, ...]) -> Worksheet:
        made = self.book.add_worksheet(self.word(name)[:31])
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        return made


def write_book(
    comparison: Comparison, rows: tuple[Row, ...], assumed: tuple[Text, ...], path: Path, *, lang: str
) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        book = _Book(workbook, lang)
        _assumptions(book, comparison, assumed)
        _table(book, comparison, rows)
        _days(book, comparison)
        _calculator(book, comparison)
        _definitions(book)
        _ways(book, comparison)
        _missing(book, comparison)


def _assumptions(book: _Book, comparison: Comparison, assumed: tuple[Text, ...]) -> None:
    sheet = book.sheet("assumptions", (26, 110))
    sheet.write_string(0, 0, book.word("assumptions"), book.title)
    sheet.write_string(1, 1, book.word("baseline"), book.wrap)
    marked = [(text, True) for text in comparison.agenda.placeholders] + [(text, False) for text in assumed]
    for row, (text, is_placeholder) in enumerate(marked, start=2):
        look = book.warned if is_placeholder else book.wrap
        sheet.write_string(row, 0, book.word("placeholder") if is_placeholder else "", look)
        sheet.write_string(row, 1, book.text(text), look)


def _table(book: _Book, comparison: Comparison, rows: tuple[Row, ...]) -> None:
    """Write four columns a variant: mean, half width, change, worst day."""
    variants = comparison.agenda.variants
    sheet = book.sheet("table", (24, 8, *(13.0,) * (4 * len(variants))))
    sheet.freeze_panes(2, 2)
    sheet.write_string(1, 0, book.word("measure"), book.head)
    sheet.write_string(1, 1, "", book.head)
    for k, variant in enumerate(variants):
        column = 2 + 4 * k
        sheet.merge_range(0, column, 0, column + 3, book.text(variant.name), book.head)
        for offset, name in enumerate(("mean", "mean", "change", "worst")):
            sheet.write_string(1, column + offset, "±" if offset == 1 else book.word(name), book.head)
    for number, row in enumerate(rows, start=2):
        unit, _, _ = UNITS[row.definition.unit]
        sheet.write_string(number, 0, book.text(row.definition.name))
        sheet.write_string(number, 1, book.text(unit))
        for k, cell in enumerate(row.cells):
            if cell is not None:
                _table_cell(book, sheet, (number, 2 + 4 * k), row, cell)
    sheet.write_string(len(rows) + 3, 0, book.word("noise"))
    sheet.write_string(len(rows) + 4, 0, book.word("peak"))


def _table_cell(book: _Book, sheet: Worksheet, at: tuple[int, int], row: Row, cell: Cell) -> None:
    _, divisor, pattern = UNITS[row.definition.unit]
    number, column = at
    look = book.number(pattern)
    sheet.write_number(number, column, cell.over_days.mean / divisor, look)
    if math.isfinite(cell.over_days.half_width):
        sheet.write_number(number, column + 1, cell.over_days.half_width / divisor, look)
    if cell.change is not None and cell.change.relative is not None:
        noise = '"≈ "' if cell.change.is_noise else ""
        pattern = f"{noise}+0.0%;{noise}-0.0%;{noise}0.0%"
        sheet.write_number(number, column + 2, cell.change.relative, book.number(pattern))
    sheet.write_number(number, column + 3, cell.worst / divisor, look)


def _days(book: _Book, comparison: Comparison) -> None:
    """Write one row a variant and day, every measure a column."""
    sheet = book.sheet("days", (22, 12, 12, 8, *(14.0,) * len(KPI_DEFINITIONS)))
    sheet.freeze_panes(1, 2)
    heads = [book.word("variant"), book.word("days"), "YYYY-MM-DD", "x"]
    for definition in KPI_DEFINITIONS.values():
        unit = book.text(UNITS[definition.unit][0])
        heads.append(book.text(definition.name) + (f" ({unit})" if unit else ""))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, book.head)
    number = 0
    for variant in comparison.agenda.variants:
        for day in comparison.agenda.days:
            kpis = comparison.measured[variant.id].get(day.id)
            if kpis is None:
                continue
            number += 1
            sheet.write_row(number, 0, (book.text(variant.name), day.id, day.date.isoformat(), day.peak))
            for column, (name, definition) in enumerate(KPI_DEFINITIONS.items(), start=4):
                _, divisor, pattern = UNITS[definition.unit]
                value = getattr(kpis, name)
                if value is not None:
                    sheet.write_number(number, column, value / divisor, book.number(pattern))


def _calculator(book: _Book, comparison: Comparison) -> None:
    """Write mean costs by part, a factor for each part, and formulas for cost, cost per piece and change."""
    sheet = book.sheet("calculator", (26, *(15.0,) * 10))
    sheet.write_string(0, 0, book.word("calculator_hint"), book.title)
    names = [book.text(KPI_DEFINITIONS[name].name) for name in COST_PARTS]
    tail = [book.text(KPI_DEFINITIONS[n].name) for n in ("carried_pieces", "operating_cost_fen", "cost_per_piece_fen")]
    for column, head in enumerate([book.word("variant"), *names, *tail, book.word("change")]):
        sheet.write_string(2, column, head, book.head)
    sheet.write_string(1, 0, book.word("factor"))
    for column in range(1, len(names) + 1):
        sheet.write_number(1, column, 1, book.open)
    order = [v.id for v in comparison.agenda.variants]
    reference = 3 + order.index(comparison.agenda.against)
    for number, variant in enumerate(comparison.agenda.variants, start=3):
        sheet.write_string(number, 0, book.text(variant.name))
        means = _mean_costs(comparison, variant.id)
        if means is not None:
            _calculation(book, sheet, number, reference, means)


def _calculation(book: _Book, sheet: Worksheet, number: int, reference: int, means: list[float]) -> None:
    parts, yuan = len(means) - 1, book.number("#,##0.00")
    for column, value in enumerate(means, start=1):
        sheet.write_number(number, column, value, yuan)
    first, last = (xl_rowcol_to_cell(number, column) for column in (1, parts))
    factors = f"$B$2:{xl_rowcol_to_cell(1, parts, row_abs=True, col_abs=True)}"
    pieces, total = (xl_rowcol_to_cell(number, parts + k) for k in (1, 2))
    base = xl_rowcol_to_cell(reference, parts + 2, row_abs=True)
    cost = sum(means[:-1])
    sheet.write_formula(number, parts + 2, f"=SUMPRODUCT({first}:{last},{factors})", yuan, cost)
    per_piece = cost / means[-1] if means[-1] else ""
    sheet.write_formula(number, parts + 3, f'=IF({pieces}>0,{total}/{pieces},"")', yuan, per_piece)
    change = book.number("+0.0%;-0.0%;0.0%")
    sheet.write_formula(number, parts + 4, f'=IF({base}>0,{total}/{base}-1,"")', change)


def _mean_costs(comparison: Comparison, variant: str) -> list[float] | None:
    """Return the mean yuan of each part of the cost, then the mean pieces carried."""
    ordinary = {day.id for day in comparison.agenda.days if day.peak == 1}
    days = [kpis for day, kpis in comparison.measured[variant].items() if day in ordinary]
    if not days:
        return None

    def mean(name: str) -> float:
        return fmean(getattr(kpis, name) for kpis in days)

    return [*(mean(name) / 100 for name in COST_PARTS), mean("carried_pieces")]


def _definitions(book: _Book) -> None:
    sheet = book.sheet("definitions", (26, 110))
    for number, definition in enumerate(KPI_DEFINITIONS.values()):
        sheet.write_string(number, 0, book.text(definition.name), book.wrap)
        sheet.write_string(number, 1, book.text(definition.text), book.wrap)


def _ways(book: _Book, comparison: Comparison) -> None:
    """Write the shares of carried pieces by kind of way; no sheet where everything goes direct."""
    rows = way_rows(comparison)
    if not rows:
        return
    sheet = book.sheet("ways_sheet", (34, *(16.0,) * len(comparison.agenda.variants)))
    sheet.write_string(0, 0, book.word("ways"), book.head)
    for column, variant in enumerate(comparison.agenda.variants, start=1):
        sheet.write_string(0, column, book.text(variant.name), book.head)
    for number, row in enumerate(rows, start=1):
        sheet.write_string(number, 0, book.text(row.name))
        for column, share in enumerate(row.shares, start=1):
            if share is not None:
                sheet.write_number(number, column, share, book.number("0.0%"))


def _missing(book: _Book, comparison: Comparison) -> None:
    """Write what has no result and why; no sheet where nothing is missing."""
    if not comparison.losses:
        return
    sheet = book.sheet("missing", (20, 12, 24, 8, 80))
    for number, loss in enumerate(comparison.losses):
        values: tuple[Any, ...] = (loss.variant, loss.day, loss.part, loss.failure.code, book.text(loss.failure.text))
        sheet.write_row(number, 0, values)
