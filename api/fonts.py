"""Finds fonts with Chinese characters on the system, so that no picture shows boxes.

Nothing is committed or fetched. What no font can draw is found before drawing:
``missing_glyphs`` answers from the fonts' own character tables.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from matplotlib import font_manager

from api.errors import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger(__name__)

CHINESE_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "Droid Sans Fallback",
)
"""Families looked for, best first; matplotlib names a collection by its first face (JP), which has all of SC's."""

BASE_FAMILY = "DejaVu Sans"
"""Comes with matplotlib; draws what the Chinese font lacks."""

SAMPLE = "县乡村镇共同配送方案未服务比例尺"
"""A font that draws these is taken as Chinese."""


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """Return the family name of a font with Chinese characters, or None with one warning (E420)."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    for family in CHINESE_FAMILIES:
        if family in known and not set(SAMPLE) - _characters(font_manager.findfont(family)):
            return family
    path = _search_system()
    if path is not None:
        font_manager.fontManager.addfont(path)
        return str(font_manager.get_font(path).family_name)
    log.warning("E420 %s", CATALOGUE["E420"].render("zh", {}))
    return None


def families() -> list[str]:
    """Return the families for ``font.family``, in the order in which each glyph is looked for."""
    found = chinese_font()
    return [found, BASE_FAMILY] if found else [BASE_FAMILY]


def missing_glyphs(texts: Iterable[str]) -> set[str]:
    """Return the characters of ``texts`` that none of ``families`` can draw."""
    wanted = {character for text in texts for character in text if character != " "}
    for family in families():
        wanted -= _characters(font_manager.findfont(family))
    return wanted


def drawable(text: str, fallback: str) -> str:
    """Return ``text`` if every glyph exists, else ``fallback`` (an id), so that no box is ever drawn."""
    return fallback if missing_glyphs([text]) else text


def _search_system() -> str | None:
    """Return a file that matplotlib's cache does not know yet: fonts installed since it was made."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in sorted(font_manager.findSystemFonts()):
        if path not in known and not set(SAMPLE) - _characters(path):
            return path
    return None


@lru_cache(maxsize=64)
def _characters(path: str) -> frozenset[str]:
    """Return what a font file draws; nothing when it cannot be read."""
    try:
        return frozenset(map(chr, font_manager.get_font(path).get_charmap()))
    except (OSError, RuntimeError) as error:
        log.debug("font %s left out: %s", path, error)
        return frozenset()
