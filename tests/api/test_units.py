"""Numbers as people write them."""

from __future__ import annotations

import pytest

from api.units import clock, hours, km, load_name, load_text, yuan


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "00:00"), (22_259, "06:10"), (86_399, "23:59"), (86_400, "24:00"), (90_600, "25:10")]
)
def test_clock_cuts_seconds_and_runs_on_past_midnight(time_s: int, text: str) -> None:
    """6:10:59 is shown as 6:10: no one comes before the paper says."""
    assert clock(time_s) == text


def test_clock_with_seconds() -> None:
    """6 h, 10 min, 59 s."""
    assert clock(22_259, seconds=True) == "06:10:59"


def test_money_distance_duration() -> None:
    """Fen to yuan, metres to km, seconds to hours and minutes."""
    assert (yuan(123_450), km(12_345), hours(25_500)) == ("1,234.50", "12.3", "7:05")


@pytest.mark.parametrize(
    ("amount", "dimension", "text"),
    [
        (12_500, "load_g", "12.5 kg"),
        (12_500, "g", "12.5 kg"),
        (2_000, "load_ml", "2 L"),
        (7, "totes", "7"),
        (7, "x", "7"),
    ],
)
def test_loads_carry_their_unit(amount: int, dimension: str, text: str) -> None:
    """The suffix of a load dimension tells its unit; unknown ones are counts."""
    assert load_text(amount, dimension) == text


def test_load_names_are_bilingual() -> None:
    """An unknown dimension is named by itself."""
    assert (load_name("load_g", "zh"), load_name("load_g", "en"), load_name("frogs", "zh")) == (
        "重量",
        "weight",
        "frogs",
    )
