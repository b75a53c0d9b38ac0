"""What sets of sites really cost: plans, sites, losses and goods left behind, day by day, with paired intervals.

What a plan leaves behind counts at the county's own penalties, so that no set looks cheap for serving less. A fee is
no cost here: brands pay what sites get.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any

from scenarios.comparison import Change, Interval, change, common_days, interval, widened
from scenarios.siting.nominate import covered_share
from scenarios.siting.produce import Losses, RoomCosts
from scenarios.siting.viability import Handled, viability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.kpis import Kpis
    from scenarios.scenario import Scenario
    from scenarios.siting.model import SiteSet
    from scenarios.siting.nominate import Costs
    from scenarios.siting.viability import Viability
    from scenarios.variants.compare import Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """One day of one set in fen: the plan as paid, penalties of what it leaves, sites, produce lost, and carrying."""

    plan_fen: int
    penalty_fen: int
    sites_fen: int
    lost_fen: int = 0
    carry_fen: int = 0

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.plan_fen + self.penalty_fen + self.sites_fen + self.lost_fen + self.carry_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One set over the days that all sets have; at least one. ``kpis`` and ``days`` are by id of the day.

    ``covered``: share of pieces (kg of produce) within the time limit of an open site. ``chilled``: share of produce
    that went through a room, None where nothing was to be chilled.
    """

    chosen: SiteSet
    days: Mapping[str, DayCost]
    kpis: Mapping[str, Kpis]
    total: Interval
    against_today: Change | None
    against_best: Change | None
    covered: float | None
    chilled: float | None = None
    sites: tuple[Viability, ...] = ()

    def mean_fen(self, part: str) -> float:
        """Return the mean of a part of ``DayCost`` over the days."""
        return fmean(getattr(day, part) for day in self.days.values())

    def mean(self, measure: str) -> float | None:
        """Return the mean of a measure over the days that have it."""
        values = [value for kpis in self.kpis.values() if (value := getattr(kpis, measure)) is not None]
        return fmean(values) if values else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranking:
    """Outcomes, the cheapest mean first; sets without any day are left out."""

    costs: Costs
    run: Comparison
    outcomes: tuple[Outcome, ...]

    @property
    def num_days(self) -> int:
        """Days that all sets have."""
        return len(self.outcomes[0].days) if self.outcomes else 0

    @cached_property
    def best(self) -> Outcome | None:
        """The cheapest set."""
        return self.outcomes[0] if self.outcomes else None

    @cached_property
    def equals(self) -> tuple[Outcome, ...]:
        """Other sets that these days cannot tell from the best."""
        return tuple(o for o in self.outcomes[1:] if o.against_best is None or o.against_best.is_noise)


def rank(
    costs: Costs,
    sets: Sequence[SiteSet],
    run: Comparison,
    flows: Mapping[tuple[str, str], Mapping[str, Any]],
    drawn: Mapping[str, Scenario],
) -> Ranking:
    """Return the sets by what their days really cost. O(sets x days x orders).

    ``flows``: what ``plans.FlowCell`` read, by set and day; a day without it does not count, nor one that some other
    set lacks; a set without any day is left out. ``drawn``: the days before any site was laid over them. Intervals
    are widened so that all differences hold at once (Bonferroni).
    """
    told = _common({each.id: _days(costs, each, run, flows, drawn) for each in sets})
    totals = {name: {day: float(cost.total_fen) for day, cost in days.items()} for name, days in told.items()}
    confidence = widened(len(totals) - 1)
    order = sorted(totals, key=lambda name: (fmean(totals[name].values()), name))
    today = next((each.id for each in sets if each.is_today), "")
    by_id = {each.id: each for each in sets}
    outcomes = []
    for name in order:
        chosen, values = by_id[name], totals[name]
        outcomes.append(
            Outcome(
                chosen=chosen,
                days=told[name],
                kpis={day: run.measured[name][day] for day in values},
                total=interval(list(values.values())),
                against_today=_against(totals.get(today), values, confidence, is_same=name == today),
                against_best=_against(totals[order[0]], values, confidence, is_same=name == order[0]),
                covered=covered_share(costs, chosen.sites),
                chilled=_chilled(costs, chosen, [drawn[day] for day in values]),
                sites=_sites(costs, chosen, list(values), flows, drawn),
            )
        )
    return Ranking(costs=costs, run=run, outcomes=tuple(outcomes))


def _common(told: dict[str, dict[str, DayCost]]) -> dict[str, dict[str, DayCost]]:
    """Return the days that all sets with any day have, and no set without."""
    common = common_days(told.values())
    there = {name: days for name, days in told.items() if days and common}
    return {name: {day: cost for day, cost in days.items() if day in common} for name, days in there.items()}


def _days(
    costs: Costs,
    chosen: SiteSet,
    run: Comparison,
    flows: Mapping[tuple[str, str], Mapping[str, Any]],
    drawn: Mapping[str, Scenario],
) -> dict[str, DayCost]:
    sites_fen = sum(costs.siting.daily_fen(site) for site in chosen.sites)
    found = {}
    for day, kpis in run.measured[chosen.id].items():
        if (chosen.id, day) in flows:
            lost = _losses(costs, chosen, drawn[day])
            found[day] = DayCost(
                plan_fen=kpis.operating_cost_fen,
                penalty_fen=flows[chosen.id, day]["penalty_fen"],
                sites_fen=sites_fen,
                lost_fen=lost.lost_fen,
                carry_fen=lost.carry_fen,
            )
    return found


def _losses(costs: Costs, chosen: SiteSet, day: Scenario) -> Losses:
    return costs.losses(day, chosen) if isinstance(costs, RoomCosts) else Losses(pieces={})


def _chilled(costs: Costs, chosen: SiteSet, days: Sequence[Scenario]) -> float | None:
    found = [_losses(costs, chosen, day) for day in days]
    produce_g = sum(each.produce_g for each in found)
    return sum(each.chilled_g for each in found) / produce_g if produce_g else None


def _against(
    base: dict[str, float] | None, values: dict[str, float], confidence: float, *, is_same: bool
) -> Change | None:
    return None if is_same or base is None else change(base, values, confidence)


def _sites(
    costs: Costs,
    chosen: SiteSet,
    days: Sequence[str],
    flows: Mapping[tuple[str, str], Mapping[str, Any]],
    drawn: Mapping[str, Scenario],
) -> tuple[Viability, ...]:
    """Return how each site of a set fares on its days."""
    handled: dict[str, list[Handled]] = {site: [] for site in sorted(chosen.sites)}
    for day in days:
        lost = _losses(costs, chosen, drawn[day])
        flow = flows[chosen.id, day]
        for site, told in handled.items():
            passed = flow["passed"].get(site, 0) + lost.pieces.get(site, 0)
            told.append(Handled(passed=passed, own=flow["own"].get(site, 0)))
    return tuple(viability(costs.siting, site, told) for site, told in handled.items())
