"""A comparison of two variants with planted costs on days with and without a market, importable by other tests."""

from __future__ import annotations

from datetime import date, timedelta

from optimizer.stop import Stop
from scenarios.sampled_days import SampledDay
from scenarios.text import Text
from scenarios.variants.cells import Limit
from scenarios.variants.compare import Agenda, Comparison
from scenarios.variants.model import BASE, Variant
from tests.scenarios.small_county import plain_kpis

COSTS = {BASE: (1_000, 1_500, 1_100, 1_700, 9_000), "bus": (900, 1_500, 990, 1_720, 9_000)}
"""Fen on four ordinary days and a peak; the second and fourth have a market, and so has the peak."""


def compared(*markets: str) -> Comparison:
    """Return the planted costs; ``markets`` are the ids of the days on which a town has its market."""
    days = [SampledDay(id=f"day {k}", date=date(2026, 3, 1) + timedelta(days=k)) for k in range(1, 5)]
    days.append(SampledDay(id="peak 3", date=date(2026, 5, 1), peak=3.0))
    measured = {
        name: {day.id: plain_kpis(cost) for day, cost in zip(days, costs, strict=True)} for name, costs in COSTS.items()
    }
    agenda = Agenda(
        variants=tuple(Variant(id=name, name=Text(name, name)) for name in COSTS),
        against=BASE,
        days=tuple(days),
        cells=(),
        limit=Limit(stop=Stop(iterations=1)),
        markets=dict.fromkeys(markets, ("青龙镇",)),
    )
    return Comparison(agenda=agenda, measured=measured)
