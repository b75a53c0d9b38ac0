"""A scenario as one JSON document: tables as lists of objects, settings as a tree, other files by name.

The words are those of the files (``scenarios/README.md``) with two differences: money is in whole fen, under names
that end in ``_fen`` where files say yuan, and the datum of the places has to be declared. A document becomes the same
files that a folder would hold, so that one reader judges both; a fault of a file is told at its place in the document.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from datetime import date, time
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from api.errors import Fault, InvalidInput
from api.service.masking import field_of
from scenarios.cells import text as text_cell
from scenarios.columns import ORDERS, TABLES, Column
from scenarios.event_columns import EVENTS_FILE
from scenarios.settings import FILE, LISTS, MAPPING, SETTINGS
from scenarios.tables import nearest
from scenarios.text import Text
from scenarios.timetables.table import CARRIAGES
from scenarios.toml_rows import HUGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scenarios.columns import Table

DOCUMENT_TABLES = {table.name: table for table in (*TABLES, CARRIAGES)}
"""Tables by the name that they have in a document."""

OTHERS = "other_files"
"""Names of the files that a document cannot hold."""

PARTS = ("settings", *DOCUMENT_TABLES, "files", OTHERS)

DATUM = "WGS-84"
"""In what a folder has its places where it does not say."""

FEN, YUAN = re.compile(r"(^|_)yuan(_|$)"), re.compile(r"(^|_)fen(_|$)")
"""What is said otherwise in a document, and back."""

EVENTS = "events"
"""Where a request has its events."""

VARIANTS, VARIANTS_FILE = "variants", "variants.toml"
"""Where a request has its variants, one text, and the file that they become."""

FIRST_ROW = 2
"""Row of a table's first entry in its file; the header is row 1."""

MOST_FEN = 10**12

MOST_DEEP = 8
"""Levels of a value of the settings that a document shows; no setting has more than one."""

CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""What no cell may hold: control characters and halves of characters."""


def files_of_document(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that a whole document stands for.

    Raises
    ------
    InvalidInput
        E631 with all faults: unknown parts, columns and settings, and values of the wrong type (E306, E335, E632,
        E651), an undeclared datum (E652).
    """
    return _Making(document).files(is_whole=True)


def files_of_parts(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that some parts of a document stand for; a setting that is missing is not a fault here.

    Raises
    ------
    InvalidInput
        E631, as for a whole document.
    """
    return _Making(document).files(is_whole=False)


def toml_of(tree: Mapping[str, Any], root: str = EVENTS) -> str:
    """Return a JSON tree as TOML, money in yuan where it is in fen; ``root`` is where it stands in a request.

    Raises
    ------
    InvalidInput
        E631 with all values that no file could hold (E651).
    """
    return _Making({}).tree(tree, root)


def pointer_of(fault: Mapping[str, Any]) -> str:
    """Return where in a document the fault of a file lies, as a JSON pointer (RFC 6901); "" where it is not said."""
    file, column = str(fault.get("file", "")), str(fault.get("column", ""))
    table = next((each for each in DOCUMENT_TABLES.values() if each.file == file), None)
    if table is not None:
        row = int(fault.get("row", 0)) - FIRST_ROW
        names = _names(table)
        known = next((name for name, each in names.items() if column in (each.name, each.zh)), column)
        return json_pointer(table.name, *([row] if row >= 0 else []), *([known] if known and row >= 0 else []))
    if file in (FILE, EVENTS_FILE):
        steps = (FEN.sub(r"\1fen\2", step) if isinstance(step, str) else step for step in _steps(column))
        return json_pointer("settings" if file == FILE else EVENTS, *steps)
    if file == VARIANTS_FILE:
        return json_pointer(VARIANTS)
    return json_pointer("files", file) if file else ""


def rows_of_table(data: bytes, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a CSV file that a document could hold: columns under their names there, cells as text.

    What stands under an unknown header keeps it, what has none or that of another column goes by "", for
    ``files_of_document`` to refuse: nothing of a row is lost silently.

    Raises
    ------
    InvalidInput
        E631 with E309, where no reader could take it for a table, as with a cell beyond all measure.
    """
    text = _decoded(data)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    delimiter = max(",;\t", key=lines[0].count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        fault = Fault(code="E309", file=table.file, values={"detail": str(error), "pointer": json_pointer(table.name)})
        raise InvalidInput("E631", faults=(fault,), count=1) from None
    names = {_folded(word): name for name, each in _names(table).items() for word in (each.name, each.zh)}
    header: list[str] = []
    for cell in records[0]:
        name = names.get(_folded(cell), cell.strip())
        header.append("" if name in header else name)
    is_money = {name for name, each in _names(table).items() if name != each.name}
    return [
        {
            name: _in_fen(cell) if name in is_money else cell
            for name, cell in zip_longest(
                header, record[: len(header)] + [c for c in record[len(header) :] if c], fillvalue=""
            )
            if cell != ""
        }
        for record in records[1:]
        if any(cell.strip() for cell in record)
    ]


def settings_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a document for those of a file: money in fen, dates and times as text.

    What lies deeper than any setting is null, and a number that JSON cannot hold is text: the reader refuses both.
    """
    found: dict[str, Any] = {}
    for path, value in _leaves(tree):
        dotted = ".".join(path)
        is_plain = not any("." in step for step in path)  # a quoted name with a dot in it is no setting
        name = _IN_DOCUMENT.get(dotted, dotted) if is_plain else dotted
        *heads, last = name.split(".") if name != dotted else path
        below = found
        for head in heads:
            below = below.setdefault(head, {})
        below[last] = _in_fen(str(_plain(value))) if name != dotted else _plain(value)
    return found


class _Making:
    """Turns one document into files and gathers its faults."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._faults: list[Fault] = []

    def files(self, *, is_whole: bool) -> dict[str, bytes]:
        for name in self._document:
            if name not in PARTS:
                self._fault("E335", json_pointer(name), column=name, nearest=nearest(name, PARTS))
        made = dict(self._others(self._document.get("files", {})))
        if is_whole:
            self._require_others(made)
        if is_whole or "settings" in self._document:
            made[FILE] = self._settings(self._document.get("settings", {}), is_whole=is_whole).encode()
        for name, table in DOCUMENT_TABLES.items():
            if name in self._document:
                made[table.file] = self._table(self._document[name], table).encode()
        self._refuse()
        return made

    def tree(self, tree: Mapping[str, Any], root: str) -> str:
        """Return any tree as TOML, lists of objects as lists of tables."""
        lists = {name: value for name, value in tree.items() if _is_list_of_objects(value)}
        leaves = _leaves({name: value for name, value in tree.items() if name not in lists})
        lines = [self._leaf(path, value, json_pointer(root, *path)) for path, value in leaves]
        for name, entries in lists.items():
            for i, entry in enumerate(entries):
                lines.append(f"[[{_quoted(name)}]]")
                lines += [self._leaf((key,), value, json_pointer(root, name, i, key)) for key, value in entry.items()]
        self._refuse()
        return "\n".join(line for line in lines if line is not None) + "\n"

    def _refuse(self) -> None:
        if self._faults:
            raise InvalidInput("E631", faults=tuple(self._faults), count=len(self._faults))

    def _leaf(self, path: tuple[str, ...], value: Any, pointer: str) -> str | None:
        """Return one line; an amount in fen is written in yuan."""
        if value is None:
            return None
        name = YUAN.sub(r"\1yuan\2", path[-1])
        if name == path[-1]:
            return self._toml(path, value, pointer)
        shown = self._yuan(value, path[-1], pointer)
        return self._toml((*path[:-1], name), shown, pointer) if shown else None

    def _fault(self, code: str, pointer: str, *, column: str, **values: object) -> None:
        shown = {"column": column[:80], "pointer": pointer, **values}
        self._faults.append(Fault(code=code, column=column[:80], values=shown))

    def _wrong(self, pointer: str, column: str, expected: Text) -> None:
        self._fault("E651", pointer, column=column, expected=expected)

    def _others(self, files: Any) -> Iterator[tuple[str, bytes]]:
        """Yield the other files: text as it is, anything else as JSON (GeoJSON)."""
        if not isinstance(files, dict):
            self._wrong("/files", "files", OBJECT)
            return
        taken = {FILE, *(table.file for table in DOCUMENT_TABLES.values())}
        for name, content in files.items():
            if name in taken:
                self._wrong(json_pointer("files", name), name, Text("其他文件", "another file"))
            elif isinstance(content, str):
                yield name, content.encode("utf-8", "replace")
            elif isinstance(content, dict):
                yield name, json.dumps(content, ensure_ascii=True).encode()
            else:
                self._wrong(json_pointer("files", name), name, Text("文本或 GeoJSON", "text or GeoJSON"))

    def _require_others(self, made: Mapping[str, bytes]) -> None:
        """Refuse a document that only names files: they come in a zip."""
        named = self._document.get(OTHERS, [])
        if not isinstance(named, list):
            self._wrong(json_pointer(OTHERS), OTHERS, Text("文件名的列表", "a list of file names"))
            return
        for i, name in enumerate(named):
            if name not in made:
                self._fault("E301", json_pointer(OTHERS, i), column=str(name))

    def _table(self, rows: Any, table: Table) -> str:
        """Return a table as CSV, one line an entry."""
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._wrong(json_pointer(table.name), table.name, Text("对象的列表", "a list of objects"))
            return ""
        used = {name: None for row in rows for name in row}
        names = _names(table)
        if table is ORDERS:
            names |= {name: _personal(name) for name in used if field_of(name) is not None and name not in names}
        for name in used:
            if name not in names:
                first = next(i for i, row in enumerate(rows) if name in row)
                self._fault("E306", json_pointer(table.name, first, name), column=name, nearest=nearest(name, names))
        columns = [name for name in names if name in used or names[name].is_required]
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([names[name].name for name in columns])
        for i, row in enumerate(rows):
            cells = [
                self._cell(row.get(name), names[name], name, json_pointer(table.name, i, name)) for name in columns
            ]
            if not any(cells):  # its line would be passed over, and those below it would change their numbers
                self._wrong(
                    json_pointer(table.name, i), table.name, Text("至少有一个值的对象", "an object with a value")
                )
            writer.writerow(cells)
        return lines.getvalue()

    def _cell(self, value: Any, column: Column, name: str, pointer: str) -> str:
        """Return what a cell of a file would say; "" and a fault for what none can."""
        if name != column.name and value is not None:
            return self._yuan(value, name, pointer)
        text = _as_text(value)
        if text is None or CONTROL.search(text):
            self._wrong(pointer, name, Text("单个值，或一列值", "a value, or a list of values"))
            return ""
        return text

    def _yuan(self, value: Any, name: str, pointer: str) -> str:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_FEN:
            self._wrong(pointer, name, Text("整数分", "whole fen"))
            return ""
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"

    def _settings(self, tree: Any, *, is_whole: bool) -> str:
        """Return the settings as TOML."""
        if not isinstance(tree, dict):
            self._wrong("/settings", "settings", OBJECT)
            return ""
        datums = tree.get("datums")
        if is_whole and not (isinstance(datums, dict) and datums.get("places")):
            self._fault("E652", "/settings/datums/places", column="datums.places")
        lists = {table.name for table in LISTS}
        leaves = dict(_leaves({name: value for name, value in tree.items() if name not in lists}))
        lines = [line for path, value in leaves.items() if (line := self._setting(path, value)) is not None]
        for name in (name for name in lists if name in tree):
            lines += self._entries(name, tree[name])
        return "\n".join(lines) + "\n"

    def _setting(self, path: tuple[str, ...], value: Any) -> str | None:
        dotted, pointer = ".".join(path), json_pointer("settings", *path)
        if dotted.startswith(f"{MAPPING}.") or dotted == MAPPING:
            return self._toml(path, value, pointer)
        known = _SETTINGS.get(dotted)
        if known is None:
            self._fault("E335", pointer, column=dotted, nearest=nearest(dotted, _SETTINGS))
            return None
        if value is None:
            return None
        if known != dotted:
            shown = self._yuan(value, dotted, pointer)
            return f"{known} = {json.dumps(shown)}" if shown else None
        return self._toml(path, value, pointer)

    def _toml(self, path: Sequence[str], value: Any, pointer: str) -> str | None:
        text = _as_text(value)
        if text is None or CONTROL.search(text) or any(CONTROL.search(key) for key in path):
            self._wrong(pointer, ".".join(path), Text("单个值，或一列值", "a value, or a list of values"))
            return None
        return f"{'.'.join(map(_quoted, path))} = {_quoted(text)}"

    def _entries(self, name: str, entries: Any) -> Iterator[str]:
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._wrong(json_pointer("settings", name), name, Text("对象的列表", "a list of objects"))
            return
        for i, entry in enumerate(entries):
            yield f"[[{name}]]"
            for key, value in entry.items():
                line = None if value is None else self._toml((key,), value, json_pointer("settings", name, i, key))
                if line is not None:
                    yield line


OBJECT = Text("对象", "an object")


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _names(table: Table) -> dict[str, Column]:
    """Return the columns of a table by their names in a document, where money is in fen."""
    return {FEN.sub(r"\1fen\2", column.name): column for column in table.columns}


def _personal(name: str) -> Column:
    """Return a column that is taken out again before anything is stored (``api.service.personal_columns``)."""
    return Column(name=name, zh=name, field="", cell=text_cell(2_000))


_SETTINGS = {FEN.sub(r"\1fen\2", column.name.replace(".", "_.")).replace("_.", "."): column.name for column in SETTINGS}
"""Dotted name of each setting in a document -> in the file."""

_IN_DOCUMENT = {name: shown for shown, name in _SETTINGS.items() if name != shown}
"""Dotted name in the file -> in a document, where they differ."""


def _plain(value: Any, levels: int = MOST_DEEP) -> Any:
    """Return a value of TOML as JSON would have it; None for what lies ``levels`` deep in it."""
    if isinstance(value, list | dict) and not levels:
        return None
    if isinstance(value, list):
        return [_plain(entry, levels - 1) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry, levels - 1) for key, entry in value.items()}
    if isinstance(value, int) and abs(value) >= HUGE:
        return f"{value:#x}"  # so many decimal digits may take longer than anybody waits
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values of nested tables with their paths; an empty table has none."""
    for key, value in tree.items():
        if isinstance(value, dict) and len(path) < 3:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _as_text(value: Any) -> str | None:
    """Return what a cell would say; None for what is no value: tables, nested lists, numbers without end."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, int):
        return str(value) if abs(value) < HUGE else None
    if isinstance(value, float):
        return repr(value) if abs(value) < HUGE else None  # neither nan nor inf is smaller
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(entry, list | dict) for entry in value):
        entries = [_as_text(entry) for entry in value]
        return None if None in entries else ";".join(map(str, entries))
    return None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def json_pointer(*steps: str | int) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _steps(column: str) -> Iterator[str | int]:
    """Yield the steps of a dotted path such as ``conflicts[1].first``, whose entries count from one."""
    for part in column.split("."):
        name, _, number = part.partition("[")
        if name:
            yield name
        if number.rstrip("]").isdecimal():
            yield int(number.rstrip("]")) - 1


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-16", "replace") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""


def _folded(name: str) -> str:
    return name.strip().lower().replace(" ", "")


def _in_fen(cell: str) -> Any:
    """Return yuan as whole fen; text that is no such amount stays as it is, for the reader to refuse."""
    found = re.fullmatch(r"(\d{1,10})(?:\.(\d{1,2}))?", cell.strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else cell
