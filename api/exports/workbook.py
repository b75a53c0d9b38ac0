"""Workbooks: opened so that no text becomes a formula or a link, with the formats and the first page that all share."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from scenarios.text import Text

NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31
"""What a spreadsheet allows as the name of a sheet."""


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """Give a workbook that is written when the block ends. Raises ``OSError`` where it cannot be."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        yield book


class Book:
    """A workbook with its formats; ``word`` picks from ``words`` in the language. ``open`` marks cells to change."""

    def __init__(self, book: Workbook, lang: str, words: Mapping[str, Text]) -> None:
        self.book = book
        self.lang = lang
        self.words = words
        self.head = book.add_format({"bold": True, "bg_color": "#1d4e89", "font_color": "#ffffff", "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True, "num_format": "#,##0.######"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.warned = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#fde9d9"})
        self.open = book.add_format({"bg_color": "#fff2a8", "border": 1, "num_format": "#,##0.00"})
        self._numbers: dict[str, Format] = {}
        self._names: set[str] = set()
        self.yuan = self.number("#,##0.00")
        self.fen = self.number("#,##0.######")
        self.percent = self.number("0.0%")

    def text(self, text: Text) -> str:
        """Return a text in the language of the book."""
        return text.pick(self.lang)

    def word(self, name: str) -> str:
        """Return a word in the language of the book."""
        return self.text(self.words[name])

    def number(self, pattern: str) -> Format:
        """Return the format of numbers that are written so."""
        if pattern not in self._numbers:
            self._numbers[pattern] = self.book.add_format({"num_format": pattern})
        return self._numbers[pattern]

    def change(self, *, is_noise: bool = False) -> Format:
        """Return the format of changes in per cent with their sign, behind ``≈`` where they are noise."""
        noise = '"≈ "' if is_noise else ""
        return self.number(f"{noise}+0.0%;{noise}-0.0%;{noise}0.0%")

    def amount(self, *, is_noise: bool = False) -> Format:
        """Return the format of yuan, behind ``≈`` where they are a difference that is noise."""
        return self.number('"≈ "#,##0.00') if is_noise else self.yuan

    def sheet(self, name: str, widths: tuple[float, ...]) -> Worksheet:
        """Add a sheet under ``name``, made fit for a spreadsheet, with columns so wide."""
        made = self.book.add_worksheet(self._free(name))
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        return made

    def heads(self, sheet: Worksheet, row: int, names: list[str]) -> None:
        """Write a row of headings."""
        for column, name in enumerate(names):
            sheet.write_string(row, column, name, self.head)

    def assumptions(self) -> Worksheet:
        """Add the page of assumptions, empty but for its title; two columns for ``assume`` and one to spare."""
        sheet = self.sheet(self.word("assumptions"), (26, 110, 14))
        sheet.write_string(0, 0, self.word("assumptions"), self.title)
        return sheet

    def assume(self, sheet: Worksheet, row: int, marked: Iterable[tuple[Text, bool]]) -> int:
        """Write texts from ``row`` on, placeholders marked; return the row after them."""
        for text, is_placeholder in marked:
            look = self.warned if is_placeholder else self.wrap
            sheet.write_string(row, 0, self.word("placeholder") if is_placeholder else "", look)
            sheet.write_string(row, 1, self.text(text), look)
            row += 1
        return row

    def _free(self, wanted: str) -> str:
        """Return the name as a spreadsheet allows it, numbered where it is taken."""
        base = NOT_IN_A_NAME.sub("_", wanted)[:LONGEST_NAME] or "_"
        name, number = base, 2
        while name.casefold() in self._names:
            tail = f" ({number})"
            name, number = base[: LONGEST_NAME - len(tail)] + tail, number + 1
        self._names.add(name.casefold())
        return name
