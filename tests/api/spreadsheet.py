"""Reads a workbook as it lies in its file and reckons its formulas, as a spreadsheet would when a cell is changed."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pathlib import Path

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_RANGE = re.compile(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")
_CELL = re.compile(r"\$?([A-Z]+)\$?(\d+)")


@dataclass
class Sheet:
    """Cells by name such as B4: values as they stand, and formulas without their ``=``."""

    values: dict[str, Any] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)

    def find(self, text: str, *, after: int = 0) -> str:
        """Return the name of the first cell with this text, below row ``after``."""
        return next(n for n, v in self.values.items() if v == text and int(re.sub(r"\D", "", n)) > after)

    def reckon(self, name: str) -> Any:
        """Return the value of a cell with all formulas reckoned anew; only SUM, IF, ROUND and arithmetic are known."""
        if name not in self.formulas:
            return self.values.get(name, 0)
        code = _RANGE.sub(lambda m: f"cells({m[0]!r})", self.formulas[name].replace("$", ""))
        code = _CELL.sub(
            lambda m: m[0] if m.string[m.start() - 1 : m.start()] in ("'", ":") else f"cell({m[0]!r})", code
        )
        names = {"SUM": sum, "IF": lambda test, yes, no: yes if test else no, "ROUND": round}
        return eval(code, {"cell": self.reckon, "cells": self._range, **names})  # noqa: S307 - our own formulas

    def _range(self, text: str) -> list[Any]:
        found = _RANGE.fullmatch(text)
        assert found is not None
        assert found[1] == found[3] or found[2] == found[4]
        if found[1] == found[3]:
            return [self.reckon(f"{found[1]}{row}") for row in range(int(found[2]), int(found[4]) + 1)]
        letters = [chr(code) for code in range(ord(found[1]), ord(found[3]) + 1)]
        return [self.reckon(f"{letter}{found[2]}") for letter in letters]


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Return all sheets of a workbook by name."""
    with zipfile.ZipFile(path) as book:
        texts = [
            "".join(t.text or "" for t in entry.iterfind(".//m:t", _NS))
            for entry in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own file
        ]
        listed = ET.fromstring(book.read("xl/workbook.xml")).iterfind(".//m:sheet", _NS)  # noqa: S314
        return {
            sheet.attrib["name"]: _sheet(book.read(f"xl/worksheets/sheet{k}.xml"), texts)
            for k, sheet in enumerate(listed, start=1)
        }


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
