"""KPIs of a day across tiers, measured by ``scenarios.tiered_kpis``."""

from __future__ import annotations

from scenarios.tiered_kpis import measure_tiers

__all__ = ["measure_tiers"]
