"""``sweep.xlsx``: assumptions, the tornado, break-evens and every point, with real numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.exports.losses import write_missing
from api.exports.sweep import WORDS, throughout_text
from api.exports.workbook import Book, opened
from scenarios.sensitivity import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from api.exports.sweep import Sweep
    from scenarios.sensitivity import Spot


def write_book(sweep: Sweep, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, sweep)
        _tornado(book, sweep)
        _break_evens(book, sweep)
        _points(book, sweep)
        write_missing(book, sweep.run)


def _assumptions(book: Book, sweep: Sweep) -> None:
    sheet = book.assumptions()
    plain = ["baseline", "one_at_a_time", *(["left_hint"] if sweep.leaves_goods else [])]
    marked = [(WORDS[name], False) for name in plain]
    marked.append((sweep.compared, False))
    marked += [(text, True) for text in sweep.run.agenda.placeholders] + [(text, False) for text in sweep.assumed]
    book.assume(sheet, 1, marked)


def _tornado(book: Book, sweep: Sweep) -> None:
    """Write one row a bar: cheapest and dearest, and how far they are apart as a formula, ``≈`` for noise."""
    sheet = book.sheet(book.word("tornado"), (24, 34, 18, 18, 24))
    book.heads(sheet, 0, [book.word(name) for name in ("variant", "factor", "low", "high", "swing")])
    row = 0
    for side in sweep.sides:
        for curve in sweep.of_side(side.id):
            row += 1
            costs = [spot.cost_fen.mean / 100 for spot in curve.spots]
            sheet.write_string(row, 0, side.name.pick(book.lang))
            sheet.write_string(row, 1, NAMES[curve.factor.name].pick(book.lang))
            sheet.write_number(row, 2, min(costs), book.yuan)
            sheet.write_number(row, 3, max(costs), book.yuan)
            look = book.amount(is_noise=curve.is_noise)
            sheet.write_formula(row, 4, f"=D{row + 1}-C{row + 1}", look, max(costs) - min(costs))
    sheet.write_string(row + 2, 0, book.word("noise"))


def _break_evens(book: Book, sweep: Sweep) -> None:
    sheet = book.sheet(book.word("break_even"), (34, 12, 12, 12, 26, 26, 10))
    book.heads(sheet, 0, [book.word(n) for n in ("factor", "at", "from", "to", "below", "above", "is_sure")])
    for row, found in enumerate(sweep.break_evens, start=1):
        sheet.write_string(row, 0, NAMES[found.factor].pick(book.lang))
        for column, value in enumerate((found.at, *found.bracket), start=1):
            sheet.write_number(row, column, value)
        for column, side in enumerate((found.below, found.above), start=4):
            sheet.write_string(row, column, sweep.name(side).pick(book.lang))
        sheet.write_boolean(row, 6, found.is_sure)
    row = len(sweep.break_evens) + 2
    sheet.write_string(row, 0, book.word("between_points"))
    for each in sweep.throughout:
        row += 1
        sheet.write_string(row, 0, throughout_text(sweep, each).pick(book.lang))


def _points(book: Book, sweep: Sweep) -> None:
    sheet = book.sheet(book.word("table"), (24, 34, 10, *(15.0,) * 8))
    sheet.freeze_panes(1, 3)
    names = [book.word(name) for name in ("variant", "factor", "value", "cost")]
    names += ["±", *(book.word(name) for name in ("change", "piece", "vehicles", "km", "left", "num_days"))]
    book.heads(sheet, 0, names)
    row = 0
    for curve in sweep.curves:
        for spot in curve.spots:
            row += 1
            sheet.write_string(row, 0, sweep.name(curve.side).pick(book.lang))
            sheet.write_string(row, 1, NAMES[curve.factor.name].pick(book.lang))
            _point(book, sheet, row, spot)
    sheet.write_string(row + 2, 0, book.word("noise"))


def _point(book: Book, sheet: Worksheet, row: int, spot: Spot) -> None:
    sheet.write_number(row, 2, spot.value)
    sheet.write_number(row, 3, spot.cost_fen.mean / 100, book.yuan)
    if math.isfinite(spot.cost_fen.half_width):
        sheet.write_number(row, 4, spot.cost_fen.half_width / 100, book.yuan)
    if spot.against_today is not None and spot.against_today.relative is not None:
        look = book.change(is_noise=spot.against_today.is_noise)
        sheet.write_number(row, 5, spot.against_today.relative, look)
    if spot.piece_fen is not None:
        sheet.write_number(row, 6, spot.piece_fen / 100, book.yuan)
    sheet.write_number(row, 7, spot.vehicles, book.fen)
    sheet.write_number(row, 8, spot.distance_m / 1000, book.yuan)
    sheet.write_number(row, 9, spot.unserved_pieces, book.yuan)
    sheet.write_number(row, 10, spot.cost_fen.days)
