"""Finds what speaks of persons where no personal field is kept, so that it is refused and not stored.

Only order files have personal columns taken out and sealed (``api.service.personal_columns``). Everything else in a
folder can be read by whoever may read the scenario. Here it is searched for columns, attributes and settings with
names that speak of persons, for telephone and identity numbers, and for tables that no reader takes. OpenStreetMap
extracts are not looked into: they are packed, and public.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from api.errors import Fault
from api.service.documents import DOCUMENT_TABLES
from api.service.folders import settings_tree
from api.service.masking import field_of, looks_personal, speaks_of_person
from api.service.personal_columns import decoded, folded
from networks.override_files import CLOSURE_HEADERS, OVERRIDE_HEADERS
from scenarios.settings import FILE, LISTS
from scenarios.timetables.table import TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NUMBER = re.compile(
    r"(?<![0-9.])(?:\+86[- ]?)?(?:1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|[1-9][0-9]{16}[0-9Xx])(?![0-9.])"
)
"""A mobile telephone number or an identity number, alone or in a text."""

NUMBER_BYTES = re.compile(NUMBER.pattern.encode())

BINARY = (".gpkg", ".fgb", ".dbf")
"""Road files that hold texts as they are."""

JSON_TEXT = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"(\s*+:)?)?', re.DOTALL)
"""A text in JSON, and whether it names an attribute; one without an end goes to the end, so that time is linear."""

PUBLISHER = ("agency_", "feed_", "attribution_")
"""How columns of a timetable begin that speak of who has published it."""

ROAD_HEADERS = frozenset(
    word
    for headers in (OVERRIDE_HEADERS, CLOSURE_HEADERS)
    for name, others in headers.items()
    for word in (name, *others)
)
TABLES = {table.file: table for table in (*DOCUMENT_TABLES.values(), TIMETABLE)}
TABLE_HEADERS = frozenset(folded(word) for table in TABLES.values() for c in table.columns for word in (c.name, c.zh))
PROSE = frozenset(
    [
        *(folded(w) for t in TABLES.values() for c in t.columns if not c.cell.is_plain for w in (c.name, c.zh)),
        *("note", *CLOSURE_HEADERS["note"]),
    ]
)
"""Headers of columns that hold free text; others hold ids, numbers and words of a list."""

IDS = frozenset(
    folded(w)
    for t in TABLES.values()
    for c in t.columns
    if c.cell.is_plain and c.cell.kind == "text"
    for w in (c.name, c.zh)
)
"""Headers of columns that may hold digits as long as those of a telephone: waybills and division codes."""


def traces(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what may not be stored in checked files whose orders are taken apart: E685 a place, E686 a whole file.

    No fault repeats a value. O(bytes).
    """
    named = frozenset(_texts(settings_tree(files.get(FILE, b""))))
    for name, data in files.items():
        lower = name.lower()
        if lower.endswith((".csv", ".txt")):
            yield from _of_table(name, data, named)
        elif lower.endswith((".json", ".geojson")):
            yield from _of_json(name, _text(data))
        elif lower.endswith(".toml"):
            yield from traces_of_toml(name, _text(data))
        elif lower.endswith(BINARY) and NUMBER_BYTES.search(data):
            yield _trace(name, "*")


def _of_table(name: str, data: bytes, named: frozenset[str]) -> Iterator[Fault]:
    text = _text(data)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    header = [cell.strip('" ') for cell in head.split(delimiter)]
    last = name.rpartition("/")[2].strip().casefold()
    is_feed = name.lower().endswith(".txt") and name.partition("/")[0] in named
    if not (last in TABLES or name in named or is_feed or all(folded(c) in ROAD_HEADERS for c in header)):
        yield Fault(code="E686", file=name[:80], values={"file": name[:80]})
        return
    for cell in header:
        if folded(cell) in TABLE_HEADERS | ROAD_HEADERS or (is_feed and folded(cell).startswith(PUBLISHER)):
            continue
        if field_of(cell) or (speaks_of_person(cell) if is_feed else looks_personal(cell)):
            yield _trace(name, cell, row=1)
    if not is_feed and NUMBER.search(text):
        yield from _numbers(name, text, delimiter)


def _numbers(name: str, text: str, delimiter: str) -> Iterator[Fault]:
    """Yield one fault for each column in which numbers of persons stand, such as one that was filled a column too far.

    In columns of ids, digits alone or with Latin letters are a waybill's; ids of roads may be as long too.
    """
    header: list[str] | None = None
    seen: set[int] = set()
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if header is None:
                header = row if any(cell.strip() for cell in row) else None
                continue
            for i, cell in enumerate(row):
                known = folded(header[i]) if i < len(header) else ""
                is_id = known not in PROSE and (known in ROAD_HEADERS or (known in IDS and cell.isascii()))
                if i in seen or is_id:
                    continue
                if NUMBER.search(cell):
                    seen.add(i)
                    yield _trace(name, header[i] if i < len(header) else "*", row=number)
    except csv.Error:
        yield _trace(name, "*")


def _of_json(name: str, text: str) -> Iterator[Fault]:
    """Yield attributes that speak of persons; numbers in texts only, as ids of roads are as long."""
    keys: set[str] = set()
    has_number = False
    for found in JSON_TEXT.finditer(text):
        if found[2]:
            keys.add(found[1])
        elif not has_number:
            has_number = NUMBER.search(found[1]) is not None
    for key in sorted(keys):
        plain = _unescaped(key)
        if field_of(plain) or speaks_of_person(plain):
            yield _trace(name, plain)
    if has_number:
        yield _trace(name, "*")


def traces_of_toml(name: str, text: str) -> Iterator[Fault]:
    """Yield what may not be stored of a text in TOML, comments included: E685."""
    parts = {part.partition("=") for line in text.split("\n") for part in line.replace("{", ",").split(",")}
    for key in sorted({key.strip("\"' \t") for key, equals, _ in parts if equals}):
        if field_of(key) or speaks_of_person(key):
            yield _trace(name, key)
    if NUMBER.search(text):
        yield _trace(name, "*")


def _trace(name: str, column: str, row: int = 0) -> Fault:
    values = {"file": name[:80], "column": column[:80]}
    return Fault(code="E685", file=name[:80], row=row, column=column[:80], values=values)


def _texts(tree: object) -> Iterator[str]:
    """Yield the texts of settings, but for those of lists, which name sources and no files."""
    todo = (
        [value for key, value in tree.items() if key not in {each.name for each in LISTS}]
        if isinstance(tree, dict)
        else []
    )
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            yield from (each, *(part.strip() for part in each.split(";")))
        elif isinstance(each, dict):
            todo += each.values()
        elif isinstance(each, list):
            todo += each


def _text(data: bytes) -> str:
    found = decoded(data)
    return data.decode("latin-1") if found is None else found


def _unescaped(key: str) -> str:
    try:
        return str(json.loads(f'"{key}"'))
    except ValueError:
        return key
