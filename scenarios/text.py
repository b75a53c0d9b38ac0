"""Words in two languages."""

from __future__ import annotations

from typing import NamedTuple


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
