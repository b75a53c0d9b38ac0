"""No picture shows boxes: what cannot be drawn is known beforehand."""

from __future__ import annotations

import logging

import pytest

from api import fonts
from api.exports import map as picture
from api.words import WORDS
from tests.api.days import large_day, small_day


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that no font on the system has Chinese characters."""
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)


def test_this_machine_has_a_chinese_font() -> None:
    """The README's line of system packages names one; without it names would become ids."""
    assert fonts.chinese_font() is not None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_misses_no_glyph(lang: str) -> None:
    """Names of places, labels of trips, title and legend."""
    for day in (small_day(), large_day()):
        assert fonts.missing_glyphs(picture.texts(day, lang)) == set()


def test_every_word_of_ours_can_be_drawn() -> None:
    """In either language."""
    assert fonts.missing_glyphs(text for pair in WORDS.values() for text in pair) == set()


def test_a_character_in_no_font_falls_back_to_the_id() -> None:
    """U+10FFFD is private use: nobody draws it."""
    assert fonts.drawable("石门\U0010fffd村", "V001") == "V001"


def test_rare_village_characters_are_drawn() -> None:
    """Characters of real village names beyond the common 3,500."""
    assert fonts.missing_glyphs(["垴坳塬峁夼圪崾岽垟塝"]) == set()


def test_drawing_chinese_names_misses_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Matplotlib warns of each missing glyph, and warnings are errors; a character in no font gives way to the id."""
    path = tmp_path_factory.mktemp("map") / "map.png"
    assert picture.write_map(small_day(village_name="垴坳塬峁$_{x}$\U0010fffd村"), path, lang="zh") == ()
    assert path.read_bytes().startswith(b"\x89PNG")


def test_without_a_font_ids_are_drawn_and_the_warning_says_what_to_install(
    bare_machine: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """E420, and still a picture; the font of matplotlib itself has no Chinese."""
    warnings = picture.write_map(small_day(), tmp_path_factory.mktemp("map") / "map.png", lang="zh")
    assert [warning.split()[0] for warning in warnings] == ["E420"]
    assert "fonts-noto-cjk" in warnings[0]
    assert fonts.drawable("石门村", "V001") == "V001"


def test_the_search_warns_once_when_it_finds_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With every font gone but matplotlib's own."""
    fonts.chinese_font.cache_clear()
    monkeypatch.setattr(fonts, "CHINESE_FAMILIES", ("No Such Family",))
    monkeypatch.setattr(fonts, "_search_system", lambda: None)
    with caplog.at_level(logging.WARNING):
        assert (fonts.chinese_font(), fonts.chinese_font()) == (None, None)
    fonts.chinese_font.cache_clear()
    assert [record.getMessage()[:4] for record in caplog.records] == ["E420"]
