"""From a CSV file to rows of typed values, with every fault found on the way.

Encodings: a byte order mark decides, then strict UTF-8, then GB18030. Headers may be
Chinese or English, full-width or not; cells are separated by commas, semicolons or
tabs, whichever the header row has most of. What was normalised is noted, what
cannot be read is a fault, nothing is guessed.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.cells import CellError, plain
from scenarios.errors import Fault
from scenarios.text import Text, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scenarios.columns import Column, Table

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""Byte order marks and the encodings that they announce."""

SHOWN = 80
"""Most characters of a faulty value that a message repeats."""

WHOLE_FILE = ("E301", "E302", "E303", "E305", "E309")
"""Faults of a file as a whole."""


@dataclass(slots=True)
class Findings:
    """What a reader found so far: it fills up while the files are read, then is raised or returned."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    def fault(self, code: str, file: str, *, row: int = 0, column: str = "", value: str = "", **values: object) -> None:
        """Add one fault."""
        shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
        self.faults.append(Fault(code=code, file=file, row=row, column=column, value=shown, values=values))

    def is_broken(self, file: str) -> bool:
        """Whether a fault was found after which nobody knows what else the file would have said."""
        return any(fault.file == file and fault.code in WHOLE_FILE for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: values of the cells that are filled in and right, by field; ``ident`` is its id as text.

    ``is_sound`` is False when a cell is wrong or missing; the others may still be looked at.
    """

    row: int
    values: dict[str, Any]
    ident: str | None = None
    is_sound: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of one table; ``header`` gives the header in the file for each field."""

    table: Table
    file: str
    rows: tuple[Row, ...] = ()
    header: dict[str, str] = field(default_factory=dict)


def read_rows(path: Path, table: Table, findings: Findings) -> Rows:
    """Return the rows of a CSV file; faults and notes go to ``findings``. O(cells)."""
    empty = Rows(table=table, file=path.name)
    content = read_text(path, findings)
    if content is None:
        return empty
    if not content.strip():
        findings.fault("E302", path.name)
        return empty
    records = list(_records(content, path.name, findings))
    if not records:
        return empty

    header = _header(records[0], table, path.name, findings)
    sheet = _Sheet(table, path.name, findings, header)
    rows = tuple(_row(record, sheet) for record in records[1:])
    note_folded(sheet.folded, path.name, findings)
    return Rows(table=table, file=path.name, rows=rows, header={c.field: shown for c, shown in header if c is not None})


def read_text(path: Path, findings: Findings) -> str | None:
    """Return the text of a file, or None with a fault when it is missing or in no known encoding."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        findings.fault("E301", path.name)
        return None
    except OSError as error:
        findings.fault("E309", path.name, detail=error.strerror or type(error).__name__)
        return None
    announced = [encoding for bom, encoding in BOMS if data.startswith(bom)]
    bad_byte = ""
    for encoding in announced or ["utf-8", "gb18030"]:
        try:
            content = data.decode(encoding)
        except UnicodeDecodeError as error:
            bad_byte = f"{error.start + 1}"
            continue
        if encoding == "gb18030":
            findings.notes.append(Text(f"{path.name}：按 GB18030 编码读取", f"{path.name}: read as GB18030"))
        return content
    findings.fault("E303", path.name, value=bad_byte)
    return None


def read_cells(
    given: Iterable[tuple[Column, str, str]], *, file: str, row: int, findings: Findings, folded: Counter[str]
) -> tuple[dict[str, Any], bool]:
    """Return the values of (column, header, raw text) triples by field, and whether all of them are right.

    Empty cells are left out, so that defaults apply; a required one is a fault.
    """
    values: dict[str, Any] = {}
    is_sound = True
    for column, header, raw in given:
        cell = column.cell
        entry = plain(raw) if cell.is_plain else raw.strip()
        if entry != raw.strip():
            folded[header] += 1
        if not entry:
            if column.is_required:
                findings.fault("E310", file, row=row, column=header)
                is_sound = False
            continue
        try:
            values[column.field] = cell.read(entry)
        except CellError as error:
            findings.fault(error.code, file, row=row, column=header, value=entry, **error.values)
            is_sound = False
    return values, is_sound


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like ``name``, or "-" when none is like it."""
    names = list(known)
    found = difflib.get_close_matches(name[:SHOWN], names, n=1, cutoff=0.5)
    return found[0] if found else "-"


@dataclass(frozen=True, slots=True)
class _Record:
    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every row of one file is read with."""

    table: Table
    file: str
    findings: Findings
    header: list[tuple[Column | None, str]]
    folded: Counter[str] = field(default_factory=Counter)


def _records(content: str, file: str, findings: Findings) -> Iterator[_Record]:
    """Yield the rows that hold anything, with the line each begins in."""
    first = next(line for line in content.splitlines() if line.strip())
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Record(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        findings.fault("E309", file, row=line, detail=str(error))


def _header(record: _Record, table: Table, file: str, findings: Findings) -> list[tuple[Column | None, str]]:
    """Match the header row with the columns; unknown, double and missing ones are faults."""
    known = {_folded(name): column for column in table.columns for name in (column.zh, column.name)}
    header: list[tuple[Column | None, str]] = []
    seen: set[str] = set()
    for cell in record.cells:
        shown = plain(cell)
        column = known.get(_folded(shown))
        if column is None and shown:
            likely = nearest(shown, [name for c in table.columns for name in (c.name, c.zh)])
            findings.fault("E306", file, row=record.row, column=shown[:SHOWN], nearest=likely)
        elif column is not None and column.name in seen:
            findings.fault("E307", file, row=record.row, column=shown)
            column = None
        if column is not None:
            seen.add(column.name)
        header.append((column, shown))
    for column in table.columns:
        if column.is_required and column.name not in seen:
            findings.fault("E305", file, row=record.row, column=f"{column.name} ({column.zh})")
    return header


def _row(record: _Record, sheet: _Sheet) -> Row:
    table, header = sheet.table, sheet.header
    extra = [cell for cell in record.cells[len(header) :] if cell.strip()]
    if extra:
        expected = len(header)
        sheet.findings.fault("E308", sheet.file, row=record.row, value=str(len(record.cells)), expected=expected)
    padded = record.cells + [""] * (len(header) - len(record.cells))
    given = [(c, shown, raw) for (c, shown), raw in zip(header, padded, strict=False) if c is not None]
    values, is_right = read_cells(given, file=sheet.file, row=record.row, findings=sheet.findings, folded=sheet.folded)
    ident = next((plain(raw) for c, _, raw in given if c.field == table.key), None)
    is_sound = is_right and not extra and _has_required(values, table)
    return Row(row=record.row, values=values, ident=ident or None, is_sound=is_sound)


def _has_required(values: dict[str, Any], table: Table) -> bool:
    return all(column.field in values for column in table.columns if column.is_required)


def _folded(name: str) -> str:
    return plain(name).lower().replace(" ", "")


def note_folded(folded: Counter[str], file: str, findings: Findings) -> None:
    """Note, once a column, how many cells had full-width characters."""
    for header, count in sorted(folded.items()):
        zh = f"{file}：列 {header} 有 {count} 个单元格含全角字符，已按半角读取"
        en = f"{file}: full-width characters read as plain ones in {counted(count, 'cell')} of {header}"
        findings.notes.append(Text(zh, en))
