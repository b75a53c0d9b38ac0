"""The file of disturbances: defaults, its own writing read again, and every fault at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InvalidInput
from scenarios.stress.noise import PLACEHOLDERS, QUIET, described, noise_toml, read_noise

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_file_does_not_name_keeps_its_placeholder(tmp_path: Path) -> None:
    """Only the mean delay is somebody's own, so only that is no placeholder."""
    path = tmp_path / "noise.toml"
    path.write_text("[waves]\nmean_delay_min = 25\n", encoding="utf-8")
    noise = read_noise(path)
    assert noise == replace(PLACEHOLDERS, mean_delay_min=25.0)
    assert [(name.en, value) for name, value, is_placeholder in described(noise) if not is_placeholder] == [
        ("mean delay of a brand's goods (min)", 25.0)
    ]


def test_what_is_written_reads_as_it_was(tmp_path: Path) -> None:
    """So that the file beside the results can be edited and used again."""
    path = tmp_path / "noise.toml"
    for noise in (PLACEHOLDERS, QUIET, replace(PLACEHOLDERS, c=0.31, lost_min=12.5)):
        path.write_text(noise_toml(noise), encoding="utf-8")
        assert read_noise(path) == noise


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A word for a number, a rate above 1, a size that is not known."""
    path = tmp_path / "noise.toml"
    path.write_text('[travel]\nday_spread = "much"\nweek = 1\n[breakdowns]\nper_vehicle_day = 2\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"^E530 ") as raised:
        read_noise(path)
    assert sorted(fault.column for fault in raised.value.faults) == [
        "breakdowns.per_vehicle_day",
        "travel.day_spread",
        "travel.week",
    ]


def test_classes_of_road_have_their_spread() -> None:
    """A motorway is a G road, a track is any other road."""
    assert [PLACEHOLDERS.leg_spread(name) for name in ("motorway", "G", "X", "C", "track2", "connector")] == [
        *(PLACEHOLDERS.g, PLACEHOLDERS.g, PLACEHOLDERS.x, PLACEHOLDERS.c),
        *(PLACEHOLDERS.other, PLACEHOLDERS.other),
    ]
