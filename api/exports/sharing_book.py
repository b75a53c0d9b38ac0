"""``sharing.xlsx``: assumptions, shares by method, costs of coalitions, and a sheet a brand with its arithmetic.

The sheet of a brand holds every term of every method as a formula. Those of Shapley and the proportional methods are
of the costs of coalitions and the pieces, which the reader may change; the sheet of rounding brings them to whole fen
as the statements do. The nucleolus and the equal profit method need programs that no spreadsheet solves: their terms
are of numbers that stand beside them, and say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.utility import xl_rowcol_to_cell as cell_name

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
    from scenarios.gain_sharing import Coalition, Statement
    from scenarios.gain_sharing.split import Step


FOLLOWING = frozenset(("shapley", "sampled_shapley", "volume", "stand_alone"))
"""Methods whose shares the workbook reckons again when a cost or the pieces are changed."""

FIRST_BRAND = 2
"""Row of the first brand on the sheet of shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Links:
    """Cells that formulas of other sheets refer to, in yuan where they are money.

    ``costs`` by coalition; ``pieces`` by brand; ``shares`` in fen, ``exact`` and ``paid`` by method and brand.
    """

    costs: dict[Coalition, str] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)
    exact: dict[tuple[str, str], str] = field(default_factory=dict)
    shares: dict[tuple[str, str], str] = field(default_factory=dict)
    paid: dict[tuple[str, str], str] = field(default_factory=dict)


def write_book(report: Report, path: Path, *, lang: str) -> None:
    """Write the workbook in ``lang``. Raises ``OSError`` where it cannot be written."""
    found, shared = report.found, report.shared
    with opened(path) as workbook:
        book = Book(workbook, lang, WORDS)
        links = _Links()
        _assumptions(book, report)
        shares = book.sheet(book.word("shares"), (18, 10, 14, *(15.0,) * (2 * len(shared))))
        for row, brand in enumerate(found.question.brands, start=FIRST_BRAND):
            links.pieces[brand] = _at(shares, row, 1)
        _coalitions(book, found, links)
        sheets = [book.sheet(member(brand).pick(lang), (58, 12, 14, 18, 20)) for brand in found.question.brands]
        following = [each for each in shared if each.method in FOLLOWING]
        rounding = book.sheet(book.word("rounding"), (26, 20, 18, 14, 12, 18)) if following else None
        if rounding is not None:
            _place_shares(rounding, following, links)
        for sheet, brand in zip(sheets, found.question.brands, strict=True):
            told = [(each, made) for each in shared for made in each.statements if made.brand == brand]
            _brand(book, sheet, brand, told, links)
        if rounding is not None:
            _rounding(book, rounding, following, links)
        _shares(book, shares, found, shared, links)
        write_missing(book, report.run)


def _at(sheet: Worksheet, row: int, column: int) -> str:
    """Return how another sheet refers to a cell."""
    return f"'{sheet.get_name()}'!{cell_name(row, column, row_abs=True, col_abs=True)}"


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


def _shares(book: Book, sheet: Worksheet, found: SharedCosts, shared: tuple[Shared, ...], links: _Links) -> None:
    """Write pieces, cost alone, and of each method the share and, as a formula, the saving."""
    sheet.write_string(0, 0, f"{book.word('summed')}. {book.word('follows')}")
    names = [book.word("brand"), book.word("pieces"), f"{book.word('alone')} (¥)"]
    for each in shared:
        names += [f"{each.name.pick(book.lang)} (¥)", book.word("saved")]
    book.heads(sheet, 1, names)
    for row, brand in enumerate(found.question.brands, start=FIRST_BRAND):
        own = frozenset((brand,))
        alone = found.costs[own]
        sheet.write_string(row, 0, member(brand).pick(book.lang))
        sheet.write_number(row, 1, found.pieces[brand], book.open)
        sheet.write_formula(row, 2, f"={links.costs[own]}", book.yuan, alone / 100)
        for k, each in enumerate(shared):
            share = each.split.shares_fen[brand]
            sheet.write_formula(row, 3 + 2 * k, f"={links.paid[each.method, brand]}", book.yuan, share / 100)
            _saved(book, sheet, (row, 4 + 2 * k), 1 - share / alone if alone else None)
    last = FIRST_BRAND + len(found.question.brands)
    _totals(book, sheet, last, found, shared)
    sheet.write_string(last + 2, 0, book.word("core_fixed"))
    for row, each in enumerate(shared, start=last + 3):
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


def _coalitions(book: Book, found: SharedCosts, links: _Links) -> None:
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
        links.costs[coalition] = _at(sheet, row, 1)
        sheet.write_number(row, 2, found.left.get(coalition, 0))
        for column, day in enumerate(days, start=3):
            sheet.write_number(row, column, found.by_day[day][coalition] / 100, book.open)
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


def _place_shares(sheet: Worksheet, following: list[Shared], links: _Links) -> None:
    """Note where the sheet of rounding will have the shares."""
    row = 0
    for each in following:
        for number, brand in enumerate(each.split.steps):
            links.shares[each.method, brand] = _at(sheet, row + 2 + number, 5)
        row += len(each.split.steps) + 3


def _rounding(book: Book, sheet: Worksheet, following: list[Shared], links: _Links) -> None:
    """Write the rounding by largest remainders, method after method."""
    top = 0
    for each in following:
        sheet.write_string(top, 0, each.name.pick(book.lang), book.title)
        book.heads(
            sheet, top + 1, [book.word(n) for n in ("brand", "exact", "down", "remainder", "one_more", "share_fen")]
        )
        exact, shares = each.split.exact_fen, each.split.shares_fen
        first, last = top + 3, top + 2 + len(exact)
        whole = f"ROUND(100*{links.costs[frozenset(exact)]},0)"
        for row, brand in enumerate(exact, start=first):
            down = floor(exact[brand])
            sheet.write_string(row - 1, 0, member(brand).pick(book.lang))
            sheet.write_formula(row - 1, 1, f"={links.exact[each.method, brand]}", book.fen, float(exact[brand]))
            # a sum of products may end a hair below the whole fen that it is
            sheet.write_formula(row - 1, 2, f"=INT(B{row}+0.000001)", book.fen, down)
            sheet.write_formula(row - 1, 3, f"=ROUND(B{row}-C{row},6)", book.fen, float(exact[brand] - down))
            ahead = [
                f"IF(D{other}{'>=' if other < row else '>'}D{row},1,0)"  # by name among equals
                for other in range(first, last + 1)
                if other != row
            ]
            more = f"=IF({'+'.join(ahead) or 0}<{whole}-SUM(C${first}:C${last}),1,0)"
            sheet.write_formula(row - 1, 4, more, book.fen, shares[brand] - down)
            sheet.write_formula(row - 1, 5, f"=C{row}+E{row}", book.fen, shares[brand])
        top = last + 1


def _brand(book: Book, sheet: Worksheet, brand: str, told: list[tuple[Shared, Statement]], links: _Links) -> None:
    """Write every method's terms of one brand, each a formula."""
    sheet.write_string(0, 0, member(brand).pick(book.lang), book.title)
    sheet.write_string(1, 0, f"{book.word('summed')}. {book.word('formula')}")
    row = 3
    for each, made in told:
        row = _terms(book, sheet, row, (each, made), links)


def _terms(book: Book, sheet: Worksheet, row: int, told: tuple[Shared, Statement], links: _Links) -> int:
    each, made = told
    sheet.write_string(row, 0, each.name.pick(book.lang), book.title)
    book.heads(sheet, row + 1, [book.word(n) for n in ("what", "numerator", "denominator", "amount", "term")])
    first, follows = row + 2, each.method in FOLLOWING
    for at, step in enumerate(made.steps, start=first):
        sheet.write_string(at, 0, step.text.pick(book.lang), book.wrap)
        _factors(book, sheet, at, (each, made, step), links)
        sheet.write_formula(at, 4, f"=B{at + 1}*D{at + 1}/C{at + 1}", book.fen, float(step.product_fen))
    end = first + len(made.steps)
    links.exact[each.method, made.brand] = _at(sheet, end, 4)
    links.paid[each.method, made.brand] = _at(sheet, end + 2, 4)
    sheet.write_string(end, 0, book.word("sum"))
    sheet.write_formula(end, 4, f"=SUM(E{first + 1}:E{end})", book.fen, float(made.exact_fen))
    sheet.write_string(end + 1, 0, book.word("rounding"))
    rounding = float(made.rounding_fen)
    if follows:
        sheet.write_formula(end + 1, 4, f"={links.shares[each.method, made.brand]}-E{end + 1}", book.fen, rounding)
    else:
        sheet.write_number(end + 1, 4, rounding, book.fen)
    sheet.write_string(end + 2, 0, f"{book.word('share')} (¥)", book.bold)
    formula = f"=ROUND(E{end + 1}+E{end + 2},0)/100"
    sheet.write_formula(end + 2, 4, formula, book.yuan, made.share_fen / 100)
    sheet.write_string(end + 3, 0, f"{book.word('saved')} (¥)")
    saved = f"={links.costs[frozenset((made.brand,))]}-E{end + 3}"
    sheet.write_formula(end + 3, 4, saved, book.yuan, made.saving_fen / 100)
    notes = made.notes if follows else (WORDS["fixed"], *made.notes)
    for k, note in enumerate(notes, start=end + 4):
        sheet.write_string(k, 0, note.pick(book.lang), book.wrap)
    return end + 5 + len(notes)


def _factors(book: Book, sheet: Worksheet, row: int, told: tuple[Shared, Statement, Step], links: _Links) -> None:
    """Write numerator, denominator and amount of a step; formulas of other sheets where the method follows them."""
    each, made, step = told
    # an amount may be a fraction; its denominator goes with that of the weight, so that cells hold whole numbers
    numbers = [step.weight.numerator, step.weight.denominator * step.amount_fen.denominator, step.amount_fen.numerator]
    formulas = ["", "", ""]
    if each.method in FOLLOWING:
        signed = "".join(f"{factor:+d}*{links.costs[coalition]}" for coalition, factor in step.of.items())
        formulas[2] = f"=ROUND(100*({signed}),0)"
    if step.by:
        cells = [links.pieces[b] if each.method == "volume" else f"100*{links.costs[frozenset((b,))]}" for b in step.by]
        own = cells[list(step.by).index(made.brand)]
        formulas[:2] = [f"=ROUND({own},0)", f"=ROUND({'+'.join(cells)},0)"]
        numbers[:2] = [step.by[made.brand], sum(step.by.values())]
    for column, (formula, value) in enumerate(zip(formulas, numbers, strict=True), start=1):
        if formula:
            sheet.write_formula(row, column, formula, book.fen, value)
        else:
            sheet.write_number(row, column, value, book.fen)
