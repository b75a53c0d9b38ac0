"""A page per code and an index, generated from the catalogues of all packages, Chinese and English.

Nothing is written by hand here: a new code has its page at once. Values that a
sentence takes are shown by name, such as ‹row›.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import api.errors
import networks.errors
import optimizer.errors
import scenarios.errors
from api.exports.pages import environment
from optimizer.explain import REASONS
from optimizer.tiers.sentences import REASONS as TIER_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class CodePage(NamedTuple):
    """What a page shows about one code."""

    code: str
    package: str
    zh: str
    fix_zh: str
    en: str
    fix_en: str


def code_pages() -> dict[str, CodePage]:
    """Return all codes of all packages, sorted: E errors, U reasons for goods left unserved."""
    catalogues: dict[str, Mapping[str, object]] = {
        "optimizer": {**optimizer.errors.CATALOGUE, **REASONS, **TIER_REASONS},
        "networks": networks.errors.CATALOGUE,
        "scenarios": scenarios.errors.CATALOGUE,
        "api": api.errors.CATALOGUE,
    }
    found = {
        code: CodePage(code, package, *(_named(getattr(sentence, part)) for part in ("zh", "fix_zh", "en", "fix_en")))
        for package, catalogue in catalogues.items()
        for code, sentence in catalogue.items()
    }
    return dict(sorted(found.items()))


def write_pages(folder: Path) -> int:
    """Write ``index.html`` and ``CODE.html`` for every code; return the number of codes."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = code_pages()
    template = environment().get_template("errors.html.j2")
    (folder / "index.html").write_text(template.render(pages=list(pages.values()), single=False), encoding="utf-8")
    for code, page in pages.items():
        (folder / f"{code}.html").write_text(template.render(pages=[page], single=True), encoding="utf-8")
    return len(pages)


def _named(sentence: str) -> str:
    """Show the places of values as ‹name›."""
    return re.sub(r"\{(\w+)[^}]*\}", r"‹\1›", sentence)
