"""Settings come from defaults, a file and variables, and say what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.errors import InvalidInput
from api.service.settings import Limits, Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def test_without_anything_there_are_the_defaults() -> None:
    """And SQLite lies in the data folder."""
    assert load_settings(None, {}) == Settings()
    assert Settings().url == "sqlite:///gongpei-data/gongpei.sqlite"


def test_a_variable_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    """Places: 10 in the file, 20 in the variable; vehicles from the file; orders as they were."""
    file = tmp_path / "s.toml"
    file.write_text('lease_s = 3\nwebhook_hosts = ["a", "b"]\n[limits]\nmax_places = 10\nmax_vehicles = 5\n')
    found = load_settings(file, {"GONGPEI_MAX_PLACES": "20", "GONGPEI_SLOTS": "2"})
    assert found.limits == Limits(max_places=20, max_vehicles=5)
    assert (found.lease_s, found.slots, found.webhook_hosts) == (3.0, 2, ("a", "b"))


@pytest.mark.parametrize(
    "text", ["x = 1", "lease_s = 'soon'", "slots = -1", "slots = true", "[limits]\nmax = 1", "a ="]
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str) -> None:
    """E600."""
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput, match="E600"):
        load_settings(file, {})
