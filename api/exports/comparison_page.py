"""``comparison.html``: one file with no request to anywhere, assumptions first, both languages in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from api.exports.comparison_words import (
    WORDS,
    brief_change,
    change_text,
    day_name,
    market_name,
    value_text,
    worst_text,
)
from api.exports.losses import named_losses
from api.exports.pages import environment
from api.kpi_views import shown
from scenarios.text import Text
from scenarios.variants.table import leaves_goods, market_rows, peak_rows, way_rows

if TYPE_CHECKING:
    from pathlib import Path

    from api.exports.comparison_maps import Maps
    from scenarios.sampled_days import SampledDay
    from scenarios.variants.compare import Comparison
    from scenarios.variants.table import MarketRow, PeakRow, Row

CHARTED = ("cost_per_piece_fen", "distance_m", "vehicles", "timeliness_p90_s", "on_time_share", "co2_well_to_wheel_kg")
"""Measures that are drawn, a bar a variant."""

BAR_WIDTH = 420.0
"""Longest bar with its interval, in units of the drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One variant's bar: its length, the ends of its interval, and what is written beside it."""

    name: Text
    length: float
    low: float
    high: float
    value: Text
    change: Text
    is_reference: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The bars of one measure."""

    name: Text
    bars: tuple[Bar, ...]


class Named(Protocol):
    """What a page is about: a scenario, or a province."""

    @property
    def name(self) -> str:
        """Its title."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of a table of counties: name, page of its own, and by variant value, change and whether it is noise."""

    name: str
    link: str
    cells: tuple[tuple[Text, Text, bool], ...]


def write_page(
    scenario: Named,
    comparison: Comparison,
    rows: tuple[Row, ...],
    assumed: tuple[Text, ...],
    path: Path,
    *,
    lang: str,
    maps: Maps | None = None,
    parts: tuple[tuple[Text, tuple[Part, ...]], ...] = (),
) -> None:
    """Write the page, opening in ``lang`` ("zh" or "en"); without ``maps`` it has none.

    ``parts``: tables of counties by the name of their measure.
    """
    html = (
        environment()
        .get_template("comparison.html.j2")
        .render(
            lang=lang,
            w=WORDS,
            scenario=scenario,
            agenda=comparison.agenda,
            comparison=comparison,
            losses=named_losses(comparison),
            assumed=assumed,
            table=[(row.definition.name, _table_row(row)) for row in rows],
            ways=[(row.name, [shown(share, "share") for share in row.shares]) for row in way_rows(comparison)],
            charts=charts_of(comparison, rows),
            days=_day_rows(comparison, rows),
            peaks=[_peak_row(row) for row in peak_rows(comparison)],
            markets=[_market_row(row) for row in market_rows(comparison)],
            maps=maps,
            parts=parts,
            leaves_goods=leaves_goods(comparison),
            definitions=[row.definition for row in rows],
            bar_width=BAR_WIDTH,
        )
    )
    path.write_text(html, encoding="utf-8")


def charts_of(comparison: Comparison, rows: tuple[Row, ...]) -> tuple[Chart, ...]:
    """Return the charts of ``CHARTED``, bars from zero on a scale of their own. O(rows x variants)."""
    return tuple(_chart(comparison, row) for row in rows if row.measure in CHARTED)


def _chart(comparison: Comparison, row: Row) -> Chart:
    agenda = comparison.agenda
    tops = [max(abs(cell.over_days.mean), _finite(cell.over_days.high)) for cell in row.cells if cell is not None]
    scale = BAR_WIDTH / (max(tops, default=0) or 1)
    bars = tuple(
        Bar(
            name=variant.name,
            length=max(0.0, cell.over_days.mean * scale),
            low=max(0.0, _finite(cell.over_days.low, cell.over_days.mean) * scale),
            high=_finite(cell.over_days.high, cell.over_days.mean) * scale,
            value=shown(cell.over_days.mean, row.definition.unit),
            change=brief_change(cell),
            is_reference=variant.id == agenda.against,
        )
        for variant, cell in zip(agenda.variants, row.cells, strict=True)
        if cell is not None
    )
    return Chart(name=row.definition.name, bars=bars)


def _finite(value: float, otherwise: float = 0.0) -> float:
    return value if abs(value) != float("inf") else otherwise


def _table_row(row: Row) -> list[tuple[Text, Text, Text, bool]]:
    """Return value, change, worst day and whether the change is noise, a variant at a time."""
    unit = row.definition.unit
    return [
        (
            value_text(cell, unit),
            change_text(cell),
            worst_text(cell, unit),
            cell is not None and cell.change is not None and cell.change.is_noise,
        )
        for cell in row.cells
    ]


def _peak_row(row: PeakRow) -> tuple[str, Text, list[tuple[Text, str]]]:
    """Return the peak, the measure, and value and change of each variant."""
    unit = row.definition.unit
    cells = [(shown(value, unit), "" if change is None else f"{change * 100:+.1f} %") for value, change in row.values]
    return f"× {row.day.peak:g} · {row.day.date.isoformat()}", row.definition.name, cells


def _market_row(each: MarketRow) -> tuple[Text, Text, list[tuple[Text, Text, Text, bool]]]:
    """Return the measure, the kind of days, and the cells of each variant."""
    return each.row.definition.name, market_name(each), _table_row(each.row)


def _day_rows(comparison: Comparison, rows: tuple[Row, ...]) -> list[tuple[Text, Text, list[Text]]]:
    """Return one row a variant and day: names, and every measure of the table as text."""
    measures = [(row.measure, row.definition.unit) for row in rows]
    found = []
    for variant in comparison.agenda.variants:
        for day in comparison.agenda.days:
            kpis = comparison.measured[variant.id].get(day.id)
            if kpis is not None:
                values = [shown(getattr(kpis, name), unit) for name, unit in measures]
                found.append((variant.name, _dated(comparison, day), values))
    return found


def _dated(comparison: Comparison, day: SampledDay) -> Text:
    """Return a day with its date, and the towns that have their market."""
    name, date = day_name(day.id), day.date.isoformat()
    towns = comparison.agenda.markets.get(day.id, ())
    zh, en = (f" · 赶集：{'、'.join(towns)}", f" · market: {', '.join(towns)}") if towns else ("", "")
    return Text(f"{name.zh} · {date}{zh}", f"{name.en} · {date}{en}")
