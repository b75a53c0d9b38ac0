"""``frequency.xlsx``: assumptions, policies, days of visit by village and every planned day, with real numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.exports.frequency import frontier_text
from api.exports.frequency_words import WORDS
from api.exports.losses import named_day, write_missing
from api.exports.workbook import Book, opened

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from api.exports.frequency import FrequencyReport
    from scenarios.frequency.outcome import Outcome

HEADS = (
    *(
        "policy",
        "cost",
        "penalty",
        "change",
        "piece",
        "vehicles",
        "km",
        "wait",
        "wait_p90",
        "wait_longest",
        "worst",
        "visits",
    ),
    *("coverage", "left", "on_line"),
)


def write_book(report: FrequencyReport, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, report)
        _policies(book, report)
        _visits(book, report)
        _days(book, report)
        write_missing(book, report.planned)


def _assumptions(book: Book, report: FrequencyReport) -> None:
    plain = [
        WORDS["baseline"],
        report.compared,
        report.coverage_hint,
        *([WORDS["left_hint"]] if report.leaves_goods else []),
    ]
    marked = [(text, False) for text in plain]
    marked += [(text, True) for text in report.study.agenda.placeholders]
    marked += [(text, False) for text in report.assumed]
    book.assume(book.assumptions(), 1, marked)


def _policies(book: Book, report: FrequencyReport) -> None:
    """Write one row a policy."""
    sheet = book.sheet(book.word("table"), (34, *(15.0,) * (len(HEADS) + 1)))
    sheet.freeze_panes(1, 1)
    book.heads(sheet, 0, [book.word(name) for name in HEADS[:2]] + ["±"] + [book.word(name) for name in HEADS[2:]])
    for row, outcome in enumerate(report.outcomes, start=1):
        sheet.write_string(row, 0, outcome.policy.name.pick(book.lang))
        _costs(book, sheet, row, outcome)
        distance_km = None if outcome.distance_m is None else outcome.distance_m / 1_000
        figures = [outcome.vehicles, distance_km, outcome.wait_mean, outcome.wait_p90]
        figures += [outcome.wait_longest, outcome.worst_wait, outcome.visits_per_week]
        for column, value in enumerate(figures, start=6):
            _number(sheet, row, column, value, book.yuan)
        _number(sheet, row, 13, outcome.coverage, book.percent)
        _number(sheet, row, 14, outcome.unserved_pieces, book.yuan)
        sheet.write_string(row, 15, frontier_text(outcome).pick(book.lang))
    sheet.write_string(len(report.outcomes) + 2, 0, book.word("noise"))


def _costs(book: Book, sheet: Worksheet, row: int, outcome: Outcome) -> None:
    if outcome.cost_fen is not None:
        sheet.write_number(row, 1, outcome.cost_fen.mean / 100, book.yuan)
        if math.isfinite(outcome.cost_fen.half_width):
            sheet.write_number(row, 2, outcome.cost_fen.half_width / 100, book.yuan)
    if outcome.penalty_fen is not None:
        sheet.write_number(row, 3, outcome.penalty_fen / 100, book.yuan)
    if outcome.against is not None and outcome.against.relative is not None:
        sheet.write_number(row, 4, outcome.against.relative, book.change(is_noise=outcome.against.is_noise))
    if outcome.piece_fen is not None:
        sheet.write_number(row, 5, outcome.piece_fen / 100, book.yuan)


def _number(sheet: Worksheet, row: int, column: int, value: float | None, look: Format) -> None:
    if value is not None:
        sheet.write_number(row, column, value, look)


def _visits(book: Book, report: FrequencyReport) -> None:
    """Write one row a village: its pieces and the days on which plans visit it under every policy."""
    study, pieces = report.study, report.pieces()
    sheet = book.sheet(book.word("list"), (12, 20, 12, *(20.0,) * len(study.policies)))
    sheet.freeze_panes(1, 2)
    names = [policy.name.pick(book.lang) for policy in study.policies]
    book.heads(sheet, 0, ["id", book.word("village"), book.word("pieces"), *names])
    for row, place in enumerate(pieces, start=1):
        sheet.write_string(row, 0, place)
        sheet.write_string(row, 1, report.name(place))
        sheet.write_number(row, 2, pieces[place])
        for column, outcome in enumerate(report.outcomes, start=3):
            sheet.write_string(row, column, report.days_of_visit(outcome, place))


def _days(book: Book, report: FrequencyReport) -> None:
    sheet = book.sheet(book.word("daily_results"), (34, 18, 14, 15, 12, 12, 12))
    book.heads(sheet, 0, [book.word(name) for name in ("policy", "day")] + ["", *_named(book)])
    for row, (policy, day, kpis) in enumerate(report.days(), start=1):
        sheet.write_row(row, 0, (policy.name.pick(book.lang), named_day(day.id).pick(book.lang), day.date.isoformat()))
        sheet.write_number(row, 3, kpis.operating_cost_fen / 100, book.yuan)
        sheet.write_row(row, 4, (kpis.vehicles, kpis.distance_m / 1_000, kpis.unserved_pieces))


def _named(book: Book) -> list[str]:
    return [book.word(name) for name in ("cost", "vehicles", "km", "left")]
