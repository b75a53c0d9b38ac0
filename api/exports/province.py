"""A province in files: the ordinary outputs of its sums, with a county column or sheet, and each county's own beside.

``province.json``, ``.csv``, ``.xlsx`` and ``.html`` hold the sums and every county; ``counties/NAME/`` holds what
``gongpei compare`` writes of one county, without its maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from api.assumptions import assumptions
from api.exports.comparison import content_of, day_table, write_csv, write_json, write_rows, write_values
from api.exports.comparison_book import UNITS, write_book
from api.exports.comparison_page import Part, write_page
from api.exports.comparison_words import WORDS, change_text, value_text
from scenarios.province_sums import notes_of
from scenarios.variants.table import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from api.exports.workbook import Book
    from scenarios.comparison import Cell
    from scenarios.scenario import Scenario
    from scenarios.variants.compare import Comparison

SCHEMA = "gongpei.province"
VERSION = 1

FILES = ("province.json", "province.csv", "province.xlsx", "province.html")
COUNTY_FILES = ("comparison.json", "comparison.csv", "comparison.xlsx", "comparison.html")
COUNTIES = "counties"
"""Folder of the counties' own files."""

SHOWN = ("operating_cost_fen", "cost_per_piece_fen", "distance_m", "vehicles")
"""Measures that are shown county by county."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """What is written: the sums, and scenario and comparison of every county by its name."""

    name: str
    whole: Comparison
    counties: Mapping[str, tuple[Scenario, Comparison]]


def write_province(province: Province, out: Path, *, lang: str) -> None:
    """Write all files of the province and of its counties into ``out``, the page and the workbook in ``lang``."""
    rows = rows_of(province.whole)
    notes = notes_of({name: comparison for name, (_, comparison) in province.counties.items()})
    write_values(_content(province), out / FILES[0])
    write_rows(_day_rows(province), out / FILES[1])
    write_book(province.whole, rows, notes, out / FILES[2], lang=lang, more=lambda book: _sheets(book, province))
    write_page(province, province.whole, rows, notes, out / FILES[3], lang=lang, parts=_parts(province))
    for name, (scenario, comparison) in province.counties.items():
        folder = out / COUNTIES / name
        folder.mkdir(parents=True, exist_ok=True)
        _write_county(scenario, comparison, folder, lang)


def _write_county(scenario: Scenario, comparison: Comparison, folder: Path, lang: str) -> None:
    rows, assumed = rows_of(comparison), assumptions(scenario)
    write_json(scenario, comparison, rows, folder / COUNTY_FILES[0])
    write_csv(comparison, folder / COUNTY_FILES[1])
    write_book(comparison, rows, assumed, folder / COUNTY_FILES[2], lang=lang)
    write_page(scenario, comparison, rows, assumed, folder / COUNTY_FILES[3], lang=lang)


def _content(province: Province) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": province.name,
        **content_of(province.whole, rows_of(province.whole)),
        "counties": {name: content_of(each, rows_of(each)) for name, (_, each) in province.counties.items()},
    }


def _day_rows(province: Province) -> Iterator[list[Any]]:
    """Yield the table of days with a column of counties, the province's own rows first, under its name."""
    county = WORDS["county"]
    tables = ((province.name, province.whole), *((name, each) for name, (_, each) in province.counties.items()))
    for number, (name, comparison) in enumerate(tables):
        head, *days = day_table(comparison)
        if number == 0:
            yield [f"{county.zh} {county.en}", *head]
        yield from ([name, *day] for day in days)


def _cells(province: Province, measure: str) -> Iterator[tuple[str, tuple[Cell | None, ...]]]:
    """Yield the cells of one measure county by county; of a county without any day there are none."""
    for name, (_, comparison) in province.counties.items():
        row = next((row for row in rows_of(comparison) if row.measure == measure), None)
        if row is not None:
            yield name, row.cells


def _parts(province: Province) -> tuple[Any, ...]:
    found = []
    for row in rows_of(province.whole):
        if row.measure in SHOWN:
            unit = row.definition.unit
            lines = tuple(
                Part(
                    name=name,
                    link=f"{COUNTIES}/{quote(name)}/{COUNTY_FILES[3]}",
                    cells=tuple((value_text(cell, unit), change_text(cell), _is_noise(cell)) for cell in cells),
                )
                for name, cells in _cells(province, row.measure)
            )
            found.append((row.definition.name, lines))
    return tuple(found)


def _is_noise(cell: Cell | None) -> bool:
    return cell is not None and cell.change is not None and cell.change.is_noise


def _sheets(book: Book, province: Province) -> None:
    """Write one row a measure and county: mean and change of every variant."""
    variants = province.whole.agenda.variants
    sheet = book.sheet(book.word("counties"), (24, 20, 8, *(14.0,) * (2 * len(variants))))
    sheet.freeze_panes(1, 3)
    heads = [book.word("measure"), book.word("county"), ""]
    for variant in variants:
        heads += [book.text(variant.name), book.word("change")]
    book.heads(sheet, 0, heads)
    number = 0
    for row in rows_of(province.whole):
        unit, divisor, pattern = UNITS[row.definition.unit]
        for name, cells in _cells(province, row.measure):
            number += 1
            for column, text in enumerate((book.text(row.definition.name), name, book.text(unit))):
                sheet.write_string(number, column, text)
            for k, cell in enumerate(cells):
                if cell is not None:
                    sheet.write_number(number, 3 + 2 * k, cell.over_days.mean / divisor, book.number(pattern))
                if cell is not None and cell.change is not None and cell.change.relative is not None:
                    look = book.change(is_noise=cell.change.is_noise)
                    sheet.write_number(number, 4 + 2 * k, cell.change.relative, look)
