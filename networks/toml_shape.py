"""Checks a TOML table against a shape and names every fault by its dotted path.

A shape is a dict of key -> shape, or one of the small kinds below. Nothing here knows
what the numbers mean.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from networks.errors import Fault, InvalidInput
from networks.text import read_text

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number between ``low`` and ``high``, both ends included."""

    low: float
    high: float

    @property
    def expected(self) -> str:
        """What a user should write."""
        return f"{self.low:g}..{self.high:g}"


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, or one of ``known``."""

    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose items have shape ``item``."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A table with keys among ``keys`` (empty: any), all values of shape ``item``."""

    item: Shape
    keys: tuple[str, ...] = ()


Shape = Number | Text | Flag | Many | Table | dict[str, Any]


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises
    ------
    InvalidInput
        E200 no such file, E201 empty, E204 not text, E223 not TOML.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        detail = str(error)
        row = int("".join(c for c in detail.partition("line ")[2].partition(",")[0] if c.isdigit()) or 0)
        raise InvalidInput("E223", path=path.name, row=row or text.count("\n") + 1, detail=detail) from error


def faults_of(value: Any, shape: Shape, path: str, file: str) -> list[Fault]:
    """Return every way in which ``value`` departs from ``shape``; missing keys are no fault here."""
    if isinstance(shape, dict):
        return _table_faults(value, shape, path, file)
    if isinstance(shape, Table):
        known = shape.keys or (tuple(value) if isinstance(value, dict) else ())
        return _table_faults(value, dict.fromkeys(known, shape.item), path, file)
    if isinstance(shape, Many):
        if not isinstance(value, list):
            return [_wrong(path, value, "a list", file)]
        return [fault for i, item in enumerate(value) for fault in faults_of(item, shape.item, f"{path}[{i}]", file)]
    return _value_faults(value, shape, path, file)


def _table_faults(value: Any, shapes: dict[str, Any], path: str, file: str) -> list[Fault]:
    if not isinstance(value, dict):
        return [_wrong(path, value, "a table", file)]
    found: list[Fault] = []
    for key, item in value.items():
        inner = f"{path}.{key}" if path else key
        if key in shapes:
            found += faults_of(item, shapes[key], inner, file)
        else:
            values = {"field": inner, "known": ", ".join(shapes)}
            found.append(Fault(code="E221", file=file, column=inner, value=str(item)[:60], values=values))
    return found


def _value_faults(value: Any, shape: Number | Text | Flag, path: str, file: str) -> list[Fault]:
    if isinstance(shape, Flag):
        return [] if isinstance(value, bool) else [_wrong(path, value, "true / false", file)]
    if isinstance(shape, Text):
        fits = isinstance(value, str) and (not shape.known or value in shape.known)
        return [] if fits else [_wrong(path, value, " / ".join(shape.known) or '"..."', file)]
    fits = isinstance(value, int | float) and not isinstance(value, bool) and shape.low <= value <= shape.high
    return [] if fits else [_wrong(path, value, shape.expected, file)]


def _wrong(path: str, value: Any, expected: str, file: str) -> Fault:
    shown = str(value)[:60]
    return Fault(
        code="E220", file=file, column=path, value=shown, values={"field": path, "expected": expected, "value": shown}
    )
