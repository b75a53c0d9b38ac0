"""``stress.xlsx``: assumptions, result, buffers, roads, visits, shipments and vehicles, with real numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.exports.stress import road_name, span_texts, verdict
from api.exports.stress_words import POLICY, WORDS
from api.exports.workbook import Book, opened
from scenarios.stress.noise import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from api.exports.stress import Report
    from optimizer.stress.chance import Chance
    from optimizer.stress.outcome import Outcome

Cell = tuple[object, str]
"""A value, and the name of the book's format for it ("" for none)."""


def write_book(report: Report, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, report)
        _result(book, report)
        _buffers(book, report)
        _roads(book, report)
        _visits(book, report)
        _shipments(book, report)
        _vehicles(book, report)


def _assumptions(book: Book, report: Report) -> None:
    """Write the sizes of the disturbances, then how days are simulated, then the scenario's own assumptions."""
    sheet = book.assumptions()
    row = 1
    for name, value, is_placeholder in described(report.study.question.noise):
        look = book.warned if is_placeholder else book.wrap
        sheet.write_string(row, 0, book.word("placeholder") if is_placeholder else "", look)
        sheet.write_string(row, 1, name.pick(book.lang), look)
        sheet.write_number(row, 2, value, look)
        row += 1
    marked = [(WORDS["edit"], False), *((text, False) for text in POLICY)]
    marked += [(text, True) for text in report.study.county.scenario.placeholders]
    marked += [(text, False) for text in report.assumed]
    book.assume(sheet, row, marked)


def _result(book: Book, report: Report) -> None:
    study = report.study
    sheet = book.sheet(book.word("summary"), (46, 18, 18))
    book.heads(sheet, 0, ["", book.word("quiet"), book.word("noisy")])
    for row, name in enumerate(MEASURES, start=1):
        sheet.write_string(row, 0, book.word(name))
        for column, outcome in enumerate((study.quiet, study.outcome), start=1):
            value, look = measured(outcome)[name]
            sheet.write_number(row, column, value, _look(book, look))
    sheet.write_string(len(MEASURES) + 2, 0, verdict(study).pick(book.lang))


MEASURES = ("on_time", "cost", "hours_broken", "trunk_missed", "left", "not_handed")
"""Measures of a whole outcome, by their words."""


def measured(outcome: Outcome) -> dict[str, tuple[float, str]]:
    """Return each of ``MEASURES`` with the kind of number that it is: percent, yuan or pieces."""
    return {
        "on_time": (outcome.on_time, "percent"),
        "cost": (float(outcome.cost_fen.mean()) / 100, "yuan"),
        "hours_broken": (outcome.breaks_hours.share, "percent"),
        "trunk_missed": (float(outcome.trunk_missed_pieces.mean()), "yuan"),
        "left": (float(outcome.left_pieces.mean()), "yuan"),
        "not_handed": (outcome.not_handed, "percent"),
    }


def _buffers(book: Book, report: Report) -> None:
    """Write every buffer; what it costs more is a formula against the plan as it is."""
    study = report.study
    names = ("buffer", "on_time", "interval", "cost", "change", "hours_broken", "trunk_missed", "unserved", "frontier")
    sheet = _table(book, "buffers", names, (54, 14, 12, 18, 18, 18, 18, 14, 16))
    base = next(row for row, b in enumerate(study.buffers, start=2) if b.is_none)
    base_fen = study.buffers[base - 2].cost_fen
    for row, b in enumerate(study.buffers, start=1):
        mark = "is_best" if b == study.best else "yes" if b in study.frontier else ""
        cells: list[Cell] = [
            *((b.name.pick(book.lang), ""), (b.on_time, "percent"), (b.half_width, "percent")),
            *((b.cost_fen / 100, "yuan"), (None, ""), (b.breaks_hours.share, "percent")),
            *((b.trunk_missed_pieces, "yuan"), (b.unserved, ""), (book.word(mark) if mark else "", "")),
        ]
        _row(book, sheet, row, cells)
        more = (b.cost_fen - base_fen) / 100
        sheet.write_formula(row, 4, f"=D{row + 1}-D${base}", book.yuan, more)


def _roads(book: Book, report: Report) -> None:
    names = ("number", "road", "road_class", "has_bridge", "length_km", "isolated", "isolated_pieces")
    sheet = _table(book, "roads", (*names, "late_pieces", "detour_min", "like"), (8, 18, 8, 10, 10, 60, 14, 18, 14, 12))
    for row, road in enumerate(report.study.roads, start=1):
        places = ", ".join(report.place(place) for place in road.isolated)
        cells: list[Cell] = [
            *((row, ""), (road_name(road), ""), (road.road_class, "")),
            *((book.word("yes") if road.is_bridge else "", ""), (road.length_m / 1000, "yuan"), (places, "")),
            *((road.isolated_pieces, ""), (road.late_pieces, ""), (round(road.detour_s / 60), "")),
            (road.like or None, ""),
        ]
        _row(book, sheet, row, cells)


def _visits(book: Book, report: Report) -> None:
    names = ("vehicle", "trip", "rank", "place", "planned", "p50", "p90", "chance", "low", "high", "closed")
    sheet = _table(book, "visits", names, (14, 8, 8, 18, *(12.0,) * 7))
    for row, v in enumerate(report.study.outcome.visits, start=1):
        cells: list[Cell] = [(v.vehicle, ""), (v.trip, ""), (v.rank, ""), (report.place(v.place), "")]
        cells += [(text, "") for text in span_texts(v.arrive)]
        _row(book, sheet, row, [*cells, *_chance(v.on_time), (v.closed.share, "percent")])


def _shipments(book: Book, report: Report) -> None:
    names = ("shipment", "brand", "pieces", "vehicle", "deadline", "planned", "p50", "p90", "chance", "low", "high")
    sheet = _table(book, "shipments", (*names, "missed_trip", "missed_trunk"), (34, 12, 8, 14, *(12.0,) * 9))
    for row, s in enumerate(report.study.outcome.shipments, start=1):
        goods = s.shipment
        deadline, *_ = span_texts(s.handed._replace(planned_s=s.deadline_s))
        cells: list[Cell] = [(goods.id, ""), (goods.brand, ""), (goods.pieces, ""), (s.vehicle, ""), (deadline, "")]
        cells += [(text, "") for text in span_texts(s.handed)]
        missed: list[Cell] = [(s.left.share, "percent"), (s.trunk_missed.share, "percent")]
        _row(book, sheet, row, [*cells, *_chance(s.on_time), *missed])


def _vehicles(book: Book, report: Report) -> None:
    names = ("vehicle", "planned", "p50", "p90", "overtime_mean", "overtime_p90", "over_limit", "shift_end", "driving")
    sheet = _table(book, "vehicles", names, (16, *(14.0,) * 8))
    for row, v in enumerate(report.study.outcome.vehicles, start=1):
        cells: list[Cell] = [(v.vehicle, ""), *((text, "") for text in span_texts(v.returns))]
        cells += [(round(s / 60, 1), "") for s in v.overtime_s]
        cells += [(chance.share, "percent") for chance in (v.max_overtime, v.shift_end, v.driving)]
        _row(book, sheet, row, cells)


def _table(book: Book, name: str, columns: Iterable[str], widths: tuple[float, ...]) -> Worksheet:
    sheet = book.sheet(book.word(name), widths)
    sheet.freeze_panes(1, 1)
    book.heads(sheet, 0, [book.word(column) for column in columns])
    return sheet


def _chance(chance: Chance) -> list[Cell]:
    return [(chance.share, "percent"), *((end, "percent") for end in chance.interval)]


def _row(book: Book, sheet: Worksheet, row: int, cells: Sequence[Cell]) -> None:
    for column, (value, look) in enumerate(cells):
        if isinstance(value, int | float):
            sheet.write_number(row, column, value, _look(book, look))
        elif value is not None:
            sheet.write_string(row, column, str(value))


def _look(book: Book, name: str) -> Format | None:
    return {"percent": book.percent, "yuan": book.yuan}.get(name)
