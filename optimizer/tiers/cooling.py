"""A county's days cooled down for as long as one is given, from a plan that may fit only in part.

Annealing as in ``optimizer.annealing``, over the legs of one choice; without a compiler, cheapest insertion.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.search.day_search import DaySearch, is_available

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy as np

    from optimizer.engines import Budget
    from optimizer.plan import Plan
    from optimizer.problem import Problem

STEPS = 1_000
"""Steps of one stretch of annealing."""

HOT, COLD, PULL, MEAN_STOPS = 0.4, 0.004, 0.5, 10.0
"""As in ``optimizer.annealing``: temperatures as a share of what carrying one thing costs."""

COARSE_SHARE = 0.3
"""Share of a cooling after which goods of one place are parted, if some are still left behind."""


def counted(stretches: int) -> Iterator[tuple[float, float]]:
    """Yield the share done before and after each of so many stretches."""
    for k in range(stretches):
        yield k / stretches, (k + 1) / stretches


def timed(budget: Budget, until: float) -> Iterator[tuple[float, float]]:
    """Yield the share done before and, as it seems, after each stretch that fits before ``until`` of the time.

    One stretch comes at least. Needs a budget with ``seconds``.
    """
    first, done = time_share(budget), 0.0
    while done < 1:
        now = (time_share(budget) - first) / max(1e-9, until - first)
        then = min(1.0, now + max(0.01, now - done))
        yield min(done, 1.0), then
        done = max(then, (time_share(budget) - first) / max(1e-9, until - first))


def time_share(budget: Budget) -> float:
    """Return the share of the time that has gone, 0 where time does not count."""
    left_s = budget.left_s()
    return 0.0 if left_s is None or not budget.seconds else 1 - left_s / budget.seconds


def cooled(
    problem: Problem,
    given: Plan | None,
    *,
    rng: np.random.Generator,
    shares: Iterator[tuple[float, float]],
    begin: float = 0.0,
    steps: int = STEPS,
) -> Plan:
    """Return the best plan met on the way from ``given``, never dearer than what of it may stay.

    Each stretch has ``steps`` steps. ``begin`` is the share of the cooling that is left out: 0 begins hot, and
    lets vehicles fall idle. O(places^2) to begin with, then some 10,000 steps a second.
    """
    days = {(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in given.routes} if given else {}
    start = complete(problem, days, insert=not is_available())
    if not problem.shipments or not is_available():
        return start
    is_coarse = given is None or not given.unserved
    search = _standing(problem, start, is_coarse=is_coarse)
    if not search.nodes.heads or not search.nodes.units:
        return start
    each_fen = _each_fen(problem, given or start, len(search.nodes.heads))
    for done, then in shares:
        if is_coarse and done > COARSE_SHARE:
            is_coarse, now = False, search.plan()
            search = _standing(problem, now, is_coarse=False) if now.unserved else search
        hot, cold = (each_fen * HOT * (COLD / HOT) ** (begin + (1 - begin) * share) for share in (done, then))
        pull = PULL * (1 - done) if begin == 0 else 0.0
        seed = int(rng.integers(1 << 31))
        search.run(steps, seed=seed, hot_fen=hot, cold_fen=cold, mean_stops=MEAN_STOPS, pull=pull)
    found = search.plan()
    return found if found.cost.total_fen < start.cost.total_fen else start


def _standing(problem: Problem, plan: Plan, *, is_coarse: bool) -> DaySearch:
    search = DaySearch(problem, is_coarse=is_coarse)
    search.start(plan)
    return search


def part(problem: Problem, shipments: Collection[str], vehicle_types: Collection[str]) -> Problem:
    """Return the problem with some shipments and the vehicles of some types only; locks are left out."""
    return replace(
        problem,
        shipments=tuple(s for s in problem.shipments if s.id in shipments),
        vehicle_types=tuple(v if v.id in vehicle_types else replace(v, count=0) for v in problem.vehicle_types),
        locks=(),
    )


def _each_fen(problem: Problem, plan: Plan, count: int) -> float:
    """Return what carrying one thing costs on average, by the plan; where it carries nothing, by what calls cost."""
    if plan.routes:
        return max(1.0, plan.cost.operating_fen / count)
    fixed = [v.fixed_fen + v.distance_fen_per_km + v.time_fen_per_h for v in problem.vehicle_types if v.count]
    return max(1.0, sum(fixed) / max(1, len(fixed)))
