"""``comparison.json`` and ``comparison.csv``: a comparison for programs and for spreadsheets.

JSON holds everything: variants, days, every measure of every day, means with intervals, changes, what is missing.
CSV holds one row a variant and day, measures in base units.
"""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING, Any

from api.exports.tables import safe_cell
from scenarios.kpi_definitions import KPI_DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scenarios.comparison import Cell, Interval
    from scenarios.scenario import Scenario
    from scenarios.text import Text
    from scenarios.variants.compare import Comparison
    from scenarios.variants.table import Row

SCHEMA = "gongpei.comparison"
VERSION = 1


def write_json(scenario: Scenario, comparison: Comparison, rows: tuple[Row, ...], path: Path) -> None:
    """Write everything; equal results write equal bytes. "ways" (carried pieces) stand in it where there are tiers."""
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "scenario": {"name": scenario.name, "date": scenario.date.isoformat(), "digest": scenario.digest},
        **content_of(comparison, rows),
    }
    write_values(content, path)


def write_values(content: dict[str, Any], path: Path) -> None:
    """Write JSON values as every file here is written."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def content_of(comparison: Comparison, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Return all of a comparison as JSON values, without whose it is."""
    agenda, stop = comparison.agenda, comparison.agenda.limit.stop
    return {
        "limit": {"seconds": stop.seconds, "iterations": stop.iterations, "seed": agenda.limit.seed},
        "against": agenda.against,
        "variants": [{"id": v.id, "name": _text(v.name)} for v in agenda.variants],
        "days": [
            {"id": d.id, "date": d.date.isoformat(), "peak": d.peak, "markets": list(agenda.markets.get(d.id, ()))}
            for d in agenda.days
        ],
        "measures": {row.measure: [_cell(cell) for cell in row.cells if cell is not None] for row in rows},
        "by_day": {
            variant: {day: {name: getattr(kpis, name) for name in KPI_DEFINITIONS} for day, kpis in days.items()}
            for variant, days in comparison.measured.items()
        },
        **({"ways": comparison.ways} if any(comparison.ways.values()) else {}),
        "missing": [
            {"variant": e.variant, "day": e.day, "part": e.part, "code": e.failure.code, **_text(e.failure.text)}
            for e in comparison.losses
        ],
        "is_whole": comparison.is_whole,
        "plans": comparison.keys,
        "placeholders": [_text(text) for text in agenda.placeholders],
    }


def write_csv(comparison: Comparison, path: Path) -> None:
    """Write one row a variant and day, with a byte order mark, so that spreadsheets read Chinese."""
    write_rows(day_table(comparison), path)


def write_rows(rows: Iterable[Sequence[Any]], path: Path) -> None:
    """Write rows that no spreadsheet takes for formulas, with a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow([safe_cell(value) for value in row])


def day_table(comparison: Comparison) -> Iterator[list[Any]]:
    """Yield the header, then variant, day, date, peak and all measures in base units; "" where there is no value."""
    yield ["方案 variant", "日 day", "日期 date", "高峰倍数 peak", *KPI_DEFINITIONS]
    for variant in comparison.agenda.variants:
        for day in comparison.agenda.days:
            kpis = comparison.measured[variant.id].get(day.id)
            if kpis is not None:
                values = [getattr(kpis, name) for name in KPI_DEFINITIONS]
                shown = ["" if value is None else value for value in values]
                yield [variant.id, day.id, day.date.isoformat(), day.peak, *shown]


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _cell(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = {
        "variant": cell.variant,
        **_interval(cell.over_days),
        "worst": cell.worst,
        "worst_day": cell.worst_day,
    }
    if cell.change is not None:
        change = cell.change
        found["change"] = {
            **_interval(change.difference),
            "relative": change.relative,
            "is_noise": change.is_noise,
        }
    return found


def _interval(interval: Interval) -> dict[str, Any]:
    """Return mean and half width, None where a single day gives no width."""
    half = None if math.isinf(interval.half_width) else interval.half_width
    return {"mean": interval.mean, "half_width": half, "days": interval.days}
