"""KPIs as people read them."""

from __future__ import annotations

import pytest

from api.kpi_views import SHOWN, shown
from api.words import WORDS
from scenarios.kpi_definitions import KPI_DEFINITIONS, UNITS


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (123_456, "fen", "1,234.56 元", "1,234.56 yuan"),
        (0.125, "share", "12.5 %", "12.5 %"),
        (5_400, "s", "1:30 小时", "1:30 h"),
        (12_345, "m", "12.3 km", "12.3 km"),
        (800, "m", "800 m", "800 m"),
        (1.4, "days", "1.4 天", "1.4 days"),
        (2_500, "count", "2,500", "2,500"),
        (3.14, "l", "3.1 L", "3.1 L"),
        (3.14, "kwh", "3.1 kWh", "3.1 kWh"),
        (None, "share", "—", "—"),
    ],
)
def test_values_carry_their_unit(value: float | None, unit: str, zh: str, en: str) -> None:
    """Money in yuan, shares in per cent, times in hours and minutes; nothing to measure is a dash."""
    assert shown(value, unit) == (zh, en)


def test_every_unit_can_be_shown_and_every_group_has_a_heading() -> None:
    """Those that definitions may use, and the words of the report."""
    assert set(SHOWN) == set(UNITS)
    assert {f"group_{definition.group}" for definition in KPI_DEFINITIONS.values()} <= set(WORDS)
