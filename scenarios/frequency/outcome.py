"""What each policy costs and what service it gives: the frontier between the two.

Costs and vehicles come from the plans of all days that have one; waiting and calls from the policy itself, days
without a plan included.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING

from scenarios.comparison import change, interval, widened
from scenarios.service_kpis import ratio, weighted_rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.comparison import Change, Interval
    from scenarios.frequency.model import Frequency, Standing, Wait
    from scenarios.frequency.study import Study
    from scenarios.kpis import Kpis
    from scenarios.variants.compare import Comparison

WEEK = 7

ENOUGH_CYCLES = 3
"""From so many whole cycles on, intervals are over cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One policy; costs in fen a day, waits in days.

    ``cost_fen`` is over the days that were planned, or over cycles of them, None without any; ``against`` its change
    from the policy that changes are counted from, paired likewise and widened for the number of policies.
    ``visits_per_week`` is the mean over places that may wait of the days on which
    there was something to carry, a week. ``coverage``: share of administrative villages with at least
    ``Policy.coverage_visits_per_week`` of them. ``worst_wait``: mean wait in the tenth of places that wait longest.
    ``is_frontier``: no policy is cheaper and waits no longer.
    """

    policy: Frequency
    cost_fen: Interval | None
    against: Change | None
    piece_fen: float | None
    vehicles: float
    distance_m: float
    unserved_pieces: int
    wait_mean: float
    wait_p90: int
    wait_longest: int
    worst_wait: float
    visits_per_week: float
    coverage: float | None
    is_frontier: bool = False


def outcomes_of(study: Study, planned: Comparison) -> tuple[Outcome, ...]:
    """Return every policy in its order. O(policies x (days + orders))."""
    base = _samples(study, planned, _costs(planned.measured[study.agenda.against]))
    found = [_outcome(study, planned, policy, base) for policy in study.policies]
    best = frontier([(each.wait_mean, each.cost_fen.mean) if each.cost_fen else None for each in found])
    return tuple(replace(each, is_frontier=k in best) for k, each in enumerate(found))


def frontier(points: Sequence[tuple[float, float] | None]) -> set[int]:
    """Return which points no other beats in both coordinates, less being better; of equals the first stays."""
    found = set()
    for k, point in enumerate(points):
        others = [(j, other) for j, other in enumerate(points) if other is not None and j != k]
        if point is not None and not any(_beats(other, point, is_earlier=j < k) for j, other in others):
            found.add(k)
    return found


def _beats(one: tuple[float, float], other: tuple[float, float], *, is_earlier: bool) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and (one != other or is_earlier)


def _outcome(study: Study, planned: Comparison, policy: Frequency, base: dict[str, float]) -> Outcome:
    days = planned.measured[policy.id]
    standings = [standing for standing in study.standings if standing.policy == policy.id]
    waits = [wait for standing in standings for wait in standing.waits]
    costs = _samples(study, planned, _costs(days))
    pieces = sum(wait.pieces for wait in waits)
    return Outcome(
        policy=policy,
        cost_fen=interval(list(costs.values())) if costs else None,
        against=None if policy.id == study.agenda.against else change(base, costs, widened(len(study.policies) - 1)),
        piece_fen=ratio(sum(_costs(days).values()), sum(kpis.carried_pieces for kpis in days.values())),
        vehicles=_mean(kpis.vehicles for kpis in days.values()),
        distance_m=_mean(kpis.distance_m for kpis in days.values()),
        unserved_pieces=sum(kpis.unserved_pieces for kpis in days.values()),
        wait_mean=ratio(sum(wait.days * wait.pieces for wait in waits), pieces) or 0.0,
        wait_p90=weighted_rank([(wait.days, wait.pieces) for wait in waits], 0.9) or 0,
        wait_longest=max((wait.days for wait in waits), default=0),
        worst_wait=worst_decile(waits),
        visits_per_week=_mean(_calls_a_week(study, standings).values()),
        coverage=_coverage(study, standings),
    )


def worst_decile(waits: Iterable[Wait]) -> float:
    """Return the mean wait of the tenth of places, rounded up, with the longest mean wait a piece; 0 without any."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for wait in waits:
        sums[wait.place][0] += wait.days * wait.pieces
        sums[wait.place][1] += wait.pieces
    means = sorted((waited / pieces for waited, pieces in sums.values() if pieces), reverse=True)
    return _mean(means[: math.ceil(len(means) / 10)])


def _calls_a_week(study: Study, standings: Sequence[Standing]) -> dict[str, float]:
    """Return by place how often a week there was something to carry."""
    counts: dict[str, int] = defaultdict(int)
    for standing in standings:
        for place, days in standing.calls.items():
            counts[place] += len(days)
    length = study.days * len(standings)
    return {place: count * WEEK / length for place, count in counts.items()}


def _coverage(study: Study, standings: Sequence[Standing]) -> float | None:
    calls = _calls_a_week(study, standings)
    villages = [p.id for p in study.scenario.places if p.tier == "village" and p.is_administrative]
    promised = study.scenario.policy.coverage_visits_per_week
    return ratio(sum(1 for village in villages if calls.get(village, 0.0) >= promised - 1e-9), len(villages))


def _costs(days: dict[str, Kpis]) -> dict[str, float]:
    return {day: float(kpis.operating_cost_fen) for day, kpis in days.items()}


def _samples(study: Study, planned: Comparison, costs: dict[str, float]) -> dict[str, float]:
    """Return what an interval is taken over: means of cycles where there are enough and nothing is missing, else days.

    Days of one cycle differ by whose turn it is, which says nothing about other cycles.
    """
    if len(study.cycles) < ENOUGH_CYCLES or not planned.is_whole:
        return costs
    days_of = {cycle.id: [d.id for d in study.agenda.days if d.date in cycle.dates] for cycle in study.cycles}
    return {cycle: fmean(costs[day] for day in days) for cycle, days in days_of.items()}


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return fmean(found) if found else 0.0
