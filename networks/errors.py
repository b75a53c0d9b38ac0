"""Errors of the networks, codes E200 to E299, and what readers note without refusing.

    Exception
    ├── ValueError   <- InvalidInput   the caller's files or arguments; carries a code, values and faults
    └── RuntimeError <- NetworkFailed  our own failure; always a bug or a lack of resources

Every code has one ``Sentence`` in ``networks.sentences.CATALOGUE``: what is wrong and what to do,
in Chinese and English, with the values of the exception filled in by name. A
reader of a user's file collects a ``Fault`` for each thing that is wrong and raises
once. What a reader could settle by itself, but should not hide, is a ``Note``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from networks.sentences import CATALOGUE, NOTES, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATALOGUE", "NOTES", "Fault", "InvalidInput", "NetworkFailed", "Note", "Sentence", "raise_faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a reader settled by itself; ``code`` is a key of ``NOTES``."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return NOTES[self.code].render(lang, self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a user's file: where it is, what stands there, and the values of its sentence.

    ``row`` is the line as the user sees it (the header is row 1), 0 where the file has
    no lines to speak of; ``column`` names the field, in TOML as a dotted path.
    """

    code: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without code and position."""
        known = {"file": self.file, "row": self.row, "column": self.column, "value": self.value}
        return CATALOGUE[self.code].render(lang, known | dict(self.values))


class InvalidInput(ValueError):  # noqa: N818 - the word of the handbook
    """The caller's files or arguments are wrong; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, *, faults: tuple[Fault, ...] = (), **values: object) -> None:
        self.code = code
        self.values = values
        self.faults = faults
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a child process: faults, keyword values and all."""
        return (_rebuild, (type(self), self.code, self.faults, self.values))


class NetworkFailed(RuntimeError):  # noqa: N818 - the word of the handbook
    """Our own code failed; ``code`` is a key of ``CATALOGUE``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{code} {self.render('en')}")

    def render(self, lang: str) -> str:
        """Return the sentence in ``lang`` ("zh" or "en"), without the code."""
        return CATALOGUE[self.code].render(lang, self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a child process: keyword values and all."""
        return (_rebuild, (type(self), self.code, (), self.values))


def raise_faults(path: object, faults: list[Fault]) -> None:
    """Raise E205 with all ``faults`` of the file at ``path``; nothing when there are none.

    A single fault is raised under its own code, so that its sentence is the message.
    """
    if not faults:
        return
    first = faults[0]
    if len(faults) == 1:
        values = {"file": first.file, "row": first.row, "column": first.column, "value": first.value}
        raise InvalidInput(first.code, faults=tuple(faults), **(values | dict(first.values)))
    raise InvalidInput(
        "E205", faults=tuple(faults), path=str(path), count=len(faults), row=first.row, column=first.column
    )


def _rebuild(
    kind: type[InvalidInput] | type[NetworkFailed], code: str, faults: tuple[Fault, ...], values: dict[str, object]
) -> InvalidInput | NetworkFailed:
    if issubclass(kind, InvalidInput):
        return kind(code, faults=faults, **values)
    return kind(code, **values)
