"""KPIs as people read them: value with unit, name and definition, in the order of the definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.units import hours, yuan
from api.views import KpiView
from scenarios.kpis import KPI_DEFINITIONS
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.kpis import Kpis

NOTHING = Text("—", "—")
"""Shown where the day has nothing to measure, which is not zero."""


def kpi_views(kpis: Kpis) -> tuple[KpiView, ...]:
    """Return every defined measure of ``kpis``, group by group; some have no row where they are 0."""
    groups = list(dict.fromkeys(definition.group for definition in KPI_DEFINITIONS.values()))
    ordered = sorted(KPI_DEFINITIONS.items(), key=lambda item: groups.index(item[1].group))
    return tuple(
        KpiView(
            key=key,
            group=definition.group,
            name=definition.name,
            value=shown(getattr(kpis, key), definition.unit),
            definition=definition.text,
            is_headline=definition.is_headline,
        )
        for key, definition in ordered
        if getattr(kpis, key) != 0 or not definition.is_hidden_at_zero
    )


def shown(value: float | None, unit: str) -> Text:
    """Return ``value`` with its unit; ``unit`` is one of ``scenarios.kpi_definitions.UNITS``."""
    return NOTHING if value is None else SHOWN[unit](value)


def _same(text: str) -> Text:
    return Text(text, text)


SHOWN: dict[str, Callable[[float], Text]] = {
    "fen": lambda value: Text(f"{yuan(value)} 元", f"{yuan(value)} yuan"),
    "share": lambda value: _same(f"{value * 100:.1f} %"),
    "s": lambda value: Text(f"{hours(value)} 小时", f"{hours(value)} h"),
    "m": lambda value: _same(f"{value / 1000:,.1f} km" if value >= 1000 else f"{value:,.0f} m"),
    "days": lambda value: Text(f"{value:.1f} 天", f"{value:.1f} days"),
    "count": lambda value: _same(f"{value:,.0f}"),
    "l": lambda value: _same(f"{value:,.1f} L"),
    "kwh": lambda value: _same(f"{value:,.1f} kWh"),
    "kg": lambda value: _same(f"{value:,.1f} kg"),
}
"""How a value of each unit is written."""
