"""The table of a province: its counties' measures added up day by day, so that intervals are of the province's days.

Goods do not cross counties here. Amounts are added; a share is what its numerators and denominators add up to. What
cannot be had from counties' sums (load factors, ranks of times, means over villages) stays None and
stands in the counties' own tables.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from scenarios.kpis import Kpis
from scenarios.province import assumed
from scenarios.service import Service
from scenarios.service_kpis import ratio
from scenarios.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scenarios.scenario import Scenario
    from scenarios.variants.compare import Agenda, Comparison

NOT_ADDED = Text(
    "全省的满载率、时效分位数和最差一成村不能由各县合计得出，见各县的表",
    "load factors, ranks of times and the worst-served decile cannot be had from counties' sums: see their own tables",
)
DATES_DIFFER = Text(
    "各县的日期不同：同一抽样日在各县是不同的日历日",
    "the counties are of different dates: one sampled day is another date in each",
)


SHARES = ("cost_per_piece_fen", "empty_share", "co_delivery_share", "coverage", "on_time_share", "freshness_kept")
NOT_KNOWN = (
    "load_factor_down",
    "load_factor_up",
    "timeliness_p50_s",
    "timeliness_p90_s",
    "worst_decile_s",
    "days_between_visits",
    "pickup_distance_m",
)
"""Measures that sums do not tell."""

ADDED = tuple(
    each.name for each in fields(Kpis) if each.name not in {*SHARES, *NOT_KNOWN, "longest_gap_days", "brands"}
)
"""Measures that are amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the shares of a county-day are shares of, besides what ``Kpis`` say: down pieces, fresh ones, villages."""

    down: int
    fresh: int
    villages: int


def add_up(counties: Mapping[str, Comparison], joined: Comparison) -> Comparison:
    """Return the comparison of the province: days of which every county has the measures, added up.

    ``joined``: of the run that the counties are parts of; its losses and counts are the province's.

    O(counties x variants x days).
    """
    agendas = {name: each.agenda for name, each in counties.items()}
    first = next(iter(agendas.values()))
    weights = {name: _weights(agenda) for name, agenda in agendas.items()}
    measured: dict[str, dict[str, Kpis]] = {}
    for variant in first.variants:
        common = [d.id for d in first.days if all(d.id in each.measured[variant.id] for each in counties.values())]
        measured[variant.id] = {
            day: added(
                (each.measured[variant.id][day], weights[name][variant.id, day]) for name, each in counties.items()
            )
            for day in common
        }
    return replace(
        joined,
        agenda=replace(first, cells=(), placeholders=assumed(agendas.values()), markets=_markets(agendas)),
        measured=measured,
        ways={variant.id: {} for variant in first.variants},
    )


def notes_of(counties: Mapping[str, Comparison]) -> tuple[Text, ...]:
    """Return what a reader of the sums has to know."""
    dates = {tuple(day.date for day in each.agenda.days) for each in counties.values()}
    return (NOT_ADDED, DATES_DIFFER) if len(dates) > 1 else (NOT_ADDED,)


def added(counties: Iterable[tuple[Kpis, Weights]]) -> Kpis:
    """Return the measures of county-days together; a share that one county cannot tell counts without that county."""
    pairs = tuple(counties)
    kpis = [each for each, _ in pairs]

    def share(name: str, wholes: Sequence[int]) -> float | None:
        known = [(getattr(each, name), whole) for each, whole in zip(kpis, wholes, strict=True)]
        told = [(value, whole) for value, whole in known if value is not None]
        return ratio(sum(value * whole for value, whole in told), sum(whole for _, whole in told))

    unknown: dict[str, Any] = dict.fromkeys(NOT_KNOWN)
    sums: dict[str, Any] = {name: sum(getattr(each, name) for each in kpis) for name in ADDED}
    pieces = [each.pieces for each in kpis]
    return Kpis(
        **unknown,
        **sums,
        cost_per_piece_fen=ratio(sums["operating_cost_fen"], sums["carried_pieces"]),
        empty_share=share("empty_share", [each.distance_m for each in kpis]),
        co_delivery_share=share("co_delivery_share", pieces),
        coverage=share("coverage", [weights.villages for _, weights in pairs]),
        on_time_share=share("on_time_share", [weights.down for _, weights in pairs]),
        freshness_kept=share("freshness_kept", [weights.fresh for _, weights in pairs]),
        longest_gap_days=max(
            (each.longest_gap_days for each in kpis if each.longest_gap_days is not None), default=None
        ),
        brands=(),
    )


def weights_of(day: Scenario) -> Weights:
    """Return what the shares of a county-day are shares of. O(orders)."""
    starts = {p.id for p in day.places if p.tier == "hub"} if Service(day).is_tiered else {p.id for p in day.depots}
    limits = {commodity.id: commodity.max_on_board_s for commodity in day.commodities}
    is_fresh = [order.max_on_board_s or limits.get(order.commodity) for order in day.orders]
    return Weights(
        down=sum(order.pieces for order in day.orders if order.origin in starts),
        fresh=sum(order.pieces for order, limit in zip(day.orders, is_fresh, strict=True) if limit),
        villages=sum(p.tier == "village" and p.is_administrative for p in day.places),
    )


def _markets(agendas: Mapping[str, Agenda]) -> dict[str, tuple[str, ...]]:
    """Return the towns of all counties that have a market, by day, each behind its county."""
    found: dict[str, tuple[str, ...]] = {}
    for name, agenda in agendas.items():
        for day, towns in agenda.markets.items():
            found[day] = (*found.get(day, ()), *(f"{name} {town}" for town in towns))
    return found


def _weights(agenda: Agenda) -> dict[tuple[str, str], Weights]:
    """Return the weights of every variant's days."""
    return {
        (each.variant, each.day.id): weights_of(each.parts[0][1].part if each.whole is None else each.whole.day)
        for each in agenda.cells
    }
