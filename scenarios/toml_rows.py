"""From ``scenario.toml`` to typed settings and rows, with every fault found on the way.

Values may stand as TOML numbers, dates, flags or lists, or as the same text that a CSV cell
would hold: both are read by the same ``Cell``.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Any

from scenarios.settings import FILE, LISTS, MAPPING, SETTINGS
from scenarios.tables import Row, Rows, nearest, note_folded, read_cells, read_text
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scenarios.columns import Column, Table
    from scenarios.tables import Findings

HUGE = 10**30
"""Whole numbers beyond it are not worth spelling out; every cell refuses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the file says: values by field, lists of tables by name, the column mapping of the roads."""

    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, Rows] = field(default_factory=dict)
    mapping: tuple[tuple[str, str], ...] = ()
    is_read: bool = True


UNREAD = Settings(is_read=False)
"""What stands in for a file that cannot be read."""


def read_settings(path: Path, findings: Findings) -> Settings:
    """Return the settings, ``UNREAD`` when the file cannot be read at all; faults go to ``findings``."""
    tree = read_tree(path, findings)
    if tree is None:
        return UNREAD
    lists = {table.name: read_list(tree.pop(table.name, []), table, findings) for table in LISTS}
    mapping = _read_mapping(tree, findings)
    return Settings(values=read_values(tree, SETTINGS, FILE, findings), lists=lists, mapping=mapping)


def read_tree(path: Path, findings: Findings) -> dict[str, Any] | None:
    """Return what a TOML file holds, or None with a fault when it cannot be read at all."""
    content = read_text(path, findings)
    if content is None:
        return None
    if not content.strip():
        findings.fault("E302", path.name)
        return None
    try:
        return tomllib.loads(content)
    except (ValueError, RecursionError) as error:  # also numbers of more than 4,300 digits
        findings.fault("E304", path.name, detail=str(error)[:200] or type(error).__name__)
        return None


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of nested tables by dotted path."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and len(prefix) < 200:
            leaves |= _flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def read_values(tree: dict[str, Any], settings: Sequence[Column], file: str, findings: Findings) -> dict[str, Any]:
    """Return the values of single settings by field; nested tables are dotted paths."""
    leaves = _flat(tree)
    known = {column.name: column for column in settings}
    given: list[tuple[Column, str, str]] = []
    for name, value in leaves.items():
        if name not in known:
            findings.fault("E335", file, column=name[:80], nearest=nearest(name, known))
        elif (entry := _as_text(value)) is None:
            _wrong_type(name, value, Text("单个值或一列值", "a value or a list of values"), file, findings)
        else:
            given.append((known[name], name, entry))
    missing = [c for c in settings if c.is_required and c.name not in leaves]
    given += [(column, column.name, "") for column in missing]

    folded: Counter[str] = Counter()
    values, _ = read_cells(given, file=file, row=0, findings=findings, folded=folded)
    note_folded(folded, file, findings)
    return values


def read_list(entries: Any, table: Table, findings: Findings) -> Rows:
    """Return the rows of a list of tables in ``table.file``."""
    if not isinstance(entries, list):
        _wrong_type(table.name, entries, Text("表的列表", "a list of tables"), table.file, findings)
        entries = []
    rows = [_read_entry(entry, f"{table.name}[{i}]", table, findings) for i, entry in enumerate(entries, start=1)]
    return Rows(table=table, file=table.file, rows=tuple(rows))


def _read_entry(entry: Any, path: str, table: Table, findings: Findings) -> Row:
    """Read one table of a list; its path, such as ``conflicts[1]``, goes where a CSV row has its id."""
    if not isinstance(entry, dict):
        _wrong_type(path, entry, Text("表", "a table"), table.file, findings)
        return Row(row=0, values={}, ident=path, is_sound=False)
    known = {column.name: column for column in table.columns}
    is_sound = True
    given: list[tuple[Column, str, str]] = []
    for name, value in entry.items():
        text = _as_text(value)
        if name not in known:
            findings.fault("E335", table.file, column=f"{path}.{name}"[:80], nearest=nearest(name, known))
        elif text is None:
            _wrong_type(f"{path}.{name}", value, Text("单个值", "a value"), table.file, findings)
            is_sound = False
        else:
            given.append((known[name], f"{path}.{name}", text))
    given += [(c, f"{path}.{c.name}", "") for c in table.columns if c.is_required and c.name not in entry]
    values, is_right = read_cells(given, file=table.file, row=0, findings=findings, folded=Counter())
    return Row(row=0, values=values, ident=path, is_sound=is_sound and is_right)


def _read_mapping(tree: dict[str, Any], findings: Findings) -> tuple[tuple[str, str], ...]:
    roads = tree.get("roads")
    if not isinstance(roads, dict) or "mapping" not in roads:
        return ()
    mapping = roads.pop("mapping")
    if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
        _wrong_type(MAPPING, mapping, Text("列名到列名的表", "a table of column names"), FILE, findings)
        return ()
    return tuple(sorted(mapping.items()))


def _as_text(value: Any) -> str | None:
    """Return what a CSV cell would say, or None for a table or nested list."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) > HUGE:
        return str(HUGE)
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list) and not any(isinstance(item, list) for item in value):
        entries = [entry for item in value if (entry := _as_text(item)) is not None]
        return ";".join(entries) if len(entries) == len(value) else None
    return None


def _wrong_type(name: str, value: Any, expected: Text, file: str, findings: Findings) -> None:
    findings.fault("E336", file, column=name[:80], value=repr(value)[:80], expected=expected)
