"""Reads a workbook as it lies in its file and reckons its formulas, as a spreadsheet would when a cell is changed."""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_CELLS = re.compile(r"(?:'([^']+)'!)?([A-Z]+\d+)(?::([A-Z]+\d+))?")


@dataclass
class Sheet:
    """Cells by name such as B4: values as they stand, and formulas without their ``=``."""

    values: dict[str, Any] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    book: dict[str, Sheet] = field(default_factory=dict, repr=False)

    def find(self, text: str, *, after: int = 0) -> str:
        """Return the name of the first cell with this text, below row ``after``."""
        return next(n for n, v in self.values.items() if v == text and int(re.sub(r"\D", "", n)) > after)

    def reckon(self, name: str) -> Any:
        """Return the value of a cell with all formulas reckoned anew.

        Only SUM, IF, ROUND, INT and arithmetic are known; references may be to cells of other sheets.
        """
        if name not in self.formulas:
            return self.values.get(name, 0)
        code = _CELLS.sub(lambda m: f"cells({m[1]!r}, {m[2]!r}, {m[3]!r})", self.formulas[name].replace("$", ""))
        names = {"SUM": sum, "IF": lambda test, yes, no: yes if test else no, "ROUND": round, "INT": math.floor}
        return eval(code, {"cells": self._cells, **names})  # noqa: S307 - our own formulas

    def _cells(self, sheet: str | None, first: str, last: str | None) -> Any:
        there = self if sheet is None else self.book[sheet]
        if last is None:
            return there.reckon(first)
        (column, row), (end_column, end_row) = (_split(name) for name in (first, last))
        assert column == end_column or row == end_row
        if column == end_column:
            return [there.reckon(f"{column}{number}") for number in range(row, end_row + 1)]
        letters = [chr(code) for code in range(ord(column), ord(end_column) + 1)]
        return [there.reckon(f"{letter}{row}") for letter in letters]


def _split(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :])


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Return all sheets of a workbook by name."""
    with zipfile.ZipFile(path) as book:
        texts = [
            "".join(t.text or "" for t in entry.iterfind(".//m:t", _NS))
            for entry in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own file
        ]
        listed = ET.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", _NS)  # noqa: S314
        sheets = {
            sheet.attrib["name"]: _sheet(book.read(f"xl/worksheets/sheet{k}.xml"), texts)
            for k, sheet in enumerate(listed, start=1)
        }
    for sheet in sheets.values():
        sheet.book = sheets
    return sheets


def _sheet(xml: bytes, texts: list[str]) -> Sheet:
    sheet = Sheet()
    for cell in ET.fromstring(xml).iterfind(".//m:c", _NS):  # noqa: S314
        formula, value = cell.find("m:f", _NS), cell.find("m:v", _NS)
        name = cell.attrib["r"]
        if formula is not None and formula.text:
            sheet.formulas[name] = formula.text
        if value is not None and value.text:
            kind = cell.attrib.get("t")
            sheet.values[name] = (
                texts[int(value.text)] if kind == "s" else value.text if kind == "str" else float(value.text)
            )
    return sheet
