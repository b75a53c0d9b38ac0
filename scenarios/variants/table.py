"""The honest table of a comparison: measures by row, variants by column, each with its interval and its change.

Peak days are no ordinary days and stay out of all means. Intervals of changes are widened for the number of
variants that are looked at together (Bonferroni), so that one row of many variants does not find a saving by luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.comparison import Cell, compare_kpis
from scenarios.kpi_definitions import KPI_DEFINITIONS

if TYPE_CHECKING:
    from scenarios.kpi_definitions import Definition
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
    agenda = comparison.agenda
    ordinary = {day.id for day in agenda.days if day.peak == 1}
    measured = {
        variant: {day: kpis for day, kpis in days.items() if day in ordinary}
        for variant, days in comparison.measured.items()
    }
    looks = max(1, len(agenda.variants) - 1)
    cells = {(cell.measure, cell.variant): cell for cell in compare_kpis(measured, agenda.against, looks=looks)}
    rows = (
        Row(
            measure=measure,
            definition=KPI_DEFINITIONS[measure],
            cells=tuple(cells.get((measure, variant.id)) for variant in agenda.variants),
        )
        for measure in MEASURES
    )
    return tuple(row for row in rows if any(row.cells))
