"""The honest table of a comparison: measures by row, variants by column, each with its interval and its change.

Peak days are no ordinary days and stay out of all means. Intervals of changes are widened for the number of
variants that are looked at together (Bonferroni), so that one row of many variants does not find a saving by luck;
those of means are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.comparison import Cell, compare_kpis
from scenarios.kpi_definitions import KPI_DEFINITIONS
from scenarios.text import Text
from scenarios.variants.merge import WAYS

if TYPE_CHECKING:
    from scenarios.kpi_definitions import Definition
    from scenarios.sampled_days import SampledDay
    from scenarios.variants.compare import Comparison

MEASURES = (
    "vehicles",
    "distance_m",
    "duration_s",
    "operating_cost_fen",
    "cost_per_piece_fen",
    "load_factor_down",
    "load_factor_up",
    "empty_share",
    "co_delivery_share",
    "on_time_share",
    "timeliness_p50_s",
    "timeliness_p90_s",
    "coverage",
    "freshness_kept",
    "worst_decile_s",
    "unserved_pieces",
    "co2_combustion_kg",
    "co2_well_to_wheel_kg",
)
"""Measures of the table, in its order; the files hold all others by day as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure; ``cells`` are in the order of the variants, None where a variant has no day."""

    measure: str
    definition: Definition
    cells: tuple[Cell | None, ...]


def rows_of(comparison: Comparison) -> tuple[Row, ...]:
    """Return the rows that have any value, over the ordinary days. O(measures x variants x days)."""
    ordinary = frozenset(day.id for day in comparison.agenda.days if day.peak == 1)
    return _rows(comparison, ordinary, MEASURES, len(comparison.agenda.variants) - 1)


def _rows(comparison: Comparison, days: frozenset[str], measures: tuple[str, ...], looks: int) -> tuple[Row, ...]:
    """Return the rows of ``measures`` that have any value on ``days``."""
    agenda = comparison.agenda
    measured = {
        variant: {day: kpis for day, kpis in found.items() if day in days}
        for variant, found in comparison.measured.items()
    }
    compared = compare_kpis(measured, agenda.against, looks=looks)
    cells = {(cell.measure, cell.variant): cell for cell in compared}
    rows = (
        Row(
            measure=measure,
            definition=KPI_DEFINITIONS[measure],
            cells=tuple(cells.get((measure, variant.id)) for variant in agenda.variants),
        )
        for measure in measures
    )
    return tuple(row for row in rows if any(row.cells))


def leaves_goods(comparison: Comparison) -> bool:
    """Return whether some day of some variant leaves pieces undelivered."""
    return any(kpis.unserved_pieces for days in comparison.measured.values() for kpis in days.values())


PEAK_MEASURES = (
    "pieces",
    "vehicles",
    "distance_m",
    "operating_cost_fen",
    "cost_per_piece_fen",
    "on_time_share",
    "timeliness_p90_s",
    "unserved_pieces",
)
"""Measures of peak days, and of days with a market beside those without: does the fleet hold, at what price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRow:
    """One measure on one peak day: value and relative change against the reference, in the order of the variants.

    None where there is nothing to measure, and for the change of the reference itself.
    """

    day: SampledDay
    measure: str
    definition: Definition
    values: tuple[tuple[float | None, float | None], ...]


def peak_rows(comparison: Comparison) -> tuple[PeakRow, ...]:
    """Return the measures of every peak day, day after day. O(days x measures x variants)."""
    agenda = comparison.agenda
    return tuple(
        PeakRow(
            day=day,
            measure=measure,
            definition=KPI_DEFINITIONS[measure],
            values=tuple(_on_peak(comparison, day.id, measure, variant.id) for variant in agenda.variants),
        )
        for day in agenda.days
        if day.peak != 1
        for measure in PEAK_MEASURES
    )


def _on_peak(comparison: Comparison, day: str, measure: str, variant: str) -> tuple[float | None, float | None]:
    against = comparison.agenda.against
    value, before = (
        None if day not in comparison.measured[name] else getattr(comparison.measured[name][day], measure)
        for name in (variant, against)
    )
    if value is None or not before or variant == against:
        return value, None
    return value, value / before - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRow:
    """One measure over the ordinary days on which some town has its market, or over the ``days`` on which none has."""

    is_market: bool
    days: int
    row: Row


def market_rows(comparison: Comparison) -> tuple[MarketRow, ...]:
    """Return every measure over market days and then over the other ones; nothing where the sample lacks either.

    A change is against the reference on the same days, widened for all variants on both kinds of days (Bonferroni).
    O(measures x variants x days).
    """
    agenda = comparison.agenda
    ordinary = [day.id for day in agenda.days if day.peak == 1]
    with_market = frozenset(day for day in ordinary if agenda.markets.get(day))
    kinds = ((True, with_market), (False, frozenset(ordinary) - with_market))
    if not all(days for _, days in kinds):
        return ()
    looks = len(kinds) * (len(agenda.variants) - 1)
    found = {is_market: _rows(comparison, days, PEAK_MEASURES, looks) for is_market, days in kinds}
    return tuple(
        MarketRow(is_market=is_market, days=len(days), row=row)
        for measure in PEAK_MEASURES
        for is_market, days in kinds
        for row in found[is_market]
        if row.measure == measure
    )


WAY_NAMES = {
    "direct": Text("车辆直送", "direct by vehicle"),
    "station": Text("经服务站，全程车辆", "through a station, by vehicle"),
    "line": Text("至少一程搭客车或班线", "by bus or line on any leg"),
}
"""Kinds of ways in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """The share of carried pieces that go one kind of way; ``shares`` are in the order of the variants."""

    way: str
    name: Text
    shares: tuple[float | None, ...]


def way_rows(comparison: Comparison) -> tuple[WayRow, ...]:
    """Return how goods go, over the ordinary days; nothing where no variant has stations, lines or rules about modes.

    A variant that has none of them sends everything direct. O(variants x days).
    """
    if not any(comparison.ways.values()):
        return ()
    shares = [_shares(comparison, variant.id) for variant in comparison.agenda.variants]
    return tuple(
        WayRow(way=way, name=WAY_NAMES[way], shares=tuple(share[way] if share else None for share in shares))
        for way in WAYS
    )


def _shares(comparison: Comparison, variant: str) -> dict[str, float] | None:
    """Return the share of each kind of way; None where nothing is carried, or known."""
    pieces = dict.fromkeys(WAYS, 0)
    ordinary = {day.id for day in comparison.agenda.days if day.peak == 1}
    for day in ordinary & comparison.measured[variant].keys():
        all_direct = {"direct": comparison.measured[variant][day].carried_pieces}
        for way, count in comparison.ways[variant].get(day, all_direct).items():
            pieces[way] += count
    total = sum(pieces.values())
    return {way: count / total for way, count in pieces.items()} if total else None
