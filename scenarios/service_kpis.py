"""Measures of service, of a day with stations or without: they know delays and visits, not how goods were carried."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.model import DAY_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from optimizer.model import Shipment
    from scenarios.build import County
    from scenarios.scenario import Scenario, ScenarioPlace

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandKpis:
    """One brand's part of the day; pieces both ways."""

    brand: str
    pieces: int
    carried_pieces: int
    bags: int
    shipments: int
    unserved_shipments: int
    on_time_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How long a down shipment took from being ready at its depot to the beginning of its handover."""

    shipment: Shipment
    handover_s: int | None

    @property
    def pieces(self) -> int:
        """Pieces of the shipment."""
        return self.shipment.pieces

    @property
    def is_served(self) -> bool:
        """Whether it was handed over."""
        return self.handover_s is not None

    @property
    def delay_s(self) -> int:
        """Seconds; what is not served counts until midnight, the end of the day."""
        end_s = max(DAY_S, self.shipment.ready_s) if self.handover_s is None else self.handover_s
        return end_s - self.shipment.ready_s


def weighted_rank(values: Sequence[tuple[int, int]], share: float) -> int | None:
    """Return the least value that at least ``share`` of the weight does not exceed (nearest rank); None without weight.

    ``values`` are (value, weight) pairs.
    """
    needed = share * sum(weight for _, weight in values)
    passed = 0
    for value, weight in sorted(values):
        passed += weight
        if weight and passed >= needed - 1e-9:
            return value
    return None


def ratio(part: float, whole: float) -> float | None:
    """Return a share, None of nothing."""
    return part / whole if whole else None


def coverage(scenario: Scenario, visits: Mapping[str, float]) -> float | None:
    """Return the share of administrative villages that ``visits`` a day, by place, bring to those promised a week."""
    policy, villages = scenario.policy, _administrative(scenario)
    weekly = [visits.get(p.id, 0) * policy.service_days_per_week for p in villages]
    return ratio(sum(1 for each in weekly if each >= policy.coverage_visits_per_week), len(villages))


def on_time_share(county: County, delays: Sequence[Delay]) -> float | None:
    """Return the share of pieces handed over by the promised hour and their own due time."""
    promise_s = county.scenario.policy.promise_s
    kept = [d for d in delays if d.handover_s is not None and d.handover_s <= min(promise_s, d.shipment.due_s)]
    return ratio(sum(d.pieces for d in kept), sum(d.pieces for d in delays))


def worst_decile_s(county: County, delays: Sequence[Delay]) -> float | None:
    """Return the mean delay of the tenth of villages (rounded up) with the longest mean delay a piece."""
    villages = {p.id for p in county.scenario.places if p.tier == "village"}
    sums: dict[str, tuple[int, int]] = {}
    for d in delays:
        if d.shipment.destination in villages and d.pieces:
            total_s, pieces = sums.get(d.shipment.destination, (0, 0))
            sums[d.shipment.destination] = (total_s + d.delay_s * d.pieces, pieces + d.pieces)
    means = sorted((total_s / pieces for total_s, pieces in sums.values()), reverse=True)
    worst = means[: math.ceil(len(means) / 10)]
    return ratio(sum(worst), len(worst))


def days_between_visits(scenario: Scenario, visits: Mapping[str, float]) -> float | None:
    """Return the mean days between visits over the administrative villages that have ``visits`` a day."""
    days = scenario.policy.service_days_per_week
    gaps = [DAYS_PER_WEEK / (visits[p.id] * days) for p in _administrative(scenario) if p.id in visits]
    return ratio(sum(gaps), len(gaps))


def longest_gap_days(county: County, visits: Mapping[str, int]) -> int | None:
    """Return the most days since a village's last visit, this day's visit not yet counted for those without one."""
    today = county.scenario.date
    gaps = [
        0 if p.id in visits else (today - p.last_visit).days
        for p in _administrative(county.scenario)
        if p.last_visit is not None
    ]
    return max(gaps, default=None)


def brand_kpis(
    county: County, goods: Sequence[Shipment], left: Collection[str], delays: Sequence[Delay]
) -> tuple[BrandKpis, ...]:
    """Return each brand's part of ``goods``, of which ``left`` are not carried; in order of the brands' ids."""
    found = []
    for brand in sorted({s.brand for s in goods}):
        own = [s for s in goods if s.brand == brand]
        found.append(
            BrandKpis(
                brand=brand,
                pieces=sum(s.pieces for s in own),
                carried_pieces=sum(s.pieces for s in own if s.id not in left),
                bags=sum(county.bags.get(s.id, 1) for s in own),
                shipments=len(own),
                unserved_shipments=sum(1 for s in own if s.id in left),
                on_time_share=on_time_share(county, [d for d in delays if d.shipment.brand == brand]),
            )
        )
    return tuple(found)


def _administrative(scenario: Scenario) -> list[ScenarioPlace]:
    return [p for p in scenario.places if p.tier == "village" and p.is_administrative]
