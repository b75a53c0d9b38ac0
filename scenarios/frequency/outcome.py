"""What each policy costs and what service it gives: the frontier between the two.

Costs, vehicles and visits come from the plans of the whole cycles that all policies have; waiting from the policy
itself, for all cycles that were drawn. What a plan leaves behind counts at the county's own penalties, as in siting, so
that no policy looks cheap for serving less.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import TYPE_CHECKING

from scenarios.comparison import change, interval, widened
from scenarios.frequency.gather import waiting_places
from scenarios.frequency.planned import compared_cycles
from scenarios.service_kpis import ratio, weighted_rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scenarios.comparison import Change, Interval
    from scenarios.frequency.model import Frequency, Standing, VisitDays, Wait
    from scenarios.frequency.planned import PlannedDay, PlannedDays
    from scenarios.frequency.study import Study
    from scenarios.kpis import Kpis
    from scenarios.variants.compare import Comparison

WEEK = 7

ENOUGH_CYCLES = 3
"""From so many whole cycles on, intervals are over cycles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One policy; costs in fen a day, waits in days.

    Of a policy without a whole cycle that is compared all but its waits is None: it has not all days. ``cost_fen`` is
    what plans cost and the penalties of what they leave, over days, or over cycles where there are enough of them;
    ``penalty_fen`` is the mean of the latter; ``against`` the change from the policy that changes are counted from,
    paired likewise and widened for the number of policies. ``unserved_pieces`` are those of a mean day.

    ``visits``: days of each compared cycle on which a plan visits a place, forced visits among them.
    ``visits_per_week`` is their mean over places that had something to carry. ``coverage``: share of administrative
    villages with at least ``Policy.coverage_visits_per_week`` of them. ``worst_wait``: mean wait in the tenth of
    places that wait longest. ``is_frontier``: no policy is cheaper in the mean and waits no longer; ``is_sure``:
    costs that decide this differ beyond the noise.
    """

    policy: Frequency
    cost_fen: Interval | None
    against: Change | None
    penalty_fen: float | None
    piece_fen: float | None
    vehicles: float | None
    distance_m: float | None
    unserved_pieces: float | None
    wait_mean: float
    wait_p90: int
    wait_longest: int
    worst_wait: float
    visits_per_week: float | None
    coverage: float | None
    visits: Mapping[str, VisitDays] = field(default_factory=dict)
    is_frontier: bool = False
    is_sure: bool = False


def outcomes_of(study: Study, planned: Comparison, plans: PlannedDays) -> tuple[Outcome, ...]:
    """Return every policy in its order; ``plans`` as ``planned_days`` reads them. O(policies x (days + orders))."""
    cycles = compared_cycles(study.days_of, plans)
    samples = {policy.id: _samples(study, cycles, _costs(planned, plans, policy.id)) for policy in study.policies}
    found = [_outcome(study, planned, plans, policy, samples) for policy in study.policies]
    best = frontier([(each.wait_mean, each.cost_fen.mean) if each.cost_fen else None for each in found])
    known = [each for each in found if each.cost_fen is not None]
    confidence = widened(len(known) * (len(known) - 1) // 2)
    return tuple(
        replace(each, is_frontier=k in best, is_sure=_is_sure(each, known, samples, confidence, is_best=k in best))
        for k, each in enumerate(found)
    )


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


def _is_sure(
    one: Outcome,
    others: Sequence[Outcome],
    samples: Mapping[str, dict[str, float]],
    confidence: float,
    *,
    is_best: bool,
) -> bool:
    """Return whether a place on the frontier, or off it, hangs on differences beyond the noise alone."""
    own = samples[one.policy.id]
    rivals = [
        samples[other.policy.id]
        for other in others
        if other.policy.id != one.policy.id and other.wait_mean <= one.wait_mean
    ]
    if is_best:
        return all(_is_cheaper(own, rival, confidence) for rival in rivals)
    return any(_is_cheaper(rival, own, confidence) for rival in rivals)


def _is_cheaper(one: dict[str, float], other: dict[str, float], confidence: float) -> bool:
    found = change(other, one, confidence)
    return found is not None and found.difference.high < 0


def _outcome(
    study: Study,
    planned: Comparison,
    plans: PlannedDays,
    policy: Frequency,
    samples: Mapping[str, dict[str, float]],
) -> Outcome:
    standings = [standing for standing in study.standings if standing.policy == policy.id]
    waits = [wait for standing in standings for wait in standing.waits]
    pieces = sum(wait.pieces for wait in waits)
    costs = samples[policy.id]
    there = _there(study, plans, policy.id)
    days = [planned.measured[policy.id][day] for days in there.values() for day in days]
    visits = {cycle: _visits(study, plans[policy.id], own) for cycle, own in there.items()}
    calls = _calls_a_week(study, [standing for standing in standings if standing.cycle in there], visits)
    return Outcome(
        policy=policy,
        cost_fen=interval(list(costs.values())) if costs else None,
        against=None
        if policy.id == study.agenda.against
        else change(samples[study.agenda.against], costs, widened(len(study.policies) - 1)),
        penalty_fen=_mean(plans[policy.id][day].penalty_fen for own in there.values() for day in own),
        piece_fen=ratio(sum(k.operating_cost_fen for k in days), sum(k.carried_pieces for k in days)),
        vehicles=_mean(kpis.vehicles for kpis in days),
        distance_m=_mean(kpis.distance_m for kpis in days),
        unserved_pieces=_mean(kpis.unserved_pieces for kpis in days),
        wait_mean=ratio(sum(wait.days * wait.pieces for wait in waits), pieces) or 0.0,
        wait_p90=weighted_rank([(wait.days, wait.pieces) for wait in waits], 0.9) or 0,
        wait_longest=max((wait.days for wait in waits), default=0),
        worst_wait=worst_decile(waits),
        visits_per_week=_mean(calls.values()),
        coverage=_coverage(study, calls) if there else None,
        visits=visits,
    )


def worst_decile(waits: Iterable[Wait]) -> float:
    """Return the mean wait of the tenth of places, rounded up, with the longest mean wait a piece; 0 without any."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for wait in waits:
        sums[wait.place][0] += wait.days * wait.pieces
        sums[wait.place][1] += wait.pieces
    means = sorted((waited / pieces for waited, pieces in sums.values() if pieces), reverse=True)
    return _mean(means[: math.ceil(len(means) / 10)]) or 0.0


def _there(study: Study, plans: PlannedDays, policy: str) -> dict[str, tuple[str, ...]]:
    """Return the days of the compared cycles; none for a policy that has no whole cycle."""
    cycles = compared_cycles(study.days_of, plans)
    return {
        cycle: days for cycle, days in study.days_of.items() if cycle in cycles and plans[policy].keys() >= set(days)
    }


def _visits(study: Study, plans: Mapping[str, PlannedDay], days: Sequence[str]) -> VisitDays:
    """Return on which days of a cycle the plans visit each place that may wait."""
    places = waiting_places(study.scenario)
    return {place: frozenset(k for k, day in enumerate(days) if place in plans[day].visited) for place in places}


def _calls_a_week(study: Study, standings: Sequence[Standing], visits: Mapping[str, VisitDays]) -> dict[str, float]:
    """Return by place with something to carry how often a week it was visited."""
    length = study.days * len(standings)
    places = dict.fromkeys(place for standing in standings for place in standing.calls)
    return {place: sum(len(each.get(place, ())) for each in visits.values()) * WEEK / length for place in places}


def _coverage(study: Study, calls: Mapping[str, float]) -> float | None:
    villages = [p.id for p in study.scenario.places if p.tier == "village" and p.is_administrative]
    promised = study.scenario.policy.coverage_visits_per_week
    return ratio(sum(1 for village in villages if calls.get(village, 0.0) >= promised - 1e-9), len(villages))


def _costs(planned: Comparison, plans: PlannedDays, policy: str) -> dict[str, float]:
    """Return what each day costs, penalties of what it leaves included."""
    measured: dict[str, Kpis] = planned.measured[policy]
    return {day: float(measured[day].operating_cost_fen + each.penalty_fen) for day, each in plans[policy].items()}


def _samples(study: Study, cycles: Sequence[str], costs: dict[str, float]) -> dict[str, float]:
    """Return what an interval is taken over: means of compared cycles where there are enough, else their days.

    Days of one cycle differ by whose turn it is, which says nothing about other cycles.
    """
    days_of = {cycle: study.days_of[cycle] for cycle in cycles if costs.keys() >= set(study.days_of[cycle])}
    if len(days_of) < ENOUGH_CYCLES:
        return {day: costs[day] for days in days_of.values() for day in days}
    return {cycle: fmean(costs[day] for day in days) for cycle, days in days_of.items()}


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
