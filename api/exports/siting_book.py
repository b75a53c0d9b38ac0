"""``siting.xlsx``: assumptions, a calculator with live formulas, sets side by side, days and models, with real numbers.

The calculator holds rent, wage, power, opening cost, years and fee of every candidate in yellow cells. From them follow
running cost, surplus, break-even and top-up of every site, and with them the totals of the sets.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from api.exports.losses import named_day, write_missing
from api.exports.siting import MODELS, PARTS, WORDS
from api.exports.workbook import Book, opened
from scenarios.siting.model import MONTHS_PER_YEAR, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from api.exports.siting import SitingReport
    from scenarios.siting.outcome import Outcome
    from scenarios.siting.viability import Viability

INPUTS = (
    ("rent", "rent_fen", 100),
    ("wage", "wage_fen", 100),
    ("power", "power_fen", 100),
    ("opening", "opening_fen", 100),
    ("life", "life_years", 1),
    ("fee", "fee_fen", 100),
)
"""Yellow cells of a candidate: word, field, divisor; in columns B to G, the running cost follows in H."""

FIRST_SITE = 4
"""Row of the first candidate, counted from 0; the working days of a week stand in B2."""


def write_book(report: SitingReport, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, report)
        running = _calculator(book, report)
        _sets(book, report, running)
        _fares(book, report, running)
        _days(book, report)
        _models(book, report)
        write_missing(book, report.ranking.run)


def _assumptions(book: Book, report: SitingReport) -> None:
    sheet = book.assumptions()
    plain = [WORDS[name] for name in ("baseline", "how", "fee_is_no_cost")] + list(report.verdict())
    marked = [(text, False) for text in plain]
    marked += [(text, True) for text in report.ranking.run.agenda.placeholders]
    marked += [(text, False) for text in report.assumed]
    book.assume(sheet, 1, marked)


def _calculator(book: Book, report: SitingReport) -> dict[str, tuple[str, str]]:
    """Write a row a candidate; return by place where its running cost and its fee stand, for other sheets."""
    siting = report.ranking.costs.siting
    name = book.word("reckon")
    sheet = book.sheet(name, (26, *(14.0,) * 7))
    sheet.write_string(0, 0, book.word("reckon_hint"), book.title)
    sheet.write_string(1, 0, book.word("week"))
    sheet.write_number(1, 1, siting.days_per_week, book.open)
    book.heads(sheet, FIRST_SITE - 1, [book.word(w) for w in ("site", *(w for w, _, _ in INPUTS), "running")])
    found = {}
    for row, each in enumerate(siting.candidates, start=FIRST_SITE):
        sheet.write_string(row, 0, report.names[each.place])
        for column, (_, field, divisor) in enumerate(INPUTS, start=1):
            is_sunk = field == "opening_fen" and each.place in siting.today
            sheet.write_number(row, column, 0 if is_sunk else getattr(each, field) / divisor, book.open)
        line = row + 1
        in_life = f"SUM(B{line}:D{line})*{MONTHS_PER_YEAR}*F{line}+E{line}"
        formula = f"=ROUND(({in_life})/({WEEKS_PER_YEAR}*$B$2*F{line}),2)"
        sheet.write_formula(row, 7, formula, book.yuan, siting.daily_fen(each.place) / 100)
        cells = (xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True) for column in (7, 6))
        running, fee = (f"'{name}'!{cell}" for cell in cells)
        found[each.place] = (running, fee)
    return found


def _sets(book: Book, report: SitingReport, running: dict[str, tuple[str, str]]) -> None:
    """Write one row a set: total as a formula of its parts, sites as a sum of running costs."""
    sheet = book.sheet(book.word("table"), (44, *(16.0,) * 13))
    sheet.freeze_panes(1, 1)
    names = ["set", "total", *PARTS, "against_today"]
    heads = [book.word(name) for name in names] + [f"± {book.word('against_today')}", f"± {book.word('total')}"]
    heads += [book.word(name) for name in ("covered", "on_time", "vehicles", "km", "left")]
    book.heads(sheet, 0, heads)
    outcomes = report.ranking.outcomes
    today = next((row for row, o in enumerate(outcomes, start=2) if o.chosen.is_today), None)
    for row, outcome in enumerate(outcomes, start=1):
        sites = [running[site][0] for site in sorted(outcome.chosen.sites)]
        _set(book, sheet, (row, today), outcome, "=" + "+".join(sites))
    sheet.write_string(len(outcomes) + 2, 0, book.word("noise"))


def _set(book: Book, sheet: Worksheet, at: tuple[int, int | None], outcome: Outcome, sites: str) -> None:
    """Write the row ``at[0]``; ``at[1]`` is the line of today's set, ``sites`` the formula of what sites cost."""
    row, today = at
    sheet.write_string(row, 0, outcome.chosen.name.pick(book.lang))
    first, last = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 1 + len(PARTS))
    sheet.write_formula(row, 1, f"=SUM({first}:{last})", book.yuan, outcome.total.mean / 100)
    for column, part in enumerate(PARTS, start=2):
        value = outcome.mean_fen(part) / 100
        if part == "sites_fen" and outcome.chosen.sites:
            sheet.write_formula(row, column, sites, book.yuan, value)
        else:
            sheet.write_number(row, column, value, book.yuan)
    column = 2 + len(PARTS)
    change = outcome.against_today
    if today is not None and change is not None:
        formula = f"=B{row + 1}-$B${today}"
        look = book.amount(is_noise=change.is_noise)
        sheet.write_formula(row, column, formula, look, change.difference.mean / 100)
        _finite(sheet, row, column + 1, change.difference.half_width / 100, book.yuan)
    _finite(sheet, row, column + 2, outcome.total.half_width / 100, book.yuan)
    shares = (outcome.covered, outcome.mean("on_time_share"))
    counts = (outcome.mean("vehicles"), (outcome.mean("distance_m") or 0) / 1_000, outcome.mean("unserved_pieces"))
    looks = [*((share, book.percent) for share in shares), *((count, book.number("#,##0.0")) for count in counts)]
    for number, (measure, look) in enumerate(looks, start=column + 3):
        if measure is not None:
            sheet.write_number(row, number, measure, look)


def _fares(book: Book, report: SitingReport, running: dict[str, tuple[str, str]]) -> None:
    """Write one row a set and site: surplus, break-even and top-up as formulas of the calculator's cells."""
    sheet = book.sheet(book.word("viability"), (40, 22, *(14.0,) * 10))
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 32)
    names = ("set", "site", "passed", "own", "pieces", "fee", "running", "surplus", "break_even", "top_up")
    book.heads(sheet, 0, [*(book.word(name) for name in names), f"± {book.word('pieces')}", book.word("is_sure")])
    week = f"'{book.word('reckon')}'!$B$2"
    row = 0
    for outcome in report.ranking.outcomes:
        for each in outcome.sites:
            row += 1
            sheet.write_string(row, 0, outcome.chosen.name.pick(book.lang))
            sheet.write_string(row, 1, report.names[each.site])
            _fare(book, sheet, row, each, (*running[each.site], week))


def _fare(book: Book, sheet: Worksheet, row: int, each: Viability, at: tuple[str, str, str]) -> None:
    running, fee, week = at
    line = row + 1
    sheet.write_number(row, 2, each.passed, book.number("#,##0.0"))
    sheet.write_number(row, 3, each.own, book.number("#,##0.0"))
    formulas: tuple[tuple[str, Any], ...] = (
        (f"=C{line}+D{line}", each.pieces.mean),
        (f"={fee}", each.fee_fen / 100),
        (f"={running}", each.running_fen / 100),
        (f"=E{line}*F{line}-G{line}", each.surplus.mean / 100),
        (f'=IF(F{line}>0,ROUNDUP(ROUND(G{line}/F{line},9),0),"")', "" if each.break_even is None else each.break_even),
        (f"=MAX(0,-H{line})*{WEEKS_PER_YEAR}*{week}", each.yearly_top_up_fen / 100),
    )
    for column, (formula, value) in enumerate(formulas, start=4):
        sheet.write_formula(row, column, formula, book.number("#,##0.0") if column in (4, 8) else book.yuan, value)
    _finite(sheet, row, 10, each.pieces.half_width, book.number("#,##0.0"))
    sheet.write_string(row, 11, book.word("yes" if each.is_sure else "no"))


def _days(book: Book, report: SitingReport) -> None:
    """Write one row a set and day."""
    sheet = book.sheet(book.word("by_day"), (44, 12, *(16.0,) * (len(PARTS) + 1)))
    sheet.freeze_panes(1, 2)
    book.heads(sheet, 0, [book.word(name) for name in ("set", "day", *PARTS, "total")])
    row = 0
    for outcome in report.ranking.outcomes:
        for day, cost in outcome.days.items():
            row += 1
            sheet.write_string(row, 0, outcome.chosen.name.pick(book.lang))
            sheet.write_string(row, 1, named_day(day).pick(book.lang))
            for column, part in enumerate(PARTS, start=2):
                sheet.write_number(row, column, getattr(cost, part) / 100, book.yuan)
            first, last = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 1 + len(PARTS))
            sheet.write_formula(row, 2 + len(PARTS), f"=SUM({first}:{last})", book.yuan, cost.total_fen / 100)


def _models(book: Book, report: SitingReport) -> None:
    sheet = book.sheet(book.word("models"), (44, 40, 8, 18, 14))
    book.heads(sheet, 0, [book.word("set"), book.word("nominated"), "#", book.word("value"), book.word("gap")])
    row = 0
    for outcome in report.ranking.outcomes:
        for each in outcome.chosen.nominations:
            row += 1
            sheet.write_string(row, 0, outcome.chosen.name.pick(book.lang))
            sheet.write_string(row, 1, MODELS[each.model].pick(book.lang))
            sheet.write_number(row, 2, each.rank)
            sheet.write_number(row, 3, each.value, book.number("#,##0.0"))
            sheet.write_number(row, 4, each.gap, book.percent)


def _finite(sheet: Worksheet, row: int, column: int, value: float, look: Format) -> None:
    if math.isfinite(value):
        sheet.write_number(row, column, value, look)
