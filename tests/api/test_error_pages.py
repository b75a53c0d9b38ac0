"""A page per code, from the catalogues alone."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from api.error_pages import code_pages, write_pages
from tests.api.pages import Page

if TYPE_CHECKING:
    from pathlib import Path


def test_every_code_of_every_catalogue_has_its_page(tmp_path: Path) -> None:
    """Codes of four packages and reasons for goods left unserved; one page each and an index with links."""
    count = write_pages(tmp_path)
    codes = {path.stem for path in tmp_path.glob("*.html")} - {"index"}
    for package in ("optimizer", "networks", "scenarios", "api"):
        assert set(importlib.import_module(f"{package}.errors").CATALOGUE) <= codes
    assert len(codes) == count
    links = {node.attributes["href"] for node in Page(tmp_path / "index.html").tags("a")}
    assert links == {f"{code}.html" for code in codes}


def test_a_page_says_problem_and_remedy_in_both_languages(tmp_path: Path) -> None:
    """E402: the path does not exist; ``gongpei new`` makes one."""
    write_pages(tmp_path)
    words = Page(tmp_path / "E402.html").words
    for text in ("找不到 ‹path›", "检查路径", "‹path› does not exist", "check the path"):
        assert text in words


def test_codes_are_sorted_and_values_are_shown_by_name() -> None:
    """No brace of a template is left."""
    pages = code_pages()
    assert list(pages) == sorted(pages)
    assert not [page for page in pages.values() if "{" in "".join(page)]
