"""Words in two languages."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Text(NamedTuple):
    """The same words in Chinese and English."""

    zh: str
    en: str

    def pick(self, lang: str) -> str:
        """Return the text in ``lang`` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


def counted(count: int, noun: str) -> str:
    """Return an English count, such as "1 place" or "2 places"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def filled(template: str, lang: str, values: Mapping[str, object]) -> str:
    """Return a sentence with its values, those that are ``Text`` in ``lang`` ("zh" or "en").

    Raises what ``str.format_map`` raises: ``KeyError`` for a value that is missing, ``AttributeError``, ``ValueError``.
    """
    return _InOneLanguage(lang).vformat(template, (), values)


class _InOneLanguage(Formatter):
    def __init__(self, lang: str) -> None:
        self._lang = lang

    def format_field(self, value: Any, format_spec: str) -> Any:
        """Return a value as the sentence has it."""
        return super().format_field(value.pick(self._lang) if isinstance(value, Text) else value, format_spec)
