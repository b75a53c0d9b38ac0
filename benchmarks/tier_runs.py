"""Counties with stations: all direct, all through stations, two-stage, and across tiers, each with the same time.

*Direct* is the ordinary solver on the ordinary problem; *through* is our search with the one way through the
nearest station left to each village, so that it may still move clocks; *two-stage* is the ordinary solver on the
loops of all stations in half of the time, then on line-haul in the other half. The referee across tiers judges all.
"""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.tier_counties import county
from optimizer.repair import complete
from optimizer.schedule import draft_of
from optimizer.solve import solve
from optimizer.stop import Stop
from optimizer.tiers.check import check_tiers
from optimizer.tiers.clocks import first_clocks
from optimizer.tiers.cooling import part
from optimizer.tiers.legs import expand
from optimizer.tiers.model import DIRECT
from optimizer.tiers.moves import Moves
from optimizer.tiers.plan import settle
from optimizer.tiers.search import solve_tiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.tiers.model import Choice, TieredPlan, Tiers

SOLVERS = ("direct", "through", "two_stage", "ours")


class Outcome(NamedTuple):
    """What one solver made of one county: fen, shipments left behind, what the referee says."""

    solver: str
    cost_fen: int
    num_unserved: int
    faults: tuple[str, ...]
    wall_s: float


def outcome(name: str, solver: str, *, seconds: float, workers: int, seed: int = 0) -> Outcome:
    """Run one solver on the county called ``name`` and judge its plan."""
    tiers, started = county(name), time.perf_counter()
    choices = Moves(tiers, np.random.default_rng(seed))
    if solver == "direct":
        found = direct(tiers, seconds, workers, seed)
    elif solver == "two_stage":
        found = two_stage(tiers, choices.through(), seconds, workers, seed)
    else:
        asked = tiers if solver == "ours" else only(tiers, choices.through())
        found = solve_tiers(asked, stop=Stop(seconds=seconds), seed=seed, workers=workers).plan
    wall_s = round(time.perf_counter() - started, 1)
    faults = tuple(violation.render("en") for violation in check_tiers(tiers, found))
    return Outcome(solver, found.plan.cost.total_fen, len(found.plan.unserved), faults, wall_s)


def only(tiers: Tiers, choice: Choice) -> Tiers:
    """Return the county in which every place has the one way that ``choice`` names."""
    return replace(tiers, modes={place: frozenset({choice[place]}) for place in tiers.modes})


def direct(tiers: Tiers, seconds: float, workers: int, seed: int) -> TieredPlan:
    """Return the plan of the ordinary solver, to which stations are places."""
    legs = expand(tiers, dict.fromkeys(tiers.modes, DIRECT), {})
    plan = solve(legs.problem, stop=Stop(seconds=seconds), seed=seed, workers=workers).plan
    return settle(legs, plan)


def two_stage(tiers: Tiers, choice: Choice, seconds: float, workers: int, seed: int) -> TieredPlan:
    """Return loops planned by themselves, and then the line-haul that they ask for, at the first clocks."""
    legs = expand(tiers, choice, first_clocks(tiers, choice))
    loops = {leg for leg, one in legs.parts.items() if (one.index == 2) == (one.wave[1] == "down")}
    own = {v.id for v in legs.problem.vehicle_types if v.depot in tiers.station_of}
    days = {}
    for goods, kinds in (
        (loops, own),
        ({s.id for s in legs.problem.shipments} - loops, {v.id for v in legs.problem.vehicle_types} - own),
    ):
        stop = Stop(seconds=seconds / 2)
        plan = solve(part(legs.problem, goods, kinds), stop=stop, seed=seed, workers=workers).plan
        days.update({(r.vehicle_type, r.number): [draft_of(t) for t in r.trips] for r in plan.routes})
    return settle(legs, complete(legs.problem, days))


def saving(outcomes: Iterable[Outcome]) -> float | None:
    """Return by how many per cent ours is cheaper than the best of the others; None where one of them is missing."""
    cost = {one.solver: one.cost_fen for one in outcomes}
    others = [fen for solver, fen in cost.items() if solver != "ours"]
    return round(100 * (1 - cost["ours"] / min(others)), 3) if "ours" in cost and others else None


def summary(savings: Mapping[str, float]) -> Sequence[str]:
    """Return what the savings of all counties come to."""
    if not savings:
        return ()
    return (
        f"counties: {fmean(savings.values()):.2f} % cheaper than the best of the others on average, "
        f"least {min(savings.values()):.2f} %, {len(savings)} counties",
    )
