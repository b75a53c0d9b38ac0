"""``sharing.xlsx``: assumptions, shares by method, costs of coalitions, and a sheet a brand with its arithmetic.

The sheet of a brand holds every term of every method as a formula of numbers that stand beside it, so the share is
reckoned again by the spreadsheet itself; only the rounding to whole fen is a number of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

from api.exports.comparison_words import day_name
from api.exports.losses import write_missing
from api.exports.sharing import WORDS, missing_text, plan_names, saving_text, why_unusual
from api.exports.workbook import Book, opened
from scenarios.gain_sharing.game import member, named, ranked

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from api.exports.sharing import Report, Shared
    from scenarios.coalition_costs import SharedCosts
    from scenarios.gain_sharing import Statement


def write_book(report: Report, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    found, shared = report.found, report.shared
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        _assumptions(book, report)
        _shares(book, found, shared)
        _coalitions(book, found)
        for brand in found.question.brands:
            _brand(book, brand, [(each, made) for each in shared for made in each.statements if made.brand == brand])
        write_missing(book, report.run)


def _assumptions(book: Book, report: Report) -> None:
    found = report.found
    sheet = book.assumptions()
    sheet.write_string(1, 0, book.word("saving"))
    sheet.write_string(1, 1, f"{saving_text(found)} ({len(found.days)} {book.word('days')})")
    sheet.write_string(2, 1, book.word("baseline"), book.wrap)
    unusual = why_unusual(found)
    plain = [text for text in (unusual, WORDS["left_hint"] if found.left else None) if text is not None]
    plain += [missing_text(each) for each in report.failed]
    marked = [(text, False) for text in plain]
    marked += [(text, True) for text in report.run.agenda.placeholders]
    marked += [(text, False) for text in report.assumed]
    book.assume(sheet, 3, marked)


def _shares(book: Book, found: SharedCosts, shared: tuple[Shared, ...]) -> None:
    """Write pieces, cost alone, and of each method the share and, as a formula, the saving."""
    sheet = book.sheet(book.word("shares"), (18, 10, 14, *(15.0,) * (2 * len(shared))))
    sheet.write_string(0, 0, book.word("summed"))
    names = [book.word("brand"), book.word("pieces"), f"{book.word('alone')} (¥)"]
    for each in shared:
        names += [f"{each.name.pick(book.lang)} (¥)", book.word("saved")]
    book.heads(sheet, 1, names)
    for row, brand in enumerate(found.question.brands, start=2):
        alone = found.costs[frozenset((brand,))]
        sheet.write_string(row, 0, member(brand).pick(book.lang))
        sheet.write_number(row, 1, found.pieces[brand])
        sheet.write_number(row, 2, alone / 100, book.yuan)
        for k, each in enumerate(shared):
            share = each.split.shares_fen[brand]
            sheet.write_number(row, 3 + 2 * k, share / 100, book.yuan)
            _saved(book, sheet, (row, 4 + 2 * k), 1 - share / alone if alone else None)
    last = 2 + len(found.question.brands)
    _totals(book, sheet, last, found, shared)
    for row, each in enumerate(shared, start=last + 2):
        sheet.write_string(row, 0, each.name.pick(book.lang))
        sheet.write_string(row, 1, each.core.text.pick(book.lang))


def _totals(book: Book, sheet: Worksheet, row: int, found: SharedCosts, shared: tuple[Shared, ...]) -> None:
    sheet.write_string(row, 0, book.word("sum"), book.bold)
    sheet.write_formula(row, 1, f"=SUM(B3:B{row})", None, sum(found.pieces.values()))
    sheet.write_formula(row, 2, f"=SUM(C3:C{row})", book.yuan, found.alone_fen / 100)
    for k in range(len(shared)):
        letter = _letter(3 + 2 * k)
        sheet.write_formula(row, 3 + 2 * k, f"=SUM({letter}3:{letter}{row})", book.yuan, found.together_fen / 100)
        _saved(book, sheet, (row, 4 + 2 * k), 1 - found.together_fen / found.alone_fen if found.alone_fen else None)


def _saved(book: Book, sheet: Worksheet, at: tuple[int, int], value: float | None) -> None:
    """Write what is saved against alone, a formula of the two amounts in its row."""
    row, column = at
    share = f"{_letter(column - 1)}{row + 1}"
    formula = f'=IF(C{row + 1}>0,1-{share}/C{row + 1},"")'
    sheet.write_formula(row, column, formula, book.percent, "" if value is None else value)


def _letter(column: int) -> str:
    return str(xl_col_to_name(column))


def _coalitions(book: Book, found: SharedCosts) -> None:
    """Write the cost of each coalition by day and in all, then which of them are charged by other plans."""
    days = found.days
    sheet = book.sheet(book.word("coalitions"), (44, 14, 10, *(13.0,) * len(days)))
    sheet.freeze_panes(1, 1)
    book.heads(
        sheet,
        0,
        [
            book.word("coalition"),
            f"{book.word('sum')} (¥)",
            book.word("left"),
            *(day_name(day).pick(book.lang) for day in days),
        ],
    )
    row = 0
    for row, coalition in enumerate(sorted(found.question.coalitions, key=ranked), start=1):
        sheet.write_string(row, 0, named(coalition).pick(book.lang))
        last = _letter(2 + len(days))
        total = found.costs[coalition] / 100
        sheet.write_formula(row, 1, f"=SUM(D{row + 1}:{last}{row + 1})", book.yuan, total)
        sheet.write_number(row, 2, found.left.get(coalition, 0))
        for column, day in enumerate(days, start=3):
            sheet.write_number(row, column, found.by_day[day][coalition] / 100, book.yuan)
    if not found.repairs:
        return
    sheet.write_string(row + 2, 0, book.word("repairs"), book.title)
    for number, each in enumerate(found.repairs, start=row + 3):
        repair = each.repair
        sheet.write_string(number, 0, named(repair.coalition).pick(book.lang))
        sheet.write_number(number, 1, repair.before_fen / 100, book.yuan)
        sheet.write_number(number, 2, repair.after_fen / 100, book.yuan)
        sheet.write_string(
            number, 3, f"{day_name(each.day).pick(book.lang)}: {plan_names(repair.plans).pick(book.lang)}"
        )


def _brand(book: Book, brand: str, told: list[tuple[Shared, Statement]]) -> None:
    """Write every method's terms of one brand, each a formula."""
    name = member(brand).pick(book.lang)
    sheet = book.sheet(name, (58, 12, 14, 18, 20))
    sheet.write_string(0, 0, name, book.title)
    sheet.write_string(1, 0, f"{book.word('summed')}. {book.word('formula')}")
    row = 3
    for each, made in told:
        row = _terms(book, sheet, row, each, made)


def _terms(book: Book, sheet: Worksheet, row: int, each: Shared, made: Statement) -> int:
    sheet.write_string(row, 0, each.name.pick(book.lang), book.title)
    book.heads(sheet, row + 1, [book.word(n) for n in ("what", "numerator", "denominator", "amount", "term")])
    first = row + 2
    for at, step in enumerate(made.steps, start=first):
        # an amount may be a fraction; its denominator goes with that of the weight, so that cells hold whole numbers
        numbers = (step.weight.numerator, step.weight.denominator * step.amount_fen.denominator)
        sheet.write_string(at, 0, step.text.pick(book.lang), book.wrap)
        for column, value in enumerate((*numbers, step.amount_fen.numerator), start=1):
            sheet.write_number(at, column, value, book.fen)
        sheet.write_formula(at, 4, f"=B{at + 1}*D{at + 1}/C{at + 1}", book.fen, float(step.product_fen))
    end = first + len(made.steps)
    exact = float(made.exact_fen)
    sheet.write_string(end, 0, book.word("sum"))
    sheet.write_formula(end, 4, f"=SUM(E{first + 1}:E{end})", book.fen, exact)
    sheet.write_string(end + 1, 0, book.word("rounding"))
    sheet.write_number(end + 1, 4, float(made.rounding_fen), book.fen)
    sheet.write_string(end + 2, 0, f"{book.word('share')} (¥)", book.bold)
    formula = f"=ROUND(E{end + 1}+E{end + 2},0)/100"
    sheet.write_formula(end + 2, 4, formula, book.yuan, made.share_fen / 100)
    sheet.write_string(end + 3, 0, f"{book.word('saved')} (¥)")
    saved = f"={made.alone_fen}/100-E{end + 3}"
    sheet.write_formula(end + 3, 4, saved, book.yuan, made.saving_fen / 100)
    for k, note in enumerate(made.notes, start=end + 4):
        sheet.write_string(k, 0, note.pick(book.lang), book.wrap)
    return end + 5 + len(made.notes)
