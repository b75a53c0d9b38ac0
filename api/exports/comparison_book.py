"""``comparison.xlsx``: assumptions first, then one sheet a table, with real numbers in everyday units.

Where a reader wants to change an assumption, formulas stand (``comparison_calculator``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.exports.comparison_calculator import write_calculator
from api.exports.comparison_words import WORDS, day_name, market_name, relative_half_width
from api.exports.losses import named_day, write_missing
from api.exports.workbook import Book, opened
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.text import Text
from scenarios.variants.table import leaves_goods, market_rows, peak_rows, way_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def write_book(
    comparison: Comparison,
    rows: tuple[Row, ...],
    assumed: tuple[Text, ...],
    path: Path,
    *,
    lang: str,
    more: Callable[[Book], None] | None = None,
) -> None:
    """Write the workbook in ``lang``; ``more`` adds sheets in place of the calculator, which is of one county.

    Raises ``OSError`` where it cannot be written.
    """
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, comparison, assumed)
        _table(book, comparison, rows)
        _days(book, comparison)
        _peaks(book, comparison)
        _markets(book, comparison)
        if more is None:
            write_calculator(book, comparison)
        else:
            more(book)
        _definitions(book)
        _ways(book, comparison)
        write_missing(book, comparison)


def _assumptions(book: Book, comparison: Comparison, assumed: tuple[Text, ...]) -> None:
    sheet = book.assumptions()
    sheet.write_string(1, 1, book.word("baseline"), book.wrap)
    left = [(WORDS["left_hint"], False)] if leaves_goods(comparison) else []
    marked = [*left, *((text, True) for text in comparison.agenda.placeholders), *((text, False) for text in assumed)]
    book.assume(sheet, 2, marked)


TABLE_HEADS = ("mean", "±", "change", "±", "worst", "worst_day")
"""Columns of each variant in the table."""


def _table(book: Book, comparison: Comparison, rows: tuple[Row, ...]) -> None:
    """Write six columns a variant: mean, half width, change, its half width, worst value, worst day."""
    variants, wide = comparison.agenda.variants, len(TABLE_HEADS)
    sheet = book.sheet(book.word("table"), (24, 8, *(13.0,) * (wide * len(variants))))
    sheet.freeze_panes(2, 2)
    sheet.write_string(1, 0, book.word("measure"), book.head)
    sheet.write_string(1, 1, "", book.head)
    for k, variant in enumerate(variants):
        column = 2 + wide * k
        sheet.merge_range(0, column, 0, column + wide - 1, book.text(variant.name), book.head)
        for offset, name in enumerate(TABLE_HEADS):
            sheet.write_string(1, column + offset, name if name == "±" else book.word(name), book.head)
    for number, row in enumerate(rows, start=2):
        unit, _, _ = UNITS[row.definition.unit]
        sheet.write_string(number, 0, book.text(row.definition.name))
        sheet.write_string(number, 1, book.text(unit))
        for k, cell in enumerate(row.cells):
            if cell is not None:
                _table_cell(book, sheet, (number, 2 + wide * k), row, cell)
    sheet.write_string(len(rows) + 3, 0, book.word("noise"))
    sheet.write_string(len(rows) + 4, 0, book.word("peak"))


def _table_cell(book: Book, sheet: Worksheet, at: tuple[int, int], row: Row, cell: Cell) -> None:
    _, divisor, pattern = UNITS[row.definition.unit]
    number, column = at
    look = book.number(pattern)
    sheet.write_number(number, column, cell.over_days.mean / divisor, look)
    if math.isfinite(cell.over_days.half_width):
        sheet.write_number(number, column + 1, cell.over_days.half_width / divisor, look)
    if cell.change is not None and cell.change.relative is not None:
        sheet.write_number(number, column + 2, cell.change.relative, book.change(is_noise=cell.change.is_noise))
        half = relative_half_width(cell)
        if half is not None:
            sheet.write_number(number, column + 3, half, book.number("0.0%"))
    sheet.write_number(number, column + 4, cell.worst / divisor, look)
    sheet.write_string(number, column + 5, book.text(day_name(cell.worst_day)))


def _peaks(book: Book, comparison: Comparison) -> None:
    """Write a row for each measure of each peak day, value and change by variant; no sheet without peaks."""
    rows = peak_rows(comparison)
    if not rows:
        return
    variants = comparison.agenda.variants
    sheet = book.sheet(book.word("peak_days"), (12, 12, 24, 8, *(14.0,) * (2 * len(variants))))
    sheet.freeze_panes(1, 4)
    heads = [book.word("peak_factor"), "YYYY-MM-DD", book.word("measure"), ""]
    for variant in variants:
        heads += [book.text(variant.name), book.word("change")]
    book.heads(sheet, 0, heads)
    for number, row in enumerate(rows, start=1):
        unit, divisor, pattern = UNITS[row.definition.unit]
        sheet.write_number(number, 0, row.day.peak, book.number('"x "0.0'))
        told = (row.day.date.isoformat(), book.text(row.definition.name), book.text(unit))
        for column, text in enumerate(told, start=1):
            sheet.write_string(number, column, text)
        for k, (value, change) in enumerate(row.values):
            if value is not None:
                sheet.write_number(number, 4 + 2 * k, value / divisor, book.number(pattern))
            if change is not None:
                sheet.write_number(number, 5 + 2 * k, change, book.change())
    sheet.write_string(len(rows) + 2, 0, book.word("peak_hint"))


def _markets(book: Book, comparison: Comparison) -> None:
    """Write a row for each measure and kind of days, mean and change by variant; no sheet where one kind is missing."""
    rows = market_rows(comparison)
    if not rows:
        return
    variants = comparison.agenda.variants
    sheet = book.sheet(book.word("market_days"), (24, 8, 20, *(14.0,) * (2 * len(variants))))
    sheet.freeze_panes(1, 3)
    heads = [book.word("measure"), "", book.word("kind_of_days")]
    for variant in variants:
        heads += [book.text(variant.name), book.word("change")]
    book.heads(sheet, 0, heads)
    for number, each in enumerate(rows, start=1):
        unit, divisor, pattern = UNITS[each.row.definition.unit]
        sheet.write_row(number, 0, (book.text(each.row.definition.name), book.text(unit), book.text(market_name(each))))
        for k, cell in enumerate(each.row.cells):
            if cell is not None:
                sheet.write_number(number, 3 + 2 * k, cell.over_days.mean / divisor, book.number(pattern))
                if cell.change is not None and cell.change.relative is not None:
                    look = book.change(is_noise=cell.change.is_noise)
                    sheet.write_number(number, 4 + 2 * k, cell.change.relative, look)
    sheet.write_string(len(rows) + 2, 0, book.word("market_hint"))


def _days(book: Book, comparison: Comparison) -> None:
    """Write one row a variant and day, every measure a column."""
    sheet = book.sheet(book.word("days"), (22, 12, 12, 8, 20, *(14.0,) * len(KPI_DEFINITIONS)))
    sheet.freeze_panes(1, 2)
    heads = [book.word("variant"), book.word("days"), "YYYY-MM-DD", "x", book.word("markets")]
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
            towns = "、".join(comparison.agenda.markets.get(day.id, ()))
            named = (book.text(variant.name), book.text(named_day(day.id)), day.date.isoformat(), day.peak, towns)
            sheet.write_row(number, 0, named)
            for column, (name, definition) in enumerate(KPI_DEFINITIONS.items(), start=5):
                _, divisor, pattern = UNITS[definition.unit]
                value = getattr(kpis, name)
                if value is not None:
                    sheet.write_number(number, column, value / divisor, book.number(pattern))


def _definitions(book: Book) -> None:
    sheet = book.sheet(book.word("definitions"), (26, 110))
    for number, definition in enumerate(KPI_DEFINITIONS.values()):
        sheet.write_string(number, 0, book.text(definition.name), book.wrap)
        sheet.write_string(number, 1, book.text(definition.text), book.wrap)


def _ways(book: Book, comparison: Comparison) -> None:
    """Write the shares of carried pieces by kind of way; no sheet where everything goes direct."""
    rows = way_rows(comparison)
    if not rows:
        return
    sheet = book.sheet(book.word("ways_sheet"), (34, *(16.0,) * len(comparison.agenda.variants)))
    sheet.write_string(0, 0, book.word("ways"), book.head)
    for column, variant in enumerate(comparison.agenda.variants, start=1):
        sheet.write_string(0, column, book.text(variant.name), book.head)
    for number, row in enumerate(rows, start=1):
        sheet.write_string(number, 0, book.text(row.name))
        for column, share in enumerate(row.shares, start=1):
            if share is not None:
                sheet.write_number(number, column, share, book.number("0.0%"))
