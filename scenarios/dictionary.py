"""The data dictionary of ``scenarios/README.md``, made from the tables that the reader goes by.

``refresh`` rewrites the part between the two marks; a test holds that nobody forgot to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.columns import TABLES, default_of
from scenarios.emergency.columns import EMERGENCY_SETTINGS, EMERGENCY_TABLES
from scenarios.emergency.model import Emergency
from scenarios.event_columns import EVENT_SETTINGS, EVENT_TABLES
from scenarios.events import Events
from scenarios.scenario import Scenario
from scenarios.settings import FILE, LISTS, SETTINGS
from scenarios.siting.columns import SITE_SETTINGS, SITES
from scenarios.siting.model import Figures
from scenarios.stress.noise import NOISE_SETTINGS, Noise
from scenarios.timetables.table import CARRIAGES, TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.columns import Column, Table

README = Path(__file__).parent / "README.md"
"""Where the dictionary stands."""

BEGIN, END = "<!-- dictionary: begin -->", "<!-- dictionary: end -->"
"""Marks around the generated part."""

OWN_DEFAULTS = {"datums.places": "WGS-84", "policy.has_driving_rule": "yes"}
"""Settings that are no fields of the scenario."""


OWN_TABLES = tuple(t for t in EMERGENCY_TABLES if t.name not in ("closed", "commodities", "added"))
"""Lists of an emergency file that are told nowhere else: the others are those of events.toml and commodities.csv."""


def refresh(readme: Path = README) -> None:
    """Put the dictionary between the marks of the README."""
    text = readme.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    readme.write_text(f"{head}{BEGIN}\n{dictionary()}{END}{tail}", encoding="utf-8")


def dictionary() -> str:
    """Return the dictionary of all tables and settings as Markdown."""
    parts = [_section(f"{table.file} {table.zh}", table.columns, table.of) for table in TABLES]
    parts.append(_section(f"{FILE} 设置", SETTINGS, Scenario))
    parts += [_section(f"{FILE} [[{table.name}]] {table.zh}", table.columns, table.of) for table in LISTS]
    parts.append(_section("events.toml 设置", EVENT_SETTINGS, Events))
    parts += [_section(f"events.toml [[{table.name}]] {table.zh}", table.columns, table.of) for table in EVENT_TABLES]
    parts.append(_section("emergency.toml 设置", EMERGENCY_SETTINGS, Emergency))
    parts += [_section(f"{table.file} [[{table.name}]] {table.zh}", table.columns, table.of) for table in OWN_TABLES]
    parts.append(_section(f"{TIMETABLE.file} {TIMETABLE.zh}", TIMETABLE.columns, TIMETABLE.of))
    parts.append(_section(f"{CARRIAGES.file} {CARRIAGES.zh}", CARRIAGES.columns, CARRIAGES.of))
    parts.append(_section(f"{SITES.file} {SITES.zh}", SITES.columns, SITES.of))
    parts.append(_section("sites.toml 设置", SITE_SETTINGS, Figures))
    parts.append(_section("noise.toml 设置", NOISE_SETTINGS, Noise))
    return "\n".join(parts)


def _section(title: str, columns: Sequence[Column], owner: type) -> str:
    rows = [_row(column, owner) for column in columns]
    head = ["English", "中文", "unit", "range", "default", "note"]
    return "\n".join([f"### {title}", "", _line(head), _line(["---"] * len(head)), *map(_line, rows), ""])


def _row(column: Column, owner: type) -> list[str]:
    note = "; ".join(part for part in (column.about, "placeholder" if column.is_placeholder else "") if part)
    return [f"`{column.name}`", column.zh, column.cell.unit, column.cell.span, _default(column, owner), note]


def _default(column: Column, owner: type) -> str:
    if column.is_required:
        return "**required**"
    if column.name in OWN_DEFAULTS:
        return OWN_DEFAULTS[column.name]
    value: Any = default_of(owner, column.field)
    return "" if value is None or value in ("", ()) else column.cell.show(value)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def tables() -> tuple[Table, ...]:
    """Return every table that the dictionary describes."""
    return (*TABLES, *LISTS, *EVENT_TABLES, *OWN_TABLES, TIMETABLE, CARRIAGES, SITES)
