"""The data dictionary of the README is the one that the reader goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.dictionary import BEGIN, END, README, dictionary, refresh, tables
from scenarios.settings import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path


def test_the_readme_holds_the_dictionary_as_the_code_has_it() -> None:
    """If this fails, run the command that the README names."""
    text = README.read_text("utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == dictionary().strip()


def test_refreshing_keeps_what_people_wrote(tmp_path: Path) -> None:
    """Only the part between the marks changes, and twice is as good as once."""
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    refresh(readme)
    once = readme.read_text("utf-8")
    refresh(readme)
    assert once == readme.read_text("utf-8")
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "| `pieces` | 件数 | pieces | 1-1000000 | 1 |  |" in once


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_headers_are_unambiguous(table: object) -> None:
    """No English or Chinese header means two columns, and no field is filled twice."""
    columns = table.columns  # type: ignore[attr-defined]
    for names in ([c.name for c in columns], [c.zh for c in columns], [c.field for c in columns]):
        assert len(set(names)) == len(names)


def test_settings_are_unambiguous() -> None:
    """Each key and each field once."""
    assert len({c.name for c in SETTINGS}) == len({c.field for c in SETTINGS}) == len(SETTINGS)
